// SPDX-License-Identifier: GPL-2.0-only
/* A function for each command, called by kleak.zsh, beside this: what _arguments takes. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

/* Inside of single quotes and [], of which colons end nothing. */
static void print_escaped(const char *text)
{
	for (; *text; text++) {
		if (strchr("[]:\\", *text))
			putchar('\\');
		fputs(*text == '\'' ? "'\\''" : (char[]){*text, '\0'}, stdout);
	}
}

/* What a value may become. */
static void print_action(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_CHOICE:
		printf("(");
		completion__choices(row->choices);
		printf(")");
		break;
	case OPTION_CHOICES:
		printf("_kleak_list");
		completion__choices(row->choices);
		break;
	case OPTION_CACHES:
		printf("_kleak_caches");
		break;
	case OPTION_PROCESS:
		printf("_pids");
		break;
	case OPTION_FILE:
	case OPTION_INPUT:
		printf("_files");
		break;
	case OPTION_FOLDER:
	case OPTION_FOLDERS:
		printf("_files -/");
		break;
	default:
		printf(" "); /* any text */
		break;
	}
}

static void print_spec(const struct option_row *row, const char *name, const char *with_value)
{
	printf(" \\\n\t\t'%s", row->type == OPTION_FOLDERS ? "*" : "");
	if (row->letter)
		printf("(-%c %s)", row->letter, row->name);
	printf("%s%s[", name, row->argument ? with_value : "");
	print_escaped(row->help);
	printf("]");
	if (row->argument) {
		printf("%s", row->if_left_out ? "::" : ":");
		print_escaped(row->argument);
		printf(":");
		print_action(row);
	}
	printf("'");
}

static void print_words(const struct verb_row *verb)
{
	switch (verb->words) {
	case WORDS_COMMAND:
		printf(" \\\n\t\t'(-)1:command: _command_names -e' \\\n\t\t'*::arguments: "
		       "_normal'");
		break;
	case WORDS_FILES:
		for (int i = 1; i <= verb->most && verb->most == verb->least; i++)
			printf(" \\\n\t\t'%d:file:_files'", i);
		if (verb->most > verb->least)
			printf(" \\\n\t\t'*:file:_files'");
		break;
	case WORDS_CHOICE:
		printf(" \\\n\t\t'1:word:(");
		completion__choices(verb->choices);
		printf(")'");
		break;
	default:
		break;
	}
}

static void print_verb(enum options_verb verb)
{
	const struct verb_row *row = option_table__verb(verb);
	const struct option_row *option;

	printf("_kleak_of_%s()\n{\n\t_arguments -s -S", completion__name(row));
	for (size_t i = 0; (option = option_table__row(i)); i++) {
		if (!option_table__takes(option, verb))
			continue;
		if (option->letter)
			print_spec(option, (char[]){'-', option->letter, '\0'}, "+");
		print_spec(option, option->name, option->if_left_out ? "=-" : "=");
	}
	print_words(row);
	printf("\n}\n\n");
}

void completion__zsh(void)
{
	const struct verb_row *verb;

	printf("#compdef kleak\n\n_kleak_verbs()\n{\n\tlocal -a verbs=(\n");
	for (size_t i = 1; (verb = option_table__verb(i)); i++) {
		printf("\t\t'%s:", verb->word);
		print_escaped(verb->does);
		printf("'\n");
	}
	printf("\t)\n\t_describe -t commands command verbs\n}\n\n");
	for (size_t i = 0; option_table__verb(i); i++)
		print_verb(i);
}
