// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/pin_sample.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * A made-up kernel: an address in it is that of a dentry of 24 words, used once if bit 16 of the
 * address is set, or of an inode of 64 words with the same meaning, 8 words into its object.
 */
#define DENTRIES 0xffff888000000000ULL
#define INODES	 0xffff889000000000ULL
#define USED	 0x10000ULL
#define OFFSET	 64
#define OLD	 2000 /* ticks */
#define MOST	 400  /* objects */

enum { UNKNOWN_CACHE, NONE, DENTRY, EXT4_INODE, RADIX, FILP };

static const struct kleak_cache caches[KLEAK_MAX_CACHES] = {
	[DENTRY] = {.name = "dentry", .size = 192, .flags = KLEAK_CACHE_RECLAIMABLE},
	[EXT4_INODE] = {.name = "ext4_inode_cache", .size = 1000, .flags = KLEAK_CACHE_RECLAIMABLE},
	[RADIX] = {.name = "radix_tree_node", .size = 192, .flags = KLEAK_CACHE_RECLAIMABLE},
	[FILP] = {.name = "filp", .size = 256},
};

struct made_up {
	struct kleak_bucket buckets[(MOST + KLEAK_BUCKET_KEYS - 1) / KLEAK_BUCKET_KEYS];
	struct site list[40];
	uint32_t of_entry[40];
	struct snapshot_object objects[MOST];
	struct snapshot snapshot;
	struct sites sites;
	struct vfs vfs;
	struct pins pins;
	struct pins_tables tables;
	uint64_t reads;
	uint32_t changed; /* slot whose record changes while the object is read */
};

static const struct vfs_layout layout = {
	.dentry = 24 * 8,
	.dentry_count = 0,
	.dentry_lru = 8,
	.dentry_parent = 24,
	.dentry_inode = 32,
	.dentry_sb = 40,
	.dentry_pprev = 48,
	.dentry_alias = 56,
	.dentry_children = 64,
	.dentry_sibling = 72,
	.inode = 512,
	.inode_op = 8,
	.inode_sb = 16,
	.inode_count = 24,
	.inode_dentry = 32,
	.inode_lru = 40,
	.inode_sb_list = 56,
	.inode_io_list = SLUB_NONE,
	.inode_wb_list = SLUB_NONE,
	.inode_mapping = 72,
	.inode_data = 80,
	.inode_pages = 88,
	.inode_host = 80,
};

static void put(uint8_t *bytes, size_t len, uint64_t offset, uint64_t word)
{
	if (offset + sizeof(word) <= len)
		memcpy(bytes + offset, &word, sizeof(word));
}

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	struct made_up *m = arg;
	uint64_t used = address & USED ? 1 : 0;
	uint64_t inode = address % 1024 == OFFSET ? address : address + OFFSET;
	uint64_t at = inode - address;

	m->reads++;
	memset(to, 0, len);
	if (m->changed != UINT32_MAX) {
		uint32_t bucket = m->changed / KLEAK_BUCKET_KEYS;

		m->buckets[bucket].record[m->changed % KLEAK_BUCKET_KEYS].allocated_at++;
	}
	if (address < DENTRIES)
		return -EFAULT;
	if (address < INODES) {
		put(to, len, layout.dentry_count, used);
		put(to, len, layout.dentry_lru, used ? address + layout.dentry_lru : DENTRIES);
		return 0;
	}
	put(to, len, at + layout.inode_count, used);
	put(to, len, at + layout.inode_sb, 1);
	put(to, len, at + layout.inode_mapping, 1);
	put(to, len, at + layout.inode_host, inode);
	put(to, len, at + layout.inode_lru, used ? inode + layout.inode_lru : DENTRIES);
	return 0;
}

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	m->snapshot.list = m->objects;
	m->sites.list = m->list;
	m->sites.of_entry = m->of_entry;
	m->vfs = (struct vfs){.layout = layout, .read = read_made_up, .arg = m};
	m->tables = (struct pins_tables){.buckets = m->buckets, .caches = caches};
	m->changed = UINT32_MAX;
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct made_up *m = *state;

	pin_sample__free(&m->pins);
	test_free(m);
	return 0;
}

/* A site with so many objects, `used` of them in use. */
static struct site *add(struct made_up *m, uint32_t cache, int objects, int used)
{
	uint32_t entry = (uint32_t)m->sites.nr++;
	struct site *site = &m->list[entry];

	*site = (struct site){.id = 100 + entry,
			      .space = KLEAK_SPACE_SLAB,
			      .cache = cache,
			      .index = entry,
			      .objects = (uint64_t)objects,
			      .listed = (uint64_t)objects,
			      .bytes = (uint64_t)objects * 100};
	m->of_entry[entry] = entry;
	m->snapshot.nr_sites = entry + 1;
	for (int i = 0; i < objects; i++) {
		uint32_t slot = (uint32_t)m->snapshot.nr_list;
		struct kleak_bucket *bucket = &m->buckets[slot / KLEAK_BUCKET_KEYS];
		uint64_t address =
			(cache == EXT4_INODE ? INODES : DENTRIES) + 0x100000 * (slot + 1);

		assert_true(slot < MOST);
		bucket->key[slot % KLEAK_BUCKET_KEYS] = ~(i < used ? address | USED : address);
		bucket->record[slot % KLEAK_BUCKET_KEYS].site = entry;
		m->objects[m->snapshot.nr_list++] =
			(struct snapshot_object){.site = entry, .age = OLD, .slot = slot};
	}
	return site;
}

static const struct pins_count *look(struct made_up *m, const struct site *site)
{
	assert_int_equal(pin_sample__look(&m->pins, &m->vfs, &m->snapshot, &m->sites, &m->tables),
			 0);
	return pin_sample__of(&m->pins, site->id);
}

static void test_each_kind_is_looked_at(void **state)
{
	struct made_up *m = *state;
	struct site *dentries = add(m, DENTRY, 20, 15);
	const struct site *inodes = add(m, EXT4_INODE, 12, 12);
	const struct pins_count *count = look(m, dentries);

	assert_int_equal(count->of, 20);
	assert_int_equal(count->sampled, 20);
	assert_int_equal(count->by[VFS_REFERENCE], 15);
	assert_int_equal(count->by[VFS_NOT_PINNED], 5);
	assert_int_equal(pin_sample__pinned(count), 15);
	count = look(m, inodes);
	assert_int_equal(count->sampled, 12);
	assert_int_equal(count->by[VFS_REFERENCE], 12);
	assert_int_equal(pin_sample__sampled(&m->pins), 32);
	dentries->objects = 160; /* each record stands for eight */
	assert_int_equal(look(m, dentries)->of, 160);
}

/* What nobody can tell costs nothing, and nothing is said. */
static void test_others_are_not_known(void **state)
{
	struct made_up *m = *state;
	const struct site *nodes = add(m, RADIX, 20, 20), *files = add(m, FILP, 20, 20);
	const struct site *few = add(m, DENTRY, PINS_LEAST - 1, 0);
	struct site *backing = add(m, DENTRY, 20, 0);

	backing->backing = true;
	assert_null(look(m, nodes));
	assert_null(look(m, files));
	assert_null(look(m, few));
	assert_null(look(m, backing));
	assert_int_equal(m->reads, 0);
}

/* What is young is in use by whoever makes it. */
static void test_young_objects_do_not_count(void **state)
{
	struct made_up *m = *state;
	const struct site *site = add(m, DENTRY, 30, 10);

	for (int i = 0; i < 10; i++)
		m->objects[i].age = 500;
	assert_int_equal(look(m, site)->of, 20);
	assert_int_equal(pin_sample__pinned(look(m, site)), 0);
	for (int i = 0; i < 30; i++)
		m->objects[i].age = 500;
	assert_null(look(m, site));
}

/* 300 objects, a third of them in use, the first ones: the sample is of all. */
static void test_the_sample_is_of_all(void **state)
{
	struct made_up *m = *state;
	const struct pins_count *count = look(m, add(m, DENTRY, 300, 100));
	uint32_t pinned = pin_sample__pinned(count);

	assert_int_equal(count->of, 300);
	assert_int_equal(count->sampled, OBJECT_SAMPLE);
	assert_in_range(pinned, 12, 31); /* 21, and 2.5 standard errors */
	assert_true(m->reads < 6 * OBJECT_SAMPLE);
}

/* An object that went while it was looked at, and one that is another site's by now. */
static void test_what_changes_does_not_count(void **state)
{
	struct made_up *m = *state;
	const struct site *site = add(m, DENTRY, 20, 20);

	m->changed = 3;
	m->buckets[1].key[0] = KLEAK_KEY_EMPTY;
	m->buckets[1].record[1].site = 7;
	assert_int_equal(look(m, site)->sampled, 17);
}

static bool is_stacked(void *arg, const struct site *site)
{
	return site == arg;
}

/* An overlay's inodes refer to them, and can go. */
static void test_references_of_an_overlay_say_nothing(void **state)
{
	struct made_up *m = *state;
	struct site *below = add(m, DENTRY, 20, 15), *other = add(m, DENTRY, 20, 15);

	m->tables.stacked = is_stacked;
	m->tables.arg = below;
	assert_int_equal(look(m, below)->by[VFS_UNKNOWN], 15);
	assert_int_equal(pin_sample__pinned(look(m, below)), 0);
	assert_int_equal(pin_sample__pinned(look(m, other)), 15);
}

/* Half of the places are for what grows, half for what is large. */
static void test_which_sites_are_looked_at(void **state)
{
	struct made_up *m = *state;

	for (int i = 0; i < 40; i++)
		add(m, DENTRY, 10, 0);
	for (int i = 0; i < 40; i++)
		m->list[i].bytes = 1000 + (uint64_t)i;
	m->list[0].growth_bytes_per_min = 1;
	assert_non_null(look(m, &m->list[0]));
	assert_non_null(pin_sample__of(&m->pins, m->list[39].id));
	assert_null(pin_sample__of(&m->pins, m->list[19].id));
	assert_int_equal(m->pins.nr, PINS_SITES);
}

/* Those that grow fastest, and of the others the largest; the smaller id of two that are alike. */
static void test_the_fastest_and_the_largest(void **state)
{
	struct made_up *m = *state;

	for (int i = 0; i < 40; i++)
		add(m, DENTRY, 10, 0);
	for (int i = 0; i < 40; i++) {
		m->list[i].bytes = i < 24 ? 5 : 1000 + 10 * (uint64_t)i;
		m->list[i].growth_bytes_per_min = i % 5 ? i : 0;
		m->list[i].id = 200 - (uint64_t)i;
	}
	look(m, m->list);
	assert_int_equal(m->pins.nr, PINS_SITES);
	/* 39, 38, 37, 36, 34, ... */
	for (int k = 0, i = 39; k < PINS_SITES / 2; i--)
		if (i % 5)
			assert_int_equal(m->pins.list[k++].id, 200 - (uint64_t)i);
	/* of those that are left the large ones, and then by id: the last ones of the list */
	assert_int_equal(m->pins.list[16].id, 165);
	assert_int_equal(m->pins.list[17].id, 170);
	assert_int_equal(m->pins.list[18].id, 175);
	for (size_t k = 20; k < PINS_SITES; k++)
		assert_true(m->pins.list[k].id > m->pins.list[k - 1].id);
	/* and again, of what there is then */
	m->sites.nr = 1;
	m->snapshot.nr_list = 10;
	assert_int_equal(look(m, m->list)->sampled, 10);
	assert_int_equal(m->pins.nr, 1);
	m->sites.nr = 0;
	m->snapshot.nr_list = 0;
	assert_null(look(m, m->list));
	assert_int_equal(pin_sample__sampled(&m->pins), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_kind_is_looked_at, begin, end),
		cmocka_unit_test_setup_teardown(test_others_are_not_known, begin, end),
		cmocka_unit_test_setup_teardown(test_young_objects_do_not_count, begin, end),
		cmocka_unit_test_setup_teardown(test_the_sample_is_of_all, begin, end),
		cmocka_unit_test_setup_teardown(test_what_changes_does_not_count, begin, end),
		cmocka_unit_test_setup_teardown(test_references_of_an_overlay_say_nothing, begin,
						end),
		cmocka_unit_test_setup_teardown(test_which_sites_are_looked_at, begin, end),
		cmocka_unit_test_setup_teardown(test_the_fastest_and_the_largest, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
