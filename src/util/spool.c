// SPDX-License-Identifier: GPL-2.0-only
#include "util/spool.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/nowait.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_MS	  20
#define PIPE_MOST (1 << 20) /* fs.pipe-max-size, as it is by default */

struct piece {
	char *bytes;
	size_t length;
};

struct spool {
	struct nowait out;
	size_t most;
	struct piece *pieces; /* the first one is being written */
	size_t nr, room;
	size_t waiting; /* bytes, with those of the first one that are written */
	size_t written; /* of the first one */
	int reason;
};

int spool__render(char **bytes, size_t *length, int (*print)(void *arg, FILE *out), void *arg)
{
	FILE *out;
	int err;

	*bytes = NULL;
	out = open_memstream(bytes, length);
	if (!out)
		return -ENOMEM;
	err = print(arg, out);
	if (fclose(out) && !err)
		err = -ENOMEM;
	return err;
}

int spool__open(struct spool **out, int fd, size_t most)
{
	struct spool *spool = calloc(1, sizeof(*spool));

	if (!spool)
		return -ENOMEM;
	nowait__open(&spool->out, fd);
	spool->most = most;
	*out = spool;
	return 0;
}

static void forget_first(struct spool *spool)
{
	free(spool->pieces[0].bytes);
	spool->waiting -= spool->pieces[0].length;
	spool->written = 0;
	spool->nr--;
	memmove(spool->pieces, spool->pieces + 1, spool->nr * sizeof(*spool->pieces));
}

/* It may take more in a while: not somebody who has gone. */
static bool may_pass(int err)
{
	return err == EAGAIN || err == ENOSPC || err == EDQUOT || err == EFBIG;
}

int spool__push(struct spool *spool)
{
	while (spool->nr) {
		const struct piece *piece = &spool->pieces[0];
		ssize_t done = nowait__write(&spool->out, piece->bytes + spool->written,
					     piece->length - spool->written);

		if (done < 0) {
			spool->reason = (int)-done;
			return may_pass(spool->reason) ? 0 : (int)done;
		}
		spool->written += (size_t)done;
		if (spool->written == piece->length)
			forget_first(spool);
	}
	spool->reason = 0;
	return 0;
}

int spool__put(struct spool *spool, const char *bytes, size_t length, bool must)
{
	struct piece piece = {.length = length};
	int err = spool__push(spool);

	if (err)
		return err;
	if (spool->nr && !must && (length > spool->most || spool->waiting > spool->most - length))
		return -EAGAIN;
	err = array__reserve((void **)&spool->pieces, spool->nr + 1, &spool->room,
			     sizeof(*spool->pieces));
	if (!err)
		piece.bytes = malloc(length ? length : 1);
	if (!piece.bytes)
		return -ENOMEM;
	memcpy(piece.bytes, bytes, length);
	spool->pieces[spool->nr++] = piece;
	spool->waiting += length;
	return spool__push(spool);
}

/* A pipe that holds more keeps the end for whoever reads on when kleak is gone.  Does it? */
static bool grow_pipe(struct spool *spool)
{
	int holds = fcntl(spool->out.fd, F_GETPIPE_SZ);
	size_t wanted = (size_t)holds + spool__bytes(spool);

	return holds > 0 && holds < PIPE_MOST &&
	       fcntl(spool->out.fd, F_SETPIPE_SZ, wanted < PIPE_MOST ? (int)wanted : PIPE_MOST) >
		       holds;
}

int spool__drain(struct spool *spool, double (*patience)(void))
{
	double moved_s = clock__now_s();

	for (;;) {
		struct pollfd fd = {.fd = spool->out.fd, .events = POLLOUT};
		size_t before = spool__bytes(spool);
		int err = spool__push(spool);
		double now_s = clock__now_s();

		if (err || !spool->nr)
			return err;
		if (spool__bytes(spool) != before)
			moved_s = now_s;
		if (spool->reason != EAGAIN || now_s - moved_s >= patience()) {
			if (!grow_pipe(spool))
				return -EAGAIN;
			continue;
		}
		poll(&fd, 1, STEP_MS);
	}
}

size_t spool__left(const struct spool *spool)
{
	return spool->nr;
}

size_t spool__bytes(const struct spool *spool)
{
	return spool->waiting - spool->written;
}

int spool__reason(const struct spool *spool)
{
	return spool->reason;
}

void spool__close(struct spool *spool)
{
	if (!spool)
		return;
	while (spool->nr)
		forget_first(spool);
	free(spool->pieces);
	nowait__close(&spool->out);
	free(spool);
}
