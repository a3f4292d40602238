// SPDX-License-Identifier: GPL-2.0-only
#include "golden/golden.h"

#include "report/savedfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

static char words[256]; /* why the last file was refused */

static int file_of(const void *bytes, size_t size)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static struct savedfile *open_bytes(const void *bytes, size_t size)
{
	struct savedfile *file;

	words[0] = '\0';
	assert_int_equal(savedfile__open(&file, file_of(bytes, size)), 0);
	return file;
}

/* The lines of a file: two headers and three reports, of which the last is the final one. */
static char *lines(void)
{
	static struct image module = {.name = "late"};
	struct saved_header header = {.kernel = "6.1", .kernel_version = "#1", .machine = "m"};
	struct report report = golden_report(), last = golden_final();
	char *first = saved__print_header(&header), *second, *text;
	char *one = saved__print_report(&report), *two = saved__print_report(&last);

	header.images = (struct images){&module, 1};
	second = saved__print_header(&header);
	assert_true(asprintf(&text, "%s\n%s\n%s\n%s\n%s\n", first, one, one, second, two) > 0);
	free(first);
	free(second);
	free(one);
	free(two);
	return text;
}

/* As --save writes them: a flush behind every line. */
static unsigned char *compress_lines(const char *text, size_t *size)
{
	int fd = memfd_create("saved", MFD_CLOEXEC), copy = dup(fd);
	unsigned char *bytes = malloc(1 << 20);
	gzFile file = gzdopen(copy, "w");

	assert_non_null(bytes);
	assert_non_null(file);
	while (*text) {
		size_t length = strcspn(text, "\n") + 1;

		assert_int_equal(gzwrite(file, text, (unsigned int)length), length);
		assert_int_equal(gzflush(file, Z_SYNC_FLUSH), Z_OK);
		text += length;
	}
	assert_int_equal(gzclose_w(file), Z_OK);
	*size = (size_t)pread(fd, bytes, 1 << 20, 0);
	close(fd);
	return bytes;
}

/* Read to the end: how many reports there were; < 0: what was wrong, in `words`. */
static int count(const void *bytes, size_t size, bool *cut)
{
	struct savedfile *file = open_bytes(bytes, size);
	struct saved_report report;
	int nr = 0, got;

	while ((got = savedfile__next(file, &report, words, sizeof(words))) > 0) {
		saved__free_report(&report);
		nr++;
	}
	*cut = savedfile__is_cut(file);
	savedfile__close(file);
	return got < 0 ? got : nr;
}

static int last(const void *bytes, size_t size, bool *cut)
{
	struct savedfile *file = open_bytes(bytes, size);
	struct saved_report report;
	int got = savedfile__last(file, &report, words, sizeof(words));

	if (got > 0)
		saved__free_report(&report);
	*cut = savedfile__is_cut(file);
	savedfile__close(file);
	return got;
}

static void check_last(const void *bytes, size_t size)
{
	struct savedfile *file = open_bytes(bytes, size);
	struct saved_report report;

	assert_int_equal(savedfile__last(file, &report, words, sizeof(words)), 1);
	assert_true(report.report.final);
	assert_string_equal(report.report.note, "process 4711 has exited");
	assert_int_equal(savedfile__header(file)->images.nr, 1); /* the second one's */
	assert_false(savedfile__is_cut(file));
	saved__free_report(&report);
	savedfile__close(file);
}

static void test_whole(void **state)
{
	char *text = lines();
	size_t size;
	unsigned char *packed = compress_lines(text, &size);
	bool cut;

	(void)state;
	assert_int_equal(count(text, strlen(text), &cut), 3);
	assert_false(cut);
	assert_int_equal(count(packed, size, &cut), 3);
	assert_false(cut);
	check_last(text, strlen(text));
	check_last(packed, size);
	free(text);
	free(packed);
}

/* Cut at every byte: what was whole before is there, and nothing is called whole that is not. */
static void test_cut_anywhere(void **state)
{
	char *text = lines();
	size_t size;
	unsigned char *packed = compress_lines(text, &size);
	int most = 0;

	(void)state;
	for (size_t length = 1; length < size; length++) {
		bool cut;
		int nr = count(packed, length, &cut);

		if (nr == -EINVAL) { /* too little to be called gzip'ed */
			assert_true(length < 4);
			continue;
		}
		assert_true(nr >= most && nr <= 3);
		assert_true(cut);
		most = nr;
		assert_int_equal(last(packed, length, &cut), nr > 0);
		assert_true(cut);
	}
	assert_int_equal(most, 3);
	free(text);
	free(packed);
}

/* Does it say the same all the same?  A repetition may be that of another place. */
static bool says_the_same(const unsigned char *packed, size_t size, const char *text)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);
	size_t length = strlen(text);
	char *got = malloc(length + 1);
	gzFile file;
	bool same;

	assert_non_null(got);
	assert_int_equal(pwrite(fd, packed, size, 0), size);
	file = gzdopen(fd, "r");
	assert_non_null(file);
	same = gzread(file, got, (unsigned int)length + 1) == (int)length &&
	       !memcmp(got, text, length);
	gzclose_r(file);
	free(got);
	return same;
}

/* Every byte wrong in turn: no crash, and what is accepted was not changed by it. */
static void test_corrupt_anywhere(void **state)
{
	char *text = lines();
	size_t size;
	unsigned char *packed = compress_lines(text, &size);
	int refused = 0;

	(void)state;
	for (size_t i = 0; i < size; i++) {
		bool cut, same;
		int got;

		packed[i] ^= 0x55;
		got = last(packed, size, &cut);
		same = got >= 0 && !cut && says_the_same(packed, size, text);
		packed[i] ^= 0x55;
		refused += got < 0;
		if (got < 0)
			assert_true(*words);
		/* but for the time, the system and the like in gzip's head */
		else if (i > 9)
			assert_true(cut || same);
	}
	assert_true(refused > (int)size / 2);
	free(text);
	free(packed);
}

static void refused(const void *bytes, size_t size, const char *part)
{
	bool cut;

	if (count(bytes, size, &cut) != -EINVAL)
		fail_msg("%.40s was let pass", (const char *)bytes);
	if (!strstr(words, part))
		fail_msg("\"%s\" does not say \"%s\"", words, part);
	if (strchr(words, '\n'))
		fail_msg("more than one line");
	assert_int_equal(last(bytes, size, &cut), -EINVAL);
}

static void refused_text(const char *text, const char *part)
{
	refused(text, strlen(text), part);
}

#define HEAD                                                                                       \
	"{\"kleak_saved\":1,\"time\":\"2025-11-23T14:03:25.123Z\",\"kernel\":\"6\","               \
	"\"kernel_version\":\"\",\"machine\":\"\",\"images\":[]}\n"

static void test_refused(void **state)
{
	char *zeros = calloc(1, 1 << 16);
	bool cut;

	(void)state;
	refused_text("", "is empty");
	refused_text("\x7f"
		     "ELF",
		     "no file of kleak --save");
	refused_text("\n\n", "no file of kleak --save");
	refused_text("{}\n", "no file of kleak --save");
	refused(zeros, 1 << 16, "no file of kleak --save");
	refused_text("{\"kleak_saved\":3,\"what\":\"ever\"}\n{}\n", "newer kleak");
	refused_text("{\"kleak_saved\":1}\n{}\n", "line 1");
	refused_text(HEAD "{}\n", "line 2: \"version\" is not there");
	refused_text(HEAD "\n", "line 2");
	refused_text(HEAD "[]\n", "line 2: it is no JSON object");
	refused_text(HEAD "[[[[[[[[[[[[\n", "line 2");
	/* nothing but a header, or less */
	assert_int_equal(count(HEAD, strlen(HEAD), &cut), 0);
	assert_int_equal(count(HEAD, 40, &cut), 0);
	assert_true(cut);
	free(zeros);
}

/* `nr` times `c` behind a header, compressed a thousandfold. */
static void check_bomb(char c, size_t nr, const char *part)
{
	int fd = memfd_create("bomb", MFD_CLOEXEC), copy = dup(fd);
	gzFile file = gzdopen(copy, "w1");
	struct saved_report report;
	struct savedfile *saved;
	static char block[1 << 20];

	memset(block, c, sizeof(block));
	assert_int_equal(gzwrite(file, HEAD, strlen(HEAD)), strlen(HEAD));
	for (; nr; nr -= sizeof(block))
		assert_int_equal(gzwrite(file, block, sizeof(block)), sizeof(block));
	assert_int_equal(gzclose_w(file), Z_OK);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	words[0] = '\0';
	assert_int_equal(savedfile__open(&saved, fd), 0);
	assert_int_equal(savedfile__next(saved, &report, words, sizeof(words)), -EINVAL);
	if (!strstr(words, part))
		fail_msg("\"%s\" does not say \"%s\"", words, part);
	savedfile__close(saved);
}

static void test_bombs(void **state)
{
	(void)state;
	check_bomb(' ', SAVED_LINE + (1UL << 20), "too large");
	check_bomb('\n', 4UL << 20, "line 2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_corrupt_anywhere),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_bombs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
