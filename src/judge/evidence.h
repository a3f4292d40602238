/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All the evidence on a site, collected: its history, and what the kernel's books, the losses, a
 * drain and dropped caches say beside it.
 */
#ifndef KLEAK_JUDGE_EVIDENCE_H
#define KLEAK_JUDGE_EVIDENCE_H

#include "judge/coverage.h"
#include "judge/history.h"
#include "judge/marks.h"
#include "judge/verdict.h"
#include "kleak.h"
#include "proc/slabinfo.h"
#include "trace/caches.h"
#include "trace/sites.h"

#include <stdint.h>

/* All of it belongs to the caller. */
struct evidence_sources {
	const struct history *history;
	const struct marks *before_drain, *before_drop; /* nothing marked: it was not done */
	const struct kleak_cache *caches;		/* KLEAK_MAX_CACHES */
	const struct cache_sum *cache_sums;		/* KLEAK_MAX_CACHES */
	const struct cache_kinds *kinds;
	const struct slabinfo *slabs_before, *slabs_now; /* of 0 caches: not readable */
	const struct coverage_class *ledger;		 /* COVERAGE_CLASSES */
	double least_s;					 /* evidence.least_s */
	uint32_t possible_cpus;				 /* per-CPU memory is of them */
	uint32_t online_cpus;				 /* that may keep slabs of their own */
	const struct pins *pins; /* what was seen of objects of reclaimable caches; or NULL */
	uint64_t missed_frees;	 /* at most; 0 where the allocator's books are read */
	double available_bytes;	 /* MemAvailable */
};

/* Judge the site. */
struct conclusion evidence__judge(const struct evidence_sources *judge, const struct site *site);

#endif
