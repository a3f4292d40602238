// SPDX-License-Identifier: GPL-2.0-only
#include "meminfo.h"
#include "lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
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

/* "  N kB", as show_val_kb() in fs/proc/meminfo.c prints it. */
static int parse_kb(const char *text, uint64_t *bytes)
{
	unsigned long long kb;
	char *rest;

	text += strspn(text, " ");
	if (!isdigit((unsigned char)*text)) /* strtoull() takes signs, and blanks of all kinds */
		return -EINVAL;
	kb = strtoull(text, &rest, 10); /* ULLONG_MAX when even that is too little */
	if (strcmp(rest, " kB") || kb > UINT64_MAX / 1024)
		return -EINVAL;
	*bytes = kb * 1024;
	return 0;
}

static int parse_line(char *line, void *arg)
{
	struct meminfo *mem = arg;
	const char *value;
	int field = field_of(line, &value);
	int err;

	if (field == MEMINFO_FIELDS)
		return 0;
	err = parse_kb(value, &mem->bytes[field]);
	if (!err)
		mem->present[field] = true;
	return err;
}

int meminfo__parse(struct meminfo *mem, FILE *file)
{
	struct meminfo read = {};
	int err = lines__each(file, parse_line, &read);

	if (!err && !read.present[MEMINFO_MEM_TOTAL])
		err = -EINVAL;
	if (!err)
		*mem = read;
	return err;
}
