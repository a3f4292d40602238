/* SPDX-License-Identifier: GPL-2.0-only */
/* The books of cgroups as metrics, in Prometheus' text format: kleak_cgroup_..., by path. */
#ifndef KLEAK_RENDER_CGROUPS_PROM_H
#define KLEAK_RENDER_CGROUPS_PROM_H

#include "judge/cgroup_statement.h"

#include <stdio.h>

#define CGROUPS_PROM_MOST 500 /* cgroups: the first ones */

/* Print what the statement lists.  0, or -EIO when `out` failed. */
int cgroups_prom__print(const struct cgroup_statement *statement, FILE *out);

#endif
