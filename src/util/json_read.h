/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading JSON that nobody vouches for: each value is what it has to be, or the reading has
 * failed.  It fails once: what is asked for afterwards is 0, NULL or "".
 */
#ifndef KLEAK_READING_H
#define KLEAK_READING_H

#include "util/arena.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define READING_SIGNED (INT64_MAX / 2) /* the sum of two such is a number as well */
#define READING_NUMBER 1e304	       /* per minute, or in percent, it is a number as well */

struct reading {
	struct arena *arena; /* of what is made */
	char *why;	     /* the first thing that was wrong: a few words */
	size_t len;
	int err; /* 0; -EINVAL: *why says it; -ENOMEM */
};

/* What is at `key` of an object; NULL: nothing, which is a failure. */
json_t *reading__value(struct reading *reading, json_t *object, const char *key);

/* Say that the value at `key` is not `wanted`. */
void reading__fail(struct reading *reading, const char *key, const char *wanted);

/* A whole number from 0 to `most`; null is `instead` (_or). */
uint64_t reading__count(struct reading *reading, json_t *object, const char *key, uint64_t most);
uint64_t reading__count_or(struct reading *reading, json_t *object, const char *key, uint64_t most,
			   uint64_t instead);

/* A whole number, not beyond `most` either way. */
int64_t reading__signed(struct reading *reading, json_t *object, const char *key, int64_t most);

/* A number, not beyond READING_NUMBER either way; null is `instead` (_or). */
double reading__number(struct reading *reading, json_t *object, const char *key);
double reading__number_or(struct reading *reading, json_t *object, const char *key, double instead);
bool reading__is_number(const json_t *value);

bool reading__truth(struct reading *reading, json_t *object, const char *key);

/*
 * Strings; they belong to the object.  A text may have any characters, words none that a terminal
 * takes for a command, an identifier only a to z, 0 to 9 and _.  null is NULL (_or_null).
 */
const char *reading__text(struct reading *reading, json_t *object, const char *key);
const char *reading__text_or_null(struct reading *reading, json_t *object, const char *key);
const char *reading__words(struct reading *reading, json_t *object, const char *key);
const char *reading__identifier(struct reading *reading, json_t *object, const char *key);
bool reading__are_words(const char *text);
bool reading__is_identifier(const char *text);

/* Hexadecimal digits as a number: of "0x1f" with prefix "0x", of 16 digits without one. */
uint64_t reading__hex(struct reading *reading, json_t *object, const char *key, const char *prefix);

/* Bytes written as hexadecimal digits, two each: how many, `room` at most. */
size_t reading__bytes(struct reading *reading, const char *key, const char *digits, uint8_t *bytes,
		      size_t room);

/* RFC 3339 with milliseconds, UTC, from 1970 on. */
struct timespec reading__time(struct reading *reading, json_t *object, const char *key);

/* An array of `most` elements at most and how many it has; or NULL and 0. */
json_t *reading__array(struct reading *reading, json_t *object, const char *key, size_t most,
		       size_t *nr);

/* An object; NULL for null (_or_null). */
json_t *reading__object(struct reading *reading, json_t *object, const char *key);
json_t *reading__object_or_null(struct reading *reading, json_t *object, const char *key);

/* Room for `nr` things, all zero; NULL: it failed. */
void *reading__new(struct reading *reading, size_t nr, size_t size);

#endif
