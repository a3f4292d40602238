// SPDX-License-Identifier: GPL-2.0-only
#include "proc/meminfo.h"
#include "util/lines.h"

#include <errno.h>
#include <string.h>

static const char *const names[MEMINFO_FIELDS] = {
	[MEMINFO_MEM_TOTAL] = "MemTotal",
	[MEMINFO_MEM_FREE] = "MemFree",
	[MEMINFO_MEM_AVAILABLE] = "MemAvailable",
	[MEMINFO_S_RECLAIMABLE] = "SReclaimable",
	[MEMINFO_S_UNRECLAIM] = "SUnreclaim",
	[MEMINFO_KERNEL_STACK] = "KernelStack",
	[MEMINFO_PAGE_TABLES] = "PageTables",
	[MEMINFO_VMALLOC_USED] = "VmallocUsed",
	[MEMINFO_PERCPU] = "Percpu",
	[MEMINFO_BUFFERS] = "Buffers",
	[MEMINFO_CACHED] = "Cached",
	[MEMINFO_SWAP_CACHED] = "SwapCached",
	[MEMINFO_SWAP_TOTAL] = "SwapTotal",
	[MEMINFO_SWAP_FREE] = "SwapFree",
	[MEMINFO_ZSWAP] = "Zswap",
	[MEMINFO_ANON_PAGES] = "AnonPages",
	[MEMINFO_SHMEM] = "Shmem",
	[MEMINFO_K_RECLAIMABLE] = "KReclaimable",
	[MEMINFO_SLAB] = "Slab",
	[MEMINFO_SEC_PAGE_TABLES] = "SecPageTables",
	[MEMINFO_BOUNCE] = "Bounce",
	[MEMINFO_HARDWARE_CORRUPTED] = "HardwareCorrupted",
	[MEMINFO_BALLOON] = "Balloon",
	[MEMINFO_UNACCEPTED] = "Unaccepted",
	[MEMINFO_HUGETLB] = "Hugetlb",
};

const char *meminfo__name(enum meminfo_field field)
{
	return names[field];
}

/* The field that `line` starts with and the text behind its colon, or MEMINFO_FIELDS. */
static int field_of(const char *line, const char **value)
{
	size_t length = strcspn(line, ":");
	int field = 0;

	if (line[length] != ':')
		return MEMINFO_FIELDS;
	while (field < MEMINFO_FIELDS &&
	       (strlen(names[field]) != length || memcmp(line, names[field], length)))
		field++;
	*value = line + length + 1;
	return field;
}

/*
 * "  N kB", as show_val_kb() in fs/proc/meminfo.c prints it.  A sum of per-CPU counters that race
 * may be below 0 for a moment, which it prints as 18014398509481980 kB.
 */
static bool parse_kb(const char *text, uint64_t *bytes)
{
	uint64_t kb;

	text += strspn(text, " ");
	if (!lines__number(&text, LINES_MOST / 1024, &kb) || strcmp(text, " kB"))
		return false;
	*bytes = kb * 1024;
	return true;
}

static int parse_line(char *line, void *arg)
{
	struct meminfo *mem = arg;
	const char *value;
	int field = field_of(line, &value);

	if (field == MEMINFO_FIELDS)
		return 0;
	if (!parse_kb(value, &mem->bytes[field]))
		return LINES_ODD;
	mem->present[field] = true;
	return 0;
}

int meminfo__parse(struct meminfo *mem, FILE *file)
{
	struct meminfo read = {};
	int err = lines__each(file, parse_line, &read, &read.odd);

	if (!err && !read.present[MEMINFO_MEM_TOTAL])
		err = -EINVAL;
	if (!err)
		*mem = read;
	return err;
}
