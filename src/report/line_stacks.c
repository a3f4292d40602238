// SPDX-License-Identifier: GPL-2.0-only
#include "report/line_stacks.h"
#include "kernel/allocator.h"
#include "util/array.h"
#include "util/fnv.h"
#include "util/function_name.h"
#include "util/idmap.h"
#include "util/order.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The lines of a statement, by function. */
struct index {
	const struct statement *statement;
	struct idmap by_function; /* the first line of a function */
	uint32_t *next;		  /* by line: another one of the function, or IDMAP_NONE */
	uint32_t *growing;	  /* by line: its number among those that grow, or IDMAP_NONE */
};

static uint64_t id_of(const char *function)
{
	return idmap__mix(fnv__add(FNV_START, function, function_name__length(function))) | 1;
}

static void index_free(struct index *index)
{
	idmap__free(&index->by_function);
	free(index->next);
	free(index->growing);
}

static int index_lines(struct index *index)
{
	const struct statement *s = index->statement;
	int err = 0;

	for (size_t i = 0; i < s->nr_lines && !err; i++) {
		uint64_t id = id_of(s->lines[i].function);
		uint32_t first = idmap__find(&index->by_function, id);

		index->growing[i] = index->next[i] = IDMAP_NONE;
		if (first == IDMAP_NONE) {
			err = idmap__add(&index->by_function, id, i);
			continue;
		}
		index->next[i] = index->next[first];
		index->next[first] = i;
	}
	return err;
}

static int index_make(struct index *index, const struct statement *statement,
		      const struct growing_lines *lines)
{
	size_t nr = statement->nr_lines;
	int err = -ENOMEM;

	*index = (struct index){.statement = statement};
	index->next = calloc(nr + 1, sizeof(*index->next));
	index->growing = calloc(nr + 1, sizeof(*index->growing));
	if (index->next && index->growing)
		err = index_lines(index);
	if (err) {
		index_free(index);
		return err;
	}
	for (size_t i = 0; i < lines->nr; i++)
		index->growing[lines->list[i].line - statement->lines] = i;
	return 0;
}

/* Is one of the two names of files the end of the other?  A place may have lost its start. */
static bool is_same_file(const char *file, const char *place)
{
	bool whole = strlen(place) + 1 < sizeof(((struct allocinfo_line *)0)->place);
	size_t length = strlen(file), other = strcspn(place, ":");
	size_t both = length < other ? length : other;
	const char *longer = length < other ? place : file;
	size_t before = (length < other ? other : length) - both;

	if (strncmp(file + length - both, place + other - both, both))
		return false;
	return !before || !whole || longer[before - 1] == '/';
}

/* Is the frame in the line's function, by all that is known of both? */
static bool is_in_function(const struct symbols_frame *frame, const struct statement_line *line)
{
	size_t length = function_name__length(frame->symbol);

	if (length != function_name__length(line->function) ||
	    strncmp(frame->symbol, line->function, length))
		return false;
	if (strcmp(frame->module ? frame->module : "", line->module ? line->module : ""))
		return false;
	return !frame->file || is_same_file(frame->file, line->place);
}

/* Is it at that very line? */
static bool is_at(const struct symbols_frame *frame, const struct statement_line *line)
{
	const char *number = strchr(line->place, ':');
	char text[16];

	snprintf(text, sizeof(text), "%u", frame->line);
	return frame->file && frame->line && number && !strcmp(number + 1, text);
}

/* The lines that a frame may be at. */
struct candidates {
	uint32_t all;
	uint32_t exact; /* the line it is at, or IDMAP_NONE */
};

static uint32_t first_line(const struct index *index, const struct symbols_frame *frame)
{
	return frame->symbol ? idmap__find(&index->by_function, id_of(frame->symbol)) : IDMAP_NONE;
}

static struct candidates candidates_of(const struct index *index, const struct symbols_frame *frame)
{
	struct candidates found = {.exact = IDMAP_NONE};

	for (uint32_t i = first_line(index, frame); i != IDMAP_NONE; i = index->next[i]) {
		const struct statement_line *line = &index->statement->lines[i];

		if (!is_in_function(frame, line))
			continue;
		found.all++;
		if (is_at(frame, line))
			found.exact = i;
	}
	return found;
}

/* The first frame of a site whose function has a line; false: none of the first has. */
static bool find_frame(const struct index *index, const struct report_site *site, uint32_t *frame,
		       struct candidates *found)
{
	for (size_t i = 0; i < site->nr_frames && i < LINE_STACKS_FRAMES; i++) {
		*found = candidates_of(index, &site->stack[i]);
		*frame = i;
		if (found->all)
			return true;
	}
	return false;
}

/* A site of a line, before they are in order. */
struct pair {
	uint32_t line; /* of those that grow */
	uint32_t alike;
	struct line_stacks_site site;
};

struct pairs {
	struct pair *list;
	size_t nr, room;
};

static int add(struct pairs *pairs, uint32_t line, uint32_t alike, uint32_t site, uint32_t frame)
{
	if (array__reserve((void **)&pairs->list, pairs->nr + 1, &pairs->room,
			   sizeof(*pairs->list)))
		return -ENOMEM;
	pairs->list[pairs->nr++] = (struct pair){line, alike, {site, frame}};
	return 0;
}

/* Add a site to the lines that grow and that it may be of. */
static int add_site(struct pairs *pairs, const struct index *index, const struct report *report,
		    uint32_t site)
{
	struct candidates found;
	const struct symbols_frame *at;
	uint32_t frame;
	int err = 0;

	if (!find_frame(index, &report->sites[site], &frame, &found))
		return 0;
	at = &report->sites[site].stack[frame];
	for (uint32_t i = first_line(index, at); i != IDMAP_NONE && !err; i = index->next[i]) {
		if (index->growing[i] == IDMAP_NONE ||
		    !is_in_function(at, &index->statement->lines[i]))
			continue;
		if (found.exact == IDMAP_NONE)
			err = add(pairs, index->growing[i], found.all, site, frame);
		else if (found.exact == i)
			err = add(pairs, index->growing[i], 1, site, frame);
	}
	return err;
}

static int by_line(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;

	return ORDER_UP(left->line, right->line) ?: ORDER_UP(left->site.site, right->site.site);
}

static enum line_stacks_why why_none(const struct growing_line *growing,
				     const struct report *report,
				     const struct line_stacks_trace *trace)
{
	const char *function = growing->line->function;

	if (!report)
		return LINE_STACKS_NO_TRACE;
	if (growing_lines__went(growing))
		return LINE_STACKS_WENT;
	if (allocator__part_of(function, strlen(function)) != ALLOCATOR_NONE)
		return LINE_STACKS_ALLOCATOR;
	if (!trace->pages && growing_lines__is_of_pages(growing->line, trace->page_size))
		return LINE_STACKS_PAGES;
	if (trace->has_function && !trace->has_function(function, trace->arg))
		return LINE_STACKS_INLINED;
	if (trace->filtered)
		return LINE_STACKS_FILTERED;
	return report->sampling_most > 1 ? LINE_STACKS_SAMPLED : LINE_STACKS_NO_SITE;
}

static int make_list(struct line_stacks *stacks, const struct growing_lines *lines,
		     const struct pairs *pairs, const struct report *report,
		     const struct line_stacks_trace *trace)
{
	size_t at = 0;

	stacks->list = calloc(lines->nr + 1, sizeof(*stacks->list));
	stacks->sites = calloc(pairs->nr + 1, sizeof(*stacks->sites));
	if (!stacks->list || !stacks->sites)
		return -ENOMEM;
	for (size_t i = 0; i < lines->nr; i++) {
		struct line_stacks_line *line = &stacks->list[i];

		*line = (struct line_stacks_line){&lines->list[i], .alike = 1, .first = at};
		for (; at < pairs->nr && pairs->list[at].line == i; at++) {
			stacks->sites[at] = pairs->list[at].site;
			if (pairs->list[at].alike > line->alike)
				line->alike = pairs->list[at].alike;
		}
		line->nr = at - line->first;
		if (!line->nr)
			line->why = why_none(line->growing, report, trace);
	}
	stacks->nr = lines->nr;
	stacks->nr_sites = pairs->nr;
	return 0;
}

int line_stacks__find(struct line_stacks *out, const struct growing_lines *lines,
		      const struct statement *statement, const struct report *report,
		      const struct line_stacks_trace *trace)
{
	struct line_stacks stacks = {};
	struct pairs pairs = {};
	struct index index;
	int err = index_make(&index, statement, lines);

	if (err)
		return err;
	for (size_t i = 0; report && i < report->nr_sites && !err; i++)
		err = add_site(&pairs, &index, report, i);
	if (pairs.nr)
		qsort(pairs.list, pairs.nr, sizeof(*pairs.list), by_line);
	if (!err)
		err = make_list(&stacks, lines, &pairs, report, trace);
	if (err)
		line_stacks__free(&stacks);
	else
		*out = stacks;
	free(pairs.list);
	index_free(&index);
	return err;
}

static const struct {
	const char *name, *text;
} whys[LINE_STACKS_WHYS] = {
	[LINE_STACKS_NO_TRACE] = {"not_traced", "nothing was traced"},
	[LINE_STACKS_WENT] = {"freed_by_drain", "it was freed once allocations were not recorded "
						"any more"},
	[LINE_STACKS_ALLOCATOR] = {"allocator", "the function is an allocator's own, stacks begin "
						"at its callers"},
	[LINE_STACKS_INLINED] = {"inlined", "the function is inlined into others; with debug info "
					    "(--debug-dir) they are found"},
	[LINE_STACKS_PAGES] = {"pages_not_traced", "it may take pages, which were not traced "
						   "(--origin slab,vmalloc,percpu,pages)"},
	[LINE_STACKS_FILTERED] = {"filtered", "only a part of all allocations was traced"},
	[LINE_STACKS_SAMPLED] = {"sampled", "no recorded object has the function, and not every "
					    "one was recorded"},
	[LINE_STACKS_NO_SITE] = {"no_site", "no traced site has the function; why is not known"},
};

const char *line_stacks__why_name(enum line_stacks_why why)
{
	return whys[why].name;
}

const char *line_stacks__why_text(enum line_stacks_why why)
{
	return whys[why].text;
}

/* Under another name its memory is among the sites all the same, or it is gone. */
static bool is_unexplained(const struct line_stacks_line *line)
{
	return line->growing->sure && line->why >= LINE_STACKS_PAGES;
}

bool line_stacks__any_unexplained(const struct line_stacks *stacks)
{
	for (size_t i = 0; i < stacks->nr; i++)
		if (is_unexplained(&stacks->list[i]))
			return true;
	return false;
}

bool line_stacks__wants_pages(const struct line_stacks *stacks)
{
	for (size_t i = 0; i < stacks->nr; i++)
		if (is_unexplained(&stacks->list[i]) && stacks->list[i].why == LINE_STACKS_PAGES)
			return true;
	return false;
}

void line_stacks__free(struct line_stacks *stacks)
{
	free(stacks->list);
	free(stacks->sites);
	*stacks = (struct line_stacks){};
}
