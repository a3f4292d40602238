/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where an object's key may stand in the table: its buckets, and how one finds it there.
 */
#ifndef KLEAK_BUCKETS_BPF_H
#define KLEAK_BUCKETS_BPF_H

#include "maps.bpf.h"
#include "sample.bpf.h"
#include "stack.bpf.h"

static __always_inline __u64 key_of(__u64 address, __u32 space)
{
	return ~(address | space);
}

static __always_inline __u64 address_of_key(__u64 key)
{
	return ~key & ~(__u64)KLEAK_SPACE_MASK;
}

/*
 * The buckets of an address, whatever its key space.  (The products are of two 32-bit numbers:
 * a range reduction without a division.)
 *
 * The first ones of a page's objects stand together, one bucket for every 64 bytes: objects of a
 * page come and go together, and what a table of this size costs is TLB misses.  Smaller objects
 * are told apart by the bits that only they differ in, so that a page full of them is spread.
 */
static __always_inline __u32 bucket_first_index(__u64 address)
{
	__u64 hash = ((address >> 12) << 3 | (address >> 3 & 7)) * HASH_1;
	__u32 group = ((hash >> 32) * (config.buckets / KLEAK_GROUP_BUCKETS)) >> 32;

	return group * KLEAK_GROUP_BUCKETS |
	       ((address >> 6 ^ hash >> 20) & (KLEAK_GROUP_BUCKETS - 1));
}

static __always_inline struct kleak_bucket *bucket_first(__u64 address)
{
	__u32 index = bucket_first_index(address);

	return bpf_map_lookup_elem(&objects, &index);
}

/*
 * The others: 0 is the second one, where it may stand when the first is half full; in the further
 * ones it only stands when both are full.  With 4/3 places for each object, two buckets are so from
 * 77% of --max-objects on, nine only above all of them (simulated with 1 to 67 million objects of
 * 16 to 2048 bytes, pages in a random order).
 */
#define KLEAK_FURTHER_PLACES 7

static __always_inline __u32 bucket_other_index(__u64 address, __u32 place)
{
	__u64 hash = (mix(HASH_2, address >> 3) ^ place * HASH_1) * HASH_2;

	return ((hash >> 32) * config.buckets) >> 32;
}

static __always_inline struct kleak_bucket *bucket_other(__u64 address, __u32 place)
{
	__u32 index = bucket_other_index(address, place);

	return bpf_map_lookup_elem(&objects, &index);
}

/*
 * Ask for the memory that an object will be recorded in: it comes while the stack is looked at.
 * Keys are put into the lowest free place, so that the first record's line is the likeliest.
 */
static __always_inline void object_fetch(__u64 address)
{
	volatile struct kleak_bucket *b = bucket_first(address);

	if (b)
		b->touched = 0;
}

/* Which key of its bucket a slot is.  asm: the verifier wants to see the bound. */
static __always_inline __u32 slot_index(__u32 slot)
{
	__u32 i = slot % KLEAK_BUCKET_KEYS;

	asm volatile("" : "+r"(i));
	return i < KLEAK_BUCKET_KEYS ? i : 0;
}

/* Index of `key` in `b`, or KLEAK_BUCKET_KEYS. */
static __always_inline __u32 bucket_find(struct kleak_bucket *b, __u64 key)
{
	for (__u32 i = 0; i < KLEAK_BUCKET_KEYS; i++)
		if (b->key[i] == key)
			return i;
	return KLEAK_BUCKET_KEYS;
}

/* How many keys of `b` are taken.  Without branches, each of which would double the verifier's
 * work. */
static __always_inline __u32 bucket_fill(struct kleak_bucket *b)
{
	__u32 fill = 0;

	for (__u32 i = 0; i < KLEAK_BUCKET_KEYS; i++) {
		__u64 key = b->key[i], minus = -key;

		asm volatile("" : "+r"(minus)); /* or the compiler sees `key != 0` and branches */
		fill += (key | minus) >> 63;
	}
	return fill;
}

/* Is `key` that of `address`, in `space` or, for slab, in that of vmalloc? */
static __always_inline bool is_key_of(__u64 key, __u64 address, __u32 space)
{
	return (key ^ ~address) - space <= (space == KLEAK_SPACE_SLAB ? KLEAK_SPACE_VMALLOC : 0);
}

static __always_inline __u32 bucket_find_dying(struct kleak_bucket *b, __u64 address, __u32 space)
{
	for (__u32 i = 0; i < KLEAK_BUCKET_KEYS; i++)
		if (is_key_of(b->key[i], address, space))
			return i;
	return KLEAK_BUCKET_KEYS;
}

/* Its first bucket counts the keys that stand elsewhere. */
static __always_inline void spill_add(struct kleak_bucket *first, __s32 change)
{
	__sync_fetch_and_add(&first->spilled, change);
}

static __always_inline void stray_add(struct kleak_bucket *first, __s32 change)
{
	__sync_fetch_and_add(&first->strayed, change);
}

/* The key of `address` was taken out of the bucket `index`, wherever that is. */
static __always_inline void spill_end(__u64 address, __u32 index)
{
	struct kleak_bucket *first = bucket_first(address);

	if (!first || index == bucket_first_index(address))
		return;
	if (index != bucket_other_index(address, 0))
		stray_add(first, -1);
	spill_add(first, -1);
}

#endif
