// SPDX-License-Identifier: GPL-2.0-only
#include "util/commas.h"

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
