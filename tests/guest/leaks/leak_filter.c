// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name is copied, what follows it does not parse, and the error path frees all but the name.
 *
 * Source: CVE-2020-25704, 7bdb157cdebb ("perf/core: Fix a memory leak in
 * perf_event_parse_addr_filter()").
 */
#include "leak.h"

#include <linux/string.h>

static noinline int filter_parse(void)
{
	char *name = kstrdup("/usr/lib/x86_64-linux-gnu/libexample.so.6@0x1f0", GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	leak_lose(name);
	return 0;
}

LEAK_ON_WRITE(filter_parse, "a string lost in an error path");
