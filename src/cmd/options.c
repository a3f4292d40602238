// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/options.h"
#include "judge/verdict.h"
#include "kleak.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_TOP	    10
#define DEFAULT_DEPTH	    16
#define LEAST_SITES	    256
#define DEFAULT_FOR_S	    600
#define DEFAULT_SCAN_S	    60
#define DEFAULT_SCAN_PASSES 3
#define MOST_SCAN_PASSES    100
#define DIAGNOSE_OVERHEAD   0.01 /* share of the CPUs' time, unless --max-overhead tells another */
#define DIAGNOSE_MORE	    1.5 /* time that diagnose takes, of that of the evidence, at least, */
#define DIAGNOSE_REST_S	    10	/* to attach and to drain */

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
	OPT_MAX_SITES,
	OPT_SAMPLE,
	OPT_NO_FENTRY,
	OPT_MAX_OVERHEAD,
	OPT_JSON,
	OPT_NO_COLOR,
	OPT_EXPLAIN,
	OPT_VERSION,
	OPT_EXIT_CODE,
	OPT_THRESHOLD,
	OPT_DROP_CACHES,
	OPT_FOR,
	OPT_NOW,
	OPT_EVIDENCE,
	OPT_SCAN,
	OPT_SCAN_PASSES,
	OPT_SCAN_RATE,
	OPT_SHOW_OBJECTS,
	OPT_DEBUG_DIR,
	OPT_DEBUGINFOD,
	OPT_FOLDED,
	OPT_SVG,
	OPT_HTML,
	OPT_WEIGHT,
	OPT_PROM,
	OPT_SCREEN,
	OPT_SAVE,
	OPT_ALL,
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
	{"max-sites", required_argument, NULL, OPT_MAX_SITES},
	{"sample", required_argument, NULL, OPT_SAMPLE},
	{"max-overhead", required_argument, NULL, OPT_MAX_OVERHEAD},
	{"no-fentry", no_argument, NULL, OPT_NO_FENTRY},
	{"json", no_argument, NULL, OPT_JSON},
	{"prom", required_argument, NULL, OPT_PROM},
	{"screen", no_argument, NULL, OPT_SCREEN},
	{"no-color", no_argument, NULL, OPT_NO_COLOR},
	{"explain", no_argument, NULL, OPT_EXPLAIN},
	{"exit-code", no_argument, NULL, OPT_EXIT_CODE},
	{"threshold", required_argument, NULL, OPT_THRESHOLD},
	{"drop-caches", no_argument, NULL, OPT_DROP_CACHES},
	{"for", required_argument, NULL, OPT_FOR},
	{"now", no_argument, NULL, OPT_NOW},
	{"evidence", required_argument, NULL, OPT_EVIDENCE},
	{"scan", optional_argument, NULL, OPT_SCAN},
	{"scan-passes", required_argument, NULL, OPT_SCAN_PASSES},
	{"scan-rate", required_argument, NULL, OPT_SCAN_RATE},
	{"show-objects", no_argument, NULL, OPT_SHOW_OBJECTS},
	{"debug-dir", required_argument, NULL, OPT_DEBUG_DIR},
	{"debuginfod", no_argument, NULL, OPT_DEBUGINFOD},
	{"folded", required_argument, NULL, OPT_FOLDED},
	{"svg", required_argument, NULL, OPT_SVG},
	{"html", required_argument, NULL, OPT_HTML},
	{"weight", required_argument, NULL, OPT_WEIGHT},
	{"save", required_argument, NULL, OPT_SAVE},
	{"all", no_argument, NULL, OPT_ALL},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static const char help_text[] =
	"Find what leaks kernel memory, by call stack, on a running machine.\n"
	"\n"
	"Usage: kleak [options]                    trace until Ctrl-C\n"
	"       kleak diagnose [options]           wait for growth, trace it, say what leaks\n"
	"       kleak run [options] -- CMD [ARGS]  trace what CMD makes the kernel allocate\n"
	"       kleak ledger [options] [-- CMD]    the kernel's own books, without tracing\n"
	"       kleak census [options]             what lives in the slab caches, by what it "
	"holds\n"
	"       kleak kmemleak scan|list|clear     the kernel's own kmemleak, where it has one\n"
	"       kleak report FILE [options]        what --save wrote, on any machine\n"
	"       kleak diff BEFORE AFTER [options]  two saved files side by side, by site\n"
	"\n"
	"Report:\n"
	"      --interval SECS      time between reports (default 5); also 500ms, 2m, 1h, ...\n"
	"      --duration SECS      stop after that long (default: on Ctrl-C)\n"
	"      --top N              show the N first sites (default 10; 0 is all, the default of\n"
	"                           --json)\n"
	"      --sort KEY           bytes (default), growth, objects or age\n"
	"      --min-age SECS       leave out objects younger than that\n"
	"      --evidence SECS      no site is called a leak before it was watched for so long\n"
	"                           (default 90)\n"
	"      --stack-depth N      frames of a stack that tell sites apart, 1 to 56 (default 16)\n"
	"      --json               one JSON object a report and line\n"
	"      --screen             an interactive view of the terminal: sites, stacks, growth; ? "
	"there\n"
	"                           lists its keys\n"
	"      --prom FILE          write metrics there at each report, for the textfile collector "
	"of\n"
	"                           node_exporter\n"
	"      --no-color           no colours (NO_COLOR does the same)\n"
	"      --save FILE          save every report, with all sites (kleak, run, diagnose)\n"
	"\n"
	"Source lines (where the kernel's debug info is installed):\n"
	"      --debug-dir DIR      look for debug info in DIR first; may be given more than once\n"
	"      --debuginfod         ask the servers of DEBUGINFOD_URLS for what is not found\n"
	"\n"
	"Pictures (kleak, kleak run, kleak diagnose), written anew at each report:\n"
	"      --html FILE          a page: sites, the kernel's books over time, flame graph\n"
	"      --svg FILE           a flame graph, coloured by verdict\n"
	"      --folded FILE        folded stacks, for flamegraph.pl and speedscope\n"
	"      --weight KEY         what they show: bytes (default), objects, growth or\n"
	"                           unreferenced (bytes, with --scan)\n"
	"\n"
	"What to trace:\n"
	"  -p, --pid PID            only what this process allocates, with all its threads\n"
	"  -c, --cgroup PATH        only what this cgroup (v2) and its descendants allocate\n"
	"      --cache NAME,...     only objects of these slab caches, named as in /proc/slabinfo\n"
	"      --min-size BYTES     only objects of at least that size (also 4K, 1M, ...)\n"
	"      --max-size BYTES     only objects of at most that size\n"
	"      --origin LIST        allocators: slab, vmalloc, percpu, pages (default: all but "
	"pages)\n"
	"      --max-objects N      room for that many live objects (default by memory size); when "
	"there\n"
	"                           are more, every other one is left out, and so on\n"
	"      --max-sites N        room for that many call sites (default by memory size); those "
	"that\n"
	"                           are idle make room\n"
	"      --sample 1/N         record one object in N, a power of two, and estimate the sums\n"
	"      --max-overhead PCT   sample when tracing takes more than that of the CPUs' time\n"
	"      --no-fentry          tracepoints only, as where the kernel refuses fentry\n"
	"\n"
	"Objects that nothing refers to (kleak, kleak run):\n"
	"      --scan[=SECS]        search the kernel's memory for references to the objects, "
	"every\n"
	"                           SECS (default 60), while no report is made; kleak run: at the\n"
	"                           end.  kleak alone: SIGUSR1 scans now, SIGUSR2 leaves out what\n"
	"                           has been found\n"
	"      --scan-passes N      passes in a row that must find no reference (default 3)\n"
	"      --scan-rate MB       read no more than that a second (default: no limit)\n"
	"      --show-objects       list the objects: address, size, age, first bytes\n"
	"\n"
	"kleak run:\n"
	"      --exit-code          exit 3 when more than --threshold is left, caches not "
	"counted,\n"
	"                           0 otherwise; without it, kleak exits with CMD's status\n"
	"      --threshold BYTES    what may be left (default 0)\n"
	"\n"
	"kleak diagnose (exits 3 when it found a leak, 0 when not):\n"
	"      --for SECS           how long it may take (default 10m; also 2h, 1d)\n"
	"      --now                trace at once, do not wait until memory grows\n"
	"      --drop-caches        drop clean caches, to tell caches from leaks (also of ledger:\n"
	"                           before each reading); the machine reads them again from disk\n"
	"\n"
	"kleak report, kleak diff (no privilege; --top, --sort, --origin, --cache, --json):\n"
	"      --all                every report of the file, not the last one (report)\n"
	"\n"
	"      --explain            print what would be traced, what this kernel does not let us\n"
	"                           see and how much memory it takes; trace nothing\n"
	"  -v, --verbose            say more on stderr\n"
	"      --version            print the version\n"
	"  -h, --help               print this\n"
	"\n"
	"Exit status: 0 done; 1 cannot run; 2 wrong usage; 3 diagnose found a leak, or\n"
	"run --exit-code a rest.\n";

void options__help(FILE *out)
{
	fputs(help_text, out);
}

/* Sites that a report needs: pictures and saved files have more than is printed. */
static uint32_t rows_of(const struct options *options)
{
	bool all = options->folded || options->svg || options->html || options->save;

	return all ? 0 : options->top;
}

struct dwarf_sources options__debug_info(const struct options *options)
{
	return (struct dwarf_sources){
		.folders = options->debug_dirs,
		.nr_folders = options->nr_debug_dirs,
		.debuginfod = options->debuginfod,
		.wanted = options->nr_debug_dirs || options->debuginfod || options->report.verbose,
	};
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

/* "1/16" */
static int parse_sampling(const char *text, uint32_t *sampling)
{
	uint64_t n;

	if (strncmp(text, "1/", 2) || parse_number(text + 2, 1, KLEAK_SAMPLE_MOST + 1, &n) ||
	    n & (n - 1))
		return -EINVAL;
	*sampling = n;
	return 0;
}

/* "2.5", also "2.5%", as a share. */
static int parse_percent(const char *text, double *share)
{
	char *end;
	double percent;

	errno = 0;
	percent = strtod(text, &end);
	if (end == text || errno || *(*end == '%' ? end + 1 : end) || !(percent > 0) ||
	    percent > 100)
		return -EINVAL;
	*share = percent / 100;
	return 0;
}

/* Seconds in [least, 10 years]; also with a suffix, as in 500ms, 30s, 5m, 2h, 1d. */
static int parse_seconds(const char *text, double least, double *seconds)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
	double number;
	char *end;

	if ((text[0] < '0' || text[0] > '9') && text[0] != '.')
		return -EINVAL;
	number = strtod(text, &end);
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		*seconds = number * units[i].seconds;
		return isfinite(*seconds) && *seconds >= least && *seconds <= 315360000.0 ? 0
											  : -EINVAL;
	}
	return -EINVAL;
}

static int parse_sort(const char *text, enum sites_key *sort)
{
	static const char *const names[] = {
		[SITES_BY_BYTES] = "bytes",
		[SITES_BY_GROWTH] = "growth",
		[SITES_BY_OBJECTS] = "objects",
		[SITES_BY_AGE] = "age",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*sort = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_weight(const char *text, enum weight *weight)
{
	static const char *const names[] = {
		[WEIGHT_BYTES] = "bytes",
		[WEIGHT_OBJECTS] = "objects",
		[WEIGHT_GROWTH] = "growth",
		[WEIGHT_UNREFERENCED] = "unreferenced",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text, names[i])) {
			*weight = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* Names with single commas between, none too long. */
static bool is_list_of_caches(const char *list)
{
	for (;;) {
		size_t len = strcspn(list, ",");

		if (!len || len >= KLEAK_CACHE_NAME)
			return false;
		if (!list[len])
			return true;
		list += len + 1;
	}
}

struct parse {
	struct options *options;
	bool top_given;
	bool threshold_given;
	bool for_given;
	bool weight_given;
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
		if (parse_seconds(value, 0.1, &o->report.interval_s))
			return fail(why, len, "--interval", value,
				    "a number of seconds, 0.1 or more");
		return 0;
	case OPT_TOP:
		if (parse_number(value, 0, UINT32_MAX, &number))
			return fail(why, len, "--top", value, "a number of sites");
		o->top = number;
		o->top_listed = number;
		parse->top_given = true;
		return 0;
	case 'p':
		if (parse_number(value, 1, INT32_MAX, &number))
			return fail(why, len, "--pid", value, "a process ID");
		o->trace.pid = (int64_t)number;
		return 0;
	case 'c':
		o->trace.cgroup = value;
		return 0;
	case OPT_CACHE:
		if (!is_list_of_caches(value))
			return fail(why, len, "--cache", value,
				    "a cache's name: see the first column of /proc/slabinfo");
		o->trace.cache = value;
		return 0;
	case OPT_MIN_SIZE:
		if (parse_bytes(value, &o->trace.min_size))
			return fail(why, len, "--min-size", value, "a number of bytes");
		return 0;
	case OPT_MAX_SIZE:
		if (parse_bytes(value, &o->trace.max_size))
			return fail(why, len, "--max-size", value, "a number of bytes");
		return 0;
	case OPT_MIN_AGE:
		if (parse_seconds(value, 0, &o->trace.min_age_s))
			return fail(why, len, "--min-age", value, "a number of seconds");
		return 0;
	case OPT_SORT:
		if (parse_sort(value, &o->report.sort))
			return fail(why, len, "--sort", value, "bytes, growth, objects or age");
		o->report.sort_given = true;
		return 0;
	case OPT_ORIGIN:
		if (origins__parse(value, &o->trace.origins))
			return fail(
				why, len, "--origin", value,
				"a list of slab, vmalloc, percpu and pages, such as slab,vmalloc");
		o->trace.origins_given = true;
		return 0;
	case OPT_STACK_DEPTH:
		if (parse_number(value, 1, KLEAK_MAX_DEPTH, &number))
			return fail(why, len, "--stack-depth", value, "a number from 1 to 56");
		o->trace.stack_depth = number;
		return 0;
	case OPT_MAX_OBJECTS:
		if (parse_number(value, 1024, KLEAK_MAX_OBJECTS, &number))
			return fail(why, len, "--max-objects", value,
				    "a number from 1024 to 100000000");
		o->trace.max_objects = number;
		return 0;
	case OPT_MAX_SITES:
		if (parse_number(value, LEAST_SITES, KLEAK_MAX_SITES, &number))
			return fail(why, len, "--max-sites", value, "a number from 256 to 262144");
		o->trace.max_sites = number;
		return 0;
	case OPT_NO_FENTRY:
		o->trace.no_fentry = true;
		return 0;
	case OPT_SAMPLE:
		if (parse_sampling(value, &o->trace.sampling))
			return fail(why, len, "--sample", value,
				    "1/N with N a power of two up to 1048576, such as 1/16");
		return 0;
	case OPT_MAX_OVERHEAD:
		if (parse_percent(value, &o->report.max_overhead))
			return fail(why, len, "--max-overhead", value,
				    "a percentage above 0 and up to 100");
		return 0;
	case OPT_JSON:
		o->json = true;
		return 0;
	case OPT_PROM:
		o->prom = value;
		return 0;
	case OPT_SCREEN:
		o->screen = true;
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
	case OPT_DROP_CACHES:
		o->drop_caches = true;
		return 0;
	case OPT_FOR:
		if (parse_seconds(value, 1, &o->duration_s))
			return fail(why, len, "--for", value, "a time such as 90s, 30m or 2h");
		parse->for_given = true;
		return 0;
	case OPT_EVIDENCE:
		if (parse_seconds(value, 1, &o->report.evidence_s))
			return fail(why, len, "--evidence", value, "a time such as 90s or 10m");
		return 0;
	case OPT_SCAN:
		o->trace.scan_s = DEFAULT_SCAN_S;
		if (value && parse_seconds(value, 1, &o->trace.scan_s))
			return fail(why, len, "--scan", value, "a time such as 30s or 5m");
		return 0;
	case OPT_SCAN_PASSES:
		if (parse_number(value, 1, MOST_SCAN_PASSES, &number))
			return fail(why, len, "--scan-passes", value, "a number from 1 to 100");
		o->trace.scan_passes = number;
		return 0;
	case OPT_SCAN_RATE:
		if (parse_number(value, 1, 1000000, &number))
			return fail(why, len, "--scan-rate", value, "a number of MB a second");
		o->trace.scan_rate = number * 1000000;
		return 0;
	case OPT_SHOW_OBJECTS:
		o->report.show_objects = true;
		return 0;
	case OPT_DEBUG_DIR:
		if (!*value)
			return fail(why, len, "--debug-dir", value, "a folder");
		if (o->nr_debug_dirs == OPTIONS_DEBUG_DIRS)
			return fail(why, len, "--debug-dir", value, "taken: 16 are the most");
		o->debug_dirs[o->nr_debug_dirs++] = value;
		return 0;
	case OPT_DEBUGINFOD:
		o->debuginfod = true;
		return 0;
	case OPT_FOLDED:
		o->folded = value;
		return 0;
	case OPT_SVG:
		o->svg = value;
		return 0;
	case OPT_HTML:
		o->html = value;
		return 0;
	case OPT_WEIGHT:
		if (parse_weight(value, &o->weight))
			return fail(why, len, "--weight", value,
				    "bytes, objects, growth or unreferenced");
		parse->weight_given = true;
		return 0;
	case OPT_SAVE:
		if (!*value)
			return fail(why, len, "--save", value, "the name of a file");
		o->save = value;
		return 0;
	case OPT_ALL:
		o->all = true;
		return 0;
	case OPT_NOW:
		o->now = true;
		return 0;
	case 'v':
		o->report.verbose = true;
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

/* Can kleak report, or kleak diff, do that with what was saved? */
static bool works_on_files(enum options_verb verb, int option)
{
	switch (option) {
	case OPT_SORT:
	case OPT_ALL:
	case OPT_FOLDED:
	case OPT_SVG:
	case OPT_HTML:
	case OPT_WEIGHT:
	case OPT_PROM:
	case OPT_DEBUG_DIR:
	case OPT_DEBUGINFOD:
		return verb == VERB_REPORT;
	case OPT_TOP:
	case OPT_ORIGIN:
	case OPT_CACHE:
	case OPT_JSON:
	case OPT_NO_COLOR:
	case 'v':
	case 'h':
	case OPT_VERSION:
		return true;
	default:
		return false;
	}
}

static bool is_on_files(enum options_verb verb)
{
	return verb == VERB_REPORT || verb == VERB_DIFF;
}

/* An option that belongs to tracing. */
static int refuse_on_files(const struct parse *parse, enum options_verb verb, int option)
{
	const struct option *o = long_options;

	while (o->name && o->val != option)
		o++;
	snprintf(parse->why, parse->len,
		 "--%s is nothing for a saved file: kleak %s takes --top, --origin, --cache, "
		 "--json%s and --no-color",
		 o->name, verb == VERB_DIFF ? "diff" : "report",
		 verb == VERB_DIFF ? ""
				   : ", --sort, --all, --svg, --html, --folded, --weight, --prom, "
				     "--debug-dir");
	return -EINVAL;
}

static bool traces(const struct options *o)
{
	return o->trace.pid >= 0 || o->trace.cgroup || o->trace.cache || o->trace.min_size ||
	       o->trace.max_size < UINT64_MAX || o->trace.min_age_s > 0 || o->trace.max_objects ||
	       o->trace.max_sites || o->trace.sampling > 1 || o->report.max_overhead > 0 ||
	       o->trace.no_fentry || o->report.evidence_s != VERDICT_LEAST_S ||
	       o->trace.stack_depth != DEFAULT_DEPTH || o->report.sort != SITES_BY_BYTES;
}

/* Of the options that trace, all but --cache. */
static bool traces_more(const struct options *o)
{
	struct options others = *o;

	others.trace.cache = NULL;
	return traces(&others) || o->trace.origins_given;
}

static bool scans(const struct options *o)
{
	return o->trace.scan_s > 0 || o->trace.scan_passes != DEFAULT_SCAN_PASSES ||
	       o->trace.scan_rate || o->report.show_objects;
}

/* NULL, or what is wrong with the options together. */
static const char *check_trace(const struct parse *parse)
{
	const struct options *o = parse->options;

	if (o->trace.pid >= 0 && o->trace.cgroup)
		return "--pid and --cgroup exclude each other: give one of them";
	if (o->trace.scan_s > 0 && !(o->trace.origins & ORIGIN_SLAB))
		return "--scan needs the slab allocator: add slab to --origin";
	if (o->trace.min_size > o->trace.max_size)
		return "--min-size is above --max-size: nothing could be traced";
	if (o->trace.cache && !(o->trace.origins & ORIGIN_SLAB))
		return "--cache names a slab cache: add slab to --origin";
	return NULL;
}

static const char *check_pictures(const struct parse *parse)
{
	const struct options *o = parse->options;
	bool any = o->folded || o->svg || o->html;

	if ((any || parse->weight_given) && (o->verb == VERB_LEDGER || o->verb == VERB_CENSUS ||
					     o->verb == VERB_KMEMLEAK || o->verb == VERB_DIFF))
		return "--folded, --svg, --html and --weight belong to kleak, kleak run, kleak "
		       "diagnose and kleak report";
	if (parse->weight_given && !any)
		return "--weight tells what a picture shows: give --folded, --svg or --html as "
		       "well";
	if (o->weight == WEIGHT_UNREFERENCED && o->verb == VERB_DIAGNOSE)
		return "--weight unreferenced needs scans, which belong to kleak and kleak run";
	if (o->weight == WEIGHT_UNREFERENCED && !(o->trace.scan_s > 0) && o->verb != VERB_REPORT)
		return "--weight unreferenced needs a scan: give --scan as well";
	return NULL;
}

static const char *check_verb(const struct parse *parse)
{
	const struct options *o = parse->options;
	bool run = o->verb == VERB_RUN || (o->verb == VERB_EXPLAIN && o->trace.command);

	if (run && (o->trace.pid >= 0 || o->trace.cgroup))
		return "kleak run follows its command: leave --pid and --cgroup away";
	if (run && o->duration_s > 0)
		return "kleak run ends with its command: leave --duration away";
	if (!run && (o->exit_code || parse->threshold_given))
		return "--exit-code and --threshold belong to kleak run";
	if (o->verb == VERB_LEDGER && (traces(o) || o->trace.origins_given))
		return "kleak ledger traces nothing: it takes --interval, --duration, --top, "
		       "--drop-caches, --json, --no-color and a command";
	if (o->verb == VERB_LEDGER && o->trace.command && o->duration_s > 0)
		return "kleak ledger -- CMD ends with its command: leave --duration away";
	if (o->verb == VERB_CENSUS && (traces_more(o) || o->duration_s > 0))
		return "kleak census looks once: it takes --cache, --top, --json and --no-color";
	if (o->verb == VERB_DIAGNOSE &&
	    o->duration_s < DIAGNOSE_MORE * o->report.evidence_s + DIAGNOSE_REST_S)
		return "--for is too short: give one and a half times --evidence (default 90 s) "
		       "and 10 s at least";
	if (o->verb == VERB_DIAGNOSE &&
	    (o->trace.min_age_s > 0 || o->report.sort != SITES_BY_BYTES))
		return "kleak diagnose decides itself what to list: leave --min-age and --sort "
		       "away";
	if (o->verb != VERB_LEDGER && o->verb != VERB_DIAGNOSE && o->drop_caches)
		return "--drop-caches belongs to kleak ledger and kleak diagnose";
	if ((o->verb == VERB_LEDGER || o->verb == VERB_DIAGNOSE || o->verb == VERB_CENSUS ||
	     o->verb == VERB_KMEMLEAK) &&
	    scans(o))
		return "--scan, --scan-passes, --scan-rate and --show-objects belong to kleak and "
		       "kleak run";
	if ((o->verb == VERB_LEDGER || o->verb == VERB_CENSUS || o->verb == VERB_KMEMLEAK) &&
	    (o->nr_debug_dirs || o->debuginfod))
		return "--debug-dir and --debuginfod belong to verbs that print call stacks";
	if (o->prom && (o->verb == VERB_LEDGER || o->verb == VERB_CENSUS ||
			o->verb == VERB_KMEMLEAK || o->verb == VERB_DIFF))
		return "--prom belongs to kleak, kleak run and kleak diagnose";
	if (o->screen && (run || (o->verb != VERB_TRACE && o->verb != VERB_EXPLAIN)))
		return "--screen belongs to kleak alone: leave the verb away";
	if (o->screen && o->json)
		return "--screen and --json exclude each other: give one of them";
	if (o->verb != VERB_DIAGNOSE && (o->now || parse->for_given))
		return "--for and --now belong to kleak diagnose";
	if (o->save &&
	    (o->verb == VERB_LEDGER || o->verb == VERB_CENSUS || o->verb == VERB_KMEMLEAK))
		return "--save belongs to kleak, kleak run and kleak diagnose";
	if (o->all && o->verb != VERB_REPORT)
		return "--all belongs to kleak report";
	return NULL;
}

static int check(const struct parse *parse)
{
	const char *wrong;

	if (parse->options->verb == VERB_HELP || parse->options->verb == VERB_VERSION)
		return 0;
	wrong = check_trace(parse);
	if (!wrong)
		wrong = check_verb(parse);
	if (!wrong)
		wrong = check_pictures(parse);
	if (!wrong)
		return 0;
	snprintf(parse->why, parse->len, "%s", wrong);
	return -EINVAL;
}

/* The first word, if it is a verb. */
static enum options_verb verb_of(int argc, char **argv)
{
	static const struct {
		const char *word;
		enum options_verb verb;
	} verbs[] = {
		{"run", VERB_RUN},	 {"ledger", VERB_LEDGER},     {"diagnose", VERB_DIAGNOSE},
		{"census", VERB_CENSUS}, {"kmemleak", VERB_KMEMLEAK}, {"report", VERB_REPORT},
		{"diff", VERB_DIFF},
	};

	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(argv[1], verbs[i].word))
			return verbs[i].verb;
	return VERB_TRACE;
}

/* What stands behind the options. */
static int take_words(struct parse *parse, enum options_verb verb, int argc, char **argv)
{
	struct options *o = parse->options;
	const char *word = optind < argc ? argv[optind] : NULL;
	const char *wrong = NULL;

	if (verb == VERB_RUN && !word && o->verb != VERB_EXPLAIN)
		wrong = "kleak run needs a command: kleak run [options] -- CMD [ARGS]";
	else if (verb == VERB_KMEMLEAK &&
		 (!word || optind + 1 < argc ||
		  (strcmp(word, "scan") && strcmp(word, "list") && strcmp(word, "clear"))))
		wrong = "kleak kmemleak needs one word: scan, list or clear";
	else if (verb == VERB_REPORT && (!word || optind + 1 < argc))
		wrong = "kleak report needs one file that --save wrote: kleak report FILE "
			"[options]";
	else if (verb == VERB_DIFF && optind + 2 != argc)
		wrong = "kleak diff needs two files that --save wrote: kleak diff BEFORE AFTER "
			"[options]";
	else if (o->verb == VERB_EXPLAIN && verb != VERB_TRACE && verb != VERB_RUN &&
		 verb != VERB_DIAGNOSE)
		wrong = "--explain tells what would be traced: it belongs to kleak, kleak run and "
			"kleak diagnose";
	else if (o->verb == VERB_EXPLAIN && o->json)
		wrong = "--explain prints text: leave --json away";
	if (wrong) {
		snprintf(parse->why, parse->len, "%s", wrong);
		return -EINVAL;
	}
	if (is_on_files(verb))
		memcpy(o->files, argv + optind, (size_t)(argc - optind) * sizeof(*argv));
	else if (verb == VERB_KMEMLEAK)
		o->action = word;
	else if (word && (verb == VERB_RUN || verb == VERB_LEDGER))
		o->trace.command = argv + optind;
	else if (word) {
		snprintf(parse->why, parse->len,
			 "unexpected \"%s\": to trace a command use kleak run -- CMD [ARGS]", word);
		return -EINVAL;
	}
	return 0;
}

int options__parse(struct options *options, int argc, char **argv, char *why, size_t len)
{
	struct parse parse = {.options = options, .why = why, .len = len};
	enum options_verb verb = verb_of(argc, argv);
	const char *letters;
	int option;

	*options = (struct options){
		.verb = verb,
		.report.interval_s = 5,
		.report.evidence_s = VERDICT_LEAST_S,
		.trace.pid = -1,
		.trace.who = verb == VERB_DIAGNOSE,
		.trace.lenient = verb == VERB_DIAGNOSE,
		.trace.max_size = UINT64_MAX,
		.trace.origins = ORIGIN_SLAB | ORIGIN_VMALLOC | ORIGIN_PERCPU,
		.top = DEFAULT_TOP,
		.top_listed = DEFAULT_TOP,
		.trace.stack_depth = DEFAULT_DEPTH,
		.trace.sampling = 1,
		.trace.scan_passes = DEFAULT_SCAN_PASSES,
	};
	if (verb != VERB_TRACE) {
		argc--;
		argv++;
	}
	optind = 0; /* start afresh: tests parse more than once */
	opterr = 0;
	/* '+': the command's own options are not ours; ':': tell a missing value apart */
	letters = is_on_files(verb) ? ":p:c:vh" : "+:p:c:vh";
	while ((option = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return refuse(&parse, option, argc, argv);
		if (is_on_files(verb) && !works_on_files(verb, option))
			return refuse_on_files(&parse, verb, option);
		if (parse_option(&parse, option, optarg))
			return -EINVAL;
	}
	if ((options->json || options->screen) && !parse.top_given)
		options->top = 0;
	options->report.rows = rows_of(options);
	if (verb == VERB_DIAGNOSE && !parse.for_given && !(options->duration_s > 0))
		options->duration_s = DEFAULT_FOR_S;
	if (verb == VERB_DIAGNOSE && !(options->report.max_overhead > 0))
		options->report.max_overhead = DIAGNOSE_OVERHEAD;
	if (options->verb != VERB_HELP && options->verb != VERB_VERSION &&
	    take_words(&parse, verb, argc, argv))
		return -EINVAL;
	return check(&parse);
}
