/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The accounting: object_allocated() and object_freed().
 *
 * The table is lock-free.  An allocation claims an empty key with compare-and-swap
 * (BUSY), writes the record and publishes the key.  A free swaps the key for EMPTY; whoever wins
 * the swap counts it.  A record is therefore read by the loader whole or not at all (it reads the
 * key before and after).
 *
 * An object's events cannot race with each other: the allocator hands out an
 * address only after the allocation was recorded, and takes it back only after the
 * free was (kmem_cache_free() up to 5.15 reports after the release: there an
 * allocation on a held address may really be the older object's free overtaken).
 */
#ifndef KLEAK_OBJECTS_BPF_H
#define KLEAK_OBJECTS_BPF_H

#include "buckets.bpf.h"

#define CLAIM_TRIES 4

/*
 * The tick.  Made of jiffies, which the verifier turns into a load; asking for the nanosecond
 * would cost as much as the object table.  It may be late by a jiffy, and no more however long
 * this runs: the kernel makes jiffies of CLOCK_MONOTONIC (tick_do_update_jiffies64()), one every
 * config.jiffy_ns of it.
 */
static __always_inline __u64 now(void)
{
	return (bpf_jiffies64() * config.jiffy_ns >> KLEAK_TICK_SHIFT) + control.tick_base;
}

/* An object will be recorded in this bucket: before BUSY is swapped in, which is a full barrier. */
static __always_inline void part_use(__u32 bucket)
{
	volatile __u8 *used = &parts[opaque(bucket >> config.part_shift) & (KLEAK_PARTS - 1)];

	if (!*used)
		*used = 1;
}

static __always_inline void stamp(struct kleak_record *r)
{
	r->allocated_at = now();
	r->sample_bits = control.sample_bits;
}

static __always_inline bool is_filtered(void)
{
	return config.follow != KLEAK_FOLLOW_ALL;
}

/* Objects of one page have counters side by side: they come and go together. */
static __always_inline __u32 presence_index(__u64 address)
{
	__u64 page = (address >> 12) * HASH_1 >> (64 - KLEAK_PRESENCE_BITS);

	return (page ^ address >> 6) & ((1U << KLEAK_PRESENCE_BITS) - 1);
}

static __always_inline __u32 *presence_at(__u64 i)
{
	return &presence[opaque(i) & ((1U << KLEAK_PRESENCE_BITS) - 1)];
}

static __always_inline __u32 *present_at(__u32 set, __u64 i)
{
	return &present[set & 1][opaque(i >> 5) & ((1U << (KLEAK_PRESENCE_BITS - 5)) - 1)];
}

/* May it be in the table?  Asked where most are not. */
static __always_inline bool is_present(__u64 address)
{
	__u32 i = presence_index(address);

	if (!(*(volatile __u32 *)present_at(control.present, i) >> (i & 31) & 1))
		return false;
	return *(volatile __u32 *)presence_at(i);
}

static __always_inline void presence_add(__u64 address, __s32 change)
{
	__u32 i, bit;

	if (!is_filtered())
		return;
	i = presence_index(address);
	bit = 1U << (i & 31);
	/* before the bits: the loader clears them, then looks at the counters */
	add_first(presence_at(i), change);
	for (__u32 set = 0; set < 2 && change > 0; set++)
		if (!(*(volatile __u32 *)present_at(set, i) & bit))
			__sync_fetch_and_or(present_at(set, i), bit);
}

static __always_inline struct kleak_tally *tally_of(__u32 site)
{
	__u32 lane = bpf_get_smp_processor_id() & config.lane_mask;
	__u32 index = lane * config.site_entries + site;

	return bpf_map_lookup_elem(&tallies, &index);
}

static __always_inline __u64 sized(__u64 bytes)
{
	return bytes & KLEAK_BYTES_UNSIZED ? 0 : bytes;
}

/* What has to be added up: the loader knows the rest from the number of objects. */
static __always_inline __u64 bytes_to_tally(const struct kleak_record *r)
{
	return r->flags & KLEAK_RECORD_OF_CACHE && r->site != KLEAK_SITE_NONE ? 0 : sized(r->bytes);
}

static __always_inline void tally_allocation(const struct kleak_record *r)
{
	struct kleak_tally *t = tally_of(r->site);
	__u64 bytes = bytes_to_tally(r), more;

	if (!t)
		return;
	__sync_fetch_and_add(&t->allocations, 1);
	if (bytes)
		__sync_fetch_and_add(&t->allocated_bytes, bytes);
	more = stands_for_more(kleak_bits(r, control.sample_bits));
	if (more)
		__sync_fetch_and_add(&t->allocations_more, more);
}

/* bits: kleak_bits() of its record */
static __always_inline void tally_free(__u32 site, __u64 bytes, __u32 bits, bool implicit)
{
	struct kleak_tally *t = tally_of(site);
	__u64 more = stands_for_more(bits);

	if (!t)
		return;
	__sync_fetch_and_add(implicit ? &t->implicit : &t->frees, 1);
	if (bytes)
		__sync_fetch_and_add(&t->freed_bytes, bytes);
	if (more)
		__sync_fetch_and_add(&t->frees_more, more);
}

static __always_inline __u64 area_unsized(__u64 vm)
{
	return KLEAK_BYTES_UNSIZED | (~vm >> 3);
}

/*
 * What the area `vm` holds, in *bytes.  False while that is not known: the area
 * is still being built, or has no pages of its own count (per-CPU chunks), or what stands there is
 * no area any more, because its free was missed (with slub_debug=P it is full of 0x6b then).
 */
static __always_inline bool area_read(__u64 vm, __u64 *bytes)
{
	const struct vm_struct *area = (const struct vm_struct *)vm;
	__u64 flags = BPF_CORE_READ(area, flags);

	*bytes = 0;
	if (!flags || flags >> VM_FLAG_BITS)
		return false;
	if (!(flags & VM_ALLOC))
		return true;
	*bytes = (__u64)BPF_CORE_READ(area, nr_pages) << config.page_shift;
	return *bytes && *bytes <= BPF_CORE_READ(area, size);
}

/*
 * Give the record `r` of the area `vm` its bytes, if it has none yet; return
 * its bytes.  The loader's request and the area's free may meet here: one wins
 * and counts.
 */
static __always_inline __u64 area_settle(struct kleak_record *r, __u64 vm, __u64 bytes)
{
	__u64 unsized = area_unsized(vm), held;
	struct kleak_tally *t;

	if (bytes < config.min_size || bytes > config.max_size)
		bytes = 0; /* not asked for: as if it owned nothing */
	held = __sync_val_compare_and_swap(&r->bytes, unsized, bytes);

	if (held != unsized)
		return sized(held);
	t = tally_of(r->site);
	if (t)
		__sync_fetch_and_add(&t->allocated_bytes, bytes);
	return bytes;
}

/*
 * The same for an area that has its bytes, `held` of them, since when vrealloc() may have given
 * back pages (7.3).
 */
static __always_inline void area_resize(struct kleak_record *r, __u64 held, __u64 bytes)
{
	struct kleak_tally *t;

	if (!held || bytes == held || __sync_val_compare_and_swap(&r->bytes, held, bytes) != held)
		return;
	t = tally_of(r->site);
	if (t && bytes < held)
		__sync_fetch_and_add(&t->freed_bytes, held - bytes);
	else if (t)
		__sync_fetch_and_add(&t->allocated_bytes, bytes - held);
}

/*
 * What the record held that goes without its end having been seen: nobody sizes it any more, for
 * where its vm_struct was is somebody else's memory.
 */
static __always_inline __u64 bytes_given_up(struct kleak_record *r)
{
	__u64 held = r->bytes;

	if (held & KLEAK_BYTES_UNSIZED && __sync_val_compare_and_swap(&r->bytes, held, 0) == held)
		return 0;
	return bytes_to_tally(r);
}

/* Swap `from` for BUSY, write `r`, publish `key`.  True if the swap was won. */
static __always_inline bool put(struct kleak_bucket *b, __u32 i, __u64 from, __u64 key,
				const struct kleak_record *r)
{
	if (i >= KLEAK_BUCKET_KEYS)
		return false;
	if (__sync_val_compare_and_swap(&b->key[i], from, KLEAK_KEY_BUSY) != from)
		return false;
	if (from != KLEAK_KEY_EMPTY)
		tally_free(b->record[i].site, bytes_given_up(&b->record[i]),
			   kleak_bits(&b->record[i], control.sample_bits), true);
	else
		presence_add(address_of_key(key), 1);
	b->record[i] = *r;
	/* Before the key: a free that finds the key finds the allocation counted. */
	tally_allocation(r);
	publish(&b->key[i], key);
	return true;
}

/* The same for those who come here seldom. */
__noinline int bucket_put(struct kleak_bucket *b, __u32 i, __u64 from, __u64 key,
			  const struct kleak_record *r)
{
	return b && r && put(b, i, from, key, r);
}

/* Record an object in one of its other buckets, bucket_other(). */
__noinline int bucket_spill(struct kleak_bucket *first, __u32 place, __u64 key,
			    const struct kleak_record *r)
{
	__u64 address = address_of_key(key);
	__u32 index = bucket_other_index(address, place);
	struct kleak_bucket *b = bpf_map_lookup_elem(&objects, &index);

	if (!first || !b || !r)
		return 0;
	/* places may be the same, and it is counted by the one where it is looked for first */
	if (index == bucket_first_index(address) ||
	    (place && index == bucket_other_index(address, 0)))
		return 0;
	part_use(index);
	spill_add(first, 1); /* before: a free that does not see this does not look there */
	if (bucket_put(b, bucket_find(b, KLEAK_KEY_EMPTY), KLEAK_KEY_EMPTY, key, r))
		return 1;
	spill_add(first, -1);
	return 0;
}

/* Record an object in one of its further buckets. */
__noinline int bucket_stray(struct kleak_bucket *first, __u64 key, const struct kleak_record *r)
{
	if (!first || !r)
		return 0;
	stray_add(first, 1); /* before, as above */
	for (__u32 place = 1; place <= KLEAK_FURTHER_PLACES; place++)
		if (bucket_spill(first, place, key, r))
			return 1;
	stray_add(first, -1);
	return 0;
}

/* The record stays while so many bits are to be zero. */
static __always_inline void raise_bits(struct kleak_record *at, const struct kleak_record *was,
				       __u32 bits)
{
	struct kleak_record is = *was;

	if (was->sample_bits == bits)
		return;
	is.sample_bits = bits;
	__sync_val_compare_and_swap(&at->stamp, was->stamp, is.stamp);
}

/* Take key i out of the bucket `index` if it is not in the sample any more; true if that made room.
 */
__noinline int bucket_clear_key(__u32 index, __u32 i)
{
	struct kleak_bucket *b = bpf_map_lookup_elem(&objects, &index);
	struct kleak_tally *t;
	struct kleak_record r;
	__u32 bits;
	__u64 key;

	if (!b || i >= KLEAK_BUCKET_KEYS)
		return false;
	key = b->key[i];
	r = b->record[i];
	if (key == KLEAK_KEY_EMPTY || key == KLEAK_KEY_BUSY)
		return false;
	bits = kleak_bits(&r, control.sample_bits);
	if (kleak_is_sampled(address_of_key(key), bits)) {
		raise_bits(&b->record[i], &r, bits);
		return false;
	}
	if (__sync_val_compare_and_swap(&b->key[i], key, KLEAK_KEY_EMPTY) != key)
		return false;
	spill_end(address_of_key(key), index);
	presence_add(address_of_key(key), -1);
	t = tally_of(r.site);
	if (t) {
		__sync_fetch_and_add(&t->unsampled, 1);
		__sync_fetch_and_add(&t->freed_bytes, bytes_to_tally(&r));
	}
	return true;
}

/*
 * The same of every key.  What does not fit makes the sampling coarser: the table is then half as
 * full, and sums stay right.
 */
__noinline int bucket_clear(__u32 index)
{
	int cleared = 0;

	for (__u32 i = 0; i < KLEAK_BUCKET_KEYS; i++)
		cleared |= bucket_clear_key(index, i);
	return cleared;
}

static __always_inline void sample_less(void)
{
	__u32 bits = control.sample_bits;

	if (bits < KLEAK_SAMPLE_MOST_BITS)
		__sync_val_compare_and_swap(&control.sample_bits, bits, bits + 1);
}

enum taken {
	TAKEN = 1 << 0,
	TAKEN_TWIN = 1 << 1, /* a vm_struct is a slab object and stands for its area */
	TAKEN_SITE = 2,	     /* bits below its site; none where kfree_rcu() was told of it before */
};

/*
 * Take `address` out of `b`: bits of enum taken, and the site above them.  TAKEN_TWIN: it may stand
 * in the table once more.
 */
__noinline int bucket_take(struct kleak_bucket *b, __u64 address, __u32 space, bool implicit)
{
	__u32 i = b ? unknown(bucket_find_dying(b, address, space)) : KLEAK_BUCKET_KEYS;
	int taken = TAKEN;
	__u64 key, bytes;
	__u32 site, bits;
	bool pending;

	if (!b || i >= KLEAK_BUCKET_KEYS)
		return 0;
	key = b->key[i];
	if (!is_key_of(key, address, space))
		return 0;
	site = b->record[i].site;
	pending = b->record[i].flags & KLEAK_RECORD_RCU_PENDING;
	bits = kleak_bits(&b->record[i], control.sample_bits);
	if (key == key_of(address, KLEAK_SPACE_VMALLOC) ||
	    b->record[i].flags & KLEAK_RECORD_VM_STRUCT)
		taken |= TAKEN_TWIN;
	if (implicit) {
		bytes = bytes_given_up(&b->record[i]);
	} else if (key == key_of(address, KLEAK_SPACE_VMALLOC)) {
		/* Its pages are gone already, but the vm_struct is still whole. */
		area_read(address, &bytes);
		bytes = area_settle(&b->record[i], address, bytes);
	} else {
		bytes = bytes_to_tally(&b->record[i]);
	}
	if (__sync_val_compare_and_swap(&b->key[i], key, KLEAK_KEY_EMPTY) != key)
		return 0;
	presence_add(address, -1);
	tally_free(site, bytes, bits, implicit);
	return taken | (pending ? 0 : site << TAKEN_SITE);
}

/* The same from one of its further buckets. */
__noinline int take_strayed(struct kleak_bucket *first, __u64 address, __u32 space, bool implicit)
{
	int taken = 0;

	for (__u32 place = 1; place <= KLEAK_FURTHER_PLACES && !taken; place++)
		taken = bucket_take(bucket_other(address, place), address, space, implicit);
	if (first && taken)
		stray_add(first, -1);
	return taken;
}

static __always_inline int take_spilled(struct kleak_bucket *first, __u64 address, __u32 space,
					bool implicit)
{
	int taken = 0;

	if (!first->spilled)
		return 0;
	taken = bucket_take(bucket_other(address, 0), address, space, implicit);
	if (!taken && first->strayed)
		taken = take_strayed(first, address, space, implicit);
	if (taken)
		spill_add(first, -1);
	return taken;
}

/*
 * Forget an object and count its free.  What bucket_take() says of it, 0 if it is not in the table,
 * and 32 bits above that what it says of its twin: the free of a slab object is that of the area
 * too, if it is a vm_struct.  implicit: nobody saw it being freed, but its address is somebody
 * else's now.
 */
static __always_inline __u64 object_gone(__u64 address, __u32 space, bool implicit)
{
	struct kleak_bucket *first = bucket_first(address);
	__u32 taken, twin = 0;

	if (!first)
		return 0;
	taken = bucket_take(first, address, space, implicit)
			?: take_spilled(first, address, space, implicit);
	if (taken & TAKEN_TWIN)
		twin = bucket_take(first, address, space, implicit)
			       ?: take_spilled(first, address, space, implicit);
	return taken | (__u64)twin << 32;
}

/*
 * Let `r` take the place of the record of `key`, of which a free was missed, if there is one.  Was
 * that a vm_struct and this is none, its area is gone, too.
 */
__noinline int bucket_replace(struct kleak_bucket *b, __u64 key, const struct kleak_record *r)
{
	__u32 i = b ? bucket_find(b, key) : KLEAK_BUCKET_KEYS;
	bool area;

	if (!r || i >= KLEAK_BUCKET_KEYS)
		return 0;
	area = b->record[i].flags & ~r->flags & KLEAK_RECORD_VM_STRUCT;
	if (!bucket_put(b, i, key, key, r))
		return 0;
	if (area)
		object_gone(address_of_key(key), KLEAK_SPACE_VMALLOC, true);
	return 1;
}

enum allocation {
	ALLOCATION_RECORDED,
	ALLOCATION_HELD, /* only_new: the address stands in the table already */
	ALLOCATION_LOST, /* counted as a loss */
	ALLOCATION_UNSAMPLED,
};

/* The same in its further buckets; true if it stood there. */
__noinline int replace_strayed(__u64 key, const struct kleak_record *r, bool only_new)
{
	for (__u32 place = 1; place <= KLEAK_FURTHER_PLACES; place++) {
		struct kleak_bucket *b = bucket_other(address_of_key(key), place);

		if (!b || bucket_find(b, key) >= KLEAK_BUCKET_KEYS)
			continue;
		if (only_new || (r && bucket_replace(b, key, r)))
			return true;
	}
	return false;
}

/*
 * Record an object where that is not simple: its first bucket may be half full, or some that belong
 * there are in other ones.
 */
__noinline int object_squeezed(struct kleak_bucket *first, __u64 key, const struct kleak_record *r,
			       bool only_new)
{
	__u64 address = address_of_key(key);
	struct kleak_bucket *second = bucket_other(address, 0);
	bool crowded;
	__u32 i;

	if (!first || !second || !r)
		return ALLOCATION_LOST;
	if (first->spilled && bucket_find(second, key) < KLEAK_BUCKET_KEYS) {
		if (only_new)
			return ALLOCATION_HELD;
		if (bucket_replace(second, key, r))
			return ALLOCATION_RECORDED;
	}
	if (first->strayed && replace_strayed(key, r, only_new))
		return only_new ? ALLOCATION_HELD : ALLOCATION_RECORDED;
	crowded = first->key[KLEAK_BUCKET_KEYS / 2] && bucket_fill(second) < bucket_fill(first);
	if (crowded && bucket_spill(first, 0, key, r))
		return ALLOCATION_RECORDED;
	for (int try = 0; try < CLAIM_TRIES; try++) {
		i = bucket_find(first, KLEAK_KEY_EMPTY);
		if (bucket_put(first, i, KLEAK_KEY_EMPTY, key, r))
			return ALLOCATION_RECORDED;
		if (i < KLEAK_BUCKET_KEYS)
			continue; /* another CPU was faster */
		if (bucket_spill(first, 0, key, r) || bucket_stray(first, key, r))
			return ALLOCATION_RECORDED;
		if (!bucket_clear(bucket_first_index(address)) &&
		    !bucket_clear(bucket_other_index(address, 0)))
			sample_less();
		if (!is_sampled(address))
			return ALLOCATION_UNSAMPLED;
	}
	count(KLEAK_LOSS_TABLE_FULL, 1);
	return ALLOCATION_LOST;
}

/*
 * Record an object.  If its address is still held, a free was missed: the old
 * record is freed implicitly, unless `only_new`.
 */
__noinline int object_allocated(__u64 address, __u32 space, const struct kleak_record *r,
				bool only_new)
{
	struct kleak_bucket *first = bucket_first(address);
	__u64 key = key_of(address, space);

	if (!first || !r)
		return ALLOCATION_LOST;
	if (!kleak_is_sampled(address, kleak_bits(r, control.sample_bits)))
		return ALLOCATION_UNSAMPLED;
	part_use(bucket_first_index(address));

	if (bucket_find(first, key) < KLEAK_BUCKET_KEYS) {
		if (only_new)
			return ALLOCATION_HELD;
		if (bucket_replace(first, key, r))
			return ALLOCATION_RECORDED;
	}
	/* keys are put into the lowest place that is free: less than half full does not matter */
	if (!first->spilled && !first->key[KLEAK_BUCKET_KEYS / 2] &&
	    put(first, unknown(bucket_find(first, KLEAK_KEY_EMPTY)), KLEAK_KEY_EMPTY, key, r))
		return ALLOCATION_RECORDED;
	return object_squeezed(first, key, r, only_new);
}

static __always_inline __u64 object_freed(__u64 address, __u32 space)
{
	if (is_filtered() && !is_present(address))
		return 0;
	return object_gone(address, space, false);
}

#endif
