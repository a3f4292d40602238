// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/code_sites.h"

#include <string.h>

#define SITES 3000
#define TEXT  0xffffffff81000000ULL
#define CODE  0xffffffffc0000000ULL

struct made_up {
	struct kleak_control control;
	uint32_t list[KLEAK_CODE_SITES];
	struct kleak_site sites[SITES];
	struct code_sites_tables tables;
	uint64_t looked;
	int waits;
	uint32_t comes; /* a site that a program makes during the next wait but one */
	bool was_all;	/* all were looked at then */
};

/* A program makes this site. */
static void make(struct made_up *m, uint32_t index, uint64_t address)
{
	m->sites[index] = (struct kleak_site){
		.hash = 1000 + index, .nr_frames = 2, .frames = {TEXT + 5, address}};
	if (address >= CODE && m->control.code_sites < KLEAK_CODE_SITES)
		m->list[m->control.code_sites++] = index;
}

static void wait_for_all(void *arg)
{
	struct made_up *m = arg;

	if (++m->waits != 2 || !m->comes)
		return;
	m->was_all = m->control.code_all;
	make(m, m->comes, CODE + 9);
}

static int begin(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));

	m->tables = (struct code_sites_tables){.control = &m->control,
					       .list = m->list,
					       .sites = m->sites,
					       .nr_sites = SITES,
					       .text = {TEXT, TEXT + 0x1000000},
					       .wait = wait_for_all,
					       .arg = m};
	*state = m;
	return 0;
}

static int end(void **state)
{
	test_free(*state);
	return 0;
}

static bool has(const struct made_up *m, uint32_t index)
{
	for (uint32_t i = 0; i < m->control.code_sites && i < KLEAK_CODE_SITES; i++)
		if (m->list[i] == index)
			return true;
	return false;
}

static void test_weeks_of_sites_that_come_and_go(void **state)
{
	struct made_up *m = *state;
	uint64_t released = 0;
	int renewed = 0;

	for (uint32_t i = 1; i <= 100; i++) /* these stay */
		make(m, i, i % 2 ? CODE + i : TEXT + i);
	for (int week = 0; week < 100; week++) {
		for (uint32_t i = 101; i <= 400; i++)
			make(m, i, CODE + i);
		for (uint32_t i = 101; i <= 400; i++)
			m->sites[i] = (struct kleak_site){.hash = KLEAK_SITE_REUSABLE};
		released += 300;
		renewed += code_sites__renew(&m->tables, released, &m->looked);
		assert_in_range(m->control.code_sites, 0, KLEAK_CODE_SITES / 2 + 300);
		assert_int_equal(m->control.code_all, 0);
	}
	assert_in_range(renewed, 10, 20);
	for (uint32_t i = 1; i <= 100; i++)
		assert_int_equal(has(m, i), i % 2);
}

/* Nothing is missing of what is made meanwhile. */
static void test_a_site_that_is_made_meanwhile(void **state)
{
	struct made_up *m = *state;

	m->control.code_sites = KLEAK_CODE_SITES;
	make(m, 7, CODE + 7); /* finds no room */
	m->comes = 8;
	assert_true(code_sites__renew(&m->tables, 1000, &m->looked));
	assert_true(m->was_all);
	assert_int_equal(m->waits, 2);
	assert_true(has(m, 7));
	assert_true(has(m, 8));
	assert_in_range(m->control.code_sites, 2, 3);
}

static void test_not_where_it_would_not_help(void **state)
{
	struct made_up *m = *state;

	m->control.code_sites = KLEAK_CODE_SITES / 2 - 1; /* there is room */
	assert_false(code_sites__renew(&m->tables, 1000, &m->looked));
	m->control.code_sites = KLEAK_CODE_SITES; /* hardly any was given back since */
	m->looked = 900;
	assert_false(code_sites__renew(&m->tables, 1000, &m->looked));
	for (uint32_t i = 0; i < KLEAK_CODE_SITES / 4; i++) /* all are there */
		make(m, i + 1, CODE);
	assert_false(code_sites__renew(&m->tables, 2000, &m->looked));
	assert_int_equal(m->looked, 2000);
	m->sites[1].hash = KLEAK_SITE_EMPTY;
	assert_true(code_sites__renew(&m->tables, 3000, &m->looked));
	assert_int_equal(m->control.code_sites, KLEAK_CODE_SITES / 4 - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_weeks_of_sites_that_come_and_go, begin, end),
		cmocka_unit_test_setup_teardown(test_a_site_that_is_made_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(test_not_where_it_would_not_help, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
