// SPDX-License-Identifier: GPL-2.0-only
/*
 * Histories of sites, simulated object by object: what the verdict makes of them, and
 * how often it is wrong.
 */
#include "unit.h"

#include "judge/history.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_OBJECTS 60000
#define SIZE	     256
#define STEP_S	     0.5 /* of the simulation */

/* ---- a site that lives ---- */

struct world {
	uint64_t random;
	double now_s;
	struct {
		double allocated_s, freed_s;
	} objects[MOST_OBJECTS];
	size_t nr;
	uint64_t allocations;
	double state; /* of the scenario */
};

/* xorshift64* */
static double uniform(struct world *w)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return (double)((w->random * 0x2545f4914f6cdd1dULL) >> 11) / 9007199254740992.0;
}

static double exponential(struct world *w, double mean)
{
	return -mean * log(1 - uniform(w));
}

static unsigned int poisson(struct world *w, double mean)
{
	double limit = exp(-mean), product = uniform(w);
	unsigned int n = 0;

	while (product > limit) {
		product *= uniform(w);
		n++;
	}
	return n;
}

static void allocate(struct world *w, double lives_s)
{
	if (w->nr == MOST_OBJECTS)
		fail_msg("the simulation is too small");
	w->objects[w->nr].allocated_s = w->now_s - uniform(w) * STEP_S;
	w->objects[w->nr].freed_s = w->now_s + lives_s;
	w->nr++;
	w->allocations++;
}

/* `per_s` allocations a second that live lives_s on average. */
static void churn(struct world *w, double per_s, double lives_s)
{
	for (unsigned int n = poisson(w, per_s * STEP_S); n; n--)
		allocate(w, exponential(w, lives_s));
}

static void leak(struct world *w, double per_s)
{
	for (unsigned int n = poisson(w, per_s * STEP_S); n; n--)
		allocate(w, INFINITY);
}

static void bury(struct world *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->nr; i++)
		if (w->objects[i].freed_s > w->now_s)
			w->objects[kept++] = w->objects[i];
	w->nr = kept;
}

static void free_all(struct world *w)
{
	w->nr = 0;
}

/* ---- scenarios: what happens in STEP_S ---- */

static void steady(struct world *w)
{
	churn(w, 40, 1);
}

static void steady_slow(struct world *w)
{
	churn(w, 20, 20);
}

static void steady_very_slow(struct world *w)
{
	churn(w, 5, 120);
}

static void plain_leak(struct world *w)
{
	leak(w, 10);
}

static void trickle(struct world *w)
{
	leak(w, 0.25);
}

static void leak_in_churn(struct world *w)
{
	churn(w, 200, 2);
	leak(w, 5);
}

/* Kept for a minute, then freed: a time-out. */
static void timeout(struct world *w)
{
	for (unsigned int n = poisson(w, 10 * STEP_S); n; n--)
		allocate(w, 60);
}

/* Kept, and freed all at once every 40 s. */
static void sawtooth(struct world *w)
{
	leak(w, 20);
	w->state += STEP_S;
	if (w->state >= 40) {
		w->state = 0;
		free_all(w);
	}
}

static void burst(struct world *w)
{
	if (w->now_s <= 10)
		leak(w, 50);
}

/* Every 30 s 300 objects that live 20 s. */
static void batch(struct world *w)
{
	w->state += STEP_S;
	if (w->state < 30)
		return;
	w->state = 0;
	for (int i = 0; i < 300; i++)
		allocate(w, 20);
}

/* Fast at first, then ever slower: a table that fills. */
static void start_up(struct world *w)
{
	leak(w, 40 * exp(-w->now_s / 20));
}

/* The load doubles every 100 s; nothing leaks. */
static void rising_load(struct world *w)
{
	churn(w, 5 * exp2(w->now_s / 100), 3);
}

/* ---- watching ---- */

/* Read in no time. */
static void enter(struct history *history, const struct sites *sites, double now_s,
		  double min_age_s)
{
	struct history_reading reading = {.aged_s = now_s, .counted_s = now_s, .weight = 1};

	assert_int_equal(history__enter(history, sites, &reading, min_age_s), 0);
}

/* What kleak would say after watching for lasts_s, every interval_s. */
static enum verdict_name watch(void (*step)(struct world *), uint64_t seed, double lasts_s,
			       double interval_s, struct evidence *evidence)
{
	static struct world w;
	static float ages[MOST_OBJECTS];
	struct site site = {.id = 7};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct history history = {};
	double next = interval_s;
	struct verdict verdict;

	w.random = seed * 0x9e3779b97f4a7c15ULL + 1;
	w.now_s = w.state = 0;
	w.nr = w.allocations = 0;
	for (int i = 0; i < 10; i++)
		uniform(&w);
	w.state = uniform(&w) * 30;
	while (w.now_s < lasts_s) {
		w.now_s += STEP_S;
		step(&w);
		bury(&w);
		if (w.now_s < next)
			continue;
		next += interval_s;
		for (size_t i = 0; i < w.nr; i++)
			ages[i] = (float)((w.now_s - w.objects[i].allocated_s) / SECONDS_PER_TICK);
		site.objects = site.listed = site.live = w.nr;
		site.bytes = w.nr * SIZE;
		site.allocations = w.allocations;
		site.frees = w.allocations - w.nr;
		enter(&history, &sites, w.now_s, 0);
	}
	history__evidence(&history, &site, evidence);
	evidence->least_s = VERDICT_LEAST_S;
	verdict = verdict__of(evidence);
	history__free(&history);
	return verdict.name;
}

#define RUNS 200

static void tally(unsigned int counts[VERDICTS], void (*step)(struct world *), double lasts_s,
		  double interval_s)
{
	struct evidence evidence;

	memset(counts, 0, VERDICTS * sizeof(*counts));
	for (uint64_t seed = 1; seed <= RUNS; seed++)
		counts[watch(step, seed, lasts_s, interval_s, &evidence)]++;
}

static const struct {
	const char *name;
	void (*step)(struct world *);
	bool leaks;
	unsigned int right; /* set of verdicts that are right in the end */
} scenarios[] = {
	{"steady, lives 1 s", steady, false, 1U << VERDICT_CHURN},
	{"steady, lives 20 s", steady_slow, false, 1U << VERDICT_CHURN},
	{"steady, lives 2 min", steady_very_slow, false,
	 1U << VERDICT_CHURN | 1U << VERDICT_GROWING},
	{"leak", plain_leak, true, 1U << VERDICT_LEAK},
	{"leak, 15 a minute", trickle, true, 1U << VERDICT_LEAK},
	{"leak under churn", leak_in_churn, true, 1U << VERDICT_LEAK},
	{"time-out of 60 s", timeout, false, 1U << VERDICT_CHURN},
	{"sawtooth, 40 s", sawtooth, false, 1U << VERDICT_CHURN | 1U << VERDICT_GROWING},
	{"burst, plateau", burst, false, 1U << VERDICT_HELD},
	{"batch job, 30 s", batch, false, 1U << VERDICT_CHURN},
	{"start-up growth", start_up, false, 1U << VERDICT_HELD},
	{"rising load", rising_load, false, 1U << VERDICT_CHURN | 1U << VERDICT_GROWING},
};

static void print_head(void)
{
	printf("# %-22s %7s ", "", "seconds");
	for (int v = 0; v < VERDICTS; v++)
		printf(" %12s", verdict__name(v));
	printf("\n");
}

static unsigned int print_row(const char *name, double lasts_s, const unsigned int *counts,
			      unsigned int right)
{
	unsigned int hits = 0;

	printf("# %-22s %7.0f ", name, lasts_s);
	for (int v = 0; v < VERDICTS; v++) {
		printf(" %12u", counts[v]);
		if (right & 1U << v)
			hits += counts[v];
	}
	printf("\n");
	return hits;
}

/* What leaks is called a leak, what does not is not: error rates, by length of the run. */
static void test_simulated_histories_get_the_right_name(void **state)
{
	static const double lengths_s[] = {100, 200, 400};
	unsigned int counts[VERDICTS];

	(void)state;
	print_head();
	for (size_t s = 0; s < sizeof(scenarios) / sizeof(scenarios[0]); s++) {
		for (size_t l = 0; l < sizeof(lengths_s) / sizeof(lengths_s[0]); l++) {
			unsigned int hits;

			tally(counts, scenarios[s].step, lengths_s[l], 5);
			hits = print_row(scenarios[s].name, lengths_s[l], counts,
					 scenarios[s].right);
			/* never more than 1 in 100 innocent sites is accused */
			if (!scenarios[s].leaks)
				assert_true(counts[VERDICT_LEAK] <= RUNS / 100);
			/* and with time everything gets its right name */
			if (lengths_s[l] >= 400)
				assert_true(hits >= RUNS * 95 / 100);
		}
	}
}

static void test_no_leak_below_the_stated_evidence(void **state)
{
	struct evidence evidence;

	(void)state;
	for (double lasts_s = 5; lasts_s < 5 * (VERDICT_POINTS_LEAK + 2); lasts_s += 5)
		for (uint64_t seed = 1; seed <= 20; seed++)
			assert_int_not_equal(watch(plain_leak, seed, lasts_s, 5, &evidence),
					     VERDICT_LEAK);
	assert_int_equal(watch(plain_leak, 1, 200, 5, &evidence), VERDICT_LEAK);
}

/* ---- what the evidence says ---- */

static void test_rate_of_a_leak_lies_in_its_interval(void **state)
{
	unsigned int inside = 0;
	struct evidence evidence;

	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		watch(plain_leak, seed, 200, 5, &evidence);
		assert_true(evidence.slope.known);
		assert_true(fabs(evidence.slope.per_s - 10.0 * SIZE) < 0.25 * 10 * SIZE);
		inside += evidence.slope.low <= 10.0 * SIZE && evidence.slope.high >= 10.0 * SIZE;
	}
	printf("# the true rate lies in the interval in %u of %d runs\n", inside, RUNS);
	assert_true(inside >= RUNS * 90 / 100);
}

static void test_survival_of_exponential_lifetimes(void **state)
{
	struct evidence e;
	double one = 0, two = 0, five = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++) {
		watch(steady_slow, seed, 200, 5, &e);
		one += e.survival[SURVIVAL_1] / RUNS;
		two += e.survival[SURVIVAL_2] / RUNS;
		five += e.survival[SURVIVAL_5] / RUNS;
	}
	/* Allocated evenly over the interval that ended j intervals of 5 s ago, mean life 20 s. */
	double mean = 4 * (1 - exp(-0.25));

	assert_true(fabs(one - exp(-0.25) * mean) < 0.02);
	assert_true(fabs(two - (exp(-0.5) + exp(-0.75) + exp(-1)) / 3 * mean) < 0.02);
	assert_true(fabs(five - (exp(-1.25) + exp(-1.5) + exp(-1.75) + exp(-2) + exp(-2.25)) / 5 *
					mean) < 0.02);
}

static void test_everything_survives_in_a_leak(void **state)
{
	struct evidence e;

	(void)state;
	watch(plain_leak, 3, 900, 5, &e); /* longer than there are points: every second one went */
	for (int i = 0; i < SURVIVALS; i++)
		assert_true(e.survival[i] > 0.99);
	assert_int_equal(e.arrivals.shape, ARRIVALS_ONGOING);
	assert_true(e.arrivals.kept_share > 0.99);
	assert_true(e.settled_alive == e.settled);
	assert_true(e.settled > 7000 && e.settled < 9200);
	assert_true(e.points > 30 && e.points <= GROWTH_POINTS);
}

static void test_young_objects_that_are_left_out_are_no_frees(void **state)
{
	float ages[200];
	struct site site = {.id = 1};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct history history = {};
	struct evidence e;

	(void)state;
	/* one object a second, watched every second, those under 5 s left out */
	for (int t = 1; t <= 100; t++) {
		site.objects = 0;
		for (int tick = 1; tick <= t; tick++)
			if (t - tick >= 5)
				ages[site.objects++] = (float)((t - tick + 0.5) / SECONDS_PER_TICK);
		site.listed = site.objects;
		site.bytes = site.objects * SIZE;
		site.allocations = t;
		enter(&history, &sites, t, 5);
	}
	history__evidence(&history, &site, &e);
	assert_true(isnan(e.survival[SURVIVAL_1]));
	assert_true(e.survival[SURVIVAL_10] > 0.95);
	assert_true(e.settled > 50 && e.settled_alive == e.settled);
	history__free(&history);
}

/* One object a day, a look a day: none of them looks young again, however old they get. */
static void test_a_leak_of_months(void **state)
{
	const double day_s = 86400;
	float ages[100];
	struct site site = {.id = 1};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct history history = {};
	struct evidence e;

	(void)state;
	for (int t = 1; t <= 100; t++) {
		for (int tick = 1; tick <= t; tick++)
			ages[tick - 1] = (float)((t - tick + 0.5) * day_s / SECONDS_PER_TICK);
		site.allocations = site.objects = site.listed = t;
		site.bytes = site.objects * SIZE;
		enter(&history, &sites, t * day_s, 0);
	}
	history__evidence(&history, &site, &e);
	for (int i = 0; i < SURVIVALS; i++)
		assert_true(e.survival[i] == 1);
	assert_int_equal(e.settled_alive, e.settled);
	history__free(&history);
}

static void test_a_site_that_comes_late_starts_at_nothing(void **state)
{
	float ages[1] = {0};
	struct site list[2] = {{.id = 1}, {.id = 2}};
	struct sites sites = {.list = list, .nr = 1, .ages = ages};
	struct history history = {};
	struct evidence e;

	(void)state;
	for (int t = 1; t <= 20; t++) {
		sites.nr = t > 10 ? 2 : 1;
		list[1].allocations = list[1].objects = list[1].listed = t > 10;
		list[1].bytes = t > 10 ? 64 : 0;
		ages[0] = (float)((t - 10.5) / SECONDS_PER_TICK);
		enter(&history, &sites, t, 0);
	}
	history__evidence(&history, &list[1], &e);
	assert_int_equal(e.allocations, 1);
	assert_true(e.survival[SURVIVAL_5] == 1);
	assert_true(isnan(e.survival[SURVIVAL_10]));
	history__free(&history);
}

/* A table took 0.3 s to read, once: what was allocated in that time was counted, but not seen. */
static void test_counted_later_than_seen(void **state)
{
	static float ages[400];
	struct site site = {.id = 1};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct history history = {};
	struct evidence e;

	(void)state;
	for (int t = 1; t <= 40; t++) {
		struct history_reading reading = {
			.aged_s = t, .counted_s = t == 35 ? t + 0.3 : t, .weight = 1};
		double counted = 10 * reading.counted_s;

		site.allocations = (uint64_t)counted;
		site.objects = site.listed = 10UL * t;
		site.bytes = site.objects * 1000;
		for (uint64_t i = 0; i < site.objects; i++)
			ages[i] = (float)((t - (double)i / 10 - 0.05) / SECONDS_PER_TICK);
		assert_int_equal(history__enter(&history, &sites, &reading, 0), 0);
	}
	history__evidence(&history, &site, &e);
	for (int i = 0; i < SURVIVALS; i++)
		assert_true(e.survival[i] == 1);
	history__free(&history);
}

/*
 * 20 a second, of which every second one is freed when it is `freed_s` old, and of those from
 * before `at_s` at that time.  From 21 s on the sample is thinner, by a third in each place, not by
 * half: chance.
 */
static void watch_thinned(double freed_s, int at_s, struct evidence *e)
{
	static float ages[800];
	struct site site = {.id = 1};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct history history = {};

	for (int t = 1; t <= 40; t++) {
		struct history_reading reading = {
			.aged_s = t, .counted_s = t, .weight = t > 20 ? 2 : 1};

		site.allocations = 20UL * t;
		site.listed = 0;
		for (int i = 0; i < 20 * t; i++) {
			double age_s = t - i / 20.0 - 0.025;
			bool freed = age_s >= freed_s || (at_s && t >= at_s && i < 20 * at_s);

			if ((t > 20 && i % 3 == 0) || (i % 2 && freed))
				continue;
			ages[site.listed++] = (float)(age_s / SECONDS_PER_TICK);
		}
		site.objects = site.listed * reading.weight;
		site.bytes = site.objects * 1000;
		assert_int_equal(history__enter(&history, &sites, &reading, 0), 0);
	}
	history__evidence(&history, &site, e);
	history__free(&history);
}

static double share_left(double freed_s, int at_s)
{
	struct evidence e;

	watch_thinned(freed_s, at_s, &e);
	assert_int_equal(e.weight, 2);
	print_message("# of %" PRIu64 " old objects %" PRIu64 " live\n", e.settled,
		      e.settled_alive);
	return (double)e.settled_alive / (double)e.settled;
}

static void test_what_a_thinner_sample_drops_was_not_freed(void **state)
{
	(void)state;
	assert_true(share_left(INFINITY, 0) == 1);
	assert_true(share_left(8, 0) < 0.7);
	assert_true(share_left(INFINITY, 21) < 0.9); /* no chance: half of what was old went */
}

/*
 * 40 a second that stay, of which one in four is seen up to 20 s, and from then on all, or,
 * recorded up to 20 s, none.  (One in four of those that came before stays in the table.)
 */
static void watch_recovered(bool goes_on, struct evidence *e)
{
	static float ages[2000];
	struct site site = {.id = 1};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct sample_times times = {};
	struct history history = {};

	for (int t = 1; t <= 40; t++) {
		int until = goes_on || t < 20 ? t : 20;
		struct history_reading reading = {
			.aged_s = t, .counted_s = t, .weight = t > 20 ? 1 : 4, .times = &times};

		if (t == 21)
			sample__enter(&times, (uint64_t)(20 / SECONDS_PER_TICK), 1);
		sample__enter(&times, (uint64_t)(t / SECONDS_PER_TICK), reading.weight);
		site.allocations = 40UL * until;
		site.objects = 40UL * until;
		site.bytes = site.objects * 100;
		site.listed = 0;
		for (int i = 0; i < 40 * until; i++)
			if (i % 4 == 0 || i >= 40 * 20)
				ages[site.listed++] =
					(float)((t - i / 40.0 - 0.0125) / SECONDS_PER_TICK);
		assert_int_equal(history__enter(&history, &sites, &reading, 0), 0);
	}
	history__evidence(&history, &site, e);
	history__free(&history);
}

static void test_a_finer_sample_makes_nothing_of_what_is_old(void **state)
{
	struct evidence e;

	(void)state;
	watch_recovered(true, &e);
	for (int i = 0; i < SURVIVALS; i++)
		assert_true(fabs(e.survival[i] - 1) < 0.01);
	print_message("# settled %" PRIu64 " of which %" PRIu64 " live, weight %u\n", e.settled,
		      e.settled_alive, e.weight);
	/* 20 s of one in four, some 15 s of all: 800 and 600 */
	assert_in_range(e.settled, 1280, 1440);
	assert_int_equal(e.settled, e.settled_alive);
	assert_int_equal(e.weight, 3); /* (800 * 4 + 560) / 1360 and up */
	assert_true(fabs(e.arrivals.kept_share - 1) < 0.01);
	assert_true(fabs(e.slope.per_s - 4000) < 40);
	watch_recovered(false, &e);
	assert_in_range(e.settled, 760, 840);
	assert_int_equal(e.weight, 4);
	assert_true(isnan(e.survival[SURVIVAL_5]) && fabs(e.survival[SURVIVAL_10] - 1) < 0.01);
}

/* Its entry was given back: what comes with its stack later is new. */
static void test_a_site_that_has_gone_is_forgotten(void **state)
{
	float ages[1] = {0};
	struct site list[2] = {{.id = 1}, {.id = 2, .allocations = 1000}};
	struct sites sites = {.list = list, .nr = 2, .ages = ages};
	struct history history = {};
	struct evidence e;

	(void)state;
	for (int t = 1; t <= 20; t++) {
		sites.nr = t > 5 && t <= 10 ? 1 : 2;
		if (t > 10)
			list[1] = (struct site){
				.id = 2, .allocations = 1, .objects = 1, .listed = 1, .bytes = 64};
		ages[0] = t > 10 ? (float)((t - 10.5) / SECONDS_PER_TICK) : 0;
		enter(&history, &sites, t, 0);
		assert_int_equal(history.nr_rows, sites.nr);
	}
	history__evidence(&history, &list[1], &e);
	assert_true(e.survival[SURVIVAL_5] == 1);
	assert_true(isnan(e.survival[SURVIVAL_10]));
	history__free(&history);
}

static void test_unknown_site_has_no_evidence(void **state)
{
	struct history history = {};
	struct site site = {.id = 5, .allocations = 3};
	struct evidence e;

	(void)state;
	history__evidence(&history, &site, &e);
	assert_int_equal(e.allocations, 3);
	assert_int_equal(e.points, 0);
	assert_int_equal(verdict__of(&e).name, VERDICT_NEW);
}

/*
 * Ten objects in each of 20 intervals of a second, each standing for `weight`; every second one is
 * freed when it is five seconds old.
 */
static void watch_halves(double min_age_s, uint32_t weight, struct evidence *e,
			 struct history *history)
{
	float ages[200];
	struct site site = {.id = 9};
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};

	for (int t = 1; t <= 20; t++) {
		struct history_reading reading = {.aged_s = t, .counted_s = t, .weight = weight};

		site.listed = 0;
		for (int i = 0; i < 10 * t; i++) {
			double age_s = t - i / 10.0 - 0.05;

			if ((i % 2 && age_s > 5) || age_s < min_age_s)
				continue;
			ages[site.listed++] = (float)(age_s / SECONDS_PER_TICK);
		}
		site.allocations = 10ULL * t * weight;
		site.objects = site.listed * weight;
		site.bytes = site.objects * 100;
		site.frees = 1;
		site.implicit = 20;
		site.verified = 300;
		site.evicted = 4000;
		assert_int_equal(history__enter(history, &sites, &reading, min_age_s), 0);
	}
	history__evidence(history, &site, e);
}

static void test_evidence_to_the_number(void **state)
{
	struct history history = {};
	struct evidence e;

	(void)state;
	watch_halves(0, 1, &e, &history);
	assert_true(e.observed_s == 20 && e.interval_s == 1);
	assert_int_equal(e.points, 18); /* a tenth of the time is warm-up */
	assert_int_equal(e.allocations, 200);
	assert_int_equal(e.frees, 4321);
	assert_int_equal(e.objects, 125);
	assert_int_equal(e.bytes, 12500);
	assert_int_equal(e.weight, 1);
	assert_true(e.survival[SURVIVAL_1] == 1);
	assert_true(e.survival[SURVIVAL_2] == 1);
	assert_true(e.survival[SURVIVAL_5] == 0.5);
	assert_true(e.survival[SURVIVAL_10] == 0.5);
	/* what got old five intervals ago, and before; all of it lived then */
	assert_int_equal(e.settled, 150);
	assert_int_equal(e.settled_alive, 75);
	assert_true(isnan(e.shrunk) && isnan(e.drained) && isnan(e.replaced));
	/* it grew by 1000 a second at first, then by 500 */
	assert_true(e.slope.known && e.recent.known);
	assert_true(fabs(e.recent.per_s - 500) < 1e-6);
	assert_true(history__course(&history, 9)[3] == 4000);
	assert_true(history__course(&history, 9)[19] == 12500);
	assert_null(history__course(&history, 8));
	history__free(&history);
	assert_null(history.rows);
	assert_int_equal(history.clock.nr, 0);
}

/* What is younger cannot be seen: its cohorts say nothing, and are counted when they can be. */
static void test_evidence_of_what_is_old_enough(void **state)
{
	struct history history = {};
	struct evidence e;

	(void)state;
	watch_halves(3, 1, &e, &history);
	assert_true(isnan(e.survival[SURVIVAL_1]));
	assert_true(e.survival[SURVIVAL_2] == 1);
	assert_true(e.survival[SURVIVAL_5] == 0.5);
	assert_int_equal(e.settled, 150);
	assert_int_equal(e.settled_alive, 75);
	history__free(&history);
	watch_halves(7, 1, &e, &history);
	assert_true(isnan(e.survival[SURVIVAL_1]) && isnan(e.survival[SURVIVAL_2]));
	assert_true(e.survival[SURVIVAL_5] == 0.5);
	assert_int_equal(e.settled, 65); /* they were half of 130 when they were seen first */
	assert_int_equal(e.settled_alive, 65);
	history__free(&history);
}

/*
 * Four objects each five seconds, 10 ms before the tables are read: they are among the objects by
 * then, but not yet counted as allocated.  Of the interval that counts them all live.
 */
static void test_on_the_edge_of_two_intervals(void **state)
{
	struct site site = {.id = 9};
	struct history history = {};
	float ages[16];
	struct sites sites = {.list = &site, .nr = 1, .ages = ages};
	struct evidence e;

	(void)state;
	for (int t = 1; t <= 20; t++) {
		struct history_reading reading = {.aged_s = t, .counted_s = t, .weight = 1};

		site.listed = 0;
		for (int k = 5; k <= t; k += 5)
			for (int i = 0; i < 4; i++)
				ages[site.listed++] = (float)((t - k + 0.01) / SECONDS_PER_TICK);
		site.allocations = 4ULL * ((t - 1) / 5);
		site.objects = site.listed;
		site.bytes = site.objects * 100;
		assert_int_equal(history__enter(&history, &sites, &reading, 0), 0);
	}
	history__evidence(&history, &site, &e);
	assert_true(isnan(e.survival[SURVIVAL_1]));
	assert_true(e.survival[SURVIVAL_2] == 1);
	assert_true(e.survival[SURVIVAL_5] == 1);
	assert_true(e.survival[SURVIVAL_10] == 1);
	history__free(&history);
}

static void test_evidence_of_a_sample(void **state)
{
	struct history history = {};
	struct evidence e;

	(void)state;
	watch_halves(0, 4, &e, &history);
	assert_int_equal(e.weight, 4);
	assert_int_equal(e.allocations, 800);
	assert_true(e.survival[SURVIVAL_1] == 1);
	assert_true(e.survival[SURVIVAL_5] == 0.5);
	assert_int_equal(e.settled, 600);
	assert_int_equal(e.settled_alive, 300);
	history__free(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_simulated_histories_get_the_right_name),
		cmocka_unit_test(test_no_leak_below_the_stated_evidence),
		cmocka_unit_test(test_rate_of_a_leak_lies_in_its_interval),
		cmocka_unit_test(test_survival_of_exponential_lifetimes),
		cmocka_unit_test(test_everything_survives_in_a_leak),
		cmocka_unit_test(test_young_objects_that_are_left_out_are_no_frees),
		cmocka_unit_test(test_a_leak_of_months),
		cmocka_unit_test(test_a_site_that_comes_late_starts_at_nothing),
		cmocka_unit_test(test_a_finer_sample_makes_nothing_of_what_is_old),
		cmocka_unit_test(test_a_site_that_has_gone_is_forgotten),
		cmocka_unit_test(test_counted_later_than_seen),
		cmocka_unit_test(test_what_a_thinner_sample_drops_was_not_freed),
		cmocka_unit_test(test_unknown_site_has_no_evidence),
		cmocka_unit_test(test_evidence_to_the_number),
		cmocka_unit_test(test_evidence_of_what_is_old_enough),
		cmocka_unit_test(test_on_the_edge_of_two_intervals),
		cmocka_unit_test(test_evidence_of_a_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
