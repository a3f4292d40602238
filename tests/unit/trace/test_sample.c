// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/sample.h"

#include <math.h>
#include <stdlib.h>

static void test_all_recorded_is_left_alone(void **state)
{
	struct snapshot_site site = {.live = 3, .objects = 2, .bytes = 128, .allocations = 5};
	struct snapshot snapshot = {.sites = &site, .nr_sites = 1};

	(void)state;
	sample__estimate(&snapshot, 1);
	assert_int_equal(site.live, 3);
	assert_int_equal(site.bytes, 128);
	assert_int_equal(site.allocations, 5);
	assert_true(sample__error(1, 128 * 128) == 0);
}

static void test_each_stands_for_many(void **state)
{
	struct snapshot_site site = {.live = 3,
				     .objects = 2,
				     .bytes = 128,
				     .bytes_requested = 100,
				     .listed = 2,
				     .allocations = 5,
				     .allocations_more = 35,
				     .frees = 2,
				     .frees_more = 14};
	struct snapshot snapshot = {.sites = &site, .nr_sites = 1};

	(void)state;
	sample__estimate(&snapshot, 8);
	assert_int_equal(site.live, 24);
	assert_int_equal(site.objects, 16);
	assert_int_equal(site.listed, 2);
	assert_int_equal(site.bytes, 1024);
	assert_int_equal(site.bytes_requested, 800);
	assert_int_equal(site.allocations, 40);
	assert_int_equal(site.frees, 16);
}

/* How many of `nr` objects of a slab cache are in the sample. */
static uint32_t picked(uint64_t size, uint32_t nr, uint32_t weight)
{
	uint64_t page = 0, address = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (!page || address + size > page + 4096) {
			page = 0xffff888000000000ULL + ((uint64_t)rand() % (1 << 20) << 12);
			address = page;
		}
		n += !(kleak_sample_hash(address) & (weight - 1));
		address += size;
	}
	return n;
}

/* The error that is printed is the error that is made: addresses are no random numbers. */
static void test_slab_addresses_are_sampled_as_if_by_chance(void **state)
{
	static const uint64_t sizes[] = {8, 64, 96, 192, 256, 704, 1024};
	enum { OBJECTS = 8000, ROUNDS = 60 };

	(void)state;
	srand(6);
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (uint32_t weight = 2; weight <= 64; weight *= 4) {
			double error = sample__error(weight, (double)OBJECTS / weight), squares = 0;

			for (int round = 0; round < ROUNDS; round++) {
				double off = (double)picked(sizes[s], OBJECTS, weight) * weight -
					     OBJECTS;

				assert_true(fabs(off) < 5 * error);
				squares += off * off;
			}
			/* chi^2 of 60: 0.54 to 1.66 in all but one case of a thousand */
			assert_true(squares / ROUNDS / (error * error) > 0.4);
			assert_true(squares / ROUNDS / (error * error) < 1.8);
		}
}

/* Of all sites, and the rest of what is counted. */
static void test_every_site_is_estimated(void **state)
{
	struct snapshot_site sites[] = {{.pending = 1, .held_bytes = 10}, {.objects = 3}};
	struct snapshot snapshot = {.sites = sites, .nr_sites = 2};

	(void)state;
	sample__estimate(&snapshot, 4);
	assert_int_equal(sites[0].pending, 4);
	assert_int_equal(sites[0].held_bytes, 40);
	assert_int_equal(sites[1].objects, 12);
	assert_true(sample__error(4, 3) == 6); /* sqrt((16 - 4) 3) */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_recorded_is_left_alone),
		cmocka_unit_test(test_each_stands_for_many),
		cmocka_unit_test(test_slab_addresses_are_sampled_as_if_by_chance),
		cmocka_unit_test(test_every_site_is_estimated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
