// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reference to the struct pid of the process that calls is taken and not put: what stays was
 * allocated by fork(), where nothing is wrong, and no process has that number any more.
 *
 * Source: 2aab4b969002 ("af_unix: fix struct pid leaks in OOB support"), 2023.
 */
#include "leak.h"

#include <linux/pid.h>
#include <linux/sched.h>

static noinline int pid_remember(void)
{
	struct pid *pid = get_pid(task_tgid(current));

	leak_lose(pid);
	return 0;
}

LEAK_ON_WRITE(pid_remember, "a reference to a struct pid lost");
