// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/limit_list.h"
#include "util/commas.h"
#include "util/decimal.h"

#include <math.h>
#include <stdio.h>

#define WORD	 64
#define MOST	 0x1p62 /* bytes */
#define MINUTE_S 60

/* "%", "K", ...; *text goes behind it. */
static void take_unit(const char **text, struct gate_limit *limit)
{
	static const char suffixes[] = "KMGT";
	char letter = **text;
	const char *suffix = letter ? strchr(suffixes, letter & ~0x20) : NULL;

	limit->of_total = letter == '%';
	if (limit->of_total)
		limit->value /= 100;
	else if (suffix)
		limit->value *= ldexp(1, 10 * (int)(suffix - suffixes + 1));
	*text += limit->of_total || suffix;
}

/* "/h"; *kind is GATE_SIZE where there is none. */
static void take_time(const char **text, struct gate_limit *limit, enum gate_kind *kind)
{
	static const struct {
		const char *text;
		double seconds;
	} times[] = {{"/m", MINUTE_S}, {"/h", 60 * MINUTE_S}, {"/d", 24 * 60 * MINUTE_S}};

	*kind = GATE_SIZE;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (strncmp(*text, times[i].text, 2))
			continue;
		limit->value /= times[i].seconds;
		*kind = GATE_GROWTH;
		*text += 2;
		return;
	}
}

static int parse_value(const char *text, struct gate_limit *limit, enum gate_kind *kind)
{
	char *end;
	const char *rest;

	if (decimal__parse(text, &limit->value, &end))
		return -EINVAL;
	rest = end;
	take_unit(&rest, limit);
	take_time(&rest, limit, kind);
	limit->set = true;
	return *rest || !(limit->value > 0) || limit->value > (limit->of_total ? 1 : MOST) ? -EINVAL
											   : 0;
}

/* GATE_SUBJECTS: there is none of that name. */
static enum gate_subject subject_of(const char *name)
{
	int i = 0;

	while (i < GATE_SUBJECTS && strcmp(gate__name(i), name))
		i++;
	return i;
}

static int refuse_name(const char *name, char *why, size_t len)
{
	size_t used = snprintf(why, len, "\"%s\" cannot be limited: name growth", name);

	for (int i = 0; i < GATE_SUBJECTS && used < len; i++)
		used += snprintf(why + used, len - used, "%s%s",
				 i == GATE_SUBJECTS - 1 ? " or " : ", ", gate__name(i));
	return -EINVAL;
}

/* One word of the list, which is changed. */
static int take_word(char *word, struct gate_limits *limits, char *why, size_t len)
{
	char *value = strchr(word, '=');
	struct gate_limit limit = {};
	enum gate_subject subject;
	enum gate_kind kind;
	bool growth;

	if (!value) {
		snprintf(why, len, "\"%s\" is no limit: give NAME=SIZE, as in unreclaimable=5G",
			 word);
		return -EINVAL;
	}
	*value++ = '\0';
	growth = !strcmp(word, "growth");
	subject = growth ? GATE_KERNEL : subject_of(word);
	if (subject == GATE_SUBJECTS)
		return refuse_name(word, why, len);
	if (parse_value(value, &limit, &kind) || (growth && kind != GATE_GROWTH)) {
		snprintf(why, len,
			 growth ? "\"%s\" is no limit of %s: give one such as 100M/h or 1%%/d"
				: "\"%s\" is no limit of %s: give one such as 5G, 10%% or 100M/h",
			 value, word);
		return -EINVAL;
	}
	if (limits->of[kind][subject].set) {
		snprintf(why, len, "%s is limited twice: give it once", word);
		return -EINVAL;
	}
	limits->of[kind][subject] = limit;
	return 0;
}

int limit_list__parse(const char *text, struct gate_limits *limits, char *why, size_t len)
{
	struct gate_limit share = {};
	enum gate_kind kind;
	const char *word;
	size_t length;

	*limits = (struct gate_limits){};
	if (!parse_value(text, &share, &kind) && share.of_total && kind == GATE_SIZE) {
		limits->share = share.value;
		return 0;
	}
	if (!commas__are_words(text, WORD - 1)) {
		snprintf(why, len,
			 "\"%s\" is no list of limits: give one such as "
			 "unreclaimable=5G,unaccounted=10%%,growth=100M/h",
			 text);
		return -EINVAL;
	}
	while ((word = commas__next(&text, &length))) {
		char copy[WORD];
		int err;

		snprintf(copy, sizeof(copy), "%.*s", (int)length, word);
		err = take_word(copy, limits, why, len);
		if (err)
			return err;
	}
	return 0;
}

const char *limit_list__misplaced(const struct gate_limits *warn, const struct gate_limits *max)
{
	for (int kind = 0; kind < GATE_KINDS; kind++) {
		for (int i = 0; i < GATE_SUBJECTS; i++) {
			const struct gate_limit *w = &warn->of[kind][i], *m = &max->of[kind][i];

			if (w->set && m->set && w->of_total == m->of_total && w->value > m->value)
				return kind == GATE_GROWTH && i == GATE_KERNEL ? "growth"
									       : gate__name(i);
		}
	}
	return NULL;
}
