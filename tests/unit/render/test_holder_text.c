// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "render/holder_text.h"

#include <stdlib.h>
#include <string.h>

typedef void (*printer)(const struct pen *pen, const struct holder *holder);

static void print(const struct pen *pen, const struct holder *holder)
{
	holder_text__print(pen, PEN_PLAIN, holder);
}

static void assert_text(printer write, const struct holder *holder, const char *expected)
{
	size_t size;
	char *text = NULL;
	struct pen pen = {.out = open_memstream(&text, &size)};

	assert_non_null(pen.out);
	write(&pen, holder);
	fclose(pen.out);
	assert_string_equal(text, expected);
	free(text);
}

static void of_a_process(void **state)
{
	struct holder holder = {
		.owner = {4711, 100, "python3"}, .kind = HANDLE_FILE, .count = 775, .per_s = 10};

	(void)state;
	assert_text(print, &holder, "HELD BY python3[4711]: 775 open files, +10/s");
	assert_text(holder_text__show, &holder, "ls -l /proc/4711/fd");
	assert_text(holder_text__release, &holder,
		    "the program has to close them: ask its authors; ending it (kill 4711) frees "
		    "them");
	holder.kind = HANDLE_SOCKET;
	holder.count = 1;
	strcpy(holder.detail, "TCP");
	holder.per_s = 0.05;
	assert_text(print, &holder, "HELD BY python3[4711]: 1 socket (TCP), +3.0/min");
	holder.kind = HANDLE_NAMESPACE_FILE;
	holder.count = 12;
	strcpy(holder.detail, "net");
	holder.per_s = 0;
	assert_text(print, &holder, "HELD BY python3[4711]: 12 net namespaces kept by files");
}

static void of_several(void **state)
{
	struct holder holder = {.owner = {4711, 100, "python3"},
				.several = true,
				.kind = HANDLE_EVENTFD,
				.count = 1234567,
				.per_s = 10};

	(void)state;
	assert_text(print, &holder, "HELD BY python3[4711] and others: 1,234,567 eventfds, +10/s");
	assert_text(holder_text__show, &holder, "ls -l /proc/[0-9]*/fd | grep eventfd");
	holder = (struct holder){.owner = {4711, 100, "python3"},
				 .kind = HANDLE_INOTIFY,
				 .count = 40,
				 .unread = true};
	assert_text(print, &holder,
		    "HELD BY python3[4711]: 40 inotify files, with events that nobody reads");
}

/* Nobody is told to end whoever there is. */
static void of_nobody_in_particular(void **state)
{
	struct holder holder = {.kind = HANDLE_EVENTFD, .count = 100};

	(void)state;
	assert_text(print, &holder, "HELD: 100 eventfds (ls -l /proc/[0-9]*/fd | grep eventfd)");
	assert_text(holder_text__release, &holder,
		    "the program has to close them: ask its authors; ending it (kill PID) frees "
		    "them");
}

static void of_who_made_them(void **state)
{
	struct holder holder = {.owner = {.name = "uid 1000"},
				.kind = HANDLE_QUEUE,
				.count = 1006,
				.per_s = 20,
				.creator = 4711,
				.creator_name = "python3"};

	(void)state;
	assert_text(print, &holder,
		    "HELD: 1,006 SysV queues, +20/s, created by python3[4711] (ipcs -q)");
	assert_text(holder_text__release, &holder, "ipcrm -q ID");
	*holder.creator_name = '\0';
	assert_text(print, &holder,
		    "HELD: 1,006 SysV queues, +20/s, created by process 4711, which has ended "
		    "(ipcs -q)");
	holder.creator = 0;
	assert_text(print, &holder, "HELD: 1,006 SysV queues, +20/s, of uid 1000 (ipcs -q)");
}

static void of_offline_cgroups(void **state)
{
	struct holder holder = {.kind = HANDLE_OFFLINE, .count = 157, .per_s = 2};

	(void)state;
	assert_text(print, &holder, "OFFLINE CGROUPS: 157, +2.0/s");
	strcpy(holder.pinned_by, "/dev/shm");
	assert_text(print, &holder,
		    "OFFLINE CGROUPS: 157, +2.0/s, pinned by files in the tmpfs at /dev/shm");
}

/* Names command no terminal. */
static void names_from_outside_are_escaped(void **state)
{
	struct holder holder = {.owner = {4711, 100, "\x1b[2J\n"},
				.kind = HANDLE_OTHER_FILE,
				.detail = "\x07\xff",
				.count = 3};

	(void)state;
	assert_text(print, &holder, "HELD BY \\x1b[2J\\x0a[4711]: 3 open files (\\x07\\xff)");
	holder = (struct holder){.owner = {.name = "/\r"}, .kind = HANDLE_TMPFS, .count = 3};
	assert_text(print, &holder, "HELD: 3 files in a tmpfs at /\\x0d (df -i -t tmpfs)");
	holder = (struct holder){.kind = HANDLE_OFFLINE, .count = 3, .pinned_by = "\x1b"};
	assert_text(print, &holder, "OFFLINE CGROUPS: 3, pinned by files in the tmpfs at \\x1b");
	holder = (struct holder){.kind = HANDLE_SHM, .creator = 1, .creator_name = "\x1b"};
	assert_text(print, &holder,
		    "HELD: 0 SysV shared memory segments, created by \\x1b[1] (ipcs -m -p)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_process),
		cmocka_unit_test(of_several),
		cmocka_unit_test(of_nobody_in_particular),
		cmocka_unit_test(of_who_made_them),
		cmocka_unit_test(of_offline_cgroups),
		cmocka_unit_test(names_from_outside_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
