// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/classes.h"

#include "fixtures/fixtures.h"

#include <string.h>

#define PAGE 4096

static struct meminfo read_fixture(const char *name)
{
	struct meminfo mem = {};
	FILE *file = open_fixture(name);

	assert_int_equal(meminfo__parse(&mem, file), 0);
	fclose(file);
	return mem;
}

/* All parts of MemTotal and the rest are MemTotal. */
static void check_sum(const struct classes *classes, const struct meminfo *mem)
{
	int64_t sum = 0;

	for (int i = 0; i < CLASSES; i++)
		if (!class__is_apart(i))
			sum += classes->bytes[i];
	assert_int_equal(sum, mem->bytes[MEMINFO_MEM_TOTAL]);
}

static void test_parts_add_up(void **state)
{
	static const char *const names[] = {"meminfo-6.1", "meminfo-6.12", "meminfo-6.18"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct meminfo mem = read_fixture(names[i]);
		struct classes classes;

		for (int vmap_stack = 0; vmap_stack < 2; vmap_stack++) {
			classes__of(&classes, &mem, NULL, NULL, PAGE, vmap_stack);
			check_sum(&classes, &mem);
			/* nearly all memory of an idle machine is accounted for */
			assert_true(classes.bytes[CLASS_UNACCOUNTED] <
				    (int64_t)mem.bytes[MEMINFO_MEM_TOTAL] / 10);
			assert_false(classes.known[CLASS_IOREMAP]);
		}
	}
}

static void set(struct meminfo *mem, enum meminfo_field field, uint64_t bytes)
{
	mem->bytes[field] = bytes;
	mem->present[field] = true;
}

/* Else a leak of pages is hidden by what CPUs give back meanwhile. */
static void test_free_pages_of_cpus_are_free(void **state)
{
	struct meminfo mem = read_fixture("meminfo-6.12");
	const struct zoneinfo zones = {.cpu_pages = 300};
	struct classes without, with;

	(void)state;
	classes__of(&without, &mem, NULL, NULL, PAGE, true);
	classes__of(&with, &mem, &zones, NULL, PAGE, true);
	check_sum(&with, &mem);
	assert_int_equal(with.bytes[CLASS_FREE] - without.bytes[CLASS_FREE], 300 * PAGE);
	assert_int_equal(without.bytes[CLASS_UNACCOUNTED] - with.bytes[CLASS_UNACCOUNTED],
			 300 * PAGE);
}

static void test_kernel_stacks_are_counted_once(void **state)
{
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000);
	set(&mem, MEMINFO_VMALLOC_USED, 300);
	set(&mem, MEMINFO_KERNEL_STACK, 100);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 200);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 700);
	classes__of(&classes, &mem, NULL, NULL, PAGE, false);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 300);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 600);
	/* cached stacks: more stacks than areas at this moment */
	set(&mem, MEMINFO_VMALLOC_USED, 50);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 0);
	check_sum(&classes, &mem);
}

static void test_shared_memory_is_no_page_cache(void **state)
{
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000);
	set(&mem, MEMINFO_BUFFERS, 10);
	set(&mem, MEMINFO_CACHED, 200);
	set(&mem, MEMINFO_SHMEM, 50);
	set(&mem, MEMINFO_ANON_PAGES, 300);
	set(&mem, MEMINFO_SWAP_CACHED, 5);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_CACHE], 160);
	assert_int_equal(classes.bytes[CLASS_SHMEM], 50);
	assert_int_equal(classes.bytes[CLASS_ANON], 305);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 485);
}

/* What this kernel does not print is not known, and 0 in the sum. */
static void test_fields_that_are_missing(void **state)
{
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000);
	set(&mem, MEMINFO_S_RECLAIMABLE, 7);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	for (int i = 0; i < CLASSES; i++)
		assert_int_equal(classes.known[i],
				 i == CLASS_SLAB_RECLAIMABLE || i == CLASS_UNACCOUNTED);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 993);
	/* reclaimable beside slab: drivers */
	set(&mem, MEMINFO_K_RECLAIMABLE, 10);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_OTHER], 3);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 990);
	/* counters race: the sum may be above the total */
	set(&mem, MEMINFO_MEM_FREE, 995);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], -5);
}

static void test_apart(void **state)
{
	const struct vmallocinfo areas = {.ioremap_bytes = 8192, .vmap_bytes = 4096};
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000);
	set(&mem, MEMINFO_SWAP_TOTAL, 500);
	set(&mem, MEMINFO_SWAP_FREE, 400);
	classes__of(&classes, &mem, NULL, &areas, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_SWAP], 100);
	assert_int_equal(classes.bytes[CLASS_IOREMAP], 8192);
	assert_int_equal(classes.bytes[CLASS_VMAP], 4096);
	assert_true(classes.known[CLASS_VMAP] && classes.known[CLASS_SWAP]);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 1000);
}

static void test_three_generations_of_free(void **state)
{
	struct meminfo mem = {};
	uint64_t bytes[3];

	(void)state;
	set(&mem, MEMINFO_BUFFERS, 10);
	set(&mem, MEMINFO_CACHED, 200);
	set(&mem, MEMINFO_S_RECLAIMABLE, 30);
	set(&mem, MEMINFO_S_UNRECLAIM, 4);
	classes__free_cache(bytes, &mem);
	assert_int_equal(bytes[0], 210);
	assert_int_equal(bytes[1], 244);
	assert_int_equal(bytes[2], 240);
}

#define MB (1024 * 1024ULL)

/* 4.4 to 5.2 print VmallocUsed as 0, whatever there is. */
static void test_vmalloc_used_is_0(void **state)
{
	const struct vmallocinfo areas = {.alloc_pages = 44 * MB / PAGE, .spanned_bytes = 200 * MB};
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000 * MB);
	set(&mem, MEMINFO_KERNEL_STACK, 4 * MB);
	set(&mem, MEMINFO_VMALLOC_USED, 0);
	classes__of(&classes, &mem, NULL, &areas, PAGE, true);
	assert_true(classes.known[CLASS_VMALLOC]);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 40 * MB);
	assert_string_equal(classes__remark(&classes, CLASS_VMALLOC),
			    "by its areas: VmallocUsed is 0");
	check_sum(&classes, &mem);
	/* a kernel without the field */
	mem.present[MEMINFO_VMALLOC_USED] = false;
	classes__of(&classes, &mem, NULL, &areas, PAGE, true);
	assert_false(classes.known[CLASS_VMALLOC]);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 0);
	mem.present[MEMINFO_VMALLOC_USED] = true;
	/* without root nothing tells, and that is said where it counts now */
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_false(classes.known[CLASS_VMALLOC]);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 0);
	assert_non_null(strstr(classes__remark(&classes, CLASS_UNACCOUNTED), "vmalloc among them"));
	check_sum(&classes, &mem);
}

/* Before 4.4 VmallocUsed is the address space of all areas, those of devices included. */
static void test_vmalloc_used_is_address_space(void **state)
{
	const struct vmallocinfo areas = {.alloc_pages = 44 * MB / PAGE, .spanned_bytes = 380 * MB};
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000 * MB);
	set(&mem, MEMINFO_MEM_FREE, 800 * MB);
	set(&mem, MEMINFO_VMALLOC_USED, 375 * MB);
	classes__of(&classes, &mem, NULL, &areas, PAGE, false);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 44 * MB);
	assert_string_equal(classes__remark(&classes, CLASS_VMALLOC),
			    "by its areas: VmallocUsed is no RAM");
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 156 * MB);
	check_sum(&classes, &mem);
	/* without root nothing tells, but that the sum is wrong */
	classes__of(&classes, &mem, NULL, NULL, PAGE, false);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], -175 * (int64_t)MB);
	assert_string_equal(classes__remark(&classes, CLASS_UNACCOUNTED),
			    "below 0: some memory counts twice");
}

/* From 5.3 on it is what it seems, give or take what is being allocated just now. */
static void test_vmalloc_used_counts_pages(void **state)
{
	const struct vmallocinfo areas = {.alloc_pages = 44 * MB / PAGE, .spanned_bytes = 60 * MB};
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000 * MB);
	set(&mem, MEMINFO_VMALLOC_USED, 46 * MB);
	classes__of(&classes, &mem, NULL, &areas, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_VMALLOC], 46 * MB);
	assert_null(classes__remark(&classes, CLASS_VMALLOC));
}

static void test_words(void **state)
{
	const struct classes classes = {};

	(void)state;
	for (int i = 0; i < CLASSES; i++) {
		assert_non_null(class__name(i));
		assert_in_range(strlen(class__title(i)), 1, 20);
		if (class__is_apart(i))
			assert_non_null(strstr(classes__remark(&classes, i), "not RAM"));
	}
}

/* Which fields a class is made of, and with which sign. */
static void test_every_field_has_its_class(void **state)
{
	static const struct {
		enum meminfo_field field;
		enum memory_class which;
		int sign;
	} fields[] = {
		{MEMINFO_MEM_FREE, CLASS_FREE, 1},
		{MEMINFO_ANON_PAGES, CLASS_ANON, 1},
		{MEMINFO_SWAP_CACHED, CLASS_ANON, 1},
		{MEMINFO_BUFFERS, CLASS_CACHE, 1},
		{MEMINFO_CACHED, CLASS_CACHE, 1},
		{MEMINFO_SHMEM, CLASS_CACHE, -1},
		{MEMINFO_SHMEM, CLASS_SHMEM, 1},
		{MEMINFO_HUGETLB, CLASS_HUGETLB, 1},
		{MEMINFO_ZSWAP, CLASS_ZSWAP, 1},
		{MEMINFO_S_UNRECLAIM, CLASS_SLAB_UNRECLAIMABLE, 1},
		{MEMINFO_S_RECLAIMABLE, CLASS_SLAB_RECLAIMABLE, 1},
		{MEMINFO_KERNEL_STACK, CLASS_KERNEL_STACK, 1},
		{MEMINFO_PERCPU, CLASS_PERCPU, 1},
		{MEMINFO_PAGE_TABLES, CLASS_PAGE_TABLES, 1},
		{MEMINFO_SEC_PAGE_TABLES, CLASS_SEC_PAGE_TABLES, 1},
		{MEMINFO_VMALLOC_USED, CLASS_VMALLOC, 1},
		{MEMINFO_BOUNCE, CLASS_OTHER, 1},
		{MEMINFO_HARDWARE_CORRUPTED, CLASS_OTHER, 1},
		{MEMINFO_BALLOON, CLASS_OTHER, 1},
		{MEMINFO_UNACCEPTED, CLASS_OTHER, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct meminfo mem = {};
		struct classes classes;

		set(&mem, MEMINFO_MEM_TOTAL, 1000);
		set(&mem, fields[i].field, 70);
		classes__of(&classes, &mem, NULL, NULL, PAGE, false);
		assert_int_equal(classes.bytes[fields[i].which], fields[i].sign * 70);
		assert_true(classes.known[fields[i].which]);
		check_sum(&classes, &mem);
	}
}

/* A difference of two counters takes both of them. */
static void test_differences_take_both(void **state)
{
	static const enum meminfo_field alone[] = {MEMINFO_SWAP_TOTAL, MEMINFO_SWAP_FREE,
						   MEMINFO_K_RECLAIMABLE};

	(void)state;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		struct meminfo mem = {};
		struct classes classes;

		set(&mem, MEMINFO_MEM_TOTAL, 1000);
		set(&mem, alone[i], 70);
		classes__of(&classes, &mem, NULL, NULL, PAGE, false);
		for (int which = 0; which < CLASSES; which++)
			assert_int_equal(classes.known[which], which == CLASS_UNACCOUNTED);
		assert_int_equal(classes.bytes[CLASS_SWAP], 0);
		assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 1000);
	}
}

/* VmallocUsed is what it is nearer to; just between, it is what it says. */
static void test_nearer_to_pages_or_to_space(void **state)
{
	const struct vmallocinfo areas = {.alloc_pages = 10, .spanned_bytes = 20 * PAGE};
	static const struct {
		uint64_t used;
		enum vmalloc_count is;
	} cases[] = {
		{5 * PAGE, VMALLOC_BY_FIELD},
		{15 * PAGE, VMALLOC_BY_FIELD},
		{15 * PAGE + 1, VMALLOC_IS_SPACE},
		{40 * PAGE, VMALLOC_IS_SPACE},
		{1, VMALLOC_BY_FIELD},
		{0, VMALLOC_IS_ZERO},
	};
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000 * PAGE);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set(&mem, MEMINFO_VMALLOC_USED, cases[i].used);
		classes__of(&classes, &mem, NULL, &areas, PAGE, false);
		assert_int_equal(classes.vmalloc, cases[i].is);
		assert_int_equal(classes.bytes[CLASS_VMALLOC],
				 cases[i].is == VMALLOC_BY_FIELD ? cases[i].used : 10 * PAGE);
	}
}

/* Of an unknown sum no stacks are taken off; what is known and 0 is remarked on as always. */
static void test_remarks(void **state)
{
	struct meminfo mem = {};
	struct classes classes;

	(void)state;
	set(&mem, MEMINFO_MEM_TOTAL, 1000);
	set(&mem, MEMINFO_KERNEL_STACK, 100);
	set(&mem, MEMINFO_VMALLOC_USED, 0);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 900);
	assert_string_equal(classes__remark(&classes, CLASS_UNACCOUNTED),
			    "raw pages, vmalloc among them");
	set(&mem, MEMINFO_KERNEL_STACK, 1000);
	set(&mem, MEMINFO_VMALLOC_USED, 1001);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], -1);
	assert_string_equal(classes__remark(&classes, CLASS_UNACCOUNTED),
			    "below 0: some memory counts twice");
	set(&mem, MEMINFO_VMALLOC_USED, 1000);
	classes__of(&classes, &mem, NULL, NULL, PAGE, true);
	assert_int_equal(classes.bytes[CLASS_UNACCOUNTED], 0);
	assert_string_equal(classes__remark(&classes, CLASS_UNACCOUNTED),
			    "raw pages that no counter shows");
	assert_null(classes__remark(&classes, CLASS_FREE));
	assert_null(classes__remark(&classes, CLASS_VMALLOC));
	assert_string_equal(classes__remark(&classes, CLASS_SLAB_RECLAIMABLE),
			    "the kernel can take it back");
	assert_string_equal(class__name(CLASS_SLAB_UNRECLAIMABLE), "slab_unreclaimable");
	assert_string_equal(class__title(CLASS_SLAB_UNRECLAIMABLE), "slab, unreclaimable");
	assert_false(class__is_apart(CLASS_UNACCOUNTED));
	assert_true(class__is_apart(CLASS_SWAP));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts_add_up),
		cmocka_unit_test(test_free_pages_of_cpus_are_free),
		cmocka_unit_test(test_kernel_stacks_are_counted_once),
		cmocka_unit_test(test_shared_memory_is_no_page_cache),
		cmocka_unit_test(test_fields_that_are_missing),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_three_generations_of_free),
		cmocka_unit_test(test_vmalloc_used_is_0),
		cmocka_unit_test(test_vmalloc_used_is_address_space),
		cmocka_unit_test(test_vmalloc_used_counts_pages),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_every_field_has_its_class),
		cmocka_unit_test(test_differences_take_both),
		cmocka_unit_test(test_nearer_to_pages_or_to_space),
		cmocka_unit_test(test_remarks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
