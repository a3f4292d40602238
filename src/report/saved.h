/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of a saved file, written and read back: a header, which tells what kernel it was and
 * where its parts were loaded, and reports, as --json prints them but with every site and every
 * digit.  Another header may stand between two reports: it holds from there on.
 */
#ifndef KLEAK_REPORT_SAVED_H
#define KLEAK_REPORT_SAVED_H

#include "kernel/images.h"
#include "report/report.h"
#include "util/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

/* Version 1 had other keys in its reports; it is read as well. */
#define SAVED_VERSION 2

/* What a line may be at most.  A value takes some 150 bytes when it is read, a site 200 values. */
#define SAVED_LINE   (256U << 20)
#define SAVED_VALUES (4U << 20)

struct saved_header {
	struct timespec time;	    /* CLOCK_REALTIME */
	const char *kernel;	    /* release */
	const char *kernel_version; /* uname -v */
	const char *machine;	    /* uname -m */
	struct images images;
	/* when it was read: what it consists of */
	json_t *json;
	struct arena arena;
};

/* A report that was read, and what it consists of. */
struct saved_report {
	struct report report;
	json_t *json;
	struct arena arena;
};

/* May a line be that large, and have so many values? */
bool saved__fits(const char *line, size_t length);

/* Is the line a header, by its start?  cut: it may be a part of one.  Else it is a report. */
bool saved__is_header(const char *line, size_t length, bool cut);

/* The line, to be freed, without a newline; NULL: memory is short. */
char *saved__print_header(const struct saved_header *header);
char *saved__print_report(const struct report *report);

/*
 * Read a line.  0 and *header or *report, to be freed; -ENOMEM; -EINVAL and in `why` a few words
 * to follow "FILE, line N: "; -EPROTO: the header is one of a newer kleak.
 */
int saved__read_header(struct saved_header *header, const char *line, size_t length, char *why,
		       size_t len);
int saved__read_report(struct saved_report *saved, const char *line, size_t length, char *why,
		       size_t len);

/* All zero will do. */
void saved__free_header(struct saved_header *header);
void saved__free_report(struct saved_report *saved);

#endif
