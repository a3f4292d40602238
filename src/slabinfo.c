// SPDX-License-Identifier: GPL-2.0-only
#include "slabinfo.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 128

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

static int parse_number(const char *text, uint64_t *number)
{
	char *rest;

	if (!isdigit((unsigned char)*text)) /* strtoull() takes signs and blanks */
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &rest, 10);
	return errno || *rest ? -EINVAL : 0;
}

/* Parse the blank-separated numbers at the start of `text`; its rest, or NULL. */
static char *take_numbers(char *text, uint64_t *numbers, int nr)
{
	for (int i = 0; i < nr; i++) {
		char *number = text + strspn(text, " ");
		char *end = number + strcspn(number, " ");
		bool is_last = !*end;

		*end = '\0';
		if (parse_number(number, &numbers[i]))
			return NULL;
		text = is_last ? end : end + 1;
	}
	return text;
}

/*
 * Cut the last word off `text` and parse it.  Caches' names may hold blanks, so
 * the numbers behind a name have to be read from the right.
 */
static int cut_number(char *text, uint64_t *number)
{
	size_t length = strlen(text);
	char *word;

	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	word = strrchr(text, ' ');
	if (!word)
		return -EINVAL;
	*word = '\0';
	return parse_number(word + 1, number);
}

/* "name active objects size per_slab pages": the name may be cut short. */
static int parse_objects(struct slabinfo_cache *cache, char *text)
{
	size_t length;

	if (cut_number(text, &cache->pages_per_slab) ||
	    cut_number(text, &cache->objects_per_slab) || cut_number(text, &cache->object_size) ||
	    cut_number(text, &cache->objects) || cut_number(text, &cache->active_objects))
		return -EINVAL;
	length = strlen(text);
	while (length && text[length - 1] == ' ')
		length--;
	if (!length)
		return -EINVAL;
	if (length >= sizeof(cache->name))
		length = sizeof(cache->name) - 1;
	memcpy(cache->name, text, length);
	cache->name[length] = '\0';
	return 0;
}

/* A line of cache_show() in mm/slab_common.c; a debugging SLAB has more " : " parts. */
static int parse_cache(struct slabinfo_cache *cache, char *line)
{
	static const char tunables[] = " : tunables ", slabdata[] = ": slabdata ";
	uint64_t numbers[3];
	char *rest = strstr(line, tunables);

	if (!rest)
		return -EINVAL;
	*rest = '\0';
	rest = take_numbers(rest + strlen(tunables), numbers, 3);
	if (!rest || strncmp(rest, slabdata, strlen(slabdata)))
		return -EINVAL;
	rest = take_numbers(rest + strlen(slabdata), numbers, 3);
	if (!rest || (*rest && *rest != ':'))
		return -EINVAL;
	cache->slabs = numbers[1]; /* <active_slabs> <num_slabs> <sharedavail> */
	return parse_objects(cache, line);
}

static int reserve(struct slabinfo *info, size_t *room)
{
	size_t more = *room ? *room * 2 : FIRST_ROOM;
	struct slabinfo_cache *caches;

	if (info->nr < *room)
		return 0;
	caches = realloc(info->caches, more * sizeof(*caches));
	if (!caches)
		return -ENOMEM;
	info->caches = caches;
	*room = more;
	return 0;
}

static int add_line(struct slabinfo *info, size_t *room, char *line)
{
	int err;

	if (!strncmp(line, "# ", 2)) /* the columns' names */
		return 0;
	err = reserve(info, room);
	if (!err)
		err = parse_cache(&info->caches[info->nr], line);
	if (!err)
		info->nr++;
	return err;
}

static int parse_lines(struct slabinfo *info, FILE *file)
{
	char *line = NULL;
	size_t line_room = 0, room = 0;
	bool seen_version = false;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&line, &line_room, file)) >= 0) {
		if (length && line[length - 1] == '\n')
			line[--length] = '\0';
		if (strlen(line) != (size_t)length) /* a NUL byte */
			err = -EINVAL;
		else if (seen_version)
			err = add_line(info, &room, line);
		else if (!is_version_2(line))
			err = -EINVAL;
		seen_version = true;
	}
	free(line);
	if (!err && !feof(file))
		err = -EIO;
	return !err && !seen_version ? -EINVAL : err;
}

int slabinfo__parse(struct slabinfo *info, FILE *file)
{
	struct slabinfo read = {};
	int err = parse_lines(&read, file);

	if (err)
		slabinfo__free(&read);
	else
		*info = read;
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
