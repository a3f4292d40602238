// SPDX-License-Identifier: GPL-2.0-only
#include "proc/vfsstate.h"
#include "util/lines.h"

#include <errno.h>

int vfsstate__parse(struct vfsstate *state, FILE *file)
{
	struct vfsstate read;
	char line[128];
	const char *at = line;

	if (!fgets(line, sizeof(line), file))
		return ferror(file) ? -EIO : -ENODATA;
	if (!lines__number(&at, LINES_MOST, &read.all) || (*at != '\t' && *at != ' '))
		return -ENODATA;
	at++;
	if (!lines__number(&at, LINES_MOST, &read.unused))
		return -ENODATA;
	*state = read;
	return 0;
}
