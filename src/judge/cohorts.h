/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which cohort an object is of, by its age: asked for each of millions of objects, whose ages come
 * in no order.
 */
#ifndef KLEAK_JUDGE_COHORTS_H
#define KLEAK_JUDGE_COHORTS_H

#include "judge/growth.h"

#include <stddef.h>
#include <stdint.h>

#define COHORT_STEPS 1024

/* By cohorts__of_clock(). */
struct cohorts {
	float least[GROWTH_POINTS]; /* ages of the cohort: from here to the one before */
	size_t nr;
	float steps_per_tick;
	uint8_t first[COHORT_STEPS + 1]; /* by age in steps: no cohort before this has it */
};

/*
 * Cohort i was allocated between the points i - 1 and i of the clock, which has one at least; the
 * last one has what is younger, too.  aged_s: when the ages were taken, by that clock.
 */
void cohorts__of_clock(struct cohorts *cohorts, const struct growth_clock *clock, double aged_s);

/* age: ticks. */
static inline size_t cohorts__of(const struct cohorts *cohorts, float age)
{
	float step = age * cohorts->steps_per_tick;
	size_t i = cohorts->first[step < COHORT_STEPS ? (uint32_t)step : COHORT_STEPS];

	while (i + 1 < cohorts->nr && age < cohorts->least[i])
		i++;
	return i;
}

#endif
