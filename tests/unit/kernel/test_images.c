// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/images.h"
#include "unit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define XEN   "\4\0\0\0\4\0\0\0\5\0\0\0Xen\0abcd"
#define LINUX "\6\0\0\0\1\0\0\0\1\1\0\0Linux\0\0\0\0\0\0\0"
#define BUILD "\4\0\0\0\24\0\0\0\3\0\0\0GNU\00001234567890123456789"

/* The system's files, below a folder of their own. */
static char root[] = "/tmp/kleak-test-XXXXXX";

static void put_bytes(const char *path, const void *bytes, size_t length)
{
	char whole[PATH_MAX];
	FILE *file;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	for (char *slash = whole + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0700);
		*slash = '/';
	}
	file = fopen(whole, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void put(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

static int set_up(void **state)
{
	(void)state;
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static struct images read_here(const char *symbols)
{
	struct images images;
	struct kallsyms *ks = NULL;
	FILE *file;

	if (symbols) {
		file = fmemopen((void *)symbols, strlen(symbols), "r");
		assert_int_equal(kallsyms__parse(&ks, file, NULL), 0);
		fclose(file);
	}
	assert_int_equal(images__read(&images, root, ks), 0);
	kallsyms__free(ks);
	return images;
}

static void check_place(const struct image *image, uint32_t i, const char *name, uint64_t address)
{
	assert_true(i < image->nr_places);
	assert_string_equal(image->places[i].name, name);
	assert_int_equal(image->places[i].address, address);
}

static void reads_kernel_and_modules(void **state)
{
	struct images images;
	const struct image *kernel, *module;

	(void)state;
	put_bytes("/sys/kernel/notes", LINUX XEN BUILD,
		  sizeof(LINUX) - 1 + sizeof(XEN) - 1 + sizeof(BUILD) - 1);
	put("/proc/modules", "foo 16384 2 - Live 0xffffffffc0200000 (OE)\n"
			     "bar_baz 4096 0 [permanent], Live 0xffffffffc0300000\n");
	put_bytes("/sys/module/foo/notes/.note.gnu.build-id", BUILD, sizeof(BUILD) - 1);
	put("/sys/module/foo/sections/.text", "0xffffffffc0200000\n");
	put("/sys/module/foo/sections/.init.text", "0xffffffffc0208000\n");
	put("/sys/module/foo/sections/.exit.text", "0x0000000000000000\n");
	put("/sys/module/foo/sections/.data", "0xffffffffc0210000\n");
	images = read_here("ffffffff81000000 T _text\nffffffff81000100 T _stext\n"
			   "ffffffff81000200 T start_kernel\nffffffffc0200000 t _text\t[foo]\n");
	assert_int_equal(images.nr, 3);
	kernel = images__find(&images, NULL);
	assert_ptr_equal(kernel, &images.list[0]);
	assert_int_equal(kernel->build_id_length, 20);
	assert_memory_equal(kernel->build_id, "01234567890123456789", 20);
	assert_int_equal(kernel->nr_places, 2);
	check_place(kernel, 0, "_text", 0xffffffff81000000);
	check_place(kernel, 1, "_stext", 0xffffffff81000100);
	module = images__find(&images, "foo");
	assert_non_null(module);
	assert_int_equal(module->build_id_length, 20);
	assert_int_equal(module->nr_places, 2);
	check_place(module, 0, ".text", 0xffffffffc0200000);
	check_place(module, 1, ".init.text", 0xffffffffc0208000);
	module = images__find(&images, "bar_baz");
	assert_non_null(module);
	assert_int_equal(module->build_id_length + module->nr_places, 0);
	assert_null(images__find(&images, "bar"));
	images__free(&images);
}

static void does_without(void **state)
{
	struct images images = read_here(NULL);

	(void)state;
	assert_int_equal(images.nr, 1);
	assert_int_equal(images.list[0].build_id_length + images.list[0].nr_places, 0);
	images__free(&images);
}

/* Notes that end too early, of sizes that are none, or too long a build-id: not known. */
static void ignores_broken_notes(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} broken[] = {
		{BUILD, sizeof(BUILD) - 2},
		{BUILD, 12},
		{BUILD, 3},
		{"\4\0\0\0\377\377\377\377\3\0\0\0GNU\0", 16},
		{"\377\377\377\377\24\0\0\0\3\0\0\0GNU\0", 16},
		{"\4\0\0\0\24\0\0\0\3\0\0\0GNX\00001234567890123456789", 36},
		{"\4\0\0\0\24\0\0\0\4\0\0\0GNU\00001234567890123456789", 36},
		{"\4\0\0\0\104\0\0\0\3\0\0\0GNU\0"
		 "01234567890123456789012345678901234567890123456789012345678901234567",
		 84},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct images images;

		put_bytes("/sys/kernel/notes", broken[i].bytes, broken[i].length);
		images = read_here(NULL);
		assert_int_equal(images.list[0].build_id_length, 0);
		images__free(&images);
	}
}

/* More sections than there is room for, and names that are too long: .text is there. */
static void keeps_text_of_many_sections(void **state)
{
	struct images images;
	char path[128];

	(void)state;
	put("/proc/modules", "foo 16384 2 - Live 0xffffffffc0200000\n");
	for (int i = 0; i < 40; i++) {
		snprintf(path, sizeof(path), "/sys/module/foo/sections/.text.f%d", i);
		put(path, "0xffffffffc0100000\n");
	}
	put("/sys/module/foo/sections/.text.of_a_function_with_a_long_name", "0xffffffffc0100000");
	put("/sys/module/foo/sections/.text", "0xffffffffc0200000\n");
	images = read_here(NULL);
	assert_int_equal(images.list[1].nr_places, IMAGE_PLACES);
	check_place(&images.list[1], 0, ".text", 0xffffffffc0200000);
	images__free(&images);
}

/* A line that does not fit is one module, and one that names a path is none. */
static void reads_long_lines(void **state)
{
	static char line[5000];
	struct images images;

	(void)state;
	strcpy(line, "foo 16384 2 ");
	memset(line + strlen(line), 'u', 4000);
	strcat(line, ", Live 0xffffffffc0200000\n../../x 1 1 - Live 0x0\nbar 1 1 - Live 0x0\n");
	put("/proc/modules", line);
	images = read_here(NULL);
	assert_non_null(images__find(&images, "foo"));
	assert_non_null(images__find(&images, "bar"));
	assert_null(images__find(&images, "../../x"));
	images__free(&images);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_kernel_and_modules, set_up, tear_down),
		cmocka_unit_test_setup_teardown(does_without, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ignores_broken_notes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keeps_text_of_many_sections, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reads_long_lines, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
