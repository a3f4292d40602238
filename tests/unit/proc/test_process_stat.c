// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/process_stat.h"

#include <stdio.h>
#include <string.h>

#define REST                                                                                       \
	" S 4242 4711 4711 0 -1 4194304 1164 0 0 0 1 2 0 0 20 0 3 0 987654321 5820416 1024 "       \
	"18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n"

static void assert_none(const char *text)
{
	struct process_stat stat, before;

	memset(&stat, 0x5a, sizeof(stat));
	before = stat;
	assert_false(process_stat__parse(&stat, text));
	assert_memory_equal(&stat, &before, sizeof(stat));
}

static void assert_comm(const char *text, const char *comm)
{
	struct process_stat stat;

	assert_true(process_stat__parse(&stat, text));
	assert_string_equal(stat.comm, comm);
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.parent, 4242);
	assert_int_equal(stat.threads, 3);
	assert_int_equal(stat.start, 987654321);
}

static void reads_a_process(void **state)
{
	(void)state;
	assert_comm("4711 (python3)" REST, "python3");
}

/* A process may call itself anything of 15 bytes, a kernel thread of a workqueue more. */
static void takes_any_name(void **state)
{
	(void)state;
	assert_comm("4711 ()" REST, "");
	assert_comm("4711 (a b)" REST, "a b");
	assert_comm("4711 () S 1 1 1)" REST, ") S 1 1 1");
	assert_comm("4711 (((()))" REST, "((())");
	assert_comm("4711 (\x1b[2J\n)" REST, "\x1b[2J\n");
	assert_comm("4711 (\xff\xfe)" REST, "\xff\xfe");
	assert_comm("4711 (kworker/u8:3-events_unbound_a_name_that_nobody_has_because_it_is_much_"
		    "too_long)" REST,
		    "kworker/u8:3-events_unbound_a_name_that_nobody_has_because_it_i");
}

static void refuses_what_is_no_process(void **state)
{
	(void)state;
	assert_none("");
	assert_none("4711");
	assert_none("4711 (python3");
	assert_none("4711 python3) S 1");
	assert_none(")(");
	assert_none(")" REST "(");
	assert_none("4711 (python3)_S 4242 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 9 5");
	assert_none("4711 (python3) SS 4242 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 9 5");
	assert_none("4711 (python3)  4242 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 9x 5");
	/* beyond what such a number can be */
	assert_none("1 (a) S 4294967296 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 3 0 9 5");
	assert_none("1 (a) S 1 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 4294967296 0 9 5");
	assert_none("4711 (python3)");
	assert_none("4711 (python3) ");
	assert_none("4711 (python3) S");
	assert_none("4711 (python3) S 1 2 3");
	assert_none("4711 (python3) S -1 4711 4711 0 -1 4194304 1164 0 0 0 1 2 0 0 20 0 3 0 9 5");
	assert_none("4711 (python3) S 1 4711 4711 0 -1 4194304 1164 0 0 0 1 2 0 0 20 0 x 0 9 5");
	assert_none("4711 (python3) S 1 4711 4711 0 -1 4194304 1164 0 0 0 1 2 0 0 20 0 3 0 "
		    "99999999999999999999 5");
}

/* Numbers as large as they can be; the last that is read may end the text. */
static void takes_the_largest_numbers(void **state)
{
	static const char *const ends[] = {"", " ", "\n"};
	struct process_stat stat;
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(text, sizeof(text),
			 "1 (a) R 4294967295 4711 4711 0 -1 4194304 1 0 0 0 1 2 0 0 20 0 "
			 "4294967295 0 18446744073709551615%s",
			 ends[i]);
		assert_true(process_stat__parse(&stat, text));
		assert_int_equal(stat.state, 'R');
		assert_int_equal(stat.parent, UINT32_MAX);
		assert_int_equal(stat.threads, UINT32_MAX);
		assert_true(stat.start == UINT64_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_process),
		cmocka_unit_test(takes_any_name),
		cmocka_unit_test(refuses_what_is_no_process),
		cmocka_unit_test(takes_the_largest_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
