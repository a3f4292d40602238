// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/old_json.h"

#include <stdlib.h>
#include <string.h>

static void assert_upgraded(const char *old, const char *expected)
{
	json_t *value = json_loads(old, JSON_DECODE_ANY, NULL);
	char *text;

	assert_non_null(value);
	assert_int_equal(old_json__upgrade(value), 0);
	text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	assert_string_equal(text, expected);
	free(text);
	json_decref(value);
}

static void test_keys_get_their_names(void **state)
{
	(void)state;
	assert_upgraded("{\"births\":1,\"deaths\":2,\"who_times\":[3]}",
			"{\"allocations\":1,\"frees\":2,\"who_allocations\":[3]}");
	assert_upgraded("{\"explained\":null,\"seconds\":0.5}",
			"{\"duration_s\":0.5,\"explained_share\":null}");
	/* what is not old stays */
	assert_upgraded("{\"bytes\":1,\"birth\":2}", "{\"birth\":2,\"bytes\":1}");
	assert_upgraded("{}", "{}");
}

/* A name that another key gets has been given up before. */
static void test_a_name_that_changed_hands(void **state)
{
	(void)state;
	assert_upgraded("{\"unreferenced\":7,\"unreferenced_objects\":[1]}",
			"{\"unreferenced_list\":[1],\"unreferenced_objects\":7}");
	assert_upgraded("{\"unreferenced\":7}", "{\"unreferenced_objects\":7}");
}

/* Wherever an object is; what is none has no keys, not even a text that is one. */
static void test_objects_in_others(void **state)
{
	(void)state;
	assert_upgraded("{\"a\":[1,[{\"births\":1}],{\"b\":{\"deaths\":2}}],\"c\":{\"times\":3}}",
			"{\"a\":[1,[{\"allocations\":1}],{\"b\":{\"frees\":2}}],\"c\":{"
			"\"allocations\":3}}");
	assert_upgraded("{\"births\":{\"births\":1}}", "{\"allocations\":{\"allocations\":1}}");
	assert_upgraded("[\"births\",{\"births\":\"births\"}]",
			"[\"births\",{\"allocations\":\"births\"}]");
	assert_upgraded("\"births\"", "\"births\"");
	assert_upgraded("null", "null");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_get_their_names),
		cmocka_unit_test(test_a_name_that_changed_hands),
		cmocka_unit_test(test_objects_in_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
