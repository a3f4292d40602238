// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/trace.h"
#include "cmd/timetable.h"
#include "trace/tracer.h"
#include "util/child.h"
#include "util/clock.h"
#include "util/reason.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SENTENCE 512

#define LOST "the final report was not made; what was printed and saved before is whole"

#define EXIT_LEFT 3 /* run --exit-code: more than the threshold is left */

#define SETTLE_STEP_S 0.1

/* Whose reports go where. */
struct reports {
	struct reporter *reporter;
	struct outputs *outputs;
	bool waits; /* the terminal says what is waited for */
};

/* On the terminal: when will there be something to see? */
static void wait_for_first(struct reports *reports, double interval_s)
{
	reports->waits = true;
	say__doing("tracing; the first report comes in %.3g s", interval_s);
}

static void stop_waiting(struct reports *reports)
{
	if (reports->waits)
		say__done();
	reports->waits = false;
}

static int report(struct reports *reports, const char *note, bool final)
{
	struct report made;
	int err = reporter__make(reports->reporter, &made, note, final);

	stop_waiting(reports);
	if (!err)
		return outputs__report(reports->outputs, &made);
	say("cannot make a report: %s", strerror(-err));
	return err;
}

/* Stop in the order that loses nothing, and report once more. */
static int finish(struct tracer *tracer, struct reports *reports, const char *note)
{
	int err;

	tracer__stop_allocations(tracer);
	err = reporter__settle_areas(reports->reporter);
	tracer__stop(tracer);
	if (err) {
		say("cannot read the tables: %s", reason__of(-err));
		return err;
	}
	return report(reports, note, true);
}

static int begin(struct tracer *tracer, struct reporter *reporter)
{
	int err = reporter__begin(reporter);

	if (err) {
		say("cannot read /proc/meminfo: %s", strerror(-err));
		return err;
	}
	signals__keep(LOST);
	tracer__start(tracer);
	return 0;
}

/* What there is to say about the process that is followed, if anything. */
static const char *note_of(const struct options *options, const struct tracer *tracer, char *note,
			   size_t len)
{
	if (options->trace.pid < 0 || !tracer__process_gone(tracer))
		return NULL;
	snprintf(note, len,
		 "process %" PRId64 " has exited: below is what it left, nothing new is recorded",
		 options->trace.pid);
	return note;
}

/* What the outputs are waited for, too: a screen's keys, room on stdout.  As signals__wait_for().
 */
static int wait_once(int signals, int out, struct outputs *outputs, double deadline_s)
{
	const struct signals_files files = {.out = outputs__wait(outputs) ? STDOUT_FILENO : out,
					    .room = outputs__wait(outputs),
					    .keys = outputs__await(outputs)};
	int signal = signals__wait_for(signals, &files, deadline_s);

	if (signal == SIGNALS_KEY || signal == SIGWINCH)
		signal = outputs__turn(outputs) ?: SIGCHLD; /* nothing for us */
	if (signal == SIGNALS_ROOM)
		signal = outputs__push(outputs) ? -EPIPE : SIGCHLD;
	return signal;
}

/*
 * Wait until `deadline_s`; what becomes of children is not waited for, and the outputs do meanwhile
 * what they can.  As signals__wait(), and says so when stdout lost its reader.
 */
static int wait_until(int signals, int out, struct outputs *outputs, double deadline_s)
{
	int signal;

	do
		signal = wait_once(signals, out, outputs, deadline_s);
	while (signal == SIGCHLD);
	if (signal == -EPIPE) {
		if (outputs)
			outputs__push(outputs); /* which knows then */
		say("nobody reads stdout any more");
	}
	return signal;
}

/* ---- scans ---- */

struct scans {
	struct reports *reports;
	struct timetable_scan times;
	struct scanner_pace pace; /* end_s: of --duration */
};

static struct scans scans_of(const struct options *options, struct reports *reports)
{
	return (struct scans){
		.reports = reports,
		.times = {.passes = options->trace.scan_passes,
			  .every_s = options->trace.scan_s,
			  .next_s = INFINITY},
		.pace.end_s = INFINITY,
	};
}

/* Why the last pass failed, for people. */
static void say_why(int err)
{
	if (err == -EAGAIN)
		say("cannot scan yet: too little of the allocator has been seen");
	else if (err == -ENODATA)
		say("cannot scan: the kernel's direct map was not found");
	else if (err != -EINTR)
		say("cannot scan: %s", reason__of(-err));
}

/* One pass.  0, or -errno, which is said. */
static int pass(struct scans *scans)
{
	int err = reporter__scan(scans->reports->reporter, timetable__is_last_pass(&scans->times),
				 &scans->pace);

	if (err)
		say_why(err);
	timetable__passed(&scans->times, !err, clock__now_s());
	return err;
}

/* A whole scan, now; a signal ends it. */
static void scan_all(struct scans *scans, int signals)
{
	timetable__scan_at(&scans->times, clock__now_s(), false);
	while (scans->times.left) {
		int err = wait_until(signals, -1, scans->reports->outputs, scans->times.next_s);

		if (signals__is_request(err))
			continue;
		if (err < 0)
			say_why(err);
		if (err || pass(scans))
			return;
	}
}

static int open_scans(struct scans *scans)
{
	char why[SENTENCE] = "";
	int err = reporter__open_scans(scans->reports->reporter, why, sizeof(why));

	if (err)
		say("%s", why);
	return err;
}

/* SIGUSR1 and SIGUSR2 */
static void obey(struct scans *scans, int signal)
{
	if (signal == SIGUSR2)
		say("%zu objects will not be listed any more",
		    reporter__acknowledge(scans->reports->reporter));
	else if (!open_scans(scans))
		timetable__scan_at(&scans->times, clock__now_s(), true);
}

/* ---- the machine ---- */

/* Which modules come and go is looked at so often: in memory that the programs write. */
#define FOLLOW_S 0.05

struct chores {
	struct tracer *tracer;
	struct reporter *reporter;
	double start_s, tune_s, follow_s; /* when it began; when which is due */
};

static struct chores chores_begin(struct tracer *tracer, struct reporter *reporter)
{
	double now_s = clock__now_s();

	return (struct chores){.tracer = tracer,
			       .reporter = reporter,
			       .start_s = now_s,
			       .tune_s = timetable__first_tuning(now_s),
			       .follow_s = now_s};
}

static void tune(struct chores *chores)
{
	if (tracer__tune(chores->tracer)) {
		say("out of memory: tracing takes longer than it could");
		chores->tune_s = INFINITY;
	} else {
		chores->tune_s = timetable__next_tuning(chores->tune_s, chores->start_s);
	}
}

/* Do what it is time for: when there is something to do next. */
static double do_chores(void *arg)
{
	struct chores *chores = arg;
	double now_s = clock__now_s();

	if (chores->tune_s <= now_s)
		tune(chores);
	if (chores->follow_s <= now_s)
		chores->follow_s =
			reporter__follow_modules(chores->reporter) ? now_s + FOLLOW_S : INFINITY;
	return fmin(chores->tune_s, chores->follow_s);
}

/* A machine that is watched. */
struct watching {
	const struct options *options;
	struct tracer *tracer;
	struct scans *scans;
	struct chores chores;
	int signals;
	bool progress;	 /* passes tell the terminal how far they are */
	double next_s;	 /* the next report */
	double looked_s; /* during a pass: what was due then is done */
	double rest_s;	 /* during a pass: no report before that */
	double took_s;	 /* the last report, of CPU time */
	double slow_s;	 /* CPU time of a report that puts the next one off; 0: it does not */
	int over;	 /* during a pass: the signal or -errno that ends it all */
};

/* Wait until then, and do what is asked for.  0, or the signal or -errno that ends it all. */
static int wait_and_obey(struct watching *watching, double deadline_s)
{
	struct reports *reports = watching->scans->reports;
	int signal = wait_until(watching->signals, STDOUT_FILENO, reports->outputs, deadline_s);

	if (!signals__is_request(signal))
		return signal;
	stop_waiting(reports);
	obey(watching->scans, signal);
	return 0;
}

/* As note_of(), or why the report comes later than asked for. */
static const char *note_of_pace(const struct watching *watching, char *note, size_t len)
{
	const char *said = note_of(watching->options, watching->tracer, note, len);

	if (said || !(watching->slow_s > 0))
		return said;
	snprintf(
		note, len,
		"a report takes %.1f s of CPU time, mostly to read the table of objects: there are "
		"fewer of them, so that they take a tenth of a CPU at most (--interval, "
		"--max-objects)",
		watching->slow_s);
	return note;
}

/* The report, if it is time.  0 or -errno. */
static int report_when_due(struct watching *watching)
{
	const struct report_options *options = &watching->options->report;
	double began_s = clock__cpu_s(), took_s, lasting_s;
	char note[256];
	bool later;
	int err;

	if (watching->next_s > clock__now_s())
		return 0;
	err = report(watching->scans->reports, note_of_pace(watching, note, sizeof(note)), false);
	took_s = clock__cpu_s() - began_s;
	/* names and stacks are found once: what took long that time alone does not count */
	lasting_s = fmin(took_s, watching->took_s);
	watching->took_s = took_s;
	watching->next_s =
		timetable__after_report(watching->next_s, options->interval_s,
					options->interval_given, lasting_s, clock__now_s(), &later);
	watching->slow_s = later ? lasting_s : 0;
	return err;
}

/* As report_when_due(), but a pass has as much time for itself as its reports take at the least. */
static int report_meanwhile(struct watching *watching)
{
	double began_s = clock__now_s();
	int err;

	if (began_s < watching->rest_s)
		return 0;
	err = report_when_due(watching);
	watching->rest_s = 2 * clock__now_s() - began_s;
	return err;
}

/* What is due while a pass goes on, which may take minutes. */
static int do_meanwhile(void *arg)
{
	struct watching *watching = arg;
	double now_s = clock__now_s(), next_s = watching->next_s;

	if (now_s < watching->looked_s + FOLLOW_S)
		return 0;
	watching->looked_s = now_s;
	watching->scans->reports->waits = watching->progress;
	do_chores(&watching->chores);
	watching->over = wait_and_obey(watching, now_s) ?: report_meanwhile(watching);
	return watching->over ? -EINTR : watching->next_s != next_s;
}

/* A pass, if it is time; reports are made meanwhile.  0, or what ends it all. */
static int pass_when_due(struct watching *watching)
{
	struct scans *scans = watching->scans;

	if (scans->times.next_s > clock__now_s())
		return 0;
	scans->pace.meanwhile = do_meanwhile;
	scans->pace.arg = watching;
	if (timetable__end_scan(&scans->times, !pass(scans)))
		watching->next_s = clock__now_s();
	scans->pace.meanwhile = NULL;
	return watching->over;
}

/* Until a signal or the end; the report that comes last is not made here. */
static int watch(struct watching *watching)
{
	struct scans *scans = watching->scans;
	double end_s = scans->pace.end_s;
	int over = 0;

	while (!over && end_s > clock__now_s()) {
		over = wait_and_obey(watching, fmin(fmin(end_s, do_chores(&watching->chores)),
						    fmin(watching->next_s, scans->times.next_s)));
		if (!over)
			over = pass_when_due(watching);
		if (!over && end_s > clock__now_s())
			over = report_when_due(watching);
	}
	return over;
}

static int watch_machine(const struct options *options, struct tracer *tracer,
			 struct reports *reports, bool progress, int signals)
{
	struct scans scans = scans_of(options, reports);
	struct watching watching = {.options = options,
				    .tracer = tracer,
				    .scans = &scans,
				    .signals = signals,
				    .progress = progress};
	char note[128];
	int err = options->trace.scan_s > 0 ? open_scans(&scans) : 0;

	if (!err)
		err = begin(tracer, reports->reporter);
	if (err)
		return err;
	if (options->trace.scan_s > 0)
		timetable__scan_at(&scans.times, clock__now_s() + options->trace.scan_s, false);
	if (options->duration_s > 0)
		scans.pace.end_s = clock__now_s() + options->duration_s;
	if (progress)
		wait_for_first(reports,
			       fmin(options->report.interval_s,
				    options->duration_s > 0 ? options->duration_s : INFINITY));
	watching.chores = chores_begin(tracer, reports->reporter);
	watching.next_s = clock__now_s() + options->report.interval_s;
	err = watch(&watching);
	if (err < 0)
		return err;
	scans.pace.end_s = INFINITY; /* a scan that was asked for and has not begun is still done */
	if (!err && options->trace.scan_s > 0 && !scans.times.begun)
		scan_all(&scans, signals);
	return finish(tracer, reports, note_of(options, tracer, note, sizeof(note)));
}

static int join_family(void *arg)
{
	return tracer__join_family(arg);
}

/*
 * Wait until what is freed late has been freed: until nothing is left, or no
 * object was freed for a while; a signal ends the wait.
 */
static int settle(const struct tracer *tracer, struct reporter *reporter, int signals)
{
	bool terminal = isatty(STDERR_FILENO);
	double now_s = clock__now_s();
	struct timetable_settling settling = timetable__settle(now_s);
	struct reporter_left left = {};
	int err, signal = 0;

	for (;;) {
		err = reporter__count(reporter, true, &left);
		if (err || timetable__is_settled(&settling, &left, now_s))
			break;
		if (terminal)
			say__doing("waiting for deferred frees: %.0f s, %" PRIu64 " objects left",
				   now_s - settling.start_s, left.live);
		signal = wait_until(signals, -1, NULL, now_s + SETTLE_STEP_S);
		if (signal && !signals__is_request(signal))
			break;
		now_s = clock__now_s();
	}
	if (terminal)
		say__done();
	if (!err)
		say("waited %.1f s for RCU and deferred frees%s", now_s - settling.start_s,
		    signal > 0		     ? ", until a signal came"
		    : tracer__family(tracer) ? "; not all of the processes have ended"
		    : timetable__is_too_late(&settling, now_s) ? "; objects were still being freed"
							       : "");
	return err;
}

/* What there is to say of the command's descendants, if anything. */
static const char *note_of_family(const struct options *options, const struct tracer *tracer,
				  char *note, size_t len)
{
	uint32_t nr = tracer__family(tracer);

	if (!nr)
		return NULL;
	snprintf(note, len,
		 "%" PRIu32 " process%s of %s still run%s: what they hold is listed, too", nr,
		 nr > 1 ? "es" : "", options->trace.command[0], nr > 1 ? "" : "s");
	return note;
}

static int watch_command(const struct options *options, struct tracer *tracer,
			 struct reports *reports, int signals, int *status)
{
	struct scans scans = scans_of(options, reports);
	struct chores chores;
	struct child child;
	char note[SENTENCE];
	int err = options->trace.scan_s > 0 ? open_scans(&scans) : 0;

	if (err)
		return err;
	err = child__start(&child, options->trace.command, join_family, tracer);
	if (err) {
		say("cannot start a process: %s", strerror(-err));
		return err;
	}
	err = begin(tracer, reports->reporter);
	if (err) {
		child__abandon(&child);
		return err;
	}
	err = child__release(&child);
	if (err)
		return child__not_runnable(options->trace.command[0], err, status);
	chores = chores_begin(tracer, reports->reporter);
	err = child__wait(&child, signals, status, do_chores, &chores);
	/* Who killed it does not wait for what is freed late. */
	signals__keep(child.killed ? NULL : LOST);
	if (!err && !child.killed)
		err = settle(tracer, reports->reporter, signals);
	if (err) {
		say("cannot wait for %s: %s", options->trace.command[0], strerror(-err));
		return err;
	}
	if (options->trace.scan_s > 0 && !child.killed)
		scan_all(&scans, signals);
	err = finish(tracer, reports, note_of_family(options, tracer, note, sizeof(note)));
	if (!err && options->exit_code)
		*status = reporter__outstanding(reports->reporter) > options->threshold ? EXIT_LEFT
											: 0;
	return err;
}

int cmd_trace(const struct options *options, const struct reporter_parts *given,
	      struct outputs *outputs, int target, int signals, int *status)
{
	struct reporter_parts parts = *given;
	struct reports reports = {.outputs = outputs};
	char why[SENTENCE] = "";
	int err;

	*status = 0;
	if (parts.progress)
		say__doing("loading the programs");
	err = tracer__open(&parts.tracer, parts.plan,
			   options->trace.pid >= 0 ? options->trace.pid : 0, target,
			   options->report.verbose, why, sizeof(why));
	if (parts.progress)
		say__done();
	if (err) {
		say("%s", why);
		return err;
	}
	err = reporter__open(&reports.reporter, &parts);
	if (err)
		say("cannot prepare reports: %s", reason__of(-err));
	else if (options->verb == VERB_RUN)
		err = watch_command(options, parts.tracer, &reports, signals, status);
	else
		err = watch_machine(options, parts.tracer, &reports, parts.progress, signals);
	reporter__close(reports.reporter);
	tracer__close(parts.tracer);
	return err;
}
