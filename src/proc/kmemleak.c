// SPDX-License-Identifier: GPL-2.0-only
#include "proc/kmemleak.h"
#include "util/lines.h"

#include <string.h>

/* "unreferenced object 0xffff88810a1b2c00 (size 1024):", from 6.15 also "unreferenced percpu
 * object". */
static int parse_line(char *line, void *arg)
{
	static const char *const starts[] = {"unreferenced object ", "unreferenced percpu object "};
	static const char size_word[] = " (size ";
	struct kmemleak *list = arg;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		const char *size;
		uint64_t bytes;

		if (strncmp(line, starts[i], strlen(starts[i])))
			continue;
		size = strstr(line, size_word);
		if (!size)
			return LINES_ODD;
		size += strlen(size_word);
		if (!lines__number(&size, LINES_MOST, &bytes) || *size != ')' ||
		    !lines__add(&list->bytes, bytes))
			return LINES_ODD;
		list->objects++;
		return 0;
	}
	return 0;
}

int kmemleak__parse(struct kmemleak *list, FILE *file)
{
	struct kmemleak read = {};
	int err = lines__each(file, parse_line, &read, &read.odd);

	if (!err)
		*list = read;
	return err;
}
