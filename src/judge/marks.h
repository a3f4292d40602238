/* SPDX-License-Identifier: GPL-2.0-only */
/* How many objects every site had at one moment, to tell later how many of them are left. */
#ifndef KLEAK_JUDGE_MARKS_H
#define KLEAK_JUDGE_MARKS_H

#include "trace/sites.h"
#include "util/idmap.h"

#include <stdint.h>

struct marks {
	struct idmap by_id;
	uint64_t *objects;
	size_t nr, room;
};

/* Remember `sites`.  *marks starts as all zeros.  0 or -ENOMEM. */
int marks__set(struct marks *marks, const struct sites *sites);

/* Objects of the site now, as a share of then; NAN: it had none, or nothing was marked. */
double marks__share(const struct marks *marks, const struct site *site);

void marks__free(struct marks *marks);

#endif
