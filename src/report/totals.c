// SPDX-License-Identifier: GPL-2.0-only
#include "report/totals.h"
#include "trace/origins.h"

static const struct {
	enum kleak_count count;
	const char *cause;
	const char *text;
} causes[] = {
	{KLEAK_LOSS_TABLE_FULL, "table_full",
	 "allocations not recorded: table full (--max-objects)"},
	{KLEAK_LOSS_SITES_FULL, "sites_full", "allocations without a stack: site table full"},
	{KLEAK_LOSS_CACHES_FULL, "caches_full",
	 "allocations without a cache name: cache table full"},
	{KLEAK_LOSS_NO_STACK, "no_stack", "allocations with a call site only: stack walk failed"},
	{KLEAK_LOSS_NO_SCRATCH, "no_scratch", "allocations not recorded: no stack buffer free"},
	{KLEAK_LOSS_WRONG_STACK, "wrong_stack",
	 "stacks found wrong: checked by walking (one in 1024)"},
	{KLEAK_LOSS_RACE, "race", "allocations not recorded: lost a race"},
	{KLEAK_LOSS_BULK_CUT, "bulk_cut", "objects not recorded: bulk call too large"},
	{KLEAK_LOSS_CALLS, "calls",
	 "bulk calls not recorded: missed by the kprobe at their entry or return"},
	{KLEAK_COUNT_WHO_FULL, "who_full", "allocations whose process was not noted: too many"},
	{KLEAK_COUNT_FREERS_FULL, "freers_full", "frees whose stack was not noted: too many"},
	{KLEAK_LOSS_FAMILY_FULL, "family_full", "child processes not followed: too many"},
};

enum {
	LOSS_ALLOCATIONS_MISSED = sizeof(causes) / sizeof(causes[0]),
	LOSS_FREES_MISSED,
	LOSSES,
};

_Static_assert(LOSSES == TOTALS_LOSSES, "room for every cause");

static void fill_losses(struct totals *totals, struct report *report, const struct readout *readout)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		totals->losses[i] = (struct report_loss){
			.cause = causes[i].cause,
			.text = causes[i].text,
			.count = readout->snapshot.counts[causes[i].count],
		};
	totals->losses[LOSS_ALLOCATIONS_MISSED] = (struct report_loss){
		"allocations_maybe_missed", "allocations that may be missed: BPF recursion",
		readout->missed.allocations};
	totals->losses[LOSS_FREES_MISSED] = (struct report_loss){
		"frees_maybe_missed", "frees that may be missed: BPF recursion",
		readout->missed.frees};
	report->losses = totals->losses;
	report->nr_losses = LOSSES;
}

static void fill_events(struct report *report, const struct readout *readout)
{
	const struct snapshot *snapshot = &readout->snapshot;

	report->events.allocations = snapshot->sum.allocations;
	report->events.frees = snapshot->sum.frees;
	report->events.implicit_frees = snapshot->sum.implicit;
	report->events.unknown_frees = snapshot->counts[KLEAK_COUNT_UNKNOWN_FREES];
	report->events.unsized_frees = readout->older.unsized - readout->older_start.unsized;
	report->events.live = snapshot->sum.live;
	report->events.pending = snapshot->sum.pending;
	report->events.found_free = snapshot->sum.verified;
	report->events.evicted = snapshot->sum.evicted;
	report->events.unsampled = snapshot->sum.unsampled;
	report->events.unchecked = readout__unchecked(readout);
	report->events.in_motion = snapshot->in_motion;
	report->events.allocated_bytes = snapshot->sum.allocated_bytes;
	report->events.freed_bytes = snapshot->sum.freed_bytes;
	report->events.live_bytes = snapshot->sum.held_bytes;
}

static void fill_filter(struct totals *totals, struct report *report, const struct readout *readout)
{
	const struct trace_options *options = readout->parts.trace;
	const struct kleak_config *config = &readout->parts.plan->config;

	/* those that are traced: --cache and the kernel may have switched some off */
	origins__print(totals->origins, sizeof(totals->origins), origins__of(config));
	report->filter = (struct report_filter){
		.origins = totals->origins,
		.pid = options->pid,
		.cgroup = options->cgroup,
		.charged_to = options->charged_to,
		.command = options->command ? options->command[0] : NULL,
		.cache = options->cache,
		.min_size = options->min_size,
		.max_size = options->max_size,
		.min_age_s = options->min_age_s,
	};
}

static void fill_ledger(struct report *report, const struct readout *readout)
{
	const struct meminfo *start = &readout->books_start.mem, *now = &readout->books.mem;

	report->ledger = readout->ledger;
	report->nr_ledger = COVERAGE_CLASSES;
	report->slab = readout->slab;
	report->charges = readout->charges;
	report->charged_to = readout->charged.sum;
	for (int i = 0; i < MEMINFO_FIELDS; i++) {
		report->meminfo_known[i] = start->present[i] && now->present[i];
		if (report->meminfo_known[i])
			report->meminfo_delta[i] = (int64_t)(now->bytes[i] - start->bytes[i]);
	}
}

static struct report_used change_of(const struct vfsstate *was, const struct vfsstate *is)
{
	return (struct report_used){(int64_t)(is->all - was->all),
				    (int64_t)(is->unused - was->unused)};
}

static void fill_vfs(struct report *report, const struct readout *readout)
{
	const struct books *was = &readout->books_start, *is = &readout->books;

	report->vfs_known = !was->vfs_err && !is->vfs_err;
	if (!report->vfs_known)
		return;
	report->dentries = change_of(&was->dentries, &is->dentries);
	report->inodes = change_of(&was->inodes, &is->inodes);
}

static void fill_caches(struct totals *totals, struct report *report, const struct readout *readout)
{
	const struct kleak_cache *table = readout->view->caches;

	if (report->final)
		cache_aliases__forget(&totals->aliases);
	for (uint32_t i = KLEAK_CACHE_UNKNOWN; i < KLEAK_MAX_CACHES; i++) {
		const struct cache_sum *sum = &readout->cache_sums[i];
		char *name = totals->cache_names[report->nr_caches];

		if (!sum->allocations && !table[i].unknown)
			continue;
		cache__name(name, TOTALS_CACHE_NAME, &table[i],
			    &readout->parts.kernel->cache_kinds);
		totals->caches[report->nr_caches] = (struct report_cache){
			.name = name,
			.aliases = cache_aliases__of(&totals->aliases, i, name),
			.allocations = sum->allocations,
			.frees = sum->frees,
			.implicit_frees = sum->implicit,
			.found_free = sum->verified,
			.unknown_frees = table[i].unknown,
			.live = sum->live,
			.approximate = cache__is_approximate(sum),
		};
		report->nr_caches++;
	}
	report->caches = totals->caches;
}

static void fill_scan(struct report *report, const struct readout *readout)
{
	const struct scanner_sum *sum = readout->scan;

	if (!sum)
		return;
	report->scan = (struct report_scan){
		.passes = sum->passes,
		.needed = readout->parts.trace->scan_passes,
		.objects = sum->objects,
		.unreferenced = readout->findings.objects,
		.unreferenced_bytes = readout->findings.bytes,
		.acknowledged = sum->acknowledged,
		.unknown = sum->unknown,
		.bytes = sum->bytes,
		.seconds = sum->seconds,
		.under_way = sum->under_way,
	};
}

void totals__fill(struct totals *totals, struct report *report, const struct readout *readout)
{
	fill_filter(totals, report, readout);
	fill_events(report, readout);
	fill_losses(totals, report, readout);
	fill_caches(totals, report, readout);
	fill_ledger(report, readout);
	fill_vfs(report, readout);
	fill_scan(report, readout);
}

void totals__free(struct totals *totals)
{
	cache_aliases__free(&totals->aliases);
}
