// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes as a saved file: nothing they are may do more than be refused in a sentence.  What is
 * accepted can be printed by every renderer, compared with itself, with the report before it and
 * with its opposite, and saved and read again without a difference.
 */
#include "fuzz.h"

#include "render/diff_json.h"
#include "render/diff_text.h"
#include "render/folded.h"
#include "render/html.h"
#include "render/prom.h"
#include "render/report_text.h"
#include "render/svg.h"
#include "report/chronicle.h"
#include "report/diff.h"
#include "report/report_filter.h"
#include "report/report_json.h"
#include "report/saved.h"
#include "report/savedfile.h"
#include "trace/origins.h"

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

/* What `print` prints. */
static char *printed(int (*print)(const void *of, FILE *out), const void *of)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	hold(out != NULL);
	hold(!print(of, out));
	hold(!fclose(out));
	for (const char *c = text; *c; c++)
		hold(*c == '\n' || (unsigned char)*c >= 0x20); /* commands no terminal */
	return text;
}

static int print_text(const void *of, FILE *out)
{
	return report_text__print(of, false, 0, out);
}

static char *text_of(const struct report *report)
{
	return printed(print_text, report);
}

/* ---- the renderers ---- */

/* A report, those before it, and how it is drawn. */
struct shown {
	const struct report *report;
	const struct chronicle *chronicle;
	enum weight weight;
};

static int print_html(const void *of, FILE *out)
{
	const struct shown *shown = of;

	return html__print(shown->report, shown->chronicle, NULL, shown->weight, out);
}

static int print_svg(const void *of, FILE *out)
{
	const struct shown *shown = of;

	return svg__print(shown->report, shown->weight, out);
}

static int print_folded(const void *of, FILE *out)
{
	const struct shown *shown = of;

	return folded__print(shown->report, shown->weight, out);
}

static int print_prom(const void *of, FILE *out)
{
	return prom__print(of, 0, out);
}

static int print_json(const void *of, FILE *out)
{
	return report_json__print(of, out);
}

static void check_pictures(const struct report *report, const struct chronicle *chronicle)
{
	for (enum weight weight = WEIGHT_BYTES; weight <= WEIGHT_UNREFERENCED; weight++) {
		const struct shown shown = {report, chronicle, weight};

		free(printed(print_svg, &shown));
		free(printed(print_folded, &shown));
		free(printed(print_html, &shown));
	}
}

static void check_renderers(const struct report *report, struct chronicle *chronicle)
{
	const struct report cut = report__cut(report, 1);

	chronicle__enter(chronicle, report);
	check_pictures(report, chronicle);
	free(printed(print_prom, report));
	free(printed(print_json, report));
	free(text_of(&cut));
}

/* ---- saved again ---- */

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

/* ---- two of them ---- */

static int print_diff(const void *of, FILE *out)
{
	return diff_text__print(of, false, out);
}

static int print_diff_json(const void *of, FILE *out)
{
	return diff_json__print(of, out);
}

static struct diff_side side_of(const struct report *report, const struct saved_header *header)
{
	return (struct diff_side){.path = "file",
				  .report = report,
				  .images = &header->images,
				  .kernel_version = header->kernel_version};
}

/* Both ways, with all sites and with one. */
static void compare(const struct diff_side *a, const struct diff_side *b)
{
	for (size_t top = 0; top < 2; top++) {
		struct diff to, back;

		hold(!diff__make(&to, a, b, top));
		hold(!diff__make(&back, b, a, top));
		hold(to.nr_changed == back.nr_changed && to.bytes_delta == -back.bytes_delta);
		free(printed(print_diff, &to));
		free(printed(print_diff, &back));
		free(printed(print_diff_json, &to));
		diff__free(&to);
		diff__free(&back);
	}
}

/* Where there is much, little: a second report that no file has. */
static void check_opposite(const struct report *report, const struct saved_header *header)
{
	struct report other = *report;
	struct report_site *sites = calloc(report->nr_sites + 1, sizeof(*sites));
	const struct diff_side a = side_of(report, header), b = side_of(&other, header);

	hold(sites != NULL);
	other.sites = sites;
	for (size_t i = 0; i < report->nr_sites; i++) {
		sites[i] = report->sites[i];
		sites[i].bytes = INT64_MAX - sites[i].bytes;
		sites[i].objects = INT64_MAX - sites[i].objects;
	}
	compare(&a, &b);
	free(sites);
}

static void check_itself(const struct report *report, const struct saved_header *header)
{
	const struct diff_side side = side_of(report, header);
	struct diff diff;

	hold(!diff__make(&diff, &side, &side, 0));
	hold(!diff.nr_changed && !diff.bytes_delta && !diff.nr_only[DIFF_BEFORE]);
	diff__free(&diff);
}

/* The report before, as the functions are the same in both. */
static void check_diffs(const struct saved_report *report, const struct saved_report *before,
			const struct saved_header *header)
{
	const struct diff_side after = side_of(&report->report, header),
			       side = side_of(&before->report, header);

	check_itself(&report->report, header);
	check_opposite(&report->report, header);
	if (before->json)
		compare(&side, &after);
}

static void check_sift(struct saved_report *report)
{
	static const struct trace_options traced = {.origins_given = true, .origins = ORIGIN_SLAB};
	static const struct report_options options = {.sort_given = true};
	char why[256] = "";
	int err = report_filter__apply(report, &traced, &options, why, sizeof(why));

	hold(!err || (err == -EINVAL && *why));
	free(text_of(&report->report));
}

static void read_all(const uint8_t *bytes, size_t size)
{
	struct saved_report report, before = {};
	struct chronicle chronicle = {};
	struct savedfile *file;
	char why[256] = "";
	int got;

	hold(!savedfile__open(&file, file_of(bytes, size)));
	while ((got = savedfile__next(file, &report, why, sizeof(why))) > 0) {
		check_again(&report.report);
		check_header(savedfile__header(file));
		check_renderers(&report.report, &chronicle);
		check_diffs(&report, &before, savedfile__header(file));
		saved__free_report(&before);
		check_sift(&report);
		before = report;
	}
	saved__free_report(&before);
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
