// SPDX-License-Identifier: GPL-2.0-only
#include "render/svg.h"
#include "render/flame.css.h"
#include "render/flame.h"
#include "render/flame.js.h"
#include "render/markup.h"
#include "report/groups.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH	 1200  /* pixels that a file is wide, until its script fits it to the window */
#define HEAD	 118   /* above the boxes */
#define FOOT	 34    /* below */
#define ROW	 18    /* a level */
#define NARROW	 0.1   /* pixels: what would be narrower is left out */
#define BOXES	 30000 /* more make browsers slow: what is left out is wider then */
#define LABELLED 0.6   /* percent of the width from which there is room for a name */

/* ---- boxes ---- */

/* "vfs_write", "kleak_write [kleak_test]", "kmalloc-512 · LEAK": what is searched, too. */
static void put_label(FILE *out, const struct flame_box *box)
{
	const struct symbols_frame *f = box->frame;

	if (!box->level) {
		fputs("all", out);
	} else if (!f) {
		markup__text(out, box->site->cache);
		fprintf(out, " · %s", verdict__name(flame__verdict(box)));
	} else {
		if (f->symbol)
			markup__text(out, f->symbol);
		else
			fprintf(out, "0x%" PRIx64, f->address);
		if (f->module) {
			fputs(" [", out);
			markup__text(out, f->module);
			fputc(']', out);
		}
	}
}

/* The other lines of a tool tip. */
static void put_tip(FILE *out, const struct flame_box *box, double total, enum weight weight)
{
	const struct symbols_frame *f = box->frame;

	if (f && f->file) {
		fputc('\n', out);
		markup__text(out, f->file);
		if (f->line)
			fprintf(out, ":%u", f->line);
	}
	if (f && f->inlined)
		fputs("\ninlined", out);
	fprintf(out, "\n%.4g%% of all: %s", box->weight / total * 100,
		pen__human(box->bytes, false).text);
	fprintf(out, " in %.0f object%s, growth %s/min", box->objects, box->objects == 1 ? "" : "s",
		pen__growth(box->growth).text);
	fprintf(out, "\n%zu site%s:", box->sites, box->sites == 1 ? "" : "s");
	for (int v = VERDICTS - 1; v >= 0; v--)
		if (box->of[v] > 0)
			fprintf(out, " %s %s", verdict__name(v),
				weight__human(box->of[v], weight).text);
}

/* A number of percent, as short as the picture needs it. */
static void put_percent(FILE *out, const char *name, double share)
{
	fprintf(out, " %s=\"%.4f%%\"", name, share * 100);
}

static void put_box(FILE *out, const struct flame *flame, const struct flame_box *box,
		    enum weight weight)
{
	double total = flame->boxes[0].weight;

	fprintf(out, "<svg class=\"v%d%s\" y=\"%u\" height=\"%d\"", flame__verdict(box),
		flame__is_mixed(box) ? " mixed" : "", (flame->levels - 1 - box->level) * ROW,
		ROW - 1);
	if (box->cause)
		fprintf(out, " data-cause=\"%u\"", box->cause);
	put_percent(out, "x", box->start / total);
	put_percent(out, "width", box->weight / total);
	fputs("><title>", out);
	put_label(out, box);
	put_tip(out, box, total, weight);
	fputs("</title><rect width=\"100%\" height=\"100%\"/>", out);
	if (box->weight / total * 100 >= LABELLED) {
		fputs("<text x=\"4\" y=\"13\">", out);
		put_label(out, box);
		fputs("</text>", out);
	}
	fputs("</svg>\n", out);
}

/* A picture: its boxes, and the causes of what may leak or grows. */
struct picture {
	struct flame flame;
	struct groups groups;
	uint32_t *cause_of; /* of each site of the report */
	double narrow;	    /* pixels of what is left out */
};

static void free_picture(struct picture *picture)
{
	flame__free(&picture->flame);
	groups__free(&picture->groups);
	free(picture->cause_of);
}

/* The first of the groups that a site is in is its cause. */
static int find_causes(struct picture *picture, const struct report *report)
{
	int err = groups__find(&picture->groups, report, NULL);

	picture->cause_of = calloc(report->nr_sites + 1, sizeof(*picture->cause_of));
	if (err || !picture->cause_of)
		return err ? err : -ENOMEM;
	for (size_t i = picture->groups.nr; i--;) {
		const struct group *g = &picture->groups.list[i];

		for (size_t k = 0; k < g->nr; k++)
			picture->cause_of[picture->groups.members[g->first + k].site] =
				(uint32_t)i + 1;
	}
	return 0;
}

static int lay_out(struct picture *picture, const struct report *report, enum weight weight)
{
	struct flame *flame = &picture->flame;
	int err = find_causes(picture, report);

	for (picture->narrow = NARROW; !err; picture->narrow *= 2) {
		flame->cause_of = picture->cause_of;
		err = flame__lay_out(flame, report, weight, picture->narrow / WIDTH);
		if (err || flame->nr <= BOXES)
			return err;
		flame__free(flame);
	}
	return err;
}

/* Their names, a line each: the function that is common to a cause's sites, and how many those are.
 */
static void put_causes(FILE *out, const struct groups *groups)
{
	if (!groups->nr)
		return;
	fputs(" data-causes=\"", out);
	for (size_t i = 0; i < groups->nr; i++) {
		const struct group *g = &groups->list[i];
		const struct symbols_frame *f =
			g->common.nr ? &g->sum.stack[g->common.first] : NULL;

		fputs(i ? "&#10;" : "", out);
		markup__text(out, f && f->symbol ? f->symbol : g->sum.cache);
		if (g->nr > 1)
			fprintf(out, " (%zu sites)", g->nr);
	}
	fputc('"', out);
}

/* What is not in the picture. */
static void put_left_out(FILE *out, const struct flame *flame, enum weight weight, double narrow)
{
	if (!flame->nr)
		fputs("nothing to show", out);
	else if (flame->left_out)
		fprintf(out, "left out: %zu box%s narrower than %g pixel%s (%s), and those on them",
			flame->left_out, flame->left_out == 1 ? "" : "es", narrow,
			narrow > 1 ? "s" : "", weight__human(flame->left_out_weight, weight).text);
}

static void put_boxes(FILE *out, const struct flame *flame, enum weight weight)
{
	for (size_t i = 0; i < flame->nr; i++)
		put_box(out, flame, &flame->boxes[i], weight);
}

/* ---- an element of a page ---- */

int svg__element(const struct report *report, enum weight weight, FILE *out)
{
	struct picture picture = {};
	const struct flame *flame = &picture.flame;
	int err = lay_out(&picture, report, weight);

	if (!err && flame->nr) {
		fprintf(out,
			"<div class=\"tools\"></div>\n<svg class=\"flame\" width=\"100%%\" "
			"height=\"%u\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
			"aria-label=\"flame graph: %s\"",
			flame->levels * ROW, weight__title(weight));
		put_causes(out, &picture.groups);
		fputs(">\n", out);
		put_boxes(out, flame, weight);
		fputs("</svg>\n", out);
	}
	if (!err) {
		fputs("<p class=\"detail\">", out);
		put_left_out(out, flame, weight, picture.narrow);
		fputs("</p>\n", out);
	}
	free_picture(&picture);
	return err;
}

void svg__style(FILE *out)
{
	fputs(flame_css, out);
}

void svg__script(FILE *out)
{
	fputs(flame_js, out);
}

/* ---- a file ---- */

static void put_heading(FILE *out, const struct report *r, enum weight weight, double total)
{
	char when[64] = "";
	struct tm tm;

	if (gmtime_r(&r->time.tv_sec, &tm))
		strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &tm);
	fprintf(out,
		"<text class=\"heading\" x=\"12\" y=\"32\">Kernel memory: %s</text>\n"
		"<text class=\"sub\" x=\"12\" y=\"54\">%s",
		weight__title(weight), weight__human(total, weight).text);
	fprintf(out, " in %zu site%s · Linux ", r->nr_sites_all, r->nr_sites_all == 1 ? "" : "s");
	markup__text(out, r->kernel);
	fprintf(out, " · %s · %s after the start", when, pen__duration(r->elapsed_s).text);
	if (r->sampling_most > 1)
		fprintf(out, " · estimated from 1 object in %u", r->sampling);
	fputs("</text>\n", out);
}

/* The verdicts there are, and what they have of the whole; the script makes them buttons. */
static void put_legend(FILE *out, const struct flame_box *root, enum weight weight)
{
	int x = 12;

	for (int v = VERDICTS - 1; root && v >= 0; v--) {
		char item[96];

		if (!(root->of[v] > 0))
			continue;
		snprintf(item, sizeof(item), "%s %s", verdict__name(v),
			 weight__human(root->of[v], weight).text);
		fprintf(out,
			"<g class=\"key\" data-name=\"%s\"><title>mark %s</title>"
			"<rect class=\"k%d\" x=\"%d\" y=\"66\" width=\"13\" height=\"13\" "
			"rx=\"3\"/>"
			"<text x=\"%d\" y=\"77\">%s</text></g>\n",
			verdict__name(v), verdict__name(v), v, x, x + 19, item);
		x += 19 + pen__width(item) * 8 + 12;
	}
	if (root && flame__is_mixed(root))
		fprintf(out,
			"<text class=\"sub\" x=\"%d\" y=\"77\">pale: several verdicts, in the "
			"colour of the most</text>\n",
			x);
}

int svg__print(const struct report *report, enum weight weight, FILE *out)
{
	struct picture picture = {};
	const struct flame *flame = &picture.flame;
	int err = lay_out(&picture, report, weight);
	unsigned int high = flame->levels * ROW;

	if (err) {
		free_picture(&picture);
		return err;
	}
	fprintf(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg class=\"picture\" xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%u\">\n<title>kleak: %s</title>\n<style>\n",
		WIDTH, HEAD + high + FOOT, weight__title(weight));
	svg__style(out);
	fputs("</style>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n", out);
	put_heading(out, report, weight, flame->nr ? flame->boxes[0].weight : 0);
	put_legend(out, flame->nr ? &flame->boxes[0] : NULL, weight);
	fprintf(out,
		"<foreignObject class=\"tools\" x=\"8\" y=\"84\" width=\"98%%\" height=\"32\"/>\n"
		"<svg x=\"1%%\" y=\"%d\" width=\"98%%\" height=\"%u\"><svg class=\"flame\" "
		"width=\"100%%\" height=\"%u\"",
		HEAD, high + 1, high + 1);
	put_causes(out, &picture.groups);
	fputs(">\n", out);
	put_boxes(out, flame, weight);
	fprintf(out, "</svg></svg>\n<text class=\"detail\" x=\"12\" y=\"%u\">", HEAD + high + 22);
	put_left_out(out, flame, weight, picture.narrow);
	fputs("</text>\n<script><![CDATA[\n", out);
	svg__script(out);
	fputs("]]></script>\n</svg>\n", out);
	free_picture(&picture);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
