// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/outfile.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER 65534

static char folder[] = "/tmp/kleak-test-XXXXXX";

static void make_file(const char *path, const char *text, uid_t owner)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(lchown(path, owner, (gid_t)-1), 0);
}

static void make_link(const char *path, const char *to, uid_t owner)
{
	assert_int_equal(symlink(to, path), 0);
	assert_int_equal(lchown(path, owner, (gid_t)-1), 0);
}

static int make_folder(void **state)
{
	(void)state;
	umask(022);
	return !mkdtemp(folder) || chdir(folder) || chmod(folder, 0755);
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command); /* NOLINT: a name of our own */
}

static int print(void *arg, FILE *out)
{
	return fputs(arg, out) < 0 ? -EIO : 0;
}

static int print_half(void *arg, FILE *out)
{
	fputs(arg, out);
	return -ENOMEM;
}

static int put(const char *path, const char *text)
{
	return outfile__write(path, print, (char *)text);
}

static void assert_holds(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	char got[64] = "";

	assert_non_null(file);
	if (!fgets(got, sizeof(got), file))
		*got = '\0';
	fclose(file);
	assert_string_equal(got, text);
}

/* Nothing but what is listed is in the working directory. */
static void assert_only(const char *names)
{
	FILE *ls = popen("ls -A | tr '\\n' ' '", "re"); /* NOLINT: a command of our own */
	char got[256] = "";

	assert_non_null(ls);
	if (!fgets(got, sizeof(got), ls))
		*got = '\0';
	pclose(ls);
	assert_string_equal(got, names);
}

static void enter(const char *name, mode_t mode, uid_t owner)
{
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir(name, 0700), 0);
	assert_int_equal(chown(name, owner, (gid_t)-1), 0);
	assert_int_equal(chmod(name, mode), 0);
	assert_int_equal(chdir(name), 0);
}

static void test_whole_or_not_at_all(void **state)
{
	struct stat is;

	(void)state;
	enter("whole", 0755, geteuid());
	assert_int_equal(put("a", "one\n"), 0);
	assert_int_equal(link("a", "b"), 0);
	assert_int_equal(put("./../whole/a", "two\n"), 0);
	assert_holds("a", "two\n");
	assert_holds("b", "one\n"); /* its other name is not ours */
	assert_int_equal(outfile__write("a", print_half, "three\n"), -ENOMEM);
	assert_holds("a", "two\n");
	assert_int_equal(stat("a", &is), 0);
	assert_int_equal(is.st_mode & 07777, 0600);
	assert_only("a b ");
}

static void test_paths(void **state)
{
	char name[NAME_MAX + 1];

	(void)state;
	enter("paths", 0755, geteuid());
	memset(name, 'n', sizeof(name) - 1);
	name[NAME_MAX] = '\0';
	for (int check = 0; check < 2; check++) {
		static const struct {
			const char *path;
			int err;
		} bad[] = {
			{"", -EISDIR},	      {"/", -EISDIR},
			{".", -EISDIR},	      {"no/", -EISDIR},
			{"..", -EISDIR},      {"../paths", -EISDIR},
			{"no/file", -ENOENT}, {"/etc/passwd/x", -ENOTDIR},
		};

		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
			assert_int_equal(check ? outfile__check(bad[i].path)
					       : put(bad[i].path, "x"),
					 bad[i].err);
		assert_int_equal(check ? outfile__check("/proc/x") : put("/proc/x", "x"),
				 check ? 0 : -ENOENT);
	}
	assert_int_equal(put(name, "x"), -ENAMETOOLONG);
	assert_only("");
}

/* A link of our own is replaced; what it leads to stays. */
static void test_own_link(void **state)
{
	struct stat is;

	(void)state;
	enter("own", 0755, geteuid());
	make_file("target", "stays\n", geteuid());
	make_link("link", "target", geteuid());
	make_link("nowhere", "none", geteuid());
	make_link("here", ".", geteuid());
	assert_int_equal(put("link", "new\n"), 0);
	assert_int_equal(put("nowhere", "new\n"), 0);
	assert_int_equal(put("here/here/file", "new\n"), 0);
	assert_holds("target", "stays\n");
	assert_int_equal(lstat("link", &is), 0);
	assert_true(S_ISREG(is.st_mode));
	assert_only("file here link nowhere target ");
	make_link("loop", "loop", geteuid());
	assert_int_equal(put("loop/x", "new\n"), -ELOOP);
}

/* What root does in folders of others: nobody leads it elsewhere. */
static void test_folders_of_others(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	enter("theirs", 0755, OTHER);
	make_file("precious", "stays\n", 0);
	make_file("file", "old\n", OTHER);
	make_link("link", "precious", OTHER);
	make_link("nowhere", "none", OTHER);
	make_link("tty", "/dev/null", OTHER);
	make_link("elsewhere", "..", OTHER);
	make_link("of-root", ".", 0);
	assert_int_equal(put("link", "new\n"), OUTFILE_LINK);
	assert_int_equal(put("nowhere", "new\n"), OUTFILE_LINK);
	assert_int_equal(put("tty", "new\n"), OUTFILE_LINK);
	assert_int_equal(outfile__check("link"), OUTFILE_LINK);
	assert_int_equal(put("elsewhere/file", "new\n"), OUTFILE_LINK);
	assert_int_equal(outfile__check("elsewhere/file"), OUTFILE_LINK);
	assert_holds("precious", "stays\n");
	assert_int_equal(put("of-root/file", "new\n"), 0); /* it is theirs no more */
	assert_holds("file", "new\n");
	assert_only("elsewhere file link nowhere of-root precious tty ");
}

/* A folder like /tmp. */
static void test_sticky(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	enter("sticky", 01777, 0);
	make_file("theirs", "stays\n", OTHER);
	make_file("ours", "old\n", 0);
	assert_int_equal(mkfifo("fifo", 0666), 0);
	assert_int_equal(chown("fifo", OTHER, OTHER), 0);
	make_link("link", "ours", OTHER);
	assert_int_equal(put("theirs", "new\n"), OUTFILE_OTHERS);
	assert_int_equal(put("fifo", "new\n"), OUTFILE_OTHERS);
	assert_int_equal(put("link", "new\n"), OUTFILE_LINK);
	assert_int_equal(outfile__check("theirs"), OUTFILE_OTHERS);
	assert_int_equal(put("ours", "new\n"), 0);
	assert_int_equal(put("another", "new\n"), 0);
	assert_holds("theirs", "stays\n");
	assert_holds("ours", "new\n");
	assert_only("another fifo link ours theirs ");
}

static void test_no_files(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	enter("special", 0755, geteuid());
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(outfile__check("socket"), OUTFILE_NO_FILE);
	assert_int_equal(put("socket", "x"), OUTFILE_NO_FILE);
	close(fd);
	if (!mknod("disk", S_IFBLK | 0600, 0)) {
		assert_int_equal(outfile__check("disk"), OUTFILE_NO_FILE);
		assert_int_equal(put("disk", "x"), OUTFILE_NO_FILE);
	}
	assert_int_equal(put("/dev/full", "x"), -ENOSPC);
	assert_int_equal(put("/dev/null", "x"), 0);
	assert_true(outfile__is_special("/dev/null") && !outfile__is_special("none"));
}

/* /dev/stdout is not replaced, whatever it is. */
static void test_open_files(void **state)
{
	int fd;
	char path[64];

	(void)state;
	enter("open", 0755, geteuid());
	make_file("out", "first ", geteuid());
	fd = open("out", O_WRONLY | O_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	make_link("name", path, geteuid());
	assert_int_equal(put(path, "second "), 0);
	assert_int_equal(put("name", "third"), 0);
	assert_true(outfile__is_special("name"));
	close(fd);
	assert_holds("out", "first second third");
	assert_only("name out ");
}

/* Whether there is a reader or not, it ends. */
static void test_fifo(void **state)
{
	char got[16] = "";
	int fd;

	(void)state;
	enter("fifo", 0755, geteuid());
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(outfile__check("fifo"), 0);
	assert_true(outfile__is_special("fifo"));
	fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(put("fifo", "for you"), 0);
	assert_int_equal(read(fd, got, sizeof(got)), 7);
	assert_string_equal(got, "for you");
	close(fd);
}

/* A signal that ends at once takes what is not whole with it. */
static void test_ended(void **state)
{
	struct outfile file, other, whole;
	int ready[2], status;
	char byte;
	pid_t pid;

	(void)state;
	enter("ended", 0755, geteuid());
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (signals__catch("") || outfile__begin(&file, "a", false) ||
		    outfile__begin(&other, "b", false) || outfile__begin(&whole, "c", false) ||
		    outfile__commit(&whole) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	assert_only("c ");
}

static void test_too_large(void **state)
{
	static char much[65536];
	const struct rlimit small = {1024, RLIM_INFINITY};
	struct rlimit before;
	int err;

	(void)state;
	enter("large", 0755, geteuid());
	assert_int_equal(put("a", "old\n"), 0);
	memset(much, 'x', sizeof(much) - 1);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = put("a", much);
	setrlimit(RLIMIT_FSIZE, &before);
	assert_int_equal(err, -EIO); /* the renderers' word */
	assert_holds("a", "old\n");
	assert_only("a ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_or_not_at_all),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_own_link),
		cmocka_unit_test(test_folders_of_others),
		cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_open_files),
		cmocka_unit_test(test_fifo),
		cmocka_unit_test(test_ended),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
