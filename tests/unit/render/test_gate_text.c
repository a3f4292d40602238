// SPDX-License-Identifier: GPL-2.0-only
#include "golden/gates.h"

#include "render/gate_text.h"

#include <errno.h>

static void check(struct gate_result result, const char *wanted)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(gate_text__print(&result, out), 0);
	fclose(out);
	assert_string_equal(text, wanted);
	free(text);
}

#define DATA                                                                                       \
	" | unreclaimable=327155712B;;5368709120;0;17179869184 growth=10485760;83886080;104857600"

static void test_states(void **state)
{
	(void)state;
	check(golden_gate(GATE_OK),
	      "KLEAK OK: unreclaimable 312.0M (max 5.0G), growth at most 20.0M/h (warn 80.0M/h, "
	      "max 100.0M/h) within 30s" DATA " growth_low=-5242880 growth_high=20971520\n");
	check(golden_gate(GATE_WARNING),
	      "KLEAK WARNING: growth at least 90.0M/h (warn 80.0M/h, max 100.0M/h) within 30s" DATA
	      " growth_low=94371840 growth_high=20971520\n");
	check(golden_gate(GATE_CRITICAL),
	      "KLEAK CRITICAL: unreclaimable 312.0M (max 5.0G), growth at least 200.0M/h (warn "
	      "80.0M/h, max 100.0M/h) within 30s" DATA
	      " growth_low=209715200 growth_high=20971520\n");
	check(golden_gate(GATE_UNKNOWN),
	      "KLEAK UNKNOWN: growth between -5.0M/h and 300.0M/h (warn 80.0M/h, max 100.0M/h) "
	      "within 30s: a longer --within may tell" DATA
	      " growth_low=-5242880 growth_high=314572800\n");
}

/* The worst stands first; what is as it should be is left out. */
static void test_order(void **state)
{
	struct gate_result result = golden_gate(GATE_UNKNOWN);

	(void)state;
	result.state = result.findings[0].state = GATE_CRITICAL;
	result.findings[1].state = GATE_WARNING;
	result.findings[1].subject = GATE_VMALLOC;
	result.findings[2] = golden_size;
	result.findings[2].subject = GATE_PERCPU;
	result.nr = 3;
	check(result,
	      "KLEAK CRITICAL: unreclaimable 312.0M (max 5.0G), vmalloc growth at least "
	      "-5.0M/h (warn 80.0M/h, max 100.0M/h) within 30s | "
	      "unreclaimable=327155712B;;5368709120;0;17179869184 "
	      "vmalloc_growth=10485760;83886080;104857600 vmalloc_growth_low=-5242880 "
	      "vmalloc_growth_high=314572800 percpu=327155712B;;5368709120;0;17179869184\n");
}

static void test_not_known(void **state)
{
	struct gate_result result = golden_gate(GATE_UNKNOWN);

	(void)state;
	result.findings[0].state = GATE_UNKNOWN;
	result.findings[0].known = result.findings[1].known = false;
	result.readings = 7;
	check(result, "KLEAK UNKNOWN: unreclaimable not counted here (max 5.0G), growth not known "
		      "after 7 readings (warn 80.0M/h, max 100.0M/h) within 30s | "
		      "unreclaimable=U;;5368709120;0;17179869184 growth=U;83886080;104857600 "
		      "growth_low=U growth_high=U\n");
	result.zones = false;
	result.nr = 1;
	result.findings[0].subject = GATE_UNACCOUNTED;
	check(result, "KLEAK UNKNOWN: unaccounted not known without /proc/zoneinfo (max 5.0G) | "
		      "unaccounted=U;;5368709120;0;17179869184\n");
}

static void test_output_fails(void **state)
{
	struct gate_result result = golden_gate(GATE_OK);
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	assert_int_equal(gate_text__print(&result, full), -EIO);
	fclose(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_not_known),
		cmocka_unit_test(test_output_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
