/* SPDX-License-Identifier: GPL-2.0-only */
/* What a renderer prints: print(arg, out), with what it is to print. */
#ifndef KLEAK_UNIT_GOLDEN_PRINTED_H
#define KLEAK_UNIT_GOLDEN_PRINTED_H

#include "golden/golden.h"

#include <errno.h>

typedef int (*printed_by)(void *arg, FILE *out);

/* The caller's to free. */
static char *printed(printed_by print, void *arg)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(print(arg, out), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* It is what the file has. */
static __attribute__((unused)) void printed_is(const char *name, printed_by print, void *arg)
{
	char *text = printed(print, arg);

	golden_compare(name, text);
	free(text);
}

/* Of each of `nr` in the list it is one line, as tests/unit/NAME.schema.json says. */
static __attribute__((unused)) void printed_fits(const char *name, printed_by print, void *list,
						 size_t nr, size_t size)
{
	char command[256];
	FILE *check;

	snprintf(command, sizeof(command),
		 "python3 tests/unit/check-schema.py tests/unit/%s.schema.json", name);
	check = popen(command, "w");
	assert_non_null(check);
	for (size_t i = 0; i < nr; i++) {
		char *text = printed(print, (char *)list + i * size);

		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		fputs(text, check);
		free(text);
	}
	assert_int_equal(pclose(check), 0);
}

/* A full disk is told. */
static __attribute__((unused)) void printed_fails(printed_by print, void *arg)
{
	FILE *full = fopen("/dev/full", "w");

	assert_non_null(full);
	assert_int_equal(print(arg, full), -EIO);
	fclose(full);
}

#endif
