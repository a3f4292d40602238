// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "judge/holders.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STEP_S	 5.0
#define READINGS 20
#define LISTED	 8

static const struct handles_owner python = {.pid = 4711, .start = 100, .name = "python3"};
static const struct handles_owner other = {.pid = 4712, .start = 101, .name = "nginx"};
static const struct handles_owner root = {.name = "uid 0"}, shm = {.name = "/dev/shm"};
static const char *const of_eventfd[] = {"do_eventfd", "__x64_sys_eventfd2", "do_syscall_64"};
static const char *const of_nothing[] = {"leak_slowly", "process_one_work"};

static struct holders *holders;
static struct handles now;
static double now_s;

static int begin(void **state)
{
	(void)state;
	now_s = 0;
	return holders__open(&holders);
}

static int end(void **state)
{
	(void)state;
	handles__free(&now);
	holders__close(holders);
	return 0;
}

static void hold(const struct handles_owner *owner, enum handle_kind kind, const char *detail,
		 double count)
{
	if (owner->start && !handles__find(&now, owner, HANDLE_THREAD, ""))
		assert_int_equal(handles__add(&now, owner, HANDLE_THREAD, "", 1), 0);
	assert_int_equal(handles__add(&now, owner, kind, detail, (uint64_t)count), 0);
	if (handle_kind__is_file(kind))
		assert_int_equal(handles__add(&now, owner, HANDLE_FILE, "", (uint64_t)count), 0);
}

static void enter(void)
{
	assert_int_equal(holders__enter(holders, &now, now_s), 0);
	handles__free(&now);
	now_s += STEP_S;
}

/* A question that `per_s` objects a second grow during all readings. */
static size_t ask(double per_s, const char *cache, const char *const *functions,
		  size_t nr_functions, uint32_t pid, struct holder list[LISTED])
{
	double at[] = {0, now_s - STEP_S}, objects[] = {0, per_s * (now_s - STEP_S)};
	struct holders_question question = {.cache = cache,
					    .functions = functions,
					    .nr_functions = nr_functions,
					    .pid = pid,
					    .comm = pid ? "python3" : NULL,
					    .at = at,
					    .objects = objects,
					    .nr = 2};

	return holders__explain(holders, &question, list, LISTED);
}

static void hold_ten_a_second(void)
{
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", 20 + 10 * now_s);
		hold(&other, HANDLE_SOCKET, "TCP", 300 + i % 3);
		enter();
	}
}

static void a_program_that_keeps_eventfds(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	hold_ten_a_second();
	nr = ask(10, "kmalloc-64", of_eventfd, 3, 0, list);
	assert_true(nr >= 1);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_string_equal(list[0].owner.name, "python3");
	assert_int_equal(list[0].kind, HANDLE_EVENTFD);
	assert_int_equal(list[0].count, 970);
	assert_true(fabs(list[0].per_s - 10) < 1e-6);
	assert_true(list[0].growth.known && list[0].steady);
	assert_true(fabs(list[0].ratio - 1) < 1e-6);
	assert_true(list[0].share == 1);
	assert_int_equal(list[0].link, HOLDER_BY_STACK);
	assert_true(list[0].sure && !list[0].several);
	for (size_t i = 0; i < nr; i++)
		assert_int_not_equal(list[i].owner.pid, 4712);
}

/* filp has one for each open file, whatever it is. */
static void one_file_each(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(ask(10, "filp", NULL, 0, 0, list) >= 1);
	assert_true(list[0].sure);
	assert_int_equal(list[0].link, HOLDER_BY_CACHE);
	assert_int_equal(list[0].kind, HANDLE_EVENTFD);
	assert_int_equal(list[0].owner.pid, 4711);
}

/* That as many became more is no reason to acquit anybody. */
static void numbers_alone_prove_nothing(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(ask(10, "kmalloc-64", of_nothing, 2, 0, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_GROWS);
	assert_false(list[0].sure);
	assert_true(ask(10, "kmalloc-64", of_nothing, 2, 4711, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_BY_PROCESS);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_false(list[0].sure);
}

/* A kernel that leaks beside a program that keeps handles: what is more is nobody's. */
static void what_grows_faster_than_the_handles_is_not_explained(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_int_equal(ask(15, "kmalloc-64", of_eventfd, 3, 0, list), 0);
	assert_int_equal(ask(14, "filp", NULL, 0, 0, list), 0);
	/* two for each */
	assert_true(ask(20, "kmalloc-64", of_eventfd, 3, 0, list) >= 1);
	assert_true(fabs(list[0].ratio - 2) < 1e-6);
	/* a leak whenever one is made, beside some that are kept */
	assert_int_equal(ask(400, "kmalloc-64", of_eventfd, 3, 4711, list), 0);
}

/* Sites that make a part of the handles are explained, others that grow slower are not. */
static void what_grows_slower(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(ask(3, "kmalloc-64", of_eventfd, 3, 0, list) >= 1);
	assert_true(list[0].sure);
	assert_int_equal(ask(3, "kmalloc-64", of_nothing, 2, 0, list), 0);
	assert_int_equal(ask(3, "kmalloc-64", of_nothing, 2, 4711, list), 0);
}

static void nothing_grows(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", 1000);
		hold(&other, HANDLE_SOCKET, "TCP", 300 + i % 3);
		enter();
	}
	assert_int_equal(ask(10, "kmalloc-64", of_eventfd, 3, 4711, list), 0);
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
}

static void questions_that_cannot_be_answered(void **state)
{
	struct holder list[LISTED];
	struct holders_question none = {};
	double at[] = {0, 0}, objects[] = {0, 100};

	(void)state;
	assert_int_equal(holders__explain(holders, &none, list, LISTED), 0);
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
	assert_int_equal(holders__unheld_files(holders), 0);
	hold_ten_a_second();
	assert_int_equal(holders__explain(holders, &none, list, LISTED), 0);
	none = (struct holders_question){.at = at, .objects = objects, .nr = 2};
	assert_int_equal(holders__explain(holders, &none, list, LISTED), 0); /* no time passed */
	assert_int_equal(ask(-10, "filp", of_eventfd, 3, 0, list), 0);
	assert_int_equal(ask(0.01, "filp", of_eventfd, 3, 0, list), 0); /* too few */
	at[1] = 10;
	assert_int_equal(holders__explain(holders, &none, list, 0), 0);
}

/* Both grow in the end as much, one at once and one steadily. */
static void growth_at_another_time_is_not_the_same(void **state)
{
	double at[READINGS], objects[READINGS];
	struct holders_question question = {.cache = "kmalloc-64",
					    .functions = of_eventfd,
					    .nr_functions = 3,
					    .at = at,
					    .objects = objects,
					    .nr = READINGS};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		at[i] = now_s;
		objects[i] = 50 * i;
		hold(&python, HANDLE_EVENTFD, "", i < 15 ? 0 : 950);
		enter();
	}
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
	for (int i = 0; i < READINGS; i++)
		objects[i] = i < 15 ? 0 : 950;
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
}

/* The trace has begun in the middle of the watch. */
static void a_question_of_a_part_of_the_time(void **state)
{
	double at[] = {52, 88}, objects[] = {0, 360};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 2};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	assert_true(fabs(list[0].grew - 360) < 1e-6);
	assert_true(fabs(list[0].ratio - 1) < 1e-6);
}

/* Two programs share the growth: neither is it alone. */
static void several_hold_them(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", 6 * now_s);
		hold(&other, HANDLE_EVENTFD, "", 4 * now_s);
		enter();
	}
	assert_true(ask(10, "kmalloc-64", of_eventfd, 3, 0, list) >= 1);
	/* each of them explains none of it ... */
	assert_true(list[0].several && list[0].sure);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_int_equal(list[0].count, 950);
	assert_true(fabs(list[0].grew - 950) < 1e-6);
}

/* Of another process with the same PID nothing is known from before. */
static void a_pid_that_is_used_again(void **state)
{
	struct handles_owner reborn = {.pid = 4711, .start = 999, .name = "bash"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(i < 10 ? &python : &reborn, HANDLE_EVENTFD, "", i < 10 ? 10 : 1000);
		enter();
	}
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
	for (size_t i = ask(10.4, "x", of_nothing, 2, 4711, list); i--;)
		assert_true(list[i].owner.pid != 4711 || list[i].several ||
			    list[i].link == HOLDER_GROWS);
}

/* A kind that a process has none of has no row: there were 0. */
static void a_new_kind_of_a_known_process(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold(&python, HANDLE_PIPE, "", 2);
	enter();
	for (int i = 1; i < READINGS; i++) {
		hold(&python, HANDLE_PIPE, "", 2);
		hold(&python, HANDLE_EVENTFD, "", 10 * now_s);
		enter();
	}
	assert_true(ask(10, "kmalloc-64", of_eventfd, 3, 0, list) >= 1);
	assert_true(fabs(list[0].grew - 950) < 1e-6);
}

/* What was not looked at was not 0: growth is counted since it was. */
static void files_that_were_not_looked_at(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		now.files_unseen = i < 3 ? 1000 : 5;
		hold(&python, i < 3 ? HANDLE_UNSEEN : HANDLE_EVENTFD, "", 1000 + 10 * now_s);
		enter();
	}
	assert_true(ask(10, "kmalloc-64", of_eventfd, 3, 0, list) >= 1);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_int_equal(list[0].kind, HANDLE_EVENTFD);
	assert_true(fabs(list[0].grew - 10 * 16 * STEP_S) < 1e-6);
	assert_true(ask(10, "filp", NULL, 0, 0, list) >= 1);
	assert_true(fabs(list[0].grew) < 951);
}

/* That a process is seen for the first time is no growth, of it or of all. */
static void processes_that_were_not_looked_at(void **state)
{
	static const char *const of_socket[] = {"sk_alloc", "__x64_sys_socket"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_SOCKET, "TCP", 20);
		now.processes_unseen = i < 10 || i == 15;
		if (!now.processes_unseen)
			hold(&other, HANDLE_SOCKET, "TCP", 950);
		enter();
	}
	assert_int_equal(ask(10, "sock_inode_cache", of_socket, 2, 0, list), 0);
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
}

static void ended_processes_are_forgotten(void **state)
{
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	hold(&other, HANDLE_SOCKET, "TCP", 300);
	enter();
	assert_int_equal(ask(10, "x", of_eventfd, 3, 4711, list), 0);
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
}

/* System V queues have no process: who allocates says it. */
static void queues_are_of_who_allocates(void **state)
{
	static const char *const stack[] = {"newque", "ipcget", "__x64_sys_msgget"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&root, HANDLE_QUEUE, "", 20 * now_s);
		hold(&python, HANDLE_PIPE, "", 2);
		enter();
	}
	assert_true(ask(20, "kmalloc-256", stack, 3, 4711, list) >= 1);
	assert_int_equal(list[0].kind, HANDLE_QUEUE);
	assert_true(list[0].sure);
	assert_int_equal(list[0].creator, 4711);
	assert_string_equal(list[0].creator_name, "python3");
	assert_true(ask(20, "kmalloc-256", stack, 3, 0, list) >= 1);
	assert_int_equal(list[0].creator, 0);
	assert_string_equal(list[0].owner.name, "uid 0");
}

/* Of shared memory the kernel says which process made it; its name, while it lives. */
static void shared_memory_is_of_its_creator(void **state)
{
	static const char *const stack[] = {"newseg", "ipcget"};
	struct handles_owner creator = {.pid = 4711}, gone = {.pid = 99};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&creator, HANDLE_SHM, "", 20 * now_s);
		hold(&gone, HANDLE_SHM, "", 5);
		hold(&python, HANDLE_PIPE, "", 2);
		enter();
	}
	assert_true(ask(20, "shmem_inode_cache", stack, 2, 0, list) >= 1);
	assert_int_equal(list[0].creator, 4711);
	assert_string_equal(list[0].creator_name, "python3");
}

/* Hundreds of sites, 1 or 20 objects for each namespace that a file keeps. */
static void namespaces(void **state)
{
	static const char *const stack[] = {"tcp_sk_init", "ops_init", "setup_net", "copy_net_ns"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_NAMESPACE_FILE, "net", now_s);
		enter();
	}
	for (int each = 1; each <= 32; each++) {
		assert_true(ask(each, "kmalloc-64", stack, 4, 0, list) >= 1);
		assert_int_equal(list[0].kind, HANDLE_NAMESPACE_FILE);
		assert_string_equal(list[0].detail, "net");
		assert_int_equal(list[0].owner.pid, 4711);
		assert_true(list[0].sure);
	}
	/* That many of a site that has nothing to do with them is chance. */
	assert_int_equal(ask(20, "kmalloc-64", of_nothing, 2, 4711, list), 0);
}

static void offline_cgroups_and_what_pins_them(void **state)
{
	static const char *const stack[] = {"mem_cgroup_css_alloc", "css_create", "cgroup_mkdir"};
	struct handles_owner nobody = {}, tmp = {.name = "/tmp"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&nobody, HANDLE_OFFLINE, "", 2 * now_s);
		hold(&nobody, HANDLE_CGROUP, "", 40);
		hold(&shm, HANDLE_TMPFS, "", 3 + 2 * now_s);
		hold(&tmp, HANDLE_TMPFS, "", 700 + i % 5);
		enter();
	}
	assert_true(ask(2, "kmalloc-4k", stack, 3, 0, list) >= 1);
	assert_int_equal(list[0].kind, HANDLE_OFFLINE);
	assert_int_equal(list[0].count, 190);
	assert_string_equal(list[0].pinned_by, "/dev/shm");
	assert_true(list[0].sure);
}

/* Dentries that the kernel lost are in use in its own books: that explains nothing. */
static void books_of_the_kernel_acquit_nobody(void **state)
{
	static const char *const stack[] = {"__d_alloc", "d_alloc"};
	struct handles_owner nobody = {};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&nobody, HANDLE_DENTRY, "", 1000 + 5 * now_s);
		hold(&nobody, HANDLE_FILE_ALL, "", 500 + 5 * now_s);
		enter();
	}
	for (size_t i = ask(5, "dentry", stack, 2, 0, list); i--;)
		assert_false(list[i].sure);
	for (size_t i = ask(5, "filp", NULL, 0, 0, list); i--;)
		assert_false(list[i].sure);
}

/* Dentries and inodes of files that a program has open are pinned, and the program's. */
static void pinned_by_open_files(void **state)
{
	static const char *const dentry[] = {"__d_alloc", "d_alloc_parallel", "path_openat"};
	static const char *const inode[] = {"ext4_alloc_inode", "alloc_inode", "path_openat"};
	struct handles_owner nobody = {};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&nobody, HANDLE_DENTRY, "", 1000 + 5 * now_s);
		hold(&python, HANDLE_DELETED, "", 20 + 5 * now_s);
		enter();
	}
	assert_true(ask(5, "dentry", dentry, 3, 0, list) >= 1);
	assert_true(list[0].sure && list[0].link & HOLDER_BY_STACK);
	assert_int_equal(list[0].kind, HANDLE_DELETED);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_true(ask(5, "ext4_inode_cache", inode, 3, 0, list) >= 1);
	assert_true(list[0].sure);
	assert_int_equal(list[0].owner.pid, 4711);
}

/* Struct files that no process has open: the kernel lost them. */
static void files_that_nobody_holds(void **state)
{
	struct handles_owner nobody = {};

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", 100 + 10 * i);
		hold(&nobody, HANDLE_FILE_ALL, "", 130 + 17 * i);
		enter();
	}
	assert_int_equal(holders__unheld_files(holders), 7 * (READINGS - 1));
}

/* Sockets of two protocols, which together make up a cache's growth. */
static void sockets_of_all_protocols(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_SOCKET, "TCP", 5 * now_s);
		hold(&python, HANDLE_SOCKET, "UNIX", 5 * now_s);
		enter();
	}
	assert_true(ask(10, "sock_inode_cache", NULL, 0, 0, list) >= 1);
	assert_int_equal(list[0].kind, HANDLE_SOCKET);
	assert_string_equal(list[0].detail, "");
	assert_int_equal(list[0].count, 950);
	assert_true(ask(5, "TCP", (const char *const[]){"inet_csk_accept"}, 1, 0, list) >= 1);
	assert_true(list[0].sure);
}

/* Long runs: the clock halves its points, rows come and go. */
static void runs_for_long(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct handles_owner passing = {.pid = 10000 + i, .start = i + 1, .name = "sh"};

		hold(&python, HANDLE_EVENTFD, "", now_s);
		hold(&passing, HANDLE_PIPE, "", 3);
		if (i > 700)
			hold(&other, HANDLE_SOCKET, "TCP", 2 * (now_s - 3500));
		enter();
	}
	nr = holders__growing(holders, list, LISTED);
	assert_true(nr >= 2);
	assert_int_equal(list[0].owner.pid, 4712);
	assert_true(fabs(list[0].per_s - 2) < 0.1);
	assert_true(ask(1, "x", of_eventfd, 3, 0, list) >= 1);
	assert_true(fabs(list[0].ratio - 1) < 0.02);
	assert_int_equal(holders__unfollowed(holders), 0);
}

/* The listed ones are the best ones, however few there is room for. */
static void lists_no_more_than_there_is_room_for(void **state)
{
	struct holder all[LISTED], few[2];
	size_t nr;

	(void)state;
	hold_ten_a_second();
	nr = holders__growing(holders, all, LISTED);
	assert_true(nr >= 2); /* eventfds; all files */
	assert_int_equal(holders__growing(holders, few, 1), 1);
	assert_int_equal(few[0].kind, all[0].kind);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_program_that_keeps_eventfds),
		TEST(one_file_each),
		TEST(numbers_alone_prove_nothing),
		TEST(what_grows_faster_than_the_handles_is_not_explained),
		TEST(what_grows_slower),
		TEST(nothing_grows),
		TEST(questions_that_cannot_be_answered),
		TEST(growth_at_another_time_is_not_the_same),
		TEST(a_question_of_a_part_of_the_time),
		TEST(several_hold_them),
		TEST(a_pid_that_is_used_again),
		TEST(a_new_kind_of_a_known_process),
		TEST(files_that_were_not_looked_at),
		TEST(processes_that_were_not_looked_at),
		TEST(ended_processes_are_forgotten),
		TEST(queues_are_of_who_allocates),
		TEST(shared_memory_is_of_its_creator),
		TEST(namespaces),
		TEST(offline_cgroups_and_what_pins_them),
		TEST(books_of_the_kernel_acquit_nobody),
		TEST(pinned_by_open_files),
		TEST(files_that_nobody_holds),
		TEST(sockets_of_all_protocols),
		TEST(runs_for_long),
		TEST(lists_no_more_than_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
