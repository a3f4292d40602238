// SPDX-License-Identifier: GPL-2.0-only
#include "render/weight.h"
#include "report/report.h"

#include <math.h>

uint64_t weight__of(const struct report_site *site, enum weight weight)
{
	switch (weight) {
	case WEIGHT_OBJECTS:
		return site->objects;
	case WEIGHT_UNREFERENCED:
		return site->unreferenced_bytes;
	case WEIGHT_GROWTH:
		if (!(site->growth_bytes_per_min >= 0.5))
			return 0;
		if (site->growth_bytes_per_min >= (double)INT64_MAX)
			return INT64_MAX;
		return (uint64_t)llround(site->growth_bytes_per_min);
	default:
		return site->bytes;
	}
}

const char *weight__title(enum weight weight)
{
	static const char *const titles[] = {
		[WEIGHT_BYTES] = "outstanding bytes",
		[WEIGHT_OBJECTS] = "outstanding objects",
		[WEIGHT_GROWTH] = "growth in bytes a minute",
		[WEIGHT_UNREFERENCED] = "bytes that nothing refers to",
	};

	return titles[weight];
}

struct pen_number weight__human(double amount, enum weight weight)
{
	struct pen_number number = pen__human(amount, weight == WEIGHT_GROWTH), n;

	if (weight == WEIGHT_OBJECTS) {
		snprintf(n.text, sizeof(n.text), amount < 1e15 ? "%.0f" : "%.3g", amount);
		return n;
	}
	if (weight == WEIGHT_GROWTH) {
		snprintf(n.text, sizeof(n.text), "%.*s/min", PEN_NUMBER - 5, number.text);
		return n;
	}
	return number;
}
