/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps: all preallocated, so that tracing never allocates. */
#ifndef KLEAK_MAPS_BPF_H
#define KLEAK_MAPS_BPF_H

#include "kleak.h"
#include "scratch.bpf.h"
#include "steps.h"

/*
 * What is published.
 *
 * All that stands here is written without a lock while others read it, and CPUs other than x86 may
 * store and load in another order than the code says.  So that nobody takes what is half written
 * for whole, the words below tell that something else is: programs write them by publish() or by
 * an atomic operation whose result is used, which is a full barrier (without its result it is
 * none), and nothing else (tests/check-published); the loader by atomic stores.
 *
 *   word                     what was written before       whoever reads it
 *   kleak_bucket.key         the record, and that its      the loader: acquire, and the key once
 *                            allocation is counted         more; frees: whoever frees an object
 *                                                          got it from who allocated it, in order
 *   parts                    (set before BUSY is swapped     the loader: acquire, the tallies
 *                            into a key there)              before
 *   kleak_bucket.spilled,    (added before the key)        frees, in the same way
 *   strayed
 *   kleak_site.hash          (claims the entry)            its index is all that is used
 *   kleak_site.nr_frames     the rest of the site          the loader: acquire
 *   kleak_cache.id           (claims the entry)            its index is all that is used
 *   kleak_cache.ready        the rest of the cache         after(); the loader: acquire
 *   kleak_step.address       its way (0: that this is      a tag in the way, and what stands on
 *                            another's)                    the stack
 *   kleak_chain.tag          the rest of the chain, by     after(); a chain is written anew when
 *                            the loader                    no program reads it any more
 *   control.site_changes     a site's hash, which is      makes the hash that is looked for; the
 *                            another one then               loader waits for those who read it
 *                                                           before
 *   control.chain_seed       the chains, by the loader     makes the address that is read
 *   control.present          the set of bits, by the       makes the address that is read
 *                            loader
 *   presence                 (add_first(): before an       the loader: after it has cleared bits
 *                            allocation reads the bits)
 *   kleak_tally              (allocations: before their    the loader: fences between the tables
 *                            key, frees after it)
 *
 * A record's bytes and stamp, `known`, `found`, `others`, a site's `muted` and `frees_to_note` and
 * what only guesses (`recent`, `next`, distances) are words that say all by themselves.
 */

/* The loader sets max_entries of the arrays marked "sized" from the plan. */

/* The object table (sized). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kleak_bucket);
} objects SEC(".maps");

/* The site table (sized). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kleak_site);
} sites SEC(".maps");

/* Counters of the sites: lane * sites + site (sized). */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kleak_tally);
} tallies SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KLEAK_MAX_CACHES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kleak_cache);
} caches SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KLEAK_MAX_LANES);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct kleak_counts);
} counts SEC(".maps");

/* Stack buffers, see scratch.bpf.h. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KLEAK_SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/*
 * Variables and no maps: reached without a lookup, which is what following a stack waits for.  (And
 * an array's values take eight bytes each at least.)
 */

/* Of each part of the table: 1 if anything was ever recorded there. */
__u8 parts[KLEAK_PARTS] __attribute__((aligned(64)));

/* How many objects are in the table, by a hash of their address; used where not all is followed. */
__u32 presence[1 << KLEAK_PRESENCE_BITS] __attribute__((aligned(64)));

/*
 * A bit for each of these: 0 only if it is 0.  What a CPU has at hand, which the counters are not.
 * Allocations set bits in both; the loader makes the one that is not looked at anew now and then.
 */
__u32 present[2][1 << (KLEAK_PRESENCE_BITS - 5)] __attribute__((aligned(64)));

/*
 * Kernel stacks that are not the followed processes', by a hash of where they begin: a task's until
 * a new task gets its stack (follow.bpf.h), an interrupt's for ever.
 */
__u64 others[1 << KLEAK_OTHERS_BITS] __attribute__((aligned(64)));

/* Sites that were found last, by hash: denser than the table of sites itself.  See note_key(). */
__u64 known[1 << KLEAK_KNOWN_BITS] __attribute__((aligned(64)));

/* Steps from one return address to the next: see unwind.bpf.h. */
struct kleak_step steps[KLEAK_STEPS] __attribute__((aligned(64)));

/* Chains of them, which the loader makes. */
struct kleak_chain chains[KLEAK_CHAINS] __attribute__((aligned(64)));

/*
 * The address that a copy of an event's program has just dealt with, so that
 * the copies after it leave at once.  A hint: see copies in slab.bpf.h.  Disguised
 * (~address): it shall not look like a reference to the object.
 */
struct recent {
	__u64 not_ptr[KLEAK_EVENTS];
	__u64 not_first; /* see is_first_of_two() */
	__u64 hits;	 /* of stacks that were not walked: which ones are checked */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct recent);
} recents SEC(".maps");

/* KLEAK_FOLLOW_FAMILY: thread group ids, as the initial PID namespace has them (else one entry,
 * never used). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} family SEC(".maps");

/* KLEAK_FOLLOW_CGROUP: the one cgroup. */
struct {
	__uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} cgroups SEC(".maps");

/* struct kleak_module_record, see modules.bpf.h (sized; config.modules). */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} modules SEC(".maps");

/* Sites with frames outside the kernel's own text, by index: see code.bpf.h. */
__u32 code_sites[KLEAK_CODE_SITES];

/* Which module was the last one in a page, by a hash of both: see modules.bpf.h.  0: nobody knows.
 */
__u32 tenants[1U << KLEAK_TENANT_BITS];

/* Who allocates where: how often (config.who; else one entry, never used). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct kleak_who);
	__type(value, struct kleak_who_times);
} who SEC(".maps");

/* Who frees, by kleak_freer.site and the stack (config.who; else one entry, never used). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct kleak_freer);
} freers SEC(".maps");

/* Calls that are going on, by where the stack was at the entry, as key_of() makes a key of that
 * (kprobes; else one entry, never used). */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1);
	__type(key, __u64);
	__type(value, struct kleak_call);
} calls SEC(".maps");

const volatile struct kleak_config config;
volatile struct kleak_control control;

#endif
