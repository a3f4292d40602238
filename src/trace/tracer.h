/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF side: load what the plan says, attach, read out, detach.  The only
 * file that knows the skeleton.  Nothing is pinned: whatever ends this process
 * takes every program and map with it.
 */
#ifndef KLEAK_TRACE_TRACER_H
#define KLEAK_TRACE_TRACER_H

#include "trace/attach_plan.h"
#include "trace/hooked.h"
#include "trace/recycle.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tracer;

/* The maps, as the programs write them; valid until tracer__close(). */
struct tracer_view {
	const struct kleak_bucket *buckets;
	const struct kleak_site *sites;
	const struct kleak_tally *tallies; /* [lane * nr_sites + site] */
	const struct kleak_cache *caches;  /* KLEAK_MAX_CACHES */
	const struct kleak_counts *counts; /* [lane] */
	const uint8_t *parts;		   /* KLEAK_PARTS of the buckets, which of them are used */
	uint32_t part_shift;		   /* each has 1 << part_shift buckets */
	uint32_t nr_buckets;
	uint32_t nr_sites;
	uint32_t nr_lanes;
};

/*
 * Load and attach everything but record nothing yet.  process: whom to follow
 * with KLEAK_FOLLOW_PROCESS; target: file descriptor of it (pidfd_open(2); -1: there is none), or
 * with KLEAK_FOLLOW_CGROUP of the cgroup.
 * 0 and *tracer, or -errno with one sentence in `why`.
 */
int tracer__open(struct tracer **tracer, const struct plan *plan, uint32_t process, int target,
		 bool verbose, char *why, size_t len);

/* Allocations are recorded from here on. */
void tracer__start(struct tracer *tracer);

/* Allocations are not recorded from here on; frees are. */
void tracer__stop_allocations(struct tracer *tracer);

/* Detach everything; the maps stay readable. */
void tracer__stop(struct tracer *tracer);

const struct tracer_view *tracer__view(const struct tracer *tracer);

/* 0, or -errno when the kernel does not tell. */
int tracer__missed(const struct tracer *tracer, struct misses *missed);

/*
 * The tick as records have it, of a clock that may be a jiffy before or behind clock__now_ticks():
 * whatever is allocated later has that tick or a later one.  0 or -errno.
 */
int tracer__now(struct tracer *tracer, uint64_t *ticks);

/*
 * Have the vmalloc areas in these slots of the object table (bucket * KLEAK_BUCKET_KEYS + index)
 * sized, those that have a size anew: vrealloc() may have given back pages.  0 or -errno.
 */
int tracer__size_areas(struct tracer *tracer, const uint32_t *slots, size_t nr);

/* *task: where this process's struct task_struct is.  0 or -errno. */
int tracer__learn_self(struct tracer *tracer, uint64_t *task);

/*
 * What to add to a per-CPU pointer for each possible CPU, room for
 * KLEAK_MAX_CPUS: how many, or -errno.  Only with plan.learn_cpus.
 */
int tracer__learn_cpus(struct tracer *tracer, uint64_t *offsets);

/*
 * Copy kernel memory, KLEAK_READ_MOST bytes at most: 0 or -EFAULT.  `tracer` is
 * a struct tracer: a callback of slub.h.
 */
int tracer__read(void *tracer, uint64_t address, void *to, size_t len);

/*
 * The same without the copy: where the bytes are, to be changed at will, until the next
 * tracer__read() or tracer__peek(), or NULL.
 */
void *tracer__peek(void *tracer, uint64_t address, size_t len);

/* Where the kernel has what tracer__peek() returns; 0 before tracer__learn_self(). */
uint64_t tracer__buffer(const struct tracer *tracer);

/* Take these objects out of the table, if they are still the same.  0 or -errno. */
int tracer__evict(struct tracer *tracer, const struct kleak_eviction *list, size_t nr);

/*
 * Of how many addresses one is recorded.  It grows when the table is full, or by tracer__coarsen();
 * only tracer__refine() makes it less.
 */
uint32_t tracer__sampling(const struct tracer *tracer);

/* The most that this ever was. */
uint32_t tracer__sampling_most(const struct tracer *tracer);

/*
 * Have the kernel count how long BPF programs run, all of the machine's (BPF_ENABLE_STATS, 5.8),
 * until the file descriptor that this returns is closed; or -errno.
 */
int tracer__count_time(void);

/* How long the programs have run meanwhile.  0 or -errno. */
int tracer__run(const struct tracer *tracer, struct hooked_run *run);

/*
 * Record one address in `weight` from here on, a power of two, if it were more so far; take the
 * others out of the table.  0 or -errno.
 */
int tracer__coarsen(struct tracer *tracer, uint32_t weight);

/*
 * Record twice as many addresses from here on, unless all are, or the table just got full.  What is
 * in the table stands for as many as before (kleak_bits()).  0 or -errno.
 */
int tracer__refine(struct tracer *tracer);

/*
 * Make the programs quicker: have them compare chains of frames (chains.h) of the stacks that they
 * have seen so far.  To be called now and then, for there are new ones.  0 or -ENOMEM.
 */
int tracer__tune(struct tracer *tracer);

/*
 * Give back entries of the tables that nothing is recorded at any more.  look: what was read of
 * them just now.  0 or -errno.
 */
int tracer__recycle(struct tracer *tracer, const struct recycle_look *look);

/* What has been given back so far. */
const struct recycle *tracer__recycled(const struct tracer *tracer);

/* Record no more pages of this entry of the site table: they are counted elsewhere. */
void tracer__mute(struct tracer *tracer, uint32_t entry);

/*
 * Where struct pages are, as slub.page_base: from now on what kfree() frees is told by cache.
 */
void tracer__set_page_base(struct tracer *tracer, uint64_t page_base);

/*
 * Who allocated where, with plan->config.who: each(who, how often, arg) for every entry.
 * A `site` is an index into the site table.  0 or -errno.
 */
int tracer__who(const struct tracer *tracer,
		void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *),
		void *arg);

/*
 * Who frees: note it of the next `nr` frees of objects of this entry of the site table, with
 * plan->config.who.
 */
void tracer__note_frees(struct tracer *tracer, uint32_t entry, uint32_t nr);

/* What was noted: each(freer, arg) for every stack.  0 or -errno. */
int tracer__freers(const struct tracer *tracer,
		   void (*each)(const struct kleak_freer *freer, void *arg), void *arg);

/*
 * How often modules came or went, and how many of these changes tracer__listen() does not
 * tell.  quiet: no program was telling of one when this was asked: what tracer__listen() does not
 * tell after that will not come.
 */
struct tracer_modules {
	uint32_t changes;
	uint32_t losses;
	bool quiet;
};

struct tracer_modules tracer__module_changes(const struct tracer *tracer);

/*
 * How often code of BPF programs went, and of these changes how many, at most, tracer__listen()
 * does not tell.
 */
struct tracer_code {
	uint32_t changes;
	uint64_t losses;
};

struct tracer_code tracer__code_changes(const struct tracer *tracer);

/*
 * The BPF programs that are there, as code_list__read().  Where the list is not to be had: -ENOTSUP
 * or another -errno.
 */
int tracer__list_code(struct tracer *tracer, const struct kleak_code **functions, size_t *nr);

/* Who is told of modules that come and go, and of BPF programs that go. */
struct tracer_listener {
	void (*module)(const struct kleak_module_record *record, void *arg);
	void (*code)(const struct kleak_code *gone, void *arg);
	void *arg;
};

/* Tell of every record that the programs have written since the last call. */
void tracer__listen(struct tracer *tracer, const struct tracer_listener *listener);

/* This program's thread group, as the initial PID namespace has it. */
uint32_t tracer__self(const struct tracer *tracer);

/* Has the followed process exited? */
bool tracer__process_gone(const struct tracer *tracer);

/* KLEAK_FOLLOW_FAMILY: have the calling process followed from here on.  0 or -errno. */
int tracer__join_family(const struct tracer *tracer);

/* How many processes are followed that way and have not ended. */
uint32_t tracer__family(const struct tracer *tracer);

void tracer__close(struct tracer *tracer);

#endif
