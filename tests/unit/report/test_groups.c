// SPDX-License-Identifier: GPL-2.0-only
#include "report/stacks.h"

#include "report/groups.h"
#include "report/same_cause.h"

#include <math.h>
#include <stdio.h>
#include <time.h>

#define MOST_SITES 16384
#define POINTS	   30

static struct report_site *sites;
static size_t nr_sites;
static struct groups groups;
static struct callers callers;
static double times[POINTS];

static int begin(void **state)
{
	(void)state;
	sites = calloc(MOST_SITES, sizeof(*sites));
	nr_sites = 0;
	for (int i = 0; i < POINTS; i++)
		times[i] = 5.0 * (i + 1);
	return sites ? 0 : -1;
}

static int end(void **state)
{
	groups__free(&groups);
	callers__free(&callers);
	free(sites);
	return stacks_free(state);
}

/* A site of 64-byte objects that leak. */
static struct report_site *add(const char *text, uint64_t objects, enum verdict_name verdict)
{
	struct stack *stack = stack_of(text);
	struct report_site *site = &sites[nr_sites++];

	*site = (struct report_site){
		.id = nr_sites,
		.bytes = objects * 64,
		.objects = objects,
		.allocations = objects,
		.growth_bytes_per_min = (double)objects * 64,
		.origin = "slab",
		.cache = "kmalloc-64",
		.stack = stack->frames,
		.nr_frames = stack->nr,
		.verdict = {.is = {verdict, "as told", NAN},
			    .from = {.slope = {true, (double)objects, (double)objects * 0.9,
					       (double)objects * 1.1},
				     .survival = {NAN, NAN, NAN, NAN},
				     .objects = objects,
				     .drained = NAN,
				     .shrunk = NAN,
				     .replaced = NAN},
			    .exhausted_s = NAN},
	};
	return site;
}

static struct report_site *leak(const char *text, uint64_t objects)
{
	return add(text, objects, VERDICT_LEAK);
}

static void find(void)
{
	struct report report = {
		.sites = sites, .nr_sites = nr_sites, .course_at = times, .nr_course = POINTS};

	assert_int_equal(groups__find(&groups, &report, &callers), 0);
}

/* Is it the same cause, by the report's places of both sites? */
static bool are_one(uint32_t a, uint32_t b)
{
	uint32_t group[2] = {UINT32_MAX, UINT32_MAX};

	for (size_t g = 0; g < groups.nr; g++)
		for (size_t i = 0; i < groups.list[g].nr; i++) {
			uint32_t site = groups.members[groups.list[g].first + i].site;

			if (site == a)
				group[0] = (uint32_t)g;
			if (site == b)
				group[1] = (uint32_t)g;
		}
	return group[0] != UINT32_MAX && group[0] == group[1];
}

static void forget(void)
{
	groups__free(&groups);
	callers__free(&callers);
	nr_sites = 0;
}

static const char *common(size_t group)
{
	return groups.list[group].sum.stack[groups.list[group].common.first].symbol;
}

static void test_one_site(void **state)
{
	(void)state;
	leak("newque < ipcget < ksys_msgget < x64_sys_call", 100)->verdict.exhausted_s = 77;
	find();
	assert_true(groups.list[0].sum.verdict.exhausted_s == 77); /* its own, not judged again */
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 1);
	assert_int_equal(groups.list[0].common.nr, 3);
	assert_string_equal(common(0), "newque");
	assert_int_equal(groups.list[0].sum.bytes, 6400);
	assert_string_equal(groups.list[0].sum.verdict.is.why, "as told");
}

static void test_nothing(void **state)
{
	(void)state;
	find();
	assert_int_equal(groups.nr, 0);
	add("a < b", 100, VERDICT_CHURN);
	add("c < d", 100, VERDICT_CACHE);
	groups__free(&groups);
	find();
	assert_int_equal(groups.nr, 0);
}

/* One leak through 200 stacks. */
static void test_same_headline(void **state)
{
	char text[160];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text),
			 "leak_it[foo] < way_%d[foo] < turn_%d[foo] < vfs_write", i % 20, i);
		add(text, 3 + (uint64_t)i % 50, i ? VERDICT_GROWING : VERDICT_LEAK);
	}
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 200);
	assert_string_equal(common(0), "leak_it");
	assert_int_equal(groups.list[0].sum.verdict.is.name, VERDICT_LEAK);
	assert_int_equal(groups.list[0].sum.objects, 200 * 3 + 4 * (49 * 50 / 2));
	assert_int_equal(groups__count(&groups, VERDICT_LEAK, NULL), 1);
}

/* What is too little at each of them is enough for all. */
static void test_judged_together(void **state)
{
	static double courses[40][POINTS];
	char text[160];

	(void)state;
	for (int i = 0; i < 40; i++) {
		struct report_site *site;
		struct evidence *e;

		snprintf(text, sizeof(text), "leak_it[foo] < way_%d[foo] < kthread", i);
		site = add(text, 4, VERDICT_INSUFFICIENT);
		e = &site->verdict.from;
		e->slope = (struct growth_slope){};
		e->observed_s = times[POINTS - 1];
		e->points = POINTS - 3;
		e->settled = e->settled_alive = 3;
		e->allocations = 4;
		e->drained = 1;
		e->least_s = VERDICT_LEAST_S;
		for (int k = 0; k < POINTS; k++)
			courses[i][k] = 64.0 * ((k + i) * 4 / (POINTS + 40));
		site->course = courses[i];
	}
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 40);
	assert_int_equal(groups.list[0].sum.verdict.is.name, VERDICT_LEAK);
	assert_int_equal(groups.list[0].sum.verdict.from.settled, 120);
	assert_true(groups.list[0].sum.verdict.from.slope.low > 0);
}

/* A network namespace: as many of each, one caller; some things are there twice. */
static void test_same_number(void **state)
{
	size_t members;
	char text[200];

	(void)state;
	leak("unrelated < elsewhere < __x64_sys_foo < do_syscall_64", 40);
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text),
			 "thing_%d < net_%d_init[mod%d] < ops_init < setup_net < copy_net_ns < "
			 "create_new_namespaces < ksys_unshare < do_syscall_64",
			 i, i, i);
		add(text, 157 + (i == 7), i % 2 ? VERDICT_LEAK : VERDICT_GROWING);
	}
	leak("net_alloc < copy_net_ns < create_new_namespaces < ksys_unshare < do_syscall_64", 157);
	leak("twice < net_init < ops_init < setup_net < copy_net_ns < create_new_namespaces", 314);
	find();
	assert_int_equal(groups__count(&groups, VERDICT_LEAK, &members), 2);
	assert_int_equal(members, 103);
	assert_int_equal(groups.list[0].nr, 102);
	assert_string_equal(common(0), "copy_net_ns");
	assert_string_equal(common(1), "unrelated");
}

/* In no more than a simple ratio, but almost all that comes through the same caller. */
static void test_almost_all(void **state)
{
	char text[200];

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "thing_%d < init_%d < setup_net < copy_net_ns", i, i);
		leak(text, 157);
	}
	leak("odd < odd_init < setup_net < copy_net_ns", 230);
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 11);
}

/* What goes along with some that go along with others goes with those, too. */
static void test_along_with_many(void **state)
{
	char text[200];

	(void)state;
	for (int i = 0; i < 20; i++) {
		snprintf(text, sizeof(text), "thing_%d < init_%d < ops_init < way_%d < copy_net_ns",
			 i, i, i % 2);
		leak(text, 47);
	}
	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "six_%d < six_init_%d < setup_net < copy_net_ns", i,
			 i);
		leak(text, 282);
	}
	leak("nodes < device_init < setup_net < copy_net_ns < unshare", 1128);
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 24);
}

static void test_the_same_number_by_chance(void **state)
{
	(void)state;
	/* threads, timers, interrupts, system calls: what everybody comes through */
	leak("one[a] < a_work[a] < process_one_work < worker_thread < kthread < ret_from_fork",
	     500);
	leak("two[b] < b_work[b] < process_one_work < worker_thread < kthread < ret_from_fork",
	     500);
	leak("three[c] < c_write[c] < proc_reg_write < vfs_write < ksys_write < do_syscall_64",
	     500);
	leak("four[d] < d_write[d] < proc_reg_write < vfs_write < ksys_write < do_syscall_64", 500);
	leak("five[e] < e_timer[e] < call_timer_fn < __run_timers < handle_softirqs", 500);
	leak("six[f] < f_timer[f] < call_timer_fn < __run_timers < handle_softirqs", 500);
	leak("seven[g] < __x64_sys_msgget < x64_sys_call < do_syscall_64 < entry_SYSCALL_64", 500);
	leak("eight[h] < __x64_sys_semget < x64_sys_call < do_syscall_64 < entry_SYSCALL_64", 500);
	leak("nine < nine_init[i] < do_one_initcall < do_init_module < load_module", 500);
	leak("ten < ten_init[j] < do_one_initcall < do_init_module < load_module", 500);
	find();
	assert_int_equal(groups.nr, 10);
}

/* No list knows it, but it calls so many that what it calls need not belong together. */
static void test_a_caller_of_many(void **state)
{
	char text[160];

	(void)state;
	for (int i = 0; i < CALLERS_PASSES_ON; i++) {
		snprintf(text, sizeof(text), "x < handler_%d < dispatch < recv_loop", i);
		add(text, 3, VERDICT_CHURN);
	}
	leak("one < one_handler < dispatch", 500);
	leak("two < two_handler < dispatch", 500);
	find();
	assert_int_equal(groups.nr, 2);
}

/* Few objects are alike by chance; so are 500 and 600. */
static void test_other_numbers(void **state)
{
	(void)state;
	leak("one < one_part < create < ioctl_create", 500);
	leak("two < two_part < create < ioctl_create", 610);
	leak("three < three_part < create < ioctl_create", 9);
	leak("four < four_part < create < ioctl_create", 9);
	find();
	assert_int_equal(groups.nr, 4);
}

/* Sampled numbers are as sure as their errors say. */
static void test_within_the_error(void **state)
{
	(void)state;
	leak("one < one_part < create < ioctl_create", 500)->objects_error = 15;
	leak("two < two_part < create < ioctl_create", 560)->objects_error = 15;
	find();
	assert_int_equal(groups.nr, 1);
	assert_string_equal(common(0), "create");
}

/* Two that are known no better than to a seventh are alike by chance; three are not. */
static void test_vague_numbers(void **state)
{
	static const struct {
		double error;
		size_t groups;
	} wanted[] = {{18, 1}, {19, 2}, {30, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		leak("one < one_part < create < ioctl_create", 500)->objects_error = 1;
		leak("two < two_part < create < ioctl_create", 500)->objects_error =
			wanted[i].error;
		find();
		assert_int_equal(groups.nr, wanted[i].groups);
		forget();
	}
	leak("one < one_part < create < ioctl_create", 500)->objects_error = 30;
	leak("two < two_part < create < ioctl_create", 520)->objects_error = 30;
	leak("three < three_part < create < ioctl_create", 540)->objects_error = 30;
	find();
	assert_int_equal(groups.nr, 1);
}

/* What an area needs is not as many as another leak by its own doing. */
static void test_metadata_is_like_nobody(void **state)
{
	(void)state;
	leak("load_it[foo] < both[foo] < worker", 740)->origin = "vmalloc";
	leak("load_it[foo] < both[foo] < worker", 1420)->objects_error = 40;
	leak("dup_it[foo] < both[foo] < worker", 1400)->objects_error = 40;
	find();
	assert_int_equal(groups.nr, 2);
	assert_true(are_one(0, 1));
	assert_false(are_one(1, 2));
}

/* It goes where its area goes. */
static void test_metadata_follows_its_area(void **state)
{
	(void)state;
	leak("load_it[foo] < both[foo] < worker", 740)->origin = "vmalloc";
	leak("load_it[foo] < both[foo] < worker", 1480);
	leak("dup_it[foo] < both[foo] < worker", 740);
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 3);
}

/* What vmalloc needs for an area, and the vector of a slab. */
static void test_metadata(void **state)
{
	struct report_site *site = leak("load_it[foo] < foo_write[foo] < vfs_write", 40);

	(void)state;
	site->origin = site->cache = "vmalloc";
	add("load_it[foo] < foo_write[foo] < vfs_write", 40, VERDICT_HELD)->cache = "kmalloc-96";
	site = add("load_it[foo] < foo_write[foo] < vfs_write", 90, VERDICT_CACHE);
	site->cache = "vmap_area";
	site->verdict.from.lazy = true;
	/* larger than the area, and yet it does not stand for it */
	leak("load_it[foo] < foo_write[foo] < vfs_write", 40)->bytes = 1 << 20;
	site = add("load_it[foo] < foo_write[foo] < vfs_write", 3, VERDICT_CACHE);
	site->verdict.from.metadata = true;
	/* of somebody else */
	site = add("other < another < vfs_write", 3, VERDICT_CACHE);
	site->verdict.from.metadata = true;
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 5);
	assert_string_equal(groups.list[0].sum.cache, "vmalloc");
	assert_int_equal(groups.list[0].sum.bytes, (1 << 20) + 64 * (40 + 40 + 90 + 3));
	assert_int_equal(groups.members[groups.list[0].first].site, 0);
	assert_false(groups.members[groups.list[0].first].metadata);
	assert_true(groups.members[groups.list[0].first + 1].metadata);
}

/* A vector of a slab goes with the objects whose slab it is. */
static void test_vector_of_a_slab(void **state)
{
	struct report_site *site;

	(void)state;
	leak("make_it[foo] < foo_write[foo] < vfs_write", 400);
	site = add("make_it[foo] < foo_write[foo] < vfs_write", 12, VERDICT_CACHE);
	site->verdict.from.metadata = true;
	/* not the allocators' own: other objects of the same place that are freed */
	add("make_it[foo] < foo_write[foo] < vfs_write", 5, VERDICT_CHURN);
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 2);
	assert_int_equal(groups.list[0].sum.objects, 412);
}

/* Those that allocate the same with a constructor of everybody's are two. */
static void test_constructor(void **state)
{
	struct stack *other;
	char text[160];

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "frob_new < user_%d < worker_thread", i);
		other = stack_of(text);
		assert_int_equal(callers__add(&callers, other->frames, other->nr, false, NULL), 0);
	}
	leak("frob_new < leak_a[a] < a_work[a] < worker_thread", 80);
	leak("frob_new < leak_b[b] < b_work[b] < worker_thread", 300);
	find();
	assert_int_equal(groups.nr, 2);
	assert_string_equal(common(0), "leak_b");
	assert_string_equal(common(1), "leak_a");
}

static void test_no_stacks(void **state)
{
	(void)state;
	leak("", 100);
	leak("", 100);
	find();
	assert_int_equal(groups.nr, 2);
	assert_int_equal(groups.list[0].common.nr, 0);
}
/* Are so many of one as many as of the other, where they have a caller in common? */
static bool are_alike(uint64_t one, uint64_t other, double error)
{
	bool alike;

	leak("one < one_part < create < ioctl_create", one)->objects_error = error;
	leak("two < two_part < create < ioctl_create", other)->objects_error = error;
	find();
	alike = groups.nr == 1;
	forget();
	return alike;
}

/* Within a hundredth, or two objects, and two standard errors of each. */
static void test_how_many_are_as_many(void **state)
{
	(void)state;
	assert_true(are_alike(10, 10, 0));
	assert_false(are_alike(9, 9, 0));
	assert_true(are_alike(10, 12, 0));
	assert_false(are_alike(10, 13, 0));
	assert_true(are_alike(1000, 1010, 0));
	assert_false(are_alike(1000, 1011, 0));
	assert_true(are_alike(500, 565, 15));
	assert_false(are_alike(500, 566, 15));
}

/* All are compared with the fewest of them. */
static void test_as_many_as_the_first(void **state)
{
	(void)state;
	leak("one < one_part < create < ioctl_create", 104);
	leak("two < two_part < create < ioctl_create", 100);
	leak("three < three_part < create < ioctl_create", 102);
	leak("four < four_part < create < ioctl_create", 106);
	find();
	assert_int_equal(groups.nr, 2);
	assert_true(are_one(1, 2));
	assert_true(are_one(0, 3));
	assert_false(are_one(0, 2));
}

/* Where more of them meet they are one first; who is left is alone. */
static void test_the_largest_meeting_first(void **state)
{
	(void)state;
	leak("one < one_part < small < x", 100);
	leak("two < two_part < small < large", 100);
	leak("three < three_part < large < y", 100);
	leak("four < four_part < large < z", 100);
	find();
	assert_int_equal(groups.nr, 2);
	assert_true(are_one(1, 2));
	assert_true(are_one(1, 3));
	assert_false(are_one(0, 1));
}

/* Groups of one headline are one, and so is who has it without being as many as others. */
static void test_groups_of_one_headline(void **state)
{
	char text[100];

	(void)state;
	for (uint64_t i = 0; i < 4; i++) {
		snprintf(text, sizeof(text), "leak_it[foo] < way_%d < to_%d", (int)i, (int)(i / 2));
		leak(text, 100 + 100 * (i / 2));
	}
	leak("leak_it[foo] < another_way < elsewhere", 5);
	leak("leak_it[bar] < another_way < elsewhere", 5);
	find();
	assert_int_equal(groups.nr, 2);
	assert_int_equal(groups.list[0].nr, 5);
	assert_false(are_one(4, 5));
	assert_string_equal(common(0), "leak_it");
}

/* Does one of so many objects go along with three of 100 that have a caller in common? */
static bool goes_along_with(uint64_t objects, double error)
{
	char text[100];
	bool along;

	for (int i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), "thing_%d < init_%d < setup < y", i, i);
		leak(text, 100);
	}
	leak("other < other_init < setup < x", objects)->objects_error = error;
	find();
	along = are_one(0, 3);
	assert_true(are_one(0, 1) && are_one(0, 2));
	if (along)
		assert_string_equal(common(0), "setup");
	forget();
	return along;
}

static bool goes_along(uint64_t objects)
{
	return goes_along_with(objects, 0);
}

/* Within the error as many are as many; but a multiple has to be exact. */
static void test_errors_of_multiples(void **state)
{
	(void)state;
	assert_true(goes_along_with(142, 20));
	assert_false(goes_along_with(143, 20));
	assert_true(goes_along_with(58, 20));
	assert_false(goes_along_with(57, 20));
	assert_false(goes_along_with(230, 20));
	assert_true(goes_along_with(302, 20));
}

static void test_multiples(void **state)
{
	(void)state;
	assert_true(goes_along(200));
	assert_true(goes_along(202));
	assert_false(goes_along(203));
	assert_true(goes_along(298));
	assert_false(goes_along(297));
	assert_false(goes_along(250));
	assert_true(goes_along(1600));
	assert_false(goes_along(1700));
	assert_false(goes_along(49));
	assert_false(goes_along(2));
}

/* Two with a common caller own nothing. */
static void test_two_own_nothing(void **state)
{
	(void)state;
	leak("one < one_init < setup < y", 100);
	leak("two < two_init < setup < y", 100);
	leak("other < other_init < setup < x", 200);
	find();
	assert_true(are_one(0, 1));
	assert_false(are_one(0, 2));
}

/* Do those of other numbers go along with `crowd` alike, through a caller of all? */
static bool crowd_takes(int crowd, int others, bool twice)
{
	char text[160];
	bool all = true;

	for (int i = 0; i < crowd; i++) {
		snprintf(text, sizeof(text), "thing_%d < init_%d < setup < between < %s", i, i,
			 twice ? "setup" : "y");
		leak(text, 1000);
	}
	for (int i = 0; i < others; i++) {
		snprintf(text, sizeof(text), "odd_%d < odd_init_%d < setup < x", i, i);
		leak(text, 130 + 37 * (uint64_t)i);
	}
	find();
	for (int i = 1; i < crowd + others; i++)
		all &= are_one(0, (uint32_t)i);
	forget();
	return all;
}

/* Four in five of what comes through it, eight at least; through it twice is once. */
static void test_almost_all_of_a_crowd(void **state)
{
	(void)state;
	assert_true(crowd_takes(8, 2, false));
	assert_false(crowd_takes(8, 3, false));
	assert_false(crowd_takes(7, 1, false));
	assert_true(crowd_takes(12, 3, false));
	assert_true(crowd_takes(8, 2, true));
}

/* Of two that it may belong to it goes with the larger one, wherever that stands. */
static void test_the_larger_owner(void **state)
{
	char text[100];

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		const char *inner = turn ? "large" : "small", *outer = turn ? "small" : "large";

		for (int i = 0; i < 3; i++) {
			snprintf(text, sizeof(text), "s_%d < s_init_%d < small < s_top", i, i);
			leak(text, 100);
		}
		for (int i = 0; i < 4; i++) {
			snprintf(text, sizeof(text), "l_%d < l_init_%d < large < l_top", i, i);
			leak(text, 150);
		}
		snprintf(text, sizeof(text), "it < it_init < %s < %s", inner, outer);
		leak(text, 600);
		find();
		assert_int_equal(groups.nr, 2);
		assert_true(are_one(7, 3));
		assert_false(are_one(7, 0));
		forget();
	}
}

/* What one group has in common says nothing of another, though they share functions. */
static void test_groups_that_share_functions(void **state)
{
	(void)state;
	leak("z < w < m < b_top", 100);
	leak("b2 < p2 < m < b_top", 100);
	leak("b3 < p3 < m < b_top", 100);
	leak("a1 < z < w < k < a_top", 300);
	leak("a2 < q < k < a_top", 300);
	find();
	assert_int_equal(groups.nr, 2);
	for (size_t g = 0; g < 2; g++)
		assert_string_equal(common(g), groups.list[g].nr == 3 ? "m" : "k");
}

/* Of two causes that turn out to be one the other has no members. */
static void test_a_cause_that_others_join(void **state)
{
	struct report report = {.sites = sites};
	struct causes causes;

	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		leak(i < 3 ? "leak_it < a < x" : "leak_it < b < y", i < 3 ? 300 : 100);
	report.nr_sites = nr_sites;
	assert_int_equal(same_cause__find(&causes, &report, &callers), 0);
	for (uint32_t i = 0; i < causes.nr; i++)
		assert_int_equal(causes.list[i].group, causes.list[0].group);
	for (uint32_t g = 0; g < causes.nr_causes; g++)
		assert_int_equal(causes.causes[g].nr, g == causes.list[0].group ? 5 : 0);
	same_cause__free(&causes);
}

/* How many members a cause has is what its sites say. */
static void test_causes_count_their_members(void **state)
{
	struct report report = {.sites = sites};
	struct causes causes;
	uint32_t members = 0;
	char text[100];

	(void)state;
	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "thing_%d < init_%d < setup < y", i, i);
		leak(text, i < 4 ? 100 : 200);
	}
	leak("else < where < z", 70);
	report.nr_sites = nr_sites;
	assert_int_equal(same_cause__find(&causes, &report, &callers), 0);
	for (uint32_t g = 0; g < causes.nr_causes; g++) {
		uint32_t nr = 0;

		for (uint32_t i = 0; i < causes.nr; i++)
			nr += causes.list[i].group == g;
		assert_int_equal(causes.causes[g].nr, nr);
		members += nr;
	}
	assert_int_equal(members, 7);
	same_cause__free(&causes);
	assert_null(causes.list);
	assert_int_equal(causes.nr, 0);
}

static void test_what_may_leak(void **state)
{
	static const bool always[VERDICTS] = {[VERDICT_LEAK] = true, [VERDICT_GROWING] = true};
	static const enum verdict_name too_little[] = {VERDICT_NEW, VERDICT_INSUFFICIENT};
	struct report_site site = {};
	struct evidence *e = &site.verdict.from;

	(void)state;
	/* of which all died, and which does not grow */
	e->settled = 100;
	for (int name = 0; name < VERDICTS; name++) {
		site.verdict.is.name = name;
		assert_int_equal(same_cause__is_suspect(&site), always[name]);
	}
	for (size_t i = 0; i < 2; i++) {
		site.verdict.is.name = too_little[i];
		e->settled = 100;
		e->settled_alive = 85;
		assert_true(same_cause__is_suspect(&site));
		e->settled_alive = 84;
		assert_false(same_cause__is_suspect(&site));
		e->settled = e->settled_alive = 0;
		assert_true(same_cause__is_suspect(&site));
	}
	site.verdict.is.name = VERDICT_HELD;
	e->recent = (struct growth_slope){.known = true, .per_s = 1};
	assert_true(same_cause__is_suspect(&site));
	e->recent.per_s = 0;
	assert_false(same_cause__is_suspect(&site));
	e->recent = (struct growth_slope){.per_s = 1};
	assert_false(same_cause__is_suspect(&site));
}

/* Is a slab site with the stack of something else a member of it, and as metadata? */
static bool is_metadata(const char *origin, enum verdict_name verdict, bool lazy, bool metadata)
{
	struct report_site *site = leak("load_it[foo] < foo_write[foo] < vfs_write", 40);
	bool is;

	site->origin = origin;
	site = add("load_it[foo] < foo_write[foo] < vfs_write", 90, verdict);
	site->verdict.from.lazy = lazy;
	site->verdict.from.metadata = metadata;
	find();
	assert_int_equal(groups.nr, 1);
	is = groups.list[0].nr == 2;
	if (is) {
		assert_int_equal(groups.members[1].site, 1);
		assert_true(groups.members[1].metadata);
		assert_false(groups.members[0].metadata);
	}
	forget();
	return is;
}

static void test_whose_it_is(void **state)
{
	(void)state;
	/* of an area */
	assert_true(is_metadata("vmalloc", VERDICT_CACHE, false, false));
	assert_false(is_metadata("vmalloc", VERDICT_CHURN, false, false));
	assert_true(is_metadata("vmalloc", VERDICT_CHURN, true, false));
	assert_false(is_metadata("vmalloc", VERDICT_CHURN, false, true));
	/* of objects */
	assert_true(is_metadata("slab", VERDICT_CACHE, false, true));
	assert_true(is_metadata("slab", VERDICT_CHURN, false, true));
	assert_false(is_metadata("slab", VERDICT_CACHE, false, false));
	assert_false(is_metadata("slab", VERDICT_CHURN, true, false));
}

/* Wherever it is listed; and also where it may leak itself. */
static void test_metadata_that_may_leak(void **state)
{
	(void)state;
	add("load_it[foo] < foo_write[foo] < vfs_write", 5, VERDICT_CACHE)->verdict.from.metadata =
		true;
	leak("load_it[foo] < foo_write[foo] < vfs_write", 20);
	leak("load_it[foo] < foo_write[foo] < vfs_write", 40)->origin = "vmalloc";
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 3);
	assert_int_equal(groups.members[0].site, 2);
	assert_false(groups.members[0].metadata);
	assert_true(groups.members[1].metadata);
	assert_true(groups.members[2].metadata);
}

/* Of other stacks, or none, nobody is told; nor is an area another one's. */
static void test_whose_it_is_not(void **state)
{
	struct report_site *site = leak("", 40);

	(void)state;
	site->origin = "vmalloc";
	add("", 40, VERDICT_CACHE)->verdict.from.metadata = true;
	leak("a < b < vfs_write", 40)->origin = "vmalloc";
	site = add("a < b < vfs_write", 40, VERDICT_CACHE);
	site->origin = "vmalloc";
	site->verdict.from.metadata = true;
	site = add("b < a < vfs_write", 40, VERDICT_CACHE);
	site->verdict.from.metadata = true;
	find();
	assert_int_equal(groups.nr, 2);
	assert_int_equal(groups.list[0].nr + groups.list[1].nr, 2);
}

/* What is no metadata comes first, then the worst, then the largest, then as it is listed. */
static void test_order_of_members(void **state)
{
	static const struct {
		uint64_t objects;
		enum verdict_name verdict;
	} listed[] = {
		{20, VERDICT_GROWING}, {50, VERDICT_LEAK}, {70, VERDICT_GROWING},
		{50, VERDICT_LEAK},    {90, VERDICT_LEAK}, {20, VERDICT_GROWING},
		{30, VERDICT_NEW},
	};
	static const uint32_t wanted[] = {4, 1, 3, 2, 0, 5, 6, 7};
	struct report_site *site;

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		char text[100];

		snprintf(text, sizeof(text), "leak_it[foo] < way_%zu < vfs_write", i);
		add(text, listed[i].objects, listed[i].verdict);
	}
	site = add("leak_it[foo] < way_4 < vfs_write", 500, VERDICT_CACHE);
	site->verdict.from.metadata = true;
	find();
	assert_int_equal(groups.nr, 1);
	assert_int_equal(groups.list[0].nr, 8);
	for (size_t i = 0; i < 8; i++) {
		assert_int_equal(groups.members[i].site, wanted[i]);
		assert_int_equal(groups.members[i].metadata, i == 7);
	}
	assert_int_equal(groups.list[0].sum.id, 5); /* who stands for them */
}

/* Every number of the sum is that of its members; a verdict on one is its own. */
static void test_sums(void **state)
{
	static const double course[POINTS] = {};
	struct report_site *site;

	(void)state;
	for (uint64_t i = 0; i < 2; i++) {
		site = leak(i ? "leak_it[foo] < a < vfs_write" : "leak_it[foo] < b < vfs_write",
			    10 + i);
		site->bytes_requested = 100 + i;
		site->bytes_error = i ? 3 : 4;
		site->objects_error = i ? 0.6 : 0.8;
		site->growth_bytes_per_min = 7 + (double)i;
		site->allocations_per_s = 0.5;
		site->allocations = 1000 + i;
		site->frees = 900 + i;
		site->pending_objects = 30 + i;
		site->unreferenced = 5 + i;
		site->unreferenced_bytes = 320 + i;
		site->approximate = !i;
		site->course = course;
	}
	find();
	assert_int_equal(groups.nr, 1);
	site = &groups.list[0].sum;
	assert_int_equal(site->bytes, 64 * 21);
	assert_int_equal(site->objects, 21);
	assert_int_equal(site->bytes_requested, 201);
	assert_true(site->bytes_error == 5);
	assert_true(fabs(site->objects_error - 1) < 1e-9);
	assert_true(site->growth_bytes_per_min == 15);
	assert_true(site->allocations_per_s == 1);
	assert_int_equal(site->allocations, 2001);
	assert_int_equal(site->frees, 1801);
	assert_int_equal(site->pending_objects, 61);
	assert_int_equal(site->unreferenced, 11);
	assert_int_equal(site->unreferenced_bytes, 641);
	assert_true(site->approximate);
	assert_null(site->course);
	assert_int_equal(site->id, 2); /* the larger one */
}

/* The worst first, then what grows faster, then as they are listed. */
static void test_order_of_groups(void **state)
{
	static const struct {
		double growth;
		enum verdict_name verdict;
	} listed[] = {
		{5, VERDICT_GROWING}, {1, VERDICT_LEAK}, {9, VERDICT_LEAK},
		{7, VERDICT_GROWING}, {1, VERDICT_LEAK}, {3, VERDICT_NEW},
	};
	static const uint32_t wanted[] = {2, 1, 4, 3, 0};
	size_t members = 77;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		char text[100];

		snprintf(text, sizeof(text), "leak_%zu[foo] < way_%zu < vfs_write", i, i);
		add(text, 5, listed[i].verdict)->growth_bytes_per_min = listed[i].growth;
	}
	find();
	assert_int_equal(groups.nr, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(groups.members[groups.list[i].first].site, wanted[i]);
	assert_int_equal(groups__count(&groups, VERDICT_GROWING, &members), 2);
	assert_int_equal(members, 2);
	assert_int_equal(groups__count(&groups, VERDICT_CHURN, &members), 0);
	assert_int_equal(members, 0);
	/* those of which somebody is sure to hold them come last, in the same order */
	groups.list[0].holder.sure = groups.list[3].holder.sure = true;
	groups.list[1].holder.owner.pid = 12; /* but not for sure */
	groups__acquit(&groups);
	assert_int_equal(groups__count(&groups, VERDICT_HELD, NULL), 2);
	assert_int_equal(groups.members[groups.list[0].first].site, 1);
	assert_int_equal(groups.members[groups.list[1].first].site, 4);
	assert_int_equal(groups.members[groups.list[2].first].site, 0);
	assert_int_equal(groups.members[groups.list[3].first].site, 2);
	assert_int_equal(groups.members[groups.list[4].first].site, 3);
	assert_string_equal(groups.list[3].sum.verdict.is.why,
			    "somebody holds them, and can let go of them");
	assert_string_equal(groups.list[0].sum.verdict.is.why, "as told");
	/* their sites, too */
	groups__acquit_sites(&groups, sites);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(sites[i].verdict.is.name,
				 i == 2 || i == 3 ? VERDICT_HELD : listed[i].verdict);
	assert_string_equal(sites[3].verdict.is.why, groups.list[3].sum.verdict.is.why);
	groups__free(&groups);
	assert_null(groups.list);
	assert_int_equal(groups.nr, 0);
	groups__acquit(&groups);
}

/* The common frame is the innermost one, and its headline is from there on. */
static void test_the_innermost_in_common(void **state)
{
	(void)state;
	leak("one < one_part < both < create < ioctl_create < vfs_ioctl", 500);
	leak("two < two_part < more < both < create < ioctl_create < vfs_ioctl", 500);
	find();
	assert_int_equal(groups.nr, 1);
	assert_string_equal(common(0), "both");
	assert_int_equal(groups.list[0].common.first, 2);
	assert_int_equal(groups.list[0].common.nr, 3);
	assert_int_equal(groups.members[0].headline.first, 0);
	assert_int_equal(groups.members[0].headline.nr, 4);
}

#define TIME_FUNCTIONS 4096
#define TIME_FRAMES    24

/* As many sites as there may be, of as many functions as a kernel has in its stacks. */
static void make_many(struct symbols_frame *frames, char (*names)[16])
{
	for (int i = 0; i < TIME_FUNCTIONS; i++)
		snprintf(names[i], sizeof(names[i]), "function_%d", i);
	for (uint64_t i = 0; i < MOST_SITES; i++) {
		struct symbols_frame *stack = &frames[i * TIME_FRAMES];

		for (uint64_t k = 0; k < TIME_FRAMES; k++) {
			/* the further out, the fewer */
			uint64_t function = (i * 2654435761 >> 7) % (TIME_FUNCTIONS >> k / 2);

			stack[k].symbol = names[function];
			stack[k].address = (function * 64 + k) << 8;
		}
		add("", 10 + i % 40, VERDICT_GROWING);
		sites[i].stack = stack;
		sites[i].nr_frames = TIME_FRAMES;
	}
}

static void test_time(void **state)
{
	struct symbols_frame *frames = calloc(MOST_SITES * TIME_FRAMES, sizeof(*frames));
	char(*names)[16] = calloc(TIME_FUNCTIONS, sizeof(*names));
	struct timespec before, after;
	double took_s;

	(void)state;
	assert_true(frames && names);
	make_many(frames, names);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	find();
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	took_s = (double)(after.tv_sec - before.tv_sec) +
		 (double)(after.tv_nsec - before.tv_nsec) * 1e-9;
	print_message("%zu groups of %zu sites in %.0f ms\n", groups.nr, nr_sites, took_s * 1e3);
	/* with sanitizers: what grew with the square would take minutes */
	assert_true(took_s < 3);
	free(frames);
	free(names);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_site),
		TEST(test_nothing),
		TEST(test_same_headline),
		TEST(test_judged_together),
		TEST(test_same_number),
		TEST(test_almost_all),
		TEST(test_along_with_many),
		TEST(test_the_same_number_by_chance),
		TEST(test_a_caller_of_many),
		TEST(test_other_numbers),
		TEST(test_within_the_error),
		TEST(test_vague_numbers),
		TEST(test_metadata_is_like_nobody),
		TEST(test_metadata_follows_its_area),
		TEST(test_metadata),
		TEST(test_vector_of_a_slab),
		TEST(test_constructor),
		TEST(test_no_stacks),
		TEST(test_time),
		TEST(test_how_many_are_as_many),
		TEST(test_as_many_as_the_first),
		TEST(test_the_largest_meeting_first),
		TEST(test_groups_of_one_headline),
		TEST(test_multiples),
		TEST(test_errors_of_multiples),
		TEST(test_two_own_nothing),
		TEST(test_almost_all_of_a_crowd),
		TEST(test_the_larger_owner),
		TEST(test_causes_count_their_members),
		TEST(test_what_may_leak),
		TEST(test_whose_it_is),
		TEST(test_whose_it_is_not),
		TEST(test_groups_that_share_functions),
		TEST(test_a_cause_that_others_join),
		TEST(test_metadata_that_may_leak),
		TEST(test_order_of_members),
		TEST(test_sums),
		TEST(test_order_of_groups),
		TEST(test_the_innermost_in_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
