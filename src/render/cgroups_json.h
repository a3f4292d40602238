/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The books of cgroups as one line of newline-delimited JSON; tests/unit/cgroups.schema.json
 * describes it.
 */
#ifndef KLEAK_RENDER_CGROUPS_JSON_H
#define KLEAK_RENDER_CGROUPS_JSON_H

#include "judge/cgroup_statement.h"

#include <stdio.h>

/* Print the statement and a newline.  0, -ENOMEM, or -EIO when `out` failed. */
int cgroups_json__print(const struct cgroup_statement *statement, FILE *out);

#endif
