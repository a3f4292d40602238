/* SPDX-License-Identifier: GPL-2.0-only */
/* What `kleak check` found, as one line of JSON; tests/unit/check.schema.json describes it. */
#ifndef KLEAK_RENDER_GATE_JSON_H
#define KLEAK_RENDER_GATE_JSON_H

#include "judge/gate.h"

#include <stdio.h>
#include <time.h>

/* time: CLOCK_REALTIME; kernel: its release.  0, -ENOMEM, or -EIO when `out` failed. */
int gate_json__print(const struct gate_result *result, const struct timespec *time,
		     const char *kernel, FILE *out);

#endif
