// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/debugfiles.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Two folders that a user may name. */
static char root[] = "/tmp/kleak-test-XXXXXX";
static char first[64], second[64];

static void put(const char *folder, const char *path)
{
	char whole[PATH_MAX];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s/%s", folder, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	file = fopen(whole, "we");
	assert_non_null(file);
	fclose(file);
}

static int begin(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	if (!mkdtemp(root))
		return -1;
	snprintf(first, sizeof(first), "%s/first", root);
	snprintf(second, sizeof(second), "%s/second", root);
	return mkdir(first, 0700) || mkdir(second, 0700);
}

static int end(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

/* What is offered, without the root: "first/vmlinux second/a.ko ". */
struct offered {
	char text[4096];
	size_t nr, wanted; /* so many are looked at */
};

static bool take(const char *path, void *arg)
{
	struct offered *offered = arg;

	assert_int_equal(access(path, F_OK), 0);
	offered->nr++;
	if (!strncmp(path, root, strlen(root))) {
		strncat(offered->text, path + strlen(root) + 1, 1000);
		strcat(offered->text, " ");
	}
	return offered->nr == offered->wanted;
}

/* Paths below the two folders that are offered for an image, until one is taken. */
static const char *offer(const char *module, const char *build_id, size_t wanted)
{
	static struct offered offered;
	const char *const folders[] = {first, second};
	struct image image = {};
	struct debugfiles *files;

	strcpy(image.name, module);
	image.build_id_length = (uint32_t)strlen(build_id);
	memcpy(image.build_id, build_id, image.build_id_length);
	offered = (struct offered){.wanted = wanted};
	assert_int_equal(debugfiles__open(&files, folders, 2, "0.0-none"), 0);
	for (int times = 0; times < 2; times++) { /* the folders are walked through once */
		offered = (struct offered){.wanted = wanted};
		debugfiles__each(files, &image, take, &offered);
	}
	debugfiles__close(files);
	return offered.text;
}

static void test_files_of_a_module(void **state)
{
	(void)state;
	put(first, "a/foo_bar.ko");
	put(first, "b/foo-bar.ko.debug");
	put(first, "c/foo_bar.ko.xz");
	put(first, "d/foo-bar.ko.gz");
	put(first, "e/foo_bar.ko.zst");
	put(first, "f/foo_bar.ko.bz2");
	put(first, "f/foo_bar.kos");
	put(first, "f/foo_bar");
	put(first, "f/foo_bar2.ko");
	put(first, "f/2foo_bar.ko");
	put(first, "f/foo+bar.ko");
	put(first, "f/foo_bar.c");
	put(first, "vmlinux");
	assert_string_equal(offer("foo_bar", "", 0),
			    "first/a/foo_bar.ko first/b/foo-bar.ko.debug first/c/foo_bar.ko.xz "
			    "first/d/foo-bar.ko.gz first/e/foo_bar.ko.zst ");
	assert_string_equal(offer("foo", "", 0), "");
	assert_string_equal(offer("foo_bar2", "", 0), "first/f/foo_bar2.ko ");
}

static void test_files_of_the_kernel(void **state)
{
	(void)state;
	put(first, "a/vmlinux");
	put(first, "b/vmlinux-6.12");
	put(first, "c/vmlinux.debug");
	put(first, "d/vmlinuz");
	put(first, "d/vmlinux2");
	put(first, "d/xvmlinux");
	put(first, "d/vmlinu");
	put(first, "d/foo.ko");
	assert_string_equal(offer("", "", 3), "first/a/vmlinux first/b/vmlinux-6.12 "
					      "first/c/vmlinux.debug ");
}

/* By build-id first, folder after folder; what is taken ends it. */
static void test_order(void **state)
{
	(void)state;
	put(second, ".build-id/61/62ff.debug");
	put(second, "foo.ko");
	put(first, "x/foo.ko");
	assert_string_equal(offer("foo", "ab\xff", 0),
			    "first/x/foo.ko second/.build-id/61/62ff.debug second/foo.ko ");
	assert_string_equal(offer("foo", "ab\xff", 1), "first/x/foo.ko ");
	assert_string_equal(offer("foo", "ab\xff", 2),
			    "first/x/foo.ko second/.build-id/61/62ff.debug ");
	assert_string_equal(offer("foo", "ab\xfe", 0), "first/x/foo.ko second/foo.ko ");
	put(first, ".build-id/61/62ff.debug");
	assert_string_equal(offer("foo", "ab\xff", 1), "first/.build-id/61/62ff.debug ");
	assert_string_equal(offer("", "ab\xff", 1), "first/.build-id/61/62ff.debug ");
}

/* One byte makes no path. */
static void test_short_build_ids(void **state)
{
	(void)state;
	put(first, ".build-id/61/.debug");
	put(first, ".build-id/61/62.debug");
	put(first, ".build-id/.debug");
	assert_string_equal(offer("foo", "a", 0), "");
	assert_string_equal(offer("foo", "ab", 0), "first/.build-id/61/62.debug ");
	assert_string_equal(offer("foo", "", 0), "");
}

/* Links are no folders; one that leads nowhere is no file. */
static void test_links(void **state)
{
	char link[PATH_MAX], outside[PATH_MAX];

	(void)state;
	put(root, "outside/foo.ko");
	snprintf(outside, sizeof(outside), "%s/outside", root);
	snprintf(link, sizeof(link), "%s/link", first);
	assert_int_equal(symlink(outside, link), 0);
	snprintf(link, sizeof(link), "%s/foo.ko", first);
	assert_int_equal(symlink("/nonexistent", link), 0);
	assert_string_equal(offer("foo", "", 0), "");
	snprintf(outside, sizeof(outside), "%s/outside/foo.ko", root);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink(outside, link), 0);
	assert_string_equal(offer("foo", "", 0), "first/foo.ko ");
	/* but a folder that the user names may be one */
	assert_int_equal(rmdir(second), 0);
	snprintf(outside, sizeof(outside), "%s/outside", root);
	assert_int_equal(symlink(outside, second), 0);
	assert_string_equal(offer("foo", "", 0), "first/foo.ko second/foo.ko ");
}

/* Folders that are not there, or none. */
static void test_no_folders(void **state)
{
	const char *const nowhere[] = {"/nonexistent/kleak"};
	struct offered offered = {};
	struct image image = {.name = "kleak_no_such_module"};
	struct debugfiles *files;

	(void)state;
	assert_int_equal(debugfiles__open(&files, nowhere, 1, "0.0-none"), 0);
	debugfiles__each(files, &image, take, &offered);
	debugfiles__close(files);
	assert_int_equal(debugfiles__open(&files, NULL, 0, "0.0-none"), 0);
	debugfiles__each(files, &image, take, &offered);
	image.name[0] = '\0';
	debugfiles__each(files, &image, take, &offered);
	debugfiles__close(files);
	debugfiles__close(NULL);
	assert_int_equal(offered.nr, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_files_of_a_module),
		TEST(test_files_of_the_kernel),
		TEST(test_order),
		TEST(test_short_build_ids),
		TEST(test_links),
		TEST(test_no_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
