// SPDX-License-Identifier: GPL-2.0-only
#include "util/nowait.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define STEP_MS 10

/* snprintf() is not for signal handlers. */
static void path_of(char *path, int fd)
{
	static const char folder[] = "/proc/self/fd/";
	char digits[16];
	size_t nr = 0;

	memcpy(path, folder, sizeof(folder) - 1);
	path += sizeof(folder) - 1;
	do
		digits[nr++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (nr)
		*path++ = digits[--nr];
	*path = '\0';
}

static bool is_writable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

void nowait__open(struct nowait *out, int fd)
{
	char path[64];
	struct stat is;
	int own;

	*out = (struct nowait){.fd = fd};
	if (fstat(fd, &is) || !is_writable(fd))
		return; /* it fails */
	out->socket = S_ISSOCK(is.st_mode);
	if (!S_ISFIFO(is.st_mode) && !S_ISCHR(is.st_mode))
		return;
	path_of(path, fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	out->own = own >= 0;
	out->waits = own < 0;
	if (own >= 0)
		out->fd = own;
}

ssize_t nowait__write(const struct nowait *out, const void *bytes, size_t length)
{
	struct pollfd fd = {.fd = out->fd, .events = POLLOUT};
	ssize_t done;

	if (out->waits) {
		if (poll(&fd, 1, 0) <= 0)
			return -EAGAIN;
		if (length > PIPE_BUF) /* a pipe takes so much at once, or none */
			length = PIPE_BUF;
	}
	do
		done = out->socket ? send(out->fd, bytes, length, MSG_DONTWAIT)
				   : write(out->fd, bytes, length);
	while (done < 0 && errno == EINTR);
	if (done < 0)
		return -errno;
	return done || !length ? done : -EAGAIN;
}

void nowait__close(struct nowait *out)
{
	if (out->own)
		close(out->fd);
	out->own = false;
}

int nowait__put(int fd, const void *bytes, size_t length, int ms)
{
	const char *from = bytes;
	struct nowait out;
	ssize_t done = 0;

	nowait__open(&out, fd);
	while (length) {
		struct pollfd room = {.fd = out.fd, .events = POLLOUT};

		done = nowait__write(&out, from, length);
		if (done < 0 && (done != -EAGAIN || ms <= 0))
			break;
		if (done > 0) {
			from += done;
			length -= (size_t)done;
			continue;
		}
		poll(&room, 1, STEP_MS);
		ms -= STEP_MS;
	}
	nowait__close(&out);
	return done < 0 ? (int)done : 0;
}
