/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory cgroups, by what of the kernel's memory they are charged with.  Pure. */
#ifndef KLEAK_MEMORY_CHARGE_LIST_H
#define KLEAK_MEMORY_CHARGE_LIST_H

#include "memory/charge_walk.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

struct charge_list_row {
	uint32_t memcg; /* or CHARGES_NOBODY, CHARGES_UNKNOWN */
	uint64_t kernel_bytes, objects;
	uint32_t first_row, nr_rows; /* of walk->sums.rows */
};

struct charge_list {
	const struct memcgs *memcgs; /* by the caller, as the walk */
	const struct charge_walk *walk;
	struct charge_list_row *rows; /* the largest first: those that are charged with anything */
	uint32_t nr;
	uint32_t top; /* by the caller: how many are printed; 0: all */
	/* for who prints it, by the caller */
	struct timespec time;
	const char *kernel;
	double seconds;
};

/* 0 or -ENOMEM. */
int charge_list__make(struct charge_list *list);

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
