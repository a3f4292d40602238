// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/percpu_memory.h"

/* Pages: of the lists, the chunks and their maps, and two CPUs' copies, in the map and mapped. */
#define LISTS	 page(12)
#define CHUNK(i) (page(13) + (i)*256)
#define MAP(i)	 (page(14) + (i)*PAGE)
#define COPY	 20
#define APART	 4 /* pages from one CPU's copy to the next one's */
#define MAPPED	 0xffffc90000100000ULL
#define BEHIND	 30 /* the pages that are mapped there, one page each CPU */

#define SLOTS 3
#define WORD  (64 * 4ULL) /* bytes that a word of the map stands for */

static const struct percpu_layout percpu_layout = {
	.types = 1, .list = 8, .free_bytes = 24, .nr_pages = 28, .base_addr = 40, .alloc_map = 48};

static uint64_t page(int i)
{
	return BASE + RAM + (uint64_t)i * PAGE;
}

static void put(struct machine *m, uint64_t address, uint64_t word)
{
	memcpy(m->ram + (address - BASE - RAM), &word, sizeof(word));
}

static bool is_mapped(uint64_t address)
{
	return address >= MAPPED && address < MAPPED + 2 * APART * PAGE;
}

/* Each CPU has one page there; the rest is not mapped. */
static int read_mapped(void *arg, uint64_t address, void *to, size_t len)
{
	uint64_t cpu = (address - MAPPED) / (APART * PAGE),
		 offset = (address - MAPPED) % (APART * PAGE);

	if (!is_mapped(address))
		return read_made_up(arg, address, to, len);
	if (offset + len > PAGE)
		return -EFAULT;
	return read_made_up(arg, page(BEHIND + (int)cpu) + offset, to, len);
}

static void *peek_mapped(void *arg, uint64_t address, size_t len)
{
	struct machine *m = arg;

	return len <= sizeof(m->buffer) && !read_mapped(m, address, m->buffer, len) ? m->buffer
										    : NULL;
}

static void add_chunk(struct machine *m, int i, uint64_t base, int32_t pages)
{
	uint64_t head = LISTS + 16 * (1 + i % 2), link = CHUNK(i) + percpu_layout.list;

	put(m, link, head);
	put(m, link + 8, head);
	put(m, head, link);
	put(m, head + 8, link);
	put(m, CHUNK(i) + 24, (uint64_t)(uint32_t)pages << 32); /* free_bytes, nr_pages */
	put(m, CHUNK(i) + percpu_layout.base_addr, base);
	put(m, CHUNK(i) + percpu_layout.alloc_map, MAP(i));
	memset(m->ram + (MAP(i) - BASE - RAM), 0, PAGE);
}

struct made_up {
	struct machine *machine;
	struct percpu_chunks chunks;
	struct percpu_memory percpu;
	uint64_t cpu_offsets[2];
};

static int begin_percpu(void **state)
{
	struct made_up *made = test_calloc(1, sizeof(*made));
	int err = begin((void **)&made->machine);
	struct machine *m = made->machine;

	m->slub.read = read_mapped;
	m->memory.peek = peek_mapped;
	m->memory.base = BASE;
	put(m, LISTS, LISTS + 16);
	put(m, LISTS + 8, SLOTS);
	for (int i = 1; i <= SLOTS; i++) {
		put(m, LISTS + 16 * i, LISTS + 16 * i);
		put(m, LISTS + 16 * i + 8, LISTS + 16 * i);
	}
	/* the second CPU's copies come first */
	made->cpu_offsets[0] = 0x12345000 + APART * PAGE;
	made->cpu_offsets[1] = 0x12345000;
	made->chunks = (struct percpu_chunks){.layout = percpu_layout,
					      .lists = LISTS,
					      .nr_slots = LISTS + 8,
					      .page_size = (uint32_t)PAGE,
					      .cpus = 2,
					      .read = read_mapped,
					      .arg = m};
	made->percpu = (struct percpu_memory){.chunks = &made->chunks,
					      .memory = &m->memory,
					      .cpu_offsets = made->cpu_offsets,
					      .nr_cpus = 2};
	*state = made;
	return err;
}

static int end_percpu(void **state)
{
	struct made_up *made = *state;

	percpu_memory__free(&made->percpu);
	end((void **)&made->machine);
	test_free(made);
	return 0;
}

static void assert_dead(const struct made_up *made, size_t i, uint64_t start, uint64_t end_of)
{
	assert_true(made->machine->memory.dead[i].start == start);
	assert_true(made->machine->memory.dead[i].end == end_of);
}

/* Of a chunk in the direct map what is free is dead, of each CPU's copy. */
static void test_the_first_chunk(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;
	uint64_t words = PAGE / WORD;

	add_chunk(m, 0, page(COPY), 1);
	for (uint64_t i = 0; i < words; i++)
		put(m, MAP(0) + i * 8, UINT64_MAX);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_true(made->percpu.known);
	assert_int_equal(m->memory.nr_dead, 0);
	put(m, MAP(0), ~6ULL); /* bytes 4 to 12 */
	put(m, MAP(0) + 8, 0);
	put(m, MAP(0) + 16, ~1ULL);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_int_equal(m->memory.nr_dead, 4);
	assert_dead(made, 0, page(COPY + APART) + 4, page(COPY + APART) + 12);
	assert_dead(made, 1, page(COPY) + 4, page(COPY) + 12);
	assert_dead(made, 2, page(COPY + APART) + WORD, page(COPY + APART) + 2 * WORD + 4);
	assert_dead(made, 3, page(COPY) + WORD, page(COPY) + 2 * WORD + 4);
	assert_int_equal(made->percpu.nr, 0);
	assert_int_equal(m->memory.nr_owners, 0);
}

/* What was dead before stays so; what this one found before does not. */
static void test_what_was_dead_before(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;

	add_chunk(m, 0, page(COPY), 1);
	assert_int_equal(ram__add_dead(&m->memory, page(50), page(51)), 0);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_int_equal(m->memory.nr_dead, 3);
	ram__forget_dead(&m->memory);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_int_equal(m->memory.nr_dead, 2);
	assert_dead(made, 1, page(COPY), page(COPY + 1));
}

struct seen {
	uint64_t address[8];
	uint64_t words[8][MOST_PAGE / 8];
	size_t bytes[8], nr;
};

static int note(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	struct seen *seen = arg;

	assert_true(seen->nr < 8 && nr * 8 <= MOST_PAGE);
	memcpy(seen->words[seen->nr], words, nr * 8);
	seen->address[seen->nr] = address;
	seen->bytes[seen->nr++] = nr * 8;
	return 0;
}

/* Chunks that are mapped are read there, without what is free and what is not there. */
static void test_a_chunk_that_is_mapped(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;
	struct seen *seen = test_calloc(1, sizeof(*seen));

	add_chunk(m, 1, MAPPED, 2);
	put(m, MAP(1), 3ULL << 8); /* bytes 32 to 40 */
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_int_equal(made->percpu.nr, 1);
	assert_int_equal(m->memory.nr_owners, 1);
	assert_true(m->memory.owners[0] == CHUNK(1));
	assert_int_equal(m->memory.nr_dead, 0);
	put(m, page(BEHIND) + 24, 1);
	put(m, page(BEHIND) + 32, 2);
	put(m, page(BEHIND + 1) + 32, 3);
	put(m, page(BEHIND + 1) + 40, 4);
	assert_int_equal(percpu_memory__walk(&made->percpu, note, seen), 0);
	assert_int_equal(seen->nr, 2);
	assert_true(seen->address[0] == MAPPED + APART * PAGE && seen->address[1] == MAPPED);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(seen->bytes[i], PAGE);
		for (size_t at = 0; at < PAGE / 8; at++)
			assert_int_equal(seen->words[i][at], at == 4 ? 3 - i : 0);
	}
	test_free(seen);
}

static int refuse(void *arg, uint64_t address, const uint64_t *words, size_t nr)
{
	(void)address;
	(void)words;
	(void)nr;
	++*(int *)arg;
	return -EINTR;
}

static void test_a_walk_that_is_ended(void **state)
{
	struct made_up *made = *state;
	int nr = 0;

	add_chunk(made->machine, 1, MAPPED, 1);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_int_equal(percpu_memory__walk(&made->percpu, refuse, &nr), -EINTR);
	assert_int_equal(nr, 1);
}

/* A chunk that has gone since is none; that of one whose map is elsewhere by now is not read. */
static void test_a_chunk_that_has_gone(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;
	int nr = 0;

	add_chunk(m, 1, MAPPED, 1);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	m->hole = MAP(1);
	m->hole_end = MAP(1) + 8;
	assert_int_equal(percpu_memory__walk(&made->percpu, refuse, &nr), 0);
	assert_int_equal(nr, 0);
}

/* Before the second list is read, its chunk goes to the first one, which has been read. */
static bool is_to_move;

static int read_moving(void *arg, uint64_t address, void *to, size_t len)
{
	const uint64_t first = LISTS + 16, second = LISTS + 32, next = percpu_layout.list;
	struct machine *m = arg;

	if (is_to_move && address == second) {
		is_to_move = false;
		put(m, second, second);
		put(m, second + 8, second);
		put(m, first + 8, CHUNK(1) + next);
		put(m, CHUNK(0) + next, CHUNK(1) + next);
		put(m, CHUNK(1) + next, first);
		put(m, CHUNK(1) + next + 8, CHUNK(0) + next);
	}
	return read_mapped(arg, address, to, len);
}

/* A chunk whose free bytes change meanwhile is in another list, and not missed. */
static void test_a_chunk_that_changes_lists(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;

	add_chunk(m, 0, page(COPY), 1);
	for (uint64_t i = 0; i < PAGE / WORD; i++)
		put(m, MAP(0) + i * 8, UINT64_MAX);
	add_chunk(m, 1, page(COPY) + PAGE, 1); /* all of it is free */
	made->chunks.read = read_moving;
	is_to_move = true;
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_false(is_to_move);
	assert_true(made->percpu.known);
	assert_int_equal(m->memory.nr_dead, 2);
	assert_dead(made, 0, page(COPY + APART) + PAGE, page(COPY + APART) + 2 * PAGE);
	assert_dead(made, 1, page(COPY) + PAGE, page(COPY) + 2 * PAGE);
}

/* Lists that make no sense: all of per-CPU memory is read as any other. */
static void test_where_chunks_are_is_not_known(void **state)
{
	struct made_up *made = *state;
	struct machine *m = made->machine;

	add_chunk(m, 0, page(COPY), 1);
	add_chunk(m, 1, MAPPED, 1);
	put(m, CHUNK(1) + percpu_layout.list + 8, 0);
	assert_int_equal(ram__add_dead(&m->memory, page(50), page(51)), 0);
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_false(made->percpu.known);
	assert_int_equal(m->memory.nr_dead, 1);
	assert_int_equal(m->memory.nr_owners, 0);
	assert_int_equal(made->percpu.nr, 0);
	made->chunks.lists = 0;
	assert_int_equal(percpu_memory__begin(&made->percpu), 0);
	assert_false(made->percpu.known);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_percpu, end_percpu)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_chunk_that_changes_lists),	  TEST(test_the_first_chunk),
		TEST(test_what_was_dead_before),	  TEST(test_a_chunk_that_is_mapped),
		TEST(test_a_walk_that_is_ended),	  TEST(test_a_chunk_that_has_gone),
		TEST(test_where_chunks_are_is_not_known),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
