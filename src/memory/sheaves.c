// SPDX-License-Identifier: GPL-2.0-only
#include "memory/sheaves.h"

#include <errno.h>

#define MOST_SHEAF 1024 /* objects in a sheaf */
#define MOST_BARN  64	/* sheaves in a barn */

/* What has to be done with the sheaf at this address.  0 or an error, which ends it. */
typedef int see_sheaf(void *arg, uint64_t sheaf);

static int each_cpu_sheaf(const struct slub *slub, uint64_t sheaves, see_sheaf *see, void *arg)
{
	const struct slub_layout *l = &slub->layout;
	const uint32_t fields[] = {l->sheaves_main, l->sheaves_spare, l->sheaves_rcu};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t sheaf;
		int err = 0;

		if (!slub__read_word(slub, sheaves + fields[i], &sheaf) && sheaf)
			err = see(arg, sheaf);
		if (err)
			return err;
	}
	return 0;
}

/* The barn of a node, or 0. */
static uint64_t barn_of(const struct slub *slub, uint64_t cache, uint32_t i)
{
	const struct slub_layout *l = &slub->layout;
	uint32_t step = i * l->node_step;
	uint64_t node, barn;

	if (l->cache_barn != SLUB_NONE)
		return slub__read_word(slub, cache + l->cache_barn + step, &barn) ? 0 : barn;
	if (slub__read_word(slub, cache + l->cache_node + step, &node) || !node)
		return 0;
	return slub__read_word(slub, node + l->node_barn, &barn) ? 0 : barn;
}

/* The sheaves in a list of a barn. */
static int each_listed_sheaf(const struct slub *slub, uint64_t head, see_sheaf *see, void *arg)
{
	uint64_t entry;

	if (slub__read_word(slub, head, &entry))
		return 0;
	for (int i = 0; i < MOST_BARN && entry != head; i++) {
		int err = see(arg, entry - slub->layout.sheaf_list);

		if (err)
			return err;
		if (slub__read_word(slub, entry, &entry))
			return 0;
	}
	return 0;
}

/* The sheaves in the barns of a cache.  list: slub_layout.barn_full or barn_empty. */
static int each_barn_sheaf(const struct slub *slub, uint64_t cache, uint32_t list, see_sheaf *see,
			   void *arg)
{
	int err = 0;

	for (uint32_t i = 0; i < slub->nr_nodes && !err; i++) {
		uint64_t barn = barn_of(slub, cache, i);

		if (barn)
			err = each_listed_sheaf(slub, barn + list, see, arg);
	}
	return err;
}

bool sheaves__have(const struct slub *slub, uint64_t object)
{
	return idmap__find(&slub->in_sheaf, idmap__mix(object)) != IDMAP_NONE;
}

/* Note what lies in the sheaf: objects that their users have freed. */
static int read_sheaf(void *arg, uint64_t sheaf)
{
	struct slub *slub = arg;
	const struct slub_layout *l = &slub->layout;
	uint64_t objects[MOST_SHEAF];
	uint32_t nr;

	if (slub__read_half(slub, sheaf + l->sheaf_size, &nr) || !nr || nr > MOST_SHEAF)
		return 0;
	if (slub->read(slub->arg, sheaf + l->sheaf_objects, objects, nr * sizeof(*objects)))
		return 0;
	for (uint32_t i = 0; i < nr; i++) {
		if (!sheaves__have(slub, objects[i]) &&
		    idmap__add(&slub->in_sheaf, idmap__mix(objects[i]), 0))
			return -ENOMEM;
	}
	return 0;
}

int sheaves__read(struct slub *slub, struct slub_cache *cache)
{
	int err = 0;

	if (cache->sheaves_read || !cache->sheaves)
		return 0;
	cache->sheaves_read = true;
	for (uint32_t i = 0; i < slub__nr_online(slub) && !err; i++)
		err = each_cpu_sheaf(slub, slub__on_cpu(slub, cache->sheaves, i), read_sheaf, slub);
	return err ? err
		   : each_barn_sheaf(slub, cache->address, slub->layout.barn_full, read_sheaf,
				     slub);
}

struct sheaf_count {
	const struct slub *slub;
	uint64_t objects;
};

static int count_sheaf(void *arg, uint64_t sheaf)
{
	struct sheaf_count *count = arg;
	uint32_t nr;

	if (!slub__read_half(count->slub, sheaf + count->slub->layout.sheaf_size, &nr) &&
	    nr <= MOST_SHEAF)
		count->objects += nr;
	return 0;
}

uint64_t sheaves__count(const struct slub *slub, const struct slub_cache *cache)
{
	struct sheaf_count count = {.slub = slub};

	if (!cache->sheaves)
		return 0;
	for (uint32_t i = 0; i < slub__nr_online(slub); i++)
		each_cpu_sheaf(slub, slub__on_cpu(slub, cache->sheaves, i), count_sheaf, &count);
	each_barn_sheaf(slub, cache->address, slub->layout.barn_full, count_sheaf, &count);
	return count.objects;
}

struct sheaf_walk {
	const struct slub *slub;
	uint64_t cache;
	uint32_t capacity;
	int (*see)(void *arg, uint64_t start, uint64_t end);
	void *arg;
};

static int show_objects(void *arg, uint64_t sheaf)
{
	const struct sheaf_walk *walk = arg;
	const struct slub_layout *l = &walk->slub->layout;
	uint64_t cache, start = sheaf + l->sheaf_objects;

	if (slub__read_word(walk->slub, sheaf + l->sheaf_cache, &cache) || cache != walk->cache)
		return 0; /* it has become something else */
	return walk->see(walk->arg, start, start + walk->capacity * sizeof(uint64_t));
}

static int show_sheaves(void *arg, uint64_t cache)
{
	struct sheaf_walk *walk = arg;
	const struct slub *slub = walk->slub;
	const struct slub_layout *l = &slub->layout;
	uint64_t sheaves;
	int err = 0;

	walk->cache = cache;
	if (slub__read_word(slub, walk->cache + l->cache_sheaves, &sheaves) || !sheaves ||
	    slub__read_half(slub, walk->cache + l->cache_capacity, &walk->capacity) ||
	    walk->capacity > MOST_SHEAF)
		return 0;
	/* of every CPU: an empty one still has what stood in it */
	for (uint32_t cpu = 0; cpu < slub->nr_cpus && !err; cpu++)
		err = each_cpu_sheaf(slub, sheaves + slub->cpu_offsets[cpu], show_objects, walk);
	if (!err)
		err = each_barn_sheaf(slub, walk->cache, l->barn_full, show_objects, walk);
	if (!err)
		err = each_barn_sheaf(slub, walk->cache, l->barn_empty, show_objects, walk);
	return err;
}

int sheaves__each(const struct slub *slub, uint64_t cache,
		  int (*see)(void *arg, uint64_t start, uint64_t end), void *arg)
{
	const struct slub_layout *l = &slub->layout;
	struct sheaf_walk walk = {.slub = slub, .see = see, .arg = arg};

	if (l->cache_sheaves == SLUB_NONE || l->cache_capacity == SLUB_NONE ||
	    l->sheaf_cache == SLUB_NONE)
		return 0;
	/* The list's head: no sheaf says that it belongs to what stands around it. */
	return slub_cache__each(slub, cache, show_sheaves, &walk);
}
