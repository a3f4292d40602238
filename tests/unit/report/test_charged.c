// SPDX-License-Identifier: GPL-2.0-only
#include "memory/made_up_groups.h"

#include "report/charged.h"

/* Objects of large kmalloc()s, a page each, from page FIRST on. */
#define FIRST 16
#define SITES 4
#define NEW   4 /* a group that comes later */

struct made_up {
	struct kleak_bucket buckets[8];
	struct site list[SITES];
	uint32_t of_entry[SITES];
	struct snapshot_object objects[40];
	struct snapshot snapshot;
	struct sites sites;
	struct kmem reader;
	struct target_group wanted;
	struct charged charged;
	struct arena paths;
	int task_reads;
};

static struct machine *machine;
static struct made_up *made_up;

/* Whoever reads the groups anew begins with the task. */
static int read_and_note(void *arg, uint64_t address, void *to, size_t len)
{
	made_up->task_reads += address == TASK + group_layout.task_set;
	return read_made_up(arg, address, to, len);
}

static bool is_shown(const struct site *site)
{
	return site->objects && !site->elsewhere;
}

static int begin_charged(void **state)
{
	struct made_up *s = test_calloc(1, sizeof(*s));
	struct charged *c = &s->charged;

	begin((void **)&machine);
	put_groups(machine);
	made_up = s;
	s->snapshot.list = s->objects;
	s->snapshot.nr_sites = SITES;
	s->sites = (struct sites){.list = s->list, .nr = SITES, .of_entry = s->of_entry};
	for (uint32_t i = 0; i < SITES; i++) {
		s->list[i] = (struct site){.index = i, .bytes = 1000 * (i + 1ULL)};
		s->of_entry[i] = i;
	}
	s->reader.task = TASK;
	s->reader.has_pages = true;
	s->wanted.id = 1000 + A;
	c->on = c->comparable = true;
	c->index = MEMCGS_NONE;
	c->wanted = &s->wanted;
	c->buckets = s->buckets;
	c->reader = &s->reader;
	c->memcgs = made_up_memcgs(machine);
	c->memcgs.read = read_and_note;
	c->charges = (struct charges){.layout = c->memcgs.layout,
				      .read = read_made_up,
				      .arg = machine,
				      .memcgs = &c->memcgs};
	c->object = (struct charged_object){.charges = &c->charges, .slub = &machine->slub};
	*state = s;
	return 0;
}

static int end_charged(void **state)
{
	struct made_up *s = *state;

	charged__close(&s->charged);
	arena__free(&s->paths);
	test_free(s);
	return end((void **)&machine);
}

static void add(struct made_up *s, uint32_t site, uint64_t word)
{
	uint32_t slot = (uint32_t)s->snapshot.nr_list, page = FIRST + slot;
	struct kleak_bucket *bucket = &s->buckets[slot / KLEAK_BUCKET_KEYS];

	set_page(machine, (int)page, 0, 0xffffffff, 1, 0);
	machine->pages[page][7] = word;
	bucket->key[slot % KLEAK_BUCKET_KEYS] = ~(BASE + RAM + page * PAGE);
	bucket->record[slot % KLEAK_BUCKET_KEYS].site = site;
	s->objects[s->snapshot.nr_list++] = (struct snapshot_object){.site = site, .slot = slot};
	s->list[site].objects++;
	s->list[site].listed++;
}

static const struct report_charged_to *look(struct made_up *s, uint64_t most)
{
	for (uint32_t i = 0; i < SITES; i++) /* as sites__sum() leaves them */
		s->list[i].elsewhere = false;
	assert_int_equal(charged__look(&s->charged, &s->snapshot, &s->sites, is_shown, most), 0);
	return &s->charged.sum;
}

static void test_what_is_charged_elsewhere_goes(void **state)
{
	struct made_up *s = *state;
	const struct report_charged_to *sum;

	add(s, 0, OBJCG(A) | 2);
	add(s, 0, OBJCG(B) | 2);
	add(s, 0, OBJCG(C) | 2);
	add(s, 0, 0);
	add(s, 1, OBJCG(C) | 2);
	add(s, 2, 0);
	add(s, 2, 0xdead0000);
	s->list[2].space = KLEAK_SPACE_PERCPU;
	add(s, 3, OBJCG(A) | 2);
	sum = look(s, 7);
	assert_true(sum->known && !sum->removed);
	assert_false(s->list[0].elsewhere);
	assert_true(s->list[1].elsewhere);
	assert_true(s->list[2].elsewhere);
	assert_int_equal(sum->sites, 1);
	assert_int_equal(sum->bytes, 500);
	assert_int_equal(charged__bytes(&s->charged, &s->list[0]), 500);
	assert_int_equal(sum->looked, 7);
	/* charged to nobody, or not to be told: not known; so is what was not looked at */
	assert_int_equal(sum->unknown_sites, 1);
	assert_int_equal(sum->unknown_bytes, 3000);
	assert_int_equal(sum->unknown_origins, ORIGIN_PERCPU);
	assert_true(s->list[3].elsewhere);
	assert_int_equal(sum->skipped_sites, 1);
	assert_int_equal(sum->skipped_bytes, 4000);
	sum = look(s, 8);
	assert_false(s->list[3].elsewhere);
	assert_int_equal(sum->sites, 2);
	assert_int_equal(sum->skipped_sites, 0);
}

/* Without --charged-to nothing is left out. */
static void test_without_a_filter(void **state)
{
	struct made_up *s = *state;
	struct report_site row = {};

	s->charged.wanted = NULL;
	add(s, 1, OBJCG(C) | 2);
	assert_false(look(s, 8)->known);
	assert_false(s->list[1].elsewhere);
	assert_int_equal(charged__bytes(&s->charged, &s->list[1]), 2000);
	assert_int_equal(charged__fill(&s->charged, &s->list[1], &row, &s->paths), 0);
	assert_int_equal(row.charged.looked_at, 1);
	assert_string_equal(row.charged.groups[0].cgroup, "/c");
	assert_int_equal(charged__fill(&s->charged, &s->list[0], &row, &s->paths), 0);
	assert_int_equal(row.charged.looked_at, 0);
	s->charged.on = false;
	assert_int_equal(charged__fill(&s->charged, &s->list[1], &row, &s->paths), 0);
	assert_int_equal(row.charged.looked_at, 0);
}

/* The tree of groups is read when an object's group is not known, and only then. */
static void test_groups_that_come(void **state)
{
	struct made_up *s = *state;

	add(s, 0, OBJCG(A) | 2);
	look(s, 8);
	assert_int_equal(s->task_reads, 1);
	look(s, 8);
	assert_int_equal(s->task_reads, 1);
	put_group(machine, NEW, A, "new");
	look(s, 8);
	assert_int_equal(s->task_reads, 1);
	add(s, 1, OBJCG(NEW) | 2);
	look(s, 8);
	assert_int_equal(s->task_reads, 2);
	assert_int_equal(s->charged.sum.sites, 2);
	/* what never makes sense is looked up once a report */
	add(s, 2, 0xdead0000);
	look(s, 8);
	assert_int_equal(s->task_reads, 3);
}

static void test_the_cgroup_goes(void **state)
{
	struct made_up *s = *state;
	const struct report_charged_to *sum;

	add(s, 0, OBJCG(A) | 2);
	look(s, 8);
	kill_group(machine, B, 0);
	kill_group(machine, A, 1);
	put(machine, OBJCG(A) + group_layout.objcg_memcg, GROUP(ROOT));
	sum = look(s, 8);
	assert_true(sum->removed);
	assert_true(s->list[0].elsewhere);
	assert_int_equal(sum->sites, 0);
}

/* Nothing can be read: nothing is said to be charged to others. */
static void test_nothing_is_known(void **state)
{
	struct made_up *s = *state;
	const struct report_charged_to *sum;

	add(s, 0, OBJCG(A) | 2);
	s->reader.has_pages = false;
	sum = look(s, 8);
	assert_int_equal(sum->unknown_sites, 1);
	assert_int_equal(sum->skipped_sites, 0);
	assert_false(sum->removed);
	s->reader.has_pages = true;
	put(machine, SET + group_layout.set_css, 0);
	sum = look(s, 8);
	assert_int_equal(sum->unknown_sites, 1);
	assert_false(sum->removed);
}

static enum report_elsewhere elsewhere(struct made_up *s, struct allocated_by_who *who, size_t nr,
				       uint64_t times)
{
	struct report_site row = {.who = who, .nr_who = nr, .who_times = times};

	assert_int_equal(charged__fill(&s->charged, &s->list[0], &row, &s->paths), 0);
	assert_int_equal(row.charged.nr_groups, 1);
	assert_string_equal(row.charged.groups[0].cgroup, "/a");
	return row.charged.groups[0].elsewhere;
}

static void test_who_allocates(void **state)
{
	struct made_up *s = *state;
	struct allocated_by_who who[] = {{"process", "x", 1, "/b", 10},
					 {"kernel thread", "kworker", 0, "", 5},
					 {"interrupt", "", 0, "", 5}};

	add(s, 0, OBJCG(A) | 2);
	look(s, 8);
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_YES);
	/* others that are not listed may be its own */
	assert_int_equal(elsewhere(s, who, 3, 21), REPORT_ELSEWHERE_UNKNOWN);
	strcpy(who[0].cgroup, "/ab");
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_YES);
	strcpy(who[0].cgroup, "/a/b");
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_NO);
	strcpy(who[0].cgroup, "/a");
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_NO);
	strcpy(who[0].cgroup, "/");
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_YES);
	/* gone, or too long to be told */
	who[0].cgroup[0] = 0;
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_UNKNOWN);
	memset(who[0].cgroup, 'x', sizeof(who[0].cgroup) - 1);
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_UNKNOWN);
	/* version 1: other paths */
	strcpy(who[0].cgroup, "/b");
	s->charged.comparable = false;
	assert_int_equal(elsewhere(s, who, 3, 20), REPORT_ELSEWHERE_UNKNOWN);
}

static void test_who_is_followed(void **state)
{
	struct made_up *s = *state;

	add(s, 0, OBJCG(A) | 2);
	look(s, 8);
	assert_int_equal(elsewhere(s, NULL, 0, 0), REPORT_ELSEWHERE_UNKNOWN);
	s->charged.followed = "/c";
	assert_int_equal(elsewhere(s, NULL, 0, 0), REPORT_ELSEWHERE_YES);
	s->charged.followed = "/a/b";
	assert_int_equal(elsewhere(s, NULL, 0, 0), REPORT_ELSEWHERE_NO);
	s->charged.followed = "/"; /* it may be its own processes */
	assert_int_equal(elsewhere(s, NULL, 0, 0), REPORT_ELSEWHERE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_is_charged_elsewhere_goes, begin_charged,
						end_charged),
		cmocka_unit_test_setup_teardown(test_without_a_filter, begin_charged, end_charged),
		cmocka_unit_test_setup_teardown(test_groups_that_come, begin_charged, end_charged),
		cmocka_unit_test_setup_teardown(test_the_cgroup_goes, begin_charged, end_charged),
		cmocka_unit_test_setup_teardown(test_nothing_is_known, begin_charged, end_charged),
		cmocka_unit_test_setup_teardown(test_who_allocates, begin_charged, end_charged),
		cmocka_unit_test_setup_teardown(test_who_is_followed, begin_charged, end_charged),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
