// SPDX-License-Identifier: GPL-2.0-only
#include "memory/object_sample.h"
#include "trace/snapshot.h"
#include "util/chance.h"

void object_sample__take(struct object_sample *sample, uint32_t slot, uint64_t *random)
{
	uint64_t place = sample->of++;

	if (place < OBJECT_SAMPLE)
		sample->nr++;
	else
		place = chance__next(random) % sample->of;
	if (place < OBJECT_SAMPLE)
		sample->slots[place] = slot;
}

bool object_sample__begin(struct object_sample_one *one, const struct kleak_bucket *buckets,
			  uint32_t slot)
{
	one->key = snapshot__read_record(&one->record, buckets, slot);
	return one->key != KLEAK_KEY_EMPTY && one->key != KLEAK_KEY_BUSY;
}

bool object_sample__is_same(const struct object_sample_one *one, const struct kleak_bucket *buckets,
			    uint32_t slot)
{
	struct kleak_record again;

	return snapshot__read_record(&again, buckets, slot) == one->key &&
	       again.allocated_at == one->record.allocated_at;
}
