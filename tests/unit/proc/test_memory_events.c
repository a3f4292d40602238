// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/memory_events.h"

#include <string.h>

static struct memory_events parse(const char *text)
{
	struct memory_events events = {};

	memory_events__parse(&events, text, strlen(text));
	return events;
}

static void reads_v2(void **state)
{
	const struct memory_events events = parse("low 0\nhigh 1\nmax 2\noom 3\noom_kill 4\n"
						  "oom_group_kill 5\n");

	(void)state;
	for (int i = 0; i < MEMORY_EVENTS; i++) {
		assert_true(events.present[i]);
		assert_int_equal(events.times[i], i + 1);
	}
	assert_int_equal(events.odd, 0);
	assert_string_equal(memory_event__name(MEMORY_EVENT_OOM_KILL), "oom_kill");
}

static void reads_v1s_oom_control(void **state)
{
	const struct memory_events events = parse("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n");

	(void)state;
	assert_int_equal(events.times[MEMORY_EVENT_OOM_KILL], 7);
	assert_false(events.present[MEMORY_EVENT_OOM] || events.present[MEMORY_EVENT_MAX]);
}

static void adds_to_what_is_there(void **state)
{
	struct memory_events events = {.times = {[MEMORY_EVENT_MAX] = 9},
				       .present = {[MEMORY_EVENT_MAX] = true},
				       .odd = 1};

	(void)state;
	memory_events__parse(&events, "oom_kill\n", 9);
	assert_int_equal(events.times[MEMORY_EVENT_MAX], 9);
	assert_int_equal(events.odd, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_v2),
		cmocka_unit_test(reads_v1s_oom_control),
		cmocka_unit_test(adds_to_what_is_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
