// SPDX-License-Identifier: GPL-2.0-only
/*
 * An innocent: a module that takes 200 objects as it comes, and gives them back as it goes.
 */
#include "leak.h"

static void *entries[200];

static noinline int module_make(void)
{
	for (int i = 0; i < ARRAY_SIZE(entries); i++) {
		entries[i] = kzalloc(400, GFP_KERNEL);
		if (!entries[i])
			return -ENOMEM;
	}
	return 0;
}

static int __init leak_init(void)
{
	return module_make();
}

static void __exit leak_exit(void)
{
	for (int i = 0; i < ARRAY_SIZE(entries); i++)
		kfree(entries[i]);
}

module_init(leak_init);
module_exit(leak_exit);
LEAK_LICENSE("an innocent: it comes and goes");
