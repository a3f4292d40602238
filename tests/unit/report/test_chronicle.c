// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "report/chronicle.h"

static void test_enter(void **state)
{
	struct chronicle chronicle = {};
	struct report report = golden_report();

	(void)state;
	chronicle__enter(&chronicle, &report);
	assert_int_equal(chronicle.clock.nr, 1);
	assert_true(chronicle.clock.at[0] == report.elapsed_s);
	assert_true(chronicle.kernel[0].value[0] == (double)golden_ledger[0].kernel_delta_bytes);
	assert_true(chronicle.traced[3].value[0] == 64);
	assert_true(chronicle.available.value[0] == (double)-MIB(14.1));
	report.elapsed_s += 5;
	report.nr_ledger = 0;
	chronicle__enter(&chronicle, &report);
	assert_int_equal(chronicle.clock.nr, 2);
	assert_true(chronicle.kernel[0].value[1] == 0);
}

/* A week of reports every second: few points, from the start to the end, each as it was. */
static void test_week(void **state)
{
	struct chronicle chronicle = {};
	struct coverage_class classes[CHRONICLE_CLASSES] = {};
	struct report report = golden_report();
	const size_t reports = 7 * 86400;

	(void)state;
	report.ledger = classes;
	report.nr_ledger = NR(classes);
	for (size_t i = 1; i <= reports; i++) {
		report.elapsed_s = (double)i;
		for (size_t c = 0; c < NR(classes); c++) {
			classes[c].kernel_delta_bytes = (int64_t)(i * (3 + c));
			classes[c].traced_bytes = (int64_t)(i * (2 + c));
		}
		report.meminfo_delta[MEMINFO_MEM_AVAILABLE] = -(int64_t)i;
		chronicle__enter(&chronicle, &report);
	}
	assert_true(chronicle.clock.nr > GROWTH_POINTS / 2 && chronicle.clock.nr <= GROWTH_POINTS);
	assert_true(chronicle.clock.at[chronicle.clock.nr - 1] == (double)reports);
	assert_true(chronicle.clock.at[0] < (double)reports / 30);
	assert_int_equal(chronicle.reports, reports);
	for (size_t i = 0; i < chronicle.clock.nr; i++) {
		for (size_t c = 0; c < NR(classes); c++) {
			double at = chronicle.clock.at[i];

			assert_true(chronicle.kernel[c].value[i] == at * (3 + (double)c));
			assert_true(chronicle.traced[c].value[i] == at * (2 + (double)c));
		}
		assert_true(chronicle.available.value[i] == -chronicle.clock.at[i]);
		if (i)
			assert_true(chronicle.clock.at[i] > chronicle.clock.at[i - 1]);
	}
}

/* More classes than there is room for: the first ones. */
static void test_classes(void **state)
{
	struct coverage_class classes[CHRONICLE_CLASSES + 3] = {};
	struct chronicle chronicle = {};
	struct report report = golden_report();

	(void)state;
	report.ledger = classes;
	report.nr_ledger = NR(classes);
	classes[CHRONICLE_CLASSES - 1].traced_bytes = 7;
	chronicle__enter(&chronicle, &report);
	assert_true(chronicle.traced[CHRONICLE_CLASSES - 1].value[0] == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enter),
		cmocka_unit_test(test_week),
		cmocka_unit_test(test_classes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
