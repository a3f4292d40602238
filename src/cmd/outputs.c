// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/outputs.h"
#include "cmd/metrics_file.h"
#include "cmd/screen.h"
#include "render/folded.h"
#include "render/html.h"
#include "render/prom.h"
#include "render/report_text.h"
#include "render/svg.h"
#include "report/chronicle.h"
#include "report/report_json.h"
#include "report/saving.h"
#include "util/outfile.h"
#include "util/printout.h"
#include "util/say.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LEAST_COLUMNS 60 /* that a report is made to fit */

/* A file that is written anew at each report. */
struct picture {
	const char *path; /* NULL: not wanted */
	int (*print)(void *arg, FILE *out);
	bool written;
	bool failed; /* the last time, which has been said */
};

enum { FOLDED, SVG, HTML, PICTURES };

struct outputs {
	const struct options *options;
	bool color;
	struct picture pictures[PICTURES];
	struct chronicle chronicle;
	const struct report *report;	   /* that is being given */
	const struct diagnosis *diagnosis; /* that it is of; NULL: of none */
	struct screen *screen;		   /* NULL: none, or not any more */
	struct metrics_file metrics;
	struct printout *printout;
	struct saving *saving; /* NULL: not asked for */
	uint64_t saved;	       /* reports */
	uint64_t unsaved;      /* that could not be */
	int unsaved_err;       /* of the last one; 0: it was saved */
};

/* Renderers only know that writing failed; the system knows why. */
static int reason(int err)
{
	return err == -EIO && errno ? -errno : err;
}

static int print_folded(void *arg, FILE *out)
{
	const struct outputs *outputs = arg;

	errno = 0;
	return reason(folded__print(outputs->report, outputs->options->weight, out));
}

static int print_svg(void *arg, FILE *out)
{
	const struct outputs *outputs = arg;

	errno = 0;
	return reason(svg__print(outputs->report, outputs->options->weight, out));
}

static int print_html(void *arg, FILE *out)
{
	const struct outputs *outputs = arg;

	errno = 0;
	return reason(html__print(outputs->report, &outputs->chronicle, outputs->diagnosis,
				  outputs->options->weight, out));
}

static int cannot_write(const char *path, int err)
{
	say("cannot write %s: %s", path, outfile__why(err));
	return err;
}

static int check_paths(const struct outputs *outputs)
{
	for (int i = 0; i < PICTURES; i++) {
		const char *path = outputs->pictures[i].path;
		int err = path ? outfile__check(path) : 0;

		if (err)
			return cannot_write(path, err);
	}
	return metrics_file__check(&outputs->metrics);
}

/* --save */
static int open_saving(struct outputs *outputs, const struct symbols *symbols)
{
	const char *path = outputs->options->save;
	uint64_t most = outputs->options->save_max;
	int err;

	if (path && most && outfile__is_special(path)) {
		say("--save-max is for a file, which %s is not: leave it away", path);
		return -EINVAL;
	}
	err = path ? saving__open(&outputs->saving, path, most, symbols) : 0;
	return err ? cannot_write(path, err) : 0;
}

int outputs__open(struct outputs **out, const struct options *options,
		  const struct symbols *symbols, bool color)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));
	int err;

	if (!outputs) {
		say("out of memory");
		return -ENOMEM;
	}
	outputs->options = options;
	outputs->color = color;
	outputs->metrics.path = options->prom;
	outputs->pictures[FOLDED] = (struct picture){options->folded, print_folded, false, false};
	outputs->pictures[SVG] = (struct picture){options->svg, print_svg, false, false};
	outputs->pictures[HTML] = (struct picture){options->html, print_html, false, false};
	err = check_paths(outputs);
	if (!err)
		err = printout__open(&outputs->printout);
	if (!err)
		err = open_saving(outputs, symbols);
	if (!err && options->screen)
		err = screen__open(&outputs->screen, options, color);
	if (err) {
		saving__close(outputs->saving);
		printout__close(outputs->printout);
		free(outputs);
		return err;
	}
	*out = outputs;
	return 0;
}

static void close_screen(struct outputs *outputs)
{
	screen__close(outputs->screen);
	outputs->screen = NULL;
}

int outputs__await(struct outputs *outputs)
{
	return outputs && outputs->screen ? screen__await(outputs->screen) : -1;
}

int outputs__turn(struct outputs *outputs)
{
	return outputs->screen ? screen__turn(outputs->screen) : 0;
}

bool outputs__wait(const struct outputs *outputs)
{
	return outputs && printout__waits(outputs->printout);
}

int outputs__push(struct outputs *outputs)
{
	return printout__push(outputs->printout);
}

/* 0: stdout is no terminal, or one that is too narrow to follow. */
static int columns_of_terminal(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < LEAST_COLUMNS)
		return 0;
	return size.ws_col;
}

static int print_report(void *arg, FILE *out)
{
	const struct outputs *outputs = arg;

	if (outputs->options->json)
		return report_json__print(outputs->report, out);
	return report_text__print(outputs->report, outputs->color, columns_of_terminal(), out);
}

static int print(struct outputs *outputs, const struct report *report)
{
	struct report shown = report__cut(report, outputs->options->top);
	uint64_t gap = printout__gap(outputs->printout);
	const struct report *given = outputs->report;
	char note[128];
	int err;

	if (gap && !shown.note) {
		snprintf(note, sizeof(note),
			 "%" PRIu64 " reports before this one were not printed: nobody read them",
			 gap);
		shown.note = note;
	}
	shown.all_listed = !outputs->options->top;
	shown.stacks = outputs->options->stacks;
	shown.by_cgroup = outputs->options->report.by_cgroup;
	outputs->report = &shown;
	err = printout__print(outputs->printout, print_report, outputs, report->final, "report");
	outputs->report = given;
	return err;
}

int outputs__print(struct outputs *outputs, int (*render)(void *arg, FILE *out), void *arg,
		   const char *what)
{
	return printout__print(outputs->printout, render, arg, true, what);
}

/*
 * What cannot be replaced (a pipe) gets the last report only.  A file that cannot be written now
 * may be the next time: that is said once, and ends nothing before the last report.
 */
static int draw(struct outputs *outputs, struct picture *picture)
{
	bool final = outputs->report->final;
	int err;

	if (!picture->path || (!final && outfile__is_special(picture->path)))
		return 0;
	err = outfile__write(picture->path, picture->print, outputs);
	if (err && (final || !picture->failed))
		cannot_write(picture->path, err);
	picture->failed = err != 0;
	picture->written |= !err;
	return final ? err : 0;
}

static int print_metrics(void *arg, FILE *out)
{
	const struct outputs *outputs = arg;

	return prom__print(outputs->report, outputs->options->top_listed, out);
}

/* On the screen, and after it the last one as ever: the first sites. */
static int show(struct outputs *outputs, const struct report *report)
{
	struct report last = report__cut(report, outputs->options->top_listed);

	if (!report->final)
		return screen__report(outputs->screen, report);
	close_screen(outputs);
	return print(outputs, &last);
}

static const char *why_unsaved(int err)
{
	return err == -EFBIG ? "it is too large" : outfile__why(err);
}

/* A disk that is full, or a reader who waits, is no reason to stop: each report is tried anew. */
static void save(struct outputs *outputs, const struct report *report)
{
	const char *path = outputs->options->save;
	int err = outputs->saving ? saving__report(outputs->saving, report) : 0;

	if (!outputs->saving)
		return;
	if (err && err != outputs->unsaved_err && !report->final)
		say("cannot save the report to %s: %s; later ones will be tried", path,
		    why_unsaved(err));
	if (!err && outputs->unsaved_err)
		say("reports are saved to %s again", path);
	outputs->saved += !err;
	outputs->unsaved += err != 0;
	outputs->unsaved_err = err;
}

int outputs__report(struct outputs *outputs, const struct report *report)
{
	int err = 0, metrics;

	save(outputs, report);
	chronicle__enter(&outputs->chronicle, report);
	outputs->report = report;
	if (outputs->screen)
		err = show(outputs, report);
	else if (outputs->options->verb != VERB_DIAGNOSE) /* that is a page of its own */
		err = print(outputs, report);
	for (int i = 0; i < PICTURES; i++) {
		int drawn = draw(outputs, &outputs->pictures[i]);

		err = err ? err : drawn;
	}
	metrics = metrics_file__write(&outputs->metrics, print_metrics, outputs, report->final);
	outputs->report = NULL;
	return err ? err : metrics;
}

int outputs__diagnosis(struct outputs *outputs, const struct diagnosis *diagnosis)
{
	int err;

	outputs->diagnosis = diagnosis;
	err = outputs__report(outputs, diagnosis->report);
	outputs->diagnosis = NULL;
	return err;
}

/* What became of --save.  0 or -errno. */
static int close_saving(struct outputs *outputs)
{
	const char *path = outputs->options->save;
	int err;

	if (!outputs->saving)
		return 0;
	err = saving__close(outputs->saving);
	if (outputs->unsaved) {
		say("%" PRIu64 " of %" PRIu64 " reports were not saved to %s%s%s", outputs->unsaved,
		    outputs->saved + outputs->unsaved, path, outputs->unsaved_err ? ": " : "",
		    outputs->unsaved_err ? why_unsaved(outputs->unsaved_err) : "");
		return -EIO;
	}
	if (!outputs->saved)
		say("%s is not written: there was no report", path);
	return err ? cannot_write(path, err) : 0;
}

int outputs__close(struct outputs *outputs)
{
	int err, unprinted;

	if (!outputs)
		return 0;
	for (int i = 0; i < PICTURES; i++)
		if (outputs->pictures[i].path && !outputs->pictures[i].written &&
		    !outputs->pictures[i].failed)
			say("%s is not written: there was no report", outputs->pictures[i].path);
	close_screen(outputs);
	unprinted = printout__close(outputs->printout);
	err = close_saving(outputs);
	free(outputs);
	return err ? err : unprinted;
}
