// SPDX-License-Identifier: GPL-2.0-only
#include "memory/orphan_check.h"
#include "util/array.h"
#include "util/fnv.h"

#include <stdlib.h>

void orphan_check__begin(struct orphan_check *check)
{
	check->nr_freed = 0;
	check->unknown = 0;
	slub__begin(check->slub);
	orphans__begin(&check->orphans);
}

bool orphan_check__is_asked(const struct subject *subject, const struct scan_object *object,
			    uint64_t gathered)
{
	if (object->disputed)
		return subject->key && subject->allocated_at < gathered;
	return !object->reached && !subject->companion && !subject->young;
}

/* Per-CPU memory is not read through the direct map: what its copies hold. */
static bool read_copies(const struct orphan_check *check, const struct subject *subject,
			const struct kleak_record *record, uint64_t *content)
{
	const struct slub *slub = check->slub;
	uint64_t pointer = subjects__percpu_pointer(slub, subject->key);
	uint64_t bytes = subjects__percpu_bytes(slub, record), hash = 0;

	if (!bytes || bytes > KLEAK_READ_MOST)
		return false;
	for (uint32_t cpu = 0; cpu < slub->nr_cpus; cpu++) {
		const uint8_t *copy =
			check->peek(slub->arg, pointer + slub->cpu_offsets[cpu], bytes);

		if (!copy)
			return false;
		hash = fnv__add(hash, copy, bytes);
	}
	*content = hash;
	return true;
}

static int note_freed(struct orphan_check *check, const struct orphan *orphan)
{
	int err = array__reserve((void **)&check->freed, check->nr_freed + 1, &check->room_freed,
				 sizeof(*check->freed));

	if (!err)
		check->freed[check->nr_freed++] =
			(struct kleak_eviction){.key = orphan->key,
						.slot = orphan->slot,
						.allocated_at = orphan->allocated_at,
						.site = orphan->site,
						.free = 1};
	return err;
}

/* By the allocator's own books.  disputed: another one claims its memory. */
static int judge_by_books(struct orphan_check *check, const struct subject *subject,
			  const struct orphan *orphan, bool disputed)
{
	int state = slub__state(check->slub, subjects__address_of(subject->key), subject->kmem,
				subject->size, subject->large);

	if (state < 0)
		return state;
	if (state == SLUB_FREE)
		return note_freed(check, orphan);
	if (disputed)
		return 0; /* the next pass will see it without the other one */
	if (state == SLUB_UNKNOWN) {
		check->unknown++;
		return 0;
	}
	return orphans__add(&check->orphans, orphan);
}

int orphan_check__judge(struct orphan_check *check, uint32_t i)
{
	const struct subject *subject = &check->subjects->list[i];
	const struct scan_object *object = &check->subjects->scan->objects[i];
	struct orphan orphan = {.key = subject->key,
				.allocated_at = subject->allocated_at,
				.slot = subject->slot,
				.site = subject->site,
				.content = object->content};
	struct kleak_record record;

	if (!subjects__read_record(check->subjects, subject, &record))
		return 0;
	switch (~subject->key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_PERCPU:
		if (object->disputed || !read_copies(check, subject, &record, &orphan.content))
			return 0;
		return orphans__add(&check->orphans, &orphan);
	case KLEAK_SPACE_PAGES:
		return object->disputed || !object->seen ||
				       !subjects__has_pages(check->subjects, subject->key, &record)
			       ? 0
			       : orphans__add(&check->orphans, &orphan);
	}
	return object->disputed || object->seen
		       ? judge_by_books(check, subject, &orphan, object->disputed)
		       : 0;
}

void orphan_check__free(struct orphan_check *check)
{
	orphans__free(&check->orphans);
	free(check->freed);
}
