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
	assert_int_equal(saving__open(&saving, path, 0, NULL), 0);
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
	assert_int_equal(saving__open(&saving, path, 0, NULL), 0);
	assert_int_equal(saving__close(saving), 0);
	assert_int_equal(lstat(path, &is), 0);
	assert_true(S_ISLNK(is.st_mode));
	assert_int_equal(saving__open(&saving, path, 0, NULL), 0);
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
	assert_int_equal(saving__open(&saving, "/no/such/folder/file", 0, NULL), -ENOENT);
	assert_int_equal(saving__open(&saving, folder, 0, NULL), -EISDIR);
	assert_int_equal(saving__open(&saving, "/proc/kleak", 0, NULL), -ENOENT);
	snprintf(name, sizeof(name), "%s/%0300d", folder, 1);
	assert_int_equal(saving__open(&saving, name, 0, NULL), -ENAMETOOLONG);
}

static void test_full(void **state)
{
	const struct report report = golden_report();
	struct saving *saving;

	(void)state;
	assert_int_equal(saving__open(&saving, "/dev/full", 0, NULL), 0);
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
	assert_int_equal(saving__open(&saving, path, 0, NULL), 0);
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
	assert_int_equal(saving__open(&saving, path, 0, NULL), 0);
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

/* ---- a file with a bound ---- */

#define MOST 50000

/* The numbers of its first and last report; it is whole, and has no gap. */
static void find_reports(int *first, int *last)
{
	struct saved_report report;
	struct savedfile *file;
	char why[256] = "";
	int got;

	*first = *last = 0;
	assert_int_equal(savedfile__open(&file, open(path, O_RDONLY | O_CLOEXEC)), 0);
	while ((got = savedfile__next(file, &report, why, sizeof(why))) > 0) {
		int number = (int)report.report.elapsed_s;

		if (*last && number != *last + 1)
			fail_msg("report %d after %d", number, *last);
		if (!*last)
			*first = number;
		*last = number;
		assert_non_null(savedfile__header(file)->kernel);
		saved__free_report(&report);
	}
	if (got)
		fail_msg("%s", why);
	savedfile__close(file);
}

/* Save reports, each with its number; what follows it cannot be compressed away. */
static int save_numbered(struct saving *saving, int number)
{
	struct report report = golden_report();
	char kernel[256];
	unsigned int seed = (unsigned int)number;

	for (size_t i = 0; i < sizeof(kernel) - 1; i++) {
		seed = seed * 1664525 + 1013904223;
		kernel[i] = (char)('!' + (seed >> 16) % 90);
	}
	kernel[sizeof(kernel) - 1] = '\0';
	report.kernel = kernel;
	report.elapsed_s = number;
	return saving__report(saving, &report);
}

/* The oldest reports go, and never more than half of them. */
static void test_bound(void **state)
{
	struct saving *saving;
	int first, last, most_kept = 0;

	(void)state;
	unlink(path);
	assert_int_equal(saving__open(&saving, path, MOST, NULL), 0);
	for (int number = 1; number <= 200; number++) {
		assert_int_equal(save_numbered(saving, number), 0);
		assert_true(length_of(path) <= MOST);
		if (number % 5)
			continue;
		find_reports(&first, &last);
		assert_int_equal(last, number);
		if (last - first > most_kept)
			most_kept = last - first;
		if (first > 1 && last - first < most_kept / 2)
			fail_msg("%d to %d were kept, of %d before", first, last, most_kept);
	}
	if (first < 100 || most_kept < 10)
		fail_msg("%d to %d, %d at most", first, last, most_kept);
	assert_int_equal(saving__close(saving), 0);
	assert_true(length_of(path) <= MOST);
	find_reports(&first, &last);
	assert_int_equal(last, 200);
}

/* One that is too large alone stays until there is another one. */
static void test_bound_below_a_report(void **state)
{
	struct saving *saving;
	int first, last;

	(void)state;
	unlink(path);
	assert_int_equal(saving__open(&saving, path, 100, NULL), 0);
	for (int number = 1; number <= 5; number++) {
		assert_int_equal(save_numbered(saving, number), 0);
		find_reports(&first, &last);
		assert_true(first == number && last == number);
	}
	assert_int_equal(saving__close(saving), 0);
	find_reports(&first, &last);
	assert_true(first == 5 && last == 5);
}

/* No room for what takes its place: all that was saved is still there. */
static void test_bound_without_room(void **state)
{
	struct saving *saving;
	int first, last, number = 1, err = 0, kept;

	(void)state;
	unlink(path);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(saving__open(&saving, path, MOST, NULL), 0);
	limit(MOST / 2); /* the kept part is larger */
	while (!err && number < 400)
		err = save_numbered(saving, number++);
	assert_int_equal(err, -EFBIG); /* of RLIMIT_FSIZE */
	kept = number - 2;
	find_reports(&first, &last);
	assert_true(first == 1 && last == kept);
	limit(RLIM_INFINITY);
	assert_int_equal(save_numbered(saving, kept + 1), 0);
	find_reports(&first, &last);
	assert_int_equal(last, kept + 1);
	assert_int_equal(saving__close(saving), 0);
}

static void remove_unfinished(void)
{
	char command[PATH_MAX + 32];

	snprintf(command, sizeof(command), "rm -f %s.*", path);
	assert_int_equal(system(command), 0);
}

/* Killed at any moment: what was saved is there, but for what had to go. */
static void test_bound_killed(void **state)
{
	int kept = 0;

	(void)state;
	for (int round = 0; round < 10; round++) {
		int ends[2], first, last, number = 0, status;
		pid_t child;

		unlink(path);
		assert_int_equal(pipe(ends), 0);
		child = fork();
		if (!child) {
			struct saving *saving;

			if (saving__open(&saving, path, MOST, NULL))
				_exit(1);
			for (int i = 1; !save_numbered(saving, i); i++)
				if (write(ends[1], &i, sizeof(i)) != sizeof(i))
					break;
			_exit(1);
		}
		close(ends[1]);
		while (number < 60 + 9 * round && read(ends[0], &number, sizeof(number)) > 0)
			;
		usleep(100 * (unsigned int)round);
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		while (read(ends[0], &number, sizeof(number)) > 0)
			;
		close(ends[0]);
		find_reports(&first, &last);
		if (last < number || last > number + 1)
			fail_msg("%d had been saved, %d are there", number, last);
		assert_true(length_of(path) <= MOST);
		kept += first > 1;
		remove_unfinished();
	}
	assert_true(kept > 5); /* reports had gone by then, mostly */
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
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_bound_below_a_report),
		cmocka_unit_test(test_bound_without_room),
		cmocka_unit_test(test_bound_killed),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
