// SPDX-License-Identifier: GPL-2.0-only
#include "memory/read_ahead.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void read_ahead__begin(struct read_ahead *ahead)
{
	if (ahead->windows)
		memset(ahead->windows, 0, READ_AHEAD_PLACES * sizeof(*ahead->windows));
}

static int reserve(struct read_ahead *ahead)
{
	if (!ahead->windows)
		ahead->windows = calloc(READ_AHEAD_PLACES, sizeof(*ahead->windows));
	if (!ahead->bytes)
		ahead->bytes = malloc((size_t)READ_AHEAD_PLACES * READ_AHEAD_BYTES);
	return ahead->windows && ahead->bytes ? 0 : -ENOMEM;
}

int read_ahead__read(struct read_ahead *ahead, kernel_copy copy, void *arg, uint64_t address,
		     void *to, size_t len)
{
	const uint64_t offset = address % READ_AHEAD_BYTES, window = address - offset;
	const size_t place = window / READ_AHEAD_BYTES % READ_AHEAD_PLACES;
	uint8_t *bytes;

	if (offset + len > READ_AHEAD_BYTES)
		return copy(arg, address, to, len);
	if (reserve(ahead))
		return -ENOMEM;
	bytes = ahead->bytes + place * READ_AHEAD_BYTES;
	if (ahead->windows[place] != window) {
		ahead->windows[place] = 0; /* the bytes may change though reading fails */
		if (copy(arg, window, bytes, READ_AHEAD_BYTES))
			return copy(arg, address, to, len);
		ahead->windows[place] = window;
	}
	memcpy(to, bytes + offset, len);
	return 0;
}

void read_ahead__free(struct read_ahead *ahead)
{
	free(ahead->windows);
	free(ahead->bytes);
	memset(ahead, 0, sizeof(*ahead));
}
