// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes as a saved file: nothing they are may do more than be refused in a sentence.  What is
 * accepted can be printed, and saved and read again without a difference.
 */
#include "fuzz.h"

#include "diff.h"
#include "saved.h"
#include "savedfile.h"
#include "sift.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void hold(bool promise)
{
	if (!promise)
		abort();
}

/* The bytes as a file, to be read from its start. */
static int file_of(const uint8_t *bytes, size_t size)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);

	hold(fd >= 0);
	hold(write(fd, bytes, size) == (ssize_t)size);
	hold(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static char *text_of(const struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	hold(out != NULL);
	hold(!text__print(report, false, out));
	hold(!fclose(out));
	for (const char *c = text; *c; c++)
		hold(*c == '\n' || (unsigned char)*c >= 0x20); /* commands no terminal */
	return text;
}

/* Saved again it is the same. */
static void check_again(const struct report *report)
{
	char *line = saved__print_report(report), *text = text_of(report), *again, *text_again;
	struct saved_report copy;
	char why[128] = "";

	hold(line != NULL);
	hold(!saved__read_report(&copy, line, strlen(line), why, sizeof(why)));
	again = saved__print_report(&copy.report);
	text_again = text_of(&copy.report);
	hold(!strcmp(text, text_again));
	hold(!strcmp(line, again));
	saved__free_report(&copy);
	free(line);
	free(text);
	free(again);
	free(text_again);
}

static void check_header(const struct saved_header *header)
{
	char *line = saved__print_header(header), *again;
	struct saved_header copy;
	char why[128] = "";

	hold(line && saved__is_header(line, strlen(line), false));
	hold(!saved__read_header(&copy, line, strlen(line), why, sizeof(why)));
	again = saved__print_header(&copy);
	hold(again && !strcmp(line, again));
	saved__free_header(&copy);
	free(line);
	free(again);
}

static void check_diff(const struct saved_report *report, const struct saved_header *header)
{
	const struct diff_side side = {.path = "file",
				       .report = &report->report,
				       .images = &header->images,
				       .kernel_version = header->kernel_version};
	struct diff diff;

	hold(!diff__make(&diff, &side, &side, 0));
	hold(!diff.nr_changed && !diff.bytes_delta && !diff.nr_only[DIFF_BEFORE]);
	diff__free(&diff);
}

static void check_sift(struct saved_report *report)
{
	static const struct options options = {
		.origins_given = true, .origins = ORIGIN_SLAB, .sort_given = true};
	char why[256] = "";
	int err = sift__report(report, &options, why, sizeof(why));

	hold(!err || (err == -EINVAL && *why));
	free(text_of(&report->report));
}

static void read_all(const uint8_t *bytes, size_t size)
{
	struct saved_report report;
	struct savedfile *file;
	char why[256] = "";
	int got;

	hold(!savedfile__open(&file, file_of(bytes, size)));
	while ((got = savedfile__next(file, &report, why, sizeof(why))) > 0) {
		check_again(&report.report);
		check_header(savedfile__header(file));
		check_diff(&report, savedfile__header(file));
		check_sift(&report);
		saved__free_report(&report);
	}
	hold(!got || got == -ENOMEM || (got == -EINVAL && *why));
	savedfile__close(file);
}

static void read_last(const uint8_t *bytes, size_t size)
{
	struct saved_report report;
	struct savedfile *file;
	char why[256] = "";
	int got;

	hold(!savedfile__open(&file, file_of(bytes, size)));
	got = savedfile__last(file, &report, why, sizeof(why));
	hold(got >= 0 || got == -ENOMEM || (got == -EINVAL && *why));
	if (got > 0)
		saved__free_report(&report);
	savedfile__close(file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	read_all(bytes, size);
	read_last(bytes, size);
	return 0;
}
