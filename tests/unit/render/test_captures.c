// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people see, of reports that were made: tests/unit/captures holds one for each of the ways in
 * which kleak is used most, saved by --save in a guest with Debian's 6.12.
 */
#include "golden/golden.h"

#include "render/report_text.h"
#include "render/screen_view.h"
#include "report/report_filter.h"
#include "report/savedfile.h"

#include <fcntl.h>

#define CAPTURES "tests/unit/captures"

static const char *const scenes[] = {"quiet", "build", "leak", "pid", "cgroup", "run"};

/* A terminal: its screen fits into it, and no line of a report is longer. */
static const struct {
	int columns, rows;
} terminals[] = {{80, 24}, {120, 40}, {200, 50}};

struct capture {
	struct saved_report report;
	struct savedfile *file;
};

static struct capture read_capture(const char *scene)
{
	static const struct trace_options all = {.pid = -1};
	static const struct report_options by_suspicion = {.sort = SITES_BY_RANK, .rows = 10};
	struct capture capture = {};
	char path[256], why[256] = "";
	int fd;

	snprintf(path, sizeof(path), CAPTURES "/%s.kleak", scene);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail_msg("%s cannot be read", path);
	assert_int_equal(savedfile__open(&capture.file, fd), 0);
	if (savedfile__last(capture.file, &capture.report, why, sizeof(why)) != 1)
		fail_msg("%s %s", path, why);
	assert_int_equal(
		report_filter__apply(&capture.report, &all, &by_suspicion, why, sizeof(why)), 0);
	return capture;
}

static void free_capture(struct capture *capture)
{
	saved__free_report(&capture->report);
	savedfile__close(capture->file);
}

/* How many columns a line takes: what follows the first byte of a character takes none. */
static size_t width_of(const char *line, size_t length)
{
	size_t width = 0;

	for (size_t i = 0; i < length; i++)
		width += ((unsigned char)line[i] & 0xc0) != 0x80;
	return width;
}

/* Only names may be longer than the terminal is wide: they are not cut in what may go into a file.
 */
static void check_widths(const char *text, size_t columns)
{
	while (*text) {
		size_t length = strcspn(text, "\n");
		size_t longest = 0, words = strspn(text, " ");

		for (size_t at = words; at < length; at += strspn(text + at, " ")) {
			size_t word = strcspn(text + at, " \n");

			if (word > longest)
				longest = word;
			at += word;
		}
		if (width_of(text, length) > columns && longest + words < columns)
			fail_msg("more than %zu columns: %.*s", columns, (int)length, text);
		text += length + (text[length] == '\n');
	}
}

static void check_text(const char *name, const struct report *report, int columns)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(report_text__print(report, false, columns, out), 0);
	assert_int_equal(fclose(out), 0);
	golden_compare(name, text);
	check_widths(text, (size_t)columns);
	free(text);
}

static void check_screen(const char *name, const struct report *report, int columns, int rows)
{
	struct screen_view *view = calloc(1, sizeof(*view));
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(view);
	assert_non_null(out);
	screen_view__open(view, 2, VIEW_BY_VERDICT);
	view->width = columns;
	view->height = rows;
	assert_int_equal(screen_view__enter(view, report), 0);
	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < rows; i++) {
		const char *line = view->lines[i].text;

		for (; *line; line++)
			if (*line == '\x1b')
				line = strchr(line, 'm');
			else
				fputc(*line, out);
		fputc('\n', out);
	}
	assert_int_equal(fclose(out), 0);
	golden_compare(name, text);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		assert_true(width_of(line, strcspn(line, "\n")) <= (size_t)columns);
	free(text);
	screen_view__close(view);
	free(view);
}

static void test_every_scene(void **state)
{
	(void)state;
	for (size_t i = 0; i < NR(scenes); i++) {
		struct capture capture = read_capture(scenes[i]);
		const struct report *report = &capture.report.report;

		for (size_t k = 0; k < NR(terminals); k++) {
			char name[64];
			int columns = terminals[k].columns, rows = terminals[k].rows;

			snprintf(name, sizeof(name), "capture-%s-%d.txt", scenes[i], columns);
			check_text(name, report, columns);
			snprintf(name, sizeof(name), "capture-%s-%dx%d.txt", scenes[i], columns,
				 rows);
			check_screen(name, report, columns, rows);
		}
		free_capture(&capture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_scene),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
