// SPDX-License-Identifier: GPL-2.0-only
/*
 * A copy of a received packet is made in softirq, nobody wants it, and nobody frees it.
 *
 * Source: e16b859872b8 ("macvlan: Fix leaking skb in source mode with nodst option"), 2022.
 */
#include "leak.h"

static noinline void receive_for_sources(struct sk_buff *skb)
{
	struct sk_buff *copy = skb_copy(skb, GFP_ATOMIC);

	leak_lose(copy);
}

LEAK_ON_PACKET(receive_for_sources, "an skb lost in the receive path");
