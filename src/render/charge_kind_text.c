// SPDX-License-Identifier: GPL-2.0-only
#include "render/charge_kind_text.h"

static const struct {
	const char *text, *key;
} kinds[CHARGE_KINDS] = {
	[CHARGE_SLAB] = {"slab objects", "slab"},
	[CHARGE_PAGES] = {"pages: stacks, vmalloc, pipes, large kmalloc", "pages"},
	[CHARGE_TABLES] = {"page tables", "page_tables"},
	[CHARGE_PERCPU] = {"per-CPU", "percpu"},
	[CHARGE_ANON] = {"anonymous", "anon"},
	[CHARGE_SHMEM] = {"tmpfs and shared memory", "shmem"},
	[CHARGE_FILE] = {"page cache of files", "file"},
	[CHARGE_UNKNOWN] = {"unknown pages", "unknown"},
};

const char *charge_kind_text__of(enum charge_kind kind)
{
	return kinds[kind].text;
}

const char *charge_kind_text__key(enum charge_kind kind)
{
	return kinds[kind].key;
}
