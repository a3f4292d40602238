/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of several machines as one: on how many of them each site is, and leaks */
#ifndef KLEAK_REPORT_MERGE_H
#define KLEAK_REPORT_MERGE_H

#include "report/headline.h"
#include "report/report.h"

#include <stddef.h>
#include <stdint.h>

struct merge_file {
	const char *path;
	const struct report *report;
};

/*
 * Sites that are one: the same fingerprint; where that is not known, the same allocator, cache and
 * functions.
 */
struct merge_site {
	const struct report_site *site; /* one of them: of the worst verdict, then the largest */
	struct headline headline;	/* of its stack */
	size_t nr_files;		/* they are in so many of the files */
	size_t of[VERDICTS];		/* of these, with how many the worst verdict is this one */
	uint64_t bytes, objects;	/* of all of them together */
	double growth_bytes_per_min;	/* of those whose growth is known */
};

struct merge {
	const struct merge_file *files;
	size_t nr_files;
	struct merge_site *sites; /* those that leak on most machines first, then those that grow */
	size_t nr_sites;	  /* all of them */
	size_t nr_shown;	  /* those of --top */
	size_t nr_leaking;	  /* files with a LEAK */
};

/* Merge; top: sites to be shown, 0: all.  *merge is to be freed.  0 or -ENOMEM. */
int merge__make(struct merge *merge, const struct merge_file *files, size_t nr, size_t top);

void merge__free(struct merge *merge);

#endif
