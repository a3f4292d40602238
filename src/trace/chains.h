/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chains of frames for the programs to compare in one go (bpf/steps.h, bpf/chain.bpf.h), made of
 * the stacks that were seen and the steps that were learnt.  Pure.
 *
 * Return addresses are the nodes of a graph.  A chain goes on as long as frames have had only one
 * caller, so that stacks share chains, and which one follows is told by the next return address.
 * It ends, too, where a function aligns its frame and so lies at two distances from its callers.
 */
#ifndef KLEAK_TRACE_CHAINS_H
#define KLEAK_TRACE_CHAINS_H

#include "steps.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

struct chains {
	struct kleak_chain *table; /* KLEAK_CHAINS, by chain_slot(); `recent` is 0 */
	uint64_t seed;		   /* of it; 0: nothing made yet */
	uint32_t sites;		   /* of how many the stacks are chains all the way */
	uint32_t nr;		   /* of chains in the table */
	struct chains_node *nodes;
	struct chains_made *made;
	struct chains_stack *stacks;
	size_t nr_nodes, room_nodes, nr_made, room_made, nr_stacks, room_stacks;
	struct idmap node_of; /* address -> index in nodes */
	struct idmap made_of; /* tag -> index in made */
};

struct chains_source {
	const struct kleak_site *sites;
	const struct kleak_tally *tallies; /* [lane * nr_sites + site] */
	uint32_t nr_sites;
	uint32_t nr_lanes;
	const struct kleak_step *steps; /* KLEAK_STEPS */
};

/*
 * Make the table anew; *chains is all zeros the first time.  Most often allocating sites come
 * first where there is not room for all.  0 or -ENOMEM.
 */
int chains__make(struct chains *chains, const struct chains_source *source);

void chains__free(struct chains *chains);

#endif
