// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/watched_books.h"
#include "kernel/kallsyms.h"
#include "kernel/slabnames.h"
#include "util/clock.h"
#include "util/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define WANTED (BOOKS_MEM | BOOKS_ZONES | BOOKS_SLABS | BOOKS_AREAS)

static enum diagnosis_lines look_at_lines(void)
{
	bool counting;

	if (books__counts_lines(&counting))
		return DIAGNOSIS_LINES_UNKNOWN;
	return counting ? DIAGNOSIS_LINES_COUNTED : DIAGNOSIS_LINES_STOPPED;
}

int watched_books__open(struct watched_books *books, bool vmap_stack)
{
	*books = (struct watched_books){.lines_known = look_at_lines()};
	if (slabnames__read(&books->names) == -ENOMEM)
		return -ENOMEM;
	return bookkeeper__open(&books->keeper, &books->names, vmap_stack);
}

int watched_books__read(struct watched_books *watched)
{
	bool counted = watched->lines_known == DIAGNOSIS_LINES_COUNTED;
	struct books books;
	int err;

	if (!watched->start_s)
		watched->start_s = clock__now_s();
	books__read(&books, WANTED | (counted ? BOOKS_LINES : 0));
	books__say_odd(&books, watched->said_odd);
	watched->page_size = books.page_size;
	if (counted && books.lines_err)
		watched->lines_known = DIAGNOSIS_LINES_UNKNOWN;
	err = books.mem_err;
	if (!err)
		err = bookkeeper__enter(watched->keeper, &books, clock__now_s() - watched->start_s);
	books__free(&books);
	if (err)
		say("cannot read the kernel's books: %s", strerror(-err));
	return err;
}

double watched_books__watched_s(const struct watched_books *books)
{
	return books->start_s ? clock__now_s() - books->start_s : 0;
}

int watched_books__look(struct watched_books *books, const struct trace_options *traced)
{
	int err = bookkeeper__state(books->keeper, &books->statement, 0);

	if (!err)
		err = suspects__find(&books->suspects, &books->statement);
	if (!err)
		err = growing_lines__find(&books->lines, &books->statement);
	suspects__mark_traced(&books->suspects, traced);
	return err;
}

/* The code of functions that are called alike. */
struct code {
	struct kleak_range ranges[32];
	size_t nr; /* more than there is room for: those are left out */
};

static void note(const struct kallsyms_symbol *symbol, void *arg)
{
	struct code *code = arg;

	if (code->nr < sizeof(code->ranges) / sizeof(code->ranges[0]))
		code->ranges[code->nr] = (struct kleak_range){symbol->start, symbol->end};
	code->nr++;
}

/* What is called so, the compiler's copies included. */
static struct code code_of(const char *name, const struct symbols *symbols)
{
	struct code code = {};

	if (symbols__kallsyms(symbols))
		kallsyms__each(symbols__kallsyms(symbols), name, note, &code);
	return code;
}

/* `symbols` is a struct symbols; true where the kernel hides its functions, too. */
static bool has_function(const char *name, void *symbols)
{
	return !symbols__kallsyms(symbols) || code_of(name, symbols).nr;
}

/* Of a trace that goes on. */
struct seen {
	const struct reporter *reporter;
	const struct symbols *symbols;
};

static bool has_stack(const char *function, void *arg)
{
	const struct seen *seen = arg;
	struct code code = code_of(function, seen->symbols);

	return !code.nr || code.nr > sizeof(code.ranges) / sizeof(code.ranges[0]) ||
	       reporter__saw_frame_in(seen->reporter, code.ranges, code.nr);
}

bool watched_books__wants_pages(const struct watched_books *books,
				const struct trace_options *traced, const struct reporter *reporter,
				const struct symbols *symbols)
{
	struct seen seen = {reporter, symbols};

	if (traced->origins_given || traced->origins & ORIGIN_PAGES)
		return false;
	return suspects__wants_pages(&books->suspects, traced) ||
	       growing_lines__wants_pages(&books->lines, books->page_size, has_stack, &seen);
}

/* Were only some of all allocations to be recorded? */
static bool is_filtered(const struct trace_options *traced)
{
	return traced->pid >= 0 || traced->cgroup || traced->cache || traced->min_size ||
	       traced->max_size != UINT64_MAX;
}

int watched_books__explain(struct watched_books *books, const struct trace_options *traced,
			   const struct report *report, const struct symbols *symbols,
			   struct line_stacks *stacks)
{
	const struct line_stacks_trace trace = {.page_size = books->page_size,
						.pages = traced->origins & ORIGIN_PAGES,
						.filtered = is_filtered(traced),
						.has_function = has_function,
						.arg = (void *)symbols};
	int err = watched_books__look(books, traced);
	struct books now;

	if (err || books->lines_known != DIAGNOSIS_LINES_COUNTED)
		return err;
	books__read(&now, BOOKS_LINES);
	if (!now.lines_err)
		growing_lines__settle(&books->lines, &now.lines);
	books__free(&now);
	return line_stacks__find(stacks, &books->lines, &books->statement, report, &trace);
}

void watched_books__close(struct watched_books *books)
{
	growing_lines__free(&books->lines);
	suspects__free(&books->suspects);
	bookkeeper__close(books->keeper);
	slabnames__free(&books->names);
}
