// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/referrers.h"

#include <string.h>

static struct place place(const char *kind, const char *name, uint64_t offset)
{
	struct place p = {.kind = kind, .offset = offset};

	strcpy(p.name, name);
	return p;
}

static void test_objects_are_counted_once(void **state)
{
	struct referrers holders = {};
	const struct place list = place("cache", "foo", 24), head = place("variable", "foos", 0),
			   other = place("cache", "foo", 32);
	const struct referrers_site *site;
	uint32_t first, second;

	(void)state;
	referrers__begin(&holders);
	assert_int_equal(referrers__add_site(&holders, 77, &first), 0);
	assert_int_equal(referrers__add_site(&holders, 78, &second), 0);
	for (uint32_t object = 0; object < 5; object++) {
		assert_int_equal(referrers__add(&holders, first, object, &other), 0);
		assert_int_equal(referrers__add(&holders, first, object, &list), 0);
		assert_int_equal(referrers__add(&holders, first, object, &list), 0);
	}
	assert_int_equal(referrers__add(&holders, first, 5, &head), 0);
	assert_int_equal(referrers__add(&holders, first, 5, &list), 0);
	referrers__end(&holders);
	site = referrers__of(&holders, 77);
	assert_int_equal(site->nr, 3);
	assert_int_equal(site->list[0].objects, 6);
	assert_int_equal(site->list[0].place.offset, 24);
	assert_int_equal(site->list[1].objects, 5);
	assert_string_equal(site->list[2].place.name, "foos");
	assert_int_equal(referrers__of(&holders, 78)->nr, 0);
	assert_null(referrers__of(&holders, 79));

	/* again, with the memory there is */
	holders.sites[first].sampled = 5;
	referrers__begin(&holders);
	assert_null(referrers__of(&holders, 77));
	assert_int_equal(referrers__add_site(&holders, 80, &first), 0);
	assert_int_equal(first, 0);
	assert_int_equal(referrers__of(&holders, 80)->nr, 0);
	assert_int_equal(referrers__of(&holders, 80)->sampled, 0);
	assert_int_equal(referrers__add(&holders, first, 9, &list), 0);
	assert_int_equal(referrers__of(&holders, 80)->list[0].objects, 1);
	referrers__free(&holders);
}

/* Kind, name and offset make a place; of one object it counts once however it comes in between. */
static void test_what_makes_a_place(void **state)
{
	const struct place places[] = {place("cache", "a", 8), place("variable", "a", 8),
				       place("cache", "b", 8), place("cache", "a", 16)};
	struct referrers holders = {};
	const struct referrers_site *site;
	uint32_t number;

	(void)state;
	assert_int_equal(referrers__add_site(&holders, 1, &number), 0);
	for (uint32_t object = 0; object < 2; object++)
		for (int times = 0; times < 2; times++)
			for (size_t i = 0; i < 4; i++)
				assert_int_equal(
					referrers__add(&holders, number, object, &places[i]), 0);
	site = referrers__of(&holders, 1);
	assert_int_equal(site->nr, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(site->list[i].objects, 2);
	referrers__free(&holders);
}

/* The most objects first; as many: by name, then by place. */
static void test_order(void **state)
{
	const struct place b8 = place("cache", "b", 8), b0 = place("cache", "b", 0),
			   a = place("cache", "a", 64), most = place("cache", "z", 0);
	struct referrers holders = {};
	const struct referrers_site *site;
	uint32_t number;

	(void)state;
	referrers__begin(&holders);
	assert_int_equal(referrers__add_site(&holders, 1, &number), 0);
	assert_int_equal(referrers__add(&holders, number, 1, &b8), 0);
	assert_int_equal(referrers__add(&holders, number, 1, &b0), 0);
	assert_int_equal(referrers__add(&holders, number, 1, &a), 0);
	assert_int_equal(referrers__add(&holders, number, 1, &most), 0);
	assert_int_equal(referrers__add(&holders, number, 2, &most), 0);
	referrers__end(&holders);
	site = referrers__of(&holders, 1);
	assert_int_equal(site->nr, 4);
	assert_string_equal(site->list[0].place.name, "z");
	assert_string_equal(site->list[1].place.name, "a");
	assert_string_equal(site->list[2].place.name, "b");
	assert_int_equal(site->list[2].place.offset, 0);
	assert_int_equal(site->list[3].place.offset, 8);
	referrers__free(&holders);
	assert_null(holders.sites);
	assert_int_equal(holders.nr, 0);
}

static void test_many_sites(void **state)
{
	const struct place here = place("cache", "a", 0);
	struct referrers holders = {};
	uint32_t number;

	(void)state;
	for (uint64_t id = 1; id <= 100; id++) {
		assert_int_equal(referrers__add_site(&holders, id, &number), 0);
		assert_int_equal(number, id - 1);
		for (uint32_t object = 1; object <= id; object++)
			assert_int_equal(referrers__add(&holders, number, object, &here), 0);
	}
	referrers__end(&holders);
	for (uint64_t id = 1; id <= 100; id++)
		assert_int_equal(referrers__of(&holders, id)->list[0].objects, id);
	referrers__free(&holders);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_objects_are_counted_once),
		cmocka_unit_test(test_what_makes_a_place),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_many_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
