/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak kmemleak scan|list|clear`: the kernel's own kmemleak, passed through. */
#ifndef KLEAK_CMD_KMEMLEAK_H
#define KLEAK_CMD_KMEMLEAK_H

#include <stddef.h>
#include <stdio.h>

/*
 * scan: have it scan now, then print how much it lists; list: print what it lists to
 * `out`, control bytes as '?'; clear: acknowledge what is listed.  path: the file
 * (BOOKS_KMEMLEAK; Documentation/dev-tools/kmemleak.rst).  0, or -errno with one sentence in `why`;
 * -EIO with "" when `out` failed.
 */
int cmd_kmemleak__do(const char *path, const char *action, FILE *out, char *why, size_t len);

/* The same to stdout; what goes wrong is said on stderr.  0 or -errno. */
int cmd_kmemleak(const char *path, const char *action);

#endif
