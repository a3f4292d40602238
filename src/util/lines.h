/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of a text in /proc, and the numbers in them.  What is odd costs its line and not the
 * book: counters race, and other kernels print what nobody here has seen.
 */
#ifndef KLEAK_UTIL_LINES_H
#define KLEAK_UTIL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define LINES_ODD 1 /* what `each` returns for a line that it did not understand */

/*
 * Bytes, or objects, that no machine has.  A counter that went below 0 is printed as more; and
 * sums of some dozens of what is less are numbers with a sign as well.
 */
#define LINES_MOST (UINT64_C(1) << 58)

/*
 * Call `each` for every line of `file`, without its newline; it may write into the
 * line, and ends the reading with -errno.  *odd: how many lines were not understood, those with
 * a NUL byte (it would hide the rest) among them.  0, what `each` returned, or -EIO.
 */
int lines__each(FILE *file, int (*each)(char *line, void *arg), void *arg, uint64_t *odd);

/* "3 lines of /proc/slabinfo were not understood", to be said; false: all were. */
bool lines__complaint(char *text, size_t len, const char *path, uint64_t odd);

/*
 * The decimal number at *text, which no sign and no blank stands before; *text goes behind it.
 * false: there is none, or it is above `most`.
 */
bool lines__number(const char **text, uint64_t most, uint64_t *number);

/* Add to a sum.  false, and nothing was added: it would be above LINES_MOST. */
bool lines__add(uint64_t *sum, uint64_t more);
bool lines__add_product(uint64_t *sum, uint64_t a, uint64_t b);

#endif
