// SPDX-License-Identifier: GPL-2.0-only
#include "golden/pages.h"
#include "golden/pictures.h"
#include "golden/printed.h"

#include "render/html.h"
#include "render/html_lines.h"

static int print(void *diagnosis, FILE *out)
{
	html_lines__print(out, diagnosis, true);
	return 0;
}

static int print_unlinked(void *diagnosis, FILE *out)
{
	html_lines__print(out, diagnosis, false);
	return 0;
}

static void has(struct diagnosis diagnosis, const char *wanted)
{
	char *text = printed(print, &diagnosis);

	if (!strstr(text, wanted))
		fail_msg("%s\nhas no\n%s", text, wanted);
	free(text);
}

/* In a page, with names from outside: each line with its rate, its stacks, and why there is none.
 */
static void test_page(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct statement_line hostile = *diagnosis.lines.list[2].growing->line;
	struct growing_line growing = *diagnosis.lines.list[2].growing;
	struct line_stacks_line lines[3];
	struct chronicle chronicle = {};
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	(void)state;
	assert_non_null(out);
	hostile.place = hostile.function = hostile.module = PICTURES_MARKUP;
	growing.line = &hostile;
	memcpy(lines, diagnosis.lines.list, sizeof(lines));
	lines[2].growing = &growing;
	diagnosis.lines.list = lines;
	chronicle__enter(&chronicle, &report);
	assert_int_equal(html__print(&report, &chronicle, &diagnosis, WEIGHT_BYTES, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_non_null(strstr(text, "<h2>Lines of source that grow</h2>"));
	pictures_check("diagnosis.html", text);
}

static void test_without_rows_to_link_to(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text = printed(print_unlinked, &diagnosis);

	(void)state;
	assert_null(strstr(text, "<a "));
	assert_null(strstr(text, "</a>"));
	assert_non_null(strstr(text, " ← "));
	free(text);
}

/* Nothing is said of a book that was not read; an empty one is. */
static void test_no_lines(void **state)
{
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	char *text;

	(void)state;
	diagnosis.lines.nr = 0;
	has(diagnosis, "<p>no line of source grows steadily (/proc/allocinfo)</p>\n</section>\n");
	diagnosis.lines_known = DIAGNOSIS_LINES_STOPPED;
	text = printed(print, &diagnosis);
	assert_string_equal(text, "");
	free(text);
}

/* There is an end to what a page has. */
static void test_many_stacks(void **state)
{
	struct line_stacks_site sites[25] = {};
	struct report report = golden_report();
	struct diagnosis diagnosis = golden_diagnosis(&report);
	struct line_stacks_line line = diagnosis.lines.list[0];

	(void)state;
	line.first = 0;
	line.nr = NR(sites);
	line.alike = 3;
	diagnosis.lines = (struct line_stacks){.list = &line, .nr = 1, .sites = sites};
	has(diagnosis, "<small>… and 5 more stacks</small>");
	has(diagnosis, "<small>the function allocates at 3 lines: which stack is of which is not "
		       "known</small>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page),
		cmocka_unit_test(test_without_rows_to_link_to),
		cmocka_unit_test(test_no_lines),
		cmocka_unit_test(test_many_stacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
