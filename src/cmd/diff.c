// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/diff.h"
#include "cmd/report.h"
#include "render/diff_json.h"
#include "render/diff_text.h"
#include "report/diff.h"
#include "util/say.h"

#include <errno.h>
#include <string.h>

struct side {
	struct saved_report report;
	struct saved_header header;
};

static struct diff_side side_of(const struct side *side, const char *path)
{
	return (struct diff_side){.path = path,
				  .report = &side->report.report,
				  .images = &side->header.images,
				  .kernel_version = side->header.kernel_version};
}

static int print(const struct diff *diff, const struct options *options, bool color)
{
	int err = options->json ? diff_json__print(diff, stdout)
				: diff_text__print(diff, color, stdout);

	if (err)
		say("cannot write to stdout: %s", strerror(err == -EIO && errno ? errno : -err));
	return err;
}

int cmd_diff(const struct options *options, bool color)
{
	struct side sides[DIFF_SIDES] = {};
	struct diff diff = {};
	int err = 0;

	for (int i = 0; i < DIFF_SIDES && !err; i++)
		err = cmd_report__last(&sides[i].report, &sides[i].header, options->files[i],
				       options);
	if (!err) {
		const struct diff_side before = side_of(&sides[DIFF_BEFORE], options->files[0]);
		const struct diff_side after = side_of(&sides[DIFF_AFTER], options->files[1]);

		err = diff__make(&diff, &before, &after, options->top);
		if (err)
			say("cannot compare: %s", strerror(-err));
	}
	if (!err)
		err = print(&diff, options, color);
	diff__free(&diff);
	for (int i = 0; i < DIFF_SIDES; i++) {
		saved__free_report(&sides[i].report);
		saved__free_header(&sides[i].header);
	}
	return err;
}
