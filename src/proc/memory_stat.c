// SPDX-License-Identifier: GPL-2.0-only
#include "proc/memory_stat.h"
#include "proc/flat_keyed.h"
#include "util/lines.h"

#include <errno.h>

static const char *const names[MEMORY_STAT_FIELDS] = {
	[MEMORY_STAT_ANON] = "anon",
	[MEMORY_STAT_FILE] = "file",
	[MEMORY_STAT_KERNEL] = "kernel",
	[MEMORY_STAT_KERNEL_STACK] = "kernel_stack",
	[MEMORY_STAT_PAGE_TABLES] = "pagetables",
	[MEMORY_STAT_SEC_PAGE_TABLES] = "sec_pagetables",
	[MEMORY_STAT_PERCPU] = "percpu",
	[MEMORY_STAT_SOCK] = "sock",
	[MEMORY_STAT_VMALLOC] = "vmalloc",
	[MEMORY_STAT_SHMEM] = "shmem",
	[MEMORY_STAT_ZSWAP] = "zswap",
	[MEMORY_STAT_HUGETLB] = "hugetlb",
	[MEMORY_STAT_INACTIVE_FILE] = "inactive_file",
	[MEMORY_STAT_ACTIVE_FILE] = "active_file",
	[MEMORY_STAT_SLAB_RECLAIMABLE] = "slab_reclaimable",
	[MEMORY_STAT_SLAB_UNRECLAIMABLE] = "slab_unreclaimable",
};

static const char *const names_v1[MEMORY_STAT_FIELDS] = {
	[MEMORY_STAT_ANON] = "total_rss",
	[MEMORY_STAT_FILE] = "total_cache",
	[MEMORY_STAT_SHMEM] = "total_shmem",
	[MEMORY_STAT_INACTIVE_FILE] = "total_inactive_file",
	[MEMORY_STAT_ACTIVE_FILE] = "total_active_file",
};

/* Where there is no limit its number is none of bytes. */
static uint64_t parse_limit(struct memory_stat *stat, const char *text, size_t len)
{
	static const char *const name = "hierarchical_memory_limit";
	const struct flat_keyed key = {.names = &name,
				       .nr = 1,
				       .most = UINT64_MAX,
				       .values = &stat->bytes[MEMORY_STAT_TIGHTEST_LIMIT],
				       .present = &stat->present[MEMORY_STAT_TIGHTEST_LIMIT]};

	return flat_keyed__parse(&key, text, len);
}

int memory_stat__parse(struct memory_stat *stat, const char *text, size_t len, bool v1)
{
	struct memory_stat read = {};
	const struct flat_keyed keys = {.names = v1 ? names_v1 : names,
					.nr = MEMORY_STAT_FIELDS,
					.most = LINES_MOST,
					.values = read.bytes,
					.present = read.present};

	read.odd = flat_keyed__parse(&keys, text, len);
	if (v1)
		read.odd += parse_limit(&read, text, len);
	for (int i = 0; i < MEMORY_STAT_FIELDS; i++) {
		if (!read.present[i])
			continue;
		*stat = read;
		return 0;
	}
	return -EINVAL;
}
