// SPDX-License-Identifier: GPL-2.0-only
#include "../golden/golden.h"

#include "report/by_cgroup.h"

#define GROUP(path, nr)                                                                            \
	{                                                                                          \
		path, nr, REPORT_ELSEWHERE_NO                                                      \
	}
#define ELSEWHERE(path, nr)                                                                        \
	{                                                                                          \
		path, nr, REPORT_ELSEWHERE_YES                                                     \
	}

static struct report_site site_of(uint64_t bytes, struct report_charged charged)
{
	return (struct report_site){.bytes = bytes,
				    .objects = bytes / 8,
				    .growth_bytes_per_min = (double)bytes * 2,
				    .age_median_s = (double)bytes / 100,
				    .charged = charged};
}

static void check_row(const struct by_cgroup_row *row, enum by_cgroup_whom whom, const char *cgroup,
		      uint64_t bytes, size_t nr)
{
	assert_int_equal(row->whom, whom);
	if (cgroup)
		assert_string_equal(row->cgroup, cgroup);
	else
		assert_null(row->cgroup);
	assert_int_equal(row->sum.bytes, bytes);
	assert_int_equal(row->sum.objects, bytes / 8);
	assert_true(row->sum.growth_bytes_per_min == (double)bytes * 2);
	assert_int_equal(row->nr, nr);
}

/* Each site's bytes go to its groups, by the share of the objects that were looked at. */
static void test_shares(void **state)
{
	struct report_site sites[] = {
		site_of(6400, (struct report_charged){.looked_at = 64,
						      .nobody = 16,
						      .unknown = 4,
						      .others = 4,
						      .groups = {GROUP("/a", 32), GROUP("/b", 8)},
						      .nr_groups = 2}),
		site_of(800, (struct report_charged){}),
		site_of(1000, (struct report_charged){.looked_at = 10,
						      .groups = {ELSEWHERE("/b", 10)},
						      .nr_groups = 1}),
	};
	struct report report = {.sites = sites, .nr_sites = NR(sites)};
	struct by_cgroup groups = {};
	const struct by_cgroup_row *b;

	(void)state;
	sites[0].verdict.is = (struct verdict){VERDICT_HELD, "as told", NAN};
	sites[2].verdict.is = (struct verdict){VERDICT_LEAK, "as told", NAN};
	assert_int_equal(by_cgroup__find(&groups, &report), 0);
	assert_int_equal(groups.looked_at, 74);
	assert_int_equal(groups.nr, 5);
	check_row(&groups.rows[0], BY_CGROUP_ONE, "/a", 3200, 1);
	check_row(&groups.rows[1], BY_CGROUP_ONE, "/b", 1800, 2);
	check_row(&groups.rows[2], BY_CGROUP_NOBODY, NULL, 1600, 1);
	check_row(&groups.rows[3], BY_CGROUP_UNKNOWN, NULL, 1200, 2);
	check_row(&groups.rows[4], BY_CGROUP_OTHERS, NULL, 400, 1);
	/* of several sites: the largest part first, the worst verdict, and who has allocated it */
	b = &groups.rows[1];
	assert_int_equal(groups.members[b->first].site, 2);
	assert_int_equal(groups.members[b->first].bytes, 1000);
	assert_int_equal(groups.members[b->first + 1].site, 0);
	assert_int_equal(groups.members[b->first + 1].objects, 100);
	assert_true(b->sum.age_median_s == 10);
	assert_int_equal(b->sum.verdict.is.name, VERDICT_LEAK);
	assert_int_equal(groups.rows[0].sum.verdict.is.name, VERDICT_HELD);
	assert_int_equal(b->elsewhere_bytes, 1000);
	assert_int_equal(groups.rows[0].elsewhere_bytes, 0);
	for (size_t i = 0; i < groups.nr; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(groups.rows[i].sum.id != groups.rows[k].sum.id);
	by_cgroup__free(&groups);
	assert_int_equal(groups.nr, 0);
}

/* Where no object was looked at nothing is said, not that all of it is unknown. */
static void test_nothing_is_known(void **state)
{
	struct report report = golden_report();
	struct by_cgroup groups = {};

	(void)state;
	assert_int_equal(by_cgroup__find(&groups, &report), 0);
	assert_int_equal(groups.nr, 0);
	report = golden_nothing();
	assert_int_equal(by_cgroup__find(&groups, &report), 0);
	assert_int_equal(groups.nr, 0);
}

/* What is cut off from a list is in the sums. */
static void test_cut(void **state)
{
	struct report_site sites[] = {
		site_of(80, (struct report_charged){.looked_at = 1,
						    .groups = {GROUP("/a", 1)},
						    .nr_groups = 1}),
		site_of(800, (struct report_charged){.looked_at = 1,
						     .groups = {GROUP("/a", 1)},
						     .nr_groups = 1}),
	};
	struct report report = {.sites = sites, .nr_sites = NR(sites)};
	struct report cut = report__cut(&report, 1), again = report__cut(&cut, 1);
	struct by_cgroup groups = {};

	(void)state;
	assert_int_equal(cut.nr_sites, 1);
	assert_int_equal(by_cgroup__find(&groups, &cut), 0);
	check_row(&groups.rows[0], BY_CGROUP_ONE, "/a", 880, 2);
	by_cgroup__free(&groups);
	assert_int_equal(report__nr_uncut(&again), 2);
}

/* A file may say anything: sums stay numbers. */
static void test_huge(void **state)
{
	const struct report_charged all = {.looked_at = UINT32_MAX,
					   .nobody = UINT32_MAX,
					   .unknown = UINT32_MAX,
					   .groups = {GROUP("/a", UINT32_MAX), GROUP("/a", 1)},
					   .nr_groups = 2};
	struct report_site sites[] = {site_of(UINT64_MAX, all), site_of(INT64_MAX, all)};
	struct report report = {.sites = sites, .nr_sites = NR(sites)};
	struct by_cgroup groups = {};

	(void)state;
	assert_int_equal(by_cgroup__find(&groups, &report), 0);
	assert_int_equal(groups.nr, 3);
	for (size_t i = 0; i < groups.nr; i++)
		assert_int_equal(groups.rows[i].sum.bytes, 1ULL << 62);
	by_cgroup__free(&groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shares),
		cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_huge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
