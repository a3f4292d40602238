// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/object_sample.h"

#include <string.h>

#define OBJECTS 1000
#define ROUNDS	2000

static void test_few_are_all_taken(void **state)
{
	struct object_sample sample = {};
	uint64_t random = 0;

	(void)state;
	for (uint32_t i = 0; i < OBJECT_SAMPLE; i++)
		object_sample__take(&sample, 100 + i, &random);
	assert_int_equal(sample.of, OBJECT_SAMPLE);
	assert_int_equal(sample.nr, OBJECT_SAMPLE);
	for (uint32_t i = 0; i < OBJECT_SAMPLE; i++)
		assert_int_equal(sample.slots[i], 100 + i);
}

/* Each of many is as likely to be there: about 128 times of 2000, with a deviation of 11. */
static void test_all_are_as_likely(void **state)
{
	static uint32_t times[OBJECTS];
	uint64_t random = 0;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct object_sample sample = {};

		for (uint32_t i = 0; i < OBJECTS; i++)
			object_sample__take(&sample, i, &random);
		assert_int_equal(sample.of, OBJECTS);
		assert_int_equal(sample.nr, OBJECT_SAMPLE);
		for (uint32_t i = 0; i < sample.nr; i++)
			times[sample.slots[i]]++;
	}
	for (uint32_t i = 0; i < OBJECTS; i++)
		assert_in_range(times[i], 128 - 60, 128 + 60);
}

static void test_an_object_that_changes(void **state)
{
	struct kleak_bucket bucket = {.key = {[2] = ~0x1000ULL},
				      .record = {[2] = {.site = 3, .allocated_at = 9}}};
	struct object_sample_one one;

	(void)state;
	assert_false(object_sample__begin(&one, &bucket, 1));
	assert_true(object_sample__begin(&one, &bucket, 2));
	assert_int_equal(one.record.site, 3);
	assert_true(object_sample__is_same(&one, &bucket, 2));
	bucket.record[2].allocated_at++;
	assert_false(object_sample__is_same(&one, &bucket, 2));
	bucket.record[2].allocated_at--;
	bucket.key[2] = KLEAK_KEY_BUSY;
	assert_false(object_sample__is_same(&one, &bucket, 2));
	assert_false(object_sample__begin(&one, &bucket, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_are_all_taken),
		cmocka_unit_test(test_all_are_as_likely),
		cmocka_unit_test(test_an_object_that_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
