// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/option_value.h"

#include <errno.h>
#include <string.h>

/* They are stored before anything is parsed; nobody would see that they cannot be. */
static void test_every_default(void **state)
{
	const struct option_row *row;
	struct options options;
	char why[512] = "";

	(void)state;
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		options = (struct options){};
		if (row->by_default &&
		    option_value__store(row, row->by_default, &options, why, sizeof(why)))
			fail_msg("%s", why);
		if (row->if_left_out && option_value__store(row, NULL, &options, why, sizeof(why)))
			fail_msg("%s", why);
	}
}

static const struct option_row *row_called(const char *name)
{
	const struct option_row *row;
	size_t i = 0;

	while ((row = option_table__row(i)) && strcmp(row->name, name))
		i++;
	assert_non_null(row);
	return row;
}

static void check_value(const char *name, const char *value, const char *sentence)
{
	const struct option_row *row = row_called(name);
	struct options options = {};
	char why[512];

	assert_int_equal(option_value__store(row, value, &options, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, sentence);
}

static void test_sentences(void **state)
{
	(void)state;
	check_value("--interval", "0",
		    "--interval: \"0\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--interval", " 5",
		    "--interval: \" 5\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--interval", "+5",
		    "--interval: \"+5\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--interval", "0x5",
		    "--interval: \"0x5\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--interval", "1e3",
		    "--interval: \"1e3\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--stack-depth", "57", "--stack-depth: \"57\" is not a number from 1 to 56");
	check_value("--sort", "size",
		    "--sort: \"size\" is not bytes, growth, objects, age or verdict");
	check_value("--origin", "slab,",
		    "--origin: \"slab,\" is not slab, vmalloc, percpu or pages, or several with "
		    "commas between");
	check_value("--origin", "slabs",
		    "--origin: \"slabs\" is not slab, vmalloc, percpu or "
		    "pages, or several with commas between");
	check_value("--min-size", "12Q",
		    "--min-size: \"12Q\" is not a number of bytes, such as 4096, 64K or 1M");
	check_value("--sample", "1/3",
		    "--sample: \"1/3\" is not 1/N with N a power of two up to 1048576, such as "
		    "1/16");
	check_value("--max-overhead", "0",
		    "--max-overhead: \"0\" is not a percentage above 0 and up to 100");
	check_value("--pid", "0", "--pid: \"0\" is not a process ID");
	check_value("--save", "", "--save: \"\" is not the name of a file");
	check_value("--debug-dir", "", "--debug-dir: \"\" is not a folder");
	check_value("--cache", "a,,b",
		    "--cache: \"a,,b\" is not a cache's name, or several with commas between: see "
		    "the first column of /proc/slabinfo");
}

/* Good values only. */
static struct options with(const char *name, const char *value)
{
	struct options options;
	char why[512] = "";

	memset(&options, 0xff, sizeof(options)); /* what stood there before */
	errno = ERANGE;				 /* and went wrong */
	if (option_value__store(row_called(name), value, &options, why, sizeof(why)))
		fail_msg("%s %s: %s", name, value, why);
	assert_string_equal(why, "");
	return options;
}

static void refuse(const char *name, const char *value)
{
	struct options options = {};
	char why[512] = "";

	if (option_value__store(row_called(name), value, &options, why, sizeof(why)) != -EINVAL)
		fail_msg("%s %s was taken", name, value);
	assert_true(strstr(why, name) == why);
}

static void test_numbers(void **state)
{
	(void)state;
	assert_int_equal(with("--top", "0").top, 0);
	assert_int_equal(with("--top", "9").top, 9);
	assert_int_equal(with("--top", "4294967295").top, UINT32_MAX);
	assert_int_equal(with("--top", "007").top, 7);
	assert_int_equal(with("--pid", "1").trace.pid, 1);
	assert_int_equal(with("--pid", "2147483647").trace.pid, INT32_MAX);
	assert_int_equal(with("--max-objects", "100000000").trace.max_objects, 100000000);
	assert_int_equal(with("--scan-rate", "3").trace.scan_rate, 3000000);
	refuse("--top", "4294967296");
	refuse("--top", "18446744073709551616");
	refuse("--top", "");
	refuse("--top", "/");
	refuse("--top", ":");
	refuse("--top", "a5");
	refuse("--top", " 5");
	refuse("--top", "+5");
	refuse("--top", "5a");
	refuse("--pid", "2147483648");
	/* what is beside it is not touched */
	assert_int_equal(with("--stack-depth", "5").trace.stack_depth, 5);
	assert_int_equal(with("--stack-depth", "5").trace.max_objects, UINT64_MAX);
}

static void test_bytes(void **state)
{
	(void)state;
	assert_int_equal(with("--min-size", "0").trace.min_size, 0);
	assert_int_equal(with("--min-size", "9").trace.min_size, 9);
	assert_int_equal(with("--min-size", "1k").trace.min_size, 1024);
	assert_int_equal(with("--min-size", "1K").trace.min_size, 1024);
	assert_int_equal(with("--min-size", "3M").trace.min_size, 3 << 20);
	assert_int_equal(with("--min-size", "2g").trace.min_size, 2ULL << 30);
	assert_int_equal(with("--min-size", "5T").trace.min_size, 5ULL << 40);
	assert_int_equal(with("--min-size", "16777215T").trace.min_size, 16777215ULL << 40);
	assert_int_equal(with("--min-size", "18446744073709551615").trace.min_size, UINT64_MAX);
	refuse("--min-size", "16777216T");
	refuse("--min-size", "18446744073709551616");
	refuse("--min-size", "18446744073709551616K");
	refuse("--min-size", "");
	refuse("--min-size", "K");
	refuse("--min-size", "/K");
	refuse("--min-size", ":");
	refuse("--min-size", "z");
	refuse("--min-size", "1KB");
	refuse("--min-size", "1Q");
	refuse("--min-size", "1q");
	refuse("--min-size", "1.5K");
}

static void test_times(void **state)
{
	(void)state;
	assert_true(with("--interval", "0.1").report.interval_s == 0.1);
	assert_true(with("--interval", ".5").report.interval_s == 0.5);
	assert_true(with("--interval", "9").report.interval_s == 9);
	assert_true(with("--interval", "500ms").report.interval_s == 0.5);
	assert_true(with("--interval", "30s").report.interval_s == 30);
	assert_true(with("--interval", "1.5m").report.interval_s == 90);
	assert_true(with("--interval", "2h").report.interval_s == 7200);
	assert_true(with("--interval", "3650d").report.interval_s == 3650 * 86400.0);
	assert_true(with("--min-age", "0").trace.min_age_s == 0);
	refuse("--interval", "0.099");
	refuse("--interval", "3650.1d");
	refuse("--interval", "");
	refuse("--interval", "s");
	refuse("--interval", "/1");
	refuse("--interval", ":1");
	refuse("--interval", "1e999");
	refuse("--interval", "5 s");
	refuse("--interval", "5w");
	refuse("--interval", ".");
}

static void test_shares(void **state)
{
	(void)state;
	assert_true(with("--max-overhead", "100").report.max_overhead == 1);
	assert_true(with("--max-overhead", "100%").report.max_overhead == 1);
	assert_true(with("--max-overhead", "0.5%").report.max_overhead == 0.005);
	assert_int_equal(with("--sample", "1/1").trace.sampling, 1);
	assert_int_equal(with("--sample", "1/64").trace.sampling, 64);
	refuse("--max-overhead", "100.1");
	refuse("--max-overhead", "0%");
	refuse("--max-overhead", "-1");
	refuse("--max-overhead", "nan");
	refuse("--max-overhead", "1e-999");
	refuse("--max-overhead", "5%%");
	refuse("--max-overhead", "5x");
	refuse("--max-overhead", "%");
	refuse("--max-overhead", "");
	refuse("--sample", "1/0");
	refuse("--sample", "1/6");
	refuse("--sample", "2/2");
	refuse("--sample", "1/");
	refuse("--sample", "1-2");
}

static void test_names(void **state)
{
	static const char longest[] = "a23456789b123456789c123456789d123456789e1234567";
	char list[sizeof(longest) + 1];

	(void)state;
	assert_int_equal(with("--sort", "bytes").report.sort, SITES_BY_BYTES);
	assert_int_equal(with("--sort", "age").report.sort, SITES_BY_AGE);
	assert_int_equal(with("--origin", "pages,slab").trace.origins, ORIGIN_PAGES | ORIGIN_SLAB);
	assert_int_equal(with("--origin", "vmalloc").trace.origins, ORIGIN_VMALLOC);
	assert_string_equal(with("--cache", longest).trace.cache, longest);
	assert_string_equal(with("--save", "x").save, "x");
	assert_string_equal(with("--cgroup", "/").trace.cgroup, "/");
	assert_true(with("--json", NULL).json);
	assert_true(with("--scan", NULL).trace.scan_s == 60); /* left out */
	assert_true(with("--scan", "5").trace.scan_s == 5);
	refuse("--sort", "");
	refuse("--sort", "byte");
	refuse("--sort", "bytess");
	refuse("--origin", "slab,x");
	refuse("--cgroup", "");
	snprintf(list, sizeof(list), "%s8", longest);
	refuse("--cache", list);
	refuse("--cache", "");
}

/* So many and no more. */
static void test_folders(void **state)
{
	const struct option_row *row = row_called("--debug-dir");
	struct options options = {};
	char why[512] = "";

	(void)state;
	for (size_t i = 0; i < OPTIONS_FOLDERS; i++) {
		assert_int_equal(option_value__store(row, "x", &options, why, sizeof(why)), 0);
		assert_int_equal(options.debug_dirs.nr, i + 1);
	}
	assert_int_equal(option_value__store(row, "x", &options, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "--debug-dir can be given 16 times at most");
	assert_int_equal(options.debug_dirs.nr, OPTIONS_FOLDERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_default), cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_numbers),	      cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_times),	      cmocka_unit_test(test_shares),
		cmocka_unit_test(test_names),	      cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
