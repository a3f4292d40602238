/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that leaked before the trace: of the objects in a site's cache that are older than the
 * trace, how many look like the site's own (memory/likeness.h)?  And of those that others have
 * allocated since: so often it is chance.
 */
#ifndef KLEAK_REPORT_LOOKALIKES_H
#define KLEAK_REPORT_LOOKALIKES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct readout;

#define LOOKALIKES_SITES 4 /* that are looked at */

/* So many were looked at, so many of them look alike. */
struct lookalikes_count {
	uint32_t looked, alike;
};

struct lookalikes_site {
	uint64_t id;
	struct lookalikes_count own;	/* its own, but for those it was learnt from */
	struct lookalikes_count others; /* of the same cache, by other sites, since */
	struct lookalikes_count older;	/* of the same cache, there before the trace */
	uint64_t older_all;		/* these, estimated of all slabs */
};

struct lookalikes {
	struct lookalikes_site list[LOOKALIKES_SITES];
	size_t nr;
};

enum lookalikes_answer {
	LOOKALIKES_EMPTY, /* the site's objects hold too little to be known by */
	LOOKALIKES_ALIKE, /* they look as those of others do */
	LOOKALIKES_NONE,  /* nothing that was looked at is older than the trace */
	LOOKALIKES_TOLD,  /* counted: the share of `older` that is alike */
};

enum lookalikes_answer lookalikes__answer(const struct lookalikes_site *site);

/*
 * Look, while allocations are recorded: what is in use and not in the tables is older.  Of sites
 * that are a LEAK now, what grows fastest.  0 (where memory cannot be looked through, for nothing),
 * or -ENOMEM.
 */
int lookalikes__find(struct lookalikes *lookalikes, struct readout *readout);

/* Of those looked at, the share that looks alike; NAN: none was looked at. */
double lookalikes__share(const struct lookalikes_count *count);

/* What was found of the site with that id, or NULL. */
const struct lookalikes_site *lookalikes__of(const struct lookalikes *lookalikes, uint64_t id);

#endif
