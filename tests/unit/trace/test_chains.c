// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stacks without walks: the programs' own code (unwind.bpf.h, chain.bpf.h) and the loader's
 * (chains.h) on the stacks of a made-up kernel, whose walks are always right.
 */
#include "unit.h"

#include "programs.h"

#include "chain.bpf.h"
#include "unwind.bpf.h"

#include "trace/chains.h"

#define TEXT	  0xffffffff81000000ULL
#define FUNCTIONS 360
#define LEVELS	  12
#define PATHS	  300 /* that are taken, of all that there are */
#define SITES	  (sizeof(sites) / sizeof(sites[0]))
#define CONTEXT	  6 /* words between the context and call_site's place */
#define WORDS	  (config.stack_size / sizeof(uint64_t))

/* A function of level n is called by some of level n + 1, at its own return address each. */
struct function {
	uint32_t level;
	uint32_t frame; /* words from its caller's return address down to those of what it calls */
	bool varies;	/* not always the same */
	bool aligns;	/* as large as makes its end even: another one by caller */
};

enum entry { ENTRY_SYSCALL, ENTRY_THREAD, ENTRY_INTERRUPT };

struct made_up {
	struct function functions[FUNCTIONS];
	struct kleak_tally tallies[SITES];
	uint64_t random;
	bool clean; /* nothing is left over on the stack */
	/* the stack that stands there: what a walk shows */
	uint64_t frames[KLEAK_MAX_FRAMES];
	uint32_t places[KLEAK_MAX_FRAMES]; /* in the stack */
	uint32_t nr;
	enum entry entry;
	uint64_t context;
	/* what came of it */
	uint64_t stacks, walks, chained, wrong;
	struct chains chains;
};

static uint64_t random_below(struct made_up *m, uint64_t n)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (m->random >> 20) % n;
}

enum kind { KIND_PLAIN, KIND_VARIES, KIND_ALIGNS };

static void make_kernel(struct made_up *m, uint64_t seed, enum kind kind)
{
	memset(m, 0, sizeof(*m));
	memset(steps, 0, sizeof(steps));
	memset(chains, 0, sizeof(chains));
	memset(sites, 0, sizeof(sites));
	memset(&control, 0, sizeof(control));
	memset(stacks, 0, sizeof(stacks));
	config = (struct kleak_config){.frames = KLEAK_MAX_DEPTH, .stack_size = KLEAK_STACK_SIZE};
	m->random = seed;
	for (uint32_t i = 0; i < FUNCTIONS; i++)
		m->functions[i] = (struct function){
			.level = i % LEVELS,
			.frame = 3 + random_below(m, 30),
			.varies = kind == KIND_VARIES && !random_below(m, 12),
			.aligns = kind == KIND_ALIGNS && !random_below(m, 6),
		};
}

/* What lies in a frame is written anew: all of it, or 7 words of 8. */
static uint32_t go_down(struct made_up *m, uint64_t *stack, uint32_t at, uint32_t words)
{
	for (; words; words--)
		if (m->clean || random_below(m, 8))
			stack[--at] = random_below(m, 1000);
		else
			at--;
	return at;
}

/* Where `caller` calls `callee`. */
static uint64_t return_address(uint32_t caller, uint32_t callee)
{
	return TEXT + caller * 0x4000ULL + callee * 0x20ULL + 5;
}

/*
 * Put a stack there: from an entry down through functions of each level, which leave old return
 * addresses between.  Functions below 3 allocate.
 */
static void put_stack(struct made_up *m, uint64_t *stack)
{
	static const uint64_t outermost[] = {TEXT + 0xff00000, TEXT + 0xff01000, TEXT + 0xff02000};
	uint32_t path[LEVELS], nr = 0, at = WORDS - 1;
	uint64_t choice = mix(random_below(m, PATHS), 1);

	m->entry = choice % 3;
	at = go_down(m, stack, at,
		     m->entry == ENTRY_SYSCALL	? 21
		     : m->entry == ENTRY_THREAD ? 2
						: 300);
	/* most functions have one caller: the path has a choice of its own at few levels */
	for (uint32_t level = 0, mine = choice; level < LEVELS; level++) {
		choice = mix(choice, level);
		if (!level || !(choice >> 20 & 15))
			mine = choice >> 40;
		path[LEVELS - 1 - level] = level + mine % (FUNCTIONS / LEVELS) * LEVELS;
		nr++;
	}
	/* outermost first; do_syscall_64's frame is of random size */
	m->nr = nr + 1;
	m->frames[nr] = outermost[m->entry];
	stack[at] = outermost[m->entry];
	m->places[nr] = at;
	for (uint32_t i = 0; i + 1 < nr; i++) {
		const struct function *f = &m->functions[path[i]];
		uint32_t words = f->frame;

		if (!i)
			words = 8 + (m->entry == ENTRY_SYSCALL ? 2 * random_below(m, 64) : 0);
		if (i > 1 && f->varies)
			words += random_below(m, 5);
		if (i > 1 && f->aligns)
			words += (at - words) & 1;
		at = go_down(m, stack, at, words);
		if (i > 1 && f->aligns)
			stack[m->places[nr - i] - 1 - (m->places[nr - i] & 1)] = m->frames[nr - i];
		/* entries are not shared */
		m->frames[nr - 1 - i] =
			return_address(i ? path[i] : FUNCTIONS + m->entry, path[i + 1]);
		stack[at] = m->frames[nr - 1 - i];
		m->places[nr - 1 - i] = at;
	}
	/* the allocation itself */
	at = go_down(m, stack, at, m->functions[path[nr - 1]].frame);
	m->frames[0] = return_address(path[nr - 1], FUNCTIONS);
	stack[at] = m->frames[0];
	m->places[0] = at;
	m->context = (uint64_t)(uintptr_t)&stack[at - CONTEXT - (random_below(m, 8) ? 0 : 2)];
}

static uint64_t true_hash(const struct made_up *m, uint64_t hash)
{
	for (uint32_t i = 0; i < m->nr; i++)
		hash = hash_add(hash, m->frames[i]);
	return hash_end(hash);
}

static void learn_stack(struct made_up *m, uint32_t site)
{
	static struct scratch s;

	memcpy(s.frames, m->frames, sizeof(m->frames));
	s.first = 0;
	s.nr = m->nr;
	s.whole = 0;
	s.index = site;
	s.cut = m->entry == ENTRY_INTERRUPT;
	s.ends = !s.cut;
	learn(&s, m->context);
}

/* The programs' site table: the entry of that hash. */
static uint32_t count_allocation(struct made_up *m, uint64_t hash)
{
	for (uint32_t i = 1 + hash % (SITES - 1);; i = i + 1 < SITES ? i + 1 : 1) {
		struct kleak_site *site = &sites[i];

		if (site->hash && site->hash != hash)
			continue;
		site->hash = hash;
		site->nr_frames = m->nr;
		memcpy(site->frames, m->frames, sizeof(m->frames));
		m->tallies[i].allocations++;
		return i;
	}
}

/* What the programs do with an allocation. */
static void allocate(struct made_up *m)
{
	uint64_t begin = hash_begin(3, KLEAK_SPACE_SLAB), hash, truth = true_hash(m, begin);
	uint32_t site = count_allocation(m, truth);

	m->stacks++;
	hash = follow_chains(m->context, m->frames[0], begin);
	m->chained += hash != 0;
	if (!hash)
		hash = unwind(m->context, m->frames[0], begin);
	if (!hash) {
		m->walks++;
		learn_stack(m, site);
	} else if (hash != truth) {
		m->wrong++;
		learn_stack(m, site);
	}
}

/* What the loader does now and then. */
static void tune(struct made_up *m)
{
	const struct chains_source source = {.sites = sites,
					     .tallies = m->tallies,
					     .nr_sites = SITES,
					     .nr_lanes = 1,
					     .steps = steps};

	assert_int_equal(chains__make(&m->chains, &source), 0);
	memcpy(chains, m->chains.table, sizeof(chains));
	control.chain_seed = m->chains.seed;
}

static void run(struct made_up *m, int times)
{
	m->stacks = m->walks = m->chained = m->wrong = 0;
	for (int i = 0; i < times; i++) {
		put_stack(m, stacks);
		allocate(m);
	}
}

static void test_every_stack_is_what_it_is(void **state)
{
	static struct made_up m;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		make_kernel(&m, seed * 0x9e3779b97f4a7c15ULL, KIND_PLAIN);
		run(&m, 20000);
		assert_int_equal(m.chained, 0);
		assert_int_equal(m.wrong, 0);
		tune(&m);
		run(&m, 20000);
		assert_int_equal(m.wrong, 0);
		assert_true(m.walks <= m.stacks / 1000);
		assert_true(m.chained > m.stacks * 9 / 10);
		/* and nothing changes where nothing new was seen */
		assert_int_equal(m.chains.seed, control.chain_seed);
		tune(&m);
		assert_memory_equal(chains, m.chains.table, sizeof(chains));
		chains__free(&m.chains);
	}
}

/*
 * Functions that align their frames, which are larger for one caller than for another, and begin
 * with a copy of their return address: it is the stacks' own distances that chains are made of.
 */
static void test_frames_that_are_aligned(void **state)
{
	static struct made_up m;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		make_kernel(&m, seed * 0x9e3779b97f4a7c15ULL, KIND_ALIGNS);
		run(&m, 20000);
		tune(&m);
		run(&m, 20000);
		tune(&m);
		run(&m, 20000);
		assert_int_equal(m.wrong, 0);
		assert_true(m.walks <= m.stacks / 100);
		assert_true(m.chained > m.stacks * 9 / 10);
		chains__free(&m.chains);
	}
}

/*
 * Functions whose frames are not always the same: their stacks are not in chains.  A step may have
 * been the same three times by chance and lead to another frame.  (The kernel has one such
 * function, for system calls, and its step is another one.)
 */
static void test_frames_that_vary(void **state)
{
	static struct made_up m;
	uint64_t walks = 0, chained = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		make_kernel(&m, seed * 0x9e3779b97f4a7c15ULL, KIND_VARIES);
		m.clean = true;
		for (int i = 0; i < 10; i++) {
			run(&m, 5000);
			assert_true(m.wrong <= m.stacks / 1000);
			tune(&m);
		}
		walks += m.walks;
		chained += m.chained;
		chains__free(&m.chains);
	}
	assert_true(walks && chained); /* there are such stacks, and others */
}

/* As 32-bit machines have them, most machines, KASAN, 64-KiB pages. */
static void test_stacks_of_any_size(void **state)
{
	static struct made_up m;

	(void)state;
	for (uint32_t size = 8192; size <= MOST_STACK; size *= 2) {
		make_kernel(&m, size, KIND_PLAIN);
		config.stack_size = size;
		run(&m, 20000);
		tune(&m);
		run(&m, 20000);
		assert_int_equal(m.wrong, 0);
		assert_true(m.walks <= m.stacks / 1000);
		assert_true(m.chained > m.stacks * 9 / 10);
		chains__free(&m.chains);
	}
}

/* Frames are kept up to a depth: what lies deeper is left to steps. */
static void test_depth(void **state)
{
	static struct made_up m;

	(void)state;
	make_kernel(&m, 77, KIND_PLAIN);
	run(&m, 20000);
	tune(&m);
	config.frames = LEVELS + 1; /* all of them: the last one is the outermost */
	run(&m, 2000);
	assert_int_equal(m.chained, 0);
	config.frames = LEVELS + 2;
	run(&m, 2000);
	assert_true(m.chained > 1000);
	assert_int_equal(m.wrong, 0);
	chains__free(&m.chains);
}

/* Whatever lies on the stack: a chain must not be seen where there is none. */
static void test_other_words(void **state)
{
	static struct made_up m;

	(void)state;
	make_kernel(&m, 4711, KIND_PLAIN);
	m.clean = true;
	run(&m, 20000);
	tune(&m);
	for (int i = 0; i < 20000; i++) {
		put_stack(&m, stacks);
		if (!follow_chains(m.context, m.frames[0], 1))
			continue;
		/* change one of the frames */
		stacks[m.places[random_below(&m, m.nr)]] ^= 1ULL << random_below(&m, 48);
		assert_true(follow_chains(m.context, m.frames[0], 1) == 0);
	}
	chains__free(&m.chains);
}

/* Steps and stacks that make no sense: read while programs write them. */
static void test_nonsense(void **state)
{
	static struct made_up m;

	(void)state;
	make_kernel(&m, 99, KIND_PLAIN);
	run(&m, 20000);
	for (int i = 0; i < 200; i++) {
		struct kleak_step *step = &steps[random_below(&m, KLEAK_STEPS)];
		struct kleak_site *site = &sites[random_below(&m, SITES)];

		step->way ^= 1ULL << random_below(&m, 56);
		site->frames[random_below(&m, KLEAK_MAX_FRAMES)] ^= 1ULL << random_below(&m, 64);
		site->nr_frames ^= 1U << random_below(&m, 32);
		site->distance[random_below(&m, KLEAK_MAX_FRAMES)] = random_below(&m, 256);
		for (uint32_t k = 0; k < KLEAK_STEPS; k += 1 + random_below(&m, 50))
			if (steps[k].address)
				steps[k].way ^= 1ULL << random_below(&m, 56);
		tune(&m);
		put_stack(&m, stacks);
		allocate(&m);
	}
	chains__free(&m.chains);
}

/* Nothing was seen yet. */
static void test_nothing(void **state)
{
	static struct made_up m;

	(void)state;
	make_kernel(&m, 1, KIND_PLAIN);
	tune(&m);
	assert_int_equal(m.chains.nr, 0);
	assert_int_equal(m.chains.sites, 0);
	run(&m, 100);
	assert_int_equal(m.chained, 0);
	chains__free(&m.chains);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_stack_is_what_it_is),
		cmocka_unit_test(test_frames_that_are_aligned),
		cmocka_unit_test(test_frames_that_vary),
		cmocka_unit_test(test_stacks_of_any_size),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_other_words),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
