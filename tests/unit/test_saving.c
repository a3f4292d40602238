// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "savedfile.h"
#include "saving.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
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
	assert_int_equal(saving__report(saving, &report), -ENOSPC);
	saving__close(saving);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readable_at_any_time),
		cmocka_unit_test(test_replaces),
		cmocka_unit_test(test_cannot),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
