/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames that a stack is known by: from the first on that is no general-purpose constructor */
#ifndef KLEAK_REPORT_HEADLINE_H
#define KLEAK_REPORT_HEADLINE_H

#include "report/callers.h"

#include <stdint.h>

#define HEADLINE_FRAMES 4 /* that are shown, at most */

struct headline {
	uint16_t first; /* frame of the stack */
	uint16_t nr;	/* frames from there on that are worth a line; 0: there is no stack */
};

/*
 * "newque ← ipcget ← ksys_msgget": past the constructors that `callers`, to which the stack was
 * added, knows: numbers of the frames' functions are its; never on a way into the kernel, unless
 * there is nothing else.
 */
struct headline headline__of(const struct callers *callers, const struct symbols_frame *stack,
			     const uint32_t *numbers, size_t nr);

/* The same of a stack beside which no others are known; nothing where there is no memory. */
struct headline headline__alone(const struct symbols_frame *stack, size_t nr);

/* The same where the first frame was chosen. */
struct headline headline__from(const struct callers *callers, const uint32_t *numbers, size_t nr,
			       size_t first);

#endif
