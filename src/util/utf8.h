/* SPDX-License-Identifier: GPL-2.0-only */
/* UTF-8 as RFC 3629 defines it: names from outside may not be valid. */
#ifndef KLEAK_UTIL_UTF8_H
#define KLEAK_UTIL_UTF8_H

#include <stddef.h>

/* How many bytes the sequence at `s` has (a string's end ends it), or 0 when it is none. */
size_t utf8__sequence(const unsigned char *s);

#endif
