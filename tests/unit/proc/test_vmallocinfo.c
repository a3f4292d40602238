// SPDX-License-Identifier: GPL-2.0-only
#include "proc/vmallocinfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixtures/fixtures.h"

#define RANGE "0x000000006d91673c-0x000000000d20d89b   20480"

static int parse(struct vmallocinfo *info, FILE *file)
{
	int err = vmallocinfo__parse(info, file);

	fclose(file);
	return err;
}

/* Parse a text that has to fail, and see that nothing is written. */
static void assert_fails(int expected, FILE *file)
{
	struct vmallocinfo info, before;

	memset(&info, 0x5a, sizeof(info));
	before = info;
	assert_int_equal(parse(&info, file), expected);
	assert_memory_equal(&info, &before, sizeof(info));
}

static void assert_invalid(const char *text)
{
	assert_fails(-EINVAL, open_text(text));
}

/* Sorted by name, each once; together they are all VM_ALLOC areas. */
static void check_callers(const struct vmallocinfo *info)
{
	uint64_t areas = 0, pages = 0;

	for (size_t i = 0; i < info->nr_callers; i++) {
		areas += info->callers[i].areas;
		pages += info->callers[i].pages;
		assert_true(info->callers[i].areas > 0);
		if (i)
			assert_true(strcmp(info->callers[i - 1].name, info->callers[i].name) < 0);
	}
	assert_int_equal(areas, info->alloc_areas);
	assert_int_equal(pages, info->alloc_pages);
}

static void assert_info(FILE *file, struct vmallocinfo expected)
{
	struct vmallocinfo info;

	memset(&info, 0x5a, sizeof(info));
	assert_int_equal(parse(&info, file), 0);
	assert_int_equal(info.alloc_areas, expected.alloc_areas);
	assert_int_equal(info.alloc_pages, expected.alloc_pages);
	assert_int_equal(info.ioremap_areas, expected.ioremap_areas);
	assert_int_equal(info.vmap_areas, expected.vmap_areas);
	assert_int_equal(info.other_areas, expected.other_areas);
	assert_int_equal(info.unpurged_areas, expected.unpurged_areas);
	assert_int_equal(info.odd, expected.odd);
	check_callers(&info);
	vmallocinfo__free(&info);
}

static void reads_6_1(void **state)
{
	(void)state;
	assert_info(open_fixture("vmallocinfo-6.1"), (struct vmallocinfo){
							     .alloc_areas = 27,
							     .alloc_pages = 2224,
							     .ioremap_areas = 5,
							     .vmap_areas = 2,
							     .other_areas = 1,
							     .unpurged_areas = 2,
						     });
}

static void reads_6_12(void **state)
{
	(void)state;
	assert_info(open_fixture("vmallocinfo-6.12"), (struct vmallocinfo){
							      .alloc_areas = 30,
							      .alloc_pages = 1529,
							      .ioremap_areas = 5,
							      .vmap_areas = 2,
							      .other_areas = 1,
							      .unpurged_areas = 1,
						      });
}

static void reads_6_18(void **state)
{
	(void)state;
	assert_info(open_fixture("vmallocinfo-6.18"), (struct vmallocinfo){
							      .alloc_areas = 18,
							      .alloc_pages = 1215,
							      .ioremap_areas = 6,
							      .vmap_areas = 2,
							      .other_areas = 1,
							      .unpurged_areas = 5,
						      });
}

static void sums_pages_of_vmalloc_alone(void **state)
{
	(void)state;
	assert_info(open_text(RANGE " f+0x1/0x2 pages=4 vmalloc N0=4\n" RANGE
				    " f+0x1/0x2 [xfs] pages=513 vmalloc vpages N0=500 N1=13\n" RANGE
				    " f+0x1/0x2 pages=9 vmap\n" RANGE
				    " f+0x1/0x2 pages=7 vmalloc user\n"),
		    (struct vmallocinfo){
			    .alloc_areas = 3, .alloc_pages = 4 + 513 + 7, .vmap_areas = 1});
}

static void tells_classes_apart(void **state)
{
	(void)state;
	assert_info(open_text(RANGE " f+0x1/0x2 phys=0x00000000fed00000 ioremap\n"),
		    (struct vmallocinfo){.ioremap_areas = 1});
	assert_info(open_text(RANGE " f+0x1/0x2 vmap\n"), (struct vmallocinfo){.vmap_areas = 1});
	assert_info(open_text(RANGE " unpurged vm_area\n"),
		    (struct vmallocinfo){.unpurged_areas = 1});
	assert_info(open_text(RANGE " vm_map_ram\n"), (struct vmallocinfo){.other_areas = 1});
	assert_info(open_text(RANGE " f+0x1/0x2 user\n"), (struct vmallocinfo){.other_areas = 1});
	assert_info(open_text(RANGE " f+0x1/0x2 dma-coherent\n"),
		    (struct vmallocinfo){.other_areas = 1});
	assert_info(open_text(RANGE "\n"), (struct vmallocinfo){.other_areas = 1});
	/* per-CPU chunks: VM_ALLOC, yet the pages are counted in Percpu */
	assert_info(open_text(RANGE " pcpu_get_vm_areas+0x0/0x1050 vmalloc\n"),
		    (struct vmallocinfo){.other_areas = 1});
}

static void takes_no_caller_for_a_class(void **state)
{
	(void)state;
	assert_info(open_text(RANGE " vmap+0x1/0x2 [vmalloc]\n" RANGE
				    " pages=2 vmalloc+0x1/0x2\n" RANGE
				    " ioremap_prot+0x1/0x2 pages=2\n" RANGE " unpurged+0x1/0x2\n"),
		    (struct vmallocinfo){.other_areas = 4});
}

static void reads_addresses_without_hash(void **state)
{
	(void)state;
	assert_info(open_text("0x(____ptrval____)-0x(____ptrval____)    8192 f+0x1/0x2 vmap\n"
			      "0xffffc90000000000-0xffffc90000005000   20480 f+0x1/0x2 vmap\n"
			      "0x0000000000000000-0x0000000000000000 1234567890 f+0x1/0x2 vmap"),
		    (struct vmallocinfo){.vmap_areas = 3});
}

static void takes_an_empty_text(void **state)
{
	(void)state;
	assert_info(open_text(""), (struct vmallocinfo){});
}

static void refuses_what_is_no_area(void **state)
{
	(void)state;
	assert_invalid("\n");
	assert_invalid("vmalloc\n");
	assert_invalid(" " RANGE " vmap\n");
	assert_invalid("0x-0x1 4096 vmap\n");
	assert_invalid("0x1-0x 4096 vmap\n");
	assert_invalid("0x1 0x2 4096 vmap\n");
	assert_invalid("1-2 4096 vmap\n");
	assert_invalid("1x1-0x2 4096 vmap\n");
	assert_invalid("0x1-0x(____ptrval____)4096 vmap\n");
	assert_invalid("0x1-2 4096 vmap\n");
	assert_invalid("0x1-0x2\n");
	assert_invalid("0x1-0x2 \n");
	assert_invalid("0x1-0x2 vmap\n");
	assert_invalid("0x1-0x24096 vmap 1\n");
	assert_invalid("0x1-0x2 4096k vmap\n");
	assert_invalid("0x1-0x2 -4096 vmap\n");
	assert_invalid("0x(____ptrval)-0x2 4096 vmap\n");
}

static void refuses_malformed_pages(void **state)
{
	(void)state;
	assert_invalid(RANGE " f+0x1/0x2 pages= vmalloc\n");
	assert_invalid(RANGE " f+0x1/0x2 pages=-1 vmalloc\n");
	assert_invalid(RANGE " f+0x1/0x2 pages=+1 vmalloc\n");
	assert_invalid(RANGE " f+0x1/0x2 pages=4x vmalloc\n");
	assert_invalid(RANGE " f+0x1/0x2 pages=0x4 vmalloc\n");
	assert_invalid(RANGE " f+0x1/0x2 pages=18446744073709551616 vmalloc\n");
}

/* A line that costs itself: the areas before and behind it are there. */
static void assert_odd(FILE *file)
{
	assert_info(file, (struct vmallocinfo){
				  .alloc_areas = 1, .alloc_pages = 4, .vmap_areas = 1, .odd = 1});
}

#define BESIDE(line)                                                                               \
	RANGE " f+0x1/0x2 pages=4 vmalloc\n" line "\n" RANGE " f+0x1/0x2 pages=9 vmap\n"

static void passes_over_odd_lines(void **state)
{
	static const char nul[] = BESIDE(RANGE " vmap\0 vmalloc");

	(void)state;
	assert_odd(open_text(BESIDE("nonsense")));
	assert_odd(open_text(BESIDE("")));
	assert_odd(open_text(BESIDE(RANGE " f+0x1/0x2 pages=-1 vmalloc")));
	assert_odd(open_text(BESIDE("0x1-0x2 -4096 f+0x1/0x2 pages=1 vmalloc")));
	assert_odd(open_text(BESIDE("0x1-0x2 18446744073709547520 f+0x1/0x2 vmap")));
	assert_odd(open_bytes(nul, sizeof(nul) - 1));
	/* sums that would be no numbers any more */
	assert_odd(open_text(BESIDE(RANGE " pages=18446744073709551614 vmalloc")));
	assert_odd(open_text(BESIDE(RANGE " pages=4398046511104 vmalloc")));
	assert_odd(open_text(BESIDE("0x1-0x2 288230376151711744 f+0x1/0x2 ioremap")));
}

static void counts_address_space(void **state)
{
	struct vmallocinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_text(RANGE " f+0x1/0x2 pages=4 vmalloc\n" RANGE
						      " pcpu_get_vm_areas+0x0/0x1 vmalloc\n" RANGE
						      " f+0x1/0x2 phys=0xfed00000 ioremap\n" RANGE
						      " unpurged vm_area\n")),
			 0);
	assert_int_equal(info.spanned_bytes, 3 * 20480);
	vmallocinfo__free(&info);
}

static void refuses_nul_bytes(void **state)
{
	static const char text[] = RANGE " vmap\0 vmalloc\n";

	(void)state;
	assert_fails(-EINVAL, open_bytes(text, sizeof(text) - 1));
}

static void survives_long_lines(void **state)
{
	static const char head[] = RANGE " f+0x1/0x2 pages=4 vmalloc";
	const size_t length = 1 << 20;
	char *text = malloc(length + 1);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = " N0=1"[i % 5];
	text[length] = '\0';
	memcpy(text, head, strlen(head));
	text[strlen(head)] = ' ';
	assert_info(open_text(text), (struct vmallocinfo){.alloc_areas = 1, .alloc_pages = 4});
	memset(text, 'x', length);
	assert_invalid(text);
	free(text);
}

static void reports_a_failed_read(void **state)
{
	(void)state;
	assert_fails(-EIO, open_broken());
}

static void callers_by_name(void **state)
{
	struct vmallocinfo info;

	(void)state;
	assert_int_equal(
		parse(&info, open_text(RANGE " foo+0x1/0x2 [mod] pages=3 vmalloc N0=3\n" RANGE
					     " foo+0x1/0x2 pages=4 vmalloc vpages\n" RANGE
					     " bar+0x1/0x2 pages=1 vmalloc\n" RANGE
					     " foo+0x1/0x2 pages=5 vmalloc\n" RANGE
					     " pages=6 vmalloc\n" RANGE
					     " dev+0x1/0x2 phys=0x0000000000000000 ioremap\n" RANGE
					     " stack+0x1/0x2 vmap\n")),
		0);
	assert_int_equal(info.nr_callers, 4);
	assert_string_equal(info.callers[0].name, "(unknown)");
	assert_int_equal(info.callers[0].pages, 6);
	assert_string_equal(info.callers[1].name, "bar+0x1/0x2");
	assert_string_equal(info.callers[2].name, "foo+0x1/0x2");
	assert_int_equal(info.callers[2].areas, 2);
	assert_int_equal(info.callers[2].pages, 9);
	assert_string_equal(info.callers[3].name, "foo+0x1/0x2 [mod]");
	assert_int_equal(info.ioremap_bytes, 20480);
	assert_int_equal(info.vmap_bytes, 20480);
	check_callers(&info);
	vmallocinfo__free(&info);
}

/* Words that say what an area is name nobody; a module stands right behind its function. */
static void tells_callers_from_other_words(void **state)
{
	static const struct {
		const char *words, *caller;
	} areas[] = {
		{"vmalloc pages=1", "(unknown)"},
		{"ioremap vmalloc pages=1", "(unknown)"},
		{"vmap vmalloc pages=1", "(unknown)"},
		{"user vmalloc pages=1", "(unknown)"},
		{"dma-coherent vmalloc pages=1", "(unknown)"},
		{"vpages vmalloc pages=1", "(unknown)"},
		{"sparse vmalloc pages=1", "(unknown)"},
		{"phys=0x1000 vmalloc pages=1", "(unknown)"},
		{"pages=1 vmalloc", "(unknown)"},
		{"pages=1 [mod] vmalloc", "(unknown)"},
		{"f+0x1/0x2 vmalloc pages=1", "f+0x1/0x2"},
		{"f+0x1/0x2 [mod] vmalloc pages=1", "f+0x1/0x2 [mod]"},
		{"f+0x1/0x2 vmalloc [mod] pages=1", "f+0x1/0x2"},
		{"physical+0x1/0x2 vmalloc pages=1", "physical+0x1/0x2"},
		{"phys vmalloc pages=1", "phys"},
		{"[mod] vmalloc pages=1", "[mod]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(areas) / sizeof(areas[0]); i++) {
		struct vmallocinfo info;
		char text[128];

		snprintf(text, sizeof(text), RANGE " %s\n", areas[i].words);
		assert_int_equal(parse(&info, open_text(text)), 0);
		assert_int_equal(info.nr_callers, 1);
		assert_string_equal(info.callers[0].name, areas[i].caller);
		assert_int_equal(info.callers[0].pages, 1);
		vmallocinfo__free(&info);
		assert_null(info.callers);
	}
}

/* The most that is believed, of bytes and of pages. */
static void takes_the_largest_sums(void **state)
{
	struct vmallocinfo info;

	(void)state;
	assert_info(open_text(RANGE " f pages=4398046511104 vmalloc\n"),
		    (struct vmallocinfo){.alloc_areas = 1, .alloc_pages = 1ULL << 42});
	assert_info(open_text("0x1-0x2 288230376151711744 f vmap\n0x1-0x2 1 f vmap\n"),
		    (struct vmallocinfo){.vmap_areas = 1, .odd = 1});
	/* what was too much is no part of the sums */
	assert_int_equal(
		parse(&info, open_text(RANGE " f vmap\n" RANGE " f pages=4398046511105 vmap\n" RANGE
					     " f pages=4398046511104 vmap\n")),
		0);
	assert_int_equal(info.vmap_areas, 2);
	assert_int_equal(info.spanned_bytes, 2 * 20480);
	vmallocinfo__free(&info);
}

/* A text of which a line was understood is one, whatever the others are. */
static void takes_a_text_with_one_area(void **state)
{
	(void)state;
	assert_info(open_text(RANGE " unpurged vm_area\nnonsense\n"),
		    (struct vmallocinfo){.unpurged_areas = 1, .odd = 1});
	assert_info(open_text(RANGE " f pages=4398046511105 vmap\n"),
		    (struct vmallocinfo){.odd = 1});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(callers_by_name),
		cmocka_unit_test(reads_6_1),
		cmocka_unit_test(reads_6_12),
		cmocka_unit_test(reads_6_18),
		cmocka_unit_test(sums_pages_of_vmalloc_alone),
		cmocka_unit_test(tells_classes_apart),
		cmocka_unit_test(takes_no_caller_for_a_class),
		cmocka_unit_test(reads_addresses_without_hash),
		cmocka_unit_test(takes_an_empty_text),
		cmocka_unit_test(refuses_what_is_no_area),
		cmocka_unit_test(refuses_malformed_pages),
		cmocka_unit_test(passes_over_odd_lines),
		cmocka_unit_test(counts_address_space),
		cmocka_unit_test(refuses_nul_bytes),
		cmocka_unit_test(survives_long_lines),
		cmocka_unit_test(reports_a_failed_read),
		cmocka_unit_test(tells_callers_from_other_words),
		cmocka_unit_test(takes_the_largest_sums),
		cmocka_unit_test(takes_a_text_with_one_area),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
