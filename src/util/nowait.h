/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing without waiting, to a pipe or terminal that may accept nothing for a while and that
 * other processes may have open as well.  All of this may be called in a signal handler.
 */
#ifndef KLEAK_UTIL_NOWAIT_H
#define KLEAK_UTIL_NOWAIT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct nowait {
	int fd;
	bool own;    /* opened here: a write does not wait, and it is to be closed */
	bool socket; /* a flag of send() does the same */
	bool waits;  /* neither: only what is sure to fit is written */
};

/*
 * O_NONBLOCK belongs to what the descriptor stands for, which others share: where there can be,
 * there is another one of our own.  fd stays open.
 */
void nowait__open(struct nowait *out, int fd);

/* Some of the bytes.  How many; -EAGAIN: it takes nothing now; or -errno. */
ssize_t nowait__write(const struct nowait *out, const void *bytes, size_t length);

void nowait__close(struct nowait *out);

/* All of them to fd, with waits of at most ms milliseconds together.  0 or -errno. */
int nowait__put(int fd, const void *bytes, size_t length, int ms);

#endif
