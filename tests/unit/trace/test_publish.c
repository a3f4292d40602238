// SPDX-License-Identifier: GPL-2.0-only
/* What programs may find in the tables while these are written anew: waits are when they look. */
#include "unit.h"

#include "trace/publish.h"

#include <string.h>

#define PRESENCE 128

struct made_up {
	struct kleak_chain chains[KLEAK_CHAINS], before[KLEAK_CHAINS], table[KLEAK_CHAINS];
	struct kleak_control control;
	uint32_t presence[PRESENCE], present[2][PRESENCE / 32];
	struct chains wanted;
	struct publish_tables tables;
	uint64_t seed_before;
	int waits;
};

/* Programs that have begun before the wait still look at the set of bits of then. */
static void look(void *arg)
{
	struct made_up *m = arg;

	m->waits++;
	assert_true(m->control.chain_seed == 0 || m->wanted.seed == m->seed_before);
	for (size_t i = 0; i < KLEAK_CHAINS; i++) {
		if (m->chains[i].tag)
			assert_memory_equal(&m->chains[i], &m->before[i], sizeof(m->chains[i]));
		/* what is to be another one is not to be found any more */
		if (m->before[i].sum != m->table[i].sum || m->before[i].tag != m->table[i].tag)
			assert_int_equal(m->chains[i].tag, 0);
	}
}

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	for (size_t i = 0; i < 10; i++)
		m->table[i] = (struct kleak_chain){.tag = 100 + i, .sum = i, .nr = 3};
	m->wanted = (struct chains){.table = m->table, .seed = 7};
	m->tables = (struct publish_tables){.chains = m->chains,
					    .control = &m->control,
					    .presence = m->presence,
					    .present = {m->present[0], m->present[1]},
					    .nr = PRESENCE,
					    .wait = look,
					    .arg = m};
	*state = m;
	return 0;
}

static int end(void **state)
{
	test_free(*state);
	return 0;
}

static void publish(struct made_up *m)
{
	memcpy(m->before, m->chains, sizeof(m->before));
	m->seed_before = m->control.chain_seed;
	m->waits = 0;
	publish__chains(&m->tables, &m->wanted);
	assert_int_equal(m->control.chain_seed, m->wanted.seed);
	for (size_t i = 0; i < KLEAK_CHAINS; i++) {
		assert_int_equal(m->chains[i].tag, m->table[i].tag);
		assert_int_equal(m->chains[i].sum, m->table[i].sum);
		assert_int_equal(m->chains[i].nr, m->table[i].nr);
	}
}

static void test_the_first_chains(void **state)
{
	struct made_up *m = *state;

	publish(m);
	assert_int_equal(m->waits, 1);
}

/* What the programs have noted in a chain that stays is theirs. */
static void test_what_is_the_same_stays(void **state)
{
	struct made_up *m = *state;

	publish(m);
	m->chains[3].recent = 55;
	publish(m);
	assert_int_equal(m->waits, 0);
	m->table[20] = (struct kleak_chain){.tag = 200}; /* the first one of a stack */
	publish(m);
	m->chains[20].found = 77;
	publish__chains(&m->tables, &m->wanted);
	assert_int_equal(m->chains[20].found, 77);
	m->chains[20].found = 0; /* no chain has more than it is to have */
	assert_int_equal(m->chains[3].recent, 55);
	m->table[4].sum = 99;
	publish(m);
	assert_int_equal(m->waits, 1);
	assert_int_equal(m->chains[3].recent, 55);
	assert_int_equal(m->chains[4].recent, 0);
}

static void test_chains_that_go(void **state)
{
	struct made_up *m = *state;

	publish(m);
	m->table[2] = (struct kleak_chain){};
	publish(m);
	assert_int_equal(m->waits, 1);
	assert_int_equal(m->chains[2].tag, 0);
}

/* The first place of the table, and the last one. */
static void test_every_place(void **state)
{
	struct made_up *m = *state;

	publish(m);
	m->table[0] = (struct kleak_chain){.tag = 5, .sum = 1000, .nr = 2};
	m->table[KLEAK_CHAINS - 1] = m->table[0];
	publish(m);
	assert_int_equal(m->waits, 1);
	m->table[0].sum++;
	m->table[KLEAK_CHAINS - 1].sum++;
	publish(m);
	assert_int_equal(m->waits, 1);
}

/* By another seed each chain has another place: none is looked for meanwhile. */
static void test_another_seed(void **state)
{
	struct made_up *m = *state;

	publish(m);
	m->wanted.seed = 8;
	publish(m);
	assert_int_equal(m->waits, 1);
}

static void look_at_old_bits(void *arg)
{
	struct made_up *m = arg;

	m->waits++;
	assert_int_equal(m->control.present, 0);
	assert_int_equal(m->present[0][0], 0xf0);
	assert_int_equal(m->present[1][0], 0x0f);
}

static void look_at_nothing(void *arg)
{
	(void)arg;
}

static void test_bits_of_what_is_present(void **state)
{
	struct made_up *m = *state;

	m->present[0][0] = 0xf0;
	m->present[1][0] = 0x0f; /* of the time before: some may look at it still */
	m->presence[0] = 7;
	m->presence[1] = 3;
	m->presence[32] = 1;
	m->presence[PRESENCE - 1] = 1;
	m->tables.wait = look_at_old_bits;
	publish__present(&m->tables);
	assert_int_equal(m->waits, 1);
	assert_int_equal(m->control.present, 1);
	assert_int_equal(m->present[0][0], 0xf0);
	assert_int_equal(m->present[1][0], 3);
	assert_int_equal(m->present[1][1], 1);
	assert_int_equal(m->present[1][2], 0);
	assert_int_equal(m->present[1][3], 1U << 31);
	/* the next time the other one, from nothing */
	for (int word = 0; word < PRESENCE / 32; word++)
		m->present[0][word] = 5;
	m->tables.wait = look_at_nothing;
	memset(m->presence, 0, sizeof(m->presence));
	m->presence[2] = 1;
	publish__present(&m->tables);
	assert_int_equal(m->control.present, 0);
	assert_int_equal(m->present[0][0], 4);
	for (int word = 1; word < PRESENCE / 32; word++)
		assert_int_equal(m->present[0][word], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_first_chains), TEST(test_what_is_the_same_stays),
		TEST(test_chains_that_go),   TEST(test_every_place),
		TEST(test_another_seed),     TEST(test_bits_of_what_is_present),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
