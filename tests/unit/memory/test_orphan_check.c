// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/orphan_check.h"

#define ADDRESS (BASE + RAM + 5 * PAGE)

/* One large kmalloc() in the table, of page 5, and what a scan said of it. */
struct made_up {
	struct machine *machine;
	struct kleak_bucket bucket;
	struct tracer_view view;
	struct subject subject;
	struct scan_object object;
	struct scan scan;
	struct subjects subjects;
	struct orphan_check check;
	uint64_t cpu_offsets[2];
};

static int begin_object(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));
	int err = begin((void **)&m->machine);

	m->bucket.key[3] = ~(ADDRESS | KLEAK_SPACE_SLAB);
	m->bucket.record[3] = (struct kleak_record){.bytes = 64, .allocated_at = 100, .site = 2};
	m->subject = (struct subject){
		.key = m->bucket.key[3], .allocated_at = 100, .slot = 3, .site = 2, .large = true};
	m->object = (struct scan_object){.content = 99, .seen = true};
	m->view.buckets = &m->bucket;
	m->scan.objects = &m->object;
	m->subjects =
		(struct subjects){.view = &m->view, .list = &m->subject, .nr = 1, .scan = &m->scan};
	m->machine->slub.nr_cpus = 2;
	m->machine->slub.cpu_offsets = m->cpu_offsets;
	m->check = (struct orphan_check){.subjects = &m->subjects,
					 .slub = &m->machine->slub,
					 .peek = peek,
					 .orphans.passes = 1};
	set_page(m->machine, 5, 0, 0xffffffff, 1, 0);
	*state = m;
	orphan_check__begin(&m->check);
	return err;
}

static int end_object(void **state)
{
	struct made_up *m = *state;

	orphan_check__free(&m->check);
	end((void **)&m->machine);
	test_free(m);
	return 0;
}

static void judge(struct made_up *m, size_t orphans, size_t freed, uint64_t unknown)
{
	assert_int_equal(orphan_check__judge(&m->check, 0), 0);
	assert_int_equal(m->check.orphans.nr_found, orphans);
	assert_int_equal(m->check.nr_freed, freed);
	assert_int_equal(m->check.unknown, unknown);
}

static void test_who_is_asked(void **state)
{
	struct made_up *m = *state;

	assert_true(orphan_check__is_asked(&m->subject, &m->object, 200));
	m->object.reached = true;
	assert_false(orphan_check__is_asked(&m->subject, &m->object, 200));
	m->object.reached = false;
	m->subject.young = true;
	assert_false(orphan_check__is_asked(&m->subject, &m->object, 200));
	m->subject.young = false;
	m->subject.companion = true;
	assert_false(orphan_check__is_asked(&m->subject, &m->object, 200));
}

/* No books tell of a page: its struct page does. */
static void test_a_page(void **state)
{
	struct made_up *m = *state;
	uint64_t key = ~((VMEMMAP + (RAM / PAGE + 5) * 64) | KLEAK_SPACE_PAGES);

	m->subjects.slub = &m->machine->slub;
	m->subjects.memory = &m->machine->memory;
	m->machine->memory.base = BASE;
	m->bucket.key[3] = m->subject.key = key;
	m->subject.large = false;
	m->object.seen = false;
	judge(m, 0, 0, 0);
	m->object.seen = true;
	m->object.disputed = true;
	judge(m, 0, 0, 0);
	m->object.disputed = false;
	set_page(m->machine, 5, 0, 0xffffffff, 0, 0); /* free */
	judge(m, 0, 0, 0);
	set_page(m->machine, 5, 0, 0xffffffff, 1, 4711); /* a process's */
	judge(m, 0, 0, 0);
	set_page(m->machine, 5, 0, 0xffffffff, 1, 0);
	judge(m, 1, 0, 0);
	assert_true(m->check.orphans.found[0].key == key);
}

/* One of two is there no more: the books tell which, of what was there before they were read. */
static void test_disputed_objects_are_asked_whatever_refers_to_them(void **state)
{
	struct made_up *m = *state;

	m->object.disputed = m->object.reached = true;
	assert_true(orphan_check__is_asked(&m->subject, &m->object, 101));
	assert_false(orphan_check__is_asked(&m->subject, &m->object, 100));
	m->subject.key = 0; /* the vm_struct of an area, which nobody recorded */
	assert_false(orphan_check__is_asked(&m->subject, &m->object, 101));
}

static void test_what_is_in_use_is_an_orphan(void **state)
{
	struct made_up *m = *state;
	const struct orphan *orphan;

	judge(m, 1, 0, 0);
	assert_int_equal(orphans__end(&m->check.orphans), 0);
	orphan = m->check.orphans.list;
	assert_true(orphan->key == m->subject.key);
	assert_int_equal(orphan->allocated_at, 100);
	assert_int_equal(orphan->slot, 3);
	assert_int_equal(orphan->site, 2);
	assert_int_equal(orphan->content, 99);
	assert_true(orphans__is_certain(&m->check.orphans, orphan));
}

static void test_what_the_books_call_free_is_evicted(void **state)
{
	struct made_up *m = *state;
	const struct kleak_eviction *freed;

	set_page(m->machine, 5, 0, 0xffffffff, 0, 0);
	judge(m, 0, 1, 0);
	freed = m->check.freed;
	assert_true(freed->key == m->subject.key);
	assert_int_equal(freed->allocated_at, 100);
	assert_int_equal(freed->slot, 3);
	assert_int_equal(freed->site, 2);
	assert_int_equal(freed->free, 1);
	orphan_check__begin(&m->check); /* the next pass */
	assert_int_equal(m->check.nr_freed, 0);
}

static void test_what_cannot_be_read_is_not_known(void **state)
{
	struct made_up *m = *state;

	m->subject.key = m->bucket.key[3] = ~((BASE + 8 * RAM) | KLEAK_SPACE_SLAB);
	judge(m, 0, 0, 1);
	m->object.disputed = true; /* the next pass sees it without the other one */
	judge(m, 0, 0, 1);
	orphan_check__begin(&m->check);
	assert_int_equal(m->check.unknown, 0);
}

static void test_a_disputed_object_may_be_free_but_is_no_orphan(void **state)
{
	struct made_up *m = *state;

	m->object.disputed = true;
	judge(m, 0, 0, 0);
	set_page(m->machine, 5, 0, 0xffffffff, 0, 0);
	slub__begin(&m->machine->slub);
	judge(m, 0, 1, 0);
}

/* None of its words was handed in: who knows what it holds. */
static void test_an_object_that_was_not_seen(void **state)
{
	struct made_up *m = *state;

	m->object.seen = false;
	judge(m, 0, 0, 0);
	m->object.disputed = true;
	set_page(m->machine, 5, 0, 0xffffffff, 0, 0);
	judge(m, 0, 1, 0);
}

static void test_an_object_that_has_gone(void **state)
{
	struct made_up *m = *state;

	m->bucket.record[3].allocated_at = 101;
	judge(m, 0, 0, 0);
}

/* Two copies of 32 bytes: their content changes the hash, whichever it is. */
static void test_percpu_memory_is_its_copies(void **state)
{
	struct made_up *m = *state;
	uint64_t pointer = 0x400, first;

	m->subject.key = m->bucket.key[3] = ~(pointer << 1 | KLEAK_SPACE_PERCPU);
	m->object.seen = false; /* nor are they, in the direct map */
	m->cpu_offsets[0] = BASE + RAM;
	m->cpu_offsets[1] = BASE + RAM + 10 * PAGE;
	judge(m, 1, 0, 0);
	first = m->check.orphans.found[0].content;
	judge(m, 2, 0, 0);
	assert_true(m->check.orphans.found[1].content == first);
	m->machine->ram[10 * PAGE + pointer + 31]++;
	judge(m, 3, 0, 0);
	assert_true(m->check.orphans.found[2].content != first);
	m->machine->ram[10 * PAGE + pointer + 31]--;
	m->machine->ram[10 * PAGE + pointer + 32]++; /* behind it */
	judge(m, 4, 0, 0);
	assert_true(m->check.orphans.found[3].content == first);
	m->machine->ram[pointer]++;
	judge(m, 5, 0, 0);
	assert_true(m->check.orphans.found[4].content != first);
}

static void test_percpu_memory_that_cannot_be_read(void **state)
{
	struct made_up *m = *state;

	m->subject.key = m->bucket.key[3] = ~(0x400ULL << 1 | KLEAK_SPACE_PERCPU);
	m->cpu_offsets[0] = BASE + RAM;
	m->cpu_offsets[1] = BASE; /* no RAM there */
	judge(m, 0, 0, 0);
	m->cpu_offsets[1] = BASE + RAM;
	m->bucket.record[3].bytes = 2ULL * (KLEAK_READ_MOST + 1);
	judge(m, 0, 0, 0);
	m->bucket.record[3].bytes = 1; /* less than a byte for each CPU */
	judge(m, 0, 0, 0);
	m->bucket.record[3].bytes = 64;
	m->object.disputed = true;
	judge(m, 0, 0, 0);
	m->object.disputed = false;
	judge(m, 1, 0, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_object, end_object)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_is_asked),
		TEST(test_a_page),
		TEST(test_disputed_objects_are_asked_whatever_refers_to_them),
		TEST(test_what_is_in_use_is_an_orphan),
		TEST(test_what_the_books_call_free_is_evicted),
		TEST(test_what_cannot_be_read_is_not_known),
		TEST(test_a_disputed_object_may_be_free_but_is_no_orphan),
		TEST(test_an_object_that_was_not_seen),
		TEST(test_an_object_that_has_gone),
		TEST(test_percpu_memory_is_its_copies),
		TEST(test_percpu_memory_that_cannot_be_read),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
