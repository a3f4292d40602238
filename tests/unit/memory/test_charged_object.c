// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_groups.h"

#include "memory/charged_object.h"

#define SLAB_PAGE  40 /* of two pages */
#define LARGE_PAGE 44
#define AREA_PAGE  45
#define VECTOR	   PLACE(30)
#define AREA	   PLACE(31)
#define LISTS	   PLACE(41)
#define CHUNK	   PLACE(42)
#define POINTER	   PLACE(44)
#define UNITS	   (BASE + RAM + 24 * PAGE)
#define SIZE	   96U
#define NEAR	   0x1000ULL /* what the nearest CPU adds */

static const struct percpu_layout chunk_layout = {
	.types = 1, .list = 8, .free_bytes = 24, .nr_pages = 40, .base_addr = 48, .bound_map = 56};
static const struct area_layout area_layout = {.vm_pages = 32, .vm_nr_pages = 40};
static const uint64_t offsets[] = {0xffff888000101000, 0xffff888000100000};

static struct memcgs memcgs;
static struct charges charges;
static struct percpu_chunks chunks;

static uint64_t struct_page(int i)
{
	return VMEMMAP + RAM / PAGE * 64 + (uint64_t)i * 64;
}

static uint64_t address_of(int i)
{
	return BASE + RAM + (uint64_t)i * PAGE;
}

static struct charged_object begin_object(struct machine *m)
{
	put_groups(m);
	memcgs = made_up_memcgs(m);
	assert_int_equal(memcgs__read(&memcgs, TASK), 0);
	charges = (struct charges){
		.layout = memcgs.layout, .read = read_made_up, .arg = m, .memcgs = &memcgs};
	charges.layout.chunk_vector = 64;
	charges.layout.chunk_element = 8;
	chunks = (struct percpu_chunks){.layout = chunk_layout,
					.lists = POINTER,
					.nr_slots = POINTER + 8,
					.page_size = (uint32_t)PAGE,
					.read = read_made_up,
					.arg = m};
	m->slub.cpu_offsets = offsets;
	m->slub.nr_cpus = 2;
	return (struct charged_object){
		.charges = &charges, .slub = &m->slub, .areas = &area_layout, .percpu = &chunks};
}

static void end_object(struct charged_object *object)
{
	charged_object__free(object);
	charges__free(&charges);
	memcgs__free(&memcgs);
}

static uint32_t index_of(int group)
{
	return memcgs__find(&memcgs, GROUP(group));
}

/* A slab of two pages, whose objects 0 and 5 are charged. */
static void put_slab(struct machine *m)
{
	set_page(m, SLAB_PAGE, 1 << SLAB, 0xffffffff, 1, 0);
	m->pages[SLAB_PAGE][3] = CACHE;
	m->pages[SLAB_PAGE][7] = VECTOR | 1;
	m->pages[SLAB_PAGE + 1][1] = struct_page(SLAB_PAGE) | 1;
	put_half(m, CACHE, SIZE);
	put_half(m, CACHE + 4, 0);
	put(m, VECTOR + 8, OBJCG(A));
	for (uint64_t i = 1; i < 5; i++)
		put(m, VECTOR + i * 16 + 8, 0);
	put(m, VECTOR + 5 * 16 + 8, OBJCG(C));
	put(m, VECTOR + PAGE / SIZE * 16 + 16 + 8, OBJCG(B));
}

static uint32_t of(struct charged_object *object, uint64_t address, uint32_t space)
{
	return charged_object__of(object, ~(address | space));
}

static void test_slabs(void **state)
{
	struct machine *m = *state;
	struct charged_object object = begin_object(m);
	uint64_t start = address_of(SLAB_PAGE);

	put_slab(m);
	assert_int_equal(of(&object, start, KLEAK_SPACE_SLAB), index_of(A));
	assert_int_equal(of(&object, start + SIZE, KLEAK_SPACE_SLAB), CHARGES_NOBODY);
	assert_int_equal(of(&object, start + 5ULL * SIZE, KLEAK_SPACE_SLAB), index_of(C));
	/* in the second page */
	if (PAGE == 4096)
		assert_int_equal(of(&object, start + (PAGE / SIZE + 1) * SIZE, KLEAK_SPACE_SLAB),
				 index_of(B));
	/* with a red zone before each */
	assert_int_equal(of(&object, start + 5ULL * SIZE + 16, KLEAK_SPACE_SLAB), index_of(C));
	m->pages[SLAB_PAGE][7] = 0xdead0001;
	assert_int_equal(of(&object, start, KLEAK_SPACE_SLAB), CHARGES_UNKNOWN);
	assert_int_equal(of(&object, BASE + RAM + (PAGES + 8) * PAGE, KLEAK_SPACE_SLAB),
			 CHARGES_UNKNOWN);
	end_object(&object);
}

/* Large kmalloc()s, pages, areas: what their struct pages say. */
static void test_pages(void **state)
{
	struct machine *m = *state;
	struct charged_object object = begin_object(m);

	put_slab(m);
	set_page(m, LARGE_PAGE, 0, 0xffffffff, 1, 0);
	assert_int_equal(of(&object, address_of(LARGE_PAGE), KLEAK_SPACE_SLAB), CHARGES_NOBODY);
	m->pages[LARGE_PAGE][7] = OBJCG(B) | 2;
	assert_int_equal(of(&object, address_of(LARGE_PAGE), KLEAK_SPACE_SLAB), index_of(B));
	assert_int_equal(of(&object, struct_page(LARGE_PAGE), KLEAK_SPACE_PAGES), index_of(B));
	assert_int_equal(of(&object, struct_page(SLAB_PAGE), KLEAK_SPACE_PAGES), CHARGES_UNKNOWN);
	set_page(m, AREA_PAGE, 0, 0xffffffff, 1, 0);
	m->pages[AREA_PAGE][7] = OBJCG(C) | 2;
	put(m, AREA + area_layout.vm_pages, AREA + 128);
	put(m, AREA + 128, struct_page(AREA_PAGE));
	assert_int_equal(of(&object, AREA, KLEAK_SPACE_VMALLOC), index_of(C));
	put(m, AREA + area_layout.vm_pages, 0);
	assert_int_equal(of(&object, AREA, KLEAK_SPACE_VMALLOC), CHARGES_UNKNOWN);
	object.areas = NULL;
	assert_int_equal(of(&object, AREA, KLEAK_SPACE_VMALLOC), CHARGES_UNKNOWN);
	assert_int_equal(of(&object, AREA, 5), CHARGES_UNKNOWN);
	end_object(&object);
}

/* A chunk of a page, whose first unit is at the nearest CPU's copy. */
static void put_chunk(struct machine *m)
{
	put(m, POINTER, LISTS);
	put(m, POINTER + 8, 1);
	put(m, LISTS, LISTS);
	put(m, LISTS + 8, LISTS);
	link_to(m, CHUNK + chunk_layout.list, LISTS);
	put_half(m, CHUNK + chunk_layout.free_bytes, (uint32_t)PAGE / 2);
	put_half(m, CHUNK + chunk_layout.nr_pages, 1);
	put(m, CHUNK + chunk_layout.base_addr, offsets[1] + NEAR);
	put(m, CHUNK + charges.layout.chunk_vector, UNITS);
	memset(m->ram + (UNITS - BASE - RAM), 0, 2 * PAGE);
	put(m, UNITS + 4ULL * 8, OBJCG(A));
}

static void test_percpu(void **state)
{
	struct machine *m = *state;
	struct charged_object object = begin_object(m);

	put(m, POINTER, 0);
	put(m, POINTER + 8, 0);
	assert_int_equal(of(&object, (NEAR + 16) << 1, KLEAK_SPACE_PERCPU), CHARGES_UNKNOWN);
	put_chunk(m);
	/* what was found out stays */
	assert_int_equal(of(&object, (NEAR + 16) << 1, KLEAK_SPACE_PERCPU), CHARGES_UNKNOWN);
	charged_object__forget(&object);
	assert_int_equal(of(&object, (NEAR + 16) << 1, KLEAK_SPACE_PERCPU), index_of(A));
	assert_int_equal(of(&object, NEAR << 1, KLEAK_SPACE_PERCPU), CHARGES_NOBODY);
	/* in no chunk that is known */
	assert_int_equal(of(&object, (NEAR + PAGE) << 1, KLEAK_SPACE_PERCPU), CHARGES_UNKNOWN);
	assert_int_equal(of(&object, (NEAR - 8) << 1, KLEAK_SPACE_PERCPU), CHARGES_UNKNOWN);
	object.percpu = NULL;
	assert_int_equal(of(&object, (NEAR + 16) << 1, KLEAK_SPACE_PERCPU), CHARGES_UNKNOWN);
	end_object(&object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_slabs, begin, end),
		cmocka_unit_test_setup_teardown(test_pages, begin, end),
		cmocka_unit_test_setup_teardown(test_percpu, begin, end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
