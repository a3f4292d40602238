// SPDX-License-Identifier: GPL-2.0-only
#include "report/savedfile.h"
#include "util/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#define STEP (64U << 10)

struct line {
	char *text; /* read so far, without a newline at the end of the line */
	size_t length, room;
	uint64_t number;
};

struct savedfile {
	gzFile file;
	struct line line; /* the last one read */
	char *step;	  /* decompressed, and not yet taken */
	size_t from, to;
	uint64_t lines;
	bool cut;
	struct line last, last_header; /* savedfile__last(): what was seen last */
	struct saved_header header;
};

int savedfile__open(struct savedfile **out, int fd)
{
	struct savedfile *file = calloc(1, sizeof(*file));

	if (file)
		file->step = malloc(STEP);
	if (file && file->step)
		file->file = gzdopen(fd, "re");
	if (!file || !file->file) {
		close(fd);
		if (file)
			free(file->step);
		free(file);
		return -ENOMEM;
	}
	*out = file;
	return 0;
}

static int wrong(char *why, size_t len, const char *what)
{
	snprintf(why, len, "%s", what);
	return -EINVAL;
}

/* Decompress some more.  1; 0: that was all; or what is wrong. */
static int step(struct savedfile *file, char *why, size_t len)
{
	int got, err = Z_OK;

	errno = 0;
	got = gzread(file->file, file->step, STEP);
	if (got > 0) {
		file->from = 0;
		file->to = (size_t)got;
		return 1;
	}
	gzerror(file->file, &err);
	if (err == Z_BUF_ERROR) /* before the end of the stream */
		file->cut = true;
	else if (err == Z_MEM_ERROR)
		return -ENOMEM;
	else if (err == Z_ERRNO)
		return wrong(why, len, errno ? strerror(errno) : "cannot be read");
	else if (err != Z_OK)
		return wrong(why, len, "is corrupt: its checksum or compression is wrong");
	return 0;
}

static int take(struct line *line, const char *from, size_t length)
{
	size_t need = line->length + length;
	size_t room = need < 2 * line->room ? 2 * line->room : need;
	int err;

	if (!length)
		return 0;
	if (need > SAVED_LINE)
		return -EFBIG;
	if (need > line->room) {
		err = array__reserve((void **)&line->text, room, &line->room, 1);
		if (err)
			return err;
	}
	memcpy(line->text + line->length, from, length);
	line->length = need;
	return 0;
}

/* The next whole line, into file->line.  1, 0, or what is wrong. */
static int next_line(struct savedfile *file, char *why, size_t len)
{
	struct line *line = &file->line;

	line->length = 0;
	for (;;) {
		const char *from = file->step + file->from, *end;
		size_t some = file->to - file->from;
		int err;

		if (!some) {
			err = step(file, why, len);
			if (err > 0)
				continue;
			if (!err && line->length) /* the rest of one */
				file->cut = true;
			return err;
		}
		end = memchr(from, '\n', some);
		if (end)
			some = (size_t)(end - from);
		err = take(line, from, some);
		if (err)
			return err == -EFBIG ? wrong(why, len, "has a line that is too large")
					     : err;
		file->from += some + (end != NULL);
		if (end) {
			line->number = ++file->lines;
			return 1;
		}
	}
}

/* Say where a line is wrong. */
static int wrong_line(const struct line *line, int err, const char *what, char *why, size_t len)
{
	if (err == -EINVAL)
		snprintf(why, len, "is wrong in line %llu: %s", (unsigned long long)line->number,
			 what);
	else if (err == -EPROTO)
		snprintf(why, len, "was saved by a newer kleak, which this one cannot read");
	return err == -ENOMEM ? err : -EINVAL;
}

static int read_header(struct savedfile *file, const struct line *line, char *why, size_t len)
{
	struct saved_header header;
	char what[128] = "";
	int err = saved__read_header(&header, line->text, line->length, what, sizeof(what));

	if (err)
		return wrong_line(line, err, what, why, len);
	saved__free_header(&file->header);
	file->header = header;
	return 0;
}

static int read_report(struct saved_report *report, const struct line *line, char *why, size_t len)
{
	char what[128] = "";
	int err = saved__read_report(report, line->text, line->length, what, sizeof(what));

	return err ? wrong_line(line, err, what, why, len) : 1;
}

/* The next line; the first one has to be a header.  As next_line(). */
static int next(struct savedfile *file, char *why, size_t len)
{
	bool first = !file->lines;
	int err = next_line(file, why, len);

	if (!first || err < 0 || (!err && !file->line.length && file->cut))
		return err;
	if (!err && !file->line.length)
		return wrong(why, len, "is empty");
	/* what is not compressed is read as it is: text, or anything */
	if (!saved__is_header(file->line.text, file->line.length, !err))
		return wrong(why, len, "is no file of kleak --save");
	return err;
}

int savedfile__next(struct savedfile *file, struct saved_report *report, char *why, size_t len)
{
	for (;;) {
		const struct line *line = &file->line;
		int err = next(file, why, len);

		if (err <= 0)
			return err;
		if (!saved__is_header(line->text, line->length, false))
			return read_report(report, line, why, len);
		err = read_header(file, line, why, len);
		if (err)
			return err;
	}
}

static void swap(struct line *a, struct line *b)
{
	struct line kept = *a;

	*a = *b;
	*b = kept;
}

int savedfile__last(struct savedfile *file, struct saved_report *report, char *why, size_t len)
{
	struct line header = {}; /* seen since the last report */
	int err;

	while ((err = next(file, why, len)) > 0) {
		if (saved__is_header(file->line.text, file->line.length, false)) {
			swap(&file->line, &header);
			continue;
		}
		swap(&file->line, &file->last);
		if (header.text && header.length) {
			swap(&header, &file->last_header);
			header.length = 0;
		}
	}
	free(header.text);
	if (err || !file->last.number)
		return err;
	err = read_header(file, &file->last_header, why, len);
	return err ? err : read_report(report, &file->last, why, len);
}

const struct saved_header *savedfile__header(const struct savedfile *file)
{
	return &file->header;
}

void savedfile__take_header(struct savedfile *file, struct saved_header *header)
{
	*header = file->header;
	file->header = (struct saved_header){};
}

bool savedfile__is_cut(const struct savedfile *file)
{
	return file->cut;
}

void savedfile__close(struct savedfile *file)
{
	if (!file)
		return;
	gzclose_r(file->file);
	saved__free_header(&file->header);
	free(file->step);
	free(file->line.text);
	free(file->last.text);
	free(file->last_header.text);
	free(file);
}
