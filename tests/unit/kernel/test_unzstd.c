// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/unzstd.h"
#include "unit.h"
#include "util/chance.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

#define MOST (1 << 20)

static char plain[MOST], packed[MOST + (1 << 16)], got[MOST + 1];

static int file_of(const void *bytes, size_t length)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, length), length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static size_t pack(void *to, const void *from, size_t length)
{
	size_t size = ZSTD_compress(to, sizeof(packed) / 2, from, length, 1);

	assert_false(ZSTD_isError(size));
	return size;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* The file holds the first `length` bytes of `plain`, and is closed. */
static void assert_holds(int fd, size_t length)
{
	size_t have = 0;
	ssize_t some;

	assert_true(fd >= 0);
	while ((some = read(fd, got + have, sizeof(got) - have)) > 0)
		have += (size_t)some;
	assert_int_equal(some, 0);
	assert_int_equal(have, length);
	assert_memory_equal(got, plain, length);
	close(fd);
}

/* Every other byte is one of chance: it packs to about the half. */
static int fill(void **state)
{
	uint64_t chance = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(plain); i += 2)
		plain[i] = (char)chance__next(&chance);
	return 0;
}

static void leaves_other_files_as_they_are(void **state)
{
	static const size_t lengths[] = {0, 1, 3, 4, 1000};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int fd = file_of(plain, lengths[i]);

		assert_int_equal(unzstd__open(fd), fd);
		assert_holds(fd, lengths[i]);
	}
}

static void unpacks_any_length(void **state)
{
	static const size_t lengths[] = {0, 1, 1000, 65535, 65536, 65537, 131072, 262144};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int fd = file_of(packed, pack(packed, plain, lengths[i]));
		int unpacked = unzstd__open(fd);

		assert_int_not_equal(unpacked, fd);
		assert_false(is_open(fd));
		assert_true(fcntl(unpacked, F_GETFD) & FD_CLOEXEC);
		assert_holds(unpacked, lengths[i]);
	}
}

/* As several frames, one behind the other: so does `zstd a b`. */
static void unpacks_several_frames(void **state)
{
	size_t first = pack(packed, plain, 65536);
	size_t second = pack(packed + first, plain + 65536, 1234);

	(void)state;
	assert_holds(unzstd__open(file_of(packed, first + second)), 65536 + 1234);
}

static void refuses_what_is_cut_off(void **state)
{
	size_t size = pack(packed, plain, 200000);

	(void)state;
	for (size_t length = 4; length < size; length += size / 50) {
		int fd = file_of(packed, length);

		assert_int_equal(unzstd__open(fd), -EBADMSG);
		assert_false(is_open(fd));
	}
}

static void refuses_what_stands_behind(void **state)
{
	size_t size = pack(packed, plain, 1000);

	(void)state;
	memcpy(packed + size, "garbage", 7);
	assert_int_equal(unzstd__open(file_of(packed, size + 7)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_other_files_as_they_are),
		cmocka_unit_test(unpacks_any_length),
		cmocka_unit_test(unpacks_several_frames),
		cmocka_unit_test(refuses_what_is_cut_off),
		cmocka_unit_test(refuses_what_stands_behind),
	};

	return cmocka_run_group_tests(tests, fill, NULL);
}
