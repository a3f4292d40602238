// SPDX-License-Identifier: GPL-2.0-only
#include "proc/slabinfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixtures/fixtures.h"

#define VERSION_LINE "slabinfo - version: 2.1\n"
#define NUMBERS	     " 368 369 256 16 1"
#define TUNABLES     " : tunables    0    0    0"
#define SLABDATA     " : slabdata     22     23      0"
#define REST	     NUMBERS TUNABLES SLABDATA

static int parse(struct slabinfo *info, FILE *file)
{
	int err = slabinfo__parse(info, file);

	fclose(file);
	return err;
}

/* Parse a text that has to fail, and see that nothing is written. */
static void assert_fails(int expected, FILE *file)
{
	struct slabinfo info, before;

	memset(&info, 0x5a, sizeof(info));
	before = info;
	assert_int_equal(parse(&info, file), expected);
	assert_memory_equal(&info, &before, sizeof(info));
}

static void assert_invalid(const char *text)
{
	assert_fails(-EINVAL, open_text(text));
}

static void assert_cache(const struct slabinfo *info, struct slabinfo_cache expected)
{
	const struct slabinfo_cache *cache = slabinfo__find(info, expected.name);

	if (!cache)
		fail_msg("no cache %s", expected.name);
	assert_string_equal(cache->name, expected.name);
	assert_int_equal(cache->active_objects, expected.active_objects);
	assert_int_equal(cache->objects, expected.objects);
	assert_int_equal(cache->object_size, expected.object_size);
	assert_int_equal(cache->objects_per_slab, expected.objects_per_slab);
	assert_int_equal(cache->pages_per_slab, expected.pages_per_slab);
	assert_int_equal(cache->slabs, expected.slabs);
}

static void reads_6_1(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_fixture("slabinfo-6.1")), 0);
	assert_int_equal(info.nr, 41);
	assert_string_equal(info.caches[0].name, "kcopyd_job");
	assert_cache(&info, (struct slabinfo_cache){.name = "dentry",
						    .active_objects = 15435,
						    .objects = 15435,
						    .object_size = 192,
						    .objects_per_slab = 21,
						    .pages_per_slab = 1,
						    .slabs = 735});
	assert_cache(&info, (struct slabinfo_cache){.name = "kmalloc-32",
						    .active_objects = 1525,
						    .objects = 1536,
						    .object_size = 32,
						    .objects_per_slab = 128,
						    .pages_per_slab = 1,
						    .slabs = 12});
	assert_cache(&info, (struct slabinfo_cache){.name = "kmem_cache",
						    .active_objects = 192,
						    .objects = 192,
						    .object_size = 256,
						    .objects_per_slab = 16,
						    .pages_per_slab = 1,
						    .slabs = 12});
	slabinfo__free(&info);
}

static void reads_6_12(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_fixture("slabinfo-6.12")), 0);
	assert_int_equal(info.nr, 40);
	assert_string_equal(info.caches[0].name, "kcopyd_job");
	assert_cache(&info, (struct slabinfo_cache){.name = "task_struct",
						    .active_objects = 79,
						    .objects = 90,
						    .object_size = 8448,
						    .objects_per_slab = 3,
						    .pages_per_slab = 8,
						    .slabs = 30});
	assert_cache(&info, (struct slabinfo_cache){.name = "kmalloc-8k",
						    .active_objects = 20,
						    .objects = 20,
						    .object_size = 8192,
						    .objects_per_slab = 4,
						    .pages_per_slab = 8,
						    .slabs = 5});
	assert_cache(&info, (struct slabinfo_cache){.name = "kmem_cache",
						    .active_objects = 240,
						    .objects = 240,
						    .object_size = 256,
						    .objects_per_slab = 16,
						    .pages_per_slab = 1,
						    .slabs = 15});
	slabinfo__free(&info);
}

static void reads_6_18(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_fixture("slabinfo-6.18")), 0);
	assert_int_equal(info.nr, 54);
	assert_string_equal(info.caches[0].name, "btrfs_delayed_node");
	assert_cache(&info, (struct slabinfo_cache){.name = "dentry",
						    .active_objects = 69258,
						    .objects = 69258,
						    .object_size = 192,
						    .objects_per_slab = 21,
						    .pages_per_slab = 1,
						    .slabs = 3298});
	assert_cache(&info, (struct slabinfo_cache){.name = "vm_area_struct",
						    .active_objects = 838,
						    .objects = 1134,
						    .object_size = 192,
						    .objects_per_slab = 21,
						    .pages_per_slab = 1,
						    .slabs = 54});
	assert_cache(&info, (struct slabinfo_cache){.name = "btrfs_ordered_extent",
						    .active_objects = 0,
						    .objects = 0,
						    .object_size = 416,
						    .objects_per_slab = 19,
						    .pages_per_slab = 2,
						    .slabs = 0});
	assert_cache(&info, (struct slabinfo_cache){.name = "kmalloc-2k",
						    .active_objects = 288,
						    .objects = 288,
						    .object_size = 2048,
						    .objects_per_slab = 16,
						    .pages_per_slab = 8,
						    .slabs = 18});
	slabinfo__free(&info);
}

static void reads_each_column(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_text(VERSION_LINE
						"x 1 2 3 4 5 : tunables 6 7 8 : slabdata 9 10 11")),
			 0);
	assert_int_equal(info.nr, 1);
	assert_cache(&info, (struct slabinfo_cache){.name = "x",
						    .active_objects = 1,
						    .objects = 2,
						    .object_size = 3,
						    .objects_per_slab = 4,
						    .pages_per_slab = 5,
						    .slabs = 10});
	slabinfo__free(&info);
}

static void finds_by_whole_name(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(
		parse(&info, open_text(VERSION_LINE "kmalloc-8" REST "\nkmalloc-8k" REST "\n")), 0);
	assert_ptr_equal(slabinfo__find(&info, "kmalloc-8"), &info.caches[0]);
	assert_ptr_equal(slabinfo__find(&info, "kmalloc-8k"), &info.caches[1]);
	assert_null(slabinfo__find(&info, "kmalloc-"));
	assert_null(slabinfo__find(&info, "kmalloc-8kb"));
	assert_null(slabinfo__find(&info, ""));
	slabinfo__free(&info);
	assert_null(slabinfo__find(&info, "kmalloc-8"));
	assert_null(info.caches);
}

static void reads_names_with_blanks(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_text(VERSION_LINE "my own 7 cache   " REST "\n")), 0);
	assert_cache(&info, (struct slabinfo_cache){.name = "my own 7 cache",
						    .active_objects = 368,
						    .objects = 369,
						    .object_size = 256,
						    .objects_per_slab = 16,
						    .pages_per_slab = 1,
						    .slabs = 23});
	slabinfo__free(&info);
}

static void cuts_long_names(void **state)
{
	struct slabinfo info;
	char name[65];

	(void)state;
	memset(name, 'n', 64);
	name[64] = '\0';
	assert_int_equal(
		parse(&info, open_text(VERSION_LINE "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
						    "nnnnnnnnnnnnnnnnnn" REST "\n")),
		0);
	assert_null(slabinfo__find(&info, name));
	name[63] = '\0';
	assert_ptr_equal(slabinfo__find(&info, name), &info.caches[0]);
	slabinfo__free(&info);
}

/* SLAB's, up to 6.7, with CONFIG_DEBUG_SLAB: slabinfo_show_stats() in mm/slab.c. */
static void passes_over_statistics(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(
		parse(&info, open_text("slabinfo - version: 2.1 (statistics)\n"
				       "# name  <active_objs> : globalstat <listallocs>\n"
				       "dentry" REST " : globalstat    512  336   16    1\n")),
		0);
	assert_int_equal(info.nr, 1);
	assert_int_equal(slabinfo__find(&info, "dentry")->slabs, 23);
	slabinfo__free(&info);
}

static void takes_a_kernel_without_caches(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(parse(&info, open_text(VERSION_LINE)), 0);
	assert_int_equal(info.nr, 0);
	assert_null(slabinfo__find(&info, "dentry"));
	slabinfo__free(&info);
}

static void reads_more_caches_than_any_first_guess(void **state)
{
	enum { CACHES = 1000 };
	FILE *file = tmpfile();
	struct slabinfo info;

	(void)state;
	assert_non_null(file);
	fputs(VERSION_LINE, file);
	for (int i = 0; i < CACHES; i++)
		fprintf(file, "cache-%d %d 2 3 4 5" TUNABLES SLABDATA "\n", i, i);
	rewind(file);
	assert_int_equal(parse(&info, file), 0);
	assert_int_equal(info.nr, CACHES);
	assert_int_equal(slabinfo__find(&info, "cache-0")->active_objects, 0);
	assert_int_equal(slabinfo__find(&info, "cache-999")->active_objects, 999);
	slabinfo__free(&info);
}

static void refuses_other_versions(void **state)
{
	(void)state;
	assert_invalid("");
	assert_invalid("\n");
	assert_invalid("slabinfo - version: 1.2\n");
	assert_invalid("slabinfo - version: 2.\n");
	assert_invalid("slabinfo - version: 2.x\n");
	assert_invalid("slabinfo - version: 2.1x\n");
	assert_invalid("slabinfo - version: 21.1\n");
	assert_invalid("dentry" REST "\n");
	assert_invalid("# name\n" VERSION_LINE);
}

static void refuses_what_is_no_cache(void **state)
{
	(void)state;
	assert_invalid(VERSION_LINE "\n");
	assert_invalid(VERSION_LINE "dentry\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS "\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS TUNABLES "\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS SLABDATA "\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS " : tunables 0 0 : slabdata 1 2 3\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS TUNABLES " : slabdata 1 2\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS TUNABLES " : slabdata 1 2 ");
	assert_invalid(VERSION_LINE "dentry" NUMBERS TUNABLES " : slabdata 1 2 3 4\n");
	assert_invalid(VERSION_LINE "dentry" NUMBERS TUNABLES " : slabdata 1 -2 3\n");
	assert_invalid(VERSION_LINE NUMBERS TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "   " NUMBERS TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "dentry 1 2 3 4" TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "dentry 1 2 3 4 -5" TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "dentry 1 2 3 4x 5" TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "dentry 1 2 \t3 4 5" TUNABLES SLABDATA "\n");
}

/* The line costs itself: the caches before and behind it are there. */
static void assert_odd(FILE *file)
{
	struct slabinfo info;

	assert_int_equal(parse(&info, file), 0);
	assert_int_equal(info.nr, 2);
	assert_int_equal(info.odd, 1);
	assert_non_null(slabinfo__find(&info, "before"));
	assert_non_null(slabinfo__find(&info, "behind"));
	slabinfo__free(&info);
}

#define BESIDE(line) VERSION_LINE "before" REST "\n" line "\nbehind" REST "\n"

static void passes_over_odd_lines(void **state)
{
	static const char nul[] = BESIDE("den\0try" REST);

	(void)state;
	/* more are free than there are, as they are counted one after the other */
	assert_odd(open_text(BESIDE("dentry 18446744073709551613 0 192 21 1" TUNABLES SLABDATA)));
	assert_odd(open_text(BESIDE("dentry -3 0 192 21 1" TUNABLES SLABDATA)));
	assert_odd(open_text(BESIDE("dentry 1 2 3 4 5" TUNABLES
				    " : slabdata 18446744073709551613 18446744073709551613 0")));
	assert_odd(
		open_text(BESIDE("dentry 4000000000 4000000000 4000000000 1 1" TUNABLES SLABDATA)));
	assert_odd(open_text(BESIDE("dentry 1 2 3 4 4000000" TUNABLES " : slabdata 1 4000000 0")));
	assert_odd(open_text(BESIDE("")));
	assert_odd(open_text(BESIDE("what is this")));
	assert_odd(open_bytes(nul, sizeof(nul) - 1));
}

static void refuses_numbers_too_big(void **state)
{
	(void)state;
	assert_invalid(VERSION_LINE "x 18446744073709551615 2 3 4 5" TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "x 18446744073709551616 2 3 4 5" TUNABLES SLABDATA "\n");
	assert_invalid(VERSION_LINE "x 1 2 3 4 5" TUNABLES
				    " : slabdata 1 99999999999999999999 3\n");
}

static void refuses_nul_bytes(void **state)
{
	static const char text[] = VERSION_LINE "den\0try" REST "\n";
	static const char version[] = "slabinfo - version: 2.1\0\n";

	(void)state;
	assert_fails(-EINVAL, open_bytes(text, sizeof(text) - 1));
	assert_fails(-EINVAL, open_bytes(version, sizeof(version) - 1));
}

static void survives_long_lines(void **state)
{
	const size_t length = 1 << 20;
	char *text = malloc(length + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', length);
	text[length] = '\0';
	memcpy(text, VERSION_LINE, strlen(VERSION_LINE));
	assert_invalid(text);
	memset(text + strlen(VERSION_LINE), '1', length - strlen(VERSION_LINE));
	assert_invalid(text);
	free(text);
}

static void reports_a_failed_read(void **state)
{
	(void)state;
	assert_fails(-EIO, open_broken());
}

/* The largest sums that are believed, of bytes and of pages, and the next number. */
static void refuses_sums_too_big(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(
		parse(&info,
		      open_text(VERSION_LINE "a 1 1 288230376151711743 1 1" TUNABLES SLABDATA "\n"
					     "b 1 1 1 1 1" TUNABLES SLABDATA "\n"
					     "used 1 0 1 1 1" TUNABLES SLABDATA "\n"
					     "all 0 1 1 1 1" TUNABLES SLABDATA "\n")),
		0);
	assert_int_equal(info.nr, 2);
	assert_int_equal(info.odd, 2);
	slabinfo__free(&info);
	assert_int_equal(
		parse(&info, open_text(VERSION_LINE "a 1 1 1 1 1" TUNABLES
						    " : slabdata 1 4398046511103 0\n"
						    "b 1 1 1 1 1" TUNABLES " : slabdata 1 1 0\n"
						    "c 1 1 1 1 1" TUNABLES " : slabdata 1 1 0\n")),
		0);
	assert_int_equal(info.nr, 2);
	assert_int_equal(info.odd, 1);
	slabinfo__free(&info);
}

/* Blanks may stand anywhere between the words, not before the head or instead of a name. */
static void takes_any_number_of_blanks(void **state)
{
	struct slabinfo info;

	(void)state;
	assert_int_equal(
		parse(&info,
		      open_text(VERSION_LINE "x  1   2 3  4   5   : tunables  6  7 8 : slabdata  "
					     "9   10  11\n")),
		0);
	assert_int_equal(info.nr, 1);
	assert_cache(&info, (struct slabinfo_cache){.name = "x",
						    .active_objects = 1,
						    .objects = 2,
						    .object_size = 3,
						    .objects_per_slab = 4,
						    .pages_per_slab = 5,
						    .slabs = 10});
	slabinfo__free(&info);
	assert_int_equal(parse(&info, open_text(VERSION_LINE "# names\n#x" REST "\n")), 0);
	assert_int_equal(info.nr, 1);
	assert_string_equal(info.caches[0].name, "#x");
	slabinfo__free(&info);
}

/* slub_debug puts red zones and who allocated behind each object. */
static void finds_classes_that_are_padded(void **state)
{
	const char *text = VERSION_LINE "kmalloc-2k 1 1 6144 5 8" TUNABLES SLABDATA "\n"
					"kmalloc-1k 1 1 3072 5 4" TUNABLES SLABDATA "\n"
					"kmalloc-192 1 1 384 5 1" TUNABLES SLABDATA "\n"
					"kmalloc-cg-64 1 1 256 5 1" TUNABLES SLABDATA "\n"
					"kmalloc-8 1 1 %s 5 1" TUNABLES SLABDATA "\n";
	uint32_t classes[6];
	struct slabinfo info;
	char whole[1024];

	(void)state;
	snprintf(whole, sizeof(whole), text, "160");
	assert_int_equal(parse(&info, open_text(whole)), 0);
	memset(classes, 0x5a, sizeof(classes));
	assert_int_equal(slabinfo__padded_classes(&info, classes, 6), 4);
	assert_int_equal(classes[0], 8);
	assert_int_equal(classes[1], 192);
	assert_int_equal(classes[2], 1024);
	assert_int_equal(classes[3], 2048); /* nothing of 1536 */
	assert_int_equal(classes[4], 0);
	assert_int_equal(classes[5], 0);
	assert_int_equal(slabinfo__padded_classes(&info, classes, 2), 2);
	slabinfo__free(&info);
	/* as it mostly is: the classes are the sizes */
	assert_int_equal(parse(&info, open_text(VERSION_LINE
						"kmalloc-8 1 1 8 5 1" TUNABLES SLABDATA "\n"
						"kmalloc-1k 1 1 1024 5 4" TUNABLES SLABDATA "\n")),
			 0);
	assert_int_equal(slabinfo__padded_classes(&info, classes, 6), 0);
	assert_int_equal(classes[0], 0);
	slabinfo__free(&info);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_6_1),
		cmocka_unit_test(reads_6_12),
		cmocka_unit_test(reads_6_18),
		cmocka_unit_test(reads_each_column),
		cmocka_unit_test(finds_by_whole_name),
		cmocka_unit_test(reads_names_with_blanks),
		cmocka_unit_test(cuts_long_names),
		cmocka_unit_test(passes_over_statistics),
		cmocka_unit_test(takes_a_kernel_without_caches),
		cmocka_unit_test(reads_more_caches_than_any_first_guess),
		cmocka_unit_test(refuses_other_versions),
		cmocka_unit_test(refuses_what_is_no_cache),
		cmocka_unit_test(passes_over_odd_lines),
		cmocka_unit_test(refuses_numbers_too_big),
		cmocka_unit_test(refuses_nul_bytes),
		cmocka_unit_test(survives_long_lines),
		cmocka_unit_test(reports_a_failed_read),
		cmocka_unit_test(refuses_sums_too_big),
		cmocka_unit_test(takes_any_number_of_blanks),
		cmocka_unit_test(finds_classes_that_are_padded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
