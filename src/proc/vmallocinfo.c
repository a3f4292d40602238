// SPDX-License-Identifier: GPL-2.0-only
#include "proc/vmallocinfo.h"
#include "util/array.h"
#include "util/lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_PAGE 65536 /* that a kernel may have */

/* What the words behind an area's size say. */
struct area {
	uint64_t size; /* guard page included */
	uint64_t pages;
	char caller[sizeof(((struct vmallocinfo_caller *)0)->name)];
	bool vmalloc;
	bool ioremap;
	bool vmap;
	bool unpurged;
};

/* Behind the address at the start of `text`, or NULL. */
static const char *skip_address(const char *text)
{
	/* What %p prints until the kernel has the randomness to hash with (lib/vsprintf.c). */
	static const char too_early[] = "(____ptrval____)";
	size_t digits;

	if (strncmp(text, "0x", 2))
		return NULL;
	text += 2;
	if (!strncmp(text, too_early, strlen(too_early)))
		return text + strlen(too_early);
	digits = strspn(text, "0123456789abcdef");
	return digits ? text + digits : NULL;
}

/* Behind "0xSTART-0xEND    SIZE", or NULL. */
static const char *skip_range(const char *line, uint64_t *size)
{
	const char *at = skip_address(line);

	if (!at || *at != '-')
		return NULL;
	at = skip_address(at + 1);
	if (!at || *at != ' ')
		return NULL;
	at += strspn(at, " ");
	if (!lines__number(&at, LINES_MOST, size))
		return NULL;
	return !*at || *at == ' ' ? at : NULL;
}

/* Is the word one of those that say what an area is, and not who made it? */
static bool is_known(const char *word)
{
	static const char *const words[] = {"ioremap",	    "vmalloc", "vmap",	   "user",
					    "dma-coherent", "vpages",  "unpurged", "sparse"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return !strncmp(word, "pages=", 6) || !strncmp(word, "phys=", 5);
}

/*
 * No caller is taken for one of these: %pS prints "name+0x1/0x2 [module]".
 * Words unknown here (N0=4, ...) are left to newer kernels.
 */
static bool read_word(struct area *area, const char *word)
{
	if (!strncmp(word, "pages=", 6)) {
		word += 6;
		return lines__number(&word, LINES_MOST, &area->pages) && !*word;
	}
	area->vmalloc |= !strcmp(word, "vmalloc");
	area->ioremap |= !strcmp(word, "ioremap");
	area->vmap |= !strcmp(word, "vmap");
	area->unpurged |= !strcmp(word, "unpurged");
	return true;
}

/* The first word is the caller, unless it is known; its module stands in brackets behind it. */
static void read_caller(struct area *area, const char *word, int position)
{
	size_t used = strlen(area->caller);

	if (position == 0 && !is_known(word))
		snprintf(area->caller, sizeof(area->caller), "%s", word);
	else if (position == 1 && used && word[0] == '[')
		snprintf(area->caller + used, sizeof(area->caller) - used, " %s", word);
}

static bool parse_area(struct area *area, char *line)
{
	const char *range_end = skip_range(line, &area->size);
	char *word, *rest = NULL;

	if (!range_end)
		return false;
	word = strtok_r(line + (range_end - line), " ", &rest);
	for (int position = 0; word; word = strtok_r(NULL, " ", &rest), position++) {
		if (!read_word(area, word))
			return false;
		read_caller(area, word, position);
	}
	if (!area->caller[0])
		snprintf(area->caller, sizeof(area->caller), "(unknown)");
	return true;
}

struct json_reader {
	struct vmallocinfo info;
	size_t room;
	uint64_t pages; /* of all areas */
	bool understood;
};

/* One entry an area; they are joined when all are there. */
static int add_caller(struct json_reader *reading, const struct area *area)
{
	struct vmallocinfo *info = &reading->info;
	struct vmallocinfo_caller *caller;

	if (array__reserve((void **)&info->callers, info->nr_callers + 1, &reading->room,
			   sizeof(*info->callers)))
		return -ENOMEM;
	caller = &info->callers[info->nr_callers++];
	snprintf(caller->name, sizeof(caller->name), "%s", area->caller);
	caller->areas = 1;
	caller->pages = area->pages;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct vmallocinfo_caller *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static void join_callers(struct vmallocinfo *info)
{
	size_t kept = 0;

	if (info->nr_callers)
		qsort(info->callers, info->nr_callers, sizeof(*info->callers), by_name);
	for (size_t i = 0; i < info->nr_callers; i++) {
		struct vmallocinfo_caller *last = kept ? &info->callers[kept - 1] : NULL;

		if (last && !by_name(last, &info->callers[i])) {
			last->areas++;
			last->pages += info->callers[i].pages;
		} else {
			info->callers[kept++] = info->callers[i];
		}
	}
	info->nr_callers = kept;
}

/* The sums stay numbers, whatever is printed. */
static bool sum_up(struct json_reader *reading, const struct area *area)
{
	uint64_t spanned = reading->info.spanned_bytes, pages = reading->pages;

	if (!lines__add(&spanned, area->size) || !lines__add(&pages, area->pages) ||
	    pages > LINES_MOST / LARGEST_PAGE)
		return false;
	reading->info.spanned_bytes = spanned;
	reading->pages = pages;
	return true;
}

static int count_area(struct json_reader *reading, const struct area *area)
{
	struct vmallocinfo *info = &reading->info;

	reading->understood = true;
	if (area->unpurged) {
		info->unpurged_areas++;
		return 0;
	}
	if (!sum_up(reading, area))
		return LINES_ODD;
	if (area->vmalloc && area->pages) {
		info->alloc_areas++;
		info->alloc_pages += area->pages;
		return add_caller(reading, area);
	}
	if (area->ioremap) {
		info->ioremap_areas++;
		info->ioremap_bytes += area->size;
	} else if (area->vmap) {
		info->vmap_areas++;
		info->vmap_bytes += area->size;
	} else {
		info->other_areas++;
	}
	return 0;
}

static int parse_line(char *line, void *reading)
{
	struct area area = {};

	return parse_area(&area, line) ? count_area(reading, &area) : LINES_ODD;
}

int vmallocinfo__parse(struct vmallocinfo *info, FILE *file)
{
	struct json_reader reading = {};
	int err = lines__each(file, parse_line, &reading, &reading.info.odd);

	if (!err && reading.info.odd && !reading.understood)
		err = -EINVAL;
	if (err) {
		free(reading.info.callers);
		return err;
	}
	join_callers(&reading.info);
	*info = reading.info;
	return 0;
}

void vmallocinfo__free(struct vmallocinfo *info)
{
	free(info->callers);
	*info = (struct vmallocinfo){};
}
