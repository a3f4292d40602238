// SPDX-License-Identifier: GPL-2.0-only
#include "report/stacks.h"

#include "report/groups.h"

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

static const char *common(size_t group)
{
	return groups.list[group].sum.stack[groups.list[group].common.first].symbol;
}

static void test_one_site(void **state)
{
	(void)state;
	leak("newque < ipcget < ksys_msgget < x64_sys_call", 100);
	find();
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
	leak("one < one_part < create < ioctl_create", 500)->objects_error = 30;
	leak("two < two_part < create < ioctl_create", 560)->objects_error = 30;
	find();
	assert_int_equal(groups.nr, 1);
	assert_string_equal(common(0), "create");
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
		TEST(test_one_site),	     TEST(test_nothing),
		TEST(test_same_headline),    TEST(test_judged_together),
		TEST(test_same_number),	     TEST(test_almost_all),
		TEST(test_along_with_many),  TEST(test_the_same_number_by_chance),
		TEST(test_a_caller_of_many), TEST(test_other_numbers),
		TEST(test_within_the_error), TEST(test_metadata),
		TEST(test_vector_of_a_slab), TEST(test_constructor),
		TEST(test_no_stacks),	     TEST(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
