// SPDX-License-Identifier: GPL-2.0-only
#include "trace/origins.h"

#include <stdio.h>
#include <string.h>

const char *const origins__names[ORIGINS + 1] = {
	[KLEAK_SPACE_SLAB] = "slab",
	[KLEAK_SPACE_VMALLOC] = "vmalloc",
	[KLEAK_SPACE_PERCPU] = "percpu",
	[KLEAK_SPACE_PAGES] = "pages",
	NULL,
};

const char *origins__name(enum kleak_key_space space)
{
	return origins__names[space];
}

uint32_t origins__of(const struct kleak_config *config)
{
	return (config->slab ? ORIGIN_SLAB : 0) | (config->vmalloc ? ORIGIN_VMALLOC : 0) |
	       (config->percpu ? ORIGIN_PERCPU : 0) | (config->pages ? ORIGIN_PAGES : 0);
}

void origins__print(char *text, size_t len, uint32_t origins)
{
	const char *comma = "";

	*text = '\0';
	for (int i = 0; i < ORIGINS; i++) {
		size_t used = strlen(text);

		if (!(origins & 1U << i))
			continue;
		snprintf(text + used, len - used, "%s%s", comma, origins__names[i]);
		comma = ",";
	}
}
