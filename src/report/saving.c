// SPDX-License-Identifier: GPL-2.0-only
#include "report/saving.h"
#include "kernel/images.h"
#include "report/saved.h"
#include "report/saved_bound.h"
#include "util/array.h"
#include "util/outfile.h"
#include "util/signals.h"
#include "util/spool.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#define GZIP_BITS (15 + 16) /* of the window, and a header as gzip has it */
#define LEVEL	  6
#define MEMORY	  9 /* of zlib's: its most */
#define STEP	  (64U << 10)
#define WAIT_MOST (1U << 20) /* bytes for a reader who has stopped to read */

/* gzip'ed bytes that are not yet written. */
struct packed {
	unsigned char *bytes;
	size_t length, room;
	size_t ending; /* so many of them end the part before */
};

struct saving {
	char path[PATH_MAX];
	const struct symbols *symbols; /* NULL: hidden */
	struct images images;	       /* of the last header that was written */
	int fd;			       /* -1: nothing was written yet */
	struct spool *spool;	       /* to what is no regular file; else NULL */
	off_t whole;		       /* so much of the file is */
	struct saved_bound bound;
	z_stream streams[2]; /* as of what is whole; with what is to follow */
	int current;	     /* the first of them; -1: none */
	struct packed packed;
};

int saving__open(struct saving **out, const char *path, uint64_t most,
		 const struct symbols *symbols)
{
	struct saving *saving = calloc(1, sizeof(*saving));
	struct outfile file;
	int err;

	if (!saving)
		return -ENOMEM;
	saving->fd = -1;
	saving->current = -1;
	err = strlen(path) < sizeof(saving->path) ? outfile__check(path) : -ENAMETOOLONG;
	/* Can a file be made there?  Only making one tells for certain. */
	if (!err && !outfile__is_special(path)) {
		err = outfile__begin(&file, path, false);
		if (!err) {
			outfile__abandon(&file);
			close(file.fd);
		}
	}
	if (err) {
		free(saving);
		return err;
	}
	memcpy(saving->path, path, strlen(path) + 1);
	saving->symbols = symbols;
	saving->bound.most = most;
	*out = saving;
	return 0;
}

/* ---- compressing ---- */

static int begin_stream(struct saving *saving)
{
	if (saving->current >= 0)
		return 0;
	saving->streams[0] = (z_stream){};
	if (deflateInit2(&saving->streams[0], LEVEL, Z_DEFLATED, GZIP_BITS, MEMORY,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	saving->current = 0;
	return 0;
}

/* Go on from what is whole, in a copy. */
static int begin_packing(struct saving *saving)
{
	int err = begin_stream(saving);

	if (err)
		return err;
	saving->packed.length = saving->packed.ending = 0;
	return deflateCopy(&saving->streams[!saving->current], &saving->streams[saving->current]) ==
			       Z_OK
		       ? 0
		       : -ENOMEM;
}

/* The copy is what is whole now, or it was for nothing. */
static void end_packing(struct saving *saving, bool written)
{
	deflateEnd(&saving->streams[written ? saving->current : !saving->current]);
	if (written)
		saving->current = !saving->current;
}

/* Compress some more of it; flush: as zlib has it. */
static int pack(struct saving *saving, const char *bytes, size_t length, int flush)
{
	z_stream *stream = &saving->streams[!saving->current];
	struct packed *packed = &saving->packed;

	stream->next_in = (unsigned char *)bytes;
	stream->avail_in = (unsigned int)length;
	do {
		if (array__reserve((void **)&packed->bytes, packed->length + STEP, &packed->room,
				   1))
			return -ENOMEM;
		stream->next_out = packed->bytes + packed->length;
		stream->avail_out = (unsigned int)(packed->room - packed->length);
		deflate(stream, flush);
		packed->length = packed->room - stream->avail_out;
	} while (!stream->avail_out);
	return 0;
}

/* End the stream, and begin one that can be read without it: gzip'ed files may follow each other.
 */
static int begin_part(struct saving *saving)
{
	int err = pack(saving, NULL, 0, Z_FINISH);

	if (err)
		return err;
	saving->packed.ending = saving->packed.length;
	return deflateReset(&saving->streams[!saving->current]) == Z_OK ? 0 : -EINVAL;
}

static int pack_line(struct saving *saving, const char *line, size_t length)
{
	int err = pack(saving, line, length, Z_NO_FLUSH);

	return err ?: pack(saving, "\n", 1, Z_NO_FLUSH);
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

static int pack_header(struct saving *saving, const struct images *images)
{
	struct saved_header header = {.images = *images};
	struct utsname name;
	char *line;
	int err;

	uname(&name);
	clock_gettime(CLOCK_REALTIME, &header.time);
	header.kernel = name.release;
	header.kernel_version = name.version;
	header.machine = name.machine;
	line = saved__print_header(&header);
	err = line ? pack_line(saving, line, strlen(line)) : -ENOMEM;
	free(line);
	return err;
}

static int pack_report(struct saving *saving, const struct report *report)
{
	char *line = saved__print_report(report);
	size_t length = line ? strlen(line) : 0;
	int err = line ? 0 : -ENOMEM;

	if (!err && !saved__fits(line, length))
		err = -EFBIG;
	if (!err)
		err = pack_line(saving, line, length);
	if (!err)
		err = pack(saving, NULL, 0, Z_SYNC_FLUSH);
	free(line);
	return err;
}

/* ---- writing ---- */

static int write_at(int fd, const void *bytes, size_t length, off_t at)
{
	size_t done = 0;

	while (done < length) {
		ssize_t some =
			pwrite(fd, (const char *)bytes + done, length - done, at + (off_t)done);

		if (some > 0)
			done += (size_t)some;
		else if (some == 0 || errno != EINTR)
			return some == 0 ? -ENOSPC : -errno;
	}
	return 0;
}

/* What the file has from `from` on, into another one. */
static int copy(const struct saving *saving, off_t from, int to)
{
	char *bytes = malloc(STEP);
	off_t at = from;
	int err = bytes ? 0 : -ENOMEM;

	while (!err && at < saving->whole) {
		ssize_t some = pread(saving->fd, bytes, STEP, at);

		if (some > saving->whole - at)
			some = saving->whole - at;
		if (some > 0)
			err = write_at(to, bytes, (size_t)some, at - from);
		else if (some == 0 || errno != EINTR)
			err = some == 0 ? -EIO : -errno;
		if (!err && some > 0)
			at += some;
	}
	free(bytes);
	return err;
}

static bool has_name(int fd)
{
	struct stat is;

	return !fstat(fd, &is) && is.st_nlink;
}

/*
 * The first `excess` bytes go: a file without them, and with what is packed, takes the place of
 * this one once it is on the disk.  Until then nothing has changed.
 */
static int replace(struct saving *saving, uint64_t excess)
{
	off_t from = (off_t)excess, kept = saving->whole - from;
	/* a part that goes needs no end */
	size_t left_out = kept ? 0 : saving->packed.ending;
	size_t length = saving->packed.length - left_out;
	struct outfile file;
	int err = outfile__begin(&file, saving->path, false);

	if (err)
		return err;
	err = *file.beside ? copy(saving, from, file.fd) : OUTFILE_NO_FILE;
	if (!err)
		err = write_at(file.fd, saving->packed.bytes + left_out, length, kept);
	if (err)
		outfile__abandon(&file);
	else
		err = outfile__commit(&file);
	/* it may have its name, and no more than that not be on the disk yet */
	if (err && !has_name(file.fd)) {
		close(file.fd);
		return err;
	}
	close(saving->fd);
	saving->fd = file.fd;
	saving->whole = kept + (off_t)length;
	saved_bound__cut(&saving->bound, excess);
	return 0;
}

/* What is packed is in the file, on the disk, or nothing of it. */
static int append(struct saving *saving)
{
	const struct packed *packed = &saving->packed;
	int err = write_at(saving->fd, packed->bytes, packed->length, saving->whole);

	if (!err && fdatasync(saving->fd))
		err = -errno;
	if (!err)
		saving->whole += (off_t)packed->length;
	else if (ftruncate(saving->fd, saving->whole))
		return err; /* it "ends early" then, and is whole again after the next one */
	return err;
}

static int put_packed(struct saving *saving, bool last)
{
	const struct packed *packed = &saving->packed;

	if (!saving->spool)
		return append(saving);
	return spool__put(saving->spool, (const char *)packed->bytes, packed->length, last);
}

/* Where the report's stacks lie. */
static int read_images(const struct saving *saving, const struct report *report,
		       struct images *images)
{
	return saving->symbols ? symbols__images(saving->symbols, images, is_in, (void *)report)
			       : images__read(images, "", NULL);
}

static void drop_packed(struct saving *saving, struct images *images)
{
	end_packing(saving, false);
	images__free(images);
}

/*
 * Compress a header, where there is something new to be said, and the report.  part: they can be
 * read alone.  *images: of the header, if there is one.
 */
static int pack_all(struct saving *saving, const struct report *report, bool part,
		    struct images *images, bool *header)
{
	bool told = part || saving->symbols; /* without symbols no stack lies in a module */
	int err = told ? read_images(saving, report, images) : 0;

	if (!err)
		err = begin_packing(saving);
	if (err) {
		images__free(images);
		return err;
	}
	*header = part || !is_said(saving, images, report);
	if (part && saving->whole)
		err = begin_part(saving);
	if (!err && *header)
		err = pack_header(saving, images);
	if (!err)
		err = pack_report(saving, report);
	if (err)
		drop_packed(saving, images);
	return err;
}

/* Write what is packed; where it would be too much, in place of the oldest parts. */
static int write_packed(struct saving *saving, bool part, bool last)
{
	const struct packed *packed = &saving->packed;
	uint64_t whole = (uint64_t)saving->whole;
	uint64_t excess = saved_bound__excess(&saving->bound, whole, packed->length);
	int err = excess ? replace(saving, excess) : put_packed(saving, last);

	if (!err && part)
		saved_bound__begin(&saving->bound,
				   excess == whole ? 0 : whole - excess + packed->ending);
	return err;
}

static int put(struct saving *saving, const struct report *report, bool first)
{
	bool part = first || saved_bound__is_long(&saving->bound, (uint64_t)saving->whole), header;
	struct images images = {};
	int err = pack_all(saving, report, part, &images, &header);

	/* what is to stay without those before it must not need them */
	if (!err && !part &&
	    saved_bound__is_over(&saving->bound, (uint64_t)saving->whole, saving->packed.length)) {
		drop_packed(saving, &images);
		part = true;
		err = pack_all(saving, report, part, &images, &header);
	}
	if (err)
		return err;
	err = write_packed(saving, part, report->final);
	end_packing(saving, !err);
	if (err || !header) {
		images__free(&images);
	} else {
		images__free(&saving->images);
		saving->images = images;
	}
	return err;
}

/* Nothing was written. */
static void reset(struct saving *saving)
{
	if (saving->current >= 0)
		deflateEnd(&saving->streams[saving->current]);
	saving->current = -1;
	spool__close(saving->spool);
	saving->spool = NULL;
	close(saving->fd);
	saving->fd = -1;
	saving->whole = 0;
	saving->bound.nr = 0;
	images__free(&saving->images);
}

/* The first report: it takes the place of what was there when it is whole. */
static int begin(struct saving *saving, const struct report *report)
{
	struct outfile file;
	int err = outfile__begin(&file, saving->path, report->final);

	if (err)
		return err;
	saving->fd = file.fd;
	if (!*file.beside)
		err = spool__open(&saving->spool, file.fd, WAIT_MOST);
	if (!err)
		err = put(saving, report, true);
	if (!err && saving->spool && spool__reason(saving->spool) == ENOSPC)
		err = -ENOSPC; /* /dev/full */
	if (err)
		outfile__abandon(&file);
	else
		err = outfile__commit(&file);
	if (err)
		reset(saving);
	return err;
}

int saving__report(struct saving *saving, const struct report *report)
{
	return saving->fd >= 0 ? put(saving, report, false) : begin(saving, report);
}

/* The end of the stream, and what waits. */
static int finish(struct saving *saving)
{
	int err = begin_packing(saving);

	if (err)
		return err;
	err = pack(saving, NULL, 0, Z_FINISH);
	if (!err)
		err = put_packed(saving, true);
	if (!err && saving->spool)
		err = spool__drain(saving->spool, signals__patience);
	end_packing(saving, !err);
	return err;
}

int saving__close(struct saving *saving)
{
	int err;

	if (!saving)
		return 0;
	err = saving->fd >= 0 ? finish(saving) : 0;
	if (saving->fd >= 0)
		reset(saving);
	free(saving->packed.bytes);
	free(saving);
	return err;
}
