// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/recycle.h"

#include <stdlib.h>
#include <string.h>

#define SITES	64
#define BUCKETS 2
#define LANES	2
#define CACHE	7

/* The tables as programs write them. */
struct tables {
	struct kleak_bucket buckets[BUCKETS];
	struct kleak_site sites[SITES];
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct kleak_tally tallies[LANES * SITES];
	struct kleak_counts counts[LANES];
	uint32_t site_changes;
	uint32_t of_entry[SITES];
	int waits;
	bool forgotten[SITES];
	/* what another CPU does while the loader waits for the nth time */
	void (*meanwhile)(struct tables *tables, int wait);
};

static void wait_for_all(void *arg)
{
	struct tables *tables = arg;

	tables->waits++;
	if (tables->meanwhile)
		tables->meanwhile(tables, tables->waits);
}

static int forget_who(void *arg, const bool *gone)
{
	struct tables *tables = arg;

	for (int i = 0; i < SITES; i++)
		tables->forgotten[i] |= gone[i];
	return 0;
}

struct run {
	struct tables tables;
	struct recycle recycle;
	struct snapshot snapshot;
};

static int begin(void **state)
{
	struct run *run = calloc(1, sizeof(*run));

	if (!run)
		return -1;
	for (int i = 0; i < SITES; i++)
		run->tables.of_entry[i] = i; /* each entry is a site of its own */
	*state = run;
	return 0;
}

static int end(void **state)
{
	struct run *run = *state;

	recycle__free(&run->recycle);
	snapshot__free(&run->snapshot);
	free(run);
	return 0;
}

/* A site whose objects have all been freed. */
static void use(struct tables *tables, uint32_t i, uint64_t allocations)
{
	tables->sites[i].hash = 0x1000 + i;
	tables->sites[i].cache = CACHE;
	tables->sites[i].space = KLEAK_SPACE_SLAB;
	tables->sites[i].nr_frames = 1;
	tables->sites[i].frames[0] = 0xffffffff81000000ULL + i;
	tables->sites[i].distance[0] = 5;
	tables->sites[i].lessons = 9;
	tables->tallies[i].allocations = allocations;
	tables->tallies[SITES + i].frees = allocations;
	tables->caches[CACHE].size = 100;
	tables->caches[CACHE].ready = 1;
	tables->caches[CACHE].id = 0x77;
}

static void hold(struct tables *tables, int slot, uint32_t site)
{
	tables->buckets[slot / KLEAK_BUCKET_KEYS].key[slot % KLEAK_BUCKET_KEYS] =
		~(0xffff888000000000ULL + slot * 64ULL);
	tables->buckets[slot / KLEAK_BUCKET_KEYS].record[slot % KLEAK_BUCKET_KEYS] =
		(struct kleak_record){.bytes = 100, .site = site, .flags = KLEAK_RECORD_OF_CACHE};
}

/* Who still has a note of before is waited for: entries have left by then, and notes are void. */
static void see_notes_void(struct tables *tables, int wait)
{
	(void)wait;
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->site_changes, 1);
}

/* A report: what is in the tables is read, then a step is made. */
static void report(struct run *run, double now_s)
{
	struct tables *tables = &run->tables;
	const struct snapshot_source source = {
		.buckets = tables->buckets,
		.sites = tables->sites,
		.caches = tables->caches,
		.tallies = tables->tallies,
		.counts = tables->counts,
		.nr_buckets = BUCKETS,
		.nr_sites = SITES,
		.nr_lanes = LANES,
		.retired = &run->recycle.retired,
	};
	const struct recycle_tables writable = {
		.sites = tables->sites,
		.caches = tables->caches,
		.tallies = tables->tallies,
		.site_changes = &tables->site_changes,
		.wait = wait_for_all,
		.forget_who = forget_who,
		.arg = tables,
	};
	const struct recycle_look look = {&source, &run->snapshot, tables->of_entry, SITES, now_s};

	assert_int_equal(snapshot__take(&run->snapshot, &source, 1000, 0), 0);
	assert_int_equal(recycle__step(&run->recycle, &writable, &look), 0);
}

static void test_a_table_with_room_is_left_alone(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i <= SITES / 2; i++)
		use(tables, i, 10);
	report(run, 1);
	report(run, 5000);
	report(run, 10000);
	assert_int_equal(run->recycle.sites, 0);
	assert_int_equal(tables->waits, 0);
	assert_int_equal(tables->sites[1].hash, 0x1001);
}

/* Linear probing finds no place near by now and then, long before the table is full. */
static void test_half_full_what_has_been_idle_for_a_minute_leaves(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i <= SITES / 8 * 5; i++)
		use(tables, i, 10);
	report(run, 1);
	report(run, 60);
	assert_int_equal(tables->sites[1].hash, 0x1001);
	tables->tallies[2].allocations++;
	tables->tallies[2].frees++;
	report(run, 62);
	assert_int_equal(tables->sites[1].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->sites[2].hash, 0x1002);
	report(run, 63);
	assert_int_equal(tables->sites[1].hash, KLEAK_SITE_REUSABLE);
}

static void test_what_is_idle_is_given_back_and_the_books_close(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;
	uint64_t allocations, frees, allocated_bytes, freed_bytes;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10 + i);
	hold(tables, 3, 5); /* one of its objects lives */
	tables->tallies[5].allocations++;
	report(run, 1);
	assert_int_equal(tables->sites[6].hash, 0x1006); /* new: nobody knows yet whether idle */
	allocations = run->snapshot.sum.allocations;
	frees = run->snapshot.sum.frees;
	allocated_bytes = run->snapshot.sum.allocated_bytes;
	freed_bytes = run->snapshot.sum.freed_bytes;

	report(run, 62);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->sites[5].hash, 0x1005);
	assert_int_equal(tables->site_changes, 1); /* nobody finds it by a note any more ... */
	assert_int_equal(run->recycle.sites, 0);
	assert_int_equal(tables->waits, 1); /* ... once those have ended that began before */

	report(run, 63);
	assert_int_equal(run->recycle.sites, SITES - 2);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_REUSABLE);
	assert_int_equal(tables->sites[6].nr_frames, 0);
	assert_int_equal(tables->sites[6].frames[0], 0);
	assert_int_equal(tables->sites[6].distance[0], 0);
	assert_int_equal(tables->sites[6].lessons, 0);
	assert_int_equal(tables->tallies[6].allocations, 0);
	assert_true(tables->forgotten[6]);
	assert_false(tables->forgotten[5]);

	report(run, 64);
	assert_int_equal(run->snapshot.sites[6].allocations, 0);
	assert_int_equal(run->snapshot.sum.allocations, allocations);
	assert_int_equal(run->snapshot.sum.frees, frees);
	assert_int_equal(run->snapshot.sum.allocated_bytes, allocated_bytes);
	assert_int_equal(run->snapshot.sum.freed_bytes, freed_bytes);
	assert_int_equal(run->snapshot.sum.live, 1);
	assert_int_equal(run->snapshot.sum.allocations - run->snapshot.sum.frees, 1);
}

/* A program had found the site before it left, and records an object only now. */
static void record_late(struct tables *tables, int wait)
{
	if (wait != 1)
		return;
	hold(tables, 9, 6);
	tables->tallies[6].allocations++;
}

static void test_an_object_on_the_way_keeps_its_site(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	tables->meanwhile = record_late;
	report(run, 1);
	report(run, 62);
	report(run, 63);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->sites[6].frames[0], 0xffffffff81000006ULL); /* it has its stack */
	assert_int_equal(tables->sites[7].hash, KLEAK_SITE_REUSABLE);

	/* freed: the entry goes with it */
	tables->buckets[1].key[2] = KLEAK_KEY_EMPTY;
	tables->tallies[6].frees++;
	report(run, 64);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_REUSABLE);
	assert_int_equal(run->recycle.retired.allocations, 10 * (SITES - 1) + 1);
	assert_int_equal(run->recycle.retired.frees, 10 * (SITES - 1) + 1);
}

static void test_what_is_not_sampled_any_more_still_holds_its_site(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	for (int slot = 0; slot < 14; slot++)
		hold(tables, slot, 5);
	report(run, 1);
	/* as if every one were to be swept: a count of what is in the sample would be 0 */
	run->snapshot.sites[5].live = 0;
	assert_int_equal(run->snapshot.sites[5].records, 14);
	report(run, 62);
	report(run, 63);
	assert_int_equal(tables->sites[5].hash, 0x1005);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_REUSABLE);
}

static void test_sites_leave_whole_and_the_longest_idle_first(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	report(run, 1);
	/* one site of two entries: the second one is busy all the time; 40 to 49 until lately */
	tables->of_entry[21] = 20;
	tables->tallies[21].allocations++;
	tables->tallies[21].frees++;
	for (uint32_t i = 40; i < 50; i++) {
		tables->tallies[i].allocations++;
		tables->tallies[i].frees++;
	}
	report(run, 600);
	assert_int_equal(tables->sites[20].hash, 0x1014);
	assert_int_equal(tables->sites[21].hash, 0x1015);
	assert_int_equal(tables->sites[30].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->sites[40].hash, 0x1028);
}

static void test_what_is_muted_stays_unless_the_table_is_full(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	tables->sites[9].muted = 1;
	report(run, 1);
	report(run, 62);
	assert_int_equal(tables->sites[9].hash, 0x1009);
	tables->counts[1].count[KLEAK_LOSS_SITES_FULL] = 3;
	report(run, 63);
	assert_int_equal(tables->sites[9].hash, KLEAK_SITE_LEAVING);
	report(run, 64);
	assert_int_equal(tables->sites[9].hash, KLEAK_SITE_REUSABLE);
	assert_int_equal(tables->sites[9].muted, 0);
}

/* ---- caches ---- */

static void fill_caches(struct tables *tables)
{
	for (uint32_t i = KLEAK_CACHE_UNKNOWN + 1; i < KLEAK_MAX_CACHES; i++)
		tables->caches[i] = (struct kleak_cache){
			.id = 0x10000 + i, .size = 8, .ready = 1, .name = "some"};
}

static void test_caches_without_sites_are_given_back(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	fill_caches(tables);
	use(tables, 1, 10); /* of CACHE */
	tables->caches[9].unknown = 4;
	tables->caches[10].id = KLEAK_CACHE_DEAD; /* destroyed: what it left is gone, too */
	tables->caches[10].unknown = 5;
	tables->caches[10].unrecorded = -1;
	tables->caches[11].id = KLEAK_CACHE_DEAD;
	tables->caches[11].flags = KLEAK_CACHE_RECLAIMABLE;
	tables->caches[11].unknown = 5;
	tables->caches[11].unrecorded = 2;
	report(run, 1);
	assert_int_equal(tables->caches[8].id, KLEAK_CACHE_DEAD);
	assert_int_equal(tables->caches[CACHE].id, 0x77);
	assert_int_equal(tables->caches[9].id, 0x10009); /* something is freed to it */
	assert_string_equal(tables->caches[8].name, "some");
	assert_int_equal(tables->waits, 1);
	assert_int_equal(run->recycle.caches, 0);

	tables->counts[0].count[KLEAK_LOSS_CACHES_FULL] = 1;
	report(run, 2);
	assert_int_equal(tables->caches[8].id, KLEAK_CACHE_REUSABLE);
	assert_int_equal(tables->caches[8].ready, 0);
	assert_int_equal(tables->caches[8].name[0], 0);
	assert_int_equal(tables->caches[10].id, KLEAK_CACHE_REUSABLE);
	assert_int_equal(tables->caches[CACHE].ready, 1);
	/* what was freed there stays known, by kind */
	assert_int_equal(run->recycle.older_unreclaimable, 6 * 8);
	assert_int_equal(run->recycle.older_reclaimable, 3 * 8);
}

/* A program had found the cache before that was dead, and makes a site of it. */
static void make_site_late(struct tables *tables, int wait)
{
	if (wait != 1)
		return;
	tables->sites[33].hash = 0x5555;
	tables->sites[33].cache = 8;
}

static void test_a_cache_of_a_site_on_the_way_stays(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	fill_caches(tables);
	tables->meanwhile = make_site_late;
	report(run, 1);
	tables->counts[0].count[KLEAK_LOSS_CACHES_FULL] = 1;
	report(run, 2);
	assert_int_equal(tables->caches[8].id, KLEAK_CACHE_DEAD);
	assert_string_equal(tables->caches[8].name, "some");
	assert_int_equal(tables->caches[11].id, KLEAK_CACHE_REUSABLE);
}

/* Idle for exactly so long is not yet longer. */
static void test_limits_of_idleness(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	report(run, 1);
	/* all but ten were used lately: ten minutes would leave too many */
	for (uint32_t i = 11; i < SITES; i++) {
		tables->tallies[i].allocations++;
		tables->tallies[i].frees++;
	}
	report(run, 602); /* ten minutes and a second after the first ten */
	for (uint32_t i = 1; i < SITES; i++)
		assert_int_equal(tables->sites[i].hash, i < 11 ? KLEAK_SITE_LEAVING : 0x1000 + i);
	report(run, 603);
	assert_int_equal(run->recycle.sites, 10);
	assert_int_equal(run->recycle.retired.allocations, 100);
	assert_int_equal(run->recycle.retired.frees, 100);
}

/* What has no stack is counted in an entry that stands for none. */
static void test_the_entry_of_no_site_stays(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 0; i < SITES; i++)
		use(tables, i, 10);
	report(run, 1);
	report(run, 700);
	report(run, 701);
	assert_int_equal(tables->sites[0].hash, 0x1000); /* KLEAK_SITE_NONE */
	assert_int_equal(tables->sites[3].hash, KLEAK_SITE_REUSABLE);
	assert_int_equal(tables->sites[3].cache, 0);
	recycle__free(&run->recycle);
	assert_null(run->recycle.entries);
	assert_int_equal(run->recycle.retired.allocations, 0);
}

static int fail_to_forget(void *arg, const bool *gone)
{
	(void)arg;
	(void)gone;
	return -5;
}

/* Who allocates there is not forgotten yet: the entry is not given back. */
static void test_what_cannot_be_forgotten_stays(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;
	const struct snapshot_source source = {.buckets = tables->buckets,
					       .sites = tables->sites,
					       .caches = tables->caches,
					       .tallies = tables->tallies,
					       .counts = tables->counts,
					       .nr_buckets = BUCKETS,
					       .nr_sites = SITES,
					       .nr_lanes = LANES};
	const struct recycle_tables writable = {.sites = tables->sites,
						.caches = tables->caches,
						.tallies = tables->tallies,
						.site_changes = &tables->site_changes,
						.wait = wait_for_all,
						.forget_who = fail_to_forget,
						.arg = tables};
	const struct recycle_look look = {&source, &run->snapshot, tables->of_entry, SITES, 63};

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	report(run, 1);
	report(run, 62);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(recycle__step(&run->recycle, &writable, &look), -5);
	assert_int_equal(tables->sites[6].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->tallies[6].allocations, 10);
	assert_int_equal(run->recycle.sites, 0);
}

/* How long a site was idle, told by how many entries left at now_s. */
static uint32_t nr_leaving(const struct tables *tables)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < SITES; i++)
		nr += tables->sites[i].hash == KLEAK_SITE_LEAVING;
	return nr;
}

/* More than half, but not three quarters: a minute; more: what is idle now. */
static void test_how_full_the_table_is(void **state)
{
	struct run *run = *state;

	for (uint32_t used = SITES / 2; used < SITES; used++) {
		memset(&run->tables.sites, 0, sizeof(run->tables.sites));
		memset(&run->tables.tallies, 0, sizeof(run->tables.tallies));
		recycle__free(&run->recycle);
		for (uint32_t i = 1; i <= used; i++)
			use(&run->tables, i, 10);
		report(run, 1);
		assert_int_equal(nr_leaving(&run->tables), 0);
		report(run, 2);
		assert_int_equal(nr_leaving(&run->tables), used > SITES / 4 * 3 ? used : 0);
		if (used > SITES / 4 * 3)
			continue;
		report(run, 61); /* for a minute, not longer */
		assert_int_equal(nr_leaving(&run->tables), 0);
		report(run, 61.5);
		assert_int_equal(nr_leaving(&run->tables), used > SITES / 2 ? used : 0);
	}
}

/* Those go that have been idle for longest, if that makes room enough: half of the table. */
static void test_enough_is_enough(void **state)
{
	struct run *run = *state;

	for (uint32_t old = 28; old <= 29; old++) {
		memset(&run->tables.sites, 0, sizeof(run->tables.sites));
		memset(&run->tables.tallies, 0, sizeof(run->tables.tallies));
		recycle__free(&run->recycle);
		for (uint32_t i = 1; i <= old; i++)
			use(&run->tables, i, 10);
		report(run, 1);
		for (uint32_t i = old + 1; i <= 32; i++)
			use(&run->tables, i, 10);
		report(run, 500);
		for (uint32_t i = 33; i <= 61; i++)
			use(&run->tables, i, 10);
		report(run, 602); /* 32 of these 61 may stay */
		assert_int_equal(nr_leaving(&run->tables), old == 29 ? 29 : 32);
	}
}

/* What is not, or not yet, found by a hash of its own cannot leave. */
static void test_what_is_no_hash_of_a_site_stays(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	tables->sites[8].hash = KLEAK_SITE_EMPTY;
	tables->sites[9].hash = KLEAK_SITE_REUSABLE;
	tables->sites[10].hash = KLEAK_SITE_LEAST;
	report(run, 1);
	report(run, 62);
	assert_int_equal(tables->sites[10].hash, KLEAK_SITE_LEAVING);
	assert_int_equal(tables->sites[8].hash, KLEAK_SITE_EMPTY);
	assert_int_equal(tables->sites[9].hash, KLEAK_SITE_REUSABLE);
	assert_int_equal(nr_leaving(tables), SITES - 3);
}

/* All lanes are cleared, and others' tallies are not touched. */
static void test_tallies_of_what_is_given_back(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i < SITES; i++)
		use(tables, i, 10);
	hold(tables, 1, 7);
	tables->tallies[7].allocations = 50;
	report(run, 1);
	report(run, 62);
	report(run, 63);
	for (uint32_t i = 1; i < SITES; i++) {
		assert_int_equal(tables->tallies[i].allocations, i == 7 ? 50 : 0);
		assert_int_equal(tables->tallies[SITES + i].frees, i == 7 ? 10 : 0);
	}
	assert_int_equal(run->recycle.sites, SITES - 2);
	assert_int_equal(tables->sites[7].hash, 0x1007);
	/* used anew it begins from nothing */
	use(tables, 6, 3);
	report(run, 64);
	assert_int_equal(run->snapshot.sites[6].allocations, 3);
	assert_int_equal(tables->sites[6].hash, 0x1006);
}

/* Notes stay valid while no entry leaves; they are void before any that leaves is given back. */
static void test_notes(void **state)
{
	struct run *run = *state;
	struct tables *tables = &run->tables;

	for (uint32_t i = 1; i <= SITES / 8 * 5; i++)
		use(tables, i, 10);
	report(run, 1);
	report(run, 30);
	assert_int_equal(tables->site_changes, 0);
	tables->meanwhile = see_notes_void;
	report(run, 62);
	assert_int_equal(tables->waits, 1);
	tables->meanwhile = NULL;
	report(run, 63);
	assert_int_equal(tables->site_changes, 1);
	report(run, 64);
	assert_int_equal(tables->site_changes, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(test_a_table_with_room_is_left_alone),
		TEST(test_half_full_what_has_been_idle_for_a_minute_leaves),
		TEST(test_what_is_idle_is_given_back_and_the_books_close),
		TEST(test_an_object_on_the_way_keeps_its_site),
		TEST(test_what_is_not_sampled_any_more_still_holds_its_site),
		TEST(test_sites_leave_whole_and_the_longest_idle_first),
		TEST(test_what_is_muted_stays_unless_the_table_is_full),
		TEST(test_caches_without_sites_are_given_back),
		TEST(test_a_cache_of_a_site_on_the_way_stays),
		TEST(test_limits_of_idleness),
		TEST(test_the_entry_of_no_site_stays),
		TEST(test_what_cannot_be_forgotten_stays),
		TEST(test_how_full_the_table_is),
		TEST(test_enough_is_enough),
		TEST(test_what_is_no_hash_of_a_site_stays),
		TEST(test_tallies_of_what_is_given_back),
		TEST(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
