// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/options.h"
#include "cmd/limit_list.h"
#include "cmd/option_table.h"
#include "cmd/option_value.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define LONG_OPTION	256 /* the number of the first row, for getopt_long(): above all letters */
#define DIAGNOSE_MORE	1.5 /* time that diagnose takes, of that of the evidence, at least, */
#define DIAGNOSE_REST_S 10  /* to attach and to drain */

#define DIAGNOSE_OVERHEAD 0.01 /* of the CPUs' time, unless the user says otherwise */

struct dwarf_sources options__debug_info(const struct options *options)
{
	return (struct dwarf_sources){
		.folders = options->debug_dirs.paths,
		.nr_folders = options->debug_dirs.nr,
		.debuginfod = options->debuginfod,
		.wanted = options->debug_dirs.nr || options->debuginfod || options->report.verbose,
	};
}

/* ---- options ---- */

/* The table in the words of getopt_long(); zeros end both. */
struct getopt_words {
	struct option options[OPTION_ROWS_MOST];
	char letters[2 * OPTION_ROWS_MOST];
};

static void print_words(struct getopt_words *words, const struct verb_row *verb)
{
	const struct option_row *row;
	char *letter = words->letters;
	size_t i = 0;

	/* ':' tells a missing value apart */
	if (verb->words != WORDS_FILES)
		*letter++ = '+'; /* the command's own options are not ours */
	*letter++ = ':';
	for (; (row = option_table__row(i)); i++) {
		words->options[i] = (struct option){
			.name = row->name + strlen("--"),
			.has_arg = row->if_left_out ? optional_argument
				   : row->argument  ? required_argument
						    : no_argument,
			.val = LONG_OPTION + (int)i,
		};
		if (!row->letter)
			continue;
		*letter++ = row->letter;
		if (row->argument)
			*letter++ = ':';
	}
}

/* The row of what getopt_long() returned. */
static const struct option_row *row_of(int option)
{
	const struct option_row *row;

	if (option >= LONG_OPTION)
		return option_table__row((size_t)(option - LONG_OPTION));
	for (size_t i = 0; (row = option_table__row(i)); i++)
		if (row->letter == option)
			return row;
	return NULL;
}

/* What getopt_long() stumbled over, in one sentence. */
static int refuse(int result, int argc, char **argv, char *why, size_t len)
{
	const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "?";
	char letter[3] = {'-', (char)optopt, '\0'};

	if (optopt > 0 && optopt < LONG_OPTION)
		word = letter;
	snprintf(why, len,
		 result == ':' ? "%s needs a value: see kleak --help"
			       : "%s is no option of kleak: see kleak --help",
		 word);
	return -EINVAL;
}

/* An option of other commands. */
static int refuse_here(const struct option_row *row, enum options_verb verb, char *why, size_t len)
{
	char takers[OPTION_LIST_MOST], here[OPTION_LIST_MOST];

	option_table__verbs(row->verbs, takers, sizeof(takers));
	option_table__verbs(1U << verb, here, sizeof(here));
	snprintf(why, len, "%s belongs to %s%s, not to %s", row->name, takers,
		 row->verbs == 1U << VERB_TRACE ? " alone" : "", here);
	return -EINVAL;
}

static int take_options(struct options *o, int argc, char **argv, char *why, size_t len)
{
	struct getopt_words words = {};
	int option;

	print_words(&words, option_table__verb(o->verb));
	optind = 0; /* start afresh: tests parse more than once */
	opterr = 0;
	while ((option = getopt_long(argc, argv, words.letters, words.options, NULL)) != -1) {
		const struct option_row *row = row_of(option);

		if (!row)
			return refuse(option, argc, argv, why, len);
		if (!option_table__takes(row, o->verb))
			return refuse_here(row, o->verb, why, len);
		if (option_value__store(row, optarg, o, why, len))
			return -EINVAL;
		if (row->given)
			*((bool *)((char *)o + row->given)) = true;
	}
	return 0;
}

static void take_defaults(struct options *o)
{
	const struct option_row *row;

	for (size_t i = 0; (row = option_table__row(i)); i++)
		if (row->by_default)
			option_value__store(row, row->by_default, o, (char[1]){}, 1);
}

/* ---- what stands behind them ---- */

static bool is_choice(const char *const *choices, const char *word)
{
	while (*choices && strcmp(*choices, word))
		choices++;
	return *choices;
}

static int take_words(struct options *o, int argc, char **argv, char *why, size_t len)
{
	const struct verb_row *verb = option_table__verb(o->verb);
	char **words = argv + optind;
	int nr = argc - optind;

	if (nr && !verb->needs) {
		snprintf(why, len,
			 "unexpected \"%s\": to trace a command use kleak run -- CMD [ARGS]",
			 words[0]);
		return -EINVAL;
	}
	if ((nr < verb->least && !(verb->words == WORDS_COMMAND && o->explain)) ||
	    nr > verb->most || (verb->choices && !is_choice(verb->choices, words[0]))) {
		snprintf(why, len, "kleak %s needs %s: kleak %s %s", verb->word, verb->needs,
			 verb->word, verb->usage);
		return -EINVAL;
	}
	if (o->verb == VERB_MERGE) {
		o->merged = words;
		o->nr_merged = (size_t)nr;
	} else if (verb->words == WORDS_FILES)
		memcpy(o->files, words, (size_t)nr * sizeof(*words));
	else if (verb->words == WORDS_CHOICE)
		o->action = words[0];
	else if (nr)
		o->trace.command = words;
	return 0;
}

/* ---- what does not go together ---- */

/* NULL, or what is wrong with the options together. */
static const char *check_trace(const struct options *o)
{
	if (o->trace.pid >= 0 && o->trace.cgroup)
		return "--pid and --cgroup exclude each other: give one of them";
	if (o->trace.scan_s > 0 && !(o->trace.origins & (ORIGIN_SLAB | ORIGIN_PAGES)))
		return "--scan needs the slab allocator or pages: add slab to --origin";
	if (o->trace.min_size > o->trace.max_size)
		return "--min-size is above --max-size: nothing could be traced";
	if (o->trace.cache && !(o->trace.origins & ORIGIN_SLAB))
		return "--cache names a slab cache: add slab to --origin";
	if (o->report.by_cgroup && o->zombies)
		return "--by-cgroup and --zombies exclude each other: give one of them";
	if (o->verb == VERB_CENSUS && (o->report.by_cgroup || o->zombies) && o->trace.cache)
		return "--cache is for the census of caches: leave it away";
	if (o->verb == VERB_CENSUS && o->prom && !o->report.by_cgroup)
		return "kleak census --prom has metrics of cgroups: give --by-cgroup as well";
	if (o->verb == VERB_CENSUS && o->duration_s > 0 && !o->report.by_cgroup)
		return "kleak census --duration tells what cgroups grow: give --by-cgroup as well";
	if (o->verb == VERB_LEDGER && o->trace.command && o->prom)
		return "kleak ledger --prom is for a stream: give it no command";
	if (o->verb == VERB_LEDGER && o->trace.command && o->duration_s > 0)
		return "kleak ledger -- CMD ends with its command: leave --duration away";
	if (o->cgroups && o->trace.cgroup)
		return "--cgroup and --cgroups exclude each other: give one of them";
	if (o->verb == VERB_LEDGER && o->trace.command && (o->cgroups || o->trace.cgroup))
		return "kleak ledger --cgroup is for a stream: give it no command";
	if (o->verb == VERB_DIAGNOSE &&
	    o->duration_s < DIAGNOSE_MORE * o->report.evidence_s + DIAGNOSE_REST_S)
		return "--for is too short: give one and a half times --evidence (default 90 s) "
		       "and 10 s at least";
	return NULL;
}

static const char *check_output(const struct options *o)
{
	if (o->screen && o->json)
		return "--screen and --json exclude each other: give one of them";
	if (o->stacks && (o->json || o->screen))
		return "--stacks is for printed reports: leave it away, the others have them";
	if (o->save_max_given && !o->save)
		return "--save-max bounds the file of --save: give --save as well";
	if (o->save_max_given && !o->save_max)
		return "--save-max 0 would keep nothing: give a size such as 64M";
	if (o->explain && o->json)
		return "--explain prints text: leave --json away";
	if (o->weight_given && !o->folded && !o->svg && !o->html)
		return "--weight tells what a picture shows: give --folded, --svg or --html as "
		       "well";
	if (o->weight == WEIGHT_UNREFERENCED && !(o->trace.scan_s > 0) && o->verb != VERB_REPORT)
		return "--weight unreferenced needs --scan, which belongs to kleak and kleak run";
	return NULL;
}

static int check_limits(const struct options *o, char *why, size_t len)
{
	const char *misplaced = limit_list__misplaced(&o->warn, &o->max);

	if (o->max.share > 0)
		snprintf(why, len,
			 "--max: name what is limited to that share, as in unaccounted=10%%");
	else if (gate__is_empty(&o->max) && gate__is_empty(&o->warn))
		snprintf(why, len,
			 "kleak check needs a limit: give --max, as in --max "
			 "unreclaimable=5G,growth=100M/h");
	else if (misplaced)
		snprintf(why, len,
			 "--warn allows more of %s than --max: it has to be the smaller one",
			 misplaced);
	else
		return 0;
	return -EINVAL;
}

static int check(const struct options *o, char *why, size_t len)
{
	const char *wrong = check_trace(o);

	if (o->verb == VERB_CHECK)
		return check_limits(o, why, len);
	if (!wrong)
		wrong = check_output(o);
	if (!wrong)
		return 0;
	snprintf(why, len, "%s", wrong);
	return -EINVAL;
}

/* ---- all of it ---- */

/* What follows from options for others. */
static void conclude(struct options *o)
{
	/* pictures and saved files have more sites than are printed, and so have causes */
	bool all = o->folded || o->svg || o->html || o->save || o->verb == VERB_DIAGNOSE ||
		   o->report.by_cgroup;

	o->trace.who |= o->trace.charged_to || o->report.by_cgroup || o->screen;
	o->top_listed = o->top;
	if (o->json && !o->report.sort_given)
		o->report.sort = SITES_BY_BYTES;
	if ((o->json || o->screen) && !o->top_given)
		o->top = 0;
	o->report.rows = all ? 0 : o->top;
	gate__resolve_share(&o->warn, &o->max);
	if (o->verb == VERB_DIAGNOSE && !(o->duration_s > 0))
		o->duration_s = o->for_s;
	if (o->verb == VERB_DIAGNOSE && !(o->report.max_overhead > 0))
		o->report.max_overhead = DIAGNOSE_OVERHEAD;
}

/* The first word, if it is a verb. */
static enum options_verb verb_of(int argc, char **argv)
{
	const struct verb_row *verb;

	for (size_t i = 0; argc > 1 && (verb = option_table__verb(i)); i++)
		if (*verb->word && !strcmp(argv[1], verb->word))
			return i;
	return VERB_TRACE;
}

int options__parse(struct options *options, int argc, char **argv, char *why, size_t len)
{
	enum options_verb verb = verb_of(argc, argv);

	*options = (struct options){
		.verb = verb,
		.trace.pid = -1,
		.trace.who = verb == VERB_DIAGNOSE,
		.trace.lenient = verb == VERB_DIAGNOSE,
		.trace.max_size = UINT64_MAX,
		.trace.sampling = 1,
	};
	take_defaults(options);
	if (verb != VERB_TRACE) {
		argc--;
		argv++;
	}
	if (take_options(options, argc, argv, why, len))
		return -EINVAL;
	conclude(options);
	if (options->help || options->version)
		return 0;
	if (take_words(options, argc, argv, why, len))
		return -EINVAL;
	return check(options, why, len);
}
