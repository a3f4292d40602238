// SPDX-License-Identifier: GPL-2.0-only
#include "proc/alloctraces.h"
#include "util/lines.h"

#include <ctype.h>
#include <string.h>

/* Where the words about the allocator end: "waste=", "age=", "pid=", ... */
static size_t length_of_place(const char *text)
{
	const char *end = strchr(text, '=');

	if (!end)
		return strlen(text);
	while (end > text && *end != ' ')
		end--;
	return end - text;
}

/* "    125 kmem_cache_alloc_lru+0x1f0/0x2d0 [ext4] waste=0/0 age=1/20/300 pid=1-234 cpus=0-1" */
static int parse_line(char *line, void *arg)
{
	struct alloctraces *traces = arg;
	const char *at = line + strspn(line, " ");
	uint64_t objects;
	size_t length;

	if (!isdigit((unsigned char)*at)) /* "No data", stack frames */
		return 0;
	if (!lines__number(&at, LINES_MOST, &objects) || *at != ' ' ||
	    !lines__add(&traces->total, objects))
		return LINES_ODD;
	if (objects <= traces->objects)
		return 0;
	traces->objects = objects;
	length = length_of_place(at + 1);
	if (length >= sizeof(traces->place))
		length = sizeof(traces->place) - 1;
	memcpy(traces->place, at + 1, length);
	traces->place[length] = '\0';
	return 0;
}

int alloctraces__parse(struct alloctraces *traces, FILE *file)
{
	struct alloctraces read = {};
	int err = lines__each(file, parse_line, &read, &read.odd);

	if (!err)
		*traces = read;
	return err;
}
