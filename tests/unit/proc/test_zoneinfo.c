// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/zoneinfo.h"

#include "fixtures/fixtures.h"

#include <errno.h>

static int parse(struct zoneinfo *zones, const char *text)
{
	FILE *file = open_text(text);
	int err = zoneinfo__parse(zones, file);

	fclose(file);
	return err;
}

/* Of a kernel 6.18 with two CPUs, shortened; 6.1 prints the same without high_min and high_max. */
static const char *const text = "Node 0, zone      DMA\n"
				"  per-node stats\n"
				"      nr_inactive_anon 407180\n"
				"  pages free     3840\n"
				"        boost    0\n"
				"      nr_free_pages 3840\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count:    0\n"
				"              high:     0\n"
				"              batch:    1\n"
				"              high_min: 0\n"
				"  vm stats threshold: 4\n"
				"  node_unreclaimable:  0\n"
				"Node 0, zone    DMA32\n"
				"  pages free     769216\n"
				"  pagesets\n"
				"    cpu: 0\n"
				"              count:    1363\n"
				"              high:     1738\n"
				"              batch:    63\n"
				"  vm stats threshold: 24\n"
				"    cpu: 1\n"
				"              count:    42\n"
				"              high:     1738\n";

static void test_sum_of_all_cpus_and_zones(void **state)
{
	struct zoneinfo zones;

	(void)state;
	assert_int_equal(parse(&zones, text), 0);
	assert_int_equal(zones.cpu_pages, 1405);
	assert_int_equal(zones.odd, 0);
}

static void test_other_texts(void **state)
{
	struct zoneinfo zones = {7, 7};

	(void)state;
	assert_int_equal(parse(&zones, ""), -EINVAL);
	assert_int_equal(parse(&zones, "Node 0, zone DMA\n  pages free 3\n"), -EINVAL);
	assert_int_equal(parse(&zones, "  count: x\n"), -EINVAL);
	assert_int_equal(zones.cpu_pages, 7);
	/* one that cannot be: its line is left out */
	assert_int_equal(parse(&zones, "  count: 5\n  count: -3\n  count: 18446744073709551613\n"),
			 0);
	assert_int_equal(zones.cpu_pages, 5);
	assert_int_equal(zones.odd, 2);
}

static void test_what_cannot_be_read(void **state)
{
	struct zoneinfo zones = {7, 7};
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(zoneinfo__parse(&zones, file), -EIO);
	fclose(file);
	assert_int_equal(zones.cpu_pages, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sum_of_all_cpus_and_zones),
		cmocka_unit_test(test_other_texts),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
