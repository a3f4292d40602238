// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "render/report_text.h"
#include "report/report_json.h"
#include "report/saved.h"

#include <errno.h>

static char *text_of(const struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_text__print(report, true, 0, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *json_of(const struct report *report)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_json__print(report, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static struct saved_report read_back(const char *line)
{
	struct saved_report saved = {};
	char why[128] = "";

	if (saved__read_report(&saved, line, strlen(line), why, sizeof(why)))
		fail_msg("%s: %s", why, line);
	return saved;
}

static void check_equal(char *a, char *b)
{
	assert_string_equal(a, b);
	free(a);
	free(b);
}

/* What is printed of a saved report is what was printed of the report. */
static void check_same(struct report report)
{
	char *line = saved__print_report(&report);
	struct saved_report saved;

	assert_non_null(line);
	saved = read_back(line);
	check_equal(text_of(&report), text_of(&saved.report));
	check_equal(json_of(&report), json_of(&saved.report));
	check_equal(line, saved__print_report(&saved.report));
	saved__free_report(&saved);
}

static void test_golden(void **state)
{
	(void)state;
	check_same(golden_report());
	check_same(golden_final());
	check_same(golden_nothing());
}

/* A pass that goes on when the report is made: one of many, or the first one. */
static void test_a_pass_under_way(void **state)
{
	struct report report = golden_report();

	(void)state;
	report.scan.under_way = 0.25;
	check_same(report);
	report = golden_nothing();
	report.scan = (struct report_scan){.needed = 3, .under_way = 0.5};
	check_same(report);
}

/*
 * JSON holds no bytes that are not UTF-8, and no count beyond INT64_MAX: once that is settled,
 * nothing changes any more.
 */
static void check_settles(struct report report)
{
	char *line = saved__print_report(&report);
	struct saved_report saved = read_back(line);

	check_equal(json_of(&report), json_of(&saved.report));
	check_same(saved.report);
	saved__free_report(&saved);
	free(line);
}

static void test_hostile_and_huge(void **state)
{
	(void)state;
	check_settles(golden_hostile());
	check_settles(golden_huge());
}

/* Numbers at which rounding to three decimals, or a division by 60, would show. */
static void test_every_digit(void **state)
{
	static const double numbers[] = {0.9995,      0.99949999999999994, 1.00499999999,
					 1.0 / 3,     59.949999999999996,  1e-9,
					 0.1 + 0.2,   123456.789012345,	   9.9499999999999993,
					 211462.8371, 7.0000000000000009,  1e15 / 3};

	(void)state;
	for (size_t i = 0; i < NR(numbers); i++) {
		struct report report = golden_final();
		struct report_site site = report.sites[0];
		double x = numbers[i];

		site.age_median_s = site.allocations_per_s = site.growth_bytes_per_min = x;
		site.bytes_error = site.objects_error = x;
		site.verdict.from.slope = (struct growth_slope){true, x, -x, 2 * x};
		site.verdict.from.drained = site.verdict.from.survival[1] = x;
		site.verdict.exhausted_s = site.verdict.from.interval_s = x;
		site.verdict.from.arrivals = (struct arrivals){ARRIVALS_BURSTS, 2, x, x, x};
		report.sites = &site;
		report.overhead = (struct report_overhead){true, x, x / 3, x, x, false};
		report.slab.explained = report.elapsed_s = report.scan.seconds = x;
		report.bytes_all_error = x;
		check_same(report);
	}
}

static void test_every_field(void **state)
{
	struct report report = golden_report();
	char *line = saved__print_report(&report);
	struct saved_report saved = read_back(line);
	const struct report *r = &saved.report;

	(void)state;
	assert_true(r->time.tv_sec == 1763906605 && r->time.tv_nsec == 123000000);
	assert_true(r->elapsed_s == 15.0004);
	assert_string_equal(r->filter.origins, "slab,vmalloc,percpu");
	assert_true(r->filter.pid == -1 && !r->filter.cgroup && r->filter.max_size == UINT64_MAX);
	assert_int_equal(r->nr_losses, 2);
	assert_string_equal(r->losses[1].text, "allocations not recorded: lost a race");
	assert_int_equal(r->ledger[0].field, MEMINFO_S_UNRECLAIM);
	assert_true(isnan(r->ledger[2].explained));
	assert_true(r->ledger[0].older_bytes == -MIB(0.3) && r->ledger[0].rest_bytes == MIB(0.2));
	assert_true(isnan(r->ledger[3].room_bytes));
	assert_int_equal(r->sites[0].id, 0x00f3a9c1d2e4b587);
	assert_int_equal(r->sites[0].who_times, 37133);
	assert_int_equal(r->sites[0].nr_who, 3);
	assert_string_equal(r->sites[0].who[0].cgroup, "/system.slice/nginx.service");
	assert_string_equal(r->sites[0].who[2].comm, "");
	assert_int_equal(r->sites[0].frees_noted, 64);
	assert_int_equal(r->sites[0].nr_freed_by, 2);
	assert_string_equal(r->sites[0].freed_by[0].stack[4].symbol, "ret_from_fork");
	assert_int_equal(r->sites[1].nr_freed_by, 0);
	assert_int_equal(r->sites[0].unreferenced_list[0].first[4], 0x6b);
	assert_int_equal(r->sites[0].unreferenced_list[0].nr_first, 32);
	assert_int_equal(r->sites[1].stack[0].address, 0xffffffff81e00131);
	assert_null(r->sites[1].stack[0].symbol);
	assert_string_equal(r->sites[1].holders[1].name, "foo_list [foo]");
	assert_true(r->sites[0].verdict.from.slope.per_s == 211462.8);
	assert_int_equal(r->sites[0].verdict.is.name, VERDICT_LEAK);
	saved__free_report(&saved);
	free(line);
}

/* ---- every value that is written is read ---- */

/* What follows from others, or says what the line is, is not read. */
static json_t *without_derived(json_t *whole)
{
	json_t *site;
	size_t i;

	json_object_del(whole, "type");
	json_object_del(whole, "by_cgroup");
	json_object_del(json_object_get(whole, "slab"), "fragmentation_delta_bytes");
	json_array_foreach(json_object_get(whole, "sites"), i, site)
	{
		json_t *pinned = json_object_get(json_object_get(site, "verdict"), "pinned");

		json_object_del(pinned, "pinned");
		json_object_del(pinned, "low");
		json_object_del(pinned, "high");
		json_object_del(site, "by_design");
	}
	return whole;
}

/* Another value of the same type; halves and doubles of numbers are exact. */
static json_t *another(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return json_sprintf("%sx", json_string_value(value));
	case JSON_INTEGER:
		return json_integer(json_integer_value(value) + 1);
	case JSON_REAL:
		return json_real(json_real_value(value) != 0 ? json_real_value(value) * 2 : 6000);
	default:
		return json_boolean(!json_is_true(value));
	}
}

/* What is printed of the report that `whole` is read as; NULL: it is refused. */
static json_t *through(const json_t *whole)
{
	char *line = json_dumps(whole, JSON_REAL_PRECISION(17)), *printed, why[128];
	struct saved_report saved;
	json_t *json = NULL;

	assert_non_null(line);
	if (!saved__read_report(&saved, line, strlen(line), why, sizeof(why))) {
		printed = saved__print_report(&saved.report);
		json = without_derived(json_loads(printed, 0, NULL));
		assert_non_null(json);
		saved__free_report(&saved);
		free(printed);
	}
	free(line);
	return json;
}

/* The value that is changed now is refused, or printed again. */
static void check_is_read(const json_t *whole, const char *key)
{
	json_t *printed = through(whole);

	if (printed && !json_equal(printed, whole))
		fail_msg("\"%s\" is written, but not read", key);
	json_decref(printed);
}

static void check_values(json_t *whole, json_t *of, size_t *changed);

/* The value of an object's key, or of an array's element i. */
static void check_value(json_t *whole, json_t *of, const char *key, size_t i, size_t *changed)
{
	json_t *value = json_is_object(of) ? json_object_get(of, key) : json_array_get(of, i);
	json_t *before = json_incref(value);

	if (json_is_object(value) || json_is_array(value)) {
		check_values(whole, value, changed);
	} else if (!json_is_null(value)) {
		if (json_is_object(of))
			json_object_set_new(of, key, another(value));
		else
			json_array_set_new(of, i, another(value));
		check_is_read(whole, key);
		if (json_is_object(of))
			json_object_set(of, key, before);
		else
			json_array_set(of, i, before);
		++*changed;
	}
	json_decref(before);
}

static void check_values(json_t *whole, json_t *of, size_t *changed)
{
	const char *key;
	json_t *value;
	void *next;
	size_t i;

	json_array_foreach(of, i, value)
	{
		check_value(whole, of, "an element", i, changed);
	}
	json_object_foreach_safe(of, next, key, value)
	{
		if (!strcmp(key, "inlined")) /* where it is true there is no offset */
			continue;
		check_value(whole, of, key, 0, changed);
	}
}

/* Note by path ("/sites/stack/file") which keys have a value somewhere, and which are always null.
 */
static void note_values(json_t *notes, json_t *of, const char *path)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach(of, i, value)
	{
		note_values(notes, value, path);
	}
	json_object_foreach(of, key, value)
	{
		char below[128];

		snprintf(below, sizeof(below), "%s/%s", path, key);
		if (!json_is_null(value) || !json_object_get(notes, below))
			json_object_set_new(notes, below, json_boolean(!json_is_null(value)));
		note_values(notes, value, below);
	}
}

static void test_every_value_is_read(void **state)
{
	struct report report = golden_full();
	char *line = saved__print_report(&report);
	json_t *whole = without_derived(json_loads(line, 0, NULL)), *notes = json_object(),
	       *is_there;
	size_t changed = 0;
	const char *key;

	(void)state;
	assert_non_null(whole);
	note_values(notes, whole, "");
	json_object_foreach(notes, key, is_there)
	{
		if (!json_is_true(is_there))
			fail_msg("\"%s\" has no value here: is it read?", key);
	}
	check_values(whole, whole, &changed);
	assert_true(changed > 300);
	json_decref(notes);
	json_decref(whole);
	free(line);
}

/* Keys that version 2 got later: what was saved before them is read, as if nothing were known. */
static void test_keys_that_came_later(void **state)
{
	struct report report = golden_report();
	char *line = saved__print_report(&report), *old;
	json_t *whole = json_loads(line, 0, NULL), *site, *cache;
	struct saved_report saved;
	size_t i;

	(void)state;
	assert_int_equal(json_object_del(whole, "vfs_delta"), 0);
	json_array_foreach(json_object_get(whole, "caches"), i, cache)
	{
		assert_int_equal(json_object_del(cache, "aliases"), 0);
	}
	json_array_foreach(json_object_get(whole, "sites"), i, site)
	{
		json_object_del(json_object_get(site, "verdict"), "pinned");
	}
	old = json_dumps(whole, 0);
	assert_null(strstr(old, "\"pinned\""));
	saved = read_back(old);
	assert_false(saved.report.vfs_known);
	assert_true(saved.report.nr_caches > 1);
	for (i = 0; i < saved.report.nr_caches; i++)
		assert_string_equal(saved.report.caches[i].aliases, "");
	for (i = 0; i < saved.report.nr_sites; i++)
		assert_int_equal(saved.report.sites[i].verdict.from.pins.sampled, 0);
	assert_int_equal(saved.report.nr_sites, report.nr_sites);
	saved__free_report(&saved);
	json_decref(whole);
	free(old);
	free(line);
}

/* ---- what is refused ---- */

/* A report with `from` replaced: why it is refused has `part`. */
static void check_refused(const char *from, const char *to, const char *part)
{
	struct report report = golden_report();
	char *good = saved__print_report(&report), *place = strstr(good, from), *bad;
	struct saved_report saved;
	char why[128] = "";

	if (!place)
		fail_msg("no %s in %s", from, good);
	bad = calloc(1, strlen(good) + strlen(to) + 1);
	assert_non_null(bad);
	sprintf(bad, "%.*s%s%s", (int)(place - good), good, to, place + strlen(from));
	if (saved__read_report(&saved, bad, strlen(bad), why, sizeof(why)) != -EINVAL)
		fail_msg("%s for %s was let pass", to, from);
	if (!strstr(why, part))
		fail_msg("%s for %s: \"%s\" does not say \"%s\"", to, from, why, part);
	free(bad);
	free(good);
}

static void test_refused(void **state)
{
	(void)state;
	check_refused("\"version\":2", "\"version\":3", "\"version\"");
	check_refused("\"live\":37290,", "", "\"live\" is not there");
	check_refused("\"live\":37290,", "\"live\":-1,", "\"live\" is not a count");
	check_refused("\"live\":37290,", "\"live\":1.5,", "\"live\"");
	check_refused("\"live\":37290,", "\"live\":null,", "\"live\"");
	check_refused("\"live\":37290,", "\"live\":99999999999999999999,", "no JSON");
	check_refused("\"live\":37290,", "\"live\":1,\"live\":1,", "no JSON");
	check_refused("\"elapsed_s\":", "\"elapsed_s\":1e999,\"x\":", "no JSON");
	/* a minute is more seconds than a number holds */
	check_refused("\"elapsed_s\":", "\"elapsed_s\":1.1e304,\"x\":", "\"elapsed_s\"");
	check_refused("\"growth_bytes_per_min\":", "\"growth_bytes_per_min\":-1.7e308,\"x\":",
		      "\"growth_bytes_per_min\"");
	check_refused("\"fingerprint\":\"0c0f", "\"fingerprint\":\"xc0f", "\"fingerprint\"");
	check_refused("\"shape\":\"ongoing\"", "\"shape\":\"new\"", "\"shape\"");
	check_refused("\"shape\":\"ongoing\"", "\"shape\":null", "\"shape\"");
	check_refused("\"survival_shares\":[1.0,", "\"survival_shares\":[1e308,",
		      "\"survival_shares\"");
	/* less as much below 0 it would be none either */
	check_refused(
		"\"objects_delta_bytes\":", "\"objects_delta_bytes\":4611686018427387904,\"x\":",
		"\"objects_delta_bytes\"");
	check_refused("\"kernel\":\"6", "\"kernel\":\"\\u001b[31m6", "\"kernel\"");
	check_refused("\"kernel\":\"6", "\"kernel\":\"\\u00006", "no JSON");
	check_refused("\"kernel\":\"6", "\"kernel\":\"\xff", "no JSON");
	check_refused("2025-11-23T", "2025-11-31T", "\"time\"");
	check_refused("2025-11-23T", "0025-11-23T", "\"time\"");
	check_refused("2025-11-23T14", "2025-11-23T24", "\"time\"");
	check_refused("\"race\":\"", "\"race\":\"\\n", "\"race\"");
	check_refused("\"race\":0", "\"ra ce\":0", "\"losses\"");
	check_refused("\"SUnreclaim\":", "\"Sunreclaim\":", "\"meminfo_delta_bytes\"");
	check_refused("\"field\":\"SUnreclaim\"", "\"field\":\"Foo\"", "\"field\"");
	check_refused("\"slab\",\"vmalloc\",\"percpu\"", "\"slab\",\"heap\"", "\"origins\"");
	check_refused("\"sampling\":1", "\"sampling\":0", "\"sampling\"");
	check_refused("\"sampling\":1", "\"sampling\":4294967296", "\"sampling\"");
	check_refused("\"id\":\"00f3", "\"id\":\"0f3", "\"id\"");
	check_refused("\"addr\":\"0xf", "\"addr\":\"f", "\"addr\"");
	check_refused("\"first_bytes\":\"6b", "\"first_bytes\":\"6", "\"first_bytes\"");
	check_refused("\"first_bytes\":\"6b", "\"first_bytes\":\"6b6b", "\"first_bytes\"");
	check_refused("\"name\":\"LEAK\"", "\"name\":\"LEAKY\"", "\"name\"");
	check_refused("\"survival_shares\":[1.0,", "\"survival_shares\":[", "\"survival_shares\"");
	check_refused("\"holders\":[", "\"holders\":[{},{},{},{},", "\"holders\"");
	check_refused("\"sites_total\":{\"sites\":4", "\"sites_total\":{\"sites\":3",
		      "\"sites_total\"");
	check_refused("\"stack\":[", "\"stack\":[7,", "\"addr\"");
	check_refused("\"origin\":\"slab\"", "\"origin\":\"\\u001b[2J\"", "\"origin\"");
	check_refused("{", "[{", "no JSON");
}

/* ---- a report of which a value is another one ---- */

/* Where a path of keys ("sites.0.verdict") leads. */
static json_t *at_path(json_t *value, const char *path)
{
	char copy[128], *rest = copy, *key;

	snprintf(copy, sizeof(copy), "%s", path);
	while ((key = strtok_r(rest, ".", &rest)))
		value = json_is_array(value) ? json_array_get(value, strtoul(key, NULL, 10))
					     : json_object_get(value, key);
	if (!value)
		fail_msg("there is no %s", path);
	return value;
}

/* Read golden_report() with `value` at `key` of what is at `path`.  Why not is written to `why`. */
static int read_with(struct saved_report *saved, const char *path, const char *key,
		     const char *value, char *why, size_t len)
{
	struct report report = golden_report();
	char *good = saved__print_report(&report), *line;
	json_t *whole = json_loads(good, 0, NULL), *new = json_loads(value, JSON_DECODE_ANY, NULL);
	int err;

	assert_non_null(new);
	assert_int_equal(json_object_set_new(at_path(whole, path), key, new), 0);
	line = json_dumps(whole, JSON_REAL_PRECISION(17));
	*why = '\0';
	err = saved__read_report(saved, line, strlen(line), why, len);
	json_decref(whole);
	free(line);
	free(good);
	return err;
}

static void check_refused_at(const char *path, const char *key, const char *value, const char *said)
{
	struct saved_report saved;
	char why[128];

	if (read_with(&saved, path, key, value, why, sizeof(why)) != -EINVAL)
		fail_msg("%s of %s: %s was let pass", key, path, value);
	if (!strstr(why, said))
		fail_msg("%s: \"%s\" does not say \"%s\"", value, why, said);
}

static struct saved_report read_at(const char *path, const char *key, const char *value)
{
	struct saved_report saved;
	char why[128];

	if (read_with(&saved, path, key, value, why, sizeof(why)))
		fail_msg("%s", why);
	return saved;
}

/* What cannot be at the same time. */
static void test_contradictions(void **state)
{
	(void)state;
	check_refused_at("", "version", "0", "\"version\" is not 1 or 2");
	check_refused_at("scan", "passes", "0", "\"passes\" is not a count of passes");
	check_refused_at("", "scan", "null", "null, where there was no scan");
	check_refused_at("sites.2.verdict.pinned", "sampled", "0", "\"sampled\"");
	check_refused_at("sites.2.verdict.pinned", "references", "65", "\"references\"");
	check_refused_at("sites.2.verdict.pinned", "children", "62", "\"children\"");
	check_refused_at("sites.2.verdict.pinned", "dirty", "65", "\"dirty\"");
	check_refused_at("sites.1.held_by", "sampled", "0", "\"sampled\"");
	check_refused_at("sites.0", "charged",
			 "{\"looked_at\": 0, \"to_filter\": null, \"nobody\": 0, \"unknown\": 0, "
			 "\"others\": 0, \"cgroups\": []}",
			 "\"looked_at\" is not a count of objects");
	check_refused_at("", "charged_to",
			 "{\"removed\": false, \"sites\": 0, \"bytes\": 0, \"looked_at\": 0, "
			 "\"unknown_sites\": 0, \"unknown_bytes\": 0, \"unknown_origins\": "
			 "[\"heap\"], \"skipped_sites\": 0, \"skipped_bytes\": 0}",
			 "\"unknown_origins\" is not a list of allocators");
	check_refused_at("sites_total", "sites", "3", "\"sites_total\" is not a total");
}

/* Either of the two numbers tells that there was a scan. */
static void test_unreferenced_without_a_scan(void **state)
{
	static const char *const keys[] = {"unreferenced_objects", "unreferenced_bytes"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct report report = golden_report();
		struct report_site sites[] = {golden_sites[1]};
		struct saved_report saved;
		char *good, *line, why[128];
		json_t *whole;
		int err;

		report.scan = (struct report_scan){};
		report.sites = sites;
		report.nr_sites = report.nr_sites_all = 1;
		good = saved__print_report(&report);
		whole = json_loads(good, 0, NULL);
		if (i < 2)
			json_object_set_new(at_path(whole, "sites.0"), keys[i], json_integer(1));
		line = json_dumps(whole, 0);
		err = saved__read_report(&saved, line, strlen(line), why, sizeof(why));
		assert_int_equal(err, i < 2 ? -EINVAL : 0);
		if (!err)
			saved__free_report(&saved);
		json_decref(whole);
		free(line);
		free(good);
	}
}

/* Of wrong types where a list wants sentences, shares, allocators, plain names. */
static void test_wrong_types(void **state)
{
	(void)state;
	check_refused_at("", "blind_spots", "[\"a\",1]", "a list of sentences");
	check_refused_at("", "blind_spots", "[\"a\\n\"]", "a list of sentences");
	check_refused_at("", "blind_spots", "{}", "\"blind_spots\"");
	check_refused_at("sites.0.verdict", "survival_shares", "[1,1,1]", "\"survival_shares\"");
	check_refused_at("sites.0.verdict", "survival_shares", "[1,1,1,1,1]",
			 "\"survival_shares\"");
	check_refused_at("sites.0.verdict", "survival_shares", "[1,1,1,\"1\"]", "a list of shares");
	check_refused_at("filter", "origins", "[1]", "an allocator");
	check_refused_at("filter", "origins", "[\"slab\",\"slab\",\"slab\",\"slab\",\"slab\"]",
			 "\"origins\"");
	check_refused_at("filter", "pid", "-1", "\"pid\"");
	check_refused_at("loss_texts", "race", "null", "\"race\"");
	check_refused_at("sites.0", "origin", "null", "\"origin\"");
	check_refused_at("sites.0", "stack", "null", "\"stack\"");
	check_refused_at("sites.0", "verdict", "[]", "\"verdict\"");
	check_refused_at("", "slab", "1", "\"slab\"");
	check_refused_at("", "caches", "[{}]", "\"name\" is not there");
}

/* null is what is not known. */
static void test_what_is_not_known(void **state)
{
	struct saved_report saved = read_at("", "slab", "null");

	(void)state;
	assert_false(saved.report.slab.known);
	assert_true(isnan(saved.report.slab.explained));
	saved__free_report(&saved);
	saved = read_at("", "overhead", "null");
	assert_false(saved.report.overhead.known);
	saved__free_report(&saved);
	saved = read_at("ledger.0", "kernel_delta_bytes", "null");
	assert_false(saved.report.ledger[0].known);
	assert_int_equal(saved.report.ledger[0].kernel_delta_bytes, 0);
	assert_true(saved.report.ledger[1].known);
	saved__free_report(&saved);
	saved = read_at("sites.0", "verdict", "null");
	assert_null(saved.report.sites[0].verdict.is.why);
	saved__free_report(&saved);
	saved = read_at("sites.0.verdict", "growth_bytes_per_min", "null");
	assert_false(saved.report.sites[0].verdict.from.slope.known);
	saved__free_report(&saved);
	saved = read_at("sites.0", "held_by", "null");
	assert_int_equal(saved.report.sites[0].sampled, 0);
	saved__free_report(&saved);
	saved = read_at("sites.0.verdict", "survival_shares", "[null,0.5,1,null]");
	assert_true(isnan(saved.report.sites[0].verdict.from.survival[0]));
	assert_true(saved.report.sites[0].verdict.from.survival[1] == 0.5);
	saved__free_report(&saved);
	saved = read_at("sites.0", "fingerprint", "null");
	assert_int_equal(saved.report.sites[0].fingerprint, 0);
	saved__free_report(&saved);
	saved = read_at("sites.0.verdict", "arrivals", "null");
	assert_int_equal(saved.report.sites[0].verdict.from.arrivals.shape, ARRIVALS_UNKNOWN);
	assert_true(isnan(saved.report.sites[0].verdict.from.arrivals.kept_share));
	saved__free_report(&saved);
	saved = read_at("sites.0.verdict.arrivals", "kept_share", "null");
	assert_true(isnan(saved.report.sites[0].verdict.from.arrivals.kept_share));
	saved__free_report(&saved);
	saved = read_at("filter", "pid", "0");
	assert_int_equal(saved.report.filter.pid, 0);
	saved__free_report(&saved);
	saved = read_at("filter", "origins", "[]");
	assert_string_equal(saved.report.filter.origins, "");
	saved__free_report(&saved);
}

/* What a verdict was made of is the site's, and the share of what is retained follows. */
static void test_what_follows(void **state)
{
	struct saved_report saved = read_at("sites.0.verdict", "settled_alive", "15000");
	const struct report_site *site = &saved.report.sites[0];
	const struct evidence *e = &site->verdict.from;

	(void)state;
	assert_int_equal(e->objects, site->objects);
	assert_int_equal(e->bytes, site->bytes);
	assert_int_equal(e->allocations, site->allocations);
	assert_int_equal(e->frees, site->frees);
	assert_true(site->verdict.is.retained == 15000.0 / 30001);
	assert_true(e->slope.known);
	/* those that cannot go are all but the others */
	assert_int_equal(saved.report.sites[2].verdict.from.pins.by[VFS_NOT_PINNED], 55);
	saved__free_report(&saved);
	saved = read_at("sites.0.verdict", "settled", "0");
	assert_true(isnan(saved.report.sites[0].verdict.is.retained));
	saved__free_report(&saved);
	saved = read_at("sites.2.verdict.pinned", "references", "58");
	assert_int_equal(saved.report.sites[2].verdict.from.pins.by[VFS_NOT_PINNED], 0);
	saved__free_report(&saved);
}

/* A cache that many others were merged with has all their names. */
static void test_many_aliases(void **state)
{
	char value[1024] = "[", names[1024] = "";
	struct saved_report saved;

	(void)state;
	for (int i = 0; i < 50; i++) {
		size_t used = strlen(value), length = strlen(names);

		snprintf(value + used, sizeof(value) - used, "%s\"cache_%d\"", i ? "," : "", i);
		snprintf(names + length, sizeof(names) - length, "%scache_%d", i ? ", " : "", i);
	}
	strcat(value, "]");
	saved = read_at("caches.0", "aliases", value);
	assert_string_equal(saved.report.caches[0].aliases, names);
	saved__free_report(&saved);
}

/* A name that is too long is cut, between characters. */
static void test_names_that_are_cut(void **state)
{
	(void)state;
	for (int length = 60; length <= 66; length++) {
		char name[128], value[160];
		struct saved_report saved;

		/* x...x and a character of two bytes */
		snprintf(name, sizeof(name), "%0*d\xc3\xa9", length, 0);
		snprintf(value, sizeof(value), "\"%s\"", name);
		saved = read_at("sites.0.who.0", "comm", value);
		if (length + 2 > 63)
			name[length < 63 ? length : 63] = '\0';
		assert_string_equal(saved.report.sites[0].who[0].comm, name);
		saved__free_report(&saved);
	}
}

/* Whatever is cut off: it is refused. */
static void test_every_prefix(void **state)
{
	struct report report = golden_report();
	char *line = saved__print_report(&report);
	struct saved_report saved;
	char why[128];

	(void)state;
	for (size_t length = 0; length < strlen(line); length++)
		assert_int_equal(saved__read_report(&saved, line, length, why, sizeof(why)),
				 -EINVAL);
	free(line);
}

static void check_too_large(char with, size_t nr)
{
	char *line = malloc(nr + 2), why[128] = "";
	struct saved_report saved;

	assert_non_null(line);
	memset(line, with, nr);
	assert_int_equal(saved__read_report(&saved, line, nr, why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "too large"));
	free(line);
}

static void test_limits(void **state)
{
	(void)state;
	assert_true(saved__fits("{}", 2));
	check_too_large(',', SAVED_VALUES + 1);
	check_too_large(' ', SAVED_LINE + 1UL);
}

/* As many values, or bytes, as there may be. */
static void test_what_just_fits(void **state)
{
	const size_t most = SAVED_LINE;
	char *line = malloc(most + 1);

	(void)state;
	assert_non_null(line);
	memset(line, ' ', most + 1);
	assert_true(saved__fits(line, most));
	assert_false(saved__fits(line, most + 1));
	for (size_t i = 0; i < SAVED_VALUES; i++)
		line[i] = ",[{"[i % 3];
	assert_true(saved__fits(line, most));
	line[most - 1] = '{';
	assert_false(saved__fits(line, most));
	free(line);
}

/* ---- headers ---- */

static struct image golden_images[] = {
	{.name = "",
	 .build_id = {0xde, 0xad, 0xbe, 0xef},
	 .build_id_length = 4,
	 .nr_places = 2,
	 .places = {{"_text", 0xffffffff81000000}, {"_stext", 0xffffffff81000000}}},
	{.name = "kleak_test", .nr_places = 1, .places = {{".text", 0xffffffffc09a4000}}},
};

static const struct saved_header golden_header = {
	.time = {.tv_sec = 1763906605, .tv_nsec = 1000000},
	.kernel = "6.12.0-amd64",
	.kernel_version = "#1 SMP Debian",
	.machine = "x86_64",
	.images = {golden_images, NR(golden_images)},
};

static void test_header(void **state)
{
	char *line = saved__print_header(&golden_header), why[128] = "";
	struct saved_header h;

	(void)state;
	assert_true(saved__is_header(line, strlen(line), false));
	assert_int_equal(saved__read_header(&h, line, strlen(line), why, sizeof(why)), 0);
	assert_string_equal(h.kernel, "6.12.0-amd64");
	assert_string_equal(h.kernel_version, "#1 SMP Debian");
	assert_string_equal(h.machine, "x86_64");
	assert_true(h.time.tv_sec == 1763906605 && h.time.tv_nsec == 1000000);
	assert_int_equal(h.images.nr, NR(golden_images));
	assert_memory_equal(h.images.list, golden_images, sizeof(golden_images));
	check_equal(line, saved__print_header(&h));
	saved__free_header(&h);
}

static int read_header(const char *line, char *why, size_t len)
{
	struct saved_header h;

	*why = '\0';
	return saved__read_header(&h, line, strlen(line), why, len);
}

static void test_header_refused(void **state)
{
	char why[128];

	(void)state;
	assert_int_equal(read_header("{\"kleak_saved\":3}", why, sizeof(why)), -EPROTO);
	assert_int_equal(read_header("{\"kleak_saved\":0}", why, sizeof(why)), -EINVAL);
	assert_int_equal(read_header("{\"kleak_saved\":1}", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "\"time\" is not there");
	assert_int_equal(read_header("{\"kleak_saved\":", why, sizeof(why)), -EINVAL);
	assert_int_equal(read_header("{\"kleak_saved\":1,\"time\":\"2025-11-23T14:03:25.123Z\","
				     "\"kernel\":\"6\",\"kernel_version\":\"\",\"machine\":\"\","
				     "\"images\":[{\"module\":null,\"build_id\":\"0\","
				     "\"places\":[]}]}",
				     why, sizeof(why)),
			 -EINVAL);
	assert_non_null(strstr(why, "build_id"));
}

/* A header with one image, of which this is the JSON. */
static int read_image(struct saved_header *h, const char *image, char *why, size_t len)
{
	char line[4096];

	*why = '\0';
	snprintf(line, sizeof(line),
		 "{\"kleak_saved\":1,\"time\":\"2025-11-23T14:03:25.123Z\",\"kernel\":\"6\","
		 "\"kernel_version\":\"\",\"machine\":\"\",\"images\":[%s]}",
		 image);
	return saved__read_header(h, line, strlen(line), why, len);
}

/* A name of that length, as JSON. */
static const char *name_of(int length)
{
	static char name[128];

	snprintf(name, sizeof(name), "\"%0*d\"", length, 0);
	return name;
}

static void test_images(void **state)
{
	struct saved_header h;
	char image[1024], why[128];

	(void)state;
	assert_int_equal(read_image(&h, "", why, sizeof(why)), 0);
	assert_int_equal(h.images.nr, 0);
	saved__free_header(&h);
	for (int length = IMAGE_NAME - 1; length <= IMAGE_NAME; length++) {
		int wanted = length < IMAGE_NAME ? 0 : -EINVAL;

		snprintf(image, sizeof(image), "{\"module\":%s,\"build_id\":null,\"places\":[]}",
			 name_of(length));
		assert_int_equal(read_image(&h, image, why, sizeof(why)), wanted);
		if (!wanted) {
			assert_int_equal(strlen(h.images.list[0].name), length);
			assert_int_equal(h.images.list[0].build_id_length, 0);
			saved__free_header(&h);
		}
		snprintf(image, sizeof(image),
			 "{\"module\":null,\"build_id\":\"0a0b\",\"places\":[{\"name\":%s,"
			 "\"addr\":\"0x10\"}]}",
			 name_of(length - IMAGE_NAME + (int)sizeof(h.images.list->places->name)));
		assert_int_equal(read_image(&h, image, why, sizeof(why)), wanted);
		if (!wanted) {
			assert_string_equal(h.images.list[0].name, "");
			assert_int_equal(h.images.list[0].build_id_length, 2);
			assert_int_equal(h.images.list[0].build_id[1], 0x0b);
			assert_int_equal(h.images.list[0].nr_places, 1);
			assert_int_equal(h.images.list[0].places[0].address, 0x10);
			saved__free_header(&h);
		}
	}
	assert_string_equal(why, "\"name\" is not so short");
}

/* What a line begins with tells, if it is long enough; of one that is cut so much as there is. */
static void test_what_is_a_header(void **state)
{
	static const char line[] = "{\"kleak_saved\":2,";

	(void)state;
	assert_true(saved__is_header(line, 15, false));
	assert_false(saved__is_header(line, 14, false));
	assert_true(saved__is_header(line, 14, true));
	assert_true(saved__is_header(line, 1, true));
	assert_true(saved__is_header(line, sizeof(line) - 1, true));
	assert_false(saved__is_header("{\"kleak_other\":2,", 18, true));
	assert_false(saved__is_header("[", 1, true));
}

/* ---- failures ---- */

static long allocations_left;

static void *scarce_malloc(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

/*
 * Whichever of the parser's allocations is refused: the report is, and nothing leaks.  (The parser
 * does not always say that memory was why.)
 */
static void test_no_memory(void **state)
{
	struct report report = golden_final();
	char *line = saved__print_report(&report), why[128];
	struct saved_report saved = {};
	long last = 0;
	int err = -ENOMEM;

	(void)state;
	json_set_alloc_funcs(scarce_malloc, free);
	while ((err == -ENOMEM || err == -EINVAL) && last < 10000) {
		allocations_left = last++;
		err = saved__read_report(&saved, line, strlen(line), why, sizeof(why));
	}
	saved__free_report(&saved);
	json_set_alloc_funcs(malloc, free);
	assert_int_equal(err, 0);
	assert_in_range(last, 100, 9999);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),
		cmocka_unit_test(test_a_pass_under_way),
		cmocka_unit_test(test_hostile_and_huge),
		cmocka_unit_test(test_every_digit),
		cmocka_unit_test(test_every_value_is_read),
		cmocka_unit_test(test_keys_that_came_later),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_header_refused),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_contradictions),
		cmocka_unit_test(test_unreferenced_without_a_scan),
		cmocka_unit_test(test_wrong_types),
		cmocka_unit_test(test_what_is_not_known),
		cmocka_unit_test(test_what_follows),
		cmocka_unit_test(test_many_aliases),
		cmocka_unit_test(test_names_that_are_cut),
		cmocka_unit_test(test_what_just_fits),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_what_is_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
