// SPDX-License-Identifier: GPL-2.0-only
#include "proc/slabinfo.h"
#include "util/array.h"
#include "util/lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_PAGE 65536 /* that a kernel may have: what is counted in pages is bounded by it */

/* "slabinfo - version: 2.1", or "... (statistics)" of a SLAB with debugging (up to 6.7). */
static bool is_version_2(const char *line)
{
	static const char version[] = "slabinfo - version: 2.";
	size_t digits;

	if (strncmp(line, version, strlen(version)))
		return false;
	line += strlen(version);
	digits = strspn(line, "0123456789");
	return digits && (!line[digits] || line[digits] == ' ');
}

static bool parse_number(const char *text, uint64_t *number)
{
	return lines__number(&text, LINES_MOST, number) && !*text;
}

/* Parse the blank-separated numbers at the start of `text`; its rest, or NULL. */
static char *take_numbers(char *text, uint64_t *numbers, int nr)
{
	for (int i = 0; i < nr; i++) {
		char *number = text + strspn(text, " ");
		char *end = number + strcspn(number, " ");
		bool is_last = !*end;

		*end = '\0';
		if (!parse_number(number, &numbers[i]))
			return NULL;
		text = is_last ? end : end + 1;
	}
	return text;
}

/*
 * Cut the last word off `text` and parse it.  Caches' names may hold blanks, so
 * the numbers behind a name have to be read from the right.
 */
static bool cut_number(char *text, uint64_t *number)
{
	size_t length = strlen(text);
	char *word;

	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	word = strrchr(text, ' ');
	if (!word)
		return false;
	*word = '\0';
	return parse_number(word + 1, number);
}

/* "name active objects size per_slab pages": the name may be cut short. */
static bool parse_objects(struct slabinfo_cache *cache, char *text)
{
	size_t length;

	if (!cut_number(text, &cache->pages_per_slab) ||
	    !cut_number(text, &cache->objects_per_slab) || !cut_number(text, &cache->object_size) ||
	    !cut_number(text, &cache->objects) || !cut_number(text, &cache->active_objects))
		return false;
	length = strlen(text);
	while (length && text[length - 1] == ' ')
		length--;
	if (!length)
		return false;
	if (length >= sizeof(cache->name))
		length = sizeof(cache->name) - 1;
	memcpy(cache->name, text, length);
	cache->name[length] = '\0';
	return true;
}

/* A line of cache_show() in mm/slab_common.c; a debugging SLAB has more " : " parts. */
static bool parse_cache(struct slabinfo_cache *cache, char *line)
{
	static const char tunables[] = " : tunables ", slabdata[] = ": slabdata ";
	uint64_t numbers[3];
	char *rest = strstr(line, tunables);

	if (!rest)
		return false;
	*rest = '\0';
	rest = take_numbers(rest + strlen(tunables), numbers, 3);
	if (!rest || strncmp(rest, slabdata, strlen(slabdata)))
		return false;
	rest = take_numbers(rest + strlen(slabdata), numbers, 3);
	if (!rest || (*rest && *rest != ':'))
		return false;
	cache->slabs = numbers[1]; /* <active_slabs> <num_slabs> <sharedavail> */
	return parse_objects(cache, line);
}

struct json_reader {
	struct slabinfo info;
	size_t room;
	bool seen_version;
	uint64_t used, all; /* bytes of all caches' objects */
	uint64_t pages;
};

/* How many are in use is told by counters that race: one below 0 is printed as 2^64 less. */
static bool sum_up(struct json_reader *reading, const struct slabinfo_cache *cache)
{
	uint64_t used = reading->used, all = reading->all, pages = reading->pages;

	if (!lines__add_product(&used, cache->active_objects, cache->object_size) ||
	    !lines__add_product(&all, cache->objects, cache->object_size) ||
	    !lines__add_product(&pages, cache->slabs, cache->pages_per_slab) ||
	    pages > LINES_MOST / LARGEST_PAGE)
		return false;
	reading->used = used;
	reading->all = all;
	reading->pages = pages;
	return true;
}

static int add_cache(struct json_reader *reading, char *line)
{
	struct slabinfo *info = &reading->info;
	struct slabinfo_cache cache = {};

	if (!parse_cache(&cache, line) || !sum_up(reading, &cache))
		return LINES_ODD;
	if (array__reserve((void **)&info->caches, info->nr + 1, &reading->room,
			   sizeof(*info->caches)))
		return -ENOMEM;
	info->caches[info->nr++] = cache;
	return 0;
}

static int read_line(char *line, void *arg)
{
	struct json_reader *reading = arg;

	if (!reading->seen_version) {
		reading->seen_version = true;
		return is_version_2(line) ? 0 : -EINVAL;
	}
	if (!strncmp(line, "# ", 2)) /* the columns' names */
		return 0;
	return add_cache(reading, line);
}

int slabinfo__parse(struct slabinfo *info, FILE *file)
{
	struct json_reader reading = {};
	int err = lines__each(file, read_line, &reading, &reading.info.odd);

	if (!err && (!reading.seen_version || (reading.info.odd && !reading.info.nr)))
		err = -EINVAL;
	if (err)
		slabinfo__free(&reading.info);
	else
		*info = reading.info;
	return err;
}

const struct slabinfo_cache *slabinfo__find(const struct slabinfo *info, const char *name)
{
	for (size_t i = 0; i < info->nr; i++)
		if (!strcmp(info->caches[i].name, name))
			return &info->caches[i];
	return NULL;
}

void slabinfo__free(struct slabinfo *info)
{
	free(info->caches);
	*info = (struct slabinfo){};
}

#define LEAST_CLASS 8
#define MOST_CLASS  (1U << 22)

/* mm/slab_common.c, kmalloc_info[]: the cache of this class, or NULL. */
static const struct slabinfo_cache *find_class(const struct slabinfo *info, uint32_t size)
{
	char name[32];

	if (size % 1024)
		snprintf(name, sizeof(name), "kmalloc-%u", size);
	else if (size % (1U << 20))
		snprintf(name, sizeof(name), "kmalloc-%uk", size >> 10);
	else
		snprintf(name, sizeof(name), "kmalloc-%uM", size >> 20);
	return slabinfo__find(info, name);
}

size_t slabinfo__padded_classes(const struct slabinfo *info, uint32_t *classes, size_t room)
{
	bool padded = false;
	size_t nr = 0;

	for (uint32_t power = LEAST_CLASS; power <= MOST_CLASS; power *= 2) {
		/* there are two between powers: 96 and 192 */
		for (uint32_t size = power; size < 2 * power && nr < room; size += power / 2) {
			const struct slabinfo_cache *cache = find_class(info, size);

			if (!cache)
				continue;
			padded |= cache->object_size != size;
			classes[nr++] = size;
		}
	}
	if (!padded)
		nr = 0;
	memset(classes + nr, 0, (room - nr) * sizeof(*classes));
	return nr;
}
