// SPDX-License-Identifier: GPL-2.0-only
#include "trace/sample.h"
#include "trace/snapshot.h"

#include <math.h>

uint32_t sample__bits(uint32_t weight)
{
	uint32_t bits = 0;

	while (weight >> bits > 1 && bits < KLEAK_SAMPLE_MOST_BITS)
		bits++;
	return bits;
}

void sample__estimate(struct snapshot *snapshot)
{
	snapshot__each (i, snapshot) {
		struct snapshot_site *site = &snapshot->sites[i];

		/* the sampling may have been another when they were counted */
		site->allocations += site->allocations_more;
		site->frees += site->frees_more;
		site->live += site->more.live;
		site->held_bytes += site->more.held_bytes;
		site->account_records += site->more.account_records;
		site->account_bytes += site->more.account_bytes;
		site->objects += site->more.objects;
		site->bytes += site->more.bytes;
		site->bytes_requested += site->more.bytes_requested;
		site->pending += site->more.pending;
	}
}

double sample__variance(uint32_t weight, double value)
{
	return ((double)weight * weight - weight) * value * value;
}

void sample__enter(struct sample_times *times, uint64_t now, uint32_t weight)
{
	uint64_t from = now;

	times->now = now;
	if (times->nr && times->weight[times->nr - 1] == weight)
		return;
	while (times->nr && times->weight[times->nr - 1] <= weight)
		from = times->from[--times->nr];
	if (!times->nr)
		from = 0;
	times->from[times->nr] = from;
	times->weight[times->nr++] = weight;
}

uint32_t sample__weight(const struct sample_times *times, double age)
{
	size_t i = times ? times->nr : 0;

	if (!i)
		return 1;
	while (--i && (double)times->from[i] > (double)times->now - age)
		;
	return times->weight[i];
}

bool sample__may_refine(struct sample_recovery *recovery, double now_s, uint32_t weight,
			uint64_t live, uint64_t most, bool calm)
{
	bool coarser = weight > recovery->weight && recovery->weight;

	recovery->weight = weight;
	if (!(recovery->wait_s > 0))
		recovery->wait_s = SAMPLE_WAIT_S;
	if (coarser && recovery->refined_s > 0) {
		bool early = now_s - recovery->refined_s < SAMPLE_EARLY * recovery->wait_s;

		recovery->wait_s =
			early ? fmin(2 * recovery->wait_s, SAMPLE_WAIT_MOST_S) : SAMPLE_WAIT_S;
		recovery->refined_s = 0;
	}
	if (coarser || !calm || weight <= 1 || live > most / 4) {
		recovery->calm_since_s = 0;
		return false;
	}
	if (!(recovery->calm_since_s > 0))
		recovery->calm_since_s = now_s;
	if (now_s - recovery->calm_since_s < recovery->wait_s)
		return false;
	recovery->calm_since_s = 0;
	recovery->refined_s = now_s;
	recovery->weight = weight / 2;
	return true;
}
