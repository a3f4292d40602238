// SPDX-License-Identifier: GPL-2.0-only
#include "judge/cohorts.h"
#include "trace/sites.h"

void cohorts__of_clock(struct cohorts *cohorts, const struct growth_clock *clock, double aged_s)
{
	float oldest;
	size_t i = clock->nr - 1;

	cohorts->nr = clock->nr;
	for (size_t c = 0; c < clock->nr; c++)
		cohorts->least[c] = (float)((aged_s - clock->at[c]) / SECONDS_PER_TICK);
	oldest = cohorts->least[0];
	cohorts->steps_per_tick = oldest > 0 ? COHORT_STEPS / oldest : 0;
	/* the oldest of a step decides which cohort may be the first */
	for (uint32_t step = 0; step < COHORT_STEPS; step++) {
		float end = (float)(step + 1) * oldest / COHORT_STEPS;

		while (i && end >= cohorts->least[i - 1])
			i--;
		cohorts->first[step] = (uint8_t)i;
	}
	cohorts->first[COHORT_STEPS] = 0;
}
