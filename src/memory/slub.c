// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slub.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_TRIES   4
#define MOST_PAGES   16	   /* of a slab: order 3 is the most SLUB takes by itself */
#define MOST_OBJECTS 32767 /* of a slab: 15 bits */
#define MOST_SHEAF   1024  /* objects in a sheaf */
#define MOST_BARN    64	   /* sheaves in a barn */
#define MOST_CACHES  256
#define MOST_LISTED  4096 /* caches there are */
#define VOTES	     8
#define LEAST_VOTES  3

struct slub_cache {
	uint64_t address;
	uint64_t random, cpu_slab, sheaves;
	uint32_t size, offset;
	bool known;
	bool sheaves_read;
	bool lists_read;   /* which slabs CPUs work with */
	uint32_t searched; /* since then, how often one of them was looked for */
};

/* The freelist that a CPU keeps for the slab that it works with, without writing it back. */
struct slub_cpu_list {
	uint64_t at; /* address of the struct kmem_cache_cpu; 0: no CPU has the slab */
	uint64_t freelist, tid;
};

struct slub_slab {
	enum {
		PAGE_SLAB,
		PAGE_LARGE, /* large kmalloc */
		PAGE_OTHER, /* in use for something else, or free */
		PAGE_UNKNOWN,
	} kind;
	uint64_t head;	/* its struct page */
	uint64_t start; /* address of its first object */
	uint32_t cache; /* index in slub->caches */
	uint32_t objects;
	size_t bits; /* index in slub->bits: one for each object that is free */
};

/* ---- reading ---- */

static int read_word(const struct slub *slub, uint64_t address, uint64_t *word)
{
	return slub->read(slub->arg, address, word, sizeof(*word));
}

static int read_half(const struct slub *slub, uint64_t address, uint32_t *half)
{
	return slub->read(slub->arg, address, half, sizeof(*half));
}

/* What is more than can be read at once. */
static int read_much(const struct slub *slub, uint64_t address, uint8_t *to, uint64_t len)
{
	int err = 0;

	for (uint64_t n; len && !err; address += n, to += n, len -= n) {
		n = len < KLEAK_READ_MOST ? len : KLEAK_READ_MOST;
		err = slub->read(slub->arg, address, to, n);
	}
	return err;
}

/* How many CPUs may have free objects: those that are dead have given them back. */
static uint32_t nr_online(const struct slub *slub)
{
	return slub->online ? slub->nr_online : slub->nr_cpus;
}

/* Where a per-CPU pointer points on the i-th of them. */
static uint64_t on_cpu(const struct slub *slub, uint64_t pointer, uint32_t i)
{
	return pointer + slub->cpu_offsets[slub->online ? slub->online[i] : i];
}

uint64_t slub__page_of(const struct slub *slub, uint64_t address)
{
	return slub->page_base + address / slub->layout.page_size * slub->layout.page;
}

uint64_t slub__address_of(const struct slub *slub, uint64_t page)
{
	return (page - slub->page_base) / slub->layout.page * slub->layout.page_size;
}

/*
 * include/linux/page-flags.h, _compound_head(): a tail page has bit 0 set.  The rest is the head's
 * address, or, from 7.1 on where struct pages have a size that is a power of two, the mask (ones,
 * then zeros) that makes it of the tail's.
 */
uint64_t slub__head_of(uint64_t page, uint64_t word)
{
	uint64_t zeros;

	if (!(word & 1))
		return page;
	zeros = ~(word - 1);
	return zeros & (zeros + 1) ? word - 1 : page & word;
}

/* ---- caches and sheaves ---- */

/* The index of the cache at `address`, read if it is new; or -ENOMEM. */
static int64_t cache_at(struct slub *slub, uint64_t address)
{
	const struct slub_layout *l = &slub->layout;
	struct slub_cache *cache;
	int err;

	if (slub->last_cache < slub->nr_caches && slub->caches[slub->last_cache].address == address)
		return (int64_t)slub->last_cache;
	for (size_t i = 0; i < slub->nr_caches; i++)
		if (slub->caches[i].address == address)
			return (int64_t)(slub->last_cache = i);
	err = array__reserve((void **)&slub->caches, slub->nr_caches + 1, &slub->room_caches,
			     sizeof(*slub->caches));
	if (err)
		return err;
	cache = &slub->caches[slub->nr_caches];
	*cache = (struct slub_cache){.address = address};
	err = read_half(slub, address + l->cache_size, &cache->size);
	if (!err)
		err = read_half(slub, address + l->cache_offset, &cache->offset);
	if (!err && l->cache_random != SLUB_NONE)
		err = read_word(slub, address + l->cache_random, &cache->random);
	if (!err && l->cache_cpu != SLUB_NONE)
		err = read_word(slub, address + l->cache_cpu, &cache->cpu_slab);
	if (!err && l->cache_sheaves != SLUB_NONE)
		err = read_word(slub, address + l->cache_sheaves, &cache->sheaves);
	cache->known = !err && cache->size && cache->offset + sizeof(uint64_t) <= cache->size;
	return (int64_t)slub->nr_caches++;
}

/* What has to be done with the sheaf at this address.  0 or an error, which ends it. */
typedef int see_sheaf(void *arg, uint64_t sheaf);

static int each_cpu_sheaf(const struct slub *slub, uint64_t sheaves, see_sheaf *see, void *arg)
{
	const struct slub_layout *l = &slub->layout;
	const uint32_t fields[] = {l->sheaves_main, l->sheaves_spare, l->sheaves_rcu};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t sheaf;
		int err = 0;

		if (!read_word(slub, sheaves + fields[i], &sheaf) && sheaf)
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
		return read_word(slub, cache + l->cache_barn + step, &barn) ? 0 : barn;
	if (read_word(slub, cache + l->cache_node + step, &node) || !node)
		return 0;
	return read_word(slub, node + l->node_barn, &barn) ? 0 : barn;
}

/* The sheaves in a list of a barn. */
static int each_listed_sheaf(const struct slub *slub, uint64_t head, see_sheaf *see, void *arg)
{
	uint64_t entry;

	if (read_word(slub, head, &entry))
		return 0;
	for (int i = 0; i < MOST_BARN && entry != head; i++) {
		int err = see(arg, entry - slub->layout.sheaf_list);

		if (err)
			return err;
		if (read_word(slub, entry, &entry))
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

/* Note what lies in the sheaf: objects that their users have freed. */
static int read_sheaf(void *arg, uint64_t sheaf)
{
	struct slub *slub = arg;
	const struct slub_layout *l = &slub->layout;
	uint64_t objects[MOST_SHEAF];
	uint32_t nr;

	if (read_half(slub, sheaf + l->sheaf_size, &nr) || nr > MOST_SHEAF)
		return 0;
	if (slub->read(slub->arg, sheaf + l->sheaf_objects, objects, nr * sizeof(*objects)))
		return 0;
	for (uint32_t i = 0; i < nr; i++) {
		uint64_t id = idmap__mix(objects[i]);

		if (idmap__find(&slub->in_sheaf, id) == IDMAP_NONE &&
		    idmap__add(&slub->in_sheaf, id, 0))
			return -ENOMEM;
	}
	return 0;
}

static int read_sheaves(struct slub *slub, struct slub_cache *cache)
{
	int err = 0;

	if (cache->sheaves_read || !cache->sheaves)
		return 0;
	cache->sheaves_read = true;
	for (uint32_t i = 0; i < nr_online(slub) && !err; i++)
		err = each_cpu_sheaf(slub, on_cpu(slub, cache->sheaves, i), read_sheaf, slub);
	return err ? err
		   : each_barn_sheaf(slub, cache->address, slub->layout.barn_full, read_sheaf,
				     slub);
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

	if (read_word(walk->slub, sheaf + l->sheaf_cache, &cache) || cache != walk->cache)
		return 0; /* it has become something else */
	return walk->see(walk->arg, start, start + walk->capacity * sizeof(uint64_t));
}

static int show_sheaves(struct sheaf_walk *walk)
{
	const struct slub *slub = walk->slub;
	const struct slub_layout *l = &slub->layout;
	uint64_t sheaves;
	int err = 0;

	if (read_word(slub, walk->cache + l->cache_sheaves, &sheaves) || !sheaves ||
	    read_half(slub, walk->cache + l->cache_capacity, &walk->capacity) ||
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

int slub__each_sheaf(const struct slub *slub, uint64_t cache,
		     int (*see)(void *arg, uint64_t start, uint64_t end), void *arg)
{
	const struct slub_layout *l = &slub->layout;
	struct sheaf_walk walk = {.slub = slub, .see = see, .arg = arg};
	uint64_t next = cache + l->cache_list;
	int err = 0;

	if (l->cache_sheaves == SLUB_NONE || l->cache_capacity == SLUB_NONE ||
	    l->sheaf_cache == SLUB_NONE)
		return 0;
	/* The list's head is no cache: no sheaf says that it belongs to what stands around it. */
	for (int i = 0; i < MOST_LISTED && !err; i++) {
		walk.cache = next - l->cache_list;
		err = show_sheaves(&walk);
		if (read_word(slub, next, &next) || next == cache + l->cache_list)
			break;
	}
	return err;
}

/* ---- freelists ---- */

/* A slab's counters (mm/slab.h): inuse:16, objects:15, frozen:1. */
#define OBJECTS 16
#define FROZEN	31

/* What the link in a free object says; CONFIG_SLAB_FREELIST_HARDENED: freelist_ptr_decode(). */
static uint64_t decode(const struct slub *slub, const struct slub_cache *cache, uint64_t object,
		       uint64_t link)
{
	if (slub->layout.cache_random == SLUB_NONE)
		return link;
	return link ^ cache->random ^ __builtin_bswap64(object + cache->offset);
}

static uint64_t *bits_of(struct slub *slub, const struct slub_slab *slab)
{
	return slub->bits + slab->bits;
}

static bool is_marked(struct slub *slub, const struct slub_slab *slab, uint32_t i)
{
	return bits_of(slub, slab)[i / 64] >> i % 64 & 1;
}

/*
 * Mark the objects of the freelist that starts at `object` in `free`: of a slab with
 * `objects` places, which begins at `start` and has this content.  How many, or -EAGAIN if
 * it is no freelist (any more).
 */
static int mark_freelist(const struct slub *slub, const struct slub_cache *cache, uint64_t start,
			 uint32_t objects, const uint8_t *content, uint64_t object, uint64_t *free)
{
	int nr = 0;

	while (object) {
		uint64_t offset = object - start, link;
		uint32_t i = (uint32_t)(offset / cache->size);

		if (offset >= (uint64_t)objects * cache->size || offset % cache->size ||
		    free[i / 64] >> i % 64 & 1)
			return -EAGAIN;
		free[i / 64] |= 1ULL << i % 64;
		nr++;
		memcpy(&link, content + offset + cache->offset, sizeof(link));
		object = decode(slub, cache, object, link);
	}
	return nr;
}

/* The same of a slab whose content has been read. */
static int mark_in_slab(struct slub *slub, const struct slub_slab *slab, uint64_t object)
{
	return mark_freelist(slub, &slub->caches[slab->cache], slab->start, slab->objects,
			     slub->content, object, bits_of(slub, slab));
}

static int read_cpu_list(const struct slub *slub, uint64_t at, struct slub_cpu_list *list,
			 uint64_t *slab)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t words[SLUB_CPU_WORDS];

	if (slub->read(slub->arg, at, words, sizeof(words)))
		return -EFAULT;
	list->at = at;
	list->freelist = words[l->cpu_freelist / sizeof(*words)];
	list->tid = words[l->cpu_tid / sizeof(*words)];
	*slab = words[l->cpu_slab / sizeof(*words)];
	return 0;
}

/* Note that a CPU works with the slab whose struct page is at `slab`. */
static int note_cpu_list(struct slub *slub, uint64_t slab, uint64_t at)
{
	uint32_t index = idmap__find(&slub->by_slab, idmap__mix(slab));
	int err;

	if (index != IDMAP_NONE) {
		slub->cpu_lists[index] = at;
		return 0;
	}
	err = array__reserve((void **)&slub->cpu_lists, slub->nr_cpu_lists + 1,
			     &slub->room_cpu_lists, sizeof(*slub->cpu_lists));
	if (!err)
		err = idmap__add(&slub->by_slab, idmap__mix(slab), (uint32_t)slub->nr_cpu_lists);
	if (!err)
		slub->cpu_lists[slub->nr_cpu_lists++] = at;
	return err;
}

static int read_cpu_lists(struct slub *slub, struct slub_cache *cache)
{
	int err = 0;

	cache->lists_read = true;
	cache->searched = 0;
	for (uint32_t i = 0; i < nr_online(slub) && !err; i++) {
		uint64_t at = on_cpu(slub, cache->cpu_slab, i), slab;
		struct slub_cpu_list list;

		if (!read_cpu_list(slub, at, &list, &slab) && slab)
			err = note_cpu_list(slub, slab, at);
	}
	return err;
}

/* Has the CPU that was noted for this slab got it still?  Then in *list what it has of it. */
static bool has_cpu_list(const struct slub *slub, uint64_t head, struct slub_cpu_list *list)
{
	uint32_t index = idmap__find(&slub->by_slab, idmap__mix(head));
	uint64_t slab;

	if (index != IDMAP_NONE && !read_cpu_list(slub, slub->cpu_lists[index], list, &slab) &&
	    slab == head)
		return true;
	list->at = 0;
	return false;
}

/*
 * What a CPU has of this slab, in *list.  CPUs work with slabs that are frozen (also those that
 * wait for them are, up to 6.7).  Looking at every CPU for each of those would cost too much where
 * there are many: it is done once, and again when one was not where it was, but only after as many
 * searches as there are CPUs.  0 or -ENOMEM.
 */
static int find_cpu_list(struct slub *slub, struct slub_cache *cache, uint64_t head,
			 uint64_t counters, struct slub_cpu_list *list)
{
	int err;

	list->at = 0;
	if (!cache->cpu_slab || !(counters >> FROZEN & 1))
		return 0;
	cache->searched++;
	if (has_cpu_list(slub, head, list) ||
	    (cache->lists_read && cache->searched < nr_online(slub)))
		return 0;
	err = read_cpu_lists(slub, cache);
	if (!err)
		has_cpu_list(slub, head, list);
	return err;
}

static bool is_cpu_list_unchanged(struct slub *slub, const struct slub_cpu_list *list,
				  uint64_t head)
{
	struct slub_cpu_list now;
	uint64_t slab;

	if (!list->at)
		return true;
	return !read_cpu_list(slub, list->at, &now, &slab) && slab == head &&
	       now.freelist == list->freelist && now.tid == list->tid;
}

/* The slab's own freelist and counters. */
static int read_counters(const struct slub *slub, uint64_t head, uint64_t counters[2])
{
	return slub->read(slub->arg, head + slub->layout.slab_freelist, counters,
			  2 * sizeof(*counters));
}

static int reserve_content(struct slub *slub, struct slub_slab *slab, uint64_t len)
{
	size_t words = (slab->objects + 63) / 64;
	int err = array__reserve((void **)&slub->content, len, &slub->room_content, 1);

	if (!err)
		err = array__reserve((void **)&slub->bits, slub->nr_bits + words, &slub->room_bits,
				     sizeof(*slub->bits));
	if (err)
		return err;
	slab->bits = slub->nr_bits;
	memset(slub->bits + slab->bits, 0, words * sizeof(*slub->bits));
	return 0;
}

/* One try at the slab's freelists.  0, -EAGAIN, -ENOMEM. */
static int try_slab(struct slub *slub, struct slub_slab *slab)
{
	struct slub_cache *cache = &slub->caches[slab->cache];
	uint64_t counters[2], again[2], len;
	struct slub_cpu_list list;
	int err, nr;

	if (read_counters(slub, slab->head, counters))
		return -EAGAIN;
	slab->objects = counters[1] >> OBJECTS & MOST_OBJECTS;
	len = (uint64_t)slab->objects * cache->size;
	if (!len || len > (uint64_t)MOST_PAGES * slub->layout.page_size)
		return -EAGAIN;
	err = reserve_content(slub, slab, len);
	if (!err)
		err = find_cpu_list(slub, cache, slab->head, counters[1], &list);
	if (err)
		return err;
	if (read_much(slub, slab->start, slub->content, len))
		return -EAGAIN;
	nr = mark_in_slab(slub, slab, counters[0]);
	/* A slab that no CPU works with has as many free objects as it says. */
	if (nr < 0 || (!list.at && !(counters[1] >> FROZEN & 1) &&
		       (uint32_t)nr != slab->objects - (counters[1] & 0xffff)))
		return -EAGAIN;
	if (list.at && mark_in_slab(slub, slab, list.freelist) < 0)
		return -EAGAIN;
	if (read_counters(slub, slab->head, again) || again[0] != counters[0] ||
	    again[1] << 32 != counters[1] << 32 || !is_cpu_list_unchanged(slub, &list, slab->head))
		return -EAGAIN;
	slub->nr_bits += (slab->objects + 63) / 64;
	return 0;
}

/* ---- pages ---- */

/* What the page `head` (no tail) is. */
static int kind_of(const struct slub *slub, uint64_t head)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t flags;
	uint32_t type = 0, references;

	if (l->slab_type == SLUB_NONE) {
		if (read_word(slub, head + l->page_flags, &flags))
			return PAGE_UNKNOWN;
		if (flags >> l->slab_flag & 1)
			return PAGE_SLAB;
	} else {
		if (read_half(slub, head + l->page_type, &type))
			return PAGE_UNKNOWN;
		if (type >> 24 == l->slab_type)
			return PAGE_SLAB;
		if (l->large_type != SLUB_NONE)
			return type >> 24 == l->large_type ? PAGE_LARGE : PAGE_OTHER;
	}
	if (read_half(slub, head + l->page_refcount, &references))
		return PAGE_UNKNOWN;
	return references ? PAGE_LARGE : PAGE_OTHER; /* may be: it is in use */
}

static int fill_slab(struct slub *slub, struct slub_slab *slab)
{
	uint64_t cache;
	int64_t index;
	int err = -EAGAIN;

	slab->kind = kind_of(slub, slab->head);
	if (slab->kind != PAGE_SLAB)
		return 0;
	slab->kind = PAGE_UNKNOWN;
	if (read_word(slub, slab->head + slub->layout.slab_cache, &cache))
		return 0;
	index = cache_at(slub, cache);
	if (index < 0)
		return (int)index;
	if (!slub->caches[index].known)
		return 0;
	slab->cache = (uint32_t)index;
	slab->start = slub__address_of(slub, slab->head);
	for (int i = 0; i < MOST_TRIES && err == -EAGAIN; i++)
		err = try_slab(slub, slab);
	if (err == -ENOMEM)
		return err;
	if (!err)
		slab->kind = PAGE_SLAB;
	return read_sheaves(slub, &slub->caches[slab->cache]);
}

/* The index of the slab that the page belongs to, read if it is new; or -ENOMEM. */
static int64_t slab_at(struct slub *slub, uint64_t page)
{
	uint32_t index = idmap__find(&slub->by_page, idmap__mix(page));
	struct slub_slab *slab;
	uint64_t head = page, word;
	int err;

	if (index != IDMAP_NONE)
		return index;
	if (!read_word(slub, page + slub->layout.page_head, &word))
		head = slub__head_of(page, word);
	if (head != page) {
		int64_t its = slab_at(slub, head);

		if (its < 0)
			return its;
		return idmap__add(&slub->by_page, idmap__mix(page), (uint32_t)its) ? -ENOMEM : its;
	}
	err = array__reserve((void **)&slub->slabs, slub->nr_slabs + 1, &slub->room_slabs,
			     sizeof(*slub->slabs));
	if (!err)
		err = idmap__add(&slub->by_page, idmap__mix(page), (uint32_t)slub->nr_slabs);
	if (err)
		return err;
	slab = &slub->slabs[slub->nr_slabs++];
	*slab = (struct slub_slab){.head = head};
	err = fill_slab(slub, slab);
	return err ? err : (int64_t)(slub->nr_slabs - 1);
}

int slub__state(struct slub *slub, uint64_t address, uint64_t kmem, uint64_t size, bool large)
{
	int64_t index = slab_at(slub, slub__page_of(slub, address));
	const struct slub_slab *slab;
	const struct slub_cache *cache;
	uint64_t offset;

	if (index < 0)
		return (int)index;
	slab = &slub->slabs[index];
	if (slab->kind == PAGE_UNKNOWN)
		return SLUB_UNKNOWN;
	if (large)
		return slab->kind == PAGE_LARGE ? SLUB_LIVE : SLUB_FREE;
	if (slab->kind != PAGE_SLAB)
		return SLUB_FREE;
	cache = &slub->caches[slab->cache];
	if ((kmem && cache->address != kmem) || (size && cache->size != size))
		return SLUB_FREE; /* the page went to another cache */
	offset = address - slab->start;
	if (offset % cache->size || offset / cache->size >= slab->objects)
		return SLUB_UNKNOWN;
	if (is_marked(slub, slab, (uint32_t)(offset / cache->size)))
		return SLUB_FREE;
	if (cache->sheaves && idmap__find(&slub->in_sheaf, idmap__mix(address)) != IDMAP_NONE)
		return SLUB_FREE;
	return SLUB_LIVE;
}

int slub__slab_of(struct slub *slub, uint64_t address, uint64_t *start, uint32_t *size,
		  uint32_t *nr)
{
	int64_t index = slab_at(slub, slub__page_of(slub, address));
	const struct slub_slab *slab;

	if (index < 0)
		return (int)index;
	slab = &slub->slabs[index];
	/* one that will not hold still has no states, but it has a place */
	if (slab->kind != PAGE_SLAB && !(slab->kind == PAGE_UNKNOWN && slab->start))
		return -ENOENT;
	*start = slab->start;
	*size = slub->caches[slab->cache].size;
	*nr = slab->objects;
	return 0;
}

/* ---- masking ---- */

int slub__note_slab(struct slub *slub, struct slub_place *slab, uint64_t cache_address)
{
	int64_t index = cache_at(slub, cache_address);
	struct slub_cpu_list list = {};
	struct slub_cache *cache;
	int err;

	if (index < 0)
		return (int)index;
	slab->cache = (uint32_t)index;
	cache = &slub->caches[index];
	if (!cache->known)
		return 0;
	err = find_cpu_list(slub, cache, slab->head, slab->counters[1], &list);
	slab->cpu_freelist = list.at ? list.freelist : 0;
	return err ? err : read_sheaves(slub, cache);
}

static void note_in_sheaves(const struct slub *slub, const struct slub_place *slab,
			    const struct slub_cache *cache, uint32_t objects, uint64_t *free)
{
	for (uint32_t i = 0; i < objects; i++)
		if (idmap__find(&slub->in_sheaf,
				idmap__mix(slab->start + (uint64_t)i * cache->size)) != IDMAP_NONE)
			free[i / 64] |= 1ULL << i % 64;
}

void slub__mask_free(struct slub *slub, const struct slub_place *slab, uint8_t *content)
{
	const struct slub_cache *cache = &slub->caches[slab->cache];
	uint32_t objects = slab->counters[1] >> OBJECTS & MOST_OBJECTS;
	uint64_t free[MOST_OBJECTS / 64 + 1], before[MOST_OBJECTS / 64 + 1];
	uint64_t used = (uint64_t)objects * cache->size;
	size_t bytes = (objects + 63) / 64 * sizeof(*free);

	memset(free, 0, bytes);
	if (!cache->known || !objects || used > slab->bytes ||
	    mark_freelist(slub, cache, slab->start, objects, content, slab->counters[0], free) < 0)
		return;
	memcpy(before, free, bytes);
	if (mark_freelist(slub, cache, slab->start, objects, content, slab->cpu_freelist, free) < 0)
		memcpy(free, before, bytes);
	if (cache->sheaves)
		note_in_sheaves(slub, slab, cache, objects, free);
	for (uint32_t i = 0; i < objects; i++)
		if (free[i / 64] >> i % 64 & 1)
			memset(content + (uint64_t)i * cache->size, 0, cache->size);
	memset(content + used, 0, slab->bytes - used);
}

/* Zero what of [from, to) lies in [start, end), whose content this is. */
static void mask(uint8_t *content, uint64_t start, uint64_t end, uint64_t from, uint64_t to)
{
	if (from < start)
		from = start;
	if (to > end)
		to = end;
	if (from < to)
		memset(content + (from - start), 0, to - from);
}

void slub__mask_part(struct slub *slub, const struct slub_place *place, uint64_t start,
		     uint64_t end, uint8_t *content)
{
	uint32_t index = idmap__find(&slub->by_page, idmap__mix(place->head));
	const struct slub_slab *slab = index == IDMAP_NONE ? NULL : &slub->slabs[index];
	uint64_t at = place->start, size;

	if (!slab || slab->kind != PAGE_SLAB)
		return;
	size = slub->caches[slab->cache].size;
	for (uint32_t i = 0; i < slab->objects; i++, at += size)
		if (is_marked(slub, slab, i) ||
		    idmap__find(&slub->in_sheaf, idmap__mix(at)) != IDMAP_NONE)
			mask(content, start, end, at, at + size);
	mask(content, start, end, at, place->start + place->bytes);
}

bool slub__is_mapped(const struct slub *slub, uint64_t page)
{
	uint64_t mapping;

	/* include/linux/mm_types.h: its address_space, or an anon_vma and bit 0 */
	return !read_word(slub, page + slub->layout.page_mapping, &mapping) && mapping;
}

/* ---- where struct pages are ---- */

/*
 * A slab's struct page, and an object in it, whose address rounded down to the
 * slab's size is that of the slab: the two differ by the same everywhere.
 */
static int vote(const struct slub *slub, uint64_t cache, uint64_t head, uint64_t *base)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t counters[2], its_cache, start;
	uint32_t oo;

	if (!head || read_half(slub, cache + l->cache_oo, &oo) ||
	    read_word(slub, head + l->slab_cache, &its_cache) || its_cache != cache ||
	    read_counters(slub, head, counters) || !counters[0])
		return -ENODATA;
	/* oo: order << 16 | objects; a slab of another order has other objects */
	if ((counters[1] >> OBJECTS & MOST_OBJECTS) != (oo & 0xffff) || oo >> 16 > 10)
		return -ENODATA;
	start = counters[0] & ~(((uint64_t)l->page_size << (oo >> 16)) - 1);
	*base = head - start / l->page_size * l->page;
	return 0;
}

/* The first slab on the list of partly used ones votes, of the first node that has such a one. */
static int vote_of_cache(const struct slub *slub, uint64_t cache, uint64_t *base)
{
	const struct slub_layout *l = &slub->layout;

	for (uint32_t i = 0; i < slub->nr_nodes; i++) {
		uint64_t node, entry;

		if (!read_word(slub, cache + l->cache_node + i * l->node_step, &node) && node &&
		    !read_word(slub, node + l->node_partial, &entry) &&
		    entry != node + l->node_partial &&
		    !vote(slub, cache, entry - l->slab_list, base))
			return 0;
	}
	return -ENODATA;
}

int slub__learn_pages(struct slub *slub, uint64_t cache)
{
	const struct slub_layout *l = &slub->layout;
	uint64_t base = 0, next = cache + l->cache_list;
	int votes = 0;

	/* The list's head is no cache: what stands around it gets no vote. */
	for (int i = 0; i < MOST_CACHES && votes < VOTES; i++) {
		uint64_t its;

		if (!vote_of_cache(slub, next - l->cache_list, &its)) {
			if (votes && its != base)
				return -ENODATA;
			base = its;
			votes++;
		}
		if (read_word(slub, next, &next) || next == cache + l->cache_list)
			break;
	}
	if (votes < LEAST_VOTES)
		return -ENODATA;
	slub->page_base = base;
	return 0;
}

void slub__begin(struct slub *slub)
{
	slub->nr_slabs = 0;
	slub->nr_cpu_lists = 0;
	idmap__clear(&slub->by_slab);
	slub->nr_caches = 0;
	slub->nr_bits = 0;
	idmap__clear(&slub->by_page);
	idmap__clear(&slub->in_sheaf);
}

void slub__free(struct slub *slub)
{
	free(slub->cpu_lists);
	idmap__free(&slub->by_slab);
	free(slub->slabs);
	free(slub->caches);
	free(slub->bits);
	free(slub->content);
	idmap__free(&slub->by_page);
	idmap__free(&slub->in_sheaf);
	memset(slub, 0, sizeof(*slub));
}
