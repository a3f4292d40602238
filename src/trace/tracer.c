// SPDX-License-Identifier: GPL-2.0-only
#include "trace/tracer.h"
#include "trace/bpfhash.h"
#include "trace/chains.h"
#include "trace/code_list.h"
#include "trace/code_sites.h"
#include "trace/noted.h"
#include "trace/programs.h"
#include "trace/publish.h"
#include "trace/sample.h"
#include "util/clock.h"
#include "util/heap.h"
#include "util/reason.h"
#include "util/say.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How long a program may go on that was running, where the kernel does not tell when it has ended.
 */
#define LINGER_US 20000

#define MAPPINGS 5

struct tracer {
	struct kleak *skeleton;
	struct hooked hooked;
	struct tracer_view view;
	struct kleak_site *sites; /* of the view, for writing, like the two below */
	struct kleak_tally *tallies;
	struct kleak_cache *caches;
	struct recycle recycle;
	uint64_t code_looked; /* code_sites__renew() */
	struct chains chains;
	struct {
		void *start;
		size_t len;
	} mappings[MAPPINGS];
	size_t nr_mappings;
	struct ring_buffer *modules; /* NULL: nobody tells which come and go */
	struct tracer_listener listener;
	struct code_list *code_list; /* NULL: not to be had */
};

/*
 * Wait until the programs that are running have ended: they are RCU read-side critical sections,
 * and this command is synchronize_rcu() (kernel/sched/membarrier.c), but for machines with
 * nohz_full.
 */
static void wait_for_programs(void)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		usleep(LINGER_US);
}

static int print_all(enum libbpf_print_level level, const char *format, va_list args)
{
	if (level != LIBBPF_DEBUG)
		say__raw(format, args);
	return 0;
}

/* Is told through the ring which modules come and go, or which BPF programs go? */
static bool needs_ring(const struct plan *plan)
{
	return plan->config.modules || plan->config.program_free;
}

/* Apply the plan to the skeleton that was opened.  lists: list_code, too. */
static int configure(struct tracer *tracer, const struct plan *plan, bool lists)
{
	struct kleak *skeleton = tracer->skeleton;
	uint32_t site_entries = plan->config.site_entries;

	skeleton->rodata->config = plan->config;
	if (bpf_map__set_max_entries(skeleton->maps.objects, plan->config.buckets) ||
	    bpf_map__set_max_entries(skeleton->maps.sites, site_entries) ||
	    bpf_map__set_max_entries(skeleton->maps.tallies, site_entries * plan->lanes))
		return -EINVAL;

	if (plan->config.follow == KLEAK_FOLLOW_FAMILY &&
	    bpf_map__set_max_entries(skeleton->maps.family, KLEAK_MAX_FAMILY))
		return -EINVAL;
	if (plan->kprobes && bpf_map__set_max_entries(skeleton->maps.calls, KLEAK_MAX_CALLS))
		return -EINVAL;
	if (needs_ring(plan) && bpf_map__set_max_entries(skeleton->maps.modules, KLEAK_MODULE_RING))
		return -EINVAL;
	if (plan->config.who && (bpf_map__set_max_entries(skeleton->maps.who, KLEAK_MAX_WHO) ||
				 bpf_map__set_max_entries(skeleton->maps.freers, KLEAK_MAX_FREERS)))
		return -EINVAL;

	bpf_program__set_autoload(skeleton->progs.read_memory, plan->verify);
	bpf_program__set_autoload(skeleton->progs.learn_self, plan->verify);
	bpf_program__set_autoload(skeleton->progs.learn_cpus, plan->learn_cpus);
	bpf_program__set_autoload(skeleton->progs.evict_objects, plan->verify);
	bpf_program__set_autoload(skeleton->progs.list_code, lists);
	return hooked__choose(&tracer->hooked, skeleton->obj, plan);
}

/* Map an array.  NULL with errno. */
static void *map_array(struct tracer *tracer, const struct bpf_map *map, int protection)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t len = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *start;

	len = (len + page - 1) & ~(page - 1);
	start = mmap(NULL, len, protection, MAP_SHARED, bpf_map__fd(map), 0);
	if (start == MAP_FAILED)
		return NULL;
	tracer->mappings[tracer->nr_mappings].start = start;
	tracer->mappings[tracer->nr_mappings++].len = len;
	return start;
}

static int map_all(struct tracer *tracer, const struct plan *plan)
{
	struct kleak *skeleton = tracer->skeleton;
	struct tracer_view *view = &tracer->view;

	view->parts = skeleton->bss->parts;
	view->part_shift = plan->config.part_shift;
	view->nr_buckets = plan->config.buckets;
	view->nr_sites = plan->config.site_entries;
	view->nr_lanes = plan->lanes;
	view->buckets = map_array(tracer, skeleton->maps.objects, PROT_READ);
	tracer->sites = map_array(tracer, skeleton->maps.sites, PROT_READ | PROT_WRITE);
	view->sites = tracer->sites;
	tracer->tallies = map_array(tracer, skeleton->maps.tallies, PROT_READ | PROT_WRITE);
	view->tallies = tracer->tallies;
	tracer->caches = map_array(tracer, skeleton->maps.caches, PROT_READ | PROT_WRITE);
	view->caches = tracer->caches;
	view->counts = map_array(tracer, skeleton->maps.counts, PROT_READ);
	if (!view->buckets || !view->sites || !view->tallies || !view->caches || !view->counts)
		return -errno;
	return 0;
}

static int tell(void *arg, void *record, size_t size)
{
	const struct tracer *tracer = arg;

	if (size == sizeof(struct kleak_module_record))
		tracer->listener.module(record, tracer->listener.arg);
	else if (size == sizeof(struct kleak_code))
		tracer->listener.code(record, tracer->listener.arg);
	return 0;
}

static int open_modules(struct tracer *tracer, const struct plan *plan)
{
	if (!needs_ring(plan))
		return 0;
	tracer->modules =
		ring_buffer__new(bpf_map__fd(tracer->skeleton->maps.modules), tell, tracer, NULL);
	return tracer->modules ? 0 : -errno;
}

static int run_program(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, run);
	int err = bpf_prog_test_run_opts(bpf_program__fd(program), &run);

	if (err)
		return err;
	return (int)run.retval;
}

static int load_programs(struct tracer *tracer, const struct plan *plan, bool lists, char *why,
			 size_t len)
{
	int err;

	tracer->skeleton = programs__open(plan->has_cast, plan->types);
	if (!tracer->skeleton) {
		err = -errno;
		snprintf(why, len, "cannot open the BPF programs: %s", reason__of(-err));
		return err;
	}
	err = configure(tracer, plan, lists);
	if (!err)
		err = kleak__load(tracer->skeleton);
	if (!err)
		return 0;
	snprintf(why, len, "cannot load the BPF programs: %s (-v shows the kernel's words)",
		 reason__of(-err));
	kleak__destroy(tracer->skeleton);
	tracer->skeleton = NULL;
	return err;
}

/* A kernel that refuses the list is traced without it: only the second try is spoken of. */
static int try_programs(struct tracer *tracer, const struct plan *plan, bool verbose, char *why,
			size_t len)
{
	int err = -ENOTSUP;

	libbpf_set_print(NULL);
	if (plan->list_code)
		err = load_programs(tracer, plan, true, why, len);
	libbpf_set_print(verbose ? print_all : NULL);
	if (err)
		return load_programs(tracer, plan, false, why, len);
	if (code_list__open(&tracer->code_list, tracer->skeleton->progs.list_code))
		tracer->code_list = NULL;
	return 0;
}

static int load(struct tracer *tracer, const struct plan *plan, int target, bool verbose, char *why,
		size_t len)
{
	const __u32 zero = 0;
	int err = try_programs(tracer, plan, verbose, why, len);

	if (err)
		return err;
	if (plan->config.follow == KLEAK_FOLLOW_CGROUP &&
	    bpf_map_update_elem(bpf_map__fd(tracer->skeleton->maps.cgroups), &zero, &target, 0)) {
		err = -errno;
		snprintf(why, len, "cannot follow the cgroup: %s", reason__of(-err));
		return err;
	}
	err = map_all(tracer, plan);
	if (!err)
		err = open_modules(tracer, plan);
	if (err)
		snprintf(why, len, "cannot map the BPF tables: %s", reason__of(-err));
	return err;
}

/* The one to follow may have gone before its exit could be seen, and its number be another's. */
static void check_process(struct tracer *tracer, int pidfd)
{
	struct kleak_control *control = &tracer->skeleton->bss->control;
	struct pollfd exit = {.fd = pidfd, .events = POLLIN};

	if (poll(&exit, 1, 0) <= 0)
		return;
	control->process = 0;
	control->gone = 1;
}

int tracer__open(struct tracer **out, const struct plan *plan, uint32_t process, int target,
		 bool verbose, char *why, size_t len)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	int err;

	if (!tracer) {
		snprintf(why, len, "out of memory");
		return -ENOMEM;
	}
	err = load(tracer, plan, target, verbose, why, len);
	if (err)
		goto close;
	if (verbose)
		hooked__say_verified(&tracer->hooked);

	tracer->skeleton->bss->control.process = process;
	tracer->skeleton->bss->control.sample_bits = sample__bits(plan->sampling);
	tracer->skeleton->bss->control.tick_base = clock__now_ticks();
	err = run_program(tracer->skeleton->progs.introduce_self);
	if (!err)
		err = run_program(tracer->skeleton->progs.set_clock);
	if (err) {
		snprintf(why, len, "cannot run a BPF program: %s", reason__of(-err));
		goto close;
	}
	err = hooked__attach(&tracer->hooked, why, len);
	if (err)
		goto close;
	if (plan->config.follow == KLEAK_FOLLOW_PROCESS)
		check_process(tracer, target);
	heap__give_back(); /* libbpf has read the kernel's types once more */
	*out = tracer;
	return 0;

close:
	tracer__close(tracer);
	return err;
}

void tracer__start(struct tracer *tracer)
{
	tracer->skeleton->bss->control.recording = 1;
}

void tracer__stop_allocations(struct tracer *tracer)
{
	tracer->skeleton->bss->control.recording = 0;
	wait_for_programs();
}

void tracer__stop(struct tracer *tracer)
{
	tracer->skeleton->bss->control.recording = 0;
	hooked__detach(&tracer->hooked, HOOK_ALLOCATES);
	wait_for_programs();
	hooked__detach(&tracer->hooked, HOOK_WATCHES);
	hooked__detach(&tracer->hooked, HOOK_FREES);
	wait_for_programs();
}

const struct tracer_view *tracer__view(const struct tracer *tracer)
{
	return &tracer->view;
}

int tracer__missed(const struct tracer *tracer, struct misses *missed)
{
	return hooked__missed(&tracer->hooked, missed);
}

int tracer__now(struct tracer *tracer, uint64_t *ticks)
{
	int err = run_program(tracer->skeleton->progs.tell_time);

	*ticks = tracer->skeleton->bss->this_tick;
	return err;
}

int tracer__size_areas(struct tracer *tracer, const uint32_t *slots, size_t nr)
{
	struct kleak_area_batch *areas = &tracer->skeleton->bss->areas;

	while (nr) {
		size_t n = nr < KLEAK_AREA_BATCH ? nr : KLEAK_AREA_BATCH;
		int err;

		memcpy(areas->slot, slots, n * sizeof(*slots));
		areas->nr = n;
		err = run_program(tracer->skeleton->progs.size_areas);
		if (err)
			return err;
		slots += n;
		nr -= n;
	}
	return 0;
}

int tracer__learn_self(struct tracer *tracer, uint64_t *task)
{
	int err = run_program(tracer->skeleton->progs.learn_self);

	*task = tracer->skeleton->bss->this_task;
	return err;
}

int tracer__learn_cpus(struct tracer *tracer, uint64_t *offsets)
{
	const struct kleak__bss *bss = tracer->skeleton->bss;
	int err = run_program(tracer->skeleton->progs.learn_cpus);

	if (err)
		return err;
	for (uint32_t i = 0; i < bss->nr_cpu_addresses; i++)
		offsets[i] = bss->cpu_addresses[i] - bss->cpu_pointer;
	return (int)bss->nr_cpu_addresses;
}

void *tracer__peek(void *arg, uint64_t address, size_t len)
{
	struct tracer *tracer = arg;
	struct kleak__bss *bss = tracer->skeleton->bss;

	if (len > sizeof(bss->read_buffer))
		return NULL;
	bss->read_request.address = address;
	bss->read_request.len = len;
	return run_program(tracer->skeleton->progs.read_memory) ? NULL : bss->read_buffer;
}

uint64_t tracer__buffer(const struct tracer *tracer)
{
	return tracer->skeleton->bss->this_buffer;
}

int tracer__read(void *arg, uint64_t address, void *to, size_t len)
{
	const void *from = tracer__peek(arg, address, len);

	if (!from)
		return -EFAULT;
	memcpy(to, from, len);
	return 0;
}

int tracer__evict(struct tracer *tracer, const struct kleak_eviction *list, size_t nr)
{
	struct kleak_evict_batch *evictions = &tracer->skeleton->bss->evictions;

	while (nr) {
		size_t n = nr < KLEAK_EVICT_BATCH ? nr : KLEAK_EVICT_BATCH;
		int err;

		memcpy(evictions->list, list, n * sizeof(*list));
		evictions->nr = n;
		err = run_program(tracer->skeleton->progs.evict_objects);
		if (err)
			return err;
		list += n;
		nr -= n;
	}
	return 0;
}

int tracer__count_time(void)
{
	int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);

	return stats < 0 ? -errno : stats;
}

int tracer__run(const struct tracer *tracer, struct hooked_run *run)
{
	return hooked__run(&tracer->hooked, run);
}

uint32_t tracer__sampling(const struct tracer *tracer)
{
	return 1U << __atomic_load_n(&tracer->skeleton->bss->control.sample_bits, __ATOMIC_RELAXED);
}

uint32_t tracer__sampling_most(const struct tracer *tracer)
{
	uint32_t now = tracer__sampling(tracer);
	uint32_t most = 1U << tracer->skeleton->bss->control.sample_most;

	return most > now ? most : now;
}

/* Take what is not in the sample any more out of the table, and mark the rest. */
static int sweep(struct tracer *tracer)
{
	struct kleak__bss *bss = tracer->skeleton->bss;

	wait_for_programs();
	for (uint32_t first = 0; first < tracer->view.nr_buckets; first += KLEAK_SWEEP_BATCH) {
		int err;

		bss->sweep.first = first;
		err = run_program(tracer->skeleton->progs.sweep_buckets);
		if (err)
			return err;
	}
	return 0;
}

int tracer__coarsen(struct tracer *tracer, uint32_t weight)
{
	struct kleak_control *control = &tracer->skeleton->bss->control;
	uint32_t bits = sample__bits(weight), was = control->sample_bits;

	while (was < bits && !__atomic_compare_exchange_n(&control->sample_bits, &was, bits, false,
							  __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		;
	return sweep(tracer);
}

int tracer__refine(struct tracer *tracer)
{
	struct kleak_control *control = &tracer->skeleton->bss->control;
	uint32_t was = __atomic_load_n(&control->sample_bits, __ATOMIC_RELAXED);
	int err = was ? sweep(tracer) : 0;

	if (err || !was)
		return err;
	/* before: what is older than the trace is told by it */
	if (control->sample_most < was)
		__atomic_store_n(&control->sample_most, was, __ATOMIC_SEQ_CST);
	wait_for_programs();
	/* unless it became coarser meanwhile */
	__atomic_compare_exchange_n(&control->sample_bits, &was, was - 1, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_RELAXED);
	return 0;
}

static void wait_for_all(void *arg)
{
	(void)arg;
	wait_for_programs();
}

int tracer__tune(struct tracer *tracer)
{
	struct kleak__bss *bss = tracer->skeleton->bss;
	const struct tracer_view *view = &tracer->view;
	const struct chains_source source = {
		.sites = view->sites,
		.tallies = view->tallies,
		.nr_sites = view->nr_sites,
		.nr_lanes = view->nr_lanes,
		.steps = bss->steps,
	};
	const struct publish_tables tables = {
		.chains = bss->chains,
		.control = &bss->control,
		.presence = bss->presence,
		.present = {bss->present[0], bss->present[1]},
		.nr = sizeof(bss->presence) / sizeof(bss->presence[0]),
		.wait = wait_for_all,
	};
	int err = chains__make(&tracer->chains, &source);

	if (err)
		return err;
	publish__chains(&tables, &tracer->chains);
	if (tracer->skeleton->rodata->config.follow != KLEAK_FOLLOW_ALL)
		publish__present(&tables);
	return 0;
}

void tracer__mute(struct tracer *tracer, uint32_t entry)
{
	__atomic_store_n(&tracer->sites[entry].muted, 1, __ATOMIC_RELAXED);
}

void tracer__set_page_base(struct tracer *tracer, uint64_t page_base)
{
	__atomic_store_n(&tracer->skeleton->bss->control.page_base, page_base, __ATOMIC_RELAXED);
}

int tracer__who(const struct tracer *tracer,
		void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *),
		void *arg)
{
	return noted__who(bpf_map__fd(tracer->skeleton->maps.who), each, arg);
}

void tracer__note_frees(struct tracer *tracer, uint32_t entry, uint32_t nr)
{
	__atomic_store_n(&tracer->sites[entry].frees_to_note, (int32_t)nr, __ATOMIC_RELAXED);
	tracer->skeleton->bss->control.note_frees = 1;
}

int tracer__freers(const struct tracer *tracer,
		   void (*each)(const struct kleak_freer *freer, void *arg), void *arg)
{
	return noted__freers(bpf_map__fd(tracer->skeleton->maps.freers), each, arg);
}

static int forget_who(void *arg, const bool *gone)
{
	const struct tracer *tracer = arg;
	const struct kleak *skeleton = tracer->skeleton;

	if (!skeleton->rodata->config.who)
		return 0;
	return noted__forget(bpf_map__fd(skeleton->maps.who), bpf_map__fd(skeleton->maps.freers),
			     gone);
}

static void renew_code_sites(struct tracer *tracer)
{
	const struct code_sites_tables tables = {
		.control = &tracer->skeleton->bss->control,
		.list = tracer->skeleton->bss->code_sites,
		.sites = tracer->sites,
		.nr_sites = tracer->view.nr_sites,
		.text = tracer->skeleton->rodata->config.text,
		.wait = wait_for_all,
		.arg = tracer,
	};

	code_sites__renew(&tables, tracer->recycle.sites, &tracer->code_looked);
}

int tracer__recycle(struct tracer *tracer, const struct recycle_look *look)
{
	const struct recycle_tables tables = {
		.sites = tracer->sites,
		.caches = tracer->caches,
		.tallies = tracer->tallies,
		.site_changes = (uint32_t *)&tracer->skeleton->bss->control.site_changes,
		.wait = wait_for_all,
		.forget_who = forget_who,
		.arg = tracer,
	};
	int err = recycle__step(&tracer->recycle, &tables, look);

	if (!err && tracer->skeleton->rodata->config.program_free)
		renew_code_sites(tracer);
	return err;
}

const struct recycle *tracer__recycled(const struct tracer *tracer)
{
	return &tracer->recycle;
}

struct tracer_modules tracer__module_changes(const struct tracer *tracer)
{
	const struct kleak_control *control = &tracer->skeleton->bss->control;
	/* before the changes: all that have begun by then have been told by now, or one has not */
	uint32_t told = __atomic_load_n(&control->module_told, __ATOMIC_ACQUIRE);
	uint32_t changes = __atomic_load_n(&control->module_changes, __ATOMIC_ACQUIRE);

	return (struct tracer_modules){
		.quiet = told == changes,
		.changes = changes,
		.losses = __atomic_load_n(&control->module_losses, __ATOMIC_ACQUIRE),
	};
}

struct tracer_code tracer__code_changes(const struct tracer *tracer)
{
	const struct kleak_control *control = &tracer->skeleton->bss->control;
	struct tracer_code code = {
		.losses = __atomic_load_n(&control->code_losses, __ATOMIC_ACQUIRE) +
			  hooked__missed_for(&tracer->hooked, HOOK_FOR_CODE),
	};

	code.changes = __atomic_load_n(&control->code_changes, __ATOMIC_ACQUIRE);
	return code;
}

int tracer__list_code(struct tracer *tracer, const struct kleak_code **functions, size_t *nr)
{
	return tracer->code_list ? code_list__read(tracer->code_list, functions, nr) : -ENOTSUP;
}

void tracer__listen(struct tracer *tracer, const struct tracer_listener *listener)
{
	tracer->listener = *listener;
	if (tracer->modules)
		ring_buffer__consume(tracer->modules);
}

uint32_t tracer__self(const struct tracer *tracer)
{
	return tracer->skeleton->bss->control.self;
}

bool tracer__process_gone(const struct tracer *tracer)
{
	return tracer->skeleton->bss->control.gone;
}

int tracer__join_family(const struct tracer *tracer)
{
	return run_program(tracer->skeleton->progs.join_family);
}

static void count_one(const void *key, const void *value, void *arg)
{
	uint32_t *nr = arg;

	(void)key;
	(void)value;
	++*nr;
}

uint32_t tracer__family(const struct tracer *tracer)
{
	uint32_t nr = 0;

	bpfhash__each(bpf_map__fd(tracer->skeleton->maps.family), sizeof(__u32), sizeof(__u8),
		      count_one, &nr);
	return nr;
}

void tracer__close(struct tracer *tracer)
{
	if (!tracer)
		return;
	hooked__detach(&tracer->hooked, HOOK_ALLOCATES);
	hooked__detach(&tracer->hooked, HOOK_WATCHES);
	hooked__detach(&tracer->hooked, HOOK_FREES);
	for (size_t i = 0; i < tracer->nr_mappings; i++)
		munmap(tracer->mappings[i].start, tracer->mappings[i].len);
	ring_buffer__free(tracer->modules);
	code_list__close(tracer->code_list);
	kleak__destroy(tracer->skeleton);
	chains__free(&tracer->chains);
	recycle__free(&tracer->recycle);
	free(tracer);
}
