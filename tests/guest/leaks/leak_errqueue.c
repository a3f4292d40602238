// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of each packet that was sent waits in the error queue of a socket that nobody reads any
 * more: two caches grow, and the queue still refers to all of it.
 *
 * Source: fbf7085b3ad1 ("vsock: Fix sk_error_queue memory leak"), 2024.
 */
#include "leak.h"

static struct sk_buff_head *dead_queue;

static noinline int errqueue_stamp(void)
{
	struct sk_buff *skb;

	if (!dead_queue) {
		dead_queue = kzalloc(sizeof(*dead_queue), GFP_KERNEL);
		if (!dead_queue)
			return -ENOMEM;
		skb_queue_head_init(dead_queue);
	}
	skb = alloc_skb(300, GFP_KERNEL);
	if (!skb)
		return -ENOMEM;
	skb_put_zero(skb, 200);
	skb_queue_tail(dead_queue, skb);
	return 0;
}

LEAK_ON_WRITE(errqueue_stamp, "skbs in the error queue of a dead socket");
