// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/option_table.h"

#include <string.h>

/* A value that is none of the defaults. */
static const char *example(const struct option_row *row)
{
	switch (row->type) {
	case OPTION_CHOICE:
		return row->choices[1];
	case OPTION_CHOICES:
		return row->choices[1];
	case OPTION_ONE_IN:
		return "1/2";
	case OPTION_LIMITS:
		return "vmalloc=7";
	case OPTION_NUMBER:
		return row->least > 1 ? "1024" : "7";
	case OPTION_TIME: /* more than each asks for at least */
		return "77";
	default:
		return "7";
	}
}

static int parse(struct options *options, size_t verb, const struct option_row *row,
		 const char *value, char *why, size_t len)
{
	const char *word = option_table__verb(verb)->word;
	char text[64], *argv[4] = {"kleak"};
	int argc = 1;

	snprintf(text, sizeof(text), "%s%s%s", row->name, value ? "=" : "", value ? value : "");
	if (*word)
		argv[argc++] = (char *)word;
	argv[argc++] = text;
	why[0] = '\0';
	return options__parse(options, argc, argv, why, len);
}

/* Every option is stored where its row says, by each command that takes it, and by no other. */
static void test_every_option(void **state)
{
	const struct option_row *row;
	struct options before, after;
	char why[512], name[64];

	(void)state;
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		const char *value = row->argument ? example(row) : NULL;

		for (size_t verb = 0; option_table__verb(verb); verb++) {
			parse(&before, verb, option_table__row(0), "5", why, sizeof(why));
			parse(&after, verb, row, value, why, sizeof(why));
			if (option_table__takes(row, verb)) {
				if (strstr(why, row->name) == why && strstr(why, "is not"))
					fail_msg("%s", why);
				if (!memcmp((char *)&before + row->at, (char *)&after + row->at,
					    row->size))
					fail_msg("%s was not stored", row->name);
				continue;
			}
			option_table__verbs(1U << verb, name, sizeof(name));
			if (!strstr(why, row->name) || !strstr(why, "belongs to") ||
			    strcmp(why + strlen(why) - strlen(name), name))
				fail_msg("%s %s: \"%s\"", name, row->name, why);
		}
	}
}

/* Names, and what has one, are complete and used once. */
static void test_rows(void **state)
{
	const struct option_row *row, *other;

	(void)state;
	assert_string_equal(option_table__row(0)->name, "--interval");
	assert_true(option_table__row(40));
	assert_null(option_table__row(OPTION_ROWS_MOST));
	assert_string_equal(option_table__verb(VERB_TRACE)->word, "");
	assert_string_equal(option_table__verb(VERB_MERGE)->word, "merge");
	assert_null(option_table__verb(VERB_MERGE + 1));
	for (size_t i = 0; (row = option_table__row(i)); i++) {
		assert_memory_equal(row->name, "--", 2);
		assert_true(row->help && *row->help && row->group && row->verbs);
		assert_int_equal(!row->argument, row->type == OPTION_FLAG);
		assert_int_equal(!!row->choices,
				 row->type == OPTION_CHOICE || row->type == OPTION_CHOICES);
		for (size_t k = 0; k < i; k++) {
			other = option_table__row(k);
			assert_string_not_equal(row->name, other->name);
			assert_true(!row->letter || row->letter != other->letter);
		}
	}
}

static void test_lists(void **state)
{
	static const char *const one[] = {"a", NULL}, *const three[] = {"a", "b", "c", NULL};
	char text[OPTION_LIST_MOST];

	(void)state;
	option_table__choices(one, " or ", text, sizeof(text));
	assert_string_equal(text, "a");
	option_table__choices(three, " or ", text, sizeof(text));
	assert_string_equal(text, "a, b or c");
	option_table__verbs(1U << VERB_TRACE, text, sizeof(text));
	assert_string_equal(text, "kleak");
	option_table__verbs(1U << VERB_TRACE | 1U << VERB_DIFF, text, sizeof(text));
	assert_string_equal(text, "kleak and kleak diff");
	option_table__verbs(1U << VERB_TRACE | 1U << VERB_RUN | 1U << VERB_LEDGER, text,
			    sizeof(text));
	assert_string_equal(text, "kleak, kleak run and kleak ledger");
	option_table__verbs(0, text, sizeof(text));
	assert_string_equal(text, "");
	/* cut to what there is room for */
	option_table__choices(three, " or ", text, sizeof("a, b o"));
	assert_string_equal(text, "a, b o");
	option_table__verbs((2U << VERB_MERGE) - 1, text, sizeof(text)); /* it has room for all */
	assert_string_equal(text + strlen(text) - strlen(" and kleak merge"), " and kleak merge");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_option),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
