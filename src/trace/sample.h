/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many objects each recorded object stands for when only a sample is recorded.
 *
 * An object is recorded if a hash of its address says so, one address in `weight`.  Every object
 * has the same chance whatever it is, so weight times what is recorded is an unbiased
 * estimate, of objects as of bytes, and its variance is (weight^2 - weight) times the sum of the
 * recorded squares (Horvitz and Thompson 1952, for independent choices).
 */
#ifndef KLEAK_TRACE_SAMPLE_H
#define KLEAK_TRACE_SAMPLE_H

#include "trace/snapshot.h"

#include <stdint.h>

/*
 * Make estimates of the sites of `snapshot`, of which one address in `weight` is recorded; the sum
 * of all stays what was recorded.
 */
void sample__estimate(struct snapshot *snapshot, uint32_t weight);

/* Standard error of an estimate; squares: sum of the squares of what was recorded. */
double sample__error(uint32_t weight, double squares);

#endif
