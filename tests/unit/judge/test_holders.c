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

/* Whoever made it may be the first process that there was. */
static void the_first_process_may_be_the_creator(void **state)
{
	static const char *const stack[] = {"newseg", "ipcget"};
	struct handles_owner creator = {.pid = 4711};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		assert_int_equal(handles__add(&now, &python, HANDLE_THREAD, "", 1), 0);
		hold(&creator, HANDLE_SHM, "", 20 * now_s);
		enter();
	}
	assert_true(ask(20, "shmem_inode_cache", stack, 2, 0, list) >= 1);
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

/* The handle's row of this process or of nobody, or NULL. */
static const struct holder *row_of(const struct holder *list, size_t nr, uint32_t pid,
				   enum handle_kind kind, const char *detail)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i].owner.pid == pid && list[i].kind == kind &&
		    !strcmp(list[i].detail, detail))
			return &list[i];
	return NULL;
}

/* Each is told once, as the process's own or as what all have. */
static void nothing_is_told_twice(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	hold_ten_a_second();
	nr = ask(10, "x", of_nothing, 2, 0, list);
	assert_int_equal(nr, 2); /* eventfds; all files */
	for (size_t i = 0; i < nr; i++)
		assert_ptr_equal(row_of(list, nr, 4711, list[i].kind, list[i].detail), &list[i]);
}

/* A process may take another name; the later one is told. */
static void a_process_with_a_new_name(void **state)
{
	struct handles_owner owner = python;
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		strcpy(owner.name, i < 5 ? "sh" : "python3");
		hold(&owner, HANDLE_EVENTFD, "", 10 * now_s);
		enter();
	}
	assert_true(ask(10, "x", of_eventfd, 3, 0, list) >= 1);
	assert_string_equal(list[0].owner.name, "python3");
}

/* Sockets of all protocols are a row of the process's own, too. */
static void sockets_of_a_process(void **state)
{
	struct holder list[LISTED];
	const struct holder *all;
	size_t nr;

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_SOCKET, "TCP", 5 * now_s);
		hold(&python, HANDLE_SOCKET, "UNIX", 6 * now_s);
		enter();
	}
	nr = holders__growing(holders, list, LISTED);
	all = row_of(list, nr, 4711, HANDLE_SOCKET, "");
	assert_non_null(all);
	assert_true(fabs(all->per_s - 11) < 1e-6);
	assert_int_equal(all->count, 11 * 95);
	assert_non_null(row_of(list, nr, 4711, HANDLE_SOCKET, "TCP"));
	assert_non_null(row_of(list, nr, 4711, HANDLE_SOCKET, "UNIX"));
}

/* The first or the last function of the stack tells as well as those between; some have no name. */
static void any_function_of_the_stack(void **state)
{
	static const char *const first[] = {"do_eventfd", "x"}, *const last[] = {"x", "do_eventfd"};
	static const char *const unnamed[] = {NULL, "do_eventfd"};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(ask(10, "x", first, 2, 0, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_BY_STACK);
	assert_true(ask(10, "x", last, 2, 0, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_BY_STACK);
	assert_true(ask(10, "x", unnamed, 2, 0, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_BY_STACK);
	assert_true(ask(10, "x", last, 1, 0, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_GROWS);
	assert_true(ask(10, "filp", last, 2, 4711, list) >= 1);
	assert_int_equal(list[0].link, HOLDER_BY_STACK | HOLDER_BY_CACHE | HOLDER_BY_PROCESS);
}

/* There is nothing to compare in one reading, or at one time. */
static void one_moment(void **state)
{
	double at[] = {0, 5}, objects[] = {0, 100};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 2};
	struct holder list[LISTED];

	(void)state;
	hold(&python, HANDLE_EVENTFD, "", 0);
	enter();
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
	hold(&python, HANDLE_EVENTFD, "", 100);
	enter();
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	question.nr = 1;
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
	question.nr = 0;
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
}

/* One object each, or two to four; what does not come out even is something else. */
static void objects_for_each_handle(void **state)
{
	static const struct {
		double per_s, share;
	} known[] = {{9.1, 1},	      {10, 1}, {12, 10 / 12.0}, {14, 0}, {20, 1},
		     {22, 20 / 22.0}, {23, 0}, {25, 0},		{30, 1}, {40, 1},
		     {43, 40 / 43.0}, {50, 0}, {100, 0}};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t nr = ask(known[i].per_s, "x", of_eventfd, 3, 0, list);

		assert_int_equal(nr > 0, known[i].share > 0);
		if (!nr)
			continue;
		assert_true(fabs(list[0].share - known[i].share) < 1e-6);
		assert_true(fabs(list[0].ratio - known[i].per_s / 10) < 1e-6);
		assert_true(fabs(list[0].grew - 950) < 1e-6);
	}
	/* less than one for each: who else makes them? */
	assert_true(ask(9.1, "x", of_nothing, 2, 0, list) >= 1);
	assert_int_equal(ask(8.9, "x", of_nothing, 2, 0, list), 0);
	assert_true(ask(8.9, "filp", of_nothing, 2, 0, list) >= 1);
	assert_true(list[0].share == 1);
}

/* Half of the growth was there in the middle: not much more or less may be of the other's. */
static void curves_that_are_apart(void **state)
{
	double at[] = {0, 45, 95}, objects[] = {100, 0, 1050};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 3};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	for (double apart = -0.15; apart < 0.2; apart += 0.1) {
		objects[1] = 100 + 450 + apart * 950;
		assert_int_equal(holders__explain(holders, &question, list, LISTED) > 0,
				 fabs(apart) < 0.1);
	}
}

/* Before the first reading, and after the last one, there were as many as then. */
static void a_question_of_more_than_the_time(void **state)
{
	double at[] = {-50, 500}, objects[] = {0, 950};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 2};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	assert_true(fabs(list[0].grew - 950) < 1e-6);
}

/* Eight of each are enough. */
static void least_growth(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", i < 7 ? i : i < 18 ? 7 : 8);
		hold(&other, HANDLE_PIPE, "", i < 7 ? i : 7);
		enter();
	}
	assert_true(ask(8 / 95.0, "x", of_eventfd, 3, 0, list) >= 1);
	assert_int_equal(list[0].kind, HANDLE_EVENTFD);
	assert_true(list[0].grew == 8);
	assert_int_equal(ask(7.9 / 95, "x", of_eventfd, 3, 0, list), 0);
	assert_int_equal(ask(8 / 95.0, "x", (const char *const[]){"do_pipe2"}, 1, 4712, list),
			 ask(8 / 95.0, "x", of_nothing, 2, 0, list));
}

/* Too few readings for a slope: the mean rate is told, and nothing is called steady. */
static void few_readings(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < 3; i++) {
		hold(&python, HANDLE_EVENTFD, "", 100 * i * i);
		enter();
	}
	assert_true(ask(40, "x", of_eventfd, 3, 0, list) >= 1);
	assert_true(list[0].per_s == 40);
	assert_false(list[0].growth.known || list[0].steady);
	assert_int_equal(holders__growing(holders, list, LISTED), 0);
}

/* The best ones stay where there is no room for all, whenever they come. */
static void the_best_of_many(void **state)
{
	static const struct handles_owner third = {.pid = 4713, .start = 102, .name = "bash"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_MAPPING, "", 2 * now_s);
		hold(&other, HANDLE_MAPPING, "", 1 * now_s);
		hold(&third, HANDLE_MAPPING, "", 3 * now_s);
		enter();
	}
	assert_int_equal(holders__growing(holders, list, LISTED), 3);
	assert_int_equal(list[0].owner.pid, 4713);
	assert_int_equal(list[1].owner.pid, 4711);
	assert_int_equal(list[2].owner.pid, 4712);
	memset(list, 0, sizeof(list));
	assert_int_equal(holders__growing(holders, list, 2), 2);
	assert_int_equal(list[0].owner.pid, 4713);
	assert_int_equal(list[1].owner.pid, 4711);
	assert_int_equal(list[2].owner.pid, 0);
	assert_int_equal(holders__growing(holders, list, 1), 1);
	assert_int_equal(list[0].owner.pid, 4713);
	assert_true(list[0].grew == 285);
}

/* One process's handles before what several hold; the kind before all files; a protocol before all.
 */
static void the_closest_answer_first(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_SOCKET, "TCP", 10 * now_s);
		hold(&other, HANDLE_PIPE, "", 10 * now_s);
		hold(&root, HANDLE_SHM, "", 10 * now_s);
		enter();
	}
	nr = ask(10, "x", of_nothing, 2, 0, list);
	assert_true(nr >= 5);
	/* of one process and of a protocol */
	assert_int_equal(list[0].owner.pid, 4711);
	assert_string_equal(list[0].detail, "TCP");
	/* then what has none, */
	assert_true(list[1].owner.pid && list[2].owner.pid);
	assert_true(list[1].kind == HANDLE_SOCKET || list[1].kind == HANDLE_PIPE);
	assert_true(list[2].kind == HANDLE_SOCKET || list[2].kind == HANDLE_PIPE);
	/* then files of all kinds, then what no process holds. */
	assert_int_equal(list[3].kind, HANDLE_FILE);
	assert_int_equal(list[nr - 1].kind, HANDLE_SHM);
	/* the process that allocates goes before all of these */
	assert_true(ask(10, "x", of_nothing, 2, 4712, list) >= 5);
	assert_int_equal(list[0].owner.pid, 4712);
	assert_int_equal(list[0].kind, HANDLE_PIPE);
}

/* Two hold the same half each: as many as there are objects are simpler than two for each. */
static void the_simpler_answer_first(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_EVENTFD, "", 5 * now_s);
		hold(&other, HANDLE_EVENTFD, "", 5 * now_s);
		enter();
	}
	assert_true(ask(10, "x", of_eventfd, 3, 0, list) >= 3);
	assert_true(list[0].several);
	assert_true(fabs(list[0].ratio - 1) < 1e-6);
	assert_int_equal(list[0].owner.pid, 4711); /* the first of those that have as many */
	assert_false(list[1].several);
	assert_true(fabs(list[1].ratio - 2) < 1e-6);
}

/* Queues belong to a user: another program's may be there for a while, but those have to be. */
static void others_of_nobody(void **state)
{
	static const char *const of_queue[] = {"newque", "ipcget"};
	double end_s = (READINGS - 1) * STEP_S;
	double at[] = {0, end_s / 2, end_s}, objects[] = {0, 10 * end_s / 2, 10 * end_s};
	struct holders_question question = {
		.functions = of_queue, .nr_functions = 2, .at = at, .objects = objects, .nr = 3};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		bool middle = i > READINGS / 4 && i < READINGS * 3 / 4;

		hold(&root, HANDLE_QUEUE, "", 10 * now_s + (middle ? 3000 : 0));
		hold(&python, HANDLE_EVENTFD, "", 10 * now_s + (middle ? 3000 : 0));
		enter();
	}
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	assert_int_equal(list[0].kind, HANDLE_QUEUE);
	assert_true(list[0].sure);
	question.functions = of_eventfd; /* a process's are its own */
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 1);
	assert_int_equal(list[0].kind, HANDLE_QUEUE);
	objects[1] = 10 * end_s; /* when there were fewer than that */
	question.functions = of_queue;
	at[1] = end_s / 8;
	assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
}

/* A sample is as sure as its error says: of how many, and of when. */
static void within_the_error(void **state)
{
	double end_s = (READINGS - 1) * STEP_S;
	double at[] = {0, end_s / 2, end_s}, objects[3] = {};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 3};
	struct holder list[LISTED];

	(void)state;
	hold_ten_a_second();
	for (int known = 0; known < 2; known++) {
		question.error = known ? 0 : 0.1;
		objects[1] = 10 * end_s * 1.4 / 2;
		objects[2] = 10 * end_s * 1.4; /* share 0.71 */
		assert_int_equal(holders__explain(holders, &question, list, LISTED) > 0, !known);
		objects[2] = 10 * end_s * 1.5; /* 0.67 */
		assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
		objects[1] = 10 * end_s * 0.7; /* 0.2 more than half of them */
		objects[2] = 10 * end_s;
		assert_int_equal(holders__explain(holders, &question, list, LISTED) > 0, !known);
		objects[1] = 10 * end_s * 0.8;
		assert_int_equal(holders__explain(holders, &question, list, LISTED), 0);
	}
}

/* Who has half as many handles again as there are objects made the rest elsewhere. */
static void as_many_before_many_more(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&other, HANDLE_EVENTFD, "", 15 * now_s);
		hold(&python, HANDLE_EVENTFD, "", 10 * now_s);
		enter();
	}
	nr = ask(10, "x", of_eventfd, 3, 0, list);
	assert_true(nr >= 2);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_false(list[0].several);
	assert_true(fabs(list[0].ratio - 1) < 1e-6);
}

/* He who has four fifths of the growth has it all; less is not his alone. */
static void most_of_the_growth(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int most = 79; most <= 80; most++) {
		for (int i = 0; i < READINGS; i++) {
			hold(&other, HANDLE_EVENTFD, "", (100 - most) * now_s);
			hold(&python, HANDLE_EVENTFD, "", most * now_s);
			enter();
		}
		assert_true(ask(100, "x", of_eventfd, 3, 0, list) >= 1);
		assert_int_equal(list[0].owner.pid, 4711);
		assert_int_equal(list[0].several, most < 80);
		assert_true(fabs(list[0].grew - (most < 80 ? 9500 : 7600)) < 1e-6);
		end(NULL);
		begin(NULL);
	}
}

/* They came between two readings: what was there at the first sight became more since the last. */
static void what_several_began_at_once(void **state)
{
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_PIPE, "", 2);
		hold(&other, HANDLE_PIPE, "", 2);
		if (i >= 5) {
			hold(&python, HANDLE_EVENTFD, "", 100 + 6 * now_s);
			hold(&other, HANDLE_EVENTFD, "", 100 + 6 * now_s);
		}
		enter();
	}
	assert_true(ask((200 + 12 * 95) / 95.0, "x", of_eventfd, 3, 0, list) >= 1);
	assert_true(list[0].several);
	assert_true(fabs(list[0].grew - (200 + 12 * 95)) < 1e-6);
}

/* A reading without all files is none of their sum, which is taken for what it was. */
static void sums_that_a_reading_lacks(void **state)
{
	double at[] = {0, 50, 95}, objects[] = {0, 500, 950};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 3};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		now.files_unseen = i == 10 ? 1000 : 0;
		hold(&python, HANDLE_EVENTFD, "", 5 * now_s);
		hold(&other, HANDLE_EVENTFD, "", 5 * now_s);
		enter();
	}
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	assert_true(list[0].several);
	assert_true(fabs(list[0].grew - 950) < 1e-6);
}

/* Points are joined as the run gets longer; since when what is known moves with them. */
static void begins_late_in_a_long_run(void **state)
{
	static const enum handle_kind kinds[] = {HANDLE_EVENTFD, HANDLE_ZOMBIE};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct holder list[LISTED];

		for (int i = 0; i < 90; i++) {
			now.processes_unseen = i < 50;
			hold(&python, HANDLE_MAPPING, "", 7);
			if (i >= 50)
				hold(&other, HANDLE_MAPPING, "", 7);
			if (i >= 70) {
				hold(&python, kinds[k], "", 6 * (now_s - 345));
				hold(&other, kinds[k], "", 4 * (now_s - 345));
			}
			enter();
		}
		/* all of it is growth: there were none of either when they were first counted */
		assert_true(ask(1000 / 445.0, "x", of_nothing, 2, 0, list) >= 1);
		assert_true(list[0].several);
		assert_int_equal(list[0].kind, kinds[k]);
		assert_true(fabs(list[0].grew - 1000) < 1e-6);
		assert_true(holders__growing(holders, list, LISTED) >= 1);
		assert_int_equal(list[0].owner.pid, 4712);
		assert_true(list[0].grew == 400);
		end(NULL);
		begin(NULL);
	}
}

/* Joined points are those of the later reading: what was counted is at its place. */
static void a_part_of_a_long_run(void **state)
{
	double at[] = {100, 200}, objects[] = {0, 1000};
	struct holders_question question = {
		.functions = of_eventfd, .nr_functions = 3, .at = at, .objects = objects, .nr = 2};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < 70; i++) { /* twice as many points as there is room for, nearly */
		hold(&python, HANDLE_EVENTFD, "", 10 * now_s);
		enter();
	}
	assert_true(holders__explain(holders, &question, list, LISTED) >= 1);
	assert_true(fabs(list[0].grew - 1000) < 1e-6);
}

/* Of answers that are as good, what one holds goes before what several or nobody hold. */
/* A question with many points: so many objects more each second. */
static size_t ask_often(double per_s, const char *function, struct holder list[LISTED])
{
	double at[11], objects[11], until_s = now_s - STEP_S;
	struct holders_question question = {
		.functions = &function, .nr_functions = 1, .at = at, .objects = objects, .nr = 11};

	for (size_t i = 0; i < question.nr; i++) {
		at[i] = until_s * (double)i / 10;
		objects[i] = per_s * at[i];
	}
	return holders__explain(holders, &question, list, LISTED);
}

/* Sixty readings, of which the first `late` left the process out. */
static void see_from(int late)
{
	for (int i = 0; i < 60; i++) {
		now.processes_unseen = i < late;
		if (!now.processes_unseen)
			hold(&python, HANDLE_EVENTFD, "", 5 * now_s);
		enter();
	}
}

/* The first readings took too long, and left a process out: its handles were there all the same. */
static void what_was_seen_later(void **state)
{
	struct holder list[LISTED];

	(void)state;
	see_from(60 * 18 / 100);
	assert_true(ask_often(5, "do_eventfd", list) >= 1);
	assert_true(list[0].sure);
	assert_int_equal(list[0].owner.pid, 4711);
}

/* But what came to be so late does not hold what was there before. */
static void what_came_later(void **state)
{
	struct holder list[LISTED];

	(void)state;
	see_from(60 * 4 / 10);
	assert_int_equal(ask_often(5, "do_eventfd", list), 0);
}

/* Events that nobody reads: there are many for each file, and the files need not become more. */
static void what_is_queued_is_of_the_files(void **state)
{
	static const char *const stack[] = {"inotify_handle_inode_event", "send_to_group",
					    "fsnotify"};
	struct holder list[LISTED];

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&python, HANDLE_INOTIFY, "", 40);
		hold(&other, HANDLE_INOTIFY, "", 1);
		hold(&other, HANDLE_FANOTIFY, "", 90);
		enter();
	}
	assert_int_equal(ask(500, "kmalloc-cg-64", stack, 3, 0, list), 1);
	assert_true(list[0].sure && list[0].unread && !list[0].several);
	assert_int_equal(list[0].owner.pid, 4711);
	assert_int_equal(list[0].kind, HANDLE_INOTIFY);
	assert_int_equal(list[0].count, 40);
	/* the same objects from elsewhere are nobody's */
	assert_int_equal(ask(500, "kmalloc-cg-64", stack + 1, 2, 0, list), 0);
	for (int i = 0; i < 3; i++) {
		hold(&python, HANDLE_INOTIFY, "", 40);
		hold(&other, HANDLE_INOTIFY, "", 30);
		enter();
	}
	assert_int_equal(ask(500, "kmalloc-cg-64", stack, 3, 0, list), 1);
	assert_true(list[0].several); /* one of them, or the other */
	hold(&other, HANDLE_FANOTIFY, "", 90);
	enter();
	assert_int_equal(ask(500, "kmalloc-cg-64", stack, 3, 0, list), 0);
}

static void who_it_is_goes_before_what_it_is(void **state)
{
	struct holder list[LISTED];
	size_t nr;

	(void)state;
	for (int i = 0; i < READINGS; i++) {
		hold(&root, HANDLE_SHM, "", 10 * now_s);
		hold(&python, HANDLE_PIPE, "", 5 * now_s);
		hold(&other, HANDLE_PIPE, "", 5 * now_s);
		hold(&python, HANDLE_MAPPING, "", 10 * now_s);
		enter();
	}
	nr = ask(10, "x", of_nothing, 2, 0, list);
	assert_true(nr >= 4);
	assert_int_equal(list[0].kind, HANDLE_MAPPING);
	/* the rest is nobody's alone; each kind before all files */
	for (size_t i = 1; i < nr; i++) {
		assert_true(list[i].several || !list[i].owner.pid || list[i].ratio > 1.5);
		if (list[i].kind == HANDLE_FILE)
			assert_true(i > 2);
	}
}

/* What belongs to nobody and has no row any more is there no more. */
static void what_nobody_has_any_more(void **state)
{
	struct handles_owner nobody = {};

	(void)state;
	for (int i = 0; i < 3; i++) {
		hold(&python, HANDLE_PIPE, "", 10);
		if (i < 2)
			hold(&nobody, HANDLE_FILE_ALL, "", 500);
		enter();
	}
	assert_int_equal(holders__unheld_files(holders), -500);
}

/* The tmpfs that grew most is named, if it grew nearly as much as the cgroups did. */
static void what_pins_cgroups(void **state)
{
	static const char *const stack[] = {"mem_cgroup_css_alloc"};
	static const struct handles_owner nobody = {}, tmp = {.name = "/tmp"};
	struct holder list[LISTED];
	const struct holder *offline;
	size_t nr;

	(void)state;
	for (int turn = 0; turn < 3; turn++) {
		for (int i = 0; i < READINGS; i++) {
			hold(&nobody, HANDLE_OFFLINE, "", 100 * now_s);
			hold(&shm, HANDLE_TMPFS, "", (turn == 0 ? 90 : 79) * now_s);
			hold(&tmp, HANDLE_TMPFS, "", (turn == 1 ? 82 : 78) * now_s);
			enter();
		}
		assert_true(ask(100, "kmalloc-4k", stack, 1, 0, list) >= 1);
		assert_int_equal(list[0].kind, HANDLE_OFFLINE);
		assert_string_equal(list[0].pinned_by, turn == 0   ? "/dev/shm"
						       : turn == 1 ? "/tmp"
								   : "");
		nr = holders__growing(holders, list, LISTED);
		offline = row_of(list, nr, 0, HANDLE_OFFLINE, "");
		assert_non_null(offline);
		assert_string_equal(offline->pinned_by, turn == 0   ? "/dev/shm"
							: turn == 1 ? "/tmp"
								    : "");
		assert_true(offline->pinned_by_grew == 95 * (turn == 0 ? 90 : turn == 1 ? 82 : 0));
		end(NULL);
		begin(NULL);
	}
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
		TEST(the_first_process_may_be_the_creator),
		TEST(namespaces),
		TEST(offline_cgroups_and_what_pins_them),
		TEST(books_of_the_kernel_acquit_nobody),
		TEST(pinned_by_open_files),
		TEST(files_that_nobody_holds),
		TEST(sockets_of_all_protocols),
		TEST(runs_for_long),
		TEST(lists_no_more_than_there_is_room_for),
		TEST(nothing_is_told_twice),
		TEST(a_process_with_a_new_name),
		TEST(sockets_of_a_process),
		TEST(any_function_of_the_stack),
		TEST(one_moment),
		TEST(objects_for_each_handle),
		TEST(curves_that_are_apart),
		TEST(a_question_of_more_than_the_time),
		TEST(least_growth),
		TEST(few_readings),
		TEST(the_best_of_many),
		TEST(the_closest_answer_first),
		TEST(the_simpler_answer_first),
		TEST(as_many_before_many_more),
		TEST(within_the_error),
		TEST(others_of_nobody),
		TEST(most_of_the_growth),
		TEST(what_several_began_at_once),
		TEST(sums_that_a_reading_lacks),
		TEST(begins_late_in_a_long_run),
		TEST(what_nobody_has_any_more),
		TEST(what_pins_cgroups),
		TEST(a_part_of_a_long_run),
		TEST(what_was_seen_later),
		TEST(what_came_later),
		TEST(what_is_queued_is_of_the_files),
		TEST(who_it_is_goes_before_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
