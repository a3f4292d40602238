// SPDX-License-Identifier: GPL-2.0-only
#include "report/old_json.h"

#include <errno.h>
#include <stddef.h>

/* In this order: a name may go before another key gets it. */
static const struct {
	const char *old, *name;
} names[] = {
	{"unreferenced_objects", "unreferenced_list"},
	{"unreferenced", "unreferenced_objects"},
	{"births", "allocations"},
	{"births_per_s", "allocations_per_s"},
	{"deaths", "frees"},
	{"unknown_deaths", "unknown_frees"},
	{"implicit_deaths", "implicit_frees"},
	{"verified_free", "found_free"},
	{"born_bytes", "allocated_bytes"},
	{"died_bytes", "freed_bytes"},
	{"births_missed_at_most", "allocations_maybe_missed"},
	{"deaths_missed_at_most", "frees_maybe_missed"},
	{"min_size", "min_size_bytes"},
	{"max_size", "max_size_bytes"},
	{"bytes_requested", "requested_bytes"},
	{"explained", "explained_share"},
	{"seconds", "duration_s"},
	{"percent_most", "limit_percent"},
	{"spent", "over_limit"},
	{"rate_bytes_per_min", "growth_bytes_per_min"},
	{"rate_low_bytes_per_min", "growth_low_bytes_per_min"},
	{"rate_high_bytes_per_min", "growth_high_bytes_per_min"},
	{"survival", "survival_shares"},
	{"replaced", "replaced_share"},
	{"drained", "after_drain_share"},
	{"shrunk", "shrunk_share"},
	{"times", "allocations"},
	{"who_times", "who_allocations"},
};

static int give_names(json_t *object)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *value = json_object_get(object, names[i].old);

		if (!value)
			continue;
		if (json_object_set(object, names[i].name, value))
			return -ENOMEM;
		json_object_del(object, names[i].old);
	}
	return 0;
}

int old_json__upgrade(json_t *value)
{
	int err = json_is_object(value) ? give_names(value) : 0;
	const char *key;
	json_t *child;
	size_t i;

	json_object_foreach(value, key, child)
	{
		if (!err)
			err = old_json__upgrade(child);
	}
	json_array_foreach(value, i, child)
	{
		if (!err)
			err = old_json__upgrade(child);
	}
	return err;
}
