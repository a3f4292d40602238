// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks without walks on arm64: the programs' own code (frame_records.bpf.h) on made-up stacks,
 * whose walks are always right.
 */
#include "unit.h"

#include "programs.h"

#include "frame_records.bpf.h"

#define TEXT	  0xffff800080000000ULL
#define CODE_BITS 0xffff800000000000ULL
#define SIGNATURE 0x0055000000000000ULL /* where the upper ones were */
#define WORDS	  (KLEAK_STACK_SIZE / sizeof(uint64_t))
#define DEEPEST	  12
/* Frames of a walk below call_site, on 7.3: site_walk() twice, the program for kmalloc,
 * bpf_trace_run6(),
 * __bpf_trace_kmalloc(), __traceiter_kmalloc(), trace_kmalloc(),
 * __kmalloc_node_track_caller_noprof(), kmalloc_reserve() */
#define PLUMBING 9
#define CONTEXT	 9 /* words from the innermost record down to the context */

struct made_up {
	uint64_t random;
	bool is_signed;
	uint64_t frames[KLEAK_MAX_FRAMES]; /* as a walk has them */
	uint32_t nr;
	uint64_t context;
	uint64_t walks, wrong;
};

static uint64_t random_below(struct made_up *m, uint64_t n)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (m->random >> 20) % n;
}

static void make_kernel(struct made_up *m, bool is_signed)
{
	memset(m, 0, sizeof(*m));
	memset(steps, 0, sizeof(steps));
	memset(sites, 0, sizeof(sites));
	memset(stacks, 0, sizeof(stacks));
	config = (struct kleak_config){
		.frames = KLEAK_MAX_DEPTH, .stack_size = KLEAK_STACK_SIZE, .code_bits = CODE_BITS};
	config.interrupts[0] = (struct kleak_range){TEXT + 0xf000000, TEXT + 0xf001000};
	m->random = 0x9e3779b97f4a7c15ULL;
	m->is_signed = is_signed;
}

/* A frame of `words` below the record at `above`, whose own record is at its bottom. */
static uint32_t go_down(struct made_up *m, uint32_t above, uint32_t words, uint64_t address)
{
	uint32_t at = above - words;

	/* what lies in a frame is written anew, or left from before */
	for (uint32_t i = at + 2; i < above; i++)
		if (random_below(m, 2))
			stacks[i] = random_below(m, 1000);
	stacks[at] = (uint64_t)(uintptr_t)&stacks[above];
	stacks[at + 1] = m->is_signed ? address ^ SIGNATURE : address;
	return at;
}

/*
 * Put a stack there, from the outermost record, which is empty.  Every function may be called from
 * anywhere, as by a pointer, and takes as much as it will.
 */
static void put_stack(struct made_up *m, bool interrupted)
{
	uint32_t depth = 2 + random_below(m, DEEPEST - 1), at = WORDS - 40;
	uint32_t nr = depth + PLUMBING;

	stacks[at] = stacks[at + 1] = 0;
	m->nr = nr;
	for (uint32_t i = nr; i-- > 0;) {
		uint64_t address = TEXT + 4 * random_below(m, 40) + i * 0x1000;
		uint32_t words = 2 + random_below(m, 30);

		if (i < PLUMBING)
			address = TEXT + 0x100000 + i * 0x1000;
		if (i < PLUMBING + 1) /* the allocator's own */
			words = 8;
		if (interrupted && i == nr - 2)
			address = TEXT + 0xf000010;
		m->frames[i] = address;
		at = go_down(m, at, words, address);
	}
	m->context = (uint64_t)(uintptr_t)&stacks[at - CONTEXT];
}

static uint64_t true_hash(const struct made_up *m, uint64_t hash)
{
	for (uint32_t i = PLUMBING; i < m->nr; i++) {
		hash = hash_add(hash, m->frames[i]);
		if (is_interrupt(m->frames[i]) || i - PLUMBING + 1 == config.frames)
			break;
	}
	return hash_end(hash);
}

static void learn_stack(struct made_up *m)
{
	static struct scratch s;

	memcpy(s.frames, m->frames, sizeof(m->frames));
	stack_trim(&s, m->frames[PLUMBING], m->nr);
	learn(&s, m->context);
}

static void run(struct made_up *m, int times, bool interrupted)
{
	m->walks = m->wrong = 0;
	for (int i = 0; i < times; i++) {
		uint64_t begin = hash_begin(3, KLEAK_SPACE_SLAB), hash;

		put_stack(m, interrupted);
		hash = unwind(m->context, m->frames[PLUMBING], begin);
		m->wrong += hash && hash != true_hash(m, begin);
		if (hash)
			continue;
		m->walks++;
		learn_stack(m);
	}
}

/* One walk for each call_site, whoever calls its function and however large frames are. */
static void check_each_is_walked_once(bool is_signed, bool interrupted)
{
	struct made_up m;

	make_kernel(&m, is_signed);
	run(&m, 20000, interrupted);
	assert_int_equal(m.wrong, 0);
	assert_true(m.walks > 0 && m.walks <= 100);
	run(&m, 20000, interrupted);
	assert_int_equal(m.wrong, 0);
	assert_int_equal(m.walks, 0);
}

static void test_plain(void **state)
{
	(void)state;
	check_each_is_walked_once(false, false);
}

static void test_signed_return_addresses(void **state)
{
	(void)state;
	check_each_is_walked_once(true, false);
}

/* What an interrupt came into is chance. */
static void test_a_stack_ends_where_an_interrupt_came_in(void **state)
{
	(void)state;
	check_each_is_walked_once(true, true);
}

static void test_depth(void **state)
{
	struct made_up m;

	(void)state;
	for (uint32_t frames = 1; frames < DEEPEST; frames += 3) {
		make_kernel(&m, true);
		config.frames = frames;
		run(&m, 5000, false);
		assert_int_equal(m.wrong, 0);
		assert_true(m.walks > 0 && m.walks <= 100);
	}
}

/* Records that lead nowhere, or in a circle: the walk has to tell. */
static void test_broken_records(void **state)
{
	struct made_up m;
	uint64_t begin, *first;

	(void)state;
	make_kernel(&m, false);
	run(&m, 5000, false);
	begin = hash_begin(3, KLEAK_SPACE_SLAB);
	put_stack(&m, false);
	assert_true(unwind(m.context, m.frames[PLUMBING], begin));
	for (first = (uint64_t *)(uintptr_t)m.context; first[1] != m.frames[PLUMBING]; first++)
		;
	first[0] = (uint64_t)(uintptr_t)first;
	config.frames = KLEAK_MAX_FRAMES + 1;
	assert_int_equal(unwind(m.context, m.frames[PLUMBING], begin), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_signed_return_addresses),
		cmocka_unit_test(test_a_stack_ends_where_an_interrupt_came_in),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_broken_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
