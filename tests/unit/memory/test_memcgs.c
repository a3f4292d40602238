// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_groups.h"

static struct memcgs read_groups(struct machine *m)
{
	struct memcgs memcgs = made_up_memcgs(m);

	assert_int_equal(memcgs__read(&memcgs, TASK), 0);
	return memcgs;
}

static void assert_path(const struct memcgs *memcgs, uint32_t index, const char *wanted)
{
	char path[MEMCGS_PATH];

	assert_string_equal(memcgs__path(memcgs, index, path, sizeof(path)), wanted);
}

static void test_tree(void **state)
{
	struct machine *m = *state;
	struct memcgs memcgs;
	uint32_t b;

	put_groups(m);
	memcgs = read_groups(m);
	assert_int_equal(memcgs.nr, GROUPS);
	assert_int_equal(memcgs.nr_dead, 0);
	assert_int_equal(memcgs.cut, 0);
	b = memcgs__find(&memcgs, GROUP(B));
	assert_int_equal(memcgs.list[b].id, 1000 + B);
	assert_int_equal(memcgs.list[b].serial, 100 + B);
	assert_int_equal(memcgs__find(&memcgs, GROUP(GROUPS)), MEMCGS_NONE);
	assert_path(&memcgs, 0, "/");
	assert_path(&memcgs, b, "/a/b b");
	assert_path(&memcgs, memcgs__find(&memcgs, GROUP(C)), "/c");
	assert_true(memcgs__is_below(&memcgs, b, memcgs__find(&memcgs, GROUP(A))));
	assert_true(memcgs__is_below(&memcgs, b, b));
	assert_true(memcgs__is_below(&memcgs, b, 0));
	assert_false(memcgs__is_below(&memcgs, b, memcgs__find(&memcgs, GROUP(C))));
	assert_false(memcgs__is_below(&memcgs, memcgs__find(&memcgs, GROUP(A)), b));
	memcgs__free(&memcgs);
}

static void test_dead(void **state)
{
	struct machine *m = *state;
	struct memcgs memcgs;
	const struct memcg *a, *b;

	put_groups(m);
	kill_group(m, B, 7);
	kill_group(m, A, 2);
	put_half(m, CGROUP(A) + group_layout.cgroup_flags, ONLINE); /* only the controller went */
	put(m, GROUP(B) + group_layout.memcg_usage, 5);
	put_half(m, GROUP(B) + group_layout.memcg_swap_refs, 3);
	put(m, GROUP(B) + group_layout.memcg_pressure, 4294967296);
	memcgs = read_groups(m);
	a = &memcgs.list[memcgs__find(&memcgs, GROUP(A))];
	b = &memcgs.list[memcgs__find(&memcgs, GROUP(B))];
	assert_int_equal(memcgs.nr_dead, 2);
	assert_true(b->dead && b->removed);
	assert_true(a->dead && !a->removed);
	assert_int_equal(b->refs, 7);
	assert_int_equal(b->usage_bytes, 5 * PAGE);
	assert_true(b->swap_known);
	assert_int_equal(b->swap_entries, 3);
	assert_int_equal(b->made_jiffies, 4294967296);
	assert_int_equal(a->children, 1);
	assert_path(&memcgs, (uint32_t)(b - memcgs.list), "/a/b b (deleted)");
	assert_path(&memcgs, (uint32_t)(a - memcgs.list), "/a (controller off)");
	memcgs__free(&memcgs);
}

/* The index of one that is alive, by its directory; and is it the one that was read? */
static void test_one(void **state)
{
	struct machine *m = *state;
	struct memcgs memcgs;
	uint32_t c;

	put_groups(m);
	kill_group(m, B, 1);
	memcgs = read_groups(m);
	c = memcgs__find(&memcgs, GROUP(C));
	assert_int_equal(memcgs__find_alive(&memcgs, 1000 + C), c);
	assert_int_equal(memcgs__find_alive(&memcgs, 1000 + B), MEMCGS_NONE);
	assert_int_equal(memcgs__find_alive(&memcgs, 1), MEMCGS_NONE);
	assert_true(memcgs__is_same(&memcgs, c));
	assert_true(memcgs__is_alive(&memcgs, c));
	kill_group(m, C, 1);
	assert_true(memcgs__is_same(&memcgs, c));
	assert_false(memcgs__is_alive(&memcgs, c));
	put_group(m, C, -1, "c");
	put(m, GROUP(C) + group_layout.css_serial, 200);
	assert_false(memcgs__is_same(&memcgs, c));
	assert_false(memcgs__is_alive(&memcgs, c));
	memcgs__free(&memcgs);
}

static void test_none(void **state)
{
	struct machine *m = *state;
	struct memcgs memcgs = made_up_memcgs(m);

	put_groups(m);
	put(m, SET + group_layout.set_css, 0);
	assert_int_equal(memcgs__read(&memcgs, TASK), -ENODATA);
	put(m, SET + group_layout.set_css, 0x1234);
	assert_int_equal(memcgs__read(&memcgs, TASK), -ENODATA);
	memcgs__free(&memcgs);
	/* its own parent */
	put_groups(m);
	put(m, GROUP(A) + group_layout.css_parent, GROUP(A));
	memcgs = made_up_memcgs(m);
	assert_int_equal(memcgs__read(&memcgs, TASK), -ENODATA);
	memcgs__free(&memcgs);
}

/* A list that leads away is cut, and that is counted. */
static void test_cut(void **state)
{
	struct machine *m = *state;
	struct memcgs memcgs;

	put_groups(m);
	put(m, GROUP(A) + group_layout.css_children, GROUP(C) + group_layout.css_sibling);
	memcgs = read_groups(m);
	assert_int_equal(memcgs.nr, 3);
	assert_int_equal(memcgs.cut, 1);
	memcgs__free(&memcgs);
	/* a ring that does not come back to its head */
	put_groups(m);
	put(m, GROUP(B) + group_layout.css_sibling, GROUP(B) + group_layout.css_sibling);
	memcgs = read_groups(m);
	assert_int_equal(memcgs.nr, GROUPS);
	assert_int_equal(memcgs.cut, 1);
	memcgs__free(&memcgs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_tree, begin, end),
		cmocka_unit_test_setup_teardown(test_dead, begin, end),
		cmocka_unit_test_setup_teardown(test_one, begin, end),
		cmocka_unit_test_setup_teardown(test_none, begin, end),
		cmocka_unit_test_setup_teardown(test_cut, begin, end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
