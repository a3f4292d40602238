// SPDX-License-Identifier: GPL-2.0-only
/*
 * The receive path takes a page for each packet, and drops the packet without the page.
 *
 * Source: CVE-2026-46320, "tap: free page on error paths in tap_get_user_xdp()".
 */
#include "leak.h"

static noinline void pages_refill(struct sk_buff *skb)
{
	struct page *page = dev_alloc_page();

	leak_lose(page);
}

LEAK_ON_PACKET(pages_refill, "pages of dropped packets");
