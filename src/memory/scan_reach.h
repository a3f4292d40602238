/* SPDX-License-Identifier: GPL-2.0-only */
/* What objects reach over others: the end of a scan. */
#ifndef KLEAK_MEMORY_SCAN_REACH_H
#define KLEAK_MEMORY_SCAN_REACH_H

#include "memory/scan.h"

/* As scan__finish(). */
int scan_reach__all(struct scan *scan);

#endif
