/* SPDX-License-Identifier: GPL-2.0-only */
/* An object that a scan found no reference to: is it an orphan, or was it freed unseen? */
#ifndef KLEAK_MEMORY_ORPHAN_CHECK_H
#define KLEAK_MEMORY_ORPHAN_CHECK_H

#include "kleak.h"
#include "memory/orphans.h"
#include "memory/scan.h"
#include "memory/slub.h"
#include "memory/subjects.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct orphan_check {
	/* by the caller; all zeros but these */
	const struct subjects *subjects;
	struct slub *slub;
	/* as ram.h: kernel memory without a copy, or NULL */
	void *(*peek)(void *arg, uint64_t address, size_t len);

	struct orphans orphans; /* ended by the caller, when all that is asked has been judged */
	struct kleak_eviction *freed; /* found free in the allocator's own books */
	size_t nr_freed, room_freed;
	uint64_t unknown; /* the books could not be read */
};

/* A pass is over: forget what was freed before it. */
void orphan_check__begin(struct orphan_check *check);

/*
 * Must this object be judged?  gathered: the tick at which the objects were; what the allocator's
 * books say is of what was there before they were read, all the time.
 */
bool orphan_check__is_asked(const struct subject *subject, const struct scan_object *object,
			    uint64_t gathered);

/* Judge object i of the scan.  0 or -ENOMEM. */
int orphan_check__judge(struct orphan_check *check, uint32_t i);

void orphan_check__free(struct orphan_check *check);

#endif
