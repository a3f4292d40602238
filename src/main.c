// SPDX-License-Identifier: GPL-2.0-only
/* The order of things. */
#include "allocator.h"
#include "audit.h"
#include "books.h"
#include "compare.h"
#include "diagnose.h"
#include "kernel.h"
#include "kmemleakfile.h"
#include "options.h"
#include "outputs.h"
#include "plan.h"
#include "reporter.h"
#include "rereport.h"
#include "say.h"
#include "screen.h"
#include "signals.h"
#include "survey.h"
#include "symbols.h"
#include "target.h"
#include "watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

enum { EXIT_CANNOT_RUN = 1, EXIT_USAGE = 2 };

#define SENTENCE      512
#define LEAST_OBJECTS 1024 /* that there can be room for */

static int open_signals(void)
{
	int signals = signals__open();

	if (signals < 0)
		say("cannot wait for signals: %s", strerror(-signals));
	return signals;
}

static bool want_color(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !options->no_color && !(no_color && *no_color);
}

static struct dwarf_sources sources_of(const struct options *options)
{
	return (struct dwarf_sources){
		.folders = options->debug_dirs,
		.nr_folders = options->nr_debug_dirs,
		.debuginfod = options->debuginfod,
		.wanted = options->nr_debug_dirs || options->debuginfod || options->verbose,
	};
}

/* Names and the allocators' ranges; tracing goes on without them. */
static int learn_symbols(struct symbols **symbols, struct allocator *allocator,
			 const struct dwarf_sources *sources)
{
	int err = symbols__open(symbols, sources);

	if (err == -ENOMEM)
		return err;
	if (err)
		return 0;
	return allocator__learn(allocator, symbols__kallsyms(*symbols));
}

static void explain(const struct kernel *kernel, const struct plan *plan,
		    const struct symbols *symbols)
{
	const char *file = symbols ? symbols__debug_file(symbols) : NULL;

	plan__print(plan, kernel, stdout);
	if (file)
		printf("source lines: from %s\n", file);
	else
		printf("source lines: none; no debug info of this kernel was found: install it "
		       "(Debian: linux-image-%s-dbg) or give --debug-dir\n",
		       kernel->release);
}

/* What was written to stdout must have got there. */
static int finish_output(void)
{
	if (!fflush(stdout))
		return 0;
	say("cannot write to stdout: %s", strerror(errno));
	return EXIT_CANNOT_RUN;
}

/* Do what the verb says, with all that tracing needs.  Exit status. */
static int act(const struct options *options, const struct kernel *kernel, const struct plan *plan,
	       struct symbols *symbols, const struct allocator *allocator, int cgroup)
{
	const struct reporter_parts parts = {.options = options,
					     .kernel = kernel,
					     .plan = plan,
					     .symbols = symbols,
					     .allocator = allocator,
					     .progress = isatty(STDERR_FILENO) && !options->screen};
	const bool color = want_color(options);
	struct outputs *outputs;
	int signals, err, status = 0;

	if (options->verb == VERB_EXPLAIN) {
		explain(kernel, plan, symbols);
		return finish_output();
	}
	if (options->verb == VERB_CENSUS) {
		err = survey__run(options, kernel, plan, symbols, color);
		return err ? EXIT_CANNOT_RUN : finish_output();
	}
	signals = open_signals();
	if (signals < 0)
		return EXIT_CANNOT_RUN;
	err = outputs__open(&outputs, options, symbols, color);
	if (!err) {
		if (options->verb == VERB_DIAGNOSE)
			err = diagnose__run(&parts, outputs, color, cgroup, signals, &status);
		else
			err = watch__run(&parts, outputs, cgroup, signals, &status);
		if (outputs__close(outputs))
			err = -EIO;
	}
	close(signals);
	return err ? EXIT_CANNOT_RUN : status;
}

/* What is to be traced; a census only watches the allocator until it has seen a cache. */
static struct options traced(const struct options *options)
{
	struct options o = *options;

	if (options->verb == VERB_CENSUS) {
		o.cache = NULL;
		o.origins = ORIGIN_SLAB;
		o.max_objects = LEAST_OBJECTS;
	}
	return o;
}

static int prepare_and_act(const struct options *options)
{
	static struct kernel kernel;
	static struct plan plan;
	struct allocator allocator = {};
	struct symbols *symbols = NULL;
	char why[SENTENCE] = "";
	const struct options what = traced(options);
	const struct dwarf_sources sources = sources_of(options);
	int cgroup = -1, status = EXIT_CANNOT_RUN;
	int err = symbols__check(&sources, why, sizeof(why));

	if (!err)
		err = kernel__check(why, sizeof(why));
	if (!err)
		err = target__find(options->pid, options->cgroup, &cgroup, why, sizeof(why));
	if (!err) {
		err = learn_symbols(&symbols, &allocator, &sources);
		snprintf(why, sizeof(why), "out of memory");
	}
	if (!err)
		err = kernel__probe(&kernel, symbols__kallsyms(symbols), why, sizeof(why));
	if (!err)
		err = plan__make(&plan, &what, &kernel, why, sizeof(why));
	if (err)
		say("%s", why);
	else
		status = act(options, &kernel, &plan, symbols, &allocator, cgroup);
	if (cgroup >= 0)
		close(cgroup);
	allocator__free(&allocator);
	symbols__close(symbols);
	return status;
}

static int audit(const struct options *options)
{
	int signals = open_signals(), status = 0;

	if (signals < 0)
		return EXIT_CANNOT_RUN;
	if (audit__run(options, want_color(options), signals, &status))
		status = EXIT_CANNOT_RUN;
	close(signals);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	char why[SENTENCE] = "";

	if (options__parse(&options, argc, argv, why, sizeof(why))) {
		say("%s", why);
		return EXIT_USAGE;
	}
	if (options.screen && options.verb == VERB_TRACE && !screen__is_possible()) {
		say("--screen needs a terminal, to read from and to write to");
		return EXIT_USAGE;
	}
	switch (options.verb) {
	case VERB_HELP:
		options__help(stdout);
		return finish_output();
	case VERB_VERSION:
		printf("kleak " VERSION "\n");
		return finish_output();
	case VERB_LEDGER:
		return audit(&options);
	case VERB_KMEMLEAK:
		return kmemleakfile__run(BOOKS_KMEMLEAK, options.action) ? EXIT_CANNOT_RUN : 0;
	case VERB_REPORT:
		return rereport__run(&options, want_color(&options)) ? EXIT_CANNOT_RUN : 0;
	case VERB_DIFF:
		return compare__run(&options, want_color(&options)) ? EXIT_CANNOT_RUN : 0;
	default:
		return prepare_and_act(&options);
	}
}
