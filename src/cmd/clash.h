/* SPDX-License-Identifier: GPL-2.0-only */
/* Output files that would overwrite each other, also under different names. */
#ifndef KLEAK_CMD_CLASH_H
#define KLEAK_CMD_CLASH_H

#include "cmd/options.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * Is a file that is to be written the same as another one that is written or read?  Then one
 * sentence in `why`, which names both.
 */
bool clash__find(const struct options *options, char *why, size_t len);

/* Would `path` overwrite one of them?  The option that names it, or NULL. */
const char *clash__with(const struct options *options, const char *path);

#endif
