// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_groups.h"

#include "memory/charges.h"

#define VECTOR PLACE(30)
#define NR     6
#define SIZE   64

struct seen {
	uint32_t index[NR], memcg[NR];
	int nr;
};

static struct memcgs memcgs;

static struct charges begin_charges(struct machine *m)
{
	put_groups(m);
	memcgs = made_up_memcgs(m);
	assert_int_equal(memcgs__read(&memcgs, TASK), 0);
	return (struct charges){
		.layout = memcgs.layout, .read = read_made_up, .arg = m, .memcgs = &memcgs};
}

static void end_charges(struct charges *charges)
{
	charges__free(charges);
	memcgs__free(&memcgs);
}

static int see(void *arg, uint32_t index, uint32_t memcg)
{
	struct seen *seen = arg;

	assert_true(seen->nr < NR);
	seen->index[seen->nr] = index;
	seen->memcg[seen->nr++] = memcg;
	return 0;
}

static uint32_t index_of(int group)
{
	return memcgs__find(&memcgs, GROUP(group));
}

static void test_words(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);

	assert_int_equal(charges__of_page(&charges, 0), CHARGES_NOBODY);
	assert_int_equal(charges__of_page(&charges, GROUP(A)), index_of(A));
	assert_int_equal(charges__of_page(&charges, OBJCG(B) | 2), index_of(B));
	assert_int_equal(charges__of_page(&charges, OBJCG(B) | 2), index_of(B));
	assert_int_equal(charges__of_page(&charges, PLACE(40)), CHARGES_UNKNOWN);
	assert_int_equal(charges__of_page(&charges, 0xdead0000), CHARGES_UNKNOWN);
	/* a group that went offline: its objects are the parent's now */
	kill_group(m, B, 1);
	put(m, OBJCG(B) + group_layout.objcg_memcg, GROUP(A));
	assert_int_equal(charges__of_page(&charges, OBJCG(B) | 2), index_of(B));
	charges__forget(&charges);
	assert_int_equal(charges__of_page(&charges, OBJCG(B) | 2), index_of(A));
	end_charges(&charges);
}

/* Elements so far apart, of which the first, third and last have a group. */
static void put_vector(struct machine *m, uint64_t at, uint64_t stride)
{
	const uint64_t objcgs[NR] = {OBJCG(A), 0, OBJCG(C), 0, 0, PLACE(40)};

	for (int i = 0; i < NR; i++)
		put(m, at + (uint64_t)i * stride + group_layout.element_objcg, objcgs[i]);
}

static void check_slab(struct charges *charges, uint64_t words[8])
{
	struct seen seen = {};

	assert_int_equal(charges__of_slab(charges, (const uint8_t *)words, SIZE, NR, see, &seen),
			 0);
	assert_int_equal(seen.nr, 3);
	assert_int_equal(seen.index[0], 0);
	assert_int_equal(seen.memcg[0], index_of(A));
	assert_int_equal(seen.index[1], 2);
	assert_int_equal(seen.memcg[1], index_of(C));
	assert_int_equal(seen.index[2], 5);
	assert_int_equal(seen.memcg[2], CHARGES_UNKNOWN);
}

static void test_slabs(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);
	uint64_t words[8] = {[7] = VECTOR | 1};
	struct seen seen = {};

	put_vector(m, VECTOR, group_layout.element);
	check_slab(&charges, words);
	/* with a stride, and in the objects */
	put_vector(m, VECTOR, 40);
	charges.layout.slab_stride = 8;
	charges.layout.slab_stride_bytes = 2;
	words[1] = 0xabcd0028;
	check_slab(&charges, words);
	put_vector(m, VECTOR, SIZE);
	charges.layout.slab_in_object = 17;
	charges.layout.slab_in_object_bit = 3;
	words[2] = 0x0800;
	check_slab(&charges, words);
	words[2] = 0xf700;
	put_vector(m, VECTOR, group_layout.element);
	check_slab(&charges, words);
	/* a vector that has no groups */
	charges.layout.slab_has_groups = 18;
	charges.layout.slab_has_groups_bit = 1;
	words[2] = 0x2f700;
	check_slab(&charges, words);
	words[2] = 0xf700;
	assert_int_equal(charges__of_slab(&charges, (const uint8_t *)words, SIZE, NR, see, &seen),
			 0);
	assert_int_equal(seen.nr, 0);
	charges.layout.slab_has_groups = SLUB_NONE;
	/* no vector: nothing is charged */
	words[7] = 1;
	assert_int_equal(charges__of_slab(&charges, (const uint8_t *)words, SIZE, NR, see, &seen),
			 0);
	words[7] = VECTOR;
	assert_int_equal(charges__of_slab(&charges, (const uint8_t *)words, SIZE, NR, see, &seen),
			 0);
	assert_int_equal(seen.nr, 0);
	words[7] = 0xdead0001;
	assert_int_equal(charges__of_slab(&charges, (const uint8_t *)words, SIZE, NR, see, &seen),
			 -EFAULT);
	end_charges(&charges);
}

#define KEY PLACE(50)

/* Elements for who allocated stand between those for groups, where a static key says so. */
static void test_slabs_with_tags(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);
	const uint64_t words[8] = {[2] = 0x20000, [7] = VECTOR | 1};
	const uint8_t *page = (const uint8_t *)words;
	struct seen seen = {};

	charges.layout.may_have_tags = true;
	charges.layout.key_count = 8;
	charges.layout.slab_has_groups = 18;
	charges.layout.slab_has_groups_bit = 1;
	/* as long as it is not known whether they do nothing is told */
	assert_int_equal(charges__of_slab(&charges, page, SIZE, NR, see, &seen), -EFAULT);
	assert_int_equal(charges__of_object(&charges, page, SIZE, 0), CHARGES_UNKNOWN);
	charges.layout.tags_key = 0xdead0000;
	assert_int_equal(charges__of_slab(&charges, page, SIZE, NR, see, &seen), -EFAULT);
	charges.layout.tags_key = KEY;
	put(m, KEY + 8, 0xffffffff00000001);
	put_vector(m, VECTOR, 2 * group_layout.element);
	check_slab(&charges, (uint64_t *)words);
	assert_int_equal(charges__of_object(&charges, page, SIZE, 2), index_of(C));
	assert_int_equal(charges__of_object(&charges, page, SIZE, 1), CHARGES_NOBODY);
	/* it is read once */
	put(m, KEY + 8, 0);
	check_slab(&charges, (uint64_t *)words);
	charges.elements = 0;
	put_vector(m, VECTOR, group_layout.element);
	check_slab(&charges, (uint64_t *)words);
	end_charges(&charges);
}

static void check_objects(struct charges *charges, const uint64_t words[8])
{
	const uint32_t owners[NR] = {index_of(A),    CHARGES_NOBODY, index_of(C),
				     CHARGES_NOBODY, CHARGES_NOBODY, CHARGES_UNKNOWN};

	for (uint32_t i = 0; i < NR; i++)
		assert_int_equal(charges__of_object(charges, (const uint8_t *)words, SIZE, i),
				 owners[i]);
}

/* One of a slab: as all of them together. */
static void test_objects(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);
	uint64_t words[8] = {[7] = VECTOR | 1};

	put_vector(m, VECTOR, group_layout.element);
	check_objects(&charges, words);
	assert_int_equal(charges.strangers, 1); /* that word was looked up once */
	put_vector(m, VECTOR, SIZE);
	charges.layout.slab_in_object = 17;
	charges.layout.slab_in_object_bit = 3;
	words[2] = 0x0800;
	check_objects(&charges, words);
	/* no vector, none that can be read, and one that makes no sense */
	words[7] = VECTOR;
	assert_int_equal(charges__of_object(&charges, (const uint8_t *)words, SIZE, 0),
			 CHARGES_NOBODY);
	words[7] = 0xdead0001;
	assert_int_equal(charges__of_object(&charges, (const uint8_t *)words, SIZE, 0),
			 CHARGES_UNKNOWN);
	words[7] = VECTOR | 1;
	assert_int_equal(charges__of_object(&charges, (const uint8_t *)words, 4, 0),
			 CHARGES_UNKNOWN);
	end_charges(&charges);
}

/* The memory of one that has gone is another's now: it is a stranger, until groups are read anew.
 */
static void test_strangers(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);

	assert_int_equal(charges__of_page(&charges, OBJCG(C)), index_of(C));
	assert_int_equal(charges.strangers, 0);
	put(m, GROUP(C) + group_layout.css_serial, 200);
	assert_false(memcgs__is_same(&memcgs, index_of(C)));
	charges__forget(&charges);
	assert_int_equal(charges__of_page(&charges, OBJCG(C)), CHARGES_UNKNOWN);
	assert_int_equal(charges.strangers, 1);
	assert_int_equal(memcgs__read(&memcgs, TASK), 0);
	charges__forget(&charges);
	assert_int_equal(charges__of_page(&charges, OBJCG(C)), index_of(C));
	assert_int_equal(charges.strangers, 0);
	end_charges(&charges);
}

/* ---- per-CPU memory ---- */

#define LISTS	PLACE(41)
#define CHUNK	PLACE(42)
#define BOUNDS	(BASE + RAM + 28 * PAGE)
#define POINTER PLACE(44)
#define UNITS	(BASE + RAM + 24 * PAGE) /* what is charged: so much for a chunk of a page */

static const struct percpu_layout chunk_layout = {
	.types = 1, .list = 8, .free_bytes = 24, .nr_pages = 40, .base_addr = 48, .bound_map = 56};

static int see_percpu(void *arg, uint32_t memcg, uint32_t bytes)
{
	struct seen *seen = arg;

	assert_true(seen->nr < NR);
	seen->memcg[seen->nr] = memcg;
	seen->index[seen->nr++] = bytes;
	return 0;
}

static void test_percpu(void **state)
{
	struct machine *m = *state;
	struct charges charges = begin_charges(m);
	struct percpu_chunks chunks = {.layout = chunk_layout,
				       .lists = POINTER,
				       .nr_slots = POINTER + 8,
				       .page_size = (uint32_t)PAGE,
				       .read = charges.read,
				       .arg = charges.arg};
	struct seen seen = {};

	assert_int_equal(charges__of_percpu(&charges, &chunks, see_percpu, &seen), -ENOTSUP);
	assert_int_equal(charges__of_unit(&charges, CHUNK, 16), CHARGES_UNKNOWN);
	charges.layout.chunk_vector = 64;
	charges.layout.chunk_element = 8;
	charges.layout.chunk_objcg = 0;
	put(m, POINTER, LISTS);
	put(m, POINTER + 8, 2);
	for (uint64_t i = 0; i < 4; i++)
		put(m, LISTS + 8 * i, LISTS + 16 * (i / 2));
	link_to(m, CHUNK + chunk_layout.list, LISTS + 16);
	put_half(m, CHUNK + chunk_layout.free_bytes, (uint32_t)PAGE / 2);
	put_half(m, CHUNK + chunk_layout.nr_pages, 1);
	put(m, CHUNK + chunk_layout.bound_map, BOUNDS);
	put(m, CHUNK + charges.layout.chunk_vector, UNITS);
	memset(m->ram + (UNITS - BASE - RAM), 0, 2 * PAGE);
	memset(m->ram + (BOUNDS - BASE - RAM), 0, PAGE / 32);
	/* units 4 to 9 are A's; the last two of the page are C's */
	put(m, UNITS + 4ULL * 8, OBJCG(A));
	put(m, BOUNDS, 1 << 4 | 1 << 10);
	put(m, UNITS + (PAGE / 4 - 2) * 8, OBJCG(C));
	put(m, BOUNDS + PAGE / 32 - 8, 1ULL << 62);
	assert_int_equal(charges__of_percpu(&charges, &chunks, see_percpu, &seen), 0);
	assert_int_equal(seen.nr, 2);
	assert_int_equal(seen.memcg[0], index_of(A));
	assert_int_equal(seen.index[0], 24);
	assert_int_equal(seen.memcg[1], index_of(C));
	assert_int_equal(seen.index[1], 8);
	/* one of them, by where it is */
	assert_int_equal(charges__of_unit(&charges, CHUNK, 16), index_of(A));
	assert_int_equal(charges__of_unit(&charges, CHUNK, PAGE - 8), index_of(C));
	assert_int_equal(charges__of_unit(&charges, CHUNK, 0), CHARGES_NOBODY);
	put(m, CHUNK + charges.layout.chunk_vector, 0);
	assert_int_equal(charges__of_unit(&charges, CHUNK, 16), CHARGES_NOBODY);
	put(m, CHUNK + charges.layout.chunk_vector, 0xdead0000);
	assert_int_equal(charges__of_unit(&charges, CHUNK, 16), CHARGES_UNKNOWN);
	assert_int_equal(charges__of_percpu(&charges, &chunks, see_percpu, &seen), -EFAULT);
	end_charges(&charges);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_words, begin, end),
		cmocka_unit_test_setup_teardown(test_slabs, begin, end),
		cmocka_unit_test_setup_teardown(test_slabs_with_tags, begin, end),
		cmocka_unit_test_setup_teardown(test_objects, begin, end),
		cmocka_unit_test_setup_teardown(test_strangers, begin, end),
		cmocka_unit_test_setup_teardown(test_percpu, begin, end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
