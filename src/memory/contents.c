// SPDX-License-Identifier: GPL-2.0-only
#include "memory/contents.h"
#include "util/bytes.h"
#include "util/fnv.h"

#include <string.h>

/* Where members of structures stand. */
#define ALIGNMENT 8

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static size_t run_of(const uint8_t *bytes, size_t size)
{
	size_t length = 0;

	while (length < size && is_printable(bytes[length]))
		length++;
	return length;
}

/* Without its numbers; how many characters that makes. */
static size_t copy(char *to, const uint8_t *text, size_t length)
{
	size_t nr = 0;

	for (size_t i = 0; i < length && nr < CONTENTS_MOST; i++) {
		if (!is_digit(text[i]))
			to[nr++] = (char)text[i];
		else if (!i || !is_digit(text[i - 1]))
			to[nr++] = '#';
	}
	to[nr] = '\0';
	return nr;
}

static bool find_text(const uint8_t *bytes, size_t size, struct contents *contents)
{
	for (size_t at = 0; at + CONTENTS_LEAST <= size; at += ALIGNMENT) {
		size_t length = run_of(bytes + at, size - at);

		if (length < CONTENTS_LEAST ||
		    copy(contents->text, bytes + at, length) < CONTENTS_LEAST)
			continue;
		contents->kind = CONTENTS_TEXT;
		contents->offset = (uint32_t)at;
		return true;
	}
	return false;
}

bool contents__of(const void *object, size_t size, struct contents *contents)
{
	const uint8_t *bytes = object;

	*contents = (struct contents){.kind = CONTENTS_BYTE};
	if (size < 2)
		return false;
	if (!memcmp(bytes, bytes + 1, size - 1)) {
		contents->byte = *bytes;
		return true;
	}
	return find_text(bytes, size, contents);
}

/* The largest size for which kmalloc() gives less (include/linux/slab.h, __kmalloc_index()). */
static uint32_t class_below(uint32_t size)
{
	if (size == 128 || size == 256)
		return size - size / 4; /* 96, 192 */
	return size == 96 || size == 192 ? size - size / 3 : size / 2;
}

bool contents__size_of(const void *object, size_t size, uint32_t of_size, struct contents *contents)
{
	*contents = (struct contents){.kind = CONTENTS_SIZE};
	for (uint32_t at = 0; at + sizeof(uint32_t) <= size; at += sizeof(uint32_t)) {
		uint32_t number = bytes__half(object, at);

		if (number <= class_below(of_size) || number > of_size)
			continue;
		contents->offset = at;
		contents->number = number;
		return true;
	}
	return false;
}

uint64_t contents__hash(const struct contents *contents)
{
	uint64_t hash = fnv__add(FNV_START, &contents->kind, sizeof(contents->kind));

	hash = fnv__add(hash, &contents->offset, sizeof(contents->offset));
	hash = fnv__add(hash, &contents->number, sizeof(contents->number));
	hash = fnv__add(hash, &contents->byte, sizeof(contents->byte));
	return fnv__add(hash, contents->text, CONTENTS_LEAST);
}

void contents__join(struct contents *of, const struct contents *other)
{
	size_t same = 0;

	while (of->text[same] && of->text[same] == other->text[same])
		same++;
	of->text[same] = '\0';
}
