// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_list.h"
#include "util/order.h"

#include <errno.h>
#include <stdlib.h>

/* Without growth all have grown by 0. */
static int by_bytes(const void *a, const void *b)
{
	const struct charge_list_row *x = a, *y = b;

	return ORDER_DOWN(x->grew_bytes, y->grew_bytes) ?:
	       ORDER_DOWN(x->kernel_bytes, y->kernel_bytes) ?: ORDER_UP(x->memcg, y->memcg);
}

static int by_growth(const void *a, const void *b)
{
	const struct charge_list_cache *x = a, *y = b;

	return ORDER_DOWN(x->grew_objects * (int64_t)x->cache->size,
			  y->grew_objects * (int64_t)y->cache->size) ?:
	       ORDER_DOWN(x->objects * x->cache->size, y->objects * y->cache->size) ?:
	       ORDER_UP(x->cache, y->cache);
}

/* Which group it was at the time of list->growth; there is always one that is not known. */
static uint32_t was(const struct charge_list *list, uint32_t memcg)
{
	return memcg < list->memcgs->nr
		       ? charge_growth__was(list->growth, &list->memcgs->list[memcg])
		       : memcg;
}

static void compare(const struct charge_list *list, struct charge_list_row *row)
{
	const struct charge_total *total;

	row->was = was(list, row->memcg);
	row->is_new = row->was == MEMCGS_NONE;
	row->grew_bytes = (int64_t)row->kernel_bytes;
	row->grew_objects = (int64_t)row->objects;
	for (uint32_t i = 0; i < row->nr_rows; i++) {
		struct charge_list_cache *its = &list->caches[row->first_row + i];

		its->grew_objects =
			(int64_t)(its->objects - charge_growth__objects(list->growth, row->was,
									its->cache->address));
	}
	if (row->nr_rows)
		qsort(&list->caches[row->first_row], row->nr_rows, sizeof(*list->caches),
		      by_growth);
	if (row->is_new)
		return;
	total = charge_sums__of(&list->growth->walk->sums, row->was);
	row->grew_bytes -= (int64_t)charge_sums__kernel_bytes(total);
	row->grew_objects -= (int64_t)total->count[CHARGE_SLAB];
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

	for (; *at < sums->nr_rows && sums->rows[*at].memcg == memcg; ++*at)
		list->caches[*at] =
			(struct charge_list_cache){.cache = &sums->caches[sums->rows[*at].cache],
						   .objects = sums->rows[*at].objects};
	row.nr_rows = *at - row.first_row;
	if (list->growth)
		compare(list, &row);
	for (int kind = 0; kind < CHARGE_KINDS; kind++)
		bytes += total->bytes[kind];
	if (bytes || row.grew_bytes)
		list->rows[list->nr++] = row;
}

int charge_list__make(struct charge_list *list)
{
	uint32_t nr = list->memcgs->nr, at = 0;

	list->nr = 0;
	list->rows = calloc((size_t)nr + 1, sizeof(*list->rows));
	list->caches = calloc((size_t)list->walk->sums.nr_rows + 1, sizeof(*list->caches));
	if (!list->rows || !list->caches) {
		charge_list__free(list);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < nr; i++)
		add(list, i, &at);
	add(list, CHARGES_UNKNOWN, &at);
	if (list->nr)
		qsort(list->rows, list->nr, sizeof(*list->rows), by_bytes);
	return 0;
}

int64_t charge_list__grew(const struct charge_list *list, const struct charge_list_row *row,
			  enum charge_kind kind)
{
	uint64_t is = charge_sums__of(&list->walk->sums, row->memcg)->bytes[kind], was = 0;

	if (!list->growth)
		return 0;
	if (!row->is_new)
		was = charge_sums__of(&list->growth->walk->sums, row->was)->bytes[kind];
	return (int64_t)(is - was);
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
	free(list->caches);
	list->rows = NULL;
	list->caches = NULL;
	list->nr = 0;
}
