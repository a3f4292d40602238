// SPDX-License-Identifier: GPL-2.0-only
/*
 * An innocent: a pool of receive pages that grows to 1,000 and is recycled from then on
 * (net/core/page_pool.c).
 */
#include "leak.h"

#define MOST 1000

static struct page *pool[MOST];
static unsigned int next;

static noinline void pool_refill(struct sk_buff *skb)
{
	unsigned int slot = next++ % MOST;

	if (!pool[slot])
		pool[slot] = dev_alloc_page();
}

LEAK_ON_PACKET(pool_refill, "an innocent: pages of a pool");
