// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/sample.h"
#include "trace/snapshot.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static void test_all_recorded_is_left_alone(void **state)
{
	struct snapshot_site site = {.live = 3, .objects = 2, .bytes = 128, .allocations = 5};
	struct snapshot snapshot = {.sites = &site, .nr_sites = 1};

	(void)state;
	sample__estimate(&snapshot);
	assert_int_equal(site.live, 3);
	assert_int_equal(site.bytes, 128);
	assert_int_equal(site.allocations, 5);
	assert_true(sample__variance(1, 128) == 0);
}

static void test_each_stands_for_many(void **state)
{
	struct snapshot_site sites[] = {
		{.live = 3,
		 .held_bytes = 200,
		 .account_records = 1,
		 .account_bytes = 50,
		 .objects = 2,
		 .bytes = 128,
		 .bytes_requested = 100,
		 .pending = 1,
		 .listed = 2,
		 .more = {.live = 21,
			  .held_bytes = 1400,
			  .account_records = 7,
			  .account_bytes = 350,
			  .objects = 14,
			  .bytes = 896,
			  .bytes_requested = 700,
			  .pending = 7},
		 .allocations = 5,
		 .allocations_more = 35,
		 .frees = 2,
		 .frees_more = 14},
		{.objects = 3, .more.objects = 9},
	};
	struct snapshot snapshot = {.sites = sites, .nr_sites = 2};

	(void)state;
	sample__estimate(&snapshot);
	assert_int_equal(sites[0].live, 24);
	assert_int_equal(sites[0].held_bytes, 1600);
	assert_int_equal(sites[0].account_records, 8);
	assert_int_equal(sites[0].account_bytes, 400);
	assert_int_equal(sites[0].objects, 16);
	assert_int_equal(sites[0].listed, 2);
	assert_int_equal(sites[0].bytes, 1024);
	assert_int_equal(sites[0].bytes_requested, 800);
	assert_int_equal(sites[0].pending, 8);
	assert_int_equal(sites[0].allocations, 40);
	assert_int_equal(sites[0].frees, 16);
	assert_int_equal(sites[1].objects, 12);
	assert_true(sample__variance(4, 3) == 12 * 9);
}

static void test_bits_of_weights(void **state)
{
	(void)state;
	assert_int_equal(sample__bits(1), 0);
	assert_int_equal(sample__bits(2), 1);
	assert_int_equal(sample__bits(64), 6);
	assert_int_equal(sample__bits(KLEAK_SAMPLE_MOST + 1), KLEAK_SAMPLE_MOST_BITS);
	assert_int_equal(sample__bits(UINT32_MAX), KLEAK_SAMPLE_MOST_BITS);
}

/* ---- addresses ---- */

/* How many of `nr` objects of a slab cache are in the sample. */
static uint32_t picked(uint64_t size, uint32_t nr, uint32_t weight)
{
	uint64_t page = 0, address = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < nr; i++) {
		if (!page || address + size > page + 4096) {
			page = 0xffff888000000000ULL + ((uint64_t)rand() % (1 << 20) << 12);
			address = page;
		}
		n += kleak_is_sampled(address, sample__bits(weight));
		address += size;
	}
	return n;
}

/* The error that is printed is the error that is made: addresses are no random numbers. */
static void test_slab_addresses_are_sampled_as_if_by_chance(void **state)
{
	static const uint64_t sizes[] = {8, 64, 96, 192, 256, 704, 1024};
	enum { OBJECTS = 8000, ROUNDS = 60 };

	(void)state;
	srand(6);
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (uint32_t weight = 2; weight <= 64; weight *= 4) {
			double error = sqrt(sample__variance(weight, 1) * OBJECTS / weight);
			double squares = 0;

			for (int round = 0; round < ROUNDS; round++) {
				double off = (double)picked(sizes[s], OBJECTS, weight) * weight -
					     OBJECTS;

				assert_true(fabs(off) < 5 * error);
				squares += off * off;
			}
			/* chi^2 of 60: 0.54 to 1.66 in all but one case of a thousand */
			assert_true(squares / ROUNDS / (error * error) > 0.4);
			assert_true(squares / ROUNDS / (error * error) < 1.8);
		}
}

/* ---- a life of coarser and finer sampling ---- */

enum { OLDER = 300, BORN = 400, PHASES = 8, OBJECTS = OLDER + PHASES * BORN, LIVES = 400 };

struct object {
	uint64_t address;
	bool lives, recorded;
	struct kleak_record record;
};

/* As the programs do it: bpf/objects.bpf.h, older.bpf.h. */
struct table {
	struct object objects[OBJECTS];
	size_t nr;
	uint32_t bits, most;
	double allocations, frees, older; /* as they are estimated */
	double true_frees, true_older;
};

static void bear(struct table *t, bool traced)
{
	struct object *o = &t->objects[t->nr++];

	*o = (struct object){.address = (uint64_t)rand() << 34 ^ (uint64_t)rand() << 3,
			     .lives = true,
			     .record.sample_bits = t->bits};
	o->recorded = traced && kleak_is_sampled(o->address, t->bits);
	t->allocations += o->recorded ? 1U << t->bits : 0;
}

static void bury(struct table *t, struct object *o, bool traced)
{
	uint32_t most = t->most > t->bits ? t->most : t->bits;

	o->lives = false;
	t->true_frees += traced;
	t->true_older += !traced;
	if (o->recorded)
		t->frees += 1U << kleak_bits(&o->record, t->bits);
	else if (kleak_is_sampled(o->address, most))
		t->older += 1U << most;
	o->recorded = false;
}

/* A sweep of the table, as before and after each change. */
static void sweep(struct table *t)
{
	for (size_t i = 0; i < t->nr; i++) {
		struct object *o = &t->objects[i];

		if (!o->recorded)
			continue;
		o->record.sample_bits = kleak_bits(&o->record, t->bits);
		o->recorded = kleak_is_sampled(o->address, o->record.sample_bits);
	}
}

static void change(struct table *t, uint32_t bits)
{
	if (bits > t->bits) {
		t->bits = bits;
		sweep(t);
		return;
	}
	sweep(t);
	t->most = t->most > t->bits ? t->most : t->bits;
	t->bits = bits;
}

static double estimate(const struct table *t, double *variance)
{
	double live = 0;

	*variance = 0;
	for (size_t i = 0; i < t->nr; i++) {
		uint32_t weight = 1U << kleak_bits(&t->objects[i].record, t->bits);

		if (!t->objects[i].recorded)
			continue;
		live += weight;
		*variance += sample__variance(weight, 1);
	}
	return live;
}

/* Of what an estimate was off by, each time: it has no bias, and is as far off as it says. */
struct off {
	double sum, squares, variance;
};

static void add_off(struct off *off, double by, double variance)
{
	off->sum += by;
	off->squares += by * by;
	off->variance += variance;
}

static bool has_no_bias(const char *what, const struct off *off)
{
	double error = sqrt(off->squares) / LIVES;

	print_message("# %s: off by %.1f +- %.1f on the average\n", what, off->sum / LIVES, error);
	return fabs(off->sum / LIVES) < 4 * error;
}

static void live_once(struct table *t)
{
	static const uint32_t bits[PHASES] = {0, 3, 2, 1, 2, 1, 0, 0};

	*t = (struct table){};
	for (int i = 0; i < OLDER; i++)
		bear(t, false);
	for (int phase = 0; phase < PHASES; phase++) {
		while (t->bits != bits[phase])
			change(t, bits[phase] > t->bits ? bits[phase] : t->bits - 1);
		for (int i = 0; i < BORN; i++)
			bear(t, true);
		for (size_t i = 0; i < t->nr; i++)
			if (t->objects[i].lives && rand() % 8 == 0)
				bury(t, &t->objects[i], i >= OLDER);
	}
}

static void test_estimates_have_no_bias_when_the_sampling_recovers(void **state)
{
	static struct table t;
	struct off live = {}, allocations = {}, frees = {}, older = {};
	double ratio;

	(void)state;
	srand(7);
	for (int i = 0; i < LIVES; i++) {
		double variance, truth = 0, is;

		live_once(&t);
		for (size_t k = OLDER; k < t.nr; k++)
			truth += t.objects[k].lives;
		is = estimate(&t, &variance);
		add_off(&live, is - truth, variance);
		add_off(&allocations, t.allocations - PHASES * BORN, 0);
		add_off(&frees, t.frees - t.true_frees, 0);
		add_off(&older, t.older - t.true_older, 0);
	}
	assert_true(has_no_bias("live", &live));
	assert_true(has_no_bias("allocations", &allocations));
	assert_true(has_no_bias("frees", &frees));
	assert_true(has_no_bias("older frees", &older));
	ratio = live.squares / live.variance;
	print_message("# variance as seen, of what was told: %.3f\n", ratio);
	assert_true(ratio > 0.75 && ratio < 1.3); /* chi^2 of 400: 0.79 to 1.23 in 998 of 1000 */
}

/* ---- weights by age ---- */

static void test_weights_by_time_of_birth(void **state)
{
	struct sample_times times = {};

	(void)state;
	assert_int_equal(sample__weight(NULL, 5), 1);
	assert_int_equal(sample__weight(&times, 5), 1);
	sample__enter(&times, 1000, 1);
	sample__enter(&times, 2000, 8); /* coarser: all that is older, too */
	assert_int_equal(times.nr, 1);
	assert_int_equal(sample__weight(&times, 0), 8);
	assert_int_equal(sample__weight(&times, 1999), 8);
	sample__enter(&times, 3000, 4);
	sample__enter(&times, 4000, 2);
	sample__enter(&times, 5000, 2);
	assert_int_equal(times.nr, 3);
	assert_int_equal(sample__weight(&times, 0), 2);
	assert_int_equal(sample__weight(&times, 1000), 2);
	assert_int_equal(sample__weight(&times, 1001), 4);
	assert_int_equal(sample__weight(&times, 2000), 4);
	assert_int_equal(sample__weight(&times, 2001), 8);
	assert_int_equal(sample__weight(&times, 9999), 8); /* older than the trace */
	sample__enter(&times, 6000, 4);			   /* what was 2 is 4 now */
	assert_int_equal(times.nr, 2);
	assert_int_equal(sample__weight(&times, 0), 4);
	assert_int_equal(sample__weight(&times, 3000), 4);
	assert_int_equal(sample__weight(&times, 3001), 8);
	sample__enter(&times, 7000, 16);
	assert_int_equal(times.nr, 1);
	assert_int_equal(sample__weight(&times, 100), 16);
}

static void test_weights_take_no_more_room_than_there_are(void **state)
{
	struct sample_times times = {};

	(void)state;
	for (uint64_t now = 1; now < 1000; now++) {
		uint32_t bits = (uint32_t)(now % (KLEAK_SAMPLE_MOST_BITS + 1));

		sample__enter(&times, now, 1U << (KLEAK_SAMPLE_MOST_BITS - bits));
		assert_in_range(times.nr, 1, KLEAK_SAMPLE_MOST_BITS + 1);
	}
}

/* ---- when to record more again ---- */

enum { MOST = 1000 };

static void test_recovers_after_a_calm_minute(void **state)
{
	struct sample_recovery r = {};

	(void)state;
	for (int s = 10; s < 70; s += 10)
		assert_false(sample__may_refine(&r, s, 8, MOST / 4, MOST, true));
	assert_true(sample__may_refine(&r, 70, 8, MOST / 4, MOST, true));
	/* a step at a time, each after a minute of its own */
	for (int s = 80; s < 140; s += 10)
		assert_false(sample__may_refine(&r, s, 4, MOST / 4, MOST, true));
	assert_true(sample__may_refine(&r, 140, 4, MOST / 4, MOST, true));
	assert_false(sample__may_refine(&r, 1000, 1, 0, MOST, true));
	assert_false(sample__may_refine(&r, 9000, 1, 0, MOST, true)); /* all are recorded */
}

static void test_does_not_recover_while_it_is_needed(void **state)
{
	struct sample_recovery r = {};

	(void)state;
	for (int s = 10; s < 1000; s += 10) /* twice as many would be more than half */
		assert_false(sample__may_refine(&r, s, 8, MOST / 4 + 1, MOST, true));
	for (int s = 1000; s < 2000; s += 10) /* now and then it is full */
		assert_false(sample__may_refine(&r, s, 8, s % 50 ? 0 : MOST, MOST, true));
	for (int s = 2010; s < 3000; s += 10) /* tracing costs too much */
		assert_false(sample__may_refine(&r, s, 8, 0, MOST, false));
}

/* When it is calm; returns when it became finer. */
static int wait_for_it(struct sample_recovery *r, int from_s, uint32_t weight)
{
	for (int s = from_s; s < from_s + 10000; s++)
		if (sample__may_refine(r, s, weight, 0, MOST, true))
			return s;
	return -1;
}

static void test_does_not_oscillate(void **state)
{
	struct sample_recovery r = {};
	int s = 1, refined = 0;

	(void)state;
	/* a load that fills the table as soon as twice as much is recorded, for a day */
	while (s < 86400) {
		s = wait_for_it(&r, s, 2);
		assert_true(s > 0);
		refined++;
		s++; /* and it is as coarse as before */
		assert_false(sample__may_refine(&r, s, 2, MOST, MOST, true));
	}
	print_message("# finer %d times in a day\n", refined);
	assert_in_range(refined, 20, 35);
	/* it lasted for a while: as at the start */
	s = wait_for_it(&r, s, 2);
	s += SAMPLE_EARLY * (int)SAMPLE_WAIT_MOST_S + 1;
	assert_false(sample__may_refine(&r, s, 2, MOST, MOST, true));
	assert_int_equal(wait_for_it(&r, s + 1, 2), s + 1 + (int)SAMPLE_WAIT_S);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_recorded_is_left_alone),
		cmocka_unit_test(test_each_stands_for_many),
		cmocka_unit_test(test_bits_of_weights),
		cmocka_unit_test(test_slab_addresses_are_sampled_as_if_by_chance),
		cmocka_unit_test(test_estimates_have_no_bias_when_the_sampling_recovers),
		cmocka_unit_test(test_weights_by_time_of_birth),
		cmocka_unit_test(test_weights_take_no_more_room_than_there_are),
		cmocka_unit_test(test_recovers_after_a_calm_minute),
		cmocka_unit_test(test_does_not_recover_while_it_is_needed),
		cmocka_unit_test(test_does_not_oscillate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
