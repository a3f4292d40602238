// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/suspects.h"
#include "kleak.h"
#include "proc/classes.h"
#include "trace/origins.h"

#include <stdio.h>
#include <string.h>

static struct statement_class classes[CLASSES];
static struct statement_cache caches[40];
static struct statement statement;

static struct statement_amount growing(double per_s, double low)
{
	return (struct statement_amount){
		.bytes = 100 << 20,
		.delta_bytes = 10 << 20,
		.growth = {true, per_s, low, per_s + (per_s - low)},
	};
}

static void reset(void)
{
	memset(classes, 0, sizeof(classes));
	memset(caches, 0, sizeof(caches));
	for (int i = 0; i < CLASSES; i++) {
		classes[i].name = class__name(i);
		classes[i].title = class__title(i);
		classes[i].known = true;
	}
	statement = (struct statement){.classes = classes, .nr_classes = CLASSES, .caches = caches};
}

static void add_cache(const char *name, uint64_t size, enum statement_answer reclaimable,
		      double per_s, double low)
{
	caches[statement.nr_caches++] = (struct statement_cache){
		.name = name,
		.aliases = "",
		.reclaimable = reclaimable,
		.object_size = size,
		.delta_objects = 1000,
		.amount = growing(per_s, low),
	};
}

static struct suspects find(void)
{
	struct suspects suspects = {};

	assert_int_equal(suspects__find(&suspects, &statement), 0);
	return suspects;
}

/* What would be traced if what is traced were not enough. */
static struct trace_options narrow(const struct suspects *suspects, struct trace_options options,
				   char *list, size_t len)
{
	suspects__narrow(suspects, &options, list, len);
	return options;
}

static const struct trace_options plain = {.lenient = true,
					   .who = true,
					   .origins = ORIGIN_SLAB | ORIGIN_VMALLOC | ORIGIN_PERCPU,
					   .pid = -1};

static void test_nothing_grows(void **state)
{
	struct suspects suspects;

	(void)state;
	reset();
	add_cache("dentry", 192, STATEMENT_YES, 0, -10);
	add_cache("filp", 256, STATEMENT_NO, 100, -1);	/* perhaps */
	classes[CLASS_ANON].amount = growing(1e6, 1e6); /* none of tracing's business */
	suspects = find();
	assert_int_equal(suspects.nr, 0);
	assert_false(suspects__any_untraced(suspects.list, suspects.nr));
	assert_false(suspects__wants_caches(&suspects, &plain));
	suspects__free(&suspects);
}

static void test_a_cache_that_grows(void **state)
{
	struct suspects suspects;
	struct trace_options options;
	char list[256];

	(void)state;
	reset();
	classes[CLASS_SLAB_UNRECLAIMABLE].amount = growing(6000, 5000);
	add_cache("kmalloc-512", 512, STATEMENT_NO, 5000, 4500);
	add_cache("dentry", 192, STATEMENT_YES, 90000, 80000);
	suspects = find();
	assert_int_equal(suspects.nr, 3);
	assert_string_equal(suspects.list[0].name, "slab_unreclaimable");
	assert_string_equal(suspects.list[1].name, "dentry"); /* fastest first */
	assert_true(suspects__wants_caches(&suspects, &plain));
	options = narrow(&suspects, plain, list, sizeof(list));
	assert_int_equal(options.origins, ORIGIN_SLAB);
	assert_string_equal(options.cache, "kmalloc-512");
	assert_false(suspects__wants_caches(&suspects, &options));
	suspects__free(&suspects);
}

/* What is attached covers classes and caches, or not; what the kernel can reclaim is no matter. */
static void test_what_is_traced(void **state)
{
	struct trace_options options = plain;
	struct suspects suspects;

	(void)state;
	reset();
	classes[CLASS_SLAB_UNRECLAIMABLE].amount = growing(6000, 5000);
	classes[CLASS_UNACCOUNTED].amount = growing(3000, 2500);
	add_cache("dentry", 192, STATEMENT_YES, 90000, 80000);
	add_cache("kmalloc-cg-512", 512, STATEMENT_NO, 5000, 4500);
	add_cache("filp", 256, STATEMENT_NO, 4000, 3500);
	suspects = find();
	suspects__mark_traced(&suspects, &options);
	assert_true(suspects.list[0].traced);
	assert_false(suspects.list[1].traced); /* unaccounted */
	assert_false(suspects.list[2].traced); /* dentry */
	assert_true(suspects.list[3].traced && suspects.list[4].traced);
	assert_true(suspects__any_untraced(suspects.list, suspects.nr));
	options.origins |= ORIGIN_PAGES;
	suspects__mark_traced(&suspects, &options);
	assert_true(suspects.list[1].traced);
	assert_false(suspects__any_untraced(suspects.list, suspects.nr));
	options.cache = "filp2,kmalloc-512";
	suspects__mark_traced(&suspects, &options);
	assert_true(suspects.list[3].traced);
	assert_false(suspects.list[4].traced);
	assert_true(suspects__any_untraced(suspects.list, suspects.nr));
	suspects__free(&suspects);
}

static void test_pages_are_wanted_where_no_counter_tells(void **state)
{
	struct trace_options options = plain;
	struct suspects suspects;

	(void)state;
	reset();
	classes[CLASS_VMALLOC].amount = growing(6000, 5000);
	suspects = find();
	assert_false(suspects__wants_pages(&suspects, &options));
	suspects__free(&suspects);
	classes[CLASS_UNACCOUNTED].amount = growing(6000, 100); /* perhaps */
	suspects = find();
	assert_false(suspects__wants_pages(&suspects, &options));
	suspects__free(&suspects);
	classes[CLASS_UNACCOUNTED].amount = growing(6000, 5000);
	suspects = find();
	assert_true(suspects__wants_pages(&suspects, &options));
	assert_false(suspects__wants_caches(&suspects, &options)); /* classes are none */
	options.origins_given = true;
	assert_false(suspects__wants_pages(&suspects, &options));
	options.origins_given = false;
	options.origins |= ORIGIN_PAGES;
	assert_false(suspects__wants_pages(&suspects, &options));
	suspects__free(&suspects);
}

/* Reason enough to trace it alone is only what is sure; then the others are traced too. */
static void test_a_weak_suspect_is_traced_with_others_only(void **state)
{
	struct suspects suspects;
	struct trace_options options;
	char list[256];

	(void)state;
	reset();
	add_cache("inode", 600, STATEMENT_NO, 100, 20);
	suspects = find();
	assert_int_equal(suspects.nr, 1);
	assert_false(suspects__wants_caches(&suspects, &plain));
	suspects__free(&suspects);
	add_cache("filp", 256, STATEMENT_NO, 100, 90);
	suspects = find();
	assert_true(suspects__wants_caches(&suspects, &plain));
	options = narrow(&suspects, plain, list, sizeof(list));
	assert_non_null(options.cache);
	assert_non_null(strstr(list, "inode"));
	suspects__free(&suspects);
}

/* A cache's few objects, a class's few pages: noise. */
static void test_least_amounts(void **state)
{
	struct suspects suspects;

	(void)state;
	reset();
	add_cache("filp", 256, STATEMENT_NO, 100, 90);
	caches[0].delta_objects = SUSPECTS_LEAST_OBJECTS - 1;
	classes[CLASS_PERCPU].amount = growing(100, 90);
	classes[CLASS_PERCPU].amount.delta_bytes = SUSPECTS_LEAST_BYTES - 1;
	classes[CLASS_UNACCOUNTED].amount = growing(100, 90);
	classes[CLASS_UNACCOUNTED].amount.delta_bytes = SUSPECTS_LEAST_RAW - 1;
	suspects = find();
	assert_int_equal(suspects.nr, 0);
	/* that many are enough */
	caches[0].delta_objects++;
	classes[CLASS_PERCPU].amount.delta_bytes++;
	classes[CLASS_UNACCOUNTED].amount.delta_bytes++;
	assert_int_equal(suspects__find(&suspects, &statement), 0);
	assert_int_equal(suspects.nr, 3);
	/* each time anew */
	classes[CLASS_PERCPU].known = false;
	classes[CLASS_UNACCOUNTED].amount.growth.known = false;
	assert_int_equal(suspects__find(&suspects, &statement), 0);
	assert_int_equal(suspects.nr, 1);
	assert_string_equal(suspects.list[0].title, "filp");
	suspects__free(&suspects);
	assert_int_equal(suspects.nr, 0);
}

/* An interval that begins at a quarter of the slope is narrow enough. */
static void test_sure_enough(void **state)
{
	struct suspects suspects;

	(void)state;
	reset();
	add_cache("filp", 256, STATEMENT_NO, 100, 25);
	add_cache("inode", 256, STATEMENT_NO, 50, 12.4);
	suspects = find();
	assert_true(suspects.list[0].sure);
	assert_false(suspects.list[1].sure);
	suspects__free(&suspects);
}

/* Classes first, then what grows faster, then by name: whatever order they came in. */
static void test_order(void **state)
{
	static const char *const order[] = {"vmalloc", "percpu", "c", "a", "b"};
	struct suspects suspects;

	(void)state;
	for (int turn = 0; turn < 2; turn++) {
		reset();
		classes[CLASS_VMALLOC].amount = growing(20, 15);
		classes[CLASS_PERCPU].amount = growing(10, 5);
		add_cache(turn ? "a" : "b", 64, STATEMENT_NO, 100, 90);
		add_cache(turn ? "b" : "c", 64, STATEMENT_NO, turn ? 100 : 200, 90);
		add_cache(turn ? "c" : "a", 64, STATEMENT_NO, turn ? 200 : 100, 90);
		suspects = find();
		assert_int_equal(suspects.nr, 5);
		for (size_t i = 0; i < suspects.nr; i++) {
			assert_string_equal(suspects.list[i].name, order[i]);
			assert_int_equal(suspects.list[i].cache, i >= 2);
		}
		suspects__free(&suspects);
	}
}

/* By its origins, each of them; a list of caches is about caches only. */
static void test_classes_are_traced_by_their_origins(void **state)
{
	static const struct {
		enum memory_class class;
		uint32_t origins;
	} known[] = {
		{CLASS_SLAB_UNRECLAIMABLE, ORIGIN_SLAB},
		{CLASS_SLAB_RECLAIMABLE, 0},
		{CLASS_VMALLOC, ORIGIN_VMALLOC},
		{CLASS_PERCPU, ORIGIN_PERCPU},
		{CLASS_KERNEL_STACK, ORIGIN_VMALLOC | ORIGIN_SLAB},
		{CLASS_UNACCOUNTED, ORIGIN_PAGES},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		struct suspects suspects;

		reset();
		classes[known[i].class].amount = growing(6000, 5000);
		suspects = find();
		assert_int_equal(suspects.nr, 1);
		assert_string_equal(suspects.list[0].title, class__title(known[i].class));
		for (uint32_t origin = 1; origin <= ORIGIN_PAGES; origin <<= 1) {
			struct trace_options options = {.origins = origin, .cache = "filp"};

			suspects__mark_traced(&suspects, &options);
			assert_int_equal(suspects.list[0].traced, !!(known[i].origins & origin));
		}
		suspects__free(&suspects);
	}
}

/* Caches are of the slab allocator. */
static void test_caches_need_the_slab_allocator(void **state)
{
	struct trace_options options = {.origins = ORIGIN_VMALLOC};
	struct suspects suspects;

	(void)state;
	reset();
	add_cache("filp", 256, STATEMENT_NO, 100, 90);
	suspects = find();
	suspects__mark_traced(&suspects, &options);
	assert_false(suspects.list[0].traced);
	options.cache = "filp";
	suspects__mark_traced(&suspects, &options);
	assert_false(suspects.list[0].traced);
	options.origins |= ORIGIN_SLAB;
	suspects__mark_traced(&suspects, &options);
	assert_true(suspects.list[0].traced);
	suspects__free(&suspects);
}

/* A list that would be cut would have kleak trace something else. */
static void test_a_list_has_to_fit(void **state)
{
	struct trace_options options = plain;
	struct suspects suspects;
	char list[sizeof("kmalloc-512,filp")];

	(void)state;
	reset();
	add_cache("kmalloc-512", 512, STATEMENT_NO, 5000, 4500);
	add_cache("filp", 256, STATEMENT_NO, 4000, 3500);
	suspects = find();
	assert_true(suspects__narrow(&suspects, &options, list, sizeof(list)));
	assert_string_equal(options.cache, "kmalloc-512,filp");
	options = plain;
	assert_false(suspects__narrow(&suspects, &options, list, sizeof(list) - 1));
	assert_null(options.cache);
	assert_int_equal(options.origins, plain.origins);
	suspects__free(&suspects);
	/* classes are in no cache */
	reset();
	classes[CLASS_VMALLOC].amount = growing(6000, 5000);
	suspects = find();
	assert_false(suspects__narrow(&suspects, &options, list, sizeof(list)));
	suspects__free(&suspects);
}

static void test_reclaimable_alone_is_not_traced(void **state)
{
	struct suspects suspects;

	(void)state;
	reset();
	classes[CLASS_SLAB_RECLAIMABLE].amount = growing(6000, 5000);
	add_cache("dentry", 192, STATEMENT_YES, 5000, 4500);
	suspects = find();
	assert_int_equal(suspects.nr, 2);
	assert_false(suspects__any_untraced(suspects.list, suspects.nr));
	assert_false(suspects__wants_caches(&suspects, &plain));
	suspects__free(&suspects);
}

/* kmalloc's events know size classes only: "msg_msg-512" and "kmalloc-cg-512" are one. */
static void test_variants_of_kmalloc_are_one_class(void **state)
{
	struct suspects suspects;
	struct trace_options options;
	char list[256];

	(void)state;
	reset();
	add_cache("msg_msg-512", 512, STATEMENT_NO, 5000, 4500);
	add_cache("kmalloc-cg-512", 512, STATEMENT_NO, 4000, 3500);
	add_cache("kmalloc-rnd-03-2k", 2048, STATEMENT_NO, 3000, 2500);
	add_cache("task-64", 320, STATEMENT_NO, 2000, 1900); /* a name that only looks like it */
	add_cache("kmalloc-cg-1k", 1024, STATEMENT_NO, 1000, 900);
	suspects = find();
	assert_int_equal(suspects.list[0].class_size, 512);
	options = narrow(&suspects, plain, list, sizeof(list));
	assert_string_equal(options.cache, "kmalloc-512,kmalloc-2k,task-64,kmalloc-1k");
	suspects__free(&suspects);
}

/* It is freed late, many at once, and grows whatever happens. */
static void test_a_decoy_is_no_suspect(void **state)
{
	struct suspects suspects;

	(void)state;
	reset();
	add_cache("vmap_area", 64, STATEMENT_NO, 5000, 4500);
	suspects = find();
	assert_int_equal(suspects.nr, 0);
	suspects__free(&suspects);
}

static void test_what_the_user_chose_stays(void **state)
{
	struct suspects suspects;
	struct trace_options options = plain;
	char list[256];

	(void)state;
	reset();
	add_cache("kmalloc-512", 512, STATEMENT_NO, 5000, 4500);
	options.cache = "filp";
	suspects = find();
	assert_false(suspects__wants_caches(&suspects, &options));
	options.cache = NULL;
	options.origins_given = true;
	options.origins = ORIGIN_SLAB | ORIGIN_PAGES;
	options = narrow(&suspects, options, list, sizeof(list));
	assert_int_equal(options.origins, ORIGIN_SLAB | ORIGIN_PAGES);
	assert_string_equal(options.cache, "kmalloc-512");
	suspects__free(&suspects);
}

static void test_too_many_caches_are_all_of_them(void **state)
{
	static char names[KLEAK_MAX_WANTED + 1][16];
	struct suspects suspects;
	struct trace_options options;
	char list[1024];

	(void)state;
	reset();
	for (int i = 0; i < KLEAK_MAX_WANTED; i++) {
		snprintf(names[i], sizeof(names[i]), "cache%d", i);
		add_cache(names[i], 100, STATEMENT_NO, 5000 - i, 4500 - i);
	}
	suspects = find();
	options = narrow(&suspects, plain, list, sizeof(list));
	assert_non_null(options.cache);
	suspects__free(&suspects);
	add_cache("another", 100, STATEMENT_UNKNOWN, 5000, 4900);
	suspects = find();
	options = narrow(&suspects, plain, list, sizeof(list));
	assert_null(options.cache);
	suspects__free(&suspects);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_grows),
		cmocka_unit_test(test_a_cache_that_grows),
		cmocka_unit_test(test_a_weak_suspect_is_traced_with_others_only),
		cmocka_unit_test(test_least_amounts),
		cmocka_unit_test(test_sure_enough),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_classes_are_traced_by_their_origins),
		cmocka_unit_test(test_caches_need_the_slab_allocator),
		cmocka_unit_test(test_a_list_has_to_fit),
		cmocka_unit_test(test_reclaimable_alone_is_not_traced),
		cmocka_unit_test(test_variants_of_kmalloc_are_one_class),
		cmocka_unit_test(test_what_is_traced),
		cmocka_unit_test(test_pages_are_wanted_where_no_counter_tells),
		cmocka_unit_test(test_a_decoy_is_no_suspect),
		cmocka_unit_test(test_what_the_user_chose_stays),
		cmocka_unit_test(test_too_many_caches_are_all_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
