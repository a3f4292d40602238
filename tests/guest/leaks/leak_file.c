// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel opens a file for itself and does not close it: no process has it, though the cache is
 * that of open files.
 *
 * Source: "nfsd4: fix struct file leak", 2005.
 */
#include "leak.h"

#include <linux/fs.h>

static noinline int file_probe(void)
{
	struct file *file = filp_open("/proc/sys/kernel/ostype", O_RDONLY, 0);

	if (IS_ERR(file))
		return PTR_ERR(file);
	leak_lose(file);
	return 0;
}

LEAK_ON_WRITE(file_probe, "a file that the kernel opened and lost");
