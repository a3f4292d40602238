// SPDX-License-Identifier: GPL-2.0-only
/* What is written when, and what is said of it: files that cannot be written now and then. */
#include "golden/golden.h"

#include "cmd/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/kleak-test-XXXXXX";
static int kept[2]; /* stdout and stderr, as they were */

/* In a folder of its own; stdout and stderr are the files "out" and "err" there. */
static int divert(void **state)
{
	(void)state;
	strcpy(strrchr(folder, '-'), "-XXXXXX");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	fflush(NULL);
	for (int fd = 1; fd <= 2; fd++) {
		int file = open(fd == 1 ? "out" : "err", O_RDWR | O_CREAT | O_CLOEXEC | O_APPEND,
				0600);

		assert_true(file >= 0);
		kept[fd - 1] = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		assert_int_equal(dup2(file, fd), fd);
		close(file);
	}
	return 0;
}

static int give_back(void **state)
{
	char command[64];

	(void)state;
	fflush(NULL);
	for (int fd = 1; fd <= 2; fd++) {
		dup2(kept[fd - 1], fd);
		close(kept[fd - 1]);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return chdir("/") || system(command); /* NOLINT: a name of our own */
}

/* What is in the file, up to what there is room for; "" when there is none. */
static const char *text_of(const char *path)
{
	static char text[1 << 16];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* What was said since the last call. */
static void assert_said(const char *expected)
{
	const char *said = text_of("err");

	if (*expected ? !strstr(said, expected) : *said)
		fail_msg("said: \"%s\", not: \"%s\"", said, expected);
	assert_int_equal(ftruncate(STDERR_FILENO, 0), 0);
}

static bool is_there(const char *path)
{
	struct stat is;

	return !stat(path, &is);
}

/* Reports that are only written to files. */
static struct options only_files(void)
{
	return (struct options){.verb = VERB_DIAGNOSE};
}

static struct outputs *open_outputs(const struct options *options)
{
	struct outputs *outputs = NULL;

	assert_int_equal(outputs__open(&outputs, options, NULL, false), 0);
	assert_false(outputs__wait(outputs));
	assert_int_equal(outputs__await(outputs), -1); /* no screen, no keys */
	assert_int_equal(outputs__turn(outputs), 0);
	return outputs;
}

static int give(struct outputs *outputs, bool final)
{
	struct report report = golden_report();

	report.final = final;
	return outputs__report(outputs, &report);
}

static void test_each_file_has_its_form(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;

	(void)state;
	options.folded = "a.folded";
	options.svg = "a.svg";
	options.html = "a.html";
	options.prom = "a.prom";
	outputs = open_outputs(&options);
	assert_false(is_there("a.folded")); /* there is no report yet */
	assert_int_equal(give(outputs, false), 0);
	assert_non_null(strstr(text_of("a.folded"), ";"));
	assert_ptr_equal(strstr(text_of("a.svg"), "<?xml"), text_of("a.svg"));
	assert_non_null(strstr(text_of("a.html"), "<html"));
	assert_non_null(strstr(text_of("a.prom"), "# TYPE kleak_"));
	assert_string_equal(text_of("out"), "");
	assert_int_equal(outputs__close(outputs), 0);
	assert_said("");
}

static void test_text_and_json_go_to_stdout(void **state)
{
	struct options options = {.verb = VERB_TRACE};
	struct outputs *outputs = open_outputs(&options);

	(void)state;
	assert_int_equal(give(outputs, true), 0);
	assert_int_equal(outputs__close(outputs), 0);
	assert_non_null(strstr(text_of("out"), "kmalloc-"));
	assert_true(*text_of("out") != '{');
	assert_int_equal(ftruncate(STDOUT_FILENO, 0), 0);
	options.json = true;
	outputs = open_outputs(&options);
	assert_int_equal(give(outputs, true), 0);
	assert_int_equal(outputs__close(outputs), 0);
	assert_true(*text_of("out") == '{');
}

/* What cannot be taken back gets the last report alone. */
static void test_what_is_no_file_gets_the_last_report(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;
	char got[16] = "";
	int fifo;

	(void)state;
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fifo = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	options.folded = "fifo";
	outputs = open_outputs(&options);
	assert_int_equal(give(outputs, false), 0);
	assert_true(read(fifo, got, sizeof(got)) <= 0);
	assert_int_equal(fcntl(fifo, F_SETPIPE_SZ, 1 << 16), 1 << 16);
	assert_int_equal(give(outputs, true), 0);
	assert_true(read(fifo, got, sizeof(got)) > 0);
	assert_int_equal(outputs__close(outputs), 0);
	close(fifo);
	assert_said("");
}

/* Said once, until it could be written again; only of the last report is it an error. */
static void test_a_file_that_cannot_be_written_for_a_while(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;

	(void)state;
	assert_int_equal(mkdir("in", 0700), 0);
	options.folded = "in/a";
	options.prom = "in/p";
	outputs = open_outputs(&options);
	assert_int_equal(rmdir("in"), 0);
	assert_int_equal(give(outputs, false), 0);
	assert_said("cannot write in/p: No such file or directory");
	assert_int_equal(give(outputs, false), 0);
	assert_said("");
	assert_int_equal(mkdir("in", 0700), 0);
	assert_int_equal(give(outputs, false), 0);
	assert_true(is_there("in/a") && is_there("in/p"));
	assert_said("");
	assert_int_equal(unlink("in/a") | unlink("in/p") | rmdir("in"), 0);
	assert_int_equal(give(outputs, false), 0);
	assert_said("cannot write in/a: No such file or directory");
	assert_int_equal(give(outputs, true), -ENOENT);
	assert_said("cannot write in/a: No such file or directory"); /* again: it will not be */
	assert_int_equal(outputs__close(outputs), 0);
	assert_said("");
}

static void test_a_path_that_leads_nowhere_is_refused(void **state)
{
	struct options options = only_files();
	struct outputs *outputs = NULL;

	(void)state;
	options.html = "no/where";
	assert_int_equal(outputs__open(&outputs, &options, NULL, false), -ENOENT);
	assert_said("cannot write no/where: No such file or directory");
	options.html = NULL;
	options.prom = "no/where";
	assert_int_equal(outputs__open(&outputs, &options, NULL, false), -ENOENT);
	assert_said("cannot write no/where: No such file or directory");
	options.prom = NULL;
	options.save = "no/where";
	assert_int_equal(outputs__open(&outputs, &options, NULL, false), -ENOENT);
	assert_said("cannot write no/where: No such file or directory");
	assert_null(outputs);
}

static void test_without_a_report_nothing_is_written(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;

	(void)state;
	options.svg = "a.svg";
	outputs = open_outputs(&options);
	assert_int_equal(outputs__close(outputs), 0);
	assert_said("a.svg is not written: there was no report");
	assert_false(is_there("a.svg"));
	options.svg = NULL;
	options.save = "saved";
	outputs = open_outputs(&options);
	assert_int_equal(outputs__close(outputs), 0);
	assert_said("saved is not written: there was no report");
	assert_int_equal(outputs__close(NULL), 0);
}

static void test_reports_that_are_saved(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;

	(void)state;
	options.save = "saved";
	outputs = open_outputs(&options);
	assert_int_equal(give(outputs, false), 0);
	assert_int_equal(give(outputs, true), 0);
	assert_int_equal(outputs__close(outputs), 0);
	assert_said("");
	assert_true(is_there("saved"));
}

/* Files may get so large: the system refuses what goes beyond, as on a disk that is full. */
static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* That is said once, and nothing ends; in the end it is an error. */
static void test_reports_that_cannot_be_saved(void **state)
{
	struct options options = only_files();
	struct outputs *outputs;
	struct stat is;

	(void)state;
	options.save = "saved";
	outputs = open_outputs(&options);
	assert_int_equal(give(outputs, false), 0);
	assert_int_equal(stat("saved", &is), 0);
	limit_files((rlim_t)is.st_size + 1);
	assert_int_equal(give(outputs, false), 0);
	assert_said("cannot save the report to saved: it is too large; later ones will be tried");
	assert_int_equal(give(outputs, false), 0);
	assert_said("");
	limit_files(RLIM_INFINITY);
	assert_int_equal(give(outputs, true), 0);
	assert_said("reports are saved to saved again");
	assert_int_equal(outputs__close(outputs), -EIO);
	assert_said("2 of 4 reports were not saved to saved");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, divert, give_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_file_has_its_form),
		TEST(test_text_and_json_go_to_stdout),
		TEST(test_what_is_no_file_gets_the_last_report),
		TEST(test_a_file_that_cannot_be_written_for_a_while),
		TEST(test_a_path_that_leads_nowhere_is_refused),
		TEST(test_without_a_report_nothing_is_written),
		TEST(test_reports_that_are_saved),
		TEST(test_reports_that_cannot_be_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
