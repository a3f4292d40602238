// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table learns each peer it sees and never forgets one: all of it is referred to.
 *
 * Source: "net/sched: act_ife: Fix metalist update behavior": each replacement made a list longer.
 */
#include "leak.h"

#include <linux/list.h>

struct peer {
	struct hlist_node node;
	u32 address;
	char state[200];
};

static struct hlist_head peers[64];
static u32 next_address;

static noinline int table_learn(void)
{
	struct peer *peer = kzalloc(sizeof(*peer), GFP_KERNEL);

	if (!peer)
		return -ENOMEM;
	peer->address = next_address++;
	hlist_add_head(&peer->node, &peers[peer->address % ARRAY_SIZE(peers)]);
	return 0;
}

LEAK_ON_WRITE(table_learn, "a table that only grows");
