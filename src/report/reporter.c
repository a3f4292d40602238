// SPDX-License-Identifier: GPL-2.0-only
#include "report/reporter.h"
#include "kernel/cgroups.h"
#include "report/readout.h"
#include "report/rows.h"
#include "report/totals.h"
#include "trace/overhead.h"
#include "trace/overhead_limit.h"
#include "util/clock.h"
#include "util/commas.h"
#include "util/say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * Objects looked at for one report (a microsecond each where they fill their slabs, three where
 * not), and for the last one, which everything else rests on.
 */
#define FOUND_FREE_BUDGET	100000
#define FOUND_FREE_BUDGET_FINAL 4000000

/*
 * Who frees is noted of so many suspects, the first ones, and of so many of their frees from one
 * report to the next: a stack is walked for each.
 */
#define SUSPECTS_NOTED	  16
#define FREES_TO_BE_NOTED 64

#define OVERHEAD_WINDOW_S 0.1
#define OVERHEAD_SHARE	  0.2 /* of the time between two reports, at most */

struct reporter {
	struct readout now;
	struct overhead_limit limit;
	struct report_overhead overhead; /* as it was measured last */
	struct totals totals;
	struct rows rows;
};

int reporter__open(struct reporter **out, const struct reporter_parts *parts)
{
	struct reporter *reporter = calloc(1, sizeof(*reporter));
	int err;

	if (!reporter)
		return -ENOMEM;
	reporter->limit.most = parts->options->max_overhead;
	reporter->totals.aliases.read = slabnames__read;
	err = readout__open(&reporter->now, parts);
	if (err) {
		reporter__close(reporter);
		return err;
	}
	*out = reporter;
	return 0;
}

int reporter__begin(struct reporter *reporter)
{
	return readout__begin(&reporter->now);
}

bool reporter__follow_modules(struct reporter *reporter)
{
	return readout__follow_modules(&reporter->now);
}

int reporter__settle_areas(struct reporter *reporter)
{
	return readout__take(&reporter->now);
}

int reporter__count(struct reporter *reporter, bool verified, struct reporter_left *left)
{
	const struct readout_budget budget = {SIZE_MAX, FOUND_FREE_BUDGET, false};
	struct readout *now = &reporter->now;
	int err = verified ? readout__verify(now, readout__elapsed(now), &budget)
			   : readout__take(now);

	if (err)
		return err;
	*left = (struct reporter_left){
		.live = now->snapshot.sum.live,
		.frees = now->snapshot.sum.frees + now->snapshot.sum.verified,
	};
	cache__sum(now->cache_sums, &now->snapshot, now->view->sites);
	for (size_t i = 0; i < KLEAK_MAX_CACHES; i++)
		left->innocent += now->view->caches[i].flags & KLEAK_CACHE_RECLAIMABLE
					  ? now->cache_sums[i].live
					  : now->cache_sums[i].pending;
	return 0;
}

static void add_who(const struct kleak_who *who, const struct kleak_who_times *times, void *arg)
{
	struct reporter *reporter = arg;
	const struct readout *now = &reporter->now;

	if (who->site < now->snapshot.nr_sites && now->snapshot.sites[who->site].allocations)
		allocated_by__add(&reporter->rows.crowd, now->sites.of_entry[who->site], who,
				  times);
}

static void add_freer(const struct kleak_freer *freer, void *arg)
{
	struct reporter *reporter = arg;
	const struct readout *now = &reporter->now;

	if (freer->site < now->snapshot.nr_sites && now->snapshot.sites[freer->site].allocations)
		freed_by__add(&reporter->rows.freed_by, now->sites.of_entry[freer->site], freer,
			      now->parts.allocator);
}

/* Who allocated what will be listed, and who frees it. */
static int read_crowd(struct reporter *reporter)
{
	int err;

	reporter->rows.crowd.nr = 0;
	reporter->rows.freed_by.nr = 0;
	if (!reporter->now.parts.plan->config.who)
		return 0;
	err = tracer__who(reporter->now.parts.tracer, add_who, reporter);
	return err ? err : tracer__freers(reporter->now.parts.tracer, add_freer, reporter);
}

static bool is_suspect(const struct site *site)
{
	return readout__is_shown(site) &&
	       (site->verdict == VERDICT_GROWING || site->verdict == VERDICT_LEAK);
}

/* From here to the next report, have it noted who frees what suspects allocate. */
static void note_frees(const struct readout *now)
{
	uint32_t suspects[SUSPECTS_NOTED], nr = 0;

	if (!now->parts.plan->config.who)
		return;
	for (size_t i = 0; i < now->sites.nr && nr < SUSPECTS_NOTED; i++)
		if (is_suspect(&now->sites.list[i]))
			suspects[nr++] = now->sites.list[i].index;
	if (!nr)
		return;
	snapshot__each (entry, &now->snapshot) {
		if (!now->snapshot.sites[entry].allocations)
			continue;
		for (uint32_t i = 0; i < nr; i++)
			if (now->sites.of_entry[entry] == suspects[i])
				tracer__note_frees(now->parts.tracer, entry, FREES_TO_BE_NOTED);
	}
}

/* The sites that have something outstanding, in order, as rows. */
static int fill_sites(struct reporter *reporter, struct report *report)
{
	static const struct rows_names names = {symbols__stack, cgroups__path, symbols__image};
	struct readout *now = &reporter->now;
	int err = 0;

	rows__count(report, now, now->parts.options->rows);
	if (now->scanner && now->parts.options->show_objects)
		err = unreferenced__list(&now->findings, now->scanner, &now->sites,
					 readout__is_shown, report->nr_sites);
	return err ? err : rows__fill(&reporter->rows, report, now, &names);
}

int reporter__limit_overhead(struct reporter *reporter)
{
	const struct report_options *options = reporter->now.parts.options;
	double window_s = OVERHEAD_SHARE * options->interval_s;
	struct overhead overhead;
	int err;

	if (!(options->max_overhead > 0))
		return 0;
	err = overhead__measure(&overhead, reporter->now.parts.tracer, kernel__online_cpus(),
				window_s < OVERHEAD_WINDOW_S ? window_s : OVERHEAD_WINDOW_S);
	if (err)
		return err == -EPERM || err == -EINVAL ? 0 : err; /* not to be known here */
	if (overhead_limit__is_exceeded(&reporter->limit, overhead.share, overhead.ns_per_event) &&
	    readout__may_coarsen(&reporter->now))
		err = readout__coarsen(&reporter->now);
	reporter->overhead = (struct report_overhead){
		.known = true,
		.share = overhead.share,
		.most = options->max_overhead,
		.events_per_s = overhead.events_per_s,
		.ns_per_event = overhead.ns_per_event,
		.spent = reporter->limit.spent && overhead.share > options->max_overhead,
	};
	return err;
}

/* Above that, twice as much recorded may take more than it may. */
#define OVERHEAD_CALM (1.0 / 3)

static bool is_calm(const struct reporter *reporter)
{
	const struct report_overhead *overhead = &reporter->overhead;
	const struct readout *now = &reporter->now;

	return !now->frozen && now->sampling > now->parts.plan->sampling &&
	       (!overhead->known || overhead->share < OVERHEAD_CALM * overhead->most);
}

/* The table has emptied, and tracing costs little: twice as many objects are recorded again. */
static int recover_sampling(struct reporter *reporter)
{
	struct readout *now = &reporter->now;
	struct tracer *tracer = now->parts.tracer;
	uint64_t tick;
	int err;

	if (!sample__may_refine(&now->recovery, now->taken_s, now->sampling, now->snapshot.sum.live,
				now->parts.plan->max_objects, is_calm(reporter)))
		return 0;
	err = tracer__refine(tracer);
	if (!err)
		err = tracer__now(tracer, &tick);
	if (err || tracer__sampling(tracer) >= now->sampling)
		return err; /* the table just got full */
	now->sampling = tracer__sampling(tracer);
	sample__enter(&now->times, tick, now->sampling);
	reporter->limit.ns_before = 0; /* what tracing costs is to be limited anew */
	reporter->limit.spent = false;
	return 0;
}

static void say_statistics(const struct readout *now, double began_s)
{
	const struct recycle *recycled = tracer__recycled(now->parts.tracer);

	say("read %llu objects of %zu sites, checked %llu, in %.1f ms; "
	    "%llu events meanwhile; %llu stacks walked, %llu of them to check; "
	    "%llu sites and %llu caches given back; whether %llu objects can be reclaimed, "
	    "in %.1f ms; whom %llu are charged to, in %.1f ms; what of slabs is in use, in %.1f "
	    "ms",
	    (unsigned long long)now->snapshot.sum.live, now->sites.nr,
	    (unsigned long long)now->found_free.checked, (clock__now_s() - began_s) * 1e3,
	    (unsigned long long)now->snapshot.in_motion,
	    (unsigned long long)now->snapshot.counts[KLEAK_COUNT_WALKS],
	    (unsigned long long)now->snapshot.counts[KLEAK_COUNT_CHECKS],
	    (unsigned long long)recycled->sites, (unsigned long long)recycled->caches,
	    (unsigned long long)pin_sample__sampled(&now->pinning.pins), now->pinning.seconds * 1e3,
	    (unsigned long long)charge_sample__looked_at(&now->charged.sample),
	    now->charged.seconds * 1e3, now->use_s * 1e3);
}

/* Whom what is listed is charged to; without --charged-to that is only told of the first sites. */
static int look_at_charges(struct readout *now, bool final)
{
	uint64_t most = final ? CHARGED_OBJECTS_FINAL : CHARGED_OBJECTS;

	if (!now->parts.charged_to && !now->parts.options->by_cgroup)
		most = CHARGED_OBJECTS_FIRST;
	return charged__look(&now->charged, &now->snapshot, &now->sites, readout__is_shown, most);
}

int reporter__make(struct reporter *reporter, struct report *report, const char *note, bool final)
{
	struct readout *now = &reporter->now;
	const struct plan *plan = now->parts.plan;
	uint32_t rows = now->parts.options->rows;
	bool first = rows && !final && !now->parts.charged_to; /* only those are listed */
	const struct readout_budget budget = {first ? rows : SIZE_MAX,
					      final ? FOUND_FREE_BUDGET_FINAL : FOUND_FREE_BUDGET,
					      final};
	double began_s = clock__now_s();
	int err;

	*report = (struct report){
		.kernel = now->parts.kernel->release,
		.blind_spots = plan->blind_spot_list,
		.nr_blind_spots = plan->nr_blind_spots,
		.note = note,
		.final = final,
		.elapsed_s = readout__elapsed(now),
	};
	err = readout__refresh(now, report->elapsed_s, &budget);
	if (!err)
		err = look_at_charges(now, final);
	if (err)
		return err;
	clock_gettime(CLOCK_REALTIME, &report->time);
	report->course_at = now->history.clock.at;
	report->nr_course = now->history.clock.nr;
	totals__fill(&reporter->totals, report, now);
	err = read_crowd(reporter);
	if (!err)
		err = fill_sites(reporter, report);
	report->sampling = now->sampling;
	report->sampling_most = now->sampling_most;
	if (!err && !final)
		err = reporter__limit_overhead(reporter);
	if (!err && !final)
		err = recover_sampling(reporter);
	report->overhead = reporter->overhead;
	if (!err) {
		note_frees(now);
		err = readout__recycle(now);
	}
	if (!err && now->parts.options->verbose)
		say_statistics(now, began_s);
	return err;
}

double reporter__taken_s(const struct reporter *reporter)
{
	return reporter->now.started_s + reporter->now.taken_s;
}

int reporter__watch(struct reporter *reporter)
{
	const struct readout_budget budget = {SIZE_MAX, FOUND_FREE_BUDGET, false};
	struct readout *now = &reporter->now;
	int err = readout__refresh(now, readout__elapsed(now), &budget);

	if (err)
		return err;
	note_frees(now);
	err = recover_sampling(reporter);
	return err ? err : readout__recycle(now);
}

void reporter__count_verdicts(const struct reporter *reporter, struct reporter_count *count)
{
	const struct sites *sites = &reporter->now.sites;

	*count = (struct reporter_count){};
	for (size_t i = 0; i < sites->nr; i++) {
		if (!readout__is_shown(&sites->list[i]))
			continue;
		count->sites++;
		count->of[sites->list[i].verdict]++;
		count->thin += sites->list[i].thin;
		count->promising += sites->list[i].promising;
	}
}

bool reporter__list_thin(const struct reporter *reporter, char *caches, size_t len)
{
	const struct readout *now = &reporter->now;

	*caches = '\0';
	for (size_t i = 0; i < now->sites.nr; i++) {
		const struct site *site = &now->sites.list[i];
		char name[ROWS_CACHE_NAME];

		if (!readout__is_shown(site) || !site->thin || site->space != KLEAK_SPACE_SLAB)
			continue;
		rows__name_cache(name, now, site);
		if (commas__add(caches, len, KLEAK_MAX_WANTED, name))
			break;
	}
	return *caches;
}

uint64_t reporter__outstanding(const struct reporter *reporter)
{
	const struct sites *sites = &reporter->now.sites;
	uint64_t bytes = 0;

	for (size_t i = 0; i < sites->nr; i++)
		if (readout__is_shown(&sites->list[i]) && sites->list[i].verdict != VERDICT_CACHE)
			bytes += charged__bytes(&reporter->now.charged, &sites->list[i]);
	return bytes;
}

int reporter__freeze(struct reporter *reporter)
{
	reporter->now.frozen = true;
	return marks__set(&reporter->now.before_drain, &reporter->now.sites);
}

int reporter__mark_drop(struct reporter *reporter)
{
	return marks__set(&reporter->now.before_drop, &reporter->now.sites);
}

int reporter__find_lookalikes(struct reporter *reporter, struct lookalikes *lookalikes)
{
	return lookalikes__find(lookalikes, &reporter->now);
}

void reporter__count_dead_groups(struct reporter *reporter, struct dead_groups *dead)
{
	dead_groups__begin(dead, &reporter->now);
}

int reporter__look_at_dead_groups(struct reporter *reporter, struct dead_groups *dead)
{
	return dead_groups__look(dead, &reporter->now);
}

/* A frame is a return address: it may be the first one after its function. */
static bool is_in_one(uint64_t address, const struct kleak_range *ranges, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (address - 1 >= ranges[i].start && address - 1 < ranges[i].end)
			return true;
	return false;
}

bool reporter__saw_frame_in(const struct reporter *reporter, const struct kleak_range *ranges,
			    size_t nr)
{
	const struct sites *sites = &reporter->now.sites;

	for (size_t i = 0; i < sites->nr; i++)
		for (uint32_t f = 0; f < sites->list[i].nr_frames && f < REPORTER_FIRST_FRAMES; f++)
			if (is_in_one(sites->list[i].frames[f], ranges, nr))
				return true;
	return false;
}

int reporter__each_idle_stack(struct reporter *reporter,
			      int (*see)(const struct symbols_frame *stack, size_t nr, void *arg),
			      void *arg)
{
	const struct readout *now = &reporter->now;
	struct symbols_frame frames[SYMBOLS_MOST_FRAMES];
	int err = 0;

	for (size_t i = 0; i < now->sites.nr && !err; i++) {
		const struct site *site = &now->sites.list[i];

		if (readout__is_shown(site) || site->backing)
			continue;
		err = see(frames,
			  symbols__stack(now->parts.symbols, site->frames, site->nr_frames,
					 readout__named_at(now, site), frames),
			  arg);
	}
	return err;
}

int reporter__open_scans(struct reporter *reporter, char *why, size_t len)
{
	const struct trace_options *options = reporter->now.parts.trace;
	const struct scanner_parts parts = {
		.kernel = reporter->now.parts.kernel,
		.tracer = reporter->now.parts.tracer,
		.reader = &reporter->now.reader,
		.names = symbols__names(reporter->now.parts.symbols),
		.passes = options->scan_passes,
		.bytes_per_s = options->scan_rate,
		.progress = reporter->now.parts.progress,
	};

	int err;

	if (reporter->now.scanner)
		return 0;
	err = scanner__open(&reporter->now.scanner, &parts, why, len);
	if (!err)
		reporter->now.scan = scanner__sum(reporter->now.scanner);
	return err;
}

/* The first sites as they would be listed now. */
static int sample(struct readout *now)
{
	int err = readout__rank(now, readout__elapsed(now));

	if (!err)
		err = look_at_charges(now, false);
	return err ? err
		   : unreferenced__sample(&now->findings, now->scanner, &now->sites,
					  readout__is_shown, now->snapshot.nr_sites);
}

int reporter__scan(struct reporter *reporter, bool last, const struct scanner_pace *pace)
{
	struct readout *now = &reporter->now;
	int err = 0;

	if (!kmem__learn_pages(&now->reader))
		return -EAGAIN;
	if (last)
		err = sample(now);
	else if (now->parts.plan->config.pages)
		err = readout__rank(now, readout__elapsed(now)); /* whose pages are backing */
	if (!err)
		err = scanner__pass(now->scanner, pace);
	if (last)
		unreferenced__sampled(&now->findings, now->scanner, !err);
	return err;
}

size_t reporter__acknowledge(struct reporter *reporter)
{
	return reporter->now.scanner ? scanner__acknowledge(reporter->now.scanner) : 0;
}

void reporter__close(struct reporter *reporter)
{
	if (!reporter)
		return;
	readout__close(&reporter->now);
	rows__free(&reporter->rows);
	totals__free(&reporter->totals);
	free(reporter);
}
