// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/cgroup_keeper.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB(n) ((uint64_t)(n) << 20)
#define MANY   3000

static struct cgroup_keeper *keeper;
static struct cgroup_statement s;

static void start(uint64_t one)
{
	s = (struct cgroup_statement){};
	assert_int_equal(cgroup_keeper__open(&keeper, one), 0);
}

static void enter(const struct cgroup_books *list, size_t nr, double now_s)
{
	assert_int_equal(cgroup_keeper__enter(keeper, list, nr, now_s), 0);
}

static void state(size_t top)
{
	assert_int_equal(cgroup_keeper__state(keeper, &s, top), 0);
}

static struct cgroup_number number(uint64_t is)
{
	return (struct cgroup_number){true, is};
}

/* With so much reclaimable slab, and 10 MiB of page cache. */
static struct cgroup_books books(uint64_t id, uint64_t parent, const char *path, uint64_t slab,
				 uint64_t max)
{
	struct cgroup_books b = {.id = id,
				 .parent = parent,
				 .path = path,
				 .whole = true,
				 .usage = number(slab + MIB(10)),
				 .max = number(max),
				 .stat_known = true};
	static const enum memory_stat_field there[] = {MEMORY_STAT_ANON,
						       MEMORY_STAT_FILE,
						       MEMORY_STAT_SHMEM,
						       MEMORY_STAT_KERNEL,
						       MEMORY_STAT_SLAB_RECLAIMABLE,
						       MEMORY_STAT_INACTIVE_FILE};

	for (size_t i = 0; i < sizeof(there) / sizeof(there[0]); i++)
		b.stat.present[there[i]] = true;
	b.stat.bytes[MEMORY_STAT_FILE] = b.stat.bytes[MEMORY_STAT_INACTIVE_FILE] = MIB(10);
	b.stat.bytes[MEMORY_STAT_KERNEL] = b.stat.bytes[MEMORY_STAT_SLAB_RECLAIMABLE] = slab;
	return b;
}

/* "/" with "/a", which leaks 1 MiB a second, and "/b", which does not; /a/c is below /a. */
static void enter_second(int t)
{
	struct cgroup_books list[] = {
		books(1, 0, "/", MIB(300) + MIB(t), NEAR_LIMIT_NONE),
		books(2, 1, "/a", MIB(100) + MIB(t), MIB(400)),
		books(3, 1, "/b", MIB(200), NEAR_LIMIT_NONE),
		books(4, 2, "/a/c", MIB(50), MIB(1000)),
	};

	list[0].usage.known = list[0].max.known = false;
	list[1].events.present[MEMORY_EVENT_MAX] = true;
	list[1].events.times[MEMORY_EVENT_MAX] = 5 + (uint64_t)t;
	enter(list, 4, t);
}

static const struct cgroup_row *row(const char *path)
{
	for (size_t i = 0; i < s.nr_rows; i++)
		if (!strcmp(s.rows[i].path, path))
			return &s.rows[i];
	fail_msg("no row %s", path);
	return NULL;
}

static void the_fastest_come_first(void **arg)
{
	(void)arg;
	start(0);
	for (int t = 0; t < 20; t++)
		enter_second(t);
	state(0);
	assert_false(s.one);
	assert_int_equal(s.nr_rows, 4);
	assert_string_equal(s.rows[0].path, "/a");
	assert_true(fabs(s.rows[0].held.is.growth.per_s - (double)MIB(1)) < 1);
	assert_int_equal(s.rows[0].held.is.delta_bytes, MIB(19));
	assert_int_equal(s.rows[0].kernel.is.bytes, MIB(119));
	assert_int_equal(s.rows[0].growing, CGROUP_SLAB_RECLAIMABLE);
	assert_int_equal(s.rows[0].near.state, NEAR_LIMIT_NEAR);
	assert_true(fabs(s.rows[0].near.oom_s - 281) < 1e-3);
	assert_int_equal(s.rows[0].events[MEMORY_EVENT_MAX].delta, 19);
	assert_false(s.rows[0].events[MEMORY_EVENT_OOM].known);
	assert_int_equal(row("/b")->growing, CGROUP_CLASSES);
	assert_int_equal(row("/b")->near.state, NEAR_LIMIT_UNLIMITED);
	assert_false(row("/")->held.known || row("/")->usage.known);
	assert_int_equal(row("/")->near.state, NEAR_LIMIT_UNKNOWN);
	assert_true(row("/")->kernel.known);
	state(2);
	assert_int_equal(s.nr_rows, 2);
	assert_int_equal(s.nr_rows_all, 4);
	cgroup_keeper__close(keeper);
}

/* The limit with the least room is that of the one above. */
static void limits_above_hold_too(void **arg)
{
	(void)arg;
	start(0);
	enter_second(0);
	state(0);
	assert_string_equal(row("/a/c")->limit_of, "/a");
	assert_int_equal(row("/a/c")->limit.is, MIB(400));
	assert_int_equal(row("/a/c")->limit_room, MIB(300));
	assert_int_equal(row("/a/c")->near.state, NEAR_LIMIT_FAR);
	assert_null(row("/b")->limit_of);
	assert_false(row("/b")->limit.known);
	cgroup_keeper__close(keeper);
}

static void one_has_its_classes(void **arg)
{
	(void)arg;
	start(4);
	for (int t = 0; t < 20; t++) {
		struct cgroup_books list[] = {books(4, 2, "/a/c", MIB(50) + MIB(t), MIB(1000)),
					      books(2, 1, "/a", MIB(100) + MIB(t), NEAR_LIMIT_NONE),
					      books(1, 0, "/", MIB(300), NEAR_LIMIT_NONE)};

		enter(list, 3, t);
	}
	state(1);
	assert_true(s.one);
	assert_int_equal(s.nr_rows, 3);
	assert_string_equal(s.rows[0].path, "/a/c");
	assert_string_equal(s.rows[1].path, "/a");
	assert_non_null(s.rows[0].classes);
	assert_null(s.rows[1].classes);
	assert_string_equal(s.rows[0].classes[CGROUP_SLAB_RECLAIMABLE].name, "slab_reclaimable");
	assert_true(s.rows[0].classes[CGROUP_SLAB_RECLAIMABLE].amount.growth.low > 0);
	assert_int_equal(s.rows[0].classes[CGROUP_FILE_CACHE].amount.growth.per_s, 0);
	assert_false(s.rows[0].classes[CGROUP_PERCPU].known);
	assert_false(s.rows[0].gone);
	cgroup_keeper__close(keeper);
}

static void one_that_went_keeps_its_books(void **arg)
{
	const struct cgroup_books list[] = {books(4, 2, "/a/c", MIB(50), MIB(60)),
					    books(2, 1, "/a", MIB(100), NEAR_LIMIT_NONE)};

	(void)arg;
	start(4);
	enter(list, 2, 0);
	enter(list + 1, 1, 1);
	state(0);
	assert_int_equal(s.nr_rows, 2);
	assert_true(s.rows[0].gone);
	assert_false(s.rows[1].gone);
	assert_int_equal(s.rows[0].usage.is, MIB(60));
	assert_int_equal(s.gone, 1);
	cgroup_keeper__close(keeper);
}

static void they_come_and_go(void **arg)
{
	const struct cgroup_books list[] = {books(1, 0, "/", 0, NEAR_LIMIT_NONE),
					    books(2, 1, "/a", MIB(1), NEAR_LIMIT_NONE),
					    books(3, 1, "/a", MIB(7), NEAR_LIMIT_NONE)};
	struct cgroup_books renamed = list[2];

	(void)arg;
	start(0);
	enter(list, 2, 0);
	enter((struct cgroup_books[]){list[0], list[2]}, 2, 1); /* of the same name, another one */
	state(0);
	assert_int_equal(s.nr_rows, 2);
	assert_int_equal(s.came, 1);
	assert_int_equal(s.gone, 1);
	assert_true(row("/a")->came);
	assert_int_equal(row("/a")->id, 3);
	assert_int_equal(row("/a")->held.is.delta_bytes, 0);
	renamed.path = "/b";
	enter((struct cgroup_books[]){list[0], renamed}, 2, 2);
	state(0);
	assert_int_equal(row("/b")->id, 3);
	assert_int_equal(s.came, 1);
	cgroup_keeper__close(keeper);
}

/* Of many: what is new is read by and by, then those that grow, and the others by turns. */
static void of_many_some_are_read(void **arg)
{
	static struct cgroup_books list[MANY];
	static char paths[MANY][16];
	static unsigned int times[MANY], looked[MANY];

	(void)arg;
	start(0);
	memset(times, 0, sizeof(times));
	memset(looked, 0, sizeof(looked));
	for (int t = 0; t < 20; t++) {
		size_t whole = 0;

		for (size_t i = 0; i < MANY; i++) {
			enum cgroup_books_much much;

			snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
			list[i] = books(i + 1, 0, paths[i], MIB(1), NEAR_LIMIT_NONE);
			list[i].usage.is += (uint64_t)t << (i == MANY - 1 ? 12 : 0);
			much = cgroup_keeper__wants(keeper, i + 1, &list[i].usage);
			list[i].limits = much >= CGROUP_BOOKS_LIMITS;
			list[i].whole = much == CGROUP_BOOKS_WHOLE;
			whole += list[i].whole;
			looked[i] += list[i].limits;
			times[i] += list[i].whole;
		}
		assert_true(whole <= CGROUP_KEEPER_WHOLE + 1);
		enter(list, MANY, t);
	}
	/* all of them move: the one that grows most is read, and the others by turns */
	assert_true(times[MANY - 1] >= 18);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(times[i] >= 3);
		assert_int_equal(looked[i], times[i]);
	}
	state(1);
	assert_string_equal(s.rows[0].path, paths[MANY - 1]);
	assert_true(s.rows[0].age_s == 0 && s.rows[0].judged);
	state(0);
	assert_int_equal(s.nr_rows, MANY);
	assert_false(s.rows[MANY - 1].judged);
	cgroup_keeper__close(keeper);
}

/* At second t, with that usage; how much of the first one was read. */
static enum cgroup_books_much read_many(struct cgroup_books *list, int t, uint64_t moved)
{
	static char paths[MANY][16];
	enum cgroup_books_much first = CGROUP_BOOKS_USAGE;

	for (size_t i = 0; i < MANY; i++) {
		enum cgroup_books_much much;

		snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
		list[i] = books(i + 1, 0, paths[i], MIB(1), MIB(64) - (uint64_t)t);
		list[i].usage.is += i ? (uint64_t)t : moved;
		much = cgroup_keeper__wants(keeper, i + 1, &list[i].usage);
		list[i].limits = much >= CGROUP_BOOKS_LIMITS;
		list[i].whole = much == CGROUP_BOOKS_WHOLE;
		if (!list[i].limits)
			list[i].max.is = 1; /* it was not read */
		first = i ? first : much;
	}
	enter(list, MANY, t);
	return first;
}

/*
 * What has not moved by a byte is not read again once memory.stat has caught up; its limits are, by
 * turns, and it counts as known.  What moves is read.
 */
static void what_has_not_moved_is_not_read_again(void **arg)
{
	static struct cgroup_books list[MANY];
	int whole = 0, limits = 0, last = 0;

	(void)arg;
	start(0);
	for (int t = 0; t < 30; t++) {
		enum cgroup_books_much much = read_many(list, t, 0);

		whole += much == CGROUP_BOOKS_WHOLE;
		limits += much == CGROUP_BOOKS_LIMITS;
		last = much == CGROUP_BOOKS_WHOLE ? t : last;
	}
	assert_in_range(whole, 1, 4);
	assert_in_range(last, 4, 10); /* once after its first 3 s, at its turn */
	assert_true(limits >= 3);
	state(0);
	assert_true(row("/0")->age_s == 0);
	assert_int_equal(row("/0")->max.is >> 10, 64 * 1024 - 1); /* as of one of its turns */
	assert_true(row("/0")->held.known);
	/* it moves: at its next turn all of it is read */
	whole = 0;
	for (int t = 30; t < 40; t++)
		whole += read_many(list, t, 4096) == CGROUP_BOOKS_WHOLE;
	assert_true(whole >= 1);
	cgroup_keeper__close(keeper);
}

static void a_long_watch_halves_its_points(void **arg)
{
	(void)arg;
	start(0);
	for (int t = 0; t < 4 * GROWTH_POINTS; t++)
		enter_second(t);
	state(0);
	assert_true(fabs(row("/a")->held.is.growth.per_s - (double)MIB(1)) < 1);
	assert_true(row("/a")->near.oom_s < 60);
	cgroup_keeper__close(keeper);
}

static void nothing_is_a_statement_too(void **arg)
{
	(void)arg;
	start(0);
	state(0);
	assert_int_equal(s.nr_rows, 0);
	enter(NULL, 0, 0);
	state(0);
	assert_int_equal(s.nr_rows_all, 0);
	cgroup_keeper__close(keeper);
	cgroup_keeper__close(NULL);
}

/* v1 tells of a limit above the mount's root. */
static void a_limit_that_is_not_seen(void **arg)
{
	struct cgroup_books b = books(2, 0, "/", MIB(1), MIB(100));

	(void)arg;
	b.v1 = true;
	b.stat.present[MEMORY_STAT_TIGHTEST_LIMIT] = true;
	b.stat.bytes[MEMORY_STAT_TIGHTEST_LIMIT] = MIB(50);
	start(0);
	enter(&b, 1, 0);
	state(0);
	assert_int_equal(s.rows[0].limit.is, MIB(50));
	assert_null(s.rows[0].limit_of);
	cgroup_keeper__close(keeper);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_fastest_come_first),
		cmocka_unit_test(limits_above_hold_too),
		cmocka_unit_test(one_has_its_classes),
		cmocka_unit_test(one_that_went_keeps_its_books),
		cmocka_unit_test(they_come_and_go),
		cmocka_unit_test(of_many_some_are_read),
		cmocka_unit_test(what_has_not_moved_is_not_read_again),
		cmocka_unit_test(a_long_watch_halves_its_points),
		cmocka_unit_test(nothing_is_a_statement_too),
		cmocka_unit_test(a_limit_that_is_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
