// SPDX-License-Identifier: GPL-2.0-only
#include "util/json_value.h"
#include "util/commas.h"
#include "util/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/* JSON's integers are signed here: what is larger stays at the largest. */
json_t *json_value__count(uint64_t n)
{
	return json_integer(n < INT64_MAX ? (json_int_t)n : INT64_MAX);
}

/* Not a number: null. */
json_t *json_value__number(double x)
{
	return isfinite(x) ? json_real(x) : json_null();
}

/* Write a copy of `s` to `to`, each byte that is not UTF-8 replaced. */
static void repair(char *to, const char *s)
{
	while (*s) {
		size_t length = utf8__sequence((const unsigned char *)s);

		if (length) {
			memcpy(to, s, length);
			to += length;
			s += length;
		} else {
			memcpy(to, REPLACEMENT, strlen(REPLACEMENT));
			to += strlen(REPLACEMENT);
			s++;
		}
	}
	*to = '\0';
}

/* A string from anywhere; NULL becomes null. */
json_t *json_value__text(const char *s)
{
	json_t *string;
	char *copy;

	if (!s)
		return json_null();
	copy = malloc(strlen(s) * strlen(REPLACEMENT) + 1);
	if (!copy)
		return NULL;
	repair(copy, s);
	string = json_string(copy);
	free(copy);
	return string;
}

json_t *json_value__words(const char *list)
{
	json_t *array = json_array();
	const char *word;
	size_t len;

	while (array && (word = commas__next(&list, &len))) {
		char *copy = strndup(word, len);
		int err = json_array_append_new(array, copy ? json_value__text(copy) : NULL);

		free(copy);
		if (err) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

json_t *json_value__time(const struct timespec *time)
{
	char seconds[64];
	struct tm tm = {};

	gmtime_r(&time->tv_sec, &tm);
	strftime(seconds, sizeof(seconds), "%Y-%m-%dT%H:%M:%S", &tm);
	return json_sprintf("%s.%03ldZ", seconds, time->tv_nsec / 1000000);
}

/* An array of `nr` elements, element(of, i) being the i-th. */
json_t *json_value__array(size_t nr, json_t *(*element)(const void *of, size_t i), const void *of)
{
	json_t *array = json_array();

	for (size_t i = 0; array && i < nr; i++) {
		if (json_array_append_new(array, element(of, i))) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* To 3 decimals, without a negative zero. */
static double rounded(double x)
{
	if (fabs(x) < 1e12)
		x = (double)(int64_t)(x * 1e3 + (x < 0 ? -0.5 : 0.5)) / 1e3;
	return x;
}

/* Round every number in there: what is printed is for people as well. */
static void round_all(json_t *value)
{
	if (json_is_real(value))
		json_real_set(value, rounded(json_real_value(value)));
	else if (json_is_array(value))
		for (size_t i = 0; i < json_array_size(value); i++)
			round_all(json_array_get(value, i));
	else if (json_is_object(value))
		for (void *i = json_object_iter(value); i; i = json_object_iter_next(value, i))
			round_all(json_object_iter_value(i));
}

char *json_value__exact(json_t *object)
{
	/* 17 digits: the double that is read is the one that was written. */
	char *line = object ? json_dumps(object,
					 JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(17))
			    : NULL;

	json_decref(object);
	return line;
}

int json_value__print(json_t *object, FILE *out)
{
	char *line = NULL;

	/* 15 digits: as many as a double has, so 12.3 stays 12.3.  ASCII: harmless to a terminal.
	 */
	if (object) {
		round_all(object);
		line = json_dumps(object,
				  JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
	}
	json_decref(object);
	if (!line)
		return -ENOMEM;
	fputs(line, out);
	fputc('\n', out);
	free(line);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
