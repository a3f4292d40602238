// SPDX-License-Identifier: GPL-2.0-only
/* Of the machine that the tests run on: what a child of this process holds is known. */
#include "unit.h"

#include "kernel/handle_reader.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTFDS 30
#define MEMFDS	 5
#define SOCKETS	 4
#define PIPES	 3
#define FILES	 (EVENTFDS + MEMFDS + SOCKETS + PIPES)
#define MORE	 8    /* that have to come before anybody looks */
#define PATIENT	 60.0 /* seconds: no limit */

static pid_t child;
static int orders[2], answers[2];

static void make(void)
{
	for (int i = 0; i < EVENTFDS; i++)
		eventfd(0, 0);
	for (int i = 0; i < MEMFDS; i++)
		memfd_create("held", 0);
	for (int i = 0; i < SOCKETS / 2; i++) {
		int pair[2];

		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
			_exit(1);
	}
}

/* Each byte that comes is an order to make one more eventfd. */
static void live(void)
{
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "kept (\x1b)");
	close_range(2, ~0U, 0);
	dup2(0, 2);
	make();
	while (write(1, &byte, 1) == 1 && read(0, &byte, 1) == 1)
		eventfd(0, 0);
	_exit(0);
}

static int start(void **state)
{
	char byte;

	(void)state;
	if (pipe(orders) || pipe(answers))
		return -1;
	child = fork();
	if (!child) {
		dup2(orders[0], 0);
		dup2(answers[1], 1);
		live();
	}
	return child > 0 && read(answers[0], &byte, 1) == 1 ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(orders[i]);
		close(answers[i]);
	}
	return 0;
}

static void order_one_more(void)
{
	char byte = 0;

	assert_int_equal(write(orders[1], &byte, 1), 1);
	assert_int_equal(read(answers[0], &byte, 1), 1);
}

static uint64_t count_of(const struct handles *handles, enum handle_kind kind, const char *detail)
{
	uint64_t count = 0;

	for (size_t i = 0; i < handles->nr; i++)
		if (handles->rows[i].owner.pid == (uint32_t)child &&
		    handles->rows[i].kind == kind &&
		    (!detail || !strcmp(handles->rows[i].detail, detail)))
			count += handles->rows[i].count;
	return count;
}

static struct handle_reader *open_reader(double most_s, uint64_t most_files)
{
	struct handle_reader *reader;

	assert_int_equal(handle_reader__open(&reader,
					     &(struct handle_limits){.most_s = most_s,
								     .most_files = most_files},
					     NULL),
			 0);
	return reader;
}

/* Does the kernel say how many files a process has (6.2)? */
static bool kernel_counts(void)
{
	struct stat own;

	return !stat("/proc/self/fd", &own) && own.st_size > 0;
}

static void read_again(struct handle_reader *reader, struct handles *handles)
{
	handles__free(handles);
	assert_int_equal(handle_reader__read(reader, handles), 0);
}

static void assert_held(const struct handles *handles, uint64_t eventfds)
{
	assert_int_equal(count_of(handles, HANDLE_EVENTFD, ""), eventfds);
	assert_int_equal(count_of(handles, HANDLE_MEMFD, ""), MEMFDS);
	assert_int_equal(count_of(handles, HANDLE_SOCKET, "UNIX"), SOCKETS);
	assert_int_equal(count_of(handles, HANDLE_PIPE, ""), PIPES);
	assert_int_equal(count_of(handles, HANDLE_FILE, ""), eventfds + MEMFDS + SOCKETS + PIPES);
	assert_int_equal(count_of(handles, HANDLE_UNSEEN, ""), 0);
}

/* Nobody looks at files that do not become more. */
static void sees_what_a_process_holds(void **state)
{
	struct handle_reader *reader = open_reader(PATIENT, HANDLE_MOST_FILES);
	struct handles handles = {};

	(void)state;
	for (int i = 0; i < MORE; i++) {
		read_again(reader, &handles);
		assert_int_equal(count_of(&handles, HANDLE_FILE, ""), FILES + i);
		assert_int_equal(count_of(&handles, HANDLE_THREAD, ""), 1);
		if (kernel_counts())
			assert_int_equal(count_of(&handles, HANDLE_UNSEEN, ""), FILES + i);
		order_one_more();
	}
	for (int i = MORE; i < MORE + 3; i++) {
		read_again(reader, &handles);
		assert_held(&handles, EVENTFDS + i);
		read_again(reader, &handles);
		assert_held(&handles, EVENTFDS + i);
		order_one_more();
	}
	assert_true(handles.processes > 0 && !handles.processes_stale);
	handles__free(&handles);
	handle_reader__close(reader);
}

static void names_processes(void **state)
{
	struct handle_reader *reader = open_reader(PATIENT, HANDLE_MOST_FILES);
	struct handles handles = {};
	bool found = false;

	(void)state;
	read_again(reader, &handles);
	for (size_t i = 0; i < handles.nr; i++) {
		assert_int_not_equal(handles.rows[i].owner.pid, getpid());
		if (handles.rows[i].owner.pid != (uint32_t)child)
			continue;
		assert_string_equal(handles.rows[i].owner.name, "kept (\x1b)");
		assert_true(handles.rows[i].owner.start > 0);
		found = true;
	}
	assert_true(found);
	handles__free(&handles);
	handle_reader__close(reader);
}

/* Of too many files the last ones are looked at, where the kernel says how many there are. */
static void looks_at_no_more_files_than_it_may(void **state)
{
	struct handle_reader *reader = open_reader(PATIENT, 10);
	struct handles handles = {};
	uint64_t seen = 0;

	(void)state;
	read_again(reader, &handles);
	for (int i = 0; i < MORE; i++)
		order_one_more();
	read_again(reader, &handles);
	for (int kind = HANDLE_FILE + 1; kind < HANDLE_UNSEEN; kind++)
		seen += count_of(&handles, kind, NULL);
	assert_int_equal(seen, 10);
	if (kernel_counts()) {
		assert_int_equal(count_of(&handles, HANDLE_FILE, ""), FILES + MORE);
		assert_int_equal(count_of(&handles, HANDLE_UNSEEN, ""), FILES + MORE - 10);
		assert_int_equal(count_of(&handles, HANDLE_EVENTFD, ""), MORE);
		assert_int_equal(count_of(&handles, HANDLE_SOCKET, "UNIX"), 10 - MORE);
	}
	handles__free(&handles);
	handle_reader__close(reader);
}

/* Without time nothing is looked at, which is said; what was known stays. */
static void has_no_time(void **state)
{
	struct handle_reader *reader = open_reader(-1, HANDLE_MOST_FILES);
	struct handles handles = {};

	(void)state;
	assert_int_equal(handle_reader__read(reader, &handles), 0);
	assert_true(handles.processes > 0);
	assert_int_equal(handles.processes_unseen, handles.processes);
	assert_int_equal(count_of(&handles, HANDLE_FILE, ""), 0);
	handles__free(&handles);
	handle_reader__close(reader);
}

/* Each reading has time for a part; none forgets what another one has found. */
static void gets_to_all_in_the_end(void **state)
{
	struct handle_reader *reader = open_reader(1e-3, HANDLE_MOST_FILES);
	struct handles handles = {};
	bool found = false;

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		uint64_t files;

		read_again(reader, &handles);
		files = count_of(&handles, HANDLE_FILE, "");
		assert_true(files == FILES || (!found && !files));
		found |= files;
		if (found && round > 50)
			break;
	}
	assert_true(found);
	handles__free(&handles);
	handle_reader__close(reader);
}

/* They end between the listing of /proc and a look at them. */
static void processes_come_and_go(void **state)
{
	struct handle_reader *reader = open_reader(PATIENT, HANDLE_MOST_FILES);
	pid_t churn = fork();

	(void)state;
	if (!churn) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
	}
	assert_true(churn > 0);
	for (int round = 0; round < 30; round++) {
		struct handles handles = {};

		read_again(reader, &handles);
		assert_int_equal(count_of(&handles, HANDLE_FILE, ""), FILES);
		handles__free(&handles);
	}
	kill(churn, SIGKILL);
	waitpid(churn, NULL, 0);
	handle_reader__close(reader);
}

/* A child that ended and was not waited for is its parent's; of this process nothing is told. */
static void a_parent_keeps_zombies(void **state)
{
	struct handle_reader *reader;
	struct handles handles = {};
	uint64_t zombies = 0;
	char byte = 0;
	int ready[2];
	pid_t parent;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	parent = fork();
	if (!parent) {
		siginfo_t ended;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (int i = 0; i < 3; i++) {
			pid_t pid = fork();

			if (!pid)
				_exit(0);
			waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT);
		}
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	reader = open_reader(PATIENT, HANDLE_MOST_FILES);
	assert_int_equal(handle_reader__read(reader, &handles), 0);
	for (size_t i = 0; i < handles.nr; i++)
		if (handles.rows[i].kind == HANDLE_ZOMBIE &&
		    handles.rows[i].owner.pid == (uint32_t)parent)
			zombies = handles.rows[i].count;
	assert_int_equal(zombies, 3);
	kill(parent, SIGKILL);
	waitpid(parent, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	handles__free(&handles);
	handle_reader__close(reader);
}

/* ---- another way to count files ---- */

static int give(void *arg,
		int (*each)(uint32_t pid, enum handle_kind kind, const char *detail, uint64_t count,
			    void *to),
		void *to)
{
	int err = each((uint32_t)child, HANDLE_TIMERFD, "", 7, to);

	if (!err)
		err = each((uint32_t)child, HANDLE_MAPPING, "", 7, to);
	if (!err)
		err = each(4000000, HANDLE_TIMERFD, "", 7, to); /* no such process */
	return err ? err : *(int *)arg;
}

static void takes_files_from_elsewhere(void **state)
{
	struct handle_files files = {.read = give, .arg = &(int){0}};
	struct handle_reader *reader;
	struct handles handles = {};

	(void)state;
	assert_int_equal(handle_reader__open(&reader,
					     &(struct handle_limits){PATIENT, HANDLE_MOST_FILES},
					     &files),
			 0);
	assert_int_equal(handle_reader__read(reader, &handles), 0);
	assert_int_equal(count_of(&handles, HANDLE_TIMERFD, ""), 7);
	assert_int_equal(count_of(&handles, HANDLE_FILE, ""), 7);
	assert_int_equal(count_of(&handles, HANDLE_EVENTFD, ""), 0);
	handles__free(&handles);
	handle_reader__close(reader);
}

/* A process that there was no time for keeps its rows; its files are told anew, not once more. */
static void counts_files_of_late_processes_once(void **state)
{
	struct handle_files files = {.read = give, .arg = &(int){0}};
	struct handles handles = {};
	struct handle_reader *reader;
	unsigned int late = 0;
	bool found = false;

	(void)state;
	assert_int_equal(handle_reader__open(
				 &reader, &(struct handle_limits){1e-3, HANDLE_MOST_FILES}, &files),
			 0);
	for (unsigned int round = 0; round < 20000 && late < 50; round++) {
		uint64_t seen;

		read_again(reader, &handles);
		seen = count_of(&handles, HANDLE_TIMERFD, "");
		assert_true(seen == 7 || (!found && !seen));
		assert_int_equal(count_of(&handles, HANDLE_FILE, ""), seen);
		assert_int_equal(count_of(&handles, HANDLE_MAPPING, ""), seen);
		late += found && handles.processes_stale > handles.processes / 2;
		found |= seen;
	}
	assert_int_equal(late, 50);
	handles__free(&handles);
	handle_reader__close(reader);
}

static void falls_back_on_proc(void **state)
{
	struct handle_files files = {.read = give, .arg = &(int){-EPERM}};
	struct handle_reader *reader;
	struct handles handles = {};

	(void)state;
	assert_int_equal(handle_reader__open(&reader,
					     &(struct handle_limits){PATIENT, HANDLE_MOST_FILES},
					     &files),
			 0);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(handle_reader__read(reader, &handles), 0);
		assert_int_equal(count_of(&handles, HANDLE_TIMERFD, ""), 0);
		assert_int_equal(count_of(&handles, HANDLE_FILE, ""), FILES);
		handles__free(&handles);
	}
	handle_reader__close(reader);
}

static void counts_mappings(void **state)
{
	(void)state;
	assert_true(handle_reader__count_mappings((uint32_t)child) > 5);
	assert_int_equal(handle_reader__count_mappings(4000000), -ENOENT);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sees_what_a_process_holds),
		TEST(names_processes),
		TEST(looks_at_no_more_files_than_it_may),
		TEST(has_no_time),
		TEST(gets_to_all_in_the_end),
		TEST(processes_come_and_go),
		TEST(a_parent_keeps_zombies),
		TEST(takes_files_from_elsewhere),
		TEST(counts_files_of_late_processes_once),
		TEST(falls_back_on_proc),
		TEST(counts_mappings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
