/* SPDX-License-Identifier: GPL-2.0-only */
/* Caches: which one an event allocates from, how large its objects are, whether it is wanted. */
#ifndef KLEAK_CACHE_BPF_H
#define KLEAK_CACHE_BPF_H

#include "compat.bpf.h"
#include "maps.bpf.h"
#include "stack.bpf.h"

#define CACHE_FIRST (KLEAK_CACHE_UNKNOWN + 1)
#define CACHE_RANGE (KLEAK_MAX_CACHES - CACHE_FIRST - KLEAK_CACHE_PROBES)

/* No kernel address: classes stand among the caches by size and kind. */
static __always_inline __u64 class_of(__u64 size, __u32 flags)
{
	return KLEAK_CACHE_CLASS | (size << 8) | flags;
}

static __always_inline __u32 size_of_class(__u64 class)
{
	return class >> 8;
}

/*
 * The size class of what kmalloc() has `allocated`, which is the class, unless slub_debug puts more
 * into each object.
 */
__noinline __u64 kmalloc_size(__u64 requested, __u64 allocated)
{
	for (__u32 i = 0; i < KLEAK_CLASSES && config.classes[i]; i++)
		if (config.classes[i] >= requested)
			return config.classes[i];
	return allocated;
}

/* The kind of cache that kmalloc() takes.  size: the class's. */
static __always_inline __u32 kmalloc_flags(__u64 size, __u64 gfp)
{
	__u32 flags = KLEAK_CACHE_KMALLOC;

	/* mm/slab.h, kmalloc_type(): in this order */
	if (size > 2ULL << config.page_shift)
		flags |= KLEAK_CACHE_LARGE;
	else if (gfp & config.gfp_dma)
		flags |= KLEAK_CACHE_DMA;
	else if (gfp & config.gfp_reclaimable)
		flags |= KLEAK_CACHE_RECLAIMABLE;
	else if (gfp & config.gfp_account)
		flags |= KLEAK_CACHE_ACCOUNT;
	return flags;
}

static __always_inline bool is_name(const char *name, const volatile char *wanted)
{
	for (int i = 0; i < KLEAK_CACHE_NAME; i++) {
		if (name[i] != wanted[i])
			return false;
		if (!name[i])
			break;
	}
	return true;
}

/* --cache.  Asked once for each cache. */
static __noinline bool is_cache_wanted(const struct kleak_cache *c)
{
	if (!c || !config.nr_wanted)
		return true;
	for (__u32 i = 0; i < KLEAK_MAX_WANTED && i < config.nr_wanted; i++) {
		const volatile struct kleak_wanted *w = &config.wanted[i];

		if (w->kmalloc_size) {
			if (c->flags & KLEAK_CACHE_KMALLOC && c->object_size == w->kmalloc_size &&
			    (w->kmalloc_flags == KLEAK_ANY_KIND || c->flags == w->kmalloc_flags))
				return true;
		} else if (!(c->flags & KLEAK_CACHE_KMALLOC) && is_name(c->name, w->name)) {
			return true;
		}
	}
	return false;
}

static __always_inline bool is_name_of_caches(const char *name)
{
	const char caches[] = "kmem_cache";

	for (__u32 i = 0; i < sizeof(caches); i++)
		if (name[i] != caches[i])
			return false;
	return true;
}

/* Fill a new entry, whose id is there.  kmem: the kmem_cache, or 0 for the class (size, flags). */
__noinline int cache_describe(struct kleak_cache *c, __u64 kmem, __u64 size, __u32 flags)
{
	if (!c)
		return 0;
	if (kmem) {
		const struct kmem_cache *s = (const struct kmem_cache *)kmem;

		size = BPF_CORE_READ(s, size);
		c->object_size = BPF_CORE_READ(s, object_size);
		if (BPF_CORE_READ(s, flags) & slab_reclaim_account())
			flags |= KLEAK_CACHE_RECLAIMABLE;
		if (BPF_CORE_READ(s, flags) & slab_account())
			flags |= KLEAK_CACHE_CHARGED;
		bpf_probe_read_kernel_str(c->name, sizeof(c->name), BPF_CORE_READ(s, name));
		if (is_name_of_caches(c->name))
			flags |= KLEAK_CACHE_OF_CACHES;
	} else {
		c->object_size = size_of_class(c->id);
	}
	c->size = size;
	c->flags = flags;
	if (is_cache_wanted(c))
		c->flags = flags | KLEAK_CACHE_WANTED;
	publish(&c->ready, 1);
	return 0;
}

/* The entry of the cache `id`, or KLEAK_CACHE_NONE. */
__noinline __u32 cache_search(__u64 id)
{
	__u32 index = CACHE_FIRST + (((mix(HASH_2, id) >> 32) * CACHE_RANGE) >> 32);

	for (__u32 i = 0; i < KLEAK_CACHE_PROBES; i++, index++) {
		const struct kleak_cache *c = bpf_map_lookup_elem(&caches, &index);

		if (!c || c->id == KLEAK_CACHE_EMPTY)
			break;
		if (c->id == id)
			return index;
	}
	return KLEAK_CACHE_NONE;
}

/*
 * The entry of the cache `id`, made if it is new: its index.  Entries are
 * claimed like those of sites.
 */
__noinline __u32 cache_make(__u64 id, __u64 kmem, __u64 size, __u32 flags)
{
	__u32 base = CACHE_FIRST + (((mix(HASH_2, id) >> 32) * CACHE_RANGE) >> 32);
	__u32 found = cache_search(id);

	if (found != KLEAK_CACHE_NONE)
		return found;
	for (__u32 i = 0; i < KLEAK_CACHE_PROBES; i++) {
		__u32 index = base + i;
		struct kleak_cache *c = bpf_map_lookup_elem(&caches, &index);
		__u64 held, was;

		if (!c)
			break;
		held = c->id;
		if (held > KLEAK_CACHE_REUSABLE && held != id)
			continue;
		was = __sync_val_compare_and_swap(&c->id, held, id);
		if (was == held && held != id)
			cache_describe(c, kmem, size, flags);
		if (was == held || was == id)
			return index;
	}
	count(KLEAK_LOSS_CACHES_FULL, 1);
	return KLEAK_CACHE_UNKNOWN;
}

/*
 * The same, without a call where it stands in the first place looked at.  *entry: the entry, or
 * NULL.
 */
static __always_inline __u32 cache_find(__u64 id, __u64 kmem, __u64 size, __u32 flags,
					struct kleak_cache **entry)
{
	__u32 index = CACHE_FIRST + (((mix(HASH_2, id) >> 32) * CACHE_RANGE) >> 32);

	*entry = bpf_map_lookup_elem(&caches, &index);
	if (*entry && (*entry)->id == id)
		return index;
	index = cache_make(id, kmem, size, flags);
	*entry = bpf_map_lookup_elem(&caches, &index);
	return index;
}

/*
 * A new object of the cache "kmem_cache" is a new cache.  If the address was a
 * cache's before, that one was destroyed: its entry keeps the name for the
 * objects it left, and the next event finds a new one.
 */
__noinline int cache_retire(__u64 kmem)
{
	__u32 base = CACHE_FIRST + (((mix(HASH_2, ~kmem) >> 32) * CACHE_RANGE) >> 32);

	for (__u32 i = 0; i < KLEAK_CACHE_PROBES; i++) {
		__u32 index = base + i;
		struct kleak_cache *c = bpf_map_lookup_elem(&caches, &index);

		if (!c)
			break;
		__sync_val_compare_and_swap(&c->id, ~kmem, KLEAK_CACHE_DEAD);
	}
	return 0;
}

/* The entry if it is described: another CPU may be at it this very moment. */
static __always_inline struct kleak_cache *cache_ready(struct kleak_cache *c)
{
	__u32 ready = c ? *(volatile __u32 *)&c->ready : 0;

	return ready ? after(c, ready) : NULL;
}

#endif
