/* SPDX-License-Identifier: GPL-2.0-only */
/* The books of cgroups for people. */
#ifndef KLEAK_RENDER_CGROUPS_TEXT_H
#define KLEAK_RENDER_CGROUPS_TEXT_H

#include "judge/cgroup_statement.h"

#include <stdbool.h>
#include <stdio.h>

/*
 * Print the statement, 100 columns wide; `color` allows SGR escapes.  0, or -EIO when `out` failed.
 */
int cgroups_text__print(const struct cgroup_statement *statement, bool color, FILE *out);

#endif
