// SPDX-License-Identifier: GPL-2.0-only
#include "report/reporter.h"
#include "judge/coverage.h"
#include "judge/evidence.h"
#include "judge/history.h"
#include "judge/marks.h"
#include "judge/trend.h"
#include "kernel/books.h"
#include "kernel/cgroups.h"
#include "memory/kmem.h"
#include "memory/scanner.h"
#include "memory/verify.h"
#include "proc/meminfo.h"
#include "report/report.h"
#include "report/unreferenced.h"
#include "trace/allocated_by.h"
#include "trace/caches.h"
#include "trace/origins.h"
#include "trace/overhead.h"
#include "trace/overhead_limit.h"
#include "trace/sample.h"
#include "trace/sites.h"
#include "trace/snapshot.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/say.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CACHE_NAME 64

/*
 * Objects looked at for one report (a microsecond each where they fill their slabs, three where
 * not), and for the last one, which everything else rests on; and rounds of it.
 */
#define VERIFY_BUDGET	    100000
#define VERIFY_BUDGET_FINAL 4000000
#define VERIFY_ROUNDS	    2

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
	{KLEAK_COUNT_WHO_FULL, "who_full", "allocations whose process was not noted: too many"},
	{KLEAK_LOSS_FAMILY_FULL, "family_full", "child processes not followed: too many"},
};

enum {
	LOSS_ALLOCATIONS_MISSED = sizeof(causes) / sizeof(causes[0]),
	LOSS_FREES_MISSED,
	LOSSES,
};

struct reporter {
	struct reporter_parts parts;
	struct cache_kinds kinds;
	struct books books_start, books; /* at the start, and of the snapshot's instant */
	bool said_odd[BOOKS_ODD];
	double started_s;
	double taken_s;	     /* when the tables were read, since the start */
	uint64_t taken_tick; /* the same, as records have it */

	struct snapshot snapshot;
	uint32_t sampling; /* as the table was swept for the last time */
	struct overhead_limit budget;
	struct sites sites;
	struct trend trend;
	struct history history;
	bool by_verdict;
	bool frozen; /* no allocations any more: the history is over */
	struct marks before_drain, before_drop;
	struct evidence_sources judge;
	struct verify verify;
	struct kmem reader;
	struct scanner *scanner; /* NULL: no scans */
	struct unreferenced findings;

	struct report_loss losses[LOSSES];
	struct coverage_class ledger[COVERAGE_CLASSES];
	struct coverage_slab slab;
	struct cache_sum cache_sums[KLEAK_MAX_CACHES];
	struct report_cache caches[KLEAK_MAX_CACHES];
	char cache_names[KLEAK_MAX_CACHES][CACHE_NAME];
	struct report_site *rows;
	struct symbols_frame *frames; /* of all rows, one behind the other */
	size_t nr_frames, room_frames;
	char (*names)[CACHE_NAME];
	struct allocated_by_who (*who)[ALLOCATED_BY_LISTED];
	size_t room_rows;
	struct allocated_by crowd;
	char origins[64];
};

/* For what waits in them, where no hook shows that, and for a scan, which is to know what is left
 * over. */
static int open_queues(struct reporter *reporter)
{
	bool needed = reporter->parts.plan->queues;
	int err;

	if (!needed && (!reporter->parts.trace->scan_s || *reporter->parts.kernel->krc_unknown))
		return 0;
	err = kmem__open_queues(&reporter->reader, reporter->parts.kernel,
				symbols__kallsyms(reporter->parts.symbols));
	if (err != -ENODATA)
		return err;
	if (!needed)
		return 0;
	say("kfree_rcu()'s queues are not where they should be: memory passed to it counts as "
	    "outstanding until it is really freed");
	return 0;
}

static uint32_t module_changes(void *tracer)
{
	return tracer__module_changes(tracer).changes;
}

bool reporter__follow_modules(struct reporter *reporter)
{
	struct symbols *symbols = reporter->parts.symbols;
	struct tracer *tracer = reporter->parts.tracer;

	if (!symbols)
		return false;
	if (!reporter->parts.plan->config.modules) {
		symbols__look(symbols); /* or they have the names that they had */
		return false;
	}
	tracer__each_module(tracer, symbols__note, symbols);
	symbols__settle(symbols, tracer__module_changes(tracer).losses, module_changes, tracer);
	return true;
}

int reporter__open(struct reporter **out, const struct reporter_parts *parts)
{
	struct reporter *reporter = calloc(1, sizeof(*reporter));

	if (!reporter)
		return -ENOMEM;
	reporter->parts = *parts;
	if (parts->symbols)
		symbols__begin(parts->symbols);
	reporter->kinds = parts->kernel->cache_kinds;
	reporter->sampling = parts->plan->sampling;
	reporter->budget.most = parts->options->max_overhead;
	if (parts->plan->verify) {
		int err = kmem__open(&reporter->reader, parts->kernel, parts->tracer);

		if (!err)
			err = open_queues(reporter);
		if (err) {
			kmem__close(&reporter->reader);
			free(reporter);
			return err;
		}
	}
	*out = reporter;
	return 0;
}

int reporter__begin(struct reporter *reporter)
{
	reporter->started_s = clock__now_s();
	books__read(&reporter->books_start, BOOKS_MEM | BOOKS_SLABS);
	books__say_odd(&reporter->books_start, reporter->said_odd);
	return reporter->books_start.mem_err;
}

static struct snapshot_source source_of(const struct reporter *reporter)
{
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);

	return (struct snapshot_source){
		.buckets = view->buckets,
		.sites = view->sites,
		.caches = view->caches,
		.tallies = view->tallies,
		.counts = view->counts,
		.nr_buckets = view->nr_buckets,
		.nr_sites = view->nr_sites,
		.nr_lanes = view->nr_lanes,
		.sample_mask = tracer__sampling(reporter->parts.tracer) - 1,
		.waiting = &reporter->reader.krc.waiting,
		.retired = &tracer__recycled(reporter->parts.tracer)->retired,
	};
}

/* Record one object in `weight`, and drop the others. */
static int coarsen(struct reporter *reporter, uint32_t weight)
{
	int err = tracer__coarsen(reporter->parts.tracer, weight);

	reporter->sampling = tracer__sampling(reporter->parts.tracer);
	return err;
}

/*
 * The table must not get full: when three quarters of its places are taken (--max-objects), half
 * of what is in it has to do.
 */
static bool is_crowded(const struct reporter *reporter)
{
	return reporter->snapshot.sum.live > reporter->parts.plan->max_objects &&
	       reporter->sampling <= KLEAK_SAMPLE_MOST;
}

/* Read the tables; have new vmalloc areas sized and counted, and the others' sizes looked at. */
static int read_tables(struct reporter *reporter)
{
	struct snapshot_source source = source_of(reporter);
	struct snapshot *snapshot = &reporter->snapshot;
	double ticks = reporter->parts.trace->min_age_s * 1e9 / (1 << KLEAK_TICK_SHIFT);
	uint64_t min_age = ticks < (double)INT64_MAX ? (uint64_t)ticks : INT64_MAX;
	int err = tracer__now(reporter->parts.tracer, &reporter->taken_tick);

	if (!err)
		err = krc__read(&reporter->reader.krc);
	if (!err)
		err = tracer__size_areas(reporter->parts.tracer, snapshot->areas,
					 snapshot->nr_areas);
	if (err)
		return err;
	reporter->taken_s = clock__now_s() - reporter->started_s;
	err = snapshot__take(snapshot, &source, reporter->taken_tick, min_age);

	if (err || !snapshot->nr_unsized)
		return err;
	err = tracer__size_areas(reporter->parts.tracer, snapshot->unsized, snapshot->nr_unsized);
	if (err)
		return err;
	return snapshot__add_areas(snapshot, &source, reporter->taken_tick, min_age);
}

/* Read the tables; what was recorded becomes an estimate of what there is. */
static int take(struct reporter *reporter)
{
	uint32_t weight = tracer__sampling(reporter->parts.tracer);
	int err = weight == reporter->sampling ? 0 : coarsen(reporter, weight);

	if (!err)
		err = read_tables(reporter);
	while (!err && is_crowded(reporter)) {
		err = coarsen(reporter, 2 * reporter->sampling);
		if (!err)
			err = read_tables(reporter);
	}
	if (!err)
		sample__estimate(&reporter->snapshot, reporter->sampling);
	return err;
}

int reporter__settle_areas(struct reporter *reporter)
{
	return take(reporter);
}

int reporter__count(struct reporter *reporter, uint64_t *live, uint64_t *frees)
{
	int err = take(reporter);

	if (err)
		return err;
	*live = reporter->snapshot.sum.live;
	*frees = reporter->snapshot.sum.frees;
	return 0;
}

static void fill_losses(struct reporter *reporter, struct report *report)
{
	struct tracer_missed missed = {};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		reporter->losses[i] = (struct report_loss){
			.cause = causes[i].cause,
			.text = causes[i].text,
			.count = reporter->snapshot.counts[causes[i].count],
		};
	tracer__missed(reporter->parts.tracer, &missed);
	reporter->losses[LOSS_ALLOCATIONS_MISSED] = (struct report_loss){
		"allocations_maybe_missed",
		"allocations that may be missed, in interrupts: BPF recursion", missed.allocations};
	reporter->losses[LOSS_FREES_MISSED] = (struct report_loss){
		"frees_maybe_missed", "frees that may be missed: BPF recursion", missed.frees};
	report->losses = reporter->losses;
	report->nr_losses = LOSSES;
}

/* Can the allocator's books be read?  Pages need none. */
static bool knows_books(const struct reporter *reporter)
{
	const struct kleak_config *config = &reporter->parts.plan->config;

	return reporter->reader.has_pages || !(config->slab || config->vmalloc);
}

static void fill_events(const struct reporter *reporter, struct report *report)
{
	const struct snapshot *snapshot = &reporter->snapshot;

	report->events.allocations = snapshot->sum.allocations;
	report->events.frees = snapshot->sum.frees;
	report->events.implicit_frees = snapshot->sum.implicit;
	report->events.unknown_frees = snapshot->counts[KLEAK_COUNT_UNKNOWN_FREES];
	report->events.live = snapshot->sum.live;
	report->events.pending = snapshot->sum.pending;
	report->events.verified_free = snapshot->sum.verified;
	report->events.evicted = snapshot->sum.evicted;
	report->events.unsampled = snapshot->sum.unsampled;
	report->events.unchecked = reporter->verify.unknown + reporter->verify.skipped;
	if (reporter->parts.plan->verify && !knows_books(reporter))
		report->events.unchecked = snapshot->sum.objects;
	report->events.in_motion = snapshot->in_motion;
	report->events.allocated_bytes = snapshot->sum.allocated_bytes;
	report->events.freed_bytes = snapshot->sum.freed_bytes;
	report->events.live_bytes = snapshot->sum.held_bytes;
}

static void fill_filter(struct reporter *reporter, struct report *report)
{
	const struct trace_options *options = reporter->parts.trace;
	const struct kleak_config *config = &reporter->parts.plan->config;

	/* those that are traced: --cache and the kernel may have switched some off */
	origins__print(reporter->origins, sizeof(reporter->origins), origins__of(config));
	report->filter = (struct report_filter){
		.origins = reporter->origins,
		.pid = options->pid,
		.cgroup = options->cgroup,
		.command = options->command ? options->command[0] : NULL,
		.cache = options->cache,
		.min_size = options->min_size,
		.max_size = options->max_size,
		.min_age_s = options->min_age_s,
	};
}

static void fill_ledger(struct reporter *reporter, struct report *report)
{
	const struct meminfo *start = &reporter->books_start.mem, *now = &reporter->books.mem;

	report->ledger = reporter->ledger;
	report->nr_ledger = COVERAGE_CLASSES;
	report->slab = reporter->slab;
	for (int i = 0; i < MEMINFO_FIELDS; i++) {
		report->meminfo_known[i] = start->present[i] && now->present[i];
		if (report->meminfo_known[i])
			report->meminfo_delta[i] = (int64_t)(now->bytes[i] - start->bytes[i]);
	}
}

static void fill_caches(struct reporter *reporter, struct report *report)
{
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);

	for (int i = KLEAK_CACHE_UNKNOWN; i < KLEAK_MAX_CACHES; i++) {
		const struct cache_sum *sum = &reporter->cache_sums[i];

		if (!sum->allocations && !view->caches[i].unknown)
			continue;
		cache__name(reporter->cache_names[report->nr_caches], CACHE_NAME, &view->caches[i],
			    &reporter->kinds);
		reporter->caches[report->nr_caches] = (struct report_cache){
			.name = reporter->cache_names[report->nr_caches],
			.allocations = sum->allocations,
			.frees = sum->frees,
			.implicit_frees = sum->implicit,
			.verified_free = sum->verified,
			.unknown_frees = view->caches[i].unknown,
			.live = sum->live,
			.approximate = cache__is_approximate(sum),
		};
		report->nr_caches++;
	}
	report->caches = reporter->caches;
}

static int reserve_rows(struct reporter *reporter, size_t nr)
{
	struct report_site *rows;
	struct allocated_by_who(*who)[ALLOCATED_BY_LISTED];
	char(*names)[CACHE_NAME];

	if (nr <= reporter->room_rows)
		return 0;
	rows = realloc(reporter->rows, nr * sizeof(*rows));
	if (rows)
		reporter->rows = rows;
	names = realloc(reporter->names, nr * sizeof(*names));
	if (names)
		reporter->names = names;
	who = realloc(reporter->who, nr * sizeof(*who));
	if (who)
		reporter->who = who;
	if (!rows || !names || !who)
		return -ENOMEM;
	reporter->room_rows = nr;
	return 0;
}

/* Who refers to the objects of a site, as the last scan saw it. */
static void fill_holders(const struct reporter *reporter, struct report_site *row)
{
	const struct referrers_site *site = referrers__of(&reporter->findings.holders, row->id);

	if (!site)
		return;
	row->sampled = site->sampled;
	while (row->nr_holders < REPORT_HOLDERS && row->nr_holders < site->nr) {
		const struct referrer *holder = &site->list[row->nr_holders];

		row->holders[row->nr_holders++] = (struct report_holder){
			.kind = holder->place.kind,
			.name = holder->place.name,
			.offset = holder->place.offset,
			.objects = holder->objects,
		};
	}
}

static size_t name_stack(const struct reporter *reporter, const struct site *site,
			 struct symbols_frame *frames)
{
	bool watched = reporter->parts.plan->config.modules;

	return symbols__stack(reporter->parts.symbols, site->frames, site->nr_frames,
			      watched ? site->modules : NAMES_ANYTIME, frames);
}

/* Name the frames of a row, behind those of the rows before it. */
static int fill_stack(struct reporter *reporter, size_t i, const struct site *site)
{
	struct symbols_frame *frames;
	int err = array__reserve((void **)&reporter->frames,
				 reporter->nr_frames + SYMBOLS_MOST_FRAMES, &reporter->room_frames,
				 sizeof(*reporter->frames));

	if (err)
		return err;
	frames = reporter->frames + reporter->nr_frames;
	reporter->rows[i].nr_frames = name_stack(reporter, site, frames);
	reporter->nr_frames += reporter->rows[i].nr_frames;
	return 0;
}

/* They may have moved while there came more. */
static void link_stacks(struct reporter *reporter, size_t nr)
{
	const struct symbols_frame *next = reporter->frames;

	for (size_t i = 0; i < nr; i++) {
		reporter->rows[i].stack = next;
		next += reporter->rows[i].nr_frames;
	}
}

static void fill_row(struct reporter *reporter, size_t i, const struct site *site)
{
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);

	if (site->space != KLEAK_SPACE_SLAB)
		snprintf(reporter->names[i], CACHE_NAME, "%s", origins__name(site->space));
	else
		cache__name(reporter->names[i], CACHE_NAME, &view->caches[site->cache],
			    &reporter->kinds);
	reporter->rows[i] = (struct report_site){
		.id = site->id,
		.bytes = site->bytes,
		.objects = site->objects,
		.bytes_requested = site->bytes_requested,
		.bytes_error = sample__error(reporter->sampling, site->squares),
		.objects_error = sample__error(reporter->sampling, (double)site->listed),
		.growth_bytes_per_min = site->growth_bytes_per_min,
		.age_median_s = site->age_median_s,
		.allocations_per_s = site->allocations_per_s,
		.allocations = site->allocations,
		.frees = site->frees + site->implicit + site->verified + site->evicted,
		.pending_objects = site->pending,
		.origin = origins__name(site->space),
		.cache = reporter->names[i],
		.approximate = site->space == KLEAK_SPACE_SLAB &&
			       cache__is_approximate(&reporter->cache_sums[site->cache]),
		.verdict = evidence__judge(&reporter->judge, site),
		.course = history__course(&reporter->history, site->id),
		.who = reporter->who[i],
		.unreferenced = site->unreferenced,
		.unreferenced_bytes = site->unreferenced_bytes,
	};
	if (reporter->scanner && reporter->parts.options->show_objects)
		reporter->rows[i].unreferenced_list =
			unreferenced__of(&reporter->findings, i, &reporter->rows[i].nr_listed);
	fill_holders(reporter, &reporter->rows[i]);
	reporter->rows[i].nr_who = allocated_by__of(&reporter->crowd, site->index, reporter->who[i],
						    &reporter->rows[i].who_times, cgroups__path);
}

static void add_who(const struct kleak_who *who, const struct kleak_who_times *times, void *arg)
{
	struct reporter *reporter = arg;

	if (who->site < reporter->snapshot.nr_sites &&
	    reporter->snapshot.sites[who->site].allocations)
		allocated_by__add(&reporter->crowd, reporter->sites.of_entry[who->site], who,
				  times);
}

/* Who allocated what will be listed. */
static int read_crowd(struct reporter *reporter)
{
	reporter->crowd.nr = 0;
	if (!reporter->parts.plan->config.who)
		return 0;
	return tracer__who(reporter->parts.tracer, add_who, reporter);
}

/* Pages that are counted elsewhere need not be recorded again and again. */
static void mute_backing(struct reporter *reporter)
{
	const struct sites *sites = &reporter->sites;
	const struct snapshot *snapshot = &reporter->snapshot;
	struct tracer *tracer = reporter->parts.tracer;
	const struct kleak_site *entries = tracer__view(tracer)->sites;

	for (uint32_t i = 0; i < snapshot->nr_sites; i++)
		if (snapshot->sites[i].allocations && entries[i].space == KLEAK_SPACE_PAGES &&
		    !entries[i].muted && sites__is_backing(sites, i))
			tracer__mute(tracer, i);
}

/* Sum what was taken by site, and put the sites in order. */
static int rank(struct reporter *reporter, double elapsed_s)
{
	const struct report_options *options = reporter->parts.options;
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);
	struct sites *sites = &reporter->sites;
	int err;

	reporter__follow_modules(reporter);
	err = sites__sum(sites, &reporter->snapshot, view->sites, view->caches,
			 reporter->parts.allocator, reporter->parts.trace->stack_depth);
	if (!err)
		err = sites__age(sites, &reporter->snapshot);
	if (err)
		return err;
	if (reporter->parts.plan->config.pages)
		mute_backing(reporter);
	trend__measure(&reporter->trend, sites, elapsed_s);
	if (reporter->scanner)
		unreferenced__count(&reporter->findings, reporter->scanner, sites,
				    reporter->parts.trace->min_age_s, reporter->sampling);
	sites__sort(sites, options->sort);
	return 0;
}

/*
 * Take what the allocator's own books call free out of the table, first of the sites that
 * would be shown now.  *evicted: how many.
 */
static int verify(struct reporter *reporter, size_t shown, uint64_t budget, size_t *evicted)
{
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);
	const struct verify_tables tables = {view->buckets, view->sites, view->caches,
					     reporter->taken_tick};
	int err;

	*evicted = 0;
	kmem__learn_pages(&reporter->reader);
	if (!knows_books(reporter))
		return 0;
	kmem__see_cpus(&reporter->reader);
	err = verify__find_free(&reporter->verify, &reporter->reader.slub, &reporter->snapshot,
				&reporter->sites, &tables, shown, budget);
	if (err)
		return err;
	*evicted = reporter->verify.nr;
	return tracer__evict(reporter->parts.tracer, reporter->verify.list, reporter->verify.nr);
}

/* What the verdicts stand on, beside the sites' own history. */
static void prepare_judge(struct reporter *reporter)
{
	const struct meminfo *mem = &reporter->books.mem;
	struct tracer_missed missed = {};

	if (!reporter->parts.plan->verify || !knows_books(reporter))
		tracer__missed(reporter->parts.tracer, &missed);
	reporter->judge = (struct evidence_sources){
		.history = &reporter->history,
		.before_drain = &reporter->before_drain,
		.before_drop = &reporter->before_drop,
		.caches = tracer__view(reporter->parts.tracer)->caches,
		.cache_sums = reporter->cache_sums,
		.kinds = &reporter->kinds,
		.slabs_before = &reporter->books_start.slabs,
		.slabs_now = &reporter->books.slabs,
		.ledger = reporter->ledger,
		.least_s = reporter->parts.options->evidence_s,
		.possible_cpus = reporter->parts.kernel->cpus,
		.online_cpus = kernel__online_cpus(),
		.missed_frees = missed.frees,
		.available_bytes = mem->present[MEMINFO_MEM_AVAILABLE]
					   ? (double)mem->bytes[MEMINFO_MEM_AVAILABLE]
					   : NAN,
	};
}

/* Set the kernel's books beside what was taken. */
static void compare(struct reporter *reporter)
{
	const struct tracer_view *view = tracer__view(reporter->parts.tracer);
	int64_t traced[COVERAGE_CLASSES];

	cache__sum(reporter->cache_sums, &reporter->snapshot, view->sites);
	coverage__sum(traced, &reporter->snapshot, view->sites, view->caches);
	coverage__compare(reporter->ledger, &reporter->books_start.mem, &reporter->books.mem,
			  traced);
	coverage__compare_slab(&reporter->slab, &reporter->books_start.slabs,
			       &reporter->books.slabs, reporter->books.page_size,
			       &reporter->snapshot, view->sites, view->caches);
	coverage__leave_out(reporter->ledger, &reporter->slab, &reporter->parts.plan->config);
	prepare_judge(reporter);
}

/* The books of the instant at which the tables were read. */
static int read_books(struct reporter *reporter)
{
	books__free(&reporter->books);
	books__read(&reporter->books, BOOKS_MEM | BOOKS_SLABS);
	books__say_odd(&reporter->books, reporter->said_odd);
	return reporter->books.mem_err;
}

/*
 * Take and rank; take what is free out, all that counts as far as the budget goes.  What could not
 * be looked at is looked at again, while that changes something.
 */
static int take_verified(struct reporter *reporter, double elapsed_s, size_t shown, uint64_t budget)
{
	size_t evicted = 1, left = 1;
	int err = 0;

	for (int round = 0; evicted && !err; round++) {
		err = read_books(reporter);
		if (!err)
			err = take(reporter);
		if (!err)
			err = rank(reporter, elapsed_s);
		evicted = 0;
		if (err || !left || !reporter->parts.plan->verify || round == VERIFY_ROUNDS)
			break;
		err = verify(reporter, shown, budget, &evicted);
		left = reporter->verify.unknown + reporter->verify.skipped;
	}
	if (err)
		return err;
	compare(reporter);
	if (!reporter->frozen)
		err = history__enter(&reporter->history, &reporter->sites, reporter->taken_s,
				     reporter->parts.trace->min_age_s);
	if (!err)
		err = trend__enter(&reporter->trend, &reporter->sites, elapsed_s);
	return err;
}

static bool is_shown(const struct site *site)
{
	return site->objects && !site->backing;
}

/* The sites that have something outstanding, in order, as rows. */
static int fill_sites(struct reporter *reporter, struct report *report)
{
	const struct sites *sites = &reporter->sites;
	uint32_t top = reporter->parts.options->rows;
	double squares = 0;
	int err;

	for (size_t i = 0; i < sites->nr; i++) {
		if (!is_shown(&sites->list[i]))
			continue;
		report->nr_sites_all++;
		report->bytes_all += sites->list[i].bytes;
		squares += sites->list[i].squares;
	}
	report->course_at = reporter->history.clock.at;
	report->nr_course = reporter->history.clock.nr;
	report->bytes_all_error = sample__error(reporter->sampling, squares);
	report->nr_sites = top && top < report->nr_sites_all ? top : report->nr_sites_all;
	err = reserve_rows(reporter, report->nr_sites);
	if (!err && reporter->scanner && reporter->parts.options->show_objects)
		err = unreferenced__list(&reporter->findings, reporter->scanner, sites, is_shown,
					 report->nr_sites);
	if (err)
		return err;
	reporter->nr_frames = 0;
	for (size_t i = 0, row = 0; row < report->nr_sites; i++) {
		if (!is_shown(&sites->list[i]))
			continue;
		fill_row(reporter, row, &sites->list[i]);
		err = fill_stack(reporter, row++, &sites->list[i]);
		if (err)
			return err;
	}
	link_stacks(reporter, report->nr_sites);
	report->sites = reporter->rows;
	return 0;
}

static void fill_scan(const struct reporter *reporter, struct report *report)
{
	const struct scanner_sum *sum;

	if (!reporter->scanner)
		return;
	sum = scanner__sum(reporter->scanner);
	report->scan = (struct report_scan){
		.passes = sum->passes,
		.needed = reporter->parts.trace->scan_passes,
		.objects = sum->objects,
		.unreferenced = reporter->findings.objects,
		.unreferenced_bytes = reporter->findings.bytes,
		.acknowledged = sum->acknowledged,
		.unknown = sum->unknown,
		.bytes = sum->bytes,
		.seconds = sum->seconds,
	};
}

#define OVERHEAD_WINDOW_S 0.1
#define OVERHEAD_SHARE	  0.2 /* of the time between two reports, at most */

/* --max-overhead: what tracing costs now; coarser sampling from here on if that is too much. */
static int fill_overhead(struct reporter *reporter, struct report *report)
{
	const struct report_options *options = reporter->parts.options;
	double window_s = OVERHEAD_SHARE * options->interval_s;
	struct overhead overhead;
	int err;

	report->sampling = reporter->sampling;
	if (!(options->max_overhead > 0) || report->final)
		return 0;
	err = overhead__measure(&overhead, reporter->parts.tracer, kernel__online_cpus(),
				window_s < OVERHEAD_WINDOW_S ? window_s : OVERHEAD_WINDOW_S);
	if (err)
		return err == -EPERM || err == -EINVAL ? 0 : err; /* not to be known here */
	if (overhead_limit__is_exceeded(&reporter->budget, overhead.share, overhead.ns_per_event) &&
	    reporter->sampling <= KLEAK_SAMPLE_MOST)
		err = coarsen(reporter, 2 * reporter->sampling);
	report->overhead = (struct report_overhead){
		.known = true,
		.share = overhead.share,
		.most = options->max_overhead,
		.events_per_s = overhead.events_per_s,
		.ns_per_event = overhead.ns_per_event,
		.spent = reporter->budget.spent && overhead.share > options->max_overhead,
	};
	return err;
}

/* The worst verdict first; among equals what grows fastest. */
static void rank_by_verdict(struct reporter *reporter)
{
	struct sites *sites = &reporter->sites;

	for (size_t i = 0; i < sites->nr; i++) {
		struct conclusion verdict = evidence__judge(&reporter->judge, &sites->list[i]);

		sites->list[i].rank = verdict.is.name;
		if (verdict.from.slope.known)
			sites->list[i].growth_bytes_per_min = verdict.from.slope.per_s * 60;
	}
	sites__sort(sites, SITES_BY_RANK);
}

static double elapsed(const struct reporter *reporter)
{
	return clock__now_s() - reporter->started_s;
}

/* Sites and caches that have gone make room for others: last, for rows name them. */
static int recycle(struct reporter *reporter)
{
	const struct snapshot_source source = source_of(reporter);
	const struct recycle_look look = {
		.source = &source,
		.snapshot = &reporter->snapshot,
		.of_entry = reporter->sites.of_entry,
		.nr_of = reporter->sites.nr,
		.now_s = reporter->taken_s,
	};

	return tracer__recycle(reporter->parts.tracer, &look);
}

int reporter__make(struct reporter *reporter, struct report *report, const char *note, bool final)
{
	const struct plan *plan = reporter->parts.plan;
	uint32_t rows = reporter->parts.options->rows;
	double began = clock__now_s();
	int err;

	*report = (struct report){
		.kernel = reporter->parts.kernel->release,
		.blind_spots = plan->blind_spot_list,
		.nr_blind_spots = plan->nr_blind_spots,
		.note = note,
		.final = final,
		.elapsed_s = elapsed(reporter),
	};
	err = take_verified(reporter, report->elapsed_s, rows && !final ? rows : SIZE_MAX,
			    final ? VERIFY_BUDGET_FINAL : VERIFY_BUDGET);
	if (err)
		return err;
	clock_gettime(CLOCK_REALTIME, &report->time);
	fill_filter(reporter, report);
	fill_events(reporter, report);
	fill_losses(reporter, report);
	fill_caches(reporter, report);
	fill_ledger(reporter, report);
	fill_scan(reporter, report);
	if (reporter->by_verdict)
		rank_by_verdict(reporter);
	err = read_crowd(reporter);
	if (!err)
		err = fill_sites(reporter, report);
	if (!err)
		err = fill_overhead(reporter, report);
	if (!err)
		err = recycle(reporter);
	if (err)
		return err;
	if (reporter->parts.options->verbose)
		say("read %llu objects of %zu sites, checked %llu, in %.1f ms; "
		    "%llu events meanwhile; %llu stacks walked, %llu of them to check; "
		    "%llu sites and %llu caches given back",
		    (unsigned long long)reporter->snapshot.sum.live, reporter->sites.nr,
		    (unsigned long long)reporter->verify.checked, (clock__now_s() - began) * 1e3,
		    (unsigned long long)reporter->snapshot.in_motion,
		    (unsigned long long)reporter->snapshot.counts[KLEAK_COUNT_WALKS],
		    (unsigned long long)reporter->snapshot.counts[KLEAK_COUNT_CHECKS],
		    (unsigned long long)tracer__recycled(reporter->parts.tracer)->sites,
		    (unsigned long long)tracer__recycled(reporter->parts.tracer)->caches);
	return 0;
}

int reporter__watch(struct reporter *reporter)
{
	int err = take_verified(reporter, elapsed(reporter), SIZE_MAX, VERIFY_BUDGET);

	return err ? err : recycle(reporter);
}

void reporter__count_verdicts(const struct reporter *reporter, struct reporter_count *count)
{
	const struct sites *sites = &reporter->sites;

	*count = (struct reporter_count){};
	for (size_t i = 0; i < sites->nr; i++) {
		if (!is_shown(&sites->list[i]))
			continue;
		count->sites++;
		count->of[evidence__judge(&reporter->judge, &sites->list[i]).is.name]++;
	}
}

uint64_t reporter__outstanding(const struct reporter *reporter)
{
	const struct sites *sites = &reporter->sites;
	uint64_t bytes = 0;

	for (size_t i = 0; i < sites->nr; i++)
		if (is_shown(&sites->list[i]) &&
		    evidence__judge(&reporter->judge, &sites->list[i]).is.name != VERDICT_CACHE)
			bytes += sites->list[i].bytes;
	return bytes;
}

int reporter__freeze(struct reporter *reporter)
{
	reporter->frozen = true;
	return marks__set(&reporter->before_drain, &reporter->sites);
}

int reporter__mark_drop(struct reporter *reporter)
{
	return marks__set(&reporter->before_drop, &reporter->sites);
}

void reporter__sort_by_verdict(struct reporter *reporter)
{
	reporter->by_verdict = true;
}

int reporter__each_idle_stack(struct reporter *reporter,
			      int (*see)(const struct symbols_frame *stack, size_t nr, void *arg),
			      void *arg)
{
	const struct sites *sites = &reporter->sites;
	struct symbols_frame frames[SYMBOLS_MOST_FRAMES];
	int err = 0;

	for (size_t i = 0; i < sites->nr && !err; i++)
		if (!is_shown(&sites->list[i]) && !sites->list[i].backing)
			err = see(frames, name_stack(reporter, &sites->list[i], frames), arg);
	return err;
}

int reporter__open_scans(struct reporter *reporter, char *why, size_t len)
{
	const struct trace_options *options = reporter->parts.trace;
	const struct scanner_parts parts = {
		.kernel = reporter->parts.kernel,
		.tracer = reporter->parts.tracer,
		.reader = &reporter->reader,
		.names = symbols__names(reporter->parts.symbols),
		.passes = options->scan_passes,
		.bytes_per_s = options->scan_rate,
		.progress = reporter->parts.progress,
	};

	return reporter->scanner ? 0 : scanner__open(&reporter->scanner, &parts, why, len);
}

/* The first sites as they would be listed now. */
static int sample(struct reporter *reporter)
{
	int err = take(reporter);

	if (!err)
		err = rank(reporter, elapsed(reporter));
	if (!err)
		err = unreferenced__sample(&reporter->findings, reporter->scanner, &reporter->sites,
					   is_shown, reporter->snapshot.nr_sites);
	return err;
}

int reporter__scan(struct reporter *reporter, bool last, double end_s)
{
	int err = 0;

	if (!kmem__learn_pages(&reporter->reader))
		return -EAGAIN;
	if (last)
		err = sample(reporter);
	if (!err)
		err = scanner__pass(reporter->scanner, end_s);
	if (last)
		scanner__sample(reporter->scanner, NULL, NULL);
	return err;
}

size_t reporter__acknowledge(struct reporter *reporter)
{
	return reporter->scanner ? scanner__acknowledge(reporter->scanner) : 0;
}

void reporter__close(struct reporter *reporter)
{
	if (!reporter)
		return;
	scanner__close(reporter->scanner);
	unreferenced__free(&reporter->findings);
	snapshot__free(&reporter->snapshot);
	sites__free(&reporter->sites);
	trend__free(&reporter->trend);
	history__free(&reporter->history);
	marks__free(&reporter->before_drain);
	marks__free(&reporter->before_drop);
	books__free(&reporter->books_start);
	books__free(&reporter->books);
	verify__free(&reporter->verify);
	kmem__close(&reporter->reader);
	free(reporter->rows);
	free(reporter->frames);
	free(reporter->names);
	free(reporter->who);
	allocated_by__free(&reporter->crowd);
	free(reporter);
}
