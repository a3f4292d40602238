// SPDX-License-Identifier: GPL-2.0-only
/* What follows from the tables as time goes by: reports of tables that no kernel wrote. */
#include "fake_clock.h"
#include "fake_tracer.h"

#include "report/reporter.h"

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

/* So much later: a report. */
static void make(struct made_up *m, double later_s)
{
	fake_clock_s += later_s;
	m->tracer.now = clock__now_ticks();
	assert_int_equal(reporter__make(m->reporter, &m->report, NULL, false), 0);
}

/* A crowd came and went: after a calm time twice as many are recorded, but no more than wanted. */
static void test_sampling_recovers_when_the_table_has_emptied(void **state)
{
	struct made_up *m = *state;
	uint64_t older = BASE;

	m->plan.max_objects = 8;
	m->plan.sampling = 2;
	while (!kleak_is_sampled(older, 3))
		older += 64;
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	m->tracer.buckets[0].key[0] = ~older;
	m->tracer.buckets[0].record[0].sample_bits = 3;
	m->tracer.sampling = 8;
	open_reporter(m);
	make(m, 1);
	assert_int_equal(m->tracer.refined, 0);
	for (uint32_t sampling = 8; sampling > 2; sampling /= 2) {
		make(m, SAMPLE_WAIT_S);
		assert_int_equal(m->report.sampling, sampling); /* this one was made before */
		assert_int_equal(m->tracer.sampling, sampling / 2);
		make(m, 1);
		assert_int_equal(m->report.sampling, sampling / 2);
		assert_int_equal(m->report.sampling_most, 8);
		assert_int_equal(m->report.sites[0].objects, 8); /* as many as before */
		assert_true(m->report.sites[0].objects_error == sqrt(64 - 8));
	}
	make(m, SAMPLE_WAIT_S);
	assert_int_equal(m->tracer.sampling, 2);
	assert_int_equal(m->tracer.refined, 2); /* --sample 1/2 */
}

static void test_sampling_does_not_recover_while_tracing_costs_much(void **state)
{
	struct made_up *m = *state;

	m->options.max_overhead = 0.5;
	m->tracer.run_ns = 1000000000000; /* many times what there is */
	site(m, 1, KLEAK_SPACE_SLAB, 0x1000);
	object(m, 0, 1, 64);
	open_reporter(m);
	make(m, 1);
	make(m, 1);
	assert_true(m->report.overhead.spent);
	assert_int_equal(m->tracer.sampling, 2);
	make(m, SAMPLE_WAIT_S);
	assert_int_equal(m->tracer.refined, 0);
	m->tracer.run_ns = 0;
	make(m, 1);
	make(m, SAMPLE_WAIT_S);
	assert_int_equal(m->tracer.refined, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sampling_recovers_when_the_table_has_emptied,
						begin, end),
		cmocka_unit_test_setup_teardown(
			test_sampling_does_not_recover_while_tracing_costs_much, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
