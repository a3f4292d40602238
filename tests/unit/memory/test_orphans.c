// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/orphans.h"

static struct orphan orphan(uint64_t key, uint64_t allocated_at, uint64_t content)
{
	return (struct orphan){
		.key = key, .allocated_at = allocated_at, .site = 3, .content = content};
}

static void pass(struct orphans *orphans, const struct orphan *list, size_t nr)
{
	orphans__begin(orphans);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(orphans__add(orphans, &list[i]), 0);
	assert_int_equal(orphans__end(orphans), 0);
}

static size_t certain(const struct orphans *orphans)
{
	size_t nr = 0;

	for (size_t i = 0; i < orphans->nr; i++)
		nr += orphans__is_certain(orphans, &orphans->list[i]);
	return nr;
}

static void test_three_passes_in_a_row(void **state)
{
	struct orphans orphans = {.passes = 3};
	const struct orphan list[] = {orphan(0x10, 1, 7), orphan(0x20, 1, 7)};

	(void)state;
	pass(&orphans, list, 2);
	pass(&orphans, list, 2);
	assert_int_equal(certain(&orphans), 0);
	pass(&orphans, list, 2);
	assert_int_equal(certain(&orphans), 2);
	pass(&orphans, list, 2);
	assert_int_equal(certain(&orphans), 2);
	orphans__free(&orphans);
}

/* A pointer in motion: one pass did not see it, the next one does. */
static void test_a_pointer_in_motion(void **state)
{
	struct orphans orphans = {.passes = 3};
	const struct orphan list[] = {orphan(0x10, 1, 7), orphan(0x20, 1, 7)};

	(void)state;
	for (int i = 0; i < 6; i++) {
		pass(&orphans, list, i % 3 == 2 ? 1 : 2);
		assert_int_equal(certain(&orphans), i < 2 ? 0 : 1);
	}
	assert_int_equal(orphans.list[0].key, 0x10);
	orphans__free(&orphans);
}

/* Another record, other content: it begins anew. */
static void test_what_changes_begins_anew(void **state)
{
	struct orphans orphans = {.passes = 2};
	struct orphan list[] = {orphan(0x10, 1, 7), orphan(0x20, 1, 7), orphan(0x30, 1, 7),
				orphan(0x40, 1, 7)};

	(void)state;
	pass(&orphans, list, 4);
	list[0].content++;
	list[1].allocated_at++;
	list[2].site++;
	list[3].allocated_at += 1ULL << 32; /* 52 days */
	pass(&orphans, list, 4);
	assert_int_equal(certain(&orphans), 0);
	pass(&orphans, list, 4);
	assert_int_equal(certain(&orphans), 4);
	orphans__free(&orphans);
}

static void test_acknowledged(void **state)
{
	struct orphans orphans = {.passes = 2};
	struct orphan list[] = {orphan(0x10, 1, 7), orphan(0x20, 1, 7)};

	(void)state;
	pass(&orphans, list, 1);
	pass(&orphans, list, 2);
	assert_int_equal(orphans__acknowledge(&orphans), 1);
	assert_int_equal(orphans__acknowledge(&orphans), 0);
	pass(&orphans, list, 2);
	assert_true(orphans.list[0].acknowledged);
	assert_false(orphans.list[1].acknowledged);
	/* it was referred to for a while: that is news again */
	pass(&orphans, list + 1, 1);
	pass(&orphans, list, 2);
	assert_false(orphans.list[0].acknowledged);
	orphans__free(&orphans);
}

/* While a pass goes on, reports list what the last one found, and the user may leave that out. */
static void test_a_pass_that_goes_on(void **state)
{
	struct orphans orphans = {.passes = 2};
	struct orphan list[] = {orphan(0x10, 1, 7), orphan(0x20, 1, 7)};

	(void)state;
	pass(&orphans, list, 1);
	pass(&orphans, list, 1);
	orphans__begin(&orphans);
	assert_int_equal(certain(&orphans), 1);
	assert_int_equal(orphans__add(&orphans, &list[0]), 0);
	assert_int_equal(orphans__add(&orphans, &list[1]), 0);
	assert_int_equal(orphans.nr, 1);
	assert_int_equal(orphans__acknowledge(&orphans), 1);
	assert_int_equal(orphans__end(&orphans), 0);
	assert_int_equal(orphans.nr, 2);
	assert_true(orphans.list[0].acknowledged);
	assert_false(orphans.list[1].acknowledged);
	/* one that does not end has found nothing */
	orphans__begin(&orphans);
	assert_int_equal(orphans__add(&orphans, &list[0]), 0);
	pass(&orphans, list, 2);
	assert_int_equal(orphans.nr, 2);
	assert_int_equal(orphans.list[0].passes, 4);
	orphans__free(&orphans);
}

/* Pass after pass, many and few, in the memory of two lists that change places. */
static void test_many_orphans(void **state)
{
	struct orphans orphans = {.passes = 4};
	struct orphan list[500];

	(void)state;
	for (int i = 0; i < 500; i++)
		list[i] = orphan(8ULL * i, i, 7);
	for (int p = 1; p <= 12; p++) {
		pass(&orphans, list, p == 5 ? 10 : p % 2 ? 500 : 400);
		for (size_t i = 0; i < orphans.nr; i++)
			assert_int_equal(orphans.list[i].passes, i < 10	    ? p
								 : i >= 400 ? 1
								 : p < 5    ? p
									    : p - 5);
	}
	orphans__free(&orphans);
	assert_null(orphans.list);
	assert_int_equal(orphans.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_three_passes_in_a_row),
		cmocka_unit_test(test_a_pointer_in_motion),
		cmocka_unit_test(test_what_changes_begins_anew),
		cmocka_unit_test(test_acknowledged),
		cmocka_unit_test(test_a_pass_that_goes_on),
		cmocka_unit_test(test_many_orphans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
