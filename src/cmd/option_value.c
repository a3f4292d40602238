// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/option_value.h"
#include "cmd/limit_list.h"
#include "util/commas.h"
#include "util/decimal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

/* ---- one type each: from a text to a value ---- */

/* A whole decimal number in [least, most]. */
static int parse_number(const char *text, double least, double most, uint64_t *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || *end || (double)*number < least || (double)*number > most ? -EINVAL : 0;
}

/* Bytes, with a binary suffix K, M, G or T. */
static int parse_bytes(const char *text, uint64_t *bytes)
{
	static const char suffixes[] = "KMGT";
	const char *suffix;
	char *end;
	int shift;

	if (text[0] < '0' || text[0] > '9')
		return -EINVAL;
	errno = 0;
	*bytes = strtoull(text, &end, 10);
	if (errno)
		return -EINVAL;
	if (!*end)
		return 0;
	suffix = strchr(suffixes, *end >= 'a' ? *end - 'a' + 'A' : *end);
	if (!suffix || end[1])
		return -EINVAL;
	shift = 10 * (suffix - suffixes + 1);
	if (*bytes > UINT64_MAX >> shift)
		return -EINVAL;
	*bytes <<= shift;
	return 0;
}

/* "1/16" */
static int parse_one_in(const char *text, double most, uint32_t *number)
{
	uint64_t n;

	if (strncmp(text, "1/", 2) || parse_number(text + 2, 1, most, &n) || n & (n - 1))
		return -EINVAL;
	*number = n;
	return 0;
}

/* "2.5", also "2.5%", as a share. */
static int parse_percent(const char *text, double *share)
{
	char *end;
	double percent;

	if (decimal__parse(text, &percent, &end) || *(*end == '%' ? end + 1 : end) ||
	    !(percent > 0) || percent > 100)
		return -EINVAL;
	*share = percent / 100;
	return 0;
}

/* Seconds in [least, most]; also with a suffix, as in 500ms, 30s, 5m, 2h, 1d. */
static int parse_time(const char *text, double least, double most, double *seconds)
{
	static const struct {
		const char *suffix;
		double seconds;
	} units[] = {{"", 1}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", DAY_S}};
	double number;
	char *end;

	if (decimal__parse(text, &number, &end))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(end, units[i].suffix))
			continue;
		*seconds = number * units[i].seconds;
		return isfinite(*seconds) && *seconds >= least && *seconds <= most ? 0 : -EINVAL;
	}
	return -EINVAL;
}

/* The number of the choice whose name are the `len` first bytes of `text`. */
static int parse_choice(const char *const *choices, const char *text, size_t len, uint32_t *choice)
{
	for (uint32_t i = 0; choices[i]; i++) {
		if (strlen(choices[i]) == len && !strncmp(text, choices[i], len)) {
			*choice = i;
			return 0;
		}
	}
	return -EINVAL;
}

/* "slab,vmalloc" as bits */
static int parse_choices(const char *const *choices, const char *list, uint32_t *bits)
{
	const char *word;
	size_t len;

	*bits = 0;
	if (!commas__are_words(list, OPTION_LIST_MOST))
		return -EINVAL;
	while ((word = commas__next(&list, &len))) {
		uint32_t choice;

		if (parse_choice(choices, word, len, &choice))
			return -EINVAL;
		*bits |= 1U << choice;
	}
	return 0;
}

/* ---- any of them ---- */

/* Names and paths stay where they are: in argv. */
static int keep(const char *text, bool good, void *at)
{
	if (!good)
		return -EINVAL;
	*(const char **)at = text;
	return 0;
}

static int add_folder(const char *text, struct options_folders *folders)
{
	if (!*text)
		return -EINVAL;
	if (folders->nr == OPTIONS_FOLDERS)
		return -E2BIG;
	folders->paths[folders->nr++] = text;
	return 0;
}

static int store_number(const struct option_row *row, const char *text, void *at)
{
	uint64_t number;

	if (parse_number(text, row->least, row->most, &number))
		return -EINVAL;
	if (row->unit > 0)
		number *= (uint64_t)row->unit;
	if (row->size == sizeof(uint32_t))
		*(uint32_t *)at = number;
	else
		*(uint64_t *)at = number;
	return 0;
}

static int store(const struct option_row *row, const char *text, void *at)
{
	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)at = true;
		return 0;
	case OPTION_TIME:
		return parse_time(text, row->least, row->most, at);
	case OPTION_BYTES:
		return parse_bytes(text, at);
	case OPTION_NUMBER:
	case OPTION_PROCESS:
		return store_number(row, text, at);
	case OPTION_PERCENT:
		return parse_percent(text, at);
	case OPTION_ONE_IN:
		return parse_one_in(text, row->most, at);
	case OPTION_CHOICE:
		return parse_choice(row->choices, text, strlen(text), at);
	case OPTION_CHOICES:
		return parse_choices(row->choices, text, at);
	case OPTION_CACHES:
		return keep(text, commas__are_words(text, KLEAK_CACHE_NAME - 1), at);
	case OPTION_FILE:
	case OPTION_INPUT:
	case OPTION_FOLDER:
		return keep(text, *text, at);
	case OPTION_FOLDERS:
		return add_folder(text, at);
	case OPTION_LIMITS:
		break;
	}
	return -EINVAL;
}

/* Write what the value has to be. */
static void print_wanted(const struct option_row *row, char *text, size_t len)
{
	switch (row->type) {
	case OPTION_TIME:
		snprintf(text, len, "a time from %gs to %.0fd, such as 30s, 5m or 2h", row->least,
			 row->most / DAY_S);
		return;
	case OPTION_BYTES:
		snprintf(text, len, "a number of bytes, such as 4096, 64K or 1M");
		return;
	case OPTION_NUMBER:
		snprintf(text, len, "a number from %.0f to %.0f", row->least, row->most);
		return;
	case OPTION_PROCESS:
		snprintf(text, len, "a process ID");
		return;
	case OPTION_PERCENT:
		snprintf(text, len, "a percentage above 0 and up to 100");
		return;
	case OPTION_ONE_IN:
		snprintf(text, len, "1/N with N a power of two up to %.0f, such as 1/16",
			 row->most);
		return;
	case OPTION_CHOICE:
		option_table__choices(row->choices, " or ", text, len);
		return;
	case OPTION_CHOICES:
		option_table__choices(row->choices, " or ", text, len);
		strncat(text, ", or several with commas between", len - strlen(text) - 1);
		return;
	case OPTION_CACHES:
		snprintf(text, len,
			 "a cache's name, or several with commas between: see the first "
			 "column of /proc/slabinfo");
		return;
	case OPTION_FILE:
	case OPTION_INPUT:
		snprintf(text, len, "the name of a file");
		return;
	default:
		snprintf(text, len, "a folder");
	}
}

/* What is wrong in a list is said of the word that it is in. */
static int store_limits(const struct option_row *row, const char *text, struct options *options,
			char *why, size_t len)
{
	char wrong[OPTION_LIST_MOST] = "";
	int err =
		limit_list__parse(text, (void *)((char *)options + row->at), wrong, sizeof(wrong));

	if (err)
		snprintf(why, len, "%s: %s", row->name, wrong);
	return err;
}

int option_value__store(const struct option_row *row, const char *text, struct options *options,
			char *why, size_t len)
{
	char wanted[OPTION_LIST_MOST];
	int err;

	if (!text)
		text = row->if_left_out;
	if (row->type == OPTION_LIMITS)
		return store_limits(row, text, options, why, len);
	err = store(row, text, (char *)options + row->at);
	if (err == -E2BIG) {
		snprintf(why, len, "%s can be given %d times at most", row->name, OPTIONS_FOLDERS);
	} else if (err) {
		print_wanted(row, wanted, sizeof(wanted));
		snprintf(why, len, "%s: \"%s\" is not %s", row->name, text, wanted);
	}
	return err ? -EINVAL : 0;
}
