// SPDX-License-Identifier: GPL-2.0-only
#include "judge/gate.h"
#include "proc/classes.h"

#include <math.h>
#include <string.h>

/*
 * Slabs come and go whole, up to this many pages each (PAGE_ALLOC_COSTLY_ORDER, SLUB's largest
 * order by default): what grew by less may not show yet.
 */
#define STEP_PAGES 8

static const struct {
	const char *name;
	enum memory_class class;
} subjects[GATE_SUBJECTS] = {
	[GATE_KERNEL] = {"kernel", CLASSES},
	[GATE_UNRECLAIMABLE] = {"unreclaimable", CLASS_SLAB_UNRECLAIMABLE},
	[GATE_RECLAIMABLE] = {"reclaimable", CLASS_SLAB_RECLAIMABLE},
	[GATE_VMALLOC] = {"vmalloc", CLASS_VMALLOC},
	[GATE_PERCPU] = {"percpu", CLASS_PERCPU},
	[GATE_KERNEL_STACK] = {"kernel_stack", CLASS_KERNEL_STACK},
	[GATE_PAGE_TABLES] = {"page_tables", CLASS_PAGE_TABLES},
	[GATE_SEC_PAGE_TABLES] = {"sec_page_tables", CLASS_SEC_PAGE_TABLES},
	[GATE_UNACCOUNTED] = {"unaccounted", CLASS_UNACCOUNTED},
};

const char *gate__name(enum gate_subject subject)
{
	return subjects[subject].name;
}

const char *gate__state_name(enum gate_state state)
{
	static const char *const names[] = {
		[GATE_OK] = "OK",
		[GATE_WARNING] = "WARNING",
		[GATE_CRITICAL] = "CRITICAL",
		[GATE_UNKNOWN] = "UNKNOWN",
	};

	return names[state];
}

/* ---- limits ---- */

static bool has_any(const struct gate_limits *limits, enum gate_kind kind)
{
	for (int i = 0; i < GATE_SUBJECTS; i++)
		if (limits->of[kind][i].set)
			return true;
	return false;
}

bool gate__needs_time(const struct gate_limits *limits)
{
	return has_any(limits, GATE_GROWTH);
}

bool gate__is_empty(const struct gate_limits *limits)
{
	return !has_any(limits, GATE_SIZE) && !has_any(limits, GATE_GROWTH);
}

void gate__resolve_share(struct gate_limits *limits, const struct gate_limits *max)
{
	double share = limits->share;

	if (!(share > 0))
		return;
	*limits = *max;
	limits->share = share;
	for (int kind = 0; kind < GATE_KINDS; kind++)
		for (int i = 0; i < GATE_SUBJECTS; i++)
			limits->of[kind][i].value *= share;
}

/* ---- readings ---- */

/* What the classes say of each subject, in bytes. */
static void measure(double bytes[GATE_SUBJECTS], bool known[GATE_SUBJECTS],
		    const struct classes *classes, bool zones)
{
	double kernel = 0;

	for (int i = GATE_KERNEL + 1; i < GATE_SUBJECTS; i++) {
		enum memory_class class = subjects[i].class;

		bytes[i] = (double)classes->bytes[class];
		known[i] = classes->known[class];
		/* what is not known apart is part of what is unaccounted */
		if (i != GATE_RECLAIMABLE)
			kernel += bytes[i];
	}
	bytes[GATE_KERNEL] = kernel;
	/* without zoneinfo the free pages that CPUs keep would count as taken */
	known[GATE_KERNEL] = known[GATE_UNACCOUNTED] = zones;
}

void gate__enter(struct gate *gate, const struct books *books, double now_s, bool vmap_stack)
{
	bool known[GATE_SUBJECTS], halved, zones = !books->zones_err;
	double bytes[GATE_SUBJECTS];
	struct classes classes;
	size_t point = growth__tick(&gate->clock, now_s, &halved);

	classes__of(&classes, &books->mem, zones ? &books->zones : NULL,
		    books->areas_err ? NULL : &books->areas, books->page_size, vmap_stack);
	measure(bytes, known, &classes, zones);
	for (int i = 0; i < GATE_SUBJECTS; i++) {
		if (halved)
			growth__halve(&gate->series[i]);
		gate->series[i].value[point] = bytes[i];
		gate->known[i] = known[i] && (gate->known[i] || !gate->readings);
	}
	gate->zones = zones && (gate->zones || !gate->readings);
	gate->total = books->mem.bytes[MEMINFO_MEM_TOTAL];
	gate->page_size = books->page_size;
	gate->readings++;
}

/* ---- the judgement ---- */

static double elapsed(const struct gate *gate)
{
	return gate->clock.at[gate->clock.nr - 1] - gate->clock.at[0];
}

static void find_size(const struct gate *gate, struct gate_finding *finding)
{
	finding->known = gate->known[finding->subject];
	finding->value = gate->series[finding->subject].value[gate->clock.nr - 1];
	finding->low = finding->high = finding->value;
}

static void find_growth(const struct gate *gate, struct gate_finding *finding)
{
	const struct growth_clock *clock = &gate->clock;
	size_t first = growth__warm_up(clock);
	struct growth_slope slope =
		growth__slope(clock->at, gate->series[finding->subject].value, first, clock->nr);
	double hidden;

	finding->known = gate->known[finding->subject] && slope.known;
	if (!finding->known)
		return;
	/* the last slab may have been filled all the time, and the next one not been needed */
	hidden = STEP_PAGES * (double)gate->page_size /
		 (clock->at[clock->nr - 1] - clock->at[first]);
	finding->value = slope.per_s;
	finding->low = slope.low;
	finding->high = fmax(slope.high, hidden);
}

static double in_bytes(const struct gate_limit *limit, uint64_t total)
{
	if (!limit->set)
		return NAN;
	return limit->of_total ? limit->value * (double)total : limit->value;
}

static enum gate_state state_of(const struct gate_finding *f)
{
	if (!f->known)
		return GATE_UNKNOWN;
	if (f->low > f->max)
		return GATE_CRITICAL;
	if (f->low > f->warn)
		return GATE_WARNING;
	/* comparisons with NAN are false: no limit, nothing to be above */
	return f->high > f->max || f->high > f->warn ? GATE_UNKNOWN : GATE_OK;
}

/* What is known to be bad comes before what is not known. */
static bool is_worse(enum gate_state a, enum gate_state b)
{
	static const int ranks[] = {
		[GATE_OK] = 0, [GATE_UNKNOWN] = 1, [GATE_WARNING] = 2, [GATE_CRITICAL] = 3};

	return ranks[a] > ranks[b];
}

void gate__judge(const struct gate *gate, const struct gate_limits *warn,
		 const struct gate_limits *max, struct gate_result *result)
{
	*result = (struct gate_result){
		.readings = gate->readings,
		.elapsed_s = elapsed(gate),
		.total_bytes = gate->total,
		.zones = gate->zones,
	};
	for (int kind = 0; kind < GATE_KINDS; kind++) {
		for (int i = 0; i < GATE_SUBJECTS; i++) {
			struct gate_finding *finding = &result->findings[result->nr];

			if (!warn->of[kind][i].set && !max->of[kind][i].set)
				continue;
			*finding = (struct gate_finding){
				.subject = i,
				.kind = kind,
				.warn = in_bytes(&warn->of[kind][i], gate->total),
				.max = in_bytes(&max->of[kind][i], gate->total),
			};
			if (kind == GATE_SIZE)
				find_size(gate, finding);
			else
				find_growth(gate, finding);
			finding->state = state_of(finding);
			if (is_worse(finding->state, result->state))
				result->state = finding->state;
			result->nr++;
		}
	}
}
