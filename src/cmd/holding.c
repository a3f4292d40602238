// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/holding.h"
#include "judge/holders.h"
#include "kernel/handle_reader.h"
#include "trace/task_files.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct holding {
	struct task_files *files; /* NULL: /proc alone */
	struct handle_reader *reader;
	struct holders *holders;
	double next_s;
};

int holding__open(struct holding **out)
{
	const struct handle_limits limits = {HANDLE_MOST_S, HANDLE_MOST_FILES};
	struct holding *holding = calloc(1, sizeof(*holding));
	struct handle_files by_iterator = {task_files__read, NULL};
	int err;

	if (!holding)
		return -ENOMEM;
	if (task_files__open(&holding->files, TASK_FILES_MOST_S))
		holding->files = NULL;
	by_iterator.arg = holding->files;
	err = handle_reader__open(&holding->reader, &limits, holding->files ? &by_iterator : NULL);
	if (!err)
		err = holders__open(&holding->holders);
	if (err) {
		holding__close(holding);
		return err;
	}
	*out = holding;
	return 0;
}

int holding__read_now(struct holding *holding, double now_s)
{
	struct handles handles = {};
	int err = handle_reader__read(holding->reader, &handles);

	if (!err)
		err = holders__enter(holding->holders, &handles, now_s);
	holding->next_s = now_s + HOLDING_EVERY_S;
	if (holding->next_s < now_s + handles.took_s / HOLDING_SHARE)
		holding->next_s = now_s + handles.took_s / HOLDING_SHARE;
	handles__free(&handles);
	return err == -ENOMEM ? err : 0; /* without them it is less sure, no more */
}

int holding__read(struct holding *holding, double now_s)
{
	return now_s < holding->next_s ? 0 : holding__read_now(holding, now_s);
}

/* The process that allocates most of them, if one does. */
static const struct allocated_by_who *allocator_of(const struct report_site *site)
{
	const struct allocated_by_who *first = site->nr_who ? &site->who[0] : NULL;

	return first && first->pid && 2 * first->times > site->who_times ? first : NULL;
}

/* Ask who holds as many objects. */
static void ask(const struct holding *holding, struct holders_question question, uint64_t count,
		struct holder *holder)
{
	const double objects[] = {0, (double)count};

	question.objects = objects;
	if (!holders__explain(holding->holders, &question, holder, 1))
		*holder = (struct holder){};
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
static void explain(const struct holding *holding, const struct report *report,
		    const struct groups_member *members, struct group *group, const double at[2])
{
	const struct report_site *sum = &group->sum;
	const struct allocated_by_who *who = allocator_of(sum);
	uint64_t first = report->sites[members[0].site].objects;
	uint64_t all = objects_of_cache(report, members, group->nr);
	const char *functions[SYMBOLS_MOST_FRAMES];
	struct holders_question question = {
		.cache = strcmp(sum->origin, "slab") ? NULL : sum->cache,
		.functions = functions,
		.pid = who ? who->pid : 0,
		.comm = who ? who->comm : NULL,
		.at = at,
		.nr = 2,
	};

	for (size_t i = 0; i < sum->nr_frames && i < SYMBOLS_MOST_FRAMES; i++)
		if (sum->stack[i].symbol)
			functions[question.nr_functions++] = sum->stack[i].symbol;
	ask(holding, question, all, &group->holder);
	if (!group->holder.sure && all != first)
		ask(holding, question, first, &group->holder);
}

void holding__explain(const struct holding *holding, const struct report *report,
		      struct groups *groups, double from_s, double to_s)
{
	const double at[2] = {from_s, to_s};

	for (size_t i = 0; i < groups->nr; i++)
		explain(holding, report, &groups->members[groups->list[i].first], &groups->list[i],
			at);
	groups__acquit(groups);
}

void holding__close(struct holding *holding)
{
	if (!holding)
		return;
	holders__close(holding->holders);
	handle_reader__close(holding->reader);
	task_files__close(holding->files);
	free(holding);
}
