// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_list.h"

#include <errno.h>
#include <stdlib.h>

static int by_bytes(const void *a, const void *b)
{
	const struct charge_list_row *x = a, *y = b;

	if (x->kernel_bytes != y->kernel_bytes)
		return x->kernel_bytes > y->kernel_bytes ? -1 : 1;
	return (x->memcg > y->memcg) - (x->memcg < y->memcg);
}

/* The sums' rows come in order of groups: *at goes on from one to the next. */
static void add(struct charge_list *list, uint32_t memcg, uint32_t *at)
{
	const struct charge_sums *sums = &list->walk->sums;
	const struct charge_total *total = charge_sums__of(sums, memcg);
	struct charge_list_row row = {.memcg = memcg,
				      .kernel_bytes = charge_sums__kernel_bytes(total),
				      .objects = total->count[CHARGE_SLAB],
				      .first_row = *at};
	uint64_t bytes = 0;

	while (*at < sums->nr_rows && sums->rows[*at].memcg == memcg)
		++*at;
	row.nr_rows = *at - row.first_row;
	for (int kind = 0; kind < CHARGE_KINDS; kind++)
		bytes += total->bytes[kind];
	if (bytes)
		list->rows[list->nr++] = row;
}

int charge_list__make(struct charge_list *list)
{
	uint32_t nr = list->memcgs->nr, at = 0;

	list->nr = 0;
	list->rows = calloc((size_t)nr + 1, sizeof(*list->rows));
	if (!list->rows)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++)
		add(list, i, &at);
	add(list, CHARGES_UNKNOWN, &at);
	if (list->nr)
		qsort(list->rows, list->nr, sizeof(*list->rows), by_bytes);
	return 0;
}

uint32_t charge_list__nr_printed(const struct charge_list *list)
{
	return list->top && list->top < list->nr ? list->top : list->nr;
}

uint64_t charge_list__uncharged(const struct charge_cache *cache)
{
	return cache->in_use > cache->charged ? cache->in_use - cache->charged : 0;
}

void charge_list__free(struct charge_list *list)
{
	free(list->rows);
	list->rows = NULL;
	list->nr = 0;
}
