// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/terminals.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *type, *entry;
} known[] = {
#include "terminfo.h"
};

#define NR (sizeof(known) / sizeof(known[0]))

const char *terminals__entry(const char *type)
{
	for (size_t i = 0; i < NR; i++)
		if (!strcmp(known[i].type, type))
			return known[i].entry;
	return NULL;
}

void terminals__list(char *text, size_t len)
{
	size_t at = 0;

	*text = '\0';
	for (size_t i = 0; i < NR && at < len; i++)
		at += (size_t)snprintf(text + at, len - at, "%s%s",
				       !i	    ? ""
				       : i < NR - 1 ? ", "
						    : " or ",
				       known[i].type);
}
