/* SPDX-License-Identifier: GPL-2.0-only */
/* What is listed, by the cgroup that it is charged to, for people. */
#ifndef KLEAK_RENDER_BY_CGROUP_TEXT_H
#define KLEAK_RENDER_BY_CGROUP_TEXT_H

#include "render/pen.h"
#include "report/by_cgroup.h"

/*
 * With --by-cgroup: a line for each cgroup, the largest first, or that it is not known.  Lines, or
 * nothing.  0 or -ENOMEM.
 */
int by_cgroup_text__print(const struct pen *pen, const struct report *report);

/* The cgroup of a row, or what it stands for. */
void by_cgroup_text__name(const struct pen *pen, const char *style,
			  const struct by_cgroup_row *row);

#endif
