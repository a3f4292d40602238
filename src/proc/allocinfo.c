// SPDX-License-Identifier: GPL-2.0-only
#include "proc/allocinfo.h"
#include "util/array.h"
#include "util/lines.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct json_reader {
	struct allocinfo info;
	size_t room;
	bool versioned, understood;
	uint64_t bytes; /* of all */
};

static int parse_version(struct json_reader *reading, const char *line)
{
	static const char start[] = "allocinfo - version: ";

	if (strncmp(line, start, strlen(start)))
		return -EINVAL;
	line += strlen(start);
	reading->versioned = (line[0] == '1' || line[0] == '2') && line[1] == '.';
	return reading->versioned ? 0 : -EINVAL;
}

/* The kernel prints them signed: counters of CPUs that race may be below 0 together. */
static bool parse_number(char **at, uint64_t *number)
{
	const char *text = *at + strspn(*at, " ");

	if (!lines__number(&text, LINES_MOST, number) || *text != ' ')
		return false;
	*at += text - *at;
	return true;
}

/* Copy a word; one that is too long loses its start: the end of a path tells more. */
static void copy_end(char *to, size_t len, const char *word)
{
	size_t length = strlen(word);

	snprintf(to, len, "%s", length < len ? word : word + length - len + 1);
}

/* "init/main.c:1310 [module] func:do_initcalls" */
static bool parse_tag(struct allocinfo_line *entry, char *text)
{
	static const char func[] = "func:";
	char *rest = NULL, *word = strtok_r(text, " ", &rest);

	if (!word)
		return false;
	copy_end(entry->place, sizeof(entry->place), word);
	word = strtok_r(NULL, " ", &rest);
	if (word && word[0] == '[') {
		word[strcspn(word, "]")] = '\0';
		copy_end(entry->module, sizeof(entry->module), word + 1);
		word = strtok_r(NULL, " ", &rest);
	}
	if (!word || strncmp(word, func, strlen(func)))
		return false;
	copy_end(entry->function, sizeof(entry->function), word + strlen(func));
	return true;
}

static int parse_line(char *line, void *arg)
{
	struct json_reader *reading = arg;
	struct allocinfo *info = &reading->info;
	struct allocinfo_line entry = {};

	if (!reading->versioned)
		return parse_version(reading, line);
	if (line[0] == '#')
		return 0;
	if (!parse_number(&line, &entry.bytes) || !parse_number(&line, &entry.calls) ||
	    !parse_tag(&entry, line) || !lines__add(&reading->bytes, entry.bytes))
		return LINES_ODD;
	reading->understood = true;
	if (!entry.bytes)
		return 0;
	if (array__reserve((void **)&info->lines, info->nr + 1, &reading->room,
			   sizeof(*info->lines)))
		return -ENOMEM;
	info->lines[info->nr++] = entry;
	return 0;
}

int allocinfo__parse(struct allocinfo *info, FILE *file)
{
	struct json_reader reading = {};
	int err = lines__each(file, parse_line, &reading, &reading.info.odd);

	if (!err && (!reading.versioned || (reading.info.odd && !reading.understood)))
		err = -EINVAL;
	if (err)
		allocinfo__free(&reading.info);
	else
		*info = reading.info;
	return err;
}

void allocinfo__free(struct allocinfo *info)
{
	free(info->lines);
	*info = (struct allocinfo){};
}
