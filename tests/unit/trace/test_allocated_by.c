// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/allocated_by.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SEVERAL 777

static int path_of(uint64_t cgroup, char *path, size_t len)
{
	if (cgroup == 666)
		return -ENOENT;
	snprintf(path, len, "/group%llu", (unsigned long long)cgroup);
	return 0;
}

static void add(struct allocated_by *crowd, uint32_t site, uint32_t context, uint32_t pid,
		uint64_t cgroup, const char *comm, uint64_t times)
{
	struct kleak_who who = {.site = 99, .context = context, .cgroup = cgroup};
	struct kleak_who_times noted = {.times = times, .tgid = pid, .several = pid == SEVERAL};

	memcpy(who.comm, comm, strlen(comm) < sizeof(who.comm) ? strlen(comm) : sizeof(who.comm));
	assert_int_equal(allocated_by__add(crowd, site, &who, &noted), 0);
}

static void test_the_most_frequent_first(void **state)
{
	struct allocated_by_who list[ALLOCATED_BY_LISTED];
	struct allocated_by crowd = {};
	uint64_t times;

	(void)state;
	for (uint32_t i = 1; i <= 20; i++) {
		char comm[16];

		snprintf(comm, sizeof(comm), "nginx%u", i);
		add(&crowd, i % 2, KLEAK_CONTEXT_TASK, i, 7, comm, i);
	}
	assert_int_equal(allocated_by__of(&crowd, 1, list, &times, path_of), ALLOCATED_BY_LISTED);
	assert_int_equal(times, 1 + 3 + 5 + 7 + 9 + 11 + 13 + 15 + 17 + 19);
	for (uint32_t i = 0; i < ALLOCATED_BY_LISTED; i++) {
		assert_int_equal(list[i].pid, 19 - 2 * i);
		assert_string_equal(list[i].cgroup, "/group7");
		assert_string_equal(list[i].context, "process");
	}
	assert_int_equal(allocated_by__of(&crowd, 5, list, &times, path_of), 0);
	assert_int_equal(times, 0);
	allocated_by__free(&crowd);
}

static void test_kworkers_are_one_and_so_are_interrupts(void **state)
{
	struct allocated_by_who list[ALLOCATED_BY_LISTED];
	struct allocated_by crowd = {};
	uint64_t times;

	(void)state;
	add(&crowd, 0, KLEAK_CONTEXT_KTHREAD, 10, 1, "kworker/0:1", 5);
	add(&crowd, 0, KLEAK_CONTEXT_KTHREAD, 11, 1, "kworker/u4:3-ev", 6);
	add(&crowd, 0, KLEAK_CONTEXT_KTHREAD, 12, 1, "kswapd0", 2);
	add(&crowd, 0, KLEAK_CONTEXT_INTERRUPT, 0, 0, "", 7);
	assert_int_equal(allocated_by__of(&crowd, 0, list, &times, path_of), 3);
	assert_int_equal(times, 20);
	assert_string_equal(list[0].comm, "kworker");
	assert_int_equal(list[0].times, 11);
	assert_int_equal(list[0].pid, 0);
	assert_string_equal(list[0].cgroup, "");
	assert_string_equal(list[1].context, "interrupt");
	assert_int_equal(list[1].times, 7);
	assert_string_equal(list[2].comm, "kswapd0");
	assert_int_equal(list[2].pid, 12);
	allocated_by__free(&crowd);
}

/* Two entries of the site table may be one site: their processes are one too. */
static void test_one_name_is_one(void **state)
{
	struct allocated_by_who list[ALLOCATED_BY_LISTED];
	struct allocated_by crowd = {};
	uint64_t times;

	(void)state;
	add(&crowd, 0, KLEAK_CONTEXT_TASK, 10, 666, "java", 50);
	add(&crowd, 0, KLEAK_CONTEXT_TASK, 10, 666, "java", 6);
	add(&crowd, 0, KLEAK_CONTEXT_TASK, SEVERAL, 3, "cc1", 20);
	add(&crowd, 0, KLEAK_CONTEXT_TASK, 5, 3, "sh", 7);
	add(&crowd, 0, KLEAK_CONTEXT_TASK, 6, 3, "sh", 7);
	add(&crowd, 0, KLEAK_CONTEXT_TASK, 11, 666, "sixteen-bytes-xx", 1); /* not terminated */
	assert_int_equal(allocated_by__of(&crowd, 0, list, &times, path_of), 4);
	assert_int_equal(list[0].times, 56);
	assert_int_equal(list[0].pid, 10);
	assert_string_equal(list[0].cgroup, ""); /* gone */
	assert_string_equal(list[1].comm, "cc1");
	assert_int_equal(list[1].pid, 0);
	assert_string_equal(list[2].comm, "sh");
	assert_int_equal(list[2].times, 14);
	assert_int_equal(list[2].pid, 0);
	assert_string_equal(list[3].comm, "sixteen-bytes-xx");
	allocated_by__free(&crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_most_frequent_first),
		cmocka_unit_test(test_kworkers_are_one_and_so_are_interrupts),
		cmocka_unit_test(test_one_name_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
