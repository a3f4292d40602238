/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory.events of a cgroup, descendants included: how often it came to its limits
 * (mm/memcontrol.c, __memory_events_show()).  Of v1 memory.failcnt, which counts what "max" does,
 * and oom_kill of memory.oom_control (4.13).
 */
#ifndef KLEAK_PROC_MEMORY_EVENTS_H
#define KLEAK_PROC_MEMORY_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_event {
	MEMORY_EVENT_HIGH,     /* slowed down at memory.high */
	MEMORY_EVENT_MAX,      /* about to go above memory.max */
	MEMORY_EVENT_OOM,      /* reclaim made no room for an allocation */
	MEMORY_EVENT_OOM_KILL, /* processes killed for it */
	MEMORY_EVENTS,
};

struct memory_events {
	uint64_t times[MEMORY_EVENTS]; /* ever */
	bool present[MEMORY_EVENTS];
	uint64_t odd; /* lines that were not understood */
};

/* The name that v2 prints, "oom_kill". */
const char *memory_event__name(enum memory_event event);

/*
 * Add what a text says, of `len` bytes and a NUL byte: memory.events, or v1's memory.oom_control.
 * What it does not say stays as it is.
 */
void memory_events__parse(struct memory_events *events, const char *text, size_t len);

#endif
