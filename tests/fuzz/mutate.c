// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer's bytes are seldom JSON.  Every second time a number of the file becomes another one,
 * the largest and the smallest that there are among them, or a report is put in once more: what
 * comes of it is read, and drawn.
 */
#include "fuzz.h"

#include <stdbool.h>
#include <string.h>

#define NR(list) (sizeof(list) / sizeof((list)[0]))

static const char *const numbers[] = {
	"0",
	"1",
	"-1",
	"9223372036854775807",
	"-9223372036854775808",
	"-9223372036854775807",
	"4611686018427387903",
	"-4611686018427387903",
	"4294967295",
	"4294967296",
	"1e308",
	"-1e308",
	"4.9e-324",
	"1.7976931348623157e308",
	"9.3e18",
	"-0.0",
	"0.5",
	"null",
};

static uint32_t next(uint32_t *random)
{
	*random = *random * 1664525 + 1013904223;
	return *random >> 8;
}

static bool is_number(uint8_t c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '+' || c == 'e' || c == 'E';
}

/* The end of a value that starts behind a colon or a comma at `at`, if it is a number. */
static size_t end_of_number(const uint8_t *bytes, size_t size, size_t at)
{
	size_t end = at + 1;

	if ((bytes[at] != ':' && bytes[at] != ',') || end == size ||
	    (bytes[end] != '-' && (bytes[end] < '0' || bytes[end] > '9')))
		return 0;
	while (end < size && is_number(bytes[end]))
		end++;
	return end;
}

/* Put `length` bytes in place of [from, to): the new size, or 0 if there is no room. */
static size_t replace(uint8_t *bytes, size_t size, size_t most, size_t from, size_t to,
		      const void *with, size_t length)
{
	if (size - (to - from) + length > most)
		return 0;
	memmove(bytes + from + length, bytes + to, size - to);
	memcpy(bytes + from, with, length);
	return size - (to - from) + length;
}

static size_t other_number(uint8_t *bytes, size_t size, size_t most, uint32_t random)
{
	size_t start = next(&random) % size;

	for (size_t i = 0; i < size; i++) {
		size_t at = (start + i) % size, end = end_of_number(bytes, size, at);
		const char *number = numbers[next(&random) % NR(numbers)];

		if (end)
			return replace(bytes, size, most, at + 1, end, number, strlen(number));
	}
	return 0;
}

/* The last line behind itself: two reports that are compared, and drawn over time. */
static size_t once_more(uint8_t *bytes, size_t size, size_t most)
{
	static uint8_t line[1 << 16];
	size_t start = size;

	if (!size || bytes[size - 1] != '\n')
		return 0;
	while (start > 1 && bytes[start - 2] != '\n')
		start--;
	start = start ? start - 1 : 0;
	if (size - start > sizeof(line))
		return 0;
	memcpy(line, bytes + start, size - start);
	return replace(bytes, size, most, size, size, line, size - start);
}

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned int seed);

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned int seed)
{
	size_t changed = 0;

	if (size && seed % 8 < 4)
		changed = other_number(bytes, size, most, seed);
	else if (seed % 8 == 4)
		changed = once_more(bytes, size, most);
	return changed ? changed : LLVMFuzzerMutate(bytes, size, most);
}
