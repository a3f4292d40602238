/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of a flame graph: stacks that begin alike become one box for each function, as wide
 * as all that they hold; above stand the functions that it called, the widest first, and on top
 * the cache.  Frames are alike when their functions are: offsets do not matter.
 */
#ifndef KLEAK_RENDER_FLAME_H
#define KLEAK_RENDER_FLAME_H

#include "render/weight.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLAME_LEVELS 256 /* what is deeper is left out */

struct flame_box {
	const struct symbols_frame *frame; /* NULL: the root (level 0), or a cache */
	const struct report_site *site;	   /* the first of them */
	uint32_t level;
	double start, weight; /* of the root's weight, which starts at 0 */
	size_t sites;
	double bytes, objects, growth; /* of all its sites */
	double of[VERDICTS];	       /* its weight by verdict */
	uint32_t cause;		       /* of all its sites; 0: none, or several */
};

struct flame {
	struct flame_box *boxes; /* a box stands before those above it */
	size_t nr, room;
	uint32_t levels;
	size_t left_out;	/* boxes that are too narrow, what is above them not counted */
	double left_out_weight; /* of those */
	/* the caller's: of each site of the report the number of its cause, from 1; 0: none */
	const uint32_t *cause_of; /* NULL: no site has one */
};

/*
 * Lay out the sites that weigh something; what is narrower than `least`, a share of the root, is
 * left out.  *flame starts as all zeros but for cause_of.  0 or -ENOMEM.
 */
int flame__lay_out(struct flame *flame, const struct report *report, enum weight weight,
		   double least);

/* The verdict that most of it has. */
enum verdict_name flame__verdict(const struct flame_box *box);

/* Have its sites different verdicts? */
bool flame__is_mixed(const struct flame_box *box);

void flame__free(struct flame *flame);

#endif
