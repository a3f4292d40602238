/* SPDX-License-Identifier: GPL-2.0-only */
/* The same as JSON: the `lines` of a diagnosis; tests/unit/diagnosis.schema.json describes them */
#ifndef KLEAK_RENDER_LINES_JSON_H
#define KLEAK_RENDER_LINES_JSON_H

#include "report/diagnosis.h"

#include <jansson.h>

/* null where the kernel does not count by line.  NULL: memory is short. */
json_t *lines_json__of(const struct diagnosis *diagnosis);

#endif
