// SPDX-License-Identifier: GPL-2.0-only
/* Programs that do nothing, on the tracepoints that kleak uses: what tracing costs by itself. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define EMPTY(event)                                                                               \
	SEC("raw_tp/" #event) int empty_##event(void *ctx)                                         \
	{                                                                                          \
		(void)ctx;                                                                         \
		return 0;                                                                          \
	}

EMPTY(kmalloc)
EMPTY(kmalloc_node)
EMPTY(kmem_cache_alloc)
EMPTY(kmem_cache_alloc_node)
EMPTY(kfree)
EMPTY(kmem_cache_free)

char LICENSE[] SEC("license") = "GPL";
