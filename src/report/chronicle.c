// SPDX-License-Identifier: GPL-2.0-only
#include "report/chronicle.h"

static void halve(struct chronicle *c)
{
	for (size_t i = 0; i < CHRONICLE_CLASSES; i++) {
		growth__halve(&c->kernel[i]);
		growth__halve(&c->traced[i]);
	}
	growth__halve(&c->available);
}

void chronicle__enter(struct chronicle *c, const struct report *report)
{
	bool halved;
	size_t point = growth__tick(&c->clock, report->elapsed_s, &halved);

	if (halved)
		halve(c);
	for (size_t i = 0; i < report->nr_ledger && i < CHRONICLE_CLASSES; i++) {
		c->kernel[i].value[point] = (double)report->ledger[i].kernel_delta_bytes;
		c->traced[i].value[point] = (double)report->ledger[i].traced_bytes;
	}
	c->available.value[point] = (double)report->meminfo_delta[MEMINFO_MEM_AVAILABLE];
	c->reports++;
}
