// SPDX-License-Identifier: GPL-2.0-only
/* Reports of tables that no kernel wrote: what a reporter does with them, and when. */
#include "fake_tracer.h"

#include "report/reporter.h"
#include "util/clock.h"

#include <math.h>
#include <stdlib.h>

#define BASE 0xffff888000000000ULL

struct made_up {
	struct tracer tracer;
	struct trace_options trace;
	struct report_options options;
	struct kernel kernel;
	struct plan plan;
	struct allocator allocator;
	struct reporter_parts parts;
	struct reporter *reporter;
	struct report report;
};

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	fake_tracer_init(&m->tracer);
	m->tracer.now = clock__now_ticks();
	m->trace = (struct trace_options){.pid = -1, .max_size = UINT64_MAX, .stack_depth = 8};
	m->options = (struct report_options){.interval_s = 0.001, .evidence_s = 60};
	m->kernel.cpus = 2;
	m->plan.sampling = 1;
	m->plan.max_objects = BUCKETS * KLEAK_BUCKET_KEYS;
	m->plan.config.slab = m->plan.config.vmalloc = m->plan.config.pages = 1;
	m->parts = (struct reporter_parts){.trace = &m->trace,
					   .options = &m->options,
					   .kernel = &m->kernel,
					   .plan = &m->plan,
					   .tracer = &m->tracer,
					   .allocator = &m->allocator};
	snprintf(m->kernel.release, sizeof(m->kernel.release), "6.99-made-up");
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct made_up *m = *state;

	reporter__close(m->reporter);
	test_free(m);
	return 0;
}

static void site(struct made_up *m, uint32_t entry, uint32_t space, uint64_t frame)
{
	m->tracer.sites[entry] = (struct kleak_site){
		.hash = entry + 100, .space = space, .nr_frames = 1, .frames = {frame}};
}

/* An object of this many bytes; recorded and counted. */
static void object(struct made_up *m, uint32_t slot, uint32_t entry, uint64_t bytes)
{
	struct kleak_bucket *bucket = &m->tracer.buckets[slot / KLEAK_BUCKET_KEYS];

	bucket->key[slot % KLEAK_BUCKET_KEYS] =
		~((BASE + slot * 4096ULL) | m->tracer.sites[entry].space);
	bucket->record[slot % KLEAK_BUCKET_KEYS] = (struct kleak_record){
		.bytes = bytes, .site = entry, .allocated_at = m->tracer.now - 1000};
	m->tracer.tallies[entry].allocations++;
	m->tracer.tallies[entry].allocated_bytes += bytes;
}

static void open_reporter(struct made_up *m)
{
	assert_int_equal(reporter__open(&m->reporter, &m->parts), 0);
	assert_int_equal(reporter__begin(m->reporter), 0);
}

static void make(struct made_up *m, bool final)
{
	assert_int_equal(reporter__make(m->reporter, &m->report, "a note", final), 0);
}

static void test_a_report_has_what_is_outstanding(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	site(m, 2, KLEAK_SPACE_VMALLOC, 0x2000);
	site(m, 3, KLEAK_SPACE_SLAB, 0x3000);
	object(m, 0, 1, 64);
	object(m, 1, 1, 64);
	object(m, 2, 2, 8192);
	m->tracer.tallies[3] =
		(struct kleak_tally){.allocations = 5, .frees = 5}; /* nothing left */
	m->tracer.missed = (struct misses){.allocations = 3, .frees = 4};
	open_reporter(m);
	make(m, false);
	assert_string_equal(m->report.kernel, "6.99-made-up");
	assert_string_equal(m->report.note, "a note");
	assert_false(m->report.final);
	assert_int_equal(m->report.nr_sites, 2);
	assert_int_equal(m->report.nr_sites_all, 2);
	assert_int_equal(m->report.bytes_all, 8192 + 128);
	assert_int_equal(m->report.sites[0].bytes, 8192);
	assert_string_equal(m->report.sites[0].origin, "vmalloc");
	assert_int_equal(m->report.sites[1].objects, 2);
	assert_int_equal(m->report.events.allocations, 8);
	assert_int_equal(m->report.events.frees, 5);
	assert_int_equal(m->report.events.live, 3);
	assert_int_equal(m->report.losses[m->report.nr_losses - 2].count, 3);
	assert_int_equal(m->report.losses[m->report.nr_losses - 1].count, 4);
	assert_int_equal(m->report.sampling, 1);
	assert_false(m->report.overhead.known);
	assert_int_equal(m->tracer.recycles, 1);
	assert_int_equal(m->tracer.asked_missed, 1);
}

static void test_rows_are_cut_but_not_the_sums(void **state)
{
	struct made_up *m = *state;

	m->options.rows = 1;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	site(m, 2, KLEAK_SPACE_SLAB, 0x2000);
	object(m, 0, 1, 64);
	object(m, 1, 2, 32);
	open_reporter(m);
	make(m, true);
	assert_true(m->report.final);
	assert_int_equal(m->report.nr_sites, 1);
	assert_int_equal(m->report.sites[0].bytes, 64);
	assert_int_equal(m->report.nr_sites_all, 2);
	assert_int_equal(m->report.bytes_all, 96);
}

/* Half of what is recorded goes, and again, until the rest is no more than there may be. */
static void test_a_crowded_table_is_sampled_more_coarsely(void **state)
{
	struct made_up *m = *state;
	uint64_t live = 0;

	m->plan.max_objects = 4;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	for (uint32_t slot = 0; slot < BUCKETS * KLEAK_BUCKET_KEYS; slot++)
		object(m, slot, 1, 64);
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->tracer.sampling, 1U << m->tracer.coarsened);
	assert_int_equal(m->report.sampling, m->tracer.sampling);
	assert_in_range(m->report.events.live, 1, 4);
	for (uint32_t slot = 0; slot < BUCKETS * KLEAK_BUCKET_KEYS; slot++)
		live += !(kleak_sample_hash(BASE + slot * 4096ULL) & (m->tracer.sampling - 1));
	assert_int_equal(m->report.events.live, live);
	assert_int_equal(m->report.sites[0].objects, live * m->tracer.sampling);
	/* one step less would not have done */
	live = 0;
	for (uint32_t slot = 0; slot < BUCKETS * KLEAK_BUCKET_KEYS; slot++)
		live += !(kleak_sample_hash(BASE + slot * 4096ULL) & (m->tracer.sampling / 2 - 1));
	assert_true(live > 4);
}

static void test_a_table_that_is_just_full_enough_stays(void **state)
{
	struct made_up *m = *state;

	m->plan.max_objects = 2;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	object(m, 1, 1, 64);
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->tracer.coarsened, 0);
	assert_int_equal(m->report.sites[0].objects, 2);
}

/* The kernel side made it coarser by itself: what was recorded before is swept. */
static void test_the_table_is_swept_when_the_kernel_side_got_coarser(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	m->tracer.sampling = 2;
	make(m, false);
	assert_int_equal(m->tracer.coarsened, 1);
	assert_int_equal(m->report.sampling, 2);
	make(m, false);
	assert_int_equal(m->tracer.coarsened, 1);
}

static void test_new_areas_are_sized_before_they_count(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_VMALLOC, 0x1000);
	object(m, 0, 1, 4096 | KLEAK_BYTES_UNSIZED);
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->tracer.sized, 1);
	assert_int_equal(m->report.sites[0].bytes, 4096);
	make(m, false);
	assert_int_equal(m->tracer.sized, 2); /* it may have shrunk */
}

static void test_pages_that_are_counted_elsewhere_are_muted(void **state)
{
	static struct kleak_range slabs = {0x7000, 0x7100};
	struct made_up *m = *state;

	m->allocator.ranges = m->allocator.backing = &slabs;
	m->allocator.nr = m->allocator.nr_backing = 1;
	site(m, 1, KLEAK_SPACE_PAGES, 0x7010);
	site(m, 2, KLEAK_SPACE_PAGES, 0x2000);
	site(m, 3, KLEAK_SPACE_PAGES, 0x7020); /* nothing was allocated there */
	object(m, 0, 1, 4096);
	object(m, 1, 2, 4096);
	open_reporter(m);
	make(m, false);
	assert_true(m->tracer.muted[1]);
	assert_false(m->tracer.muted[2] || m->tracer.muted[3]);
	assert_int_equal(m->report.nr_sites, 1);
	assert_int_equal(m->report.bytes_all, 4096);
	m->tracer.muted[1] = false;
	make(m, false);
	assert_false(m->tracer.muted[1]); /* once is enough */
}

static void test_who_allocates(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	m->tracer.who = (struct kleak_who){.site = 1, .comm = "leaker"};
	m->tracer.who_times = (struct kleak_who_times){.times = 7, .tgid = 12};
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_who, 0); /* not asked for */
	m->plan.config.who = 1;
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_who, 1);
	assert_string_equal(m->report.sites[0].who[0].comm, "leaker");
	assert_int_equal(m->report.sites[0].who_times, 7);
	m->tracer.who.site = SITES; /* of a table that has grown: nobody's */
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_who, 0);
}

static void test_who_frees(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	m->tracer.freer = (struct kleak_freer){.site = 1, .nr = 1, .times = 7};
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_freed_by, 0); /* not asked for */
	m->plan.config.who = 1;
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_freed_by, 1);
	assert_int_equal(m->report.sites[0].frees_noted, 7);
	assert_int_equal(m->tracer.noted[1], 0); /* it is no suspect yet */
	m->tracer.freer.site = SITES;
	make(m, false);
	assert_int_equal(m->report.sites[0].nr_freed_by, 0);
}

/* What is harmless comes last, however large, already where only the first row is checked. */
static void test_by_suspicion(void **state)
{
	struct made_up *m = *state;

	m->options.sort = SITES_BY_RANK;
	m->options.rows = 1;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	site(m, 2, KLEAK_SPACE_SLAB, 0x2000);
	m->tracer.sites[1].cache = 7;
	m->tracer.caches[7] = (struct kleak_cache){.name = "dentry",
						   .size = 192,
						   .object_size = 192,
						   .flags = KLEAK_CACHE_RECLAIMABLE,
						   .ready = 1};
	object(m, 0, 1, 8192);
	object(m, 1, 2, 32);
	open_reporter(m);
	for (int i = 0; i < 2; i++) {
		make(m, false);
		assert_true(m->report.by_suspicion);
		assert_int_equal(m->report.verdicts[VERDICT_CACHE].sites, 1);
		assert_int_equal(m->report.verdicts[VERDICT_CACHE].bytes, 8192);
		assert_int_equal(m->report.verdicts[VERDICT_NEW].sites, 1);
		assert_int_equal(m->report.nr_sites, 1);
		assert_int_equal(m->report.sites[0].bytes, 32);
	}
}

static void test_tracing_that_costs_too_much_gets_coarser(void **state)
{
	struct made_up *m = *state;

	m->options.max_overhead = 0.5;
	m->tracer.run_ns = 1000000000000; /* many times what there is */
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	make(m, false);
	assert_true(m->report.overhead.known);
	assert_true(m->report.overhead.share > 0.5);
	assert_true(m->report.overhead.most == 0.5);
	assert_false(m->report.overhead.spent);
	assert_int_equal(m->report.sampling, 1); /* this one was made before */
	assert_int_equal(m->tracer.sampling, 2);
	make(m, false); /* an event takes as long as before: no more of it */
	assert_int_equal(m->tracer.sampling, 2);
	assert_true(m->report.overhead.spent);
	m->tracer.count_time = -EIO; /* nobody is traced any more: nobody measures */
	make(m, true);
	assert_true(m->report.overhead.known);
	assert_true(m->report.overhead.share > 0.5);
}

/* Who makes one report only, at the end, looks in between. */
static void test_tracing_costs_are_limited_between_reports(void **state)
{
	struct made_up *m = *state;

	m->options.max_overhead = 0.5;
	m->tracer.run_ns = 1000000000000;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	assert_int_equal(reporter__watch(m->reporter), 0);
	assert_int_equal(m->tracer.sampling, 1);
	assert_int_equal(reporter__limit_overhead(m->reporter), 0);
	assert_int_equal(m->tracer.sampling, 2);
	make(m, true);
	assert_true(m->report.overhead.known);
	assert_int_equal(m->report.sampling, 2);
}

static void test_an_overhead_that_cannot_be_known_is_no_error(void **state)
{
	struct made_up *m = *state;

	m->options.max_overhead = 0.5;
	m->tracer.count_time = -EPERM;
	open_reporter(m);
	make(m, false);
	assert_false(m->report.overhead.known);
	m->tracer.count_time = -EIO;
	assert_int_equal(reporter__make(m->reporter, &m->report, NULL, false), -EIO);
}

static void test_young_objects_are_not_listed(void **state)
{
	struct made_up *m = *state;

	m->trace.min_age_s = 1001.0 * (1 << KLEAK_TICK_SHIFT) / 1e9;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->report.nr_sites, 0);
	m->trace.min_age_s = INFINITY; /* longer than ticks can say */
	make(m, false);
	assert_int_equal(m->report.nr_sites, 0);
	m->trace.min_age_s = 999.0 * (1 << KLEAK_TICK_SHIFT) / 1e9;
	make(m, false);
	assert_int_equal(m->report.nr_sites, 1);
}

/* Allocations have stopped: what the histories say of growth is what was before. */
static void test_a_frozen_history_has_no_more_points(void **state)
{
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	make(m, false);
	assert_int_equal(m->report.nr_course, 1);
	assert_int_equal(reporter__watch(m->reporter), 0);
	assert_int_equal(m->tracer.recycles, 2);
	assert_int_equal(reporter__freeze(m->reporter), 0);
	make(m, true);
	assert_int_equal(m->report.nr_course, 2);
}

static void test_sites_are_counted_by_verdict(void **state)
{
	struct made_up *m = *state;
	struct reporter_count count;
	struct reporter_left left;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	site(m, 2, KLEAK_SPACE_SLAB, 0x2000);
	object(m, 0, 1, 64);
	object(m, 1, 2, 32);
	m->tracer.tallies[2].allocations++;
	m->tracer.tallies[2].frees++;
	open_reporter(m);
	make(m, false);
	reporter__count_verdicts(m->reporter, &count);
	assert_int_equal(count.sites, 2);
	assert_int_equal(count.of[VERDICT_NEW], 2);
	assert_int_equal(reporter__outstanding(m->reporter), 96);
	m->tracer.sites[2].cache = 7;
	m->tracer.caches[7].flags = KLEAK_CACHE_RECLAIMABLE;
	assert_int_equal(reporter__count(m->reporter, false, &left), 0);
	assert_int_equal(left.live, 2);
	assert_int_equal(left.innocent, 1);
	assert_int_equal(left.frees, 1);
	/* what waits for RCU is as good as free */
	m->tracer.buckets[0].record[0].flags |= KLEAK_RECORD_RCU_PENDING;
	assert_int_equal(reporter__count(m->reporter, false, &left), 0);
	assert_int_equal(left.live, 2);
	assert_int_equal(left.innocent, 2);
	assert_int_equal(reporter__acknowledge(m->reporter), 0); /* no scans */
}

/* Of sites that are listed, and of those where nothing is left: their first frames. */
static void test_frames_that_were_seen(void **state)
{
	const struct kleak_range listed[] = {{0x10, 0x20}, {0x0ff0, 0x1000}};
	const struct kleak_range idle = {0x2000, 0x2010}, other = {0x1000, 0x2000};
	const struct kleak_range far = {0x5000, 0x5001};
	struct made_up *m = *state;

	site(m, 1, KLEAK_SPACE_SLAB, 0x1000); /* it returns to behind its function */
	site(m, 2, KLEAK_SPACE_SLAB, 0x2001);
	for (uint64_t i = 1; i <= REPORTER_FIRST_FRAMES; i++)
		m->tracer.sites[2].frames[i] = 0x5001;
	m->tracer.sites[2].nr_frames = REPORTER_FIRST_FRAMES;
	object(m, 0, 1, 64);
	m->tracer.tallies[2] = (struct kleak_tally){.allocations = 5, .frees = 5};
	open_reporter(m);
	assert_false(reporter__saw_frame_in(m->reporter, &idle, 1)); /* nothing was read */
	make(m, false);
	assert_true(reporter__saw_frame_in(m->reporter, listed, 2));
	assert_false(reporter__saw_frame_in(m->reporter, listed, 1));
	assert_true(reporter__saw_frame_in(m->reporter, &idle, 1));
	assert_false(reporter__saw_frame_in(m->reporter, &other, 1));
	assert_true(reporter__saw_frame_in(m->reporter, &far, 1));
	m->tracer.sites[2].frames[REPORTER_FIRST_FRAMES - 1] = 0x6001;
	for (uint64_t i = 1; i < REPORTER_FIRST_FRAMES; i++)
		m->tracer.sites[2].frames[i] = 0x6001;
	m->tracer.sites[2].nr_frames = REPORTER_FIRST_FRAMES + 1;
	make(m, false);
	assert_false(reporter__saw_frame_in(m->reporter, &far, 1));
}

static void test_what_fails_is_passed_on(void **state)
{
	struct made_up *m = *state;
	struct reporter_left left;

	open_reporter(m);
	m->tracer.fails = -ENODEV;
	assert_int_equal(reporter__make(m->reporter, &m->report, NULL, false), -ENODEV);
	assert_int_equal(reporter__watch(m->reporter), -ENODEV);
	assert_int_equal(reporter__settle_areas(m->reporter), -ENODEV);
	assert_int_equal(reporter__count(m->reporter, true, &left), -ENODEV);
	assert_int_equal(m->tracer.recycles, 0);
}

/* The kernel's memory cannot be read: there is no reporter. */
static void test_a_reporter_that_cannot_verify_is_none(void **state)
{
	struct made_up *m = *state;

	m->plan.verify = true;
	assert_int_equal(reporter__open(&m->reporter, &m->parts), -EPERM);
	assert_null(m->reporter);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_report_has_what_is_outstanding),
		TEST(test_rows_are_cut_but_not_the_sums),
		TEST(test_a_crowded_table_is_sampled_more_coarsely),
		TEST(test_a_table_that_is_just_full_enough_stays),
		TEST(test_the_table_is_swept_when_the_kernel_side_got_coarser),
		TEST(test_new_areas_are_sized_before_they_count),
		TEST(test_pages_that_are_counted_elsewhere_are_muted),
		TEST(test_who_allocates),
		TEST(test_who_frees),
		TEST(test_by_suspicion),
		TEST(test_tracing_that_costs_too_much_gets_coarser),
		TEST(test_tracing_costs_are_limited_between_reports),
		TEST(test_an_overhead_that_cannot_be_known_is_no_error),
		TEST(test_young_objects_are_not_listed),
		TEST(test_a_frozen_history_has_no_more_points),
		TEST(test_sites_are_counted_by_verdict),
		TEST(test_frames_that_were_seen),
		TEST(test_what_fails_is_passed_on),
		TEST(test_a_reporter_that_cannot_verify_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
