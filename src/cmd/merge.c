// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/merge.h"
#include "cmd/report.h"
#include "render/merge_json.h"
#include "render/merge_text.h"
#include "util/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int print(const struct merge *merge, const struct options *options, bool color)
{
	int err = options->json ? merge_json__print(merge, stdout)
				: merge_text__print(merge, color, stdout);

	if (err)
		say("cannot write to stdout: %s", strerror(err == -EIO && errno ? errno : -err));
	return err;
}

static int merge(const struct options *options, const struct merge_file *files, bool color)
{
	struct merge merge;
	int err = merge__make(&merge, files, options->nr_merged, options->top);

	if (err) {
		say("cannot merge: %s", strerror(-err));
		return err;
	}
	err = print(&merge, options, color);
	merge__free(&merge);
	return err;
}

int cmd_merge(const struct options *options, bool color)
{
	size_t nr = options->nr_merged, read = 0;
	struct saved_report *reports = calloc(nr, sizeof(*reports));
	struct merge_file *files = calloc(nr, sizeof(*files));
	int err = reports && files ? 0 : -ENOMEM;

	if (err)
		say("out of memory");
	while (!err && read < nr) {
		struct saved_header header;

		err = cmd_report__last(&reports[read], &header, options->merged[read], options);
		if (err)
			break;
		saved__free_header(&header);
		files[read] = (struct merge_file){options->merged[read], &reports[read].report};
		read++;
	}
	if (!err)
		err = merge(options, files, color);
	for (size_t i = 0; i < read; i++)
		saved__free_report(&reports[i]);
	free(reports);
	free(files);
	return err;
}
