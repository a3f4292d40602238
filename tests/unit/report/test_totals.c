// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/totals.h"

#include <stdlib.h>
#include <string.h>

struct made_up {
	struct readout readout;
	struct kleak_cache *caches; /* KLEAK_MAX_CACHES, and nothing behind them */
	struct tracer_view view;
	struct kernel kernel;
	struct plan plan;
	struct trace_options trace;
	struct totals totals;
	struct report report;
};

/* "dentry" is also "names_cache". */
static int read_names(struct slabnames *names)
{
	static const struct slabnames_cache caches[] = {
		{"dentry", ":0000192", 1}, {"filp", "filp", 0}, {"names_cache", ":0000192", 1}};

	names->caches = calloc(sizeof(caches) / sizeof(caches[0]), sizeof(caches[0]));
	assert_non_null(names->caches);
	memcpy(names->caches, caches, sizeof(caches));
	names->nr = sizeof(caches) / sizeof(caches[0]);
	return 0;
}

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	m->caches = calloc(KLEAK_MAX_CACHES, sizeof(*m->caches));
	assert_non_null(m->caches);
	m->view.caches = m->caches;
	m->totals.aliases.read = read_names;
	m->readout.view = &m->view;
	m->readout.parts =
		(struct reporter_parts){.trace = &m->trace, .kernel = &m->kernel, .plan = &m->plan};
	*state = m;
	return 0;
}

static int end(void **state)
{
	struct made_up *m = *state;

	totals__free(&m->totals);
	free(m->caches);
	test_free(m);
	return 0;
}

static void fill(struct made_up *m)
{
	m->report = (struct report){};
	totals__fill(&m->totals, &m->report, &m->readout);
}

/* Every number has its place: none of them is another one's. */
static void test_events(void **state)
{
	struct made_up *m = *state;
	struct snapshot *s = &m->readout.snapshot;

	s->sum = (struct snapshot_site){.allocations = 1,
					.frees = 2,
					.implicit = 3,
					.live = 4,
					.pending = 5,
					.verified = 6,
					.evicted = 7,
					.unsampled = 8,
					.allocated_bytes = 9,
					.freed_bytes = 10,
					.held_bytes = 11,
					.objects = 12};
	s->in_motion = 13;
	s->counts[KLEAK_COUNT_UNKNOWN_FREES] = 14;
	m->readout.found_free.unknown = 100;
	m->readout.found_free.skipped = 50;
	fill(m);
	assert_int_equal(m->report.events.allocations, 1);
	assert_int_equal(m->report.events.frees, 2);
	assert_int_equal(m->report.events.implicit_frees, 3);
	assert_int_equal(m->report.events.live, 4);
	assert_int_equal(m->report.events.pending, 5);
	assert_int_equal(m->report.events.found_free, 6);
	assert_int_equal(m->report.events.evicted, 7);
	assert_int_equal(m->report.events.unsampled, 8);
	assert_int_equal(m->report.events.allocated_bytes, 9);
	assert_int_equal(m->report.events.freed_bytes, 10);
	assert_int_equal(m->report.events.live_bytes, 11);
	assert_int_equal(m->report.events.in_motion, 13);
	assert_int_equal(m->report.events.unknown_frees, 14);
	assert_int_equal(m->report.events.unchecked, 150);
}

/* Where the allocator's books cannot be read nothing was checked; pages need none. */
static void test_what_was_not_checked(void **state)
{
	struct made_up *m = *state;

	m->readout.snapshot.sum.objects = 12;
	m->readout.found_free.skipped = 1;
	m->plan.verify = true;
	m->plan.config.pages = 1;
	fill(m);
	assert_int_equal(m->report.events.unchecked, 1);
	m->plan.config.slab = 1;
	fill(m);
	assert_int_equal(m->report.events.unchecked, 12);
	m->plan.config.slab = 0;
	m->plan.config.vmalloc = 1;
	fill(m);
	assert_int_equal(m->report.events.unchecked, 12);
	m->readout.reader.has_pages = true;
	fill(m);
	assert_int_equal(m->report.events.unchecked, 1);
}

static uint64_t loss_of(const struct made_up *m, const char *cause)
{
	for (size_t i = 0; i < m->report.nr_losses; i++)
		if (!strcmp(m->report.losses[i].cause, cause))
			return m->report.losses[i].count;
	fail_msg("there is no loss %s", cause);
	return 0;
}

static void test_losses(void **state)
{
	struct made_up *m = *state;

	for (int i = 0; i < KLEAK_COUNTS; i++)
		m->readout.snapshot.counts[i] = 1000 + i;
	m->readout.missed = (struct misses){.allocations = 3, .frees = 4};
	fill(m);
	assert_int_equal(m->report.nr_losses, TOTALS_LOSSES);
	assert_int_equal(loss_of(m, "table_full"), 1000 + KLEAK_LOSS_TABLE_FULL);
	assert_int_equal(loss_of(m, "sites_full"), 1000 + KLEAK_LOSS_SITES_FULL);
	assert_int_equal(loss_of(m, "race"), 1000 + KLEAK_LOSS_RACE);
	assert_int_equal(loss_of(m, "calls"), 1000 + KLEAK_LOSS_CALLS);
	assert_int_equal(loss_of(m, "family_full"), 1000 + KLEAK_LOSS_FAMILY_FULL);
	assert_int_equal(m->report.losses[TOTALS_LOSSES - 2].count, 3);
	assert_int_equal(m->report.losses[TOTALS_LOSSES - 1].count, 4);
	for (size_t i = 0; i < m->report.nr_losses; i++)
		assert_non_null(m->report.losses[i].text);
}

/* Caches that had allocations, or frees of what nobody recorded. */
static void test_caches(void **state)
{
	struct made_up *m = *state;

	snprintf(m->caches[4].name, sizeof(m->caches[4].name), "dentry");
	snprintf(m->caches[6].name, sizeof(m->caches[6].name), "filp");
	snprintf(m->caches[KLEAK_MAX_CACHES - 1].name, sizeof(m->caches[0].name), "last");
	m->readout.cache_sums[4] = (struct cache_sum){
		.allocations = 100, .frees = 60, .implicit = 11, .verified = 2, .live = 27};
	m->caches[6].unknown = 5;
	m->readout.cache_sums[KLEAK_MAX_CACHES - 1].allocations = 1;
	m->readout.cache_sums[0].allocations = 9; /* KLEAK_CACHE_NONE is none */
	fill(m);
	assert_int_equal(m->report.nr_caches, 3);
	assert_string_equal(m->report.caches[0].name, "dentry");
	assert_string_equal(m->report.caches[0].aliases, "names_cache");
	assert_string_equal(m->report.caches[1].aliases, "");
	assert_int_equal(m->report.caches[0].allocations, 100);
	assert_int_equal(m->report.caches[0].frees, 60);
	assert_int_equal(m->report.caches[0].implicit_frees, 11);
	assert_int_equal(m->report.caches[0].found_free, 2);
	assert_int_equal(m->report.caches[0].live, 27);
	assert_int_equal(m->report.caches[0].unknown_frees, 0);
	assert_true(m->report.caches[0].approximate);
	assert_string_equal(m->report.caches[1].name, "filp");
	assert_int_equal(m->report.caches[1].unknown_frees, 5);
	assert_false(m->report.caches[1].approximate);
	assert_string_equal(m->report.caches[2].name, "last");
}

/* A field counts when the kernel had it at both times. */
static void test_the_kernels_books(void **state)
{
	struct made_up *m = *state;
	struct meminfo *start = &m->readout.books_start.mem, *now = &m->readout.books.mem;

	start->present[0] = now->present[0] = true;
	start->bytes[0] = 5000;
	now->bytes[0] = 3000;
	start->present[1] = now->present[2] = true;
	now->bytes[1] = now->bytes[2] = 7;
	m->readout.slab.objects_bytes = 42;
	m->readout.older_start.unsized = 2;
	m->readout.older.unsized = 9;
	fill(m);
	assert_int_equal(m->report.events.unsized_frees, 7);
	assert_true(m->report.meminfo_known[0]);
	assert_int_equal(m->report.meminfo_delta[0], -2000);
	assert_false(m->report.meminfo_known[1] || m->report.meminfo_known[2]);
	assert_int_equal(m->report.meminfo_delta[1], 0);
	assert_int_equal(m->report.nr_ledger, COVERAGE_CLASSES);
	assert_ptr_equal(m->report.ledger, m->readout.ledger);
	assert_int_equal(m->report.slab.objects_bytes, 42);
}

/* Dentries and inodes, where both times told them. */
static void test_what_the_file_systems_hold(void **state)
{
	struct made_up *m = *state;
	struct books *was = &m->readout.books_start, *is = &m->readout.books;

	was->dentries = (struct vfsstate){100, 40};
	is->dentries = (struct vfsstate){150, 30};
	was->inodes = (struct vfsstate){1000, 7};
	is->inodes = (struct vfsstate){900, 9};
	fill(m);
	assert_true(m->report.vfs_known);
	assert_int_equal(m->report.dentries.all, 50);
	assert_int_equal(m->report.dentries.unused, -10);
	assert_int_equal(m->report.inodes.all, -100);
	assert_int_equal(m->report.inodes.unused, 2);
	was->vfs_err = -1;
	fill(m);
	assert_false(m->report.vfs_known);
	assert_int_equal(m->report.dentries.all, 0);
	was->vfs_err = 0;
	is->vfs_err = -1;
	fill(m);
	assert_false(m->report.vfs_known);
	assert_int_equal(m->report.inodes.all, 0);
}

static void test_what_was_asked_for(void **state)
{
	struct made_up *m = *state;
	char *command[] = {"make", "-j2", NULL};

	m->trace = (struct trace_options){.pid = -1, .max_size = UINT64_MAX, .cache = "dentry"};
	m->plan.config.slab = m->plan.config.pages = 1;
	fill(m);
	assert_string_equal(m->report.filter.origins, "slab,pages");
	assert_int_equal(m->report.filter.pid, -1);
	assert_string_equal(m->report.filter.cache, "dentry");
	assert_null(m->report.filter.command);
	m->trace = (struct trace_options){
		.pid = 12, .command = command, .min_size = 1, .max_size = 2, .min_age_s = 3};
	fill(m);
	assert_string_equal(m->report.filter.command, "make");
	assert_int_equal(m->report.filter.pid, 12);
	assert_int_equal(m->report.filter.min_size, 1);
	assert_int_equal(m->report.filter.max_size, 2);
	assert_true(m->report.filter.min_age_s == 3);
}

static void test_scans(void **state)
{
	struct made_up *m = *state;
	const struct scanner_sum sum = {.passes = 3,
					.objects = 1000,
					.bytes = 1 << 20,
					.seconds = 0.5,
					.unknown = 2,
					.acknowledged = 4,
					.under_way = 0.25};

	m->trace.scan_passes = 3;
	m->readout.findings.objects = 7;
	m->readout.findings.bytes = 448;
	fill(m);
	assert_int_equal(m->report.scan.passes, 0); /* there was none */
	assert_int_equal(m->report.scan.unreferenced, 0);
	m->readout.scan = &sum;
	fill(m);
	assert_int_equal(m->report.scan.passes, 3);
	assert_int_equal(m->report.scan.needed, 3);
	assert_int_equal(m->report.scan.objects, 1000);
	assert_int_equal(m->report.scan.unreferenced, 7);
	assert_int_equal(m->report.scan.unreferenced_bytes, 448);
	assert_int_equal(m->report.scan.acknowledged, 4);
	assert_int_equal(m->report.scan.unknown, 2);
	assert_int_equal(m->report.scan.bytes, 1 << 20);
	assert_true(m->report.scan.seconds == 0.5);
	assert_true(m->report.scan.under_way == 0.25);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events),
		TEST(test_what_was_not_checked),
		TEST(test_losses),
		TEST(test_caches),
		TEST(test_the_kernels_books),
		TEST(test_what_was_asked_for),
		TEST(test_scans),
		TEST(test_what_the_file_systems_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
