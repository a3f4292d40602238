// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/session.h"
#include "cmd/census.h"
#include "cmd/diagnose.h"
#include "cmd/outputs.h"
#include "cmd/trace.h"
#include "kernel/allocator.h"
#include "kernel/kernel.h"
#include "kernel/landmarks.h"
#include "kernel/symbols.h"
#include "kernel/target.h"
#include "report/reporter.h"
#include "report/resymbolize.h"
#include "trace/attach_plan.h"
#include "util/heap.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SENTENCE      512
#define LEAST_OBJECTS 1024 /* that there can be room for */

/* Names and the allocators' ranges; tracing goes on without them. */
static int learn_symbols(struct symbols **symbols, struct allocator *allocator,
			 const struct dwarf_sources *sources)
{
	int err = symbols__open(symbols, sources, "");

	if (err == -ENOMEM)
		return err;
	if (err)
		return 0;
	return allocator__learn(allocator, symbols__names(*symbols));
}

/* What the kernel's types and trying tell, found out by a thread. */
struct probing {
	const char *file; /* of types, or NULL: the kernel's own */
	struct kernel *kernel;
	char why[SENTENCE];
	int err;
};

static void *probe(void *arg)
{
	struct probing *probing = arg;
	struct types types = {};

	probing->err = types__open(&types, probing->file, probing->why, sizeof(probing->why));
	if (!probing->err)
		probing->err =
			kernel__probe(probing->kernel, &types, probing->why, sizeof(probing->why));
	types__close(&types);
	return NULL;
}

/* Types and symbols at the same time: each is several megabytes that the kernel has to write. */
static int learn(struct kernel *kernel, struct symbols **symbols, struct allocator *allocator,
		 const struct options *options, const struct dwarf_sources *sources, char *why,
		 size_t len)
{
	struct probing probing = {.file = options->trace.btf, .kernel = kernel};
	pthread_t thread;
	bool apart = !pthread_create(&thread, NULL, probe, &probing);
	int err = learn_symbols(symbols, allocator, sources);

	if (apart)
		pthread_join(thread, NULL);
	else
		probe(&probing);
	if (probing.err)
		snprintf(why, len, "%s", probing.why);
	else if (err)
		snprintf(why, len, "out of memory");
	else
		landmarks__find(kernel, symbols__kallsyms(*symbols));
	return probing.err ?: err;
}

static void explain(const struct kernel *kernel, const struct plan *plan,
		    const struct symbols *symbols)
{
	const char *file = symbols ? symbols__debug_file(symbols) : NULL;

	attach_plan__print(plan, kernel, stdout);
	if (file)
		printf("source lines: from %s\n", file);
	else
		printf("source lines: none; no debug info of this kernel was found: install it "
		       "(Debian: linux-image-%s-dbg) or give --debug-dir\n",
		       kernel->release);
}

/* Whom the options name. */
struct session_target {
	int fd; /* as target__find() */
	struct target_group charged_to;
};

static int find_targets(const struct options *options, struct session_target *target, char *why,
			size_t len)
{
	const struct trace_options *traced = &options->trace;
	int err = target__find(traced->pid, traced->cgroup, &target->fd, why, len);

	if (err || !traced->charged_to)
		return err;
	return target__find_group(traced->charged_to, &target->charged_to, why, len);
}

/* Can it be told here who is charged? */
static int check_charges(const struct options *options, const struct kernel *kernel, char *why,
			 size_t len)
{
	bool wanted = options->trace.charged_to ||
		      (options->report.by_cgroup && options->verb != VERB_CENSUS);

	if (!wanted || !*kernel->charges_unknown)
		return 0;
	snprintf(why, len, "%s: cannot tell who is charged: %s",
		 options->trace.charged_to ? "--charged-to" : "--by-cgroup",
		 kernel->charges_unknown);
	return -ENOTSUP;
}

/* Do what the verb says, with all that tracing needs.  Exit status. */
static int act(const struct options *options, const struct kernel *kernel, const struct plan *plan,
	       struct symbols *symbols, const struct allocator *allocator,
	       const struct session_target *target, bool color)
{
	const struct reporter_parts parts = {
		.trace = &options->trace,
		.options = &options->report,
		.kernel = kernel,
		.plan = plan,
		.symbols = symbols,
		.allocator = allocator,
		.charged_to = options->trace.charged_to ? &target->charged_to : NULL,
		.progress = isatty(STDERR_FILENO) && !options->screen};
	struct outputs *outputs;
	int signals, err, status = 0;

	if (options->explain) {
		explain(kernel, plan, symbols);
		return 0;
	}
	if (options->verb == VERB_CENSUS) {
		err = cmd_census(options, kernel, plan, symbols, color);
		return err ? SESSION_CANNOT_RUN : 0;
	}
	signals = signals__open();
	if (signals < 0) {
		say("cannot wait for signals: %s", strerror(-signals));
		return SESSION_CANNOT_RUN;
	}
	err = outputs__open(&outputs, options, symbols, color);
	if (!err) {
		if (options->verb == VERB_DIAGNOSE)
			err = cmd_diagnose(options, &parts, outputs, color, target->fd, signals,
					   &status);
		else
			err = cmd_trace(options, &parts, outputs, target->fd, signals, &status);
		if (outputs__close(outputs))
			err = -EIO;
	}
	close(signals);
	return err ? SESSION_CANNOT_RUN : status;
}

/* What is to be traced; of a census nothing: it only needs the programs that read. */
static struct trace_options traced(const struct options *options)
{
	struct trace_options o = options->trace;

	if (options->verb == VERB_CENSUS) {
		o.cache = NULL;
		o.origins = 0;
		o.max_objects = LEAST_OBJECTS;
	}
	return o;
}

int session__run(const struct options *options, bool color)
{
	static struct kernel kernel;
	static struct plan plan;
	struct allocator allocator = {};
	struct symbols *symbols = NULL;
	char why[SENTENCE] = "";
	const struct trace_options what = traced(options);
	const struct dwarf_sources sources = options__debug_info(options);
	static struct session_target target = {.fd = -1};
	int status = SESSION_CANNOT_RUN, err;

	heap__keep();
	err = symbols__check(&sources, why, sizeof(why));
	if (!err)
		err = kernel__check(why, sizeof(why));
	if (!err)
		err = find_targets(options, &target, why, sizeof(why));
	if (!err)
		err = learn(&kernel, &symbols, &allocator, options, &sources, why, sizeof(why));
	if (!err)
		err = check_charges(options, &kernel, why, sizeof(why));
	if (!err)
		err = attach_plan__make(&plan, &what, &kernel, why, sizeof(why));
	if (!err && what.cache && !target__has_caches(what.cache, why, sizeof(why)))
		say("%s", why);
	if (err)
		say("%s", why);
	else
		status = act(options, &kernel, &plan, symbols, &allocator, &target, color);
	if (target.fd >= 0)
		close(target.fd);
	allocator__free(&allocator);
	symbols__close(symbols);
	return status;
}
