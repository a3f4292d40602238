/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running a scan: which objects of the table nothing in the kernel's memory refers to.  It
 * brings together the objects, the memory and the marking (ram.h, scan.h), one pass at a time.
 */
#ifndef KLEAK_MEMORY_SCANNER_H
#define KLEAK_MEMORY_SCANNER_H

#include "kernel/kernel.h"
#include "kernel/names.h"
#include "memory/kmem.h"
#include "memory/orphans.h"
#include "memory/referrers.h"
#include "trace/tracer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scanner;

/* What a scanner works with; all of it outlives the scanner. */
struct scanner_parts {
	const struct kernel *kernel;
	struct tracer *tracer;
	struct kmem *reader;
	const struct names *names; /* NULL: hidden */
	uint32_t passes;	   /* in a row that make an orphan */
	uint64_t bytes_per_s;	   /* most that is read; 0: no limit */
	bool progress;		   /* to stderr */
};

/* What a pass shares its time with. */
struct scanner_pace {
	double end_s; /* clock__now_s() that ends it */
	/* What else is due, which may read the tables and memory: called between any few MB.  0:
	 * nothing was; 1: it is done; -errno ends the pass.  Or NULL. */
	int (*meanwhile)(void *arg);
	void *arg;
};

/* What was done so far. */
struct scanner_sum {
	uint64_t passes;
	uint64_t objects; /* looked at in the last pass */
	uint64_t bytes;	  /* read in the last pass */
	double seconds;	  /* the last pass took */
	double under_way; /* share of the memory that the pass that goes on has been through; or 0
			   */
	uint64_t unknown; /* unreferenced, but the allocator's books could not be read */
	size_t acknowledged;
};

/*
 * 0; -ENOTSUP, -EPERM: scans cannot be done here, `why` has one sentence that says why and
 * what to do; -ENOMEM.
 */
int scanner__open(struct scanner **scanner, const struct scanner_parts *parts, char *why,
		  size_t len);

/*
 * One pass; the reader has learnt where struct pages are.  0; -ENODATA: the direct map was
 * not found; -EINTR: a signal came that ends the program, stdout lost its reader, or the end has
 * come; what meanwhile() said; -errno.
 */
int scanner__pass(struct scanner *scanner, const struct scanner_pace *pace);

/*
 * In the passes from here on, note who refers to some objects of these sites: groups[entry
 * of the site table] is the number of a site in `holders`, or UINT32_MAX.  NULL: of none.
 * Both outlive the passes.
 */
void scanner__sample(struct scanner *scanner, struct referrers *holders, const uint32_t *groups);

/* What is an orphan for certain: call each() for every one whose record is still there. */
void scanner__each_orphan(const struct scanner *scanner,
			  void (*each)(const struct orphan *orphan,
				       const struct kleak_record *record, void *arg),
			  void *arg);

/* Where its user has it, and its first bytes: how many could be read. */
size_t scanner__look_at(const struct scanner *scanner, const struct orphan *orphan,
			uint64_t *address, uint8_t *first, size_t len);

/* Leave out of scanner__each_orphan() what it has now.  How many. */
size_t scanner__acknowledge(struct scanner *scanner);

const struct scanner_sum *scanner__sum(const struct scanner *scanner);

void scanner__close(struct scanner *scanner);

#endif
