/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs are told of the kernel's symbols: functions that they meet, and variables. */
#ifndef KLEAK_KERNEL_LANDMARKS_H
#define KLEAK_KERNEL_LANDMARKS_H

struct kallsyms;
struct kernel;

/*
 * Add to *kernel, after kernel__probe(), what its symbols tell; NULL: they are hidden.  What cannot
 * be read without them is unknown from then on, and says why.
 */
void landmarks__find(struct kernel *kernel, const struct kallsyms *symbols);

#endif
