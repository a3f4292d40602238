// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parameters that readers see by RCU are replaced, and the old ones are not passed to kfree_rcu().
 *
 * Source: 09d4f10a ("net: sched: act_ctinfo: fix memory leak"), 2020, reported by syzbot.
 */
#include "leak.h"

#include <linux/rcupdate.h>

struct action_params {
	u32 index, action, mask, prio;
	struct rcu_head rcu;
};

static struct action_params __rcu *current_params;

static noinline int params_replace(void)
{
	struct action_params *params = kzalloc(sizeof(*params), GFP_KERNEL);

	if (!params)
		return -ENOMEM;
	params->index = 1;
	params = unrcu_pointer(xchg(&current_params, RCU_INITIALIZER(params)));
	leak_lose(params); /* here it should be freed */
	return 0;
}

LEAK_ON_WRITE(params_replace, "RCU-freed parameters that are not freed");
