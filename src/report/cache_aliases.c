// SPDX-License-Identifier: GPL-2.0-only
#include "report/cache_aliases.h"

#include <stdio.h>
#include <string.h>

const char *cache_aliases__of(struct cache_aliases *aliases, uint32_t index, const char *name)
{
	char *text = aliases->entries[index].text, *of = aliases->entries[index].name;

	if (!strcmp(of, name))
		return text;
	if (!slabnames__has(&aliases->names, name)) {
		slabnames__free(&aliases->names);
		if (aliases->read(&aliases->names))
			aliases->names = (struct slabnames){};
	}
	snprintf(of, CACHE_ALIASES_NAME, "%s", name);
	slabnames__aliases(&aliases->names, name, text, CACHE_ALIASES_TEXT);
	return text;
}

void cache_aliases__forget(struct cache_aliases *aliases)
{
	slabnames__free(&aliases->names);
	for (uint32_t i = 0; i < KLEAK_MAX_CACHES; i++)
		aliases->entries[i].name[0] = '\0';
}

const char *cache_aliases__in(const struct report *report, const char *cache)
{
	for (size_t i = 0; i < report->nr_caches; i++)
		if (!strcmp(report->caches[i].name, cache))
			return report->caches[i].aliases;
	return "";
}

void cache_aliases__free(struct cache_aliases *aliases)
{
	slabnames__free(&aliases->names);
}
