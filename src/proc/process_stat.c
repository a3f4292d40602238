// SPDX-License-Identifier: GPL-2.0-only
#include "proc/process_stat.h"
#include "util/lines.h"

#include <stdio.h>
#include <string.h>

/* Fields as proc(5) numbers them. */
#define PARENT	4
#define THREADS 20
#define START	22

/* The number in that field of what begins with field 3, or false. */
static bool field(const char *text, int nr, uint64_t most, uint64_t *number)
{
	for (int at = 3; at < nr; at++) {
		text += strcspn(text, " ");
		text += *text == ' ';
	}
	return lines__number(&text, most, number) && (*text == ' ' || *text == '\n' || !*text);
}

bool process_stat__parse(struct process_stat *stat, const char *text)
{
	/* A comm may hold brackets, but nothing behind it does. */
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	struct process_stat read = {};
	uint64_t parent;

	if (!open || !close || close < open || close[1] != ' ' || !close[2] || close[3] != ' ')
		return false;
	read.state = close[2];
	snprintf(read.comm, sizeof(read.comm), "%.*s", (int)(close - open - 1), open + 1);
	if (!field(close + 2, PARENT, UINT32_MAX, &parent) ||
	    !field(close + 2, THREADS, UINT32_MAX, &read.threads) ||
	    !field(close + 2, START, UINT64_MAX, &read.start))
		return false;
	read.parent = (uint32_t)parent;
	*stat = read;
	return true;
}
