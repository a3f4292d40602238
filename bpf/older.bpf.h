/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is freed and is not in the table: memory that is older than the trace, or whose allocation
 * no event showed.  The kernel's books shrink by it, so it is counted: objects by their cache, and
 * the bytes of what is in none.
 *
 * kmem_cache_free() names its cache.  kfree() does not: the object's struct page does, once the
 * loader has found out where struct pages are.
 *
 * Of per-CPU memory the event says where it lay in its chunk.  Where an allocation ends stands in
 * the chunk's bound_map, from which a free takes nothing (mm/percpu.c, pcpu_free_area()): the next
 * bit that is set.  The chunk is looked for in the allocator's lists.  Its lock is held while the
 * event fires.
 *
 * What the loader allocates is not in the table, nor what anybody allocates while nothing is
 * recorded, as in a drain.  Both is counted, too, so that all together tells what became of all
 * that is not in the table.  (Of areas the size is not known when they are allocated: while nothing
 * is recorded none are counted.)
 *
 * Where only some processes are followed that is nearly every free of the machine, and of no
 * interest.
 */
#ifndef KLEAK_OLDER_BPF_H
#define KLEAK_OLDER_BPF_H

#include "cache.bpf.h"
#include "filter.bpf.h"
#include "objects.bpf.h"

#define ORDER_MOST 20

/* What stands at an address, up to the end of its word: its lowest byte is the first one. */
static __always_inline __u64 rest_of_word(__u64 address)
{
	return word_at(address & ~7ULL) >> (address & 7) * 8;
}

/* The 32 bits at an address that is a multiple of 4. */
static __always_inline __u32 half_at(__u64 address)
{
	return rest_of_word(address);
}

/* As vmemmap__head_of(). */
static __always_inline __u64 head_of(__u64 page)
{
	__u64 word = word_at(page + config.page.head), zeros = ~(word - 1);

	if (!(word & 1))
		return page;
	return zeros & (zeros + 1) ? word - 1 : page & word;
}

static __always_inline bool is_slab(__u64 head)
{
	if (config.page.slab_mask)
		return (half_at(head + config.page.type) & config.page.slab_mask) ==
		       config.page.slab_type;
	return word_at(head + config.page.flags) >> config.page.slab_flag & 1;
}

/* The struct page of what lies at `address` in the direct map, the head's; 0: not known. */
static __always_inline __u64 page_of(__u64 address)
{
	__u64 base = control.page_base;

	if (!base)
		return 0;
	return head_of(base + (address >> config.page_shift) * config.page_struct);
}

/* The cache of the slab object at `address`; 0: it is none, or that is not to be told. */
__noinline __u64 kmem_of(__u64 address)
{
	__u64 head = page_of(address);

	return head && is_slab(head) ? word_at(head + config.page.slab_cache) : 0;
}

/* What kmalloc() took beyond the caches for `address`; 0 where that is not to be told. */
static __always_inline __u64 large_bytes(__u64 address)
{
	__u64 head = page_of(address);
	__u32 order;

	if (!head || !config.page.order)
		return 0;
	order = rest_of_word(head + config.page.order) & 0xff;
	return order && order <= ORDER_MOST ? 1ULL << (config.page_shift + order) : 0;
}

/* The first eight bytes of a text, as a word. */
static __always_inline __u64 word_of(const char *text)
{
	__u64 word = 0;

	for (int i = 0; i < 8; i++)
		word |= (__u64)(__u8)text[i] << 8 * i;
	return word;
}

/* The id of an entry for the cache, of a class of kmalloc() by its name: its events have no other.
 */
static __always_inline __u64 id_of_kmem(__u64 *kmem, __u32 *class_size, __u32 *size, __u32 *flags)
{
	const struct kmem_cache *s = (const struct kmem_cache *)*kmem;
	__u64 name[2] = {};

	*class_size = *size = *flags = 0;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(s, name));
	if (name[0] != word_of("kmalloc-") && name[0] != word_of("dma-kmal"))
		return ~*kmem;
	*kmem = 0;
	*class_size = BPF_CORE_READ(s, object_size);
	*size = BPF_CORE_READ(s, size);
	*flags = KLEAK_CACHE_KMALLOC;
	/* mm/slab_common.c, kmalloc_info[]: kmalloc-rcl-64, kmalloc-cg-64; kmalloc-rnd-01-64 is as
	 * kmalloc-64 */
	if (name[0] != word_of("kmalloc-"))
		*flags |= KLEAK_CACHE_DMA;
	else if ((__u32)(name[1] & 0xffff) == ('r' | 'c' << 8))
		*flags |= KLEAK_CACHE_RECLAIMABLE;
	else if ((__u32)(name[1] & 0xffff) == ('c' | 'g' << 8))
		*flags |= KLEAK_CACHE_ACCOUNT;
	return class_of(*class_size, *flags);
}

/*
 * An area's pages, if what is being freed is its vm_struct: nobody else tells.  (vfree() jumps to
 * kfree(): its caller is the caller of that, who may be anybody.)  Its fields have to fit each
 * other: an aligned address; pages, as many as fit but for the one that guards; their array.
 */
static __always_inline void older_area(__u64 vm, __u64 stands_for)
{
	const struct vm_struct *area = (const struct vm_struct *)vm;
	__u64 page = 1ULL << config.page_shift, flags = BPF_CORE_READ(area, flags);
	__u64 bytes = (__u64)BPF_CORE_READ(area, nr_pages) << config.page_shift;
	__u64 pages = (__u64)BPF_CORE_READ(area, pages), size, start;

	if (!(flags & VM_ALLOC) || flags >> VM_FLAG_BITS || !bytes || !control.recording)
		return;
	start = (__u64)BPF_CORE_READ(area, addr);
	size = BPF_CORE_READ(area, size);
	if ((bytes == size || bytes + page == size) && !(start & (page - 1)) &&
	    start >> 56 == 0xff && !(pages & 7) && pages >> 56 == 0xff)
		count(KLEAK_COUNT_OLDER_VMALLOC, stands_for * bytes);
}

/*
 * `nr` objects were allocated from the cache kmem, or, without, of the class (class_size, flags),
 * where each takes `size` bytes.
 */
__noinline int unrecorded_allocated(__u64 kmem, __u64 class_size, __u64 size, __u32 flags, __u32 nr)
{
	__u64 id = ~kmem;
	struct kleak_cache *cache;

	if (!kmem) {
		if (flags & KLEAK_CACHE_LARGE) {
			count(KLEAK_COUNT_OLDER_LARGE, -size * nr);
			return 0;
		}
		id = class_of(class_size, flags);
	}
	cache_find(id, kmem, size, flags, &cache);
	if (cache)
		__sync_fetch_and_add(&cache->unrecorded, nr);
	return 0;
}

/*
 * An object was freed that is not in the table, though its address was recorded at all times. kmem:
 * its cache, where the event says it, or 0; own: by the loader, and nearly always its own.
 */
__noinline int older_freed(__u64 address, __u64 kmem, bool own)
{
	__u64 stands_for = followed_stands_for(), id;
	__u32 class_size = 0, size = 0, flags = 0;
	struct kleak_cache *cache;

	if (!own)
		count(KLEAK_COUNT_UNKNOWN_FREES, stands_for);
	if (config.nr_wanted)
		return 0;
	if (!kmem)
		kmem = kmem_of(address);
	if (!kmem) {
		__u64 bytes = large_bytes(address);

		count(bytes ? KLEAK_COUNT_OLDER_LARGE : KLEAK_COUNT_OLDER_UNSIZED,
		      stands_for * (bytes ?: 1));
		return 0;
	}
	id = id_of_kmem(&kmem, &class_size, &size, &flags);
	if (config.vmalloc && !kmem && class_size >= bpf_core_type_size(struct vm_struct) &&
	    class_size < 2 * bpf_core_type_size(struct vm_struct))
		older_area(address, stands_for);
	cache_find(id, kmem, size, flags, &cache);
	if (cache && own)
		__sync_fetch_and_sub(&cache->unrecorded, stands_for);
	else if (cache)
		__sync_fetch_and_add(&cache->unknown, stands_for);
	return 0;
}

#define PERCPU_LIST	   16  /* sizeof(struct list_head) */
#define PERCPU_MOST_VISITS 512 /* chunks and lists that are looked at */
#define PERCPU_UNIT	   4   /* PCPU_MIN_ALLOC_SIZE: bytes for each bit */
#define PERCPU_MOST_WORDS  130 /* of a map: PCPU_MIN_UNIT_SIZE, 32 KB, is the largest allocation */

struct percpu_walk {
	__u64 base;
	__u64 head, end; /* the list, and where lists end */
	__u64 at;
	__u64 chunk; /* the one that begins at base; 0: not found so far */
};

/* Look at a chunk, or go on to the next list.  True: that was all.  (A function of its own, so that
 * the verifier looks at it once.) */
__noinline int percpu_visit(struct percpu_walk *w)
{
	const volatile struct kleak_percpu_chunks *c = &config.percpu_chunks;

	if (!w || w->head >= w->end)
		return true;
	if (w->at == w->head) {
		w->head += PERCPU_LIST;
		w->at = word_at(w->head);
		return false;
	}
	if (word_at(w->at - c->list + c->base_addr) == w->base) {
		w->chunk = w->at - c->list;
		return true;
	}
	w->at = word_at(w->at);
	return false;
}

/* The chunk that begins at `base`, or 0. */
static __always_inline __u64 percpu_chunk_at(__u64 base)
{
	const volatile struct kleak_percpu_chunks *c = &config.percpu_chunks;
	struct percpu_walk walk = {.base = base};

	if (!c->lists)
		return 0;
	walk.at = c->reserved ? word_at(c->reserved) : 0;
	if (walk.at && word_at(walk.at + c->base_addr) == base)
		return walk.at;
	walk.head = word_at(c->lists);
	walk.end = walk.head + (__u64)half_at(c->nr_slots) * c->types * PERCPU_LIST;
	walk.at = word_at(walk.head);
	for (int i = 0; i < PERCPU_MOST_VISITS; i++)
		if (percpu_visit(&walk))
			break;
	return walk.chunk;
}

/* How many bits are set.  Without branches: see has_size_of_cache(). */
static __always_inline __u64 count_bits(__u64 word)
{
	word -= word >> 1 & 0x5555555555555555;
	word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
	word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return word * 0x0101010101010101 >> 56;
}

/* What was allocated for one CPU at `off` in the chunk at `base`, in bytes; 0: not known. */
__noinline __u64 percpu_bytes_at(__u64 base, __u64 off)
{
	__u64 chunk = percpu_chunk_at(base), bit = off / PERCPU_UNIT, map, word;

	if (!chunk)
		return 0;
	map = word_at(chunk + config.percpu_chunks.bound_map) + bit / 64 * 8;
	word = word_at(map);
	if (!(word >> (bit & 63) & 1))
		return 0; /* none begins there */
	word &= ~1ULL << (bit & 63);
	for (__u64 i = 0; i < PERCPU_MOST_WORDS; i++) {
		if (word)
			return (i * 64 + count_bits((word & -word) - 1) - (bit & 63)) * PERCPU_UNIT;
		word = word_at(map + (i + 1) * 8);
	}
	return 0;
}

/* Per-CPU memory was freed that is not in the table. */
static __always_inline void older_percpu(__u64 base, __u64 off)
{
	__u64 stands_for = followed_stands_for();
	__u64 bytes = percpu_bytes_at(base, (__u32)off);

	count(bytes ? KLEAK_COUNT_OLDER_PERCPU : KLEAK_COUNT_OLDER_PERCPU_UNSIZED,
	      stands_for * (bytes ? bytes * config.cpus : 1));
}

#endif
