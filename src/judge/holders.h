/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who holds more and more handles, and what growth of the kernel's memory that explains.
 *
 * To be used so: take a reading every few seconds and enter it (handle_reader__read(),
 * holders__enter()); at the end ask of each site or cache that grows (holders__explain()).
 * What has an answer that is `sure` is no leak of the kernel: somebody holds it.
 */
#ifndef KLEAK_JUDGE_HOLDERS_H
#define KLEAK_JUDGE_HOLDERS_H

#include "judge/growth.h"
#include "proc/handles.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct holders;

/* 0 or -ENOMEM. */
int holders__open(struct holders **holders);

/*
 * Enter a reading that was taken now_s seconds after some moment, the same one for all readings and
 * questions.  Nothing of `handles` is kept.  0 or -ENOMEM.
 */
int holders__enter(struct holders *holders, const struct handles *handles, double now_s);

/* Why a kind of handles is thought to be what the objects belong to; bits, the stronger ones
 * higher. */
enum holder_link {
	HOLDER_GROWS = 0,	  /* as many more, no more than that */
	HOLDER_BY_PROCESS = 1,	  /* the process that holds them allocates at the site */
	HOLDER_BY_CACHE = 1 << 1, /* the slab cache is one for such handles */
	HOLDER_BY_STACK = 1 << 2, /* the stack passes through what makes such handles */
};

/* Who holds what. */
struct holder {
	struct handles_owner owner; /* pid 0 and name "": several processes, or nobody */
	bool several; /* owner is the one of several processes that has most of the growth */
	enum handle_kind kind;
	char detail[HANDLE_DETAIL];
	uint64_t count;		    /* now */
	double grew;		    /* in the time of the question, or since the first reading */
	struct growth_slope growth; /* handles a second; known false: too few readings, see per_s */
	double per_s;		    /* the slope, or grew by the time that took */
	bool steady;		    /* it grows with 95% confidence */

	/* of a question */
	double ratio;	   /* objects for each handle that there is more */
	double share;	   /* of the objects' growth that the handles account for, 0 to 1 */
	unsigned int link; /* enum holder_link */
	bool sure;	   /* linked by cache or stack, and somebody can let go of them */
	bool unread;	   /* the objects are in queues of these handles, which nobody reads */
	/* Of what no process has open: who made it, by the kernel's note or the question's. */
	uint32_t creator;      /* 0: not known */
	char creator_name[64]; /* "": it has ended */
	char pinned_by[64];    /* offline cgroups: the tmpfs whose files grow with them; or "" */
	double pinned_by_grew; /* files there that there are more */
};

/* What grows: a call site or a slab cache. */
struct holders_question {
	const char *cache;	      /* where the objects are: name in /proc/slabinfo; NULL */
	const char *const *functions; /* of the stack, innermost first; NULL where there is none */
	size_t nr_functions;
	uint32_t pid;	  /* that allocates there; 0: several, nobody, or not known */
	const char *comm; /* its name; NULL */
	/* How many objects there were at which times, ascending; two at least, more tell better. */
	const double *at;
	const double *objects;
	size_t nr;
	double error; /* sampling: standard error of the objects, of as many; else 0 */
};

/* Less growth of objects or handles than this is nothing to compare. */
#define HOLDERS_LEAST 8

/*
 * Write who may hold the objects that became more, `most` at most, the best explanation first.  An
 * explanation accounts for HOLDERS_SHARE of the growth at least, and its handles grew when the
 * objects did.  What only the queues of handles hold is of whoever has most of such handles.  Where
 * several handles share one object or one makes several, that shows in `ratio`.  How many.
 */
#define HOLDERS_SHARE 0.8
size_t holders__explain(const struct holders *holders, const struct holders_question *question,
			struct holder *list, size_t most);

/*
 * May objects that nobody explains be held by processes all the same?  The objects are linked to
 * handles that processes let go of, and not every process had been looked at when they were none.
 */
bool holders__may_be_unseen(const struct holders *holders, const struct holders_question *question);

/*
 * Write what grows by itself, whoever asks: steadily, HOLDERS_LEAST handles at least; what grows
 * fastest first.  How many.
 */
size_t holders__growing(const struct holders *holders, struct holder *list, size_t most);

/*
 * How many struct files more than open files of processes there are now, compared with the first
 * reading: files that nobody holds open leaked, or are in flight between sockets.
 */
int64_t holders__unheld_files(const struct holders *holders);

/* Rows that were not followed because there were too many. */
uint64_t holders__unfollowed(const struct holders *holders);

void holders__close(struct holders *holders);

#endif
