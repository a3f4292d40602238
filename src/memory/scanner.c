// SPDX-License-Identifier: GPL-2.0-only
#include "memory/scanner.h"
#include "memory/places.h"
#include "memory/ram.h"
#include "memory/scan.h"
#include "memory/stacks.h"
#include "trace/caches.h"
#include "trace/snapshot.h"
#include "util/array.h"
#include "util/clock.h"
#include "util/fnv.h"
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

#define LEAST_AGE_TICKS ((uint64_t)(5e9 / (1 << KLEAK_TICK_SHIFT))) /* as kmemleak */
#define MOST_EDGES	(1U << 22)
#define PAGES_AT_ONCE	512 /* of an area */
#define PROGRESS_S	0.2
#define LEAST_SLEEP_S	0.001
#define JUDGED_AT_ONCE	256 /* objects, until signals are looked at */

/* An object of the scan, beside what scan.h knows of it. */
struct subject {
	uint64_t key;
	uint64_t allocated_at;
	uint32_t slot;
	uint32_t site;
	uint64_t kmem;	/* of a slab object: cache__kmem() */
	uint32_t size;	/* of a slab object that is no large kmalloc; else 0 */
	bool large;	/* large kmalloc */
	bool companion; /* the books of an area: not to be reported beside it */
	bool young;
};

/* What is known of an area before all objects are. */
struct area {
	uint64_t vm, pages;
	uint32_t object;
};

struct scanner {
	struct scanner_parts parts;
	struct ram memory;
	struct scan scan;
	struct subject *subjects;
	size_t nr_subjects, room_subjects;
	struct area *areas;
	size_t nr_areas, room_areas;
	struct idmap vm_structs; /* address of a tracked vm_struct -> object */
	struct orphans orphans;
	struct places places;
	struct referrers *holders; /* NULL: nobody asks */
	const uint32_t *groups;
	struct place *found; /* where references to what is sampled stand */
	size_t nr_found, room_found;
	struct kleak_eviction *freed;
	size_t nr_freed, room_freed;
	struct scanner_sum sum;
	uint64_t gathered; /* tracer__now() before the objects were */
	uint64_t text;
	double began_s, shown_s, looked_s;
	double end_s; /* of the pass, at the latest */
};

/*
 * A struct page keeps, until something else is written there, the freelist of the slab
 * that its page once was: a pointer into that page or one of the next.  Is the word at
 * `address` such a one?  Then around it stands what stands in that struct page.
 */
#define MOST_SLAB_PAGES	 8 /* PAGE_ALLOC_COSTLY_ORDER */
#define MOST_PAGE_STRUCT 256

static bool is_reference(void *arg, uint64_t address, uint64_t value)
{
	struct scanner *scanner = arg;
	const struct slub_layout *l = &scanner->parts.kernel->slub;
	uint64_t page = slub__page_of(scanner->memory.slub, value);
	uint8_t here[MOST_PAGE_STRUCT], there[MOST_PAGE_STRUCT];

	if (l->page > sizeof(here) ||
	    tracer__read(scanner->parts.tracer, address - l->slab_freelist, here, l->page))
		return true;
	for (int i = 0; i < MOST_SLAB_PAGES; i++, page -= l->page)
		if (!tracer__read(scanner->parts.tracer, page, there, l->page) &&
		    !memcmp(here, there, l->page))
			return false;
	return true;
}

int scanner__open(struct scanner **out, const struct scanner_parts *parts, char *why, size_t len)
{
	struct scanner *scanner = calloc(1, sizeof(*scanner));
	int err;

	if (!scanner) {
		snprintf(why, len, "out of memory");
		return -ENOMEM;
	}
	scanner->parts = *parts;
	scanner->orphans.passes = parts->passes;
	scanner->scan.most_edges = MOST_EDGES;
	scanner->scan.doubt_every = parts->kernel->slub.page;
	scanner->scan.doubt_at = parts->kernel->slub.slab_freelist;
	scanner->scan.is_reference = is_reference;
	scanner->scan.arg = scanner;
	scanner->places = (struct places){
		.memory = &scanner->memory,
		.slub = &parts->reader->slub,
		.layout = &parts->kernel->areas,
		.names = parts->names,
		.cpu_offsets = parts->reader->cpu_offsets,
		.nr_cpus = parts->reader->slub.nr_cpus,
	};
	err = kmem__open_memory(parts->reader, &scanner->memory, parts->kernel,
				parts->names ? names__kallsyms(parts->names) : NULL, &scanner->text,
				"cannot scan", why, len);
	if (err) {
		scanner__close(scanner);
		return err;
	}
	*out = scanner;
	return 0;
}

/* ---- the objects ---- */

static int read_memory(const struct scanner *scanner, uint64_t address, void *to, size_t len)
{
	return tracer__read(scanner->parts.tracer, address, to, len);
}

static uint64_t address_of(uint64_t key)
{
	return ~key & ~(uint64_t)KLEAK_SPACE_MASK;
}

/* The first ones of a site will do: the table has them in the order of a hash. */
static void sample(struct scanner *scanner, const struct subject *subject, uint32_t object)
{
	struct referrers_site *site;

	if (!scanner->holders || !subject->key || scanner->groups[subject->site] == SCAN_NONE)
		return;
	site = &scanner->holders->sites[scanner->groups[subject->site]];
	if (site->sampled == REFERRERS_SAMPLED)
		return;
	site->sampled++;
	scanner->scan.objects[object].sampled = true;
}

static int add_subject(struct scanner *scanner, const struct subject *subject, uint32_t *object)
{
	int err = array__reserve((void **)&scanner->subjects, scanner->nr_subjects + 1,
				 &scanner->room_subjects, sizeof(*scanner->subjects));

	if (!err)
		err = scan__add(&scanner->scan, object);
	if (err)
		return err;
	scanner->subjects[scanner->nr_subjects++] = *subject;
	sample(scanner, subject, *object);
	return 0;
}

static int add_slab(struct scanner *scanner, const struct subject *subject,
		    const struct kleak_record *record)
{
	uint64_t address = address_of(subject->key);
	uint32_t object;
	int err = add_subject(scanner, subject, &object);

	if (!err)
		err = scan__add_range(&scanner->scan, object, address, address + record->bytes);
	if (!err && record->flags & KLEAK_RECORD_VM_STRUCT) {
		scanner->subjects[object].companion = true;
		err = idmap__add(&scanner->vm_structs, idmap__mix(address), object);
	}
	return err;
}

/*
 * A pointer to per-CPU memory is an offset.  Its top bit is not in the key (kleak.h); but
 * what it points at on a CPU is a kernel address, which has it set.
 */
static uint64_t percpu_pointer(const struct scanner *scanner, uint64_t key)
{
	uint64_t pointer = address_of(key) >> 1, top = 1ULL << 63;

	return (pointer + scanner->parts.reader->cpu_offsets[0]) & top ? pointer : pointer | top;
}

static uint64_t percpu_bytes(const struct scanner *scanner, const struct kleak_record *record)
{
	return record->bytes / scanner->parts.reader->slub.nr_cpus;
}

/* Where the copies are does not count, as with kmemleak: their own lists point there. */
static int add_percpu(struct scanner *scanner, const struct subject *subject,
		      const struct kleak_record *record)
{
	uint64_t pointer = percpu_pointer(scanner, subject->key);
	uint32_t object;
	int err = add_subject(scanner, subject, &object);

	if (!err)
		err = scan__add_range(&scanner->scan, object, pointer,
				      pointer + percpu_bytes(scanner, record));
	return err;
}

/* The memory of an area: its pages, in the direct map. */
static int add_pages(struct scanner *scanner, uint32_t object, uint64_t array, uint32_t nr)
{
	uint64_t pages[PAGES_AT_ONCE], start = 0, end = 0;
	uint32_t page_size = scanner->parts.kernel->page_size;
	int err = 0;

	for (uint32_t at = 0; at < nr && !err;) {
		uint32_t n = nr - at < PAGES_AT_ONCE ? nr - at : PAGES_AT_ONCE;

		if (read_memory(scanner, array + at * sizeof(*pages), pages, n * sizeof(*pages)))
			return 0;
		for (uint32_t i = 0; i < n && !err; i++) {
			uint64_t address = slub__address_of(scanner->memory.slub, pages[i]);

			if (!ram__contains(&scanner->memory, address))
				return 0;
			if (address != end) {
				err = scan__add_content(&scanner->scan, object, start, end);
				start = address;
			}
			end = address + page_size;
		}
		at += n;
	}
	if (!err)
		err = scan__add_content(&scanner->scan, object, start, end);
	return err;
}

static int add_area(struct scanner *scanner, const struct subject *subject,
		    const struct kleak_record *record)
{
	const struct area_layout *l = &scanner->parts.kernel->areas;
	uint64_t vm = address_of(subject->key), addr, size, pages;
	uint32_t object, nr;
	int err;

	if (read_memory(scanner, vm + l->vm_addr, &addr, sizeof(addr)) ||
	    read_memory(scanner, vm + l->vm_size, &size, sizeof(size)) ||
	    read_memory(scanner, vm + l->vm_pages, &pages, sizeof(pages)) ||
	    read_memory(scanner, vm + l->vm_nr_pages, &nr, sizeof(nr)))
		return 0;
	if (!pages || (uint64_t)nr * scanner->parts.kernel->page_size != record->bytes ||
	    record->bytes > size)
		return 0; /* it is going away, or it is another one by now */
	err = add_subject(scanner, subject, &object);
	if (!err)
		err = array__reserve((void **)&scanner->areas, scanner->nr_areas + 1,
				     &scanner->room_areas, sizeof(*scanner->areas));
	if (err)
		return err;
	scanner->areas[scanner->nr_areas++] = (struct area){vm, pages, object};
	scanner->scan.objects[object].area = true;
	err = scan__add_range(&scanner->scan, object, addr, addr + size);
	if (!err)
		err = add_pages(scanner, object, pages, nr);
	return err;
}

static int add_object(struct scanner *scanner, uint32_t slot, uint64_t now)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	struct kleak_record record;
	struct subject subject = {.slot = slot};
	uint32_t cache;

	subject.key = snapshot__read_record(&record, view->buckets, slot);
	if (subject.key == KLEAK_KEY_EMPTY || subject.key == KLEAK_KEY_BUSY)
		return 0;
	if (record.bytes & KLEAK_BYTES_UNSIZED || !record.bytes || record.site >= view->nr_sites)
		return 0;
	subject.allocated_at = record.allocated_at;
	subject.site = record.site;
	subject.young = kleak_age(now, record.allocated_at) < LEAST_AGE_TICKS ||
			record.flags & KLEAK_RECORD_RCU_PENDING;
	switch (~subject.key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_SLAB:
		cache = view->sites[record.site].cache % KLEAK_MAX_CACHES;
		subject.large = view->caches[cache].flags & KLEAK_CACHE_LARGE;
		subject.kmem = cache__kmem(&view->caches[cache]);
		subject.size = subject.large ? 0 : (uint32_t)record.bytes;
		return add_slab(scanner, &subject, &record);
	case KLEAK_SPACE_VMALLOC:
		return add_area(scanner, &subject, &record);
	case KLEAK_SPACE_PERCPU:
		return add_percpu(scanner, &subject, &record);
	default:
		return 0; /* pages: struct page refers to what it wants */
	}
}

/* A vm_struct refers to its area only in so far as somebody refers to it. */
static int add_books(struct scanner *scanner, const struct area *area)
{
	const struct subject companion = {.companion = true};
	uint32_t vm = idmap__find(&scanner->vm_structs, idmap__mix(area->vm));
	int err = 0;

	if (vm == IDMAP_NONE) {
		err = add_subject(scanner, &companion, &vm);
		if (!err)
			err = scan__add_range(&scanner->scan, vm, area->vm,
					      area->vm + scanner->parts.kernel->areas.vm_struct);
	}
	if (err)
		return err;
	scanner->scan.objects[vm].silent = true;
	scanner->scan.objects[vm].books_of = area->object;
	return scan__add_edge(&scanner->scan, vm, area->object);
}

static int gather(struct scanner *scanner)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	int err = tracer__now(scanner->parts.tracer, &scanner->gathered);

	scan__begin(&scanner->scan);
	scanner->scan.vm_words = scanner->parts.kernel->areas.vmap_area_vm / sizeof(uint64_t);
	scanner->nr_subjects = 0;
	scanner->nr_areas = 0;
	idmap__clear(&scanner->vm_structs);
	for (uint32_t b = 0; b < view->nr_buckets && !err; b++)
		for (uint32_t i = 0; i < KLEAK_BUCKET_KEYS && !err; i++)
			if (view->buckets[b].key[i] != KLEAK_KEY_EMPTY)
				err = add_object(scanner, b * KLEAK_BUCKET_KEYS + i,
						 scanner->gathered);
	for (size_t i = 0; i < scanner->nr_areas && !err; i++)
		err = add_books(scanner, &scanner->areas[i]);
	if (!err)
		err = scan__index(&scanner->scan);
	/* The array of an area's pages goes where the area goes. */
	for (size_t i = 0; i < scanner->nr_areas && !err; i++) {
		uint32_t pages = scan__find(&scanner->scan, scanner->areas[i].pages);

		if (pages == SCAN_NONE)
			continue;
		scanner->subjects[pages].companion = true;
		err = scan__add_edge(&scanner->scan, scanner->areas[i].object, pages);
	}
	return err;
}

/* ---- the memory ---- */

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

static int add_dead(void *arg, uint64_t start, uint64_t end)
{
	struct scanner *scanner = arg;

	return ram__add_dead(&scanner->memory, start, end);
}

/* What is left over on stacks, and where the allocator keeps what is free. */
static int find_dead(struct scanner *scanner)
{
	struct kmem *reader = scanner->parts.reader;
	struct stacks stacks = {
		.memory = &scanner->memory,
		.slub = &reader->slub,
		.areas = &scanner->parts.kernel->areas,
		.layout = &scanner->parts.kernel->tasks,
		.size = scanner->parts.kernel->stack_size,
		.self = tracer__self(scanner->parts.tracer),
	};

	int err;

	ram__forget_dead(&scanner->memory);
	err = stacks__find_dead(&stacks);
	if (!err)
		err = slub__each_sheaf(&reader->slub, reader->in_map, add_dead, scanner);
	if (!err)
		err = krc__each_spare(&reader->krc, add_dead, scanner);
	return err;
}

static int add_own_page(void *arg, uint64_t address)
{
	struct scanner *scanner = arg;

	return ram__add_dead(&scanner->memory, address, address + scanner->parts.kernel->page_size);
}

/* What is read goes through a map of ours, which is the kernel's memory, too: no words. */
static int hide_buffer(struct scanner *scanner)
{
	int err = places__begin(&scanner->places);

	return err ? err
		   : places__each_page(&scanner->places, tracer__buffer(scanner->parts.tracer),
				       add_own_page, scanner);
}

/* In this pass. */
static uint64_t read_bytes(const struct scanner *scanner)
{
	return scanner->scan.words * sizeof(uint64_t);
}

static void show_progress(struct scanner *scanner, uint64_t address, double now)
{
	const struct ram *memory = &scanner->memory;
	uint64_t end = memory->ram[memory->nr_ram - 1].end;

	if (!scanner->parts.progress || now - scanner->shown_s < PROGRESS_S)
		return;
	scanner->shown_s = now;
	say__doing("scanning the kernel's memory: %.0f%%, %.0f MB",
		   100.0 * (double)(address - memory->base) / (double)end,
		   (double)read_bytes(scanner) / 1e6);
}

/* Nobody waits for the end of this pass. */
static bool is_over(struct scanner *scanner, double now)
{
	if (now >= scanner->end_s || signals__want_end())
		return true;
	if (now - scanner->looked_s < PROGRESS_S)
		return false;
	scanner->looked_s = now;
	return signals__lost_reader(STDOUT_FILENO);
}

static int see(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct scanner *scanner = arg;
	double now = clock__now_s(), due = 0;
	int err = scan__words(&scanner->scan, address, words, nr);

	if (err)
		return err;
	show_progress(scanner, address, now);
	if (is_over(scanner, now))
		return -EINTR;
	if (scanner->parts.bytes_per_s)
		due = fmin((double)read_bytes(scanner) / (double)scanner->parts.bytes_per_s -
				   (now - scanner->began_s),
			   scanner->end_s - now);
	while (due > LEAST_SLEEP_S && !is_over(scanner, clock__now_s())) {
		double step = fmin(due, PROGRESS_S);

		usleep((useconds_t)(step * 1e6));
		due -= step;
	}
	return 0;
}

/* ---- the answer ---- */

/* Per-CPU memory is not read through the direct map: what its copies hold. */
static bool read_copies(struct scanner *scanner, const struct subject *subject, uint64_t *content)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	uint64_t pointer = percpu_pointer(scanner, subject->key), bytes, hash = 0;
	struct kleak_record record;

	if (snapshot__read_record(&record, view->buckets, subject->slot) != subject->key)
		return false;
	bytes = percpu_bytes(scanner, &record);
	if (!bytes || bytes > KLEAK_READ_MOST)
		return false;
	for (uint32_t cpu = 0; cpu < scanner->parts.reader->slub.nr_cpus; cpu++) {
		const uint8_t *copy =
			tracer__peek(scanner->parts.tracer,
				     pointer + scanner->parts.reader->cpu_offsets[cpu], bytes);

		if (!copy)
			return false;
		hash = fnv__add(hash, copy, bytes);
	}
	*content = hash;
	return true;
}

static int note_freed(struct scanner *scanner, const struct orphan *orphan)
{
	int err = array__reserve((void **)&scanner->freed, scanner->nr_freed + 1,
				 &scanner->room_freed, sizeof(*scanner->freed));

	if (!err)
		scanner->freed[scanner->nr_freed++] =
			(struct kleak_eviction){.key = orphan->key,
						.slot = orphan->slot,
						.allocated_at = orphan->allocated_at,
						.site = orphan->site,
						.free = 1};
	return err;
}

/*
 * Nothing refers to it, or another one claims its memory: is it an object at all, or was it
 * freed unseen?
 */
static int judge(struct scanner *scanner, uint32_t i)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	const struct subject *subject = &scanner->subjects[i];
	struct orphan orphan = {.key = subject->key,
				.allocated_at = subject->allocated_at,
				.slot = subject->slot,
				.site = subject->site,
				.content = scanner->scan.objects[i].content};
	uint64_t space = ~subject->key & KLEAK_SPACE_MASK;
	bool disputed = scanner->scan.objects[i].disputed;
	struct kleak_record record;
	int state;

	if (space == KLEAK_SPACE_PERCPU
		    ? disputed || !read_copies(scanner, subject, &orphan.content)
		    : !disputed && !scanner->scan.objects[i].seen)
		return 0;
	if (snapshot__read_record(&record, view->buckets, subject->slot) != subject->key ||
	    record.allocated_at != subject->allocated_at || record.site != subject->site ||
	    record.flags & KLEAK_RECORD_RCU_PENDING)
		return 0;
	if (space == KLEAK_SPACE_PERCPU)
		return orphans__add(&scanner->orphans, &orphan);
	state = slub__state(&scanner->parts.reader->slub, address_of(subject->key), subject->kmem,
			    subject->size, subject->large);
	if (state < 0)
		return state;
	if (state == SLUB_FREE)
		return note_freed(scanner, &orphan);
	if (disputed)
		return 0; /* the next pass will see it without the other one */
	if (state == SLUB_UNKNOWN) {
		scanner->sum.unknown++;
		return 0;
	}
	return orphans__add(&scanner->orphans, &orphan);
}

static int judge_all(struct scanner *scanner)
{
	int err = orphans__begin(&scanner->orphans);

	scanner->nr_freed = 0;
	scanner->sum.unknown = 0;
	slub__begin(&scanner->parts.reader->slub);
	for (uint32_t i = 0; i < scanner->nr_subjects && !err; i++) {
		const struct subject *subject = &scanner->subjects[i];
		const struct scan_object *object = &scanner->scan.objects[i];

		if (i % JUDGED_AT_ONCE == 0 && is_over(scanner, clock__now_s()))
			return -EINTR;
		/* what the books say is of what was there before they were read, all the time */
		if (object->disputed ? subject->key && subject->allocated_at < scanner->gathered
				     : !object->reached && !subject->companion && !subject->young)
			err = judge(scanner, i);
	}
	if (!err)
		err = tracer__evict(scanner->parts.tracer, scanner->freed, scanner->nr_freed);
	return err;
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

/* Where the references stand that were seen to the objects that are sampled. */
static int find_holders(struct scanner *scanner)
{
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
	for (size_t i = 0; i < scan->nr_holders && !err; i++) {
		uint32_t object = scan->holders[i].object;

		if (scanner->found[i].kind)
			err = referrers__add(scanner->holders,
					     scanner->groups[scanner->subjects[object].site],
					     object, &scanner->found[i]);
	}
	referrers__end(scanner->holders);
	return err;
}

void scanner__sample(struct scanner *scanner, struct referrers *holders, const uint32_t *groups)
{
	scanner->holders = holders;
	scanner->groups = groups;
}

int scanner__pass(struct scanner *scanner, double end_s)
{
	int err = 0;

	if (!scanner->memory.base)
		err = ram__find_base(&scanner->memory, scanner->parts.reader->in_map,
				     scanner->text);
	if (err)
		return err;
	scanner->began_s = clock__now_s();
	scanner->end_s = end_s;
	kmem__see_cpus(scanner->parts.reader);
	err = gather(scanner);
	if (!err)
		err = find_dead(scanner);
	if (!err)
		err = hide_buffer(scanner);
	visit_cpus();
	if (!err)
		err = ram__walk(&scanner->memory, see, scanner);
	if (!err)
		err = scan__finish(&scanner->scan);
	if (!err)
		err = judge_all(scanner);
	if (!err && scanner->holders)
		err = find_holders(scanner);
	if (scanner->parts.progress)
		say__done();
	if (err)
		return err;
	scanner->sum.passes++;
	scanner->sum.objects = scanner->nr_subjects;
	scanner->sum.bytes = read_bytes(scanner);
	scanner->sum.seconds = clock__now_s() - scanner->began_s;
	return 0;
}

void scanner__each_orphan(const struct scanner *scanner,
			  void (*each)(const struct orphan *orphan,
				       const struct kleak_record *record, void *arg),
			  void *arg)
{
	const struct tracer_view *view = tracer__view(scanner->parts.tracer);
	const struct orphans *orphans = &scanner->orphans;

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
	uint64_t from = address_of(orphan->key);

	switch (~orphan->key & KLEAK_SPACE_MASK) {
	case KLEAK_SPACE_VMALLOC:
		if (read_memory(scanner, from + scanner->parts.kernel->areas.vm_addr, &from,
				sizeof(from)))
			from = 0;
		*address = from;
		break;
	case KLEAK_SPACE_PERCPU:
		*address = percpu_pointer(scanner, orphan->key);
		from = *address + scanner->parts.reader->cpu_offsets[0];
		break;
	default:
		*address = from;
	}
	return read_memory(scanner, from, first, len) ? 0 : len;
}

size_t scanner__acknowledge(struct scanner *scanner)
{
	size_t nr = orphans__acknowledge(&scanner->orphans);

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
	orphans__free(&scanner->orphans);
	idmap__free(&scanner->vm_structs);
	free(scanner->subjects);
	free(scanner->areas);
	places__free(&scanner->places);
	free(scanner->found);
	free(scanner->freed);
	free(scanner);
}
