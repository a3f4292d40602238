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

/* A map that had many ids gives their room back when it had few. */
static void test_room_is_given_back(void **state)
{
	struct idmap map = {};

	(void)state;
	for (uint32_t i = 0; i < 100000; i++)
		assert_int_equal(idmap__add(&map, id_number(i), i), 0);
	idmap__give_back(&map);
	assert_int_equal(map.room, 262144); /* they had use for it */
	assert_int_equal(idmap__find(&map, id_number(7)), IDMAP_NONE);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(idmap__add(&map, id_number(i), i), 0);
	idmap__give_back(&map);
	assert_int_equal(map.room, 4096);
	assert_int_equal(map.nr, 0);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(idmap__find(&map, id_number(i)), IDMAP_NONE);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(idmap__add(&map, id_number(i), i), 0);
	for (uint32_t i = 0; i < 5000; i++)
		assert_int_equal(idmap__find(&map, id_number(i)), i);
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

/* What was not entered this time goes; the rest moves up, and is found there. */
static void test_rows_that_were_not_entered_go(void **state)
{
	struct idmap_row rows[] = {{.id = 70, .entered = 2},
				   {.id = 71, .entered = 1},
				   {.id = 72, .entered = 2},
				   {.id = 73, .entered = 1}};
	struct idmap map = {};
	uint32_t nr = 4;

	(void)state;
	for (uint32_t i = 0; i < nr; i++)
		assert_int_equal(idmap__add(&map, rows[i].id, i), 0);
	assert_int_equal(idmap__drop_rows(&map, rows, &nr, sizeof(*rows), 2), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(rows[1].id, 72);
	assert_int_equal(map.nr, 2);
	assert_int_equal(idmap__find(&map, 70), 0);
	assert_int_equal(idmap__find(&map, 71), IDMAP_NONE);
	assert_int_equal(idmap__find(&map, 72), 1);
	assert_int_equal(idmap__find(&map, 73), IDMAP_NONE);
	assert_int_equal(idmap__drop_rows(&map, rows, &nr, sizeof(*rows), 2), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(idmap__drop_rows(&map, rows, &nr, sizeof(*rows), 3), 0);
	assert_int_equal(nr, 0);
	assert_int_equal(idmap__find(&map, 70), IDMAP_NONE);
	idmap__free(&map);
}

/* Half of the places stay free, and clearing frees all of them. */
static void test_places(void **state)
{
	struct idmap map = {};

	(void)state;
	for (uint32_t i = 0; i < 128; i++)
		assert_int_equal(idmap__add(&map, i, i), 0);
	assert_int_equal(map.room, 256);
	assert_int_equal(idmap__add(&map, 128, 128), 0);
	assert_int_equal(map.room, 512);
	assert_int_equal(map.nr, 129);
	assert_int_equal(idmap__find(&map, 0), 0);
	idmap__clear(&map);
	for (uint32_t i = 0; i <= 128; i++)
		assert_int_equal(idmap__find(&map, i), IDMAP_NONE);
	assert_int_equal(map.nr, 0);
	idmap__free(&map);
	assert_int_equal(map.room, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty_finds_nothing),
		cmocka_unit_test(test_finds_all_and_only_what_was_added),
		cmocka_unit_test(test_ids_that_collide),
		cmocka_unit_test(test_clear_forgets),
		cmocka_unit_test(test_room_is_given_back),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_rows_that_were_not_entered_go),
		cmocka_unit_test(test_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
