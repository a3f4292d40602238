// SPDX-License-Identifier: GPL-2.0-only
#include "report/merge.h"
#include "report/site_key.h"
#include "util/order.h"
#include "util/saturate.h"

#include <errno.h>
#include <stdlib.h>

/* A site of a file, and what it is known by. */
struct entry {
	const struct report_site *site;
	uint64_t key;
	size_t file;
};

static uint64_t key_of(const struct report_site *site)
{
	return site->fingerprint ?: site_key__of(site);
}

/* What is nothing to go by has no verdict at all. */
static uint32_t rank_of(const struct report_site *site)
{
	return site->verdict.is.why ? 1 + verdict__suspicion(site->verdict.is.name) : 0;
}

/* Of one key, those of a file together, its worst first. */
static int by_key(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return ORDER_UP(x->key, y->key) ?: ORDER_UP(x->file, y->file) ?:
	       ORDER_DOWN(rank_of(x->site), rank_of(y->site)) ?:
	       ORDER_DOWN(x->site->bytes, y->site->bytes) ?: ORDER_UP(x->site->id, y->site->id);
}

static int by_spread(const void *a, const void *b)
{
	const struct merge_site *x = a, *y = b;

	return ORDER_DOWN(x->of[VERDICT_LEAK], y->of[VERDICT_LEAK]) ?:
	       ORDER_DOWN(x->of[VERDICT_GROWING], y->of[VERDICT_GROWING]) ?:
	       ORDER_DOWN(rank_of(x->site), rank_of(y->site)) ?:
	       ORDER_DOWN(x->nr_files, y->nr_files) ?: ORDER_DOWN(x->bytes, y->bytes) ?:
	       ORDER_UP(x->site->id, y->site->id);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return saturate__add(a, b, INT64_MAX);
}

static void add(struct merge_site *to, const struct entry *entry, bool first_of_file)
{
	const struct report_site *site = entry->site;
	const struct report_site *is = to->site;

	to->bytes = sum(to->bytes, site->bytes);
	to->objects = sum(to->objects, site->objects);
	if (site->verdict.is.why && site->verdict.from.slope.known)
		to->growth_bytes_per_min += site->verdict.from.slope.per_s * 60;
	if (first_of_file) {
		to->nr_files++;
		if (site->verdict.is.why)
			to->of[site->verdict.is.name]++;
	}
	if (!is || rank_of(site) > rank_of(is) ||
	    (rank_of(site) == rank_of(is) && site->bytes > is->bytes))
		to->site = site;
}

static struct entry *list_entries(const struct merge *merge, size_t *nr)
{
	struct entry *list;
	size_t room = 0;

	*nr = 0;
	for (size_t i = 0; i < merge->nr_files; i++)
		room += merge->files[i].report->nr_sites;
	list = calloc(room + 1, sizeof(*list));
	for (size_t i = 0; i < merge->nr_files && list; i++) {
		const struct report *report = merge->files[i].report;

		for (size_t k = 0; k < report->nr_sites; k++)
			list[(*nr)++] =
				(struct entry){&report->sites[k], key_of(&report->sites[k]), i};
	}
	if (list)
		qsort(list, *nr, sizeof(*list), by_key);
	return list;
}

static bool leaks(const struct report *report)
{
	for (size_t i = 0; i < report->nr_sites; i++)
		if (report->sites[i].verdict.is.why &&
		    report->sites[i].verdict.is.name == VERDICT_LEAK)
			return true;
	return false;
}

int merge__make(struct merge *merge, const struct merge_file *files, size_t nr, size_t top)
{
	size_t nr_entries;
	struct entry *list;

	*merge = (struct merge){.files = files, .nr_files = nr};
	list = list_entries(merge, &nr_entries);
	if (list)
		merge->sites = calloc(nr_entries + 1, sizeof(*merge->sites));
	if (!list || !merge->sites) {
		free(list);
		return -ENOMEM;
	}
	for (size_t i = 0; i < nr_entries; i++) {
		bool new_site = !i || list[i].key != list[i - 1].key;

		merge->nr_sites += new_site;
		add(&merge->sites[merge->nr_sites - 1], &list[i],
		    new_site || list[i].file != list[i - 1].file);
	}
	free(list);
	qsort(merge->sites, merge->nr_sites, sizeof(*merge->sites), by_spread);
	for (size_t i = 0; i < merge->nr_sites; i++)
		merge->sites[i].headline = headline__alone(merge->sites[i].site->stack,
							   merge->sites[i].site->nr_frames);
	for (size_t i = 0; i < nr; i++)
		merge->nr_leaking += leaks(files[i].report);
	merge->nr_shown = top && top < merge->nr_sites ? top : merge->nr_sites;
	return 0;
}

void merge__free(struct merge *merge)
{
	free(merge->sites);
	*merge = (struct merge){};
}
