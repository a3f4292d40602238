/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps: all preallocated, so that tracing never allocates. */
#ifndef KLEAK_MAPS_BPF_H
#define KLEAK_MAPS_BPF_H

#include "kleak.h"

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

/*
 * Stack buffers.  One program may interrupt another on the same CPU, and
 * fentry programs may even be preempted: each claims a buffer of its own.
 */
struct scratch {
	__u64 busy;
	__u32 cache; /* of the site looked for */
	__u32 space;
	__u32 first; /* its frames: frames[first .. first + nr) */
	__u32 nr;
	__u64 whole;
	__u64 frames[KLEAK_MAX_FRAMES];
	/* where they lie on the stack: see unwind.bpf.h; volatile: nothing for the verifier to
	 * follow */
	__u32 ends;	/* the last frame is the stack's outermost one */
	__u32 cut;	/* the last frame is where an interrupt came in */
	__u32 from, to; /* words between which a frame is looked for */
	__u64 turn;
	__u64 filter;
	volatile __u32 at[KLEAK_MAX_FRAMES];
	volatile __u32 times[KLEAK_MAX_FRAMES];
	__u64 window[KLEAK_STACK_WINDOW];
};

_Static_assert(sizeof(struct scratch) * KLEAK_SCRATCH_SLOTS == KLEAK_SCRATCH_BYTES,
	       "kleak.h tells the loader what a CPU's buffers take");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, KLEAK_SCRATCH_SLOTS);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* How many objects are in the table, by a hash of their address; used where not all is followed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1 << KLEAK_PRESENCE_BITS);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} presence SEC(".maps");

/* Steps from one return address to the next: see unwind.bpf.h. */
/* A variable and no map: reached without a lookup, which is what following a stack waits for. */
struct kleak_step steps[KLEAK_STEP_WAYS << KLEAK_STEP_BITS] __attribute__((aligned(64)));

_Static_assert(sizeof(steps) == KLEAK_STEP_BYTES, "kleak.h tells the loader what the steps take");

/*
 * The address that a copy of an event's program has just dealt with, so that
 * the copies after it leave at once.  A hint: see copies in slab.bpf.h.  Disguised
 * (~address): it shall not look like a reference to the object.
 */
struct recent {
	__u64 not_ptr[KLEAK_EVENTS];
	__u64 hits; /* of stacks that were not walked: which ones are checked */
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

/* Who allocates where: how often (config.who; else one entry, never used). */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct kleak_who);
	__type(value, struct kleak_who_times);
} who SEC(".maps");

const volatile struct kleak_config config;
volatile struct kleak_control control;

#endif
