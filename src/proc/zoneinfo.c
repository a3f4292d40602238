// SPDX-License-Identifier: GPL-2.0-only
#include "proc/zoneinfo.h"
#include "util/lines.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COUNT "count:"

/* More pages than any machine has bytes for. */
#define PAGES_MOST (LINES_MOST >> 12)

struct reading {
	struct zoneinfo zones;
	bool any;
};

static int parse_line(char *line, void *arg)
{
	struct reading *reading = arg;
	const char *text = line + strspn(line, " ");
	uint64_t pages;

	if (strncmp(text, COUNT, strlen(COUNT)))
		return 0;
	text += strlen(COUNT);
	text += strspn(text, " ");
	if (!lines__number(&text, PAGES_MOST, &pages) || *text ||
	    !lines__add(&reading->zones.cpu_pages, pages))
		return LINES_ODD;
	reading->any = true;
	return 0;
}

int zoneinfo__parse(struct zoneinfo *zones, FILE *file)
{
	struct reading reading = {};
	int err = lines__each(file, parse_line, &reading, &reading.zones.odd);

	if (!err && !reading.any)
		err = -EINVAL;
	if (!err)
		*zones = reading.zones;
	return err;
}
