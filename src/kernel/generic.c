// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/generic.h"
#include "util/function_name.h"

#include <stddef.h>
#include <string.h>

/* A * stands for any characters: one at an end or in the middle, or one at either end. */
static const char *const constructors[] = {
	/* net/core/skbuff.c, net/core/sock.c, net/socket.c */
	"*alloc_skb*",
	"*build_skb*",
	"skb_clone",
	"skb_copy*",
	"*pskb_copy*",
	"pskb_expand_head",
	"kmalloc_reserve",
	"sock_alloc_send_*",
	"sock_wmalloc",
	"sock_omalloc",
	"sock_kmalloc",
	"sock_alloc",
	"__sock_create",
	"sock_create*",
	"sk_alloc",
	"sk_prot_alloc",
	"sk_clone_lock",
	"*page_frag_alloc*",
	"*page_frag_refill",
	/* fs/inode.c, fs/dcache.c, fs/file_table.c, fs/namei.c, fs/open.c, fs/seq_file.c */
	"alloc_inode",
	"*_alloc_inode",
	"new_inode*",
	"inode_init_always*",
	"iget_locked",
	"iget5_locked*",
	"__d_alloc",
	"d_alloc",
	"d_alloc_*",
	"init_file",
	"alloc_file*",
	"alloc_empty_file*",
	"link_path_walk*",
	"walk_component",
	"*lookup_slow",
	"lookup_one*",
	"lookup_noperm*",
	"path_lookupat*",
	"filename_lookup",
	"kern_path*",
	"path_openat",
	"do_filp_open",
	"do_file_open_root",
	"filp_open",
	"file_open_*",
	"dentry_open",
	"*anon_inode_get*",
	"single_open*",
	"*seq_open*",
	/* security/ */
	"security_*_alloc*",
	"security_prepare_creds",
	"lsm_*_alloc",
	/* lib/ */
	"idr_*",
	"ida_alloc*",
	"radix_tree_*",
	"xas_*",
	"__xas_*",
	"xa_*",
	"__xa_*",
	"rhashtable_*",
	"bucket_table_alloc*",
	"mas_*",
	"__mas_*",
	"mtree_*",
	"__mt_*",
	"*percpu_counter_init*",
	"percpu_ref_init",
	"*percpu_init_rwsem",
	"fprop_local_init*",
	"kobject_set_name*",
	"dev_set_name",
	"sg_alloc_table*",
	"__sg_alloc_table*",
	/* fs/kernfs/, fs/sysfs/, fs/proc/, fs/debugfs/, fs/tracefs/ */
	"debugfs_create_*",
	"debugfs_lookup*",
	"tracefs_create_*",
	"start_creating*",
	"*kernfs_new_node",
	"*kernfs_create_*",
	"sysfs_create_*",
	"sysfs_add_*",
	"internal_create_group*",
	"__proc_create",
	"proc_create*",
	"proc_mkdir*",
	"__register_sysctl_table",
	"register_*sysctl*",
	/* drivers/base/devres.c, kernel/dma/ */
	"devm_k*",
	"*devres_alloc*",
	"dma_alloc_attrs",
	"dma_direct_alloc",
	"dma_pool_alloc",
	/* block/bio.c, mm/mempool.c */
	"bio_alloc*",
	"bio_kmalloc",
	"mempool_create*",
	"mempool_init*",
	/* kernel/ */
	"bpf_map_area_alloc",
	"*alloc_workqueue",
};

static const char *const entries[] = {
	/* system calls; arch/x86/entry, arch/arm64/kernel */
	"entry_*",
	"do_syscall_*",
	"x64_sys_call",
	"ia32_sys_call",
	"*do_fast_syscall_32",
	"do_SYSENTER_32",
	"do_int80_*",
	"el0*",
	"el1*",
	"invoke_syscall*",
	"do_el0_svc*",
	"*exit_to_user_mode*",
	"task_work_run",
	/* threads, work */
	"ret_from_fork*",
	"kthread",
	"kthread_worker_fn",
	"smpboot_thread_fn",
	"worker_thread",
	"rescuer_thread",
	"process_one_work",
	"process_scheduled_works",
	/* interrupts, timers, RCU */
	"asm_*",
	"*sysvec_*",
	"*common_interrupt",
	"handle_irq_event*",
	"__handle_irq_event*",
	"handle_*_irq",
	"irq_thread*",
	"*irq_exit*",
	"handle_softirqs",
	"*do_softirq*",
	"__local_bh_enable_ip",
	"run_ksoftirqd",
	"net_rx_action",
	"__napi_poll*",
	"call_timer_fn",
	"expire_timers",
	"__run_timer*",
	"run_timer_*",
	"*hrtimer_run_*",
	"hrtimer_interrupt",
	"tasklet_action*",
	"rcu_do_batch",
	"rcu_core*",
	"rcu_cpu_kthread",
	/* what starts modules */
	"do_one_initcall",
	"do_init_module",
	"load_module",
	"init_module_from_file",
	"idempotent_init_module",
	"*sys_finit_module",
	"*sys_init_module",
	/* what hands on to files of any kind */
	"*sys_read",
	"*sys_write",
	"*sys_pread64",
	"*sys_pwrite64",
	"*sys_readv",
	"*sys_writev",
	"*sys_ioctl",
	"vfs_read*",
	"vfs_write*",
	"new_sync_read",
	"new_sync_write",
	"do_iter_read*",
	"do_iter_write*",
	"*vfs_ioctl",
	"do_readv",
	"do_writev",
	"seq_read",
	"seq_read_iter",
	"proc_reg_*",
	"proc_sys_*",
	"kernfs_fop_*",
	"sysfs_kf_*",
	"kobj_attr_*",
	"dev_attr_*",
	"module_attr_*",
	"param_attr_*",
	"full_proxy_*",
	"simple_attr_*",
	"debugfs_attr_*",
	/* and to sockets */
	"*sys_sendmsg",
	"*sys_sendto",
	"*sys_recvmsg",
	"*sys_recvfrom",
	"*sock_sendmsg*",
	"*sock_recvmsg*",
	"sock_write_iter",
	"sock_read_iter",
};

static bool ends(const char *name, size_t length, const char *tail)
{
	size_t nr = strlen(tail);

	return length >= nr && !memcmp(name + length - nr, tail, nr);
}

/* The part between two stars, which stands anywhere. */
static bool has(const char *name, size_t length, const char *part, size_t nr)
{
	for (size_t at = 0; at + nr <= length; at++)
		if (name[at] == *part && !memcmp(name + at, part, nr))
			return true;
	return false;
}

static bool matches(const char *pattern, const char *name, size_t length)
{
	const char *rest;

	while (*pattern && *pattern != '*') {
		if (!length || *pattern != *name)
			return false;
		pattern++;
		name++;
		length--;
	}
	if (!*pattern)
		return !length;
	rest = strchr(++pattern, '*');
	return rest ? has(name, length, pattern, (size_t)(rest - pattern))
		    : ends(name, length, pattern);
}

static bool is_one_of(const char *const *list, size_t nr, const char *function)
{
	size_t length = function_name__length(function);

	for (size_t i = 0; i < nr; i++)
		if (matches(list[i], function, length))
			return true;
	return false;
}

bool generic__is_constructor(const char *function)
{
	return is_one_of(constructors, sizeof(constructors) / sizeof(constructors[0]), function);
}

bool generic__is_entry(const char *function)
{
	return is_one_of(entries, sizeof(entries) / sizeof(entries[0]), function);
}
