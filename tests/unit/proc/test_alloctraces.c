// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/alloctraces.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

static int parse(struct alloctraces *traces, const char *text)
{
	FILE *file = open_text(text);
	int err = alloctraces__parse(traces, file);

	fclose(file);
	return err;
}

static void test_the_most_frequent(void **state)
{
	struct alloctraces traces;

	(void)state;
	assert_int_equal(
		parse(&traces,
		      "     40 copy_process+0x1a4/0x1b90 waste=640/16 age=1/20/300 pid=1-234 "
		      "cpus=0-1\n"
		      "        kmem_cache_alloc+0x1/0x2\n"
		      "        copy_process+0x1a4/0x1b90\n"
		      "    125 leak_it+0x1f0/0x2d0 [ext4] waste=0/0 age=1/20/300 pid=1 cpus=0\n"
		      "      5 <not-available> age=1 pid=0\n"),
		0);
	assert_string_equal(traces.place, "leak_it+0x1f0/0x2d0 [ext4]");
	assert_int_equal(traces.objects, 125);
	assert_int_equal(traces.total, 170);
}

static void test_no_data(void **state)
{
	struct alloctraces traces;

	(void)state;
	assert_int_equal(parse(&traces, "No data\n"), 0);
	assert_int_equal(traces.total, 0);
	assert_string_equal(traces.place, "");
	assert_int_equal(parse(&traces, ""), 0);
}

static void test_hostile(void **state)
{
	struct alloctraces traces;
	char text[4000] = "3 ";

	(void)state;
	memset(text + 2, 'x', 3000);
	assert_int_equal(parse(&traces, text), 0);
	assert_int_equal(strlen(traces.place), sizeof(traces.place) - 1);
	/* a line that costs itself */
	assert_int_equal(parse(&traces, "99999999999999999999999 f age=1\n5 g age=1\n12\n"), 0);
	assert_int_equal(traces.total, 5);
	assert_string_equal(traces.place, "g");
	assert_int_equal(traces.odd, 2);
	assert_int_equal(parse(&traces, "288230376151711744 f age=1\n1 g age=1\n"), 0);
	assert_int_equal(traces.total, 1ULL << 58);
	assert_int_equal(traces.odd, 1);
}

/* Of as many the first; a place without words about it is whole. */
static void test_what_a_place_is(void **state)
{
	struct alloctraces traces;

	(void)state;
	assert_int_equal(parse(&traces, "7 first+0x1/0x2 age=1\n7 second age=1\n"), 0);
	assert_string_equal(traces.place, "first+0x1/0x2");
	assert_int_equal(parse(&traces, "7 alone+0x1/0x2 [mod]\n"), 0);
	assert_string_equal(traces.place, "alone+0x1/0x2 [mod]");
	assert_int_equal(parse(&traces, "8 longer_name+0x1/0x2 age=1\n9 b age=1\n"), 0);
	assert_string_equal(traces.place, "b");
	assert_int_equal(parse(&traces, "7 =\n"), 0);
	assert_string_equal(traces.place, "");
}

static void test_what_cannot_be_read(void **state)
{
	struct alloctraces traces = {.objects = 77};
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(alloctraces__parse(&traces, file), -EIO);
	fclose(file);
	assert_int_equal(traces.objects, 77); /* untouched */
}

/* A place is cut where there is no room for more of it. */
static void test_long_places(void **state)
{
	struct alloctraces traces;
	char text[200], expected[128] = "";

	(void)state;
	for (size_t length = sizeof(traces.place) - 2; length <= sizeof(traces.place) + 1;
	     length++) {
		size_t kept = length < sizeof(traces.place) ? length : sizeof(traces.place) - 1;

		snprintf(text, sizeof(text), "3 %0*d age=1\n", (int)length, 7);
		assert_int_equal(parse(&traces, text), 0);
		assert_int_equal(strlen(traces.place), kept);
		snprintf(expected, sizeof(expected), "%0*d", (int)length, 7);
		assert_string_equal(traces.place, expected);
	}
}

/* Words behind the first "=" are no part of it, however many there are. */
static void test_where_a_place_ends(void **state)
{
	struct alloctraces traces;

	(void)state;
	assert_int_equal(parse(&traces, "  3 a b age=1 pid=2\n"), 0);
	assert_string_equal(traces.place, "a b");
	assert_int_equal(parse(&traces, "3 x=1 age=2\n"), 0);
	assert_string_equal(traces.place, "");
	assert_int_equal(parse(&traces, "3\tx age=2\n4x y age=1\n"), 0);
	assert_int_equal(traces.objects, 0);
	assert_int_equal(traces.odd, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_most_frequent),
		cmocka_unit_test(test_no_data),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_what_a_place_is),
		cmocka_unit_test(test_what_cannot_be_read),
		cmocka_unit_test(test_long_places),
		cmocka_unit_test(test_where_a_place_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
