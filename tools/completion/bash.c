// SPDX-License-Identifier: GPL-2.0-only
/* Functions for kleak.bash, beside this. */
#include "completion.h"

#include <stdio.h>

static void print_options_of(enum options_verb verb)
{
	const struct option_row *row;

	printf("\t%s) echo '", completion__name(option_table__verb(verb)));
	for (size_t i = 0; (row = option_table__row(i)); i++)
		if (option_table__takes(row, verb))
			printf("%s ", row->name);
	printf("' ;;\n");
}

static const char *kind_of(enum option_type type)
{
	switch (type) {
	case OPTION_CHOICE:
		return "choice";
	case OPTION_CHOICES:
		return "choices";
	case OPTION_CACHES:
		return "caches";
	case OPTION_PROCESS:
		return "process";
	case OPTION_FILE:
	case OPTION_INPUT:
		return "file";
	case OPTION_FOLDER:
	case OPTION_FOLDERS:
		return "folder";
	default:
		return "text";
	}
}

static void print_value_of(const struct option_row *row)
{
	if (!row->argument)
		return;
	if (row->letter)
		printf("\t-%c | %s) echo '", row->letter, row->name);
	else
		printf("\t%s) echo '", row->name);
	printf("%s", row->if_left_out ? "optional" : kind_of(row->type));
	if (row->choices)
		completion__choices(row->choices);
	printf("' ;;\n");
}

static void print_words_of(const struct verb_row *verb)
{
	static const char *const kinds[] = {
		[WORDS_NONE] = "none",
		[WORDS_COMMAND] = "command",
		[WORDS_FILES] = "file",
		[WORDS_CHOICE] = "choice",
	};

	printf("\t%s) echo '%s", completion__name(verb), kinds[verb->words]);
	if (verb->choices)
		completion__choices(verb->choices);
	printf("' ;;\n");
}

void completion__bash(void)
{
	const struct option_row *row;
	const struct verb_row *verb;

	printf("# bash completion of kleak\n\n_kleak_verbs()\n{\n\techo '");
	for (size_t i = 1; (verb = option_table__verb(i)); i++)
		printf("%s%s", i > 1 ? " " : "", verb->word);
	printf("'\n}\n\n# The options of a command.\n_kleak_options()\n{\n\tcase $1 in\n");
	for (size_t i = 0; option_table__verb(i); i++)
		print_options_of(i);
	printf("\tesac\n}\n\n# What value an option takes, if any.\n_kleak_value()\n{\n\tcase $1 "
	       "in\n");
	for (size_t i = 0; (row = option_table__row(i)); i++)
		print_value_of(row);
	printf("\tesac\n}\n\n# What stands behind the options of a command.\n_kleak_words()\n{\n"
	       "\tcase $1 in\n");
	for (size_t i = 0; (verb = option_table__verb(i)); i++)
		print_words_of(verb);
	printf("\tesac\n}\n\n");
}
