/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What lives in the slab caches now, whoever allocated it and when: the pointers to the
 * kernel's own functions and tables that the objects hold tell what they are, or what else they
 * have in common.  Pure.
 */
#ifndef KLEAK_MEMORY_CENSUS_H
#define KLEAK_MEMORY_CENSUS_H

#include "memory/contents.h"
#include "util/idmap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define CENSUS_SLABS  256 /* of a cache that are looked at */
#define CENSUS_LISTED 5	  /* words of a cache that are listed, and contents */
#define CENSUS_LEADS  3	  /* places of a cache with pointers that are listed */
#define CENSUS_NAME   64

/* A word that objects of a cache hold. */
struct census_word {
	uint64_t offset;	  /* in the object */
	uint64_t value;		  /* an address in the kernel or in a module */
	uint32_t objects;	  /* of those looked at, that hold it there */
	char symbol[CENSUS_NAME]; /* "foo_ops [mod]"; "" when it has no name */
	uint64_t symbol_offset;
};

/* What objects of a cache have in common, but for pointers. */
struct census_contents {
	struct contents is;
	uint32_t objects; /* of those looked at */
};

/* What objects of a cache point to: pointers into objects of a cache. */
struct census_pointer {
	uint64_t offset;	  /* in the object */
	uint64_t value;		  /* that most of them have; 0: there are several */
	uint32_t objects;	  /* estimated: of those looked at, that have one there */
	char cache[CENSUS_NAME];  /* what they point to is of this cache; "": pages */
	char device[CENSUS_NAME]; /* of `value`: the network device that it is; "" */
	struct contents is;	  /* of `value`: text in it; "" */
};

struct census_cache {
	uint64_t address; /* its struct kmem_cache */
	char name[CENSUS_NAME];
	uint64_t slabs;	  /* all of them */
	uint64_t bytes;	  /* of these, by the caller */
	uint64_t *sample; /* addresses of some slabs */
	size_t nr_sample, room_sample;
	uint64_t live;	  /* objects in these slabs */
	uint64_t objects; /* estimated from these, of all slabs */
	struct census_word *words;
	size_t nr_words, room_words;
	struct idmap by_word;
	size_t nr_listed; /* the first ones are worth a line */
	struct census_contents *contents;
	size_t nr_contents, room_contents;
	struct idmap by_contents;
	size_t nr_contents_listed;		      /* the same */
	struct census_pointer pointers[CENSUS_LEADS]; /* by the caller */
	size_t nr_pointers;
};

struct census {
	struct census_cache *caches;
	size_t nr, room;
	uint64_t random;
	/* for who prints it */
	struct timespec time;
	const char *kernel;
	double seconds;
};

/* There is a slab of this cache: count it, maybe sample it.  0 or -ENOMEM. */
int census__add_slab(struct census *census, uint64_t cache, uint64_t slab);

/* An object of the cache holds `value` at `offset`.  0 or -ENOMEM. */
int census__add_word(struct census_cache *cache, uint64_t offset, uint64_t value);

/* An object of the cache holds that.  0 or -ENOMEM. */
int census__add_contents(struct census_cache *cache, const struct contents *contents);

/* The words and contents that most objects hold come first; few are kept.  Estimates `objects`. */
void census__end_cache(struct census_cache *cache);

/* Forget the caches that are not wanted. */
void census__keep(struct census *census, bool (*wanted)(struct census_cache *cache, void *arg),
		  void *arg);

/* The largest caches first; keep `nr` of them (0: all). */
void census__sort(struct census *census, size_t nr);

void census__free(struct census *census);

/* 0, -EIO. */
int census__print_text(const struct census *census, bool color, FILE *out);

/* One JSON object on one line.  0, -ENOMEM, -EIO. */
int census__print_json(const struct census *census, FILE *out);

#endif
