// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/cgroup_reader.h"
#include "kernel/kept_files.h"

#define GIB (1ULL << 30)

static void the_least_bound_holds(void **state)
{
	(void)state;
	/* 24 GiB and no limit: 48 MiB, of 5 KiB each */
	assert_int_equal(kept_files__fit(24 * GIB, UINT64_MAX, 4096, 1 << 20), 9830);
	/* 64 MiB left to the own cgroup: 8 MiB */
	assert_int_equal(kept_files__fit(24 * GIB, 64 << 20, 4096, 1 << 20), 1638);
	assert_int_equal(kept_files__fit(24 * GIB, 0, 4096, 1 << 20), 0);
	assert_int_equal(kept_files__fit(24 * GIB, UINT64_MAX, 4096, 1024), 768);
	assert_int_equal(kept_files__fit(24 * GIB, UINT64_MAX, 4096, 200), 0);
	assert_int_equal(kept_files__fit(1024 * GIB, UINT64_MAX, 4096, 1 << 20),
			 CGROUP_READER_MOST);
	/* a page of each */
	assert_int_equal(kept_files__fit(24 * GIB, UINT64_MAX, 65536, 1 << 20), 756);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_least_bound_holds)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
