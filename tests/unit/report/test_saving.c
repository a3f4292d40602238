// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "report/savedfile.h"
#include "report/saving.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/kleak-test-XXXXXX";
static char path[PATH_MAX];

static int make_folder(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/saved", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder); /* nothing is left behind */
}

/* Reports that can be read from the file; *cut: it ends early. */
static int count(bool *cut)
{
	struct saved_report report;
	struct savedfile *file;
	char why[256] = "";
	int nr = 0, got;

	assert_int_equal(savedfile__open(&file, open(path, O_RDONLY | O_CLOEXEC)), 0);
	while ((got = savedfile__next(file, &report, why, sizeof(why))) > 0) {
		saved__free_report(&report);
		nr++;
	}
	if (got)
		fail_msg("%s", why);
	*cut = savedfile__is_cut(file);
	savedfile__close(file);
	return nr;
}

/* Each report can be read as soon as it was written, by whoever may. */
static void test_readable_at_any_time(void **state)
{
	const struct report report = golden_report();
	struct saving *saving;
	struct stat is;
	bool cut;

	(void)state;
	umask(0);
	assert_int_equal(saving__open(&saving, path, NULL), 0);
	assert_int_equal(access(path, F_OK), -1); /* not before there is a report */
	for (int nr = 1; nr <= 3; nr++) {
		assert_int_equal(saving__report(saving, &report), 0);
		assert_int_equal(count(&cut), nr);
		assert_true(cut);
	}
	assert_int_equal(stat(path, &is), 0);
	assert_int_equal(is.st_mode & 07777, 0600);
	assert_int_equal(saving__close(saving), 0);
	assert_int_equal(count(&cut), 3);
	assert_false(cut);
}

/* What was there stays until there is something better; nobody's link is followed. */
static void test_replaces(void **state)
{
	const struct report report = golden_report();
	char other[PATH_MAX];
	struct saving *saving;
	struct stat is;
	bool cut;

	(void)state;
	unlink(path);
	snprintf(other, sizeof(other), "%s/other", folder);
	assert_int_equal(close(open(other, O_CREAT | O_WRONLY | O_CLOEXEC, 0644)), 0);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(saving__open(&saving, path, NULL), 0);
	assert_int_equal(saving__close(saving), 0);
	assert_int_equal(lstat(path, &is), 0);
	assert_true(S_ISLNK(is.st_mode));
	assert_int_equal(saving__open(&saving, path, NULL), 0);
	assert_int_equal(saving__report(saving, &report), 0);
	assert_int_equal(saving__close(saving), 0);
	assert_int_equal(lstat(path, &is), 0);
	assert_true(S_ISREG(is.st_mode) && (is.st_mode & 07777) == 0600);
	assert_int_equal(count(&cut), 1);
	assert_int_equal(stat(other, &is), 0);
	assert_int_equal(is.st_size, 0);
	assert_int_equal(unlink(other), 0);
}

static void test_cannot(void **state)
{
	char name[PATH_MAX];
	struct saving *saving;

	(void)state;
	assert_int_equal(saving__open(&saving, "/no/such/folder/file", NULL), -ENOENT);
	assert_int_equal(saving__open(&saving, folder, NULL), -EISDIR);
	assert_int_equal(saving__open(&saving, "/proc/kleak", NULL), -ENOENT);
	snprintf(name, sizeof(name), "%s/%0300d", folder, 1);
	assert_int_equal(saving__open(&saving, name, NULL), -ENAMETOOLONG);
}

static void test_full(void **state)
{
	const struct report report = golden_report();
	struct saving *saving;

	(void)state;
	assert_int_equal(saving__open(&saving, "/dev/full", NULL), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(saving__report(saving, &report), -ENOSPC);
	saving__close(saving);
}

static void limit(rlim_t bytes)
{
	struct rlimit files;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &files), 0);
	files.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &files), 0);
}

static off_t length_of(const char *name)
{
	struct stat is;

	return stat(name, &is) ? -1 : is.st_size;
}

/* Where there is no room for a report there is none of it, and those that follow are saved. */
static void test_no_room_for_a_while(void **state)
{
	const struct report report = golden_report();
	struct saving *saving;
	off_t whole;
	bool cut;

	(void)state;
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(saving__open(&saving, path, NULL), 0);
	limit(100);
	assert_int_equal(saving__report(saving, &report), -EFBIG); /* the first one */
	assert_int_equal(length_of(path), -1);
	limit(RLIM_INFINITY);
	assert_int_equal(saving__report(saving, &report), 0);
	whole = length_of(path);
	limit((rlim_t)whole + 10);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(saving__report(saving, &report), -EFBIG);
		assert_int_equal(length_of(path), whole);
		assert_int_equal(count(&cut), 1);
	}
	limit(RLIM_INFINITY);
	assert_int_equal(saving__report(saving, &report), 0);
	assert_int_equal(count(&cut), 2);
	limit((rlim_t)length_of(path));
	assert_int_equal(saving__close(saving), -EFBIG); /* the end of the stream */
	limit(RLIM_INFINITY);
	assert_int_equal(count(&cut), 2);
	assert_true(cut);
}

/* Another process reads on, from what is open here, into a file. */
static pid_t read_on(int fd)
{
	char some[4096];
	pid_t pid = fork();
	ssize_t got;
	int copy;

	if (pid)
		return pid;
	for (int other = STDERR_FILENO + 1; other < 64; other++)
		if (other != fd) /* it would wait for itself */
			close(other);
	copy = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	fcntl(fd, F_SETFL, 0);
	while ((got = read(fd, some, sizeof(some))) > 0)
		if (write(copy, some, (size_t)got) != got)
			_exit(1);
	_exit(0);
}

/* What does not get much smaller. */
static const char *noise(void)
{
	static char text[100000];
	uint64_t random = 1;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		text[i] = (char)('!' + (random >> 33) % 90);
	}
	return text;
}

/* Who reads from a pipe, and stops to, gets whole reports later. */
static void test_reader_who_stops(void **state)
{
	struct report report = golden_report();
	int fd, taken = 0, lost = 0, status;
	struct saving *saving;
	pid_t reader;
	bool cut;

	(void)state;
	report.note = noise();
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(saving__open(&saving, path, NULL), 0);
	assert_int_equal(saving__report(saving, &report), -ENXIO); /* nobody reads yet */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	for (int i = 0; i < 100 && lost < 3; i++) {
		int err = saving__report(saving, &report);

		if (err)
			assert_int_equal(err, -EAGAIN);
		taken += !err;
		lost += err != 0;
	}
	assert_int_equal(lost, 3);
	assert_int_equal(unlink(path), 0);
	reader = read_on(fd);
	close(fd);
	assert_int_equal(saving__close(saving), 0);
	assert_int_equal(waitpid(reader, &status, 0), reader);
	assert_int_equal(status, 0);
	assert_int_equal(count(&cut), taken);
	assert_false(cut);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readable_at_any_time),
		cmocka_unit_test(test_replaces),
		cmocka_unit_test(test_cannot),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_no_room_for_a_while),
		cmocka_unit_test(test_reader_who_stops),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
