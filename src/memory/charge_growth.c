// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_growth.h"

#include <errno.h>
#include <stdlib.h>

int charge_growth__begin(struct charge_growth *growth)
{
	const struct charge_sums *sums = &growth->walk->sums;
	uint32_t nr = growth->memcgs->nr, at = 0;

	growth->first = calloc((size_t)nr + 1, sizeof(*growth->first));
	if (!growth->first)
		return -ENOMEM;
	for (uint32_t i = 0; i < nr; i++) {
		growth->first[i] = at;
		while (at < sums->nr_rows && sums->rows[at].memcg == i)
			at++;
	}
	growth->first[nr] = at;
	return 0;
}

/* Is this one of the list, at the same place of the kernel's memory? */
static uint32_t same_in(const struct memcgs *memcgs, const struct memcg *memcg)
{
	uint32_t index = memcgs__find(memcgs, memcg->address);

	if (index != MEMCGS_NONE && memcgs->list[index].serial != memcg->serial)
		return MEMCGS_NONE;
	return index;
}

uint32_t charge_growth__was(const struct charge_growth *growth, const struct memcg *now)
{
	return same_in(growth->memcgs, now);
}

uint64_t charge_growth__objects(const struct charge_growth *growth, uint32_t was, uint64_t cache)
{
	const struct charge_sums *sums = &growth->walk->sums;

	if (was >= growth->memcgs->nr)
		return 0;
	for (uint32_t i = growth->first[was]; i < growth->first[was + 1]; i++)
		if (sums->caches[sums->rows[i].cache].address == cache)
			return sums->rows[i].objects;
	return 0;
}

uint32_t charge_growth__removed(const struct charge_growth *growth, const struct memcgs *now,
				uint64_t *bytes)
{
	uint32_t removed = 0;

	*bytes = 0;
	for (uint32_t i = 0; i < growth->memcgs->nr; i++) {
		const struct memcg *memcg = &growth->memcgs->list[i];
		uint32_t is = same_in(now, memcg);

		if (memcg->dead || (is != MEMCGS_NONE && !now->list[is].dead))
			continue;
		removed++;
		*bytes += charge_sums__kernel_bytes(charge_sums__of(&growth->walk->sums, i));
	}
	return removed;
}

void charge_growth__free(struct charge_growth *growth)
{
	free(growth->first);
	growth->first = NULL;
}
