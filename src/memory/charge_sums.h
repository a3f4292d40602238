/* SPDX-License-Identifier: GPL-2.0-only */
/* What each memory cgroup is charged with, by kind and by slab cache: sums.  Pure. */
#ifndef KLEAK_MEMORY_CHARGE_SUMS_H
#define KLEAK_MEMORY_CHARGE_SUMS_H

#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

#define CHARGE_CACHE_NAME 32
#define CHARGE_ROWS_MOST  1000000 /* pairs of a group and a cache */
#define CHARGE_CACHES	  4096

enum charge_kind {
	CHARGE_SLAB,
	CHARGE_PAGES, /* of the kernel: stacks, vmalloc(), pipes, large kmalloc()s */
	CHARGE_TABLES,
	CHARGE_PERCPU,
	CHARGE_OF_KERNEL, /* the first ones */
	CHARGE_ANON = CHARGE_OF_KERNEL,
	CHARGE_SHMEM, /* tmpfs, shared memory */
	CHARGE_FILE,
	CHARGE_UNKNOWN, /* of processes or files, it cannot be told */
	CHARGE_KINDS,
};

struct charge_total {
	uint64_t count[CHARGE_KINDS]; /* objects; pages, a compound one counts once */
	uint64_t bytes[CHARGE_KINDS];
};

/* What a group has of a cache. */
struct charge_row {
	uint32_t memcg, cache; /* indices */
	uint64_t objects;
};

struct charge_cache {
	uint64_t address; /* its struct kmem_cache */
	uint32_t size;	  /* bytes from one object to the next */
	char name[CHARGE_CACHE_NAME];
	uint64_t in_use;  /* objects, by the slabs' counters: at most */
	uint64_t charged; /* of these, to whomever */
};

struct charge_sums {
	uint32_t nr_memcgs;
	struct charge_total *totals; /* of each; then: nobody, unknown */
	struct charge_row *rows;
	uint32_t nr_rows;
	size_t room_rows;
	struct idmap by_pair;
	struct charge_cache *caches;
	uint32_t nr_caches;
	size_t room_caches;
	struct idmap by_cache;
	uint64_t without_row; /* objects that found no room among the rows; the totals have them */
};

/* Begin with nothing, for so many groups.  0 or -ENOMEM. */
int charge_sums__begin(struct charge_sums *sums, uint32_t nr_memcgs);

/* The index of the cache at this address; *is_new: it has to be named.  -ENOSPC, -ENOMEM. */
int64_t charge_sums__cache(struct charge_sums *sums, uint64_t address, int *is_new);

/* An object of this cache is charged to `memcg`, or CHARGES_UNKNOWN.  0 or -ENOMEM. */
int charge_sums__add_object(struct charge_sums *sums, uint32_t memcg, uint32_t cache);

/* The same of what is no slab. */
void charge_sums__add(struct charge_sums *sums, uint32_t memcg, enum charge_kind kind,
		      uint64_t bytes);

/* Of a group, or CHARGES_NOBODY, CHARGES_UNKNOWN. */
const struct charge_total *charge_sums__of(const struct charge_sums *sums, uint32_t memcg);

/* Bytes of the kernel's own memory in it. */
uint64_t charge_sums__kernel_bytes(const struct charge_total *total);

/* Rows of one group behind each other, the largest first. */
void charge_sums__sort(struct charge_sums *sums);

void charge_sums__free(struct charge_sums *sums);

#endif
