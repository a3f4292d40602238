// SPDX-License-Identifier: GPL-2.0-only
#include "options.h"
#include "kleak.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TOP   10
#define DEFAULT_DEPTH 16

enum {
	OPT_DURATION = 256,
	OPT_INTERVAL,
	OPT_TOP,
	OPT_CACHE,
	OPT_MIN_SIZE,
	OPT_MAX_SIZE,
	OPT_MIN_AGE,
	OPT_SORT,
	OPT_ORIGIN,
	OPT_STACK_DEPTH,
	OPT_MAX_OBJECTS,
	OPT_JSON,
	OPT_NO_COLOR,
	OPT_EXPLAIN,
	OPT_VERSION,
	OPT_EXIT_CODE,
	OPT_THRESHOLD,
};

static const struct option long_options[] = {
	{"duration", required_argument, NULL, OPT_DURATION},
	{"interval", required_argument, NULL, OPT_INTERVAL},
	{"top", required_argument, NULL, OPT_TOP},
	{"pid", required_argument, NULL, 'p'},
	{"cgroup", required_argument, NULL, 'c'},
	{"cache", required_argument, NULL, OPT_CACHE},
	{"min-size", required_argument, NULL, OPT_MIN_SIZE},
	{"max-size", required_argument, NULL, OPT_MAX_SIZE},
	{"min-age", required_argument, NULL, OPT_MIN_AGE},
	{"sort", required_argument, NULL, OPT_SORT},
	{"origin", required_argument, NULL, OPT_ORIGIN},
	{"stack-depth", required_argument, NULL, OPT_STACK_DEPTH},
	{"max-objects", required_argument, NULL, OPT_MAX_OBJECTS},
	{"json", no_argument, NULL, OPT_JSON},
	{"no-color", no_argument, NULL, OPT_NO_COLOR},
	{"explain", no_argument, NULL, OPT_EXPLAIN},
	{"exit-code", no_argument, NULL, OPT_EXIT_CODE},
	{"threshold", required_argument, NULL, OPT_THRESHOLD},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help_text[] =
	"Find what leaks kernel memory, by call stack, on a running machine.\n"
	"\n"
	"Usage: kleak [options]                    trace until Ctrl-C\n"
	"       kleak run [options] -- CMD [ARGS]  trace what CMD makes the kernel allocate\n"
	"\n"
	"Report:\n"
	"      --interval SECS      time between reports (default 5)\n"
	"      --duration SECS      stop after that long (default: on Ctrl-C)\n"
	"      --top N              show the N first sites (default 10; 0 is all, the default of\n"
	"                           --json)\n"
	"      --sort KEY           bytes (default), growth, objects or age\n"
	"      --min-age SECS       leave out objects younger than that\n"
	"      --stack-depth N      frames of a stack that tell sites apart, 1 to 56 (default 16)\n"
	"      --json               one JSON object a report and line\n"
	"      --no-color           no colours (NO_COLOR does the same)\n"
	"\n"
	"What to trace:\n"
	"  -p, --pid PID            only what this process allocates, with all its threads\n"
	"  -c, --cgroup PATH        only what this cgroup (v2) and its descendants allocate\n"
	"      --cache NAME         only objects of this slab cache, named as in /proc/slabinfo\n"
	"      --min-size BYTES     only objects of at least that size (also 4K, 1M, ...)\n"
	"      --max-size BYTES     only objects of at most that size\n"
	"      --origin LIST        allocators: slab, vmalloc, percpu, pages (default: all but "
	"pages)\n"
	"      --max-objects N      room for that many live objects (default by memory size)\n"
	"\n"
	"kleak run:\n"
	"      --exit-code          exit 3 when more than --threshold is left, 0 otherwise;\n"
	"                           without it, kleak exits with CMD's status\n"
	"      --threshold BYTES    what may be left (default 0)\n"
	"\n"
	"      --explain            print what would be traced, what this kernel does not let us\n"
	"                           see and how much memory it takes; trace nothing\n"
	"  -v, --verbose            say more on stderr\n"
	"      --version            print the version\n"
	"  -h, --help               print this\n"
	"\n"
	"Exit status: 0 done; 1 cannot run; 2 wrong usage; 3 run --exit-code found a rest.\n";

void options__help(FILE *out)
{
	fputs(help_text, out);
}

static const char *const origin_names[ORIGINS] = {"slab", "vmalloc", "percpu", "pages"};

void options__origins(char *text, size_t len, uint32_t origins)
{
	const char *comma = "";

	*text = '\0';
	for (int i = 0; i < ORIGINS; i++) {
		size_t used = strlen(text);

		if (!(origins & 1U << i))
			continue;
		snprintf(text + used, len - used, "%s%s", comma, origin_names[i]);
		comma = ",";
	}
}

static int fail(char *why, size_t len, const char *option, const char *value, const char *wanted)
{
	snprintf(why, len, "%s: \"%s\" is not %s", option, value, wanted);
	return -EINVAL;
}

/* A whole decimal number in [least, most]. */
static int parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || *end || *number < least || *number > most ? -EINVAL : 0;
}

/* Bytes, with a binary suffix K, M, G or T. */
static int parse_bytes(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	char *end;
	int shift;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (!*end)
		return 0;
	suffix = strchr(suffixes, *end >= 'a' ? *end - 'a' + 'A' : *end);
	if (!suffix || end[1])
		return -EINVAL;
	shift = 10 * (suffix - suffixes + 1);
	if (*bytes > UINT64_MAX >> shift)
		return -EINVAL;
	*bytes <<= shift;
	return 0;
}

/* Seconds in [least, 10 years]. */
static int parse_seconds(const char *text, double least, double *seconds)
{
	char *end;

	if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
		return -EINVAL;
	*seconds = strtod(text, &end);
	return *end || !isfinite(*seconds) || *seconds < least || *seconds > 315360000.0 ? -EINVAL
											 : 0;
}

static int parse_sort(const char *text, enum options_sort *sort)
{
	static const char *const names[] = {
		[SORT_BYTES] = "bytes",
		[SORT_GROWTH] = "growth",
		[SORT_OBJECTS] = "objects",
		[SORT_AGE] = "age",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*sort = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* The origin whose name are the `len` first bytes of `text`, or 0. */
static uint32_t origin_called(const char *text, size_t len)
{
	for (int i = 0; i < ORIGINS; i++)
		if (strlen(origin_names[i]) == len && !strncmp(text, origin_names[i], len))
			return 1U << i;
	return 0;
}

static int parse_origins(const char *text, uint32_t *origins)
{
	*origins = 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		uint32_t origin = origin_called(text, len);

		if (!origin)
			return -EINVAL;
		*origins |= origin;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}

struct parse {
	struct options *options;
	bool top_given;
	bool threshold_given;
	char *why;
	size_t len;
};

static int parse_option(struct parse *parse, int option, const char *value)
{
	struct options *o = parse->options;
	char *why = parse->why;
	size_t len = parse->len;
	uint64_t number;

	switch (option) {
	case OPT_DURATION:
		if (parse_seconds(value, 0.1, &o->duration_s))
			return fail(why, len, "--duration", value, "a number of seconds");
		return 0;
	case OPT_INTERVAL:
		if (parse_seconds(value, 0.1, &o->interval_s))
			return fail(why, len, "--interval", value,
				    "a number of seconds, 0.1 or more");
		return 0;
	case OPT_TOP:
		if (parse_number(value, 0, UINT32_MAX, &number))
			return fail(why, len, "--top", value, "a number of sites");
		o->top = number;
		parse->top_given = true;
		return 0;
	case 'p':
		if (parse_number(value, 1, INT32_MAX, &number))
			return fail(why, len, "--pid", value, "a process ID");
		o->pid = (int64_t)number;
		return 0;
	case 'c':
		o->cgroup = value;
		return 0;
	case OPT_CACHE:
		if (!*value || strlen(value) >= KLEAK_CACHE_NAME)
			return fail(why, len, "--cache", value,
				    "a cache's name: see the first column of /proc/slabinfo");
		o->cache = value;
		return 0;
	case OPT_MIN_SIZE:
		if (parse_bytes(value, &o->min_size))
			return fail(why, len, "--min-size", value, "a number of bytes");
		return 0;
	case OPT_MAX_SIZE:
		if (parse_bytes(value, &o->max_size))
			return fail(why, len, "--max-size", value, "a number of bytes");
		return 0;
	case OPT_MIN_AGE:
		if (parse_seconds(value, 0, &o->min_age_s))
			return fail(why, len, "--min-age", value, "a number of seconds");
		return 0;
	case OPT_SORT:
		if (parse_sort(value, &o->sort))
			return fail(why, len, "--sort", value, "bytes, growth, objects or age");
		return 0;
	case OPT_ORIGIN:
		if (parse_origins(value, &o->origins))
			return fail(
				why, len, "--origin", value,
				"a list of slab, vmalloc, percpu and pages, such as slab,vmalloc");
		return 0;
	case OPT_STACK_DEPTH:
		if (parse_number(value, 1, KLEAK_MAX_DEPTH, &number))
			return fail(why, len, "--stack-depth", value, "a number from 1 to 56");
		o->stack_depth = number;
		return 0;
	case OPT_MAX_OBJECTS:
		if (parse_number(value, 1024, KLEAK_MAX_OBJECTS, &number))
			return fail(why, len, "--max-objects", value,
				    "a number from 1024 to 100000000");
		o->max_objects = number;
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_NO_COLOR:
		o->no_color = true;
		return 0;
	case OPT_EXPLAIN:
		o->verb = VERB_EXPLAIN;
		return 0;
	case OPT_EXIT_CODE:
		o->exit_code = true;
		return 0;
	case OPT_THRESHOLD:
		if (parse_bytes(value, &o->threshold))
			return fail(why, len, "--threshold", value, "a number of bytes");
		parse->threshold_given = true;
		return 0;
	case 'v':
		o->verbose = true;
		return 0;
	case OPT_VERSION:
		o->verb = VERB_VERSION;
		return 0;
	case 'h':
		o->verb = VERB_HELP;
		return 0;
	}
	return -EINVAL;
}

/* What getopt_long() stumbled over, in one sentence. */
static int refuse(const struct parse *parse, int result, int argc, char **argv)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "?";
	char letter[3] = {'-', (char)optopt, '\0'};

	if (optopt > 0 && optopt < 256)
		word = letter;
	if (result == ':')
		snprintf(parse->why, parse->len, "%s needs a value: see kleak --help", word);
	else
		snprintf(parse->why, parse->len, "%s is no option of kleak: see kleak --help",
			 word);
	return -EINVAL;
}

static int check(const struct parse *parse)
{
	const struct options *o = parse->options;
	const char *wrong = NULL;

	if (o->verb == VERB_HELP || o->verb == VERB_VERSION)
		return 0;
	if (o->pid >= 0 && o->cgroup)
		wrong = "--pid and --cgroup exclude each other: give one of them";
	else if (o->min_size > o->max_size)
		wrong = "--min-size is above --max-size: nothing could be traced";
	else if (o->cache && !(o->origins & ORIGIN_SLAB))
		wrong = "--cache names a slab cache: add slab to --origin";
	else if (o->command && (o->pid >= 0 || o->cgroup))
		wrong = "kleak run follows its command: leave --pid and --cgroup away";
	else if (o->command && o->duration_s > 0)
		wrong = "kleak run ends with its command: leave --duration away";
	else if (!o->command && (o->exit_code || parse->threshold_given))
		wrong = "--exit-code and --threshold belong to kleak run";
	if (!wrong)
		return 0;
	snprintf(parse->why, parse->len, "%s", wrong);
	return -EINVAL;
}

int options__parse(struct options *options, int argc, char **argv, char *why, size_t len)
{
	struct parse parse = {.options = options, .why = why, .len = len};
	bool run = argc > 1 && !strcmp(argv[1], "run");
	int option;

	*options = (struct options){
		.interval_s = 5,
		.pid = -1,
		.max_size = UINT64_MAX,
		.origins = ORIGIN_SLAB | ORIGIN_VMALLOC | ORIGIN_PERCPU,
		.top = DEFAULT_TOP,
		.stack_depth = DEFAULT_DEPTH,
	};
	if (run) {
		argc--;
		argv++;
	}
	optind = 0; /* start afresh: tests parse more than once */
	opterr = 0;
	/* '+': the command's own options are not ours; ':': tell a missing value apart */
	while ((option = getopt_long(argc, argv, "+:p:c:vh", long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return refuse(&parse, option, argc, argv);
		if (parse_option(&parse, option, optarg))
			return -EINVAL;
	}
	if (options->json && !parse.top_given)
		options->top = 0;
	if (run)
		options->command = argv + optind;
	if (options->verb != VERB_TRACE) {
		if (run && options->verb == VERB_EXPLAIN && !argv[optind])
			options->command = NULL;
		return check(&parse);
	}
	if (run && optind == argc) {
		snprintf(why, len, "kleak run needs a command: kleak run [options] -- CMD [ARGS]");
		return -EINVAL;
	}
	if (!run && optind < argc) {
		snprintf(why, len,
			 "unexpected \"%s\": to trace a command use kleak run -- CMD [ARGS]",
			 argv[optind]);
		return -EINVAL;
	}
	if (run)
		options->verb = VERB_RUN;
	return check(&parse);
}
