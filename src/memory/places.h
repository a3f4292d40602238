/* SPDX-License-Identifier: GPL-2.0-only */
/* Which cache, stack or area the memory at an address of the direct map belongs to. */
#ifndef KLEAK_MEMORY_PLACES_H
#define KLEAK_MEMORY_PLACES_H

#include "kernel/layout.h"
#include "kernel/names.h"
#include "memory/ram.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PLACE_NAME 64

struct place {
	const char *kind;      /* "cache", "variable", "per-CPU variable", "stack", "vmalloc",
				  "page"; NULL: nobody's, a word left over */
	char name[PLACE_NAME]; /* of the cache or variable, of who made the area; "" */
	uint64_t offset;       /* in it */
	uint64_t variable;     /* its name is still to be found; 0: it is not */
};

/* An area of vmalloc. */
struct places_area {
	uint64_t start;
	uint64_t caller; /* who made it */
};

/* A page of one, in the direct map. */
struct places_page {
	uint64_t address;
	uint64_t mapped; /* where the area has it */
	uint32_t area;
};

struct places {
	/* by the caller */
	struct ram *memory;
	struct slub *slub;
	const struct area_layout *layout;
	const struct names *names; /* NULL: hidden */
	const uint64_t *cpu_offsets;
	uint32_t nr_cpus;

	uint64_t cpu_room; /* bytes that a CPU has for its variables, at most */
	struct places_area *areas;
	size_t nr_areas, room_areas;
	struct places_page *pages; /* sorted by address, once they are all known */
	size_t nr_pages, room_pages;
};

/* Learn which areas of vmalloc there are now, in a walk through all slabs.  0 or -ENOMEM. */
int places__begin(struct places *places);

/*
 * The same in a walk of the caller's: places__clear(), places__see_slab() for each slab, which
 * returns 0 or -ENOMEM, and places__sort().
 */
void places__clear(struct places *places);
int places__see_slab(struct places *places, uint64_t address, uint64_t cache);
void places__sort(struct places *places);

/*
 * Hand every page of the area that has something mapped at `mapped` to see(): where it is in the
 * direct map.  0, or the first that is not 0 of what see() returned.
 */
int places__each_page(const struct places *places, uint64_t mapped,
		      int (*see)(void *arg, uint64_t address), void *arg);

/*
 * Hand every page of the stacks of tasks that is_used() denies, by where they are mapped, to see():
 * as places__each_page(), or -ENOMEM.
 */
int places__each_stack_page(const struct places *places, bool (*is_used)(void *arg, uint64_t start),
			    int (*see)(void *arg, uint64_t address), void *arg);

/* What stands at `address`.  0 or -ENOMEM. */
int places__find(struct places *places, struct place *place, uint64_t address);

/* Name the variables among list[0 .. nr), from the text of /proc/kallsyms.  0 or -errno. */
int places__name(struct place *list, size_t nr, FILE *kallsyms);

void places__free(struct places *places);

#endif
