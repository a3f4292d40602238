// SPDX-License-Identifier: GPL-2.0-only
#include "proc/flat_keyed.h"
#include "util/lines.h"

#include <string.h>

/* The key of `length` bytes, looked for from `from` on: kernels print them in one order. */
static size_t find(const struct flat_keyed *keys, const char *key, size_t length, size_t from)
{
	for (size_t i = 0; i < keys->nr; i++) {
		size_t at = (from + i) % keys->nr;
		const char *name = keys->names[at];

		if (name && *name == *key && strlen(name) == length && !memcmp(name, key, length))
			return at;
	}
	return keys->nr;
}

/* Whole: the number ends the line. */
static bool parse_value(const char *text, const char *end, uint64_t most, uint64_t *value)
{
	return lines__number(&text, most, value) && text == end;
}

uint64_t flat_keyed__parse(const struct flat_keyed *keys, const char *text, size_t len)
{
	uint64_t odd = strlen(text) != len;
	size_t next = 0;

	while (*text) {
		const char *end = strchrnul(text, '\n');
		size_t length = strcspn(text, " \n"), at = find(keys, text, length, next);
		uint64_t value;

		if (at < keys->nr) {
			next = at + 1;
			if (text[length] == ' ' &&
			    parse_value(text + length + 1, end, keys->most, &value)) {
				keys->values[at] = value;
				keys->present[at] = true;
			} else {
				odd++;
			}
		}
		text = *end ? end + 1 : end;
	}
	return odd;
}

bool flat_keyed__single(uint64_t *value, const char *text, size_t len)
{
	const char *end = strchrnul(text, '\n');
	uint64_t number;

	if (strlen(text) != len || (*end && end[1]))
		return false;
	if (!strncmp(text, "max", 3) && text + 3 == end) {
		*value = UINT64_MAX;
		return true;
	}
	if (!lines__number(&text, UINT64_MAX, &number) || text != end)
		return false;
	*value = number > LINES_MOST ? UINT64_MAX : number;
	return true;
}
