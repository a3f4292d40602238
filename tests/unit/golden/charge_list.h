/* SPDX-License-Identifier: GPL-2.0-only */
/* A list of cgroups that the renderers are tested with. */
#ifndef KLEAK_UNIT_GOLDEN_CHARGE_LIST_H
#define KLEAK_UNIT_GOLDEN_CHARGE_LIST_H

#include "golden/charges.h"

static struct charge_list golden_list(const struct memcgs *memcgs, const struct charge_walk *walk)
{
	struct charge_list list = {.memcgs = memcgs,
				   .walk = walk,
				   .time = {1763906605, 123456789},
				   .kernel = "6.12.0-amd64",
				   .seconds = 0.25};

	assert_int_equal(charge_list__make(&list), 0);
	return list;
}

#endif
