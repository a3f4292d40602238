// SPDX-License-Identifier: GPL-2.0-only
#include "trace/sample.h"

#include <math.h>

void sample__estimate(struct snapshot *snapshot, uint32_t weight)
{
	if (weight == 1)
		return;
	for (uint32_t i = 0; i < snapshot->nr_sites; i++) {
		struct snapshot_site *site = &snapshot->sites[i];

		/* the sampling may have been another when they were counted */
		site->allocations += site->allocations_more;
		site->frees += site->frees_more;
		site->live *= weight;
		site->held_bytes *= weight;
		site->account_records *= weight;
		site->account_bytes *= weight;
		site->objects *= weight;
		site->bytes *= weight;
		site->bytes_requested *= weight;
		site->pending *= weight;
	}
}

double sample__error(uint32_t weight, double squares)
{
	return sqrt(((double)weight * weight - weight) * squares);
}
