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

static bool has_verdict(const struct diagnosis *d, enum verdict_name name)
{
	return groups__count(&d->groups, name, NULL);
}

bool diagnosis__is_short(const struct diagnosis *d)
{
	return !d->report || d->interrupted || d->traced_s < d->needed_s;
}

static bool grows_untraced(const struct diagnosis *d)
{
	return suspects__any_untraced(d->growth, d->nr_growth) ||
	       line_stacks__wants_pages(&d->lines);
}

size_t diagnosis__thin(const struct diagnosis *d)
{
	size_t nr = 0;

	for (size_t i = 0; d->report && i < d->report->nr_sites; i++)
		nr += verdict__is_thin(&d->report->sites[i].verdict);
	return nr;
}

enum diagnosis_answer diagnosis__answer(const struct diagnosis *d)
{
	if (has_verdict(d, VERDICT_LEAK))
		return DIAGNOSIS_LEAK;
	if (has_verdict(d, VERDICT_HELD))
		return DIAGNOSIS_HELD;
	if (diagnosis__is_short(d) || has_verdict(d, VERDICT_GROWING) || grows_untraced(d) ||
	    line_stacks__any_unexplained(&d->lines) || diagnosis__thin(d))
		return DIAGNOSIS_UNDECIDED;
	return DIAGNOSIS_NONE;
}

const char *diagnosis__answer_name(enum diagnosis_answer answer)
{
	static const char *const names[] = {
		[DIAGNOSIS_NONE] = "none",
		[DIAGNOSIS_UNDECIDED] = "undecided",
		[DIAGNOSIS_HELD] = "held",
		[DIAGNOSIS_LEAK] = "leak",
	};

	return names[answer];
}

size_t diagnosis__advise(const struct diagnosis *d, const char *next[DIAGNOSIS_NEXT])
{
	enum diagnosis_answer answer = diagnosis__answer(d);
	size_t nr = 0;

	if (answer == DIAGNOSIS_LEAK)
		next[nr++] = "find the path that should free what the first frame allocates; "
			     "send the block below to its maintainers (scripts/get_maintainer.pl)";
	else if (answer == DIAGNOSIS_HELD)
		next[nr++] =
			"this is no leak of the kernel: ask those who run or wrote the program "
			"why it keeps what it opened";
	else if (diagnosis__is_short(d))
		next[nr++] =
			"it was traced for too short a time to tell a leak: run it longer, for "
			"example kleak diagnose --for 10m";
	else
		next[nr++] = "what leaks more slowly needs longer, for example kleak diagnose "
			     "--for 2h";
	if (answer == DIAGNOSIS_UNDECIDED && has_verdict(d, VERDICT_GROWING))
		next[nr++] = "sites marked GROWING are worth another look: kleak --sort growth "
			     "--min-age 60";
	if (answer == DIAGNOSIS_UNDECIDED && diagnosis__thin(d))
		next[nr++] =
			"some sites that may grow were sampled too thinly to tell: kleak "
			"diagnose --max-overhead 10% records more of them, --cache NAME all of a "
			"cache";
	if (grows_reclaimable(d) && !d->caches_dropped)
		next[nr++] = "reclaimable memory grows: kleak diagnose --drop-caches tells whether "
			     "the kernel gets it back";
	if (grows_untraced(d))
		next[nr++] = "something grows that was not traced: give its allocator, for example "
			     "kleak diagnose --origin slab,vmalloc,percpu,pages";
	if (line_stacks__any_unexplained(&d->lines) && !grows_untraced(d))
		next[nr++] =
			"a line of source grows for which no stack was seen: look at who calls "
			"its function";
	if (answer == DIAGNOSIS_UNDECIDED && d->lines_known == DIAGNOSIS_LINES_STOPPED)
		next[nr++] = "this kernel can count memory by line of source, and does not: sysctl "
			     "vm.mem_profiling=1 starts it, then kleak diagnose tells which grow";
	if (has_losses(d))
		next[nr++] = "events were lost, see losses: kleak --explain tells the limits";
	return nr;
}
