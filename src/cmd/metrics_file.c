// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/metrics_file.h"
#include "util/outfile.h"
#include "util/say.h"

static void say_why(const struct metrics_file *file, int err)
{
	say("cannot write %s: %s", file->path, outfile__why(err));
}

int metrics_file__check(const struct metrics_file *file)
{
	int err = file->path ? outfile__check(file->path) : 0;

	if (err)
		say_why(file, err);
	return err;
}

int metrics_file__write(struct metrics_file *file, int (*print)(void *arg, FILE *out), void *arg,
			bool final)
{
	int err;

	if (!file->path || (!final && outfile__is_special(file->path)))
		return 0;
	err = outfile__write_for_group(file->path, print, arg);
	if (err && err != file->err)
		say_why(file, err);
	file->err = err;
	return final ? err : 0;
}
