// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/diagnose.h"
#include "cmd/holding.h"
#include "cmd/watched_books.h"
#include "render/diagnosis_json.h"
#include "render/diagnosis_text.h"
#include "report/diagnosis.h"
#include "report/fingerprint.h"
#include "report/module_info.h"
#include "report/reporter.h"
#include "trace/tracer.h"
#include "util/clock.h"
#include "util/reason.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SENTENCE 512
#define LOST	 "no diagnosis was made"

/* The books are read more often than the trace is looked at: they are cheap. */
#define BOOKS_STEPS  5	 /* readings an interval */
#define BOOKS_MOST_S 1.0 /* between two */

/* The trace: points of its history that a LEAK needs, warm-up and a little more included. */
#define TRACE_LEAST (VERDICT_POINTS_LEAK + 4)

/* A leak was proven after so long, and other objects stay: these are watched so much longer. */
#define OTHERS_UNTIL 1.5

#define PAGES_LOOKS  5 /* in a row, before pages are traced */
#define PROVEN_LOOKS 3 /* in a row, before a trace ends: a leak may have been one by chance */

/* The drain ends when nothing was freed for so long (kfree_rcu() batches for 5 s), or at the
 * latest.
 */
#define DRAIN_QUIET_S 6.0
#define DRAIN_MOST_S  30.0
#define DRAIN_STEP_S  0.5

#define DROP_S 1.0 /* after dropping caches, for RCU */

struct diagnose {
	struct options options; /* the user's, made narrower */
	const struct kernel *kernel;
	struct symbols *symbols;
	const struct allocator *allocator;
	int target;
	bool color;
	int signals;
	bool terminal;
	double end_s; /* of the time that --for gives */

	struct watched_books books;
	struct holding *holding;
	double traced_from_s, traced_to_s; /* the trace that is reported */
	unsigned int pages_wanted;	   /* looks in a row that say so */
	unsigned int proven;		   /* looks in a row that showed a leak */
	bool goes_on;			   /* another trace follows this one */

	struct tracer *tracer;
	struct reporter *reporter;
	struct report report;
	struct diagnosis diagnosis;
};

__attribute__((format(printf, 2, 3))) static void progress(const struct diagnose *d,
							   const char *format, ...)
{
	va_list args;

	if (!d->terminal)
		return;
	va_start(args, format);
	say__vdoing(format, args);
	va_end(args);
}

static void progress_end(const struct diagnose *d)
{
	if (d->terminal)
		say__done();
}

/* Wait; true when a signal asks to stop. */
static bool stopped(struct diagnose *d, double until_s)
{
	int signal;

	do
		signal = signals__wait(d->signals, -1, until_s);
	while (signal == SIGCHLD || signals__is_request(signal));
	if (signal)
		d->diagnosis.interrupted = true;
	return signal != 0;
}

/* ---- the books ---- */

/* Wait, and read the books meanwhile.  0 or -errno; *ended: a signal asks to stop. */
static int watch(struct diagnose *d, double until_s, bool *ended)
{
	double step_s = fmin(d->options.report.interval_s / BOOKS_STEPS, BOOKS_MOST_S);
	double now_s = clock__now_s();
	int err = 0;

	while (!err && !(*ended = stopped(d, fmin(now_s + step_s, until_s))) && now_s < until_s) {
		err = watched_books__read(&d->books);
		if (!err)
			err = holding__read(d->holding);
		now_s = clock__now_s();
	}
	return err;
}

/* ---- the trace ---- */

static int attach(struct diagnose *d, const struct plan *plan)
{
	struct reporter_parts parts = {.trace = &d->options.trace,
				       .options = &d->options.report,
				       .kernel = d->kernel,
				       .plan = plan,
				       .symbols = d->symbols,
				       .allocator = d->allocator};
	char why[SENTENCE] = "";
	int err =
		tracer__open(&d->tracer, plan, d->options.trace.pid >= 0 ? d->options.trace.pid : 0,
			     d->target, d->options.report.verbose, why, sizeof(why));

	if (err) {
		say("%s", why);
		return err;
	}
	parts.tracer = d->tracer;
	reporter__close(d->reporter); /* of the round before */
	d->reporter = NULL;
	d->diagnosis.report = NULL;
	groups__free(&d->diagnosis.groups);
	line_stacks__free(&d->diagnosis.lines);
	err = reporter__open(&d->reporter, &parts);
	if (!err)
		err = reporter__begin(d->reporter);
	if (err)
		say("cannot prepare the trace: %s", reason__of(-err));
	else
		tracer__start(d->tracer);
	if (!err)
		reporter__count_dead_groups(d->reporter, &d->diagnosis.dead);
	if (!err)
		err = holding__begin(d->holding);
	return err ? err : watched_books__read(&d->books);
}

/*
 * Pages are worth a trace of their own only where they were at look after look: what the trace has
 * seen so far is lost.
 */
static bool wants_pages(const struct diagnose *d)
{
	return d->pages_wanted >= PAGES_LOOKS;
}

/* Caches grow of which sampling left too little. */
static bool has_thin_samples(const struct diagnose *d)
{
	return tracer__sampling(d->tracer) > 1 &&
	       suspects__wants_caches(&d->books.suspects, &d->options.trace);
}

/* Sites may grow of which sampling left too little, and this trace proves nothing else soon. */
static bool has_thin_sites(const struct diagnose *d, const struct reporter_count *count)
{
	return count->thin && !count->of[VERDICT_LEAK] && !count->promising &&
	       !d->options.trace.cache;
}

/* So long a trace has to last before it may find a leak. */
static double enough_s(const struct options *options)
{
	return fmax(TRACE_LEAST * options->report.interval_s, options->report.evidence_s);
}

/* With the drain, and a look more. */
static double needed_s(const struct options *options)
{
	return enough_s(options) + 2 * options->report.interval_s + DRAIN_QUIET_S;
}

/* For another trace, after this one has been drained. */
static bool has_time(const struct diagnose *d)
{
	return clock__now_s() + DRAIN_QUIET_S + needed_s(&d->options) <= d->end_s;
}

/* Something that this trace cannot explain, and another one could. */
static bool is_worth_another(const struct diagnose *d, const struct reporter_count *count)
{
	return wants_pages(d) || has_thin_samples(d) || has_thin_sites(d, count);
}

static void show_progress(const struct diagnose *d, const struct reporter_count *count,
			  double traced_s)
{
	progress(d, "tracing %s%s%s: %.0f s, %zu sites, %zu suspect, %zu proven",
		 d->diagnosis.origins, d->options.trace.cache ? " of " : "",
		 d->options.trace.cache ? d->options.trace.cache : "", traced_s, count->sites,
		 count->of[VERDICT_GROWING], count->of[VERDICT_LEAK]);
}

/* One look: at the tables, and at what the books say by now. */
static int look(struct diagnose *d, struct reporter_count *count)
{
	int err = tracer__tune(d->tracer);

	if (!err)
		err = reporter__watch(d->reporter);
	if (!err)
		err = reporter__limit_overhead(d->reporter);
	if (err) {
		say("cannot read the tables: %s", reason__of(-err));
		return err;
	}
	reporter__count_verdicts(d->reporter, count);
	err = watched_books__look(&d->books, &d->options.trace);
	if (watched_books__wants_pages(&d->books, &d->options.trace, d->reporter, d->symbols))
		d->pages_wanted++;
	else
		d->pages_wanted = 0;
	return err;
}

/* A leak was proven after proven_s: is there another one that may be before long? */
static bool waits_for_others(const struct reporter_count *count, double traced_s, double proven_s)
{
	return traced_s < OTHERS_UNTIL * proven_s &&
	       count->of[VERDICT_GROWING] + count->of[VERDICT_HELD] +
			       count->of[VERDICT_INSUFFICIENT] >
		       0;
}

/* Has this trace shown what it can, before its time is over? */
static bool is_enough(struct diagnose *d, const struct reporter_count *count, double traced_s,
		      double proven_s)
{
	if (d->proven >= PROVEN_LOOKS && !waits_for_others(count, traced_s, proven_s))
		return true;
	if (traced_s <= enough_s(&d->options) || d->proven)
		return false;
	d->goes_on = has_time(d) && is_worth_another(d, count);
	return d->goes_on || (d->options.now && !count->of[VERDICT_GROWING]);
}

/* Look every interval, until a leak is proven, something else must be traced, or time is over. */
static int trace(struct diagnose *d, double until_s)
{
	double start_s = clock__now_s(), traced_s = 0, proven_s = 0;
	bool ended = false;
	int err = 0;

	d->proven = 0;
	d->goes_on = false;
	for (size_t points = 1; !err && !ended; points++) {
		double next_s = start_s + (double)points * d->options.report.interval_s;
		struct reporter_count count;

		if (next_s > until_s)
			break;
		err = watch(d, next_s, &ended);
		if (!err && !ended)
			err = look(d, &count);
		if (err || ended)
			break;
		traced_s = clock__now_s() - start_s;
		show_progress(d, &count, traced_s);
		d->proven = count.of[VERDICT_LEAK] ? d->proven + 1 : 0;
		if (d->proven == 1)
			proven_s = traced_s;
		if (is_enough(d, &count, traced_s, proven_s))
			break;
	}
	d->traced_from_s = start_s;
	d->diagnosis.traced_s += clock__now_s() - start_s;
	return err;
}

/* No allocations any more: what is short-lived goes. */
static int drain(struct diagnose *d)
{
	double reserved_s = d->goes_on ? needed_s(&d->options) : 0;
	double start_s, quiet_s, now_s, most_s;
	struct reporter_left left = {.live = 1};
	uint64_t before = 0;
	int err = 0;

	if (!d->diagnosis.interrupted)
		err = reporter__find_lookalikes(d->reporter, &d->diagnosis.lookalikes);
	if (!err)
		err = reporter__look_at_dead_groups(d->reporter, &d->diagnosis.dead);
	tracer__stop_allocations(d->tracer);
	d->traced_to_s = clock__now_s();
	if (!err)
		err = holding__read_now(d->holding);
	if (!err)
		err = reporter__watch(d->reporter);
	if (!err)
		err = reporter__freeze(d->reporter);
	start_s = quiet_s = now_s = clock__now_s();
	most_s = fmax(fmin(d->end_s - start_s - reserved_s, DRAIN_MOST_S), DRAIN_QUIET_S);
	while (!err && left.live && now_s - quiet_s < DRAIN_QUIET_S && now_s - start_s < most_s) {
		err = reporter__count(d->reporter, false, &left);
		if (left.frees != before)
			quiet_s = now_s;
		before = left.frees;
		progress(d, "allocations are not recorded any more; %llu objects left",
			 (unsigned long long)left.live);
		if (stopped(d, now_s + DRAIN_STEP_S))
			break;
		now_s = clock__now_s();
	}
	d->diagnosis.drained_s += now_s - start_s;
	if (err)
		say("cannot read the tables: %s", reason__of(-err));
	return err;
}

static int drop_caches(struct diagnose *d)
{
	int err = reporter__watch(d->reporter);

	if (!err)
		err = reporter__mark_drop(d->reporter);
	if (!err)
		err = books__drop_caches();
	if (err) {
		say("cannot drop caches: %s", strerror(-err));
		return err;
	}
	d->diagnosis.caches_dropped = true;
	stopped(d, clock__now_s() + DROP_S);
	return 0;
}

static const struct image *image_of(const struct symbols_frame *frame, void *symbols)
{
	return symbols__image(symbols, frame->address, NAMES_ANYTIME);
}

/* Of several sites with one cause the function is told that they have in common. */
static void put_fingerprints(struct diagnose *d)
{
	const struct fingerprint_images images = {image_of, d->symbols};

	for (size_t i = 0; i < d->diagnosis.groups.nr; i++) {
		struct group *g = &d->diagnosis.groups.list[i];

		if (g->nr > 1 && g->common.nr)
			g->sum.fingerprint =
				fingerprint__of_function(&g->sum.stack[g->common.first], &images);
	}
}

/* What has one cause, as all stacks that were seen let one tell. */
static int find_groups(struct diagnose *d)
{
	struct callers callers = {};
	int err = reporter__each_idle_stack(d->reporter, callers__see, &callers);

	if (!err)
		err = groups__find(&d->diagnosis.groups, &d->report, &callers);
	if (!err)
		put_fingerprints(d);
	callers__free(&callers);
	return err;
}

static int conclude(struct diagnose *d)
{
	struct group_holders_time time = {d->traced_from_s, d->traced_to_s, 0};
	int err = reporter__settle_areas(d->reporter);

	tracer__stop(d->tracer);
	if (!err)
		err = reporter__make(d->reporter, &d->report, NULL, true);
	time.report_s = reporter__taken_s(d->reporter);
	if (!err)
		err = find_groups(d);
	if (err) {
		say("cannot read the tables: %s", reason__of(-err));
		return err;
	}
	holding__explain(d->holding, &d->report, &d->diagnosis.groups, &time);
	groups__acquit_sites(&d->diagnosis.groups, (struct report_site *)d->report.sites);
	d->diagnosis.report = &d->report;
	d->diagnosis.lines_known = d->books.lines_known;
	return watched_books__explain(&d->books, &d->options.trace, &d->report, d->symbols,
				      &d->diagnosis.lines);
}

/* One trace, from its start to its report. */
static int trace_once(struct diagnose *d)
{
	static struct plan plan;
	static char origins[ORIGINS_TEXT];
	char why[SENTENCE] = "";
	double start_s;
	int err;

	origins__print(origins, sizeof(origins), d->options.trace.origins);
	d->diagnosis.origins = origins;
	d->diagnosis.caches = d->options.trace.cache;
	err = attach_plan__make(&plan, &d->options.trace, d->kernel, why, sizeof(why));
	if (err) {
		say("%s", why);
		return err;
	}
	start_s = clock__now_s();
	err = attach(d, &plan);
	/* What that takes is not taken from the evidence. */
	d->end_s += clock__now_s() - start_s;
	if (!err)
		err = trace(d, d->end_s - DRAIN_QUIET_S);
	if (!err)
		err = drain(d);
	if (!err && d->options.drop_caches)
		err = drop_caches(d);
	if (!err)
		err = conclude(d);
	return err;
}

/* ---- the page ---- */

static int render(void *arg, FILE *out)
{
	const struct diagnose *d = arg;

	if (d->options.json)
		return diagnosis_json__print(&d->diagnosis, out);
	return diagnosis_text__print(&d->diagnosis, d->color, out);
}

static int print(struct diagnose *d, struct outputs *outputs)
{
	static const char *next[DIAGNOSIS_NEXT];
	static struct diagnosis_modules *modules;
	struct diagnosis *page = &d->diagnosis;
	static struct utsname name;
	static char taint[64];
	int err;

	uname(&name);
	module_info__taint_of_kernel(taint, sizeof(taint));
	clock_gettime(CLOCK_REALTIME, &page->time);
	page->kernel = d->kernel->release;
	page->version = name.version;
	page->machine = name.machine;
	page->taint = taint;
	page->growth = d->books.suspects.list;
	page->nr_growth = d->books.suspects.nr;
	page->interval_s = d->options.report.interval_s;
	page->needed_s = enough_s(&d->options);
	if (!page->origins)
		page->origins = "";
	page->top = d->options.top;
	modules = calloc(page->groups.nr + 1, sizeof(*modules));
	if (!modules)
		return -ENOMEM;
	for (size_t i = 0; i < page->groups.nr; i++)
		modules[i].nr = module_info__of_stack(
			modules[i].list, DIAGNOSIS_MODULES, page->groups.list[i].sum.stack,
			page->groups.list[i].sum.nr_frames, d->symbols);
	page->modules = modules;
	page->nr_next = diagnosis__advise(page, next);
	page->next = next;
	err = outputs__print(outputs, render, d, "diagnosis");
	free(modules);
	return err;
}

/* Have at least as many points as a LEAK needs fit into the time of the evidence. */
static void fit_interval(struct options *options)
{
	options->report.interval_s =
		fmin(options->report.interval_s, options->report.evidence_s / TRACE_LEAST);
}

static void close_trace(struct diagnose *d)
{
	reporter__close(d->reporter);
	tracer__close(d->tracer);
	d->reporter = NULL;
	d->tracer = NULL;
}

/* What the next trace is to follow, once this one has explained nothing.  False: nothing else. */
static bool choose_next(struct diagnose *d)
{
	static char caches[SENTENCE];
	struct reporter_count count;
	bool pages = wants_pages(d);

	reporter__count_verdicts(d->reporter, &count);
	d->pages_wanted = 0;
	if (pages)
		d->options.trace.origins |= ORIGIN_PAGES;
	if (has_thin_sites(d, &count) && reporter__list_thin(d->reporter, caches, sizeof(caches))) {
		d->options.trace.cache = caches;
		return true;
	}
	return pages ||
	       (has_thin_samples(d) &&
		suspects__narrow(&d->books.suspects, &d->options.trace, caches, sizeof(caches)));
}

/*
 * Trace everything, and read the books beside it; once more if they say that something grows
 * which this trace could not show: pages, or what sampling left too little of.
 */
static int examine(struct diagnose *d)
{
	double needed = needed_s(&d->options);
	int err = watched_books__open(&d->books, kernel__has_vmap_stack());

	while (!err) {
		d->diagnosis.rounds++;
		err = trace_once(d);
		d->diagnosis.watched_s = watched_books__watched_s(&d->books);
		if (err || d->diagnosis.interrupted ||
		    diagnosis__answer(&d->diagnosis) == DIAGNOSIS_LEAK ||
		    clock__now_s() + needed > d->end_s || !choose_next(d))
			return err;
		/* What was attached is memory too: it goes before the next is attached. */
		tracer__close(d->tracer);
		d->tracer = NULL;
	}
	return err;
}

int cmd_diagnose(const struct options *options, const struct reporter_parts *parts,
		 struct outputs *outputs, bool color, int target, int signals, int *status)
{
	static const int statuses[] = {[DIAGNOSIS_NONE] = 0,
				       [DIAGNOSIS_UNDECIDED] = DIAGNOSE_UNDECIDED,
				       [DIAGNOSIS_HELD] = DIAGNOSE_HELD,
				       [DIAGNOSIS_LEAK] = DIAGNOSE_LEAK};
	static struct diagnose d;
	int err;

	d = (struct diagnose){.options = *options,
			      .kernel = parts->kernel,
			      .symbols = parts->symbols,
			      .allocator = parts->allocator,
			      .target = target,
			      .color = color,
			      .signals = signals,
			      .terminal = isatty(STDERR_FILENO)};
	signals__keep(LOST);
	d.options.report.sort = SITES_BY_RANK;
	d.end_s = clock__now_s() + options->duration_s;
	fit_interval(&d.options);
	err = holding__open(&d.holding);
	if (!err)
		err = examine(&d);
	progress_end(&d);
	if (!err)
		err = print(&d, outputs);
	if (!err && d.diagnosis.report)
		err = outputs__diagnosis(outputs, &d.diagnosis);
	*status = statuses[diagnosis__answer(&d.diagnosis)];
	close_trace(&d);
	groups__free(&d.diagnosis.groups);
	line_stacks__free(&d.diagnosis.lines);
	watched_books__close(&d.books);
	holding__close(d.holding);
	return err;
}
