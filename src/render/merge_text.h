/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports of several machines, merged, for people. */
#ifndef KLEAK_RENDER_MERGE_TEXT_H
#define KLEAK_RENDER_MERGE_TEXT_H

#include "report/merge.h"

#include <stdbool.h>
#include <stdio.h>

/* 0, or -EIO when `out` failed. */
int merge_text__print(const struct merge *merge, bool color, FILE *out);

#endif
