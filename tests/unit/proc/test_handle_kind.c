// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/handle_kind.h"

#include <stdio.h>
#include <string.h>

static void assert_link(const char *text, enum handle_kind kind, const char *detail)
{
	char got[HANDLE_DETAIL] = "left over";

	if (handle_kind__of_link(text, got) != kind)
		fail_msg("%s is a %s", text, handle_kind__id(handle_kind__of_link(text, got)));
	assert_string_equal(got, detail);
}

/* As 5.10 to 6.18 print them. */
static void tells_files_by_their_links(void **state)
{
	(void)state;
	assert_link("socket:[3892611]", HANDLE_SOCKET, "");
	assert_link("pipe:[3892611]", HANDLE_PIPE, "");
	assert_link("anon_inode:[eventfd]", HANDLE_EVENTFD, "");
	assert_link("anon_inode:[eventpoll]", HANDLE_EPOLL, "");
	assert_link("anon_inode:[timerfd]", HANDLE_TIMERFD, "");
	assert_link("anon_inode:[signalfd]", HANDLE_SIGNALFD, "");
	assert_link("anon_inode:inotify", HANDLE_INOTIFY, "");
	assert_link("anon_inode:[fanotify]", HANDLE_FANOTIFY, "");
	assert_link("anon_inode:[pidfd]", HANDLE_PIDFD, "");
	assert_link("pidfd:[4]", HANDLE_PIDFD, "");
	assert_link("anon_inode:[userfaultfd]", HANDLE_USERFAULTFD, "");
	assert_link("anon_inode:[io_uring]", HANDLE_IO_URING, "");
	assert_link("anon_inode:[perf_event]", HANDLE_PERF_EVENT, "");
	assert_link("anon_inode:bpf-map", HANDLE_BPF_MAP, "");
	assert_link("anon_inode:bpf-prog", HANDLE_BPF_PROG, "");
	assert_link("anon_inode:bpf_link", HANDLE_BPF_LINK, "");
	assert_link("net:[4026531840]", HANDLE_NAMESPACE_FILE, "net");
	assert_link("cgroup:[4026531835]", HANDLE_NAMESPACE_FILE, "cgroup");
	assert_link("/memfd:cache (deleted)", HANDLE_MEMFD, "");
	assert_link("/dmabuf:", HANDLE_DMABUF, "");
	assert_link("/dev/null", HANDLE_DEVICE, "");
	assert_link("/dev/pts/0", HANDLE_DEVICE, "");
	assert_link("/dev/shm/pool", HANDLE_REGULAR, "");
	assert_link("/tmp/x (deleted)", HANDLE_DELETED, "");
	assert_link("/dev/mqueue/queue", HANDLE_REGULAR, "");
	assert_link("/dev/hugepages/page", HANDLE_REGULAR, "");
	assert_link("/dev/shm/pool (deleted)", HANDLE_DELETED, "");
	assert_link("/dev/gone (deleted)", HANDLE_DEVICE, "");
	assert_link("anon_inode:bpf-link", HANDLE_BPF_LINK, "");
	assert_link("time:[4026531834]", HANDLE_NAMESPACE_FILE, "time");
	assert_link("/etc/passwd", HANDLE_REGULAR, "");
}

static void keeps_what_the_kernel_calls_others(void **state)
{
	(void)state;
	assert_link("anon_inode:kvm-vcpu:3", HANDLE_OTHER_FILE, "kvm-vcpu");
	assert_link("anon_inode:[some new thing]", HANDLE_OTHER_FILE, "some new thing");
	assert_link("anon_inode:a name that is longer than there is room for", HANDLE_OTHER_FILE,
		    "a name that is longer t");
}

static void takes_odd_texts(void **state)
{
	(void)state;
	assert_link("", HANDLE_OTHER_FILE, "");
	assert_link(":", HANDLE_OTHER_FILE, "");
	assert_link("/", HANDLE_REGULAR, "");
	assert_link(" (deleted)", HANDLE_OTHER_FILE, " (deleted)");
	assert_link("/ (deleted)", HANDLE_DELETED, "");
	assert_link("anon_inode:", HANDLE_OTHER_FILE, "");
	assert_link("anon_inode:[", HANDLE_OTHER_FILE, "");
	assert_link("anon_inode:[eventfd", HANDLE_EVENTFD, "");
	assert_link("anon_inode:eventfdx", HANDLE_OTHER_FILE, "eventfdx");
	assert_link("net:4026531840", HANDLE_OTHER_FILE, "net");
	assert_link("/memfd:lie", HANDLE_REGULAR, "");
	assert_link("socket", HANDLE_OTHER_FILE, "socket");
	/* A file that calls itself one. */
	assert_link("/tmp/socket:[1]", HANDLE_REGULAR, "");
}

/* Every kind can be named, shown and told how to be freed. */
static void every_kind_is_described(void **state)
{
	(void)state;
	for (int i = 0; i < HANDLE_KINDS; i++) {
		if (!handle_kind__id(i) || !handle_kind__name(i, false) ||
		    !handle_kind__name(i, true) || !handle_kind__show(i) ||
		    !handle_kind__release(i))
			fail_msg("kind %d is not described", i);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(handle_kind__id(i), handle_kind__id(j));
		assert_false(handle_kind__is_made_by(i, ""));
		assert_false(handle_kind__is_made_by(i, "no_such_function"));
		assert_false(handle_kind__is_in_cache(i, ""));
		assert_false(handle_kind__is_in_cache(i, "kmalloc-64"));
	}
}

static void knows_makers_by_any_name_of_a_system_call(void **state)
{
	(void)state;
	assert_true(handle_kind__is_made_by(HANDLE_EVENTFD, "do_eventfd"));
	assert_true(handle_kind__is_queued_by(HANDLE_INOTIFY, "inotify_handle_inode_event"));
	assert_true(handle_kind__is_queued_by(HANDLE_FANOTIFY, "fanotify_alloc_event.isra.0"));
	assert_false(handle_kind__is_queued_by(HANDLE_FANOTIFY, "inotify_handle_inode_event"));
	assert_false(handle_kind__is_queued_by(HANDLE_INOTIFY, "inotify_init"));
	assert_false(handle_kind__is_queued_by(HANDLE_EVENTFD, "do_eventfd"));
	assert_true(handle_kind__is_made_by(HANDLE_EVENTFD, "__x64_sys_eventfd2"));
	assert_true(handle_kind__is_made_by(HANDLE_EVENTFD, "__arm64_sys_eventfd2"));
	assert_true(handle_kind__is_made_by(HANDLE_EVENTFD, "__do_sys_eventfd"));
	assert_true(handle_kind__is_made_by(HANDLE_NAMESPACE_FILE, "ops_init.part.0"));
	assert_true(handle_kind__is_made_by(HANDLE_QUEUE, "newque"));
	assert_true(handle_kind__is_made_by(HANDLE_FILE, "alloc_empty_file_noaccount"));
	assert_false(handle_kind__is_made_by(HANDLE_EVENTFD, "eventfd_signal"));
	assert_false(handle_kind__is_made_by(HANDLE_EVENTFD, "do_eventfd2"));
	assert_false(handle_kind__is_made_by(HANDLE_EVENTFD, "my_sys_eventfd2"));
	assert_false(handle_kind__is_made_by(HANDLE_REGULAR, "x64_sys_mount"));
	/* a name that ends in '*' stands for all that begin with it */
	assert_true(handle_kind__is_made_by(HANDLE_FILE, "alloc_empty_file"));
	assert_false(handle_kind__is_made_by(HANDLE_FILE, "alloc_empty_fil"));
	assert_true(handle_kind__is_made_by(HANDLE_FILE, "path_openat"));
	assert_false(handle_kind__is_made_by(HANDLE_FILE, "path_openat2"));
	assert_true(handle_kind__is_made_by(HANDLE_MEMFD, "__shmem_file_setup"));
}

static void knows_caches(void **state)
{
	(void)state;
	assert_true(handle_kind__is_in_cache(HANDLE_SOCKET, "UNIX"));
	assert_true(handle_kind__is_in_cache(HANDLE_SOCKET, "filp"));
	assert_false(handle_kind__is_in_cache(HANDLE_SOCKET, "UNI"));
	assert_false(handle_kind__is_in_cache(HANDLE_SOCKET, "UNIXX"));
	assert_false(handle_kind__is_in_cache(HANDLE_SOCKET, "UNIX TCP"));
	assert_true(handle_kind__is_in_cache(HANDLE_THREAD, "task_struct"));
}

/* What the kernel counts itself grows with a leak of its own: nobody is acquitted by it. */
static void sums_of_the_kernel_prove_nothing(void **state)
{
	(void)state;
	assert_false(handle_kind__can_be_released(HANDLE_DENTRY));
	assert_false(handle_kind__can_be_released(HANDLE_INODE));
	assert_false(handle_kind__can_be_released(HANDLE_FILE_ALL));
	assert_false(handle_kind__can_be_released(HANDLE_CONNTRACK));
	assert_false(handle_kind__can_be_released(HANDLE_SOCKET_STATE));
	assert_true(handle_kind__can_be_released(HANDLE_EVENTFD));
	assert_true(handle_kind__can_be_released(HANDLE_QUEUE));
	assert_true(handle_kind__can_be_released(HANDLE_OFFLINE));
	assert_true(handle_kind__can_be_released(HANDLE_KEY));
	assert_true(handle_kind__can_be_released(HANDLE_LOOP));
	assert_true(handle_kind__can_be_released(HANDLE_TMPFS));
	assert_false(handle_kind__can_be_released(HANDLE_BPF_MAP_ALL));
}

/* Of a process are its files and what is no file of it; the sum of all files is none of them. */
static void tells_whose_a_kind_is(void **state)
{
	(void)state;
	assert_false(handle_kind__is_file(HANDLE_FILE));
	assert_true(handle_kind__is_file(HANDLE_REGULAR));
	assert_true(handle_kind__is_file(HANDLE_UNSEEN));
	assert_false(handle_kind__is_file(HANDLE_THREAD));
	assert_false(handle_kind__is_file(HANDLE_FILE_ALL));
	assert_true(handle_kind__is_of_process(HANDLE_FILE));
	assert_true(handle_kind__is_of_process(HANDLE_THREAD));
	assert_true(handle_kind__is_of_process(HANDLE_MAPPING));
	assert_false(handle_kind__is_of_process(HANDLE_SHM));
	assert_false(handle_kind__is_of_process(HANDLE_INODE));
	assert_string_equal(handle_kind__name(HANDLE_SHM, false), "SysV shared memory segment");
	assert_string_equal(handle_kind__name(HANDLE_DENTRY, false), "dentry in use");
	assert_string_equal(handle_kind__name(HANDLE_DENTRY, true), "dentries in use");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_files_by_their_links),
		cmocka_unit_test(keeps_what_the_kernel_calls_others),
		cmocka_unit_test(takes_odd_texts),
		cmocka_unit_test(every_kind_is_described),
		cmocka_unit_test(knows_makers_by_any_name_of_a_system_call),
		cmocka_unit_test(knows_caches),
		cmocka_unit_test(sums_of_the_kernel_prove_nothing),
		cmocka_unit_test(tells_whose_a_kind_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
