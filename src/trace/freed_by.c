// SPDX-License-Identifier: GPL-2.0-only
#include "trace/freed_by.h"
#include "util/array.h"
#include "util/best.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the frames begin that are not the tracing's own. */
static uint32_t strip(const struct kleak_freer *freer, uint32_t nr,
		      const struct allocator *allocator)
{
	uint32_t first = 0;

	while (freer->whole && first < nr &&
	       allocator__is_tracing(allocator, freer->frames[first],
				     (struct names_time){.modules = freer->modules}))
		first++;
	return first < nr ? first : 0;
}

static bool is_same(const struct freed_by_member *a, const struct freed_by_member *b)
{
	return a->site == b->site && a->nr_frames == b->nr_frames && a->modules == b->modules &&
	       !memcmp(a->frames, b->frames, a->nr_frames * sizeof(*a->frames));
}

int freed_by__add(struct freed_by *freed_by, uint32_t site, const struct kleak_freer *freer,
		  const struct allocator *allocator)
{
	uint32_t nr = freer->nr < KLEAK_FREER_FRAMES ? freer->nr : KLEAK_FREER_FRAMES;
	uint32_t first = strip(freer, nr, allocator);
	struct freed_by_member member = {
		.site = site,
		.nr_frames = nr - first,
		.modules = freer->modules,
		.times = freer->times,
		.last = freer->last,
	};

	memcpy(member.frames, freer->frames + first, member.nr_frames * sizeof(*member.frames));
	for (size_t i = 0; i < freed_by->nr; i++) {
		struct freed_by_member *held = &freed_by->list[i];

		if (!is_same(held, &member))
			continue;
		held->times += member.times;
		if (held->last < member.last)
			held->last = member.last;
		return 0;
	}
	if (array__reserve((void **)&freed_by->list, freed_by->nr + 1, &freed_by->room,
			   sizeof(*freed_by->list)))
		return -ENOMEM;
	freed_by->list[freed_by->nr++] = member;
	return 0;
}

static bool is_more_frequent(const void *a, const void *b)
{
	const struct freed_by_member *const *x = a, *const *y = b;

	return (*x)->times > (*y)->times;
}

size_t freed_by__of(const struct freed_by *freed_by, uint32_t site,
		    const struct freed_by_member **list, uint64_t *times)
{
	size_t nr = 0;

	*times = 0;
	for (size_t i = 0; i < freed_by->nr; i++) {
		const struct freed_by_member *member = &freed_by->list[i];

		if (member->site != site)
			continue;
		*times += member->times;
		best__keep(list, &nr, FREED_BY_LISTED, sizeof(const struct freed_by_member *),
			   &member, is_more_frequent);
	}
	return nr;
}

void freed_by__free(struct freed_by *freed_by)
{
	free(freed_by->list);
	*freed_by = (struct freed_by){};
}
