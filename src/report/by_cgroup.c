// SPDX-License-Identifier: GPL-2.0-only
#include "report/by_cgroup.h"
#include "util/fnv.h"
#include "util/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PARTS (REPORT_CHARGED_GROUPS + 3) /* of a site: its groups, others, nobody, unknown */
#define MOST  ((double)(1ULL << 62))	  /* of what a file may say */

/* A part of a site, before the rows are made. */
struct part {
	enum by_cgroup_whom whom;
	const char *cgroup; /* "": it is not BY_CGROUP_ONE */
	bool elsewhere;
	struct by_cgroup_member member;
	double growth_bytes_per_min;
};

struct parts {
	const struct report *report;
	struct part *list;
	size_t nr;
};

static uint64_t share_of(uint64_t whole, uint32_t part, uint32_t of)
{
	double share = (double)whole * part / of;

	return share < MOST ? (uint64_t)(share + 0.5) : (uint64_t)MOST;
}

static void add_part(struct parts *parts, size_t i, enum by_cgroup_whom whom,
		     const struct report_charged_group *group, uint32_t objects)
{
	const struct report_site *site = &parts->report->sites[i];
	uint32_t of = site->charged.looked_at ? site->charged.looked_at : 1;

	if (!objects)
		return;
	parts->list[parts->nr++] = (struct part){
		.whom = whom,
		.cgroup = group ? group->cgroup : "",
		.elsewhere = group && group->elsewhere == REPORT_ELSEWHERE_YES,
		.member = {(uint32_t)i, share_of(site->bytes, objects, of),
			   share_of(site->objects, objects, of)},
		.growth_bytes_per_min = site->growth_bytes_per_min * objects / of,
	};
}

static void add_site(struct parts *parts, size_t i)
{
	const struct report_charged *charged = &parts->report->sites[i].charged;

	if (!charged->looked_at) {
		add_part(parts, i, BY_CGROUP_UNKNOWN, NULL, 1);
		return;
	}
	for (size_t k = 0; k < charged->nr_groups; k++)
		add_part(parts, i, BY_CGROUP_ONE, &charged->groups[k], charged->groups[k].objects);
	add_part(parts, i, BY_CGROUP_OTHERS, NULL, charged->others);
	add_part(parts, i, BY_CGROUP_NOBODY, NULL, charged->nobody);
	add_part(parts, i, BY_CGROUP_UNKNOWN, NULL, charged->unknown);
}

static int by_row(const struct part *x, const struct part *y)
{
	return ORDER_UP(x->whom, y->whom) ?: strcmp(x->cgroup, y->cgroup);
}

static int by_row_and_size(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return by_row(x, y) ?: ORDER_DOWN(x->member.bytes, y->member.bytes) ?:
	       ORDER_UP(x->member.site, y->member.site);
}

static uint64_t add(uint64_t a, uint64_t b)
{
	return saturate__add(a, b, (uint64_t)MOST);
}

/* Is this verdict worse than that of the row so far? */
static bool is_worse(const struct conclusion *verdict, const struct conclusion *than)
{
	return verdict->is.why && (!than->is.why || verdict__suspicion(verdict->is.name) >
							    verdict__suspicion(than->is.name));
}

static void add_to_row(struct by_cgroup_row *row, const struct part *part,
		       const struct report_site *site)
{
	row->nr++;
	row->sum.bytes = add(row->sum.bytes, part->member.bytes);
	row->sum.objects = add(row->sum.objects, part->member.objects);
	row->sum.growth_bytes_per_min += part->growth_bytes_per_min;
	if (part->elsewhere)
		row->elsewhere_bytes = add(row->elsewhere_bytes, part->member.bytes);
	if (is_worse(&site->verdict, &row->sum.verdict))
		row->sum.verdict = site->verdict;
}

static void begin_row(struct by_cgroup_row *row, const struct part *part,
		      const struct report_site *site, size_t first)
{
	uint64_t id = fnv__add(FNV_START, &part->whom, sizeof(part->whom));

	*row = (struct by_cgroup_row){
		.whom = part->whom,
		.cgroup = part->whom == BY_CGROUP_ONE ? part->cgroup : NULL,
		.sum = {.id = fnv__add_text(id, part->cgroup),
			.age_median_s = site->age_median_s,
			.origin = "",
			.cache = ""},
		.first = first,
	};
}

static int by_size(const void *a, const void *b)
{
	const struct by_cgroup_row *x = a, *y = b;

	return ORDER_DOWN(x->sum.bytes, y->sum.bytes) ?: ORDER_UP(x->first, y->first);
}

static int make_rows(const struct parts *parts, struct by_cgroup *made)
{
	made->rows = calloc(parts->nr + 1, sizeof(*made->rows));
	made->members = calloc(parts->nr + 1, sizeof(*made->members));
	if (!made->rows || !made->members)
		return -ENOMEM;
	for (size_t i = 0; i < parts->nr; i++) {
		const struct part *part = &parts->list[i];
		const struct report_site *site = &parts->report->sites[part->member.site];

		if (!i || by_row(part, part - 1))
			begin_row(&made->rows[made->nr++], part, site, i);
		add_to_row(&made->rows[made->nr - 1], part, site);
		made->members[made->nr_members++] = part->member;
	}
	qsort(made->rows, made->nr, sizeof(*made->rows), by_size);
	return 0;
}

int by_cgroup__find(struct by_cgroup *groups, const struct report *report)
{
	size_t nr = report__nr_uncut(report);
	struct parts parts = {.report = report};
	struct by_cgroup made = {};
	int err;

	*groups = made;
	for (size_t i = 0; i < nr; i++)
		made.looked_at += report->sites[i].charged.looked_at;
	if (!made.looked_at)
		return 0;
	parts.list = calloc(nr * PARTS, sizeof(*parts.list));
	if (!parts.list)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		add_site(&parts, i);
	if (parts.nr)
		qsort(parts.list, parts.nr, sizeof(*parts.list), by_row_and_size);
	err = make_rows(&parts, &made);
	free(parts.list);
	if (err)
		by_cgroup__free(&made);
	*groups = made;
	return err;
}

const char *by_cgroup__name(enum by_cgroup_whom whom)
{
	static const char *const names[] = {
		[BY_CGROUP_ONE] = NULL,
		[BY_CGROUP_OTHERS] = "other cgroups",
		[BY_CGROUP_NOBODY] = "no cgroup",
		[BY_CGROUP_UNKNOWN] = "not known",
	};

	return names[whom];
}

void by_cgroup__free(struct by_cgroup *groups)
{
	free(groups->rows);
	free(groups->members);
	*groups = (struct by_cgroup){};
}
