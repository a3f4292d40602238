// SPDX-License-Identifier: GPL-2.0-only
#include "judge/verdict.h"

#include <math.h>

#define Z2_95 3.841459 /* square of the normal distribution's 97.5% point */

static const char *const names[VERDICTS] = {
	[VERDICT_NEW] = "NEW",	   [VERDICT_INSUFFICIENT] = "INSUFFICIENT",
	[VERDICT_CHURN] = "CHURN", [VERDICT_CACHE] = "CACHE",
	[VERDICT_HELD] = "HELD",   [VERDICT_GROWING] = "GROWING",
	[VERDICT_LEAK] = "LEAK",
};

const char *verdict__word(enum verdict_name name)
{
	static const char *const words[VERDICTS] = {
		[VERDICT_NEW] = "new",	   [VERDICT_INSUFFICIENT] = "few",
		[VERDICT_CHURN] = "churn", [VERDICT_CACHE] = "cache",
		[VERDICT_HELD] = "held",   [VERDICT_GROWING] = "GROWS",
		[VERDICT_LEAK] = "LEAK",
	};

	return words[name];
}

uint32_t verdict__suspicion(enum verdict_name name)
{
	static const uint32_t suspicion[VERDICTS] = {
		[VERDICT_CHURN] = 0, [VERDICT_CACHE] = 1,	 [VERDICT_HELD] = 2,
		[VERDICT_NEW] = 3,   [VERDICT_INSUFFICIENT] = 3, [VERDICT_GROWING] = 4,
		[VERDICT_LEAK] = 5,
	};

	return suspicion[name];
}

const char *verdict__name(enum verdict_name name)
{
	return names[name];
}

/* Lower and upper limit, with 95% confidence, of a share that was seen in n (Wilson 1927). */
static double limit_of_share(double share, double n, int side)
{
	double middle = share + Z2_95 / (2 * n);
	double spread = sqrt(Z2_95 * (share * (1 - share) / n + Z2_95 / (4 * n * n)));

	return (middle + side * spread) / (1 + Z2_95 / n);
}

/* The same of what got old, of which those that were sampled are known. */
static double limit_of_settled(const struct evidence *e, int side)
{
	double sampled = (double)e->settled / (e->weight ? e->weight : 1);

	return limit_of_share((double)e->settled_alive / (double)e->settled, sampled, side);
}

/* The same in a sample that is a good part of `of`: when it is all, nothing is left to chance. */
static double limit_of_sample(uint64_t some, uint64_t sampled, uint64_t of, int side)
{
	double share = (double)some / (double)sampled;

	if (of <= sampled)
		return share;
	return limit_of_share(share, (double)sampled * (double)(of - 1) / (double)(of - sampled),
			      side);
}

void verdict__pinned(const struct pins_count *pins, double *low, double *high)
{
	uint32_t pinned = pin_sample__pinned(pins);

	*low = *high = NAN;
	if (!pins->sampled)
		return;
	*low = fmax(0, limit_of_sample(pinned, pins->sampled, pins->of, -1));
	*high = fmin(1,
		     limit_of_sample(pinned + pins->by[VFS_UNKNOWN], pins->sampled, pins->of, 1));
}

/*
 * The lower limit of the share that is pinned, 0 where nothing is known.  but_files: files that
 * exist and have no other place than memory are somebody's, and no leak.
 */
static double least_pinned(struct pins_count pins, bool but_files)
{
	double low, high;

	if (but_files) {
		pins.by[VFS_NOT_PINNED] += pins.by[VFS_NAME_KEPT] + pins.by[VFS_MOUNTED];
		pins.by[VFS_NAME_KEPT] = pins.by[VFS_MOUNTED] = 0;
	}
	verdict__pinned(&pins, &low, &high);
	return isnan(low) ? 0 : low;
}

/* Of a reclaimable cache: are its objects pinned, so that it is to be judged as any other? */
static bool is_pinned(const struct evidence *e, bool but_files)
{
	return least_pinned(e->pins, but_files) >= VERDICT_PINNED;
}

bool verdict__is_less_pinned(const struct pins_count *pins, const struct pins_count *than)
{
	bool pinned = least_pinned(*pins, false) >= VERDICT_PINNED;
	bool other = least_pinned(*than, false) >= VERDICT_PINNED;

	return pinned == other ? least_pinned(*pins, true) < least_pinned(*than, true) : other;
}

static bool rises(const struct growth_slope *slope)
{
	return slope->known && slope->low > 0;
}

static struct verdict say(enum verdict_name name, const char *why)
{
	return (struct verdict){name, why, NAN};
}

bool verdict__is_mostly_alive(const struct evidence *e)
{
	return (double)e->settled_alive >= VERDICT_RETAINED * (double)e->settled;
}

/* It grows, and what got old stays: what other explanation is left?  NULL: none. */
static const char *other_than_leak(const struct evidence *e)
{
	if (e->points < VERDICT_POINTS_LEAK || e->observed_s < e->least_s)
		return "grows, and objects stay; not watched long enough";
	if (e->replaced >= VERDICT_REPLACED)
		return "as many older objects of the same cache were freed";
	if (e->drained < VERDICT_DRAINED)
		return "a part was freed after allocations stopped";
	if (e->reclaimable && !is_pinned(e, true))
		return "files that exist in memory only, or that are mounted on";
	return NULL;
}

/* It grew to the end, and what got old stayed. */
static struct verdict judge_growth(const struct evidence *e)
{
	const char *other = other_than_leak(e);

	if (!e->recent.known)
		return say(VERDICT_GROWING, "grows, and objects stay; not watched long enough");
	if (e->recent.per_s < VERDICT_SLOWED * e->slope.per_s)
		return say(VERDICT_GROWING, "objects stay, but growth slows down");
	return other ? say(VERDICT_GROWING, other)
		     : say(VERDICT_LEAK, "grows steadily; old objects stay");
}

/* Old objects stay, and growth is not proven: what is known of it? */
static const char *why_held(const struct evidence *e)
{
	if (!e->slope.known || !e->recent.known)
		return "old objects stay; growth is not known yet";
	if (rises(&e->slope))
		return "old objects stay; it grew, and no more";
	return "old objects stay; no steady growth";
}

/* Burst after burst of which nothing is freed: no steady growth, and growth all the same. */
static bool comes_in_bursts(const struct evidence *e)
{
	return e->arrivals.shape == ARRIVALS_BURSTS && e->arrivals.kept_share >= VERDICT_RETAINED;
}

static struct verdict judge_bursts(const struct evidence *e)
{
	const char *other = other_than_leak(e);

	if (e->arrivals.bursts < VERDICT_BURSTS)
		return say(VERDICT_GROWING, "comes in bursts, and stays; too few bursts to tell");
	return other ? say(VERDICT_GROWING, other)
		     : say(VERDICT_LEAK, "comes in bursts, all of which stays");
}

/* Reclaimable, and not known to be pinned: what is known? */
static struct verdict judge_cache(const struct evidence *e)
{
	double low, high;

	verdict__pinned(&e->pins, &low, &high);
	if (isnan(high))
		return say(VERDICT_CACHE, "reclaimable by its cache's flag; not looked at");
	if (e->pins.by[VFS_UNKNOWN] == e->pins.sampled)
		return say(VERDICT_CACHE, "reclaimable by its cache's flag; looked at in vain");
	if (low >= 1 - VERDICT_PINNED)
		return say(VERDICT_CACHE, "the kernel can reclaim a part of it");
	return say(VERDICT_CACHE, "the kernel can reclaim it");
}

/* What got old says little: what else is known? */
static struct verdict judge_few(const struct evidence *e)
{
	if (e->allocations >= VERDICT_SETTLED && e->frees >= e->allocations - e->allocations / 10)
		return say(VERDICT_CHURN, "freed soon");
	return say(VERDICT_INSUFFICIENT, "too few objects got old");
}

/* It grew to the end; low, high: limits of the share of what got old that stays. */
static struct verdict judge_rising(const struct evidence *e, double low, double high)
{
	if (e->reclaimable && !is_pinned(e, false))
		return say(VERDICT_GROWING, "reclaimable, but stayed when caches were dropped");
	if (low >= VERDICT_RETAINED)
		return judge_growth(e);
	if (high < VERDICT_RELEASED)
		return say(VERDICT_GROWING, "grows, but old objects are freed");
	if (verdict__is_mostly_alive(e))
		return say(VERDICT_GROWING, "grows; too few are old to tell whether they stay");
	return say(VERDICT_GROWING, "grows; part of the old objects is freed");
}

static struct verdict judge(const struct evidence *e)
{
	double low;

	if (e->shrunk >= VERDICT_SHRUNK)
		return say(VERDICT_CACHE, "shrank when caches were dropped");
	if (e->lazy)
		return say(VERDICT_CACHE, "vmalloc frees it late, many at once");
	if (e->metadata)
		return say(VERDICT_CACHE, "the slab allocator keeps it for its slabs");
	if (e->reclaimable && !(e->shrunk < VERDICT_SHRUNK) && !is_pinned(e, false))
		return judge_cache(e);
	if (e->points < VERDICT_POINTS_NEW)
		return say(VERDICT_NEW, "not watched long enough");
	if (e->drained < VERDICT_RELEASED)
		return say(VERDICT_CHURN, "freed after allocations stopped");
	if (e->lost && e->lost >= e->objects)
		return say(VERDICT_INSUFFICIENT, "more events were missed than objects are left");
	if (e->settled < VERDICT_SETTLED)
		return judge_few(e);
	low = limit_of_settled(e, -1);
	if (rises(&e->slope) && (rises(&e->recent) || !e->recent.known))
		return judge_rising(e, low, limit_of_settled(e, 1));
	if (low >= VERDICT_RETAINED && comes_in_bursts(e))
		return judge_bursts(e);
	if (low >= VERDICT_RETAINED)
		return say(VERDICT_HELD, why_held(e));
	if (verdict__is_mostly_alive(e))
		return judge_few(e);
	return say(VERDICT_CHURN, "allocations and frees balance");
}

struct verdict verdict__of(const struct evidence *evidence)
{
	struct verdict verdict = judge(evidence);

	if (evidence->settled)
		verdict.retained = (double)evidence->settled_alive / (double)evidence->settled;
	return verdict;
}

bool verdict__is_thin(const struct conclusion *conclusion)
{
	const struct evidence *e = &conclusion->from;
	enum verdict_name name = conclusion->is.name;

	return conclusion->is.why && (name == VERDICT_INSUFFICIENT || name == VERDICT_GROWING) &&
	       e->weight > 1 && e->settled >= VERDICT_ENOUGH && verdict__is_mostly_alive(e) &&
	       limit_of_settled(e, -1) < VERDICT_RETAINED && e->slope.known && e->slope.per_s > 0;
}

bool verdict__is_promising(const struct conclusion *conclusion)
{
	const struct evidence *e = &conclusion->from;

	return conclusion->is.name == VERDICT_GROWING && e->settled &&
	       limit_of_settled(e, -1) >= VERDICT_RETAINED;
}
