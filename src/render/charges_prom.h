/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What memory cgroups are charged with as metrics, in Prometheus' text format: kleak_charged_...,
 * by path.
 */
#ifndef KLEAK_RENDER_CHARGES_PROM_H
#define KLEAK_RENDER_CHARGES_PROM_H

#include "memory/charge_list.h"

#include <stdio.h>

#define CHARGES_PROM_MOST 500 /* cgroups: the first ones */

/*
 * Print the first list->top cgroups, CHARGES_PROM_MOST at most, that are alive; dead ones have no
 * path of their own: they are a sum.  0, or -EIO when `out` failed.
 */
int charges_prom__print(const struct charge_list *list, FILE *out);

#endif
