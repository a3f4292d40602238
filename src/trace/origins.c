// SPDX-License-Identifier: GPL-2.0-only
#include "trace/origins.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const names[ORIGINS] = {
	[KLEAK_SPACE_SLAB] = "slab",
	[KLEAK_SPACE_VMALLOC] = "vmalloc",
	[KLEAK_SPACE_PERCPU] = "percpu",
	[KLEAK_SPACE_PAGES] = "pages",
};

const char *origins__name(enum kleak_key_space space)
{
	return names[space];
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
		snprintf(text + used, len - used, "%s%s", comma, names[i]);
		comma = ",";
	}
}

/* The origin whose name are the `len` first bytes of `text`, or 0. */
static uint32_t origin_called(const char *text, size_t len)
{
	for (int i = 0; i < ORIGINS; i++)
		if (strlen(names[i]) == len && !strncmp(text, names[i], len))
			return 1U << i;
	return 0;
}

int origins__parse(const char *text, uint32_t *origins)
{
	*origins = 0;
	for (;;) {
		size_t len = strcspn(text, ",");
		uint32_t origin = origin_called(text, len);

		if (!origin)
			return -EINVAL;
		*origins |= origin;
		if (!text[len])
			return 0;
		text += len + 1;
	}
}
