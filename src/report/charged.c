// SPDX-License-Identifier: GPL-2.0-only
#include "report/charged.h"
#include "util/clock.h"

#include <errno.h>
#include <string.h>

void charged__open(struct charged *charged, const struct reporter_parts *parts, struct kmem *reader,
		   const char *followed)
{
	const struct kernel *kernel = parts->kernel;

	charged->wanted = parts->charged_to;
	charged->index = MEMCGS_NONE;
	charged->on = !*kernel->charges_unknown && reader->task &&
		      (parts->charged_to || followed || parts->plan->config.who);
	if (!charged->on)
		return;
	charged->comparable = !kernel->paths_differ;
	charged->followed = followed;
	charged->buckets = tracer__view(parts->tracer)->buckets;
	charged->reader = reader;
	charged->memcgs = (struct memcgs){
		.layout = kernel->charges, .read = tracer__read, .arg = parts->tracer};
	charged->charges = (struct charges){.layout = kernel->charges,
					    .read = tracer__read,
					    .arg = parts->tracer,
					    .memcgs = &charged->memcgs};
	charged->object = (struct charged_object){
		.charges = &charged->charges,
		.slub = &reader->slub,
		.areas = *kernel->areas_unknown ? NULL : &kernel->areas,
		.percpu = &reader->percpu,
	};
}

/* ---- looking ---- */

/* Which of the groups is the wanted one.  False: they have to be read anew. */
static bool find_wanted(struct charged *charged)
{
	const struct memcgs *memcgs = &charged->memcgs;

	if (!charged->wanted)
		return memcgs->nr;
	if (charged->index < memcgs->nr)
		return memcgs__is_alive(memcgs, charged->index);
	charged->index = memcgs__find_alive(memcgs, charged->wanted->id);
	return charged->index != MEMCGS_NONE;
}

/* 0; -ENODATA: no groups are found; or -ENOMEM. */
static int read_groups(struct charged *charged)
{
	int err = memcgs__read(&charged->memcgs, charged->reader->task);

	charged->index = MEMCGS_NONE;
	if (!err)
		find_wanted(charged);
	return err;
}

/*
 * The groups are read when one turns up that is not known: that there are others changes nothing.
 */
static int look_again(struct charged *charged, const struct snapshot *snapshot,
		      const struct sites *sites, const struct charge_sample_tables *tables)
{
	struct charge_sample_tables these = *tables;
	bool fresh = !find_wanted(charged);
	int err = fresh ? read_groups(charged) : 0;

	for (;;) {
		these.wanted = charged->index;
		if (!err)
			err = charge_sample__look(&charged->sample, &charged->object, snapshot,
						  sites, &these);
		if (err || fresh || !charged->charges.strangers)
			return err;
		fresh = true;
		err = read_groups(charged);
	}
}

static uint64_t share_of(uint64_t bytes, const struct charge_sample_count *count)
{
	return (uint64_t)((double)bytes * count->wanted / count->looked_at);
}

/* Leave out what is not the wanted group's, and say how much of it may be. */
static void sort_out(struct charged *charged, const struct charge_sample_count *count,
		     struct site *site, bool told)
{
	struct report_charged_to *sum = &charged->sum;

	site->elsewhere = !count || !count->wanted;
	if (count && count->wanted) {
		sum->sites++;
		sum->bytes += share_of(site->bytes, count);
	} else if (!count && told) {
		sum->skipped_sites++;
		sum->skipped_bytes += site->bytes;
	} else if (!count || count->unknown || !count->looked_at) {
		sum->unknown_origins |= 1U << site->space;
		sum->unknown_sites++;
		sum->unknown_bytes += site->bytes;
	}
}

int charged__look(struct charged *charged, const struct snapshot *snapshot, struct sites *sites,
		  bool (*shown)(const struct site *), uint64_t most)
{
	const struct charge_sample_tables tables = {
		.buckets = charged->buckets, .most = most, .shown = shown};
	double began_s = clock__now_s();
	bool told;
	int err;

	if (!charged->on)
		return 0;
	charged->sum = (struct report_charged_to){.known = charged->wanted};
	err = charged->reader->has_pages ? look_again(charged, snapshot, sites, &tables) : -ENODATA;
	if (err == -ENOMEM)
		return err;
	told = !err;
	if (err)
		charged->sample.nr = charged->sample.nr_chosen = 0;
	charged->sum.removed = !err && charged->index == MEMCGS_NONE;
	charged->sum.looked = charge_sample__looked_at(&charged->sample);
	for (size_t i = 0; i < sites->nr && charged->wanted; i++)
		if (shown(&sites->list[i]))
			sort_out(charged, charge_sample__of(&charged->sample, &sites->list[i]),
				 &sites->list[i], told);
	charged->seconds = clock__now_s() - began_s;
	return 0;
}

uint64_t charged__bytes(const struct charged *charged, const struct site *site)
{
	const struct charge_sample_count *count =
		charged->wanted ? charge_sample__of(&charged->sample, site) : NULL;

	return count && count->looked_at ? share_of(site->bytes, count) : site->bytes;
}

/* ---- rows ---- */

static bool is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	if (!strcmp(above, "/"))
		return true;
	return !strncmp(path, above, length) && (!path[length] || path[length] == '/');
}

/*
 * Have others allocated what is charged to this cgroup?  Not to be told where one of them may be
 * its own: a kernel thread or an interrupt is in none.
 */
static enum report_elsewhere by_others(const struct report_site *row, const char *cgroup)
{
	uint64_t told = 0;

	for (size_t i = 0; i < row->nr_who; i++) {
		const struct allocated_by_who *who = &row->who[i];
		bool is_process = !strcmp(who->context, "process");

		if (is_process && who->cgroup[0] && is_below(who->cgroup, cgroup))
			return REPORT_ELSEWHERE_NO;
		/* one that fills its room is cut */
		if (!is_process ||
		    (who->cgroup[0] && strlen(who->cgroup) + 1 < sizeof(who->cgroup)))
			told += who->times;
	}
	return told && told == row->who_times ? REPORT_ELSEWHERE_YES : REPORT_ELSEWHERE_UNKNOWN;
}

/* The same where it is only known that processes of the followed cgroup have, or of one below. */
static enum report_elsewhere by_followed(const char *followed, const char *cgroup)
{
	if (is_below(followed, cgroup))
		return REPORT_ELSEWHERE_NO;
	return is_below(cgroup, followed) ? REPORT_ELSEWHERE_UNKNOWN : REPORT_ELSEWHERE_YES;
}

static enum report_elsewhere elsewhere(const struct charged *charged, const struct report_site *row,
				       const char *cgroup)
{
	if (!charged->comparable)
		return REPORT_ELSEWHERE_UNKNOWN;
	if (row->nr_who)
		return by_others(row, cgroup);
	return charged->followed ? by_followed(charged->followed, cgroup)
				 : REPORT_ELSEWHERE_UNKNOWN;
}

int charged__fill(const struct charged *charged, const struct site *site, struct report_site *row,
		  struct arena *paths)
{
	const struct charge_sample_count *count =
		charged->on ? charge_sample__of(&charged->sample, site) : NULL;
	char path[MEMCGS_PATH];

	row->charged = (struct report_charged){};
	if (!count)
		return 0;
	row->charged.looked_at = count->looked_at;
	row->charged.wanted = count->wanted;
	row->charged.nobody = count->nobody;
	row->charged.unknown = count->unknown;
	row->charged.others = count->others;
	for (uint32_t i = 0; i < count->nr && i < REPORT_CHARGED_GROUPS; i++) {
		struct report_charged_group *group = &row->charged.groups[i];
		size_t length;
		char *copy;

		memcgs__path(&charged->memcgs, count->groups[i].memcg, path, sizeof(path));
		length = strlen(path) + 1;
		copy = arena__new(paths, length, 1);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, path, length);
		*group = (struct report_charged_group){copy, count->groups[i].objects,
						       elsewhere(charged, row, copy)};
		row->charged.nr_groups++;
	}
	return 0;
}

void charged__close(struct charged *charged)
{
	charge_sample__free(&charged->sample);
	charged_object__free(&charged->object);
	charges__free(&charged->charges);
	memcgs__free(&charged->memcgs);
}
