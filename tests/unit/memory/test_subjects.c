// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/subjects.h"
#include "memory/vmemmap.h"

#define TICKS(s) ((uint64_t)((s)*1e9 / (1 << KLEAK_TICK_SHIFT)))
#define NOW	 TICKS(1000)
#define OLD	 TICKS(10)
#define SITES	 4

static const struct area_layout area_layout = {
	.vm_struct = 64,
	.vm_addr = 8,
	.vm_size = 16,
	.vm_pages = 32,
	.vm_nr_pages = 40,
	.vmap_area_vm = 56,
};

#define AREA 0xffffc90000000000ULL
#define VM   (BASE + RAM + 8 * PAGE) /* the vm_struct */
#define LIST (BASE + RAM + 9 * PAGE) /* of its pages */

/* A machine, and an object table of one bucket. */
struct made_up {
	struct machine *machine;
	struct kleak_bucket bucket;
	struct kleak_site sites[SITES];
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct tracer_view view;
	struct scan scan;
	struct subjects subjects;
	struct page_tables tables;
	uint64_t cpu_offsets[2];
};

static int begin_table(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));
	int err = begin((void **)&m->machine);

	m->view = (struct tracer_view){.buckets = &m->bucket,
				       .sites = m->sites,
				       .caches = m->caches,
				       .nr_buckets = 1,
				       .nr_sites = SITES};
	m->machine->slub.cpu_offsets = m->cpu_offsets;
	m->machine->slub.nr_cpus = 2;
	m->machine->memory.base = BASE;
	m->subjects = (struct subjects){.view = &m->view,
					.areas_layout = &area_layout,
					.slub = &m->machine->slub,
					.memory = &m->machine->memory,
					.scan = &m->scan,
					.tables = &m->tables};
	m->tables = (struct page_tables){.memory = &m->machine->memory};
	*state = m;
	return err;
}

static int end_table(void **state)
{
	struct made_up *m = *state;

	subjects__free(&m->subjects);
	scan__free(&m->scan);
	end((void **)&m->machine);
	test_free(m);
	return 0;
}

static struct kleak_record *record(struct made_up *m, int slot, uint64_t address, uint32_t space,
				   uint64_t bytes)
{
	m->bucket.key[slot] = ~(address | space);
	m->bucket.record[slot] =
		(struct kleak_record){.bytes = bytes, .site = 1, .allocated_at = NOW - OLD};
	return &m->bucket.record[slot];
}

static void gather(struct made_up *m)
{
	assert_int_equal(subjects__gather(&m->subjects, NOW), 0);
	assert_int_equal(m->subjects.nr, m->scan.nr);
}

static void test_a_slab_object_is_its_bytes(void **state)
{
	struct made_up *m = *state;
	const struct subject *subject = m->subjects.list;

	m->sites[1].cache = 7;
	m->caches[7] = (struct kleak_cache){.id = ~(BASE + 64), .size = 192, .ready = 1};
	record(m, 2, CACHE, KLEAK_SPACE_SLAB, 192);
	gather(m);
	subject = m->subjects.list;
	assert_int_equal(m->subjects.nr, 1);
	assert_int_equal(subject->slot, 2);
	assert_int_equal(subject->site, 1);
	assert_int_equal(subject->size, 192);
	assert_true(subject->kmem == BASE + 64);
	assert_true(subject->allocated_at == NOW - OLD);
	assert_false(subject->young || subject->large || subject->companion);
	assert_true(subjects__address_of(subject->key) == CACHE);
	assert_int_equal(scan__find(&m->scan, CACHE), 0);
	assert_int_equal(scan__find(&m->scan, CACHE + 191), 0);
	assert_int_equal(scan__find(&m->scan, CACHE + 192), SCAN_NONE);
	assert_int_equal(scan__find(&m->scan, CACHE - 1), SCAN_NONE);
}

static int end_it(void *arg)
{
	++*(int *)arg;
	return -4711;
}

/* Others have their turn while the table is read, and may end it. */
static void test_leaves_time_to_others(void **state)
{
	struct made_up *m = *state;
	int turns = 0;

	m->scan.between = end_it;
	m->scan.arg = &turns;
	record(m, 2, CACHE, KLEAK_SPACE_SLAB, 192);
	assert_int_equal(subjects__gather(&m->subjects, NOW), -4711);
	assert_int_equal(turns, 1);
}

static void test_what_is_no_object(void **state)
{
	struct made_up *m = *state;

	record(m, 0, CACHE, KLEAK_SPACE_SLAB, 0);
	record(m, 1, CACHE + 512, KLEAK_SPACE_SLAB, 64)->site = SITES;
	record(m, 2, CACHE + 1024, KLEAK_SPACE_VMALLOC, KLEAK_BYTES_UNSIZED);
	record(m, 4, CACHE + 2048, KLEAK_SPACE_SLAB, 64);
	m->bucket.key[4] = KLEAK_KEY_BUSY;
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
	record(m, 1, CACHE + 512, KLEAK_SPACE_SLAB, 64)->site = SITES - 1;
	gather(m);
	assert_int_equal(m->subjects.nr, 1);
}

/* As kmemleak: five seconds. */
static void test_young_objects(void **state)
{
	struct made_up *m = *state;

	record(m, 0, CACHE, KLEAK_SPACE_SLAB, 64)->allocated_at = NOW - TICKS(5);
	record(m, 1, CACHE + 64, KLEAK_SPACE_SLAB, 64)->allocated_at = NOW - TICKS(5) + 1;
	record(m, 2, CACHE + 128, KLEAK_SPACE_SLAB, 64)->flags = KLEAK_RECORD_RCU_PENDING;
	gather(m);
	assert_int_equal(m->subjects.nr, 3);
	assert_false(m->subjects.list[0].young);
	assert_true(m->subjects.list[1].young);
	assert_true(m->subjects.list[2].young);
}

/* kmalloc() beyond the caches: no size that a cache would have. */
static void test_large_kmalloc(void **state)
{
	struct made_up *m = *state;

	m->sites[1].cache = 3;
	m->caches[3].flags = KLEAK_CACHE_KMALLOC | KLEAK_CACHE_LARGE;
	record(m, 0, BASE + RAM, KLEAK_SPACE_SLAB, 4 * PAGE);
	gather(m);
	assert_true(m->subjects.list[0].large);
	assert_int_equal(m->subjects.list[0].size, 0);
	assert_int_equal(scan__find(&m->scan, BASE + RAM + 4 * PAGE - 1), 0);
}

static void put(struct made_up *m, uint64_t address, uint64_t word)
{
	memcpy(m->machine->ram + (address - BASE - RAM), &word, sizeof(word));
}

/* An area of two pages that are not beside each other, and a guard page. */
static void make_area(struct made_up *m, uint32_t nr)
{
	put(m, VM + area_layout.vm_addr, AREA);
	put(m, VM + area_layout.vm_size, 3 * PAGE);
	put(m, VM + area_layout.vm_pages, LIST);
	put(m, VM + area_layout.vm_nr_pages, nr);
	put(m, LIST, vmemmap__page_of(&m->machine->slub, BASE + RAM + 20 * PAGE));
	put(m, LIST + 8, vmemmap__page_of(&m->machine->slub, BASE + RAM + 30 * PAGE));
}

/* A word that stands in a page of the area stands in the area. */
static void test_the_pages_of_an_area_are_its_content(void **state)
{
	struct made_up *m = *state;
	uint64_t word = CACHE;

	make_area(m, 2);
	record(m, 0, VM, KLEAK_SPACE_VMALLOC, 2 * PAGE);
	record(m, 1, CACHE, KLEAK_SPACE_SLAB, 64);
	gather(m);
	assert_int_equal(m->subjects.nr, 3); /* and the vm_struct, which is nobody's */
	assert_true(subjects__area_of(&m->subjects, VM) == AREA);
	assert_int_equal(scan__find(&m->scan, AREA), 0);
	assert_int_equal(scan__find(&m->scan, AREA + 3 * PAGE - 1), 0);
	for (int page = 20; page <= 30; page += 10) {
		gather(m);
		assert_int_equal(
			scan__words(&m->scan, BASE + RAM + (page + 1) * PAGE - 8, &word, 1), 0);
		assert_int_equal(scan__finish(&m->scan), 0);
		assert_false(m->scan.objects[1].reached); /* nobody refers to the area */
		assert_int_equal(scan__words(&m->scan, BASE + RAM + (page + 1) * PAGE, &word, 1),
				 0);
		assert_int_equal(scan__finish(&m->scan), 0);
		assert_true(m->scan.objects[1].reached); /* behind the page: a root */
	}
}

/* More pages than are read at once: those at its end are its content, too. */
static void test_the_pages_of_a_large_area(void **state)
{
	struct made_up *m = *state;
	const uint32_t many = 514;
	uint64_t word = CACHE;

	make_area(m, many);
	put(m, VM + area_layout.vm_size, (many + 1) * PAGE);
	for (uint32_t i = 0; i < many; i++)
		put(m, LIST + i * 8,
		    vmemmap__page_of(&m->machine->slub,
				     BASE + RAM + (i < many - 1 ? 20 + i % 2 : 30) * PAGE));
	record(m, 0, VM, KLEAK_SPACE_VMALLOC, many * PAGE);
	record(m, 1, CACHE, KLEAK_SPACE_SLAB, 64);
	gather(m);
	assert_int_equal(scan__words(&m->scan, BASE + RAM + 31 * PAGE - 8, &word, 1), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	assert_false(m->scan.objects[1].reached);
}

static void test_the_books_of_an_area_are_its_companions(void **state)
{
	struct made_up *m = *state;
	uint32_t vm, pages;

	make_area(m, 2);
	record(m, 0, VM, KLEAK_SPACE_VMALLOC, 2 * PAGE);
	record(m, 1, VM, KLEAK_SPACE_SLAB, 64)->flags = KLEAK_RECORD_VM_STRUCT;
	record(m, 2, LIST, KLEAK_SPACE_SLAB, 16);
	gather(m);
	assert_int_equal(m->subjects.nr, 3);
	vm = scan__find(&m->scan, VM);
	pages = scan__find(&m->scan, LIST);
	assert_int_equal(vm, 1);
	assert_int_equal(pages, 2);
	assert_true(m->subjects.list[vm].companion);
	assert_true(m->scan.objects[vm].silent);
	assert_int_equal(m->scan.objects[vm].books_of, 0);
	assert_true(m->scan.objects[0].area);
	assert_true(m->subjects.list[pages].companion);
	assert_false(m->subjects.list[0].companion);
	assert_int_equal(m->scan.vm_words, 7);
	/* who refers to the vm_struct refers to all of it */
	assert_int_equal(scan__words(&m->scan, BASE + RAM, (uint64_t[]){VM}, 1), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	assert_true(m->scan.objects[vm].reached && m->scan.objects[0].reached &&
		    m->scan.objects[pages].reached);
}

/* It is going away, or it is another one by now. */
static void test_an_area_that_is_not_what_was_recorded(void **state)
{
	struct made_up *m = *state;

	make_area(m, 3); /* three pages of two */
	record(m, 0, VM, KLEAK_SPACE_VMALLOC, 2 * PAGE);
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
	make_area(m, 2);
	put(m, VM + area_layout.vm_pages, 0);
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
	make_area(m, 2);
	put(m, VM + area_layout.vm_size, 2 * PAGE - 1);
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
	put(m, VM + area_layout.vm_size, 2 * PAGE);
	gather(m);
	assert_int_equal(m->subjects.nr, 2);
	m->machine->hole = VM;
	m->machine->hole_end = VM + 16;
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
	assert_true(subjects__area_of(&m->subjects, VM) == 0);
}

/* The top bit of the pointer is not in the key: the sum with a CPU's offset tells. */
static void test_pointers_to_percpu_memory(void **state)
{
	struct made_up *m = *state;
	uint64_t small = 0x2a0, large = 0xfffffe8000000000ULL + 0x40;

	m->cpu_offsets[0] = BASE + 0x100000;
	record(m, 0, small << 1, KLEAK_SPACE_PERCPU, 2 * 48);
	assert_true(subjects__percpu_pointer(&m->machine->slub, m->bucket.key[0]) == small);
	gather(m);
	assert_int_equal(scan__find(&m->scan, small), 0);
	assert_int_equal(scan__find(&m->scan, small + 47), 0); /* each CPU has half of it */
	assert_int_equal(scan__find(&m->scan, small + 48), SCAN_NONE);
	m->cpu_offsets[0] = 0x1000;
	record(m, 0, large << 1, KLEAK_SPACE_PERCPU, 2 * 48);
	assert_true(subjects__percpu_pointer(&m->machine->slub, m->bucket.key[0]) == large);
}

#define PAGES_AT  (RAM / PAGE)
#define STRUCT(i) (VMEMMAP + (PAGES_AT + (i)) * 64)

static void own_page(struct made_up *m, int i)
{
	set_page(m->machine, i, 0, 0xffffffff, 1, 0);
}

/* The memory of a page, and its struct page: both refer to it, and what stands there is its own. */
static void test_a_page(void **state)
{
	struct made_up *m = *state;
	uint64_t words[2] = {CACHE, STRUCT(20) + 8};

	own_page(m, 20);
	own_page(m, 21);
	record(m, 0, STRUCT(20), KLEAK_SPACE_PAGES, 2 * PAGE);
	record(m, 1, CACHE, KLEAK_SPACE_SLAB, 64);
	gather(m);
	assert_int_equal(m->subjects.nr, 2);
	assert_int_equal(scan__find(&m->scan, BASE + RAM + 20 * PAGE), 0);
	assert_int_equal(scan__find(&m->scan, BASE + RAM + 22 * PAGE - 1), 0);
	assert_int_equal(scan__find(&m->scan, BASE + RAM + 22 * PAGE), SCAN_NONE);
	assert_int_equal(scan__find(&m->scan, STRUCT(20)), 0);
	assert_int_equal(scan__find(&m->scan, STRUCT(22) - 1), 0);
	assert_int_equal(scan__find(&m->scan, STRUCT(22)), SCAN_NONE);
	/* it refers to the slab object, and to itself */
	assert_int_equal(scan__words(&m->scan, BASE + RAM + 20 * PAGE + 8, words, 2), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	assert_false(m->scan.objects[0].reached || m->scan.objects[1].reached);
	assert_int_equal(scan__words(&m->scan, BASE + RAM, words + 1, 1), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	assert_true(m->scan.objects[0].reached && m->scan.objects[1].reached);
}

#define TABLES 40			/* pages from there on */
#define BEHIND (BASE + RAM + 50 * PAGE) /* what has the struct pages' memory */

/* The struct pages are mapped by one page, through as many tables as that takes here. */
static void map_struct_pages(struct made_up *m)
{
	uint32_t page_bits = (uint32_t)__builtin_ctzll(PAGE), per_table = page_bits - 3;
	uint32_t shift = page_bits, left = 48;

	while (shift + per_table < left)
		shift += per_table;
	m->tables.top = BASE + RAM + TABLES * PAGE;
	for (uint64_t i = TABLES;; i++, left = shift, shift -= per_table) {
		uint64_t index = STRUCT(0) >> shift & ((1ULL << (left - shift)) - 1);

		put(m, BASE + RAM + i * PAGE + index * 8,
		    (shift == page_bits ? BEHIND - BASE : RAM + (i + 1) * PAGE) | 1);
		if (shift == page_bits)
			return;
	}
}

/* What stands in the memory of its struct page is its own, once it is known where that is. */
static void test_the_memory_of_struct_pages(void **state)
{
	struct made_up *m = *state;
	uint64_t words[2] = {STRUCT(20) | 1, STRUCT(22)}; /* as a tail page; and another page */

	for (int i = 20; i < 23; i++)
		own_page(m, i);
	record(m, 0, STRUCT(20), KLEAK_SPACE_PAGES, 2 * PAGE);
	record(m, 1, STRUCT(22), KLEAK_SPACE_PAGES, PAGE);
	for (int known = 0; known < 2; known++) {
		if (known)
			map_struct_pages(m);
		gather(m);
		assert_int_equal(scan__words(&m->scan, BEHIND + STRUCT(21) % PAGE + 8, words, 2),
				 0);
		assert_int_equal(scan__finish(&m->scan), 0);
		assert_int_equal(m->scan.objects[0].reached, !known);
		assert_int_equal(m->scan.objects[1].reached, !known);
	}
	assert_int_equal(scan__words(&m->scan, BEHIND + STRUCT(23) % PAGE + 8, words, 1), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	assert_true(m->scan.objects[0].reached && m->scan.objects[1].reached);
}

/* Slabs, free pages, those of processes; and sites whose pages others count. */
static void test_pages_of_others(void **state)
{
	struct made_up *m = *state;

	set_page(m->machine, 20, 1 << SLAB, 0xffffffff, 1, CACHE);
	set_page(m->machine, 21, 0, 0xffffffff, 0, 0);
	set_page(m->machine, 22, 0, 0xffffffff, 1, 4711);
	own_page(m, 23);
	for (int i = 0; i < 4; i++)
		record(m, i, STRUCT(20 + i), KLEAK_SPACE_PAGES, PAGE);
	gather(m);
	assert_int_equal(m->subjects.nr, 1);
	m->sites[1].muted = 1;
	gather(m);
	assert_int_equal(m->subjects.nr, 0);
}

static struct kleak_record *record_of_block(struct made_up *m, int slot, int i)
{
	struct kleak_record *kept = record(m, slot, STRUCT(i), KLEAK_SPACE_PAGES, PAGE);

	if (i % 4 == 0)
		own_page(m, i); /* the others say nothing of it */
	kept->flags = 2 << KLEAK_RECORD_ORDER_SHIFT;
	return kept;
}

/* Who has one page of a block has all of it, and nothing of the one beside it. */
static void test_a_block_of_pages(void **state)
{
	struct made_up *m = *state;
	uint64_t word = STRUCT(21);

	for (int i = 0; i < 3; i++)
		record_of_block(m, i, 22 - i); /* one was given back */
	record_of_block(m, 3, 24);
	record_of_block(m, 4, 23)->allocated_at--; /* the fourth is another one's by now */
	for (int sampled = 0; sampled < 2; sampled++) {
		m->subjects.sampled = sampled;
		gather(m);
		assert_int_equal(m->subjects.nr, 5);
		assert_int_equal(scan__finish(&m->scan), 0);
		for (int i = 0; i < 5; i++) /* of a sample the rest may be what is referred to */
			assert_int_equal(m->scan.objects[i].reached, sampled);
	}
	m->subjects.sampled = false;
	gather(m);
	assert_int_equal(scan__words(&m->scan, BASE + RAM, &word, 1), 0);
	assert_int_equal(scan__finish(&m->scan), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(m->scan.objects[i].reached, i < 3);
	assert_int_equal(m->machine->memory.nr_kept, 5); /* to be read */
}

static void test_some_objects_of_a_site_are_sampled(void **state)
{
	struct made_up *m = *state;
	uint32_t groups[SITES] = {SCAN_NONE, 0, SCAN_NONE, SCAN_NONE};
	struct referrers_site site = {.sampled = REFERRERS_SAMPLED - 1};
	struct referrers holders = {.sites = &site, .nr = 1};

	m->subjects.holders = &holders;
	m->subjects.groups = groups;
	record(m, 0, CACHE, KLEAK_SPACE_SLAB, 64)->site = 2;
	record(m, 1, CACHE + 64, KLEAK_SPACE_SLAB, 64);
	record(m, 2, CACHE + 128, KLEAK_SPACE_SLAB, 64);
	gather(m);
	assert_int_equal(site.sampled, REFERRERS_SAMPLED);
	assert_false(m->scan.objects[0].sampled);
	assert_true(m->scan.objects[1].sampled);
	assert_false(m->scan.objects[2].sampled);
}

/* Freed since, or another object by now: of the sample it is none. */
static void test_what_was_freed_is_no_sample(void **state)
{
	struct made_up *m = *state;
	uint32_t groups[SITES] = {SCAN_NONE, 0, SCAN_NONE, SCAN_NONE};
	struct referrers_site site = {};
	struct referrers holders = {.sites = &site, .nr = 1};

	m->subjects.holders = &holders;
	m->subjects.groups = groups;
	for (uint32_t i = 0; i < 4; i++)
		record(m, i, CACHE + 64 * i, KLEAK_SPACE_SLAB, 64);
	record(m, 3, CACHE + 64 * 3, KLEAK_SPACE_SLAB, 64)->site = 2;
	gather(m);
	assert_int_equal(site.sampled, 3);
	m->bucket.key[1] = KLEAK_KEY_EMPTY;
	m->bucket.record[2].allocated_at++;
	m->bucket.key[3] = KLEAK_KEY_EMPTY; /* was not sampled */
	assert_true(subjects__is_there(&m->subjects, 0));
	assert_false(subjects__is_there(&m->subjects, 1));
	subjects__drop_freed(&m->subjects);
	assert_int_equal(site.sampled, 1);
	assert_true(m->scan.objects[0].sampled);
	assert_false(m->scan.objects[1].sampled || m->scan.objects[2].sampled);
	m->subjects.list[1].key = 0; /* what has no record is not known to be gone */
	assert_true(subjects__is_there(&m->subjects, 1));
}

static void test_a_record_that_is_still_there(void **state)
{
	struct made_up *m = *state;
	struct kleak_record found, *kept = record(m, 5, CACHE, KLEAK_SPACE_SLAB, 64);
	const struct subject *subject;

	gather(m);
	subject = m->subjects.list;
	assert_true(subjects__read_record(&m->subjects, subject, &found));
	assert_int_equal(found.bytes, 64);
	kept->allocated_at++;
	assert_false(subjects__read_record(&m->subjects, subject, &found));
	kept->allocated_at--;
	kept->site = 2;
	assert_false(subjects__read_record(&m->subjects, subject, &found));
	kept->site = 1;
	kept->flags = KLEAK_RECORD_RCU_PENDING;
	assert_false(subjects__read_record(&m->subjects, subject, &found));
	kept->flags = 0;
	m->bucket.key[5] = KLEAK_KEY_EMPTY;
	assert_false(subjects__read_record(&m->subjects, subject, &found));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_table, end_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_slab_object_is_its_bytes),
		TEST(test_leaves_time_to_others),
		TEST(test_what_is_no_object),
		TEST(test_young_objects),
		TEST(test_large_kmalloc),
		TEST(test_the_pages_of_an_area_are_its_content),
		TEST(test_the_pages_of_a_large_area),
		TEST(test_the_books_of_an_area_are_its_companions),
		TEST(test_an_area_that_is_not_what_was_recorded),
		TEST(test_pointers_to_percpu_memory),
		TEST(test_a_page),
		TEST(test_the_memory_of_struct_pages),
		TEST(test_pages_of_others),
		TEST(test_a_block_of_pages),
		TEST(test_some_objects_of_a_site_are_sampled),
		TEST(test_what_was_freed_is_no_sample),
		TEST(test_a_record_that_is_still_there),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
