/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A made-up kernel's types: a struct a line, "name size field offset field offset ...".  The
 * offsets are no kernel's, and no two that are to be told apart are the same.
 */
#ifndef KLEAK_UNIT_MADE_UP_BTF_H
#define KLEAK_UNIT_MADE_UP_BTF_H

#include "unit.h"

#include <bpf/btf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int integer;

static struct btf *begin(void)
{
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	integer = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	return btf;
}

/* Words "field offset ...", but for the field `without`; the fields of `arrays` are such. */
static void add_fields(struct btf *btf, char *words, const char *of, const char *without, int array)
{
	char *rest = words, *field;

	while ((field = strtok_r(NULL, " ", &rest))) {
		unsigned int offset = strtoul(strtok_r(NULL, " ", &rest), NULL, 10);
		char name[64];

		snprintf(name, sizeof(name), "%s.%s", of, field);
		if (without && !strcmp(name, without))
			continue;
		assert_int_equal(btf__add_field(btf, field,
						!strcmp(field, "krw_arr") ? array : integer,
						8 * offset, 0),
				 0);
	}
}

/* Add these types, but for one field, "page.flags"; NULL: all. */
static void add_types(struct btf *btf, const char *types, const char *without)
{
	char *copy = strdup(types), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line) {
			char *words, *name = strtok_r(line, " ", &words);
			unsigned int size = strtoul(strtok_r(NULL, " ", &words), NULL, 10);

			assert_true(btf__add_struct(btf, name, size) > 0);
			add_fields(btf, words, name, without, integer);
		}
	free(copy);
}

static void add_enum(struct btf *btf, const char *type, const char *name, int value)
{
	assert_true(btf__add_enum(btf, type, 4) > 0);
	assert_int_equal(btf__add_enum_value(btf, "another", 77), 0);
	assert_int_equal(btf__add_enum_value(btf, name, value), 0);
}

/* Call f() with each "struct.field" of these types. */
static void each_field(const char *types, void (*f)(const char *field))
{
	char *copy = strdup(types), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")))
		if (*line) {
			char *words, *field, *name = strtok_r(line, " ", &words);
			char whole[64];

			strtok_r(NULL, " ", &words);
			while ((field = strtok_r(NULL, " ", &words))) {
				strtok_r(NULL, " ", &words);
				snprintf(whole, sizeof(whole), "%s.%s", name, field);
				f(whole);
			}
		}
	free(copy);
}

static bool is_one_of(const char *word, const char *const *list)
{
	while (*list && strcmp(*list, word))
		list++;
	return *list;
}

#endif
