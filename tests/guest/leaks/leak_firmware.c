// SPDX-License-Identifier: GPL-2.0-only
/*
 * A file is read into a buffer, the check that follows fails, and the error path forgets the
 * buffer.
 *
 * Source: CVE-2019-8980, "exec: Fix mem leak in kernel_read_file".
 */
#include "leak.h"

#include <linux/vmalloc.h>

#define BUFFER (3 * PAGE_SIZE)

static noinline int firmware_load(void)
{
	void *buffer = vmalloc(BUFFER);

	if (!buffer)
		return -ENOMEM;
	memset(buffer, 0, BUFFER);
	if (*(char *)buffer != 'F')
		return 0; /* bad magic: here it should be freed */
	vfree(buffer);
	return 0;
}

LEAK_ON_WRITE(firmware_load, "vmalloc in an error path");
