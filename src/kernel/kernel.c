// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kernel.h"
#include "kernel/attachable.h"
#include "kernel/books.h"
#include "kernel/btf_find.h"
#include "kernel/charge_layout.h"
#include "kernel/memory_hierarchy.h"
#include "util/reason.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define LEAST_STACK 4096 /* bytes of a kernel stack */
#define MOST_STACK  (1U << 20)

static bool has_capability(int number)
{
	unsigned long long effective = 0;
	char line[256];
	FILE *file = fopen("/proc/self/status", "re");

	if (!file)
		return geteuid() == 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "CapEff: %llx", &effective) == 1)
			break;
	fclose(file);
	return effective >> number & 1;
}

/* 0 or -errno. */
static int try_to_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = -errno;

	if (fd < 0)
		return err;
	close(fd);
	return 0;
}

static bool is_confidential(void)
{
	char line[128] = "";
	FILE *file = fopen("/sys/kernel/security/lockdown", "re");

	if (!file)
		return false;
	if (!fgets(line, sizeof(line), file))
		line[0] = '\0';
	fclose(file);
	return strstr(line, "[confidentiality]");
}

/* A container may refuse the system call whatever its capabilities. */
static int try_bpf(char *why, size_t len)
{
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 8, 1, NULL), err = 0;

	if (map >= 0) {
		close(map);
		return 0;
	}
	err = -errno;
	snprintf(why, len,
		 "the bpf() system call fails here (%s): run kleak on the host, or in a container "
		 "that may use it",
		 reason__of(-err));
	return err;
}

/*
 * Does the kernel take a program with the atomic operation `what` (BPF_ADD, ...)?  Reads nothing
 * and attaches to nothing.
 */
static bool takes_atomic(int what)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_STX | BPF_MEM | BPF_DW,
		 .dst_reg = BPF_REG_10,
		 .src_reg = BPF_REG_0,
		 .off = -8},
		{.code = BPF_STX | BPF_ATOMIC | BPF_DW,
		 .dst_reg = BPF_REG_10,
		 .src_reg = BPF_REG_0,
		 .off = -8,
		 .imm = what},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "kleak_try", "GPL", insns,
				    sizeof(insns) / sizeof(insns[0]), NULL);

	if (program < 0)
		return false;
	close(program);
	return true;
}

/*
 * Atomic operations that return what was there before: 5.12 (5ca419f2864a, "bpf: Add BPF_FETCH
 * field / create atomic_fetch_add instruction"); arm64 has them later, by 5.19.  Any kernel adds,
 * unless it takes no programs at all.
 */
static int check_atomics(char *why, size_t len)
{
	if (takes_atomic(BPF_ADD | BPF_FETCH) || !takes_atomic(BPF_ADD))
		return 0;
	snprintf(why, len,
		 "this kernel's BPF has no atomic operations (Linux 5.12 and later have them): "
		 "kleak cannot trace it; kleak ledger works");
	return -ENOTSUP;
}

int kernel__check(char *why, size_t len)
{
	bool admin = has_capability(CAP_SYS_ADMIN);

	if (!admin && !(has_capability(CAP_BPF) && has_capability(CAP_PERFMON))) {
		snprintf(why, len,
			 "tracing the kernel needs root, or CAP_BPF and CAP_PERFMON: try sudo");
		return -EPERM;
	}
	if (is_confidential()) {
		snprintf(
			why, len,
			"the kernel is locked down (confidentiality): BPF may not read its memory; "
			"boot with lockdown=integrity or without lockdown");
		return -EPERM;
	}
	return try_bpf(why, len) ?: check_atomics(why, len);
}

/* ---- BTF ---- */

/* The type behind const, volatile and restrict. */
static const struct btf_type *unqualified(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

static bool is_named(const struct btf *btf, const struct btf_type *type, const char *name)
{
	const char *its = type ? btf__name_by_offset(btf, type->name_off) : NULL;

	return its && !strcmp(its, name);
}

/* Which of an event's arguments has this type; NULL: one that is of no interest. */
static __u8 *slot_for(struct kleak_event_args *args, const struct btf *btf, __u32 id, int position)
{
	const struct btf_type *type = unqualified(btf, id);

	if (!type)
		return NULL;
	if (btf_is_typedef(type)) {
		if (is_named(btf, type, "gfp_t"))
			return &args->gfp;
		if (is_named(btf, type, "size_t"))
			return args->requested == KLEAK_ARG_NONE ? &args->requested
								 : &args->allocated;
		return NULL;
	}
	if (btf_is_ptr(type)) {
		const struct btf_type *target;

		if (!type->type)
			return &args->ptr; /* void * */
		target = unqualified(btf, type->type);
		if (!target || btf_kind(target) == BTF_KIND_UNKN)
			return &args->ptr; /* const void * */
		if (btf_is_struct(target) && is_named(btf, target, "kmem_cache"))
			return &args->cache;
		return NULL;
	}
	return position == 0 ? &args->call_site : NULL;
}

static bool is_complete(enum kleak_event event, const struct kleak_event_args *args)
{
	if (event == KLEAK_EVENT_PERCPU_ALLOC)
		return args->ptr != KLEAK_ARG_NONE && args->requested != KLEAK_ARG_NONE;
	if (event == KLEAK_EVENT_PERCPU_FREE)
		return args->ptr != KLEAK_ARG_NONE;
	if (args->ptr == KLEAK_ARG_NONE || args->call_site == KLEAK_ARG_NONE)
		return false;
	if (event == KLEAK_EVENT_KFREE || event == KLEAK_EVENT_KMEM_CACHE_FREE)
		return true;
	if (args->gfp == KLEAK_ARG_NONE)
		return false;
	return args->cache != KLEAK_ARG_NONE || args->allocated != KLEAK_ARG_NONE;
}

static bool is_percpu(enum kleak_event event)
{
	return event == KLEAK_EVENT_PERCPU_ALLOC || event == KLEAK_EVENT_PERCPU_FREE;
}

/*
 * The per-CPU events pass base_addr and then, last of the pointers, the per-CPU
 * pointer; the first size is the one asked for; the call site is missing up to
 * 5.17, where the first argument is a bool, and so are the gfp flags.
 */
static void read_percpu_args(struct kleak_event_args *args, const struct btf *btf,
			     const struct btf_type *proto)
{
	const struct btf_param *params = btf_params(proto);

	for (int i = 1; i < btf_vlen(proto); i++) {
		const struct btf_type *type = unqualified(btf, params[i].type);

		if (!type)
			continue;
		if (btf_is_ptr(type))
			args->ptr = i - 1;
		else if (btf_is_typedef(type) && is_named(btf, type, "size_t") &&
			 args->requested == KLEAK_ARG_NONE)
			args->requested = i - 1;
		else if (btf_is_typedef(type) && is_named(btf, type, "gfp_t"))
			args->gfp = i - 1;
		else if (i == 1 && btf_is_int(type) && type->size == sizeof(__u64))
			args->call_site = i - 1;
	}
}

static void read_slab_args(struct kleak_event_args *args, const struct btf *btf,
			   const struct btf_type *proto)
{
	const struct btf_param *params = btf_params(proto);

	/* parameter 0 is the tracepoint's private `void *__data` */
	for (int i = 1; i < btf_vlen(proto); i++) {
		__u8 *slot = slot_for(args, btf, params[i].type, i - 1);

		if (slot && *slot == KLEAK_ARG_NONE)
			*slot = i - 1;
	}
}

/* Arguments of the tracepoint `name`.  0, -ENOENT: no such tracepoint, -ENOTSUP. */
static int read_event(struct kleak_event_args *args, const struct btf *btf, enum kleak_event event)
{
	const struct btf_type *type;
	char name[64];
	__s32 id;

	snprintf(name, sizeof(name), "btf_trace_%s", hook_event_names[event]);
	id = btf__find_by_name_kind(btf, name, BTF_KIND_TYPEDEF);
	if (id < 0)
		return -ENOENT;
	type = btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
	if (!type || !btf_is_ptr(type))
		return -ENOTSUP;
	type = btf__type_by_id(btf, type->type);
	if (!type || !btf_is_func_proto(type))
		return -ENOTSUP;

	memset(args, KLEAK_ARG_NONE, sizeof(*args));
	if (event == KLEAK_EVENT_PAGE_ALLOC || event == KLEAK_EVENT_PAGE_FREE)
		return 0; /* (page, order, gfp_flags, ...) from 5.4 to 6.18 at least */
	if (is_percpu(event))
		read_percpu_args(args, btf, type);
	else
		read_slab_args(args, btf, type);
	return is_complete(event, args) ? 0 : -ENOTSUP;
}

/* Bit number `name` of an anonymous enum, as a mask; `otherwise` where there is none. */
static uint32_t bit_of_enum(const struct btf *btf, const char *name, uint32_t otherwise)
{
	__u32 nr = btf__type_cnt(btf);

	for (__u32 id = 1; id < nr; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *values;

		if (!btf_is_enum(type) || type->name_off)
			continue;
		values = btf_enum(type);
		for (int i = 0; i < btf_vlen(type); i++) {
			const char *its = btf__name_by_offset(btf, values[i].name_off);

			if (its && !strcmp(its, name) && values[i].val >= 0 && values[i].val < 32)
				return 1U << values[i].val;
		}
	}
	return otherwise;
}

/* The prototype of a function, or NULL. */
static const struct btf_type *proto_of(const struct btf *btf, const char *function)
{
	__s32 id = btf__find_by_name_kind(btf, function, BTF_KIND_FUNC);

	return id < 0 ? NULL : btf__type_by_id(btf, btf__type_by_id(btf, id)->type);
}

/* Position of a function's last argument. */
static uint8_t last_argument(const struct btf *btf, const char *function)
{
	const struct btf_type *proto = proto_of(btf, function);

	return proto && btf_vlen(proto) ? btf_vlen(proto) - 1 : 0;
}

/* From 6.6 on the second parameter of kvfree_call_rcu() is `void *ptr`. */
static bool takes_offset(const struct btf *btf, const char *function)
{
	const struct btf_type *proto = proto_of(btf, function), *second;

	if (!proto || btf_vlen(proto) < 2)
		return false;
	second = unqualified(btf, btf_params(proto)[1].type);
	return !(second && btf_is_ptr(second) && !second->type);
}

/* From 7.2 on kmem_cache_alloc_bulk() returns whether it has allocated all, not how many. */
static bool returns_bool(const struct btf *btf, const char *function)
{
	const struct btf_type *proto = proto_of(btf, function), *its;

	its = proto ? unqualified(btf, proto->type) : NULL;
	if (its && btf_is_typedef(its))
		its = unqualified(btf, its->type);
	return its && btf_is_int(its) && btf_int_encoding(its) & BTF_INT_BOOL;
}

/*
 * Tracepoints run under SRCU's fast readers from 7.0 on, not without preemption
 * (include/linux/tracepoint.h).  Nothing that BTF has says so; those readers came one version
 * before.  (With lockdep their initializer has a longer name.)
 */
static bool has_preemptible_tracepoints(const struct btf *btf)
{
	return btf__find_by_name_kind(btf, "init_srcu_struct_fast", BTF_KIND_FUNC) >= 0 ||
	       btf__find_by_name_kind(btf, "__init_srcu_struct_fast", BTF_KIND_FUNC) >= 0;
}

int kernel__read_btf(struct kernel *kernel, const struct btf *btf, char *why, size_t len)
{
	for (int i = 0; i < KLEAK_EVENTS; i++) {
		int err = read_event(&kernel->events[i].args, btf, i);

		if (err == -ENOTSUP) {
			snprintf(why, len,
				 "the tracepoint %s of this kernel has arguments that this version "
				 "of kleak does not know: please report it with the output of "
				 "uname -r",
				 hook_event_names[i]);
			return err;
		}
		kernel->events[i].present = !err;
	}

	/* include/linux/gfp_types.h: an enum of bit numbers from 6.9 on, constants before */
	kernel->gfp_dma = bit_of_enum(btf, "___GFP_DMA_BIT", 0x01);
	kernel->gfp_reclaimable = bit_of_enum(btf, "___GFP_RECLAIMABLE_BIT", 0x10);
	kernel->gfp_movable = bit_of_enum(btf, "___GFP_MOVABLE_BIT", 0x08);
	kernel->gfp_comp = bit_of_enum(btf, "___GFP_COMP_BIT", 0x40000);
	kernel->gfp_account = bit_of_enum(btf, "___GFP_ACCOUNT_BIT", 0x400000);

	kernel->page_struct = btf_find__size(btf, "page");
	kernel->has_modules =
		btf__find_by_name_kind(btf, "btf_trace_module_load", BTF_KIND_TYPEDEF) >= 0 &&
		btf__find_by_name_kind(btf, "mod_kallsyms", BTF_KIND_STRUCT) >= 0;
	kernel->has_works = btf__find_by_name_kind(btf, "btf_trace_workqueue_execute_start",
						   BTF_KIND_TYPEDEF) >= 0;
	kernel->preemptible = has_preemptible_tracepoints(btf);
	for (int i = 0; i < HOOK_FUNCTIONS; i++) {
		kernel->functions[i].name = NULL;
		for (const char *const *name = hook_function_names[i]; *name; name++) {
			if (btf__find_by_name_kind(btf, *name, BTF_KIND_FUNC) < 0)
				continue;
			kernel->functions[i].name = *name;
			break;
		}
	}
	/* page_list went in 6.14, page_array stayed the last one */
	if (kernel->functions[FUNCTION_PAGES_BULK].name)
		kernel->pages_bulk_array =
			last_argument(btf, kernel->functions[FUNCTION_PAGES_BULK].name);
	if (kernel->functions[FUNCTION_KVFREE_CALL_RCU].name)
		kernel->kvfree_rcu_offset =
			takes_offset(btf, kernel->functions[FUNCTION_KVFREE_CALL_RCU].name);
	if (kernel->functions[FUNCTION_ALLOC_BULK].name)
		kernel->bulk_all_or_none =
			returns_bool(btf, kernel->functions[FUNCTION_ALLOC_BULK].name);
	return 0;
}

/* ---- found out by trying ---- */

static bool has_helper(enum bpf_func_id helper)
{
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, helper, NULL) == 1;
}

/* Highest possible NUMA node + 1 ("0-3", "0,2-5"). */
static uint32_t count_nodes(void)
{
	FILE *file = fopen("/sys/devices/system/node/possible", "re");
	uint32_t highest = 0, number;
	int c;

	if (!file)
		return 1;
	while (fscanf(file, "%u", &number) == 1) {
		highest = number > highest ? number : highest;
		c = fgetc(file);
		if (c != '-' && c != ',')
			break;
	}
	fclose(file);
	return highest + 1;
}

/* Its books refer to every object that it guards. */
static bool has_kfence(void)
{
	FILE *file = fopen("/sys/module/kfence/parameters/sample_interval", "re");
	unsigned long interval = 0;

	if (!file)
		return false;
	if (fscanf(file, "%lu", &interval) != 1)
		interval = 0;
	fclose(file);
	return interval;
}

/* Where the kernel's books keep what kleak reads of them, as far as they are of a known kind. */
static void read_layouts(struct kernel *kernel, const struct btf *btf)
{
	layout__read_slub(&kernel->slub, btf, kernel->page_size, kernel->slub_unknown,
			  sizeof(kernel->slub_unknown));
	layout__read_tasks(&kernel->tasks, btf);
	layout__read_percpu(&kernel->percpu, btf);
	kernel->device_name = layout__device_name(btf);
	if (!layout__read_krc(&kernel->krc, btf, kernel->page_size, kernel->krc_unknown,
			      sizeof(kernel->krc_unknown)))
		kernel->krc.head_offset = kernel->kvfree_rcu_offset;
	layout__read_areas(&kernel->areas, btf, kernel->areas_unknown,
			   sizeof(kernel->areas_unknown));
	layout__read_vfs(&kernel->vfs, btf, kernel->vfs_unknown, sizeof(kernel->vfs_unknown));
	charge_layout__read(&kernel->charges, btf, kernel->page_size, kernel->charges_unknown,
			    sizeof(kernel->charges_unknown));
}

uint32_t kernel__stack_around(uint32_t place)
{
	uint32_t size = LEAST_STACK;

	if (!place || place >= MOST_STACK)
		return 0;
	while (size <= place)
		size *= 2;
	return size;
}

/*
 * THREAD_SIZE is nowhere to be read.  A program that runs in a system call tells how far above the
 * beginning of its task's stack its own frame lies.
 */
static uint32_t measure_stack(const struct btf *btf)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
	LIBBPF_OPTS(bpf_test_run_opts, run);
	struct task_layout task;
	int program, err;

	layout__read_tasks(&task, btf);
	if (task.stack == SLUB_NONE)
		return 0;
	const struct bpf_insn insns[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_task},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_3, .src_reg = BPF_REG_0},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K,
		 .dst_reg = BPF_REG_3,
		 .imm = (__s32)task.stack},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K,
		 .dst_reg = BPF_REG_2,
		 .imm = sizeof(uint64_t)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_10},
		{.code = BPF_ALU64 | BPF_ADD | BPF_K,
		 .dst_reg = BPF_REG_1,
		 .imm = -(__s32)sizeof(uint64_t)},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_probe_read_kernel},
		{.code = BPF_LDX | BPF_MEM | BPF_DW,
		 .dst_reg = BPF_REG_1,
		 .src_reg = BPF_REG_10,
		 .off = -(__s16)sizeof(uint64_t)},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = BPF_REG_10},
		/* twice: to the verifier what is negative is a number, and no pointer */
		{.code = BPF_ALU64 | BPF_NEG},
		{.code = BPF_ALU64 | BPF_NEG},
		{.code = BPF_ALU64 | BPF_SUB | BPF_X, .src_reg = BPF_REG_1},
		{.code = BPF_JMP | BPF_EXIT},
	};

	program = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "kleak_stack", "GPL", insns,
				sizeof(insns) / sizeof(insns[0]), &options);
	if (program < 0)
		return 0;
	err = bpf_prog_test_run_opts(program, &run);
	close(program);
	return err ? 0 : kernel__stack_around(run.retval);
}

/* Does the table of hooks attach to where this function returns? */
static bool is_seen_returning(enum hook_function function)
{
	for (size_t i = 0; i < nr_hooks; i++)
		if (hooks[i].function == function && hook_is_at_return(&hooks[i]))
			return true;
	return false;
}

static void try_functions(struct kernel *kernel, const struct btf *own)
{
	for (int i = 0; i < HOOK_FUNCTIONS; i++) {
		struct kernel_function *function = &kernel->functions[i];
		bool at_return = is_seen_returning(i);

		if (!function->name)
			continue;
		function->refused = function->kprobe_refused = -EOPNOTSUPP;
		if (!kernel->has_loop)
			continue;
		if (own)
			function->refused = attachable__fentry(own, function->name, at_return);
		if (function->refused)
			function->kprobe_refused = attachable__kprobe(function->name, at_return);
	}
}

/*
 * Which kmalloc caches there are: one of each kind would show, of a size that all have (arm64 up to
 * 6.4: from 128 on).
 */
static void read_caches(struct kernel *kernel)
{
	struct cache_kinds *kinds = &kernel->cache_kinds;
	struct books books;

	books__read(&books, BOOKS_SLABS);
	kinds->cgroup = slabinfo__find(&books.slabs, "kmalloc-cg-1k");
	kinds->dma = slabinfo__find(&books.slabs, "dma-kmalloc-1k");
	kernel->kmemleak = slabinfo__find(&books.slabs, "kmemleak_object");
	slabinfo__padded_classes(&books.slabs, kernel->classes, KLEAK_CLASSES);
	books__free(&books);
}

/* Who allocates is known by the path of its cgroup in cgroup2. */
static const char *why_paths_differ(void)
{
	struct memory_hierarchy hierarchy;
	char why[MOUNTINFO_PATH + 256];
	const char *reason = NULL;

	if (memory_hierarchy__open(&hierarchy, why, sizeof(why)))
		return "no hierarchy of memory cgroups is mounted here";
	if (hierarchy.v1)
		reason = "memory is charged to cgroups of version 1, who allocates is known by "
			 "those of version 2";
	else if (hierarchy.cut_off)
		reason = "the root of cgroups is not seen from here";
	memory_hierarchy__close(&hierarchy);
	return reason;
}

static int read_machine(struct kernel *kernel, char *why, size_t len)
{
	struct timespec jiffy;
	struct utsname name;
	struct meminfo mem = {};
	struct stat st;
	int cpus, err;

	if (uname(&name))
		return -errno;
	snprintf(kernel->release, sizeof(kernel->release), "%s", name.release);
	kernel->page_size = sysconf(_SC_PAGESIZE);
	/* kernel/time/posix-timers.c, posix_get_coarse_res(): KTIME_LOW_RES, a jiffy */
	clock_getres(CLOCK_MONOTONIC_COARSE, &jiffy);
	kernel->jiffy_ns = jiffy.tv_nsec;
	cpus = libbpf_num_possible_cpus();
	if (cpus < 0) {
		snprintf(why, len,
			 "cannot read /sys/devices/system/cpu/possible: is /sys mounted?");
		return cpus;
	}
	kernel->cpus = cpus;

	err = books__read_meminfo(&mem);
	if (err) {
		snprintf(why, len, "cannot read /proc/meminfo: is /proc mounted?");
		return err;
	}
	kernel->memory_bytes = mem.bytes[MEMINFO_MEM_TOTAL];
	read_caches(kernel);

	kernel->slabinfo_err = try_to_read("/proc/slabinfo");
	kernel->paths_differ = why_paths_differ();
	kernel->lacks_search = !has_capability(CAP_DAC_READ_SEARCH);
	kernel->lacks_ptrace = !has_capability(CAP_SYS_PTRACE);
	if (!stat("/proc/self/ns/pid", &st)) {
		kernel->pid_namespace_dev = st.st_dev;
		kernel->pid_namespace_inode = st.st_ino;
	}
	return 0;
}

int kernel__probe(struct kernel *kernel, const struct types *types, char *why, size_t len)
{
	const struct btf *btf = types->btf;
	int err;

	memset(kernel, 0, sizeof(*kernel));
	kernel->types = types->file;
	kernel->has_btf = types->own;
	/* the cast takes a number of the kernel's own BTF */
	kernel->has_cast =
		!types->file && btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) >= 0;
	err = read_machine(kernel, why, len);
	if (err)
		return err;

	/* and bpf_get_func_arg(), which libbpf cannot probe: both from 5.17 on */
	kernel->has_loop = has_helper(BPF_FUNC_loop);
	err = kernel__read_btf(kernel, btf, why, len);
	if (!err)
		try_functions(kernel, types->own);
	kernel->stack_size = measure_stack(btf);
	kernel->stack_assumed = !kernel->stack_size;
	if (kernel->stack_assumed)
		kernel->stack_size = KLEAK_STACK_SIZE;
	kernel->nodes = count_nodes();
	kernel->has_percpu_lookup = has_helper(BPF_FUNC_map_lookup_percpu_elem);
	read_layouts(kernel, btf);
	kernel->kfence = has_kfence();
	return err;
}

uint32_t kernel__online_cpus(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	return cpus > 0 ? (uint32_t)cpus : 1;
}

bool kernel__has_vmap_stack(void)
{
	struct btf *btf = types__own();
	const struct btf_type *task;
	bool found;

	if (!btf)
		return true; /* what x86-64 and arm64 have by default */
	task = btf_find__struct(btf, "task_struct");
	found = task && btf_find__offset(btf, task, "stack_vm_area") != BTF_FIND_NONE;
	btf__free(btf);
	return found;
}
