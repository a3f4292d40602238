// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/child.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What execvp() has to say of it, in a process that it does not replace for long. */
static int by_trying(const char *command)
{
	char *const argv[] = {(char *)command, NULL};
	int ends[2], err = 0;
	pid_t pid;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		execvp(command, argv);
		err = -errno;
		if (write(ends[1], &err, sizeof(err)) != sizeof(err))
			_exit(1);
		_exit(0);
	}
	close(ends[1]);
	if (read(ends[0], &err, sizeof(err)) != sizeof(err))
		err = 0;
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return err;
}

static void make_file(const char *dir, const char *name, mode_t mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("#!/bin/true\n", file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

/* The file's names are those of no program. */
static void test_look_for(void **state)
{
	static const char *const commands[] = {
		"true",		"/bin/true",   "kleak-runs",	    "kleak-does-not",
		"kleak-later",	"kleak-no-no", "/no/such/program",  "/etc/passwd",
		"/etc/passwd/", "/tmp",	       "./no-such-program", "",
	};
	static const int expected[] = {0,	0,	 0,	   -EACCES, 0,	     -ENOENT,
				       -ENOENT, -EACCES, -ENOTDIR, -EACCES, -ENOENT, -ENOENT};
	char first[] = "/tmp/kleak-test-XXXXXX", second[] = "/tmp/kleak-test-XXXXXX", path[256];
	const char *before = getenv("PATH");
	char *saved = before ? strdup(before) : NULL;

	(void)state;
	assert_non_null(mkdtemp(first));
	assert_non_null(mkdtemp(second));
	make_file(first, "kleak-does-not", 0600);
	make_file(first, "kleak-later", 0600);
	make_file(second, "kleak-later", 0700);
	make_file(second, "kleak-runs", 0700);
	snprintf(path, sizeof(path), "/no/such/dir:%s::%s:/usr/bin:/bin", first, second);
	setenv("PATH", path, 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (child__look_for(commands[i]) != by_trying(commands[i]) ||
		    child__look_for(commands[i]) != expected[i])
			fail_msg("\"%s\": %d, not %d; execvp() says %d", commands[i],
				 child__look_for(commands[i]), expected[i], by_trying(commands[i]));
	}
	/* the last place is the working directory */
	setenv("PATH", "/no/such/dir:", 1);
	assert_int_equal(chdir(second), 0);
	assert_int_equal(child__look_for("kleak-runs"), 0);
	assert_int_equal(by_trying("kleak-runs"), 0);
	unsetenv("PATH");
	assert_int_equal(child__look_for("kleak-runs"), 0);
	if (saved)
		setenv("PATH", saved, 1);
	free(saved);
	assert_int_equal(chdir("/"), 0);
	snprintf(path, sizeof(path), "rm -r %s %s", first, second);
	assert_int_equal(system(path), 0); /* NOLINT: names of our own */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_look_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
