/* SPDX-License-Identifier: GPL-2.0-only */
/* /sys/kernel/debug/kmemleak: what the kernel's own kmemleak lists (mm/kmemleak.c,
 * print_unreferenced()). */
#ifndef KLEAK_PROC_KMEMLEAK_H
#define KLEAK_PROC_KMEMLEAK_H

#include <stdint.h>
#include <stdio.h>

struct kmemleak {
	uint64_t objects; /* "unreferenced object 0x... (size N):" */
	uint64_t bytes;
	uint64_t odd; /* lines that were not understood: objects that are not counted */
};

/* Read the list from `file`.  0 or -EIO; *list is untouched unless 0. */
int kmemleak__parse(struct kmemleak *list, FILE *file);

#endif
