/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the kernel's variables, from /proc/kallsyms where it has them
 * (CONFIG_KALLSYMS_ALL).  They are many and seldom asked for: the text is read for a
 * list of addresses, and nothing of it is kept.
 */
#ifndef KLEAK_KERNEL_DATASYMS_H
#define KLEAK_KERNEL_DATASYMS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define DATASYMS_NAME 64

struct datasym {
	uint64_t address;	  /* asked for */
	uint64_t start;		  /* of the variable that stands there, or before it */
	char type;		  /* as kallsyms has it */
	char name[DATASYMS_NAME]; /* "" when none is known; "foo [module]" */
};

/*
 * Find the names of list[0 .. nr), which is sorted by address here: the last symbol at or
 * below it, if that is a variable.  0 or -EIO.
 */
int datasyms__find(struct datasym *list, size_t nr, FILE *kallsyms);

/* What was found for an address of the list; NULL: it has no name. */
const struct datasym *datasyms__of(const struct datasym *list, size_t nr, uint64_t address);

#endif
