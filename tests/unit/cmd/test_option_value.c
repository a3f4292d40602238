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

static void check_value(const char *name, const char *value, const char *sentence)
{
	const struct option_row *row;
	struct options options = {};
	char why[512];
	size_t i = 0;

	while ((row = option_table__row(i)) && strcmp(row->name, name))
		i++;
	assert_non_null(row);
	assert_int_equal(option_value__store(row, value, &options, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, sentence);
}

static void test_sentences(void **state)
{
	(void)state;
	check_value("--interval", "0",
		    "--interval: \"0\" is not a time from 0.1s to 3650d, such as 30s, 5m or 2h");
	check_value("--stack-depth", "57", "--stack-depth: \"57\" is not a number from 1 to 56");
	check_value("--sort", "size", "--sort: \"size\" is not bytes, growth, objects or age");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_default),
		cmocka_unit_test(test_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
