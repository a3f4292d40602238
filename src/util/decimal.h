/* SPDX-License-Identifier: GPL-2.0-only */
/* Decimal numbers as the user writes them: digits and a point, no sign, no exponent. */
#ifndef KLEAK_UTIL_DECIMAL_H
#define KLEAK_UTIL_DECIMAL_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The number that `text` starts with; *end: what follows.  0, or -EINVAL: there is none. */
static inline int decimal__parse(const char *text, double *number, char **end)
{
	*number = strtod(text, end);
	return *end == text || *end != text + strspn(text, "0123456789.") ? -EINVAL : 0;
}

#endif
