// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stream.h"
#include "util/clock.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

int stream__wait(const struct stream *stream, double deadline_s)
{
	int signal;

	do {
		bool waits = stream->printout && printout__waits(stream->printout);
		const struct signals_files files = {
			.out = STDOUT_FILENO, .room = waits, .keys = -1};

		signal = signals__wait_for(stream->signals, &files, deadline_s);
		if (signal == SIGNALS_ROOM)
			signal = printout__push(stream->printout) ? -EPIPE : SIGCHLD;
	} while (signal == SIGCHLD || signals__is_request(signal));
	if (signal == -EPIPE) {
		if (stream->printout)
			printout__push(stream->printout); /* which knows then */
		say("nobody reads stdout any more");
	}
	return signal;
}

int stream__run(const struct stream *stream, int (*turn)(void *arg, bool final), void *arg)
{
	double start_s = clock__now_s();
	double end_s = stream->duration_s > 0 ? start_s + stream->duration_s : INFINITY;
	int err = turn(arg, false);

	for (uint64_t nr = 1; !err; nr++) {
		double next_s = start_s + (double)nr * stream->interval_s;
		bool last = next_s >= end_s;
		int signal = stream__wait(stream, last ? end_s : next_s);

		if (signal < 0)
			return signal;
		err = turn(arg, last || signal > 0);
		if (last || signal > 0)
			break;
		/* do not catch up on missed readings */
		nr += (uint64_t)((clock__now_s() - next_s) / stream->interval_s);
	}
	return err == STREAM_OVER ? 0 : err;
}
