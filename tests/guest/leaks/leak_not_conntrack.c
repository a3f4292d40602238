// SPDX-License-Identifier: GPL-2.0-only
/*
 * An innocent: a table of connections that fills to 600 entries; then the oldest goes for each new
 * one. As nf_conntrack does it by time-outs (net/netfilter/nf_conntrack_core.c, gc_worker()).
 */
#include "leak.h"

#define MOST 600

static void *connections[MOST];
static unsigned int next;

static noinline int conntrack_confirm(void)
{
	void *connection = kzalloc(256, GFP_KERNEL);

	if (!connection)
		return -ENOMEM;
	kfree(connections[next % MOST]);
	connections[next++ % MOST] = connection;
	return 0;
}

LEAK_ON_WRITE(conntrack_confirm, "an innocent: a table that fills");
