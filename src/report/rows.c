// SPDX-License-Identifier: GPL-2.0-only
#include "report/rows.h"
#include "report/fingerprint.h"
#include "trace/origins.h"
#include "util/array.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void count_verdict(struct report *report, const struct site *site)
{
	struct report_verdict *verdict = &report->verdicts[site->verdict];

	verdict->sites++;
	verdict->objects += site->objects;
	verdict->bytes += site->bytes;
	verdict->growth_bytes_per_min += site->slope_bytes_per_min;
}

void rows__count(struct report *report, const struct readout *readout, uint32_t most)
{
	const struct sites *sites = &readout->sites;
	double variance = 0;

	for (size_t i = 0; i < sites->nr; i++) {
		if (!readout__is_shown(&sites->list[i]))
			continue;
		report->nr_sites_all++;
		report->bytes_all += sites->list[i].bytes;
		variance += sites->list[i].bytes_variance;
		count_verdict(report, &sites->list[i]);
	}
	report->verdicts_known = true;
	report->by_suspicion = readout->parts.options->sort == SITES_BY_RANK;
	report->bytes_all_error = sqrt(variance);
	report->nr_sites = most && most < report->nr_sites_all ? most : report->nr_sites_all;
}

static int reserve(struct rows *rows, size_t nr)
{
	struct report_site *list;
	struct allocated_by_who(*who)[ALLOCATED_BY_LISTED];
	struct report_freer(*freers)[FREED_BY_LISTED];
	char(*names)[ROWS_CACHE_NAME];

	if (nr <= rows->room)
		return 0;
	list = realloc(rows->list, nr * sizeof(*list));
	if (list)
		rows->list = list;
	names = realloc(rows->names, nr * sizeof(*names));
	if (names)
		rows->names = names;
	who = realloc(rows->who, nr * sizeof(*who));
	if (who)
		rows->who = who;
	freers = realloc(rows->freers, nr * sizeof(*freers));
	if (freers)
		rows->freers = freers;
	if (!list || !names || !who || !freers)
		return -ENOMEM;
	rows->room = nr;
	return 0;
}

/* Who refers to the objects of a site, as the last scan saw it. */
static void fill_holders(const struct readout *readout, struct report_site *row)
{
	const struct referrers_site *site = referrers__of(&readout->findings.holders, row->id);

	if (!site)
		return;
	row->sampled = site->sampled;
	while (row->nr_holders < REPORT_HOLDERS && row->nr_holders < site->nr) {
		const struct referrer *holder = &site->list[row->nr_holders];

		row->holders[row->nr_holders++] = (struct report_holder){
			.kind = holder->place.kind,
			.name = holder->place.name,
			.offset = holder->place.offset,
			.objects = holder->objects,
		};
	}
}

void rows__name_cache(char name[ROWS_CACHE_NAME], const struct readout *readout,
		      const struct site *site)
{
	if (site->space != KLEAK_SPACE_SLAB)
		snprintf(name, ROWS_CACHE_NAME, "%s", origins__name(site->space));
	else
		cache__name(name, ROWS_CACHE_NAME, &readout->view->caches[site->cache],
			    &readout->parts.kernel->cache_kinds);
}

static int fill_row(struct rows *rows, size_t i, const struct readout *readout,
		    const struct site *site, const struct rows_names *names)
{
	struct report_site *row = &rows->list[i];

	rows__name_cache(rows->names[i], readout, site);
	*row = (struct report_site){
		.id = site->id,
		.bytes = site->bytes,
		.objects = site->objects,
		.bytes_requested = site->bytes_requested,
		.bytes_error = sqrt(site->bytes_variance),
		.objects_error = sqrt(site->objects_variance),
		.growth_bytes_per_min = site->growth_bytes_per_min,
		.age_median_s = site->age_median_s,
		.allocations_per_s = site->allocations_per_s,
		.allocations = site->allocations,
		.frees = site->frees + site->implicit + site->verified + site->evicted,
		.pending_objects = site->pending,
		.origin = origins__name(site->space),
		.cache = rows->names[i],
		.approximate = site->space == KLEAK_SPACE_SLAB &&
			       cache__is_approximate(&readout->cache_sums[site->cache]),
		.verdict = evidence__judge(&readout->judge, site),
		.course = history__course(&readout->history, site->id),
		.who = rows->who[i],
		.unreferenced = site->unreferenced,
		.unreferenced_bytes = site->unreferenced_bytes,
	};
	if (readout->scan && readout->parts.options->show_objects)
		row->unreferenced_list = unreferenced__of(&readout->findings, i, &row->nr_listed);
	fill_holders(readout, row);
	row->nr_who = allocated_by__of(&rows->crowd, site->index, rows->who[i], &row->who_times,
				       names->cgroup);
	return charged__fill(&readout->charged, site, row, &rows->paths);
}

/* Name the frames of a stack behind those that are there; *named: how many lines it has. */
static int add_frames(struct rows *rows, const struct readout *readout,
		      const struct rows_names *names, const uint64_t *frames, size_t nr,
		      struct names_time when, size_t *named)
{
	int err = array__reserve((void **)&rows->frames, rows->nr_frames + SYMBOLS_MOST_FRAMES,
				 &rows->room_frames, sizeof(*rows->frames));

	if (err)
		return err;
	*named = names->stack(readout->parts.symbols, frames, nr, when,
			      rows->frames + rows->nr_frames);
	rows->nr_frames += *named;
	return 0;
}

static int fill_freers(struct rows *rows, size_t i, const struct readout *readout,
		       const struct site *site, const struct rows_names *names)
{
	const struct freed_by_member *most[FREED_BY_LISTED];
	struct report_site *row = &rows->list[i];
	int err = 0;

	row->freed_by = rows->freers[i];
	row->nr_freed_by = freed_by__of(&rows->freed_by, site->index, most, &row->frees_noted);
	for (size_t k = 0; k < row->nr_freed_by && !err; k++) {
		struct report_freer *freer = &rows->freers[i][k];

		*freer = (struct report_freer){
			.frees = most[k]->times,
			.last_s = (double)kleak_age(readout->taken_tick, most[k]->last) *
				  SECONDS_PER_TICK,
		};
		err = add_frames(rows, readout, names, most[k]->frames, most[k]->nr_frames,
				 (struct names_time){.modules = most[k]->modules},
				 &freer->nr_frames);
	}
	return err;
}

/* Of a stack: as of when it is to be named. */
struct stack_images {
	const struct symbols *symbols;
	const struct rows_names *names;
	struct names_time when;
};

static const struct image *image_of(const struct symbols_frame *frame, void *arg)
{
	const struct stack_images *images = arg;

	return images->names->image(images->symbols, frame->address, images->when);
}

/* Its lines are the last that were named. */
static void put_fingerprint(struct rows *rows, size_t i, const struct readout *readout,
			    const struct site *site, const struct rows_names *names)
{
	struct report_site *row = &rows->list[i];
	struct stack_images images = {readout->parts.symbols, names,
				      readout__named_at(readout, site)};

	row->fingerprint =
		fingerprint__of(row->origin, rows->frames + rows->nr_frames - row->nr_frames,
				row->nr_frames, &(struct fingerprint_images){image_of, &images});
}

/* They may have moved while there came more. */
static void link_stacks(struct rows *rows, size_t nr)
{
	const struct symbols_frame *next = rows->frames;

	for (size_t i = 0; i < nr; i++) {
		rows->list[i].stack = next;
		next += rows->list[i].nr_frames;
		for (size_t k = 0; k < rows->list[i].nr_freed_by; k++) {
			rows->freers[i][k].stack = next;
			next += rows->freers[i][k].nr_frames;
		}
	}
}

int rows__fill(struct rows *rows, struct report *report, const struct readout *readout,
	       const struct rows_names *names)
{
	const struct sites *sites = &readout->sites;
	int err = reserve(rows, report->nr_sites);

	rows->nr_frames = 0;
	arena__free(&rows->paths);
	for (size_t i = 0, row = 0; row < report->nr_sites && !err; i++) {
		if (!readout__is_shown(&sites->list[i]))
			continue;
		err = fill_row(rows, row, readout, &sites->list[i], names);
		if (!err)
			err = add_frames(rows, readout, names, sites->list[i].frames,
					 sites->list[i].nr_frames,
					 readout__named_at(readout, &sites->list[i]),
					 &rows->list[row].nr_frames);
		if (err)
			break;
		put_fingerprint(rows, row, readout, &sites->list[i], names);
		err = fill_freers(rows, row++, readout, &sites->list[i], names);
	}
	if (err)
		return err;
	link_stacks(rows, report->nr_sites);
	report->sites = rows->list;
	return 0;
}

void rows__free(struct rows *rows)
{
	free(rows->list);
	free(rows->frames);
	free(rows->names);
	free(rows->who);
	free(rows->freers);
	arena__free(&rows->paths);
	allocated_by__free(&rows->crowd);
	freed_by__free(&rows->freed_by);
}
