/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mark and scan, as kmemleak does it (Documentation/dev-tools/kmemleak.rst): which
 * objects does no word of kernel memory refer to?  Pure: memory is handed in.
 *
 * Every word is seen once.  One that stands outside all objects is a root: the object
 * it points into is reached.  One that stands in an object is an edge; what is
 * reached is found at the end, over the edges.  So objects that refer to each other
 * or to themselves, but that nobody else refers to, stay unreached.
 */
#ifndef KLEAK_MEMORY_SCAN_H
#define KLEAK_MEMORY_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCAN_NONE UINT32_MAX /* no object */

#define SCAN_HOLDERS 4 /* references noted of an object that is sampled */

/* A word that stands in [start, end) is in the object; a value in it refers to the object. */
struct scan_range {
	uint64_t start;
	uint64_t end;
	uint32_t object;
	bool content; /* the former alone */
};

struct scan_object {
	uint64_t content;  /* hash of its words */
	uint32_t books_of; /* by the caller: a vm_struct, and this is its area; else SCAN_NONE */
	bool area;    /* by the caller: an area of vmalloc, whose first range is its addresses */
	bool silent;  /* by the caller: its words refer to nothing */
	bool sampled; /* by the caller: who refers to it? */
	bool reached;
	bool seen;     /* some of its words have been handed in */
	bool disputed; /* another one claims the same memory: one of them is there no more */
	uint8_t nr_holders;
};

/* A reference to an object that is sampled. */
struct scan_holder {
	uint32_t object;
	uint32_t from;	  /* object the word stands in, or SCAN_NONE */
	uint64_t address; /* where the word stands */
};

/* A root that may be none. */
struct scan_doubt {
	uint32_t object;
	uint64_t address, value;
};

struct scan_edge {
	uint32_t from;
	uint32_t to;
};

struct scan {
	struct scan_object *objects;
	size_t nr, room;
	struct scan_range *ranges;
	size_t nr_ranges, room_ranges;
	size_t vm_words; /* by the caller: words from vmap_area.va_start to vmap_area.vm */
	/*
	 * By the caller: words at `doubt_at` in each `doubt_every` bytes (0: nowhere) may be
	 * left over from something else.  Where only such a word refers to an object, is it
	 * a reference?
	 */
	uint64_t doubt_every, doubt_at;
	bool (*is_reference)(void *arg, uint64_t address, uint64_t value);
	/*
	 * By the caller: called between any few ms of scan__index() and scan__finish(), which end
	 * with what is not 0; it leaves the scan alone.  Or NULL.
	 */
	int (*between)(void *arg);
	void *arg; /* of both */
	struct scan_doubt *doubts;
	size_t nr_doubts, room_doubts;
	struct scan_edge *edges;
	size_t nr_edges, room_edges;
	size_t most_edges; /* beyond: an edge counts as a root; 0: no limit */
	struct scan_holder *holders;
	size_t nr_holders, room_holders;
	uint64_t words; /* handed in */

	/* of the ranges */
	struct scan_slot *index;
	size_t room_index;
	uint64_t *bloom;
	size_t room_bloom;
	unsigned int index_bits, bloom_bits;
	struct scan_band {
		uint64_t lowest, span;
	} bands[2];
	size_t at; /* in the ranges, where the last words stood */
};

/* Start anew, without objects; *scan starts as all zeros.  Keeps the caller's settings. */
void scan__begin(struct scan *scan);

/* Add an object.  *number: its own; 0 or -ENOMEM. */
int scan__add(struct scan *scan, uint32_t *number);

/*
 * Add a range of the object.  Objects whose ranges overlap are disputed, and count as reached.
 * 0 or -ENOMEM.
 */
int scan__add_range(struct scan *scan, uint32_t object, uint64_t start, uint64_t end);

/* The same of a place that nobody refers to: of memory that is used by another address. */
int scan__add_content(struct scan *scan, uint32_t object, uint64_t start, uint64_t end);

/* Once `from` is reached, `to` is as well.  0 or -ENOMEM. */
int scan__add_edge(struct scan *scan, uint32_t from, uint32_t to);

/* All objects and ranges are known; words may follow.  0, -ENOMEM or what between() said. */
int scan__index(struct scan *scan);

/* The object that has a range with this address in it, or SCAN_NONE; after scan__index(). */
uint32_t scan__find(const struct scan *scan, uint64_t address);

/*
 * `nr` words that stand at `address` (aligned).  What an area's own vmap_area says of it
 * and of its vm_struct is no reference, wherever it stands (kmemleak: min_count); nor is
 * what its vm_struct says, if that is silent.  0 or -ENOMEM.
 */
int scan__words(struct scan *scan, uint64_t address, const uint64_t *words, size_t nr);

/* All memory has been seen: reach what is reached over others.  0, -ENOMEM or what between() said.
 */
int scan__finish(struct scan *scan);

/* The same over: what nothing refers to holds nothing. */
bool scan__holds(const struct scan *scan, const struct scan_holder *holder);

void scan__free(struct scan *scan);

#endif
