// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/options.h"

#include <errno.h>
#include <string.h>

#define MAX_WORDS 40

/* Parse "kleak" and these words. */
static int parse(struct options *options, const char *line, char *why, size_t len)
{
	static char copy[512];
	static char *argv[MAX_WORDS + 2];
	int argc = 0;

	snprintf(copy, sizeof(copy), "kleak %s", line);
	for (char *word = strtok(copy, " "); word && argc < MAX_WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options__parse(options, argc, argv, why, len);
}

static struct options good(const char *line)
{
	struct options options;
	char why[256] = "";
	int err = parse(&options, line, why, sizeof(why));

	if (err)
		fail_msg("\"%s\": %s", line, why);
	return options;
}

static void bad(const char *line, const char *part)
{
	struct options options;
	char why[256] = "";

	if (parse(&options, line, why, sizeof(why)) != -EINVAL)
		fail_msg("\"%s\" was accepted", line);
	if (!strstr(why, part))
		fail_msg("\"%s\": \"%s\" does not say \"%s\"", line, why, part);
	if (strchr(why, '\n'))
		fail_msg("\"%s\": more than one line", line);
}

static void test_defaults(void **state)
{
	struct options o = good("");
	char text[64];

	(void)state;
	assert_int_equal(o.verb, VERB_TRACE);
	assert_true(o.report.interval_s == 5);
	assert_true(o.duration_s == 0);
	assert_int_equal(o.trace.pid, -1);
	assert_int_equal(o.top, 10);
	assert_int_equal(o.report.sort, SITES_BY_RANK);
	assert_int_equal(good("--json").report.sort, SITES_BY_BYTES);
	assert_int_equal(good("run -- true").report.sort, SITES_BY_RANK);
	assert_int_equal(good("--json --sort verdict").report.sort, SITES_BY_RANK);
	assert_true(good("--stacks").stacks && !o.stacks);
	assert_int_equal(o.trace.origins, ORIGIN_SLAB | ORIGIN_VMALLOC | ORIGIN_PERCPU);
	assert_true(o.trace.min_size == 0 && o.trace.max_size == UINT64_MAX);
	origins__print(text, sizeof(text), o.trace.origins);
	assert_string_equal(text, "slab,vmalloc,percpu");
	origins__print(text, sizeof(text), ORIGIN_VMALLOC);
	assert_string_equal(text, "vmalloc");
}

/* A trace that is too short for a verdict is no answer. */
static void test_time_for_a_diagnosis(void **state)
{
	(void)state;
	assert_true(good("diagnose").duration_s == 600);
	assert_true(good("diagnose").report.max_overhead == 0.01);
	assert_true(good("diagnose --max-overhead 100").report.max_overhead == 1);
	assert_true(good("").report.max_overhead == 0);
	assert_true(good("diagnose --evidence 12 --for 28").duration_s == 28);
	bad("diagnose --evidence 12 --for 27", "--for is too short");
	bad("diagnose --for 2m", "--for is too short");
	bad("diagnose --evidence 10m", "--for is too short");
}

static void test_explain(void **state)
{
	(void)state;
	assert_true(good("--explain").explain);
	assert_true(good("run --explain -- true").explain);
	assert_true(good("diagnose --explain").explain);
	bad("ledger --explain", "--explain");
	bad("census --explain", "--explain");
	bad("report --explain x", "--explain");
	bad("--explain --json", "--json");
}

static void test_everything(void **state)
{
	struct options o = good("-p 12 --interval 0.5 --duration 30 --top 3 --sort growth "
				"--min-size 4K --max-size 1M --min-age 2.5 --origin slab");

	(void)state;
	assert_int_equal(o.trace.pid, 12);
	assert_true(o.report.interval_s == 0.5 && o.duration_s == 30 && o.trace.min_age_s == 2.5);
	assert_int_equal(o.top, 3);
	assert_int_equal(o.report.sort, SITES_BY_GROWTH);
	assert_int_equal(o.trace.min_size, 4096);
	assert_int_equal(o.trace.max_size, 1 << 20);
	assert_int_equal(o.trace.origins, ORIGIN_SLAB);
	o = good("--cgroup /x --cache dentry --stack-depth 3 --max-objects 5000 --max-sites 256 "
		 "--no-color "
		 "-v");
	assert_string_equal(o.trace.cgroup, "/x");
	assert_string_equal(o.trace.cache, "dentry");
	assert_int_equal(o.trace.stack_depth, 3);
	assert_int_equal(o.trace.max_objects, 5000);
	assert_int_equal(o.trace.max_sites, 256);
	assert_true(o.no_color && o.report.verbose);
	assert_true(good("--version").version);
	assert_true(good("-h").help);
	assert_true(good("--explain -p 1").explain);
}

static void test_save_max(void **state)
{
	(void)state;
	assert_true(good("--save x --save-max 64M").save_max == 64U << 20);
	assert_true(good("diagnose --save x --save-max 1M").save_max == 1U << 20);
	assert_true(good("--save x").save_max == 0);
	bad("--save-max 64M", "--save-max bounds the file of --save");
	bad("--save x --save-max 0", "--save-max 0 would keep nothing");
	bad("--save x --save-max much", "--save-max: \"much\" is not a number of bytes");
	bad("ledger --save-max 1M", "--save-max belongs to");
}

static void test_check(void **state)
{
	struct options o = good("check --max unreclaimable=5G,growth=100M/h --warn 50%");

	(void)state;
	assert_int_equal(o.verb, VERB_CHECK);
	assert_true(o.within_s == 30 && !o.json);
	assert_true(o.max.of[GATE_SIZE][GATE_UNRECLAIMABLE].value == 5368709120.0);
	assert_true(o.warn.of[GATE_SIZE][GATE_UNRECLAIMABLE].value == 2684354560.0);
	assert_true(o.warn.of[GATE_GROWTH][GATE_KERNEL].set);
	assert_true(good("check --warn vmalloc=1G --within 2m --json").within_s == 120);
	bad("check", "kleak check needs a limit: give --max");
	bad("check --json", "kleak check needs a limit");
	bad("check --warn 50%", "kleak check needs a limit");
	bad("check --max 50%", "--max: name what is limited");
	bad("check --max vmalloc=1G --warn vmalloc=2G", "--warn allows more of vmalloc");
	bad("check --max vmalloc=1X", "--max: \"1X\" is no limit of vmalloc");
	bad("check --max growth=1M/h --within 9", "--within: \"9\" is not a time from 10s");
	bad("check --max vmalloc=1G x", "unexpected");
	bad("ledger --max vmalloc=1G", "--max belongs to kleak check, not to kleak ledger");
}

static void test_json_prints_all_unless_told(void **state)
{
	(void)state;
	assert_int_equal(good("--json").top, 0);
	assert_int_equal(good("--json --top 4").top, 4);
	assert_int_equal(good("--top 4 --json").top, 4);
	assert_int_equal(good("--top 0").top, 0);
}

static void test_run(void **state)
{
	struct options o = good("run --exit-code --threshold 10K -- ls -l --top");

	(void)state;
	assert_int_equal(o.verb, VERB_RUN);
	assert_true(o.exit_code);
	assert_int_equal(o.threshold, 10240);
	assert_string_equal(o.trace.command[0], "ls");
	assert_string_equal(o.trace.command[1], "-l");
	assert_string_equal(o.trace.command[2], "--top");
	assert_null(o.trace.command[3]);
	o = good("run ls -l"); /* options end at the command */
	assert_string_equal(o.trace.command[1], "-l");
	o = good("run --help"); /* that of the command */
	assert_true(o.help);
	assert_int_equal(o.verb, VERB_RUN);
}

static void test_scan_and_census(void **state)
{
	struct options o = good("--scan");

	(void)state;
	assert_true(o.trace.scan_s == 60);
	assert_int_equal(o.trace.scan_passes, 3);
	assert_int_equal(o.trace.scan_rate, 0);
	assert_true(good("").trace.scan_s == 0);
	assert_int_equal(o.trace.sampling, 1);
	assert_true(o.report.max_overhead == 0);
	o = good("--sample 1/16 --max-overhead 2.5%");
	assert_int_equal(o.trace.sampling, 16);
	assert_true(o.report.max_overhead == 0.025);
	assert_false(o.trace.no_fentry);
	assert_true(good("--no-fentry").trace.no_fentry);
	bad("ledger --no-fentry", "ledger");
	assert_null(good("").trace.btf);
	assert_string_equal(good("--btf /a/file").trace.btf, "/a/file");
	assert_string_equal(good("census --btf a").trace.btf, "a");
	assert_string_equal(good("run --btf a -- true").trace.btf, "a");
	bad("--btf=", "--btf: \"\" is not the name of a file");
	bad("ledger --btf a", "--btf belongs to kleak, kleak run, kleak diagnose and kleak census");
	assert_int_equal(good("--sample 1/1048576").trace.sampling, 1 << 20);
	bad("--sample 16", "--sample");
	bad("--sample 1/12", "--sample");
	bad("--sample 1/2097152", "--sample");
	bad("--max-overhead 0", "--max-overhead");
	bad("--max-overhead 101", "--max-overhead");
	bad("--max-overhead x", "--max-overhead");
	bad("ledger --sample 1/2", "ledger");
	o = good("run --scan=2m --scan-passes 5 --scan-rate 300 --show-objects -- true");
	assert_true(o.trace.scan_s == 120);
	assert_int_equal(o.trace.scan_passes, 5);
	assert_int_equal(o.trace.scan_rate, 300000000);
	assert_true(o.report.show_objects);
	bad("--scan=x", "--scan");
	bad("--scan=0", "--scan");
	bad("--scan-passes 0", "--scan-passes");
	bad("--scan-rate 0", "--scan-rate");
	bad("ledger --scan", "--scan");
	bad("--scan --origin percpu", "--origin");
	bad("--scan=1 --origin percpu", "--origin");
	bad("diagnose --show-objects", "--show-objects");
	o = good("--debug-dir /a --debuginfod --debug-dir b");
	assert_int_equal(o.debug_dirs.nr, 2);
	assert_string_equal(o.debug_dirs.paths[0], "/a");
	assert_string_equal(o.debug_dirs.paths[1], "b");
	assert_true(o.debuginfod);
	assert_int_equal(good("diagnose").debug_dirs.nr, 0);
	assert_false(good("diagnose").debuginfod);
	assert_true(good("run --debuginfod -- true").debuginfod);
	bad("--debug-dir", "needs a value");
	bad("--debug-dir=", "--debug-dir");
	bad("--debug-dir 1 --debug-dir 2 --debug-dir 3 --debug-dir 4 --debug-dir 5 --debug-dir 6 "
	    "--debug-dir 7 --debug-dir 8 --debug-dir 9 --debug-dir a --debug-dir b --debug-dir c "
	    "--debug-dir d --debug-dir e --debug-dir f --debug-dir g --debug-dir h",
	    "16");
	bad("ledger --debug-dir x", "--debug-dir");
	bad("census --debuginfod", "--debuginfod");
	bad("kmemleak --debuginfod list", "--debuginfod");
	o = good("census --cache dentry --json");
	assert_int_equal(o.verb, VERB_CENSUS);
	assert_string_equal(o.trace.cache, "dentry");
	bad("census --pid 1", "census");
	bad("census --scan", "--scan");
	bad("census x", "x");
}

static void test_pictures(void **state)
{
	struct options o = good("--folded a --svg b --html c --weight growth --top 4");

	(void)state;
	assert_string_equal(o.folded, "a");
	assert_string_equal(o.svg, "b");
	assert_string_equal(o.html, "c");
	assert_int_equal(o.weight, WEIGHT_GROWTH);
	assert_int_equal(o.top, 4); /* of the text */
	assert_int_equal(o.report.rows, 0);
	o = good("");
	assert_int_equal(o.report.rows, 10);
	o = good("--json");
	assert_int_equal(o.report.rows, 0);
	/* all that have one cause are looked for */
	o = good("diagnose --top 3");
	assert_int_equal(o.top, 3);
	assert_int_equal(o.report.rows, 0);
	assert_int_equal(good("--svg b").weight, WEIGHT_BYTES);
	assert_int_equal(good("--svg b --weight objects").weight, WEIGHT_OBJECTS);
	assert_int_equal(good("run --scan --svg b --weight unreferenced ls").weight,
			 WEIGHT_UNREFERENCED);
	assert_string_equal(good("diagnose --html c").html, "c");
	bad("--svg", "needs a value");
	bad("--svg b --weight size", "--weight");
	bad("--weight growth", "--svg");
	bad("--svg b --weight unreferenced", "--scan");
	bad("diagnose --svg b --weight unreferenced", "kleak run");
	bad("ledger --html c", "--html");
	bad("census --svg c", "--svg");
	bad("kmemleak --weight bytes scan", "--weight");
}

static void test_screen_and_prom(void **state)
{
	(void)state;
	assert_false(good("").screen);
	assert_null(good("").prom);
	assert_true(good("--screen --sort age").screen);
	assert_int_equal(good("--screen").top, 0); /* one scrolls */
	assert_int_equal(good("--screen").top_listed, 10);
	assert_int_equal(good("--screen --top 3").top, 3);
	assert_int_equal(good("--screen --top 3").top_listed, 3);
	assert_int_equal(good("--json").top_listed, 10);
	assert_string_equal(good("--prom /a/b.prom").prom, "/a/b.prom");
	assert_string_equal(good("run --prom f -- true").prom, "f");
	assert_string_equal(good("diagnose --prom f").prom, "f");
	assert_string_equal(good("ledger --prom f").prom, "f");
	bad("ledger --prom f -- true", "give it no command");
	assert_true(good("ledger -a").all);
	assert_true(good("ledger --all -- true").all);
	bad("check --max kernel=1 --prom f", "--prom belongs");
	bad("--prom", "--prom needs a value");
	bad("--screen --json", "--screen and --json exclude each other");
	bad("run --screen -- true", "--screen belongs to kleak alone");
	bad("diagnose --screen", "--screen belongs to kleak alone");
	bad("ledger --screen", "--screen belongs to kleak alone");
	bad("census --screen", "--screen belongs to kleak alone");
}

static void test_census_of_cgroups(void **state)
{
	(void)state;
	assert_true(good("census --by-cgroup --top 3").report.by_cgroup);
	assert_true(good("census --zombies --json").zombies);
	assert_string_equal(good("census --by-cgroup --prom /x").prom, "/x");
	assert_int_equal(good("census --by-cgroup --json --prom /x").top_listed, 10);
	assert_true(good("census --by-cgroup --duration 60").duration_s == 60);
	bad("census --duration 5", "give --by-cgroup as well");
	bad("census --zombies --duration 5", "give --by-cgroup as well");
	bad("census --by-cgroup --interval 5", "--interval belongs to");
	bad("census --prom /x", "give --by-cgroup as well");
	bad("census --zombies --prom /x", "give --by-cgroup as well");
	bad("census --by-cgroup --zombies", "exclude each other");
	bad("census --by-cgroup --cache filp", "--cache is for the census of caches");
	bad("--zombies", "--zombies belongs to kleak census");
}

static void test_saved_files(void **state)
{
	struct options o = good("--save x --top 3");

	(void)state;
	assert_string_equal(o.save, "x");
	assert_int_equal(o.top, 3);
	assert_int_equal(o.report.rows, 0); /* all are saved */
	o = good("--top 3");
	assert_int_equal(o.report.rows, 3);
	assert_string_equal(good("run --save x -- ls").save, "x");
	assert_string_equal(good("diagnose --save x").save, "x");
	o = good("report x --sort age --all --origin slab --cache dentry --no-color");
	assert_int_equal(o.verb, VERB_REPORT);
	assert_string_equal(o.files[0], "x");
	assert_true(o.all && o.report.sort_given && o.report.sort == SITES_BY_AGE);
	assert_string_equal(good("report --json -- -x").files[0], "-x");
	assert_int_equal(good("report x --json").top, 0);
	o = good("diff --top 5 x y --json");
	assert_int_equal(o.verb, VERB_DIFF);
	assert_string_equal(o.files[0], "x");
	assert_string_equal(o.files[1], "y");
	assert_int_equal(o.top, 5);
	o = good("merge x y z --top 5 --json");
	assert_int_equal(o.verb, VERB_MERGE);
	assert_int_equal(o.nr_merged, 3);
	assert_string_equal(o.merged[0], "x");
	assert_string_equal(o.merged[2], "z");
	assert_int_equal(good("merge x").nr_merged, 1);
	bad("merge", "needs files that --save wrote");
	bad("merge x --save y", "--save");
	assert_true(good("report -h").help);
	bad("report", "needs one file");
	bad("report x y", "needs one file");
	bad("report x --min-age 5", "--min-age");
	bad("report x -p 5", "--pid");
	bad("report x --save y", "--save");
	bad("report x --origin vmalloc --cache dentry", "--cache");
	bad("diff x", "needs two files");
	bad("diff x y z", "needs two files");
	bad("diff x y --all", "--all");
	bad("diff x y --sort age", "--sort");
	bad("--all", "--all");
	bad("--save", "needs a value");
	bad("ledger --save x", "--save");
	bad("census --save x", "--save");
	bad("kmemleak --save x list", "--save");
}

static void test_words(void **state)
{
	struct options o = good("ledger --interval 2 -- sleep 5");

	(void)state;
	assert_int_equal(o.verb, VERB_LEDGER);
	assert_string_equal(o.trace.command[0], "sleep");
	assert_null(good("ledger").trace.command);
	assert_true(good("ledger --duration 5").duration_s == 5);
	bad("ledger --duration 5 -- ls", "leave --duration away");
	assert_string_equal(good("ledger --cgroup /x").trace.cgroup, "/x");
	assert_true(good("ledger --cgroups").cgroups && !good("ledger").cgroups);
	bad("ledger --cgroups --cgroup /x", "exclude each other");
	bad("ledger --cgroups -- ls", "give it no command");
	bad("ledger --cgroup /x -- ls", "give it no command");
	bad("--cgroups", "--cgroups belongs to kleak ledger, not to kleak");
	assert_string_equal(good("kmemleak scan").action, "scan");
	assert_string_equal(good("kmemleak list").action, "list");
	assert_string_equal(good("kmemleak clear").action, "clear");
	assert_int_equal(good("kmemleak clear").verb, VERB_KMEMLEAK);
	bad("kmemleak", "kleak kmemleak needs scan, list or clear: kleak kmemleak scan|list|clear");
	bad("kmemleak scan list", "needs scan, list or clear");
	bad("kmemleak x", "needs scan, list or clear");
	bad("run --explain --json -- true", "--json");
	assert_null(good("run --explain").trace.command);
	assert_string_equal(good("report x --no-color").files[0], "x");
	assert_null(good("report x").files[1]);
	bad("x", "unexpected \"x\"");
	bad("diagnose x", "unexpected \"x\"");
	bad("census --json x y", "unexpected \"x\"");
	/* a verb is the first word and nothing else */
	bad("--json run", "unexpected \"run\"");
}

/* kleak without any argument, as execve() allows. */
static void test_no_words(void **state)
{
	static char *none[] = {NULL}, *name[] = {"kleak", NULL};
	struct options o;
	char why[256];

	(void)state;
	assert_int_equal(options__parse(&o, 1, name, why, sizeof(why)), 0);
	assert_int_equal(o.verb, VERB_TRACE);
	assert_int_equal(options__parse(&o, 0, none, why, sizeof(why)), 0);
	assert_int_equal(o.verb, VERB_TRACE);
}

/* What is asked for at all. */
static void test_who_and_lenient(void **state)
{
	(void)state;
	assert_true(good("diagnose").trace.who && good("diagnose").trace.lenient);
	assert_false(good("").trace.who || good("").trace.lenient);
	assert_false(good("run ls").trace.who || good("run ls").trace.lenient);
	assert_true(good("diagnose --duration 200").duration_s == 200);
	assert_true(good("diagnose --duration 200 --for 300").duration_s == 200);
	assert_false(good("").top_given || good("").weight_given || good("").report.sort_given);
	assert_true(good("--top 10").top_given);
	assert_false(good("").report.interval_given);
	assert_true(good("--interval 1").report.interval_given);
	assert_int_equal(good("report x --html y").report.rows, 0);
	assert_int_equal(good("--folded y").report.rows, 0);
	assert_int_equal(good("--svg y").report.rows, 0);
	assert_int_equal(good("--html y").report.rows, 0);
	assert_int_equal(good("--prom y").report.rows, 10);
	assert_int_equal(good("report x --svg y --weight unreferenced").weight,
			 WEIGHT_UNREFERENCED);
	assert_int_equal(good("--html y --weight objects").weight, WEIGHT_OBJECTS);
	assert_int_equal(good("--folded y --weight objects").weight, WEIGHT_OBJECTS);
	assert_int_equal(good("--min-size 4K --max-size 4K").trace.max_size, 4096);
	assert_string_equal(good("--charged-to /x").trace.charged_to, "/x");
	assert_string_equal(good("run --charged-to /x -- ls").trace.charged_to, "/x");
	/* who allocates is told beside who is charged */
	assert_true(good("--charged-to /x").trace.who && !good("--cgroup /x").trace.who);
	assert_true(good("--by-cgroup").trace.who && good("--by-cgroup").report.by_cgroup);
	assert_true(good("run --by-cgroup true").trace.who && good("--screen").trace.who);
	assert_true(good("--by-cgroup --cache filp").report.by_cgroup);
	assert_true(good("report --by-cgroup f").report.by_cgroup);
	/* the sum is of all sites, also where the first ones are listed */
	assert_int_equal(good("--by-cgroup --top 3").report.rows, 0);
	assert_int_equal(good("--by-cgroup --top 3").top, 3);
	bad("diagnose --by-cgroup", "--by-cgroup belongs to");
	assert_true(good("--charged-to /x --pid 1").trace.pid == 1);
	bad("--charged-to=", "--charged-to: \"\" is not a folder");
	bad("ledger --charged-to /x",
	    "--charged-to belongs to kleak and kleak run, not to kleak ledger");
	assert_true(good("-p 1").trace.pid == 1 && !good("-p 1").trace.cgroup);
	bad("--cgroup=", "--cgroup: \"\" is not a folder");
	bad("--json=5", "--json");
	bad("-p", "-p needs a value");
	bad("-vx", "-x is no option of kleak");
	bad("-v --nonsense", "--nonsense is no option of kleak");
	bad("--interval", "--interval needs a value");
}

/* Nothing is looked for where nobody asks. */
static void test_debug_info(void **state)
{
	struct options o = good("");
	struct dwarf_sources sources;

	(void)state;
	assert_false(options__debug_info(&o).wanted);
	o = good("-v");
	assert_true(options__debug_info(&o).wanted);
	o = good("--debuginfod");
	sources = options__debug_info(&o);
	assert_true(sources.wanted && sources.debuginfod);
	o = good("--debug-dir x --debug-dir y");
	sources = options__debug_info(&o);
	assert_true(sources.wanted && !sources.debuginfod);
	assert_int_equal(sources.nr_folders, 2);
	assert_string_equal(sources.folders[1], "y");
}

static void test_nonsense(void **state)
{
	(void)state;
	bad("--no-such-option", "--no-such-option");
	bad("-x", "-x");
	bad("--interval", "needs a value");
	bad("-p", "needs a value");
	bad("--interval 0", "--interval");
	bad("--interval -1", "--interval");
	bad("--interval nan", "--interval");
	bad("--interval inf", "--interval");
	bad("--interval 5x", "--interval");
	bad("--duration 0", "--duration");
	bad("-p 0", "--pid");
	bad("-p -5", "--pid");
	bad("-p 99999999999999999999", "--pid");
	bad("-p abc", "--pid");
	bad("--top -1", "--top");
	bad("--top 1.5", "--top");
	bad("--min-size 12Q", "--min-size");
	bad("--min-size -1", "--min-size");
	bad("--max-size 99999999999999999999", "--max-size");
	bad("--max-size 99999999999999T", "--max-size");
	bad("--min-size 8K --max-size 4K", "--min-size is above --max-size");
	bad("--sort size", "--sort");
	bad("--stacks --json", "--stacks");
	bad("--stacks --screen", "--stacks");
	bad("--origin slab,", "--origin");
	bad("--origin heap", "--origin");
	assert_int_equal(good("--origin pages,slab").trace.origins, ORIGIN_PAGES | ORIGIN_SLAB);
	bad("--stack-depth 0", "--stack-depth");
	bad("--stack-depth 57", "--stack-depth");
	bad("--max-objects 10", "--max-objects");
	bad("--max-objects 100000001", "--max-objects");
	bad("--max-sites 255", "--max-sites");
	bad("--max-sites 262145", "--max-sites");
	bad("-p 1 -c /x", "exclude");
	bad("--cache dentry --origin vmalloc", "--cache");
	bad("ls", "kleak run");
	bad("run", "needs a command");
	bad("run --", "needs a command");
	bad("run -p 1 -- ls", "--pid belongs to kleak and kleak diagnose, not to kleak run");
	bad("run --duration 5 -- ls", "--duration");
	bad("--exit-code", "kleak run");
	bad("--threshold 5", "kleak run");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_explain),
		cmocka_unit_test(test_time_for_a_diagnosis),
		cmocka_unit_test(test_save_max),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_json_prints_all_unless_told),
		cmocka_unit_test(test_run),
		cmocka_unit_test(test_scan_and_census),
		cmocka_unit_test(test_pictures),
		cmocka_unit_test(test_screen_and_prom),
		cmocka_unit_test(test_census_of_cgroups),
		cmocka_unit_test(test_saved_files),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_who_and_lenient),
		cmocka_unit_test(test_debug_info),
		cmocka_unit_test(test_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
