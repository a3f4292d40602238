// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each attempt to bring up an adapter makes a workqueue, which the error path does not destroy: one
 * cause, and several caches and allocators that grow.
 *
 * Source: "hwmon: (applesmc) fix key backlight workqueue leak on register failure"; "wifi: rtlwifi:
 * usb: fix workqueue leak when probe fails".
 */
#include "leak.h"

#include <linux/workqueue.h>

static noinline int queue_bring_up(void)
{
	struct workqueue_struct *queue = alloc_workqueue("leak", 0, 0);

	if (!queue)
		return -ENOMEM;
	leak_lose(queue);
	return 0;
}

LEAK_ON_WRITE(queue_bring_up, "a workqueue lost in an error path");
