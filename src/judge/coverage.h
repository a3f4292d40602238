/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of the growth in the kernel's own books is explained by what was traced. */
#ifndef KLEAK_JUDGE_COVERAGE_H
#define KLEAK_JUDGE_COVERAGE_H

#include "kleak.h"
#include "proc/meminfo.h"
#include "proc/slabinfo.h"
#include "trace/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

enum coverage_name {
	COVERAGE_SLAB_UNRECLAIMABLE,
	COVERAGE_SLAB_RECLAIMABLE,
	COVERAGE_VMALLOC,
	COVERAGE_PERCPU,
	COVERAGE_CLASSES,
};

/* A class of memory, as the kernel counts it and as it was traced. */
struct coverage_class {
	const char *name; /* JSON, "slab_unreclaimable" */
	enum meminfo_field field;
	bool known; /* the kernel prints this field */
	int64_t kernel_delta_bytes;
	int64_t traced_bytes;
	double explained; /* traced / kernel delta; NAN where the kernel's delta is not above 0, or
			     only a part of the class was to be traced */
};

/* Slab caches, as /proc/slabinfo has them: changes since the start. */
struct coverage_slab {
	bool known;	       /* /proc/slabinfo can be read */
	int64_t objects_bytes; /* objects in use */
	int64_t slabs_bytes;   /* the slabs they are in */
	int64_t traced_bytes;  /* of what is in caches; kmalloc beyond them left out */
	double explained;      /* traced / objects; NAN where those did not grow, or as above */
};

/*
 * What is traced of each class: bytes of everything in the tables that the kernel
 * still holds, young and pending objects included.
 */
void coverage__sum(int64_t traced[COVERAGE_CLASSES], const struct snapshot *snapshot,
		   const struct kleak_site *entries, const struct kleak_cache *caches);

/* Set both beside each other.  before, now: /proc/meminfo at the start and now. */
void coverage__compare(struct coverage_class classes[COVERAGE_CLASSES],
		       const struct meminfo *before, const struct meminfo *now,
		       const int64_t traced[COVERAGE_CLASSES]);

/*
 * Leave out the shares where only a part of what the kernel counts was to be traced: what is
 * left over would tell nothing.  After the comparisons.
 */
void coverage__leave_out(struct coverage_class classes[COVERAGE_CLASSES],
			 struct coverage_slab *slab, const struct kleak_config *config);

/*
 * Slab in objects and in slabs.  before, now: /proc/slabinfo; page_size: bytes.
 */
void coverage__compare_slab(struct coverage_slab *slab, const struct slabinfo *before,
			    const struct slabinfo *now, uint64_t page_size,
			    const struct snapshot *snapshot, const struct kleak_site *entries,
			    const struct kleak_cache *caches);

#endif
