// SPDX-License-Identifier: GPL-2.0-only
#include "proc/memory_events.h"
#include "proc/flat_keyed.h"
#include "util/lines.h"

static const char *const names[MEMORY_EVENTS] = {
	[MEMORY_EVENT_HIGH] = "high",
	[MEMORY_EVENT_MAX] = "max",
	[MEMORY_EVENT_OOM] = "oom",
	[MEMORY_EVENT_OOM_KILL] = "oom_kill",
};

const char *memory_event__name(enum memory_event event)
{
	return names[event];
}

void memory_events__parse(struct memory_events *events, const char *text, size_t len)
{
	const struct flat_keyed keys = {.names = names,
					.nr = MEMORY_EVENTS,
					.most = LINES_MOST,
					.values = events->times,
					.present = events->present};

	events->odd += flat_keyed__parse(&keys, text, len);
}
