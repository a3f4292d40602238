// SPDX-License-Identifier: GPL-2.0-only
#include "report/unreferenced.h"
#include "util/array.h"
#include "util/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NO_ROW	      UINT32_MAX
#define SAMPLED_SITES 64

struct work {
	struct unreferenced *findings;
	const struct scanner *scanner;
	struct sites *sites;
	const struct sites *listed;
	uint64_t now;
	double min_age_s;
	uint32_t bits; /* of the sampling */
};

static double age_of(const struct kleak_record *record, uint64_t now)
{
	return (double)kleak_age(now, record->allocated_at) * SECONDS_PER_TICK;
}

static void count(const struct orphan *orphan, const struct kleak_record *record, void *arg)
{
	struct work *work = arg;
	uint32_t index = work->sites->of_entry[orphan->site];
	uint64_t stands_for = 1ULL << kleak_bits(record, work->bits);
	struct site *site;

	if (index == SITES_NONE || age_of(record, work->now) < work->min_age_s)
		return;
	site = &work->sites->list[index];
	site->unreferenced += stands_for;
	site->unreferenced_bytes += record->bytes * stands_for;
	work->findings->objects += stands_for;
	work->findings->bytes += record->bytes * stands_for;
}

void unreferenced__count(struct unreferenced *findings, const struct scanner *scanner,
			 struct sites *sites, double min_age_s, uint32_t bits)
{
	struct work work = {.findings = findings,
			    .scanner = scanner,
			    .sites = sites,
			    .now = clock__now_ticks(),
			    .min_age_s = min_age_s,
			    .bits = bits};

	findings->objects = 0;
	findings->bytes = 0;
	scanner__each_orphan(scanner, count, &work);
}

static void list(const struct orphan *orphan, const struct kleak_record *record, void *arg)
{
	struct work *work = arg;
	struct unreferenced *findings = work->findings;
	uint32_t index = work->listed->of_entry[orphan->site];
	uint32_t row = index == SITES_NONE ? NO_ROW : findings->rows[index];
	struct report_object *object;

	if (row == NO_ROW || findings->listed[row] == UNREFERENCED_LISTED)
		return;
	object = &findings->list[row * UNREFERENCED_LISTED + findings->listed[row]++];
	*object =
		(struct report_object){.bytes = record->bytes, .age_s = age_of(record, work->now)};
	object->nr_first =
		record->bytes < sizeof(object->first) ? record->bytes : sizeof(object->first);
	object->nr_first = scanner__look_at(work->scanner, orphan, &object->address, object->first,
					    object->nr_first);
}

int unreferenced__list(struct unreferenced *findings, const struct scanner *scanner,
		       const struct sites *sites, bool (*shown)(const struct site *), size_t nr)
{
	struct work work = {.findings = findings,
			    .scanner = scanner,
			    .listed = sites,
			    .now = clock__now_ticks()};
	size_t row = 0;
	int err = array__reserve((void **)&findings->rows, sites->nr, &findings->room_rows,
				 sizeof(*findings->rows));

	if (!err)
		err = array__reserve((void **)&findings->list, nr * UNREFERENCED_LISTED,
				     &findings->room_list, sizeof(*findings->list));
	if (!err)
		err = array__reserve((void **)&findings->listed, nr, &findings->room_listed,
				     sizeof(*findings->listed));
	if (err)
		return err;
	for (size_t i = 0; i < sites->nr; i++)
		findings->rows[sites->list[i].index] =
			row < nr && shown(&sites->list[i]) ? (uint32_t)row++ : NO_ROW;
	for (size_t i = 0; i < nr; i++)
		findings->listed[i] = 0;
	scanner__each_orphan(scanner, list, &work);
	return 0;
}

int unreferenced__sample(struct unreferenced *findings, struct scanner *scanner,
			 const struct sites *sites, bool (*shown)(const struct site *),
			 uint32_t entries)
{
	uint32_t *groups = findings->groups;
	size_t left = SAMPLED_SITES;
	int err = array__reserve((void **)&findings->rows, sites->nr, &findings->room_rows,
				 sizeof(*findings->rows));

	if (!groups)
		groups = findings->groups = malloc(entries * sizeof(*groups));
	if (err || !groups)
		return -ENOMEM;
	referrers__begin(&findings->next);
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->list[i];

		findings->rows[site->index] = NO_ROW;
		if (!left || !shown(site))
			continue;
		left--;
		if (referrers__add_site(&findings->next, site->id, &findings->rows[site->index]))
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < entries; i++)
		groups[i] = sites->of_entry[i] == SITES_NONE ? NO_ROW
							     : findings->rows[sites->of_entry[i]];
	scanner__sample(scanner, &findings->next, groups);
	return 0;
}

void unreferenced__sampled(struct unreferenced *findings, struct scanner *scanner, bool whole)
{
	struct referrers before = findings->holders;

	scanner__sample(scanner, NULL, NULL);
	if (!whole)
		return;
	findings->holders = findings->next;
	findings->next = before;
}

const struct report_object *unreferenced__of(const struct unreferenced *findings, size_t row,
					     size_t *nr)
{
	*nr = findings->listed[row];
	return &findings->list[row * UNREFERENCED_LISTED];
}

void unreferenced__free(struct unreferenced *findings)
{
	referrers__free(&findings->holders);
	referrers__free(&findings->next);
	free(findings->groups);
	free(findings->rows);
	free(findings->list);
	free(findings->listed);
	memset(findings, 0, sizeof(*findings));
}
