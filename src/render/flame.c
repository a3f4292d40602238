// SPDX-License-Identifier: GPL-2.0-only
#include "render/flame.h"
#include "util/array.h"
#include "util/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct item {
	const struct report_site *site;
	double weight;
};

/* Items whose stacks begin alike, [first, end). */
struct run {
	size_t first, end;
	double weight;
};

struct builder {
	struct flame *flame;
	struct item *items;
	struct run *runs; /* of all levels that are being laid out */
	size_t nr_runs, room_runs;
	double least;			 /* weight */
	const struct report_site *sites; /* of the report */
};

/* ---- which frames are alike ---- */

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_frames(const struct symbols_frame *a, const struct symbols_frame *b)
{
	int order = compare_text(a->symbol, b->symbol);

	if (!a->symbol)
		order = order ?: ORDER_UP(a->address, b->address);
	return order ?: compare_text(a->module, b->module) ?: ORDER_UP(a->inlined, b->inlined);
}

/* The frame at a level, counted from the outermost; NULL: the stack ends, the cache is next. */
static const struct symbols_frame *frame_at(const struct report_site *site, size_t level)
{
	return level < site->nr_frames ? &site->stack[site->nr_frames - 1 - level] : NULL;
}

/* What stands at a level of two stacks that are alike below it. */
static int compare_at(const struct report_site *a, const struct report_site *b, size_t level)
{
	const struct symbols_frame *x = frame_at(a, level), *y = frame_at(b, level);

	if (x && y)
		return compare_frames(x, y);
	if (x || y)
		return x ? 1 : -1;
	return compare_text(a->origin, b->origin) ?: compare_text(a->cache, b->cache);
}

static int compare_items(const void *a, const void *b)
{
	const struct report_site *x = ((const struct item *)a)->site;
	const struct report_site *y = ((const struct item *)b)->site;
	size_t most = x->nr_frames > y->nr_frames ? x->nr_frames : y->nr_frames;
	int order = 0;

	for (size_t level = 0; !order && level <= most; level++) {
		order = compare_at(x, y, level);
		if (!frame_at(x, level) && !frame_at(y, level))
			break;
	}
	return order ?: ORDER_UP(x, y); /* as they are listed */
}

/* ---- boxes ---- */

/* The widest first; among equals those that sort first. */
static int compare_runs(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return ORDER_DOWN(x->weight, y->weight) ?: ORDER_UP(x->first, y->first);
}

static enum verdict_name verdict_of(const struct report_site *site)
{
	return site->verdict.is.why ? site->verdict.is.name : VERDICT_NEW;
}

static uint32_t cause_of(const struct builder *b, size_t item)
{
	return b->flame->cause_of ? b->flame->cause_of[b->items[item].site - b->sites] : 0;
}

static int add_box(struct builder *b, const struct run *run, uint32_t level, double start)
{
	struct flame *flame = b->flame;
	const struct report_site *site = b->items[run->first].site;
	struct flame_box *box;

	if (array__reserve((void **)&flame->boxes, flame->nr + 1, &flame->room,
			   sizeof(*flame->boxes)))
		return -ENOMEM;
	box = &flame->boxes[flame->nr++];
	*box = (struct flame_box){
		.frame = level ? frame_at(site, level - 1) : NULL,
		.site = site,
		.level = level,
		.start = start,
		.weight = run->weight,
		.sites = run->end - run->first,
		.cause = cause_of(b, run->first),
	};
	for (size_t i = run->first; i < run->end; i++) {
		site = b->items[i].site;
		box->bytes += (double)site->bytes;
		box->objects += (double)site->objects;
		box->growth += site->growth_bytes_per_min;
		box->of[verdict_of(site)] += b->items[i].weight;
		if (cause_of(b, i) != box->cause)
			box->cause = 0;
	}
	if (level >= flame->levels)
		flame->levels = level + 1;
	return 0;
}

/* Part `run`, all alike below `level`, by what stands there; the parts go on top of the runs. */
static int part(struct builder *b, const struct run *run, size_t level)
{
	size_t first = b->nr_runs;

	for (size_t i = run->first; i < run->end; i++) {
		bool alike = i > run->first &&
			     !compare_at(b->items[i - 1].site, b->items[i].site, level);

		if (!alike) {
			if (array__reserve((void **)&b->runs, b->nr_runs + 1, &b->room_runs,
					   sizeof(*b->runs)))
				return -ENOMEM;
			b->runs[b->nr_runs++] = (struct run){i, i, 0};
		}
		b->runs[b->nr_runs - 1].end = i + 1;
		b->runs[b->nr_runs - 1].weight += b->items[i].weight;
	}
	qsort(b->runs + first, b->nr_runs - first, sizeof(*b->runs), compare_runs);
	return 0;
}

/* A box and all above it. */
static int grow(struct builder *b, struct run run, uint32_t level, double start)
{
	size_t first = b->nr_runs;
	double narrow = 0;
	int err = add_box(b, &run, level, start);

	if (err || (level && !frame_at(b->items[run.first].site, level - 1)))
		return err; /* a cache: the top */
	if (level + 1 >= FLAME_LEVELS)
		return 0;
	err = part(b, &run, level);
	for (size_t i = first; !err && i < b->nr_runs; i++) {
		struct run next = b->runs[i]; /* they may move */

		if (next.weight < b->least) {
			b->flame->left_out++;
			narrow += next.weight;
			continue;
		}
		err = grow(b, next, level + 1, start);
		start += next.weight;
	}
	b->flame->left_out_weight += narrow;
	b->nr_runs = first;
	return err;
}

int flame__lay_out(struct flame *flame, const struct report *report, enum weight weight,
		   double least)
{
	struct builder b = {.flame = flame, .sites = report->sites};
	struct run root = {};
	int err = 0;

	b.items = calloc(report->nr_sites + 1, sizeof(*b.items));
	if (!b.items)
		return -ENOMEM;
	for (size_t i = 0; i < report->nr_sites; i++) {
		double weighs = (double)weight__of(&report->sites[i], weight);

		if (!(weighs > 0))
			continue;
		b.items[root.end++] = (struct item){&report->sites[i], weighs};
		root.weight += weighs;
	}
	b.least = least * root.weight;
	qsort(b.items, root.end, sizeof(*b.items), compare_items);
	if (root.end)
		err = grow(&b, root, 0, 0);
	free(b.items);
	free(b.runs);
	return err;
}

enum verdict_name flame__verdict(const struct flame_box *box)
{
	enum verdict_name most = VERDICT_NEW;

	for (int i = 0; i < VERDICTS; i++)
		if (box->of[i] >= box->of[most])
			most = i;
	return most;
}

bool flame__is_mixed(const struct flame_box *box)
{
	int verdicts = 0;

	for (int i = 0; i < VERDICTS; i++)
		verdicts += box->of[i] > 0;
	return verdicts > 1;
}

void flame__free(struct flame *flame)
{
	free(flame->boxes);
	*flame = (struct flame){};
}
