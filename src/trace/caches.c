// SPDX-License-Identifier: GPL-2.0-only
#include "trace/caches.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPROXIMATE_PERCENT 3
#define APPROXIMATE_LEAST   10

/* Longest first: "kmalloc-" starts the others too. */
static const struct {
	const char *prefix;
	uint32_t flags;
} kinds_by_prefix[] = {
	{"kmalloc-rcl-", KLEAK_CACHE_RECLAIMABLE},
	{"kmalloc-cg-", KLEAK_CACHE_ACCOUNT},
	{"dma-kmalloc-", KLEAK_CACHE_DMA},
	{"kmalloc-", 0},
};

static const char *prefix_of(uint32_t flags, const struct cache_kinds *kinds)
{
	if (flags & KLEAK_CACHE_DMA)
		return kinds->dma ? "dma-kmalloc-" : "kmalloc-";
	if (flags & KLEAK_CACHE_RECLAIMABLE)
		return "kmalloc-rcl-";
	if (flags & KLEAK_CACHE_ACCOUNT)
		return kinds->cgroup ? "kmalloc-cg-" : "kmalloc-";
	return "kmalloc-";
}

void cache__name(char *name, size_t len, const struct kleak_cache *cache,
		 const struct cache_kinds *kinds)
{
	const char *prefix;
	uint32_t size = cache->object_size;

	if (!(cache->flags & KLEAK_CACHE_KMALLOC)) {
		snprintf(name, len, "%.*s", (int)sizeof(cache->name),
			 cache->name[0] ? cache->name : "(unknown)");
		return;
	}
	if (cache->flags & KLEAK_CACHE_LARGE) {
		snprintf(name, len, "kmalloc-large");
		return;
	}
	prefix = prefix_of(cache->flags, kinds);
	if (size >= 1024 && size % 1024 == 0)
		snprintf(name, len, "%s%uk", prefix, size / 1024);
	else
		snprintf(name, len, "%s%u", prefix, size);
}

/* "512", "2k", "4M" and nothing behind: the number, or 0. */
static uint64_t parse_size(const char *text)
{
	unsigned long number;
	char *end;

	if (*text < '1' || *text > '9')
		return 0;
	number = strtoul(text, &end, 10);
	if (number > 1UL << 30)
		return 0;
	if (!strcmp(end, "k"))
		number *= 1024;
	else if (!strcmp(end, "M"))
		number *= 1024 * 1024;
	else if (*end)
		return 0;
	return number <= 1UL << 30 ? number : 0;
}

bool cache__parse_kmalloc(const char *name, uint32_t *size, uint32_t *flags)
{
	for (size_t i = 0; i < sizeof(kinds_by_prefix) / sizeof(kinds_by_prefix[0]); i++) {
		size_t len = strlen(kinds_by_prefix[i].prefix);
		uint64_t number;

		if (strncmp(name, kinds_by_prefix[i].prefix, len))
			continue;
		number = parse_size(name + len);
		if (!number)
			return false;
		*size = number;
		*flags = KLEAK_CACHE_KMALLOC | kinds_by_prefix[i].flags;
		return true;
	}
	return false;
}

uint32_t cache__class_size(const char *name, uint64_t object_size)
{
	const char *dash = strrchr(name, '-');
	uint64_t size = dash ? parse_size(dash + 1) : 0;

	/* those of kmalloc() have more than their names say where there is debugging */
	return size == object_size || (strstr(name, "kmalloc-") && size < object_size) ? size : 0;
}

bool cache__is_kmalloc_variant(const char *name)
{
	return !strncmp(name, "kmalloc-", strlen("kmalloc-"));
}

bool cache__is_lazy(const char *name)
{
	return !strcmp(name, "vmap_area");
}

uint64_t cache__kmem(const struct kleak_cache *cache)
{
	uint64_t id =
		__atomic_load_n(&cache->ready, __ATOMIC_ACQUIRE) ? cache->id : KLEAK_CACHE_DEAD;

	return id & KLEAK_CACHE_CLASS ? 0 : ~id; /* of a class, or DEAD */
}

void cache__sum(struct cache_sum sums[KLEAK_MAX_CACHES], const struct snapshot *snapshot,
		const struct kleak_site *entries)
{
	memset(sums, 0, KLEAK_MAX_CACHES * sizeof(*sums));
	snapshot__each (i, snapshot) {
		const struct snapshot_site *site = &snapshot->sites[i];
		struct cache_sum *sum = &sums[entries[i].cache % KLEAK_MAX_CACHES];

		if (entries[i].space != KLEAK_SPACE_SLAB)
			continue;
		sum->allocations += site->allocations;
		sum->frees += site->frees;
		sum->implicit += site->implicit;
		sum->verified += site->verified;
		sum->live += site->live;
		sum->pending += site->pending;
	}
}

bool cache__is_approximate(const struct cache_sum *sum)
{
	uint64_t missed = sum->implicit + sum->verified;

	return missed >= APPROXIMATE_LEAST &&
	       missed * 100 > APPROXIMATE_PERCENT * (sum->frees + missed);
}

int64_t cache__older_bytes(const struct kleak_cache *cache)
{
	return ((int64_t)cache->unknown - cache->unrecorded) * cache->size;
}
