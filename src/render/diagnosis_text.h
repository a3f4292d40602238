/* SPDX-License-Identifier: GPL-2.0-only */
/* A diagnosis as one page for people, with a block to paste into a bug report. */
#ifndef KLEAK_RENDER_DIAGNOSIS_TEXT_H
#define KLEAK_RENDER_DIAGNOSIS_TEXT_H

#include "report/diagnosis.h"

#include <stdbool.h>
#include <stdio.h>

/* Print the page; `color` allows SGR escapes.  0, or -EIO when `out` failed. */
int diagnosis_text__print(const struct diagnosis *diagnosis, bool color, FILE *out);

#endif
