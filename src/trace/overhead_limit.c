// SPDX-License-Identifier: GPL-2.0-only
#include "trace/overhead_limit.h"

#define GAIN_LEAST 0.97 /* of the time of an event: else coarser sampling was for nothing */

double overhead_limit__share(uint64_t ns, double seconds, uint32_t online)
{
	return (double)ns / 1e9 / seconds / online;
}

bool overhead_limit__is_exceeded(struct overhead_limit *budget, double share, double ns)
{
	if (!(budget->most > 0) || share <= budget->most || budget->spent)
		return false;
	if (budget->ns_before > 0 && ns > GAIN_LEAST * budget->ns_before) {
		budget->spent = true;
		return false;
	}
	budget->ns_before = ns;
	return true;
}
