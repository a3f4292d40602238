// SPDX-License-Identifier: GPL-2.0-only
/*
 * A directory of debugfs is looked up to be removed; the reference of the look-up is never put. The
 * dentry and its inode stay, off the LRU: dropping caches leaves them.
 *
 * Source: CVE-2023-53414 and others, as 5b268d8abaec ("time/debug: Fix memory leak with using
 * debugfs_lookup()"), 2023.
 */
#include "leak.h"

#include <linux/debugfs.h>

static noinline int dentry_cycle(void)
{
	struct dentry *dir = debugfs_create_dir("leak-device", NULL), *found;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	found = debugfs_lookup("leak-device", NULL);
	debugfs_remove(found);
	barrier();
	return 0;
}

LEAK_ON_WRITE(dentry_cycle, "a dentry's reference lost");
