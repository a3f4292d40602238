// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/census.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_even(struct census_cache *cache, void *arg)
{
	(void)arg;
	cache->bytes = cache->slabs * 4096;
	return cache->address % 2 == 0;
}

/* Every slab is as likely to be looked at. */
static void test_sample(void **state)
{
	struct census census = {};
	uint64_t sum = 0;

	(void)state;
	for (uint64_t slab = 0; slab < 10000; slab++)
		assert_int_equal(census__add_slab(&census, 8, slab), 0);
	assert_int_equal(census.nr, 1);
	assert_int_equal(census.caches[0].slabs, 10000);
	assert_int_equal(census.caches[0].nr_sample, CENSUS_SLABS);
	for (size_t i = 0; i < CENSUS_SLABS; i++)
		sum += census.caches[0].sample[i];
	/* the mean of 256 of 0 to 9999: 5000, standard error 180 */
	assert_in_range(sum / CENSUS_SLABS, 4300, 5700);
	census__free(&census);
}

static void test_the_largest_first(void **state)
{
	struct census census = {};

	(void)state;
	for (uint64_t cache = 2; cache <= 10; cache++)
		for (uint64_t slab = 0; slab < cache * 3; slab++)
			assert_int_equal(census__add_slab(&census, cache, slab), 0);
	census__keep(&census, is_even, NULL);
	assert_int_equal(census.nr, 5);
	census__sort(&census, 3);
	assert_int_equal(census.nr, 3);
	assert_int_equal(census.caches[0].address, 10);
	assert_int_equal(census.caches[2].address, 6);
	census__free(&census);
}

/* Of a hundred: 50 hold a path, 20 one byte, 10 a text further on, 4 another one. */
static void hold(struct census_cache *cache, int i)
{
	struct contents contents = {.kind = CONTENTS_TEXT};

	if (i < 50)
		snprintf(contents.text, sizeof(contents.text), "/run/user/%s", i % 2 ? "a" : "b");
	else if (i < 70)
		contents = (struct contents){.kind = CONTENTS_BYTE, .byte = 0xa5};
	else if (i < 84)
		strcpy(contents.text, i < 80 ? "firmware-#.bin\x1b[2J" : "chance");
	if (i >= 70 && i < 80)
		contents.offset = 0x18;
	if (i < 84)
		assert_int_equal(census__add_contents(cache, &contents), 0);
}

static struct census made_up(void)
{
	struct census census = {.kernel = "6.12.0", .seconds = 0.25};
	struct census_cache *cache;

	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	assert_int_equal(census__add_slab(&census, 2, 4096), 0);
	census__keep(&census, is_even, NULL);
	cache = &census.caches[0];
	strcpy(cache->name, "kmalloc-512\x1b[2J");
	cache->live = 100;
	for (int i = 0; i < 100; i++) {
		if (i < 91)
			assert_int_equal(census__add_word(cache, 0x20, 0xffffffffc0001000), 0);
		if (i < 30)
			assert_int_equal(census__add_word(cache, 0x28, 0xffffffffc0001000), 0);
		if (i < 4)
			assert_int_equal(census__add_word(cache, 0x30, 0xffffffffc0001000), 0);
		hold(cache, i);
	}
	census__end_cache(cache);
	strcpy(cache->words[0].symbol, "foo_ops [mod]");
	cache->pointers[0] = (struct census_pointer){
		.offset = 0x10, .value = 0xffff888000004000, .objects = 99, .device = "wlan\x1b"};
	cache->pointers[1] = (struct census_pointer){.offset = 0x18,
						     .value = 0xffff888000005000,
						     .objects = 60,
						     .cache = "kmalloc-64",
						     .is = {.text = "queue-#", .offset = 8}};
	cache->pointers[2] =
		(struct census_pointer){.offset = 0x20, .objects = 40, .cache = "filp"};
	cache->nr_pointers = 3;
	return census;
}

static void test_words(void **state)
{
	struct census census = made_up();
	const struct census_cache *cache = &census.caches[0];

	(void)state;
	assert_int_equal(cache->objects, 100);
	assert_int_equal(cache->nr_listed, 2); /* 4% are chance */
	assert_int_equal(cache->words[0].objects, 91);
	assert_int_equal(cache->words[0].offset, 0x20);
	assert_int_equal(cache->words[1].objects, 30);
	census__free(&census);
}

static char *printed(const struct census *census, bool json)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (json)
		assert_int_equal(census__print_json(census, out), 0);
	else
		assert_int_equal(census__print_text(census, false, out), 0);
	fclose(out);
	return text;
}

static void test_print(void **state)
{
	struct census census = made_up();
	char *text = printed(&census, false);

	(void)state;
	assert_string_equal(
		text, "   bytes    objects  sampled  cache\n"
		      "    8.0K        100      100  kmalloc-512\\x1b[2J\n"
		      "                               91% hold foo_ops [mod] at +0x20\n"
		      "                               30% hold 0xffffffffc0001000 (no name)"
		      " at +0x28\n"
		      "                               99% point to one place in pages at"
		      " +0x10: the network device wlan\\x1b\n"
		      "                               60% point to one object of kmalloc-64 at"
		      " +0x18, which holds \"queue-#\"\n"
		      "                               40% point to objects of filp at +0x20\n"
		      "                               50% begin with \"/run/user/\"\n"
		      "                               20% hold nothing but bytes 0xa5\n"
		      "                               10% hold \"firmware-#.bin\\x1b[2J\" at"
		      " +0x18\n");
	free(text);
	text = printed(&census, true);
	assert_non_null(strstr(
		text, "\"offset\":32,\"addr\":\"0xffffffffc0001000\",\"symbol\":"
		      "\"foo_ops [mod]\",\"symbol_offset\":0,\"objects\":91,\"share\":0.91"));
	assert_non_null(strstr(text, "\"symbol\":null,\"symbol_offset\":null"));
	assert_non_null(strstr(text, "{\"offset\":16,\"cache\":null,"
				     "\"addr\":\"0xffff888000004000\",\"device\":\"wlan\\u001B\","
				     "\"text\":null,\"objects\":99,\"share\":0.99}"));
	assert_non_null(strstr(text, "{\"offset\":24,\"cache\":\"kmalloc-64\","
				     "\"addr\":\"0xffff888000005000\",\"device\":null,"
				     "\"text\":\"queue-#\",\"objects\":60,\"share\":0.6}"));
	assert_non_null(strstr(text, "{\"offset\":32,\"cache\":\"filp\",\"addr\":null,"
				     "\"device\":null,\"text\":null,\"objects\":40,"));
	assert_non_null(strstr(text, "{\"text\":\"/run/user/\",\"offset\":0,\"byte\":null,"
				     "\"size_bytes\":null,\"objects\":50,\"share\":0.5}"));
	assert_non_null(strstr(text, "{\"text\":null,\"offset\":null,\"byte\":165,"
				     "\"size_bytes\":null,\"objects\":20,\"share\":0.2}"));
	free(text);
	census__free(&census);
}

static void test_out_fails(void **state)
{
	struct census census = made_up();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_int_equal(census__print_text(&census, false, full), -EIO);
	fclose(full);
	census__free(&census);
}

/* As many objects: where they stand. At least one in twenty; no more than there is room for. */
static void test_which_words_are_listed(void **state)
{
	struct census census = {};
	struct census_cache *cache;

	(void)state;
	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	cache = &census.caches[0];
	cache->live = 100;
	for (uint64_t k = 0; k < 5; k++)
		assert_int_equal(census__add_word(cache, 8, 1), 0);
	for (uint64_t k = 0; k < 4; k++)
		assert_int_equal(census__add_word(cache, 16, 1), 0);
	census__end_cache(cache);
	assert_int_equal(cache->nr_listed, 1); /* 5% */
	census__free(&census);

	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	cache = &census.caches[0];
	cache->live = 10;
	for (uint64_t k = CENSUS_LISTED + 3; k > 0; k--)
		for (int i = 0; i < 7; i++)
			assert_int_equal(census__add_word(cache, k * 8, 99), 0);
	census__end_cache(cache);
	assert_int_equal(cache->nr_listed, CENSUS_LISTED);
	for (uint64_t k = 0; k < CENSUS_LISTED; k++) {
		assert_int_equal(cache->words[k].offset, (k + 1) * 8);
		assert_int_equal(cache->words[k].objects, 7);
		assert_int_equal(cache->words[k].value, 99);
	}
	census__free(&census);
	assert_null(census.caches);
}

/* Of as many bytes: by name. */
static void test_order_of_caches(void **state)
{
	struct census census = {};

	(void)state;
	for (uint64_t cache = 1; cache <= 300; cache++)
		assert_int_equal(census__add_slab(&census, cache, 0), 0);
	assert_int_equal(census.nr, 300);
	for (size_t i = 0; i < census.nr; i++) {
		census.caches[i].bytes = i == 7 ? 2 : 1;
		snprintf(census.caches[i].name, sizeof(census.caches[i].name), "%c%03zu",
			 i % 2 ? 'a' : 'b', i);
	}
	census__sort(&census, 0);
	assert_int_equal(census.nr, 300);
	assert_string_equal(census.caches[0].name, "a007");
	assert_string_equal(census.caches[1].name, "a001");
	assert_string_equal(census.caches[299].name, "b298");
	census__free(&census);
}

/* What most hold first, whatever order it came in; of as many, by place or by text. */
static void test_orders(void **state)
{
	static const char *const texts[] = {"d-text", "b-text", "c-text", "a-text"};
	static const int holders[] = {5, 7, 9, 7};
	struct census census = {};
	struct census_cache *cache;

	(void)state;
	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	cache = &census.caches[0];
	cache->live = 100;
	for (int k = 0; k < 4; k++)
		for (int i = 0; i < holders[k]; i++) {
			struct contents contents = {.kind = CONTENTS_TEXT};

			strcpy(contents.text, texts[k]);
			assert_int_equal(census__add_contents(cache, &contents), 0);
			assert_int_equal(census__add_word(cache, 32 - 8 * (uint32_t)k, 7), 0);
		}
	census__end_cache(cache);
	assert_int_equal(cache->nr_contents_listed, 4);
	assert_string_equal(cache->contents[0].is.text, "c-text");
	assert_string_equal(cache->contents[1].is.text, "a-text");
	assert_string_equal(cache->contents[2].is.text, "b-text");
	assert_string_equal(cache->contents[3].is.text, "d-text");
	assert_int_equal(cache->nr_listed, 4);
	assert_int_equal(cache->words[0].objects, 9);
	assert_int_equal(cache->words[1].offset, 8);
	assert_int_equal(cache->words[2].offset, 24);
	assert_int_equal(cache->words[3].objects, 5);
	census__free(&census);
}

/* What one object holds is no kind; no more lines than there is room for. */
static void test_which_contents_are_listed(void **state)
{
	struct census census = {};
	struct census_cache *cache;

	(void)state;
	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	assert_int_equal(census__add_slab(&census, 2, 1), 0);
	assert_int_equal(census__add_slab(&census, 2, 2), 0);
	cache = &census.caches[0];
	cache->live = 10;
	for (int k = 0; k < CENSUS_LISTED + 2; k++)
		for (int i = 0; i < (k == 3 ? 1 : 2); i++) {
			struct contents contents = {.kind = CONTENTS_BYTE, .byte = (uint8_t)k};

			assert_int_equal(census__add_contents(cache, &contents), 0);
		}
	census__end_cache(cache);
	assert_int_equal(cache->nr_contents, CENSUS_LISTED + 2);
	assert_int_equal(cache->nr_contents_listed, CENSUS_LISTED);
	assert_int_equal(cache->objects, 10); /* all three slabs were looked at */
	census__free(&census);
	assert_int_equal(census__add_slab(&census, 2, 0), 0);
	cache = &census.caches[0];
	cache->live = 10;
	for (int i = 0; i < 3; i++) {
		struct contents contents = {.kind = CONTENTS_BYTE, .byte = (uint8_t)(i / 2)};

		assert_int_equal(census__add_contents(cache, &contents), 0);
	}
	census__end_cache(cache);
	assert_int_equal(cache->nr_contents_listed, 1);
	census__free(&census);
}

/* Of a part of the slabs: as many objects in each of the others. */
static void test_estimates(void **state)
{
	struct census census = {};

	(void)state;
	for (uint64_t slab = 0; slab < 4 * CENSUS_SLABS; slab++)
		assert_int_equal(census__add_slab(&census, 2, slab), 0);
	census.caches[0].live = 300;
	census__end_cache(&census.caches[0]);
	assert_int_equal(census.caches[0].objects, 1200);
	census__free(&census);
	assert_int_equal(census.nr, 0);
	census__sort(&census, 5); /* of none */
	assert_int_equal(census.nr, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_the_largest_first),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_out_fails),
		cmocka_unit_test(test_which_words_are_listed),
		cmocka_unit_test(test_order_of_caches),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_which_contents_are_listed),
		cmocka_unit_test(test_estimates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
