// SPDX-License-Identifier: GPL-2.0-only
#include "trace/allocated_by.h"
#include "util/array.h"
#include "util/best.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const contexts[] = {
	[KLEAK_CONTEXT_TASK] = "process",
	[KLEAK_CONTEXT_KTHREAD] = "kernel thread",
	[KLEAK_CONTEXT_INTERRUPT] = "interrupt",
};

/* "kworker/3:1H-events" and its like are one. */
static void describe(struct allocated_by_member *member, const struct kleak_who *who,
		     const struct kleak_who_times *times)
{
	static const char kworker[] = "kworker/";

	member->who.context = contexts[who->context <= KLEAK_CONTEXT_INTERRUPT ? who->context : 0];
	member->who.pid = times->several ? 0 : times->tgid;
	member->who.times = times->times;
	member->cgroup = who->context == KLEAK_CONTEXT_TASK ? who->cgroup : 0;
	snprintf(member->who.comm, sizeof(member->who.comm), "%.*s", (int)sizeof(who->comm),
		 who->comm);
	if (who->context == KLEAK_CONTEXT_KTHREAD &&
	    !strncmp(who->comm, kworker, strlen(kworker))) {
		snprintf(member->who.comm, sizeof(member->who.comm), "kworker");
		member->who.pid = 0;
	}
}

static bool is_same(const struct allocated_by_member *a, const struct allocated_by_member *b)
{
	return a->site == b->site && a->who.context == b->who.context && a->cgroup == b->cgroup &&
	       !strcmp(a->who.comm, b->who.comm);
}

int allocated_by__add(struct allocated_by *crowd, uint32_t site, const struct kleak_who *who,
		      const struct kleak_who_times *times)
{
	struct allocated_by_member member = {.site = site};

	describe(&member, who, times);
	for (size_t i = 0; i < crowd->nr; i++) {
		if (!is_same(&crowd->list[i], &member))
			continue;
		crowd->list[i].who.times += times->times;
		if (crowd->list[i].who.pid != member.who.pid)
			crowd->list[i].who.pid = 0;
		return 0;
	}
	if (array__reserve((void **)&crowd->list, crowd->nr + 1, &crowd->room,
			   sizeof(*crowd->list)))
		return -ENOMEM;
	crowd->list[crowd->nr++] = member;
	return 0;
}

static bool is_more_frequent(const void *a, const void *b)
{
	const struct allocated_by_member *const *x = a, *const *y = b;

	return (*x)->who.times > (*y)->who.times;
}

size_t allocated_by__of(const struct allocated_by *crowd, uint32_t site,
			struct allocated_by_who *list, uint64_t *times,
			int (*path_of)(uint64_t cgroup, char *path, size_t len))
{
	const struct allocated_by_member *most[ALLOCATED_BY_LISTED];
	size_t nr = 0;

	*times = 0;
	for (size_t i = 0; i < crowd->nr; i++) {
		const struct allocated_by_member *member = &crowd->list[i];

		if (member->site != site)
			continue;
		*times += member->who.times;
		best__keep(most, &nr, ALLOCATED_BY_LISTED,
			   sizeof(const struct allocated_by_member *), &member, is_more_frequent);
	}
	for (size_t i = 0; i < nr; i++) {
		list[i] = most[i]->who;
		if (!most[i]->cgroup ||
		    path_of(most[i]->cgroup, list[i].cgroup, sizeof(list[i].cgroup)))
			list[i].cgroup[0] = '\0';
	}
	return nr;
}

void allocated_by__free(struct allocated_by *crowd)
{
	free(crowd->list);
	*crowd = (struct allocated_by){};
}
