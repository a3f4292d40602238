/* SPDX-License-Identifier: GPL-2.0-only */
/* Results of `kleak check` that the renderers print. */
#ifndef KLEAK_GOLDEN_GATES_H
#define KLEAK_GOLDEN_GATES_H

#include "golden.h"

#include "judge/gate.h"

#define MIB_PER_H(n) ((n)*1048576.0 / 3600)

static const struct gate_finding golden_size = {
	.subject = GATE_UNRECLAIMABLE,
	.kind = GATE_SIZE,
	.known = true,
	.value = 327155712,
	.low = 327155712,
	.high = 327155712,
	.warn = NAN,
	.max = 5368709120,
};

static const struct gate_finding golden_growth = {
	.subject = GATE_KERNEL,
	.kind = GATE_GROWTH,
	.known = true,
	.value = MIB_PER_H(10),
	.low = MIB_PER_H(-5),
	.high = MIB_PER_H(20),
	.warn = MIB_PER_H(80),
	.max = MIB_PER_H(100),
};

/* Two findings in that state. */
static __attribute__((unused)) struct gate_result golden_gate(enum gate_state state)
{
	struct gate_result result = {
		.state = state,
		.nr = 2,
		.readings = 31,
		.elapsed_s = 30.004,
		.total_bytes = 16 * (1ULL << 30),
		.zones = true,
	};
	struct gate_finding *size = &result.findings[0], *growth = &result.findings[1];

	*size = golden_size;
	*growth = golden_growth;
	growth->state = state;
	if (state == GATE_CRITICAL)
		size->state = GATE_CRITICAL;
	if (state == GATE_CRITICAL || state == GATE_WARNING)
		growth->low = growth->max * 0.9;
	if (state == GATE_CRITICAL)
		growth->low = growth->max * 2;
	if (state == GATE_UNKNOWN)
		growth->high = growth->max * 3;
	return result;
}

#endif
