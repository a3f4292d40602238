// SPDX-License-Identifier: GPL-2.0-only
#include "trace/chains.h"
#include "util/array.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WORD sizeof(uint64_t)

#define MOST_FRAMES (KLEAK_CHAIN_PLACES + 1) /* of a chain, without `start` */

#define SEEDS	  16   /* tried */
#define LOST_MOST 1024 /* one in so many allocations may lose its chain before others are tried */

#define SEVERAL UINT64_MAX /* callers */
#define NOBODY	1	   /* the outermost frame, as if it were one */

struct chains_node {
	uint64_t address;
	uint64_t way; /* 0: not known */
	uint64_t caller;
	uint64_t distance; /* words to the next frame: of the first stack that has it */
	bool varies;	   /* that is another one in another stack */
};

struct chains_made {
	struct kleak_chain chain;
	uint64_t weight; /* allocations of the sites that need it */
};

/* A site whose stack can be followed. */
struct chains_stack {
	const struct kleak_site *site;
	uint64_t weight;
};

static uint64_t find_way(const struct kleak_step *steps, uint64_t address)
{
	const struct kleak_step *step = &steps[step_set(address)];
	uint64_t way = 0;

	for (int i = 0; i < KLEAK_STEP_WAYS && !way; i++)
		way = step_way(&step[i], address);
	return way;
}

static bool is_top(uint64_t way)
{
	return step_flags(way) & STEP_TOP_SURE && step_top(way);
}

static bool is_plain(uint64_t way)
{
	return !is_top(way) && (step_flags(way) & STEP_SEEN) == STEP_SEEN && step_delta(way);
}

static bool cuts(uint64_t way)
{
	return step_flags(way) & STEP_CUTS;
}

/* May the outermost frame be followed to, and does unwind() know that it is the outermost? */
static bool is_outermost(uint64_t way)
{
	return cuts(way) || step_end(way);
}

/* The node of `address`: its index, or -ENOMEM. */
static int64_t node_at(struct chains *chains, const struct kleak_step *steps, uint64_t address)
{
	uint32_t i = idmap__find(&chains->node_of, idmap__mix(address));

	if (i != IDMAP_NONE)
		return i;
	if (array__reserve((void **)&chains->nodes, chains->nr_nodes + 1, &chains->room_nodes,
			   sizeof(*chains->nodes)) ||
	    idmap__add(&chains->node_of, idmap__mix(address), chains->nr_nodes))
		return -ENOMEM;
	chains->nodes[chains->nr_nodes] = (struct chains_node){
		.address = address,
		.way = find_way(steps, address),
	};
	return (int64_t)chains->nr_nodes++;
}

static const struct chains_node *node_of(const struct chains *chains, uint64_t address)
{
	return &chains->nodes[idmap__find(&chains->node_of, idmap__mix(address))];
}

static uint64_t allocations_of(const struct chains_source *source, uint32_t site)
{
	uint64_t allocations = 0;

	for (uint32_t lane = 0; lane < source->nr_lanes; lane++)
		allocations += source->tallies[(size_t)lane * source->nr_sites + site].allocations;
	return allocations;
}

/* Words from frame k to the next one: in this stack, or else in all; 0: not known. */
static uint64_t distance_of(const struct kleak_site *site, uint32_t k, uint64_t way)
{
	if (site->distance[k] & KLEAK_DISTANCE_SURE)
		return site->distance[k] & KLEAK_DISTANCE_MOST;
	return is_plain(way) ? step_delta(way) : 0;
}

/* Are all the steps of this stack known?  1, 0 or -ENOMEM. */
static int is_known(struct chains *chains, const struct chains_source *source,
		    const struct kleak_site *site, uint32_t nr)
{
	if (site->whole || nr < 2 || nr > KLEAK_MAX_FRAMES ||
	    !find_way(source->steps, base_of(site->frames[0])))
		return 0;
	for (uint32_t k = 0; k < nr; k++) {
		int64_t i = node_at(chains, source->steps, site->frames[k]);
		uint64_t way;

		if (i < 0)
			return (int)i;
		way = chains->nodes[i].way;
		if (k + 1 == nr
			    ? !is_outermost(way)
			    : is_outermost(way) || !(is_top(way) ? k : distance_of(site, k, way)))
			return 0;
	}
	return 1;
}

static int compare_stacks(const void *a, const void *b)
{
	const struct chains_stack *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->site < y->site ? -1 : x->site > y->site;
}

/* The stacks that can be followed, those of most allocations first; and who calls whom. */
static int collect(struct chains *chains, const struct chains_source *source)
{
	for (uint32_t i = KLEAK_SITE_NONE + 1; i < source->nr_sites; i++) {
		const struct kleak_site *site = &source->sites[i];
		uint32_t nr = __atomic_load_n(&site->nr_frames, __ATOMIC_ACQUIRE);
		uint64_t weight = nr ? allocations_of(source, i) : 0;
		int known = weight ? is_known(chains, source, site, nr) : 0;

		if (known < 0)
			return known;
		if (!known)
			continue;
		if (array__reserve((void **)&chains->stacks, chains->nr_stacks + 1,
				   &chains->room_stacks, sizeof(*chains->stacks)))
			return -ENOMEM;
		chains->stacks[chains->nr_stacks++] = (struct chains_stack){site, weight};
		for (uint32_t k = 0; k < nr; k++) {
			uint64_t caller = k + 1 < nr ? site->frames[k + 1] : NOBODY, distance;
			struct chains_node *node =
				&chains->nodes[node_at(chains, source->steps, site->frames[k])];

			node->caller = !node->caller || node->caller == caller ? caller : SEVERAL;
			distance = distance_of(site, k, node->way);
			if (!node->distance)
				node->distance = distance;
			node->varies |= node->distance != distance;
		}
	}
	if (chains->nr_stacks)
		qsort(chains->stacks, chains->nr_stacks, sizeof(*chains->stacks), compare_stacks);
	return 0;
}

/* The last frame of the chain that begins with frame `from`. */
static uint32_t last_of(const struct chains *chains, const struct kleak_site *site, uint32_t from)
{
	uint32_t to = from + 1;

	while (to + 1 < site->nr_frames) {
		const struct chains_node *node = node_of(chains, site->frames[to]);
		bool top = is_top(node->way);

		if (to - from == MOST_FRAMES)
			return top ? to - 1 : to; /* where the next one lies must be certain */
		if ((node->caller == SEVERAL || node->varies) && !top)
			return to;
		to++;
		if (top)
			return to;
	}
	return to;
}

/* The chain of the frames after `from`, up to `to`.  False: they cannot be one. */
static bool make_chain(const struct chains *chains, const struct kleak_site *site, uint32_t from,
		       uint32_t to, struct kleak_chain *chain)
{
	const struct chains_node *node = node_of(chains, site->frames[from]);
	uint64_t offset = 0; /* of frame k from frame `from` */
	bool top = false, last = to + 1 == site->nr_frames;

	if (is_top(node->way))
		return false;
	*chain = (struct kleak_chain){
		.tag = chain_tag(site->frames[from], site->frames[from + 1],
				 distance_of(site, from, node->way) * WORD),
		.power = 1,
		.nr = to - from,
	};
	for (uint32_t k = from + 1; k <= to; k++) {
		chain->before = offset;
		chain->sum = (chain->sum + site->frames[k]) * KLEAK_FRAME_HASH;
		chain->power *= KLEAK_FRAME_HASH;
		/* only the last one may lie at a distance from the stack's end */
		top = is_top(node->way);
		offset = top ? -(uint64_t)step_top(node->way) * WORD
			     : offset + distance_of(site, k - 1, node->way) * WORD;
		if (!top && (offset <= chain->before || offset > UINT16_MAX))
			return false;
		if (k < to)
			chain->place[k - from - 1] = offset;
		node = node_of(chains, site->frames[k]);
	}
	chain->last = offset;
	chain->from_end = top ? UINT16_MAX : 0;
	if (!last) {
		chain->next = distance_of(site, to, node->way) * WORD;
	} else if (!cuts(node->way)) {
		chain->end = step_end(node->way) * WORD;
		chain->ended = UINT16_MAX;
	}
	return true;
}

static bool make_base(const struct chains_source *source, const struct chains *chains,
		      const struct kleak_site *site, struct kleak_chain *chain)
{
	uint64_t way = find_way(source->steps, base_of(site->frames[0]));
	uint64_t places[KLEAK_CHAIN_BASES] = {step_delta(way), step_top(way), step_end(way)};

	*chain = (struct kleak_chain){
		.tag = chain_tag(site->frames[0], 0, 0),
		.next = distance_of(site, 0, node_of(chains, site->frames[0])->way) * WORD,
	};
	for (uint32_t i = 0; i < KLEAK_CHAIN_BASES; i++)
		chain->place[i] = places[i] * WORD;
	return places[0];
}

/* Keep the chain if it is new.  0 or -ENOMEM. */
static int keep(struct chains *chains, const struct kleak_chain *chain, uint64_t weight)
{
	uint32_t i = idmap__find(&chains->made_of, idmap__mix(chain->tag));

	if (i != IDMAP_NONE) {
		struct chains_made *made = &chains->made[i];

		made->weight += weight;
		if (chain->next != made->chain.next && !made->chain.other)
			made->chain.other = chain->next;
		return 0;
	}
	if (array__reserve((void **)&chains->made, chains->nr_made + 1, &chains->room_made,
			   sizeof(*chains->made)) ||
	    idmap__add(&chains->made_of, idmap__mix(chain->tag), chains->nr_made))
		return -ENOMEM;
	chains->made[chains->nr_made++] = (struct chains_made){*chain, weight};
	return 0;
}

/* The chains of one stack. */
static int cut(struct chains *chains, const struct chains_source *source,
	       const struct chains_stack *stack)
{
	struct kleak_chain made[1 + KLEAK_CHAINS_MOST];
	uint32_t from = 0, nr = 1;

	if (!make_base(source, chains, stack->site, &made[0]))
		return 0;
	while (from + 1 < stack->site->nr_frames) {
		uint32_t to = last_of(chains, stack->site, from);

		if (nr == 1 + KLEAK_CHAINS_MOST ||
		    !make_chain(chains, stack->site, from, to, &made[nr++]))
			return 0;
		from = to;
	}
	for (uint32_t i = 0; i < nr; i++) {
		int err = keep(chains, &made[i], stack->weight);

		if (err)
			return err;
	}
	chains->sites++;
	return 0;
}

static int compare_made(const void *a, const void *b)
{
	const struct chains_made *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight < y->weight ? 1 : -1;
	return x->chain.tag < y->chain.tag ? -1 : x->chain.tag > y->chain.tag;
}

/* Put them into the table, the first ones first: the weight of those that found no room. */
static uint64_t place(struct chains *chains, uint64_t seed)
{
	uint64_t lost = 0;

	memset(chains->table, 0, KLEAK_CHAINS * sizeof(*chains->table));
	chains->nr = 0;
	for (size_t i = 0; i < chains->nr_made; i++) {
		const struct chains_made *made = &chains->made[i];
		uint32_t slot = chain_slot(made->chain.tag, seed);

		if (chains->table[slot].tag)
			slot ^= 1;
		if (slot < 2 || chains->table[slot].tag) {
			lost += made->weight;
			continue;
		}
		chains->table[slot] = made->chain;
		chains->nr++;
	}
	chains->seed = seed;
	return lost;
}

/* The seed that has served so far, or the best of several. */
static void place_all(struct chains *chains)
{
	uint64_t total = 0, least = UINT64_MAX, best = 0, seed = KLEAK_STEP_HASH;

	for (size_t i = 0; i < chains->nr_made; i++)
		total += chains->made[i].weight;
	if (chains->seed && place(chains, chains->seed) <= total / LOST_MOST)
		return;
	for (int i = 0; i < SEEDS && least; i++, seed = (seed * seed + KLEAK_STEP_HASH) | 1) {
		uint64_t lost = place(chains, seed);

		if (lost >= least)
			continue;
		least = lost;
		best = seed;
	}
	if (chains->seed != best)
		place(chains, best);
}

static void forget(struct chains *chains)
{
	chains->sites = 0;
	chains->nr_nodes = 0;
	chains->nr_made = 0;
	chains->nr_stacks = 0;
	idmap__clear(&chains->node_of);
	idmap__clear(&chains->made_of);
}

int chains__make(struct chains *chains, const struct chains_source *source)
{
	int err;

	if (!chains->table)
		chains->table = calloc(KLEAK_CHAINS, sizeof(*chains->table));
	if (!chains->table)
		return -ENOMEM;
	forget(chains);
	err = collect(chains, source);
	for (size_t i = 0; i < chains->nr_stacks && !err; i++)
		err = cut(chains, source, &chains->stacks[i]);
	if (err)
		return err;
	if (chains->nr_made)
		qsort(chains->made, chains->nr_made, sizeof(*chains->made), compare_made);
	place_all(chains);
	return 0;
}

void chains__free(struct chains *chains)
{
	free(chains->table);
	free(chains->nodes);
	free(chains->made);
	free(chains->stacks);
	idmap__free(&chains->node_of);
	idmap__free(&chains->made_of);
	memset(chains, 0, sizeof(*chains));
}
