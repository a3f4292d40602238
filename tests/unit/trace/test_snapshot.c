// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUCKETS 4
#define SITES	3
#define LANES	2
#define NOW	1000

struct tables {
	struct kleak_bucket buckets[BUCKETS];
	struct kleak_site sites[SITES];
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct kleak_tally tallies[LANES * SITES];
	struct kleak_counts counts[LANES];
};

static struct snapshot_source source_of(const struct tables *tables)
{
	return (struct snapshot_source){
		.buckets = tables->buckets,
		.sites = tables->sites,
		.caches = tables->caches,
		.tallies = tables->tallies,
		.counts = tables->counts,
		.nr_buckets = BUCKETS,
		.nr_sites = SITES,
		.nr_lanes = LANES,
	};
}

static void put(struct tables *tables, int slot, uint32_t space, struct kleak_record record)
{
	struct kleak_bucket *bucket = &tables->buckets[slot / KLEAK_BUCKET_KEYS];

	bucket->key[slot % KLEAK_BUCKET_KEYS] = ~((0xffff888000000000ULL + slot * 64ULL) | space);
	bucket->record[slot % KLEAK_BUCKET_KEYS] = record;
}

/* Objects in the same 256 KiB are of one region, those beside it of the next one. */
static void test_regions(void **state)
{
	static const uint64_t addresses[] = {0xffff888000040000ULL, 0xffff88800007fff8ULL,
					     0xffff888000080000ULL, 0xffff88810003ffc0ULL};
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	for (int i = 0; i < 4; i++) {
		put(&tables, i, KLEAK_SPACE_SLAB,
		    (struct kleak_record){.bytes = 64, .allocated_at = 900, .site = 1});
		tables.buckets[0].key[i] = ~(addresses[i] | KLEAK_SPACE_SLAB);
	}
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.nr_list, 4);
	for (int i = 1; i < 4; i++)
		assert_int_equal((snapshot.list[i].region - snapshot.list[0].region) %
					 SNAPSHOT_REGIONS,
				 ((const uint32_t[]){0, 0, 1, SNAPSHOT_REGIONS - 1})[i]);
	snapshot__free(&snapshot);
}

static void test_sums_by_site(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	put(&tables, 0, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .slack = 4, .allocated_at = 900, .site = 1});
	put(&tables, 9, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 128, .slack = 0, .allocated_at = 950, .site = 1});
	put(&tables, 27, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 512,
				  .slack = 12,
				  .allocated_at = 990,
				  .site = 2,
				  .flags = KLEAK_RECORD_ACCOUNT});
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].objects, 2);
	assert_int_equal(snapshot.sites[1].bytes, 192);
	assert_int_equal(snapshot.sites[1].bytes_requested, 188);
	assert_int_equal(snapshot.sites[2].objects, 1);
	assert_int_equal(snapshot.sites[2].bytes_requested, 500);
	assert_int_equal(snapshot.sites[1].account_bytes, 0);
	assert_int_equal(snapshot.sites[2].account_records, 1);
	assert_int_equal(snapshot.sum.account_bytes, 512);
	assert_int_equal(snapshot.sum.live, 3);
	assert_int_equal(snapshot.sum.bytes, 704);
	assert_int_equal(snapshot.nr_list, 3);
	assert_int_equal(snapshot.list[0].age, 100);
	assert_int_equal(snapshot.list[1].slot, 9);
	assert_int_equal(snapshot.in_motion, 0);

	/* again: from scratch */
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 3);
	assert_int_equal(snapshot.nr_list, 3);
	snapshot__free(&snapshot);
}

/* The list of many objects is given back when there are few: each report's is as long as it is. */
static void test_list_of_a_crowd_is_given_back(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	struct kleak_bucket *crowd = calloc(20000, sizeof(*crowd));

	(void)state;
	assert_non_null(crowd);
	put(&tables, 0, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = 900, .site = 1});
	for (uint32_t i = 0; i < 20000; i++) {
		crowd[i] = tables.buckets[0];
		for (int k = 1; k < KLEAK_BUCKET_KEYS; k++) {
			crowd[i].key[k] = crowd[i].key[0];
			crowd[i].record[k] = crowd[i].record[0];
		}
	}
	source.buckets = crowd;
	source.nr_buckets = 20000;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.nr_list, 20000 * KLEAK_BUCKET_KEYS);
	source.buckets = tables.buckets;
	source.nr_buckets = BUCKETS;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
		assert_int_equal(snapshot.nr_list, 1);
	}
	assert_true(snapshot.room_list < 1000);
	snapshot__free(&snapshot);
	free(crowd);
}

/* Pages of `nr` entries that are in memory. */
static size_t resident(const struct snapshot_site *sites, uint32_t nr)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages, in = 0;
	uintptr_t start = (uintptr_t)sites / page * page;
	unsigned char *there;

	pages = ((uintptr_t)&sites[nr] - start + page - 1) / page;
	there = calloc(pages, 1);
	assert_non_null(there);
	assert_int_equal(mincore((void *)start, pages * page, there), 0);
	for (size_t i = 0; i < pages; i++)
		in += there[i] & 1;
	free(there);
	return in;
}

/* Of the largest table: entries that have something are summed, the others are not even touched. */
static void test_only_entries_in_use_are_summed(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	struct kleak_tally *tallies = calloc(2ULL * KLEAK_MAX_SITES, sizeof(*tallies));
	struct kleak_site *sites = calloc(KLEAK_MAX_SITES, sizeof(*sites));
	static const uint32_t used[] = {2, 70000, 200000};
	size_t nr = 0;

	(void)state;
	assert_non_null(tallies);
	assert_non_null(sites);
	source.nr_sites = KLEAK_MAX_SITES;
	source.tallies = tallies;
	source.sites = sites;
	put(&tables, 0, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = 900, .site = 2});
	tallies[70000].allocations = 5;
	tallies[70000].frees = 5;
	/* an area's bytes, counted by another CPU than the area */
	tallies[KLEAK_MAX_SITES + 200000].allocated_bytes = 4096;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	snapshot__each (i, &snapshot) {
		assert_in_range(nr, 0, 2);
		assert_int_equal(i, used[nr++]);
	}
	assert_int_equal(nr, 3);
	assert_int_equal(snapshot.sum.live, 1);
	assert_int_equal(snapshot.sum.allocations, 5);
	assert_int_equal(snapshot.sum.allocated_bytes, 4096);
	assert_in_range(resident(snapshot.sites, KLEAK_MAX_SITES), 3, 32);

	/* they were given back */
	memset(tallies, 0, 2ULL * KLEAK_MAX_SITES * sizeof(*tallies));
	tables.buckets[0].key[0] = KLEAK_KEY_EMPTY;
	tallies[9].allocations = 1;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot__next(&snapshot, 0), 9);
	assert_int_equal(snapshot__next(&snapshot, 10), KLEAK_MAX_SITES);
	assert_int_equal(snapshot.sites[2].records + snapshot.sites[2].held_bytes, 0);
	assert_int_equal(snapshot.sum.allocated_bytes, 0);
	snapshot__free(&snapshot);
	free(tallies);
	free(sites);
}

/* Parts that nothing was ever recorded in are not looked at; the last one may be smaller. */
static void test_only_parts_in_use_are_read(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	const struct kleak_record record = {.bytes = 64, .allocated_at = 900, .site = 1};
	uint8_t parts[KLEAK_PARTS] = {};

	(void)state;
	source.nr_buckets = 3; /* parts of two buckets */
	source.parts = parts;
	source.part_shift = 1;
	put(&tables, 0, KLEAK_SPACE_SLAB, record);
	put(&tables, KLEAK_BUCKET_KEYS, KLEAK_SPACE_SLAB, record);
	put(&tables, 2 * KLEAK_BUCKET_KEYS, KLEAK_SPACE_SLAB, record);
	put(&tables, 3 * KLEAK_BUCKET_KEYS, KLEAK_SPACE_SLAB, record); /* behind the table */
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 0);
	parts[1] = 1;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 1);
	assert_int_equal(snapshot.list[0].slot, 2 * KLEAK_BUCKET_KEYS);
	parts[0] = 1;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 3);
	snapshot__free(&snapshot);
}

static void test_young_and_pending_objects(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	put(&tables, 0, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = NOW - 9, .site = 1});
	put(&tables, 1, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = NOW - 10, .site = 1});
	put(&tables, 2, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64,
				  .allocated_at = NOW - 20,
				  .site = 1,
				  .flags = KLEAK_RECORD_RCU_PENDING});
	/* allocated after `now` was read: age 0, not 50 days */
	put(&tables, 3, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = NOW + 1, .site = 1});
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 10), 0);
	assert_int_equal(snapshot.sites[1].live, 4);
	assert_int_equal(snapshot.sites[1].held_bytes, 256);
	assert_int_equal(snapshot.sites[1].objects, 1);
	assert_int_equal(snapshot.sites[1].bytes, 64);
	assert_int_equal(snapshot.sites[1].pending, 1);
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].objects, 3);
	assert_int_equal(snapshot.list[2].age, 0);
	snapshot__free(&snapshot);
}

/* 2^31 ticks are 26 days, 2^32 are 52. */
static void test_ages_of_months(void **state)
{
	const uint64_t day = 86400 * 1000000000ULL >> KLEAK_TICK_SHIFT, now = 100 * day;
	const uint64_t ages[] = {1, 25 * day, 40 * day, 60 * day, 80 * day, 100 * day - 1};
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	for (int i = 0; i < 6; i++)
		put(&tables, i, KLEAK_SPACE_SLAB,
		    (struct kleak_record){.bytes = 64, .allocated_at = now - ages[i], .site = 1});
	assert_int_equal(snapshot__take(&snapshot, &source, now, 0), 0);
	assert_int_equal(snapshot.nr_list, 6);
	for (int i = 0; i < 6; i++)
		assert_true(snapshot.list[i].age == (float)ages[i]);
	assert_int_equal(snapshot__take(&snapshot, &source, now, 40 * day), 0);
	assert_int_equal(snapshot.nr_list, 4);
	assert_int_equal(snapshot__take(&snapshot, &source, now, 80 * day + 1), 0);
	assert_int_equal(snapshot.nr_list, 1);
	assert_int_equal(snapshot.list[0].slot, 5);
	snapshot__free(&snapshot);
}

static void test_age(void **state)
{
	(void)state;
	assert_int_equal(kleak_age(7, 7), 0);
	assert_int_equal(kleak_age(7, 8), 0);
	assert_int_equal(kleak_age(1ULL << 40, 1ULL << 31), (1ULL << 40) - (1ULL << 31));
}

/* Whoever writes an allocation leaves the flags alone, and the other way. */
static void test_allocation_and_flags_share_a_word(void **state)
{
	const struct kleak_record pending = {.flags = KLEAK_RECORD_RCU_PENDING};
	struct kleak_record record = {.allocated_at = (1ULL << 48) - 1,
				      .flags = KLEAK_RECORD_OF_CACHE};

	(void)state;
	record.stamp |= pending.stamp;
	assert_int_equal(record.flags, KLEAK_RECORD_OF_CACHE | KLEAK_RECORD_RCU_PENDING);
	assert_true(record.allocated_at == (1ULL << 48) - 1);
}

static void test_areas(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	put(&tables, 3, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){.bytes = 8192, .allocated_at = 900, .site = 1});
	/* an ioremap: owns nothing */
	put(&tables, 4, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){.bytes = 0, .allocated_at = 900, .site = 1});
	put(&tables, 8, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){
		    .bytes = KLEAK_BYTES_UNSIZED | 77, .allocated_at = 900, .site = 1});
	put(&tables, 9, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){
		    .bytes = KLEAK_BYTES_UNSIZED | 78, .allocated_at = 900, .site = 1});
	put(&tables, 10, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){
		    .bytes = KLEAK_BYTES_UNSIZED | 79, .allocated_at = 900, .site = 1});
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.nr_unsized, 3);
	assert_int_equal(snapshot.unsized[0], 8);
	assert_int_equal(snapshot.unsized[1], 9);
	assert_int_equal(snapshot.sum.live, 5);
	assert_int_equal(snapshot.sum.objects, 1);
	assert_int_equal(snapshot.sum.bytes, 8192);
	assert_int_equal(snapshot.nr_areas, 1); /* whose size may change */
	assert_int_equal(snapshot.areas[0], 3);

	/* sized meanwhile; freed meanwhile; still being built */
	tables.buckets[8 / KLEAK_BUCKET_KEYS].record[8 % KLEAK_BUCKET_KEYS].bytes = 4096;
	tables.buckets[9 / KLEAK_BUCKET_KEYS].key[9 % KLEAK_BUCKET_KEYS] = KLEAK_KEY_EMPTY;
	assert_int_equal(snapshot__add_areas(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.objects, 2);
	assert_int_equal(snapshot.sum.bytes, 8192 + 4096);
	assert_int_equal(snapshot.sum.allocated_bytes, 4096);
	assert_int_equal(snapshot.nr_list, 2);
	assert_int_equal(snapshot.nr_areas, 2);
	assert_int_equal(snapshot.areas[1], 8);
	snapshot__free(&snapshot);
}

/* Areas of which nothing else is known yet: counted now they would belong to no site. */
static void test_other_areas_in_the_places_of_unsized_ones(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	for (int slot = 8; slot < 11; slot++)
		put(&tables, slot, KLEAK_SPACE_VMALLOC,
		    (struct kleak_record){
			    .bytes = KLEAK_BYTES_UNSIZED, .allocated_at = 900, .site = 1});
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.nr_unsized, 3);

	/* at the same address by another site; at another address; something else */
	put(&tables, 8, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){.bytes = 4096, .allocated_at = 901, .site = 2});
	put(&tables, 9, KLEAK_SPACE_VMALLOC,
	    (struct kleak_record){.bytes = 4096, .allocated_at = 901, .site = 1});
	tables.buckets[9 / KLEAK_BUCKET_KEYS].key[9 % KLEAK_BUCKET_KEYS] -= 1 << 20;
	put(&tables, 10, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = 901, .site = 1});
	assert_int_equal(snapshot__add_areas(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.nr_list, 0);
	assert_int_equal(snapshot.nr_areas, 0);
	for (int site = 0; site < SITES; site++) {
		assert_int_equal(snapshot.sites[site].objects, 0);
		assert_int_equal(snapshot.sites[site].held_bytes, 0);
		assert_int_equal(snapshot.sites[site].allocated_bytes, 0);
	}
	snapshot__free(&snapshot);
}

static void test_record_being_written(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	tables.buckets[2].key[5] = KLEAK_KEY_BUSY;
	tables.buckets[2].record[5].bytes = 64;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 0);
	assert_int_equal(snapshot.in_motion, 1);
	snapshot__free(&snapshot);
}

/* Where all objects have the size of their cache nobody adds up their bytes. */
static void test_bytes_of_caches(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	struct kleak_record record = {
		.bytes = 192, .site = 1, .flags = KLEAK_RECORD_OF_CACHE, .allocated_at = 900};

	(void)state;
	tables.sites[1].cache = 7;
	tables.sites[2].cache = 8;
	tables.caches[7].size = 192;
	tables.caches[8] = (struct kleak_cache){.size = 16384, .flags = KLEAK_CACHE_LARGE};
	put(&tables, 3, KLEAK_SPACE_SLAB, record);
	put(&tables, 4, KLEAK_SPACE_SLAB, record);
	tables.tallies[1] = (struct kleak_tally){.allocations = 9,
						 .frees = 3,
						 .implicit = 1,
						 .verified = 1,
						 .evicted = 1,
						 .unsampled = 1};
	tables.tallies[2] = (struct kleak_tally){
		.allocations = 2, .frees = 2, .allocated_bytes = 49152, .freed_bytes = 49152};
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].allocated_bytes, 9 * 192);
	assert_int_equal(snapshot.sites[1].freed_bytes, 7 * 192);
	assert_int_equal(snapshot.sites[1].held_bytes, 2 * 192);
	assert_int_equal(snapshot.sites[2].allocated_bytes, 49152);
	assert_int_equal(snapshot.sites[2].freed_bytes, 49152);

	/* those that the sampling leaves out, and that are in the table still, have been freed */
	source.sample_bits = KLEAK_SAMPLE_MOST_BITS;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].unsampled, 3);
	assert_int_equal(snapshot.sites[1].freed_bytes, 9 * 192);
	snapshot__free(&snapshot);
}

static void test_tallies_of_all_lanes(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	tables.tallies[0 * SITES + 1] = (struct kleak_tally){.allocations = 10,
							     .frees = 4,
							     .implicit = 1,
							     .allocated_bytes = 640,
							     .freed_bytes = 320,
							     .verified = 2,
							     .evicted = 5};
	tables.tallies[1 * SITES + 1] = (struct kleak_tally){.allocations = 5,
							     .frees = 6,
							     .allocated_bytes = 320,
							     .freed_bytes = 384,
							     .verified = 1};
	tables.tallies[1 * SITES + 2] =
		(struct kleak_tally){.allocations = 1, .allocated_bytes = 100};
	/* an area allocated on one CPU, sized on another */
	tables.tallies[0 * SITES + 2] = (struct kleak_tally){.allocated_bytes = 4096};
	tables.counts[0].count[KLEAK_LOSS_TABLE_FULL] = 3;
	tables.counts[1].count[KLEAK_LOSS_TABLE_FULL] = 4;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].allocations, 15);
	assert_int_equal(snapshot.sites[1].frees, 10);
	assert_int_equal(snapshot.sites[1].implicit, 1);
	assert_int_equal(snapshot.sites[1].verified, 3);
	assert_int_equal(snapshot.sites[1].evicted, 5);
	assert_int_equal(snapshot.sites[1].allocated_bytes, 960);
	assert_int_equal(snapshot.sites[1].freed_bytes, 704);
	assert_int_equal(snapshot.sum.allocations, 16);
	assert_int_equal(snapshot.sites[2].allocated_bytes, 4196);
	assert_int_equal(snapshot.counts[KLEAK_LOSS_TABLE_FULL], 7);
	assert_int_equal(snapshot.in_motion, 0);
	snapshot__free(&snapshot);
}

static void test_what_is_not_in_the_sample_is_left_out(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	uint64_t in = 0xffff888000000000, out = in;

	(void)state;
	while (kleak_sample_hash(in) & 3)
		in += 64;
	while (!(kleak_sample_hash(out) & 3))
		out += 64;
	tables.buckets[0].key[0] = ~in;
	tables.buckets[0].record[0] = (struct kleak_record){.bytes = 64, .site = 1};
	tables.buckets[0].key[1] = ~out;
	tables.buckets[0].record[1] = (struct kleak_record){.bytes = 64, .site = 1};
	tables.tallies[1].allocations = 2;
	tables.tallies[1].allocated_bytes = 128;
	source.sample_bits = 2;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 1);
	assert_int_equal(snapshot.sum.unsampled, 1);
	assert_int_equal(snapshot.sites[1].listed, 1);
	assert_int_equal(snapshot.sites[1].more.objects, 3);
	assert_int_equal(snapshot.sites[1].more.bytes, 3 * 64);
	assert_true(snapshot.sites[1].bytes_variance == 12 * 64 * 64);
	assert_true(snapshot.sites[1].objects_variance == 12);
	assert_int_equal(snapshot.sites[1].freed_bytes, 64);
	source.sample_bits = 0;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 2);
	snapshot__free(&snapshot);
}

/* The sampling is finer than when they were recorded: they stand for as many as before. */
static void test_a_record_stands_for_as_many_as_it_did(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	uint64_t in = 0xffff888000000000, fine = in;
	const struct snapshot_site *site;

	(void)state;
	while (!kleak_is_sampled(in, 3))
		in += 64;
	while (!kleak_is_sampled(fine, 1) || kleak_is_sampled(fine, 2))
		fine += 64;
	tables.buckets[0].key[0] = ~in;
	tables.buckets[0].record[0] = (struct kleak_record){.bytes = 64,
							    .slack = 4,
							    .site = 1,
							    .sample_bits = 3,
							    .flags = KLEAK_RECORD_ACCOUNT};
	tables.buckets[0].key[1] = ~fine;
	tables.buckets[0].record[1] = (struct kleak_record){
		.bytes = 32, .site = 1, .sample_bits = 1, .flags = KLEAK_RECORD_RCU_PENDING};
	source.sample_bits = 1;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	site = &snapshot.sites[1];
	assert_int_equal(snapshot.sum.live, 2);
	assert_int_equal(snapshot.sum.unsampled, 0);
	assert_int_equal(site->more.live, 7 + 1);
	assert_int_equal(site->more.objects, 7);
	assert_int_equal(site->more.bytes, 7 * 64);
	assert_int_equal(site->more.bytes_requested, 7 * 60);
	assert_int_equal(site->more.held_bytes, 7 * 64 + 32);
	assert_int_equal(site->more.account_records, 7);
	assert_int_equal(site->more.account_bytes, 7 * 64);
	assert_int_equal(site->more.pending, 1);
	assert_true(site->bytes_variance == (64 - 8) * 64 * 64);
	/* coarser again: the finer one of the two goes, the other one stays as it is */
	source.sample_bits = 2;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sum.live, 1);
	assert_int_equal(snapshot.sites[1].more.objects, 7);
	snapshot__free(&snapshot);
}

static void test_site_number_beyond_the_table(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	const struct snapshot_source source = source_of(&tables);

	(void)state;
	put(&tables, 0, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = 900, .site = SITES});
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[KLEAK_SITE_NONE].objects, 1);
	snapshot__free(&snapshot);
}

static void test_waiting_in_queues_is_pending(void **state)
{
	struct tables tables = {};
	struct snapshot snapshot = {};
	struct snapshot_source source = source_of(&tables);
	struct idmap waiting = {};

	(void)state;
	for (int slot = 1; slot <= 3; slot++)
		put(&tables, slot, slot == 3 ? KLEAK_SPACE_PERCPU : KLEAK_SPACE_SLAB,
		    (struct kleak_record){.bytes = 64, .allocated_at = 900, .site = 1});
	put(&tables, 4, KLEAK_SPACE_SLAB,
	    (struct kleak_record){.bytes = 64, .allocated_at = NOW, .site = 1});
	/* the second, what is no slab object, and what has gone: there is another one by now */
	assert_int_equal(idmap__add(&waiting, idmap__mix(0xffff888000000000ULL + 128), 0), 0);
	assert_int_equal(idmap__add(&waiting, idmap__mix(0xffff888000000000ULL + 192), 0), 0);
	assert_int_equal(idmap__add(&waiting, idmap__mix(0xffff888000000000ULL + 256), 0), 0);
	source.waiting = &waiting;
	assert_int_equal(snapshot__take(&snapshot, &source, NOW, 0), 0);
	assert_int_equal(snapshot.sites[1].live, 4);
	assert_int_equal(snapshot.sites[1].objects, 3);
	assert_int_equal(snapshot.sites[1].pending, 1);
	assert_int_equal(snapshot.nr_list, 3);
	idmap__free(&waiting);
	snapshot__free(&snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waiting_in_queues_is_pending),
		cmocka_unit_test(test_sums_by_site),
		cmocka_unit_test(test_regions),
		cmocka_unit_test(test_only_entries_in_use_are_summed),
		cmocka_unit_test(test_only_parts_in_use_are_read),
		cmocka_unit_test(test_young_and_pending_objects),
		cmocka_unit_test(test_ages_of_months),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_allocation_and_flags_share_a_word),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_other_areas_in_the_places_of_unsized_ones),
		cmocka_unit_test(test_record_being_written),
		cmocka_unit_test(test_bytes_of_caches),
		cmocka_unit_test(test_list_of_a_crowd_is_given_back),
		cmocka_unit_test(test_tallies_of_all_lanes),
		cmocka_unit_test(test_what_is_not_in_the_sample_is_left_out),
		cmocka_unit_test(test_a_record_stands_for_as_many_as_it_did),
		cmocka_unit_test(test_site_number_beyond_the_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
