// SPDX-License-Identifier: GPL-2.0-only
#include "allocinfo.h"
#include "array.h"
#include "lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct allocinfo info;
	size_t room;
	bool versioned;
};

static int parse_version(struct reading *reading, const char *line)
{
	static const char start[] = "allocinfo - version: ";

	if (strncmp(line, start, strlen(start)))
		return -EINVAL;
	line += strlen(start);
	reading->versioned = (line[0] == '1' || line[0] == '2') && line[1] == '.';
	return reading->versioned ? 0 : -EINVAL;
}

static int parse_number(char **at, uint64_t *number)
{
	*at += strspn(*at, " ");
	if (!isdigit((unsigned char)**at))
		return -EINVAL;
	errno = 0;
	*number = strtoull(*at, at, 10);
	return errno || **at != ' ' ? -EINVAL : 0;
}

/* Copy a word; one that is too long loses its start: the end of a path tells more. */
static void copy_end(char *to, size_t len, const char *word)
{
	size_t length = strlen(word);

	snprintf(to, len, "%s", length < len ? word : word + length - len + 1);
}

/* "init/main.c:1310 [module] func:do_initcalls" */
static int parse_tag(struct allocinfo_line *entry, char *text)
{
	static const char func[] = "func:";
	char *rest = NULL, *word = strtok_r(text, " ", &rest);

	if (!word)
		return -EINVAL;
	copy_end(entry->place, sizeof(entry->place), word);
	word = strtok_r(NULL, " ", &rest);
	if (word && word[0] == '[') {
		word[strcspn(word, "]")] = '\0';
		copy_end(entry->module, sizeof(entry->module), word + 1);
		word = strtok_r(NULL, " ", &rest);
	}
	if (!word || strncmp(word, func, strlen(func)))
		return -EINVAL;
	copy_end(entry->function, sizeof(entry->function), word + strlen(func));
	return 0;
}

static int parse_line(char *line, void *arg)
{
	struct reading *reading = arg;
	struct allocinfo *info = &reading->info;
	struct allocinfo_line entry = {};
	int err;

	if (!reading->versioned)
		return parse_version(reading, line);
	if (line[0] == '#')
		return 0;
	err = parse_number(&line, &entry.bytes);
	if (!err)
		err = parse_number(&line, &entry.calls);
	if (!err)
		err = parse_tag(&entry, line);
	if (err || !entry.bytes)
		return err;
	if (array__reserve((void **)&info->lines, info->nr + 1, &reading->room,
			   sizeof(*info->lines)))
		return -ENOMEM;
	info->lines[info->nr++] = entry;
	return 0;
}

int allocinfo__parse(struct allocinfo *info, FILE *file)
{
	struct reading reading = {};
	int err = lines__each(file, parse_line, &reading);

	if (!err && !reading.versioned)
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
