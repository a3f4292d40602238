/* SPDX-License-Identifier: GPL-2.0-only */
/* What memory cgroups are charged with, made up, for the renderers. */
#ifndef KLEAK_UNIT_GOLDEN_CHARGES_H
#define KLEAK_UNIT_GOLDEN_CHARGES_H

#include "golden/golden.h"

#include "memory/charge_list.h"
#include "memory/zombies.h"

#include <stdlib.h>
#include <string.h>

enum { GOLDEN_ROOT, GOLDEN_APP, GOLDEN_GONE, GOLDEN_OFF, GOLDEN_GROUPS };

static struct memcg golden_groups[GOLDEN_GROUPS] = {
	[GOLDEN_ROOT] = {.id = 1, .name = "", .parent = MEMCGS_NONE, .refs = -1},
	[GOLDEN_APP] = {.id = 4711, .serial = 20, .name = "app\x1b[2J", .refs = -1},
	[GOLDEN_GONE] = {.id = 4712,
			 .serial = 21,
			 .name = "job 7",
			 .parent = GOLDEN_APP,
			 .dead = true,
			 .removed = true,
			 .refs = 1305,
			 .swap_known = true,
			 .swap_entries = 3,
			 .usage_bytes = 5 << 20,
			 .made_jiffies = (1ULL << 32) - 75000 + 25000},
	[GOLDEN_OFF] = {.id = 4713, .serial = 22, .name = "off", .dead = true, .refs = -1},
};

static struct memcgs golden_memcgs(void)
{
	return (struct memcgs){.list = golden_groups, .nr = GOLDEN_GROUPS, .nr_dead = 2};
}

static void golden_charged(struct charge_sums *sums, const char *name, uint32_t size,
			   const int objects[GOLDEN_GROUPS])
{
	int is_new;
	uint32_t cache =
		(uint32_t)charge_sums__cache(sums, 0x1000 + sums->nr_caches * 64ULL, &is_new);

	sums->caches[cache].size = size;
	snprintf(sums->caches[cache].name, sizeof(sums->caches[cache].name), "%s", name);
	for (uint32_t g = 0; g < GOLDEN_GROUPS; g++)
		for (int i = 0; i < objects[g]; i++)
			assert_int_equal(charge_sums__add_object(sums, g, cache), 0);
	sums->caches[cache].in_use = sums->caches[cache].charged + 100;
}

/* To be freed with charge_walk__free(). */
static struct charge_walk golden_walk(void)
{
	static const char *const caches[] = {"filp", "dentry", "cred",	"kmalloc-cg-1k\x1b",
					     "pid",  "vma",    "eight", "nine"};
	struct charge_walk walk = {.percpu_known = true};

	assert_int_equal(charge_sums__begin(&walk.sums, GOLDEN_GROUPS), 0);
	for (int i = 0; i < (int)(sizeof(caches) / sizeof(caches[0])); i++)
		golden_charged(&walk.sums, caches[i], 64U << i % 5,
			       (const int[GOLDEN_GROUPS]){i == 1 ? 7 : 0, 10 * (i + 1)});
	charge_sums__add(&walk.sums, GOLDEN_APP, CHARGE_PAGES, 16384);
	charge_sums__add(&walk.sums, GOLDEN_APP, CHARGE_TABLES, 4096);
	charge_sums__add(&walk.sums, GOLDEN_APP, CHARGE_PERCPU, 320);
	charge_sums__add(&walk.sums, GOLDEN_GONE, CHARGE_SHMEM, 4 << 20);
	charge_sums__add(&walk.sums, GOLDEN_GONE, CHARGE_FILE, 4096);
	charge_sums__add(&walk.sums, CHARGES_UNKNOWN, CHARGE_PAGES, 8192);
	charge_sums__sort(&walk.sums);
	return walk;
}

#endif
