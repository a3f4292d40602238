// SPDX-License-Identifier: GPL-2.0-only
#include "memory/orphan_check.h"
#include "util/array.h"
#include "util/fnv.h"

#include <stdlib.h>

int unreached__begin(struct unreached *unreached)
{
	unreached->nr_freed = 0;
	unreached->unknown = 0;
	slub__begin(unreached->slub);
	return orphans__begin(&unreached->orphans);
}

bool unreached__is_asked(const struct subject *subject, const struct scan_object *object,
			 uint64_t gathered)
{
	if (object->disputed)
		return subject->key && subject->allocated_at < gathered;
	return !object->reached && !subject->companion && !subject->young;
}

/* Per-CPU memory is not read through the direct map: what its copies hold. */
static bool read_copies(const struct unreached *unreached, const struct subject *subject,
			const struct kleak_record *record, uint64_t *content)
{
	const struct slub *slub = unreached->slub;
	uint64_t pointer = subjects__percpu_pointer(slub, subject->key);
	uint64_t bytes = subjects__percpu_bytes(slub, record), hash = 0;

	if (!bytes || bytes > KLEAK_READ_MOST)
		return false;
	for (uint32_t cpu = 0; cpu < slub->nr_cpus; cpu++) {
		const uint8_t *copy =
			unreached->peek(slub->arg, pointer + slub->cpu_offsets[cpu], bytes);

		if (!copy)
			return false;
		hash = fnv__add(hash, copy, bytes);
	}
	*content = hash;
	return true;
}

static int note_freed(struct unreached *unreached, const struct orphan *orphan)
{
	int err = array__reserve((void **)&unreached->freed, unreached->nr_freed + 1,
				 &unreached->room_freed, sizeof(*unreached->freed));

	if (!err)
		unreached->freed[unreached->nr_freed++] =
			(struct kleak_eviction){.key = orphan->key,
						.slot = orphan->slot,
						.allocated_at = orphan->allocated_at,
						.site = orphan->site,
						.free = 1};
	return err;
}

/* By the allocator's own books.  disputed: another one claims its memory. */
static int judge_by_books(struct unreached *unreached, const struct subject *subject,
			  const struct orphan *orphan, bool disputed)
{
	int state = slub__state(unreached->slub, subjects__address_of(subject->key), subject->kmem,
				subject->size, subject->large);

	if (state < 0)
		return state;
	if (state == SLUB_FREE)
		return note_freed(unreached, orphan);
	if (disputed)
		return 0; /* the next pass will see it without the other one */
	if (state == SLUB_UNKNOWN) {
		unreached->unknown++;
		return 0;
	}
	return orphans__add(&unreached->orphans, orphan);
}

int unreached__judge(struct unreached *unreached, uint32_t i)
{
	const struct subject *subject = &unreached->subjects->list[i];
	const struct scan_object *object = &unreached->subjects->scan->objects[i];
	struct orphan orphan = {.key = subject->key,
				.allocated_at = subject->allocated_at,
				.slot = subject->slot,
				.site = subject->site,
				.content = object->content};
	struct kleak_record record;

	if (!subjects__read_record(unreached->subjects, subject, &record))
		return 0;
	if ((~subject->key & KLEAK_SPACE_MASK) != KLEAK_SPACE_PERCPU)
		return object->disputed || object->seen
			       ? judge_by_books(unreached, subject, &orphan, object->disputed)
			       : 0;
	if (object->disputed || !read_copies(unreached, subject, &record, &orphan.content))
		return 0;
	return orphans__add(&unreached->orphans, &orphan);
}

void unreached__free(struct unreached *unreached)
{
	orphans__free(&unreached->orphans);
	free(unreached->freed);
}
