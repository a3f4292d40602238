/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading untrusted JSON: each value has the type and range that is asked for, or the reading
 * fails.  It fails once: what is asked for afterwards is 0, NULL or "".
 */
#ifndef KLEAK_UTIL_JSON_READ_H
#define KLEAK_UTIL_JSON_READ_H

#include "util/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define JSON_READ_SIGNED (INT64_MAX / 2) /* the sum of two such is a number as well */
#define JSON_READ_NUMBER 1e304		 /* per minute, or in percent, it is a number as well */

struct json_reader {
	struct arena *arena; /* of what is made */
	char *why;	     /* the first thing that was wrong: a few words */
	size_t len;
	int err; /* 0; -EINVAL: *why says it; -ENOMEM */
};

/* What is at `key` of an object; NULL: nothing, which is a failure. */
json_t *json_read__value(struct json_reader *reading, json_t *object, const char *key);

/* Say that the value at `key` is not `wanted`. */
void json_read__fail(struct json_reader *reading, const char *key, const char *wanted);

/* A whole number from 0 to `most`; null is `instead` (_or). */
uint64_t json_read__count(struct json_reader *reading, json_t *object, const char *key,
			  uint64_t most);
uint64_t json_read__count_or(struct json_reader *reading, json_t *object, const char *key,
			     uint64_t most, uint64_t instead);

/* A whole number, not beyond `most` either way. */
int64_t json_read__signed(struct json_reader *reading, json_t *object, const char *key,
			  int64_t most);

/* A number, not beyond JSON_READ_NUMBER either way; null is `instead` (_or). */
double json_read__number(struct json_reader *reading, json_t *object, const char *key);
double json_read__number_or(struct json_reader *reading, json_t *object, const char *key,
			    double instead);
bool json_read__is_number(const json_t *value);

bool json_read__truth(struct json_reader *reading, json_t *object, const char *key);

/*
 * Strings; they belong to the object.  A text may have any characters, words none that a terminal
 * takes for a command, an identifier only a to z, 0 to 9 and _.  null is NULL (_or_null).
 */
const char *json_read__text(struct json_reader *reading, json_t *object, const char *key);
const char *json_read__text_or_null(struct json_reader *reading, json_t *object, const char *key);
const char *json_read__words(struct json_reader *reading, json_t *object, const char *key);
const char *json_read__identifier(struct json_reader *reading, json_t *object, const char *key);
bool json_read__are_words(const char *text);
bool json_read__is_identifier(const char *text);

/* Hexadecimal digits as a number: of "0x1f" with prefix "0x", of 16 digits without one. */
uint64_t json_read__hex(struct json_reader *reading, json_t *object, const char *key,
			const char *prefix);

/* Bytes written as hexadecimal digits, two each: how many, `room` at most. */
size_t json_read__bytes(struct json_reader *reading, const char *key, const char *digits,
			uint8_t *bytes, size_t room);

/* RFC 3339 with milliseconds, UTC, from 1970 on. */
struct timespec json_read__time(struct json_reader *reading, json_t *object, const char *key);

/* An array of `most` elements at most and how many it has; or NULL and 0. */
json_t *json_read__array(struct json_reader *reading, json_t *object, const char *key, size_t most,
			 size_t *nr);

/* An object; NULL for null (_or_null). */
json_t *json_read__object(struct json_reader *reading, json_t *object, const char *key);
json_t *json_read__object_or_null(struct json_reader *reading, json_t *object, const char *key);

/* The same of a key that came to the format later: it may be missing, which is as null. */
json_t *json_read__object_if_there(struct json_reader *reading, json_t *object, const char *key);

/* Room for `nr` things, all zero; NULL: it failed. */
void *json_read__new(struct json_reader *reading, size_t nr, size_t size);

/* `x` with x * factor == product, if there is one: as it was before it was multiplied. */
double json_read__undo(double product, double factor);

#endif
