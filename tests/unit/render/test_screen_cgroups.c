// SPDX-License-Identifier: GPL-2.0-only
/* The interactive screen by the cgroup that is charged. */
#include "golden/screen.h"

static struct screen_view *view_of(const struct report *report)
{
	struct screen_view *view = open_view(100, 32);

	assert_int_equal(screen_view__enter(view, report), 0);
	return view;
}

static void test_golden(void **state)
{
	struct report report = golden_of_charged();
	struct screen_view *view = view_of(&report);
	char *text;

	(void)state;
	press(view, "cjj");
	screen_keys__press(view, VIEW_KEY_ENTER);
	text = drawn(view);
	golden_compare("screen-cgroups.txt", text);
	free(text);
	close_view(view);
}

static void test_there_and_back(void **state)
{
	struct report report = golden_of_charged();
	struct screen_view *view = view_of(&report);

	(void)state;
	check_shows(view, "function ← its callers");
	press(view, "jc");
	check_shows(view, "charged to");
	assert_int_equal(view->at, 0); /* what was selected is no row there */
	assert_int_equal(view->nr, view->cgroups.nr);
	press(view, "c");
	check_shows(view, "function ← its callers");
	assert_int_equal(view->at, 0);
	close_view(view);
}

/* By the cgroup's name, and by what its sites have. */
static void test_filter(void **state)
{
	struct report report = golden_of_charged();
	struct screen_view *view = view_of(&report);

	(void)state;
	press(view, "c/a b");
	screen_keys__press(view, VIEW_KEY_ENTER);
	check_shows(view, "1 of 6 cgroups");
	check_shows(view, "/app.slice/a b  1 site");
	screen_keys__press(view, VIEW_KEY_ESCAPE);
	press(view, "/dentry");
	screen_keys__press(view, VIEW_KEY_ENTER);
	assert_true(view->nr > 0 && view->nr < view->cgroups.nr);
	press(view, "/nothing has it");
	screen_keys__press(view, VIEW_KEY_ENTER);
	check_shows(view, "no cgroup matches");
	close_view(view);
}

static void test_nothing_is_known(void **state)
{
	static const char unknown[] = "it is not known whom anything is charged to";
	struct report report = golden_report(), charged = golden_of_charged();
	struct screen_view *view = view_of(&report);

	(void)state;
	press(view, "c");
	check_shows(view, unknown);
	assert_false(view->by_cgroup);
	assert_int_equal(screen_view__enter(view, &charged), 0);
	press(view, "c");
	assert_false(shows(view, unknown));
	/* the next report may not tell */
	assert_int_equal(screen_view__enter(view, &report), 0);
	check_shows(view, unknown);
	press(view, "jk");
	screen_keys__press(view, VIEW_KEY_ENTER);
	press(view, "c");
	check_shows(view, "function ← its callers");
	close_view(view);
}

/* Of many sites the first ones are told. */
static void test_many_sites(void **state)
{
	static struct report_site sites[30];
	struct report report = golden_report();
	struct screen_view *view;

	(void)state;
	for (size_t i = 0; i < NR(sites); i++) {
		sites[i] = golden_sites[0];
		sites[i].id = i + 1;
		sites[i].nr_who = 0;
		sites[i].charged =
			(struct report_charged){.looked_at = 1,
						.groups = {{"/all", 1, REPORT_ELSEWHERE_YES}},
						.nr_groups = 1};
	}
	report.sites = sites;
	report.nr_sites = NR(sites);
	view = view_of(&report);
	view->height = 60;
	press(view, "c");
	screen_keys__press(view, VIEW_KEY_ENTER);
	check_shows(view, "/all  30 sites");
	check_shows(view, "of it others have allocated");
	check_shows(view, "… and 10 more (c lists sites)");
	close_view(view);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden),	   cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_filter),	   cmocka_unit_test(test_nothing_is_known),
		cmocka_unit_test(test_many_sites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
