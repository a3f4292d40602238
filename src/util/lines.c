// SPDX-License-Identifier: GPL-2.0-only
#include "util/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

int lines__each(FILE *file, int (*each)(char *line, void *arg), void *arg, uint64_t *odd)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;
	int err = 0;

	*odd = 0;
	while (err >= 0 && (length = getline(&line, &room, file)) != -1) {
		if (line[length - 1] == '\n')
			line[--length] = '\0';
		err = strlen(line) == (size_t)length ? each(line, arg) : LINES_ODD;
		*odd += err == LINES_ODD;
	}
	free(line);
	if (err < 0)
		return err;
	return feof(file) ? 0 : -EIO;
}

bool lines__complaint(char *text, size_t len, const char *path, uint64_t odd)
{
	bool one = odd == 1;

	if (!odd)
		return false;
	snprintf(text, len, "%" PRIu64 " line%s of %s %s not understood", odd, one ? "" : "s", path,
		 one ? "was" : "were");
	return true;
}

bool lines__number(const char **text, uint64_t most, uint64_t *number)
{
	const char *at = *text;
	uint64_t n = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *at - '0', &n))
			return false;
	if (n > most)
		return false;
	*text = at;
	*number = n;
	return true;
}

bool lines__add(uint64_t *sum, uint64_t more)
{
	if (*sum > LINES_MOST || more > LINES_MOST - *sum)
		return false;
	*sum += more;
	return true;
}

bool lines__add_product(uint64_t *sum, uint64_t a, uint64_t b)
{
	uint64_t product;

	return !__builtin_mul_overflow(a, b, &product) && lines__add(sum, product);
}
