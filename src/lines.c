// SPDX-License-Identifier: GPL-2.0-only
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int lines__each(FILE *file, int (*each)(char *line, void *arg), void *arg)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int err = 0;

	while (!err && (length = getline(&line, &room, file)) >= 0) {
		if (length && line[length - 1] == '\n')
			line[--length] = '\0';
		err = strlen(line) == (size_t)length ? each(line, arg) : -EINVAL;
	}
	free(line);
	if (!err && !feof(file))
		err = -EIO;
	return err;
}
