// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SITES 3

struct made_up {
	struct readout readout;
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct tracer_view view;
	struct kernel kernel;
	struct plan plan;
	struct report_options options;
	struct site sites[SITES];
	struct rows rows;
	struct report report;
};

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	m->view.caches = m->caches;
	m->readout.view = &m->view;
	m->readout.parts = (struct reporter_parts){
		.options = &m->options, .kernel = &m->kernel, .plan = &m->plan};
	m->readout.sampling = 1;
	m->readout.judge = (struct evidence_sources){.history = &m->readout.history,
						     .before_drain = &m->readout.before_drain,
						     .before_drop = &m->readout.before_drop,
						     .caches = m->caches,
						     .cache_sums = m->readout.cache_sums,
						     .kinds = &m->kernel.cache_kinds,
						     .slabs_before = &m->readout.books_start.slabs,
						     .slabs_now = &m->readout.books.slabs,
						     .ledger = m->readout.ledger};
	m->readout.sites = (struct sites){.list = m->sites, .nr = SITES};
	for (uint32_t i = 0; i < SITES; i++)
		m->sites[i] = (struct site){.id = i + 1,
					    .index = i,
					    .space = KLEAK_SPACE_SLAB,
					    .cache = 5,
					    .objects = 10 * (i + 1),
					    .listed = 10 * (i + 1),
					    .bytes = 1000 * (i + 1),
					    .objects_variance = 120 * (i + 1),
					    .bytes_variance = 48,
					    .nr_frames = i + 1,
					    .made = {77, 5, 6}};
	m->caches[5] = (struct kleak_cache){.name = "dentry", .ready = 1};
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct made_up *m = *state;

	rows__free(&m->rows);
	test_free(m);
	return 0;
}

/* As many frames as there are addresses; when they are named is in the address. */
static size_t name_stack(struct symbols *symbols, const uint64_t *addresses, size_t nr,
			 struct names_time when, struct symbols_frame *frames)
{
	(void)symbols;
	(void)addresses;
	for (size_t i = 0; i < nr; i++)
		frames[i] = (struct symbols_frame){.address = when.modules * 100ULL + nr * 10 + i,
						   .symbol = "f"};
	return nr;
}

/* The one of the time at which the stack is named. */
static const struct image *image_of(const struct symbols *symbols, uint64_t address,
				    struct names_time when)
{
	static struct image image;

	(void)symbols;
	assert_true(address / 100 == when.modules);
	image = (struct image){.build_id = {(uint8_t)when.modules}, .build_id_length = 1};
	return &image;
}

static int name_cgroup(uint64_t cgroup, char *path, size_t len)
{
	snprintf(path, len, "/group-%d", (int)cgroup);
	return 0;
}

static void fill(struct made_up *m, uint32_t most)
{
	static const struct rows_names names = {name_stack, name_cgroup, image_of};

	m->report = (struct report){};
	rows__count(&m->report, &m->readout, most);
	assert_int_equal(rows__fill(&m->rows, &m->report, &m->readout, &names), 0);
}

static void test_what_is_counted(void **state)
{
	struct made_up *m = *state;

	fill(m, 0);
	assert_int_equal(m->report.nr_sites, 3);
	assert_int_equal(m->report.bytes_all, 6000);
	assert_true(m->report.bytes_all_error == 12); /* sqrt(3 * 48) */
	m->sites[0].objects = 0;
	m->sites[1].backing = true;
	fill(m, 0);
	assert_int_equal(m->report.nr_sites_all, 1);
	assert_int_equal(m->report.bytes_all, 3000);
	assert_int_equal(m->report.sites[0].id, 3);
	assert_true(m->report.sites[0].bytes_error == sqrt(12.0 * 4));
	assert_true(m->report.sites[0].objects_error == sqrt(12.0 * 30));
}

/* Of all sites, by what is thought of them. */
static void test_verdicts_are_counted(void **state)
{
	struct made_up *m = *state;

	fill(m, 1);
	assert_true(m->report.verdicts_known);
	assert_int_equal(m->report.verdicts[VERDICT_NEW].sites, 3);
	assert_int_equal(m->report.verdicts[VERDICT_NEW].objects, 60);
	assert_int_equal(m->report.verdicts[VERDICT_NEW].bytes, 6000);
	assert_false(m->report.by_suspicion);
	m->sites[0].objects = 0;
	m->options.sort = SITES_BY_RANK;
	fill(m, 1);
	assert_int_equal(m->report.verdicts[VERDICT_NEW].sites, 2);
	assert_true(m->report.by_suspicion);
}

static void test_only_the_first_rows(void **state)
{
	struct made_up *m = *state;

	for (uint32_t most = 1; most <= 4; most++) {
		fill(m, most);
		assert_int_equal(m->report.nr_sites, most < 3 ? most : 3);
		assert_int_equal(m->report.nr_sites_all, 3);
		assert_int_equal(m->report.bytes_all, 6000);
	}
}

static void test_frees_of_every_kind(void **state)
{
	struct made_up *m = *state;

	m->sites[0].allocations = 100;
	m->sites[0].frees = 1;
	m->sites[0].implicit = 20;
	m->sites[0].verified = 300;
	m->sites[0].evicted = 4000;
	fill(m, 0);
	assert_int_equal(m->report.sites[0].allocations, 100);
	assert_int_equal(m->report.sites[0].frees, 4321);
}

static void test_names_of_caches_and_origins(void **state)
{
	struct made_up *m = *state;

	m->sites[1].space = KLEAK_SPACE_VMALLOC;
	m->readout.cache_sums[5] =
		(struct cache_sum){.allocations = 100, .frees = 50, .implicit = 50};
	fill(m, 0);
	assert_string_equal(m->report.sites[0].cache, "dentry");
	assert_string_equal(m->report.sites[0].origin, "slab");
	assert_true(m->report.sites[0].approximate);
	assert_string_equal(m->report.sites[1].cache, "vmalloc");
	assert_string_equal(m->report.sites[1].origin, "vmalloc");
	assert_false(m->report.sites[1].approximate);
}

/* Each row has the frames that are its own, also when their memory has moved. */
static void test_stacks(void **state)
{
	struct made_up *m = *state;
	uint64_t when = NAMES_UNDATED;

	for (int watched = 0; watched <= 1; watched++) {
		m->plan.config.modules = watched;
		if (watched)
			when = 77;
		fill(m, 0);
		for (size_t i = 0; i < 3; i++) {
			assert_int_equal(m->report.sites[i].nr_frames, i + 1);
			for (size_t k = 0; k <= i; k++)
				assert_true(m->report.sites[i].stack[k].address ==
					    when * 100 + (i + 1) * 10 + k);
		}
	}
}

/* What is known of when the addresses were seen depends on what is watched. */
static void test_when_a_stack_is_named(void **state)
{
	struct made_up *m = *state;
	struct names_time when = readout__named_at(&m->readout, &m->sites[0]);

	assert_int_equal(when.modules, NAMES_UNDATED);
	assert_int_equal(when.ns, 0);
	m->plan.config.modules = 1;
	when = readout__named_at(&m->readout, &m->sites[0]);
	assert_int_equal(when.modules, 77);
	assert_int_equal(when.ns, 0);
	m->plan.config.program_free = 1;
	when = readout__named_at(&m->readout, &m->sites[0]);
	assert_int_equal(when.code, 5);
	assert_int_equal(when.ns, 6);
}

static void test_who_allocates(void **state)
{
	struct made_up *m = *state;
	struct kleak_who who = {.cgroup = 9, .comm = "leaker"};
	struct kleak_who_times times = {.times = 3, .tgid = 12};

	assert_int_equal(allocated_by__add(&m->rows.crowd, 1, &who, &times), 0);
	fill(m, 0);
	assert_int_equal(m->report.sites[0].nr_who, 0);
	assert_int_equal(m->report.sites[1].nr_who, 1);
	assert_int_equal(m->report.sites[1].who_times, 3);
	assert_string_equal(m->report.sites[1].who[0].comm, "leaker");
	assert_string_equal(m->report.sites[1].who[0].cgroup, "/group-9");
}

/* Its stacks stand behind the row's own, and those of the rows after it behind them. */
static void test_who_frees(void **state)
{
	static const struct allocator no_allocator = {};
	struct made_up *m = *state;
	struct kleak_freer freer = {.nr = 2, .modules = 4, .times = 3, .last = 900};
	const struct report_site *s;

	m->readout.taken_tick = 1000;
	for (uint32_t i = 0; i < 2; i++) {
		freer.frames[0] = 7 + i;
		assert_int_equal(freed_by__add(&m->rows.freed_by, 1, &freer, &no_allocator), 0);
		freer.times += 2;
	}
	fill(m, 0);
	assert_int_equal(m->report.sites[0].nr_freed_by, 0);
	assert_int_equal(m->report.sites[0].frees_noted, 0);
	s = &m->report.sites[1];
	assert_int_equal(s->nr_freed_by, 2);
	assert_int_equal(s->frees_noted, 8);
	assert_int_equal(s->freed_by[0].frees, 5);
	assert_true(fabs(s->freed_by[0].last_s - 100 * SECONDS_PER_TICK) < 1e-9);
	for (size_t k = 0; k < 2; k++) {
		assert_int_equal(s->freed_by[k].nr_frames, 2);
		assert_int_equal(s->freed_by[k].stack[1].address, 4 * 100 + 2 * 10 + 1);
	}
	assert_true(s->freed_by[0].stack == s->stack + 2);
	assert_true(s->freed_by[1].stack == s->stack + 4);
	assert_true(m->report.sites[2].stack == s->stack + 6);
}

/* Of the site that was sampled; no more than there is room for. */
static void test_who_refers(void **state)
{
	struct made_up *m = *state;
	struct referrers *holders = &m->readout.findings.holders;
	uint32_t few, many;

	referrers__begin(holders);
	assert_int_equal(referrers__add_site(holders, 1, &few), 0);
	assert_int_equal(referrers__add_site(holders, 3, &many), 0);
	holders->sites[few].sampled = 6;
	for (uint32_t i = 0; i < REPORT_HOLDERS + 3; i++) {
		const struct place place = {.kind = "cache", .name = "foo", .offset = i * 8};

		for (uint32_t object = 0; object < 20 - i; object++)
			assert_int_equal(referrers__add(holders, many, object + 1, &place), 0);
		if (i < 2)
			assert_int_equal(referrers__add(holders, few, 7, &place), 0);
	}
	referrers__end(holders);
	fill(m, 0);
	assert_int_equal(m->report.sites[0].sampled, 6);
	assert_int_equal(m->report.sites[0].nr_holders, 2);
	assert_int_equal(m->report.sites[1].nr_holders, 0);
	assert_int_equal(m->report.sites[2].nr_holders, REPORT_HOLDERS);
	for (uint32_t i = 0; i < REPORT_HOLDERS; i++) {
		assert_string_equal(m->report.sites[2].holders[i].name, "foo");
		assert_int_equal(m->report.sites[2].holders[i].offset, i * 8);
		assert_int_equal(m->report.sites[2].holders[i].objects, 20 - i);
	}
	referrers__free(holders);
}

/* Without a scan nothing is listed; nor unless that is asked for. */
static void test_what_nothing_refers_to(void **state)
{
	struct made_up *m = *state;
	struct scanner_sum scan = {};
	struct report_object objects[3 * UNREFERENCED_LISTED] = {};
	size_t listed[3] = {0, 2, 1};

	m->readout.findings.list = objects;
	m->readout.findings.listed = listed;
	m->sites[1].unreferenced = 5;
	m->sites[1].unreferenced_bytes = 320;
	fill(m, 0);
	assert_int_equal(m->report.sites[1].nr_listed, 0);
	assert_int_equal(m->report.sites[1].unreferenced, 5);
	assert_int_equal(m->report.sites[1].unreferenced_bytes, 320);
	m->readout.scan = &scan;
	fill(m, 0);
	assert_int_equal(m->report.sites[1].nr_listed, 0);
	m->options.show_objects = true;
	fill(m, 0);
	assert_int_equal(m->report.sites[1].nr_listed, 2);
	assert_ptr_equal(m->report.sites[1].unreferenced_list, objects + UNREFERENCED_LISTED);
	assert_int_equal(m->report.sites[2].nr_listed, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_counted),
		TEST(test_verdicts_are_counted),
		TEST(test_only_the_first_rows),
		TEST(test_frees_of_every_kind),
		TEST(test_names_of_caches_and_origins),
		TEST(test_stacks),
		TEST(test_when_a_stack_is_named),
		TEST(test_who_allocates),
		TEST(test_who_frees),
		TEST(test_who_refers),
		TEST(test_what_nothing_refers_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
