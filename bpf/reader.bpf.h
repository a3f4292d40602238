/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading kernel memory for the loader, and taking objects out of the table
 * that turned out to be free.  Run by BPF_PROG_TEST_RUN only.
 */
#ifndef KLEAK_READER_BPF_H
#define KLEAK_READER_BPF_H

#include "objects.bpf.h"

struct kleak_read_request read_request;
__u64 read_buffer[KLEAK_READ_MOST / sizeof(__u64)];

/* Copy read_request.len bytes at read_request.address to read_buffer.  0 or -EFAULT. */
SEC("syscall")
int read_memory(void *ctx __attribute__((unused)))
{
	__u64 len = read_request.len;

	if (len > sizeof(read_buffer))
		return -1;
	return bpf_probe_read_kernel(read_buffer, len, (const void *)read_request.address);
}

/*
 * BPF_PROG_TEST_RUN by the loader, which has put its tick into control.tick_base, before anything
 * is recorded: let now() be that clock.  (The loader's own CLOCK_MONOTONIC is another one than the
 * kernel's where it has a time namespace.)
 */
SEC("syscall")
int set_clock(void *ctx __attribute__((unused)))
{
	__u64 base = control.tick_base;

	control.tick_base = 0;
	control.tick_base = base - now();
	return 0;
}

__u64 this_tick;

/* What is allocated from here on is stamped with this tick or a later one: no other clock can say
 * that. */
SEC("syscall")
int tell_time(void *ctx __attribute__((unused)))
{
	this_tick = now();
	return 0;
}

__u64 this_task;   /* address of the loader's struct task_struct */
__u64 this_buffer; /* address of read_buffer */

SEC("syscall")
int learn_self(void *ctx __attribute__((unused)))
{
	volatile __u64 number = (__u64)read_buffer; /* there and back makes a number of it */

	this_task = bpf_get_current_task();
	this_buffer = number;
	return 0;
}

/* A per-CPU pointer and where it points on each CPU. */
volatile __u64 cpu_pointer;
volatile __u64 cpu_addresses[KLEAK_MAX_CPUS];
__u32 nr_cpu_addresses;

static long cpu_address(__u32 cpu, void *arg __attribute__((unused)))
{
	__u32 zero = 0;
	void *here = bpf_map_lookup_percpu_elem(&recents, &zero, cpu);

	if (!here || cpu >= KLEAK_MAX_CPUS)
		return 1;
	cpu_addresses[cpu] = (__u64)here;
	nr_cpu_addresses = cpu + 1;
	return 0;
}

/*
 * What to add to a per-CPU pointer for each CPU is in a table of the kernel that
 * is out of reach where kallsyms has no data symbols; but a per-CPU map of ours
 * has both such a pointer and its addresses.
 */
SEC("syscall")
int learn_cpus(void *ctx __attribute__((unused)))
{
	__u64 array, pointer;

	cpu_pointer = (__u64)&recents; /* volatile: there and back makes a number of it */
	array = cpu_pointer + bpf_core_field_offset(struct bpf_array, pptrs);
	if (bpf_probe_read_kernel(&pointer, sizeof(pointer), (const void *)array))
		return -1;
	cpu_pointer = pointer;
	nr_cpu_addresses = 0;
	bpf_loop(KLEAK_MAX_CPUS, cpu_address, NULL, 0);
	return 0;
}

/* Buckets that one run looks at. */
struct kleak_sweep sweep;

#define SWEPT_AT_ONCE 32 /* in one call, which keeps loops short for the verifier */

__noinline int sweep_some(__u32 first)
{
	for (__u32 i = 0; i < SWEPT_AT_ONCE; i++)
		bucket_clear(first + i);
	return 0;
}

/* Take what is not in the sample any more out of some buckets; what stays notes that it did. */
SEC("syscall")
int sweep_buckets(void *ctx __attribute__((unused)))
{
	for (__u32 i = 0; i < KLEAK_SWEEP_BATCH; i += SWEPT_AT_ONCE)
		sweep_some(sweep.first + i);
	return 0;
}

struct kleak_evict_batch evictions;

/*
 * The loader found the object in this slot to be free in the allocator's own
 * books.  Take it out if it is still the one that was looked at: an address that
 * was allocated again has a new record, of another time.
 */
__noinline int evict(__u32 nr)
{
	const struct kleak_eviction *e = &evictions.list[opaque(nr) & (KLEAK_EVICT_BATCH - 1)];
	__u32 index = e->slot / KLEAK_BUCKET_KEYS, i = slot_index(e->slot);
	struct kleak_bucket *b = bpf_map_lookup_elem(&objects, &index);
	struct kleak_tally *t;
	__u64 key, bytes;
	__u32 bits;

	if (!b)
		return 0;
	key = b->key[i];
	bits = kleak_bits(&b->record[i], control.sample_bits);
	bytes = bytes_to_tally(&b->record[i]);
	if (key != e->key || b->record[i].allocated_at != e->allocated_at ||
	    b->record[i].site != e->site)
		return 0;
	if (__sync_val_compare_and_swap(&b->key[i], key, KLEAK_KEY_EMPTY) != key)
		return 0;
	presence_add(address_of_key(key), -1);
	spill_end(address_of_key(key), index);
	t = tally_of(e->site);
	if (t) {
		__sync_fetch_and_add(e->free ? &t->verified : &t->evicted, 1);
		__sync_fetch_and_add(&t->freed_bytes, bytes);
		__sync_fetch_and_add(&t->frees_more, stands_for_more(bits));
	}
	/* Allocated anew between the look and the swap: that allocation is lost. */
	if (b->record[i].allocated_at != e->allocated_at)
		count(KLEAK_LOSS_RACE, 1);
	return 0;
}

SEC("syscall")
int evict_objects(void *ctx __attribute__((unused)))
{
	for (__u32 i = 0; i < KLEAK_EVICT_BATCH && i < evictions.nr; i++)
		evict(i);
	return 0;
}

#endif
