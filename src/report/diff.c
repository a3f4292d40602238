// SPDX-License-Identifier: GPL-2.0-only
#include "report/diff.h"
#include "report/site_key.h"
#include "util/fnv.h"
#include "util/order.h"
#include "util/saturate.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- is it the same code? ---- */

static bool is_same_image(const struct image *a, const struct image *b)
{
	return a && b && images__is_same_build(a, b);
}

/* Without build-ids the kernel's release and version have to tell. */
static bool is_same_kernel(const struct diff_side *a, const struct diff_side *b)
{
	const struct image *left = images__find(a->images, NULL);
	const struct image *right = images__find(b->images, NULL);

	if (left && right && left->build_id_length && right->build_id_length)
		return is_same_image(left, right);
	return !strcmp(a->report->kernel, b->report->kernel) &&
	       !strcmp(a->kernel_version, b->kernel_version);
}

/* ---- which sites are the same ---- */

/* A site and what it is compared by. */
struct entry {
	const struct report_site *site;
	int side;
	uint64_t hash;
};

struct match {
	const struct diff *diff;
	struct entry *list;
	size_t nr;
};

/* Does an offset in this module mean the same in both reports? */
static bool is_exact(const struct diff *diff, const char *module)
{
	if (!module)
		return diff->same_build;
	return is_same_image(images__find(diff->side[DIFF_BEFORE].images, module),
			     images__find(diff->side[DIFF_AFTER].images, module));
}

/* Two hashes may be the same by chance, once in 2^64 pairs; then two sites would be one. */
static uint64_t hash_of(const struct diff *diff, const struct report_site *site)
{
	uint64_t hash = site_key__of(site);

	for (size_t i = 0; i < site->nr_frames; i++) {
		const struct symbols_frame *f = &site->stack[i];

		if (!f->inlined && f->symbol && is_exact(diff, f->module))
			hash = fnv__add(hash, &f->offset, sizeof(f->offset));
	}
	return hash;
}

static int by_hash(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	/* `after` first */
	return ORDER_DOWN(left->hash, right->hash) ?: ORDER_DOWN(left->side, right->side);
}

static int list_entries(struct match *match)
{
	const struct diff *diff = match->diff;
	size_t room =
		diff->side[DIFF_BEFORE].report->nr_sites + diff->side[DIFF_AFTER].report->nr_sites;

	match->list = calloc(room + 1, sizeof(*match->list));
	if (!match->list)
		return -ENOMEM;
	for (int side = 0; side < DIFF_SIDES; side++) {
		const struct report *report = diff->side[side].report;

		for (size_t i = 0; i < report->nr_sites; i++)
			match->list[match->nr++] =
				(struct entry){.site = &report->sites[i],
					       .side = side,
					       .hash = hash_of(diff, &report->sites[i])};
	}
	qsort(match->list, match->nr, sizeof(*match->list), by_hash);
	return 0;
}

/* ---- their sums ---- */

static uint64_t sum(uint64_t a, uint64_t b)
{
	return saturate__add(a, b, INT64_MAX); /* a difference has a sign */
}

static void add(struct diff *diff, struct diff_site *to, const struct entry *entry)
{
	const struct report_site *site = entry->site;

	if (!to->site)
		to->site = site;
	to->is_in[entry->side] = true;
	to->bytes[entry->side] = sum(to->bytes[entry->side], site->bytes);
	to->objects[entry->side] = sum(to->objects[entry->side], site->objects);
	to->bytes_error = hypot(to->bytes_error, site->bytes_error);
	diff->bytes[entry->side] = sum(diff->bytes[entry->side], site->bytes);
}

static int64_t delta(const uint64_t of[DIFF_SIDES])
{
	return (int64_t)of[DIFF_AFTER] - (int64_t)of[DIFF_BEFORE];
}

static void count(struct diff *diff, struct diff_site *site)
{
	site->bytes_delta = delta(site->bytes);
	site->objects_delta = delta(site->objects);
	diff->nr_both += site->is_in[DIFF_BEFORE] && site->is_in[DIFF_AFTER];
	for (int side = 0; side < DIFF_SIDES; side++)
		diff->nr_only[side] += site->is_in[side] && !site->is_in[!side];
	diff->nr_changed += site->bytes_delta || site->objects_delta;
}

static int64_t size_of(int64_t change)
{
	return change < 0 ? -change : change;
}

/* The largest difference first; of the same size what became more, then what is larger. */
static int by_difference(const void *a, const void *b)
{
	const struct diff_site *left = a, *right = b;

	return ORDER_DOWN(size_of(left->bytes_delta), size_of(right->bytes_delta)) ?:
	       ORDER_DOWN(left->bytes_delta, right->bytes_delta) ?:
	       ORDER_DOWN(size_of(left->objects_delta), size_of(right->objects_delta)) ?:
	       ORDER_DOWN(left->bytes[DIFF_AFTER], right->bytes[DIFF_AFTER]) ?:
	       ORDER_UP(left->site->id, right->site->id);
}

static int compare_sites(struct diff *diff)
{
	struct match match = {.diff = diff};
	int err = list_entries(&match);

	if (err)
		return err;
	diff->sites = calloc(match.nr + 1, sizeof(*diff->sites));
	if (!diff->sites) {
		free(match.list);
		return -ENOMEM;
	}
	for (size_t i = 0; i < match.nr; i++) {
		if (!i || match.list[i].hash != match.list[i - 1].hash)
			diff->nr_sites++;
		add(diff, &diff->sites[diff->nr_sites - 1], &match.list[i]);
	}
	free(match.list);
	for (size_t i = 0; i < diff->nr_sites; i++)
		count(diff, &diff->sites[i]);
	diff->bytes_delta = delta(diff->bytes);
	qsort(diff->sites, diff->nr_sites, sizeof(*diff->sites), by_difference);
	return 0;
}

/* ---- the kernel's books ---- */

static const struct coverage_class *class_called(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->nr_ledger; i++)
		if (!strcmp(report->ledger[i].name, name))
			return &report->ledger[i];
	return NULL;
}

static int compare_ledgers(struct diff *diff)
{
	const struct report *before = diff->side[DIFF_BEFORE].report;
	const struct report *after = diff->side[DIFF_AFTER].report;

	diff->ledger = calloc(after->nr_ledger + 1, sizeof(*diff->ledger));
	if (!diff->ledger)
		return -ENOMEM;
	for (size_t i = 0; i < after->nr_ledger; i++) {
		const struct coverage_class *now = &after->ledger[i];
		const struct coverage_class *then = class_called(before, now->name);

		if (!then)
			continue;
		diff->ledger[diff->nr_ledger++] = (struct diff_class){
			.side = {then, now},
			.kernel_delta = now->known && then->known
						? (double)now->kernel_delta_bytes -
							  (double)then->kernel_delta_bytes
						: NAN,
			.traced_delta = (double)now->traced_bytes - (double)then->traced_bytes,
		};
	}
	return 0;
}

int diff__make(struct diff *out, const struct diff_side *before, const struct diff_side *after,
	       size_t top)
{
	struct diff diff = {.side = {*before, *after}};
	int err;

	diff.same_build = is_same_kernel(before, after);
	err = compare_ledgers(&diff);
	if (!err)
		err = compare_sites(&diff);
	if (err) {
		diff__free(&diff);
		return err;
	}
	diff.nr_shown = top && top < diff.nr_sites ? top : diff.nr_sites;
	*out = diff;
	return 0;
}

void diff__free(struct diff *diff)
{
	free(diff->ledger);
	free(diff->sites);
	*diff = (struct diff){};
}
