// SPDX-License-Identifier: GPL-2.0-only
#include "saving.h"
#include "images.h"
#include "outfile.h"
#include "saved.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#define LEVEL "we6" /* e: close on exec */

struct saving {
	char path[PATH_MAX];
	const struct symbols *symbols; /* NULL: hidden */
	gzFile file;		       /* NULL: nothing was written yet */
	struct images images;
};

/* A new file beside the place where it will be.  Its descriptor, or -errno. */
static int open_beside(const struct saving *saving, char *beside, size_t len)
{
	int fd;

	if (snprintf(beside, len, "%s.XXXXXX", saving->path) >= (int)len)
		return -ENAMETOOLONG;
	fd = mkostemp(beside, O_CLOEXEC); /* 0600 */
	return fd < 0 ? -errno : fd;
}

/* Is it there, and no regular file? */
static bool is_special(const struct saving *saving)
{
	struct stat is;

	return !stat(saving->path, &is) && !S_ISREG(is.st_mode);
}

/* Can a file be made there?  Only making one tells for certain. */
static int try(const struct saving *saving)
{
	char beside[PATH_MAX];
	int fd = open_beside(saving, beside, sizeof(beside));

	if (fd < 0)
		return fd;
	close(fd);
	unlink(beside);
	return 0;
}

int saving__open(struct saving **out, const char *path, const struct symbols *symbols)
{
	struct saving *saving = calloc(1, sizeof(*saving));
	int err;

	if (!saving)
		return -ENOMEM;
	err = strlen(path) < sizeof(saving->path) ? outfile__check(path) : -ENAMETOOLONG;
	if (!err) {
		memcpy(saving->path, path, strlen(path) + 1);
		saving->symbols = symbols;
		if (!is_special(saving))
			err = try(saving);
	}
	if (err) {
		free(saving);
		return err;
	}
	*out = saving;
	return 0;
}

static int error_of(gzFile file)
{
	int err = Z_OK;

	gzerror(file, &err);
	if (err == Z_ERRNO && errno)
		return -errno;
	return err == Z_MEM_ERROR ? -ENOMEM : -EIO;
}

static int put_line(struct saving *saving, const char *line, size_t length)
{
	errno = 0;
	if (gzwrite(saving->file, line, (unsigned int)length) != (int)length ||
	    gzputc(saving->file, '\n') == -1)
		return error_of(saving->file);
	return 0;
}

/* Does a function of this module stand in the report's stacks? */
static bool is_in(const char *module, void *arg)
{
	const struct report *report = arg;

	for (size_t i = 0; i < report->nr_sites; i++) {
		const struct report_site *site = &report->sites[i];

		for (size_t f = 0; f < site->nr_frames; f++)
			if (site->stack[f].module && !strcmp(site->stack[f].module, module))
				return true;
	}
	return false;
}

static bool has_image(const struct images *images, const struct image *image)
{
	for (size_t i = 0; i < images->nr; i++)
		if (!memcmp(&images->list[i], image, sizeof(*image)))
			return true;
	return false;
}

/* Has the header before all that the report's stacks lie in? */
static bool is_said(const struct saving *saving, const struct images *images,
		    const struct report *report)
{
	for (size_t i = 0; i < images->nr; i++)
		if (!has_image(&saving->images, &images->list[i]) &&
		    is_in(images->list[i].name, (void *)report))
			return false;
	return true;
}

static int put_header(struct saving *saving, const struct images *images)
{
	struct saved_header header = {.images = *images};
	static struct utsname name;
	char *line;
	int err;

	uname(&name);
	clock_gettime(CLOCK_REALTIME, &header.time);
	header.kernel = name.release;
	header.kernel_version = name.version;
	header.machine = name.machine;
	line = saved__print_header(&header);
	err = line ? put_line(saving, line, strlen(line)) : -ENOMEM;
	free(line);
	return err;
}

/* What there is to be said of where the report's stacks lie. */
static int say_images(struct saving *saving, const struct report *report, bool first)
{
	struct images images;
	int err = saving->symbols ? symbols__images(saving->symbols, &images, is_in, (void *)report)
				  : images__read(&images, "", NULL);

	if (err)
		return err;
	if (!first && is_said(saving, &images, report)) {
		images__free(&images);
		return 0;
	}
	images__free(&saving->images);
	saving->images = images;
	return put_header(saving, &images);
}

/* Header and report, up to the disk's cache. */
static int put(struct saving *saving, const struct report *report, bool first)
{
	char *line = saved__print_report(report);
	size_t length = line ? strlen(line) : 0;
	int err = line ? 0 : -ENOMEM;

	if (!err && !saved__fits(line, length))
		err = -EFBIG;
	if (!err)
		err = say_images(saving, report, first);
	if (!err)
		err = put_line(saving, line, length);
	if (!err && gzflush(saving->file, Z_SYNC_FLUSH) != Z_OK)
		err = error_of(saving->file);
	free(line);
	return err;
}

static int open_stream(struct saving *saving, int fd)
{
	if (fd < 0)
		return fd;
	saving->file = gzdopen(fd, LEVEL);
	if (saving->file)
		return 0;
	close(fd);
	return -ENOMEM;
}

/* The first report: it takes the place of what was there when it is whole. */
static int begin(struct saving *saving, const struct report *report)
{
	char beside[PATH_MAX];
	int err;

	if (is_special(saving)) {
		int fd = open(saving->path, O_WRONLY | O_CLOEXEC);

		err = open_stream(saving, fd < 0 ? -errno : fd);
		return err ? err : put(saving, report, true);
	}
	err = open_stream(saving, open_beside(saving, beside, sizeof(beside)));
	if (err)
		return err;
	err = put(saving, report, true);
	if (!err && rename(beside, saving->path))
		err = -errno;
	if (err)
		unlink(beside);
	return err;
}

int saving__report(struct saving *saving, const struct report *report)
{
	return saving->file ? put(saving, report, false) : begin(saving, report);
}

int saving__close(struct saving *saving)
{
	int err = 0;

	if (!saving)
		return 0;
	errno = 0;
	if (saving->file && gzclose_w(saving->file) != Z_OK)
		err = errno ? -errno : -EIO;
	images__free(&saving->images);
	free(saving);
	return err;
}
