/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A number for a site that is the same on every machine, and after every boot, that runs the same
 * build of the kernel and of the modules in its stack
 */
#ifndef KLEAK_REPORT_FINGERPRINT_H
#define KLEAK_REPORT_FINGERPRINT_H

#include "kernel/images.h"
#include "kernel/symbols.h"

#include <stddef.h>
#include <stdint.h>

/* Where frames come from: the image that each lies in; NULL: not known. */
struct fingerprint_images {
	const struct image *(*of)(const struct symbols_frame *frame, void *arg);
	void *arg;
};

/*
 * Of an allocator and a stack: functions, offsets into them, and build-ids; not of the cache, which
 * may be merged with others on one machine only.  Frames that are inlined do not count: only debug
 * info shows them.  0: not known, for want of a stack, a function's name or a build-id.
 */
uint64_t fingerprint__of(const char *origin, const struct symbols_frame *stack, size_t nr,
			 const struct fingerprint_images *images);

/* Of a function, for sites that have it in common. */
uint64_t fingerprint__of_function(const struct symbols_frame *frame,
				  const struct fingerprint_images *images);

#endif
