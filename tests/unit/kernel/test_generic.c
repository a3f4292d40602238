// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/generic.h"

static void test_constructors(void **state)
{
	static const char *const names[] = {
		"alloc_skb_with_frags",
		"__alloc_skb",
		"napi_alloc_skb",
		"new_inode_pseudo",
		"ext4_alloc_inode",
		"security_inode_alloc",
		"idr_get_free",
		"percpu_counter_init",
		"__percpu_counter_init_many.isra.0",
		"kernfs_new_node",
		"__kernfs_new_node",
		"d_alloc_parallel",
		"path_openat",
		"__sock_create",
		"sock_create_kern",
		"filp_open",
		"file_open_root",
		"debugfs_create_dir",
		"debugfs_create_file_full",
		"__lookup_slow",
		"lookup_one_len",
		"kern_path_create",
		"link_path_walk.part.0",
		"alloc_file_pseudo",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!generic__is_constructor(names[i]))
			fail_msg("%s is one", names[i]);
}

static void test_others(void **state)
{
	static const char *const names[] = {
		"",
		"newque",
		"copy_net_ns",
		"alloc_inodes",
		"security_alloc",
		"my_skb_clone",
		"sk_alloc_x",
		"security_",
		"percpu",
		"do_sys_openat2",
		"__sys_socket",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (generic__is_constructor(names[i]) || generic__is_entry(names[i]))
			fail_msg("%s is none", names[i]);
}

static void test_entries(void **state)
{
	static const char *const names[] = {
		"do_syscall_64",   "entry_SYSCALL_64_after_hwframe",
		"__x64_sys_write", "vfs_write",
		"worker_thread",   "asm_sysvec_apic_timer_interrupt",
		"el0t_64_sync",	   "ret_from_fork_asm",
		"call_timer_fn",   "kthread",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!generic__is_entry(names[i]))
			fail_msg("%s is one", names[i]);
	assert_false(generic__is_entry("__x64_sys_msgget"));
	assert_false(generic__is_entry("ksys_unshare"));
	assert_false(generic__is_entry("kthread_create"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_constructors),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
