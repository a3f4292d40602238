/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /proc/allocinfo, version 1.x: what every line of kernel source has allocated and
 * not freed (lib/alloc_tag.c; 6.10 and later with CONFIG_MEM_ALLOC_PROFILING).
 */
#ifndef KLEAK_PROC_ALLOCINFO_H
#define KLEAK_PROC_ALLOCINFO_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct allocinfo_line {
	char place[96];	 /* "mm/slub.c:2433"; longer ones lose their start */
	char module[56]; /* "": the kernel itself */
	char function[96];
	uint64_t bytes;
	uint64_t calls; /* allocations that are live */
};

struct allocinfo {
	struct allocinfo_line *lines;
	size_t nr;
	uint64_t odd; /* lines that were not understood */
};

/*
 * Read the text from `file`.  Lines of 0 bytes are left out.  0, -EINVAL when the
 * version line is not 1.x or 2.x or no line has that shape, -ENOMEM, -EIO; *info is
 * untouched unless 0.
 */
int allocinfo__parse(struct allocinfo *info, FILE *file);

void allocinfo__free(struct allocinfo *info);

#endif
