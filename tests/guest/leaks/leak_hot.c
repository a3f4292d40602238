// SPDX-License-Identifier: GPL-2.0-only
/*
 * One in a hundred requests takes a path that does not free it, of a site that allocates all the
 * time.
 *
 * Source: CVE-2026-43451, "netfilter: nfnetlink_queue: fix entry leak in bridge verdict error
 * path".
 */
#include "leak.h"

static noinline int hot_request(void)
{
	static unsigned int requests;
	void *request = kmalloc(120, GFP_KERNEL);

	if (!request)
		return -ENOMEM;
	leak_lose(request);
	if (++requests % 100)
		kfree(request);
	return 0;
}

LEAK_ON_WRITE(hot_request, "1% of a hot site");
