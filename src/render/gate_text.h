/* SPDX-License-Identifier: GPL-2.0-only */
/* What `kleak check` says: one sentence, and performance data, as monitoring plugins print them. */
#ifndef KLEAK_RENDER_GATE_TEXT_H
#define KLEAK_RENDER_GATE_TEXT_H

#include "judge/gate.h"

#include <stdio.h>

/* The sentence alone, "KLEAK OK: ...", cut to len. */
void gate_text__sentence(const struct gate_result *result, char *text, size_t len);

/* The sentence, performance data and a newline.  0, or -EIO when `out` failed. */
int gate_text__print(const struct gate_result *result, FILE *out);

#endif
