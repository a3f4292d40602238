// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/allocator.h"

#include <stdio.h>
#include <string.h>

/* A kernel in which plumbing lies here and there, by no order of names, and a module. */
static const char text[] = "0000000000001000 T _stext\n"
			   "0000000000001000 T kmem_cache_alloc_noprof\n"
			   "0000000000001100 T caller\n"
			   "0000000000001200 T __kmalloc\n"
			   "0000000000001280 T __kmalloc_noprof\n"
			   "0000000000001300 T allocate_slab\n"
			   "0000000000001400 T alloc_slab_obj_exts\n"
			   "0000000000001500 t __vmalloc_area_node\n"
			   "0000000000001600 T vmalloc_noprof\n"
			   "0000000000001700 T caller_noprof\n"
			   "0000000000001800 T _etext\n"
			   "0000000000005000 t kmem_cache_alloc\t[m]\n"
			   "0000000000005100 t init\t[m]\n"
			   "0000000000006000 t bpf_trampoline_1\t[bpf]\n"
			   "0000000000006100 t bpf_prog_1\t[bpf]\n";

static struct names *names;
static struct allocator allocator;

static int begin(void **state)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	struct kallsyms *table;

	(void)state;
	assert_non_null(file);
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	fclose(file);
	assert_int_equal(names__open(&names, table), 0);
	return allocator__learn(&allocator, names);
}

static int end(void **state)
{
	(void)state;
	allocator__free(&allocator);
	assert_int_equal(allocator.nr, 0);
	assert_null(allocator.ranges);
	names__close(names);
	return 0;
}

/* By return addresses: behind the last byte of a function is still a call from it. */
static void test_what_is_plumbing(void **state)
{
	(void)state;
	for (uint64_t address = 0xff0; address < 0x1900; address++) {
		uint64_t call = address - 1;
		bool plumbing = (call >= 0x1000 && call < 0x1100) ||
				(call >= 0x1200 && call < 0x1300) ||
				(call >= 0x1600 && call < 0x1700);

		if (call >= 0x1300 && call < 0x1600)
			continue; /* see below */
		if (allocator__contains(&allocator, address) != plumbing)
			fail_msg("%#llx", (unsigned long long)address);
	}
	/* modules may call their functions what they like */
	assert_false(allocator__contains(&allocator, 0x5010));
	assert_false(allocator__contains(&(struct allocator){}, 0x1010));
}

static void test_what_is_backing_and_metadata(void **state)
{
	(void)state;
	for (uint64_t address = 0xff0; address < 0x1900; address++) {
		uint64_t call = address - 1;

		assert_int_equal(allocator__is_backing(&allocator, address),
				 (call >= 0x1300 && call < 0x1400) ||
					 (call >= 0x1500 && call < 0x1600));
		assert_int_equal(allocator__is_metadata(&allocator, address),
				 call >= 0x1400 && call < 0x1500);
	}
}

static void test_ranges_are_in_order(void **state)
{
	(void)state;
	assert_true(allocator.nr >= 4);
	for (size_t i = 1; i < allocator.nr; i++)
		assert_true(allocator.ranges[i - 1].end <= allocator.ranges[i].start);
	for (size_t i = 1; i < allocator.nr_backing; i++)
		assert_true(allocator.backing[i - 1].end <= allocator.backing[i].start);
	assert_int_equal(allocator.nr_backing, 2);
	assert_int_equal(allocator.nr_metadata, 1);
}

/* In no function of the kernel's or a module's; where nothing is known, that is not known either.
 */
static void test_what_is_tracing(void **state)
{
	struct allocator unknown = allocator;

	(void)state;
	assert_true(allocator__is_tracing(&allocator, 0x6010, NAMES_ANYTIME));
	assert_true(allocator__is_tracing(&allocator, 0x6110, NAMES_ANYTIME));
	assert_false(allocator__is_tracing(&allocator, 0x1110, NAMES_ANYTIME));
	assert_false(allocator__is_tracing(&allocator, 0x5110, NAMES_ANYTIME));
	assert_true(allocator__is_tracing(&allocator, 0x900, NAMES_ANYTIME));
	assert_true(
		allocator__is_tracing(&allocator, 0x1000, NAMES_ANYTIME)); /* the call was before */
	assert_false(allocator__is_tracing(&allocator, 0x1001, NAMES_ANYTIME));
	unknown.names = NULL;
	assert_false(allocator__is_tracing(&unknown, 0x6010, NAMES_ANYTIME));
}

static enum allocator_part part_of(const char *function)
{
	return allocator__part_of(function, strlen(function));
}

static void test_parts_by_name(void **state)
{
	(void)state;
	assert_int_equal(part_of("__kmalloc"), ALLOCATOR_PLUMBING);
	assert_int_equal(part_of("__kmalloc_noprof"), ALLOCATOR_PLUMBING);
	assert_int_equal(part_of("allocate_slab"), ALLOCATOR_BACKING);
	assert_int_equal(part_of("__vmalloc_area_node"), ALLOCATOR_BACKING);
	assert_int_equal(part_of("caller"), ALLOCATOR_NONE);
	assert_int_equal(part_of("_noprof"), ALLOCATOR_NONE);
	assert_int_equal(part_of("__kmallo"), ALLOCATOR_NONE);
	assert_int_equal(part_of(""), ALLOCATOR_NONE);
	/* as much of the text as is its name */
	assert_int_equal(allocator__part_of("__kmalloc+0x10", 9), ALLOCATOR_PLUMBING);
	assert_int_equal(allocator__part_of("__kmalloc+0x10", 10), ALLOCATOR_NONE);
	assert_int_equal(allocator__part_of("__kmalloc_noprof+1", 16), ALLOCATOR_PLUMBING);
}

static void test_functions_of_headers(void **state)
{
	(void)state;
	assert_true(allocator__is_inlined("kzalloc"));
	assert_true(allocator__is_inlined("kzalloc_noprof"));
	assert_true(allocator__is_inlined("_kmalloc_noprof")); /* 7.3 */
	assert_true(allocator__is_inlined("_kmalloc_array_node_noprof"));
	assert_true(allocator__is_inlined("folio_alloc_node"));
	assert_true(allocator__is_inlined("kmalloc"));
	assert_true(allocator__is_inlined("__kmalloc")); /* inlined by some compilers */
	assert_false(allocator__is_inlined("caller"));
	assert_false(allocator__is_inlined("_noprof"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_plumbing),
		cmocka_unit_test(test_what_is_backing_and_metadata),
		cmocka_unit_test(test_ranges_are_in_order),
		cmocka_unit_test(test_what_is_tracing),
		cmocka_unit_test(test_parts_by_name),
		cmocka_unit_test(test_functions_of_headers),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
