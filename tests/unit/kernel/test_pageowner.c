// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/pageowner.h"

#include "fixtures/fixtures.h"

#include <errno.h>
#include <string.h>

static int parse(struct pageowner *owner, const char *text, uint64_t most)
{
	FILE *file = open_text(text);
	int err = pageowner__parse(owner, file, most);

	fclose(file);
	return err;
}

/* 6.1: a record for each allocation. */
static const char records[] =
	"Page allocated via order 0, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (insmod), ts 7 ns\n"
	"PFN 0x114 type Unmovable Block 0 type Unmovable Flags 0x200(workingset|node=0|zone=0)\n"
	" prep_new_page+0xa9/0x120\n"
	" get_page_from_freelist+0x801/0x2210\n"
	" __alloc_pages+0x18b/0x350\n"
	" hoard_pages+0x1a/0x40 [hoard]\n"
	" do_one_initcall+0x50/0x2c0\n"
	"\n"
	"Page allocated via order 2, mask 0xcc0(GFP_KERNEL), pid 7, tgid 7 (insmod), ts 8 ns\n"
	"PFN 0x118 type Unmovable Block 0 type Unmovable Flags 0x200(node=0|zone=0)\n"
	" post_alloc_hook+0xa9/0x120\n"
	" get_page_from_freelist+0x801/0x2210\n"
	" __alloc_pages+0x18b/0x350\n"
	" hoard_pages+0x1a/0x40 [hoard]\n"
	"\n"
	"Page allocated via order 3, mask 0xd20c0(__GFP_IO|__GFP_NOWARN), pid 1, tgid 1 (init), ts "
	"9 "
	"ns\n"
	"PFN 0x120 type Unmovable Block 0 type Unmovable Flags 0x200(slab|node=0|zone=0)\n"
	" get_page_from_freelist+0x801/0x2210\n"
	" __alloc_pages+0x18b/0x350\n"
	" allocate_slab+0x1/0x2\n"
	" new_inode+0x1/0x2\n"
	"Charged to memcg init.scope\n"
	"\n"
	"Page allocated via order 0, mask 0x1100cca(GFP_HIGHUSER_MOVABLE), pid 1, tgid 1 (a b), ts "
	"9 "
	"ns\n"
	"PFN 0x130 type Movable Block 0 type Movable Flags 0x200(lru|node=0|zone=0)\n"
	" __alloc_pages+0x18b/0x350\n"
	" wp_page_copy+0x1/0x2\n"
	"\n";

/* 6.9: one for each stack. */
static const char stacks[] = " post_alloc_hook+0x1/0x2\n"
			     " get_page_from_freelist+0x1/0x2\n"
			     " __alloc_pages_noprof+0x1/0x2\n"
			     " alloc_pages_mpol_noprof+0x1/0x2\n"
			     " a_driver.constprop.0+0x1/0x2 [a]\n"
			     "nr_base_pages: 10\n"
			     "\n"
			     " __alloc_pages_noprof+0x1/0x2\n"
			     " __vmalloc_node_range_noprof+0x1/0x2\n"
			     " b_driver+0x1/0x2 [b]\n"
			     "nr_base_pages: 1000\n"
			     "\n"
			     " __alloc_pages_noprof+0x1/0x2\n"
			     " c_driver+0x1/0x2 [c]\n"
			     "nr_base_pages: 20\n"
			     "\n";

static void test_records(void **state)
{
	struct pageowner owner;

	(void)state;
	assert_int_equal(parse(&owner, records, 100), 0);
	assert_string_equal(owner.place, "hoard_pages+0x1a/0x40 [hoard]");
	assert_int_equal(owner.pages, 5);
	assert_int_equal(owner.total, 5);
	assert_int_equal(owner.places, 1);
	assert_int_equal(owner.elsewhere, 9);
	assert_false(owner.cut);
	assert_int_equal(parse(&owner, records, 1), 0);
	assert_int_equal(owner.pages, 1);
	assert_true(owner.cut);
}

static void test_stacks(void **state)
{
	struct pageowner owner;

	(void)state;
	assert_int_equal(parse(&owner, stacks, 100), 0);
	assert_string_equal(owner.place, "c_driver+0x1/0x2 [c]");
	assert_int_equal(owner.pages, 20);
	assert_int_equal(owner.total, 30);
	assert_int_equal(owner.places, 2);
	assert_int_equal(owner.elsewhere, 1000);
	/* 6.8 counted allocations, and said so */
	assert_int_equal(parse(&owner, " foo+0x1/0x2\nstack_count: 3\n\n", 100), 0);
	assert_int_equal(owner.total, 3);
	/* the last one without its empty line */
	assert_int_equal(parse(&owner, " foo+0x1/0x2\nnr_base_pages: 3", 100), 0);
	assert_int_equal(owner.total, 3);
}

static void test_hostile(void **state)
{
	struct pageowner owner;
	char text[4096];

	(void)state;
	/* a record without its pages costs itself, and leaves its stack to nobody */
	assert_int_equal(parse(&owner,
			       " a+0x1/0x2\nnr_base_pages: x\n\n"
			       " b+0x1/0x2\nnr_base_pages: 99999999999999999999999\n\n"
			       "Page allocated via order 64, mask 0(MOVABLE)\n c+0x1/0x2\n\n"
			       "Page allocated via order 4294967296, mask 0()\n c+0x1/0x2\n\n"
			       " d+0x1/0x2\nnr_base_pages: 288230376151711744\n\n"
			       " e+0x1/0x2\nnr_base_pages: 1\n\n",
			       9),
			 0);
	assert_int_equal(owner.total, 1ULL << 58);
	assert_string_equal(owner.place, "d+0x1/0x2");
	assert_int_equal(owner.odd, 5);
	assert_int_equal(parse(&owner, "", 9), 0);
	assert_int_equal(owner.total, 0);
	assert_string_equal(owner.place, "");
	memset(text, 'a', sizeof(text));
	text[0] = ' ';
	memcpy(text + sizeof(text) - 20, "\nnr_base_pages: 4\n", 19);
	assert_int_equal(parse(&owner, text, 9), 0);
	assert_int_equal(owner.pages, 4);
	assert_int_equal(strlen(owner.place), sizeof(owner.place) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_stacks),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
