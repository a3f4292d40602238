// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/page_block.h"

#include <string.h>

#define PAGE 0xffffea0000040000ULL /* a struct page */

static struct slub_layout layout = {
	.page = 64,
	.page_flags = 0,
	.page_head = 8,
	.page_private = 40,
	.page_type = 48,
	.page_order = 64,
	.buddy_type = 0xf0000000,
};

static uint64_t two[16];

static int begin(void **state)
{
	(void)state;
	memset(two, 0, sizeof(two));
	two[6] = 0xffffffff;
	layout.page_order = 64;
	layout.page_private = 40;
	return 0;
}

static uint64_t pages(uint64_t index)
{
	return page_block__pages(&layout, PAGE, (const uint8_t *)two, index);
}

static void test_free_blocks(void **state)
{
	(void)state;
	assert_int_equal(pages(0), 1);
	two[6] = 0xf0000000;
	two[5] = 10;
	assert_int_equal(pages(0), 1024);
	assert_int_equal(pages(7 * 1024), 1024);
	assert_int_equal(pages(512), 1); /* no such block begins there */
	two[5] = 0xffff888000000000;	 /* somebody else's by now */
	assert_int_equal(pages(0), 1);
	two[5] = 10;
	two[6] = 0xf0000001;
	assert_int_equal(pages(0), 1);
	two[6] = 0xf0000000;
	layout.page_private = SLUB_NONE;
	assert_int_equal(pages(0), 1);
}

static void test_compound_pages(void **state)
{
	(void)state;
	two[8] = 0xab00 | 9;
	assert_int_equal(pages(0), 1); /* the next page is not its tail */
	two[9] = PAGE | 1;
	assert_int_equal(pages(0), 512);
	assert_int_equal(pages(256), 1);
	two[8] = 18;
	assert_int_equal(pages(1 << 18), 1 << 18);
	two[8] = 21;
	assert_int_equal(pages(0), 1);
	two[8] = 9;
	two[9] = (PAGE + 64) | 1;
	assert_int_equal(pages(0), 1);
	two[9] = PAGE | 1;
	layout.page_order = SLUB_NONE;
	assert_int_equal(pages(0), 1);
	layout.page_order = 128; /* beyond what was read */
	assert_int_equal(pages(0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_free_blocks, begin),
		cmocka_unit_test_setup(test_compound_pages, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
