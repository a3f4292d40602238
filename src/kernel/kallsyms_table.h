/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of functions that kallsyms_parse makes, and kallsyms looks names up in. */
#ifndef KLEAK_KERNEL_KALLSYMS_TABLE_H
#define KLEAK_KERNEL_KALLSYMS_TABLE_H

#include "kernel/kallsyms.h"
#include "util/fnv.h"
#include "util/function_name.h"

#include <stddef.h>
#include <stdint.h>

#define KALLSYMS_KERNEL 0 /* the owner of the kernel's own functions */

struct kallsyms_function {
	uint64_t start;
	uint64_t end;
	uint32_t name; /* offset in names: grows in the order of the file */
	uint32_t owner;
	union {
		uint32_t hash; /* of its name, kallsyms_table__hash(), until they are chained */
		uint32_t next; /* 1 + the index of the next one in its chain; 0: the last one */
	};
};

/* The kernel or a module. */
struct kallsyms_owner {
	uint32_t name;	/* offset in names; unused for the kernel */
	uint64_t start; /* of its memory; 0 to 0 when unknown */
	uint64_t end;
};

struct kallsyms {
	char *names;
	struct kallsyms_function
		*functions; /* by address; those of one address: the best name first */
	size_t nr, room;
	uint32_t *chains; /* by the name's hash: 1 + index of the first one */
	size_t nr_chains; /* a power of two */
	struct kallsyms_owner *owners;
	size_t nr_owners;
	size_t room_owners;
	uint64_t variables[KALLSYMS_VARIABLES];
	struct kallsyms_odd odd;
};

/* Of a name without the compiler's suffixes: up to its first dot. */
static inline uint32_t kallsyms_table__hash(const char *name)
{
	return fnv__add(FNV_START, name, function_name__length(name));
}

/* The first one of the functions whose name has this hash. */
static inline uint32_t *kallsyms_table__chain(const struct kallsyms *ks, uint32_t hash)
{
	return &ks->chains[hash & (ks->nr_chains - 1)];
}

#endif
