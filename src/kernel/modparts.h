/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions of a module that is being loaded, put together from the parts that the programs
 * write.
 */
#ifndef KLEAK_KERNEL_MODPARTS_H
#define KLEAK_KERNEL_MODPARTS_H

#include "kernel/names.h"
#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MODPARTS_MOST 8 /* modules that come at the same time */

struct modparts_load {
	uint32_t change; /* 0: none */
	char name[64];
	uint8_t *symbols;
	char *strings;
	uint32_t nr_symbols, nr_strings; /* bytes that there are, of: */
	uint32_t all_symbols, all_strings;
	struct kleak_range text[2]; /* where its functions are */
};

struct modparts {
	struct modparts_load list[MODPARTS_MOST];
};

/*
 * Take a record of one that comes.  *done: the module that it completes, until modparts__drop();
 * NULL: none.  0 or -ENOMEM.
 */
int modparts__take(struct modparts *parts, const struct kleak_module_record *record,
		   struct modparts_load **done);

/* The module of that name (NULL: any) of which records are missing, until modparts__drop(); or
 * NULL. */
struct modparts_load *modparts__find(struct modparts *parts, const char *name);

/*
 * Its functions, in the order of its table: *functions, to be freed; the names belong to `load`.
 * 0 or -ENOMEM.
 */
int modparts__functions(const struct modparts_load *load, struct names_function **functions,
			size_t *nr);

void modparts__drop(struct modparts_load *load);

void modparts__free(struct modparts *parts);

#endif
