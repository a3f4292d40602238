// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/flame.h"

#include <time.h>

#define SITES	  400
#define FRAMES	  12
#define MANY	  20000
#define DEEP	  56
#define FUNCTIONS 5

static uint64_t random_state = 1;

static unsigned int pick(unsigned int below)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(random_state >> 33) % below;
}

/* Sites with stacks of few functions, so that many begin alike. */
static struct report random_report(struct report_site *sites, struct symbols_frame *frames,
				   size_t nr, size_t depth, unsigned int functions)
{
	static const char *const names[] = {"a", "b", "c", "d", "e"};
	static const char *const caches[] = {"kmalloc-8", "dentry"};
	struct report report = golden_nothing();

	for (size_t i = 0; i < nr; i++) {
		struct symbols_frame *stack = frames + i * depth;
		size_t length = depth - pick((unsigned int)depth / 3);

		for (size_t f = 0; f < length; f++) {
			stack[f] = (struct symbols_frame){.address = pick(1000),
							  .symbol = names[pick(functions)],
							  .offset = pick(1000)};
			if (!pick(10))
				stack[f].module = names[pick(functions)];
		}
		sites[i] = (struct report_site){.id = i,
						.bytes = pick(10) ? pick(100000) : 0,
						.objects = pick(10),
						.origin = "slab",
						.cache = caches[pick(2)],
						.stack = stack,
						.nr_frames = length,
						.verdict.is = {pick(VERDICTS), "why", NAN}};
	}
	report.sites = sites;
	report.nr_sites = report.nr_sites_all = nr;
	return report;
}

static double end_of(const struct flame_box *box)
{
	return box->start + box->weight;
}

static bool is_text(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* Is what stands in them the same? */
static bool are_alike(const struct flame_box *a, const struct flame_box *b)
{
	const struct symbols_frame *x = a->frame, *y = b->frame;

	if (!x || !y)
		return !x && !y && is_text(a->site->origin, b->site->origin) &&
		       is_text(a->site->cache, b->site->cache);
	return is_text(x->symbol, y->symbol) && is_text(x->module, y->module) &&
	       x->inlined == y->inlined && (x->symbol || x->address == y->address);
}

/* No two boxes that stand on one are alike: they would be one. */
static void check_unlike(const struct flame *flame)
{
	for (size_t i = 0; i < flame->nr; i++) {
		const struct flame_box *box = &flame->boxes[i];

		for (size_t j = i; j-- > 0 && flame->boxes[j].level >= box->level;)
			if (flame->boxes[j].level == box->level)
				assert_false(are_alike(&flame->boxes[j], box));
	}
}

/*
 * Boxes stand on those they belong to, beside each other without overlap, the widest first; what
 * stands on a box weighs no more than it.
 */
static void check_layout(const struct flame *flame)
{
	const struct flame_box *below[FLAME_LEVELS] = {}; /* the last one on each level */
	double filled[FLAME_LEVELS] = {};		  /* where the next one begins */

	for (size_t i = 0; i < flame->nr; i++) {
		const struct flame_box *box = &flame->boxes[i];
		double by_verdict = 0;

		assert_true(box->level < flame->levels);
		assert_true(box->weight > 0 && box->sites > 0);
		if (box->level) {
			const struct flame_box *parent = below[box->level - 1];
			const struct flame_box *left = below[box->level];

			assert_non_null(parent);
			assert_true(box->start >= parent->start && end_of(box) <= end_of(parent));
			assert_true(box->start == filled[box->level]);
			if (left && left->start >= parent->start)
				assert_true(left->weight >= box->weight);
		}
		for (int v = 0; v < VERDICTS; v++)
			by_verdict += box->of[v];
		assert_true(by_verdict == box->weight);
		below[box->level] = box;
		filled[box->level] = end_of(box);
		if (box->level + 1 < FLAME_LEVELS)
			filled[box->level + 1] = box->start;
		for (size_t level = box->level + 1; level < FLAME_LEVELS && below[level]; level++)
			below[level] = NULL;
	}
}

static void test_layout(void **state)
{
	static struct report_site sites[SITES];
	static struct symbols_frame frames[SITES * FRAMES];

	(void)state;
	for (int round = 0; round < 50; round++) {
		struct report report =
			random_report(sites, frames, 1 + pick(SITES), FRAMES, 1 + pick(FUNCTIONS));
		struct flame flame = {};
		double bytes = 0;

		for (size_t i = 0; i < report.nr_sites; i++)
			bytes += (double)sites[i].bytes;
		assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
		check_layout(&flame);
		check_unlike(&flame);
		assert_int_equal(flame.left_out, 0);
		if (bytes > 0)
			assert_true(flame.boxes[0].weight == bytes);
		flame__free(&flame);
	}
}

/* Every site's bytes stand on top, once. */
static void test_caches_are_the_tops(void **state)
{
	static struct report_site sites[SITES];
	static struct symbols_frame frames[SITES * FRAMES];
	struct report report = random_report(sites, frames, SITES, FRAMES, 2);
	struct flame flame = {};
	double tops = 0;
	size_t nr = 0, weighing = 0;

	(void)state;
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
	for (size_t i = 0; i < flame.nr; i++) {
		const struct flame_box *box = &flame.boxes[i];

		if (!box->level || box->frame)
			continue;
		tops += box->weight;
		nr += box->sites;
	}
	for (size_t i = 0; i < SITES; i++)
		weighing += sites[i].bytes > 0;
	assert_true(tops == flame.boxes[0].weight);
	assert_int_equal(nr, weighing);
	flame__free(&flame);
}

/* A box has the cause that all of its sites have. */
static void test_causes(void **state)
{
	static const struct symbols_frame stack[] = {{.symbol = "inner"}, {.symbol = "outer"}};
	static const struct symbols_frame other[] = {{.symbol = "other"}, {.symbol = "outer"}};
	const struct report_site sites[] = {
		{.bytes = 3, .cache = "a", .origin = "slab", .stack = stack, .nr_frames = 2},
		{.bytes = 2, .cache = "b", .origin = "slab", .stack = stack, .nr_frames = 2},
		{.bytes = 1, .cache = "c", .origin = "slab", .stack = other, .nr_frames = 2},
	};
	static const uint32_t cause_of[] = {7, 7, 0};
	struct report report = golden_nothing();
	struct flame flame = {.cause_of = cause_of};

	(void)state;
	report.sites = sites;
	report.nr_sites = NR(sites);
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
	assert_int_equal(flame.nr, 7); /* all, outer, inner, a, b, other, c */
	for (size_t i = 0; i < flame.nr; i++) {
		const struct flame_box *box = &flame.boxes[i];
		bool inner = box->sites < 3 && box->site != &sites[2];

		assert_int_equal(box->cause, inner ? 7 : 0);
	}
	flame__free(&flame);
}

/* golden: two stacks that share their innermost function only, one without frames. */
static void test_golden(void **state)
{
	struct report report = golden_report();
	struct flame flame = {};

	(void)state;
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_OBJECTS, 0), 0);
	check_layout(&flame);
	assert_int_equal(flame.levels, 8);
	assert_int_equal(flame.nr, 1 + 7 + 3 + 1 + 2);
	assert_null(flame.boxes[0].frame);
	assert_string_equal(flame.boxes[1].frame->symbol, "ksys_write");
	assert_true(flame.boxes[1].bytes == 37120 * 256);
	assert_true(flame.boxes[0].objects == 37134);
	assert_int_equal(flame__verdict(&flame.boxes[0]), VERDICT_LEAK);
	assert_true(flame__is_mixed(&flame.boxes[0]));
	assert_false(flame__is_mixed(&flame.boxes[1]));
	flame__free(&flame);
}

/* Of equal functions at other offsets one box is made; of an inlined one another. */
static void test_alike(void **state)
{
	static const struct symbols_frame stacks[][1] = {
		{{.address = 1, .symbol = "f", .offset = 1}},
		{{.address = 2, .symbol = "f", .offset = 2}},
		{{.address = 3, .symbol = "f", .inlined = true}},
		{{.address = 4, .symbol = "f", .module = "m"}},
		{{.address = 5}},
		{{.address = 6}},
	};
	struct report_site sites[NR(stacks)];
	struct report report = golden_nothing();
	struct flame flame = {};
	size_t functions = 0;

	(void)state;
	for (size_t i = 0; i < NR(stacks); i++) {
		sites[i] = golden_sites[0];
		sites[i].stack = stacks[i];
		sites[i].nr_frames = 1;
	}
	report.sites = sites;
	report.nr_sites = NR(stacks);
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
	check_layout(&flame);
	for (size_t i = 0; i < flame.nr; i++)
		functions += flame.boxes[i].level == 1;
	assert_int_equal(functions, NR(stacks) - 1);
	assert_int_equal(flame.boxes[1].sites, 2);
	flame__free(&flame);
}

static void test_narrow(void **state)
{
	struct report report = golden_report();
	struct flame flame = {};

	(void)state;
	/* 192 and 64 bytes of 11 MB */
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0.001), 0);
	check_layout(&flame);
	assert_int_equal(flame.nr, 1 + 7 + 3);
	assert_int_equal(flame.left_out, 2);
	assert_true(flame.left_out_weight == 256);
	flame__free(&flame);
}

static void test_nothing(void **state)
{
	struct report report = golden_nothing();
	struct flame flame = {};

	(void)state;
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0.1), 0);
	assert_int_equal(flame.nr, 0);
	report = golden_report();
	report.sites = &golden_sites[1];
	report.nr_sites = 1;
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_GROWTH, 0.1), 0);
	assert_int_equal(flame.nr, 0);
	flame__free(&flame);
}

/* Stacks that are deeper than a picture is high. */
static void test_too_deep(void **state)
{
	static struct symbols_frame frames[4 * FLAME_LEVELS];
	struct report_site site = golden_sites[0];
	struct report report = golden_nothing();
	struct flame flame = {};

	(void)state;
	for (size_t i = 0; i < NR(frames); i++)
		frames[i].symbol = "f";
	site.stack = frames;
	site.nr_frames = NR(frames);
	report.sites = &site;
	report.nr_sites = 1;
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
	assert_int_equal(flame.levels, FLAME_LEVELS);
	assert_int_equal(flame.nr, FLAME_LEVELS);
	flame__free(&flame);
}

/* What laying out so many sites takes, in seconds of the CPU's. */
static double seconds_for(struct flame *flame, struct report report, size_t nr)
{
	clock_t start = clock();

	report.nr_sites = nr;
	assert_int_equal(flame__lay_out(flame, &report, WEIGHT_BYTES, 0.1 / 1200), 0);
	return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Ten times the sites with deep stacks take little more than ten times the time. */
static void test_many(void **state)
{
	struct report_site *sites = calloc(MANY, sizeof(*sites));
	struct symbols_frame *frames = calloc((size_t)MANY * DEEP, sizeof(*frames));
	struct flame flame = {};
	struct report report;
	double few_s, many_s;

	(void)state;
	assert_non_null(sites);
	assert_non_null(frames);
	report = random_report(sites, frames, MANY, DEEP, 2);
	few_s = seconds_for(&flame, report, MANY / 10);
	flame__free(&flame);
	many_s = seconds_for(&flame, report, MANY);
	assert_true(many_s < 30 * few_s);
	check_layout(&flame);
	assert_true(flame.left_out > 0);
	flame__free(&flame);
	free(sites);
	free(frames);
}

/* The most of its weight; of two that weigh the same the worse. */
static void test_the_verdict_of_a_box(void **state)
{
	struct flame_box box = {};

	(void)state;
	box.of[VERDICT_CHURN] = 2;
	assert_int_equal(flame__verdict(&box), VERDICT_CHURN);
	assert_false(flame__is_mixed(&box));
	box.of[VERDICT_LEAK] = 2;
	assert_int_equal(flame__verdict(&box), VERDICT_LEAK);
	assert_true(flame__is_mixed(&box));
	box.of[VERDICT_CHURN] = 3;
	assert_int_equal(flame__verdict(&box), VERDICT_CHURN);
	box = (struct flame_box){.of = {[VERDICT_NEW] = 2, [VERDICT_LEAK] = 1}};
	assert_int_equal(flame__verdict(&box), VERDICT_NEW);
	assert_true(flame__is_mixed(&box));
	memset(&box, 0, sizeof(box));
	box.of[VERDICTS - 1] = 1;
	assert_int_equal(flame__verdict(&box), VERDICTS - 1);
	assert_false(flame__is_mixed(&box));
}

/* The sites of one frame each, or of none where it has no address, that weigh the same. */
static void lay_out_frames(struct flame *flame, const struct symbols_frame *frames, size_t nr)
{
	static struct report_site sites[16];
	struct report report = golden_nothing();

	assert_true(nr <= NR(sites));
	for (size_t i = 0; i < nr; i++) {
		sites[i] = golden_sites[0];
		sites[i].stack = &frames[i];
		sites[i].nr_frames = frames[i].address ? 1 : 0;
	}
	report.sites = sites;
	report.nr_sites = nr;
	assert_int_equal(flame__lay_out(flame, &report, WEIGHT_BYTES, 0), 0);
}

/* Of boxes that are as wide the order is always the same, however the sites are listed. */
static void test_the_order_of_equals(void **state)
{
	static const struct symbols_frame sorted[] = {
		{.address = 0},
		{.address = 5},
		{.address = 6},
		{.address = 9, .module = "m"},
		{.address = 4, .symbol = "f"},
		{.address = 3, .symbol = "f", .inlined = true},
		{.address = 2, .symbol = "f", .module = "m"},
		{.address = 1, .symbol = "f", .module = "n"},
		{.address = 1, .symbol = "g"},
	};

	(void)state;
	for (size_t turn = 0; turn < NR(sorted); turn++) {
		struct symbols_frame frames[NR(sorted)];
		struct flame flame = {};
		size_t found = 0;

		for (size_t i = 0; i < NR(sorted); i++)
			frames[i] = sorted[turn % 2 ? (i + turn) % NR(sorted)
						    : (2 * NR(sorted) - 1 - i - turn) % NR(sorted)];
		lay_out_frames(&flame, frames, NR(sorted));
		check_layout(&flame);
		for (size_t i = 0; i < flame.nr; i++) {
			const struct flame_box *box = &flame.boxes[i];

			if (box->level != 1)
				continue;
			if (found)
				assert_memory_equal(box->frame, &sorted[found],
						    sizeof(*box->frame));
			else
				assert_null(box->frame);
			found++;
		}
		assert_int_equal(found, NR(sorted));
		flame__free(&flame);
	}
}

/* Without frames it is the origin and then the cache that tells; the first of equals is the box's.
 */
static void test_the_order_of_caches(void **state)
{
	static const char *const names[][2] = {{"slab", "b"},  {"vmalloc", "a"}, {"slab", "a"},
					       {"slab", "b"},  {"slab", "a"},	 {"slab", "c"},
					       {"percpu", "z"}};
	struct report_site sites[NR(names)];
	struct report report = golden_nothing();
	struct flame flame = {};

	(void)state;
	for (size_t i = 0; i < NR(names); i++) {
		sites[i] = golden_sites[0];
		sites[i].nr_frames = 0;
		sites[i].origin = names[i][0];
		sites[i].cache = names[i][1];
		sites[i].growth_bytes_per_min = 1;
	}
	report.sites = sites;
	report.nr_sites = NR(names);
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0), 0);
	check_layout(&flame);
	assert_int_equal(flame.nr, 6);
	assert_int_equal(flame.levels, 2);
	assert_ptr_equal(flame.boxes[1].site, &sites[2]); /* two that are a slab's "a" */
	assert_ptr_equal(flame.boxes[2].site, &sites[0]);
	assert_ptr_equal(flame.boxes[3].site, &sites[6]);
	assert_ptr_equal(flame.boxes[4].site, &sites[5]);
	assert_ptr_equal(flame.boxes[5].site, &sites[1]);
	assert_int_equal(flame.boxes[1].sites, 2);
	assert_true(flame.boxes[0].growth == 7);
	assert_true(flame.boxes[1].growth == 2);
	assert_true(flame.boxes[1].bytes == 2 * (double)sites[0].bytes);
	assert_true(flame.boxes[1].objects == 2 * (double)sites[0].objects);
	flame__free(&flame);
	assert_null(flame.boxes);
	assert_int_equal(flame.nr, 0);
}

/* Just as wide as asked for is wide enough; what is left out is counted on every level. */
static void test_what_is_left_out(void **state)
{
	static const struct symbols_frame stacks[][2] = {{{.symbol = "a"}, {.symbol = "f"}},
							 {{.symbol = "b"}, {.symbol = "f"}},
							 {{.symbol = "c"}, {.symbol = "f"}},
							 {{.symbol = "d"}, {.symbol = "g"}},
							 {{.symbol = "e"}, {.symbol = "h"}}};
	static const uint64_t bytes[] = {50, 25, 13, 10, 2};
	struct report_site sites[NR(bytes)];
	struct report report = golden_nothing();
	struct flame flame = {};

	(void)state;
	for (size_t i = 0; i < NR(bytes); i++) {
		sites[i] = golden_sites[0];
		sites[i].bytes = bytes[i];
		sites[i].stack = stacks[i];
		sites[i].nr_frames = 2;
		sites[i].verdict.is.why = i ? "why" : NULL;
	}
	report.sites = sites;
	report.nr_sites = NR(bytes);
	assert_int_equal(flame__lay_out(&flame, &report, WEIGHT_BYTES, 0.25), 0);
	check_layout(&flame);
	assert_int_equal(flame.nr, 1 + 1 + 2 + 2); /* f; a and b; their caches */
	assert_int_equal(flame.left_out, 3);	   /* c, g, h */
	assert_true(flame.left_out_weight == 25);
	assert_true(flame.boxes[0].weight == 100);
	/* who has no verdict yet is new */
	assert_true(flame.boxes[0].of[VERDICT_NEW] == 50);
	assert_true(flame.boxes[0].of[VERDICT_LEAK] == 50);
	flame__free(&flame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_caches_are_the_tops),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_alike),
		cmocka_unit_test(test_narrow),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_too_deep),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_the_verdict_of_a_box),
		cmocka_unit_test(test_the_order_of_equals),
		cmocka_unit_test(test_the_order_of_caches),
		cmocka_unit_test(test_what_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
