// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/found_free.h"

#include <errno.h>
#include <string.h>

/*
 * A kernel all of whose pages are free (no slab, no references): every object that
 * is looked at is free.
 */
static int read_zeros(void *arg, uint64_t address, void *to, size_t len)
{
	(void)arg;
	if (address >= 0xffffea0000000000ULL && address < 0xffffea0010000000ULL) {
		memset(to, 0, len);
		return 0;
	}
	return -EFAULT;
}

#define BASE 0xffff888000000000ULL
#define NOW  (40 * 86400 * 1000000000ULL >> KLEAK_TICK_SHIFT) /* 40 days on */

static uint32_t page_size = 4096;

struct made_up {
	struct kleak_bucket buckets[2];
	struct kleak_site entries[8];
	struct site list[8];
	uint32_t of_entry[8];
	struct snapshot_object objects[16];
	struct snapshot snapshot;
	struct sites sites;
	struct slub slub;
};

static const struct kleak_cache caches[KLEAK_MAX_CACHES] = {
	[2] = {.name = "dentry"}, [3] = {.flags = KLEAK_CACHE_KMALLOC | KLEAK_CACHE_LARGE}};

static void init(struct made_up *m)
{
	memset(m, 0, sizeof(*m));
	m->slub.read = read_zeros;
	m->slub.page_base = 0xffffea0000000000ULL - BASE / page_size * 64;
	m->slub.layout.page_size = page_size;
	m->slub.layout.page = 64;
	m->slub.layout.page_type = 48;
	m->slub.layout.page_head = 8;
	m->slub.layout.slab_mask = 0xff000000;
	m->slub.layout.slab_type = 0xf5U << 24;
	m->slub.layout.large_type = 0xf8;
	m->snapshot.list = m->objects;
	m->sites.list = m->list;
	m->sites.of_entry = m->of_entry;
}

/* An object of site `entry` in slot `slot`. */
static void object(struct made_up *m, uint32_t slot, uint32_t entry, uint32_t space, uint64_t age)
{
	struct kleak_bucket *bucket = &m->buckets[slot / KLEAK_BUCKET_KEYS];

	bucket->key[slot % KLEAK_BUCKET_KEYS] = ~((BASE + slot * 4096) | space);
	bucket->record[slot % KLEAK_BUCKET_KEYS] =
		(struct kleak_record){.bytes = 192, .allocated_at = NOW - age, .site = entry};
	m->objects[m->snapshot.nr_list++] =
		(struct snapshot_object){.site = entry, .age = (float)age, .slot = slot};
}

static void site(struct made_up *m, uint32_t i, uint32_t entry, uint32_t space, uint64_t objects)
{
	m->list[i] =
		(struct site){.index = i, .space = space, .objects = objects, .listed = objects};
	m->of_entry[entry] = i;
	m->entries[entry].cache = 2;
	m->entries[entry].space = space;
	m->sites.nr = i + 1;
}

static void look_again(struct found_free *verify, struct made_up *m, size_t shown, uint64_t budget)
{
	const struct found_free_tables tables = {m->buckets, m->entries, caches, NOW};

	assert_int_equal(
		found_free__look(verify, &m->slub, &m->snapshot, &m->sites, &tables, shown, budget),
		0);
	slub__begin(&m->slub);
}

static struct found_free look(struct made_up *m, size_t shown, uint64_t budget)
{
	struct found_free verify = {};

	look_again(&verify, m, shown, budget);
	slub__free(&m->slub);
	return verify;
}

static void test_lists_what_is_free(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 2);
	object(&m, 3, 5, KLEAK_SPACE_SLAB, 100);
	object(&m, 9, 5, KLEAK_SPACE_SLAB, NOW - 1); /* older than 2^31 ticks */
	object(&m, 10, 5, KLEAK_SPACE_SLAB, 0);	     /* too young to tell from its successor */
	verify = look(&m, 10, 100);
	assert_int_equal(verify.checked, 2);
	assert_int_equal(verify.nr, 2);
	assert_int_equal(verify.list[0].slot, 3);
	assert_int_equal(verify.list[1].slot, 9);
	assert_int_equal(verify.list[0].allocated_at, NOW - 100);
	assert_int_equal(verify.list[0].site, 5);
	assert_int_equal(verify.list[0].free, 1);
	assert_true(verify.list[0].key == m.buckets[0].key[3]);
	found_free__free(&verify);
}

/* What is not shown counts as well: in the sums, in the caches. */
static void test_sites_that_are_not_shown(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 0); /* nothing outstanding: not shown */
	site(&m, 1, 6, KLEAK_SPACE_SLAB, 1);
	site(&m, 2, 7, KLEAK_SPACE_SLAB, 1);
	object(&m, 1, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 2, 7, KLEAK_SPACE_SLAB, 100);
	verify = look(&m, 1, 100);
	assert_int_equal(verify.nr, 2);
	assert_int_equal(verify.list[0].slot, 1);
	assert_int_equal(verify.list[1].slot, 2);
	assert_int_equal(verify.skipped, 0);
	found_free__free(&verify);
}

/* The slots of what was listed, a bit each. */
static uint32_t slots_of(const struct found_free *verify)
{
	uint32_t slots = 0;

	for (size_t i = 0; i < verify->nr; i++)
		slots |= 1U << verify->list[i].slot;
	return slots;
}

#define SLOTS(a, b) (1U << (a) | 1U << (b))

/* Those that are shown come first, the others by turns; what there is no time for is counted. */
static void test_budget(void **state)
{
	struct found_free verify = {};
	uint8_t seen[4] = {};
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 2);
	site(&m, 1, 6, KLEAK_SPACE_SLAB, 4);
	object(&m, 1, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 2, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 3, 5, KLEAK_SPACE_SLAB, 100);
	object(&m, 4, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 5, 5, KLEAK_SPACE_SLAB, 100);
	object(&m, 6, 6, KLEAK_SPACE_SLAB, 100);
	for (int turn = 0; turn < 4; turn++) {
		uint32_t listed;

		look_again(&verify, &m, 1, 3);
		listed = slots_of(&verify);
		assert_int_equal(verify.nr, 3);
		assert_int_equal(listed & SLOTS(3, 5), SLOTS(3, 5));
		assert_int_equal(verify.skipped, 3);
		for (int i = 0; i < 4; i++)
			seen[i] += listed >> (const uint32_t[]){1, 2, 4, 6}[i] & 1;
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(seen[i], 1);
	slub__free(&m.slub);
	found_free__free(&verify);
}

/*
 * What lies beside each other has its turn together, as many regions as there is time for; of one
 * that has more objects than that the rest comes next.
 */
static void test_turns_are_by_region(void **state)
{
	static const uint32_t regions[] = {7, 3, 7, 9, 3, SNAPSHOT_REGIONS - 1, 9, 9};
	/* the slots of 3 and 7, of 9 and the last one, and from the beginning */
	static const uint32_t expected[][4] = {{1, 2, 3, 5}, {4, 7, 8, 6}, {1, 2, 3, 5}};
	struct found_free verify = {};
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 8);
	for (uint32_t slot = 1; slot <= 8; slot++) {
		object(&m, slot, 5, KLEAK_SPACE_SLAB, 100);
		m.snapshot.list[slot - 1].region = regions[slot - 1];
	}
	look_again(&verify, &m, 0, 4); /* from now on it is known how many are where */
	assert_int_equal(verify.checked, 4);
	for (size_t turn = 0; turn < 3; turn++) {
		uint32_t seen = 0, wanted = 0;

		look_again(&verify, &m, 0, 4);
		assert_int_equal(verify.checked, 4);
		assert_int_equal(verify.skipped, 4);
		for (int i = 0; i < 4; i++) {
			seen |= 1U << verify.list[i].slot;
			wanted |= 1U << expected[turn][i];
		}
		assert_int_equal(seen, wanted);
	}
	/* too many for once */
	for (uint32_t slot = 1; slot <= 8; slot++)
		m.snapshot.list[slot - 1].region = slot < 8 ? 5 : 6;
	look_again(&verify, &m, 0, 3);
	verify.region = 5;
	verify.done = 0;
	for (int turn = 0, seen = 0; turn < 4; turn++) {
		look_again(&verify, &m, 0, 3);
		for (size_t i = 0; i < verify.nr; i++)
			seen |= 1 << verify.list[i].slot;
		if (turn == 3)
			assert_int_equal(seen, 0x1fe);
	}
	slub__free(&m.slub);
	found_free__free(&verify);
}

/* A site with more objects than there is time for. */
static void test_large_site(void **state)
{
	struct found_free verify = {};
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 3);
	for (uint32_t slot = 1; slot <= 3; slot++)
		object(&m, slot, 5, KLEAK_SPACE_SLAB, 100);
	look_again(&verify, &m, 1, 2);
	assert_int_equal(verify.checked, 2);
	assert_int_equal(verify.skipped, 1);
	assert_int_equal(verify.list[0].slot, 1);
	look_again(&verify, &m, 1, 2);
	assert_int_equal(verify.list[0].slot, 3);
	slub__free(&m.slub);
	found_free__free(&verify);
}

static void test_spaces(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 4, KLEAK_SPACE_VMALLOC, 1); /* its vm_struct is a slab object */
	site(&m, 1, 5, KLEAK_SPACE_PERCPU, 1);	/* no slab object: left alone */
	site(&m, 2, 6, KLEAK_SPACE_SLAB, 1);
	m.entries[6].cache = 3; /* large */
	object(&m, 1, 4, KLEAK_SPACE_VMALLOC, 100);
	object(&m, 2, 5, KLEAK_SPACE_PERCPU, 100);
	object(&m, 3, 6, KLEAK_SPACE_SLAB, 100);
	verify = look(&m, 10, 100);
	assert_int_equal(verify.checked, 2);
	assert_int_equal(verify.nr, 2);
	found_free__free(&verify);
}

static int read_mapped(void *arg, uint64_t address, void *to, size_t len)
{
	/* every second struct page has a mapping, at offset 24 */
	memset(to, address / 64 % 2 && address % 64 == 24 ? 1 : 0, len);
	(void)arg;
	return 0;
}

static void test_pages_of_processes_are_evicted(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init(&m);
	m.slub.read = read_mapped;
	m.slub.layout.page_mapping = 24;
	site(&m, 0, 5, KLEAK_SPACE_PAGES, 2);
	site(&m, 1, 6, KLEAK_SPACE_PAGES, 1);
	m.list[1].backing = true; /* not shown: not looked at */
	object(&m, 1, 5, KLEAK_SPACE_PAGES, 100);
	object(&m, 2, 5, KLEAK_SPACE_PAGES, 100);
	object(&m, 3, 6, KLEAK_SPACE_PAGES, 100);
	m.buckets[0].key[1] = ~(0xffffea0000000040ULL | KLEAK_SPACE_PAGES);
	m.buckets[0].key[2] = ~(0xffffea0000000080ULL | KLEAK_SPACE_PAGES);
	verify = look(&m, 10, 100);
	assert_int_equal(verify.checked, 2);
	assert_int_equal(verify.nr, 1);
	assert_int_equal(verify.list[0].slot, 1);
	assert_int_equal(verify.list[0].free, 0);
	found_free__free(&verify);
}

static void test_what_changed_meanwhile_is_left(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 3);
	object(&m, 1, 5, KLEAK_SPACE_SLAB, 100);
	object(&m, 2, 5, KLEAK_SPACE_SLAB, 100);
	object(&m, 3, 5, KLEAK_SPACE_SLAB, 100);
	m.buckets[0].key[1] = KLEAK_KEY_EMPTY;
	m.buckets[0].key[2] = KLEAK_KEY_BUSY;
	m.buckets[0].record[3].site = 6;
	verify = look(&m, 10, 100);
	assert_int_equal(verify.nr, 0);
	found_free__free(&verify);
}

/*
 * Freed and allocated again, at the same site: after the snapshot, be it before the books were read
 * or after.  A tick tells it from what was free then.
 */
static void test_what_is_allocated_meanwhile_is_left(void **state)
{
	const int64_t after[] = {0, 1, 1000};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct found_free verify;
		struct made_up m;

		init(&m);
		site(&m, 0, 5, KLEAK_SPACE_SLAB, 3);
		object(&m, 1, 5, KLEAK_SPACE_SLAB, 100);
		object(&m, 2, 5, KLEAK_SPACE_SLAB, 100);
		object(&m, 3, 5, KLEAK_SPACE_SLAB, 1);
		m.buckets[0].record[1].allocated_at = NOW + after[i];
		verify = look(&m, 10, 100);
		assert_int_equal(verify.nr, 2);
		assert_int_equal(verify.list[0].slot, 2);
		assert_int_equal(verify.list[1].slot, 3);
		found_free__free(&verify);
	}
}

/* ---- a kernel all of whose pages are slabs of four objects, or large ones ---- */

#define SLAB_CACHE 0xffffffff82000000ULL
#define PLACE(i)   (BASE + (i)*65536ULL) /* at the start of a page, however large that is */

static uint32_t its_type;

static int read_slabs(void *arg, uint64_t address, void *to, size_t len)
{
	uint64_t page[8] = {[2] = SLAB_CACHE, [5] = 4 | 4 << 16};
	const uint32_t cache[2] = {192, 0};

	(void)arg;
	page[6] = (uint64_t)its_type << 24;
	memset(to, 0, len);
	if (address >= 0xffffea0000000000ULL && address < 0xffffea0010000000ULL)
		for (size_t i = 0; i < len; i++)
			((char *)to)[i] = ((const char *)page)[(address + i) % 64];
	else if (address == SLAB_CACHE && len >= sizeof(cache))
		memcpy(to, cache, sizeof(cache));
	return 0;
}

static void init_slabs(struct made_up *m)
{
	init(m);
	m->slub.read = read_slabs;
	m->slub.layout.slab_cache = 16;
	m->slub.layout.slab_freelist = 32;
	m->slub.layout.cache_offset = 4;
	m->slub.layout.cache_random = SLUB_NONE;
	m->slub.layout.cache_pad = SLUB_NONE;
	m->slub.layout.cache_cpu = SLUB_NONE;
	m->slub.layout.cache_sheaves = SLUB_NONE;
	its_type = 0xf5;
}

static void put_at(struct made_up *m, uint32_t slot, uint32_t entry, uint32_t space,
		   uint64_t address, uint64_t bytes)
{
	object(m, slot, entry, space, 100);
	m->buckets[slot / KLEAK_BUCKET_KEYS].key[slot % KLEAK_BUCKET_KEYS] = ~(address | space);
	m->buckets[slot / KLEAK_BUCKET_KEYS].record[slot % KLEAK_BUCKET_KEYS].bytes = bytes;
}

/* What is live is not listed; of an area it is the vm_struct, whatever the area's size. */
static void test_live_objects_are_not_listed(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	init_slabs(&m);
	site(&m, 0, 4, KLEAK_SPACE_VMALLOC, 1);
	site(&m, 1, 6, KLEAK_SPACE_SLAB, 3);
	put_at(&m, 1, 4, KLEAK_SPACE_VMALLOC, PLACE(1), 8192);
	put_at(&m, 2, 6, KLEAK_SPACE_SLAB, PLACE(2), 192);
	put_at(&m, 3, 6, KLEAK_SPACE_SLAB, PLACE(3), 256);     /* another cache has the page */
	put_at(&m, 4, 6, KLEAK_SPACE_SLAB, PLACE(4) + 8, 192); /* no object begins there */
	verify = look(&m, 10, 100);
	assert_int_equal(verify.checked, 4);
	assert_int_equal(verify.unknown, 1);
	assert_int_equal(verify.nr, 1);
	assert_int_equal(verify.list[0].slot, 3);
	found_free__free(&verify);
	assert_null(verify.list);
}

/* A page of a large kmalloc() is one by its type, not by a size. */
static void test_large_objects(void **state)
{
	struct found_free verify;
	struct made_up m;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		init_slabs(&m);
		site(&m, 0, 6, KLEAK_SPACE_SLAB, 1);
		m.entries[6].cache = 3;
		put_at(&m, 1, 6, KLEAK_SPACE_SLAB, PLACE(1), 16384);
		its_type = turn ? 0xf5 : 0xf8;
		verify = look(&m, 10, 100);
		assert_int_equal(verify.checked, 1);
		assert_int_equal(verify.nr, turn); /* the page went to a slab */
		found_free__free(&verify);
	}
}

/* Each look reads the books anew, and counts anew. */
static void test_each_look_is_a_new_one(void **state)
{
	struct found_free verify = {};
	struct made_up m;
	const struct found_free_tables its = {m.buckets, m.entries, caches, NOW};

	(void)state;
	init_slabs(&m);
	site(&m, 0, 6, KLEAK_SPACE_SLAB, 2);
	put_at(&m, 1, 6, KLEAK_SPACE_SLAB, PLACE(1), 192);
	put_at(&m, 2, 6, KLEAK_SPACE_SLAB, PLACE(2) + 8, 192);
	for (int turn = 0; turn < 4; turn++) {
		its_type = turn % 2 ? 0x11 : 0xf5; /* no slab any more; and again */
		assert_int_equal(
			found_free__look(&verify, &m.slub, &m.snapshot, &m.sites, &its, 1, 100), 0);
		assert_int_equal(verify.checked, 2);
		assert_int_equal(verify.nr, turn % 2 ? 2 : 0);
		assert_int_equal(verify.unknown, turn % 2 ? 0 : 1);
		assert_int_equal(verify.skipped, 0);
	}
	slub__free(&m.slub);
	found_free__free(&verify);
}

/* A quarter of the budget stays for those that are not shown, wherever they stand. */
static void test_shares_of_the_budget(void **state)
{
	struct found_free verify = {};
	struct made_up m;

	(void)state;
	init(&m);
	site(&m, 0, 5, KLEAK_SPACE_SLAB, 1);
	site(&m, 1, 6, KLEAK_SPACE_SLAB, 3);
	object(&m, 1, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 2, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 3, 6, KLEAK_SPACE_SLAB, 100);
	object(&m, 4, 5, KLEAK_SPACE_SLAB, 100);
	m.list[0].listed = 3;
	look_again(&verify, &m, 1, 4);
	assert_int_equal(slots_of(&verify), SLOTS(1, 4));
	assert_int_equal(verify.skipped, 2);
	/* more than fits is not looked at first */
	m.list[0].listed = 4;
	look_again(&verify, &m, 1, 4);
	assert_int_equal(verify.nr, 4);
	assert_int_equal(verify.skipped, 0);
	m.list[0].listed = 1;
	look_again(&verify, &m, 2, 4);
	assert_int_equal(verify.nr, 4);
	/* what is too young to tell takes no part of it */
	m.objects[0].age = m.objects[1].age = m.objects[2].age = 0;
	look_again(&verify, &m, 0, 1);
	assert_int_equal(verify.checked, 1);
	assert_int_equal(verify.list[0].slot, 4);
	assert_int_equal(verify.skipped, 0);
	/* nothing is outstanding anywhere */
	m.snapshot.nr_list = 0;
	m.sites.nr = 0;
	look_again(&verify, &m, 1, 100);
	assert_int_equal(verify.checked, 0);
	slub__free(&m.slub);
	found_free__free(&verify);
	assert_null(verify.list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists_what_is_free),
		cmocka_unit_test(test_sites_that_are_not_shown),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_turns_are_by_region),
		cmocka_unit_test(test_large_site),
		cmocka_unit_test(test_spaces),
		cmocka_unit_test(test_pages_of_processes_are_evicted),
		cmocka_unit_test(test_what_changed_meanwhile_is_left),
		cmocka_unit_test(test_what_is_allocated_meanwhile_is_left),
		cmocka_unit_test(test_live_objects_are_not_listed),
		cmocka_unit_test(test_large_objects),
		cmocka_unit_test(test_each_look_is_a_new_one),
		cmocka_unit_test(test_shares_of_the_budget),
	};

	int failed = 0;

	for (; page_size <= 65536; page_size *= 4)
		failed += cmocka_run_group_tests(tests, NULL, NULL);
	return failed;
}
