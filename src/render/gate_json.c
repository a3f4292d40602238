// SPDX-License-Identifier: GPL-2.0-only
#include "render/gate_json.h"
#include "render/gate_text.h"
#include "util/json_value.h"

#include <errno.h>
#include <math.h>

#define SENTENCE 4096
#define MINUTE_S 60

/* Growth is told by the minute, as everywhere. */
static json_t *number(const struct gate_finding *f, double bytes)
{
	return json_value__number(f->kind == GATE_SIZE ? bytes : bytes * MINUTE_S);
}

static json_t *of_known(const struct gate_finding *f, double bytes)
{
	return f->known ? number(f, bytes) : json_null();
}

static json_t *limit(const void *of, size_t i)
{
	const struct gate_finding *f = &((const struct gate_result *)of)->findings[i];

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "name", gate__name(f->subject),
			 "of", f->kind == GATE_SIZE ? "bytes" : "growth", "state",
			 gate__state_name(f->state), "value", of_known(f, f->value), "low",
			 of_known(f, f->low), "high", of_known(f, f->high), "warn",
			 number(f, f->warn), "max", number(f, f->max));
}

int gate_json__print(const struct gate_result *result, const struct timespec *time,
		     const char *kernel, FILE *out)
{
	char text[SENTENCE];

	gate_text__sentence(result, text, sizeof(text));
	return json_value__print(
		json_pack("{s:i, s:s, s:o, s:o, s:s, s:i, s:o, s:o, s:o, s:o, s:o}", "version",
			  JSON_VALUE_VERSION, "type", "check", "time", json_value__time(time),
			  "kernel", json_value__text(kernel), "state",
			  gate__state_name(result->state), "status", (int)result->state, "sentence",
			  json_value__text(text), "elapsed_s",
			  json_value__number(result->elapsed_s), "readings",
			  json_value__count(result->readings), "total_bytes",
			  json_value__count(result->total_bytes), "limits",
			  json_value__array(result->nr, limit, result)),
		out);
}
