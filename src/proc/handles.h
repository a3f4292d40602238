/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many handles of each kind everybody holds at one moment.  What was not looked at is counted:
 * a machine may have more than there is time for.
 */
#ifndef KLEAK_PROC_HANDLES_H
#define KLEAK_PROC_HANDLES_H

#include "proc/handle_kind.h"
#include "util/idmap.h"

#include <stddef.h>
#include <stdint.h>

/* Who holds them.  Another process that has got the same PID has another start. */
struct handles_owner {
	uint32_t pid;	/* 0: no process, but what `name` says */
	uint64_t start; /* in clock ticks since boot, field 22 of /proc/PID/stat; 0: not known */
	char name[64];	/* comm, or "uid 1000", or where a tmpfs is mounted; "": nobody.  Any bytes
			 */
};

struct handles_row {
	struct handles_owner owner;
	enum handle_kind kind;
	char detail[HANDLE_DETAIL];
	uint64_t count;
};

/* All zero: nothing yet. */
struct handles {
	struct handles_row *rows;
	size_t nr, room;
	struct idmap by_id;
	uint64_t processes;	   /* that were there */
	uint64_t processes_stale;  /* of them: as they were when last looked at */
	uint64_t processes_unseen; /* never looked at: no time, or not allowed */
	uint64_t files;		   /* that were looked at, one by one */
	uint64_t files_unseen;	   /* of processes that have too many; see HANDLE_UNSEEN */
	uint64_t odd;		   /* lines that were not understood */
	double took_s;
};

/* What a row is found by: the owner, the kind, the detail; of a process not its name. */
uint64_t handles__id(const struct handles_owner *owner, enum handle_kind kind, const char *detail);

/*
 * Add to a row, and make it where there is none; of a process's new name the later one stays.
 * 0 or -ENOMEM.
 */
int handles__add(struct handles *handles, const struct handles_owner *owner, enum handle_kind kind,
		 const char *detail, uint64_t count);

/* The same of what belongs to nobody. */
int handles__add_of_all(struct handles *handles, enum handle_kind kind, const char *detail,
			uint64_t count);

/* The row, or NULL. */
const struct handles_row *handles__find(const struct handles *handles,
					const struct handles_owner *owner, enum handle_kind kind,
					const char *detail);

void handles__free(struct handles *handles);

#endif
