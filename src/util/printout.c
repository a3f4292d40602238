// SPDX-License-Identifier: GPL-2.0-only
#include "util/printout.h"
#include "util/say.h"
#include "util/signals.h"
#include "util/spool.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MOST (4U << 20) /* bytes for a reader who has stopped to read */
#define STEP_MS	  10
#define MOMENT_S  0.1 /* a reader who takes nothing for so long has */

struct printout {
	struct spool *spool;
	const char *what; /* was printed last */
	uint64_t gap;	  /* dropped since one was taken */
	uint64_t dropped; /* in all */
	bool broken;	  /* nobody will read on, which is said */
};

int printout__open(struct printout **out)
{
	struct printout *printout = calloc(1, sizeof(*printout));

	if (!printout || spool__open(&printout->spool, STDOUT_FILENO, WAIT_MOST)) {
		free(printout);
		say("out of memory");
		return -ENOMEM;
	}
	*out = printout;
	return 0;
}

static int broken(struct printout *printout, int err)
{
	if (!printout->broken)
		say("cannot write the %s to stdout: %s", printout->what, strerror(-err));
	printout->broken = true;
	return err;
}

static double patience(void)
{
	double s = signals__patience();

	return isinf(s) ? s : fmin(s, MOMENT_S);
}

/* Why nothing is taken, for people. */
static void describe(const struct printout *printout, char *why, size_t len)
{
	int reason = spool__reason(printout->spool);

	if (!reason || reason == EAGAIN)
		snprintf(why, len, "nobody reads stdout");
	else
		snprintf(why, len, "cannot write to stdout: %s", strerror(reason));
}

static void drop(struct printout *printout)
{
	char why[128];

	printout->dropped++;
	if (printout->gap++)
		return;
	describe(printout, why, sizeof(why));
	say("%s: a %s was not printed; printing goes on when there is room again", why,
	    printout->what);
}

int printout__print(struct printout *printout, int (*print)(void *arg, FILE *out), void *arg,
		    bool last, const char *what)
{
	bool waits = printout__waits(printout);
	char *bytes = NULL;
	size_t length = 0;
	int err = spool__render(&bytes, &length, print, arg);

	if (err == -EIO)
		err = -ENOMEM; /* memory is all that can be full */
	printout->what = what;
	if (err) {
		say("cannot print a %s: %s", what, strerror(-err));
		free(bytes);
		return err;
	}
	err = spool__put(printout->spool, bytes, length, last);
	free(bytes);
	if (err == -EAGAIN) {
		drop(printout);
		return 0;
	}
	if (!err && printout->gap) {
		say("%" PRIu64 " %ss before this one were not printed", printout->gap, what);
		printout->gap = 0;
	}
	if (!err && !waits)
		err = spool__drain(printout->spool, patience);
	return err && err != -EAGAIN ? broken(printout, err) : 0;
}

bool printout__waits(const struct printout *printout)
{
	return spool__left(printout->spool) && spool__reason(printout->spool) == EAGAIN;
}

int printout__push(struct printout *printout)
{
	size_t before = spool__bytes(printout->spool);
	int err = spool__push(printout->spool);

	/* A terminal may be ready for a byte, and want two. */
	if (!err && before && spool__bytes(printout->spool) == before)
		poll(NULL, 0, STEP_MS);
	printout->broken |= err != 0;
	return err;
}

uint64_t printout__gap(const struct printout *printout)
{
	return printout->gap;
}

int printout__finish(struct printout *printout)
{
	int err = spool__drain(printout->spool, signals__patience);

	return err && err != -EAGAIN ? broken(printout, err) : err;
}

static int say_lost(const struct printout *printout, size_t left)
{
	uint64_t lost = printout->dropped + left;
	char why[128];

	describe(printout, why, sizeof(why));
	if (lost > 1)
		say("%" PRIu64 " %ss were not printed: %s", lost, printout->what, why);
	else
		say("the %s was not printed: %s", printout->what, why);
	return -EIO;
}

int printout__close(struct printout *printout)
{
	int err = 0;
	size_t left;

	if (!printout)
		return 0;
	if (!printout->broken)
		err = printout__finish(printout);
	left = spool__left(printout->spool);
	if (!printout->broken && (printout->dropped || left))
		err = say_lost(printout, left);
	spool__close(printout->spool);
	free(printout);
	return err;
}
