// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of options (src/cmd/option_table.c), printed for programs.
 *
 * tables bash    functions for kleak.bash, beside this; zsh and fish likewise
 * tables rows    a line an option, for tests: name, letter, argument, default, commands, choices
 */
#include "completion.h"

#include <stdio.h>
#include <string.h>

const char *completion__name(const struct verb_row *verb)
{
	return *verb->word ? verb->word : "kleak";
}

void completion__choices(const char *const *choices)
{
	for (; *choices; choices++)
		printf(" %s", *choices);
}

void completion__quoted(const char *text, const char *quote, const char *backslash)
{
	putchar('\'');
	for (; *text; text++)
		if (*text == '\'')
			fputs(quote, stdout);
		else if (*text == '\\')
			fputs(backslash, stdout);
		else
			putchar(*text);
	putchar('\'');
}

/* ---- for tests ---- */

static void print_rows(void)
{
	const struct option_row *row;
	const struct verb_row *verb;

	for (size_t i = 0; (row = option_table__row(i)); i++) {
		printf("%s\t%.1s\t%s%s\t%s\t", row->name, &row->letter, row->if_left_out ? "=" : "",
		       row->argument ? row->argument : "",
		       row->by_default	  ? row->by_default
		       : row->if_left_out ? row->if_left_out
					  : "");
		for (size_t k = 0; (verb = option_table__verb(k)); k++)
			if (option_table__takes(row, k))
				printf(" %s", completion__name(verb));
		printf("\t");
		if (row->choices)
			completion__choices(row->choices);
		printf("\n");
	}
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		void (*print)(void);
	} all[] = {
		{"bash", completion__bash},
		{"zsh", completion__zsh},
		{"fish", completion__fish},
		{"rows", print_rows},
	};

	for (size_t i = 0; argc == 2 && i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(argv[1], all[i].what))
			continue;
		all[i].print();
		return fflush(stdout) || ferror(stdout);
	}
	return 2;
}
