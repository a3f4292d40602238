// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/attach_plan.h"
#include "trace/origins.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct kernel modern(void)
{
	struct kernel kernel = {
		.release = "6.12.0",
		.area_alloc = {0x1000, 0x2000},
		.page_size = 4096,
		.cpus = 2,
		.memory_bytes = 8ULL << 30,
		.pid_namespace_inode = 0xEFFFFFFC,
		.has_symbols = true,
		.has_btf = true,
	};

	kernel.events[KLEAK_EVENT_KMALLOC].present = true;
	kernel.events[KLEAK_EVENT_KMEM_CACHE_ALLOC].present = true;
	kernel.events[KLEAK_EVENT_KFREE].present = true;
	kernel.events[KLEAK_EVENT_KMEM_CACHE_FREE].present = true;
	kernel.events[KLEAK_EVENT_PERCPU_ALLOC].present = true;
	kernel.events[KLEAK_EVENT_PERCPU_FREE].present = true;
	kernel.functions[FUNCTION_ALLOC_BULK].name = "kmem_cache_alloc_bulk_noprof";
	kernel.functions[FUNCTION_FREE_BULK].name = "kmem_cache_free_bulk";
	kernel.functions[FUNCTION_KVFREE_CALL_RCU].name = "kvfree_call_rcu";
	kernel.functions[FUNCTION_PAGES_BULK].name = "alloc_pages_bulk_noprof";
	for (int i = 0; i < HOOK_FUNCTIONS; i++)
		kernel.functions[i].kprobe_refused = -EOPNOTSUPP;
	kernel.pages_bulk_array = 5;
	return kernel;
}

static struct trace_options defaults(void)
{
	return (struct trace_options){.pid = -1,
				      .max_size = UINT64_MAX,
				      .origins = ORIGIN_SLAB | ORIGIN_VMALLOC | ORIGIN_PERCPU,
				      .stack_depth = 16};
}

static struct plan good(const struct trace_options *options, const struct kernel *kernel)
{
	static struct plan plan;
	char why[256] = "";

	if (attach_plan__make(&plan, options, kernel, why, sizeof(why)))
		fail_msg("%s", why);
	return plan;
}

static bool is_on(const struct plan *plan, const char *program)
{
	for (size_t i = 0; i < nr_hooks; i++)
		if (!strcmp(hooks[i].program, program))
			return plan->hooks[i].on;
	fail_msg("no hook %s", program);
	return false;
}

static bool is_blind_to(const struct plan *plan, const char *part)
{
	for (size_t i = 0; i < plan->nr_blind_spots; i++)
		if (strstr(plan->blind_spot_list[i], part))
			return true;
	return false;
}

static void test_modern_kernel_that_allows_all(void **state)
{
	const struct kernel kernel = modern();
	const struct trace_options options = defaults();
	const struct plan plan = good(&options, &kernel);

	(void)state;
	assert_true(nr_hooks <= PLAN_MAX_HOOKS);
	assert_true(is_on(&plan, "kfree_1") && !is_on(&plan, "kfree_2"));
	assert_true(is_on(&plan, "kmalloc_1"));
	assert_false(is_on(&plan, "kmalloc_node_1")); /* gone since 6.1: no blind spot */
	assert_true(is_on(&plan, "kmem_cache_free_bulk_2"));
	assert_true(is_on(&plan, "kmem_cache_alloc_bulk_1"));
	assert_false(is_on(&plan, "sched_process_fork"));
	assert_false(is_on(&plan, "sched_process_exit"));
	assert_false(is_blind_to(&plan, "bulk"));
	assert_true(is_blind_to(&plan, "before kleak started"));
	assert_int_equal(plan.config.follow, KLEAK_FOLLOW_ALL);
	assert_int_equal(plan.config.page_shift, 12);
	assert_int_equal(plan.config.pid_namespace_inode, 0);
	assert_true(plan.config.slab && plan.config.vmalloc);
}

static void test_refused_hooks_are_blind_spots(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.functions[FUNCTION_FREE_BULK].refused = -EPERM;
	kernel.functions[FUNCTION_ALLOC_BULK].name = NULL;
	plan = good(&options, &kernel);
	assert_false(is_on(&plan, "kmem_cache_free_bulk_1"));
	assert_false(is_on(&plan, "kmem_cache_alloc_bulk_1"));
	assert_true(is_on(&plan, "kvfree_call_rcu_1"));
	assert_true(is_blind_to(&plan, "fentry refused: Operation not permitted"));
	assert_true(is_blind_to(&plan, "no such function"));
}

static void test_missing_tracepoint_is_an_error(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	static struct plan plan;
	char why[256] = "";

	(void)state;
	kernel.events[KLEAK_EVENT_KFREE].present = false;
	assert_int_equal(attach_plan__make(&plan, &options, &kernel, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "kfree"));
}

static void test_filters(void **state)
{
	const struct kernel kernel = modern();
	struct trace_options options = defaults();
	char *command[] = {"ls", NULL};
	struct plan plan;

	(void)state;
	options.pid = 12;
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.follow, KLEAK_FOLLOW_PROCESS);
	assert_true(is_on(&plan, "sched_process_exit"));
	assert_false(is_on(&plan, "sched_process_fork"));
	assert_true(is_blind_to(&plan, "interrupts"));

	options = defaults();
	options.cgroup = "/x";
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.follow, KLEAK_FOLLOW_CGROUP);
	assert_false(is_on(&plan, "sched_process_exit"));

	options = defaults();
	options.command = command;
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.follow, KLEAK_FOLLOW_FAMILY);
	assert_true(is_on(&plan, "sched_process_exit") && is_on(&plan, "sched_process_fork"));
}

static void test_pid_namespace(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();

	(void)state;
	kernel.pid_namespace_inode = 4026532001;
	kernel.pid_namespace_dev = 4;
	assert_int_equal(good(&options, &kernel).config.pid_namespace_inode, 4026532001);
}

static void test_cache_filter(void **state)
{
	const struct kernel kernel = modern();
	struct trace_options options = defaults();
	static struct plan plan;
	char why[256] = "";

	(void)state;
	options.cache = "dentry";
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.nr_wanted, 1);
	assert_int_equal(plan.config.wanted[0].kmalloc_size, 0);
	assert_string_equal(plan.config.wanted[0].name, "dentry");
	assert_false(plan.config.vmalloc);
	options.cache = "kmalloc-cg-1k";
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.wanted[0].kmalloc_size, 1024);
	assert_int_equal(plan.config.wanted[0].kmalloc_flags,
			 KLEAK_CACHE_KMALLOC | KLEAK_CACHE_ACCOUNT);
	options.cache = "kmalloc-rnd-01-64";
	assert_int_equal(attach_plan__make(&plan, &options, &kernel, why, sizeof(why)), -EINVAL);
}

static void test_vmalloc_without_symbols(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	static struct plan plan;
	char why[256] = "";

	(void)state;
	kernel.area_alloc.end = 0;
	kernel.has_symbols = false;
	plan = good(&options, &kernel);
	assert_false(plan.config.vmalloc);
	assert_true(is_blind_to(&plan, "vmalloc is not traced"));
	assert_true(is_blind_to(&plan, "numbers"));
	options.origins = ORIGIN_VMALLOC;
	assert_int_equal(attach_plan__make(&plan, &options, &kernel, why, sizeof(why)), -ENOTSUP);
}

/* What is missing for want of privilege is said, and why. */
static void test_what_privileges_show(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan = good(&options, &kernel);

	(void)state;
	assert_false(is_blind_to(&plan, "CAP_"));
	kernel.slabinfo_err = -EACCES;
	kernel.has_symbols = false;
	kernel.lacks_search = kernel.lacks_ptrace = true;
	kernel.pid_namespace_inode = 1;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "/proc/slabinfo cannot be read: Permission denied"));
	assert_true(is_blind_to(&plan, "needs CAP_SYSLOG and kernel.kptr_restrict below 2"));
	assert_false(is_blind_to(&plan, "CAP_SYS_PTRACE") || is_blind_to(&plan, "namespace"));
	kernel.paths_differ = "they are of two kinds";
	assert_false(is_blind_to(&plan, "what a cgroup is charged with"));
	options.who = true;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "whether others have allocated what a cgroup is charged "
				       "with is not told: they are of two kinds"));
	strcpy(kernel.charges_unknown, "nothing is told of charges");
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "what a cgroup is charged with"));
	assert_true(is_blind_to(&plan, "cgroups of those that allocate are not named"));
	assert_false(is_blind_to(&plan, "files of other users"));
	assert_true(is_blind_to(&plan, "needs CAP_SYS_PTRACE"));
	assert_false(is_blind_to(&plan, "kinds of files"));
	assert_true(is_blind_to(&plan, "this is a PID namespace of its own"));
	kernel.has_btf = false;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "files of other users' processes are not looked at (needs "
				       "CAP_DAC_READ_SEARCH)"));
	assert_true(is_blind_to(&plan, "kinds of files, namespaces and mounts"));
	kernel = modern();
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "CAP_") || is_blind_to(&plan, "namespace"));
}

/* Modules that come and go are watched where that can be, and where they have names. */
static void test_modules(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.has_modules = kernel.has_loop = true;
	plan = good(&options, &kernel);
	assert_true(plan.config.modules && is_on(&plan, "module_load"));
	assert_true(is_on(&plan, "module_free"));
	assert_false(is_blind_to(&plan, "modules that come and go"));
	kernel.has_loop = false; /* before 5.17 */
	plan = good(&options, &kernel);
	assert_false(plan.config.modules || is_on(&plan, "module_load"));
	assert_true(is_blind_to(&plan, "modules that come and go"));
	kernel.has_loop = true;
	kernel.has_symbols = false;
	plan = good(&options, &kernel);
	assert_false(plan.config.modules || is_on(&plan, "module_free"));
}

/* BPF programs are listed where they have names; that they go is seen where workqueues are. */
static void test_bpf_programs(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.has_works = kernel.has_loop = true;
	kernel.program_free = 0x3000;
	kernel.trampoline_free = 0x4000;
	kernel.text = (struct kleak_range){0x1000, 0x9000};
	plan = good(&options, &kernel);
	assert_true(plan.list_code && is_on(&plan, "workqueue_execute_start"));
	assert_int_equal(plan.config.program_free, 0x3000);
	assert_int_equal(plan.config.trampoline_free, 0x4000);
	assert_int_equal(plan.config.text.end, 0x9000);
	kernel.has_btf = false; /* iterators need it */
	plan = good(&options, &kernel);
	assert_true(!plan.list_code && is_on(&plan, "workqueue_execute_start"));
	kernel.has_btf = true;
	kernel.has_loop = false; /* before 5.17: the iterator calls it */
	plan = good(&options, &kernel);
	assert_false(plan.list_code);
	kernel.has_loop = true;
	kernel.program_free = 0;
	plan = good(&options, &kernel);
	assert_false(is_on(&plan, "workqueue_execute_start"));
	kernel.program_free = 0x3000;
	kernel.has_works = false;
	plan = good(&options, &kernel);
	assert_false(plan.config.program_free || is_on(&plan, "workqueue_execute_start"));
	kernel.has_works = true;
	kernel.has_symbols = false;
	plan = good(&options, &kernel);
	assert_false(plan.list_code || plan.config.program_free);
}

static void test_percpu(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan = good(&options, &kernel);

	(void)state;
	assert_true(plan.config.percpu && is_on(&plan, "percpu_alloc_percpu_2"));
	assert_int_equal(plan.config.cpus, 2);
	options.origins = ORIGIN_PERCPU;
	plan = good(&options, &kernel);
	assert_true(is_on(&plan, "percpu_free_percpu_1"));
	assert_false(is_on(&plan, "kmalloc_1"));
	assert_false(is_on(&plan, "kfree_1"));
	kernel.events[KLEAK_EVENT_PERCPU_FREE].present = false;
	plan = good(&options, &kernel);
	assert_false(plan.config.percpu);
	assert_true(is_blind_to(&plan, "per-CPU memory is not traced"));
}

static void test_pages(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan = good(&options, &kernel);
	char why[256] = "";

	(void)state;
	assert_false(plan.config.pages);
	assert_false(is_on(&plan, "mm_page_alloc_1"));
	assert_true(is_blind_to(&plan, "--origin pages"));
	kernel.events[KLEAK_EVENT_PAGE_ALLOC].present = true;
	kernel.events[KLEAK_EVENT_PAGE_FREE].present = true;
	kernel.has_loop = true;
	kernel.page_struct = 64;
	kernel.gfp_movable = 8;
	options.origins |= ORIGIN_PAGES;
	plan = good(&options, &kernel);
	assert_true(plan.config.pages && is_on(&plan, "mm_page_alloc_2"));
	assert_true(is_on(&plan, "mm_page_free_1"));
	assert_int_equal(plan.config.page_struct, 64);
	assert_int_equal(plan.config.gfp_movable, 8);
	assert_true(is_on(&plan, "alloc_pages_bulk_1"));
	assert_int_equal(plan.config.pages_bulk_array, 5);
	assert_false(is_blind_to(&plan, "alloc_pages_bulk()"));
	kernel.functions[FUNCTION_PAGES_BULK].refused = -EPERM;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "alloc_pages_bulk()"));
	kernel.has_loop = false;
	assert_int_equal(attach_plan__make(&plan, &options, &kernel, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "--origin pages"));
}

static void test_unknown_layout_is_a_blind_spot(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan = good(&options, &kernel);

	(void)state;
	assert_true(plan.verify && plan.learn_cpus);
	kernel.percpu_offsets = 0xffffffff82000000;
	plan = good(&options, &kernel);
	assert_true(plan.verify && !plan.learn_cpus);
	snprintf(kernel.slub_unknown, sizeof(kernel.slub_unknown), "no field kmem_cache.cpu_slab");
	plan = good(&options, &kernel);
	assert_false(plan.verify || plan.learn_cpus);
	assert_true(is_blind_to(&plan, "kmem_cache.cpu_slab"));
}

static void test_vmalloc_alone_needs_few_hooks(void **state)
{
	const struct kernel kernel = modern();
	struct trace_options options = defaults();
	struct plan plan;

	(void)state;
	options.origins = ORIGIN_VMALLOC;
	plan = good(&options, &kernel);
	assert_true(is_on(&plan, "kmalloc_1") && is_on(&plan, "kfree_1"));
	assert_false(is_on(&plan, "kmem_cache_alloc_1"));
	assert_false(is_on(&plan, "kmem_cache_free_1"));
	assert_false(is_on(&plan, "kmem_cache_free_bulk_1"));
	assert_false(is_blind_to(&plan, "bulk"));
}

/* Every bucket is in a part, and no more parts are unused than need be. */
static void assert_parts_fit(const struct kleak_config *config)
{
	uint32_t last = (config->buckets - 1) >> config->part_shift;

	assert_true(last < KLEAK_PARTS);
	assert_true(1U << config->part_shift == KLEAK_GROUP_BUCKETS || last >= KLEAK_PARTS / 2);
}

static void test_sizes(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	plan = good(&options, &kernel);
	assert_int_equal(plan.max_objects, (8ULL << 30) / 10240);
	assert_true((uint64_t)plan.config.buckets * KLEAK_BUCKET_KEYS * 3 / 4 >= plan.max_objects);
	assert_int_equal(plan.lanes, 2);

	kernel.memory_bytes = 256 << 20;
	plan = good(&options, &kernel);
	assert_parts_fit(&plan.config);
	assert_int_equal(plan.max_objects, 65536);
	assert_int_equal(plan.config.sites, 4096);

	kernel.memory_bytes = 4ULL << 40;
	kernel.cpus = 100;
	plan = good(&options, &kernel);
	assert_parts_fit(&plan.config);
	assert_int_equal(plan.max_objects, 8 << 20);
	assert_int_equal(plan.lanes, 16);
	assert_int_equal(plan.config.lane_mask, 15);

	options.max_objects = 1000000;
	kernel.cpus = 2;
	plan = good(&options, &kernel);
	assert_int_equal(plan.max_objects, 1000000);
	assert_true(plan.memory_bytes < 64 << 20); /* the budget of a million objects */
	assert_true(plan.own_bytes > 16 << 20);

	options.max_sites = 300;
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.sites, 300);
	assert_int_equal(plan.config.site_entries, 300 + 1 + KLEAK_SITE_PROBES);

	options.max_objects = KLEAK_MAX_OBJECTS;
	plan = good(&options, &kernel);
	assert_true((uint64_t)plan.config.buckets * KLEAK_BUCKET_KEYS < UINT32_MAX);
	assert_parts_fit(&plan.config);
}

static void assert_told_of_scans(const struct kernel *kernel, const char *word, bool told)
{
	struct trace_options options = defaults();
	struct plan plan = good(&options, kernel);

	assert_false(is_blind_to(&plan, word));
	options.scan_s = 60;
	plan = good(&options, kernel);
	assert_int_equal(is_blind_to(&plan, word), told);
}

/* KFENCE hides its objects from scans; kmemleak's are left out. */
static void test_whose_books_are_in_the_way(void **state)
{
	struct kernel kernel = modern();

	(void)state;
	assert_told_of_scans(&kernel, "KFENCE", false);
	assert_told_of_scans(&kernel, "kmemleak", false);
	kernel.kfence = true;
	assert_told_of_scans(&kernel, "KFENCE", true);
	kernel.kmemleak = true;
	assert_told_of_scans(&kernel, "kmemleak", true);
	/* nor is known which parts of per-CPU memory are free */
	assert_told_of_scans(&kernel, "free per-CPU memory", true);
	kernel.percpu.types = 1;
	kernel.percpu_lists = 4711;
	assert_told_of_scans(&kernel, "free per-CPU memory", false);
}

/* What the hook would show stands in kfree_rcu()'s queues, if they are of a known kind. */
static void test_queues(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	plan = good(&options, &kernel);
	assert_false(plan.queues);
	kernel.functions[FUNCTION_KVFREE_CALL_RCU].refused = -EPERM;
	plan = good(&options, &kernel);
	assert_true(plan.queues);
	assert_false(is_blind_to(&plan, "kfree_rcu()"));
	snprintf(kernel.krc_unknown, sizeof(kernel.krc_unknown), "no field krc");
	plan = good(&options, &kernel);
	assert_false(plan.queues);
	assert_true(is_blind_to(&plan, "memory passed to kfree_rcu() counts as outstanding"));
}

/* Every function refuses fentry and fexit, as on arm64 up to 6.1 (ENOTSUPP). */
static struct kernel hardened(bool kprobes)
{
	struct kernel kernel = modern();

	for (int i = 0; i < HOOK_FUNCTIONS; i++) {
		kernel.functions[i].refused = -524;
		kernel.functions[i].kprobe_refused = kprobes ? 0 : -EOPNOTSUPP;
	}
	return kernel;
}

static struct trace_options with_pages(void)
{
	struct trace_options options = defaults();

	options.origins |= ORIGIN_PAGES;
	return options;
}

static struct kernel with_page_events(struct kernel kernel)
{
	kernel.events[KLEAK_EVENT_PAGE_ALLOC].present = true;
	kernel.events[KLEAK_EVENT_PAGE_FREE].present = true;
	kernel.has_loop = true;
	kernel.page_struct = 64;
	return kernel;
}

static void test_scans_of_pages_need_page_tables(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = with_page_events(modern());
	struct plan plan;

	(void)state;
	options.scan_s = 60;
	kernel.tasks.is_arm64 = true;
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "page tables"));
	options.origins |= ORIGIN_PAGES;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "page tables"));
	kernel.page_tables = 4711;
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "page tables"));
}

static bool is_any_kprobe_on(const struct plan *plan)
{
	for (size_t i = 0; i < nr_hooks; i++)
		if (plan->hooks[i].on && hook_is_kprobe(&hooks[i]))
			return true;
	return false;
}

/* Where fentry and fexit are refused kprobes do the same, one program each. */
static void test_kprobes_stand_in(void **state)
{
	const struct trace_options options = with_pages();
	const struct kernel kernel = with_page_events(hardened(true)),
			    allowed = with_page_events(modern());
	struct plan plan = good(&options, &allowed);
	uint64_t memory = plan.memory_bytes;

	(void)state;
	plan = good(&options, &kernel);
	assert_true(is_on(&plan, "free_bulk_entry_1"));
	assert_true(is_on(&plan, "kvfree_call_rcu_entry_1"));
	assert_true(is_on(&plan, "alloc_bulk_entry_1") && is_on(&plan, "alloc_bulk_return_1"));
	assert_true(is_on(&plan, "alloc_pages_bulk_entry_1"));
	assert_true(is_on(&plan, "alloc_pages_bulk_return_1"));
	assert_false(is_on(&plan, "kfree_call_rcu_nolock_entry_1")); /* there is none */
	for (size_t i = 0; i < nr_hooks; i++) {
		assert_true(!plan.hooks[i].on || hooks[i].function == FUNCTION_NONE ||
			    hook_is_kprobe(&hooks[i]));
		if (plan.hooks[i].on && hook_is_kprobe(&hooks[i]))
			assert_string_equal(plan.hooks[i].target,
					    kernel.functions[hooks[i].function].name);
	}
	assert_true(plan.kprobes);
	assert_false(plan.queues);
	assert_true(plan.memory_bytes > memory);
	assert_true(is_blind_to(&plan, "kprobes stand in for fentry and fexit"));
	assert_false(is_blind_to(&plan, "refused"));
	assert_false(is_blind_to(&plan, "kmem_cache_alloc_bulk()"));
}

/* Only for those functions that refuse. */
static void test_kprobes_of_some(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.functions[FUNCTION_ALLOC_BULK].refused = -EPERM;
	kernel.functions[FUNCTION_ALLOC_BULK].kprobe_refused = 0;
	kernel.functions[FUNCTION_FREE_BULK].refused = -EPERM;
	kernel.functions[FUNCTION_FREE_BULK].kprobe_refused = -EINVAL;
	kernel.functions[FUNCTION_KVFREE_CALL_RCU].kprobe_refused = 0; /* not needed */
	plan = good(&options, &kernel);
	assert_true(is_on(&plan, "alloc_bulk_entry_1") && is_on(&plan, "alloc_bulk_return_1"));
	assert_false(is_on(&plan, "kmem_cache_alloc_bulk_1"));
	assert_false(is_on(&plan, "free_bulk_entry_1"));
	assert_false(is_on(&plan, "kvfree_call_rcu_entry_1"));
	assert_true(is_on(&plan, "kvfree_call_rcu_1"));
	assert_true(is_blind_to(&plan, "frees by kmem_cache_free_bulk()"));
	assert_true(is_blind_to(&plan, "kprobes stand in"));
}

/* Neither is to be had: what hides there is told whole. */
static void test_neither_fentry_nor_kprobes(void **state)
{
	const struct trace_options options = with_pages();
	const struct kernel kernel = with_page_events(hardened(false));
	struct plan plan = good(&options, &kernel);

	(void)state;
	assert_false(is_any_kprobe_on(&plan));
	assert_false(plan.kprobes);
	assert_false(is_blind_to(&plan, "kprobes stand in"));
	assert_true(is_blind_to(&plan, "objects from kmem_cache_alloc_bulk()"));
	assert_true(is_blind_to(&plan, "io_uring"));
	assert_true(is_blind_to(&plan, "page pools"));
	/* strerror() does not know this number */
	assert_true(is_blind_to(&plan, "(fexit refused: Not supported by this kernel's BPF"));
	assert_false(is_blind_to(&plan, "error 524"));
	for (size_t i = 0; i < plan.nr_blind_spots; i++)
		assert_true(strlen(plan.blind_spot_list[i]) < PLAN_TEXT - 1);
}

/* --no-fentry: as where every function is refused. */
static void test_no_fentry(void **state)
{
	struct trace_options options = defaults();
	const struct kernel kernel = modern(), refusing = hardened(true);
	struct plan plan;

	(void)state;
	options.no_fentry = true;
	plan = good(&options, &refusing);
	assert_false(is_any_kprobe_on(&plan));
	assert_true(is_blind_to(&plan, "--no-fentry"));
	plan = good(&options, &kernel);
	for (size_t i = 0; i < nr_hooks; i++)
		assert_true(!plan.hooks[i].on || hooks[i].kind == HOOK_RAW_TP);
	assert_true(plan.queues);
	assert_true(is_blind_to(&plan, "--no-fentry"));
}

static void test_stacks_of_any_size(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	options.pid = 1;
	for (kernel.stack_size = 8192; kernel.stack_size <= 65536; kernel.stack_size *= 2) {
		plan = good(&options, &kernel);
		assert_int_equal(plan.config.stack_size, kernel.stack_size);
		assert_true(plan.config.has_others);
		assert_false(is_blind_to(&plan, "how large kernel stacks are"));
	}
	kernel.stack_size = 16384;
	kernel.stack_assumed = true;
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.stack_size, 16384);
	assert_false(plan.config.has_others);
	assert_true(is_blind_to(&plan, "how large kernel stacks are could not be measured: if "
				       "they have not 16384 bytes"));
}

/* What an interrupted program of frees misses is found in the allocator's books, or by a second
 * one. */
static void test_copies_where_the_books_are_not_read(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	plan = good(&options, &kernel);
	assert_true(plan.config.one_copy);
	assert_true(is_on(&plan, "kfree_1") && !is_on(&plan, "kfree_2"));
	snprintf(kernel.slub_unknown, sizeof(kernel.slub_unknown), "no field kmem_cache.cpu_slab");
	plan = good(&options, &kernel);
	assert_false(plan.config.one_copy);
	assert_true(is_on(&plan, "kfree_1") && is_on(&plan, "kfree_2"));
	assert_true(is_on(&plan, "kmem_cache_free_2"));
	options.pid = 1;
	plan = good(&options, &kernel);
	assert_true(plan.config.one_copy);
	assert_false(is_on(&plan, "kfree_2"));
	/* a vm_struct is a slab's object */
	options = defaults();
	kernel = modern();
	options.origins = ORIGIN_VMALLOC;
	plan = good(&options, &kernel);
	assert_true(plan.config.one_copy);
	assert_true(is_on(&plan, "kfree_1") && !is_on(&plan, "kfree_2"));
}

/* What attach_plan__print() says.  free() it. */
static char *explained(const struct plan *plan, const struct kernel *kernel)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	attach_plan__print(plan, kernel, out);
	fclose(out);
	return text;
}

/* From 7.0 on another task may take the CPU in the middle of a program, and allocate. */
static void test_copies_where_programs_may_be_preempted(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	plan = good(&options, &kernel);
	assert_true(is_on(&plan, "kmalloc_1") && is_on(&plan, "kmem_cache_alloc_1"));
	assert_false(is_on(&plan, "kmalloc_2") || is_on(&plan, "kmem_cache_alloc_2"));
	kernel.preemptible = true;
	for (int i = 0; i < 2; i++) {
		plan = good(&options, &kernel);
		assert_true(is_on(&plan, "kmalloc_1") && is_on(&plan, "kmalloc_2"));
		assert_true(is_on(&plan, "kmem_cache_alloc_2") && !is_on(&plan, "kfree_2"));
		options.pid = 1;
	}
}

static void test_explain_tells_the_plan(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;
	char *text;

	(void)state;
	kernel.functions[FUNCTION_FREE_BULK].refused = -EPERM;
	plan = good(&options, &kernel);
	text = explained(&plan, &kernel);
	assert_non_null(strstr(text, "raw_tp kfree\n"));
	assert_non_null(strstr(text, "fexit  kmem_cache_alloc_bulk_noprof  (2 copies)\n"));
	assert_non_null(strstr(text, "fentry kmem_cache_free_bulk: fentry refused"));
	assert_non_null(
		strstr(text, "kprobe kmem_cache_free_bulk: kprobes are not to be had here"));
	assert_non_null(strstr(text, "kretprobe kmem_cache_alloc_bulk_noprof: not needed\n"));
	assert_non_null(strstr(text, "raw_tp kmalloc_node: this kernel has no such tracepoint"));
	assert_non_null(strstr(text, "raw_tp sched_process_fork: not needed"));
	assert_non_null(strstr(text, "live objects"));
	free(text);
}

/* Types from a file: it is said which, and what it costs where the kernel has none of its own. */
static void test_types_from_a_file(void **state)
{
	const struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan = good(&options, &kernel);
	char *text = explained(&plan, &kernel);

	(void)state;
	assert_non_null(strstr(text, "\ntypes from the kernel's own BTF\n"));
	assert_null(plan.types);
	assert_true(plan.has_btf);
	assert_false(is_blind_to(&plan, "another build"));
	free(text);

	kernel.types = "/a/vmlinux";
	plan = good(&options, &kernel);
	text = explained(&plan, &kernel);
	assert_non_null(strstr(text, "\ntypes from /a/vmlinux\n"));
	assert_string_equal(plan.types, "/a/vmlinux");
	assert_true(plan.has_btf);
	assert_true(is_on(&plan, "kmem_cache_free_bulk_1"));
	assert_true(is_blind_to(&plan, "they are from /a/vmlinux"));
	free(text);

	kernel.has_btf = false;
	for (int i = 0; i < HOOK_FUNCTIONS; i++)
		kernel.functions[i].refused = -EOPNOTSUPP;
	plan = good(&options, &kernel);
	text = explained(&plan, &kernel);
	assert_non_null(
		strstr(text, "\ntypes from /a/vmlinux; the kernel has no BTF of its own\n"));
	assert_false(plan.has_btf);
	assert_true(is_on(&plan, "kfree_1"));
	assert_false(is_on(&plan, "kmem_cache_free_bulk_1"));
	assert_true(is_blind_to(&plan, "(fentry needs BTF in the kernel itself)"));
	assert_true(is_blind_to(&plan, "(fexit needs BTF in the kernel itself)"));
	assert_null(strstr(text, "Operation not supported"));
	free(text);
}

static int refused(const struct trace_options *options, const struct kernel *kernel,
		   const char *part)
{
	static struct plan plan;
	char why[256] = "";
	int err = attach_plan__make(&plan, options, kernel, why, sizeof(why));

	if (!strstr(why, part))
		fail_msg("\"%s\" does not say \"%s\"", why, part);
	return err;
}

/* What the programs are told is what the user wants and the kernel has. */
static void test_the_programs_are_told_all(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	options.min_size = 100;
	options.max_size = 200;
	options.who = true;
	options.sampling = 16;
	kernel.page_size = 16384;
	kernel.events[KLEAK_EVENT_KFREE].args.ptr = 3;
	kernel.events[KLEAK_EVENT_PAGE_FREE].args.ptr = 4;
	kernel.kmalloc[0] = (struct kleak_range){1, 2};
	kernel.kmalloc[KLEAK_KMALLOC_RANGES - 1] = (struct kleak_range){3, 4};
	kernel.interrupts[0] = (struct kleak_range){5, 6};
	kernel.interrupts[KLEAK_INTERRUPT_RANGES - 1] = (struct kleak_range){7, 8};
	kernel.gfp_dma = 1;
	kernel.gfp_reclaimable = 2;
	kernel.gfp_account = 4;
	kernel.gfp_movable = 8;
	kernel.gfp_comp = 16;
	kernel.page_struct = 56;
	kernel.kvfree_rcu_offset = kernel.bulk_all_or_none = kernel.has_cast = true;
	kernel.preemptible = true;
	kernel.jiffy_ns = 4000000;
	kernel.stack_size = 16384;
	plan = good(&options, &kernel);
	assert_int_equal(plan.sampling, 16);
	assert_int_equal(plan.config.min_size, 100);
	assert_int_equal(plan.config.max_size, 200);
	assert_int_equal(plan.config.frames, 16 + KLEAK_PLUMBING_DEPTH);
	assert_int_equal(plan.config.page_shift, 14);
	assert_int_equal(plan.config.args[KLEAK_EVENT_KFREE].ptr, 3);
	assert_int_equal(plan.config.args[KLEAK_EVENT_PAGE_FREE].ptr, 4);
	assert_int_equal(plan.config.area_alloc.start, 0x1000);
	assert_memory_equal(plan.config.kmalloc, kernel.kmalloc, sizeof(kernel.kmalloc));
	assert_memory_equal(plan.config.interrupts, kernel.interrupts, sizeof(kernel.interrupts));
	assert_int_equal(plan.config.gfp_dma, 1);
	assert_int_equal(plan.config.gfp_reclaimable, 2);
	assert_int_equal(plan.config.gfp_account, 4);
	assert_int_equal(plan.config.gfp_movable, 8);
	assert_int_equal(plan.config.gfp_comp, 16);
	assert_int_equal(plan.config.page_struct, 56);
	assert_true(plan.config.kvfree_rcu_offset && plan.config.bulk_all_or_none);
	assert_true(plan.has_cast && plan.config.preemptible && plan.config.who);
	assert_int_equal(plan.config.jiffy_ns, 4000000);
	assert_int_equal(plan.config.stack_size, 16384);
	assert_false(plan.config.has_others);
	plan = good(&(struct trace_options){.pid = -1, .origins = ORIGIN_PAGES << 1}, &kernel);
	assert_false(plan.config.who || plan.config.slab || plan.config.vmalloc ||
		     plan.config.percpu || plan.config.pages);
}

/* A plan is made anew, whatever stood there. */
static void test_no_plan_has_a_part_of_another(void **state)
{
	static struct plan plan;
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	char why[256];

	(void)state;
	memset(&plan, 0xff, sizeof(plan));
	assert_int_equal(attach_plan__make(&plan, &options, &kernel, why, sizeof(why)), 0);
	assert_int_equal(plan.config.nr_wanted, 0);
	assert_false(plan.queues || plan.config.one_copy != 1);
	for (size_t i = 0; i < plan.nr_blind_spots; i++)
		assert_ptr_equal(plan.blind_spot_list[i], plan.blind_spots[i]);
}

static uint64_t memory_of(const struct trace_options *options, const struct kernel *kernel)
{
	return good(options, kernel).memory_bytes;
}

/* What the maps take: with each part the more that this has. */
static void test_memory(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	char *command[] = {"ls", NULL};
	struct plan plan = good(&options, &kernel);
	uint64_t least = plan.memory_bytes;

	(void)state;
	assert_int_equal(least, (uint64_t)plan.config.buckets * sizeof(struct kleak_bucket) +
					(16384ULL + 1 + KLEAK_SITE_PROBES) *
						(sizeof(struct kleak_site) +
						 2 * sizeof(struct kleak_tally)) +
					KLEAK_MAX_CACHES * sizeof(struct kleak_cache) + 4 * 32768 +
					2 * 32768 / 8 + 4 * 8192 + 4 * 4096 + 8 * 4096 + 8 * 1024 +
					KLEAK_STEP_BYTES + KLEAK_CHAIN_BYTES + KLEAK_READ_MOST +
					8 * KLEAK_MAX_CPUS + 2 * KLEAK_SCRATCH_BYTES);
	assert_int_equal(plan.own_bytes, (16 << 20) + 20 * plan.max_objects + 2560 * 16384);
	options.scan_s = 60;
	plan = good(&options, &kernel);
	assert_int_equal(plan.memory_bytes, least);
	assert_int_equal(plan.own_bytes, (16 << 20) + 180 * plan.max_objects + 2560 * 16384);
	options.scan_s = 0;
	kernel.has_modules = kernel.has_loop = true;
	assert_int_equal(memory_of(&options, &kernel), least + KLEAK_MODULE_RING);
	kernel.has_modules = false;
	kernel.has_works = true;
	kernel.program_free = 0x3000;
	assert_int_equal(memory_of(&options, &kernel), least + KLEAK_MODULE_RING);
	kernel = modern();
	options.who = true;
	assert_int_equal(memory_of(&options, &kernel),
			 least +
				 KLEAK_MAX_WHO * (64 + sizeof(struct kleak_who) +
						  sizeof(struct kleak_who_times)) +
				 KLEAK_MAX_FREERS * (64 + 8 + sizeof(struct kleak_freer)));
	options = defaults();
	options.command = command; /* its key and its value take eight bytes each */
	assert_int_equal(memory_of(&options, &kernel), least + KLEAK_MAX_FAMILY * (64 + 8 + 8));
}

/* Room for a third more than that many objects, in whole groups of buckets. */
static void test_places(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();

	(void)state;
	for (options.max_objects = 1024; options.max_objects < 100000; options.max_objects += 777) {
		struct plan plan = good(&options, &kernel);
		uint64_t places = (uint64_t)plan.config.buckets * KLEAK_BUCKET_KEYS;
		uint64_t wanted = options.max_objects + options.max_objects / 3;

		assert_int_equal(plan.config.buckets % KLEAK_GROUP_BUCKETS, 0);
		assert_true(places >= wanted);
		assert_true(places <= wanted + KLEAK_BUCKET_KEYS * KLEAK_GROUP_BUCKETS);
	}
	options = defaults();
	kernel.memory_bytes = 1ULL << 30; /* no small machine */
	assert_int_equal(good(&options, &kernel).config.sites, 16384);
	kernel.memory_bytes--;
	assert_int_equal(good(&options, &kernel).config.sites, 4096);
}

/* A lane for each CPU, sixteen at most; a power of two. */
static void test_lanes(void **state)
{
	static const uint32_t known[][2] = {{1, 1}, {2, 2},   {3, 4},	{4, 4},
					    {5, 8}, {16, 16}, {17, 16}, {1000, 16}};
	const struct trace_options options = defaults();
	struct kernel kernel = modern();

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		kernel.cpus = known[i][0];
		assert_int_equal(good(&options, &kernel).lanes, known[i][1]);
	}
}

static void test_lists_of_caches(void **state)
{
	const struct kernel kernel = modern();
	struct trace_options options = defaults();
	struct plan plan;

	(void)state;
	options.cache = "dentry,kmalloc-cg-64";
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.nr_wanted, 2);
	assert_string_equal(plan.config.wanted[0].name, "dentry");
	assert_int_equal(plan.config.wanted[1].kmalloc_size, 64);
	assert_true(plan.config.slab);
	assert_false(plan.config.vmalloc || plan.config.percpu || plan.config.pages);
	/* what else there is stays, and any kind of kmalloc will do */
	options.lenient = true;
	plan = good(&options, &kernel);
	assert_true(plan.config.vmalloc && plan.config.percpu);
	assert_int_equal(plan.config.wanted[1].kmalloc_flags, KLEAK_ANY_KIND);
	options.cache = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16";
	assert_int_equal(good(&options, &kernel).config.nr_wanted, KLEAK_MAX_WANTED);
	options.cache = "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17";
	assert_int_equal(refused(&options, &kernel, "16 names at most"), -EINVAL);
	options.cache = "filp,kmalloc-rnd-01-64,dentry";
	assert_int_equal(refused(&options, &kernel, "--cache kmalloc-rnd-01-64:"), -EINVAL);
}

/* Each of them is needed. */
static void test_pages_need_all_of_it(void **state)
{
	struct trace_options options = defaults();
	struct kernel all = modern();

	(void)state;
	options.origins = ORIGIN_PAGES;
	all.events[KLEAK_EVENT_PAGE_ALLOC].present = true;
	all.events[KLEAK_EVENT_PAGE_FREE].present = true;
	all.has_loop = true;
	all.page_struct = 64;
	assert_true(good(&options, &all).config.pages);
	for (int lacks = 0; lacks < 5; lacks++) {
		struct kernel kernel = all;

		kernel.events[KLEAK_EVENT_PAGE_ALLOC].present = lacks != 0;
		kernel.events[KLEAK_EVENT_PAGE_FREE].present = lacks != 1;
		kernel.has_loop = lacks != 2;
		kernel.page_struct = lacks != 3 ? 64 : 0;
		kernel.has_symbols = lacks != 4;
		assert_int_equal(refused(&options, &kernel, "--origin pages needs"), -ENOTSUP);
	}
}

static void test_percpu_needs_both_tracepoints(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.events[KLEAK_EVENT_PERCPU_ALLOC].present = false;
	assert_false(good(&options, &kernel).config.percpu);
	kernel = modern();
	kernel.events[KLEAK_EVENT_PERCPU_FREE].present = false;
	assert_false(good(&options, &kernel).config.percpu);
	options.origins = ORIGIN_SLAB; /* who does not want it is not told */
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "per-CPU memory is not traced"));
}

/* Blind spots are told of what is traced, and not of what is not. */
static void test_blind_spots_of_what_is_traced(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "vmalloc areas passed to kvfree_rcu()"));
	assert_false(is_blind_to(&plan, "interrupts"));
	assert_false(is_blind_to(&plan, "own books"));
	assert_false(is_blind_to(&plan, "dentries"));
	assert_false(is_blind_to(&plan, "numbers"));
	snprintf(kernel.slub_unknown, sizeof(kernel.slub_unknown), "no slub");
	snprintf(kernel.vfs_unknown, sizeof(kernel.vfs_unknown), "no vfs");
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "own books, which this kernel keeps in another way (no "
				       "slub)"));
	assert_true(is_blind_to(&plan, "this kernel keeps them in another way (no vfs)"));
	options.origins = ORIGIN_SLAB;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "own books"));
	assert_false(is_blind_to(&plan, "vmalloc areas"));
	options.origins = ORIGIN_VMALLOC;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "own books"));
	assert_false(is_blind_to(&plan, "dentries"));
	options.origins = ORIGIN_PERCPU;
	plan = good(&options, &kernel);
	assert_false(is_blind_to(&plan, "own books"));
}

/* Frees by bulk are found in the books, where these are read. */
static void test_what_a_refused_hook_costs(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;
	size_t times = 0;

	(void)state;
	kernel.functions[FUNCTION_FREE_BULK].refused = -EPERM;
	kernel.functions[FUNCTION_ALLOC_BULK].refused = -EBUSY;
	kernel.functions[FUNCTION_FREE_BULK].kprobe_refused = -EOPNOTSUPP;
	kernel.functions[FUNCTION_ALLOC_BULK].kprobe_refused = -EOPNOTSUPP;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "not seen at once, only in the allocator's books before "
				       "anything is listed (fentry refused: Operation not "
				       "permitted)"));
	assert_true(is_blind_to(&plan, "maple tree nodes (fexit refused: "));
	/* arm64 up to 6.1; a sentence that fits */
	kernel.functions[FUNCTION_FREE_BULK].refused = -524;
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "anything is listed (fentry refused: Not supported by this "
				       "kernel's BPF (ENOTSUPP; is net.core.bpf_jit_enable 0?))"));
	snprintf(kernel.slub_unknown, sizeof(kernel.slub_unknown), "no slub");
	plan = good(&options, &kernel);
	assert_true(is_blind_to(&plan, "not seen at once: what they free is listed until its "
				       "address is used again (fentry refused"));
	assert_false(plan.queues);
	/* once, whatever number of programs there would be */
	for (size_t i = 0; i < plan.nr_blind_spots; i++)
		times += !!strstr(plan.blind_spots[i], "kmem_cache_free_bulk()");
	assert_int_equal(times, 1);
}

/* Without the books nothing shows what waits in kfree_rcu()'s queues. */
static void test_queues_need_the_books(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	struct plan plan;

	(void)state;
	kernel.functions[FUNCTION_KVFREE_CALL_RCU].refused = -EPERM;
	snprintf(kernel.slub_unknown, sizeof(kernel.slub_unknown), "no slub");
	plan = good(&options, &kernel);
	assert_false(plan.queues);
	assert_true(is_blind_to(&plan, "memory passed to kfree_rcu() counts as outstanding"));
}

/* Only what follows processes has to tell their stacks from others'. */
static void test_others(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	char *command[] = {"ls", NULL};
	struct plan plan;

	(void)state;
	assert_false(good(&options, &kernel).config.has_others);
	options.cgroup = "/x";
	assert_false(good(&options, &kernel).config.has_others);
	options.cgroup = NULL;
	options.command = command;
	plan = good(&options, &kernel);
	assert_true(plan.config.has_others && is_on(&plan, "task_newtask"));
	options.command = NULL;
	options.pid = 0;
	plan = good(&options, &kernel);
	assert_int_equal(plan.config.follow, KLEAK_FOLLOW_PROCESS);
	assert_false(is_on(&plan, "sched_process_fork"));
}

static char *print(const struct trace_options *options, const struct kernel *kernel)
{
	const struct plan plan = good(options, kernel);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	attach_plan__print(&plan, kernel, out);
	fclose(out);
	return text;
}

static void test_explain_tells_numbers(void **state)
{
	struct trace_options options = defaults();
	struct kernel kernel = modern();
	char *text;

	(void)state;
	options.max_objects = 65536;
	options.max_sites = 4096;
	text = print(&options, &kernel);
	assert_non_null(strstr(
		text,
		"kernel 6.12.0, 2 possible CPUs\ntypes from the kernel's own BTF\n\nhooks on\n"));
	assert_non_null(strstr(text, "  raw_tp kmem_cache_free\n"));
	assert_non_null(strstr(text, "  vmalloc through kmalloc in __get_vm_area_node"));
	assert_null(strstr(text, "its own queues"));
	assert_non_null(strstr(text, "\n\nhooks off\n"));
	assert_non_null(strstr(text, "\n  raw_tp mm_page_alloc: not needed\n"));
	/* a copy stands in the line of the first */
	assert_null(strstr(strstr(text, "raw_tp mm_page_alloc: ") + 1, "raw_tp mm_page_alloc: "));
	assert_null(strstr(strstr(text, "raw_tp kmalloc\n") + 1, "raw_tp kmalloc\n"));
	assert_non_null(strstr(text, "\nblind spots\n  memory allocated before kleak started is "
				     "not listed\n"));
	assert_non_null(strstr(text, " MiB of kernel maps, for 65536 live objects and 4096 call "
				     "sites; "));
	/* 16 MiB, 20 bytes of an object and 2560 of a site */
	assert_non_null(strstr(text, "about 16 MiB, up to 27.2 MiB when"));
	free(text);
	kernel.functions[FUNCTION_KVFREE_CALL_RCU].refused = -EPERM;
	options.origins = ORIGIN_SLAB;
	text = print(&options, &kernel);
	assert_non_null(strstr(text, "  kfree_rcu through its own queues, before anything"));
	assert_null(strstr(text, "  vmalloc through kmalloc"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_modern_kernel_that_allows_all),
		cmocka_unit_test(test_refused_hooks_are_blind_spots),
		cmocka_unit_test(test_missing_tracepoint_is_an_error),
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_pid_namespace),
		cmocka_unit_test(test_cache_filter),
		cmocka_unit_test(test_vmalloc_without_symbols),
		cmocka_unit_test(test_what_privileges_show),
		cmocka_unit_test(test_modules),
		cmocka_unit_test(test_bpf_programs),
		cmocka_unit_test(test_percpu),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_unknown_layout_is_a_blind_spot),
		cmocka_unit_test(test_vmalloc_alone_needs_few_hooks),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_whose_books_are_in_the_way),
		cmocka_unit_test(test_scans_of_pages_need_page_tables),
		cmocka_unit_test(test_stacks_of_any_size),
		cmocka_unit_test(test_queues),
		cmocka_unit_test(test_kprobes_stand_in),
		cmocka_unit_test(test_kprobes_of_some),
		cmocka_unit_test(test_neither_fentry_nor_kprobes),
		cmocka_unit_test(test_no_fentry),
		cmocka_unit_test(test_copies_where_the_books_are_not_read),
		cmocka_unit_test(test_copies_where_programs_may_be_preempted),
		cmocka_unit_test(test_explain_tells_the_plan),
		cmocka_unit_test(test_types_from_a_file),
		cmocka_unit_test(test_the_programs_are_told_all),
		cmocka_unit_test(test_no_plan_has_a_part_of_another),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_lanes),
		cmocka_unit_test(test_lists_of_caches),
		cmocka_unit_test(test_pages_need_all_of_it),
		cmocka_unit_test(test_percpu_needs_both_tracepoints),
		cmocka_unit_test(test_blind_spots_of_what_is_traced),
		cmocka_unit_test(test_what_a_refused_hook_costs),
		cmocka_unit_test(test_queues_need_the_books),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_explain_tells_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
