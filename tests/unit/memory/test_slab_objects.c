// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/slab_objects.h"

/* A slab of four objects in page 10, their links at 0. */
#define SIZE	 512
#define NR	 4
#define AT(i)	 (BASE + RAM + 10 * PAGE + (uint64_t)(i)*SIZE)
#define MOST	 16
#define NO_LINK	 0
#define COUNTERS 5 /* in use, objects: words of struct page */
#define FREELIST 4

struct seen {
	uint64_t address[MOST], first[MOST], last[MOST];
	uint32_t size[MOST];
	bool whole[MOST];
	size_t nr;
	size_t stop_at; /* the one that it returns an error of */
	int err;
};

static void put_word(struct machine *m, uint64_t address, uint64_t word)
{
	memcpy(m->ram + (address - BASE - RAM), &word, sizeof(word));
}

static int begin_slab(void **state)
{
	const uint32_t size = SIZE;
	int err = begin(state);
	struct machine *m = *state;

	memcpy(m->ram + (CACHE - BASE - RAM), &size, sizeof(size));
	put_word(m, CACHE + 8, CACHE + 64);
	memset(m->ram + (CACHE + 4 - BASE - RAM), 0, 4);
	set_page(m, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[10][FREELIST] = NO_LINK;
	m->pages[10][COUNTERS] = NR | NR << 16;
	for (int i = 0; i < NR; i++) {
		put_word(m, AT(i), 100 + i);
		put_word(m, AT(i) + SIZE - 8, 200 + i);
	}
	slub__begin(&m->slub);
	return err;
}

static int see(void *arg, uint64_t address, const uint64_t *words, uint32_t size, bool whole)
{
	struct seen *seen = arg;

	assert_true(seen->nr < MOST);
	seen->address[seen->nr] = address;
	seen->first[seen->nr] = words[0];
	seen->last[seen->nr] = words[size / sizeof(*words) - 1];
	seen->size[seen->nr] = size;
	seen->whole[seen->nr] = whole;
	return ++seen->nr == seen->stop_at ? seen->err : 0;
}

static struct seen look(struct machine *m, size_t stop_at, int err)
{
	struct seen seen = {.stop_at = stop_at, .err = err};

	assert_int_equal(slab_objects__each(&m->slub, AT(2) + 8, see, &seen), err);
	return seen;
}

static void test_every_object_with_what_it_holds(void **state)
{
	struct seen seen = look(*state, 0, 0);

	assert_int_equal(seen.nr, NR);
	for (int i = 0; i < NR; i++) {
		assert_true(seen.address[i] == AT(i));
		assert_true(seen.first[i] == 100 + (uint64_t)i);
		assert_true(seen.last[i] == 200 + (uint64_t)i);
		assert_int_equal(seen.size[i], SIZE);
		assert_true(seen.whole[i]);
	}
}

static void test_free_ones_are_left_out(void **state)
{
	struct machine *m = *state;
	struct seen seen;

	m->pages[10][FREELIST] = AT(1);
	m->pages[10][COUNTERS] = (NR - 2) | NR << 16;
	put_word(m, AT(1), AT(3));
	put_word(m, AT(3), 0);
	slub__begin(&m->slub);
	seen = look(m, 0, 0);
	assert_int_equal(seen.nr, 2);
	assert_true(seen.address[0] == AT(0) && seen.address[1] == AT(2));
}

static void test_who_looks_may_end_it(void **state)
{
	assert_int_equal(look(*state, 2, -ENOSPC).nr, 2);
	assert_int_equal(look(*state, NR, 7).nr, NR);
}

static void test_what_cannot_be_read_is_left_out(void **state)
{
	struct machine *m = *state;

	m->hole = AT(1);
	m->hole_end = AT(2);
	assert_int_equal(look(m, 0, 0).nr, 0);
	/* nor what is no slab */
	m->hole = m->hole_end = 0;
	set_page(m, 10, 0, 0xffffffff, 1, 0);
	slub__begin(&m->slub);
	assert_int_equal(look(m, 0, 0).nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_object_with_what_it_holds, begin_slab,
						end),
		cmocka_unit_test_setup_teardown(test_free_ones_are_left_out, begin_slab, end),
		cmocka_unit_test_setup_teardown(test_who_looks_may_end_it, begin_slab, end),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_left_out, begin_slab,
						end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
