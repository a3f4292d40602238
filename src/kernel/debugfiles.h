/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the debug info of an image may be: paths, no more.  What is in them is judged elsewhere. */
#ifndef KLEAK_KERNEL_DEBUGFILES_H
#define KLEAK_KERNEL_DEBUGFILES_H

#include "kernel/images.h"

#include <stdbool.h>
#include <stddef.h>

struct debugfiles;

/*
 * folders: searched first, with all that is below them.  release: of the kernel, for the places
 * where distributions put it.  All of it is copied.  0 or -ENOMEM.
 */
int debugfiles__open(struct debugfiles **files, const char *const *folders, size_t nr,
		     const char *release);

/* Offer paths of files that exist to `take`, likely ones first, until it returns true. */
void debugfiles__each(struct debugfiles *files, const struct image *image,
		      bool (*take)(const char *path, void *arg), void *arg);

void debugfiles__close(struct debugfiles *files);

#endif
