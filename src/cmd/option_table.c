// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/option_table.h"
#include "judge/verdict.h"

#include <stdio.h>
#include <string.h>

#define LEAST_SITES	 256
#define TEN_YEARS_S	 315360000.0
#define MOST_RATE_MB	 1000000
#define MOST_SCAN_PASSES 100
#define NAME(number)	 NAME_OF(number)
#define NAME_OF(number)	 #number

/* ---- commands ---- */

static const char *const kmemleak_words[] = {"scan", "list", "clear", NULL};

static const struct verb_row verbs[] = {
	[VERB_TRACE] = {"", "[options]", "trace until Ctrl-C"},
	[VERB_DIAGNOSE] = {"diagnose", "[options]", "trace until it can say what leaks"},
	[VERB_RUN] = {"run", "[options] -- CMD [ARGS]", "what CMD makes the kernel allocate",
		      "a command", WORDS_COMMAND, 1, INT32_MAX},
	[VERB_LEDGER] = {"ledger", "[options] [-- CMD]", "the kernel's own books, no tracing",
			 "a command or nothing", WORDS_COMMAND, 0, INT32_MAX},
	[VERB_CHECK] = {"check", "--max LIMITS [options]", "a monitoring plugin: is it too much?"},
	[VERB_CENSUS] = {"census", "[options]", "what lives in the slab caches"},
	[VERB_KMEMLEAK] = {"kmemleak", "scan|list|clear", "the kernel's own kmemleak",
			   "scan, list or clear", WORDS_CHOICE, 1, 1, kmemleak_words},
	[VERB_REPORT] = {"report", "FILE [options]", "what --save wrote, on any machine",
			 "one file that --save wrote", WORDS_FILES, 1, 1},
	[VERB_DIFF] = {"diff", "BEFORE AFTER [options]", "two saved files side by side, by site",
		       "two files that --save wrote", WORDS_FILES, 2, 2},
	[VERB_MERGE] = {"merge", "FILE... [options]", "saved files of many machines, by site",
			"files that --save wrote", WORDS_FILES, 1, INT32_MAX},
};

#define NR_VERBS (sizeof(verbs) / sizeof(verbs[0]))

enum {
	TRACE = 1 << VERB_TRACE,
	RUN = 1 << VERB_RUN,
	LEDGER = 1 << VERB_LEDGER,
	DIAGNOSE = 1 << VERB_DIAGNOSE,
	CHECK = 1 << VERB_CHECK,
	CENSUS = 1 << VERB_CENSUS,
	KMEMLEAK = 1 << VERB_KMEMLEAK,
	REPORT = 1 << VERB_REPORT,
	DIFF = 1 << VERB_DIFF,
	TRACING = TRACE | RUN | DIAGNOSE,
	MERGE = 1 << VERB_MERGE,
	PRINTING = TRACING | LEDGER | CENSUS | REPORT | DIFF | MERGE,
	ALL = PRINTING | KMEMLEAK | CHECK,
};

/* ---- options ---- */

static const char *const sort_keys[] = {
	[SITES_BY_BYTES] = "bytes", [SITES_BY_GROWTH] = "growth", [SITES_BY_OBJECTS] = "objects",
	[SITES_BY_AGE] = "age",	    [SITES_BY_RANK] = "verdict",  NULL,
};

static const char *const weights[] = {
	[WEIGHT_BYTES] = "bytes",
	[WEIGHT_OBJECTS] = "objects",
	[WEIGHT_GROWTH] = "growth",
	[WEIGHT_UNREFERENCED] = "unreferenced",
	NULL,
};

/* Where the value goes; the compiler complains where the field has another type. */
#define FIELD(of, field)                                                                           \
	.at = offsetof(struct options, field) +                                                    \
	      0 * sizeof((of *)NULL == &((struct options *)NULL)->field),                          \
	.size = sizeof(((struct options *)NULL)->field)
#define GIVEN(field) .given = offsetof(struct options, field)

#define FLAG(field) .type = OPTION_FLAG, FIELD(bool, field)
#define TIME(from, field)                                                                          \
	.type = OPTION_TIME, .least = from, .most = TEN_YEARS_S, FIELD(double, field)
#define BYTES(field)	 .type = OPTION_BYTES, FIELD(uint64_t, field)
#define FILE_NAME(field) .type = OPTION_FILE, FIELD(const char *, field)
#define NUMBER(from, to, of, field)                                                                \
	.type = OPTION_NUMBER, .least = from, .most = to, FIELD(of, field)
#define LIMITS(field)		 .type = OPTION_LIMITS, FIELD(struct gate_limits, field)
#define CHOICE(names, of, field) .type = OPTION_CHOICE, .choices = names, FIELD(of, field)

static const struct option_row rows[] = {
#define GROUP "Reports"
	{GROUP, "--interval", 0, "SECS", TRACE | DIAGNOSE | LEDGER, "time between reports", "5",
	 TIME(0.1, report.interval_s), GIVEN(report.interval_given)},
	{GROUP, "--duration", 0, "SECS", TRACE | DIAGNOSE | LEDGER | CENSUS,
	 "stop after that long; without it, on Ctrl-C; census --by-cgroup: look again then, and "
	 "tell what grew",
	 TIME(0.1, duration_s)},
	{GROUP, "--top", 0, "N", PRINTING,
	 "show the N first sites; 0 is all, the default of --json", "10",
	 NUMBER(0, UINT32_MAX, uint32_t, top), GIVEN(top_given)},
	{GROUP, "--sort", 0, "KEY", TRACE | RUN | REPORT, "order sites by", "verdict",
	 CHOICE(sort_keys, enum sites_key, report.sort), GIVEN(report.sort_given)},
	{GROUP, "--stacks", 0, NULL, TRACE | REPORT,
	 "the stack and the evidence of each site, not only of what leaks", FLAG(stacks)},
	{GROUP, "--min-age", 0, "SECS", TRACE | RUN, "leave out objects younger than that",
	 TIME(0, trace.min_age_s)},
	{GROUP, "--json", 0, NULL, PRINTING | CHECK, "one JSON object a report and line",
	 FLAG(json)},
	{GROUP, "--screen", 0, NULL, TRACE,
	 "an interactive view on the terminal: sites, stacks, growth; ? there lists its keys",
	 FLAG(screen)},
	{GROUP, "--no-color", 0, NULL, ALL, "no colours (NO_COLOR does the same)", FLAG(no_color)},
#undef GROUP
#define GROUP "Saved reports"
	{GROUP, "--save", 0, "FILE", TRACING, "save every report, with all sites", FILE_NAME(save)},
	{GROUP, "--save-max", 0, "SIZE", TRACING,
	 "the file has no more bytes than that: the oldest reports go", BYTES(save_max),
	 GIVEN(save_max_given)},
	{GROUP, "--all", 'a', NULL, REPORT | LEDGER,
	 "every report of the file, not only the last one; ledger: what did not change, too",
	 FLAG(all)},
#undef GROUP
#define GROUP "Pictures and metrics, anew at each report"
	{GROUP, "--html", 0, "FILE", TRACING | REPORT,
	 "a page: sites, the kernel's books over time, flame graph", FILE_NAME(html)},
	{GROUP, "--svg", 0, "FILE", TRACING | REPORT, "a flame graph, coloured by verdict",
	 FILE_NAME(svg)},
	{GROUP, "--folded", 0, "FILE", TRACING | REPORT,
	 "folded stacks, for flamegraph.pl and speedscope", FILE_NAME(folded)},
	{GROUP, "--weight", 0, "KEY", TRACING | REPORT, "what they show", "bytes",
	 CHOICE(weights, enum weight, weight), GIVEN(weight_given)},
	{GROUP, "--prom", 0, "FILE", TRACING | LEDGER | CENSUS | REPORT,
	 "metrics, for the textfile collector of node_exporter; census: with --by-cgroup",
	 FILE_NAME(prom)},
#undef GROUP
#define GROUP "Source lines, from debug info"
	{GROUP, "--debug-dir", 0, "DIR", TRACING | REPORT,
	 "look for debug info in DIR first; may be given more than once", .type = OPTION_FOLDERS,
	 FIELD(struct options_folders, debug_dirs)},
	{GROUP, "--debuginfod", 0, NULL, TRACING | REPORT,
	 "ask the servers of DEBUGINFOD_URLS for what is not found", FLAG(debuginfod)},
#undef GROUP
#define GROUP "Whose memory"
	{GROUP, "--pid", 'p', "PID", TRACE | DIAGNOSE,
	 "only what this process allocates, with all its threads", .type = OPTION_PROCESS,
	 .least = 1, .most = INT32_MAX, FIELD(int64_t, trace.pid)},
	{GROUP, "--cgroup", 'c', "PATH", TRACE | DIAGNOSE | LEDGER,
	 "only what this cgroup (v2) and its descendants allocate; ledger: its own books, and how "
	 "long until its limit",
	 .type = OPTION_FOLDER, FIELD(const char *, trace.cgroup)},
	{GROUP, "--charged-to", 0, "PATH", TRACE | RUN,
	 "list only sites with objects that are charged to this cgroup or its descendants, whoever "
	 "allocated them; a sample of each is looked at",
	 .type = OPTION_FOLDER, FIELD(const char *, trace.charged_to)},
	{GROUP, "--cgroups", 0, NULL, LEDGER,
	 "the books of all cgroups, those near their limit first, then those that grow fastest",
	 FLAG(cgroups)},
	{GROUP, "--cache", 0, "NAME,...", TRACING | CENSUS | REPORT | DIFF | MERGE,
	 "only objects of these slab caches, named as in /proc/slabinfo", .type = OPTION_CACHES,
	 FIELD(const char *, trace.cache)},
	{GROUP, "--origin", 0, "LIST", TRACING | REPORT | DIFF | MERGE,
	 "allocators, with commas between", "slab,vmalloc,percpu", .type = OPTION_CHOICES,
	 .choices = origins__names, FIELD(uint32_t, trace.origins), GIVEN(trace.origins_given)},
	{GROUP, "--by-cgroup", 0, NULL, TRACE | RUN | CENSUS | REPORT,
	 "also what is listed, by the memory cgroup that is charged, whoever allocated it; census: "
	 "the kernel's live memory by it, and cache",
	 FLAG(report.by_cgroup)},
	{GROUP, "--zombies", 0, NULL, CENSUS,
	 "dead memory cgroups: what is charged to them, and what keeps them", FLAG(zombies)},
#undef GROUP
#define GROUP "Tracing"
	{GROUP, "--min-size", 0, "BYTES", TRACING, "only objects of at least that size",
	 BYTES(trace.min_size)},
	{GROUP, "--max-size", 0, "BYTES", TRACING, "only objects of at most that size",
	 BYTES(trace.max_size)},
	{GROUP, "--stack-depth", 0, "N", TRACING, "frames of a stack that tell sites apart", "16",
	 NUMBER(1, KLEAK_MAX_DEPTH, uint32_t, trace.stack_depth)},
	{GROUP, "--evidence", 0, "SECS", TRACING,
	 "no site is called a leak before it was watched for so long", NAME(VERDICT_LEAST_S),
	 TIME(1, report.evidence_s)},
	{GROUP, "--max-objects", 0, "N", TRACING,
	 "room for that many live objects, by default by memory size; when there are more, every "
	 "other one is left out, and so on",
	 NUMBER(1024, KLEAK_MAX_OBJECTS, uint64_t, trace.max_objects)},
	{GROUP, "--max-sites", 0, "N", TRACING,
	 "room for that many call sites, by default by memory size; those that are idle make room",
	 NUMBER(LEAST_SITES, KLEAK_MAX_SITES, uint32_t, trace.max_sites)},
	{GROUP, "--sample", 0, "1/N", TRACING,
	 "record one object in N, a power of two, and estimate the sums", .type = OPTION_ONE_IN,
	 .most = KLEAK_SAMPLE_MOST + 1, FIELD(uint32_t, trace.sampling)},
	{GROUP, "--max-overhead", 0, "PCT", TRACING,
	 "sample when tracing takes more than that of the CPUs' time; diagnose: 1 unless given",
	 .type = OPTION_PERCENT, FIELD(double, report.max_overhead)},
	{GROUP, "--btf", 0, "FILE", TRACING | CENSUS,
	 "the kernel's types, where it has no BTF of its own: raw BTF, or a vmlinux that has it",
	 .type = OPTION_INPUT, FIELD(const char *, trace.btf)},
	{GROUP, "--no-fentry", 0, NULL, TRACING,
	 "tracepoints only, as where the kernel refuses fentry and kprobes", FLAG(trace.no_fentry)},
	{GROUP, "--explain", 0, NULL, TRACING,
	 "print what would be traced, what this kernel does not let us see and how much memory it "
	 "takes; trace nothing",
	 FLAG(explain)},
#undef GROUP
#define GROUP "Objects that nothing refers to"
	{GROUP, "--scan", 0, "SECS", TRACE | RUN,
	 "search the kernel's memory for references to the objects, every SECS, while no report is "
	 "made; kleak run: at the end.  kleak alone: SIGUSR1 scans now, SIGUSR2 leaves out what "
	 "has "
	 "been found",
	 .if_left_out = "60", TIME(1, trace.scan_s)},
	{GROUP, "--scan-passes", 0, "N", TRACE | RUN, "passes in a row that must find no reference",
	 "3", NUMBER(1, MOST_SCAN_PASSES, uint32_t, trace.scan_passes)},
	{GROUP, "--scan-rate", 0, "MB", TRACE | RUN,
	 "read no more than that a second; without it, there is no limit", .unit = 1e6,
	 NUMBER(1, MOST_RATE_MB, uint64_t, trace.scan_rate)},
	{GROUP, "--show-objects", 0, NULL, TRACE | RUN,
	 "list the objects: address, size, age, first bytes", FLAG(report.show_objects)},
#undef GROUP
#define GROUP "What a command leaves behind"
	{GROUP, "--exit-code", 0, NULL, RUN,
	 "exit 3 when more than --threshold is left, caches not counted, 0 otherwise; without it, "
	 "kleak exits with CMD's status",
	 FLAG(exit_code)},
	{GROUP, "--threshold", 0, "BYTES", RUN, "what may be left", "0", BYTES(threshold)},
#undef GROUP
#define GROUP "Diagnosis"
	{GROUP, "--for", 0, "SECS", DIAGNOSE, "how long it may take", "10m", TIME(1, for_s)},
	{GROUP, "--now", 0, NULL, DIAGNOSE,
	 "end once it was traced for long enough, if nothing is suspect", FLAG(now)},
	{GROUP, "--drop-caches", 0, NULL, DIAGNOSE | LEDGER,
	 "drop clean caches before the verdict, before each reading of the ledger, to tell caches "
	 "from leaks; the machine reads them again from disk",
	 FLAG(drop_caches)},
#undef GROUP
#define GROUP "Limits of the kernel's memory, for monitoring"
	{GROUP, "--max", 0, "LIST", CHECK,
	 "critical above these: NAME=SIZE, NAME=PCT% of RAM, NAME=SIZE/h, with commas between; "
	 "growth, kernel, unreclaimable, reclaimable, vmalloc, percpu, kernel_stack, page_tables, "
	 "sec_page_tables, unaccounted",
	 LIMITS(max)},
	{GROUP, "--warn", 0, "LIST", CHECK,
	 "a warning above these; also a share of those of --max, such as 80%", LIMITS(warn)},
	{GROUP, "--within", 0, "SECS", CHECK, "how long to watch, where growth is limited", "30",
	 TIME(GATE_LEAST_S, within_s)},
#undef GROUP
#define GROUP "Other"
	{GROUP, "--verbose", 'v', NULL, ALL, "say more on stderr", FLAG(report.verbose)},
	{GROUP, "--version", 0, NULL, ALL, "print the version, and what this build has",
	 FLAG(version)},
	{GROUP, "--help", 'h', NULL, ALL, "print this; after a command, its options alone",
	 FLAG(help)},
#undef GROUP
};

#define NR_ROWS (sizeof(rows) / sizeof(rows[0]))

_Static_assert(NR_ROWS < OPTION_ROWS_MOST, "room for all of them");

const struct option_row *option_table__row(size_t i)
{
	return i < NR_ROWS ? &rows[i] : NULL;
}

const struct verb_row *option_table__verb(size_t verb)
{
	return verb < NR_VERBS ? &verbs[verb] : NULL;
}

/* Write a word behind what is there. */
static void add(char *text, size_t len, const char *before, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, len - used, "%s%s", before, word);
}

void option_table__verbs(uint32_t set, char *text, size_t len)
{
	*text = '\0';
	for (size_t i = 0; i < NR_VERBS; i++) {
		const char *word = verbs[i].word;

		if (!(set & 1U << i))
			continue;
		set &= ~(1U << i);
		add(text, len, !*text ? "" : set ? ", " : " and ", *word ? "kleak " : "kleak");
		add(text, len, "", word);
	}
}

void option_table__choices(const char *const *choices, const char *last, char *text, size_t len)
{
	*text = '\0';
	for (size_t i = 0; choices[i]; i++)
		add(text, len, !i ? "" : choices[i + 1] ? ", " : last, choices[i]);
}
