// SPDX-License-Identifier: GPL-2.0-only
/* What this machine has, and what is no cgroup anywhere. */
#include "unit.h"

#include "kernel/memory_hierarchy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct memory_hierarchy hierarchy;
static char why[MOUNTINFO_PATH + 512], below[MOUNTINFO_PATH];

static int find(const char *path)
{
	*why = '\0';
	return memory_hierarchy__find(&hierarchy, path, below, sizeof(below), why, sizeof(why));
}

static int open_it(void **state)
{
	(void)state;
	if (memory_hierarchy__open(&hierarchy, why, sizeof(why)))
		print_message("SKIP: %s\n", why);
	return 0;
}

static void finds_its_root(void **state)
{
	static const char *const names[] = {"", "/", NULL};

	(void)state;
	if (hierarchy.fd <= 0)
		skip();
	for (size_t i = 0; i < 3; i++) {
		int fd = find(names[i] ? names[i] : hierarchy.mount.at);

		assert_true(fd >= 0);
		assert_string_equal(below, "/");
		close(fd);
	}
}

static void assert_refused(const char *path, int err, const char *sentence)
{
	assert_int_equal(find(path), err);
	if (!strstr(why, sentence))
		fail_msg("%s", why);
}

static void says_what_is_wrong(void **state)
{
	(void)state;
	if (hierarchy.fd <= 0)
		skip();
	assert_refused("no such cgroup", -ENOENT, "there is no cgroup no such cgroup, neither as");
	assert_refused("/proc/self", -EINVAL, "is no cgroup whose memory is counted here");
	assert_refused("/..", -EPERM, "cgroup namespace");
	assert_refused("/../a", -EPERM, "cgroup namespace");
}

static int close_it(void **state)
{
	(void)state;
	memory_hierarchy__close(&hierarchy);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_its_root),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, open_it, close_it);
}
