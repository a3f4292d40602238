// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/read_ahead.h"

#include <errno.h>
#include <string.h>

#define START 0xffffea0000000000ULL
#define END   (START + (READ_AHEAD_PLACES + 1) * READ_AHEAD_BYTES + 64)

static int reads;
static uint8_t version; /* what every byte is, and how it changes */

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	(void)arg;
	reads++;
	if (address < START || address + len > END)
		return -EFAULT;
	memset(to, version, len);
	return 0;
}

static int read_word(struct read_ahead *ahead, uint64_t address, uint64_t *word)
{
	return read_ahead__read(ahead, read_made_up, NULL, address, word, sizeof(*word));
}

static void assert_version(struct read_ahead *ahead, uint64_t address, uint8_t expected)
{
	uint64_t word = 0;

	assert_int_equal(read_word(ahead, address, &word), 0);
	assert_int_equal(word, expected * 0x0101010101010101ULL);
}

static void neighbours_are_read_once(void **state)
{
	struct read_ahead ahead = {};

	(void)state;
	reads = 0;
	version = 1;
	read_ahead__begin(&ahead);
	for (uint64_t at = START; at < START + READ_AHEAD_BYTES; at += 64)
		assert_version(&ahead, at, 1);
	assert_int_equal(reads, 1);
	version = 2; /* as they were: the kernel has gone on */
	assert_version(&ahead, START + 128, 1);
	assert_version(&ahead, START + READ_AHEAD_BYTES, 2);
	assert_int_equal(reads, 2);
	read_ahead__begin(&ahead);
	assert_version(&ahead, START + 128, 2);
	assert_int_equal(reads, 3);
	read_ahead__free(&ahead);
}

/* One that has the place of another: each is read when it is asked for. */
static void windows_share_places(void **state)
{
	const uint64_t other = START + READ_AHEAD_PLACES * READ_AHEAD_BYTES;
	struct read_ahead ahead = {};

	(void)state;
	reads = 0;
	version = 1;
	assert_version(&ahead, START, 1);
	version = 2;
	assert_version(&ahead, other, 2);
	version = 3;
	assert_version(&ahead, other, 2);
	assert_version(&ahead, START, 3);
	assert_int_equal(reads, 3);
	read_ahead__free(&ahead);
}

/* Where a whole window cannot be read, and what lies in two of them. */
static void what_does_not_fit_is_read_alone(void **state)
{
	const uint64_t last = END - 64;
	struct read_ahead ahead = {};
	uint64_t word = 7;

	(void)state;
	version = 1;
	assert_version(&ahead, last, 1);
	version = 2;
	assert_version(&ahead, last, 2);
	assert_version(&ahead, START, 2);
	version = 3;
	assert_version(&ahead, START + READ_AHEAD_BYTES - 4, 3);
	assert_version(&ahead, START, 2);
	assert_int_equal(read_word(&ahead, END, &word), -EFAULT);
	assert_int_equal(word, 7);
	/* a window that could not be read is no other's, nor its own from before */
	assert_version(&ahead, START, 2);
	read_ahead__free(&ahead);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_are_read_once),
		cmocka_unit_test(windows_share_places),
		cmocka_unit_test(what_does_not_fit_is_read_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
