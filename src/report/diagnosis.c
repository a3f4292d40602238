// SPDX-License-Identifier: GPL-2.0-only
#include "report/diagnosis.h"

#include <string.h>

static bool grows_reclaimable(const struct diagnosis *d)
{
	for (size_t i = 0; i < d->nr_growth; i++)
		if (d->growth[i].reclaimable == STATEMENT_YES)
			return true;
	return false;
}

static bool has_losses(const struct diagnosis *d)
{
	for (size_t i = 0; d->report && i < d->report->nr_losses; i++)
		if (d->report->losses[i].count)
			return true;
	return false;
}

size_t diagnosis__advise(const struct diagnosis *d, const char *next[DIAGNOSIS_NEXT])
{
	size_t nr = 0;

	if (d->leak)
		next[nr++] = "find the path that should free what the first frame allocates; "
			     "send the block below to its maintainers (scripts/get_maintainer.pl)";
	else if (!d->report)
		next[nr++] = "nothing grew that tracing could explain: leave it running longer, "
			     "for example kleak diagnose --for 2h";
	else
		next[nr++] = "no leak is proven: run it longer, for example "
			     "kleak diagnose --for 2h";
	if (!d->leak && groups__count(&d->groups, VERDICT_GROWING, NULL))
		next[nr++] = "sites marked GROWING are worth another look: kleak --sort growth "
			     "--min-age 60";
	if (grows_reclaimable(d) && !d->caches_dropped)
		next[nr++] = "reclaimable memory grows: kleak diagnose --drop-caches tells whether "
			     "the kernel gets it back";
	if (d->report && !strstr(d->origins, "pages"))
		next[nr++] = "if the class grows more than its sites: kleak diagnose --now "
			     "--origin pages";
	if (has_losses(d))
		next[nr++] = "events were lost, see losses: kleak --explain tells the limits";
	return nr;
}
