// SPDX-License-Identifier: GPL-2.0-only
#include "vmallocinfo.h"
#include "lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* What the words behind an area's size say. */
struct area {
	uint64_t pages;
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
static const char *skip_range(const char *line)
{
	const char *at = skip_address(line);
	size_t digits;

	if (!at || *at != '-')
		return NULL;
	at = skip_address(at + 1);
	if (!at || *at != ' ')
		return NULL;
	at += strspn(at, " ");
	digits = strspn(at, "0123456789");
	at += digits;
	return digits && (!*at || *at == ' ') ? at : NULL;
}

static int parse_pages(const char *text, uint64_t *pages)
{
	unsigned long long number;
	char *rest;

	if (!isdigit((unsigned char)*text)) /* strtoull() takes signs and blanks */
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &rest, 10);
	if (errno || *rest)
		return -EINVAL;
	*pages = number;
	return 0;
}

/*
 * No caller is taken for one of these: %pS prints "name+0x1/0x2 [module]".
 * Words unknown here (vpages, N0=4, ...) are left to newer kernels.
 */
static int read_word(struct area *area, const char *word)
{
	if (!strncmp(word, "pages=", 6))
		return parse_pages(word + 6, &area->pages);
	area->vmalloc |= !strcmp(word, "vmalloc");
	area->ioremap |= !strcmp(word, "ioremap");
	area->vmap |= !strcmp(word, "vmap");
	area->unpurged |= !strcmp(word, "unpurged");
	return 0;
}

static int parse_area(struct area *area, char *line)
{
	const char *range_end = skip_range(line);
	char *word, *rest = NULL;

	if (!range_end)
		return -EINVAL;
	word = strtok_r(line + (range_end - line), " ", &rest);
	for (; word; word = strtok_r(NULL, " ", &rest)) {
		int err = read_word(area, word);

		if (err)
			return err;
	}
	return 0;
}

static int count_area(struct vmallocinfo *info, const struct area *area)
{
	if (area->vmalloc && area->pages) {
		info->alloc_areas++;
		if (__builtin_add_overflow(info->alloc_pages, area->pages, &info->alloc_pages))
			return -EINVAL;
	} else if (area->ioremap) {
		info->ioremap_areas++;
	} else if (area->vmap) {
		info->vmap_areas++;
	} else if (area->unpurged) {
		info->unpurged_areas++;
	} else {
		info->other_areas++;
	}
	return 0;
}

static int parse_line(char *line, void *info)
{
	struct area area = {};
	int err = parse_area(&area, line);

	return err ? err : count_area(info, &area);
}

int vmallocinfo__parse(struct vmallocinfo *info, FILE *file)
{
	struct vmallocinfo read = {};
	int err = lines__each(file, parse_line, &read);

	if (!err)
		*info = read;
	return err;
}
