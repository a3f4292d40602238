/* SPDX-License-Identifier: GPL-2.0-only */
/* Two reports side by side, by site: what became more, what less. */
#ifndef KLEAK_REPORT_DIFF_H
#define KLEAK_REPORT_DIFF_H

#include "kernel/images.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DIFF_BEFORE, DIFF_AFTER, DIFF_SIDES };

/* One of the two. */
struct diff_side {
	const char *path;
	const struct report *report;
	const struct images *images;
	const char *kernel_version; /* uname -v */
};

/*
 * A site, or several that are one: same allocator, cache and stack.  Addresses change from boot
 * to boot, so that functions and offsets are compared; where the kernel, or the module, is not
 * the same build (or that is not known), functions only.
 */
struct diff_site {
	const struct report_site *site; /* one of them, of `after` if it is there */
	bool is_in[DIFF_SIDES];
	uint64_t bytes[DIFF_SIDES], objects[DIFF_SIDES];
	int64_t bytes_delta, objects_delta; /* after - before */
	double bytes_error;		    /* standard error of delta_bytes; 0 without sampling */
};

/* A class of the kernel's books that both reports have. */
struct diff_class {
	const struct coverage_class *side[DIFF_SIDES];
	double kernel_delta; /* of both changes since the start, after - before; NAN: not known */
	double traced_delta;
};

struct diff {
	struct diff_side side[DIFF_SIDES];
	bool same_build; /* of the kernel */
	struct diff_class *ledger;
	size_t nr_ledger;
	struct diff_site *sites; /* the largest difference first, either way */
	size_t nr_sites;	 /* all of them */
	size_t nr_shown;	 /* those of --top */
	size_t nr_both, nr_only[DIFF_SIDES], nr_changed;
	uint64_t bytes[DIFF_SIDES];
	int64_t bytes_delta;
};

/* Compare; top: sites to be shown, 0: all.  *diff is to be freed.  0 or -ENOMEM. */
int diff__make(struct diff *diff, const struct diff_side *before, const struct diff_side *after,
	       size_t top);

void diff__free(struct diff *diff);

#endif
