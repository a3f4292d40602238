/* SPDX-License-Identifier: GPL-2.0-only */
/* Values as JSON.  Every function that returns a json_t * returns NULL when memory is short. */
#ifndef KLEAK_UTIL_JSON_VALUE_H
#define KLEAK_UTIL_JSON_VALUE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

/*
 * "version" of all that --json prints: a key that goes or changes its meaning makes it a new one.
 * Saved files of older versions are read, see report/old_json.h.
 */
#define JSON_VALUE_VERSION 2

/* JSON's integers are signed here: what is larger stays at the largest. */
json_t *json_value__count(uint64_t n);

/* Not a number, or infinite: null. */
json_t *json_value__number(double x);

/* A string from anywhere: bytes that are not UTF-8 are replaced.  NULL becomes null. */
json_t *json_value__text(const char *s);

/* The words of a list with commas between (util/commas.h), as an array of strings. */
json_t *json_value__words(const char *list);

/* RFC 3339 with milliseconds, UTC. */
json_t *json_value__time(const struct timespec *time);

/* An array of `nr` elements, element(of, i) being the i-th. */
json_t *json_value__array(size_t nr, json_t *(*element)(const void *of, size_t i), const void *of);

/*
 * Print the object on one line, numbers to 3 decimals, and let go of it.  0, -ENOMEM (also for
 * NULL), -EIO.
 */
int json_value__print(json_t *object, FILE *out);

/*
 * The same as a string to be freed, without a newline, from which every number can be read back
 * as it is; lets go of the object.  NULL: memory is short.
 */
char *json_value__exact(json_t *object);

#endif
