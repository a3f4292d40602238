/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of source files as people write them: "mm/slub.c". */
#ifndef KLEAK_KERNEL_SOURCEPATH_H
#define KLEAK_KERNEL_SOURCEPATH_H

#include <stddef.h>

/*
 * `path`, as debug info has it, relative to the tree of sources, and cut off at `length`.
 * compiled_in: the compiler's working directory, which need not be absolute; root: where the
 * sources lie if not there.  Both may be NULL.
 */
void sourcepath__shorten(char *out, size_t length, const char *path, const char *compiled_in,
			 const char *root);

/* Cut `common`, an absolute folder, down to what it has in common with the folder of `path`. */
void sourcepath__meet(char *common, const char *path);

#endif
