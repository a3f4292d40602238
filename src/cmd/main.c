// SPDX-License-Identifier: GPL-2.0-only
/* main(): read the command line, refuse what clashes, do what the command says. */
#include "cmd/cgroup_ledger.h"
#include "cmd/check.h"
#include "cmd/clash.h"
#include "cmd/diff.h"
#include "cmd/help.h"
#include "cmd/kmemleak.h"
#include "cmd/ledger.h"
#include "cmd/merge.h"
#include "cmd/options.h"
#include "cmd/report.h"
#include "cmd/screen.h"
#include "cmd/session.h"
#include "kernel/books.h"
#include "kernel/features.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

enum { EXIT_CANNOT_RUN = 1, EXIT_USAGE = 2 };

#define SENTENCE 512

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

/* What was written to stdout must have got there. */
static int finish_output(void)
{
	if (!ferror(stdout) && !fflush(stdout))
		return 0;
	say("cannot write to stdout: %s", strerror(errno));
	return EXIT_CANNOT_RUN;
}

/* What a signal ends that ends at once. */
static const char *lost(const struct options *options)
{
	enum options_verb verb = options->verb;
	bool traces = verb == VERB_TRACE || verb == VERB_RUN || verb == VERB_DIAGNOSE;

	return traces && !options->explain && !options->help && !options->version
		       ? "tracing had not begun, nothing was recorded"
		       : "what it was to print or write is missing, or not whole";
}

static int audit(const struct options *options)
{
	int signals = open_signals(), status = 0;

	if (signals < 0)
		return EXIT_CANNOT_RUN;
	if (options->trace.cgroup || options->cgroups
		    ? cmd_cgroup_ledger(options, want_color(options), signals)
		    : cmd_ledger(options, want_color(options), signals, &status))
		status = EXIT_CANNOT_RUN;
	close(signals);
	return status;
}

static int check(const struct options *options)
{
	int signals = open_signals(), status = CHECK_UNKNOWN;

	if (signals < 0)
		return status;
	status = cmd_check(options, signals);
	close(signals);
	return status;
}

/*
 * Whoever closed one of these shall not find what was meant for it in a file that is opened
 * later.  Writing there still fails.
 */
static void hold_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

/* The first line is for programs. */
static void print_version(void)
{
	char features[SENTENCE];

	features__print(features, sizeof(features));
	printf("kleak " VERSION "\n%s\n", features);
}

int main(int argc, char **argv)
{
	struct options options;
	char why[SENTENCE] = "";
	int status;

	hold_standard_files();

	if (options__parse(&options, argc, argv, why, sizeof(why))) {
		say("%s", why);
		return options.verb == VERB_CHECK ? CHECK_UNKNOWN : EXIT_USAGE;
	}
	if (clash__find(&options, why, sizeof(why))) {
		say("%s", why);
		return EXIT_USAGE;
	}
	status = signals__catch(lost(&options));
	if (status) {
		say("cannot catch signals: %s", strerror(-status));
		return EXIT_CANNOT_RUN;
	}
	if (options.help) {
		help__print(options.verb, stdout);
		return finish_output();
	}
	if (options.version) {
		print_version();
		return finish_output();
	}
	if (options.screen && !options.explain && !screen__is_possible()) {
		say("--screen needs a terminal, to read from and to write to");
		return EXIT_USAGE;
	}
	switch (options.verb) {
	case VERB_LEDGER:
		return audit(&options);
	case VERB_CHECK:
		return check(&options);
	case VERB_KMEMLEAK:
		return cmd_kmemleak(BOOKS_KMEMLEAK, options.action) ? EXIT_CANNOT_RUN : 0;
	case VERB_REPORT:
		return cmd_report(&options, want_color(&options)) ? EXIT_CANNOT_RUN : 0;
	case VERB_DIFF:
		return cmd_diff(&options, want_color(&options)) ? EXIT_CANNOT_RUN : 0;
	case VERB_MERGE:
		return cmd_merge(&options, want_color(&options)) ? EXIT_CANNOT_RUN : 0;
	default:
		break;
	}
	status = session__run(&options, want_color(&options));
	return status ? status : finish_output();
}
