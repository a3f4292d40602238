// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/group_holders.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_S	 5.0
#define READINGS 21

#define NR(array) (sizeof(array) / sizeof((array)[0]))

static const struct handles_owner python = {.pid = 4711, .start = 100, .name = "python3"};
static const struct handles_owner nginx = {.pid = 4712, .start = 101, .name = "nginx"};
static const struct symbols_frame eventfd_stack[] = {
	{.symbol = "do_eventfd"}, {.address = 5}, {.symbol = "__x64_sys_eventfd2"}};
static const struct symbols_frame other_stack[] = {{.symbol = "leak_slowly"}};
/* Recording lasts for as long as there are readings; the tables are read 7 s later. */
static const struct group_holders_time whole = {0, (READINGS - 1) * STEP_S,
						(READINGS - 1) * STEP_S + 7};

static struct holders *holders;
static struct report_site sites[3];
static struct groups_member members[3];
static struct group group;

static int begin(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < NR(sites); i++) {
		sites[i] = (struct report_site){.id = i + 1,
						.objects = 1000,
						.origin = "slab",
						.cache = "kmalloc-64",
						.stack = eventfd_stack,
						.nr_frames = NR(eventfd_stack),
						.verdict = {.is = {VERDICT_LEAK, "grows", 1}},
						.age_median_s = 57};
		members[i] = (struct groups_member){.site = i};
	}
	return holders__open(&holders);
}

static int end(void **state)
{
	(void)state;
	holders__close(holders);
	return 0;
}

static void hold(struct handles *now, const struct handles_owner *owner, double count)
{
	assert_int_equal(handles__add(now, owner, HANDLE_THREAD, "", 1), 0);
	assert_int_equal(handles__add(now, owner, HANDLE_EVENTFD, "", (uint64_t)count), 0);
}

/* One makes some a second, the other as many at once, after 30 seconds. */
static void read_all(double per_s, double at_once)
{
	for (int i = 0; i < READINGS; i++) {
		struct handles now = {};

		hold(&now, &python, 3 + per_s * STEP_S * i);
		hold(&now, &nginx, 3 + (i * STEP_S > 30 ? at_once : 0));
		assert_int_equal(holders__enter(holders, &now, i * STEP_S), 0);
		handles__free(&now);
	}
}

static void explain(size_t nr, const struct group_holders_time *time)
{
	const struct report report = {.sites = sites, .nr_sites = nr};
	struct groups groups = {&group, 1, members, nr};

	group = (struct group){.sum = sites[0], .nr = nr};
	group_holders__explain(holders, &report, &groups, time);
}

static void test_a_program_that_keeps_them(void **state)
{
	(void)state;
	read_all(10, 0);
	explain(1, &whole);
	assert_true(group.holder.sure);
	assert_int_equal(group.holder.owner.pid, 4711);
	assert_int_equal(group.sum.verdict.is.name, VERDICT_HELD);
	sites[0].stack = other_stack;
	sites[0].nr_frames = NR(other_stack);
	explain(1, &whole);
	assert_false(group.holder.sure);
	assert_int_equal(group.sum.verdict.is.name, VERDICT_LEAK);
}

/* Who was not looked at when recording began may have made them all. */
static void test_a_program_that_was_looked_at_too_late(void **state)
{
	struct groups groups = {&group, 1, members, 1};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct handles now = {.processes_unseen = i ? 0 : 1};

		hold(&now, &nginx, 3);
		if (i)
			hold(&now, &python, 1003);
		assert_int_equal(holders__enter(holders, &now, i * whole.to_s), 0);
		handles__free(&now);
	}
	explain(1, &whole);
	assert_false(group.holder.sure);
	assert_int_equal(group.sum.verdict.is.name, VERDICT_GROWING);
	groups__acquit_sites(&groups, sites);
	assert_int_equal(sites[0].verdict.is.name, VERDICT_GROWING);
	/* no program holds what no handle is made of */
	sites[0].verdict.is.name = VERDICT_LEAK;
	sites[0].stack = other_stack;
	sites[0].nr_frames = NR(other_stack);
	explain(1, &whole);
	assert_int_equal(group.sum.verdict.is.name, VERDICT_LEAK);
}

/* Of what is made beside each handle, by other code: another cause alone, the same beside it. */
static void test_what_grows_with_what_is_held(void **state)
{
	const struct report report = {.sites = sites, .nr_sites = 3};
	struct group list[3];
	struct groups groups = {list, 3, members, 3};
	const struct allocated_by_who allocates = {"process", "python3", 4711, "", 60};

	(void)state;
	read_all(10, 0);
	for (size_t i = 1; i < 3; i++) {
		sites[i].stack = other_stack;
		sites[i].nr_frames = NR(other_stack);
		sites[i].who = &allocates;
		sites[i].nr_who = 1;
		sites[i].who_times = 100;
	}
	sites[2].objects = 4711; /* not as many */
	for (size_t i = 0; i < 3; i++)
		list[i] = (struct group){.sum = sites[i], .first = i, .nr = 1};
	group_holders__explain(holders, &report, &groups, &whole);
	/* a LEAK comes first */
	assert_int_equal(list[0].sum.id, 3);
	assert_false(list[0].holder.sure);
	assert_int_equal(list[0].sum.verdict.is.name, VERDICT_LEAK);
	for (size_t i = 1; i < 3; i++) {
		assert_true(list[i].holder.sure);
		assert_int_equal(list[i].holder.owner.pid, 4711);
		assert_int_equal(list[i].holder.kind, HANDLE_EVENTFD);
		assert_int_equal(list[i].sum.verdict.is.name, VERDICT_HELD);
	}
}

/* One group that is held, and one that grows as fast by whomever: what is said of that? */
static enum verdict_name verdict_beside(const struct allocated_by_who *who, uint64_t times)
{
	const struct report report = {.sites = sites, .nr_sites = 2};
	struct group list[2];
	struct groups groups = {list, 2, members, 2};

	sites[1].stack = other_stack;
	sites[1].nr_frames = NR(other_stack);
	sites[1].who = who;
	sites[1].nr_who = who ? 1 : 0;
	sites[1].who_times = times;
	for (size_t i = 0; i < 2; i++)
		list[i] = (struct group){.sum = sites[i], .first = i, .nr = 1};
	group_holders__explain(holders, &report, &groups, &whole);
	return list[list[0].sum.id == 2 ? 0 : 1].sum.verdict.is.name;
}

/* A leak of the kernel that is by chance as fast as some program's files is a leak of the kernel.
 */
static void test_as_fast_by_chance(void **state)
{
	struct allocated_by_who who = {"process", "python3", 4711, "", 60};

	(void)state;
	read_all(10, 0);
	assert_int_equal(verdict_beside(&who, 100), VERDICT_HELD);
	assert_int_equal(verdict_beside(&who, 120), VERDICT_LEAK); /* half of it is others' */
	assert_int_equal(verdict_beside(NULL, 100), VERDICT_LEAK);
	who.pid = 4712;
	assert_int_equal(verdict_beside(&who, 100), VERDICT_LEAK);
	who = (struct allocated_by_who){"kernel thread", "kworker", 0, "", 60};
	assert_int_equal(verdict_beside(&who, 100), VERDICT_LEAK);
	who = (struct allocated_by_who){"interrupt", "", 0, "", 60};
	assert_int_equal(verdict_beside(&who, 100), VERDICT_HELD);
}

/* What came at once does not hold what came evenly, though there are as many of both. */
static void test_when_there_were_half_of_them(void **state)
{
	(void)state;
	read_all(0, 1000);
	explain(1, &whole);
	assert_false(group.holder.sure);
	sites[0].age_median_s = 107 - 32; /* it came when they did */
	explain(1, &whole);
	assert_true(group.holder.sure);
	assert_int_equal(group.holder.owner.pid, 4712);
}

/* A sample of a few: neither how many nor when is known well. */
static void test_within_the_error(void **state)
{
	(void)state;
	read_all(10, 0);
	sites[0].objects = 1350;
	explain(1, &whole);
	assert_false(group.holder.sure);
	sites[0].objects_error = 0.15 * 1350;
	explain(1, &whole);
	assert_true(group.holder.sure);
	sites[0].objects = 1000;
	sites[0].objects_error = 150;
	sites[0].age_median_s = 57 + 20;
	explain(1, &whole);
	assert_true(group.holder.sure);
	sites[0].objects_error = 50;
	explain(1, &whole);
	assert_false(group.holder.sure);
}

/* Older than recording, or younger than its end: when half of them were there is not known. */
static void test_ages_that_tell_nothing(void **state)
{
	static const double ages[] = {0, 7, 107, 500};

	(void)state;
	read_all(0, 1000);
	for (size_t i = 0; i < NR(ages); i++) {
		sites[0].age_median_s = ages[i];
		explain(1, &whole);
		assert_true(group.holder.sure);
	}
}

/* As many as the sites of its cache have together, or as its first site has. */
static void test_a_group_of_sites(void **state)
{
	(void)state;
	read_all(30, 0);
	explain(3, &whole);
	assert_true(group.holder.sure);
	assert_true(fabs(group.holder.ratio - 1) < 1e-6);
	sites[1].cache = sites[2].cache = "filp";
	sites[0].objects = 3000;
	explain(3, &whole);
	assert_true(group.holder.sure);
	assert_true(fabs(group.holder.ratio - 1) < 1e-6);
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i].cache = "kmalloc-64";
		sites[i].objects = 3000 * (i + 1);
	}
	explain(3, &whole); /* six for each is nothing that the kernel makes */
	assert_true(group.holder.sure);
	assert_true(fabs(group.holder.ratio - 1) < 1e-6);
}

/* Who allocates most of them says more than who has as many. */
static void test_the_process_that_allocates(void **state)
{
	const struct allocated_by_who who[] = {{"process", "nginx", 4712, "", 60},
					       {"process", "python3", 4711, "", 40}};

	(void)state;
	read_all(10, 1000);
	sites[0].age_median_s = 0; /* unknown when */
	explain(1, &whole);
	assert_int_equal(group.holder.owner.pid, 4711);
	sites[0].who = who;
	sites[0].nr_who = 2;
	sites[0].who_times = 100;
	explain(1, &whole);
	assert_int_equal(group.holder.owner.pid, 4712);
	sites[0].who_times = 120; /* it is half of them, no more */
	explain(1, &whole);
	assert_int_equal(group.holder.owner.pid, 4711);
}

/* What is no slab's has no cache to be told by. */
static void test_other_origins(void **state)
{
	(void)state;
	read_all(10, 0);
	sites[0].cache = "eventpoll_epi";
	sites[0].stack = NULL;
	sites[0].nr_frames = 0;
	explain(1, &whole);
	assert_false(group.holder.sure);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_a_program_that_keeps_them),
		TEST(test_a_program_that_was_looked_at_too_late),
		TEST(test_what_grows_with_what_is_held),
		TEST(test_as_fast_by_chance),
		TEST(test_when_there_were_half_of_them),
		TEST(test_ages_that_tell_nothing),
		TEST(test_within_the_error),
		TEST(test_a_group_of_sites),
		TEST(test_the_process_that_allocates),
		TEST(test_other_origins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
