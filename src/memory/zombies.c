// SPDX-License-Identifier: GPL-2.0-only
#include "memory/zombies.h"
#include "memory/ram_walk.h"
#include "memory/slub.h"
#include "memory/vmemmap.h"
#include "util/best.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SINCE_BOOT_S 300 /* include/linux/jiffies.h: INITIAL_JIFFIES, before 2^32 */

/* ---- the list ---- */

static const struct memcg *memcg_of(const struct zombies *zombies, const struct zombie *zombie)
{
	return &zombies->memcgs->list[zombie->memcg];
}

static bool is_larger(const void *a, const void *b)
{
	return ((const struct zombie_file *)a)->bytes > ((const struct zombie_file *)b)->bytes;
}

/* Give each its pages and largest files; at[]: its place in the list, by memcg. */
static void add_files(struct zombies *zombies, const uint32_t *at)
{
	for (uint32_t i = 0; i < zombies->walk->nr_files; i++) {
		const struct charge_file *file = &zombies->walk->files[i];
		struct zombie *zombie = &zombies->list[at[file->memcg]];
		const struct zombie_file its = {.kind = file->kind,
						.mapping = file->mapping,
						.pages = file->pages,
						.bytes = file->bytes};

		zombie->all_files += file->mapping != 0;
		best__keep(zombie->files, &zombie->nr_files, ZOMBIES_FILES, sizeof(its), &its,
			   is_larger);
	}
}

/* References of which nothing is known. */
static int64_t unknown_of(const struct zombies *zombies, const struct zombie *zombie)
{
	const struct memcg *memcg = memcg_of(zombies, zombie);
	uint64_t known = zombie->pages + zombie->sockets + zombie->writebacks + memcg->children +
			 (memcg->swap_entries ? 1 : 0);

	if (memcg->refs < 0)
		return -1;
	return memcg->refs > (int64_t)known ? memcg->refs - (int64_t)known : 0;
}

static void add_total(struct zombies *zombies, struct zombie *zombie)
{
	const struct charge_total *total = charge_sums__of(&zombies->walk->sums, zombie->memcg);

	for (int kind = 0; kind < CHARGE_KINDS; kind++) {
		zombies->total.count[kind] += total->count[kind];
		zombies->total.bytes[kind] += total->bytes[kind];
		zombie->bytes += total->bytes[kind];
		if (kind >= CHARGE_OF_KERNEL)
			zombie->pages += total->count[kind];
	}
	zombie->unknown = unknown_of(zombies, zombie);
}

static int by_bytes(const void *a, const void *b, void *arg)
{
	const struct zombie *x = a, *y = b;
	const struct zombies *zombies = arg;
	const struct memcg *of_x = memcg_of(zombies, x), *of_y = memcg_of(zombies, y);

	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	if (of_x->refs != of_y->refs)
		return of_x->refs > of_y->refs ? -1 : 1;
	return (of_x->serial > of_y->serial) - (of_x->serial < of_y->serial);
}

int zombies__make(struct zombies *zombies)
{
	const struct memcgs *memcgs = zombies->memcgs;
	uint32_t *at = calloc((size_t)memcgs->nr + 1, sizeof(*at));

	zombies->list = calloc((size_t)memcgs->nr_dead + 1, sizeof(*zombies->list));
	if (!at || !zombies->list) {
		free(at);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < memcgs->nr; i++) {
		if (!memcgs->list[i].dead)
			continue;
		at[i] = zombies->nr;
		zombies->list[zombies->nr].memcg = i;
		add_total(zombies, &zombies->list[zombies->nr++]);
	}
	add_files(zombies, at);
	free(at);
	if (zombies->nr)
		qsort_r(zombies->list, zombies->nr, sizeof(*zombies->list), by_bytes, zombies);
	return 0;
}

/* ---- who refers to them ---- */

struct search {
	struct zombies *zombies;
	struct ram *memory;
	struct idmap by_address; /* of those that are looked for: place in the list */
	uint64_t least, most;
};

/* Where in an object of a slab the word stands; SLUB_NONE: in none. */
static uint32_t place_of(const struct search *search, uint64_t address, const char **cache)
{
	uint64_t start, kmem;
	uint32_t size, nr;

	if (ram__kind(search->memory, address, &kmem) != RAM_SLAB ||
	    slub__slab_of(search->memory->slub, address, &start, &size, &nr) || !size)
		return SLUB_NONE;
	*cache = ram__cache_name(search->memory, kmem);
	return (uint32_t)((address - start) % size);
}

static bool is_kmalloc(const char *cache)
{
	return !strncmp(cache, "kmalloc", strlen("kmalloc"));
}

/* Sockets have caches of their own, writebacks have none. */
static void take_reference(struct search *search, uint32_t index, uint64_t address)
{
	const struct charge_layout *l = &search->zombies->walk->charges->layout;
	const char *cache = "";
	uint32_t place = place_of(search, address, &cache);

	if (place == SLUB_NONE)
		return;
	if (place == l->sock_memcg && !is_kmalloc(cache))
		search->zombies->list[index].sockets++;
	if (place == l->writeback_memcg && is_kmalloc(cache))
		search->zombies->list[index].writebacks++;
}

static int see_words(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct search *search = arg;

	for (size_t i = 0; i < nr; i++) {
		uint32_t index;

		if (words[i] < search->least || words[i] > search->most)
			continue;
		index = idmap__find(&search->by_address, idmap__mix(words[i]));
		if (index != IDMAP_NONE)
			take_reference(search, index, address + i * sizeof(*words));
	}
	return 0;
}

static int look_for(struct search *search, uint32_t index)
{
	uint64_t address = memcg_of(search->zombies, &search->zombies->list[index])->address;

	if (address < search->least)
		search->least = address;
	if (address > search->most)
		search->most = address;
	return idmap__add(&search->by_address, idmap__mix(address), index);
}

int zombies__search(struct zombies *zombies, struct ram *memory)
{
	struct search search = {.zombies = zombies, .memory = memory, .least = UINT64_MAX};
	int err = 0;

	for (uint32_t i = 0; i < zombies->nr && !err; i++)
		if (zombies->list[i].unknown)
			err = look_for(&search, i);
	if (!err && search.by_address.nr)
		err = ram_walk__words(memory, see_words, &search);
	idmap__free(&search.by_address);
	for (uint32_t i = 0; i < zombies->nr; i++)
		zombies->list[i].unknown = unknown_of(zombies, &zombies->list[i]);
	return err;
}

/* ---- what is known beside that ---- */

static int name_file(struct zombies *zombies, const struct file_namer *namer,
		     struct zombie_file *file)
{
	struct file_name *name = arena__new(&zombies->names, 1, sizeof(*name));

	if (!name)
		return -ENOMEM;
	file_name__of(namer, file->mapping, name);
	file->name = name;
	return 0;
}

int zombies__name(struct zombies *zombies, const struct file_namer *namer, uint32_t nr)
{
	int err = 0;

	for (uint32_t i = 0; i < zombies->nr && i < nr; i++)
		for (size_t k = 0; k < zombies->list[i].nr_files && !err; k++)
			if (zombies->list[i].files[k].mapping)
				err = name_file(zombies, namer, &zombies->list[i].files[k]);
	return err;
}

void zombies__conclude(struct zombies *zombies)
{
	for (uint32_t i = 0; i < zombies->nr; i++) {
		const struct zombie *zombie = &zombies->list[i];
		const struct memcg *memcg = memcg_of(zombies, zombie);
		const uint64_t *count = charge_sums__of(&zombies->walk->sums, zombie->memcg)->count;

		zombies->kept_by.files += count[CHARGE_FILE] != 0;
		zombies->kept_by.shmem += count[CHARGE_SHMEM] != 0;
		zombies->kept_by.anon += count[CHARGE_ANON] != 0;
		zombies->kept_by.sockets += zombie->sockets != 0;
		zombies->kept_by.writebacks += zombie->writebacks != 0;
		zombies->kept_by.swap += memcg->swap_entries != 0;
		zombies->kept_by.children += memcg->children != 0;
		zombies->kept_by.unknown += zombie->unknown != 0;
	}
}

/* What the slab object at this address takes. */
static uint64_t bytes_at(struct slub *slub, uint64_t address)
{
	uint64_t start;
	uint32_t size, nr;

	return address && !slub__slab_of(slub, address, &start, &size, &nr) ? size : 0;
}

static uint64_t bytes_behind(struct slub *slub, uint64_t at)
{
	uint64_t address;

	return slub__read_word(slub, at, &address) ? 0 : bytes_at(slub, address);
}

void zombies__measure(struct zombies *zombies, struct slub *slub, uint32_t cpus)
{
	const struct charge_layout *l = &zombies->walk->charges->layout;
	const struct memcg *memcg;
	uint32_t nodes = 0;

	if (!zombies->nr)
		return;
	memcg = memcg_of(zombies, &zombies->list[0]);
	slub__begin(slub);
	zombies->size.slab_bytes = bytes_at(slub, memcg->address) + bytes_at(slub, memcg->cgroup) +
				   bytes_at(slub, memcg->node) +
				   bytes_behind(slub, memcg->address + l->css_refs);
	if (l->memcg_stats != SLUB_NONE)
		zombies->size.slab_bytes += bytes_behind(slub, memcg->address + l->memcg_stats);
	for (uint32_t i = 0; i < slub->nr_nodes; i++) {
		uint64_t its = bytes_behind(slub, memcg->address + l->memcg_nodes + i * 8);

		zombies->size.slab_bytes += its;
		nodes += its != 0;
	}
	zombies->size.percpu_bytes =
		(uint64_t)cpus * (l->percpu_stats + nodes * l->percpu_node_stats);
}

double zombies__age(const struct zombies *zombies, const struct memcg *memcg)
{
	double first, age;

	if (!memcg->made_jiffies || !(zombies->jiffy_s > 0))
		return -1;
	first = (double)(1ULL << 32) - SINCE_BOOT_S / zombies->jiffy_s;
	age = zombies->now_s - ((double)memcg->made_jiffies - first) * zombies->jiffy_s;
	if (age > zombies->now_s + 1 || age < -2)
		return -1;
	return age > 0 ? age : 0;
}

void zombies__free(struct zombies *zombies)
{
	free(zombies->list);
	arena__free(&zombies->names);
	zombies->list = NULL;
	zombies->nr = 0;
}
