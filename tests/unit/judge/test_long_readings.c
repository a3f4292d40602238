// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `kleak ledger` and `kleak diagnose` read for weeks, in seconds: processes, cgroups, slab
 * caches, callers of vmalloc() and source lines come and go, one of each grows all the time.
 * Nothing that is kept may grow after the first third, and what grows is named first.
 *
 * `make simulate [HOURS=72]` has a reading each ten seconds of so many hours.
 */
#include "unit.h"

#include "in_use.h"
#include "judge/bookkeeper.h"
#include "judge/cgroup_keeper.h"
#include "judge/holders.h"
#include "util/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP_S	       10
#define SHORT_READINGS 1500
#define STATED_EACH    30 /* readings */

#define THERE  40 /* that come and go: so many at a time */
#define NEW    2  /* of them in each reading */
#define STEADY 5

static uint64_t chance;

/*
 * Readings: enter(i) does one, state() asks what there is to say and checks it.  Which of those
 * that come and go is there is in `number`, by place.
 */
static uint64_t number[THERE], made;

static void readings(void (*enter)(size_t i), void (*state)(size_t i))
{
	size_t nr = in_use__rounds(STEP_S, SHORT_READINGS);
	struct in_use use = {.start = bytes_in_use()};

	chance = 42;
	made = 0;
	memset(number, 0, sizeof(number));
	for (size_t i = 0; i < nr; i++) {
		for (int n = 0; n < NEW; n++)
			number[chance__next(&chance) % THERE] = ++made;
		enter(i);
		if (i % STATED_EACH == STATED_EACH - 1)
			state(i);
		in_use__note(&use, i, nr);
	}
	in_use__check(&use, 16384);
}

/* ---- cgroups ---- */

#define LEAST_ID 100
#define SLAB	 (8ULL << 20)

static struct cgroup_keeper *cgroups;

static struct cgroup_books cgroup_of(uint64_t id, const char *path, uint64_t slab)
{
	struct cgroup_books b = {.id = id,
				 .parent = id == 1 ? 0 : 1,
				 .path = path,
				 .limits = true,
				 .whole = true,
				 .usage = {true, slab + SLAB},
				 .max = {true, UINT64_MAX},
				 .stat_known = true};
	static const enum memory_stat_field there[] = {MEMORY_STAT_ANON, MEMORY_STAT_FILE,
						       MEMORY_STAT_KERNEL,
						       MEMORY_STAT_SLAB_UNRECLAIMABLE};

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		b.stat.present[there[i]] = true;
	b.stat.bytes[MEMORY_STAT_FILE] = SLAB;
	b.stat.bytes[MEMORY_STAT_KERNEL] = b.stat.bytes[MEMORY_STAT_SLAB_UNRECLAIMABLE] = slab;
	return b;
}

static void enter_cgroups(size_t i)
{
	struct cgroup_books list[1 + 1 + STEADY + THERE];
	char paths[1 + 1 + STEADY + THERE][32];
	size_t nr = 0;

	list[nr++] = cgroup_of(1, "/", SLAB * (THERE + STEADY));
	list[nr++] = cgroup_of(2, "/leaks", SLAB + i * 4096);
	for (uint64_t n = 0; n < STEADY; n++, nr++) {
		snprintf(paths[nr], sizeof(paths[nr]), "/steady-%" PRIu64, n);
		list[nr] = cgroup_of(3 + n, paths[nr], SLAB + chance__next(&chance) % 65536);
	}
	for (size_t n = 0; n < THERE; n++) {
		if (!number[n])
			continue;
		snprintf(paths[nr], sizeof(paths[nr]), "/pod-%" PRIu64, number[n]);
		list[nr] = cgroup_of(LEAST_ID + number[n], paths[nr],
				     SLAB + chance__next(&chance) % 65536);
		nr++;
	}
	assert_int_equal(cgroup_keeper__enter(cgroups, list, nr, (double)i * STEP_S), 0);
}

static void state_cgroups(size_t i)
{
	struct cgroup_statement s = {};

	assert_int_equal(cgroup_keeper__state(cgroups, &s, 3), 0);
	assert_true(s.nr_rows > 0);
	if (i < 100)
		return;
	assert_string_equal(s.rows[0].path, "/leaks");
	assert_int_equal(s.rows[0].growing, CGROUP_SLAB_UNRECLAIMABLE);
}

static void test_cgroups(void **state)
{
	(void)state;
	assert_int_equal(cgroup_keeper__open(&cgroups, 0), 0);
	readings(enter_cgroups, state_cgroups);
	cgroup_keeper__close(cgroups);
}

/* ---- handles ---- */

static struct holders *holders;

static void hold(struct handles *now, uint32_t pid, uint64_t start, enum handle_kind kind,
		 uint64_t count)
{
	struct handles_owner owner = {.pid = pid, .start = start};

	snprintf(owner.name, sizeof(owner.name), "process-%" PRIu64, start);
	assert_int_equal(handles__add(now, &owner, HANDLE_THREAD, "", 1), 0);
	assert_int_equal(handles__add(now, &owner, kind, "", count), 0);
	assert_int_equal(handles__add(now, &owner, HANDLE_FILE, "", count), 0);
}

static void enter_handles(size_t i)
{
	struct handles now = {};

	hold(&now, 10, 1, HANDLE_EVENTFD, 20 + i);
	for (uint32_t n = 0; n < STEADY; n++)
		hold(&now, 20 + n, 2 + n, HANDLE_SOCKET, 100 + chance__next(&chance) % 3);
	for (uint32_t n = 0; n < THERE; n++)
		if (number[n])
			hold(&now, 1000 + n, 100 + number[n], HANDLE_PIPE,
			     10 + chance__next(&chance) % 20);
	assert_int_equal(holders__enter(holders, &now, (double)i * STEP_S), 0);
	handles__free(&now);
}

static void state_handles(size_t i)
{
	struct holder list[3];
	size_t nr = holders__growing(holders, list, 3);

	if (i < 100)
		return;
	assert_true(nr >= 1);
	assert_int_equal(list[0].owner.pid, 10);
	assert_int_equal(list[0].kind, HANDLE_EVENTFD);
	assert_int_equal(list[0].count, 20 + i);
}

static void test_handles(void **state)
{
	(void)state;
	assert_int_equal(holders__open(&holders), 0);
	readings(enter_handles, state_handles);
	holders__close(holders);
}

/* ---- the kernel's books ---- */

static struct bookkeeper *keeper;

static void enter_books(size_t i)
{
	static struct slabinfo_cache caches[1 + THERE];
	static struct vmallocinfo_caller callers[1 + THERE];
	static struct allocinfo_line lines[1 + THERE];
	struct books books = {.page_size = 4096};
	size_t nr = 1;

	books.mem.present[MEMINFO_MEM_TOTAL] = books.mem.present[MEMINFO_MEM_FREE] = true;
	books.mem.present[MEMINFO_S_UNRECLAIM] = true;
	books.mem.bytes[MEMINFO_MEM_TOTAL] = 1ULL << 34;
	books.mem.bytes[MEMINFO_MEM_FREE] = (1ULL << 33) - i * 4096;
	books.mem.bytes[MEMINFO_S_UNRECLAIM] = (1ULL << 30) + i * 4096;
	caches[0] = (struct slabinfo_cache){"leaks", 8 * (i + 1), 8 * (i + 1), 512, 8, 1, i + 1};
	snprintf(callers[0].name, sizeof(callers[0].name), "leaks+0x1/0x2");
	callers[0].areas = callers[0].pages = i + 1;
	lines[0] = (struct allocinfo_line){"mm/leaks.c:1", "", "leaks", 512 * (i + 1), i + 1};
	for (size_t n = 0; n < THERE; n++) {
		if (!number[n])
			continue;
		caches[nr] = (struct slabinfo_cache){"", 20, 40, 64, 64, 1, 10};
		snprintf(caches[nr].name, sizeof(caches[nr].name), "inodes-%" PRIu64, number[n]);
		snprintf(callers[nr].name, sizeof(callers[nr].name), "f+0x1/0x2 [m%" PRIu64 "]",
			 number[n]);
		callers[nr].areas = callers[nr].pages = 3;
		lines[nr] = (struct allocinfo_line){"drivers/m.c:1", "", "f", 4096, 4};
		snprintf(lines[nr].module, sizeof(lines[nr].module), "m%" PRIu64, number[n]);
		nr++;
	}
	books.slabs = (struct slabinfo){.caches = caches, .nr = nr};
	books.areas = (struct vmallocinfo){.callers = callers, .nr_callers = nr};
	books.lines = (struct allocinfo){.lines = lines, .nr = nr};
	assert_int_equal(bookkeeper__enter(keeper, &books, (double)i * STEP_S), 0);
}

static void state_books(size_t i)
{
	struct statement s = {};

	assert_int_equal(bookkeeper__state(keeper, &s, 3), 0);
	if (i < 100)
		return;
	assert_string_equal(s.caches[0].name, "leaks");
	assert_string_equal(s.callers[0].name, "leaks+0x1/0x2");
}

static void test_books(void **state)
{
	(void)state;
	assert_int_equal(bookkeeper__open(&keeper, NULL, true), 0);
	readings(enter_books, state_books);
	bookkeeper__close(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cgroups),
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_books),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
