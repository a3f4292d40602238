// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/charge_list.h"
#include "memory/charge_sums.h"
#include "memory/charges.h"

#include <errno.h>
#include <string.h>

static uint32_t cache_of(struct charge_sums *sums, uint64_t address, uint32_t size,
			 const char *name)
{
	int is_new;
	int64_t index = charge_sums__cache(sums, address, &is_new);

	assert_true(index >= 0);
	sums->caches[index].size = size;
	strcpy(sums->caches[index].name, name);
	return (uint32_t)index;
}

static void add(struct charge_sums *sums, uint32_t memcg, uint32_t cache, int nr)
{
	for (int i = 0; i < nr; i++)
		assert_int_equal(charge_sums__add_object(sums, memcg, cache), 0);
}

static void test_sums(void **state)
{
	struct charge_sums sums = {};
	const struct charge_total *total;
	uint32_t filp, cred;
	int is_new;

	(void)state;
	assert_int_equal(charge_sums__begin(&sums, 3), 0);
	filp = cache_of(&sums, 0x1000, 256, "filp");
	cred = cache_of(&sums, 0x2000, 192, "cred");
	assert_int_equal(charge_sums__cache(&sums, 0x1000, &is_new), filp);
	assert_false(is_new);
	add(&sums, 2, cred, 4);
	add(&sums, 1, cred, 1);
	add(&sums, 2, filp, 5);
	add(&sums, CHARGES_UNKNOWN, filp, 2);
	charge_sums__add(&sums, 2, CHARGE_TABLES, 4096);
	charge_sums__add(&sums, 2, CHARGE_FILE, 8192);
	charge_sums__add(&sums, CHARGES_NOBODY, CHARGE_PAGES, 4096);
	charge_sums__sort(&sums);
	total = charge_sums__of(&sums, 2);
	assert_int_equal(total->count[CHARGE_SLAB], 9);
	assert_int_equal(total->bytes[CHARGE_SLAB], 4 * 192 + 5 * 256);
	assert_int_equal(total->count[CHARGE_FILE], 1);
	assert_int_equal(charge_sums__kernel_bytes(total), 4 * 192 + 5 * 256 + 4096);
	assert_int_equal(charge_sums__of(&sums, 0)->count[CHARGE_SLAB], 0);
	assert_int_equal(charge_sums__of(&sums, CHARGES_UNKNOWN)->bytes[CHARGE_SLAB], 512);
	assert_int_equal(charge_sums__of(&sums, CHARGES_NOBODY)->bytes[CHARGE_PAGES], 4096);
	assert_int_equal(sums.nr_rows, 4);
	assert_int_equal(sums.rows[0].memcg, 1);
	assert_int_equal(sums.rows[1].cache, filp); /* the larger sum first */
	assert_int_equal(sums.rows[1].objects, 5);
	assert_int_equal(sums.rows[2].cache, cred);
	assert_int_equal(sums.rows[3].memcg, CHARGES_UNKNOWN);
	assert_int_equal(sums.caches[filp].charged, 7);
	sums.caches[filp].in_use = 10;
	assert_int_equal(charge_list__uncharged(&sums.caches[filp]), 3);
	sums.caches[filp].in_use = 6; /* freed meanwhile */
	assert_int_equal(charge_list__uncharged(&sums.caches[filp]), 0);
	charge_sums__free(&sums);
}

static void test_too_many_caches(void **state)
{
	struct charge_sums sums = {};
	int is_new;

	(void)state;
	assert_int_equal(charge_sums__begin(&sums, 0), 0);
	for (int i = 0; i < CHARGE_CACHES; i++)
		assert_int_equal(charge_sums__cache(&sums, 8 + (uint64_t)i * 8, &is_new), i);
	assert_int_equal(charge_sums__cache(&sums, 4, &is_new), -ENOSPC);
	assert_int_equal(charge_sums__cache(&sums, 16, &is_new), 1);
	charge_sums__free(&sums);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_too_many_caches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
