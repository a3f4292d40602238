// SPDX-License-Identifier: GPL-2.0-only
#include "render/charges_prom.h"
#include "render/charge_kind_text.h"
#include "render/metrics.h"

#include <errno.h>

/* A path that is another one's, too, would be the same series: then the file is not taken. */
static bool is_listed(const struct charge_list *list, const struct charge_list_row *row)
{
	const struct memcg *memcg =
		row->memcg < list->memcgs->nr ? &list->memcgs->list[row->memcg] : NULL;

	return memcg && !memcg->dead && (*memcg->name || memcg->parent == MEMCGS_NONE);
}

/* Those that are listed: from list->rows[*at] on, the next one; NULL: there is none. */
static const struct charge_list_row *next(const struct charge_list *list, uint32_t *at,
					  uint32_t *listed)
{
	uint32_t most = list->top && list->top < CHARGES_PROM_MOST ? list->top : CHARGES_PROM_MOST;

	while (*at < list->nr && *listed < most) {
		const struct charge_list_row *row = &list->rows[(*at)++];

		if (!is_listed(list, row))
			continue;
		++*listed;
		return row;
	}
	return NULL;
}

static void put_kernel(const struct charge_list *list, FILE *out)
{
	static const char name[] = "kleak_charged_kernel_bytes";
	const struct charge_list_row *row;
	uint32_t at = 0, listed = 0;
	char path[MEMCGS_PATH];

	metrics__family(out, name, "gauge",
			"The kernel's memory in use that is charged to the cgroup itself, by its "
			"objects.");
	while ((row = next(list, &at, &listed))) {
		metrics__sample(out, name, "cgroup",
				memcgs__path(list->memcgs, row->memcg, path, sizeof(path)));
		metrics__count(out, row->kernel_bytes);
	}
}

static void put_kinds(const struct charge_list *list, FILE *out)
{
	static const char name[] = "kleak_charged_bytes";
	const struct charge_list_row *row;
	uint32_t at = 0, listed = 0;
	char path[MEMCGS_PATH];

	metrics__family(out, name, "gauge", "The same by kind, with pages of processes and files.");
	while ((row = next(list, &at, &listed))) {
		const struct charge_total *total = charge_sums__of(&list->walk->sums, row->memcg);

		memcgs__path(list->memcgs, row->memcg, path, sizeof(path));
		for (int kind = 0; kind < CHARGE_KINDS; kind++) {
			if (kind == CHARGE_PERCPU && !list->walk->percpu_known)
				continue;
			fprintf(out, "%s{", name);
			metrics__label(out, "cgroup", path);
			fputc(',', out);
			metrics__label(out, "kind", charge_kind_text__key(kind));
			fputc('}', out);
			metrics__count(out, total->bytes[kind]);
		}
	}
}

/* What has no series of its own: dead cgroups, and what is charged to one that is not known. */
static void put_others(const struct charge_list *list, FILE *out)
{
	uint64_t dead = 0, unknown = 0;

	for (uint32_t i = 0; i < list->nr; i++) {
		const struct charge_total *total =
			charge_sums__of(&list->walk->sums, list->rows[i].memcg);
		bool is_known = list->rows[i].memcg < list->memcgs->nr;

		for (int kind = 0; kind < CHARGE_KINDS; kind++) {
			if (!is_known)
				unknown += total->bytes[kind];
			else if (list->memcgs->list[list->rows[i].memcg].dead)
				dead += total->bytes[kind];
		}
	}
	metrics__gauge_count(out, "kleak_charged_dead_bytes",
			     "Memory that is charged to memory cgroups that were removed.", dead);
	metrics__gauge_count(out, "kleak_charged_unknown_bytes",
			     "Memory that is charged to a cgroup that was not found.", unknown);
}

int charges_prom__print(const struct charge_list *list, FILE *out)
{
	const struct memcgs *memcgs = list->memcgs;

	metrics__gauge_count(out, "kleak_charged_cgroups", "Memory cgroups that are alive.",
			     memcgs->nr - memcgs->nr_dead);
	metrics__gauge_count(out, "kleak_charged_dead_cgroups",
			     "Memory cgroups that were removed and are still there.",
			     memcgs->nr_dead);
	put_kernel(list, out);
	put_kinds(list, out);
	put_others(list, out);
	metrics__gauge_count(out, "kleak_charged_slabs_unread",
			     "Slabs of which it could not be read who is charged.",
			     list->walk->unread);
	metrics__gauge(out, "kleak_charged_duration_seconds", "How long the census took.",
		       list->seconds);
	metrics__family(out, "kleak_charged_last_reading_timestamp_seconds", "gauge",
			"When it was taken, Unix time.");
	fprintf(out, "kleak_charged_last_reading_timestamp_seconds %lld.%03ld\n",
		(long long)list->time.tv_sec, list->time.tv_nsec / 1000000);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
