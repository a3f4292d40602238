// SPDX-License-Identifier: GPL-2.0-only
#include "memory/scan_turns.h"

#include <string.h>

#define AT_ONCE (1U << 20) /* bytes: a few ms, where the machine is slow to give out pages */

int scan_turns__clear(const struct scan *scan, void *start, size_t bytes)
{
	int err = 0;

	for (size_t at = 0; at < bytes && !err; at += AT_ONCE) {
		memset((char *)start + at, 0, bytes - at < AT_ONCE ? bytes - at : AT_ONCE);
		err = scan_turns__take(scan, 0, 1);
	}
	return err;
}
