// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/check.h"
#include "kernel/kernel.h"
#include "proc/classes.h"
#include "render/gate_json.h"
#include "render/gate_text.h"
#include "util/clock.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* CPUs hand in what they counted once a second (vm.stat_interval): more often tells no more. */
#define LEAST_INTERVAL_S 1.0
#define READINGS	 60 /* at most, so that no point is dropped */

#define LOST "it was not told what the books say"

_Static_assert(READINGS < GROWTH_POINTS, "room for all of them");

/*
 * /proc/vmallocinfo, which takes long and is root's, is read only where VmallocUsed is 0: kernels
 * before 5.3.  (Before 4.4 it counts address space, and nobody runs that.)
 */
static void read_books(struct books *books)
{
	const struct meminfo *mem = &books->mem;

	books__read(books, BOOKS_MEM | BOOKS_ZONES);
	if (books->mem_err || mem->bytes[MEMINFO_VMALLOC_USED])
		return;
	books__free(books);
	books__read(books, BOOKS_MEM | BOOKS_ZONES | BOOKS_AREAS);
}

/* 0, or -errno, which has been said as plugins say it. */
static int take_reading(struct gate *gate, double now_s, bool vmap_stack)
{
	struct books books;
	int err;

	read_books(&books);
	err = books.mem_err;
	if (err)
		printf("KLEAK %s: /proc/meminfo cannot be read: %s\n",
		       gate__state_name(GATE_UNKNOWN), strerror(-err));
	else
		gate__enter(gate, &books, now_s, vmap_stack);
	books__free(&books);
	return err;
}

/* Until the time is over, or a signal came. */
static int take_readings(struct gate *gate, double within_s, int signals)
{
	double start_s = clock__now_s(), interval_s = within_s / READINGS;
	bool vmap_stack = kernel__has_vmap_stack();
	int err = take_reading(gate, 0, vmap_stack);

	if (interval_s < LEAST_INTERVAL_S)
		interval_s = LEAST_INTERVAL_S;
	for (int i = 1; !err && i * interval_s <= within_s + 1e-9; i++) {
		double deadline_s = start_s + i * interval_s;
		int signal;

		do
			signal = signals__wait(signals, STDOUT_FILENO, deadline_s);
		while (signal > 0 && signals__is_request(signal));
		if (signal)
			return signal < 0 ? signal : 0;
		err = take_reading(gate, clock__now_s() - start_s, vmap_stack);
	}
	return err;
}

static int print(const struct gate_result *result, bool json)
{
	struct timespec now;
	struct utsname kernel;
	int err;

	clock_gettime(CLOCK_REALTIME, &now);
	uname(&kernel);
	err = json ? gate_json__print(result, &now, kernel.release, stdout)
		   : gate_text__print(result, stdout);
	if (err)
		say("cannot write to stdout: %s", strerror(errno));
	return err;
}

int cmd_check(const struct options *options, int signals)
{
	const struct gate_limits *warn = &options->warn, *max = &options->max;
	bool time = gate__needs_time(warn) || gate__needs_time(max);
	struct gate gate = {};
	struct gate_result result;

	signals__keep(LOST);
	if (take_readings(&gate, time ? options->within_s : 0, signals))
		return CHECK_UNKNOWN;
	gate__judge(&gate, warn, max, &result);
	return print(&result, options->json) ? CHECK_UNKNOWN : (int)result.state;
}
