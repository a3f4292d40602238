// SPDX-License-Identifier: GPL-2.0-only
#include "memory/scan_reach.h"
#include "memory/scan_turns.h"

#include <errno.h>
#include <stdlib.h>

/* After so many turns of a loop that goes through memory in no order: a few ms. */
#define SLICE (1U << 13)

/* Each is a read of the kernel's memory, or several. */
#define DOUBTS_AT_ONCE 256

/* The edges by the object that they go from. */
struct reaching {
	struct scan *scan;
	uint32_t *first; /* of an object, in `to`: up to the first of the next one */
	uint32_t *to;
	uint32_t *grey; /* room for all objects */
	size_t turns;
};

/* Before another turn of a loop. */
static int take_turn(struct reaching *reaching, size_t every)
{
	return scan_turns__take(reaching->scan, ++reaching->turns, every);
}

/* The number of edges fits: each takes eight bytes of a scan's memory. */
static int begin_reaching(struct reaching *reaching)
{
	const struct scan *scan = reaching->scan;
	int err;

	reaching->first = malloc((scan->nr + 2) * sizeof(*reaching->first));
	reaching->to = malloc((scan->nr_edges + 1) * sizeof(*reaching->to));
	reaching->grey = malloc((scan->nr + 1) * sizeof(*reaching->grey));
	if (!reaching->first || !reaching->to || !reaching->grey)
		return -ENOMEM;
	err = scan_turns__clear(scan, reaching->first, (scan->nr + 2) * sizeof(*reaching->first));
	if (!err)
		err = scan_turns__clear(scan, reaching->to,
					(scan->nr_edges + 1) * sizeof(*reaching->to));
	/* where those of each object end up, one place further, then moved back */
	for (size_t i = 0; i < scan->nr_edges && !err; i++) {
		reaching->first[scan->edges[i].from + 2]++;
		err = take_turn(reaching, SLICE);
	}
	for (size_t i = 2; i < scan->nr + 2 && !err; i++) {
		reaching->first[i] += reaching->first[i - 1];
		err = take_turn(reaching, SLICE);
	}
	for (size_t i = 0; i < scan->nr_edges && !err; i++) {
		reaching->to[reaching->first[scan->edges[i].from + 1]++] = scan->edges[i].to;
		err = take_turn(reaching, SLICE);
	}
	return err;
}

static void end_reaching(struct reaching *reaching)
{
	free(reaching->first);
	free(reaching->to);
	free(reaching->grey);
}

/* What the first `nr` of `grey` refer to is reached, and so on. */
static int reach(struct reaching *reaching, size_t nr)
{
	uint32_t *grey = reaching->grey;
	int err = 0;

	while (nr && !err) {
		uint32_t from = grey[--nr];

		for (uint32_t i = reaching->first[from]; i < reaching->first[from + 1] && !err;
		     i++) {
			struct scan_object *to = &reaching->scan->objects[reaching->to[i]];

			err = take_turn(reaching, SLICE);
			if (to->reached)
				continue;
			to->reached = true;
			grey[nr++] = reaching->to[i];
		}
	}
	return err;
}

/* What only doubtful words refer to: ask. */
static int settle_doubts(struct reaching *reaching)
{
	struct scan *scan = reaching->scan;
	int err = 0;

	for (size_t i = 0; i < scan->nr_doubts && !err; i++) {
		const struct scan_doubt *doubt = &scan->doubts[i];
		struct scan_object *object = &scan->objects[doubt->object];

		if (object->reached)
			continue;
		err = take_turn(reaching, DOUBTS_AT_ONCE);
		if (err || !scan->is_reference(scan->arg, doubt->address, doubt->value))
			continue;
		object->reached = true;
		reaching->grey[0] = doubt->object;
		err = reach(reaching, 1);
	}
	return err;
}

int scan_reach__all(struct scan *scan)
{
	struct reaching reaching = {.scan = scan};
	int err = begin_reaching(&reaching);
	size_t nr = 0;

	for (size_t i = 0; i < scan->nr && !err; i++) {
		if (scan->objects[i].reached)
			reaching.grey[nr++] = (uint32_t)i;
		err = take_turn(&reaching, SLICE);
	}
	if (!err)
		err = reach(&reaching, nr);
	if (!err)
		err = settle_doubts(&reaching);
	end_reaching(&reaching);
	return err;
}
