// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/cohorts.h"
#include "trace/sites.h"
#include "util/chance.h"

/* The first point that is not before its birth; what is younger is the last one's. */
static size_t searched(const struct growth_clock *clock, double aged_s, float age)
{
	double allocated_s = aged_s - (double)age * SECONDS_PER_TICK;
	size_t i = 0;

	while (i + 1 < clock->nr && clock->at[i] < allocated_s)
		i++;
	return i;
}

/* Every age has the cohort that a search finds; on the edge itself either neighbour will do. */
static void check(const struct growth_clock *clock, double aged_s)
{
	static struct cohorts cohorts;
	uint64_t chance = 4711;

	cohorts__of_clock(&cohorts, clock, aged_s);
	for (int i = 0; i < 20000; i++) {
		float age = (float)((double)(chance__next(&chance) % 100000) * 1e-5 *
				    (aged_s * 1.2 + 1) / SECONDS_PER_TICK);
		size_t least = searched(clock, aged_s, age * 1.00001F),
		       most = searched(clock, aged_s, age * 0.99999F);

		assert_in_range(cohorts__of(&cohorts, age), least, most);
	}
	assert_int_equal(cohorts__of(&cohorts, 0), searched(clock, aged_s, 0));
	assert_int_equal(cohorts__of(&cohorts, 1e30F), 0);
}

static void every_age_has_its_cohort(void **state)
{
	(void)state;
	for (size_t nr = 1; nr <= GROWTH_POINTS; nr++) {
		struct growth_clock clock = {.nr = nr};

		for (size_t i = 0; i < nr; i++)
			clock.at[i] = 0.5 + 5 * (double)i;
		check(&clock, clock.at[nr - 1]);
		check(&clock, clock.at[nr - 1] + 0.25); /* counted before the ages were taken */
		check(&clock, clock.at[nr - 1] - 0.25); /* or after that */
	}
}

/* Reports may come late, and all at once; a trace may last for months. */
static void points_as_they_come(void **state)
{
	struct growth_clock clock = {.nr = GROWTH_POINTS};

	(void)state;
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		clock.at[i] = i < 60 ? 0.1 * (double)i : 1000.0 * (double)(i - 59);
	check(&clock, clock.at[GROWTH_POINTS - 1]);
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		clock.at[i] = i < 4 ? 100.0 * (double)i : 400 + 1e-3 * (double)i;
	check(&clock, clock.at[GROWTH_POINTS - 1]);
	for (size_t i = 0; i < GROWTH_POINTS; i++)
		clock.at[i] = 1e5 * (double)i;
	check(&clock, clock.at[GROWTH_POINTS - 1]);
	/* the first report, before any time has passed */
	clock = (struct growth_clock){.nr = 1};
	check(&clock, 0);
	check(&clock, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_age_has_its_cohort),
		cmocka_unit_test(points_as_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
