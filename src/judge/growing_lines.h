/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lines of the kernel's source grow with confidence, by /proc/allocinfo (lib/alloc_tag.c):
 * each is a suspect, of which the kernel does not tell how it was reached.
 */
#ifndef KLEAK_JUDGE_GROWING_LINES_H
#define KLEAK_JUDGE_GROWING_LINES_H

#include "judge/statement.h"
#include "proc/allocinfo.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line that is a suspect.  `sure`: as of struct suspect (judge/suspects.h). */
struct growing_line {
	const struct statement_line *line;
	bool sure;
	int64_t left_bytes; /* what it had grown by after the drain; growing_lines__settle() */
};

struct growing_lines {
	struct growing_line *list; /* those that grow fastest first */
	size_t nr, room;
};

/* Less than that is no suspect: bytes it has grown by. */
#define GROWING_LINES_LEAST 4096

/*
 * What a line counts that others count as well, or that is not the kernel's own: pages of slabs and
 * of per-CPU memory, page tables, pages of processes and of the page cache.  By the names of its
 * file, "mm/slub.c:2433", and its function.
 */
bool growing_lines__is_backing(const char *place, const char *function);

/*
 * Find those that grow with 95% confidence in a statement of all lines, what is backing left out.
 * `line` is the statement's.  0 or -ENOMEM.
 */
int growing_lines__find(struct growing_lines *lines, const struct statement *statement);

/*
 * The drain came after that, and `now` was read at its end: left_bytes is what each line has grown
 * by until then, 0 at least.
 */
void growing_lines__settle(struct growing_lines *lines, const struct allocinfo *now);

/* Was most of what it had grown by freed while allocations were drained? */
bool growing_lines__went(const struct growing_line *line);

/* Are all its calls of whole pages, as those of the page allocator are?  page_size: bytes. */
bool growing_lines__is_of_pages(const struct statement_line *line, uint64_t page_size);

/*
 * Does a line grow for sure that is of pages, and whose function no stack has that was traced?
 * has_stack(): has one the function that is called so, or can that not be told?
 */
bool growing_lines__wants_pages(const struct growing_lines *lines, uint64_t page_size,
				bool (*has_stack)(const char *function, void *arg), void *arg);

void growing_lines__free(struct growing_lines *lines);

#endif
