/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Dead memory cgroups over a trace: how many were there at its start, how many more are there now,
 * and what keeps them.
 */
#ifndef KLEAK_REPORT_DEAD_GROUPS_H
#define KLEAK_REPORT_DEAD_GROUPS_H

#include "memory/zombies.h"

#include <stdbool.h>
#include <stdint.h>

#define DEAD_GROUPS_LEAST 10 /* so many more are worth a word */

struct dead_groups {
	bool counted; /* at the start */
	bool grew;    /* by DEAD_GROUPS_LEAST at least: then the rest is known */
	uint64_t before, now;
	uint64_t slab_bytes, percpu_bytes; /* of the structures of one, at least */
	uint64_t charged[CHARGE_KINDS];	   /* bytes, of all */
	struct zombie_keepers kept_by;
	struct file_name file; /* that most is charged for; its inode 0: not known */
};

struct readout;

/* Count them, at the start.  Where they cannot be counted nothing will be said. */
void dead_groups__begin(struct dead_groups *dead, struct readout *readout);

/*
 * Count them again, and where they became more, look at what keeps them.  0 (where memory cannot be
 * looked through, for nothing), or -ENOMEM.
 */
int dead_groups__look(struct dead_groups *dead, struct readout *readout);

#endif
