// SPDX-License-Identifier: GPL-2.0-only
#include "report/by_design.h"

#include <string.h>

static const struct {
	const char *function;
	const char *cache; /* of which it is the allocation; NULL: any */
	const char *why;
} kept[] = {
	/* net/ipv4/inet_timewait_sock.c, TCP_TIMEWAIT_LEN */
	{"inet_twsk_alloc", NULL, "a connection in TIME_WAIT: it goes after a minute"},
	/* net/core/net_namespace.c, net_complete_free(): 6.13, and stable kernels from 6.12.5 on */
	{"copy_net_ns", "net_namespace",
	 "from 6.12.5 on, a network namespace that has ended is freed when the next one ends"},
	/* kernel/fork.c, NR_CACHED_STACKS */
	{"alloc_thread_stack_node", "vmalloc",
	 "the stacks of two threads that have ended are kept for each CPU"},
	/* kernel/sched/core.c, context_switch(): lazy TLB */
	{"mm_alloc", "mm_struct", "a CPU keeps the last process's until it runs another one"},
	{"dup_mm", "mm_struct", "a CPU keeps the last process's until it runs another one"},
};

static bool is_in_stack(const struct report_site *site, const char *function)
{
	size_t length = strlen(function);

	/* "dup_mm.constprop.0" is the same one */
	for (size_t i = 0; i < site->nr_frames; i++) {
		const char *symbol = site->stack[i].symbol;

		if (symbol && !strncmp(symbol, function, length) &&
		    (!symbol[length] || symbol[length] == '.'))
			return true;
	}
	return false;
}

const char *by_design__why(const struct report_site *site)
{
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if ((!kept[i].cache || !strcmp(site->cache, kept[i].cache)) &&
		    is_in_stack(site, kept[i].function))
			return kept[i].why;
	return NULL;
}
