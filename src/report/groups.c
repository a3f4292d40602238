// SPDX-License-Identifier: GPL-2.0-only
#include "report/groups.h"
#include "judge/group_evidence.h"
#include "report/same_cause.h"
#include "util/order.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Within a group: not the allocators' own, then the worst verdict, then the most bytes. */
static int by_standing(const void *a, const void *b, void *arg)
{
	const struct causes_site *x = a, *y = b;
	const struct report_site *of_x = same_cause__site(arg, x), *of_y = same_cause__site(arg, y);

	return ORDER_UP(x->group, y->group) ?: ORDER_UP(x->metadata, y->metadata) ?:
	       ORDER_DOWN(of_x->verdict.is.name, of_y->verdict.is.name) ?:
	       ORDER_DOWN(of_x->bytes, of_y->bytes) ?: ORDER_UP(x->site, y->site);
}

static void add_site(struct report_site *sum, const struct report_site *site)
{
	sum->bytes += site->bytes;
	sum->objects += site->objects;
	sum->bytes_requested += site->bytes_requested;
	sum->bytes_error = hypot(sum->bytes_error, site->bytes_error);
	sum->objects_error = hypot(sum->objects_error, site->objects_error);
	sum->growth_bytes_per_min += site->growth_bytes_per_min;
	sum->allocations_per_s += site->allocations_per_s;
	sum->allocations += site->allocations;
	sum->frees += site->frees;
	sum->pending_objects += site->pending_objects;
	sum->unreferenced += site->unreferenced;
	sum->unreferenced_bytes += site->unreferenced_bytes;
	sum->approximate |= site->approximate;
}

static void sum_up(const struct causes *f, const struct causes_site *list, size_t nr,
		   struct report_site *sum)
{
	struct together together = {};

	*sum = *same_cause__site(f, &list[0]);
	sum->course = NULL;
	for (size_t i = 0; i < nr; i++) {
		const struct report_site *site = same_cause__site(f, &list[i]);

		if (i)
			add_site(sum, site);
		if (!list[i].metadata || list[0].metadata)
			group_evidence__add(&together, &site->verdict, site->course,
					    f->report->nr_course);
	}
	if (nr > 1)
		sum->verdict = group_evidence__judge(&together, f->report->course_at,
						     f->report->nr_course);
}

/* The frame of the first member that all have in common. */
static struct headline common_of(const struct causes *f, const struct causes_site *first)
{
	const struct report_site *site = same_cause__site(f, first);
	const uint32_t *frames = f->frames + first->frames;
	uint32_t common = f->causes[first->group].common;

	for (size_t i = first->headline.first; common != CAUSES_NONE && i < site->nr_frames; i++)
		if (frames[i] == common)
			return headline__from(f->callers, frames, site->nr_frames, i);
	return first->headline;
}

static void make_group(const struct causes *f, const struct causes_site *list, size_t nr,
		       struct groups *groups)
{
	struct group *group = &groups->list[groups->nr++];

	*group =
		(struct group){.common = common_of(f, list), .first = groups->nr_members, .nr = nr};
	sum_up(f, list, nr, &group->sum);
	for (size_t i = 0; i < nr; i++)
		groups->members[groups->nr_members++] =
			(struct groups_member){list[i].site, list[i].headline, list[i].metadata};
}

static int by_weight(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	return ORDER_DOWN(x->sum.verdict.is.name, y->sum.verdict.is.name) ?:
	       ORDER_DOWN(x->sum.growth_bytes_per_min, y->sum.growth_bytes_per_min) ?:
	       ORDER_UP(x->first, y->first);
}

static int make_groups(struct causes *f, struct groups *groups)
{
	struct groups made = {.list = calloc(f->nr_causes + 1, sizeof(*made.list)),
			      .members = calloc(f->nr + 1, sizeof(*made.members))};
	uint32_t end;

	if (!made.list || !made.members) {
		groups__free(&made);
		return -ENOMEM;
	}
	if (f->nr)
		qsort_r(f->list, f->nr, sizeof(*f->list), by_standing, f);
	for (uint32_t i = 0; i < f->nr; i = end) {
		for (end = i + 1; end < f->nr; end++)
			if (f->list[end].group != f->list[i].group)
				break;
		make_group(f, &f->list[i], end - i, &made);
	}
	qsort(made.list, made.nr, sizeof(*made.list), by_weight);
	while (made.nr && made.list[made.nr - 1].sum.verdict.is.name < VERDICT_GROWING)
		made.nr--;
	*groups = made;
	return 0;
}

int groups__find(struct groups *groups, const struct report *report, struct callers *callers)
{
	struct callers alone = {};
	struct causes causes;
	int err = same_cause__find(&causes, report, callers ? callers : &alone);

	if (!err) {
		err = make_groups(&causes, groups);
		same_cause__free(&causes);
	}
	callers__free(&alone);
	return err;
}

static bool is_acquitted(const struct group *group)
{
	return group->holder.sure || group->may_be_held;
}

static void acquit(struct group *group)
{
	struct verdict *verdict = &group->sum.verdict.is;

	if (group->holder.sure) {
		verdict->name = VERDICT_HELD;
		verdict->why = "somebody holds them, and can let go of them";
	} else if (verdict->name == VERDICT_LEAK) {
		verdict->name = VERDICT_GROWING;
		verdict->why = "a program may hold them: not all were looked at in time";
	}
}

void groups__acquit(struct groups *groups)
{
	for (size_t i = 0; i < groups->nr; i++)
		if (is_acquitted(&groups->list[i]))
			acquit(&groups->list[i]);
	if (groups->nr)
		qsort(groups->list, groups->nr, sizeof(*groups->list), by_weight);
}

void groups__acquit_sites(const struct groups *groups, struct report_site *sites)
{
	for (size_t i = 0; i < groups->nr; i++) {
		const struct group *g = &groups->list[i];

		for (size_t k = 0; k < g->nr && is_acquitted(g); k++)
			sites[groups->members[g->first + k].site].verdict.is = g->sum.verdict.is;
	}
}

size_t groups__count(const struct groups *groups, enum verdict_name verdict, size_t *sites)
{
	size_t count = 0, members = 0;

	for (size_t i = 0; i < groups->nr; i++) {
		if (groups->list[i].sum.verdict.is.name != verdict)
			continue;
		count++;
		members += groups->list[i].nr;
	}
	if (sites)
		*sites = members;
	return count;
}

void groups__free(struct groups *groups)
{
	free(groups->list);
	free(groups->members);
	*groups = (struct groups){};
}
