// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/help.h"
#include "cmd/option_table.h"

#include <string.h>

#define WIDTH	     80
#define USAGE_COLUMN 42 /* where it says what a command does */
#define HELP_COLUMN  26 /* and what an option does */
#define TEXT	     1024

static const char ending[] =
	"SECS may end in ms, s, m, h or d, BYTES in K, M, G or T.\n"
	"\n"
	"Exit status: 0 done; 1 cannot run; 2 wrong usage; 3 diagnose found a leak, or\n"
	"run --exit-code a rest; 4 diagnose is undecided; 5 a program holds what grows.\n"
	"check exits as monitoring plugins do: 0 ok, 1 warning, 2 critical, 3 unknown.\n";

/* Print words from `column` on; the line is written up to `at`, which is before that. */
static void print_wrapped(FILE *out, const char *text, size_t at, size_t column)
{
	fprintf(out, "%*s", (int)(column - at), "");
	at = column;
	while (*text) {
		size_t len = strcspn(text, " "), gap = strspn(text + len, " ");

		fprintf(out, "%.*s", (int)len, text);
		at += len;
		text += len + gap;
		if (*text && at + gap + strcspn(text, " ") > WIDTH) {
			fputc('\n', out);
			at = 0;
			gap = column;
		}
		fprintf(out, "%*s", *text ? (int)gap : 0, "");
		at += gap;
	}
	fputc('\n', out);
}

/* ---- commands ---- */

static void print_usage(const struct verb_row *verb, bool first, FILE *out)
{
	char left[TEXT];

	snprintf(left, sizeof(left), "%s kleak %s%s%s ", first ? "Usage:" : "      ", verb->word,
		 *verb->word ? " " : "", verb->usage);
	fputs(left, out);
	print_wrapped(out, verb->does, strlen(left), USAGE_COLUMN);
}

static void print_commands(FILE *out)
{
	const struct verb_row *verb;

	fputs("Find what leaks kernel memory, by call stack, on a running machine.\n\n", out);
	for (size_t i = 0; (verb = option_table__verb(i)); i++)
		print_usage(verb, !i, out);
	fputs("\nkleak COMMAND --help lists the options of that command alone.\n", out);
}

/* ---- options ---- */

static bool is_same_group(const struct option_row *a, const struct option_row *b)
{
	return a && b && !strcmp(a->group, b->group);
}

/* The commands that take all options of the group that starts with the i-th; 0: they differ. */
static uint32_t takers_of_group(size_t i)
{
	const struct option_row *first = option_table__row(i), *row = first;

	while (is_same_group(first, row) && row->verbs == first->verbs)
		row = option_table__row(++i);
	return is_same_group(first, row) ? 0 : first->verbs;
}

/* Do all commands take it that print what they found? */
static bool is_common(uint32_t verbs)
{
	const struct verb_row *verb;

	for (size_t i = 0; (verb = option_table__verb(i)); i++)
		if (!(verbs & 1U << i) && verb->words != WORDS_CHOICE)
			return false;
	return true;
}

static void add(char *text, const char *before, const char *words, const char *after)
{
	size_t used = strlen(text);

	snprintf(text + used, TEXT - used, "%s%s%s", before, words, after);
}

/* "kleak, run, diagnose", unless that tells nothing. */
static void add_takers(char *text, uint32_t verbs, const char *before, const char *after)
{
	const struct verb_row *verb;

	if (!verbs || is_common(verbs))
		return;
	for (size_t i = 0; (verb = option_table__verb(i)); i++) {
		if (!(verbs & 1U << i))
			continue;
		add(text, before, *verb->word ? verb->word : "kleak", "");
		before = ", ";
	}
	add(text, after, "", "");
}

static void print_option(const struct option_row *row, bool with_takers, FILE *out)
{
	const char *by_default = row->by_default ? row->by_default : row->if_left_out;
	char left[TEXT] = "", text[TEXT] = "", list[OPTION_LIST_MOST];

	if (row->letter)
		snprintf(left, sizeof(left), "  -%c, %s", row->letter, row->name);
	else
		snprintf(left, sizeof(left), "      %s", row->name);
	if (row->argument)
		add(left, row->if_left_out ? "[=" : " ", row->argument,
		    row->if_left_out ? "]" : "");

	add(text, "", row->help, "");
	if (row->choices) {
		option_table__choices(row->choices, row->type == OPTION_CHOICE ? " or " : " and ",
				      list, sizeof(list));
		add(text, ": ", list, "");
	}
	if (by_default)
		add(text, " (default ", by_default, ")");
	add_takers(text, with_takers ? row->verbs : 0, " [", "]");
	fputs(left, out);
	print_wrapped(out, text, strlen(left), HELP_COLUMN);
}

static void print_heading(const char *group, uint32_t takers, FILE *out)
{
	char text[TEXT] = "\n";

	add(text, group, "", "");
	add_takers(text, takers, " (", ")");
	fprintf(out, "%s:\n", text);
}

void help__print(enum options_verb verb, FILE *out)
{
	const struct option_row *row, *before = NULL;
	bool all = verb == VERB_TRACE;
	uint32_t takers = 0;

	if (all)
		print_commands(out);
	else
		print_usage(option_table__verb(verb), true, out);
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		if (!all && !option_table__takes(row, verb))
			continue;
		if (!is_same_group(row, before)) {
			takers = all ? takers_of_group(i) : 0;
			print_heading(row->group, takers, out);
		}
		print_option(row, all && !takers, out);
		before = row;
	}
	fprintf(out, "\n%s", ending);
}
