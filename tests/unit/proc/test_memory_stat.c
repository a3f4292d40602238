// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/memory_stat.h"

#include <errno.h>
#include <string.h>

#include "fixtures/fixtures.h"

static struct memory_stat stat;

static void parse(const char *fixture, bool v1)
{
	char text[8192];
	FILE *file = open_fixture(fixture);
	size_t length = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	text[length] = '\0';
	assert_int_equal(memory_stat__parse(&stat, text, length, v1), 0);
	assert_int_equal(stat.odd, 0);
}

static void assert_field(enum memory_stat_field field, uint64_t bytes)
{
	assert_true(stat.present[field]);
	assert_int_equal(stat.bytes[field], bytes);
}

static void reads_6_1(void **state)
{
	(void)state;
	parse("memory.stat-6.1", false);
	assert_field(MEMORY_STAT_FILE, 4194304);
	assert_field(MEMORY_STAT_SHMEM, 4194304);
	assert_field(MEMORY_STAT_KERNEL, 524288);
	assert_field(MEMORY_STAT_PERCPU, 7008);
	assert_field(MEMORY_STAT_SLAB_RECLAIMABLE, 109064);
	assert_field(MEMORY_STAT_SLAB_UNRECLAIMABLE, 401624);
	assert_field(MEMORY_STAT_VMALLOC, 0);
	assert_false(stat.present[MEMORY_STAT_ZSWAP]);
	assert_false(stat.present[MEMORY_STAT_TIGHTEST_LIMIT]);
}

static void reads_6_12(void **state)
{
	(void)state;
	parse("memory.stat-6.12", false);
	assert_field(MEMORY_STAT_KERNEL, 503808);
	assert_field(MEMORY_STAT_SLAB_RECLAIMABLE, 105312);
	assert_field(MEMORY_STAT_SLAB_UNRECLAIMABLE, 386160);
	assert_field(MEMORY_STAT_SEC_PAGE_TABLES, 0);
	assert_field(MEMORY_STAT_INACTIVE_FILE, 0);
	assert_false(stat.present[MEMORY_STAT_HUGETLB]);
}

/* Sums, not what the cgroup has without those below; and no limit. */
static void reads_v1(void **state)
{
	(void)state;
	parse("memory.stat-6.18-v1", true);
	assert_field(MEMORY_STAT_FILE, 3253780480);
	assert_field(MEMORY_STAT_ANON, 24711168);
	assert_field(MEMORY_STAT_INACTIVE_FILE, 2269773824);
	assert_field(MEMORY_STAT_TIGHTEST_LIMIT, 9223372036854771712ULL);
	assert_false(stat.present[MEMORY_STAT_KERNEL]);
	assert_false(stat.present[MEMORY_STAT_SLAB_RECLAIMABLE]);
}

static void refuses_what_is_none(void **state)
{
	struct memory_stat before = stat;

	(void)state;
	assert_int_equal(memory_stat__parse(&stat, "", 0, false), -EINVAL);
	assert_int_equal(memory_stat__parse(&stat, "cache 1\n", 8, false), -EINVAL);
	assert_memory_equal(&stat, &before, sizeof(stat));
}

static void an_odd_line_costs_its_field(void **state)
{
	static const char text[] = "anon 18446744073709547520\nfile 7\nkernel x\n";

	(void)state;
	assert_int_equal(memory_stat__parse(&stat, text, sizeof(text) - 1, false), 0);
	assert_int_equal(stat.odd, 2);
	assert_field(MEMORY_STAT_FILE, 7);
	assert_false(stat.present[MEMORY_STAT_ANON] || stat.present[MEMORY_STAT_KERNEL]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_6_1),
		cmocka_unit_test(reads_6_12),
		cmocka_unit_test(reads_v1),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(an_odd_line_costs_its_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
