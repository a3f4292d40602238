/* SPDX-License-Identifier: GPL-2.0-only */
/* Two looks at what memory cgroups are charged with, a minute apart, made up. */
#ifndef KLEAK_UNIT_GOLDEN_CHARGE_GROWTH_H
#define KLEAK_UNIT_GOLDEN_CHARGE_GROWTH_H

#include "golden/golden.h"

#include "memory/charge_list.h"

enum { LOOK_ROOT, LOOK_APP, LOOK_JOB, LOOK_GROUPS };
enum { LOOK_FILP, LOOK_DENTRY, LOOK_PID, LOOK_CACHES };

/* One of them. */
struct golden_look {
	struct memcg list[LOOK_GROUPS];
	struct memcgs memcgs;
	struct charge_walk walk;
};

struct golden_looks {
	struct golden_look before, now;
	struct charge_growth growth;
};

static void golden_look_begin(struct golden_look *look, const char *job, uint64_t serial)
{
	*look = (struct golden_look){
		.list = {{.address = 0x1000,
			  .serial = 1,
			  .id = 1,
			  .name = "",
			  .parent = MEMCGS_NONE},
			 {.address = 0x2000, .serial = 5, .id = 11, .name = "app"},
			 {.address = 0x3000, .serial = serial, .id = serial + 6, .name = job}},
		.walk = {.percpu_known = true},
	};
	look->memcgs = (struct memcgs){.list = look->list, .nr = LOOK_GROUPS};
	for (uint32_t i = 0; i < LOOK_GROUPS; i++)
		assert_int_equal(
			idmap__add(&look->memcgs.by_address, idmap__mix(look->list[i].address), i),
			0);
	assert_int_equal(charge_sums__begin(&look->walk.sums, LOOK_GROUPS), 0);
	for (int i = 0; i < LOOK_CACHES; i++) {
		static const char *const names[] = {"filp", "dentry", "pid"};
		int is_new;
		int64_t cache = charge_sums__cache(&look->walk.sums, 0x9000 + i * 64ULL, &is_new);
		struct charge_cache *its = &look->walk.sums.caches[cache];

		its->size = 64U << i;
		snprintf(its->name, sizeof(its->name), "%s", names[i]);
	}
}

static void golden_charge(struct golden_look *look, uint32_t group, uint32_t cache, int objects)
{
	for (int i = 0; i < objects; i++)
		assert_int_equal(charge_sums__add_object(&look->walk.sums, group, cache), 0);
}

/* The third cgroup has gone, and another one is made where it stood. */
static void golden_looks_begin(struct golden_looks *looks)
{
	golden_look_begin(&looks->before, "job", 6);
	golden_charge(&looks->before, LOOK_ROOT, LOOK_PID, 3);
	golden_charge(&looks->before, LOOK_APP, LOOK_FILP, 10);
	golden_charge(&looks->before, LOOK_APP, LOOK_DENTRY, 500);
	golden_charge(&looks->before, LOOK_JOB, LOOK_FILP, 7);
	charge_sums__add(&looks->before.walk.sums, LOOK_APP, CHARGE_PAGES, 16384);
	charge_sums__add(&looks->before.walk.sums, CHARGES_UNKNOWN, CHARGE_PAGES, 8192);
	charge_sums__sort(&looks->before.walk.sums);
	golden_look_begin(&looks->now, "more", 9);
	golden_charge(&looks->now, LOOK_APP, LOOK_FILP, 230);
	golden_charge(&looks->now, LOOK_APP, LOOK_DENTRY, 490);
	golden_charge(&looks->now, LOOK_APP, LOOK_PID, 2);
	golden_charge(&looks->now, LOOK_JOB, LOOK_FILP, 5);
	charge_sums__add(&looks->now.walk.sums, LOOK_APP, CHARGE_PAGES, 20480);
	charge_sums__add(&looks->now.walk.sums, LOOK_JOB, CHARGE_FILE, 4096);
	charge_sums__add(&looks->now.walk.sums, CHARGES_UNKNOWN, CHARGE_PAGES, 8192);
	charge_sums__sort(&looks->now.walk.sums);
	looks->growth = (struct charge_growth){
		.memcgs = &looks->before.memcgs, .walk = &looks->before.walk, .seconds = 60};
	assert_int_equal(charge_growth__begin(&looks->growth), 0);
}

/* To be freed with charge_list__free(). */
static __attribute__((unused)) struct charge_list golden_grown_list(struct golden_looks *looks)
{
	struct charge_list list = {.memcgs = &looks->now.memcgs,
				   .walk = &looks->now.walk,
				   .growth = &looks->growth,
				   .time = {1763906605, 123456789},
				   .kernel = "6.12.0-amd64",
				   .seconds = 0.25};

	assert_int_equal(charge_list__make(&list), 0);
	return list;
}

static void golden_looks_end(struct golden_looks *looks)
{
	charge_growth__free(&looks->growth);
	charge_walk__free(&looks->before.walk);
	charge_walk__free(&looks->now.walk);
	idmap__free(&looks->before.memcgs.by_address);
	idmap__free(&looks->now.memcgs.by_address);
}

/* Print the list of them by `render`. */
static __attribute__((unused)) int
golden_print_grown(int (*render)(const struct charge_list *list, FILE *out), FILE *out)
{
	struct golden_looks looks;
	struct charge_list list;
	int err;

	golden_looks_begin(&looks);
	list = golden_grown_list(&looks);
	err = render(&list, out);
	charge_list__free(&list);
	golden_looks_end(&looks);
	return err;
}

#endif
