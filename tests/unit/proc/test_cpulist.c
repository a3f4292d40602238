// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/cpulist.h"

#include <string.h>

#define LIMIT 8

static uint32_t list[LIMIT];

static uint32_t read_text(const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	uint32_t nr = cpulist__read(list, LIMIT, file);

	fclose(file);
	return nr;
}

static void test_lists(void **state)
{
	(void)state;
	assert_int_equal(read_text("0\n"), 1);
	assert_int_equal(list[0], 0);
	assert_int_equal(read_text("0-1,4-5,7\n"), 5);
	assert_memory_equal(list, ((const uint32_t[]){0, 1, 4, 5, 7}), 5 * sizeof(*list));
	assert_int_equal(read_text("3,5"), 2);
	assert_memory_equal(list, ((const uint32_t[]){3, 5}), 2 * sizeof(*list));
	assert_int_equal(read_text("2-3"), 2);
	assert_memory_equal(list, ((const uint32_t[]){2, 3}), 2 * sizeof(*list));
	assert_int_equal(read_text("4-4\n"), 1);
	assert_int_equal(list[0], 4);
}

/* CPUs that nobody has room for; the same ones again and again. */
static void test_limit(void **state)
{
	(void)state;
	assert_int_equal(read_text("6-1023\n"), 2);
	assert_int_equal(list[1], 7);
	assert_int_equal(read_text("0-4294967295\n"), LIMIT);
	assert_int_equal(read_text("0-5,0-5,0-5\n"), LIMIT);
	assert_int_equal(read_text("4294967295\n"), 0);
	assert_int_equal(read_text("7\n"), 1);
	assert_int_equal(read_text("8\n"), 0);
}

static void test_no_list(void **state)
{
	static const char *const texts[] = {"\n",    "x",	"0-",	   "0,",    "0-x\n",
					    "1;2\n", "0-1-2\n", "0-1;2\n", "1,x\n", ",1\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(read_text(texts[i]), 0);
	assert_int_equal(read_text("5-3\n"), 0); /* upside down: nobody */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
