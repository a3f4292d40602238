// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_sums.h"
#include "memory/charges.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int charge_sums__begin(struct charge_sums *sums, uint32_t nr_memcgs)
{
	charge_sums__free(sums);
	sums->totals = calloc((size_t)nr_memcgs + 2, sizeof(*sums->totals));
	sums->nr_memcgs = nr_memcgs;
	return sums->totals ? 0 : -ENOMEM;
}

int64_t charge_sums__cache(struct charge_sums *sums, uint64_t address, int *is_new)
{
	uint64_t id = idmap__mix(address);
	uint32_t index = idmap__find(&sums->by_cache, id);
	int err;

	*is_new = index == IDMAP_NONE;
	if (!*is_new)
		return index;
	if (sums->nr_caches == CHARGE_CACHES)
		return -ENOSPC;
	err = array__reserve((void **)&sums->caches, sums->nr_caches + 1, &sums->room_caches,
			     sizeof(*sums->caches));
	if (!err)
		err = idmap__add(&sums->by_cache, id, sums->nr_caches);
	if (err)
		return err;
	sums->caches[sums->nr_caches] = (struct charge_cache){.address = address};
	return sums->nr_caches++;
}

static struct charge_total *total_of(const struct charge_sums *sums, uint32_t memcg)
{
	if (memcg == CHARGES_NOBODY)
		return &sums->totals[sums->nr_memcgs];
	return &sums->totals[memcg < sums->nr_memcgs ? memcg : sums->nr_memcgs + 1];
}

const struct charge_total *charge_sums__of(const struct charge_sums *sums, uint32_t memcg)
{
	return total_of(sums, memcg);
}

/* The row of a group and a cache; NULL with *err 0: there is no room for it. */
static struct charge_row *row_of(struct charge_sums *sums, uint32_t memcg, uint32_t cache, int *err)
{
	uint64_t id = idmap__mix((uint64_t)memcg << 32 | cache);
	uint32_t index = idmap__find(&sums->by_pair, id);

	*err = 0;
	if (index != IDMAP_NONE)
		return &sums->rows[index];
	if (sums->nr_rows == CHARGE_ROWS_MOST)
		return NULL;
	*err = array__reserve((void **)&sums->rows, sums->nr_rows + 1, &sums->room_rows,
			      sizeof(*sums->rows));
	if (!*err)
		*err = idmap__add(&sums->by_pair, id, sums->nr_rows);
	if (*err)
		return NULL;
	sums->rows[sums->nr_rows] = (struct charge_row){.memcg = memcg, .cache = cache};
	return &sums->rows[sums->nr_rows++];
}

int charge_sums__add_object(struct charge_sums *sums, uint32_t memcg, uint32_t cache)
{
	int err;
	struct charge_row *row = row_of(sums, memcg, cache, &err);

	if (err)
		return err;
	if (row)
		row->objects++;
	else
		sums->without_row++;
	sums->caches[cache].charged++;
	charge_sums__add(sums, memcg, CHARGE_SLAB, sums->caches[cache].size);
	return 0;
}

void charge_sums__add(struct charge_sums *sums, uint32_t memcg, enum charge_kind kind,
		      uint64_t bytes)
{
	struct charge_total *total = total_of(sums, memcg);

	total->count[kind]++;
	total->bytes[kind] += bytes;
}

uint64_t charge_sums__kernel_bytes(const struct charge_total *total)
{
	uint64_t bytes = 0;

	for (int kind = 0; kind < CHARGE_OF_KERNEL; kind++)
		bytes += total->bytes[kind];
	return bytes;
}

static int by_group(const void *a, const void *b, void *arg)
{
	const struct charge_row *x = a, *y = b;
	const struct charge_sums *sums = arg;
	uint64_t of_x = x->objects * sums->caches[x->cache].size;
	uint64_t of_y = y->objects * sums->caches[y->cache].size;

	if (x->memcg != y->memcg)
		return x->memcg < y->memcg ? -1 : 1;
	if (of_x != of_y)
		return of_x > of_y ? -1 : 1;
	return strcmp(sums->caches[x->cache].name, sums->caches[y->cache].name);
}

void charge_sums__sort(struct charge_sums *sums)
{
	if (sums->nr_rows)
		qsort_r(sums->rows, sums->nr_rows, sizeof(*sums->rows), by_group, sums);
	idmap__free(&sums->by_pair);
}

void charge_sums__free(struct charge_sums *sums)
{
	free(sums->totals);
	free(sums->rows);
	free(sums->caches);
	idmap__free(&sums->by_pair);
	idmap__free(&sums->by_cache);
	memset(sums, 0, sizeof(*sums));
}
