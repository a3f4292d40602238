// SPDX-License-Identifier: GPL-2.0-only
/* A line for each option and command, for fish; kleak.fish, beside this, has the functions they
 * call. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

static void print_quoted(const char *text)
{
	completion__quoted(text, "\\'", "\\\\");
}

/* Where a value may come from. */
static void print_source(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_CHOICE:
		printf(" -x -a '");
		completion__choices(row->choices);
		printf("'");
		break;
	case OPTION_CHOICES:
		printf(" -x -a '(__kleak_list");
		completion__choices(row->choices);
		printf(")'");
		break;
	case OPTION_CACHES:
		printf(" -x -a '(__kleak_list (__kleak_caches))'");
		break;
	case OPTION_PROCESS:
		printf(" -x -a '(__fish_complete_pids)'");
		break;
	case OPTION_FILE:
	case OPTION_INPUT:
		printf(" -r -F");
		break;
	case OPTION_FOLDER:
	case OPTION_FOLDERS:
		printf(" -x -a '(__fish_complete_directories)'");
		break;
	default:
		printf(" -x");
		break;
	}
}

static void print_option(const struct option_row *row)
{
	const struct verb_row *verb;

	printf("complete -c kleak -n '__kleak_of");
	for (size_t i = 0; (verb = option_table__verb(i)); i++)
		if (option_table__takes(row, i))
			printf(" %s", completion__name(verb));
	printf("' -l %s", row->name + 2);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->argument && !row->if_left_out)
		print_source(row);
	printf(" -d ");
	print_quoted(row->help);
	printf("\n");
}

static void print_verb(const struct verb_row *verb)
{
	printf("complete -c kleak -n __kleak_first -a %s -d ", verb->word);
	print_quoted(verb->does);
	printf("\n");
	switch (verb->words) {
	case WORDS_COMMAND:
		printf("complete -c kleak -n '__kleak_verb %s' -a '(__kleak_command)'\n",
		       verb->word);
		break;
	case WORDS_FILES:
		printf("complete -c kleak -n '__kleak_of %s' -F\n", verb->word);
		break;
	case WORDS_CHOICE:
		printf("complete -c kleak -n '__kleak_of %s' -a '", verb->word);
		completion__choices(verb->choices);
		printf("'\n");
		break;
	default:
		break;
	}
}

void completion__fish(void)
{
	const struct option_row *row;
	const struct verb_row *verb;

	printf("# fish completion of kleak\n\nset -g __kleak_verbs");
	for (size_t i = 1; (verb = option_table__verb(i)); i++)
		printf(" %s", verb->word);
	printf("\n# those that have a value in the next word\nset -g __kleak_valued");
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		if (!row->argument || row->if_left_out)
			continue;
		printf(" %s", row->name);
		if (row->letter)
			printf(" -%c", row->letter);
	}
	printf("\n\ncomplete -c kleak -f\n");
	for (size_t i = 1; (verb = option_table__verb(i)); i++)
		print_verb(verb);
	for (size_t i = 0; (row = option_table__row(i)); i++)
		print_option(row);
}
