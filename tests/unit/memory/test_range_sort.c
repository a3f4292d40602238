// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/range_sort.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST 20000

static uint64_t random_state = 0x9e3779b97f4a7c15ULL;

static uint64_t next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* They are in order, and each is there once, with what belongs to it. */
static void check_sorted(const struct scan_range *ranges, const struct scan_range *before,
			 size_t nr)
{
	static bool seen[MOST];

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < nr; i++) {
		uint32_t object = ranges[i].object;

		assert_true(object < nr && !seen[object]);
		seen[object] = true;
		assert_memory_equal(&ranges[i], &before[object], sizeof(ranges[i]));
		assert_true(!i || ranges[i - 1].start <= ranges[i].start);
	}
}

static void check(uint64_t mask, uint64_t base, size_t nr)
{
	static struct scan_range ranges[MOST], before[MOST];

	memset(ranges, 0, sizeof(ranges));
	for (size_t i = 0; i < nr; i++) {
		ranges[i].start = base | (next_random() & mask);
		ranges[i].end = ranges[i].start + 64;
		ranges[i].object = (uint32_t)i;
		ranges[i].content = next_random() & 1;
	}
	memcpy(before, ranges, sizeof(ranges));
	assert_int_equal(range_sort__by_start(ranges, nr, NULL, NULL), 0);
	check_sorted(ranges, before, nr);
}

static void test_sorts(void **state)
{
	static const uint64_t masks[] = {
		~0ULL, 0xffffffc0, 0xfff, 0xff00000000000000ULL, 0x8000000000000001ULL, 7, 0};
	static const size_t sizes[] = {0, 1, 2, 31, 32, 33, 34, 257, 4096, MOST};

	(void)state;
	for (size_t m = 0; m < sizeof(masks) / sizeof(masks[0]); m++)
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
			check(masks[m], m % 2 ? 0xffff888000000000ULL : 0, sizes[s]);
}

/* Pointers of per-CPU memory are small numbers, all others are not. */
static void test_what_is_in_order(void **state)
{
	static struct scan_range ranges[1000], before[1000];

	(void)state;
	for (uint32_t i = 0; i < 1000; i++)
		ranges[i] = (struct scan_range){
			.start = i < 100 ? 64 * i : 0xffff888000000000ULL + 64 * i, .object = i};
	memcpy(before, ranges, sizeof(ranges));
	assert_int_equal(range_sort__by_start(ranges, 1000, NULL, NULL), 0);
	assert_memory_equal(ranges, before, sizeof(ranges));
	for (uint32_t i = 0; i < 1000; i++)
		ranges[i] = before[999 - i];
	assert_int_equal(range_sort__by_start(ranges, 1000, NULL, NULL), 0);
	assert_memory_equal(ranges, before, sizeof(ranges));
}

#define MANY 1000000

struct pauses {
	size_t nr, end_at;
};

static int pause_and_end(void *arg)
{
	struct pauses *pauses = arg;

	return ++pauses->nr == pauses->end_at ? -4711 : 0;
}

/* Others have their turn while many are sorted, and may end it: then all of them are still there.
 */
static void test_leaves_time_to_others(void **state)
{
	struct scan_range *ranges = test_malloc(MANY * sizeof(*ranges));
	struct pauses pauses = {};
	uint64_t sum = 0, of_starts = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		ranges[i] = (struct scan_range){.start = next_random() << 6, .object = i};
		of_starts += ranges[i].start;
	}
	pauses.end_at = 13;
	assert_int_equal(range_sort__by_start(ranges, MANY, pause_and_end, &pauses), -4711);
	assert_int_equal(pauses.nr, 13);
	for (uint32_t i = 0; i < MANY; i++) {
		sum += ranges[i].object;
		of_starts -= ranges[i].start;
	}
	assert_true(sum == (uint64_t)MANY * (MANY - 1) / 2 && !of_starts);
	pauses = (struct pauses){};
	assert_int_equal(range_sort__by_start(ranges, MANY, pause_and_end, &pauses), 0);
	assert_in_range(pauses.nr, 20, 200);
	for (uint32_t i = 1; i < MANY; i++)
		assert_true(ranges[i - 1].start <= ranges[i].start);
	test_free(ranges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_what_is_in_order),
		cmocka_unit_test(test_leaves_time_to_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
