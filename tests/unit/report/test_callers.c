// SPDX-License-Identifier: GPL-2.0-only
#include "report/stacks.h"

#include "report/callers.h"

#include <stdio.h>

static struct callers callers;

static int forget(void **state)
{
	(void)state;
	callers__free(&callers);
	return 0;
}

static void add(const char *text, uint64_t place, bool suspect)
{
	struct stack *stack = stack_of_place(text, place);

	assert_int_equal(callers__add(&callers, stack->frames, stack->nr, suspect, NULL), 0);
}

/* The number of the function of that name, which was seen; asking adds a frame to it. */
static uint32_t number_of(const char *name)
{
	struct stack *stack = stack_of(name);
	uint32_t nr = callers.nr, number;

	assert_int_equal(callers__add(&callers, stack->frames, 1, false, &number), 0);
	assert_int_equal(callers.nr, nr);
	return number;
}

static const struct callers_function *function_of(const char *name)
{
	return &callers.functions[number_of(name)];
}

static void test_functions_are_told_by_name_and_module(void **state)
{
	struct stack *first = stack_of("leaf < f < f[one] < f[two] < leaf < leaf");
	struct stack *again = stack_of("f[two] < f[one] < f < leaf");
	uint32_t numbers[6], others[4];

	(void)state;
	assert_int_equal(callers__add(&callers, first->frames, 6, false, numbers), 0);
	assert_int_equal(callers.nr, 4);
	assert_int_equal(numbers[0], numbers[4]);
	assert_int_equal(numbers[0], numbers[5]);
	assert_int_equal(callers__add(&callers, again->frames, 4, false, others), 0);
	assert_int_equal(callers.nr, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(others[i], numbers[3 - i]);
	assert_int_equal(callers__add(&callers, first->frames, 6, false, numbers), 0);
	assert_int_equal(callers.nr, 4);
	assert_int_equal(numbers[3], others[0]);
}

static void test_functions_without_names_are_told_by_address(void **state)
{
	const struct symbols_frame stack[] = {
		{.address = 0x1000}, {.address = 0x2000}, {.address = 0x1000}};
	uint32_t numbers[3];

	(void)state;
	assert_int_equal(callers__add(&callers, stack, 3, false, numbers), 0);
	assert_int_equal(callers.nr, 2);
	assert_int_equal(numbers[0], numbers[2]);
	assert_int_not_equal(numbers[0], numbers[1]);
	assert_false(callers__is_constructor(&callers, numbers[0]));
	assert_false(callers__is_entry(&callers, numbers[0]));
}

static void test_who_calls_from_where(void **state)
{
	(void)state;
	add("alloc < a < top", 0, false);
	add("alloc < a < top", 0, false); /* the same again */
	add("alloc < a < top", 1, false); /* from another place in a */
	add("alloc < b < top", 0, true);
	add("alloc < b < top", 0, true);
	assert_int_equal(function_of("alloc")->callers, 2);
	assert_int_equal(function_of("alloc")->places, 3);
	assert_int_equal(function_of("alloc")->places_suspect, 1);
	assert_int_equal(function_of("alloc")->callees, 0);
	assert_int_equal(function_of("a")->callers, 1);
	assert_int_equal(function_of("a")->callees, 1);
	assert_int_equal(function_of("top")->callers, 0);
	assert_int_equal(function_of("top")->callees, 2);
	/* a place that did not leak before, and one that does no longer */
	add("alloc < a < top", 0, true);
	add("alloc < b < top", 0, false);
	assert_int_equal(function_of("alloc")->places, 3);
	assert_int_equal(function_of("alloc")->places_suspect, 2);
	assert_int_equal(function_of("a")->places_suspect, 1);
}

/* Who is inlined calls for whom it is inlined into; it is called, but is no work passed on. */
static void test_inlined_functions(void **state)
{
	(void)state;
	add("alloc < helper(inlined) < outer < top", 0, false);
	assert_int_equal(function_of("helper")->callers, 1);
	assert_int_equal(function_of("helper")->callees, 0);
	assert_int_equal(function_of("alloc")->callers, 1);
	assert_int_equal(function_of("outer")->callees, 1);
	add("alloc < outer < top", 0, false);
	assert_int_equal(function_of("alloc")->callers, 1);
	assert_int_equal(function_of("outer")->callees, 1);
	add("other < outer < top", 0, false);
	assert_int_equal(function_of("outer")->callees, 2);
}

/* Frames nearer than CALLERS_NEAR to the allocation, those that are inlined not counted. */
static void test_frames_near_to_the_allocation(void **state)
{
	static const struct {
		const char *name;
		bool near;
	} frames[] = {{"f0", true},  {"i1", true},  {"f1", true}, {"f2", true},
		      {"i3", false}, {"f3", false}, {"f4", false}};

	(void)state;
	add("f0 < i1(inlined) < f1 < f2 < i3(inlined) < f3 < f4", 0, false);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		const struct callers_function *f = function_of(frames[i].name);

		assert_int_equal(f->frames, 2); /* it stood alone when it was asked for */
		assert_int_equal(f->near, 1 + frames[i].near);
	}
}

static void test_constructors_by_name(void **state)
{
	(void)state;
	add("__alloc_skb < mine < do_syscall_64", 0, false);
	assert_true(callers__is_constructor(&callers, number_of("__alloc_skb")));
	assert_false(callers__is_constructor(&callers, number_of("mine")));
	assert_false(callers__is_entry(&callers, number_of("mine")));
	assert_false(callers__passes_on(&callers, number_of("mine")));
	assert_true(callers__is_entry(&callers, number_of("do_syscall_64")));
	assert_true(callers__passes_on(&callers, number_of("do_syscall_64")));
}

/* `functions` of them call it, from `places` places each; some of these may leak. */
static bool is_constructor(int functions, int places, int suspect)
{
	char text[64];

	callers__free(&callers);
	for (int i = 0; i < functions; i++) {
		for (int place = 0; place < places; place++) {
			snprintf(text, sizeof(text), "build < caller_%d < top", i);
			add(text, place, suspect-- > 0);
		}
	}
	return callers__is_constructor(&callers, number_of("build"));
}

static void test_constructors_by_who_calls_them(void **state)
{
	(void)state;
	assert_false(is_constructor(CALLERS_MANY - 1, 1, 0));
	assert_true(is_constructor(CALLERS_MANY, 1, 0));
	assert_false(is_constructor(1, CALLERS_MANY_PLACES - 1, 0));
	assert_true(is_constructor(1, CALLERS_MANY_PLACES, 0));
	/* where most of what is built leaks, it is the builder's fault */
	assert_true(is_constructor(CALLERS_MANY, 1, 2));
	assert_false(is_constructor(CALLERS_MANY, 1, 3));
}

/* One in ten frames may be farther away; who passes work on builds nothing. */
static void test_constructors_are_near(void **state)
{
	uint32_t build;

	(void)state;
	assert_true(is_constructor(9, 1, 0)); /* and one that asks: 10 frames */
	build = number_of("build");	      /* 11 */
	add("a < b < c < build < top", 0, false);
	assert_true(callers__is_constructor(&callers, build)); /* 11 of 12 */
	add("a < b < c < build < top", 0, false);
	assert_false(callers__is_constructor(&callers, build)); /* 11 of 13 */
	for (int i = 0; i < 7; i++)
		number_of("build");
	assert_true(callers__is_constructor(&callers, build)); /* 18 of 20 */
}

static void test_who_calls_many_passes_work_on(void **state)
{
	char text[64];

	(void)state;
	for (int i = 0; i < CALLERS_PASSES_ON; i++) {
		snprintf(text, sizeof(text), "callee_%d < hub < top", i);
		if (i)
			assert_false(callers__passes_on(&callers, number_of("hub")));
		add(text, 0, false);
	}
	assert_true(callers__passes_on(&callers, number_of("hub")));
	assert_false(callers__is_entry(&callers, number_of("hub")));
}

static void test_what_does_not_leak_is_seen(void **state)
{
	struct stack *stack = stack_of("alloc < a < top");

	(void)state;
	assert_int_equal(callers__see(stack->frames, stack->nr, &callers), 0);
	assert_int_equal(function_of("alloc")->places, 1);
	assert_int_equal(function_of("alloc")->places_suspect, 0);
	assert_int_equal(callers__add(&callers, stack->frames, 0, true, NULL), 0);
	assert_int_equal(callers.nr, 3);
	callers__free(&callers);
	assert_int_equal(callers.nr, 0);
	assert_null(callers.functions);
	assert_null(callers.suspect);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_functions_are_told_by_name_and_module, forget),
		cmocka_unit_test_teardown(test_functions_without_names_are_told_by_address, forget),
		cmocka_unit_test_teardown(test_who_calls_from_where, forget),
		cmocka_unit_test_teardown(test_inlined_functions, forget),
		cmocka_unit_test_teardown(test_frames_near_to_the_allocation, forget),
		cmocka_unit_test_teardown(test_constructors_by_name, forget),
		cmocka_unit_test_teardown(test_constructors_by_who_calls_them, forget),
		cmocka_unit_test_teardown(test_constructors_are_near, forget),
		cmocka_unit_test_teardown(test_who_calls_many_passes_work_on, forget),
		cmocka_unit_test_teardown(test_what_does_not_leak_is_seen, forget),
	};

	return cmocka_run_group_tests(tests, NULL, stacks_free);
}
