// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "cmd/clash.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/kleak-test-XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder) || chdir(folder) || mkdir("in", 0700) || mkfifo("fifo", 0600))
		return -1;
	for (const char *name = "ab"; *name; name++) {
		const char path[] = {*name, '\0'};
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

		if (fd < 0 || close(fd))
			return -1;
	}
	return link("a", "hard") || symlink("a", "soft") || symlink("in/../new", "later") ||
	       symlink("in", "to-in") || symlink("..", "in/up");
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command); /* NOLINT: a name of our own */
}

static void assert_clash(const struct options *options, const char *one, const char *other)
{
	char why[512] = "";

	assert_true(clash__find(options, why, sizeof(why)));
	assert_non_null(strstr(why, one));
	assert_non_null(strstr(why, other));
	assert_null(strchr(why, '\n'));
}

static void assert_none(const struct options *options)
{
	char why[512] = "";

	if (clash__find(options, why, sizeof(why)))
		fail_msg("%s", why);
}

/* By whatever name: the same, another spelling, a link, a place where there is nothing yet. */
static void test_names_of_one_file(void **state)
{
	static const char *const names[][2] = {
		{"a", "a"},	  {"a", "./a"},	       {"a", "in/../a"},   {"a", "hard"},
		{"a", "soft"},	  {"soft", "hard"},    {"new", "new"},	   {"new", "./in/up//new"},
		{"new", "later"}, {"in/x", "to-in/x"}, {"in/x", "in/./x"}, {"fifo", "fifo"},
	};
	char whole[512];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *a = names[i][0], *b = names[i][1];

		assert_clash(&(struct options){.save = a, .html = b}, "--save", "--html");
		assert_clash(&(struct options){.save = b, .prom = a}, "--save", "--prom");
		assert_clash(&(struct options){.svg = a, .folded = b}, "--svg", "--folded");
		assert_clash(&(struct options){.trace.btf = a, .save = b}, "--save", "--btf");
		assert_clash(&(struct options){.verb = VERB_REPORT, .files = {a}, .html = b},
			     "FILE", "--html");
		snprintf(whole, sizeof(whole), "%s/%s", folder, b);
		assert_clash(&(struct options){.save = a, .html = whole}, "--save", "--html");
	}
}

static void test_different_files(void **state)
{
	(void)state;
	assert_none(&(struct options){.save = "a", .html = "b", .prom = "new", .svg = "in/new"});
	assert_none(&(struct options){.save = "a", .html = "a.html", .svg = "A"});
	assert_none(&(struct options){.save = "/no/such/folder/x", .html = "/no/such/folder2/x"});
	/* what nobody keeps */
	assert_none(&(struct options){.save = "/dev/null", .html = "/dev/null"});
	/* both are only read */
	assert_none(&(struct options){.verb = VERB_DIFF, .files = {"a", "soft"}});
}

/* What stdout was redirected to is one of them; nothing else is. */
static void test_stdout(void **state)
{
	int before = dup(STDOUT_FILENO), fd = open("b", O_WRONLY | O_APPEND | O_CLOEXEC);
	bool with_html, with_input, with_other;
	char why[512];

	(void)state;
	fflush(stdout);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	with_html = clash__find(&(struct options){.html = "b"}, why, sizeof(why));
	with_input = clash__find(&(struct options){.verb = VERB_DIFF, .files = {"a", "b"}}, why,
				 sizeof(why));
	with_other = clash__find(&(struct options){.html = "a"}, why, sizeof(why));
	dup2(before, STDOUT_FILENO);
	close(before);
	close(fd);
	assert_true(with_html);
	assert_true(with_input);
	assert_false(with_other);
}

static void test_one_more(void **state)
{
	const struct options options = {.save = "a", .html = "new"};

	(void)state;
	assert_string_equal(clash__with(&options, "hard"), "--save");
	assert_string_equal(clash__with(&options, "./new"), "--html");
	assert_null(clash__with(&options, "b"));
	assert_null(clash__with(&options, "new2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_one_file),
		cmocka_unit_test(test_different_files),
		cmocka_unit_test(test_stdout),
		cmocka_unit_test(test_one_more),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
