// SPDX-License-Identifier: GPL-2.0-only
#include "judge/growing_lines.h"
#include "judge/suspects.h"
#include "kernel/allocator.h"
#include "util/array.h"
#include "util/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Files all of whose lines are backing; and single functions of others. */
static const struct {
	const char *file, *function; /* NULL: all */
} backing[] = {
	{"mm/memory.c", NULL},
	{"mm/huge_memory.c", NULL},
	{"mm/shmem.c", "shmem_alloc_folio"},
	{"mm/shmem.c", "shmem_alloc_hugefolio"},
	{"mm/filemap.c", NULL},
	{"mm/readahead.c", NULL},
	{"mm/swap_state.c", NULL},
	{"mm/userfaultfd.c", NULL},
	{"mm/khugepaged.c", NULL},
	{"mm/hugetlb.c", NULL},
	{"mm/migrate.c", NULL},
	{"include/linux/highmem.h", NULL},
	{"include/linux/pagemap.h", NULL},
	{"include/asm-generic/pgalloc.h", NULL},
	{"arch/x86/include/asm/pgalloc.h", NULL},
	{"arch/x86/mm/pgtable.c", NULL},
	{"arch/arm64/mm/pgd.c", NULL},
	{"mm/slub.c", "alloc_slab_page"},
	{"mm/slub.c", "alloc_slab_obj_exts"},
	{"mm/percpu-vm.c", NULL},
	{"mm/percpu-km.c", NULL},
};

/* Is the file of `place` the one that is called so, whatever folder the kernel was built in? */
static bool is_in_file(const char *place, const char *file)
{
	size_t length = strcspn(place, ":"), wanted = strlen(file);

	if (length < wanted || strncmp(place + length - wanted, file, wanted))
		return false;
	return length == wanted || place[length - wanted - 1] == '/';
}

bool growing_lines__is_backing(const char *place, const char *function)
{
	for (size_t i = 0; i < sizeof(backing) / sizeof(backing[0]); i++)
		if (is_in_file(place, backing[i].file) &&
		    (!backing[i].function || !strcmp(function, backing[i].function)))
			return true;
	return allocator__part_of(function, strlen(function)) == ALLOCATOR_BACKING;
}

static bool grows(const struct statement_line *line)
{
	return suspects__grows(&line->amount) && line->amount.delta_bytes >= GROWING_LINES_LEAST &&
	       !growing_lines__is_backing(line->place, line->function);
}

static int by_growth(const void *a, const void *b)
{
	const struct statement_line *left = ((const struct growing_line *)a)->line;
	const struct statement_line *right = ((const struct growing_line *)b)->line;

	return ORDER_DOWN(left->amount.growth.per_s, right->amount.growth.per_s)
		       ?: strcmp(left->place, right->place);
}

int growing_lines__find(struct growing_lines *lines, const struct statement *statement)
{
	lines->nr = 0;
	for (size_t i = 0; i < statement->nr_lines; i++) {
		const struct statement_line *line = &statement->lines[i];

		if (!grows(line))
			continue;
		if (array__reserve((void **)&lines->list, lines->nr + 1, &lines->room,
				   sizeof(*lines->list)))
			return -ENOMEM;
		lines->list[lines->nr++] = (struct growing_line){
			.line = line,
			.sure = suspects__is_sure(&line->amount),
			.left_bytes = line->amount.delta_bytes,
		};
	}
	if (lines->nr)
		qsort(lines->list, lines->nr, sizeof(*lines->list), by_growth);
	return 0;
}

/* Bytes of the line now; one that is not listed has none. */
static uint64_t bytes_of(const struct statement_line *line, const struct allocinfo *now)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < now->nr; i++) {
		const struct allocinfo_line *l = &now->lines[i];

		if (!strcmp(l->place, line->place) && !strcmp(l->function, line->function) &&
		    !strcmp(l->module, line->module ? line->module : ""))
			bytes += l->bytes;
	}
	return bytes;
}

void growing_lines__settle(struct growing_lines *lines, const struct allocinfo *now)
{
	for (size_t i = 0; i < lines->nr; i++) {
		struct growing_line *growing = &lines->list[i];
		const struct statement_amount *amount = &growing->line->amount;
		int64_t left = (int64_t)bytes_of(growing->line, now) -
			       (amount->bytes - amount->delta_bytes);

		growing->left_bytes = left > 0 ? left : 0;
	}
}

bool growing_lines__went(const struct growing_line *line)
{
	return line->left_bytes < line->line->amount.delta_bytes / 2;
}

bool growing_lines__is_of_pages(const struct statement_line *line, uint64_t page_size)
{
	uint64_t bytes = (uint64_t)line->amount.bytes;

	return line->calls && page_size && bytes % page_size == 0 &&
	       bytes / page_size >= line->calls;
}

bool growing_lines__wants_pages(const struct growing_lines *lines, uint64_t page_size,
				bool (*has_stack)(const char *function, void *arg), void *arg)
{
	for (size_t i = 0; i < lines->nr; i++) {
		const struct statement_line *line = lines->list[i].line;
		size_t length = strlen(line->function);

		if (lines->list[i].sure && growing_lines__is_of_pages(line, page_size) &&
		    allocator__part_of(line->function, length) == ALLOCATOR_NONE &&
		    !has_stack(line->function, arg))
			return true;
	}
	return false;
}

void growing_lines__free(struct growing_lines *lines)
{
	free(lines->list);
	*lines = (struct growing_lines){};
}
