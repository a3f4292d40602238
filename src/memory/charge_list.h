/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory cgroups, by what of the kernel's memory they are charged with.  Pure. */
#ifndef KLEAK_MEMORY_CHARGE_LIST_H
#define KLEAK_MEMORY_CHARGE_LIST_H

#include "memory/charge_growth.h"
#include "memory/charge_walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct charge_list_row {
	uint32_t memcg; /* or CHARGES_NOBODY, CHARGES_UNKNOWN */
	uint64_t kernel_bytes, objects;
	uint32_t first_row, nr_rows; /* of list->caches */
	/* since list->growth: */
	int64_t grew_bytes, grew_objects;
	uint32_t was; /* which one it was then: an index in growth->memcgs->list, or as memcg */
	bool is_new;  /* it was not there: all of it grew */
};

/* What a group has of a cache. */
struct charge_list_cache {
	const struct charge_cache *cache;
	uint64_t objects;
	int64_t grew_objects; /* since list->growth */
};

struct charge_list {
	const struct memcgs *memcgs; /* by the caller, as the walk */
	const struct charge_walk *walk;
	const struct charge_growth *growth; /* by the caller; NULL: there was no look before */
	/* Those that are charged with anything, or were; the largest first, or what grew most. */
	struct charge_list_row *rows;
	uint32_t nr;
	struct charge_list_cache *caches; /* of each row behind each other, in the same order */
	uint32_t top;			  /* by the caller: how many are printed; 0: all */
	/* for who prints it, by the caller */
	struct timespec time;
	const char *kernel;
	double seconds;
};

/* 0 or -ENOMEM. */
int charge_list__make(struct charge_list *list);

/* How many more bytes of this kind a row has than it had; 0 without growth. */
int64_t charge_list__grew(const struct charge_list *list, const struct charge_list_row *row,
			  enum charge_kind kind);

/* How many of them are printed. */
uint32_t charge_list__nr_printed(const struct charge_list *list);

/* Of a cache, how many objects in use are charged to nobody: at most. */
uint64_t charge_list__uncharged(const struct charge_cache *cache);

void charge_list__free(struct charge_list *list);

/* 0, -EIO. */
int charge_list__print_text(const struct charge_list *list, bool color, FILE *out);

/* One JSON object on one line.  0, -ENOMEM, -EIO. */
int charge_list__print_json(const struct charge_list *list, FILE *out);

#endif
