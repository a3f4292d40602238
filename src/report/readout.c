// SPDX-License-Identifier: GPL-2.0-only
#include "report/readout.h"
#include "trace/sample.h"
#include "util/clock.h"
#include "util/say.h"

#include <errno.h>
#include <math.h>
#include <unistd.h>

#define FOUND_FREE_ROUNDS 2

/* Until some cache has been seen, from whose slabs one can tell where struct pages are. */
#define LEARN_MOST_S 0.1
#define LEARN_STEP_S 0.005

/*
 * Reading what of slabs is in use may take so much CPU time for a report, or so many times that for
 * a few; for the last one, and at the start, as much as it takes.
 */
#define USE_MOST_S 0.02

/* For what waits in them, where no hook shows that, and for a scan, which is to know what is left
 * over. */
static int open_queues(struct readout *readout)
{
	bool needed = readout->parts.plan->queues;
	int err;

	if (!needed && (!readout->parts.trace->scan_s || *readout->parts.kernel->krc_unknown))
		return 0;
	err = kmem__open_queues(&readout->reader, readout->parts.kernel,
				symbols__kallsyms(readout->parts.symbols));
	if (err != -ENODATA)
		return err;
	if (!needed)
		return 0;
	say("kfree_rcu()'s queues are not where they should be: memory passed to it counts as "
	    "outstanding until it is really freed");
	return 0;
}

/* Which BPF programs are there; without a list their names are not known. */
static void list_code(struct readout *readout)
{
	struct symbols *symbols = readout->parts.symbols;
	struct tracer *tracer = readout->parts.tracer;
	uint32_t before = tracer__code_changes(tracer).changes;
	const struct kleak_code *list;
	size_t nr;

	if (symbols && !tracer__list_code(tracer, &list, &nr))
		symbols__list_code(symbols, list, nr, before, tracer__code_changes(tracer).changes);
}

int readout__open(struct readout *readout, const struct reporter_parts *parts)
{
	char why[MOUNTINFO_PATH + 512];
	int err;

	readout->parts = *parts;
	readout->view = tracer__view(parts->tracer);
	readout->sampling = readout->sampling_most = parts->plan->sampling;
	if (parts->symbols)
		symbols__begin(parts->symbols);
	list_code(readout);
	err = cgroup_watch__open(&readout->cgroup, parts->trace->cgroup, why, sizeof(why));
	if (err)
		return err;
	if (*why)
		say("%s", why);
	pinning__open(&readout->pinning, parts->kernel, parts->tracer, parts->symbols,
		      parts->plan->config.modules);
	if (!parts->plan->verify)
		return 0;
	err = kmem__open(&readout->reader, parts->kernel, parts->tracer);
	if (!err)
		charged__open(&readout->charged, parts, &readout->reader,
			      readout->cgroup.line.nr ? readout->cgroup.path : NULL);
	return err ? err : open_queues(readout);
}

/* Do the kernel's books of slab tell of what is traced? */
static bool closes_books(const struct readout *readout)
{
	return readout->parts.plan->verify && coverage__has_slab(&readout->parts.plan->config);
}

/* Where struct pages are, for the programs, too: kfree() does not say what it frees. */
static bool learn_pages(struct readout *readout)
{
	if (readout->reader.has_pages)
		return true;
	if (!kmem__learn_pages(&readout->reader))
		return false;
	tracer__set_page_base(readout->parts.tracer, readout->reader.slub.page_base);
	return true;
}

/* What of the slabs is in use, as the books read just now have it. */
static int read_use(struct readout *readout, struct slab_use *use, const struct books *books)
{
	double began_s = clock__cpu_s();
	int err = 0;

	*use = (struct slab_use){};
	if (readout->reader.has_pages && !books->slabs_err) {
		kmem__see_cpus(&readout->reader);
		err = slab_use__read(use, &readout->reader.slub, readout->reader.in_map,
				     &books->slabs);
	}
	readout->use_s = clock__cpu_s() - began_s;
	return err;
}

/* What of per-CPU memory is in use now. */
static void read_percpu(struct readout *readout, struct percpu_use *use)
{
	*use = (struct percpu_use){};
	if (readout->parts.plan->config.percpu)
		percpu_use__read(use, &readout->reader.percpu);
}

static void sum_older(const struct readout *readout, struct coverage_older *older)
{
	const struct tracer_view *view = readout->view;

	coverage__sum_older(older, view->counts, view->nr_lanes, view->caches,
			    tracer__recycled(readout->parts.tracer));
}

int readout__begin(struct readout *readout)
{
	int err = 0;

	/* programs see what others free before anything is recorded */
	for (double s = 0; closes_books(readout) && !learn_pages(readout) && s < LEARN_MOST_S;
	     s += LEARN_STEP_S)
		usleep((useconds_t)(LEARN_STEP_S * 1e6));
	readout->started_s = clock__now_s();
	books__read(&readout->books_start, BOOKS_MEM | BOOKS_SLABS | BOOKS_VFS);
	books__say_odd(&readout->books_start, readout->said_odd);
	err = cgroup_watch__read(&readout->cgroup, 0);
	if (err)
		return err;
	if (closes_books(readout))
		err = read_use(readout, &readout->use_start, &readout->books_start);
	read_percpu(readout, &readout->percpu_start);
	sum_older(readout, &readout->older_start); /* as late as can be: from now on it counts */
	return readout->books_start.mem_err ?: err;
}

double readout__elapsed(const struct readout *readout)
{
	return clock__now_s() - readout->started_s;
}

static uint32_t module_changes(void *tracer)
{
	return tracer__module_changes(tracer).changes;
}

/* What the programs have told since the last time. */
static void listen(struct readout *readout)
{
	struct symbols *symbols = readout->parts.symbols;
	struct tracer *tracer = readout->parts.tracer;
	struct tracer_code code;

	tracer__listen(tracer,
		       &(struct tracer_listener){symbols__note, symbols__note_code, symbols});
	code = tracer__code_changes(tracer);
	symbols__settle_code(symbols, code.losses, code.changes);
}

bool readout__follow_modules(struct readout *readout)
{
	struct symbols *symbols = readout->parts.symbols;
	struct tracer *tracer = readout->parts.tracer;
	bool quiet;

	if (!symbols)
		return false;
	quiet = tracer__module_changes(tracer).quiet;
	listen(readout);
	if (!readout->parts.plan->config.modules) {
		symbols__look(symbols); /* or they have the names that they had */
		return false;
	}
	symbols__settle(symbols, tracer__module_changes(tracer).losses, quiet, module_changes,
			tracer);
	return true;
}

/* ---- the tables ---- */

static struct snapshot_source source_of(const struct readout *readout)
{
	const struct tracer_view *view = readout->view;

	return (struct snapshot_source){
		.buckets = view->buckets,
		.sites = view->sites,
		.caches = view->caches,
		.tallies = view->tallies,
		.counts = view->counts,
		.parts = view->parts,
		.part_shift = view->part_shift,
		.nr_buckets = view->nr_buckets,
		.nr_sites = view->nr_sites,
		.nr_lanes = view->nr_lanes,
		.sample_bits = sample__bits(tracer__sampling(readout->parts.tracer)),
		.waiting = &readout->reader.krc.waiting,
		.retired = &tracer__recycled(readout->parts.tracer)->retired,
	};
}

/* Record one object in `weight`, and drop the others. */
static int coarsen(struct readout *readout, uint32_t weight)
{
	int err = tracer__coarsen(readout->parts.tracer, weight);

	readout->sampling = tracer__sampling(readout->parts.tracer);
	readout->sampling_most = tracer__sampling_most(readout->parts.tracer);
	return err;
}

bool readout__may_coarsen(const struct readout *readout)
{
	return readout->sampling <= KLEAK_SAMPLE_MOST;
}

int readout__coarsen(struct readout *readout)
{
	return coarsen(readout, 2 * readout->sampling);
}

/*
 * The table must not get full: when three quarters of its places are taken (--max-objects), half
 * of what is in it has to do.
 */
static bool is_crowded(const struct readout *readout)
{
	return readout->snapshot.sum.live > readout->parts.plan->max_objects &&
	       readout__may_coarsen(readout);
}

/* Read the tables; have new vmalloc areas sized and counted, and the others' sizes looked at. */
static int read_tables(struct readout *readout)
{
	struct snapshot_source source = source_of(readout);
	struct snapshot *snapshot = &readout->snapshot;
	double ticks = readout->parts.trace->min_age_s * 1e9 / (1 << KLEAK_TICK_SHIFT);
	uint64_t min_age = ticks < (double)INT64_MAX ? (uint64_t)ticks : INT64_MAX;
	int err = tracer__now(readout->parts.tracer, &readout->taken_tick);

	readout->taken_s = readout__elapsed(readout);
	if (!err)
		err = krc__read(&readout->reader.krc);
	if (!err)
		err = tracer__size_areas(readout->parts.tracer, snapshot->areas,
					 snapshot->nr_areas);
	if (err)
		return err;
	err = snapshot__take(snapshot, &source, readout->taken_tick, min_age);

	if (err || !snapshot->nr_unsized)
		return err;
	err = tracer__size_areas(readout->parts.tracer, snapshot->unsized, snapshot->nr_unsized);
	if (err)
		return err;
	return snapshot__add_areas(snapshot, &source, readout->taken_tick, min_age);
}

int readout__take(struct readout *readout)
{
	uint32_t weight = tracer__sampling(readout->parts.tracer);
	int err = weight == readout->sampling ? 0 : coarsen(readout, weight);

	if (!err)
		err = read_tables(readout);
	while (!err && is_crowded(readout)) {
		err = readout__coarsen(readout);
		if (!err)
			err = read_tables(readout);
	}
	if (err)
		return err;
	sample__enter(&readout->times, readout->taken_tick, readout->sampling);
	sample__estimate(&readout->snapshot);
	return 0;
}

int readout__recycle(struct readout *readout)
{
	const struct snapshot_source source = source_of(readout);
	const struct recycle_look look = {
		.source = &source,
		.snapshot = &readout->snapshot,
		.of_entry = readout->sites.of_entry,
		.nr_of = readout->sites.nr,
		.now_s = readout->taken_s,
	};

	return tracer__recycle(readout->parts.tracer, &look);
}

/* ---- the sites ---- */

bool readout__is_shown(const struct site *site)
{
	return site->objects && !site->backing && !site->elsewhere;
}

struct names_time readout__named_at(const struct readout *readout, const struct site *site)
{
	const struct kleak_config *config = &readout->parts.plan->config;
	struct names_time when = NAMES_ANYTIME;

	if (config->modules)
		when.modules = site->made.modules;
	if (config->program_free) {
		when.code = site->made.code;
		when.ns = site->made.ns;
	}
	return when;
}

/* Pages that are counted elsewhere need not be recorded again and again. */
static void mute_backing(struct readout *readout)
{
	const struct sites *sites = &readout->sites;
	const struct snapshot *snapshot = &readout->snapshot;
	const struct kleak_site *entries = readout->view->sites;

	snapshot__each (i, snapshot)
		if (snapshot->sites[i].allocations && entries[i].space == KLEAK_SPACE_PAGES &&
		    !entries[i].muted && sites__is_backing(sites, i))
			tracer__mute(readout->parts.tracer, i);
}

/* Sum what was taken by site, and put the sites in order. */
static int rank(struct readout *readout, double elapsed_s)
{
	const struct tracer_view *view = readout->view;
	struct sites *sites = &readout->sites;
	int err;

	list_code(readout);
	readout__follow_modules(readout);
	err = sites__sum(sites, &readout->snapshot, view->sites, view->caches,
			 readout->parts.allocator, readout->parts.trace->stack_depth);
	if (!err)
		err = sites__age(sites, &readout->snapshot, &readout->times);
	if (err)
		return err;
	if (readout->parts.plan->config.pages)
		mute_backing(readout);
	last_minute__measure(&readout->last_minute, sites, elapsed_s);
	if (readout->scanner)
		unreferenced__count(&readout->findings, readout->scanner, sites,
				    readout->parts.trace->min_age_s,
				    sample__bits(readout->sampling));
	for (size_t i = 0; i < sites->nr; i++) { /* as far as is known from the report before */
		uint32_t rank = idmap__find(&readout->ranks, sites->list[i].id);

		sites->list[i].rank = rank == IDMAP_NONE ? verdict__suspicion(VERDICT_NEW) : rank;
	}
	sites__sort(sites, readout->parts.options->sort);
	return 0;
}

/* What is thought of each site, and how suspicious that makes it. */
static int judge(struct readout *readout)
{
	int err = 0;

	idmap__clear(&readout->ranks);
	for (size_t i = 0; i < readout->sites.nr && !err; i++) {
		struct site *site = &readout->sites.list[i];
		const struct conclusion conclusion = evidence__judge(&readout->judge, site);
		const struct growth_slope *slope = &conclusion.from.slope;

		site->verdict = conclusion.is.name;
		site->thin = verdict__is_thin(&conclusion);
		site->promising = verdict__is_promising(&conclusion);
		site->rank = verdict__suspicion(conclusion.is.name);
		site->slope_bytes_per_min = slope->known ? slope->per_s * 60 : 0;
		if (readout->frozen && slope->known)
			site->growth_bytes_per_min = site->slope_bytes_per_min;
		err = idmap__add(&readout->ranks, site->id, site->rank);
	}
	if (readout->parts.options->sort == SITES_BY_RANK)
		sites__sort(&readout->sites, SITES_BY_RANK);
	return err;
}

int readout__rank(struct readout *readout, double elapsed_s)
{
	int err = readout__take(readout);

	return err ? err : rank(readout, elapsed_s);
}

/* ---- the allocator's own books ---- */

/* Can they be read?  Pages need none. */
static bool knows_books(const struct readout *readout)
{
	const struct kleak_config *config = &readout->parts.plan->config;

	return readout->reader.has_pages || !(config->slab || config->vmalloc);
}

uint64_t readout__unchecked(const struct readout *readout)
{
	if (readout->parts.plan->verify && !knows_books(readout))
		return readout->snapshot.sum.objects;
	return readout->found_free.unknown + readout->found_free.skipped;
}

/*
 * Take what the allocator's own books call free out of the table, first of the sites that
 * would be shown now.  *evicted: how many.
 */
static int verify(struct readout *readout, const struct readout_budget *budget, size_t *evicted)
{
	const struct tracer_view *view = readout->view;
	const struct found_free_tables tables = {view->buckets, view->sites, view->caches,
						 readout->taken_tick};
	int err;

	*evicted = 0;
	learn_pages(readout);
	if (!knows_books(readout))
		return 0;
	kmem__see_cpus(&readout->reader);
	err = found_free__look(&readout->found_free, &readout->reader.slub, &readout->snapshot,
			       &readout->sites, &tables, budget->sites, budget->objects);
	if (err)
		return err;
	*evicted = readout->found_free.nr;
	return tracer__evict(readout->parts.tracer, readout->found_free.list,
			     readout->found_free.nr);
}

/* ---- the kernel's books ---- */

/* The books of the instant at which the tables were read. */
static int read_books(struct readout *readout, const struct readout_budget *budget)
{
	int err;

	books__free(&readout->books);
	books__read(&readout->books, BOOKS_MEM | BOOKS_SLABS | BOOKS_VFS);
	sum_older(readout, &readout->older);
	books__say_odd(&readout->books, readout->said_odd);
	err = readout->books.mem_err;
	if (!err)
		err = cgroup_watch__read(&readout->cgroup, readout__elapsed(readout));
	read_percpu(readout, &readout->percpu);
	readout->use.known = false;
	if (err || !readout->use_start.known)
		return err;
	if (budget->use || readout->use_s < USE_MOST_S)
		return read_use(readout, &readout->use, &readout->books);
	readout->use_s /= 2;
	return 0;
}

/* What the verdicts stand on, beside the sites' own history. */
static void prepare_judge(struct readout *readout)
{
	const struct meminfo *mem = &readout->books.mem;
	bool verified = readout->parts.plan->verify && knows_books(readout);

	readout->judge = (struct evidence_sources){
		.history = &readout->history,
		.before_drain = &readout->before_drain,
		.before_drop = &readout->before_drop,
		.caches = readout->view->caches,
		.cache_sums = readout->cache_sums,
		.kinds = &readout->parts.kernel->cache_kinds,
		.slabs_before = &readout->books_start.slabs,
		.slabs_now = &readout->books.slabs,
		.ledger = readout->ledger,
		.least_s = readout->parts.options->evidence_s,
		.possible_cpus = readout->parts.kernel->cpus,
		.online_cpus = kernel__online_cpus(),
		.pins = &readout->pinning.pins,
		.missed_frees = verified ? 0 : readout->missed.frees,
		.available_bytes = mem->present[MEMINFO_MEM_AVAILABLE]
					   ? (double)mem->bytes[MEMINFO_MEM_AVAILABLE]
					   : NAN,
	};
}

/* The same of the cgroup's own books. */
static int compare_charges(struct readout *readout)
{
	const struct tracer_view *view = readout->view;
	struct cgroup_coverage_traced traced[COVERAGE_CLASSES];

	if (readout->cgroup.is_known)
		cgroup_coverage__sum(traced, &readout->snapshot, view->sites, view->caches,
				     &readout->parts.plan->config);
	return cgroup_watch__compare(&readout->cgroup, &readout->charges, traced);
}

/* Set the kernel's books beside what was taken. */
static void compare(struct readout *readout)
{
	const struct tracer_view *view = readout->view;
	const struct coverage_books was = {&readout->books_start.mem, &readout->older_start,
					   &readout->use_start, &readout->percpu_start};
	const struct coverage_books is = {&readout->books.mem, &readout->older, &readout->use,
					  &readout->percpu};
	int64_t traced[COVERAGE_CLASSES];

	readout->missed = (struct misses){};
	tracer__missed(readout->parts.tracer, &readout->missed);
	cache__sum(readout->cache_sums, &readout->snapshot, view->sites);
	coverage__sum(traced, &readout->snapshot, view->sites, view->caches);
	coverage__compare(readout->ledger, &was, &is, traced);
	coverage__compare_slab(&readout->slab, &readout->books_start.slabs, &readout->books.slabs,
			       readout->books.page_size, &readout->snapshot, view->sites,
			       view->caches);
	coverage__leave_out(readout->ledger, &readout->slab, &readout->parts.plan->config);
	prepare_judge(readout);
}

/* What could not be looked at is looked at again, while that changes something. */
int readout__verify(struct readout *readout, double elapsed_s, const struct readout_budget *budget)
{
	size_t evicted = 1, left = 1;
	int err = 0;

	for (int round = 0; evicted && !err; round++) {
		err = read_books(readout, budget);
		if (!err)
			err = readout__rank(readout, elapsed_s);
		evicted = 0;
		if (err || !left || !readout->parts.plan->verify || round == FOUND_FREE_ROUNDS)
			break;
		err = verify(readout, budget, &evicted);
		left = readout->found_free.unknown + readout->found_free.skipped;
	}
	return err;
}

int readout__refresh(struct readout *readout, double elapsed_s, const struct readout_budget *budget)
{
	struct history_reading reading;
	int err = readout__verify(readout, elapsed_s, budget);

	if (!err)
		err = pinning__look(&readout->pinning, &readout->snapshot, &readout->sites);
	if (!err)
		err = compare_charges(readout);
	if (err)
		return err;
	compare(readout);
	reading = (struct history_reading){
		/* by the records' own clock: no object moves from one cohort to the next */
		.aged_s = (double)readout->taken_tick * SECONDS_PER_TICK - readout->started_s,
		.counted_s = readout->snapshot.tallied_s - readout->started_s,
		.weight = readout->sampling,
		.times = &readout->times,
	};
	if (!readout->frozen)
		err = history__enter(&readout->history, &readout->sites, &reading,
				     readout->parts.trace->min_age_s);
	if (!err)
		err = last_minute__enter(&readout->last_minute, &readout->sites, elapsed_s);
	return err ? err : judge(readout);
}

void readout__close(struct readout *readout)
{
	scanner__close(readout->scanner);
	unreferenced__free(&readout->findings);
	snapshot__free(&readout->snapshot);
	sites__free(&readout->sites);
	last_minute__free(&readout->last_minute);
	idmap__free(&readout->ranks);
	history__free(&readout->history);
	marks__free(&readout->before_drain);
	marks__free(&readout->before_drop);
	books__free(&readout->books_start);
	books__free(&readout->books);
	cgroup_watch__close(&readout->cgroup);
	found_free__free(&readout->found_free);
	pinning__free(&readout->pinning);
	charged__close(&readout->charged);
	kmem__close(&readout->reader);
}
