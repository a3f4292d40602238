// SPDX-License-Identifier: GPL-2.0-only
#include "util/json_read.h"
#include "util/utf8.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void json_read__fail(struct json_reader *reading, const char *key, const char *wanted)
{
	if (reading->err)
		return;
	snprintf(reading->why, reading->len, "\"%s\" is not %s", key, wanted);
	reading->err = -EINVAL;
}

json_t *json_read__value(struct json_reader *reading, json_t *object, const char *key)
{
	json_t *value = reading->err ? NULL : json_object_get(object, key);

	if (!value)
		json_read__fail(reading, key, "there");
	return value;
}

void *json_read__new(struct json_reader *reading, size_t nr, size_t size)
{
	void *room = reading->err ? NULL : arena__new(reading->arena, nr, size);

	if (!room && !reading->err)
		reading->err = -ENOMEM;
	return room;
}

/* ---- numbers ---- */

static uint64_t count(struct json_reader *reading, const json_t *value, const char *key,
		      uint64_t most)
{
	json_int_t n = json_integer_value(value);

	if (json_is_integer(value) && n >= 0 && (uint64_t)n <= most)
		return (uint64_t)n;
	json_read__fail(reading, key, "a count");
	return 0;
}

uint64_t json_read__count(struct json_reader *reading, json_t *object, const char *key,
			  uint64_t most)
{
	return count(reading, json_read__value(reading, object, key), key, most);
}

uint64_t json_read__count_or(struct json_reader *reading, json_t *object, const char *key,
			     uint64_t most, uint64_t instead)
{
	json_t *value = json_read__value(reading, object, key);

	return json_is_null(value) ? instead : count(reading, value, key, most);
}

int64_t json_read__signed(struct json_reader *reading, json_t *object, const char *key,
			  int64_t most)
{
	json_t *value = json_read__value(reading, object, key);
	json_int_t n = json_integer_value(value);

	if (json_is_integer(value) && n <= most && n >= -most - (most == INT64_MAX))
		return n;
	json_read__fail(reading, key, "a whole number");
	return 0;
}

bool json_read__is_number(const json_t *value)
{
	return json_is_number(value) && fabs(json_number_value(value)) <= JSON_READ_NUMBER;
}

static double number(struct json_reader *reading, const json_t *value, const char *key)
{
	if (json_read__is_number(value))
		return json_number_value(value);
	json_read__fail(reading, key, "a number");
	return 0;
}

double json_read__number(struct json_reader *reading, json_t *object, const char *key)
{
	return number(reading, json_read__value(reading, object, key), key);
}

double json_read__number_or(struct json_reader *reading, json_t *object, const char *key,
			    double instead)
{
	json_t *value = json_read__value(reading, object, key);

	return json_is_null(value) ? instead : number(reading, value, key);
}

bool json_read__truth(struct json_reader *reading, json_t *object, const char *key)
{
	json_t *value = json_read__value(reading, object, key);

	if (!json_is_boolean(value))
		json_read__fail(reading, key, "true or false");
	return json_is_true(value);
}

/* ---- strings ---- */

bool json_read__are_words(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	for (; *s; s += utf8__sequence(s))
		if (*s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] < 0xa0) || !utf8__sequence(s))
			return false;
	return true;
}

bool json_read__is_identifier(const char *text)
{
	return *text && !text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

const char *json_read__text_or_null(struct json_reader *reading, json_t *object, const char *key)
{
	json_t *value = json_read__value(reading, object, key);

	if (!json_is_string(value) && !json_is_null(value))
		json_read__fail(reading, key, "a text");
	return json_string_value(value);
}

const char *json_read__text(struct json_reader *reading, json_t *object, const char *key)
{
	const char *text = json_read__text_or_null(reading, object, key);

	if (text)
		return text;
	json_read__fail(reading, key, "a text");
	return "";
}

const char *json_read__words(struct json_reader *reading, json_t *object, const char *key)
{
	const char *text = json_read__text(reading, object, key);

	if (json_read__are_words(text))
		return text;
	json_read__fail(reading, key, "plain words");
	return "";
}

const char *json_read__identifier(struct json_reader *reading, json_t *object, const char *key)
{
	const char *text = json_read__text(reading, object, key);

	if (json_read__is_identifier(text))
		return text;
	json_read__fail(reading, key, "a plain name");
	return "";
}

uint64_t json_read__hex(struct json_reader *reading, json_t *object, const char *key,
			const char *prefix)
{
	const char *text = json_read__text(reading, object, key);
	size_t skipped = strlen(prefix);
	size_t digits;

	if (!strncmp(text, prefix, skipped)) {
		text += skipped;
		digits = strspn(text, "0123456789abcdef");
		if (digits && digits <= 16 && !text[digits] && (skipped || digits == 16))
			return strtoull(text, NULL, 16);
	}
	json_read__fail(reading, key, "a hexadecimal number");
	return 0;
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

size_t json_read__bytes(struct json_reader *reading, const char *key, const char *digits,
			uint8_t *bytes, size_t room)
{
	size_t length = strlen(digits);

	if (length % 2 || length / 2 > room || digits[strspn(digits, "0123456789abcdef")]) {
		json_read__fail(reading, key, "bytes in hexadecimal");
		return 0;
	}
	for (size_t i = 0; i < length / 2; i++)
		bytes[i] = (uint8_t)(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
	return length / 2;
}

/* The number that the `length` first characters, all of them digits, are. */
static int decimal(const char *text, size_t length)
{
	int n = 0;

	for (size_t i = 0; i < length; i++)
		n = 10 * n + (text[i] - '0');
	return n;
}

struct timespec json_read__time(struct json_reader *reading, json_t *object, const char *key)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";
	const char *text = json_read__text(reading, object, key);
	bool good = strlen(text) == strlen(form);
	struct tm tm = {}, again = {};
	struct timespec time = {};

	for (size_t i = 0; good && form[i]; i++)
		good = form[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
	if (good) {
		tm.tm_year = decimal(text, 4) - 1900;
		tm.tm_mon = decimal(text + 5, 2) - 1;
		tm.tm_mday = decimal(text + 8, 2);
		tm.tm_hour = decimal(text + 11, 2);
		tm.tm_min = decimal(text + 14, 2);
		tm.tm_sec = decimal(text + 17, 2);
		again = tm; /* timegm() makes a date of what is none */
		time.tv_sec = timegm(&again);
		time.tv_nsec = decimal(text + 20, 3) * 1000000L;
		good = tm.tm_year >= 70 && again.tm_mon == tm.tm_mon &&
		       again.tm_mday == tm.tm_mday && again.tm_hour == tm.tm_hour &&
		       again.tm_min == tm.tm_min && again.tm_sec == tm.tm_sec;
	}
	if (good)
		return time;
	json_read__fail(reading, key, "a time");
	return (struct timespec){};
}

/* ---- arrays and objects ---- */

json_t *json_read__array(struct json_reader *reading, json_t *object, const char *key, size_t most,
			 size_t *nr)
{
	json_t *value = json_read__value(reading, object, key);

	*nr = json_array_size(value);
	if (json_is_array(value) && *nr <= most)
		return value;
	json_read__fail(reading, key, "a list that one can take");
	*nr = 0;
	return NULL;
}

json_t *json_read__object_or_null(struct json_reader *reading, json_t *object, const char *key)
{
	json_t *value = json_read__value(reading, object, key);

	if (json_is_object(value))
		return value;
	if (!json_is_null(value))
		json_read__fail(reading, key, "an object");
	return NULL;
}

json_t *json_read__object_if_there(struct json_reader *reading, json_t *object, const char *key)
{
	if (!json_object_get(object, key))
		return NULL;
	return json_read__object_or_null(reading, object, key);
}

json_t *json_read__object(struct json_reader *reading, json_t *object, const char *key)
{
	json_t *value = json_read__object_or_null(reading, object, key);

	if (!value)
		json_read__fail(reading, key, "an object");
	return value;
}

double json_read__undo(double product, double factor)
{
	double x = product / factor;

	if (x * factor == product)
		return x;
	if (nextafter(x, INFINITY) * factor == product)
		return nextafter(x, INFINITY);
	if (nextafter(x, -INFINITY) * factor == product)
		return nextafter(x, -INFINITY);
	return x;
}
