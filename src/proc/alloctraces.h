/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * alloc_traces of a slab cache in debugfs: who allocated its live objects, where the
 * kernel was booted with slub_debug=U (mm/slub.c, slab_debugfs_show()).
 */
#ifndef KLEAK_PROC_ALLOCTRACES_H
#define KLEAK_PROC_ALLOCTRACES_H

#include <stdint.h>
#include <stdio.h>

struct alloctraces {
	char place[128];  /* the most frequent allocator, "copy_process+0x1a4/0x1b90 [mod]" */
	uint64_t objects; /* of it */
	uint64_t total;	  /* of all of them */
	uint64_t odd;	  /* lines that were not understood */
};

/*
 * Read the text from `file`; "No data" is no objects.  Lines of stack frames and others
 * that do not start with a number are passed over.  0 or -EIO; *traces is
 * untouched unless 0.
 */
int alloctraces__parse(struct alloctraces *traces, FILE *file);

#endif
