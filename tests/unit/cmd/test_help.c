// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/help.h"
#include "cmd/option_table.h"

#include <stdlib.h>
#include <string.h>

/* The help of a command, to be freed. */
static char *help_of(enum options_verb verb)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	help__print(verb, out);
	fclose(out);
	return text;
}

/* Where the line of an option starts; NULL: there is none. */
static const char *line_of(const char *text, const struct option_row *row)
{
	char start[64];
	const char *line;

	if (row->letter)
		snprintf(start, sizeof(start), "\n  -%c, %s", row->letter, row->name);
	else
		snprintf(start, sizeof(start), "\n      %s", row->name);
	line = text;
	while ((line = strstr(line, start)) && !strchr(" [", line[strlen(start)]))
		line++;
	return line;
}

/* All of them for kleak alone, those of a command for the command. */
static void test_every_option_is_there(void **state)
{
	const struct option_row *row;

	(void)state;
	for (size_t verb = 0; option_table__verb(verb); verb++) {
		char *text = help_of(verb);

		for (size_t i = 0; (row = option_table__row(i)); i++) {
			const char *line = line_of(text, row);
			bool wanted = verb == VERB_TRACE || option_table__takes(row, verb);

			if (!line == wanted)
				fail_msg("kleak %s --help: %s%s", option_table__verb(verb)->word,
					 row->name, wanted ? "" : " belongs to others");
			if (line && line_of(line + 1, row))
				fail_msg("%s: twice", row->name);
		}
		free(text);
	}
}

/* What an option does stands in a column of its own. */
static void test_columns(void **state)
{
	const struct option_row *row;
	char *text = help_of(VERB_TRACE);

	(void)state;
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		const char *line = line_of(text, row) + 1;

		if (line[25] != ' ' || line[26] == ' ')
			fail_msg("%s: not in its column", row->name);
	}
	free(text);
}

static void test_lines_fit(void **state)
{
	(void)state;
	for (size_t verb = 0; option_table__verb(verb); verb++) {
		char *text = help_of(verb), *rest = text;

		for (const char *line; (line = strsep(&rest, "\n"));) {
			size_t len = strlen(line);

			if (len > 80 || (len && line[len - 1] == ' '))
				fail_msg("\"%s\"", line);
		}
		free(text);
	}
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in: %s", part, text);
}

static void test_all(void **state)
{
	char *text = help_of(VERB_TRACE);

	(void)state;
	assert_has(text, "Usage: kleak [options]  ");
	assert_has(text, "\n       kleak run [options] -- CMD [ARGS]  what CMD makes");
	assert_has(text,
		   "\n\nObjects that nothing refers to (kleak, run):\n      --scan[=SECS]     ");
	/* wrapped under its beginning */
	assert_has(text,
		   "\n      --sort KEY          order sites by: bytes, growth, objects, age or "
		   "verdict\n"
		   "                          (default verdict) [kleak, run, report]\n");
	assert_has(text, "  -p, --pid PID           only what");
	assert_has(text, "-- CMD");
	/* what all take needs no list */
	assert_has(text, "\n      --json              one JSON object a report and line\n");
	assert_has(text, "\n      --no-color          no colours (NO_COLOR does the same)\n");
	assert_has(text, "\n\nkleak COMMAND --help lists the options of that command alone.\n");
	/* what the group's heading says is not said of each */
	assert_has(text, "      --scan-rate MB      read no more than that a second; without it, "
			 "there is\n                          no limit\n");
	assert_has(text, "status\n      --threshold BYTES   what may be left (default 0)\n\n");
	assert_has(text, "(default slab,vmalloc,percpu) [kleak, run,\n                          "
			 "diagnose, report, diff, merge]\n");
	assert_has(text, "SIGUSR2 leaves out what has been found (default 60)\n");
	assert_has(text,
		   "\n  -h, --help              print this; after a command, its options alone\n"
		   "\nSECS may end in ms,");
	free(text);
}

static void test_one_command(void **state)
{
	char *text = help_of(VERB_LEDGER);

	(void)state;
	assert_has(text, "Usage: kleak ledger [options] [-- CMD]    the kernel's own books");
	assert_has(text, "\n      --interval SECS     time between reports (default 5)\n");
	assert_null(strstr(text, "kleak run"));
	assert_null(strstr(text, "Tracing"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option_is_there),
		cmocka_unit_test(test_lines_fit),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_one_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
