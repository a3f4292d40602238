/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that programs read at any moment, written anew: chains of frames, and what is present. */
#ifndef KLEAK_TRACE_PUBLISH_H
#define KLEAK_TRACE_PUBLISH_H

#include "kleak.h"
#include "trace/chains.h"

#include <stddef.h>
#include <stdint.h>

/* Where the programs read. */
struct publish_tables {
	struct kleak_chain *chains; /* KLEAK_CHAINS */
	struct kleak_control *control;
	const uint32_t *presence; /* nr of them */
	uint32_t *present[2];	  /* a bit of each, twice: the programs look at one */
	size_t nr;
	/* Wait until every program that runs now has ended. */
	void (*wait)(void *arg);
	void *arg;
};

/*
 * Replace the chains: no program ever finds one that is half another one's, nor looks for it by
 * another seed than it was placed by.
 */
void publish__chains(const struct publish_tables *tables, const struct chains *wanted);

/* Make the other set of bits of what is present anew, and have the programs look at that. */
void publish__present(const struct publish_tables *tables);

#endif
