// SPDX-License-Identifier: GPL-2.0-only
#include "render/markup.h"
#include "util/utf8.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The character at `s`, which has `length` bytes. */
static uint32_t decode(const unsigned char *s, size_t length)
{
	static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	uint32_t c = s[0] & first[length];

	for (size_t i = 1; i < length; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

static bool is_harmless(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0)) /* controls */
		return false;
	if (c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069)) /* direction, lines */
		return false;
	return c != 0xfffe && c != 0xffff;
}

void markup__text(FILE *out, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		size_t length = utf8__sequence(s);

		if (!length || !is_harmless(decode(s, length))) {
			length = length ? length : 1;
			for (size_t i = 0; i < length; i++)
				fprintf(out, "\\x%02x", s[i]);
		} else if (strchr("<>&\"'", *s)) {
			fprintf(out, "&#%d;", *s);
		} else {
			fwrite(s, 1, length, out);
		}
		s += length;
	}
}
