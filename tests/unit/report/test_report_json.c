// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "report/report_json.h"

#include <errno.h>
#include <inttypes.h>
#include <sys/wait.h>

#include <jansson.h>

#define CHECK "python3 tests/unit/check-schema.py tests/unit/report.schema.json"

/* The line that is printed of `report`. */
static char *printed(const struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_json__print(report, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(strlen(text), length);
	return text;
}

/* Printed and read back: one line, one object. */
static json_t *read_back(struct report report)
{
	char *text = printed(&report);
	json_error_t error;
	json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!object)
		fail_msg("%s in %s", error.text, text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	return object;
}

/* What is at `path`: keys, and indexes of arrays, with slashes between them. */
static json_t *at(json_t *node, const char *path)
{
	char copy[256], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *step = strtok_r(copy, "/", &rest); step; step = strtok_r(NULL, "/", &rest)) {
		if (json_is_array(node))
			node = json_array_get(node, strtoul(step, NULL, 10));
		else
			node = json_object_get(node, step);
		if (!node)
			fail_msg("there is no %s (%s)", path, step);
	}
	return node;
}

static void check_integer(json_t *object, const char *path, int64_t want)
{
	json_t *value = at(object, path);

	if (!json_is_integer(value) || json_integer_value(value) != want)
		fail_msg("%s is %" JSON_INTEGER_FORMAT " (type %d), not %" PRId64, path,
			 json_integer_value(value), json_typeof(value), want);
}

static void check_real(json_t *object, const char *path, double want)
{
	json_t *value = at(object, path);

	if (!json_is_real(value) || fabs(json_real_value(value) - want) > 1e-9)
		fail_msg("%s is %.17g (type %d), not %g", path, json_real_value(value),
			 json_typeof(value), want);
}

static void check_string(json_t *object, const char *path, const char *want)
{
	json_t *value = at(object, path);

	if (!json_is_string(value))
		fail_msg("%s is no string", path);
	assert_string_equal(json_string_value(value), want);
}

static void check_null(json_t *object, const char *path)
{
	if (!json_is_null(at(object, path)))
		fail_msg("%s is not null", path);
}

/* ---- what is printed ---- */

static void check_golden(struct report report, const char *name)
{
	char *text = printed(&report);

	golden_compare(name, text);
	free(text);
}

static void test_golden(void **state)
{
	(void)state;
	check_golden(golden_report(), "report.json");
	check_golden(golden_final(), "final.json");
	check_golden(golden_nothing(), "nothing.json");
	check_golden(golden_huge(), "huge.json");
	check_golden(golden_hostile(), "hostile.json");
}

static void test_head(void **state)
{
	json_t *object = read_back(golden_report());

	(void)state;
	check_integer(object, "version", 2);
	check_string(object, "time", "2025-11-23T14:03:25.123Z"); /* cut, not rounded */
	check_real(object, "elapsed_s", 15);
	assert_true(json_is_false(at(object, "final")));
	check_string(object, "kernel", "6.12.0-amd64");
	check_null(object, "note");
	check_integer(object, "events/allocations", 50213);
	check_integer(object, "events/frees", 12920);
	check_integer(object, "events/unknown_frees", 40);
	check_integer(object, "events/implicit_frees", 3);
	check_integer(object, "caches/1/implicit_frees", 12);
	check_integer(object, "caches/1/unknown_frees", 33);
	check_integer(object, "events/live", 37290);
	check_integer(object, "events/pending", 0);
	check_integer(object, "events/in_motion", 0);
	check_integer(object, "events/allocated_bytes", 14000000);
	check_integer(object, "events/freed_bytes", 2900000);
	check_integer(object, "events/live_bytes", 11100000);
	check_integer(object, "losses/table_full", 0);
	check_integer(object, "sites_total/sites", 4);
	check_integer(object, "sites_total/bytes", 37120 * 256 + 1572864 + 192 + 64);
	check_integer(object, "meminfo_delta_bytes/KernelStack", KIB(48));
	check_integer(object, "meminfo_delta_bytes/MemFree", -MIB(15));
	assert_int_equal(json_array_size(at(object, "blind_spots")), 3);
	check_string(object, "blind_spots/2", "objects that are older than kleak are not listed");
	json_decref(object);
}

static void test_last_report(void **state)
{
	json_t *object = read_back(golden_final());

	(void)state;
	assert_true(json_is_true(at(object, "final")));
	check_string(object, "time", "2025-11-23T14:03:25.005Z");
	check_string(object, "note", "process 4711 has exited");
	check_integer(object, "events/pending", 120);
	check_integer(object, "events/in_motion", 17);
	check_integer(object, "events/found_free", 1);
	check_integer(object, "events/unchecked", 5);
	check_integer(object, "losses/table_full", 1234);
	check_integer(object, "losses/family_full", 1);
	check_integer(object, "losses/race", 0);
	check_integer(object, "sites_total/sites", 214);
	assert_int_equal(json_array_size(at(object, "sites")), 1);
	json_decref(object);
}

static void test_site(void **state)
{
	json_t *object = read_back(golden_report());

	(void)state;
	check_string(object, "sites/0/id", "00f3a9c1d2e4b587");
	check_integer(object, "sites/0/bytes", 37120 * 256);
	check_integer(object, "sites/0/objects", 37120);
	check_integer(object, "sites/0/requested_bytes", 37120 * 200);
	check_real(object, "sites/0/growth_bytes_per_min", 12687769.625);
	check_real(object, "sites/0/age_median_s", 7.234);
	check_integer(object, "sites/0/allocations", 37133);
	check_integer(object, "sites/0/frees", 13);
	check_real(object, "sites/0/allocations_per_s", 2474.667);
	check_string(object, "sites/0/origin", "slab");
	check_string(object, "sites/0/cache", "kmalloc-256");
	check_integer(object, "sites/1/pending_objects", 120);
	check_string(object, "sites/1/id", "ffffffffffffffff");
	check_string(object, "sites/2/id", "0000000000000001");
	check_string(object, "sites/3/origin", "percpu");
	assert_int_equal(json_array_size(at(object, "sites/2/stack")), 0);
	json_decref(object);
}

static void test_stack(void **state)
{
	json_t *object = read_back(golden_report());

	(void)state;
	check_string(object, "sites/0/stack/0/addr", "0xffffffffc09a403d");
	check_string(object, "sites/0/stack/0/symbol", "kleak_leak_kmalloc");
	check_integer(object, "sites/0/stack/0/offset", 0x3d);
	check_string(object, "sites/0/stack/0/module", "kleak_test");
	check_string(object, "sites/0/stack/3/symbol", "vfs_write");
	check_null(object, "sites/0/stack/3/module");
	check_string(object, "sites/0/stack/0/file", "kleak_test.c");
	check_integer(object, "sites/0/stack/0/line", 123);
	assert_true(json_is_false(at(object, "sites/0/stack/0/inlined")));
	check_null(object, "sites/0/stack/3/file");
	check_null(object, "sites/0/stack/3/line");
	assert_true(json_is_true(at(object, "sites/0/stack/4/inlined")));
	check_string(object, "sites/0/stack/4/symbol", "fdput_pos");
	check_null(object, "sites/0/stack/4/offset");
	check_string(object, "sites/0/stack/5/file", "fs/read_write.c");
	assert_true(json_is_false(at(object, "sites/0/stack/5/inlined")));
	check_null(object, "sites/1/stack/0/symbol");
	check_null(object, "sites/1/stack/0/offset");
	check_null(object, "sites/1/stack/0/module");
	check_string(object, "sites/1/stack/1/module", "gone");
	json_decref(object);
}

static void test_filter(void **state)
{
	static const char *const unset[] = {"pid",	"cgroup",	  "command",
					    "cache",	"min_size_bytes", "max_size_bytes",
					    "min_age_s"};
	json_t *none = read_back(golden_report()), *all = read_back(golden_final());
	char path[64];

	(void)state;
	for (size_t i = 0; i < NR(unset); i++) {
		snprintf(path, sizeof(path), "filter/%s", unset[i]);
		check_null(none, path);
	}
	assert_int_equal(json_array_size(at(none, "filter/origins")), 3);
	check_string(none, "filter/origins/0", "slab");
	check_string(none, "filter/origins/1", "vmalloc");
	check_string(none, "filter/origins/2", "percpu");
	assert_int_equal(json_array_size(at(all, "filter/origins")), 1);
	check_integer(all, "filter/pid", 4711);
	check_string(all, "filter/cgroup", "/sys/fs/cgroup/system.slice");
	check_string(all, "filter/command", "sh");
	check_string(all, "filter/cache", "kmalloc-256");
	check_integer(all, "filter/min_size_bytes", 64);
	check_integer(all, "filter/max_size_bytes", 4096);
	check_real(all, "filter/min_age_s", 0.5);
	json_decref(none);
	json_decref(all);
}

static void test_ledger(void **state)
{
	struct coverage_class classes[NR(golden_ledger)];
	struct report report = golden_report();
	json_t *object;

	(void)state;
	memcpy(classes, golden_ledger, sizeof(classes));
	classes[1].known = false;
	classes[1].explained = 5; /* must not be believed */
	report.ledger = classes;
	report.meminfo_known[MEMINFO_S_RECLAIMABLE] = false;
	object = read_back(report);
	check_string(object, "ledger/0/class", "slab_unreclaimable");
	check_integer(object, "ledger/0/kernel_delta_bytes", MIB(12.4));
	check_integer(object, "ledger/0/traced_bytes", MIB(11.9));
	check_real(object, "ledger/0/explained_share", 0.96);
	check_real(object, "ledger/0/older_bytes", -314572);
	check_real(object, "ledger/0/room_bytes", 629145);
	check_real(object, "ledger/0/rest_bytes", 209715);
	check_null(object, "ledger/3/older_bytes");
	check_null(object, "ledger/3/room_bytes");
	check_null(object, "ledger/3/rest_bytes");
	check_null(object, "ledger/1/kernel_delta_bytes");
	check_integer(object, "ledger/1/traced_bytes", MIB(1.1));
	check_null(object, "ledger/1/explained_share");
	check_integer(object, "ledger/2/kernel_delta_bytes", 0);
	check_null(object, "ledger/2/explained_share"); /* NAN */
	assert_null(json_object_get(at(object, "meminfo_delta_bytes"), "SReclaimable"));
	assert_non_null(json_object_get(at(object, "meminfo_delta_bytes"), "SUnreclaim"));
	json_decref(object);
}

static void test_largest_numbers(void **state)
{
	json_t *object = read_back(golden_huge());

	(void)state;
	check_integer(object, "sites/0/bytes", INT64_MAX);
	check_integer(object, "sites/0/pending_objects", INT64_MAX);
	check_integer(object, "events/allocations", INT64_MAX);
	check_integer(object, "losses/race", INT64_MAX);
	check_integer(object, "filter/pid", INT64_MAX);
	check_integer(object, "filter/max_size_bytes", INT64_MAX);
	check_integer(object, "ledger/0/kernel_delta_bytes", INT64_MIN);
	check_string(object, "sites/0/stack/0/addr", "0xffffffffffffffff");
	check_string(object, "time", "9999-12-31T23:59:59.999Z");
	assert_true(json_real_value(at(object, "sites/0/allocations_per_s")) == 1e300);
	json_decref(object);
}

/* A number in `elapsed_s`, as it is written. */
static void check_number(double x, const char *want)
{
	struct report report = golden_nothing();
	char *text, part[64];

	report.elapsed_s = x;
	text = printed(&report);
	snprintf(part, sizeof(part), "\"elapsed_s\":%s,", want);
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
	free(text);
}

static void test_numbers(void **state)
{
	(void)state;
	check_number(0, "0.0");
	check_number(12.3, "12.3");
	check_number(0.0004, "0.0");
	check_number(-0.0004, "0.0");
	check_number(0.0006, "0.001");
	check_number(-1.2346, "-1.235");
	check_number(123456789.0126, "123456789.013");
	check_number(5e15, "5e15");
	check_number(NAN, "null");
	check_number(-INFINITY, "null");
}

static void test_hostile_strings(void **state)
{
	static const char want[] = "a\x1b[2J\"\\\r\n\t\x7f"
				   "\xc2\x9b"
				   "31m\xef\xbf\xbd\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
	json_t *object = read_back(golden_hostile());
	const char *got;

	(void)state;
	check_string(object, "filter/command", json_string_value(at(object, "note")));
	check_string(object, "filter/cgroup", json_string_value(at(object, "note")));
	check_string(object, "filter/cache", json_string_value(at(object, "note")));
	check_string(object, "sites/0/cache", json_string_value(at(object, "note")));
	check_string(object, "sites/0/stack/0/symbol", json_string_value(at(object, "note")));
	check_string(object, "sites/0/stack/0/module", json_string_value(at(object, "note")));
	got = json_string_value(at(object, "note"));
	assert_memory_equal(got, want, strlen(want));
	got += strlen(want);
	for (int i = 0; i < 2 + 3 + 3 + 4 + 4 + 2 + 2; i++, got += 3)
		assert_memory_equal(got, "\xef\xbf\xbd", 3); /* one for each byte */
	assert_int_equal(*got, '\0');
	json_decref(object);
}

static void test_only_printable_ascii(void **state)
{
	struct report report = golden_hostile();
	char *text = printed(&report);

	(void)state;
	for (const char *s = text; s[1]; s++)
		assert_true(*s >= 0x20); /* also: not negative */
	free(text);
}

/* Every byte on its own, in the middle and at the end. */
static void test_every_byte(void **state)
{
	struct report report = golden_nothing();

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char note[] = {'<', (char)byte, '>', (char)byte, '\0'}, want[16];
		json_t *object;

		report.note = note;
		object = read_back(report);
		snprintf(want, sizeof(want), "<\xef\xbf\xbd>\xef\xbf\xbd");
		check_string(object, "note", byte < 0x80 ? note : want);
		json_decref(object);
	}
}

#define R "\xef\xbf\xbd"

static void check_note(const char *note, const char *want)
{
	struct report report = golden_nothing();
	json_t *object;

	report.note = note;
	object = read_back(report);
	check_string(object, "note", want);
	json_decref(object);
}

static void test_utf8(void **state)
{
	static const char *const good[] = {"\xc2\xa0",	   "\xdf\xbf",	       "\xe0\xa0\x80",
					   "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"};

	(void)state;
	for (size_t i = 0; i < NR(good); i++)
		check_note(good[i], good[i]);
	check_note("\xc1\xbf", R R);
	check_note("\xe0\x9f\xbf", R R R);
	check_note("\xed\xa0\x80", R R R);
	check_note("\xf0\x8f\xbf\xbf", R R R R);
	check_note("\xf4\x90\x80\x80", R R R R);
	check_note("\xf5\x80\x80\x80", R R R R);
	check_note("\xc3\xc3\xa9", R "\xc3\xa9");
	check_note("\xf0\x90\x80", R R R);
}

/* ---- the schema ---- */

/* What check-schema.py says of `text`: its exit status. */
static int check_schema(const char *text, bool quiet)
{
	FILE *check = popen(quiet ? CHECK " 2>/dev/null" : CHECK, "w");
	int status;

	assert_non_null(check);
	fputs(text, check);
	status = pclose(check);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_reports_are_as_the_schema_says(void **state)
{
	const struct report reports[] = {golden_report(), golden_final(), golden_nothing(),
					 golden_hostile(), golden_huge()};
	char *lines = calloc(1, 1 << 20);

	(void)state;
	assert_non_null(lines);
	for (size_t i = 0; i < NR(reports); i++) {
		char *line = printed(&reports[i]);

		strcat(lines, line);
		free(line);
	}
	assert_int_equal(check_schema(lines, false), 0);
	free(lines);
}

/* A good line and then the report with `from` replaced must be refused. */
static void check_refused(const char *from, const char *to)
{
	struct report report = golden_report();
	char *good = printed(&report), *place = strstr(good, from), *lines;

	if (!place)
		fail_msg("no %s in %s", from, good);
	lines = calloc(1, 2 * strlen(good) + strlen(to) + 1);
	assert_non_null(lines);
	sprintf(lines, "%s%.*s%s%s", good, (int)(place - good), good, to, place + strlen(from));
	if (check_schema(lines, true) != 1)
		fail_msg("%s for %s was let pass", to, from);
	free(lines);
	free(good);
}

static void test_schema_refuses(void **state)
{
	(void)state;
	check_refused("\"version\":2", "\"version\":3");
	check_refused("\"live\":37290,", "");
	check_refused("\"live\":37290,", "\"live\":-1,");
	check_refused("\"live\":37290,", "\"live\":37290,\"more\":1,");
	check_refused("\"live\":37290,", "\"live\":37290,\"live\":37290,");
	check_refused("\"objects\":37120,", "\"objects\":37120.5,");
	check_refused("\"age_median_s\":7.234", "\"age_median_s\":null");
	check_refused("\"age_median_s\":7.234", "\"age_median_s\":NaN");
	check_refused("\"SUnreclaim\"", "\"Sunreclaim\"");
	check_refused("\"module\":\"kleak_test\"", "\"module\":1");
	check_refused("\"id\":\"00f", "\"id\":\"00F");
	check_refused("14:03:25.123Z", "14:03:25Z");
	check_refused("\n", ""); /* cut */
	check_refused("{", "[{");
}

static void test_schema_refuses_no_report(void **state)
{
	(void)state;
	assert_int_equal(check_schema("", true), 1);
	assert_int_equal(check_schema("\n", true), 1);
	assert_int_equal(check_schema("null\n", true), 1);
}

/* ---- failures ---- */

static void test_output_fails(void **state)
{
	const struct report report = golden_report();
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(report_json__print(&report, full), -EIO);
	fclose(full);
	/* unbuffered: nothing is left for fflush() to fail at */
	full = fopen("/dev/full", "w");
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	assert_int_equal(report_json__print(&report, full), -EIO);
	fclose(full);
}

static long allocations_left;

static void *scarce_malloc(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Whichever allocation is refused: -ENOMEM, nothing printed, nothing leaked (the sanitizer looks).
 */
static void test_no_memory(void **state)
{
	const struct report report = golden_final();
	char room[16384];
	long last = 0;
	int err = -ENOMEM;

	(void)state;
	json_set_alloc_funcs(scarce_malloc, free);
	while (err == -ENOMEM && last < 10000) {
		FILE *out = fmemopen(room, sizeof(room), "w");

		assert_non_null(out);
		allocations_left = last++;
		err = report_json__print(&report, out);
		assert_int_equal(ftell(out) > 0, err == 0);
		fclose(out);
	}
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(err, 0);
	assert_in_range(last, 100, 9999);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_last_report),
		cmocka_unit_test(test_site),
		cmocka_unit_test(test_stack),
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_ledger),
		cmocka_unit_test(test_largest_numbers),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_hostile_strings),
		cmocka_unit_test(test_only_printable_ascii),
		cmocka_unit_test(test_every_byte),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_reports_are_as_the_schema_says),
		cmocka_unit_test(test_schema_refuses),
		cmocka_unit_test(test_schema_refuses_no_report),
		cmocka_unit_test(test_output_fails),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
