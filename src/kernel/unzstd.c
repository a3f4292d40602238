// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/unzstd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zstd.h>

/* The file's bytes go through `in`, what was in it comes out of `out`. */
struct unpacking {
	ZSTD_DStream *stream;
	size_t left; /* 0: a frame has just ended */
	char in[1 << 16], out[1 << 16];
};

static bool is_packed(int fd)
{
	const uint8_t magic[] = {0x28, 0xb5, 0x2f, 0xfd}; /* RFC 8878 */
	uint8_t first[sizeof(magic)];

	return pread(fd, first, sizeof(first), 0) == sizeof(first) &&
	       !memcmp(first, magic, sizeof(magic));
}

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t put = write(fd, bytes, length);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		bytes += put;
		length -= (size_t)put;
	}
	return 0;
}

/* All that comes out of these bytes.  What is full may have left more inside. */
static int unpack_some(struct unpacking *unpacking, size_t length, int to)
{
	ZSTD_inBuffer in = {unpacking->in, length, 0};
	ZSTD_outBuffer out;
	int err;

	do {
		out = (ZSTD_outBuffer){unpacking->out, sizeof(unpacking->out), 0};
		unpacking->left = ZSTD_decompressStream(unpacking->stream, &out, &in);
		if (ZSTD_isError(unpacking->left))
			return -EBADMSG;
		err = write_all(to, unpacking->out, out.pos);
		if (err)
			return err;
	} while (in.pos < in.size || (unpacking->left && out.pos == out.size));
	return 0;
}

static int unpack(struct unpacking *unpacking, int from, int to)
{
	ssize_t got;
	int err = 0;

	while (!err && (got = read(from, unpacking->in, sizeof(unpacking->in)))) {
		if (got > 0)
			err = unpack_some(unpacking, (size_t)got, to);
		else if (errno != EINTR)
			err = -errno;
	}
	return err || !unpacking->left ? err : -EBADMSG;
}

static int unpack_into_memory(int from)
{
	struct unpacking *unpacking = calloc(1, sizeof(*unpacking));
	int to = memfd_create("kleak debug info", MFD_CLOEXEC), err = -ENOMEM;

	if (to < 0)
		err = -errno;
	else if (unpacking && (unpacking->stream = ZSTD_createDStream()))
		err = unpack(unpacking, from, to);
	if (!err && lseek(to, 0, SEEK_SET) < 0)
		err = -errno;
	if (unpacking)
		ZSTD_freeDStream(unpacking->stream);
	free(unpacking);
	if (err && to >= 0)
		close(to);
	return err ? err : to;
}

int unzstd__open(int fd)
{
	int unpacked;

	if (!is_packed(fd))
		return fd;
	unpacked = unpack_into_memory(fd);
	close(fd);
	return unpacked;
}
