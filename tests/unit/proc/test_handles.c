// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/handles.h"

#include <string.h>

static const struct handles_owner python = {.pid = 4711, .start = 100, .name = "python3"};
static const struct handles_owner reborn = {.pid = 4711, .start = 900, .name = "bash"};
static const struct handles_owner root = {.name = "uid 0"}, user = {.name = "uid 1000"};

static uint64_t count_of(const struct handles *handles, const struct handles_owner *owner,
			 enum handle_kind kind, const char *detail)
{
	const struct handles_row *row = handles__find(handles, owner, kind, detail);

	return row ? row->count : 0;
}

static void adds_up(void **state)
{
	struct handles handles = {};

	(void)state;
	for (int i = 0; i < 775; i++)
		assert_int_equal(handles__add(&handles, &python, HANDLE_EVENTFD, "", 1), 0);
	assert_int_equal(handles__add(&handles, &python, HANDLE_SOCKET, "TCP", 3), 0);
	assert_int_equal(handles__add(&handles, &python, HANDLE_SOCKET, "UDP", 4), 0);
	assert_int_equal(handles__add_of_all(&handles, HANDLE_MOUNT, "", 7), 0);
	assert_int_equal(handles.nr, 4);
	assert_int_equal(count_of(&handles, &python, HANDLE_EVENTFD, ""), 775);
	assert_int_equal(count_of(&handles, &python, HANDLE_SOCKET, "TCP"), 3);
	assert_int_equal(count_of(&handles, &python, HANDLE_SOCKET, "UDP"), 4);
	assert_int_equal(count_of(&handles, &python, HANDLE_MOUNT, ""), 0);
	assert_int_equal(count_of(&handles, &(struct handles_owner){}, HANDLE_MOUNT, ""), 7);
	handles__free(&handles);
	assert_int_equal(handles.nr, 0);
}

/* Another process that has got the same PID is another one; a new name makes no other. */
static void a_pid_is_no_process(void **state)
{
	struct handles_owner renamed = python;
	struct handles handles = {};

	(void)state;
	strcpy(renamed.name, "server");
	handles__add(&handles, &python, HANDLE_FILE, "", 10);
	handles__add(&handles, &reborn, HANDLE_FILE, "", 1);
	handles__add(&handles, &renamed, HANDLE_FILE, "", 5);
	assert_int_equal(count_of(&handles, &python, HANDLE_FILE, ""), 15);
	assert_int_equal(count_of(&handles, &reborn, HANDLE_FILE, ""), 1);
	assert_string_equal(handles__find(&handles, &python, HANDLE_FILE, "")->owner.name,
			    "server");
	handles__free(&handles);
}

static void users_are_told_apart_by_name(void **state)
{
	struct handles handles = {};

	(void)state;
	handles__add(&handles, &root, HANDLE_QUEUE, "", 10);
	handles__add(&handles, &user, HANDLE_QUEUE, "", 1);
	assert_int_equal(count_of(&handles, &root, HANDLE_QUEUE, ""), 10);
	assert_int_equal(count_of(&handles, &user, HANDLE_QUEUE, ""), 1);
	handles__free(&handles);
}

static void holds_many(void **state)
{
	struct handles handles = {};

	(void)state;
	for (uint32_t pid = 1; pid <= 5000; pid++)
		assert_int_equal(handles__add(&handles, &(struct handles_owner){.pid = pid},
					      HANDLE_FILE, "", pid),
				 0);
	for (uint32_t pid = 1; pid <= 5000; pid++)
		assert_int_equal(
			count_of(&handles, &(struct handles_owner){.pid = pid}, HANDLE_FILE, ""),
			pid);
	handles__free(&handles);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up),
		cmocka_unit_test(a_pid_is_no_process),
		cmocka_unit_test(users_are_told_apart_by_name),
		cmocka_unit_test(holds_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
