/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of functions as the compiler makes them: parts and copies are "name.part.0", "name.isra.0".
 */
#ifndef KLEAK_UTIL_FUNCTION_NAME_H
#define KLEAK_UTIL_FUNCTION_NAME_H

#include <stddef.h>
#include <string.h>

/* Bytes of the name that the function has in the source. */
static inline size_t function_name__length(const char *name)
{
	return strcspn(name, ".");
}

#endif
