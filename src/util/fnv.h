/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/).  Its low bits are the better
 * ones; idmap wants all of them: idmap__mix().
 */
#ifndef KLEAK_UTIL_FNV_H
#define KLEAK_UTIL_FNV_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FNV_START 0xcbf29ce484222325ULL

/* `hash`, FNV_START at first, with `length` more bytes. */
static inline uint64_t fnv__add(uint64_t hash, const void *bytes, size_t length)
{
	const unsigned char *b = bytes;

	while (length--)
		hash = (hash ^ *b++) * 0x100000001b3ULL;
	return hash;
}

/* The same with a text and its end: "a", "bc" is not "ab", "c".  NULL adds nothing. */
static inline uint64_t fnv__add_text(uint64_t hash, const char *text)
{
	return text ? fnv__add(hash, text, strlen(text) + 1) : hash;
}

#endif
