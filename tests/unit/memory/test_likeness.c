// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/likeness.h"

#include <stdlib.h>
#include <string.h>

#define WORDS	 8
#define FUNCTION 0xffffffff81234560ULL
#define OBJECT	 0xffff888004a3b2c0ULL

/* A function, a pointer of its own, a text, a small number, what was left over, zeros. */
static void make(uint64_t *object, uint64_t i)
{
	static const char text[16] = "eth0: queue";

	memset(object, 0, WORDS * sizeof(*object));
	object[0] = FUNCTION;
	object[1] = OBJECT + i * 64;
	memcpy(&object[2], text, sizeof(text));
	object[4] = 1 + i;
	object[5] = i * 0x9e3779b97f4a7c15ULL;
}

static int begin(void **state)
{
	struct likeness *likeness = calloc(1, sizeof(*likeness));
	uint64_t object[WORDS];

	*state = likeness;
	if (!likeness)
		return 1;
	likeness__begin(likeness, WORDS);
	for (uint64_t i = 0; i < 40; i++) {
		make(object, i);
		likeness__learn(likeness, object);
	}
	return !likeness__end(likeness);
}

static int end(void **state)
{
	free(*state);
	return 0;
}

static void test_what_is_learnt(void **state)
{
	const struct likeness *likeness = *state;

	assert_true(likeness->values[0] == FUNCTION);
	assert_int_equal(likeness->values[1], 0);
	assert_int_equal(likeness->kinds[1], LIKENESS_ADDRESS);
	assert_int_equal(likeness->kinds[2], LIKENESS_TEXT);
	assert_int_equal(likeness->kinds[3], LIKENESS_TEXT);
	assert_int_equal(likeness->kinds[4], LIKENESS_SMALL);
	assert_int_equal(likeness->kinds[5], LIKENESS_ANY);
	assert_int_equal(likeness->kinds[7], LIKENESS_ZERO);
	assert_int_equal(likeness->nr_values, 3); /* the text, too */
	assert_int_equal(likeness->nr_kinds, 7);
}

static void test_what_fits(void **state)
{
	const struct likeness *likeness = *state;
	uint64_t object[WORDS];

	make(object, 1000);
	assert_true(likeness__fits(likeness, object));
	object[0] += 8; /* another function */
	assert_false(likeness__fits(likeness, object));
	make(object, 1000);
	object[1] = 0; /* a pointer less */
	assert_false(likeness__fits(likeness, object));
	make(object, 1000);
	object[7] = OBJECT;
	assert_false(likeness__fits(likeness, object));
	make(object, 1000);
	object[5] = OBJECT; /* what differs in them may be anything */
	assert_true(likeness__fits(likeness, object));
}

/* Of large objects a tenth may differ. */
static void test_a_tenth_may_differ(void **state)
{
	struct likeness *likeness = *state;
	uint64_t object[40];

	likeness__begin(likeness, 40);
	for (uint64_t i = 0; i < 40; i++)
		object[i] = FUNCTION + i;
	for (int i = 0; i < LIKENESS_LEAST; i++)
		likeness__learn(likeness, object);
	assert_true(likeness__end(likeness));
	for (uint64_t i = 0; i < 4; i++)
		object[i] = OBJECT;
	assert_true(likeness__fits(likeness, object));
	object[4] = OBJECT;
	assert_false(likeness__fits(likeness, object));
}

/* One object of twenty that is not as the others does not hide what they have in common. */
static void test_nearly_all(void **state)
{
	struct likeness *likeness = *state;
	uint64_t object[WORDS] = {};

	for (uint32_t odd = 1; odd <= 2; odd++) {
		likeness__begin(likeness, WORDS);
		for (uint32_t i = 0; i < 20; i++) {
			make(object, i);
			if (i < odd)
				object[0] = 0;
			likeness__learn(likeness, object);
		}
		assert_true(likeness__end(likeness));
		assert_true(likeness->values[0] == (odd == 1 ? FUNCTION : 0));
		assert_int_equal(likeness->kinds[0], odd == 1 ? LIKENESS_ADDRESS : LIKENESS_ANY);
	}
}

static void test_too_little_to_tell(void **state)
{
	struct likeness *likeness = *state;
	uint64_t object[WORDS] = {};

	/* zeros, and two small numbers */
	likeness__begin(likeness, WORDS);
	object[0] = object[1] = 5;
	for (int i = 0; i < 40; i++)
		likeness__learn(likeness, object);
	assert_false(likeness__end(likeness));
	/* a third one */
	likeness__begin(likeness, WORDS);
	object[2] = 5;
	for (int i = 0; i < 40; i++)
		likeness__learn(likeness, object);
	assert_true(likeness__end(likeness));
	/* seven objects */
	likeness__begin(likeness, WORDS);
	object[0] = FUNCTION;
	for (int i = 0; i < LIKENESS_LEAST - 1; i++)
		likeness__learn(likeness, object);
	assert_false(likeness__end(likeness));
}

/* Errors and poison are no addresses, and a text has three characters. */
static void test_kinds(void **state)
{
	static const struct {
		uint64_t word;
		enum likeness_kind kind;
	} kinds[] = {
		{0xffff, LIKENESS_SMALL},
		{0x10000, LIKENESS_ANY},
		{0xfffffffffffffff4ULL, LIKENESS_ANY}, /* -ENOMEM */
		{0xdead000000000122ULL, LIKENESS_ANY}, /* LIST_POISON2 */
		{0x00007f0012345678ULL, LIKENESS_ANY}, /* a process's */
		{0xffffc90000001000ULL, LIKENESS_ADDRESS},
		{0x0000000000636261ULL, LIKENESS_TEXT}, /* "abc" */
		{0xff00000000636261ULL, LIKENESS_TEXT},
		{0x0000000001636261ULL, LIKENESS_ANY},
	};
	struct likeness *likeness = *state;
	uint64_t object[WORDS] = {};

	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		likeness__begin(likeness, WORDS);
		object[0] = kinds[k].word;
		for (int i = 0; i < LIKENESS_LEAST; i++)
			likeness__learn(likeness, object);
		likeness__end(likeness);
		assert_int_equal(likeness->kinds[0], kinds[k].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_learnt, begin, end),
		cmocka_unit_test_setup_teardown(test_what_fits, begin, end),
		cmocka_unit_test_setup_teardown(test_a_tenth_may_differ, begin, end),
		cmocka_unit_test_setup_teardown(test_nearly_all, begin, end),
		cmocka_unit_test_setup_teardown(test_too_little_to_tell, begin, end),
		cmocka_unit_test_setup_teardown(test_kinds, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
