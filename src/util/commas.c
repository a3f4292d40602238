// SPDX-License-Identifier: GPL-2.0-only
#include "util/commas.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *commas__next(const char **list, size_t *len)
{
	const char *word = *list;

	if (!*word)
		return NULL;
	*len = strcspn(word, ",");
	*list = word + *len;
	if (**list)
		*list += 1 + strspn(*list + 1, " ");
	return word;
}

bool commas__has(const char *list, const char *word)
{
	const char *one;
	size_t len;

	while ((one = commas__next(&list, &len)))
		if (len == strlen(word) && !strncmp(one, word, len))
			return true;
	return false;
}

int commas__add(char *list, size_t len, size_t most, const char *word)
{
	size_t used = strlen(list), nr = 0, ignored;
	const char *words = list;

	if (commas__has(list, word))
		return 0;
	while (commas__next(&words, &ignored))
		nr++;
	if (nr == most || used + strlen(word) + 2 > len)
		return -ENOSPC;
	snprintf(list + used, len - used, "%s%s", used ? "," : "", word);
	return 0;
}

bool commas__are_words(const char *list, size_t most)
{
	size_t end = strlen(list), len;

	if (!end || list[end - 1] == ',')
		return false;
	while (commas__next(&list, &len))
		if (!len || len > most)
			return false;
	return true;
}
