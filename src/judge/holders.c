// SPDX-License-Identifier: GPL-2.0-only
#include "judge/holders.h"
#include "util/array.h"
#include "util/best.h"
#include "util/idmap.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ENTRIES 262144 /* followed; 50 MB */
#define TOLERANCE    0.1    /* of a ratio, and of how far the two curves may be apart */
#define MOST_RATIO   4	    /* objects that a site makes for a handle, but see makes_many() */
#define SUM_SHARE    0.8    /* of several processes' growth: then that of one is told alone */

/* One row over time. */
struct entry {
	struct idmap_row row; /* entered: the reading */
	struct handles_owner owner;
	enum handle_kind kind;
	char detail[HANDLE_DETAIL];
	bool sum;	/* of all processes */
	uint32_t first; /* point since when it is known */
	uint64_t count;
	struct growth_series *series; /* NULL: it has always been `count` */
};

struct holders {
	struct growth_clock clock;
	uint64_t readings;
	struct entry *list;
	uint32_t nr;
	size_t room;
	struct idmap by_id;
	uint64_t unfollowed;
	/* Since when sums are known, of what needs no look at files and of what does: points. */
	uint32_t summed, summed_kinds;
};

#define NEVER UINT32_MAX

int holders__open(struct holders **out)
{
	struct holders *holders = calloc(1, sizeof(*holders));

	if (!holders)
		return -ENOMEM;
	holders->summed = holders->summed_kinds = NEVER;
	*out = holders;
	return 0;
}

static void free_entry(struct entry *entry)
{
	free(entry->series);
	entry->series = NULL;
}

void holders__close(struct holders *holders)
{
	if (!holders)
		return;
	for (uint32_t i = 0; i < holders->nr; i++)
		free_entry(&holders->list[i]);
	free(holders->list);
	idmap__free(&holders->by_id);
	free(holders);
}

uint64_t holders__unfollowed(const struct holders *holders)
{
	return holders->unfollowed;
}

/* ---- readings ---- */

/* Those of all processes together are no row of a reading: they have an id of their own. */
static uint64_t id_of(const struct handles_row *row, bool sum)
{
	return handles__id(&row->owner, row->kind, row->detail) ^ (sum ? idmap__mix(1) : 0);
}

static struct entry *find(const struct holders *holders, uint64_t id)
{
	uint32_t at = idmap__find(&holders->by_id, id);

	return at == IDMAP_NONE ? NULL : &holders->list[at];
}

/*
 * Since when is it known how many there are?  Of a process since it was first looked at: before
 * that a kind that it has none of had no row; or its files were not looked at.  What belongs to
 * nobody was counted from the start.
 */
static uint32_t known_since(const struct holders *holders, const struct handles_row *row,
			    uint32_t point)
{
	const struct entry *process;

	if (!row->owner.pid || !row->owner.start)
		return 0;
	if (handle_kind__is_file(row->kind) && row->kind != HANDLE_UNSEEN &&
	    find(holders, handles__id(&row->owner, HANDLE_UNSEEN, "")))
		return point;
	process = find(holders, handles__id(&row->owner, HANDLE_THREAD, ""));
	return process ? process->first : point;
}

/* Sums of kinds need every file to have been looked at. */
static uint32_t summed_since(const struct holders *holders, const struct handles_row *row)
{
	return handle_kind__is_file(row->kind) ? holders->summed_kinds : holders->summed;
}

static struct entry *add_entry(struct holders *holders, const struct handles_row *row, bool sum,
			       uint32_t point)
{
	uint32_t first = sum ? summed_since(holders, row) : known_since(holders, row, point);
	uint64_t id = id_of(row, sum);
	struct entry *entry;

	if (array__reserve((void **)&holders->list, holders->nr + 1, &holders->room,
			   sizeof(*holders->list)) ||
	    idmap__add(&holders->by_id, id, holders->nr))
		return NULL;
	entry = &holders->list[holders->nr++];
	*entry = (struct entry){
		.row.id = id, .owner = row->owner, .kind = row->kind, .sum = sum, .first = first};
	memcpy(entry->detail, row->detail, sizeof(entry->detail));
	/* Nothing so far; where that was no reading, all that there is now. */
	if (entry->first == point)
		entry->count = row->count;
	return entry;
}

/* From now on it is not always the same. */
static int begin_series(struct entry *entry, uint32_t point)
{
	entry->series = calloc(1, sizeof(*entry->series));
	if (!entry->series)
		return -ENOMEM;
	for (uint32_t i = entry->first; i < point; i++)
		entry->series->value[i] = (double)entry->count;
	return 0;
}

static int set_count(struct entry *entry, uint64_t count, uint32_t point)
{
	if (!entry->series && entry->count != count && begin_series(entry, point))
		return -ENOMEM;
	if (entry->series)
		entry->series->value[point] = (double)count;
	entry->count = count;
	return 0;
}

static int put(struct holders *holders, const struct handles_row *row, bool sum, uint32_t point)
{
	struct entry *entry = find(holders, id_of(row, sum));

	if (!entry && holders->nr >= MOST_ENTRIES) {
		holders->unfollowed++;
		return 0;
	}
	if (!entry)
		entry = add_entry(holders, row, sum, point);
	if (!entry)
		return -ENOMEM;
	entry->owner = row->owner; /* a process may take another name */
	entry->row.entered = holders->readings;
	return set_count(entry, row->count, point);
}

/* Sockets of every protocol, as if they were of one kind. */
static int add_whole(struct handles *wholes, const struct handles_row *row)
{
	if (row->kind != HANDLE_SOCKET || !*row->detail)
		return 0;
	return handles__add(wholes, &row->owner, row->kind, "", row->count);
}

/*
 * Where processes or files were not looked at, sums would grow by looking: then there are none.  It
 * is remembered since when there are.
 */
static bool has_sum(enum handle_kind kind, const struct handles *handles)
{
	return !handles->processes_unseen && !(handles->files_unseen && handle_kind__is_file(kind));
}

static void note_sums(struct holders *holders, const struct handles *handles, uint32_t point)
{
	if (holders->summed == NEVER && has_sum(HANDLE_FILE, handles))
		holders->summed = point;
	if (holders->summed_kinds == NEVER && has_sum(HANDLE_EVENTFD, handles))
		holders->summed_kinds = point;
}

/*
 * Rows that are sums of others: of a process's sockets of all protocols, and of what all processes
 * hold.
 */
static int add_sums(struct handles *wholes, struct handles *sums, const struct handles *handles)
{
	int err = 0;

	for (size_t i = 0; i < handles->nr && !err; i++) {
		const struct handles_row *row = &handles->rows[i];

		err = add_whole(wholes, row);
		if (err || !handle_kind__is_of_process(row->kind) || !has_sum(row->kind, handles))
			continue;
		err = handles__add_of_all(sums, row->kind, row->detail, row->count);
		if (!err && row->kind == HANDLE_SOCKET && *row->detail)
			err = handles__add_of_all(sums, row->kind, "", row->count);
	}
	return err;
}

static int put_all(struct holders *holders, const struct handles *handles, bool sum, uint32_t point)
{
	int err = 0;

	for (size_t i = 0; i < handles->nr && !err; i++)
		err = put(holders, &handles->rows[i], sum, point);
	return err;
}

/*
 * What ended is forgotten; what belongs to nobody and has no row is there no more: 0 of it.  Sums
 * that this reading does not have stay.
 */
static int drop_gone(struct holders *holders, const struct handles *handles, uint32_t point)
{
	int err = 0;

	for (uint32_t i = 0; i < holders->nr && !err; i++) {
		struct entry *entry = &holders->list[i];

		if (entry->row.entered == holders->readings)
			continue;
		if (entry->owner.pid) {
			free_entry(entry);
			continue;
		}
		entry->row.entered = holders->readings;
		if (entry->sum && !has_sum(entry->kind, handles))
			err = set_count(entry, entry->count, point);
		else
			err = set_count(entry, 0, point);
	}
	if (err)
		return err;
	return idmap__drop_rows(&holders->by_id, holders->list, &holders->nr,
				sizeof(*holders->list), holders->readings);
}

static void halve_all(struct holders *holders)
{
	for (uint32_t i = 0; i < holders->nr; i++) {
		struct entry *entry = &holders->list[i];

		if (entry->series)
			growth__halve(entry->series);
		entry->first /= 2;
	}
	if (holders->summed != NEVER)
		holders->summed /= 2;
	if (holders->summed_kinds != NEVER)
		holders->summed_kinds /= 2;
}

int holders__enter(struct holders *holders, const struct handles *handles, double now_s)
{
	struct handles wholes = {}, sums = {};
	bool halved;
	uint32_t point = (uint32_t)growth__tick(&holders->clock, now_s, &halved);
	int err;

	if (halved)
		halve_all(holders);
	holders->readings++;
	note_sums(holders, handles, point);
	err = add_sums(&wholes, &sums, handles);
	if (!err)
		err = put_all(holders, handles, false, point);
	if (!err)
		err = put_all(holders, &wholes, false, point);
	if (!err)
		err = put_all(holders, &sums, true, point);
	if (!err)
		err = drop_gone(holders, handles, point);
	handles__free(&wholes);
	handles__free(&sums);
	return err;
}

/* ---- growth ---- */

static double value_at(const struct entry *entry, size_t point)
{
	if (point < entry->first)
		point = entry->first;
	return entry->series ? entry->series->value[point] : (double)entry->count;
}

/* How many there were at that time, between the readings in proportion; *step: from one to the
 * next. */
static double count_at(const struct holders *holders, const struct entry *entry, double at_s,
		       double *step)
{
	const struct growth_clock *clock = &holders->clock;
	size_t next = 0;
	double low, high, part;

	while (next < clock->nr && clock->at[next] < at_s)
		next++;
	*step = 0;
	if (!next || next == clock->nr)
		return value_at(entry, next ? next - 1 : 0);
	low = value_at(entry, next - 1);
	high = value_at(entry, next);
	part = (at_s - clock->at[next - 1]) / (clock->at[next] - clock->at[next - 1]);
	if (part < 1)
		*step = fabs(high - low);
	return low + part * (high - low);
}

static void describe(const struct holders *holders, const struct entry *entry, double from_s,
		     double until_s, struct holder *holder)
{
	const struct growth_clock *clock = &holders->clock;
	double step;

	*holder = (struct holder){.owner = entry->owner, .kind = entry->kind};
	memcpy(holder->detail, entry->detail, sizeof(holder->detail));
	holder->count = entry->count;
	holder->grew =
		count_at(holders, entry, until_s, &step) - count_at(holders, entry, from_s, &step);
	holder->per_s = until_s > from_s ? holder->grew / (until_s - from_s) : 0;
	if (entry->series)
		holder->growth =
			growth__slope(clock->at, entry->series->value, entry->first, clock->nr);
	if (holder->growth.known)
		holder->per_s = holder->growth.per_s;
	holder->steady = holder->growth.known && holder->growth.low > 0;
}

/* Of what several processes hold: who holds most of the growth.  All of it, nearly: he alone. */
static void name_first(const struct holders *holders, const struct entry *sum, double from_s,
		       double until_s, struct holder *holder)
{
	double most = 0, step;

	for (uint32_t i = 0; i < holders->nr; i++) {
		const struct entry *entry = &holders->list[i];
		double grew;

		if (entry->sum || !entry->series || !entry->owner.pid || entry->kind != sum->kind ||
		    strcmp(entry->detail, sum->detail) != 0)
			continue;
		grew = count_at(holders, entry, until_s, &step) -
		       count_at(holders, entry, from_s, &step);
		if (grew <= most)
			continue;
		most = grew;
		holder->owner = entry->owner;
	}
	holder->several = most < SUM_SHARE * holder->grew;
}

/* ---- questions ---- */

/* By what the objects are: HOLDER_BY_STACK, HOLDER_BY_CACHE. */
static unsigned int link_of_kind(enum handle_kind kind, const struct holders_question *question)
{
	unsigned int link = HOLDER_GROWS;

	for (size_t i = 0; i < question->nr_functions && !(link & HOLDER_BY_STACK); i++)
		if (question->functions[i] && handle_kind__is_made_by(kind, question->functions[i]))
			link |= HOLDER_BY_STACK;
	if (question->cache && handle_kind__is_in_cache(kind, question->cache))
		link |= HOLDER_BY_CACHE;
	return link;
}

static unsigned int link_of(const struct entry *entry, const struct holders_question *question)
{
	unsigned int link = link_of_kind(entry->kind, question);

	if (question->pid && question->pid == entry->owner.pid)
		link |= HOLDER_BY_PROCESS;
	return link;
}

/* How many objects there were, between the points of the question in proportion. */
static double objects_at(const struct holders_question *question, double at_s)
{
	size_t next = 1;
	double part;

	while (next + 1 < question->nr && question->at[next] < at_s)
		next++;
	part = (at_s - question->at[next - 1]) / (question->at[next] - question->at[next - 1]);
	return question->objects[next - 1] +
	       part * (question->objects[next] - question->objects[next - 1]);
}

/*
 * From when on handles and objects are compared: from the beginning, or, where the handles were
 * seen a little later (a reading may take too long) and were there already, from then.
 */
static double compared_from(const struct holders *holders, const struct entry *entry,
			    const struct holders_question *question)
{
	double from_s = question->at[0], until_s = question->at[question->nr - 1];
	double seen_s = holders->clock.at[entry->first];

	if (seen_s > from_s && seen_s - from_s <= (1 - HOLDERS_SHARE) * (until_s - from_s) &&
	    value_at(entry, entry->first) > 0)
		return seen_s;
	return from_s;
}

/*
 * Did the handles grow when the objects did?  Of those that no process has open there may be others
 * for a while, by whomever.
 */
static bool grow_together(const struct holders *holders, const struct entry *entry,
			  const struct holders_question *question, double from_s, double grew,
			  double tolerance)
{
	double step;
	double first = count_at(holders, entry, from_s, &step);
	double objects_first = objects_at(question, from_s);
	double objects = question->objects[question->nr - 1] - objects_first;

	for (size_t i = 1; i + 1 < question->nr; i++) {
		double handles, part, apart;

		if (question->at[i] <= from_s)
			continue;
		handles = count_at(holders, entry, question->at[i], &step) - first;
		part = (question->objects[i] - objects_first) / objects;
		apart = part - handles / grew;
		if (entry->owner.pid || entry->sum)
			apart = fabs(apart);
		if (apart > tolerance + step / grew)
			return false;
	}
	return true;
}

/* A namespace or a cgroup is made of many objects of a kind, for each CPU, device and protocol. */
static bool makes_many(enum handle_kind kind, unsigned int link)
{
	return link & HOLDER_BY_STACK &&
	       (kind == HANDLE_NAMESPACE || kind == HANDLE_NAMESPACE_FILE ||
		kind == HANDLE_NAMESPACE_MOUNT || kind == HANDLE_CGROUP || kind == HANDLE_OFFLINE);
}

/* How much of the growth is so many objects for each handle? */
static double share_of(double ratio, enum handle_kind kind, unsigned int link, double tolerance)
{
	double whole = fmax(1, floor(ratio * (1 + tolerance)));

	/* A site may make some of the handles; objects of another may be on their way. */
	if (ratio < 1 - tolerance)
		return link & (HOLDER_BY_STACK | HOLDER_BY_CACHE) ? 1 : 0;
	if (whole > MOST_RATIO && !makes_many(kind, link))
		return 0;
	/* Two and a half are nothing that the kernel makes for each. */
	if (whole > 1 && whole / ratio < 1 - tolerance)
		return 0;
	return fmin(1, whole / ratio);
}

static void name_creator(const struct holders *holders, const struct holders_question *question,
			 struct holder *holder)
{
	if (handle_kind__is_of_process(holder->kind))
		return;
	holder->creator = holder->owner.pid ? holder->owner.pid : question->pid;
	if (question->pid == holder->creator && question->comm)
		snprintf(holder->creator_name, sizeof(holder->creator_name), "%s", question->comm);
	for (uint32_t i = 0; i < holders->nr && holder->owner.pid; i++)
		if (holders->list[i].kind == HANDLE_THREAD &&
		    holders->list[i].owner.pid == holder->creator)
			memcpy(holder->creator_name, holders->list[i].owner.name,
			       sizeof(holder->creator_name));
}

/* Does this account for the growth?  Then *holder says how. */
static bool explain(const struct holders *holders, const struct entry *entry,
		    const struct holders_question *question, struct holder *holder)
{
	double until_s = question->at[question->nr - 1];
	double from_s, objects, before, after, tolerance;

	if (!entry->series)
		return false;
	from_s = compared_from(holders, entry, question);
	objects = question->objects[question->nr - 1] - objects_at(question, from_s);
	describe(holders, entry, from_s, until_s, holder);
	if (holder->grew < HOLDERS_LEAST)
		return false;
	count_at(holders, entry, from_s, &before);
	count_at(holders, entry, until_s, &after);
	tolerance = TOLERANCE + (before + after) / holder->grew;
	holder->link = link_of(entry, question);
	holder->ratio = objects / holder->grew;
	holder->share = share_of(holder->ratio, holder->kind, holder->link, fmin(tolerance, 0.5));
	if (holder->share + question->error < HOLDERS_SHARE ||
	    !grow_together(holders, entry, question, from_s, holder->grew,
			   tolerance + question->error))
		return false;
	if (entry->sum)
		name_first(holders, entry, from_s, until_s, holder);
	name_creator(holders, question, holder);
	holder->sure = handle_kind__can_be_released(holder->kind) &&
		       holder->link & (HOLDER_BY_STACK | HOLDER_BY_CACHE);
	return true;
}

/* How far it is from one object for each handle: 1 is exact, 2 is twice as many or half as many. */
static double misfit(const struct holder *holder)
{
	return fmax(holder->ratio, 1 / holder->ratio);
}

/*
 * Clearly nearer to one object a handle: of two programs that hold the same half each, both explain
 * the whole by two objects a handle; and who has many more handles than there are objects made them
 * elsewhere.
 */
static bool is_simpler(const struct holder *a, const struct holder *b)
{
	return misfit(a) < HOLDERS_SHARE * misfit(b);
}

/* Is `a` the better answer?  First why, then who, then what. */
static bool is_better(const void *one, const void *other)
{
	const struct holder *a = one, *b = other;
	bool alone = a->owner.pid && !a->several, other_alone = b->owner.pid && !b->several;
	bool whole = a->kind == HANDLE_FILE || a->kind == HANDLE_UNSEEN;
	bool other_whole = b->kind == HANDLE_FILE || b->kind == HANDLE_UNSEEN;

	if (a->sure != b->sure)
		return a->sure;
	if (a->link != b->link)
		return a->link > b->link;
	if (is_simpler(a, b) || is_simpler(b, a))
		return is_simpler(a, b);
	if (alone != other_alone)
		return alone;
	if (whole != other_whole)
		return other_whole;
	if (!*a->detail != !*b->detail)
		return *a->detail;
	return a->share > b->share;
}

/* The same of a process, once as its own and once as what all processes hold together. */
static bool is_same(const struct holder *a, const struct holder *b)
{
	return a->kind == b->kind && !a->several && !b->several && a->owner.pid == b->owner.pid &&
	       a->owner.start == b->owner.start && !strcmp(a->owner.name, b->owner.name) &&
	       !strcmp(a->detail, b->detail);
}

static void insert(struct holder *list, size_t *nr, size_t most, const struct holder *holder,
		   bool (*better)(const void *a, const void *b))
{
	for (size_t i = 0; i < *nr; i++)
		if (is_same(&list[i], holder))
			return;
	best__keep(list, nr, most, sizeof(*list), holder, better);
}

/* Offline cgroups stay for what is charged to them: files in a tmpfs that become as many more. */
static void find_pin(const struct holders *holders, double from_s, double until_s,
		     struct holder *holder)
{
	for (uint32_t i = 0; i < holders->nr; i++) {
		const struct entry *entry = &holders->list[i];
		double grew, step;

		if (entry->kind != HANDLE_TMPFS || !entry->series)
			continue;
		grew = count_at(holders, entry, until_s, &step) -
		       count_at(holders, entry, from_s, &step);
		if (grew < HOLDERS_SHARE * holder->grew || grew <= holder->pinned_by_grew)
			continue;
		holder->pinned_by_grew = grew;
		memcpy(holder->pinned_by, entry->owner.name, sizeof(holder->pinned_by));
	}
}

/* The kind of handles into whose queues the stack puts something; HANDLE_KINDS: none. */
static enum handle_kind queue_of(const struct holders_question *question)
{
	for (int kind = 0; kind < HANDLE_KINDS; kind++)
		for (size_t i = 0; i < question->nr_functions; i++)
			if (question->functions[i] &&
			    handle_kind__is_queued_by(kind, question->functions[i]))
				return kind;
	return HANDLE_KINDS;
}

/*
 * What is queued in handles is freed when it is read, or when they are closed: it grows because
 * somebody does not read, however many handles there are.  Who has most of them is named; he may
 * be named wrongly only where others have as many.
 */
static bool find_unread(const struct holders *holders, const struct holders_question *question,
			struct holder *holder)
{
	enum handle_kind kind = queue_of(question);
	const struct entry *first = NULL;
	uint64_t all = 0;

	for (uint32_t i = 0; i < holders->nr && kind != HANDLE_KINDS; i++) {
		const struct entry *entry = &holders->list[i];

		if (entry->sum || entry->kind != kind || !entry->owner.pid)
			continue;
		all += entry->count;
		if (!first || entry->count > first->count)
			first = entry;
	}
	if (!all)
		return false;
	describe(holders, first, question->at[0], question->at[question->nr - 1], holder);
	holder->several = first->count < SUM_SHARE * (double)all;
	holder->link = HOLDER_BY_STACK;
	holder->ratio =
		(question->objects[question->nr - 1] - question->objects[0]) / (double)first->count;
	holder->share = 1;
	holder->sure = true;
	holder->unread = true;
	return true;
}

size_t holders__explain(const struct holders *holders, const struct holders_question *question,
			struct holder *list, size_t most)
{
	struct holder holder;
	size_t nr = 0;

	if (question->nr < 2 || holders->clock.nr < 2 || !most ||
	    question->objects[question->nr - 1] - question->objects[0] < HOLDERS_LEAST)
		return 0;
	for (uint32_t i = 0; i < holders->nr; i++)
		if (explain(holders, &holders->list[i], question, &holder))
			insert(list, &nr, most, &holder, is_better);
	if ((!nr || !list[0].sure) && find_unread(holders, question, &holder))
		insert(list, &nr, most, &holder, is_better);
	for (size_t i = 0; i < nr; i++)
		if (list[i].kind == HANDLE_OFFLINE)
			find_pin(holders, question->at[0], question->at[question->nr - 1],
				 &list[i]);
	return nr;
}

bool holders__may_be_unseen(const struct holders *holders, const struct holders_question *question)
{
	double from_s = question->at[0], until_s = question->at[question->nr - 1];

	/* a sum is known from when on every process had been looked at once */
	if (holders->summed != NEVER &&
	    holders->clock.at[holders->summed] - from_s <= (1 - HOLDERS_SHARE) * (until_s - from_s))
		return false;
	for (enum handle_kind kind = 0; kind < HANDLE_KINDS; kind++)
		if (handle_kind__is_of_process(kind) && handle_kind__can_be_released(kind) &&
		    link_of_kind(kind, question))
			return true;
	return false;
}

static bool is_faster(const void *a, const void *b)
{
	return ((const struct holder *)a)->per_s > ((const struct holder *)b)->per_s;
}

size_t holders__growing(const struct holders *holders, struct holder *list, size_t most)
{
	const struct growth_clock *clock = &holders->clock;
	size_t nr = 0;

	if (!clock->nr || !most)
		return 0;
	for (uint32_t i = 0; i < holders->nr; i++) {
		const struct entry *entry = &holders->list[i];
		struct holder holder;

		if (entry->sum || !entry->series)
			continue;
		describe(holders, entry, clock->at[0], clock->at[clock->nr - 1], &holder);
		name_creator(holders, &(struct holders_question){}, &holder);
		if (!holder.steady || holder.grew < HOLDERS_LEAST)
			continue;
		if (holder.kind == HANDLE_OFFLINE)
			find_pin(holders, clock->at[0], clock->at[clock->nr - 1], &holder);
		insert(list, &nr, most, &holder, is_faster);
	}
	return nr;
}

int64_t holders__unheld_files(const struct holders *holders)
{
	double all = 0, held = 0;

	if (!holders->clock.nr)
		return 0;
	for (uint32_t i = 0; i < holders->nr; i++) {
		const struct entry *entry = &holders->list[i];
		double grew = (double)entry->count - value_at(entry, 0);

		if (entry->kind == HANDLE_FILE_ALL)
			all += grew;
		else if (entry->kind == HANDLE_FILE && entry->sum)
			held += grew;
	}
	return llround(all - held);
}
