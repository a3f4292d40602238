// SPDX-License-Identifier: GPL-2.0-only
#include "report/sparks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_HEIGHT (1.0 / 16) /* of the highest point */

static void push(struct spark *spark, double value)
{
	if (spark->nr == SPARKS_POINTS) {
		memmove(spark->value, spark->value + 1,
			(SPARKS_POINTS - 1) * sizeof(*spark->value));
		spark->nr--;
	}
	spark->value[spark->nr++] = value;
}

static int enter_sites(struct sparks *to, const struct sparks *from, const struct report *report)
{
	int err = 0;

	to->list = calloc(report->nr_sites, sizeof(*to->list));
	if (!to->list)
		return report->nr_sites ? -ENOMEM : 0;
	for (size_t i = 0; i < report->nr_sites && !err; i++) {
		const struct report_site *site = &report->sites[i];
		const struct spark *before = sparks__of(from, site->id);

		if (sparks__of(to, site->id))
			continue;
		err = idmap__add(&to->map, site->id, to->nr);
		if (before)
			to->list[to->nr] = *before;
		push(&to->list[to->nr++], (double)site->bytes);
	}
	return err;
}

int sparks__enter(struct sparks *sparks, const struct report *report)
{
	struct sparks next = {};
	int err = enter_sites(&next, sparks, report);

	if (err) {
		sparks__free(&next);
		return err;
	}
	memcpy(next.classes, sparks->classes, sizeof(next.classes));
	for (size_t i = 0; i < report->nr_ledger && i < SPARKS_CLASSES; i++)
		push(&next.classes[i], (double)report->ledger[i].kernel_delta_bytes);
	sparks__free(sparks);
	*sparks = next;
	return 0;
}

const struct spark *sparks__of(const struct sparks *sparks, uint64_t id)
{
	uint32_t number = idmap__find(&sparks->map, id);

	return number == IDMAP_NONE ? NULL : &sparks->list[number];
}

int spark__level(const struct spark *spark, size_t shown, size_t point)
{
	size_t first = spark->nr > shown ? spark->nr - shown : 0;
	double low = spark->value[first], high = low, height, most = 0;

	for (size_t i = first; i < spark->nr; i++) {
		low = fmin(low, spark->value[i]);
		high = fmax(high, spark->value[i]);
		most = fmax(most, fabs(spark->value[i]));
	}
	height = fmax(high - low, most * LEAST_HEIGHT);
	if (!(height > 0))
		return 0;
	return (int)lround((spark->value[point] - low) / height * (SPARKS_LEVELS - 1));
}

void sparks__free(struct sparks *sparks)
{
	idmap__free(&sparks->map);
	free(sparks->list);
	*sparks = (struct sparks){};
}
