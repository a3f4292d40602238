// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device's counters, one for each CPU, outlive the device that failed to register.
 *
 * Source: "f2fs: fix memory leak of percpu counter in fill_super()", 2019; what it looks like:
 * podman #18761.
 */
#include "leak.h"

#include <linux/percpu.h>

struct device_stats {
	u64 packets, bytes;
};

static noinline int stats_init(void)
{
	struct device_stats __percpu *stats = alloc_percpu(struct device_stats);

	if (!stats)
		return -ENOMEM;
	leak_lose(stats);
	return 0;
}

LEAK_ON_WRITE(stats_init, "per-CPU counters of devices that are gone");
