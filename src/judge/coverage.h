/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own books beside what was traced.  Of each class of memory
 *
 *	kernel's growth = traced + older + room + rest
 *
 * traced: what was allocated since the start and is still there.  older: what was there before and
 * was freed since, a number below 0; what was allocated and not traced (by kleak itself, and by
 * all in a drain) counts here, too.  room: in slabs and in the pages of per-CPU memory, for what is
 * not there (yet).  rest: what no event told, and what happened between one reading and the next.
 */
#ifndef KLEAK_JUDGE_COVERAGE_H
#define KLEAK_JUDGE_COVERAGE_H

#include "kleak.h"
#include "memory/percpu_use.h"
#include "memory/slab_use.h"
#include "proc/meminfo.h"
#include "proc/slabinfo.h"
#include "trace/recycle.h"
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

/*
 * Of per-CPU memory what is in use is known, so that rest is what it changed by, less traced and
 * older.  Where some was freed whose size could not be told older and rest cannot be told apart:
 * older is both then, for it is nearly all of it, and rest is not known.
 */

/* A class of memory, as the kernel counts it and as it was traced. */
struct coverage_class {
	const char *name; /* JSON, "slab_unreclaimable" */
	enum meminfo_field field;
	bool known; /* the kernel prints this field */
	int64_t kernel_delta_bytes;
	int64_t traced_bytes;
	double explained; /* traced / kernel delta; NAN where the kernel's delta is not above 0, or
			     only a part of the class was to be traced */
	double older_bytes, room_bytes, rest_bytes; /* see above; NAN: not known */
};

/* What was freed and had not been in the table, by the events: bytes of each class, ever. */
struct coverage_older {
	int64_t bytes[COVERAGE_CLASSES];
	uint64_t unsized;	 /* frees of slab and kmalloc() whose size is not known */
	uint64_t percpu_unsized; /* the same, of per-CPU memory */
};

/* The kernel's books at the start, or now. */
struct coverage_books {
	const struct meminfo *mem;
	const struct coverage_older *older;
	const struct slab_use *use;
	const struct percpu_use *percpu;
};

/* Slab caches, as /proc/slabinfo has them: changes since the start. */
struct coverage_slab {
	bool known;	       /* /proc/slabinfo can be read */
	int64_t objects_bytes; /* objects in use */
	int64_t slabs_bytes;   /* the slabs they are in */
	int64_t traced_bytes;  /* of what is in caches; kmalloc beyond them left out */
	double explained;      /* traced / objects; NAN where those did not grow, or as above */
};

/* The class of what is allocated at a site, and its name in JSON.  Pages have none. */
enum coverage_name coverage__class_of(const struct kleak_site *entry,
				      const struct kleak_cache *caches);
const char *coverage__name(enum coverage_name class);

/*
 * What is traced of each class: bytes of everything in the tables that the kernel
 * still holds, young and pending objects included.
 */
void coverage__sum(int64_t traced[COVERAGE_CLASSES], const struct snapshot *snapshot,
		   const struct kleak_site *entries, const struct kleak_cache *caches);

/* Add up what was freed of older memory, in all lanes of the counts. */
void coverage__sum_older(struct coverage_older *older, const struct kleak_counts *counts,
			 uint32_t lanes, const struct kleak_cache *caches,
			 const struct recycle *given_back);

/* Set both beside each other. */
void coverage__compare(struct coverage_class classes[COVERAGE_CLASSES],
		       const struct coverage_books *before, const struct coverage_books *now,
		       const int64_t traced[COVERAGE_CLASSES]);

/* Is everything traced that the kernel's books of slab count, whoever allocates and how much? */
bool coverage__has_slab(const struct kleak_config *config);

/*
 * Leave out shares and what is older where only a part of what the kernel counts was to be traced:
 * what is left over would tell nothing.  After the comparisons.
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
