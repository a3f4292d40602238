// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/bpfcode.h"

#include <stdio.h>
#include <string.h>

#define HERE 0xffffffffc0300000ULL
#define SIZE 0xc0

static struct kleak_code made(const char *name, uint64_t start, uint64_t load_ns)
{
	struct kleak_code code = {.start = start, .end = start + SIZE, .load_ns = load_ns};

	snprintf(code.name, sizeof(code.name), "%s", name);
	return code;
}

static void list(struct bpfcode *code, const struct kleak_code *here, size_t nr, uint32_t changes)
{
	assert_int_equal(bpfcode__list(code, here, nr, changes, changes), 0);
}

static void goes(struct bpfcode *code, struct kleak_code *gone, uint32_t change)
{
	gone->change = change;
	assert_int_equal(bpfcode__add_gone(code, gone, gone->name), 0);
}

/* "": not known. */
static const char *called(const struct bpfcode *code, uint64_t address, uint32_t changes,
			  uint64_t ns)
{
	struct bpfcode_function function;

	if (!bpfcode__find(code, address, changes, ns, &function))
		return "";
	assert_true(address >= function.start && address < function.end);
	return function.name;
}

static void whoever_went_first_was_there_first(void **state)
{
	struct kleak_code alpha = made("alpha", HERE, 100), beta = made("beta", HERE + 0x40, 300);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	goes(&code, &alpha, 1);
	list(&code, &beta, 1, 1);
	assert_string_equal(called(&code, HERE + 0x50, 0, 200), "alpha");
	assert_string_equal(called(&code, HERE + 0x50, 1, 400), "beta");
	assert_string_equal(called(&code, HERE + 0x10, 1, 400), ""); /* alpha had gone */
	assert_string_equal(called(&code, HERE + SIZE, 0, 200), ""); /* beyond its end */
	assert_string_equal(called(&code, HERE + SIZE, 1, 400), "beta");
	assert_string_equal(called(&code, HERE - 1, 0, 200), "");
	bpfcode__free(&code);
}

/* Loading begins before there is code: until alpha went, it was alpha's place. */
static void loading_takes_time(void **state)
{
	struct kleak_code alpha = made("alpha", HERE, 100), beta = made("beta", HERE, 150);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	goes(&code, &alpha, 1);
	list(&code, &beta, 1, 1);
	assert_string_equal(called(&code, HERE, 0, 200), "alpha");
	assert_string_equal(called(&code, HERE, 1, 200), "beta");
	bpfcode__free(&code);
}

static void nobody_is_named_before_he_was_loaded(void **state)
{
	struct kleak_code beta = made("beta", HERE, 300);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	list(&code, &beta, 1, 0);
	assert_string_equal(called(&code, HERE, 0, 299), "");
	assert_string_equal(called(&code, HERE, 0, 300), "beta");
	bpfcode__free(&code);
}

/* Not in the list any more, and its going not told yet: known until it was seen last. */
static void one_that_is_about_to_go_has_its_name(void **state)
{
	struct kleak_code alpha = made("alpha", HERE, 100);
	struct bpfcode code = {};

	(void)state;
	list(&code, &alpha, 1, 3);
	list(&code, NULL, 0, 4);
	assert_string_equal(called(&code, HERE, 3, 200), "alpha");
	assert_string_equal(called(&code, HERE, 4, 200), "");
	assert_true(bpfcode__has(&code, HERE));
	list(&code, NULL, 0, 4);
	assert_string_equal(called(&code, HERE, 3, 200), "");
	bpfcode__free(&code);
}

/* It came, made a site, and went between two lists. */
static void one_that_was_in_no_list_is_told(void **state)
{
	struct kleak_code alpha = made("alpha", HERE, 100);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	list(&code, NULL, 0, 7);
	goes(&code, &alpha, 5);
	assert_string_equal(called(&code, HERE, 4, 200), "alpha");
	assert_string_equal(called(&code, HERE, 5, 200), "");
	assert_true(bpfcode__has(&code, HERE));
	assert_false(bpfcode__has(&code, HERE + SIZE));
	bpfcode__free(&code);
}

/* Somebody who was not told of may have had the place while beta was being loaded. */
static void gaps_take_certainty(void **state)
{
	struct kleak_code beta = made("beta", HERE, 100);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	assert_int_equal(bpfcode__list(&code, &beta, 1, 2, 3), 0);
	assert_string_equal(called(&code, HERE, 1, 200), "beta");
	bpfcode__lose(&code, 4);
	bpfcode__lose(&code, 3); /* told later */
	assert_string_equal(called(&code, HERE, 1, 200), "");
	assert_string_equal(called(&code, HERE, 2, 200), "");
	list(&code, &beta, 1, 9);
	assert_string_equal(called(&code, HERE, 3, 200), "beta"); /* it was seen by then */
	assert_string_equal(called(&code, HERE, 4, 200), "beta");
	goes(&code, &beta, 10);
	list(&code, NULL, 0, 10);
	list(&code, NULL, 0, 10);
	assert_string_equal(called(&code, HERE, 2, 200), "");
	assert_string_equal(called(&code, HERE, 3, 200), "beta");
	bpfcode__free(&code);
}

/* Somebody else may have had its place before it: when it came is not known. */
static void trampolines_have_no_name(void **state)
{
	struct kleak_code trampoline = made("trampoline", HERE, 0), beta = made("beta", HERE, 100);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	goes(&code, &trampoline, 1);
	list(&code, &beta, 1, 1);
	assert_string_equal(called(&code, HERE, 0, 200), ""); /* nor is it beta's */
	assert_true(bpfcode__has(&code, HERE));
	assert_string_equal(called(&code, HERE, 1, 200), "beta");
	bpfcode__free(&code);
}

/* Without a date only who was there from the beginning, and still is. */
static void without_a_date_it_must_always_have_been_there(void **state)
{
	const struct kleak_code both[] = {made("beta", HERE + 0x1000, 300),
					  made("alpha", HERE, 100)};
	struct kleak_code again = made("alpha", HERE, 500);
	struct bpfcode code = {};

	(void)state;
	list(&code, &both[1], 1, 0);
	assert_string_equal(called(&code, HERE, 0, 0), "alpha");
	list(&code, both, 2, 1);
	assert_string_equal(called(&code, HERE, 0, 0), "alpha");
	assert_string_equal(called(&code, HERE + 0x1000, 0, 0), "");
	assert_string_equal(called(&code, HERE + 0x1000, 1, 400), "beta");
	list(&code, &again, 1, 2);
	assert_string_equal(called(&code, HERE, 0, 0), "");
	bpfcode__free(&code);
}

/* The oldest are forgotten, and not mistaken. */
static void memory_is_bounded(void **state)
{
	struct kleak_code one = made("one", HERE, 1), other = made("other", HERE, 2);
	struct bpfcode code = {};

	(void)state;
	list(&code, NULL, 0, 0);
	goes(&code, &one, 1);
	for (uint32_t i = 0; i < 2 * BPFCODE_MOST_GONE; i++) {
		other.load_ns = 2 + i;
		goes(&code, &other, 2 + i);
	}
	assert_int_equal(code.nr_gone, BPFCODE_MOST_GONE);
	/* "other" began to be loaded by then, in the place of one whom nobody remembers */
	assert_string_equal(called(&code, HERE, 0, 10 * BPFCODE_MOST_GONE), "");
	assert_string_equal(called(&code, HERE, 2 * BPFCODE_MOST_GONE, 10 * BPFCODE_MOST_GONE),
			    "other");
	bpfcode__free(&code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_went_first_was_there_first),
		cmocka_unit_test(loading_takes_time),
		cmocka_unit_test(nobody_is_named_before_he_was_loaded),
		cmocka_unit_test(one_that_is_about_to_go_has_its_name),
		cmocka_unit_test(one_that_was_in_no_list_is_told),
		cmocka_unit_test(gaps_take_certainty),
		cmocka_unit_test(trampolines_have_no_name),
		cmocka_unit_test(without_a_date_it_must_always_have_been_there),
		cmocka_unit_test(memory_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
