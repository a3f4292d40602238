// SPDX-License-Identifier: GPL-2.0-only
#include "memory/likeness.h"

#include <string.h>

#define IN_20	  19 /* of 20 objects have it: nearly all */
#define SMALL	  (1U << 16)
#define TENTH	  10
#define ENOUGH	  3			/* words that are not zero, or one value */
#define ERRORS	  0xffffffffffff0000ULL /* from there on: -errno, and what lists are poisoned with */
#define USER_BITS 47

void likeness__begin(struct likeness *likeness, size_t words)
{
	memset(likeness, 0, sizeof(*likeness));
	likeness->words = words < LIKENESS_WORDS ? words : LIKENESS_WORDS;
}

void likeness__learn(struct likeness *likeness, const uint64_t *object)
{
	if (likeness->nr < LIKENESS_SAMPLE)
		memcpy(likeness->sample[likeness->nr++], object, likeness->words * sizeof(*object));
}

/* All characters up to the end of the word, or up to a NUL, and one at least. */
static bool is_text(uint64_t word)
{
	uint8_t bytes[sizeof(word)];
	size_t i;

	memcpy(bytes, &word, sizeof(word));
	for (i = 0; i < sizeof(bytes) && bytes[i]; i++)
		if (bytes[i] < ' ' || bytes[i] > '~')
			return false;
	return i >= 3;
}

static enum likeness_kind kind_of(uint64_t word)
{
	if (!word)
		return LIKENESS_ZERO;
	if (word < SMALL)
		return LIKENESS_SMALL;
	if (word >> USER_BITS == UINT64_MAX >> USER_BITS && word < ERRORS)
		return LIKENESS_ADDRESS;
	return is_text(word) ? LIKENESS_TEXT : LIKENESS_ANY;
}

static bool is_nearly_all(uint32_t some, uint32_t all)
{
	return 20 * some >= IN_20 * all;
}

/* The value that nearly all have in the word, or 0. */
static uint64_t common_value(const struct likeness *likeness, size_t word)
{
	/* one of the first two has it, or not nearly all do */
	for (uint32_t first = 0; first < 2; first++) {
		uint64_t value = likeness->sample[first][word];
		uint32_t same = 0;

		for (uint32_t i = 0; i < likeness->nr; i++)
			same += likeness->sample[i][word] == value;
		if (is_nearly_all(same, likeness->nr))
			return value;
	}
	return 0;
}

static enum likeness_kind common_kind(const struct likeness *likeness, size_t word)
{
	for (uint32_t first = 0; first < 2; first++) {
		enum likeness_kind kind = kind_of(likeness->sample[first][word]);
		uint32_t same = 0;

		for (uint32_t i = 0; i < likeness->nr; i++)
			same += kind_of(likeness->sample[i][word]) == kind;
		if (is_nearly_all(same, likeness->nr))
			return kind;
	}
	return LIKENESS_ANY;
}

bool likeness__end(struct likeness *likeness)
{
	uint32_t telling = 0;

	if (likeness->nr < LIKENESS_LEAST)
		return false;
	for (size_t i = 0; i < likeness->words; i++) {
		uint64_t value = common_value(likeness, i);

		likeness->kinds[i] = common_kind(likeness, i);
		likeness->nr_kinds += likeness->kinds[i] != LIKENESS_ANY;
		telling += likeness->kinds[i] > LIKENESS_ZERO;
		/* small numbers and random ones alike: a value is one that hardly comes by chance
		 */
		if (value >= SMALL) {
			likeness->values[i] = value;
			likeness->nr_values++;
		}
	}
	return likeness->nr_values || telling >= ENOUGH;
}

bool likeness__fits(const struct likeness *likeness, const uint64_t *object)
{
	uint32_t values = 0, kinds = 0;

	for (size_t i = 0; i < likeness->words; i++) {
		values += likeness->values[i] && object[i] != likeness->values[i];
		kinds += likeness->kinds[i] != LIKENESS_ANY &&
			 kind_of(object[i]) != likeness->kinds[i];
	}
	return TENTH * values <= likeness->nr_values && TENTH * kinds <= likeness->nr_kinds;
}
