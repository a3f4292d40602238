/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small files of cgroups, in the two forms that Documentation/admin-guide/cgroup-v2.rst calls
 * "flat keyed" (a key, a blank and a number a line) and "single value".
 */
#ifndef KLEAK_PROC_FLAT_KEYED_H
#define KLEAK_PROC_FLAT_KEYED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The keys to look for, and where their numbers go. */
struct flat_keyed {
	const char *const *names; /* NULL: no such key */
	size_t nr;
	uint64_t most; /* a number above is not understood */
	uint64_t *values;
	bool *present; /* set for keys that have a number; others stay as they are */
};

/*
 * Read a text of `len` bytes, which a NUL byte follows.  Other keys are passed over.  Returns how
 * many lines were not understood: known keys without a number, or with one above `most`, and what
 * a NUL byte hides.
 */
uint64_t flat_keyed__parse(const struct flat_keyed *keys, const char *text, size_t len);

/*
 * "max\n", or a number and a newline: UINT64_MAX where there is no limit ("max", and numbers that
 * no machine has: v1 prints 9223372036854771712).  false: it is neither, *value is untouched.
 */
bool flat_keyed__single(uint64_t *value, const char *text, size_t len);

#endif
