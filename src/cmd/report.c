// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/report.h"
#include "cmd/outputs.h"
#include "report/report_filter.h"
#include "report/resymbolize.h"
#include "report/savedfile.h"
#include "util/say.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SENTENCE 256

static int open_file(struct savedfile **file, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY), err;
	struct stat is;

	if (fd >= 0 && !fstat(fd, &is) && S_ISDIR(is.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0) {
		err = -errno;
		say("cannot read %s: %s", path, strerror(-err));
		return err;
	}
	err = savedfile__open(file, fd);
	if (err)
		say("cannot read %s: %s", path, strerror(-err));
	return err;
}

/* Say what is wrong with the file. */
static int wrong(const char *path, int err, const char *why)
{
	if (err == -ENOMEM)
		say("cannot read %s: %s", path, strerror(ENOMEM));
	else
		say("%s %s", path, why);
	return err;
}

/* There is no report any more; there were `nr`. */
static int end(const struct savedfile *file, const char *path, size_t nr)
{
	if (!nr) {
		say("%s has no whole report%s", path,
		    savedfile__is_cut(file) ? ": it ends early" : "");
		return -ENODATA;
	}
	if (savedfile__is_cut(file))
		say("%s ends early: only its whole reports are used", path);
	return 0;
}

static int sift(struct saved_report *report, const char *path, const struct options *options)
{
	char why[SENTENCE] = "";
	int err = report_filter__apply(report, &options->trace, &options->report, why, sizeof(why));

	if (err == -EINVAL)
		say("%s: %s", path, why);
	else if (err)
		say("%s: %s", path, strerror(-err));
	return err;
}

/* The last report, and the file still open. */
static int read_last(struct savedfile *file, struct saved_report *report, const char *path,
		     const struct options *options)
{
	char why[SENTENCE] = "";
	int got = savedfile__last(file, report, why, sizeof(why)), err;

	if (got < 0)
		return wrong(path, got, why);
	err = end(file, path, (size_t)got);
	if (!err)
		err = sift(report, path, options);
	return err;
}

int cmd_report__last(struct saved_report *report, struct saved_header *header, const char *path,
		     const struct options *options)
{
	struct savedfile *file = NULL;
	int err;

	*report = (struct saved_report){};
	*header = (struct saved_header){};
	err = open_file(&file, path);
	if (!err)
		err = read_last(file, report, path, options);
	if (err)
		saved__free_report(report);
	else
		savedfile__take_header(file, header);
	savedfile__close(file);
	return err;
}

/* Name it, and out with it. */
static int give(struct savedfile *file, struct saved_report *report, struct resymbolize *naming,
		struct outputs *outputs)
{
	int err = resymbolize__report(naming, report, savedfile__header(file));

	if (!err)
		return outputs__report(outputs, &report->report);
	say("cannot name a report: %s", strerror(-err));
	return err;
}

static int print_last(struct savedfile *file, const struct options *options,
		      struct resymbolize *naming, struct outputs *outputs)
{
	struct saved_report report = {};
	int err = read_last(file, &report, options->files[0], options);

	if (!err)
		err = give(file, &report, naming, outputs);
	saved__free_report(&report);
	return err;
}

static int print_all(struct savedfile *file, const struct options *options,
		     struct resymbolize *naming, struct outputs *outputs)
{
	const char *path = options->files[0];
	char why[SENTENCE] = "";
	size_t nr = 0;
	int err = 0;

	while (!err) {
		struct saved_report report = {};
		int got = savedfile__next(file, &report, why, sizeof(why));

		if (got < 0)
			return wrong(path, got, why);
		if (!got)
			return end(file, path, nr);
		nr++;
		err = sift(&report, path, options);
		if (!err)
			err = give(file, &report, naming, outputs);
		saved__free_report(&report);
	}
	return err;
}

int cmd_report(const struct options *options, bool color)
{
	struct savedfile *file = NULL;
	struct outputs *outputs = NULL;
	struct resymbolize *naming = NULL;
	char why[SENTENCE] = "";
	const struct dwarf_sources sources = options__debug_info(options);
	int err = resymbolize__open(&naming, &sources, why, sizeof(why));

	if (err)
		say("%s", why);
	else
		err = open_file(&file, options->files[0]);
	if (!err)
		err = outputs__open(&outputs, options, NULL, color);
	if (!err) {
		if (options->all)
			err = print_all(file, options, naming, outputs);
		else
			err = print_last(file, options, naming, outputs);
		if (outputs__close(outputs) && !err)
			err = -EIO;
	}
	resymbolize__close(naming);
	savedfile__close(file);
	return err;
}
