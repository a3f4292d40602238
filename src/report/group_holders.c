// SPDX-License-Identifier: GPL-2.0-only
#include "report/group_holders.h"

#include <string.h>

#define POINTS 3
#define MOST   8 /* explanations of a group */

/* The process that allocates most of them, if one does. */
static const struct allocated_by_who *allocator_of(const struct report_site *site)
{
	const struct allocated_by_who *first = site->nr_who ? &site->who[0] : NULL;

	return first && first->pid && 2 * first->times > site->who_times ? first : NULL;
}

/* Explanations of a group, the best one first. */
struct answers {
	struct holder list[MOST];
	size_t nr;
	bool unseen; /* there may be others: holders__may_be_unseen() */
};

/*
 * Ask who holds as many objects.  half_s: when there were half of them; elsewhere than between the
 * two ends of the question that is not known.
 */
static void ask(const struct holders *holders, struct holders_question question,
		const struct group_holders_time *time, double half_s, uint64_t count,
		struct answers *answers)
{
	double at[POINTS] = {time->from_s}, objects[POINTS] = {0};
	size_t nr = 1;

	if (half_s > time->from_s && half_s < time->to_s) {
		at[nr] = half_s;
		objects[nr++] = (double)count / 2;
	}
	at[nr] = time->to_s;
	objects[nr++] = (double)count;
	question.at = at;
	question.objects = objects;
	question.nr = nr;
	answers->nr = holders__explain(holders, &question, answers->list, MOST);
	answers->unseen = holders__may_be_unseen(holders, &question);
}

/* Of the cache that the first site, which stands for the group, allocates from. */
static uint64_t objects_of_cache(const struct report *report, const struct groups_member *members,
				 size_t nr)
{
	const char *cache = report->sites[members[0].site].cache;
	uint64_t objects = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct report_site *site = &report->sites[members[i].site];

		if (!strcmp(site->cache, cache))
			objects += site->objects;
	}
	return objects;
}

/*
 * A handle may make objects at many sites.  Those of one cache are its objects through many
 * stacks, or each site has one of each: as many as the first site has.
 */
static struct answers explain(const struct holders *holders, const struct report *report,
			      const struct groups_member *members, const struct group *group,
			      const struct group_holders_time *time)
{
	const struct report_site *sum = &group->sum, *first = &report->sites[members[0].site];
	const struct allocated_by_who *who = allocator_of(sum);
	uint64_t all = objects_of_cache(report, members, group->nr);
	double half_s = time->report_s - first->age_median_s;
	const char *functions[SYMBOLS_MOST_FRAMES];
	struct answers answers;
	struct holders_question question = {
		.cache = strcmp(sum->origin, "slab") ? NULL : sum->cache,
		.functions = functions,
		.pid = who ? who->pid : 0,
		.comm = who ? who->comm : NULL,
		.error = first->objects ? first->objects_error / (double)first->objects : 0,
	};

	for (size_t i = 0; i < sum->nr_frames && i < SYMBOLS_MOST_FRAMES; i++)
		if (sum->stack[i].symbol)
			functions[question.nr_functions++] = sum->stack[i].symbol;
	ask(holders, question, time, half_s, all, &answers);
	if (!(answers.nr && answers.list[0].sure) && all != first->objects)
		ask(holders, question, time, half_s, first->objects, &answers);
	return answers;
}

/* Who holds other objects of this report by such handles, for certain?  NULL: nobody. */
static const struct holder *known_as(const struct groups *groups, const struct holder *holder)
{
	for (size_t i = 0; i < groups->nr; i++) {
		const struct holder *known = &groups->list[i].holder;

		if (known->sure && known->kind == holder->kind &&
		    known->owner.pid == holder->owner.pid &&
		    known->owner.start == holder->owner.start &&
		    !strcmp(known->owner.name, holder->owner.name))
			return known;
	}
	return NULL;
}

/*
 * Does the holder allocate these, or an interrupt, which may be his doing?  What other processes
 * and the kernel's threads allocate grows as fast by chance.
 */
static bool may_be_his(const struct report_site *site, const struct holder *holder)
{
	const struct allocated_by_who *who = site->nr_who ? &site->who[0] : NULL;

	if (!who || 2 * who->times <= site->who_times)
		return false;
	if (!strcmp(who->context, "interrupt"))
		return true;
	return who->pid && who->pid == (holder->owner.pid ? holder->owner.pid : holder->creator);
}

/*
 * What grows as the handles do by which others are held for certain, and is allocated by whom they
 * are, is theirs, too: a handle is made of more than its own code allocates.
 */
static void join(const struct groups *groups, const struct answers *answers, struct group *group)
{
	for (size_t i = 0; i < answers->nr; i++) {
		const struct holder *known = known_as(groups, &answers->list[i]);

		if (!known || !handle_kind__can_be_released(known->kind) ||
		    !may_be_his(&group->sum, known))
			continue;
		group->holder = answers->list[i];
		group->holder.sure = true;
		return;
	}
}

void group_holders__explain(const struct holders *holders, const struct report *report,
			    struct groups *groups, const struct group_holders_time *time)
{
	for (int turn = 0; turn < 2; turn++)
		for (size_t i = 0; i < groups->nr; i++) {
			struct group *group = &groups->list[i];
			struct answers answers;

			if (group->holder.sure)
				continue;
			answers = explain(holders, report, &groups->members[group->first], group,
					  time);
			if (turn)
				join(groups, &answers, group);
			else if (answers.nr)
				group->holder = answers.list[0];
			group->may_be_held = answers.unseen && !group->holder.sure;
		}
	groups__acquit(groups);
}
