/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which traced sites allocate at each line of source that grows: line and stacks side by side.
 *
 * A site belongs to the first function of its stack that has a line in /proc/allocinfo, growing or
 * not: what it calls allocates there, who calls it has a line of its own.  Where debug info gives
 * the frame's source line, that decides between several lines of one function.
 */
#ifndef KLEAK_REPORT_LINE_STACKS_H
#define KLEAK_REPORT_LINE_STACKS_H

#include "judge/growing_lines.h"
#include "report/report.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many frames of a stack are looked at, inlined ones included. */
#define LINE_STACKS_FRAMES 8

/* Why no stack is known of a line that grows. */
enum line_stacks_why {
	LINE_STACKS_KNOWN,     /* there are some */
	LINE_STACKS_NO_TRACE,  /* nothing was traced */
	LINE_STACKS_WENT,      /* what it grew by was freed when allocations were drained */
	LINE_STACKS_ALLOCATOR, /* the function is an allocator's own: stacks begin at its caller */
	LINE_STACKS_INLINED,   /* the kernel has no function of that name: it was inlined */
	LINE_STACKS_PAGES,     /* calls of whole pages, which were not traced */
	LINE_STACKS_FILTERED,  /* only a part of all allocations was traced */
	LINE_STACKS_SAMPLED,   /* not every object was recorded */
	LINE_STACKS_NO_SITE,   /* no traced site has that function: why is not known */
	LINE_STACKS_WHYS,
};

/* A site that allocates at a line. */
struct line_stacks_site {
	uint32_t site;	/* of report->sites */
	uint32_t frame; /* of its stack: the function of the line */
};

struct line_stacks_line {
	const struct growing_line *growing;
	/* Lines of the same function that hold memory, this included: its stacks may be of any. */
	uint32_t alike;
	size_t first, nr; /* sites[first ...], in the order of the report */
	enum line_stacks_why why;
};

struct line_stacks {
	struct line_stacks_line *list; /* in the order of the growing lines */
	size_t nr;
	struct line_stacks_site *sites;
	size_t nr_sites, room_sites;
};

/* What has to be known of the trace; values. */
struct line_stacks_trace {
	uint64_t page_size; /* bytes */
	bool pages;	    /* page allocations were traced */
	bool filtered;	    /* by process, cgroup, cache, size */
	/* Has the kernel, or a module, a function that is called so? */
	bool (*has_function)(const char *name, void *arg);
	void *arg;
};

/*
 * Lay the sites of `report` (NULL: nothing was traced) beside the lines that grow; `statement` has
 * all lines.  All of them have to stay.  0 or -ENOMEM: there is nothing to free.
 */
int line_stacks__find(struct line_stacks *stacks, const struct growing_lines *lines,
		      const struct statement *statement, const struct report *report,
		      const struct line_stacks_trace *trace);

/* "freed_by_drain", "pages_not_traced", ...; NULL: stacks are known.  JSON. */
const char *line_stacks__why_name(enum line_stacks_why why);

/* The same in a few words, to be put behind "no stack: "; NULL: stacks are known. */
const char *line_stacks__why_text(enum line_stacks_why why);

/* Does a line grow for sure that another trace might show stacks of, or none could? */
bool line_stacks__any_unexplained(const struct line_stacks *stacks);

/* Is that so because pages were not traced? */
bool line_stacks__wants_pages(const struct line_stacks *stacks);

void line_stacks__free(struct line_stacks *stacks);

#endif
