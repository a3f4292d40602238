// SPDX-License-Identifier: GPL-2.0-only
#include "report/same_cause.h"
#include "util/array.h"
#include "util/idmap.h"
#include "util/order.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NONE CAUSES_NONE

/* A common caller of three has more to say than one of two. */
#define OWNERS 3

/* What is outstanding of errors in both numbers, 95% of the time: two standard errors. */
#define ERRORS 2

/* Two numbers that may be as far apart as that, of the number, are alike by chance. */
#define VAGUE 0.15

/* Candidates of one number of objects that have a caller in common. */
struct meeting {
	uint32_t first, nr; /* met[first ...] */
};

bool same_cause__is_suspect(const struct report_site *site)
{
	const struct evidence *e = &site->verdict.from;

	switch (site->verdict.is.name) {
	case VERDICT_LEAK:
	case VERDICT_GROWING:
		return true;
	case VERDICT_NEW:
	case VERDICT_INSUFFICIENT:
		return verdict__is_mostly_alive(e);
	case VERDICT_HELD:
		return e->recent.known && e->recent.per_s > 0;
	default:
		return false;
	}
}

const struct report_site *same_cause__site(const struct causes *f, const struct causes_site *c)
{
	return &f->report->sites[c->site];
}

/* ---- what may leak, and by whom it is called ---- */

/* Its functions from the headline on, each once, without those that anybody comes through. */
static void add_numbers(struct causes *f, uint32_t candidate)
{
	struct causes_site *c = &f->list[candidate];
	const uint32_t *frames = f->frames + c->frames;

	c->first = (uint32_t)f->nr_numbers;
	for (size_t i = c->headline.first; i < same_cause__site(f, c)->nr_frames; i++) {
		uint32_t function = frames[i];

		if (callers__passes_on(f->callers, function) || f->seen[function] == candidate + 1)
			continue;
		f->seen[function] = candidate + 1;
		f->count[function]++;
		f->numbers[f->nr_numbers++] = function;
	}
	c->nr = (uint32_t)f->nr_numbers - c->first;
}

/* Add its stack to those that were seen; its functions are kept if it may leak. */
static int see(struct causes *f, uint32_t site)
{
	const struct report_site *s = &f->report->sites[site];
	int err;

	if (!same_cause__is_suspect(s))
		return callers__add(f->callers, s->stack, s->nr_frames, false, NULL);
	err = array__reserve((void **)&f->list, f->nr + 1, &f->room, sizeof(*f->list));
	if (!err)
		err = array__reserve((void **)&f->frames, f->nr_frames + s->nr_frames + 1,
				     &f->room_frames, sizeof(*f->frames));
	if (!err)
		err = callers__add(f->callers, s->stack, s->nr_frames, true,
				   f->frames + f->nr_frames);
	if (err)
		return err;
	f->list[f->nr++] = (struct causes_site){.site = site,
						.group = NONE,
						.alike = NONE,
						.function = NONE,
						.objects = s->objects,
						.frames = (uint32_t)f->nr_frames};
	f->nr_frames += s->nr_frames;
	return 0;
}

/* All stacks have been seen: what are the headlines? */
static void find_callers(struct causes *f)
{
	for (uint32_t i = 0; i < f->nr; i++) {
		struct causes_site *c = &f->list[i];
		const struct report_site *s = same_cause__site(f, c);
		const uint32_t *frames = f->frames + c->frames;

		c->headline = headline__of(f->callers, s->stack, frames, s->nr_frames);
		if (s->nr_frames)
			c->function = frames[c->headline.first];
		add_numbers(f, i);
	}
}

static int collect(struct causes *f)
{
	int err = 0;

	for (size_t i = 0; i < f->report->nr_sites && !err; i++)
		err = see(f, (uint32_t)i);
	if (err)
		return err;
	f->seen = calloc(f->callers->nr + 1, sizeof(*f->seen));
	f->count = calloc(f->callers->nr + 1, sizeof(*f->count));
	f->numbers = calloc(f->nr_frames + 1, sizeof(*f->numbers));
	if (!f->seen || !f->count || !f->numbers)
		return -ENOMEM;
	find_callers(f);
	return 0;
}

/* ---- the allocators' own ---- */

static uint64_t stack_id(const struct report_site *site)
{
	uint64_t id = 0;

	for (size_t i = 0; i < site->nr_frames; i++)
		id = idmap__mix(id + site->stack[i].address);
	return id;
}

/* A place from which areas come, and objects: two ids. */
static uint64_t as_area(uint64_t stack, bool area)
{
	return idmap__mix(stack + area);
}

static bool is_area(const struct report_site *site)
{
	return !strcmp(site->origin, "vmalloc");
}

/*
 * Whose is it, if a slab site is of the allocators?  What vmalloc needs for an area has the area's
 * stack, and so has the vector of a slab that of the object for which the slab was made.
 */
static uint32_t whose(const struct idmap *stacks, const struct report_site *site)
{
	const struct evidence *e = &site->verdict.from;
	uint64_t stack;
	uint32_t area;

	if (!site->nr_frames || is_area(site))
		return NONE;
	stack = stack_id(site);
	area = idmap__find(stacks, as_area(stack, true));
	if (area != NONE && (e->lazy || site->verdict.is.name != VERDICT_CHURN))
		return area;
	return e->metadata ? idmap__find(stacks, as_area(stack, false)) : NONE;
}

static int add_stacks(const struct causes *f, struct idmap *stacks)
{
	for (uint32_t i = 0; i < f->nr; i++) {
		const struct report_site *site = same_cause__site(f, &f->list[i]);
		uint64_t id = as_area(stack_id(site), is_area(site));

		if (idmap__find(stacks, id) == NONE && idmap__add(stacks, id, i))
			return -ENOMEM;
	}
	return 0;
}

/* Which of the candidates are there for another one? */
static void find_metadata(struct causes *f, const struct idmap *stacks)
{
	for (uint32_t i = 0; i < f->nr; i++)
		f->list[i].metadata = whose(stacks, same_cause__site(f, &f->list[i])) != NONE;
}

/* ---- as many as each other ---- */

static int by_objects(const void *a, const void *b)
{
	const struct causes_site *x = a, *y = b;

	return ORDER_UP(x->objects, y->objects) ?: ORDER_UP(x->site, y->site);
}

static double slack_of(const struct causes *f, const struct causes_site *a,
		       const struct causes_site *b)
{
	double error = ERRORS * (same_cause__site(f, a)->objects_error +
				 same_cause__site(f, b)->objects_error);
	double slack = CAUSES_SLACK * (double)a->objects;

	return error + (slack > CAUSES_SLACK_LEAST ? slack : CAUSES_SLACK_LEAST);
}

/*
 * Number those that have as many objects as the first one of them.  What is there for another one
 * has as many as that needs.
 */
static void find_alike(struct causes *f)
{
	const struct causes_site *first = NULL;
	uint32_t alike = NONE;

	for (uint32_t i = 0; i < f->nr; i++) {
		struct causes_site *c = &f->list[i];

		if (c->objects < CAUSES_OBJECTS || c->metadata)
			continue;
		if (!first || (double)(c->objects - first->objects) > slack_of(f, first, c)) {
			first = c;
			alike++; /* from NONE to 0 */
		}
		c->alike = alike;
	}
}

static int new_cause(struct causes *f, uint32_t headline)
{
	int err = array__reserve((void **)&f->causes, f->nr_causes + 1, &f->room_causes,
				 sizeof(*f->causes));

	if (!err)
		f->causes[f->nr_causes++] =
			(struct causes_cause){.headline = headline, .common = NONE};
	return err;
}

/* ---- a caller in common ---- */

static int by_size(const void *a, const void *b)
{
	const struct meeting *x = a, *y = b;

	return ORDER_DOWN(x->nr, y->nr) ?: ORDER_UP(x->first, y->first);
}

static uint64_t meeting_id(const struct causes_site *c, uint32_t function)
{
	return idmap__mix(((uint64_t)c->alike << 32) + function);
}

/* Where those of one number of objects meet. */
struct meetings {
	struct idmap map;
	struct meeting *list;
	uint32_t nr;
	uint32_t *where; /* number by number: the meeting */
	uint32_t *met;	 /* candidates */
};

static int count_meeting(struct meetings *m, uint64_t id, uint32_t *where)
{
	*where = idmap__find(&m->map, id);
	if (*where == NONE) {
		*where = m->nr;
		if (idmap__add(&m->map, id, *where))
			return -ENOMEM;
		m->list[m->nr++] = (struct meeting){};
	}
	m->list[*where].nr++;
	return 0;
}

/* How many meet there, and where their list will begin. */
static int count_meetings(const struct causes *f, struct meetings *m)
{
	uint32_t first = 0;
	int err = 0;

	for (uint32_t i = 0; i < f->nr; i++) {
		const struct causes_site *c = &f->list[i];

		for (uint32_t k = c->first; c->alike != NONE && k < c->first + c->nr && !err; k++)
			err = count_meeting(m, meeting_id(c, f->numbers[k]), &m->where[k]);
	}
	for (uint32_t i = 0; i < m->nr; i++) {
		m->list[i].first = first;
		first += m->list[i].nr;
		m->list[i].nr = 0; /* until they are put there */
	}
	return err;
}

static void fill_meetings(const struct causes *f, struct meetings *m)
{
	for (uint32_t i = 0; i < f->nr; i++) {
		const struct causes_site *c = &f->list[i];

		for (uint32_t k = c->first; c->alike != NONE && k < c->first + c->nr; k++) {
			struct meeting *meeting = &m->list[m->where[k]];

			m->met[meeting->first + meeting->nr++] = i;
		}
	}
}

/* Is what they have of errors small beside their number? */
static bool is_precise(const struct causes *f, const struct causes_site *c)
{
	return 2 * ERRORS * same_cause__site(f, c)->objects_error <= VAGUE * (double)c->objects;
}

/* Those of a meeting that are in no group yet make one, two at least, or three where that is vague.
 */
static int settle_meeting(struct causes *f, const struct meeting *m, const uint32_t *met)
{
	uint32_t open = 0, least = 2;
	int err;

	for (uint32_t i = 0; i < m->nr; i++) {
		const struct causes_site *c = &f->list[met[m->first + i]];

		open += c->group == NONE;
		if (!is_precise(f, c))
			least = OWNERS;
	}
	if (open < least)
		return 0;
	err = new_cause(f, NONE);
	for (uint32_t i = 0; i < m->nr && !err; i++) {
		struct causes_site *c = &f->list[met[m->first + i]];

		if (c->group == NONE)
			c->group = f->nr_causes - 1;
	}
	return err;
}

/* The largest meetings first. */
static int settle_meetings(struct causes *f, struct meetings *m)
{
	int err = count_meetings(f, m);

	if (err)
		return err;
	fill_meetings(f, m);
	qsort(m->list, m->nr, sizeof(*m->list), by_size);
	for (uint32_t i = 0; i < m->nr && !err && m->list[i].nr > 1; i++)
		err = settle_meeting(f, &m->list[i], m->met);
	return err;
}

static int join_callers(struct causes *f)
{
	struct meetings meetings = {.list = calloc(f->nr_numbers + 1, sizeof(*meetings.list)),
				    .where = calloc(f->nr_numbers + 1, sizeof(*meetings.where)),
				    .met = calloc(f->nr_numbers + 1, sizeof(*meetings.met))};
	int err = meetings.list && meetings.where && meetings.met ? settle_meetings(f, &meetings)
								  : -ENOMEM;

	free(meetings.list);
	free(meetings.where);
	free(meetings.met);
	idmap__free(&meetings.map);
	return err;
}

/* ---- the same headline ---- */

/* Find out of which groups all members have the same headline. */
static void find_headlines(struct causes *f)
{
	for (uint32_t i = 0; i < f->nr; i++) {
		const struct causes_site *c = &f->list[i];
		struct causes_cause *cause = c->group == NONE ? NULL : &f->causes[c->group];

		if (!cause)
			continue;
		if (!cause->nr++)
			cause->headline = c->function;
		else if (cause->headline != c->function)
			cause->headline = NONE;
	}
}

/* The group of those with this headline, which may be new.  Without a stack everyone is alone. */
static int join_headline(struct causes *f, struct idmap *groups, struct causes_site *c)
{
	uint32_t headline = c->group == NONE ? c->function : f->causes[c->group].headline;
	uint32_t found;
	int err = 0;

	if (headline == NONE)
		return c->group == NONE ? (c->group = f->nr_causes, new_cause(f, NONE)) : 0;
	found = idmap__find(groups, idmap__mix(headline));
	if (found == NONE) {
		found = c->group;
		if (found == NONE) {
			found = f->nr_causes;
			err = new_cause(f, headline);
		}
		if (!err)
			err = idmap__add(groups, idmap__mix(headline), found);
	}
	c->group = found;
	return err;
}

static int join_headlines(struct causes *f)
{
	struct idmap groups = {};
	int err = 0;

	find_headlines(f);
	for (uint32_t i = 0; i < f->nr && !err; i++)
		err = join_headline(f, &groups, &f->list[i]);
	idmap__free(&groups);
	return err;
}

/* ---- what all members have in common ---- */

/* How many members of each group; the first of them, and their functions, in `counts`. */
static void find_common(struct causes *f, const uint32_t *members, uint32_t nr, uint32_t *counts)
{
	struct causes_cause *cause = &f->causes[f->list[members[0]].group];
	const struct causes_site *first = &f->list[members[0]];

	cause->nr = nr;
	cause->objects = first->objects;
	cause->objects_error = same_cause__site(f, first)->objects_error;
	cause->common = NONE;
	for (uint32_t i = 0; i < nr; i++) {
		const struct causes_site *c = &f->list[members[i]];

		for (uint32_t k = 0; k < c->nr; k++)
			counts[f->numbers[c->first + k]]++;
	}
	for (uint32_t k = 0; k < first->nr && cause->common == NONE; k++)
		if (counts[f->numbers[first->first + k]] == nr)
			cause->common = f->numbers[first->first + k];
	for (uint32_t i = 0; i < nr; i++)
		for (uint32_t k = 0; k < f->list[members[i]].nr; k++)
			counts[f->numbers[f->list[members[i]].first + k]] = 0;
}

/* The candidates in the order of their groups. */
static uint32_t *order_by_group(const struct causes *f)
{
	uint32_t *starts = calloc(f->nr_causes + 1, sizeof(*starts));
	uint32_t *order = calloc(f->nr + 1, sizeof(*order));

	if (starts && order) {
		for (uint32_t i = 0; i < f->nr; i++)
			starts[f->list[i].group + 1]++;
		for (uint32_t g = 0; g < f->nr_causes; g++)
			starts[g + 1] += starts[g];
		for (uint32_t i = 0; i < f->nr; i++)
			order[starts[f->list[i].group]++] = i;
	} else {
		free(order);
		order = NULL;
	}
	free(starts);
	return order;
}

static int find_commons(struct causes *f)
{
	uint32_t *order = order_by_group(f);
	uint32_t *counts = calloc(f->callers->nr + 1, sizeof(*counts));
	uint32_t end;

	for (uint32_t g = 0; g < f->nr_causes; g++)
		f->causes[g].nr = 0;
	for (uint32_t i = 0; order && counts && i < f->nr; i = end) {
		for (end = i + 1; end < f->nr; end++)
			if (f->list[order[end]].group != f->list[order[i]].group)
				break;
		find_common(f, &order[i], end - i, counts);
	}
	free(counts);
	free(order);
	return order && counts ? 0 : -ENOMEM;
}

/* ---- what goes along ---- */

/* The group to which what comes through a function may belong: the largest. */
static uint32_t *find_owners(const struct causes *f)
{
	uint32_t *owners = malloc((f->callers->nr + 1) * sizeof(*owners));

	if (!owners)
		return NULL;
	for (uint32_t i = 0; i < f->callers->nr; i++)
		owners[i] = NONE;
	for (uint32_t g = 0; g < f->nr_causes; g++) {
		uint32_t common = f->causes[g].common;

		if (f->causes[g].nr < OWNERS || common == NONE)
			continue;
		if (owners[common] == NONE || f->causes[owners[common]].nr < f->causes[g].nr)
			owners[common] = g;
	}
	return owners;
}

/* error: of both numbers.  It makes as many of them, but no multiple: anything would be one. */
static bool is_multiple(uint64_t many, uint64_t of, double error)
{
	double times = of ? round((double)many / (double)of) : 0;
	double slack = fmax(CAUSES_SLACK * (double)of, CAUSES_SLACK_LEAST);

	if (of < CAUSES_OBJECTS)
		return false;
	if (fabs((double)many - (double)of) <= slack + error)
		return true;
	return times >= 1 && times <= CAUSES_MULTIPLE &&
	       fabs((double)many - times * (double)of) <= slack;
}

static bool belongs_to(const struct causes *f, const struct causes_site *c,
		       const struct causes_cause *cause)
{
	double error = ERRORS * (same_cause__site(f, c)->objects_error + cause->objects_error);

	if (is_multiple(c->objects, cause->objects, error))
		return true;
	return cause->nr >= CAUSES_CROWD &&
	       cause->nr >= CAUSES_ALMOST_ALL * f->count[cause->common];
}

/* The largest that it belongs to: an owner may go along with another one. */
static void join_owner(struct causes *f, struct causes_site *c, const uint32_t *owners)
{
	uint32_t best = c->group;

	for (uint32_t k = 0; k < c->nr; k++) {
		uint32_t owner = owners[f->numbers[c->first + k]];

		if (owner != NONE && f->causes[owner].nr > f->causes[best].nr &&
		    belongs_to(f, c, &f->causes[owner]))
			best = owner;
	}
	c->group = best;
}

static int join_owners(struct causes *f)
{
	uint32_t *owners = find_owners(f);

	if (!owners)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->nr; i++)
		join_owner(f, &f->list[i], owners);
	free(owners);
	return 0;
}

/* ---- what the allocators need for them ---- */

/* What is no candidate by itself becomes a member where it belongs. */
static int fold_others(struct causes *f, const struct idmap *stacks)
{
	uint32_t candidates = f->nr;
	int err = 0;

	for (size_t i = 0; i < f->report->nr_sites && !err; i++) {
		const struct report_site *site = &f->report->sites[i];
		uint32_t owner = same_cause__is_suspect(site) ? NONE : whose(stacks, site);

		if (owner == NONE)
			continue;
		err = array__reserve((void **)&f->list, f->nr + 1, &f->room, sizeof(*f->list));
		if (err)
			break;
		f->list[f->nr] = f->list[owner];
		f->list[f->nr].site = (uint32_t)i;
		f->list[f->nr++].metadata = true;
	}
	for (uint32_t i = 0; i < candidates && !err; i++) {
		struct causes_site *c = &f->list[i];

		if (c->metadata)
			c->group = f->list[whose(stacks, same_cause__site(f, c))].group;
	}
	return err;
}

/* ---- all of that ---- */

/* stacks: empty; where the candidates' are, once they are in order. */
static int find(struct causes *f, struct idmap *stacks)
{
	int err = collect(f);

	if (!err && f->nr)
		qsort(f->list, f->nr, sizeof(*f->list), by_objects);
	if (!err)
		err = add_stacks(f, stacks);
	if (!err) {
		find_metadata(f, stacks);
		find_alike(f);
		err = join_callers(f);
	}
	if (!err)
		err = join_headlines(f);
	if (!err)
		err = find_commons(f);
	if (!err)
		err = join_owners(f);
	if (!err)
		err = find_commons(f);
	return err ? err : fold_others(f, stacks);
}

int same_cause__find(struct causes *causes, const struct report *report, struct callers *callers)
{
	struct idmap stacks = {};
	int err;

	*causes = (struct causes){.report = report, .callers = callers};
	err = find(causes, &stacks);
	idmap__free(&stacks);
	if (err)
		same_cause__free(causes);
	return err;
}

void same_cause__free(struct causes *causes)
{
	free(causes->list);
	free(causes->frames);
	free(causes->numbers);
	free(causes->seen);
	free(causes->count);
	free(causes->causes);
	*causes = (struct causes){};
}
