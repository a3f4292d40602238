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

/* Print it by `render`, with this --top. */
static __attribute__((unused)) int
golden_print_list(uint32_t top, int (*render)(const struct charge_list *list, FILE *out), FILE *out)
{
	struct memcgs memcgs = golden_memcgs();
	struct charge_walk walk = golden_walk();
	struct charge_list of = golden_list(&memcgs, &walk);
	int err;

	of.top = top;
	err = render(&of, out);
	charge_list__free(&of);
	charge_walk__free(&walk);
	return err;
}

#endif
