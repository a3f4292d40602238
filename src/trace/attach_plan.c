// SPDX-License-Identifier: GPL-2.0-only
#include "trace/attach_plan.h"
#include "trace/caches.h"
#include "trace/origins.h"
#include "util/commas.h"
#include "util/reason.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* /proc/self/ns/pid of the initial PID namespace: include/linux/proc_ns.h, PROC_PID_INIT_INO */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCULL

#define BYTES_PER_OBJECT (10 * 1024) /* default: room for one object in 10 KiB of memory */
#define LEAST_OBJECTS	 (1U << 16)
#define MOST_OBJECTS	 (1U << 23)
#define SITES		 16384
#define SITES_SMALL	 4096 /* machines below 1 GiB */
#define BYTES_PER_ENTRY	 64   /* of a BPF hash, beside the key */

/*
 * kleak's own memory, measured: symbols, programs, buffers; what it lists of each object; what a
 * scan notes of each; the history of each call site.
 */
#define OWN_BYTES	      (16ULL << 20)
#define OWN_BYTES_PER_OBJECT  20
#define OWN_BYTES_PER_SCANNED 160
#define OWN_BYTES_PER_SITE    2560

/*
 * Places for each of --max-objects: three quarters of the table are taken by so many.  Objects of a
 * page stand together, so some buckets fill up early, but nearly all objects find room in one of
 * theirs up to there: bpf/buckets.bpf.h.
 */
#define PLACES_PER_OBJECT(objects) ((objects) + (objects) / 3)

__attribute__((format(printf, 2, 3))) static void add_blind_spot(struct plan *plan,
								 const char *format, ...)
{
	char *spot;
	va_list args;

	if (plan->nr_blind_spots == PLAN_MAX_BLIND_SPOTS)
		return;
	spot = plan->blind_spots[plan->nr_blind_spots];
	va_start(args, format);
	vsnprintf(spot, PLAN_TEXT, format, args);
	va_end(args);
	plan->blind_spot_list[plan->nr_blind_spots++] = spot;
}

static bool is_needed(const struct hook *hook, const struct kleak_config *config)
{
	switch (hook->needs) {
	case HOOK_FOR_SLAB_OR_VMALLOC:
		/* areas come and go with kmalloc() and kfree() of their vm_struct */
		return config->slab ||
		       (config->vmalloc && (hook->event == KLEAK_EVENT_KMALLOC ||
					    hook->event == KLEAK_EVENT_KMALLOC_NODE ||
					    hook->event == KLEAK_EVENT_KFREE));
	case HOOK_FOR_SLAB:
		return config->slab;
	case HOOK_FOR_PERCPU:
		return config->percpu;
	case HOOK_FOR_PAGES:
		return config->pages;
	case HOOK_FOR_PROCESSES:
		return config->follow == KLEAK_FOLLOW_PROCESS ||
		       config->follow == KLEAK_FOLLOW_FAMILY;
	case HOOK_FOR_OTHERS:
		return config->has_others;
	case HOOK_FOR_MODULES:
		return config->modules;
	case HOOK_FOR_CODE:
		return config->program_free;
	case HOOK_FOR_FAMILY:
		return config->follow == KLEAK_FOLLOW_FAMILY;
	}
	return false;
}

static const char *attach_kind(enum hook_kind kind)
{
	switch (kind) {
	case HOOK_FENTRY:
		return "fentry";
	case HOOK_FEXIT:
		return "fexit";
	case HOOK_KPROBE:
		return "kprobe";
	case HOOK_KRETPROBE:
		return "kretprobe";
	default:
		return "raw_tp";
	}
}

/* Why the programs for `function` do not attach to it in this way. */
static void say_why(char *why, const struct hook *hook, const struct kernel_function *function,
		    const struct kernel *kernel, bool no_fentry)
{
	const char *kind = attach_kind(hook->kind);

	if (!function->name)
		snprintf(why, PLAN_TEXT, "this kernel has no such function");
	else if (no_fentry)
		snprintf(why, PLAN_TEXT, "--no-fentry");
	else if (hook_is_kprobe(hook) && function->kprobe_refused == -EOPNOTSUPP)
		snprintf(why, PLAN_TEXT, "kprobes are not to be had here");
	else if (hook_is_kprobe(hook))
		snprintf(why, PLAN_TEXT, "%s refused: %s", kind,
			 reason__of(-function->kprobe_refused));
	else if (!kernel->has_btf)
		snprintf(why, PLAN_TEXT, "%s needs BTF in the kernel itself", kind);
	else
		snprintf(why, PLAN_TEXT, "%s refused: %s", kind, reason__of(-function->refused));
}

/* Nothing shows when this function is called. */
static void add_unseen(struct plan *plan, enum hook_function function, const char *why,
		       const struct kernel *kernel)
{
	const char *spot = hook_blind_spots[function];

	if (!spot)
		return;
	if (function == FUNCTION_KVFREE_CALL_RCU && plan->verify && !kernel->krc_unknown[0])
		plan->queues = true;
	else if (function == FUNCTION_FREE_BULK)
		add_blind_spot(
			plan, "%s%s (%s)", spot,
			plan->verify ? ", only in the allocator's books before anything is listed"
				     : ": what they free is listed until its address is used again",
			why);
	else
		add_blind_spot(plan, "%s (%s)", spot, why);
}

/* fentry and fexit where the kernel allows them, else kprobes, unless tracepoints have to do. */
static void plan_function(struct plan *plan, const struct hook *hook, struct plan_hook *planned,
			  const struct kernel *kernel, bool no_fentry)
{
	const struct kernel_function *function = &kernel->functions[hook->function];
	bool by_kprobe = function->name && function->refused && !no_fentry;

	planned->target = function->name;
	if (hook_is_kprobe(hook)) {
		planned->on = by_kprobe && !function->kprobe_refused;
		plan->kprobes |= planned->on;
		if (!planned->on && (by_kprobe || !function->name))
			say_why(planned->why, hook, function, kernel, no_fentry);
		return;
	}
	planned->on = function->name && !function->refused && !no_fentry;
	if (planned->on)
		return;
	say_why(planned->why, hook, function, kernel, no_fentry);
	if (hook->copy == 1 && (!by_kprobe || function->kprobe_refused))
		add_unseen(plan, hook->function, planned->why, kernel);
}

static int plan_hook(struct plan *plan, size_t i, const struct kernel *kernel, bool no_fentry,
		     char *why, size_t len)
{
	const struct hook *hook = &hooks[i];
	struct plan_hook *planned = &plan->hooks[i];

	if (!is_needed(hook, &plan->config))
		return 0;
	if (hook->copy > 1 && hook->needs == HOOK_FOR_SLAB_OR_VMALLOC &&
	    (hook->role == HOOK_ALLOCATES ? !plan->config.preemptible : plan->config.one_copy))
		return 0;
	if (hook->kind != HOOK_RAW_TP) {
		plan_function(plan, hook, planned, kernel, no_fentry);
		return 0;
	}
	planned->on = hook->event == KLEAK_EVENTS || kernel->events[hook->event].present;
	if (planned->on)
		return 0;
	if (hook->required) {
		snprintf(why, len, "this kernel has no tracepoint %s: kleak cannot trace it",
			 hook->tracepoint);
		return -ENOTSUP;
	}
	snprintf(planned->why, PLAN_TEXT, "this kernel has no such tracepoint");
	return 0;
}

static uint32_t shift_of(uint32_t size)
{
	uint32_t shift = 0;

	while (1U << shift < size)
		shift++;
	return shift;
}

static void plan_sizes(struct plan *plan, const struct trace_options *options,
		       const struct kernel *kernel)
{
	struct kleak_config *config = &plan->config;
	uint64_t objects = options->max_objects;

	if (!objects) {
		objects = kernel->memory_bytes / BYTES_PER_OBJECT;
		if (objects < LEAST_OBJECTS)
			objects = LEAST_OBJECTS;
		if (objects > MOST_OBJECTS)
			objects = MOST_OBJECTS;
	}
	plan->max_objects = objects;
	plan->sampling = options->sampling;
	for (plan->lanes = 1; plan->lanes < kernel->cpus && plan->lanes < KLEAK_MAX_LANES;)
		plan->lanes *= 2;

	config->buckets = PLACES_PER_OBJECT(objects) / KLEAK_BUCKET_KEYS / KLEAK_GROUP_BUCKETS + 1;
	config->buckets *= KLEAK_GROUP_BUCKETS;
	config->part_shift = shift_of(KLEAK_GROUP_BUCKETS);
	while ((config->buckets - 1) >> config->part_shift >= KLEAK_PARTS)
		config->part_shift++;
	config->sites = kernel->memory_bytes < 1ULL << 30 ? SITES_SMALL : SITES;
	if (options->max_sites)
		config->sites = options->max_sites;
	config->site_entries = config->sites + 1 + KLEAK_SITE_PROBES;
	config->lane_mask = plan->lanes - 1;
	plan->own_bytes = OWN_BYTES + OWN_BYTES_PER_OBJECT * objects +
			  (uint64_t)OWN_BYTES_PER_SITE * config->sites;
	if (options->scan_s > 0)
		plan->own_bytes += OWN_BYTES_PER_SCANNED * objects;
}

static uint64_t hash_bytes(uint64_t entries, size_t key, size_t value)
{
	return entries * (BYTES_PER_ENTRY + (key + 7) / 8 * 8 + (value + 7) / 8 * 8);
}

/* What the maps take. */
static void plan_memory(struct plan *plan, const struct kernel *kernel)
{
	const struct kleak_config *config = &plan->config;

	plan->memory_bytes =
		(uint64_t)config->buckets * sizeof(struct kleak_bucket) +
		(uint64_t)config->site_entries * sizeof(struct kleak_site) +
		(uint64_t)config->site_entries * plan->lanes * sizeof(struct kleak_tally) +
		KLEAK_MAX_CACHES * sizeof(struct kleak_cache) +
		(sizeof(uint32_t) << KLEAK_PRESENCE_BITS) + (2 << KLEAK_PRESENCE_BITS) / 8 +
		(sizeof(uint32_t) << KLEAK_TENANT_BITS) + sizeof(uint32_t) * KLEAK_CODE_SITES +
		(sizeof(uint64_t) << KLEAK_KNOWN_BITS) + (sizeof(uint64_t) << KLEAK_OTHERS_BITS) +
		KLEAK_STEP_BYTES + KLEAK_CHAIN_BYTES + KLEAK_READ_MOST +
		KLEAK_MAX_CPUS * sizeof(uint64_t) + (uint64_t)kernel->cpus * KLEAK_SCRATCH_BYTES;
	if (config->modules || config->program_free)
		plan->memory_bytes += KLEAK_MODULE_RING;
	if (config->who)
		plan->memory_bytes +=
			hash_bytes(KLEAK_MAX_WHO, sizeof(struct kleak_who),
				   sizeof(struct kleak_who_times)) +
			hash_bytes(KLEAK_MAX_FREERS, sizeof(uint64_t), sizeof(struct kleak_freer));
	if (config->follow == KLEAK_FOLLOW_FAMILY)
		plan->memory_bytes += hash_bytes(KLEAK_MAX_FAMILY, sizeof(uint32_t), 1);
}

/* One name of --cache: the first name_len bytes of `list`. */
static int plan_cache(struct kleak_wanted *wanted, const char *list, size_t name_len, bool any_kind,
		      char *why, size_t len)
{
	char name[KLEAK_CACHE_NAME];

	snprintf(name, sizeof(name), "%.*s", (int)name_len, list);
	if (cache__parse_kmalloc(name, &wanted->kmalloc_size, &wanted->kmalloc_flags)) {
		if (any_kind)
			wanted->kmalloc_flags = KLEAK_ANY_KIND;
		return 0;
	}
	if (cache__is_kmalloc_variant(name)) {
		snprintf(why, len,
			 "--cache %s: kmalloc's events do not tell this variant apart; give the "
			 "plain size class, kmalloc-N",
			 name);
		return -EINVAL;
	}
	snprintf(wanted->name, sizeof(wanted->name), "%s", name);
	return 0;
}

/* --cache LIST */
static int plan_caches(struct plan *plan, const char *list, bool any_kind, char *why, size_t len)
{
	struct kleak_config *config = &plan->config;
	const char *name;
	size_t name_len;

	while ((name = commas__next(&list, &name_len))) {
		int err;

		if (config->nr_wanted == KLEAK_MAX_WANTED) {
			snprintf(why, len, "--cache: %d names at most", KLEAK_MAX_WANTED);
			return -EINVAL;
		}
		err = plan_cache(&config->wanted[config->nr_wanted++], name, name_len, any_kind,
				 why, len);
		if (err)
			return err;
	}
	return 0;
}

/* diagnose looks for who holds what grows. */
static void add_unseen_holders(struct plan *plan, const struct kernel *kernel)
{
	if (kernel->pid_namespace_inode != INITIAL_PID_NAMESPACE)
		add_blind_spot(plan, "this is a PID namespace of its own: processes outside are "
				     "not looked at for what they hold, and the numbers of those "
				     "that allocate are the host's");
	/* cgroups are opened by their ids */
	if (kernel->lacks_search)
		add_blind_spot(plan, "cgroups of those that allocate are not named (needs "
				     "CAP_DAC_READ_SEARCH)");
	/* an iterator counts files in the kernel, where that has types of its own */
	if (kernel->lacks_search && !kernel->has_btf)
		add_blind_spot(plan, "files of other users' processes are not looked at (needs "
				     "CAP_DAC_READ_SEARCH)");
	if (kernel->lacks_ptrace)
		add_blind_spot(plan,
			       "%snamespaces and mounts of other users' processes are not looked "
			       "at (needs CAP_SYS_PTRACE)",
			       kernel->has_btf ? "" : "kinds of files, ");
}

static int plan_filter(struct plan *plan, const struct trace_options *options,
		       const struct kernel *kernel, char *why, size_t len)
{
	struct kleak_config *config = &plan->config;

	config->slab = !!(options->origins & ORIGIN_SLAB);
	config->vmalloc = !!(options->origins & ORIGIN_VMALLOC);
	config->percpu = !!(options->origins & ORIGIN_PERCPU);
	config->pages = !!(options->origins & ORIGIN_PAGES);
	config->min_size = options->min_size;
	config->max_size = options->max_size;
	if (options->pid >= 0)
		config->follow = KLEAK_FOLLOW_PROCESS;
	else if (options->cgroup)
		config->follow = KLEAK_FOLLOW_CGROUP;
	else if (options->command)
		config->follow = KLEAK_FOLLOW_FAMILY;
	else
		config->follow = KLEAK_FOLLOW_ALL;

	if (kernel->pid_namespace_inode != INITIAL_PID_NAMESPACE) {
		config->pid_namespace_dev = kernel->pid_namespace_dev;
		config->pid_namespace_inode = kernel->pid_namespace_inode;
	}

	if (options->cache) {
		int err = plan_caches(plan, options->cache, options->lenient, why, len);

		if (err)
			return err;
	}
	if (options->cache && !options->lenient) {
		config->vmalloc = false;
		config->percpu = false;
		config->pages = false;
	}
	if (config->percpu && (!kernel->events[KLEAK_EVENT_PERCPU_ALLOC].present ||
			       !kernel->events[KLEAK_EVENT_PERCPU_FREE].present)) {
		config->percpu = false;
		add_blind_spot(plan, "per-CPU memory is not traced: this kernel lacks its "
				     "tracepoints");
	}
	if (config->pages && (!kernel->events[KLEAK_EVENT_PAGE_ALLOC].present ||
			      !kernel->events[KLEAK_EVENT_PAGE_FREE].present || !kernel->has_loop ||
			      !kernel->page_struct || !kernel->has_symbols)) {
		snprintf(why, len,
			 "--origin pages needs the tracepoints mm_page_alloc and mm_page_free, "
			 "bpf_loop() (5.17) and the symbols of /proc/kallsyms, which are not all "
			 "here");
		return -ENOTSUP;
	}
	if (!config->pages)
		add_blind_spot(plan, "pages taken straight from the page allocator are not traced "
				     "(--origin pages)");
	if (config->vmalloc && !kernel->area_alloc.end) {
		if (options->origins == ORIGIN_VMALLOC) {
			snprintf(why, len,
				 "vmalloc cannot be traced: /proc/kallsyms does not tell where "
				 "__get_vm_area_node() is (needs CAP_SYSLOG and "
				 "kernel.kptr_restrict below 2)");
			return -ENOTSUP;
		}
		config->vmalloc = false;
		add_blind_spot(plan, "vmalloc is not traced: /proc/kallsyms does not tell where "
				     "__get_vm_area_node() is (needs CAP_SYSLOG and "
				     "kernel.kptr_restrict below 2)");
	}
	return 0;
}

/* Used only where struct pages are found, which takes a layout that is known. */
static struct kleak_page_layout page_layout(const struct slub_layout *l)
{
	return (struct kleak_page_layout){
		.head = l->page_head,
		.flags = l->page_flags,
		.type = l->page_type,
		.slab_flag = l->slab_flag,
		.slab_mask = l->slab_mask,
		.slab_type = l->slab_type,
		.slab_cache = l->slab_cache,
		.order = l->page_order == SLUB_NONE ? 0 : l->page_order,
	};
}

/* Frees of per-CPU memory do not tell how large it was. */
static struct kleak_percpu_chunks percpu_chunks(const struct kernel *kernel)
{
	const struct percpu_layout *l = &kernel->percpu;

	if (!l->types || !kernel->percpu_nr_slots)
		return (struct kleak_percpu_chunks){};
	return (struct kleak_percpu_chunks){
		.lists = kernel->percpu_lists,
		.nr_slots = kernel->percpu_nr_slots,
		.reserved = kernel->percpu_reserved,
		.types = l->types,
		.list = l->list,
		.base_addr = l->base_addr,
		.bound_map = l->bound_map,
	};
}

/*
 * The upper bits that are ones in every address of code, as in this one of the kernel's own; 0:
 * unknown, as with addresses of 48 bits (arch/arm64/include/asm/memory.h: code lies in the upper
 * half of what an address can be).
 */
static uint64_t code_bits(uint64_t address)
{
	if (!address)
		address = 0xffff800000000000;
	return ~(~0ULL >> __builtin_clzll(~address));
}

/* BPF programs whose addresses others get. */
static void plan_code(struct plan *plan, const struct kernel *kernel)
{
	struct kleak_config *config = &plan->config;

	plan->list_code = kernel->has_symbols && kernel->has_btf && kernel->has_loop;
	if (!kernel->has_works || !kernel->has_symbols || !kernel->has_loop)
		return;
	config->text = kernel->text;
	config->program_free = kernel->program_free;
	config->trampoline_free = kernel->trampoline_free;
}

int attach_plan__make(struct plan *plan, const struct trace_options *options,
		      const struct kernel *kernel, char *why, size_t len)
{
	struct kleak_config *config = &plan->config;
	int err;

	memset(plan, 0, sizeof(*plan));
	add_blind_spot(plan, "memory allocated before kleak started is not listed");
	if (kernel->types)
		add_blind_spot(plan,
			       "if the types are of another build of this kernel, wrong memory is "
			       "read: they are from %s",
			       kernel->types);
	plan->types = kernel->types;
	plan->has_btf = kernel->has_btf;

	for (int i = 0; i < KLEAK_EVENTS; i++)
		config->args[i] = kernel->events[i].args;
	config->area_alloc = kernel->area_alloc;
	config->code_bits = code_bits(kernel->area_alloc.start);
	memcpy(config->kmalloc, kernel->kmalloc, sizeof(config->kmalloc));
	memcpy(config->interrupts, kernel->interrupts, sizeof(config->interrupts));
	memcpy(config->classes, kernel->classes, sizeof(config->classes));
	config->percpu_chunks = percpu_chunks(kernel);
	config->frames = options->stack_depth + KLEAK_PLUMBING_DEPTH;
	config->cpus = kernel->cpus;
	config->page_shift = shift_of(kernel->page_size);
	config->gfp_dma = kernel->gfp_dma;
	config->gfp_reclaimable = kernel->gfp_reclaimable;
	config->gfp_account = kernel->gfp_account;
	config->gfp_movable = kernel->gfp_movable;
	config->gfp_comp = kernel->gfp_comp;
	config->page_struct = kernel->page_struct;
	config->pages_bulk_array = kernel->pages_bulk_array;
	config->kvfree_rcu_offset = kernel->kvfree_rcu_offset;
	config->bulk_all_or_none = kernel->bulk_all_or_none;
	config->preemptible = kernel->preemptible;
	plan->has_cast = kernel->has_cast;
	config->jiffy_ns = kernel->jiffy_ns;
	config->stack_size = kernel->stack_size;
	config->page = page_layout(&kernel->slub);

	config->modules = kernel->has_modules && kernel->has_symbols && kernel->has_loop;
	if (kernel->has_modules && !kernel->has_loop)
		add_blind_spot(plan, "modules that come and go between two reports have no names: "
				     "this kernel's BPF has no bpf_loop() (5.17)");
	plan_code(plan, kernel);
	config->who = options->who;
	plan->verify = !kernel->slub_unknown[0];
	plan->learn_cpus = plan->verify && !kernel->percpu_offsets;
	plan_sizes(plan, options, kernel);
	err = plan_filter(plan, options, kernel, why, len);
	if (err)
		return err;
	plan_memory(plan, kernel);
	config->one_copy = plan->verify || config->follow != KLEAK_FOLLOW_ALL;
	config->has_others =
		(config->follow == KLEAK_FOLLOW_PROCESS || config->follow == KLEAK_FOLLOW_FAMILY) &&
		!kernel->stack_assumed;
	for (size_t i = 0; i < nr_hooks; i++) {
		err = plan_hook(plan, i, kernel, options->no_fentry, why, len);
		if (err)
			return err;
	}
	if (plan->kprobes) {
		plan->memory_bytes +=
			hash_bytes(KLEAK_MAX_CALLS, sizeof(uint64_t), sizeof(struct kleak_call));
		add_blind_spot(plan,
			       "kprobes stand in for fentry and fexit: a bulk call or "
			       "kfree_rcu() is not seen on a CPU on which another kprobe's or "
			       "perf event's BPF program runs, or bpf() works on a map");
	}
	if (kernel->slub_unknown[0] && (config->slab || config->vmalloc))
		add_blind_spot(plan,
			       "objects are not checked against the slab allocator's own books, "
			       "which this kernel keeps in another way (%s)",
			       kernel->slub_unknown);
	if (kernel->vfs_unknown[0] && config->slab)
		add_blind_spot(plan,
			       "whether dentries and inodes can be reclaimed is taken from their "
			       "caches: this kernel keeps them in another way (%s)",
			       kernel->vfs_unknown);
	if (options->scan_s > 0 && kernel->kfence)
		add_blind_spot(plan, "scans find none of the objects that KFENCE guards: its own "
				     "books refer to them");
	if (options->scan_s > 0 && kernel->kmemleak)
		add_blind_spot(plan, "scans leave out kmemleak's own books (kmemleak_object), "
				     "which refer to all there is");
	if (options->scan_s > 0 && config->pages && kernel->tasks.is_arm64 && !kernel->page_tables)
		add_blind_spot(plan, "scans do not find compound pages, and lists of pages: this "
				     "kernel does not tell where its page tables are "
				     "(CONFIG_KALLSYMS_ALL)");
	if (options->scan_s > 0 && !(kernel->percpu.types && kernel->percpu_lists))
		add_blind_spot(plan,
			       "scans miss what only free per-CPU memory refers to, such as "
			       "the variables of a module that has gone: this kernel does not "
			       "tell where such memory is (CONFIG_KALLSYMS_ALL)");
	if (config->vmalloc)
		add_blind_spot(plan,
			       "vmalloc areas passed to kvfree_rcu() count as outstanding until "
			       "they are really freed");
	if (config->follow != KLEAK_FOLLOW_ALL)
		add_blind_spot(plan, "what interrupts and kernel threads allocate on behalf of the "
				     "filtered processes is not recorded");
	if (kernel->stack_assumed)
		add_blind_spot(
			plan,
			"how large kernel stacks are could not be measured: if they have not "
			"%u bytes, what a task allocates may be taken for an interrupt's, "
			"which filters leave out",
			kernel->stack_size);
	if (!kernel->has_symbols)
		add_blind_spot(plan, "stacks are printed as numbers: /proc/kallsyms shows no "
				     "addresses (needs CAP_SYSLOG and kernel.kptr_restrict below "
				     "2)");
	if (kernel->slabinfo_err)
		add_blind_spot(plan,
			       "caches are not held against the kernel's own counts, and what "
			       "slabs have room for and a rest are not told: /proc/slabinfo "
			       "cannot be read: %s (root's; CAP_DAC_READ_SEARCH)",
			       reason__of(-kernel->slabinfo_err));
	if (options->who)
		add_unseen_holders(plan, kernel);
	if ((options->who || options->cgroup) && !kernel->charges_unknown[0] &&
	    kernel->paths_differ)
		add_blind_spot(plan,
			       "whether others have allocated what a cgroup is charged with is not "
			       "told: %s",
			       kernel->paths_differ);
	return 0;
}

static const char *target_of(const struct plan_hook *planned, const struct hook *hook)
{
	if (planned->target)
		return planned->target;
	return hook->tracepoint ? hook->tracepoint : hook_function_names[hook->function][0];
}

static int copies_of(const struct plan *plan, size_t first)
{
	int copies = 1;

	while (first + copies < nr_hooks && hooks[first + copies].copy == copies + 1 &&
	       plan->hooks[first + copies].on)
		copies++;
	return copies;
}

void attach_plan__print(const struct plan *plan, const struct kernel *kernel, FILE *out)
{
	const struct kleak_config *config = &plan->config;

	fprintf(out, "kernel %s, %u possible CPUs\n", kernel->release, kernel->cpus);
	if (plan->types)
		fprintf(out, "types from %s%s\n", plan->types,
			plan->has_btf ? "" : "; the kernel has no BTF of its own");
	else
		fprintf(out, "types from the kernel's own BTF\n");
	fprintf(out, "\nhooks on\n");
	for (size_t i = 0; i < nr_hooks; i++) {
		int copies;

		if (!plan->hooks[i].on || hooks[i].copy != 1)
			continue;
		copies = copies_of(plan, i);
		fprintf(out, "  %-6s %s", attach_kind(hooks[i].kind),
			target_of(&plan->hooks[i], &hooks[i]));
		fprintf(out, copies > 1 ? "  (%d copies)\n" : "\n", copies);
	}
	if (plan->queues)
		fprintf(out, "  kfree_rcu through its own queues, before anything is listed\n");
	if (config->vmalloc)
		fprintf(out, "  vmalloc through kmalloc in __get_vm_area_node and kfree of the "
			     "vm_struct\n");
	fprintf(out, "\nhooks off\n");
	for (size_t i = 0; i < nr_hooks; i++) {
		if (plan->hooks[i].on || hooks[i].copy != 1)
			continue;
		fprintf(out, "  %-6s %s: %s\n", attach_kind(hooks[i].kind),
			target_of(&plan->hooks[i], &hooks[i]),
			plan->hooks[i].why[0] ? plan->hooks[i].why : "not needed");
	}
	fprintf(out, "\nblind spots\n");
	for (size_t i = 0; i < plan->nr_blind_spots; i++)
		fprintf(out, "  %s\n", plan->blind_spots[i]);
	fprintf(out,
		"\nmemory: %.1f MiB of kernel maps, for %llu live objects and %u call sites; "
		"nothing is allocated while tracing\n"
		"        kleak itself: about %llu MiB, up to %.1f MiB when these are full\n",
		plan->memory_bytes / 1048576.0, (unsigned long long)plan->max_objects,
		config->sites, OWN_BYTES >> 20, plan->own_bytes / 1048576.0);
}
