// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/json_read.h"

#include <errno.h>
#include <string.h>

/* {"x": VALUE}, to be read from. */
struct read {
	json_t *object;
	struct arena arena;
	char why[64];
	struct json_reader reading;
};

static struct read open_value(const char *value)
{
	struct read r = {};
	char text[256];

	snprintf(text, sizeof(text), "{\"x\":%s}", value);
	r.object = json_loads(text, 0, NULL);
	assert_non_null(r.object);
	return r;
}

static struct json_reader *begin(struct read *r)
{
	r->reading = (struct json_reader){.arena = &r->arena, .why = r->why, .len = sizeof(r->why)};
	return &r->reading;
}

static void end(struct read *r)
{
	json_decref(r->object);
	arena__free(&r->arena);
}

/* Reading x of {"x": value} by f: fails for what is not wanted, and says so. */
#define FAILS(value, wanted, f, ...)                                                               \
	do {                                                                                       \
		struct read r_ = open_value(value);                                                \
                                                                                                   \
		f(begin(&r_), r_.object, "x", ##__VA_ARGS__);                                      \
		assert_int_equal(r_.reading.err, -EINVAL);                                         \
		assert_string_equal(r_.why, "\"x\" is not " wanted);                               \
		end(&r_);                                                                          \
	} while (0)

/* The value of x of {"x": value} is. */
#define READS(value, expected, f, ...)                                                             \
	do {                                                                                       \
		struct read r_ = open_value(value);                                                \
                                                                                                   \
		assert_true(f(begin(&r_), r_.object, "x", ##__VA_ARGS__) == (expected));           \
		assert_int_equal(r_.reading.err, 0);                                               \
		end(&r_);                                                                          \
	} while (0)

static void test_counts(void **state)
{
	(void)state;
	READS("0", 0, json_read__count, 10);
	READS("10", 10, json_read__count, 10);
	FAILS("11", "a count", json_read__count, 10);
	FAILS("-1", "a count", json_read__count, 10);
	FAILS("1.0", "a count", json_read__count, 10);
	FAILS("\"1\"", "a count", json_read__count, 10);
	FAILS("null", "a count", json_read__count, 10);
	READS("null", 77, json_read__count_or, 10, 77);
	READS("3", 3, json_read__count_or, 10, 77);
	FAILS("11", "a count", json_read__count_or, 10, 77);
}

static void test_signed_numbers(void **state)
{
	(void)state;
	READS("-10", -10, json_read__signed, 10);
	READS("10", 10, json_read__signed, 10);
	FAILS("11", "a whole number", json_read__signed, 10);
	FAILS("-11", "a whole number", json_read__signed, 10);
	READS("-9223372036854775808", INT64_MIN, json_read__signed, INT64_MAX);
	FAILS("0.5", "a whole number", json_read__signed, 10);
}

static void test_numbers(void **state)
{
	(void)state;
	READS("0.5", 0.5, json_read__number);
	READS("7", 7, json_read__number);
	READS("-1e304", -1e304, json_read__number);
	FAILS("1.1e304", "a number", json_read__number);
	FAILS("null", "a number", json_read__number);
	READS("null", 2.5, json_read__number_or, 2.5);
	READS("1", 1, json_read__number_or, 2.5);
	FAILS("true", "a number", json_read__number_or, 2.5);
}

static void test_truth(void **state)
{
	(void)state;
	READS("true", true, json_read__truth);
	READS("false", false, json_read__truth);
	FAILS("1", "true or false", json_read__truth);
}

#define READS_TEXT(value, expected, f)                                                             \
	do {                                                                                       \
		struct read r_ = open_value(value);                                                \
                                                                                                   \
		assert_string_equal(f(begin(&r_), r_.object, "x"), expected);                      \
		assert_int_equal(r_.reading.err, 0);                                               \
		end(&r_);                                                                          \
	} while (0)

#define READS_NOTHING(value, f)                                                                    \
	do {                                                                                       \
		struct read r_ = open_value(value);                                                \
                                                                                                   \
		assert_string_equal(f(begin(&r_), r_.object, "x"), "");                            \
		assert_int_equal(r_.reading.err, -EINVAL);                                         \
		end(&r_);                                                                          \
	} while (0)

static void test_texts(void **state)
{
	(void)state;
	READS_TEXT("\"a\\u001bb\"", "a\033b", json_read__text);
	FAILS("1", "a text", json_read__text);
	FAILS("null", "a text", json_read__text);
	READS("null", NULL, json_read__text_or_null);
	FAILS("1", "a text", json_read__text_or_null);
	READS_TEXT("\"two words, \\u00e9\"", "two words, \xc3\xa9", json_read__words);
	FAILS("\"a\\u001bb\"", "plain words", json_read__words);
	FAILS("\"\\u007f\"", "plain words", json_read__words);
	FAILS("\"\\u001f\"", "plain words", json_read__words);
	FAILS("\"\\u009b31m\"", "plain words", json_read__words); /* CSI */
	READS_TEXT("\"\\u00a0\"", "\xc2\xa0", json_read__words);
	READS_TEXT("\" \"", " ", json_read__words);
	READS_TEXT("\"a_0\"", "a_0", json_read__identifier);
	FAILS("\"\"", "a plain name", json_read__identifier);
	FAILS("\"A\"", "a plain name", json_read__identifier);
	FAILS("\"a b\"", "a plain name", json_read__identifier);
	assert_false(json_read__are_words("\xff"));
	/* a text is one also where it failed */
	READS_NOTHING("1", json_read__text);
	READS_NOTHING("\"a\\u001bb\"", json_read__words);
	READS_NOTHING("\"A\"", json_read__identifier);
}

static void test_hexadecimal_numbers(void **state)
{
	(void)state;
	READS("\"0x1f\"", 0x1f, json_read__hex, "0x");
	READS("\"0xffffffffffffffff\"", UINT64_MAX, json_read__hex, "0x");
	READS("\"0123456789abcdef\"", 0x0123456789abcdef, json_read__hex, "");
	FAILS("\"123456789abcdef\"", "a hexadecimal number", json_read__hex, ""); /* 15 digits */
	FAILS("\"0x00000000000000001\"", "a hexadecimal number", json_read__hex, "0x");
	FAILS("\"0x\"", "a hexadecimal number", json_read__hex, "0x");
	FAILS("\"0x1G\"", "a hexadecimal number", json_read__hex, "0x");
	FAILS("\"0x1F\"", "a hexadecimal number", json_read__hex, "0x");
	FAILS("\"1f\"", "a hexadecimal number", json_read__hex, "0x");
}

static void test_bytes(void **state)
{
	struct read r = open_value("0");
	uint8_t bytes[2] = {};

	(void)state;
	assert_int_equal(json_read__bytes(begin(&r), "x", "", bytes, 2), 0);
	assert_int_equal(json_read__bytes(&r.reading, "x", "09af", bytes, 2), 2);
	assert_int_equal(bytes[0], 0x09);
	assert_int_equal(bytes[1], 0xaf);
	assert_int_equal(r.reading.err, 0);
	assert_int_equal(json_read__bytes(&r.reading, "x", "09a", bytes, 2), 0);
	assert_string_equal(r.why, "\"x\" is not bytes in hexadecimal");
	assert_int_equal(json_read__bytes(begin(&r), "x", "0102ff", bytes, 2), 0);
	assert_int_equal(r.reading.err, -EINVAL);
	assert_int_equal(json_read__bytes(begin(&r), "x", "0g", bytes, 2), 0);
	assert_int_equal(r.reading.err, -EINVAL);
	end(&r);
}

static void test_times(void **state)
{
	static const char *const wrong[] = {
		"2026-11-28T17:00:00.250",  "2026-11-28T17:00:00.2500Z", "2026-11-28 17:00:00.250Z",
		"2026-02-30T17:00:00.250Z", "2026-00-10T17:00:00.250Z",	 "2026-13-01T17:00:00.250Z",
		"2026-11-28T24:00:00.250Z", "2026-11-28T17:60:00.250Z",	 "2026-11-28T17:00:60.250Z",
		"1969-12-31T23:59:59.999Z", "2026-11-28T17:00:0x.250Z",	 "x026-11-28T17:00:00.250Z",
		"2026-11-28T17:00:00.250z",
	};
	struct read r = open_value("\"2026-11-28T17:01:02.250Z\"");
	struct timespec time = json_read__time(begin(&r), r.object, "x");

	(void)state;
	assert_int_equal(r.reading.err, 0);
	assert_int_equal(time.tv_sec, 1795885262);
	assert_int_equal(time.tv_nsec, 250000000);
	end(&r);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "\"%s\"", wrong[i]);
		FAILS(text, "a time", json_read__time);
	}
	r = open_value("\"1970-01-01T00:00:00.001Z\"");
	time = json_read__time(begin(&r), r.object, "x");
	assert_int_equal(r.reading.err, 0);
	assert_int_equal(time.tv_sec, 0);
	assert_int_equal(time.tv_nsec, 1000000);
	end(&r);
}

static void test_what_has_parts(void **state)
{
	struct read r = open_value("[1,2,3]");
	size_t nr = 77;

	(void)state;
	assert_non_null(json_read__array(begin(&r), r.object, "x", 3, &nr));
	assert_int_equal(nr, 3);
	assert_null(json_read__array(&r.reading, r.object, "x", 2, &nr));
	assert_int_equal(nr, 0);
	assert_string_equal(r.why, "\"x\" is not a list that one can take");
	end(&r);
	FAILS("[]", "an object", json_read__object);
	FAILS("null", "an object", json_read__object);
	FAILS("[]", "an object", json_read__object_or_null);
	READS("null", NULL, json_read__object_or_null);
	FAILS("[]", "an object", json_read__object_if_there);
	READS("null", NULL, json_read__object_if_there);
	FAILS("{}", "a list that one can take", json_read__array, 3, &nr);
	assert_int_equal(nr, 0);
	r = open_value("{}");
	assert_ptr_equal(json_read__object(begin(&r), r.object, "x"),
			 json_object_get(r.object, "x"));
	assert_ptr_equal(json_read__object_if_there(&r.reading, r.object, "x"),
			 json_object_get(r.object, "x"));
	assert_null(json_read__object_if_there(&r.reading, r.object, "later"));
	assert_int_equal(r.reading.err, 0);
	end(&r);
}

/* The first thing that is wrong is what is said; nothing is read after it. */
static void test_it_fails_once(void **state)
{
	struct read r = open_value("1");

	(void)state;
	assert_int_equal(json_read__count(begin(&r), r.object, "y", 10), 0);
	assert_string_equal(r.why, "\"y\" is not there");
	assert_int_equal(json_read__count(&r.reading, r.object, "x", 10), 0);
	assert_string_equal(json_read__text(&r.reading, r.object, "x"), "");
	assert_null(json_read__object_if_there(&r.reading, r.object, "x"));
	assert_string_equal(r.why, "\"y\" is not there");
	assert_null(json_read__new(&r.reading, 1, 8));
	assert_int_equal(r.reading.err, -EINVAL);
	assert_non_null(json_read__new(begin(&r), 1, 8));
	assert_null(json_read__new(&r.reading, SIZE_MAX, 8));
	assert_int_equal(r.reading.err, -ENOMEM);
	end(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_counts),	       cmocka_unit_test(test_signed_numbers),
		cmocka_unit_test(test_numbers),	       cmocka_unit_test(test_truth),
		cmocka_unit_test(test_texts),	       cmocka_unit_test(test_hexadecimal_numbers),
		cmocka_unit_test(test_bytes),	       cmocka_unit_test(test_times),
		cmocka_unit_test(test_what_has_parts), cmocka_unit_test(test_it_fails_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
