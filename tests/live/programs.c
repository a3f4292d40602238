// SPDX-License-Identifier: GPL-2.0-only
/*
 * The BPF programs on this kernel, with arguments that this test makes up (BPF_PROG_TEST_RUN), or
 * with another idea of the kernel than kleak itself has.  TAP.
 */
#include "unit.h"

#include "kernel/landmarks.h"
#include "memory/slub.h"
#include "memory/vmemmap.h"
#include "trace/attach_plan.h"
#include "trace/origins.h"
#include "trace/programs.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BUCKETS	  1024
#define SITES	  1024
#define ELSEWHERE 0xffffffff80000123ULL /* call_site of what is no vm_struct */
#define SIZE	  64			/* bytes of what is allocated */
#define EVENTFDS  200

struct machine {
	struct kleak *skeleton;
	const struct kleak_bucket *buckets;
	const struct kleak_tally *tallies;
	uint64_t vm; /* address of memory that can pass for a vm_struct */
};

static struct kernel kernel;
static uint64_t offset_table; /* where __per_cpu_offset[] stands; 0: not known */

static int know_kernel(void **state)
{
	FILE *file = fopen("/proc/kallsyms", "re"), *modules = fopen("/proc/modules", "re");
	struct kallsyms *symbols = NULL;
	struct types types = {};
	char why[512] = "";

	(void)state;
	if (!file || kallsyms__parse(&symbols, file, modules))
		symbols = NULL;
	if (file)
		fclose(file);
	if (modules)
		fclose(modules);
	if (kernel__check(why, sizeof(why)) || types__open(&types, NULL, why, sizeof(why)) ||
	    kernel__probe(&kernel, &types, why, sizeof(why))) {
		printf("Bail out! %s\n", why);
		return -1;
	}
	types__close(&types);
	landmarks__find(&kernel, symbols);
	if (symbols)
		offset_table = kallsyms__variable(symbols, KALLSYMS_PER_CPU_OFFSET);
	kallsyms__free(symbols);
	return 0;
}

static const void *map_array(const struct bpf_map *map)
{
	size_t len = (size_t)bpf_map__value_size(map) * bpf_map__max_entries(map);
	void *start = mmap(NULL, len, PROT_READ, MAP_SHARED, bpf_map__fd(map), 0);

	assert_true(start != MAP_FAILED);
	return start;
}

static void run(const struct bpf_program *program)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program), &opts), 0);
	assert_int_equal(opts.retval, 0);
}

static const struct trace_options everything = {
	.pid = -1,
	.max_size = UINT64_MAX,
	.origins = ORIGIN_SLAB | ORIGIN_VMALLOC,
	.stack_depth = 16,
};

/* The programs as they are loaded here, but for sizes, and none of them yet. */
static struct machine open_programs(const struct trace_options *options, uint32_t stack_size)
{
	struct machine m = {.skeleton = programs__open(kernel.has_cast, NULL)};
	struct plan plan;
	struct bpf_program *program;
	char why[256] = "";

	assert_non_null(m.skeleton);
	if (attach_plan__make(&plan, options, &kernel, why, sizeof(why)))
		fail_msg("%s", why);
	plan.config.buckets = BUCKETS;
	plan.config.site_entries = SITES;
	plan.config.sites = SITES - KLEAK_SITE_PROBES - 1;
	plan.config.lane_mask = 0;
	plan.config.stack_size = stack_size;
	m.skeleton->rodata->config = plan.config;
	bpf_map__set_max_entries(m.skeleton->maps.objects, BUCKETS);
	bpf_map__set_max_entries(m.skeleton->maps.sites, SITES);
	bpf_map__set_max_entries(m.skeleton->maps.tallies, SITES);
	bpf_object__for_each_program (program, m.skeleton->obj)
		bpf_program__set_autoload(program, false);
	return m;
}

/* Load what takes an allocation by kmalloc(), and what goes with it. */
static struct machine load(const struct trace_options *options, uint32_t stack_size)
{
	struct machine m = open_programs(options, stack_size);

	bpf_program__set_autoload(m.skeleton->progs.kmalloc_1, true);
	bpf_program__set_autoload(m.skeleton->progs.kfree_1, true);
	bpf_program__set_autoload(m.skeleton->progs.sweep_buckets, true);
	bpf_program__set_autoload(m.skeleton->progs.size_areas, true);
	bpf_program__set_autoload(m.skeleton->progs.introduce_self, true);
	bpf_program__set_autoload(m.skeleton->progs.learn_self, true);
	bpf_program__set_autoload(m.skeleton->progs.learn_cpus, !kernel.percpu_offsets);
	bpf_program__set_autoload(m.skeleton->progs.read_memory, true);
	bpf_program__set_autoload(m.skeleton->progs.kmem_cache_alloc_1, true);
	assert_int_equal(kleak__load(m.skeleton), 0);
	m.buckets = map_array(m.skeleton->maps.objects);
	m.tallies = map_array(m.skeleton->maps.tallies);
	run(m.skeleton->progs.introduce_self);
	run(m.skeleton->progs.learn_self);
	m.vm = m.skeleton->bss->this_buffer;
	m.skeleton->bss->control.recording = 1;
	return m;
}

static void unload(struct machine *m)
{
	munmap((void *)m->buckets, BUCKETS * sizeof(*m->buckets));
	munmap((void *)m->tallies, SITES * sizeof(*m->tallies));
	kleak__destroy(m->skeleton);
}

/* kmalloc() called from there has returned `ptr`. */
static void allocate(const struct machine *m, uint64_t call_site, uint64_t ptr)
{
	const struct kleak_event_args *at = &kernel.events[KLEAK_EVENT_KMALLOC].args;
	uint64_t args[8] = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	args[at->call_site] = call_site;
	args[at->ptr] = ptr;
	args[at->requested] = SIZE;
	args[at->allocated] = SIZE;
	assert_int_equal(
		bpf_prog_test_run_opts(bpf_program__fd(m->skeleton->progs.kmalloc_1), &opts), 0);
}

/* The slot of the table that this stands in, or -1. */
static int find(const struct machine *m, uint64_t address, uint32_t space)
{
	for (int i = 0; i < BUCKETS * KLEAK_BUCKET_KEYS; i++)
		if (m->buckets[i / KLEAK_BUCKET_KEYS].key[i % KLEAK_BUCKET_KEYS] ==
		    ~(address | space))
			return i;
	return -1;
}

/* What a vm_struct would have to say here: VM_ALLOC, and two pages. */
static void write_area(const struct machine *m)
{
	const struct area_layout *l = &kernel.areas;
	char *vm = (char *)m->skeleton->bss->read_buffer;
	const uint64_t size = 3 * 65536, flags = 2; /* which follow one another */
	const uint32_t pages = 2;

	assert_string_equal(kernel.areas_unknown, "");
	memset(vm, 0, l->vm_struct);
	memcpy(vm + l->vm_size, &size, sizeof(size));
	memcpy(vm + l->vm_size + sizeof(size), &flags, sizeof(flags));
	memcpy(vm + l->vm_nr_pages, &pages, sizeof(pages));
}

static void size_area(const struct machine *m, int slot)
{
	m->skeleton->bss->areas.nr = 1;
	m->skeleton->bss->areas.slot[0] = slot;
	run(m->skeleton->progs.size_areas);
}

static struct kleak_tally sum(const struct machine *m)
{
	struct kleak_tally sum = {};

	for (int i = 0; i < SITES; i++) {
		sum.allocations += m->tallies[i].allocations;
		sum.frees += m->tallies[i].frees;
		sum.implicit += m->tallies[i].implicit;
		sum.allocated_bytes += m->tallies[i].allocated_bytes;
		sum.freed_bytes += m->tallies[i].freed_bytes;
		sum.unsampled += m->tallies[i].unsampled;
		sum.allocations_more += m->tallies[i].allocations_more;
		sum.frees_more += m->tallies[i].frees_more;
	}
	return sum;
}

/* The free of a vm_struct was missed, and something else has its memory: its area is gone, too. */
static void check_overtaken(const struct trace_options *options, bool sized)
{
	struct machine m = load(options, kernel.stack_size);
	bool slab = options->origins & ORIGIN_SLAB && !options->min_size;
	struct kleak_tally t;

	allocate(&m, kernel.area_alloc.start + 1, m.vm);
	assert_int_equal(find(&m, m.vm, KLEAK_SPACE_SLAB) >= 0, slab);
	assert_true(find(&m, m.vm, KLEAK_SPACE_VMALLOC) >= 0);
	write_area(&m);
	if (sized)
		size_area(&m, find(&m, m.vm, KLEAK_SPACE_VMALLOC));
	assert_int_equal(sum(&m).allocated_bytes != 0, sized);

	allocate(&m, ELSEWHERE, m.vm);
	assert_int_equal(find(&m, m.vm, KLEAK_SPACE_SLAB) >= 0, slab);
	assert_int_equal(find(&m, m.vm, KLEAK_SPACE_VMALLOC), -1);
	t = sum(&m);
	assert_int_equal(t.allocations, slab ? 3 : 1);
	assert_int_equal(t.implicit, slab ? 2 : 1);
	assert_int_equal(t.frees, 0);
	assert_int_equal(t.allocated_bytes, t.freed_bytes);
	unload(&m);
}

static void test_area_goes_with_its_vm_struct(void **state)
{
	struct trace_options options = everything;

	(void)state;
	if (!kernel.area_alloc.end)
		skip();
	for (int sized = 0; sized < 2; sized++) {
		check_overtaken(&everything, sized);
		/* where the vm_struct itself is not recorded */
		options = everything;
		options.origins = ORIGIN_VMALLOC;
		check_overtaken(&options, sized);
		options = everything;
		options.min_size = 4096;
		check_overtaken(&options, sized);
	}
}

/* A vm_struct once more: the old area is gone, the new one is not. */
static void test_area_after_area(void **state)
{
	struct machine m;

	(void)state;
	if (!kernel.area_alloc.end)
		skip();
	m = load(&everything, kernel.stack_size);
	allocate(&m, kernel.area_alloc.start + 1, m.vm);
	allocate(&m, kernel.area_alloc.start + 1, m.vm);
	assert_true(find(&m, m.vm, KLEAK_SPACE_SLAB) >= 0);
	assert_true(find(&m, m.vm, KLEAK_SPACE_VMALLOC) >= 0);
	assert_int_equal(sum(&m).allocations, 4);
	assert_int_equal(sum(&m).implicit, 2);
	unload(&m);
}

/* How much of what this process allocates is recorded, if stacks were that large. */
static uint64_t record_self(uint32_t stack_size)
{
	struct trace_options options = everything;
	struct bpf_link *link;
	struct machine m;
	uint64_t allocations;

	options.pid = getpid();
	m = load(&options, stack_size);
	m.skeleton->bss->control.process = getpid();
	link = bpf_program__attach(m.skeleton->progs.kmalloc_1);
	assert_non_null(link);
	for (int i = 0; i < EVENTFDS; i++)
		close(eventfd(0, 0));
	bpf_link__destroy(link);
	allocations = sum(&m).allocations;
	unload(&m);
	return allocations;
}

/* An allocation is its task's if it happens on the task's stack, and how large that is was
 * measured. */
static void test_size_of_stacks(void **state)
{
	(void)state;
	assert_false(kernel.stack_assumed);
	assert_true(record_self(kernel.stack_size) >= EVENTFDS);
	/* on the lower eighth of it is nobody */
	assert_int_equal(record_self(kernel.stack_size / 8), 0);
}

/* ---- caches that no event names ---- */

static int read_kernel(void *arg, uint64_t address, void *to, size_t len)
{
	const struct kleak *skeleton = arg;
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	skeleton->bss->read_request.address = address;
	skeleton->bss->read_request.len = len;
	if (bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.read_memory), &opts) ||
	    opts.retval)
		return -EFAULT;
	memcpy(to, skeleton->bss->read_buffer, len);
	return 0;
}

/* Where struct pages are. */
static uint64_t page_base(const struct machine *m)
{
	struct slub slub = {.layout = kernel.slub,
			    .read = read_kernel,
			    .arg = m->skeleton,
			    .nr_nodes = kernel.nodes};
	uint64_t cache;

	assert_int_equal(
		vmemmap__find_cache(&slub, &kernel.tasks, m->skeleton->bss->this_task, &cache), 0);
	assert_int_equal(vmemmap__learn(&slub, cache), 0);
	return slub.page_base;
}

/* Have some process allocate from caches, and others do what they do. */
static void allocate_from_caches(const struct machine *m)
{
	struct bpf_link *link = bpf_program__attach(m->skeleton->progs.kmem_cache_alloc_1);
	pid_t child;

	assert_non_null(link);
	child = fork();
	if (!child) {
		for (int i = 0; i < EVENTFDS; i++)
			close(eventfd(0, 0));
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	bpf_link__destroy(link);
}

/* How many caches were met; each has a name if they are known, and none if not. */
static int check_caches(bool known)
{
	struct machine m = load(&everything, kernel.stack_size);
	const struct kleak_cache *caches;
	int met = 0;

	m.skeleton->bss->control.page_base = known ? page_base(&m) : 0;
	allocate_from_caches(&m);
	caches = map_array(m.skeleton->maps.caches);
	for (int i = KLEAK_CACHE_UNKNOWN + 1; i < KLEAK_MAX_CACHES; i++) {
		const struct kleak_cache *cache = &caches[i];

		if (!cache->ready)
			continue;
		met++;
		assert_int_equal(cache->flags & KLEAK_CACHE_KMALLOC, 0);
		assert_int_equal(*cache->name != 0, known);
		assert_int_equal(!(cache->id & KLEAK_CACHE_CLASS), known);
		if (known)
			assert_in_range(cache->object_size, 1, cache->size);
	}
	munmap((void *)caches, KLEAK_MAX_CACHES * sizeof(*caches));
	unload(&m);
	return met;
}

/* As up to 5.19: the events do not say from which cache an object is. */
static void test_caches_of_events_without(void **state)
{
	uint8_t *cache = &kernel.events[KLEAK_EVENT_KMEM_CACHE_ALLOC].args.cache, its = *cache;

	(void)state;
	if (*kernel.slub_unknown)
		skip();
	*cache = KLEAK_ARG_NONE;
	assert_true(check_caches(true) >= 3);
	assert_true(check_caches(false) >= 1);
	*cache = its;
}

/* The kernel's own table says the same as the helper, of which one is used. */
static void test_offsets_of_cpus(void **state)
{
	struct machine m;
	uint64_t offset;

	(void)state;
	if (!offset_table || kernel.percpu_offsets)
		skip(); /* one of them is not there */
	m = load(&everything, kernel.stack_size);
	run(m.skeleton->progs.learn_cpus);
	assert_int_equal(m.skeleton->bss->nr_cpu_addresses, kernel.cpus);
	for (uint32_t i = 0; i < kernel.cpus; i++) {
		assert_int_equal(read_kernel(m.skeleton, offset_table + i * sizeof(offset), &offset,
					     sizeof(offset)),
				 0);
		assert_true(offset ==
			    m.skeleton->bss->cpu_addresses[i] - m.skeleton->bss->cpu_pointer);
	}
	unload(&m);
}

/* What is attached only where fentry is refused and there are kprobes: the verifier takes it
 * everywhere. */
static void test_programs_of_kprobes(void **state)
{
	struct trace_options options = everything;
	struct machine m;

	(void)state;
	if (!kernel.has_loop)
		skip();
	options.who = true;
	m = open_programs(&options, kernel.stack_size);
	for (size_t i = 0; i < nr_hooks; i++)
		if (hook_is_kprobe(&hooks[i]))
			bpf_program__set_autoload(
				bpf_object__find_program_by_name(m.skeleton->obj, hooks[i].program),
				true);
	assert_int_equal(kleak__load(m.skeleton), 0);
	kleak__destroy(m.skeleton);
}

/* kfree() of `ptr`. */
static void release(const struct machine *m, uint64_t ptr)
{
	const struct kleak_event_args *at = &kernel.events[KLEAK_EVENT_KFREE].args;
	uint64_t args[8] = {};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = args, .ctx_size_in = sizeof(args));

	args[at->call_site] = ELSEWHERE;
	args[at->ptr] = ptr;
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(m->skeleton->progs.kfree_1), &opts),
			 0);
}

static void sweep(const struct machine *m)
{
	for (uint32_t first = 0; first < BUCKETS; first += KLEAK_SWEEP_BATCH) {
		m->skeleton->bss->sweep.first = first;
		run(m->skeleton->progs.sweep_buckets);
	}
}

static uint32_t bits_at(const struct machine *m, uint64_t address)
{
	int slot = find(m, address, KLEAK_SPACE_SLAB);

	assert_true(slot >= 0);
	return m->buckets[slot / KLEAK_BUCKET_KEYS].record[slot % KLEAK_BUCKET_KEYS].sample_bits;
}

/* The next address after `address` whose hash has just so many zeros at its end, or more. */
static uint64_t next_with(uint64_t address, uint32_t bits, bool or_more)
{
	do
		address += 64;
	while (!kleak_is_sampled(address, bits) ||
	       (!or_more && kleak_is_sampled(address, bits + 1)));
	return address;
}

/* The sampling becomes coarser, and finer again: an object stands for the most since its birth. */
static void test_sampling_recovers(void **state)
{
	struct kleak_control *control;
	struct trace_options options = everything;
	uint64_t old, lost, fine, older, young;
	const struct kleak_counts *counts;
	struct kleak_tally t;
	struct machine m;

	(void)state;
	options.origins = ORIGIN_SLAB;
	m = load(&options, kernel.stack_size);
	control = &m.skeleton->bss->control;
	counts = map_array(m.skeleton->maps.counts);
	old = next_with(0xffff888000000000, 3, true);
	lost = next_with(old, 1, false);
	fine = next_with(lost, 1, false);
	older = next_with(fine, 3, true);
	young = next_with(older, 3, true);
	allocate(&m, ELSEWHERE, old);
	allocate(&m, ELSEWHERE, lost);
	assert_int_equal(bits_at(&m, old), 0);
	control->sample_bits = 3;
	sweep(&m);
	assert_int_equal(bits_at(&m, old), 3);
	assert_int_equal(find(&m, lost, KLEAK_SPACE_SLAB), -1);
	allocate(&m, ELSEWHERE, fine); /* not in the sample */
	assert_int_equal(find(&m, fine, KLEAK_SPACE_SLAB), -1);
	t = sum(&m);
	assert_int_equal(t.allocations, 2);
	assert_int_equal(t.unsampled, 1);

	sweep(&m); /* tracer__refine() */
	control->sample_most = 3;
	control->sample_bits = 1;
	allocate(&m, ELSEWHERE, young);
	assert_int_equal(bits_at(&m, young), 1);
	assert_int_equal(bits_at(&m, old), 3);
	assert_int_equal(sum(&m).allocations_more, 1);

	/* these two are not older than the trace, though the table does not have them */
	release(&m, fine);
	release(&m, lost);
	assert_int_equal(counts->count[KLEAK_COUNT_UNKNOWN_FREES], 0);
	release(&m, older);
	assert_int_equal(counts->count[KLEAK_COUNT_UNKNOWN_FREES], 8);

	release(&m, young);
	assert_int_equal(sum(&m).frees_more, 1);
	release(&m, old);
	t = sum(&m);
	assert_int_equal(t.frees, 2);
	assert_int_equal(t.frees_more, 1 + 7);
	unload(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_area_goes_with_its_vm_struct),
		cmocka_unit_test(test_area_after_area),
		cmocka_unit_test(test_size_of_stacks),
		cmocka_unit_test(test_caches_of_events_without),
		cmocka_unit_test(test_offsets_of_cpus),
		cmocka_unit_test(test_programs_of_kprobes),
		cmocka_unit_test(test_sampling_recovers),
	};

	return cmocka_run_group_tests(tests, know_kernel, NULL);
}
