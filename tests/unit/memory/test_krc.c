// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "memory/krc.h"

#include <errno.h>
#include <string.h>

static uint32_t page_size = 4096;
static uint32_t cpus = 2;

#define BASE	  0xffff888000000000ULL
#define PAGES	  16
#define PAGE	  page_size
#define MOST_PAGE 65536ULL
#define POINTER	  0x100			/* per-CPU pointer of the queues */
#define RUN	  0x800			/* of struct rq */
#define RCU	  0xc00			/* of struct rcu_data */
#define FREE	  0xffffffff81234560ULL /* rcu_free_sheaf() */
#define MOST_CPUS 1024
#define LAST	  (cpus - 1)
#define CPU_AREA  4096ULL
#define WORDS(x)  ((x) * (uint32_t)sizeof(uint64_t))

/* A little memory: page 0 has tasks, others are for blocks, and behind them are the CPUs'. */
struct made_up {
	uint64_t memory[(PAGES * MOST_PAGE + MOST_CPUS * CPU_AREA) / sizeof(uint64_t)];
	uint64_t cpu_offsets[MOST_CPUS];
	struct krc krc;
};

static uint64_t *word(struct made_up *m, uint64_t address)
{
	assert_true(address >= BASE && address < BASE + sizeof(m->memory));
	return &m->memory[(address - BASE) / sizeof(uint64_t)];
}

static int read_made_up(void *arg, uint64_t address, void *to, size_t len)
{
	struct made_up *m = arg;

	if (address < BASE || address + len > BASE + sizeof(m->memory) || address + len < address)
		return -EFAULT;
	memcpy(to, (char *)m->memory + (address - BASE), len);
	return 0;
}

static uint64_t page(int n)
{
	return BASE + (uint64_t)n * PAGE;
}

static uint64_t queues_of(const struct made_up *m, uint32_t cpu)
{
	return m->cpu_offsets[cpu] + POINTER;
}

static uint64_t work_of(const struct made_up *m, uint32_t cpu, int work)
{
	return queues_of(m, cpu) + m->krc.layout.works + (uint64_t)work * m->krc.layout.work;
}

static void init(struct made_up *m, bool lists)
{
	memset(m, 0, sizeof(*m));
	for (uint32_t cpu = 0; cpu < cpus; cpu++)
		m->cpu_offsets[cpu] = BASE + PAGES * MOST_PAGE + cpu * CPU_AREA;
	m->krc.layout = (struct krc_layout){
		.from_rq = POINTER - RUN,
		.head = WORDS(19),
		.bulk = WORDS(1), /* two lists */
		.works = WORDS(5),
		.nr_works = 2,
		.work = WORDS(6),
		.work_head = 0,
		.work_bulk = WORDS(1),
		.work_krcp = WORDS(5),
		.initialized = WORDS(17),
		.block_list = lists ? 0 : SLUB_NONE,
		.block_next = lists ? SLUB_NONE : WORDS(1),
		.block_nr = lists ? WORDS(2) : 0,
		.block_records = lists ? WORDS(3) : WORDS(2),
		.head_next = 0,
		.head_func = WORDS(1),
		.head_offset = !lists,
		.task_cfs_rq = WORDS(3),
		.cfs_rq_rq = WORDS(2),
		.rq_cpu = WORDS(1),
		.page_size = PAGE,
		.sheaf_head = WORDS(1),
		.sheaf_size = WORDS(4),
		.sheaf_objects = WORDS(5),
		.rcu_callbacks = WORDS(7),
		.rcu_cpu = WORDS(3),
		.rcu_from_rq = RCU - RUN,
	};
	m->krc.read = read_made_up;
	m->krc.arg = m;
	m->krc.cpu_offsets = m->cpu_offsets;
	m->krc.nr_cpus = cpus;
	m->krc.sheaf_free = FREE;
	/* a task of the last CPU */
	*word(m, page(0) + WORDS(3)) = page(0) + 512;
	*word(m, page(0) + 512 + WORDS(2)) = m->cpu_offsets[LAST] + RUN;
	*word(m, m->cpu_offsets[LAST] + RUN + WORDS(1)) = LAST;
	for (uint32_t cpu = 0; cpu < cpus; cpu++) {
		*word(m, queues_of(m, cpu) + m->krc.layout.initialized) = 1;
		*word(m, m->cpu_offsets[cpu] + RCU + WORDS(3)) = (uint64_t)cpu;
		if (lists)
			*word(m, queues_of(m, cpu) + m->krc.layout.bulk) =
				queues_of(m, cpu) + m->krc.layout.bulk;
		for (int work = 0; work < 2; work++) {
			uint64_t at = work_of(m, cpu, work);

			*word(m, at + m->krc.layout.work_krcp) = queues_of(m, cpu);
			if (lists)
				*word(m, at + m->krc.layout.work_bulk) =
					at + m->krc.layout.work_bulk;
		}
	}
}

/* Make page `n` a block of these objects, the only one of the queue at `head`. */
static void put_block(struct made_up *m, uint64_t head, int n, int nr, uint64_t first)
{
	const struct krc_layout *l = &m->krc.layout;
	bool lists = l->block_list != SLUB_NONE;

	*word(m, head) = page(n);
	*word(m, page(n) + (lists ? l->block_list : l->block_next)) = lists ? head : 0;
	*word(m, page(n) + l->block_nr) = nr;
	for (int i = 0; i < nr; i++)
		*word(m, page(n) + l->block_records + WORDS(i)) = first + (uint64_t)i * 64;
}

static bool waits(const struct made_up *m, uint64_t address)
{
	return idmap__find(&m->krc.waiting, idmap__mix(address)) != IDMAP_NONE;
}

static void check_kind(bool lists)
{
	static struct made_up m;
	uint64_t object = page(8), chained = page(9) + 256;

	init(&m, lists);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.pointer == POINTER);
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 0);

	put_block(&m, queues_of(&m, 0) + m.krc.layout.bulk, 3, 5, object);
	put_block(&m, work_of(&m, LAST, 1) + m.krc.layout.work_bulk, 4, 3, object + 1024);
	/* two in a chain, the rcu_head at 16 */
	*word(&m, queues_of(&m, LAST) + m.krc.layout.head) = chained + 16;
	*word(&m, chained + 16) = chained + 128 + 16;
	*word(&m, chained + 16 + WORDS(1)) = lists ? chained : 16;
	*word(&m, chained + 128 + 16 + WORDS(1)) = lists ? chained + 128 : 16;
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 10);
	for (int i = 0; i < 5; i++)
		assert_true(waits(&m, object + (uint64_t)i * 64));
	assert_true(waits(&m, object + 1024 + 128));
	assert_true(waits(&m, chained) && waits(&m, chained + 128));
	assert_false(waits(&m, object + 320));

	/* and it is forgotten */
	*word(&m, queues_of(&m, LAST) + m.krc.layout.head) = 0;
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 8);
	krc__free(&m.krc);
}

static void test_lists(void **state)
{
	(void)state;
	check_kind(true);
}

static void test_pointers(void **state)
{
	(void)state;
	check_kind(false);
}

/* A callback of CPU 1, which waits for a grace period before the one at `next`. */
static void put_callback(struct made_up *m, uint64_t at, uint64_t func, uint64_t next)
{
	*word(m, at) = next;
	*word(m, at + WORDS(1)) = func;
	*word(m, m->cpu_offsets[LAST] + RCU + WORDS(7)) = at;
}

static uint64_t put_sheaf(struct made_up *m, int n, uint64_t nr, uint64_t first)
{
	*word(m, page(n) + WORDS(4)) = nr;
	for (uint64_t i = 0; i < nr && i < 100; i++)
		*word(m, page(n) + WORDS(5 + i)) = first + i * 64;
	return page(n) + WORDS(1);
}

/* What a sheaf has that is on its way is freed; other callbacks say nothing. */
static void test_sheaves(void **state)
{
	static struct made_up m;
	uint64_t first, second;

	(void)state;
	init(&m, true);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.rcu_pointer == RCU);
	first = put_sheaf(&m, 3, 32, page(8));
	second = put_sheaf(&m, 4, 3, page(9));
	put_callback(&m, first, FREE, 0);
	put_callback(&m, page(5), 0xffffffff81000000ULL, first);
	put_callback(&m, second, FREE, page(5));
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 35);
	assert_true(waits(&m, page(8) + 31ULL * 64) && waits(&m, page(9)));

	/* a size that is none; callbacks that go round; a word that leads nowhere */
	put_sheaf(&m, 4, 100000, page(9));
	put_callback(&m, page(5), 0, second);
	put_callback(&m, page(6), 0, page(5));
	*word(&m, second) = page(6);
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 0);
	*word(&m, second) = 0x1234;
	assert_int_equal(krc__read(&m.krc), 0);
	krc__free(&m.krc);
}

/* Where no CPU says that it is its own, or no function is known, nobody looks. */
static void test_no_sheaves(void **state)
{
	static struct made_up m;

	(void)state;
	init(&m, true);
	*word(&m, m.cpu_offsets[LAST] + RCU + WORDS(3)) = cpus;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.rcu_pointer == 0);
	krc__free(&m.krc);
	init(&m, true);
	m.krc.sheaf_free = 0;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.rcu_pointer == 0);
	krc__free(&m.krc);
	init(&m, true);
	m.krc.layout.sheaf_head = SLUB_NONE;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.rcu_pointer == 0);
	put_callback(&m, put_sheaf(&m, 3, 32, page(8)), FREE, 0);
	*word(&m, m.cpu_offsets[LAST] + WORDS(7)) = page(3) + WORDS(1);
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 0);
	krc__free(&m.krc);
}

#define PAGE_STRUCTS 10 /* the page that has the struct pages */

/* 7.3: the chain leads through the objects, and where one begins its slab tells. */
static void test_bare_heads(void **state)
{
	static struct made_up m;
	struct slub slub = {
		.layout = {.page_size = PAGE,
			   .page = 64,
			   .page_head = 8,
			   .page_type = 48,
			   .slab_mask = 0xff000000,
			   .slab_type = 0xf5U << 24,
			   .large_type = 0xf8,
			   .slab_cache = 16,
			   .slab_freelist = 32,
			   .cache_size = 0,
			   .cache_offset = 4,
			   .cache_random = SLUB_NONE,
			   .cache_pad = SLUB_NONE,
			   .cache_cpu = SLUB_NONE,
			   .cache_sheaves = SLUB_NONE},
		.read = read_made_up,
		.arg = &m,
		.page_base = page(PAGE_STRUCTS) - BASE / PAGE * 64,
	};
	uint64_t structs = page(PAGE_STRUCTS) + 8ULL * 64, cache = page(11);

	(void)state;
	init(&m, true);
	m.krc.layout.head_bare = true;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	*word(&m, cache) = 96;
	*word(&m, structs + 16) = cache; /* page 8 is a slab, */
	*word(&m, structs + 48) = 0xf5000000;
	*word(&m, structs + 40) = 42 | 42ULL << 16;
	*word(&m, structs + 64 + 48) = 0xf8000000; /* and page 9 a large kmalloc */
	*word(&m, queues_of(&m, LAST) + m.krc.layout.head) = page(8) + 96 * 2 + 40;
	*word(&m, page(8) + 96 * 2 + 40) = page(9) + 128;
	assert_int_equal(krc__read(&m.krc), 0); /* nobody knows what that is */
	assert_int_equal(m.krc.waiting.nr, 0);
	m.krc.slub = &slub;
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 2);
	assert_true(waits(&m, page(8) + 96 * 2));
	assert_true(waits(&m, page(9)));
	*word(&m, page(8) + 96 * 2 + 40) = page(8) + 96 * 2 + 40; /* round and round */
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 1);
	krc__free(&m.krc);
	slub__free(&slub);
}

/* Each queue of each CPU: its own chain and blocks, and those of each of its works. */
static void test_every_queue(void **state)
{
	static struct made_up m;
	const struct krc_layout *l = &m.krc.layout;
	uint64_t chained = page(9);

	(void)state;
	init(&m, true);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	put_block(&m, queues_of(&m, LAST) + l->bulk, 3, 1, page(8));
	put_block(&m, work_of(&m, LAST, 0) + l->work_bulk, 4, 1, page(8) + 64);
	put_block(&m, work_of(&m, LAST, 1) + l->work_bulk, 5, 1, page(8) + 128);
	/* a second block in a list */
	*word(&m, page(5)) = page(6);
	*word(&m, page(6)) = work_of(&m, LAST, 1) + l->work_bulk;
	*word(&m, page(6) + l->block_nr) = 1;
	*word(&m, page(6) + l->block_records) = page(8) + 192;
	for (uint64_t i = 0; i < 3; i++) {
		*word(&m, i == 2 ? queues_of(&m, LAST) + l->head : work_of(&m, LAST, (int)i)) =
			chained + i * 64;
		*word(&m, chained + i * 64 + WORDS(1)) = chained + i * 64;
	}
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 7);
	for (uint64_t i = 0; i < 4; i++)
		assert_true(waits(&m, page(8) + i * 64));
	for (uint64_t i = 0; i < 3; i++)
		assert_true(waits(&m, chained + i * 64));
	krc__free(&m.krc);
	assert_null(m.krc.block);
}

/* As many as there is room for in its page, and no more. */
static void test_a_full_block(void **state)
{
	static struct made_up m;

	(void)state;
	for (int more = 0; more < 2; more++) {
		int most;

		init(&m, true);
		assert_int_equal(krc__find(&m.krc, page(0)), 0);
		most = (int)((PAGE - m.krc.layout.block_records) / 8);
		put_block(&m, queues_of(&m, 0) + m.krc.layout.bulk, 3, most, page(8));
		*word(&m, page(3) + m.krc.layout.block_nr) = (uint64_t)(most + more);
		assert_int_equal(krc__read(&m.krc), 0);
		assert_int_equal(m.krc.waiting.nr, more ? 0 : most);
		krc__free(&m.krc);
	}
}

/* Once it is not found any more, nothing is read. */
static void test_found_no_more(void **state)
{
	static struct made_up m;

	(void)state;
	init(&m, true);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	put_block(&m, queues_of(&m, 0) + m.krc.layout.bulk, 3, 1, page(8));
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 1);
	assert_int_equal(krc__find(&m.krc, 4096), -ENODATA);
	assert_true(m.krc.pointer == 0 && m.krc.rcu_pointer == 0);
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 0);
	krc__free(&m.krc);
}

static int count_spare(void *arg, uint64_t start, uint64_t end)
{
	int *nr = arg;

	assert_int_equal(end - start, PAGE);
	assert_true(start == page(3 + *nr));
	return ++*nr == 3 ? -EINTR : 0;
}

static int refuse(void *arg, uint64_t start, uint64_t end)
{
	(void)arg;
	assert_true(start == MOST_PAGE && end == MOST_PAGE + PAGE);
	return -EINTR;
}

/* Blocks that are kept for the next queue. */
static void test_spare(void **state)
{
	static struct made_up m;
	uint64_t head;
	int nr = 0;

	(void)state;
	init(&m, true);
	m.krc.layout.spare = WORDS(18);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	head = queues_of(&m, LAST) + WORDS(18);
	*word(&m, head) = page(3);
	*word(&m, page(3)) = page(4);
	assert_int_equal(krc__each_unused(&m.krc, count_spare, &nr), 0);
	assert_int_equal(nr, 2);
	*word(&m, page(4)) = page(5) + 8; /* no page */
	nr = 0;
	assert_int_equal(krc__each_unused(&m.krc, count_spare, &nr), 0);
	assert_int_equal(nr, 2);
	*word(&m, page(4)) = page(5);
	*word(&m, page(5)) = page(3);
	nr = 0;
	assert_int_equal(krc__each_unused(&m.krc, count_spare, &nr), -EINTR);
	m.krc.layout.spare = SLUB_NONE;
	assert_int_equal(krc__each_unused(&m.krc, count_spare, &nr), 0);
	/* what see() says counts, also of what cannot be read */
	m.krc.layout.spare = WORDS(18);
	*word(&m, head) = MOST_PAGE;
	assert_int_equal(krc__each_unused(&m.krc, refuse, NULL), -EINTR);
	krc__free(&m.krc);
}

/* Without CONFIG_FAIR_GROUP_SCHED no task tells where its runqueue is. */
static void test_without_groups_of_tasks(void **state)
{
	static struct made_up m;

	(void)state;
	init(&m, true);
	m.krc.layout.task_cfs_rq = SLUB_NONE;
	assert_int_equal(krc__find(&m.krc, page(0)), -ENODATA);
	m.krc.runqueues = RUN + 8;
	assert_int_equal(krc__find(&m.krc, page(0)), -ENODATA);
	m.krc.runqueues = RUN;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	assert_true(m.krc.pointer == POINTER);
	krc__free(&m.krc);
}

struct ends {
	struct {
		uint64_t start, end;
	} list[8];
	size_t nr;
};

static int note_end(void *arg, uint64_t start, uint64_t end)
{
	struct ends *ends = arg;

	assert_true(ends->nr < 8);
	ends->list[ends->nr].start = start;
	ends->list[ends->nr++].end = end;
	return ends->nr == 3 ? -EINTR : 0;
}

/* Behind the objects of a block stand those that it was used for before. */
static void check_ends(bool lists)
{
	static struct made_up m;
	const struct krc_layout *l = &m.krc.layout;
	struct ends ends = {};
	uint64_t bulk;

	init(&m, lists);
	m.krc.layout.spare = SLUB_NONE;
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	bulk = queues_of(&m, 0) + l->bulk;
	assert_int_equal(krc__each_unused(&m.krc, note_end, &ends), 0);
	assert_int_equal(ends.nr, 0);
	put_block(&m, bulk, 3, 5, page(8));
	put_block(&m, bulk + WORDS(lists ? 2 : 1), 5, 0, 0); /* of areas */
	assert_int_equal(krc__each_unused(&m.krc, note_end, &ends), 0);
	assert_int_equal(ends.nr, 2);
	assert_true(ends.list[0].start == page(3) + l->block_records + WORDS(5));
	assert_true(ends.list[0].end == page(4));
	assert_true(ends.list[1].start == page(5) + l->block_records);
	put_block(&m, work_of(&m, LAST, 1) + l->work_bulk, 4, 3, page(9));
	ends.nr = 0;
	assert_int_equal(krc__each_unused(&m.krc, note_end, &ends), -EINTR);
	assert_true(ends.list[2].start == page(4) + l->block_records + WORDS(3));
	/* no block: it begins in the middle of a page, has more than fits, is not there */
	*word(&m, page(3) + l->block_nr) = 100000;
	*word(&m, page(5) + l->block_nr) = 100000;
	*word(&m, work_of(&m, LAST, 1) + l->work_bulk) = page(4) + 64;
	ends.nr = 0;
	assert_int_equal(krc__each_unused(&m.krc, note_end, &ends), 0);
	assert_int_equal(ends.nr, 0);
	*word(&m, bulk) = MOST_PAGE;
	assert_int_equal(krc__each_unused(&m.krc, note_end, &ends), 0);
	assert_int_equal(ends.nr, 0);
	krc__free(&m.krc);
}

static void test_ends_of_blocks(void **state)
{
	(void)state;
	check_ends(true);
	check_ends(false);
}

/* What does not refer to itself is something else. */
static void test_not_found(void **state)
{
	static struct made_up m;

	(void)state;
	init(&m, true);
	*word(&m, work_of(&m, 0, 1) + m.krc.layout.work_krcp) = page(3);
	assert_int_equal(krc__find(&m.krc, page(0)), -ENODATA);
	assert_true(m.krc.pointer == 0);
	assert_int_equal(krc__read(&m.krc), 0);
	init(&m, true);
	*word(&m, queues_of(&m, LAST) + m.krc.layout.initialized) = 0;
	assert_int_equal(krc__find(&m.krc, page(0)), -ENODATA);
	init(&m, true);
	*word(&m, m.cpu_offsets[LAST] + RUN + WORDS(1)) = cpus; /* no such CPU */
	assert_int_equal(krc__find(&m.krc, page(0)), -ENODATA);
	init(&m, true);
	assert_int_equal(krc__find(&m.krc, 4096), -ENODATA);
	krc__free(&m.krc);
}

/* Read while it changes: whatever stands there. */
static void test_hostile(void **state)
{
	static struct made_up m;
	uint64_t head;

	(void)state;
	init(&m, true);
	assert_int_equal(krc__find(&m.krc, page(0)), 0);
	head = queues_of(&m, 0) + m.krc.layout.bulk;
	/* a list that never comes back, a chain that bites its tail */
	put_block(&m, head, 3, 2, page(8));
	*word(&m, page(3)) = page(3);
	*word(&m, queues_of(&m, 0) + m.krc.layout.head) = page(9);
	*word(&m, page(9)) = page(9);
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 3); /* 0 is one of them */
	/* more than a page holds; nothing there */
	put_block(&m, head, 3, 2, page(8));
	*word(&m, page(3) + m.krc.layout.block_nr) = 100000;
	*word(&m, queues_of(&m, 0) + m.krc.layout.head) = 0x1234;
	assert_int_equal(krc__read(&m.krc), 0);
	assert_int_equal(m.krc.waiting.nr, 0);
	*word(&m, head) = 0xdead;
	assert_int_equal(krc__read(&m.krc), 0);
	krc__free(&m.krc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_pointers),
		cmocka_unit_test(test_sheaves),
		cmocka_unit_test(test_no_sheaves),
		cmocka_unit_test(test_bare_heads),
		cmocka_unit_test(test_spare),
		cmocka_unit_test(test_not_found),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_every_queue),
		cmocka_unit_test(test_a_full_block),
		cmocka_unit_test(test_found_no_more),
		cmocka_unit_test(test_ends_of_blocks),
		cmocka_unit_test(test_without_groups_of_tasks),
	};

	static const uint32_t counts[] = {1, 2, 256, MOST_CPUS};
	int failed = 0;

	for (; page_size <= MOST_PAGE; page_size *= 4)
		for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
			cpus = counts[i];
			failed += cmocka_run_group_tests(tests, NULL, NULL);
		}
	return failed;
}
