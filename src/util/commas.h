/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of words with commas between, as the user writes them: "dentry,kmalloc-64". */
#ifndef KLEAK_UTIL_COMMAS_H
#define KLEAK_UTIL_COMMAS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next word of *list; *list goes behind it and its comma, and blanks after that.  Its length
 * is written to *len.  NULL: there is none.
 */
const char *commas__next(const char **list, size_t *len);

/* Is `word` one of them? */
bool commas__has(const char *list, const char *word);

/*
 * Put `word` behind those of `list`, which has room for `len` bytes, unless it is there.  Error:
 * -ENOSPC: it does not fit, or there are `most` words.
 */
int commas__add(char *list, size_t len, size_t most, const char *word);

/* Are there words, of 1 to `most` bytes, with single commas between? */
bool commas__are_words(const char *list, size_t most);

#endif
