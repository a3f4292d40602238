// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/diff_json.h"
#include "render/diff_text.h"
#include "report/diff.h"

#include <errno.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/diff.schema.json"

static struct image builds[] = {
	{.name = "", .build_id = {1}, .build_id_length = 1},
	{.name = "kleak_test", .build_id = {2}, .build_id_length = 1},
};
static struct image others[] = {
	{.name = "", .build_id = {1}, .build_id_length = 1},
	{.name = "kleak_test", .build_id = {3}, .build_id_length = 1},
};
static const struct images known = {builds, NR(builds)}, rebuilt = {others, NR(others)},
			   unknown = {};

/* The same report after another boot: the leak has grown, one site went, one came. */
static struct report_site later_sites[4];
static struct symbols_frame moved[NR(golden_write_stack)];

static struct report later(void)
{
	static const struct symbols_frame new_stack[] = {
		{.address = 0xffffffff81111111, .symbol = "new_leak", .offset = 0x11}};
	struct report report = golden_report();

	for (size_t i = 0; i < NR(moved); i++) {
		moved[i] = golden_write_stack[i];
		moved[i].address += 0x200000;
	}
	later_sites[0] = golden_sites[0];
	later_sites[0].id = 42;
	later_sites[0].stack = moved;
	later_sites[0].bytes += 1000 * 256;
	later_sites[0].objects += 1000;
	later_sites[1] = golden_sites[1];
	later_sites[2] = golden_sites[2];
	later_sites[2].cache = "inode_cache";
	later_sites[3] = golden_sites[2];
	later_sites[3].id = 99;
	later_sites[3].cache = "kmalloc-8k";
	later_sites[3].bytes = 819200;
	later_sites[3].objects = 100;
	later_sites[3].stack = new_stack;
	later_sites[3].nr_frames = 1;
	report.sites = later_sites;
	report.time.tv_sec += 3600;
	report.elapsed_s = 30;
	report.nr_sites = report.nr_sites_all = NR(later_sites);
	return report;
}

static struct diff make(const struct report *before, const struct report *after,
			const struct images *a, const struct images *b, size_t top)
{
	const struct diff_side sides[] = {
		{"before.kleak", before, a, "#1"},
		{"after\x1b[2J.kleak", after, b, "#1"},
	};
	struct diff diff;

	assert_int_equal(diff__make(&diff, &sides[0], &sides[1], top), 0);
	return diff;
}

static char *text_of(const struct diff *diff, bool color)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(diff_text__print(diff, color, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *json_of(const struct diff *diff)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(diff_json__print(diff, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void compare(const char *name, char *text)
{
	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	struct report before = golden_report(), after = later();
	struct diff diff = make(&before, &after, &known, &known, 0);

	(void)state;
	compare("diff.txt", text_of(&diff, false));
	compare("diff-color.txt", text_of(&diff, true));
	compare("diff.json", json_of(&diff));
	diff__free(&diff);
	diff = make(&before, &after, &unknown, &unknown, 1);
	compare("diff-top.txt", text_of(&diff, false));
	diff__free(&diff);
}

static void test_sums(void **state)
{
	struct report before = golden_report(), after = later();
	struct diff diff = make(&before, &after, &known, &known, 0);

	(void)state;
	assert_true(diff.same_build);
	assert_int_equal(diff.nr_sites, 6);
	assert_int_equal(diff.nr_both, 2);
	assert_int_equal(diff.nr_only[DIFF_BEFORE], 2);
	assert_int_equal(diff.nr_only[DIFF_AFTER], 2);
	assert_int_equal(diff.nr_changed, 5);
	/* largest first: the new one, the leak, then what is small */
	assert_int_equal(diff.sites[0].bytes_delta, 819200);
	assert_false(diff.sites[0].is_in[DIFF_BEFORE]);
	assert_int_equal(diff.sites[1].bytes_delta, 256000);
	assert_int_equal(diff.sites[1].objects_delta, 1000);
	assert_int_equal(diff.sites[1].site->id, 42); /* as it is now */
	assert_int_equal(diff.sites[2].bytes_delta, 192);
	assert_int_equal(diff.sites[3].bytes_delta, -192);
	assert_int_equal(diff.sites[5].bytes_delta, 0);
	assert_int_equal(diff.bytes_delta, 819200 + 256000 - 64);
	assert_int_equal(diff.nr_ledger, NR(golden_ledger));
	assert_true(diff.ledger[0].kernel_delta == 0);
	diff__free(&diff);
}

static void test_same(void **state)
{
	struct report report = golden_report(), nothing = golden_nothing();
	struct diff diff = make(&report, &report, &unknown, &unknown, 0);
	char *text = text_of(&diff, false);

	(void)state;
	assert_int_equal(diff.nr_changed, 0);
	assert_non_null(strstr(text, "no site differs"));
	diff__free(&diff);
	free(text);
	diff = make(&nothing, &report, &unknown, &unknown, 0);
	assert_int_equal(diff.nr_only[DIFF_AFTER], 4);
	diff__free(&diff);
}

/* Whether the leak is found again when its offsets have changed. */
static bool is_found(size_t frame, const struct images *a, const struct images *b)
{
	struct report before = golden_report(), after = later();
	struct diff diff;
	bool found;

	moved[frame].offset += 8;
	diff = make(&before, &after, a, b, 0);
	found = diff.nr_both == 2;
	diff__free(&diff);
	return found;
}

/* Offsets tell sites apart where the code is the same, and only there. */
static void test_offsets(void **state)
{
	(void)state;
	/* of a module: */
	assert_false(is_found(0, &known, &known));
	assert_true(is_found(0, &known, &rebuilt));
	assert_true(is_found(0, &unknown, &unknown));
	/* of the kernel; without build-ids release and version are the same here */
	assert_false(is_found(3, &known, &rebuilt));
	assert_false(is_found(3, &unknown, &unknown));
}

static void test_other_kernel(void **state)
{
	struct report before = golden_report(), after = later();
	struct diff diff;

	(void)state;
	after.kernel = "6.13";
	moved[3].offset += 8;
	diff = make(&before, &after, &unknown, &unknown, 0);
	assert_false(diff.same_build);
	assert_int_equal(diff.nr_both, 2);
	diff__free(&diff);
}

/* Frames that only debug info knows, in one of the two. */
static void test_inlined(void **state)
{
	struct report before = golden_report(), after = later();
	struct symbols_frame stack[NR(moved) + 1];
	struct diff diff;

	(void)state;
	memcpy(stack + 1, moved, sizeof(moved));
	stack[0] = moved[0];
	stack[0].symbol = "kmalloc";
	stack[0].inlined = true;
	later_sites[0].stack = stack;
	later_sites[0].nr_frames = NR(stack);
	diff = make(&before, &after, &known, &known, 0);
	assert_int_equal(diff.nr_both, 2);
	diff__free(&diff);
}

static void test_huge(void **state)
{
	struct report nothing = golden_nothing(), huge = golden_huge();
	struct diff diff = make(&nothing, &huge, &unknown, &unknown, 0);

	(void)state;
	assert_int_equal(diff.sites[0].bytes_delta, INT64_MAX);
	free(text_of(&diff, false));
	free(json_of(&diff));
	diff__free(&diff);
	diff = make(&huge, &nothing, &unknown, &unknown, 0);
	assert_int_equal(diff.sites[0].bytes_delta, -INT64_MAX);
	diff__free(&diff);
}

/* What is not shown is summed up, though all of it is more than an integer holds. */
static void test_huge_rest(void **state)
{
	static const char *const caches[] = {"a", "b", "c", "d", "e"};
	struct report_site sites[NR(caches)] = {};
	struct report before = golden_nothing(), nothing = golden_nothing();
	struct diff diff;
	char *text;

	(void)state;
	for (size_t i = 0; i < NR(caches); i++)
		sites[i] = (struct report_site){
			.origin = "slab", .cache = caches[i], .bytes = INT64_MAX, .objects = 1};
	before.sites = sites;
	before.nr_sites = before.nr_sites_all = NR(caches);
	diff = make(&before, &nothing, &unknown, &unknown, 3);
	text = text_of(&diff, false);
	assert_non_null(strstr(text, "… and 2 more sites with -16.0E\n"));
	free(text);
	diff__free(&diff);
}

static void test_as_the_schema_says(void **state)
{
	struct report before = golden_report(), after = later(), huge = golden_huge(),
		      hostile = golden_hostile();
	struct diff list[] = {
		make(&before, &after, &known, &known, 0),
		make(&after, &hostile, &unknown, &known, 1),
		make(&hostile, &huge, &unknown, &known, 0),
	};
	FILE *check = popen(CHECK, "w");

	(void)state;
	assert_non_null(check);
	for (size_t i = 0; i < NR(list); i++) {
		char *text = json_of(&list[i]);

		fputs(text, check);
		free(text);
		diff__free(&list[i]);
	}
	assert_int_equal(pclose(check), 0);
}

static void test_output_fails(void **state)
{
	struct report report = golden_report();
	struct diff diff = make(&report, &report, &unknown, &unknown, 0);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(diff_json__print(&diff, full), -EIO);
	assert_int_equal(diff_text__print(&diff, false, full), -EIO);
	fclose(full);
	/* also where it failed before the end */
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(diff_text__print(&diff, false, full), -EIO);
	fclose(full);
	diff__free(&diff);
}

/* By how much, up before down, by objects, by what there is now, by id. */
static void test_order(void **state)
{
	/* bytes and objects before, and now */
	static const struct {
		uint64_t bytes[2], objects[2];
	} wanted[] = {
		{{0, 900}, {1, 1}}, {{100, 800}, {1, 1}}, {{800, 100}, {1, 1}},
		{{50, 50}, {9, 1}}, {{50, 50}, {1, 5}},	  {{70, 70}, {1, 3}},
		{{60, 60}, {1, 3}}, {{40, 40}, {7, 7}},	  {{40, 40}, {7, 7}},
	};
	(void)state;
	/* however they are listed, and whatever they hash to */
	for (size_t turn = 0; turn < NR(wanted); turn++) {
		struct report_site sites[2][NR(wanted)] = {};
		struct report before = golden_nothing(), after = golden_nothing();
		char caches[NR(wanted)][2];
		struct diff diff;

		for (size_t i = 0; i < NR(wanted); i++) {
			snprintf(caches[i], sizeof(caches[i]), "%c",
				 (char)('z' - (i + turn) % NR(wanted)));
			for (int side = 0; side < 2; side++)
				sites[side][(i * 4 + 2 + turn) % NR(wanted)] =
					(struct report_site){.id = i + 1,
							     .origin = "slab",
							     .cache = caches[i],
							     .bytes = wanted[i].bytes[side],
							     .objects = wanted[i].objects[side]};
		}
		before.sites = sites[0];
		after.sites = sites[1];
		before.nr_sites = before.nr_sites_all = after.nr_sites = after.nr_sites_all =
			NR(wanted);
		diff = make(&before, &after, &unknown, &unknown, 0);
		assert_int_equal(diff.nr_both, NR(wanted));
		assert_int_equal(diff.nr_changed, NR(wanted) - 2);
		for (size_t i = 0; i < NR(wanted); i++)
			assert_int_equal(diff.sites[i].site->id, i + 1);
		diff__free(&diff);
		assert_null(diff.sites);
	}
}

static void test_one_more(void **state)
{
	struct report_site site = {.origin = "slab", .cache = "a", .bytes = 512, .objects = 1},
			   sites[2] = {site, site};
	struct report before = golden_nothing(), nothing = golden_nothing();
	struct diff diff;
	char *text;

	(void)state;
	sites[1].cache = "b";
	sites[0].bytes = 1024;
	before.sites = sites;
	before.nr_sites = before.nr_sites_all = 2;
	diff = make(&before, &nothing, &unknown, &unknown, 1);
	text = text_of(&diff, false);
	assert_non_null(strstr(text, "… and 1 more site with -512\n"));
	free(text);
	diff__free(&diff);
}

/* The same stack in both, once with that image of the module and once with this one. */
static bool is_same_module(struct image before, struct image after)
{
	struct images left = {&before, 1}, right = {&after, 1};
	struct report a = golden_report(), b = later();
	struct diff diff;
	bool same;

	moved[0].offset += 8;
	diff = make(&a, &b, &left, &right, 0);
	same = diff.nr_both == 1; /* offsets tell them apart */
	diff__free(&diff);
	return same;
}

/* Build-ids are the same when all of their bytes are; none tells nothing. */
static void test_build_ids(void **state)
{
	const struct image one = {.name = "kleak_test", .build_id = {1, 2}, .build_id_length = 2};
	struct image other = one, none = one;

	(void)state;
	assert_true(is_same_module(one, other));
	other.build_id[1] = 3;
	assert_false(is_same_module(one, other));
	other = one;
	other.build_id_length = 1;
	assert_false(is_same_module(one, other));
	assert_false(is_same_module(other, one));
	none.build_id_length = 0;
	assert_false(is_same_module(none, none));
	assert_false(is_same_module(one, none));
}

static bool is_same_build(const struct images *a, const struct images *b, const char *release,
			  const char *version)
{
	struct report before = golden_nothing(), after = golden_nothing();
	const struct diff_side sides[] = {{"a", &before, a, "#1"}, {"b", &after, b, version}};
	struct diff diff;
	bool same;

	after.kernel = release;
	assert_int_equal(diff__make(&diff, &sides[0], &sides[1], 0), 0);
	same = diff.same_build;
	diff__free(&diff);
	return same;
}

/* Without build-ids on both sides release and version tell. */
static void test_builds_of_the_kernel(void **state)
{
	static struct image one[] = {{.build_id = {1}, .build_id_length = 1}},
			    two[] = {{.build_id = {2}, .build_id_length = 1}}, bare[] = {{}};
	const struct images first = {one, 1}, second = {two, 1}, none = {bare, 1};

	(void)state;
	assert_true(is_same_build(&first, &first, "6.13", "#2"));
	assert_false(is_same_build(&first, &second, "6.1.0", "#1"));
	assert_true(is_same_build(&first, &none, "6.1.0", "#1"));
	assert_true(is_same_build(&none, &first, "6.1.0", "#1"));
	assert_true(is_same_build(&none, &none, "6.1.0", "#1"));
	assert_true(is_same_build(&unknown, &first, "6.1.0", "#1"));
	assert_false(is_same_build(&none, &none, "6.1.0", "#2"));
	assert_false(is_same_build(&none, &none, "6.1.1", "#1"));
}

/* Frames without names are told by their addresses. */
static void test_frames_without_names(void **state)
{
	struct symbols_frame stacks[] = {
		{.address = 0x1000}, {.address = 0x1000, .offset = 7}, {.address = 0x1008}};
	struct report_site sites[NR(stacks)];
	struct report before = golden_nothing(), after = golden_nothing();
	struct diff diff;

	(void)state;
	for (size_t i = 0; i < NR(stacks); i++) {
		sites[i] = golden_sites[0];
		sites[i].stack = &stacks[i];
		sites[i].nr_frames = 1;
	}
	before.sites = &sites[0];
	before.nr_sites = 1;
	after.sites = &sites[1];
	after.nr_sites = 1;
	diff = make(&before, &after, &known, &known, 0);
	assert_int_equal(diff.nr_both, 1);
	diff__free(&diff);
	after.sites = &sites[2];
	diff = make(&before, &after, &known, &known, 0);
	assert_int_equal(diff.nr_both, 0);
	diff__free(&diff);
}

/* Sites that are one, as nothing tells them apart, are summed up, and so are their errors. */
static void test_sites_that_are_one(void **state)
{
	struct report_site sites[4] = {golden_sites[2], golden_sites[2], golden_sites[2],
				       golden_sites[3]};
	struct report before = golden_nothing(), after = golden_nothing();
	struct diff diff;
	char *text;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sites[i].bytes = 1000 << i;
		sites[i].objects = 10 << i;
	}
	sites[3].bytes_error = 0.7;
	sites[1].bytes_error = 3072;
	sites[2].bytes_error = 4096;
	before.sites = sites;
	before.nr_sites = 1;
	before.sampling = 2;
	after.sites = sites + 1;
	after.nr_sites = 3;
	diff = make(&before, &after, &unknown, &unknown, 0);
	assert_int_equal(diff.nr_sites, 2);
	assert_int_equal(diff.nr_both, 1);
	assert_int_equal(diff.nr_only[DIFF_AFTER], 1);
	assert_int_equal(diff.nr_only[DIFF_BEFORE], 0);
	assert_int_equal(diff.sites[0].bytes[DIFF_BEFORE], 1000);
	assert_int_equal(diff.sites[0].bytes[DIFF_AFTER], 6000);
	assert_int_equal(diff.sites[0].bytes_delta, 5000);
	assert_int_equal(diff.sites[0].objects_delta, 50);
	assert_ptr_equal(diff.sites[0].site, &sites[1]); /* the first of those that are there now */
	assert_true(diff.sites[0].bytes_error == 5120);
	assert_int_equal(diff.bytes[DIFF_BEFORE], 1000);
	assert_int_equal(diff.bytes[DIFF_AFTER], 6064);
	text = text_of(&diff, true);
	assert_non_null(strstr(text, "1;31m   +4.9K\x1b[0m        +50  slab     dentry (±5.0K)\n"));
	assert_non_null(strstr(text, "percpu (±1)\n"));
	assert_non_null(strstr(text, "kernel 6.1.0  1 object in 2\n"));
	assert_non_null(strstr(text, "kernel 6.1.0\n"));
	free(text);
	diff__free(&diff);
}

/* A change of objects alone is one as well. */
static void test_objects_alone(void **state)
{
	struct report_site site = golden_sites[2];
	struct report before = golden_report(), after = golden_nothing();
	struct diff diff;

	(void)state;
	before.sites = &golden_sites[2];
	before.nr_sites = 1;
	site.objects += 3;
	after.sites = &site;
	after.nr_sites = 1;
	diff = make(&before, &after, &unknown, &unknown, 0);
	assert_int_equal(diff.nr_changed, 1);
	assert_int_equal(diff.sites[0].objects_delta, 3);
	diff__free(&diff);
}

/* What both have of the kernel's books; a difference takes two that are known. */
static void test_ledgers(void **state)
{
	static const struct coverage_class then[] = {
		{"vmalloc", MEMINFO_VMALLOC_USED, true, 1000, 10, 0, 0, 0, 0},
		{"percpu", MEMINFO_PERCPU, true, 5, 5, 0, 0, 0, 0},
		{"slab_unreclaimable", MEMINFO_S_UNRECLAIM, false, 0, 7, 0, 0, 0, 0},
	};
	static const struct coverage_class now[] = {
		{"slab_unreclaimable", MEMINFO_S_UNRECLAIM, true, 9, 8, 0, 0, 0, 0},
		{"slab_reclaimable", MEMINFO_S_RECLAIMABLE, true, 9, 9, 0, 0, 0, 0},
		{"vmalloc", MEMINFO_VMALLOC_USED, true, 3048, 30, 0, 0, 0, 0},
		{"percpu", MEMINFO_PERCPU, false, 0, 4, 0, 0, 0, 0},
	};
	struct report before = golden_nothing(), after = golden_nothing();
	struct diff diff;
	char *text;

	(void)state;
	before.ledger = then;
	before.nr_ledger = NR(then);
	after.ledger = now;
	after.nr_ledger = NR(now);
	diff = make(&before, &after, &unknown, &unknown, 0);
	assert_int_equal(diff.nr_ledger, 3);
	assert_true(isnan(diff.ledger[0].kernel_delta) && isnan(diff.ledger[2].kernel_delta));
	assert_true(diff.ledger[0].traced_delta == 1);
	assert_true(diff.ledger[1].kernel_delta == 2048);
	assert_true(diff.ledger[1].traced_delta == 20);
	assert_true(diff.ledger[2].traced_delta == -1);
	assert_ptr_equal(diff.ledger[1].side[DIFF_BEFORE], &then[0]);
	assert_ptr_equal(diff.ledger[1].side[DIFF_AFTER], &now[2]);
	text = text_of(&diff, false);
	assert_non_null(strstr(text, "SUnreclaim    unknown, traced 7 → 8 (+1)\n"
				     "VmallocUsed   +1000 → +3.0K (+2.0K), traced 10 → 30 (+20)\n"
				     "Percpu        unknown, traced 5 → 4 (-1)\n"));
	free(text);
	text = json_of(&diff);
	assert_non_null(strstr(text, "\"kernel_before_bytes\":null,\"kernel_after_bytes\":9,"
				     "\"kernel_delta_bytes\":null,\"traced_before_bytes\":7"));
	free(text);
	diff__free(&diff);
	assert_null(diff.ledger);
}

/* A difference that is no integer any more is not known, either way. */
static void test_huge_ledgers(void **state)
{
	struct coverage_class least[] = {
		{"vmalloc", MEMINFO_VMALLOC_USED, true, INT64_MIN, 0, 0, 0, 0, 0}};
	struct coverage_class most[] = {
		{"vmalloc", MEMINFO_VMALLOC_USED, true, INT64_MAX, 0, 0, 0, 0, 0}};
	struct report before = golden_nothing(), after = golden_nothing();

	(void)state;
	before.nr_ledger = after.nr_ledger = 1;
	for (int turn = 0; turn < 2; turn++) {
		struct diff diff;
		char *text;

		before.ledger = turn ? most : least;
		after.ledger = turn ? least : most;
		diff = make(&before, &after, &unknown, &unknown, 0);
		text = json_of(&diff);
		assert_non_null(strstr(text, "\"kernel_delta_bytes\":null"));
		free(text);
		diff__free(&diff);
	}
}

/* --top shows so many; what did not change is not shown to people. */
static void test_top(void **state)
{
	struct report before = golden_report(), after = later();
	struct diff diff = make(&before, &after, &known, &known, 6);
	char *text = text_of(&diff, false);

	(void)state;
	assert_int_equal(diff.nr_shown, 6);
	assert_null(strstr(text, " more site"));
	free(text);
	diff__free(&diff);
	diff = make(&before, &after, &known, &known, 7);
	assert_int_equal(diff.nr_shown, 6);
	diff__free(&diff);
	diff = make(&before, &after, &known, &known, 3);
	assert_int_equal(diff.nr_shown, 3);
	text = text_of(&diff, false);
	assert_non_null(strstr(text, "… and 2 more sites with -256\n"));
	free(text);
	diff__free(&diff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_other_kernel),
		cmocka_unit_test(test_inlined),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_huge_rest),
		cmocka_unit_test(test_as_the_schema_says),
		cmocka_unit_test(test_output_fails),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_one_more),
		cmocka_unit_test(test_build_ids),
		cmocka_unit_test(test_builds_of_the_kernel),
		cmocka_unit_test(test_frames_without_names),
		cmocka_unit_test(test_sites_that_are_one),
		cmocka_unit_test(test_objects_alone),
		cmocka_unit_test(test_ledgers),
		cmocka_unit_test(test_huge_ledgers),
		cmocka_unit_test(test_top),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
