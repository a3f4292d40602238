// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/idmap.h"

#include <stdlib.h>

/* splitmix64: every id distinct, all bits used */
static uint64_t id_number(uint64_t i)
{
	uint64_t z = (i + 1) * 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	return z ^ (z >> 27);
}

static void test_empty_finds_nothing(void **state)
{
	struct idmap map = {};

	(void)state;
	assert_int_equal(idmap__find(&map, 0), IDMAP_NONE);
	assert_int_equal(idmap__find(&map, 1), IDMAP_NONE);
	idmap__free(&map);
}

static void test_finds_all_and_only_what_was_added(void **state)
{
	struct idmap map = {};

	(void)state;
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(idmap__add(&map, id_number(i), i), 0);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(idmap__find(&map, id_number(i)), i);
	for (uint32_t i = 5000; i < 10000; i++)
		assert_int_equal(idmap__find(&map, id_number(i)), IDMAP_NONE);
	idmap__free(&map);
}

static void test_ids_that_collide(void **state)
{
	struct idmap map = {};

	(void)state;
	/* the same low bits: one chain */
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(idmap__add(&map, (uint64_t)i << 40, i), 0);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(idmap__find(&map, (uint64_t)i << 40), i);
	assert_int_equal(idmap__find(&map, 100ULL << 40), IDMAP_NONE);
	idmap__free(&map);
}

static void test_clear_forgets(void **state)
{
	struct idmap map = {};

	(void)state;
	assert_int_equal(idmap__add(&map, 7, 1), 0);
	idmap__clear(&map);
	assert_int_equal(idmap__find(&map, 7), IDMAP_NONE);
	assert_int_equal(idmap__add(&map, 7, 2), 0);
	assert_int_equal(idmap__find(&map, 7), 2);
	idmap__free(&map);
}

struct row {
	struct idmap_row row;
	uint64_t value;
};

static void test_rows(void **state)
{
	struct idmap map = {};
	struct row *rows = NULL;
	uint32_t nr = 0;
	size_t room = 0;

	(void)state;
	for (uint64_t i = 0; i < 2000; i++) {
		struct row *row = idmap__row(&map, id_number(i % 1000), (void **)&rows, &nr, &room,
					     sizeof(*rows));

		assert_non_null(row);
		assert_int_equal(row->row.id, id_number(i % 1000));
		assert_int_equal(row->value, i < 1000 ? 0 : i - 1000 + 7);
		row->value = i + 7;
	}
	assert_int_equal(nr, 1000);
	free(rows);
	idmap__free(&map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_finds_nothing),
		cmocka_unit_test(test_finds_all_and_only_what_was_added),
		cmocka_unit_test(test_ids_that_collide),
		cmocka_unit_test(test_clear_forgets),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
