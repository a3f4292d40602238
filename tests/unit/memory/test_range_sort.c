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
	range_sort__by_start(ranges, nr);
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
	range_sort__by_start(ranges, 1000);
	assert_memory_equal(ranges, before, sizeof(ranges));
	for (uint32_t i = 0; i < 1000; i++)
		ranges[i] = before[999 - i];
	range_sort__by_start(ranges, 1000);
	assert_memory_equal(ranges, before, sizeof(ranges));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sorts),
		cmocka_unit_test(test_what_is_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
