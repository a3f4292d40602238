/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions in the stacks that were seen: from how many places each is called */
#ifndef KLEAK_REPORT_CALLERS_H
#define KLEAK_REPORT_CALLERS_H

#include "kernel/symbols.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct callers_function {
	uint32_t callers;	 /* different functions that call it */
	uint32_t places;	 /* different return addresses in them */
	uint32_t places_suspect; /* of these, in stacks of what may leak */
	uint32_t callees;	 /* different functions that it calls */
	uint32_t frames;	 /* in how many frames it was seen */
	uint32_t near;		 /* of these, so near to the allocation: CALLERS_NEAR */
	bool constructor, entry; /* by name: kernel/generic.h */
};

struct callers {
	struct callers_function *functions;
	uint32_t nr;
	size_t room;
	bool *suspect; /* by place */
	uint32_t nr_places;
	size_t room_places;
	struct idmap by_pointer; /* of its name: as by_name, and fast */
	struct idmap by_name, by_place, by_pair;
};

/*
 * Who is called from so many functions, or places, builds things for whoever asks.  But only if it
 * mostly stands near to the allocation, so many frames (inlined ones not counted) at most from the
 * first one: else it is somebody who passes work on.
 */
#define CALLERS_MANY	    4
#define CALLERS_MANY_PLACES 8
#define CALLERS_NEAR	    3
#define CALLERS_NEAR_SHARE  0.9

/* And if more of its places than this leak, the fault is its own, or at least common to all. */
#define CALLERS_SUSPECT_SHARE 0.5

/* Who calls so many functions passes work on to anybody: what it calls needs not belong together.
 */
#define CALLERS_PASSES_ON 16

/*
 * Add a stack, innermost frame first; its strings have to stay.  suspect: of something that may
 * leak.  numbers: NULL, or where to write the numbers of its frames' functions.  *callers starts as
 * all zeros.  0 or -ENOMEM.
 */
int callers__add(struct callers *callers, const struct symbols_frame *stack, size_t nr,
		 bool suspect, uint32_t *numbers);

/* The same, for a stack of something that does not leak; `callers` is a struct callers. */
int callers__see(const struct symbols_frame *stack, size_t nr, void *callers);

/* Is the function one that builds things for whoever asks: by name, or as it is called? */
bool callers__is_constructor(const struct callers *callers, uint32_t function);

/* Is it a way into the kernel, by name? */
bool callers__is_entry(const struct callers *callers, uint32_t function);

/* Does it pass work on to anybody: such a way, or by the number of functions that it calls? */
bool callers__passes_on(const struct callers *callers, uint32_t function);

void callers__free(struct callers *callers);

#endif
