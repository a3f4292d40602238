// SPDX-License-Identifier: GPL-2.0-only
/*
 * Its exit function forgets what its init function has made: each load leaves 20 objects.
 *
 * Source: "drm/nouveau/fault/gv100-: fix memory leak on module unload", 2020; "pps: Fix IDR memory
 * leak in module exit", 2025.
 */
#include "leak.h"

static noinline int goodbye_make(void)
{
	for (int i = 0; i < 20; i++) {
		void *entry = kzalloc(400, GFP_KERNEL);

		if (!entry)
			return -ENOMEM;
		leak_lose(entry);
	}
	return 0;
}

static int __init leak_init(void)
{
	int err = goodbye_make();

	barrier();
	return err;
}

static void __exit leak_exit(void)
{
}

module_init(leak_init);
module_exit(leak_exit);
LEAK_LICENSE("exit forgets what init made");
