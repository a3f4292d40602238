// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/mountinfo.h"

#include <errno.h>

#include "fixtures/fixtures.h"

static struct mountinfo mounts;

static void parse(const char *text)
{
	FILE *file = open_text(text);

	assert_int_equal(mountinfo__parse(&mounts, file), 0);
	fclose(file);
}

static void finds_v2(void **state)
{
	(void)state;
	parse("22 1 0:20 / /proc rw - proc proc rw\n"
	      "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
	assert_true(mounts.v2.found);
	assert_false(mounts.v1.found);
	assert_string_equal(mounts.v2.at, "/sys/fs/cgroup");
	assert_string_equal(mounts.v2.root, "/");
	assert_int_equal(mounts.odd, 0);
}

static void finds_the_memory_controller_of_v1(void **state)
{
	(void)state;
	parse("29 24 0:25 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
	      "31 24 0:27 / /sys/fs/cgroup/memories rw - cgroup cgroup rw,memories\n"
	      "33 24 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
	      "39 24 0:35 / /sys/fs/cgroup/unified rw - cgroup2 none rw\n");
	assert_string_equal(mounts.v1.at, "/sys/fs/cgroup/memory");
	assert_string_equal(mounts.v2.at, "/sys/fs/cgroup/unified");
}

static void takes_the_mount_that_has_all(void **state)
{
	(void)state;
	parse("1 0 0:1 /a /first rw - cgroup2 c rw\n2 0 0:1 / /second rw - cgroup2 c rw\n"
	      "3 0 0:1 / /third rw - cgroup2 c rw\n");
	assert_string_equal(mounts.v2.at, "/second");
	parse("1 0 0:1 /a /first rw - cgroup2 c rw\n2 0 0:1 /b /second rw - cgroup2 c rw\n");
	assert_string_equal(mounts.v2.at, "/first");
	assert_string_equal(mounts.v2.root, "/a");
}

static void unescapes_names(void **state)
{
	(void)state;
	parse("1 0 0:1 / /a\\040b\\012c\\134d\\9 rw a:1 b:2 - cgroup2 c rw\n");
	assert_string_equal(mounts.v2.at, "/a b\nc\\d\\9");
}

static void counts_what_is_odd(void **state)
{
	(void)state;
	parse("\n1 0 0:1 / /a rw\n1 0 0:1 / /a rw -\n1 0 0:1 / /a rw - cgroup2\n1  0 / a\n");
	assert_int_equal(mounts.odd, 5);
	assert_false(mounts.v2.found);
}

static void says_when_reading_fails(void **state)
{
	FILE *file = open_broken();

	(void)state;
	assert_int_equal(mountinfo__parse(&mounts, file), -EIO);
	fclose(file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_v2),
		cmocka_unit_test(finds_the_memory_controller_of_v1),
		cmocka_unit_test(takes_the_mount_that_has_all),
		cmocka_unit_test(unescapes_names),
		cmocka_unit_test(counts_what_is_odd),
		cmocka_unit_test(says_when_reading_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
