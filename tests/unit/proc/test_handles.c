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

/* Kinds and details make rows of their own; a detail is cut where a row has no room. */
static void kinds_and_details_are_told_apart(void **state)
{
	static const char long_detail[] = "a detail that is longer than there is room for";
	struct handles handles = {};
	const struct handles_row *row;

	(void)state;
	handles__add(&handles, &python, HANDLE_PIPE, "", 1);
	handles__add(&handles, &python, HANDLE_EPOLL, "", 2);
	handles__add(&handles, &python, HANDLE_OTHER_FILE, "a", 3);
	handles__add(&handles, &python, HANDLE_OTHER_FILE, "b", 4);
	handles__add(&handles, &python, HANDLE_OTHER_FILE, long_detail, 5);
	assert_int_equal(handles.nr, 5);
	assert_int_equal(count_of(&handles, &python, HANDLE_PIPE, ""), 1);
	assert_int_equal(count_of(&handles, &python, HANDLE_EPOLL, ""), 2);
	assert_int_equal(count_of(&handles, &python, HANDLE_OTHER_FILE, "a"), 3);
	assert_int_equal(count_of(&handles, &python, HANDLE_OTHER_FILE, "b"), 4);
	row = handles__find(&handles, &python, HANDLE_OTHER_FILE, long_detail);
	assert_int_equal(row->kind, HANDLE_OTHER_FILE);
	assert_int_equal(row->count, 5);
	assert_memory_equal(row->detail, long_detail, sizeof(row->detail) - 1);
	assert_null(handles__find(&handles, &python, HANDLE_OTHER_FILE, ""));
	assert_null(handles__find(&handles, &python, HANDLE_SOCKET, "a"));
	handles__free(&handles);
	assert_null(handles.rows);
}

/* What tells rows apart is the same in every run: others keep it. */
static void an_id_is_of_who_and_what(void **state)
{
	struct handles_owner renamed = python;
	uint64_t id = handles__id(&python, HANDLE_SOCKET, "TCP");

	(void)state;
	strcpy(renamed.name, "server");
	assert_true(handles__id(&renamed, HANDLE_SOCKET, "TCP") == id);
	assert_true(handles__id(&reborn, HANDLE_SOCKET, "TCP") != id);
	assert_true(handles__id(&python, HANDLE_SOCKET, "UDP") != id);
	assert_true(handles__id(&python, HANDLE_PIPE, "TCP") != id);
	assert_true(handles__id(&root, HANDLE_SEM, "") != handles__id(&user, HANDLE_SEM, ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up),
		cmocka_unit_test(a_pid_is_no_process),
		cmocka_unit_test(users_are_told_apart_by_name),
		cmocka_unit_test(holds_many),
		cmocka_unit_test(kinds_and_details_are_told_apart),
		cmocka_unit_test(an_id_is_of_who_and_what),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
