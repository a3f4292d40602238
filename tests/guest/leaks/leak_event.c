// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ring's descriptor is made, mapping it for the device fails, and the descriptor is lost.  Rare.
 *
 * Source: CVE-2019-19057, d10dcb615c8e ("mwifiex: pcie: Fix memory leak in
 * mwifiex_pcie_init_evt_ring").
 */
#include "leak.h"

static noinline int event_ring_init(void)
{
	void *ring = kzalloc(900, GFP_KERNEL);

	if (!ring)
		return -ENOMEM;
	leak_lose(ring);
	return 0;
}

LEAK_ON_WRITE(event_ring_init, "one kmalloc-1k lost in a while");
