// SPDX-License-Identifier: GPL-2.0-only
#include "memory/scanner.h"
#include "memory/blank_structs.h"
#include "memory/orphan_check.h"
#include "memory/percpu_memory.h"
#include "memory/places.h"
#include "memory/ram_walk.h"
#include "memory/scan.h"
#include "memory/sheaves.h"
#include "memory/stacks.h"
#include "memory/subjects.h"
#include "memory/vmemmap.h"
#include "trace/snapshot.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/heap.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KALLSYMS "/proc/kallsyms"

#define MOST_EDGES    (1U << 22)
#define PROGRESS_S    0.2
#define WAIT_S	      0.05 /* until meanwhile() is called again */
#define LEAST_SLEEP_S 0.001
#define JUDGEMENT     1024 /* an object that is judged takes as long as passing over so many */
#define MOST_WORK     (1U << 17) /* objects passed over, until others have a turn: a few ms */

struct scanner {
	struct scanner_parts parts;
	struct ram memory;
	struct scan scan;
	struct page_tables tables;
	struct blank_structs blank;
	struct subjects subjects;
	struct orphan_check orphan_check;
	struct stacks stacks;
	struct percpu_memory percpu;
	struct places places;
	struct place *found; /* where references to what is sampled stand */
	size_t nr_found, room_found;
	struct scanner_sum sum;
	uint64_t gathered; /* tracer__now() before the objects were */
	uint64_t text;
	double began_s, shown_s, looked_s;
	struct scanner_pace pace; /* of this pass */
};

/* ---- beside others ---- */

/*
 * Where a CPU enters the kernel it leaves the registers of who entered: enter from each
 * CPU that this program may have run on, with nothing in them.
 */
static void visit_cpus(void)
{
	size_t size = CPU_ALLOC_SIZE(KLEAK_MAX_CPUS);
	cpu_set_t *allowed = CPU_ALLOC(KLEAK_MAX_CPUS), *one = CPU_ALLOC(KLEAK_MAX_CPUS);
	bool known = allowed && one && !sched_getaffinity(0, size, allowed);

	for (int cpu = 0; cpu < KLEAK_MAX_CPUS && known; cpu++) {
		if (!CPU_ISSET_S(cpu, size, allowed))
			continue;
		CPU_ZERO_S(size, one);
		CPU_SET_S(cpu, size, one);
		sched_setaffinity(0, size, one);
	}
	if (known)
		sched_setaffinity(0, size, allowed);
	CPU_FREE(allowed);
	CPU_FREE(one);
}

/* In this pass. */
static uint64_t read_bytes(const struct scanner *scanner)
{
	return scanner->scan.words * sizeof(uint64_t);
}

/* Nobody waits for the end of this pass. */
static bool is_over(struct scanner *scanner, double now)
{
	if (now >= scanner->pace.end_s || signals__want_end())
		return true;
	if (now - scanner->looked_s < PROGRESS_S)
		return false;
	scanner->looked_s = now;
	return signals__lost_reader(STDOUT_FILENO);
}

/* How long to wait, that no more is read in a second than may be. */
static double wait_s(const struct scanner *scanner, double now)
{
	uint64_t rate = scanner->parts.bytes_per_s;

	return rate ? (double)read_bytes(scanner) / (double)rate - (now - scanner->began_s) : 0;
}

/* Nothing is in hand that others may change: leave time to them. */
static int leave_time(void *arg)
{
	struct scanner *scanner = arg;
	const struct scanner_pace *pace = &scanner->pace;

	for (;;) {
		int done = pace->meanwhile ? pace->meanwhile(pace->arg) : 0;
		double now = clock__now_s(), due = wait_s(scanner, now);

		if (done < 0)
			return done;
		if (done)
			visit_cpus();
		if (is_over(scanner, now))
			return -EINTR;
		if (due <= LEAST_SLEEP_S)
			return 0;
		usleep((useconds_t)(fmin(fmin(due, WAIT_S), pace->end_s - now) * 1e6));
	}
}

/* ---- what a pass works with ---- */

/*
 * A struct page keeps, until something else is written there, the freelist of the slab
 * that its page once was: a pointer into that page or one of the next.  Is the word at
 * `address` such a one?  Then around it stands what stands in that struct page.
 */
#define MOST_SLAB_PAGES 8 /* PAGE_ALLOC_COSTLY_ORDER */

static bool is_reference(void *arg, uint64_t address, uint64_t value)
{
	struct scanner *scanner = arg;
	const struct slub_layout *l = &scanner->parts.kernel->slub;
	uint64_t page = vmemmap__page_of(scanner->memory.slub, value);
	uint8_t here[SLUB_PAGE_MOST], there[SLUB_PAGE_MOST];

	if (l->page > sizeof(here) ||
	    tracer__read(scanner->parts.tracer, address - l->slab_freelist, here, l->page))
		return true;
	for (int i = 0; i < MOST_SLAB_PAGES; i++, page -= l->page)
		if (!tracer__read(scanner->parts.tracer, page, there, l->page) &&
		    !memcmp(here, there, l->page))
			return false;
	return true;
}

/* What reads memory, and what looks for objects in it. */
static void set_up_memory(struct scanner *scanner, const struct scanner_parts *parts)
{
	scanner->blank =
		(struct blank_structs){.memory = &scanner->memory, .tables = &scanner->tables};
	scanner->stacks = (struct stacks){
		.memory = &scanner->memory,
		.slub = &parts->reader->slub,
		.areas = &parts->kernel->areas,
		.layout = &parts->kernel->tasks,
		.size = parts->kernel->stack_size,
		.self = tracer__self(parts->tracer),
	};
	scanner->percpu = (struct percpu_memory){
		.chunks = &parts->reader->percpu,
		.memory = &scanner->memory,
		.cpu_offsets = parts->reader->cpu_offsets,
		.nr_cpus = parts->reader->slub.nr_cpus,
	};
	scanner->places = (struct places){
		.memory = &scanner->memory,
		.slub = &parts->reader->slub,
		.layout = &parts->kernel->areas,
		.names = parts->names,
		.cpu_offsets = parts->reader->cpu_offsets,
		.nr_cpus = parts->reader->slub.nr_cpus,
	};
}

/* What a pass fills: what it looks for, and what it has seen. */
static void set_up_marks(struct scanner *scanner)
{
	const struct scanner_parts *parts = &scanner->parts;

	scanner->scan = (struct scan){
		.most_edges = MOST_EDGES,
		.doubt_every = parts->kernel->slub.page,
		.doubt_at = parts->kernel->slub.slab_freelist,
		.is_reference = is_reference,
		.between = leave_time,
		.arg = scanner,
	};
	scanner->subjects = (struct subjects){
		.view = tracer__view(parts->tracer),
		.areas_layout = &parts->kernel->areas,
		.slub = &parts->reader->slub,
		.memory = &scanner->memory,
		.scan = &scanner->scan,
		.tables = &scanner->tables,
		.holders = scanner->subjects.holders,
		.groups = scanner->subjects.groups,
	};
}

/* Some hundred bytes of each object: nobody needs them until the next pass. */
static void free_marks(struct scanner *scanner)
{
	scan__free(&scanner->scan);
	subjects__free(&scanner->subjects);
	set_up_marks(scanner);
	heap__give_back();
}

static void set_up(struct scanner *scanner, const struct scanner_parts *parts)
{
	scanner->parts = *parts;
	set_up_marks(scanner);
	scanner->orphan_check = (struct orphan_check){
		.subjects = &scanner->subjects,
		.slub = &parts->reader->slub,
		.peek = tracer__peek,
		.orphans.passes = parts->passes,
	};
	set_up_memory(scanner, parts);
}

int scanner__open(struct scanner **out, const struct scanner_parts *parts, char *why, size_t len)
{
	struct scanner *scanner = calloc(1, sizeof(*scanner));
	int err;

	if (!scanner) {
		snprintf(why, len, "out of memory");
		return -ENOMEM;
	}
	set_up(scanner, parts);
	err = kmem__open_memory(parts->reader, &scanner->memory, parts->kernel,
				parts->names ? names__kallsyms(parts->names) : NULL, &scanner->text,
				"cannot scan", why, len);
	if (err) {
		scanner__close(scanner);
		return err;
	}
	kmem__open_tables(parts->reader, &scanner->tables, &scanner->memory, parts->kernel);
	*out = scanner;
	return 0;
}

/* ---- the memory ---- */

static int add_dead(void *arg, uint64_t start, uint64_t end)
{
	struct scanner *scanner = arg;

	return ram__add_dead(&scanner->memory, start, end);
}

static int pass_block(void *arg, uint64_t start, uint64_t end)
{
	struct scanner *scanner = arg;

	return blank_structs__add(&scanner->blank, start, end);
}

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	struct scanner *scanner = arg;

	return stacks__see_slab(&scanner->stacks, address, cache)
		       ?: places__see_slab(&scanner->places, address, cache);
}

/* What is left over on stacks, in per-CPU memory, and where the allocator keeps what is free. */
static int find_dead(struct scanner *scanner)
{
	struct kmem *reader = scanner->parts.reader;
	int err;

	ram__forget_dead(&scanner->memory);
	ram__remember(&scanner->memory);
	blank_structs__begin(&scanner->blank);
	stacks__begin(&scanner->stacks);
	places__clear(&scanner->places);
	err = ram_walk__slabs(&scanner->memory, see_slab, scanner);
	places__sort(&scanner->places);
	if (!err)
		err = stacks__find_unused(&scanner->stacks, &scanner->places);
	if (!err)
		err = sheaves__each(&reader->slub, reader->in_map, add_dead, scanner);
	if (!err)
		err = krc__each_unused(&reader->krc, add_dead, scanner);
	if (!err)
		err = percpu_memory__begin(&scanner->percpu);
	return err;
}

static int add_own_page(void *arg, uint64_t address)
{
	struct scanner *scanner = arg;

	return ram__add_dead(&scanner->memory, address, address + scanner->parts.kernel->page_size);
}

/*
 * What is read goes through a map of ours, which is the kernel's memory, too: no words.  To be
 * called after find_dead().
 */
static int hide_buffer(struct scanner *scanner)
{
	return places__each_page(&scanner->places, tracer__buffer(scanner->parts.tracer),
				 add_own_page, scanner);
}

static void note_progress(struct scanner *scanner, uint64_t address, double now)
{
	const struct ram *memory = &scanner->memory;
	uint64_t end = memory->ram[memory->nr_ram - 1].end;

	if (address - memory->base < end)
		scanner->sum.under_way = (double)(address - memory->base) / (double)end;
	if (!scanner->parts.progress || now - scanner->shown_s < PROGRESS_S)
		return;
	scanner->shown_s = now;
	say__doing("scanning the kernel's memory: %.0f%%, %.0f MB", 100 * scanner->sum.under_way,
		   (double)read_bytes(scanner) / 1e6);
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct scanner *scanner = arg;
	double now = clock__now_s();
	int err = scan__words(&scanner->scan, address, words, nr);

	if (err)
		return err;
	note_progress(scanner, address, now);
	return is_over(scanner, now) ? -EINTR : 0;
}

/* Of per-CPU memory, whose walk keeps nothing that others may change. */
static int see_and_leave_time(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	return see(arg, address, words, nr) ?: leave_time(arg);
}

/* ---- the answer ---- */

static int judge_all(struct scanner *scanner)
{
	const struct subjects *subjects = &scanner->subjects;
	struct orphan_check *check = &scanner->orphan_check;
	uint64_t work = 0;
	int err = 0;

	orphan_check__begin(check);
	for (uint32_t i = 0; i < subjects->nr && !err; i++) {
		bool is_asked = orphan_check__is_asked(
			&subjects->list[i], &scanner->scan.objects[i], scanner->gathered);

		if (is_asked)
			err = orphan_check__judge(check, i);
		work += is_asked ? JUDGEMENT : 1;
		if (err || work < MOST_WORK)
			continue;
		work = 0;
		err = leave_time(scanner);
	}
	if (!err)
		err = tracer__evict(scanner->parts.tracer, check->freed, check->nr_freed);
	if (err)
		return err;
	scanner->sum.unknown = check->unknown;
	return orphans__end(&check->orphans);
}

/* ---- who holds them ---- */

static int by_object(const void *a, const void *b)
{
	const struct scan_holder *x = a, *y = b;

	return x->object != y->object ? (x->object > y->object) - (x->object < y->object)
				      : (x->address > y->address) - (x->address < y->address);
}

static int name_places(struct scanner *scanner)
{
	FILE *file = fopen(KALLSYMS, "re");
	int err;

	if (!file)
		return 0; /* they have offsets then */
	err = places__name(scanner->found, scanner->nr_found, file);
	fclose(file);
	return err == -ENOMEM ? err : 0;
}

/* Is this still a reference, from something that is in use? */
static bool is_held(const struct scanner *scanner, const struct scan_holder *holder)
{
	const struct subjects *subjects = &scanner->subjects;

	return scanner->scan.objects[holder->object].sampled &&
	       scan__holds(&scanner->scan, holder) &&
	       (holder->from == SCAN_NONE || subjects__is_there(subjects, holder->from));
}

/* Where the references stand that were seen to the objects that are sampled. */
static int find_holders(struct scanner *scanner)
{
	struct subjects *subjects = &scanner->subjects;
	struct scan *scan = &scanner->scan;
	int err = array__reserve((void **)&scanner->found, scan->nr_holders, &scanner->room_found,
				 sizeof(*scanner->found));

	scanner->nr_found = scan->nr_holders;
	if (err || !scan->nr_holders)
		return err;
	qsort(scan->holders, scan->nr_holders, sizeof(*scan->holders), by_object);
	err = places__begin(&scanner->places);
	for (size_t i = 0; i < scan->nr_holders && !err; i++)
		err = is_over(scanner, clock__now_s())
			      ? -EINTR
			      : places__find(&scanner->places, &scanner->found[i],
					     scan->holders[i].address);
	if (!err)
		err = name_places(scanner);
	subjects__drop_freed(subjects); /* last: the places were read before */
	for (size_t i = 0; i < scan->nr_holders && !err; i++) {
		uint32_t object = scan->holders[i].object;

		if (scanner->found[i].kind && is_held(scanner, &scan->holders[i]))
			err = referrers__add(subjects->holders,
					     subjects->groups[subjects->list[object].site], object,
					     &scanner->found[i]);
	}
	referrers__end(subjects->holders);
	return err;
}

void scanner__sample(struct scanner *scanner, struct referrers *holders, const uint32_t *groups)
{
	scanner->subjects.holders = holders;
	scanner->subjects.groups = groups;
}

int scanner__pass(struct scanner *scanner, const struct scanner_pace *pace)
{
	int err = 0;

	if (!scanner->memory.base)
		err = ram__find_base(&scanner->memory, scanner->parts.reader->in_map,
				     scanner->text);
	if (err)
		return err;
	scanner->began_s = clock__now_s();
	scanner->pace = *pace;
	scanner->memory.between = leave_time;
	scanner->memory.between_arg = scanner;
	scanner->memory.passed = pass_block;
	scanner->memory.passed_arg = scanner;
	kmem__see_cpus(scanner->parts.reader);
	err = tracer__now(scanner->parts.tracer, &scanner->gathered);
	scanner->subjects.sampled = tracer__sampling_most(scanner->parts.tracer) > 1;
	if (!err)
		err = subjects__gather(&scanner->subjects, scanner->gathered);
	if (!err)
		err = find_dead(scanner);
	if (!err)
		err = hide_buffer(scanner);
	visit_cpus();
	if (!err)
		err = ram_walk__words(&scanner->memory, see, scanner);
	if (!err)
		err = percpu_memory__walk(&scanner->percpu, see_and_leave_time, scanner);
	scanner->sum.under_way = 0;
	if (!err)
		err = scan__finish(&scanner->scan);
	if (!err)
		err = judge_all(scanner);
	if (!err && scanner->subjects.holders)
		err = find_holders(scanner);
	if (scanner->parts.progress)
		say__done();
	if (!err) {
		scanner->sum.passes++;
		scanner->sum.objects = scanner->subjects.nr;
		scanner->sum.bytes = read_bytes(scanner);
		scanner->sum.seconds = clock__now_s() - scanner->began_s;
	}
	free_marks(scanner);
	return err;
}

void scanner__each_orphan(const struct scanner *scanner,
			  void (*each)(const struct orphan *orphan,
				       const struct kleak_record *record, void *arg),
			  void *arg)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	const struct orphans *orphans = &scanner->orphan_check.orphans;

	for (size_t i = 0; i < orphans->nr; i++) {
		const struct orphan *orphan = &orphans->list[i];
		struct kleak_record record;

		if (!orphans__is_certain(orphans, orphan) || orphan->acknowledged ||
		    snapshot__read_record(&record, view->buckets, orphan->slot) != orphan->key ||
		    record.allocated_at != orphan->allocated_at || record.site != orphan->site)
			continue;
		each(orphan, &record, arg);
	}
}

size_t scanner__look_at(const struct scanner *scanner, const struct orphan *orphan,
			uint64_t *address, uint8_t *first, size_t len)
{
	const struct kmem *reader = scanner->parts.reader;
	uint64_t from = subjects__address_of(orphan->key);

	*address = from;
	switch (~orphan->key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_VMALLOC:
		*address = from = subjects__area_of(&scanner->subjects, from);
		break;
	case KLEAK_SPACE_PAGES:
		*address = from = vmemmap__address_of(&reader->slub, from);
		break;
	case KLEAK_SPACE_PERCPU:
		*address = subjects__percpu_pointer(&reader->slub, orphan->key);
		from = *address + reader->cpu_offsets[0];
		break;
	}
	return tracer__read(scanner->parts.tracer, from, first, len) ? 0 : len;
}

size_t scanner__acknowledge(struct scanner *scanner)
{
	size_t nr = orphans__acknowledge(&scanner->orphan_check.orphans);

	scanner->sum.acknowledged += nr;
	return nr;
}

const struct scanner_sum *scanner__sum(const struct scanner *scanner)
{
	return &scanner->sum;
}

void scanner__close(struct scanner *scanner)
{
	if (!scanner)
		return;
	ram__free(&scanner->memory);
	scan__free(&scanner->scan);
	subjects__free(&scanner->subjects);
	orphan_check__free(&scanner->orphan_check);
	stacks__free(&scanner->stacks);
	percpu_memory__free(&scanner->percpu);
	places__free(&scanner->places);
	free(scanner->found);
	free(scanner);
}
