// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "trace/bpfhash.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENTRIES 4096 /* of the map */
#define STAY	1500 /* keys 0 .. STAY - 1 are there all the time */
#define COME	1500 /* so many others come and go */
#define PASSES	300

struct value {
	uint32_t key;
	uint32_t more[3];
};

static int make_map(void)
{
	int map = bpf_map_create(BPF_MAP_TYPE_HASH, "test", sizeof(uint32_t), sizeof(struct value),
				 ENTRIES, NULL);

	if (map < 0)
		skip(); /* not root */
	return map;
}

static void put(int map, uint32_t key)
{
	const struct value value = {.key = key, .more = {1, 2, 3}};

	assert_int_equal(bpf_map_update_elem(map, &key, &value, BPF_ANY), 0);
}

static void count(const void *key, const void *value, void *arg)
{
	uint32_t *seen = arg, number;

	memcpy(&number, key, sizeof(number));
	assert_memory_equal(key, value, sizeof(number));
	assert_true(number < STAY + COME);
	seen[number]++;
}

static void test_every_entry_is_told_once(void **state)
{
	static uint32_t seen[STAY + COME];
	int map = make_map();

	(void)state;
	assert_int_equal(bpfhash__each(map, sizeof(uint32_t), sizeof(struct value), count, seen),
			 0);
	for (uint32_t key = 0; key < STAY + COME; key++)
		assert_int_equal(seen[key], 0);
	for (uint32_t key = 0; key < STAY + COME; key++)
		put(map, key);
	assert_int_equal(bpfhash__each(map, sizeof(uint32_t), sizeof(struct value), count, seen),
			 0);
	for (uint32_t key = 0; key < STAY + COME; key++)
		assert_int_equal(seen[key], 1);
	close(map);
}

/* Delete and add keys until somebody ends it. */
static void __attribute__((noreturn)) come_and_go(int map)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		for (uint32_t key = STAY; key < STAY + COME; key++)
			bpf_map_delete_elem(map, &key);
		for (uint32_t key = STAY; key < STAY + COME; key++) {
			const struct value value = {.key = key};

			bpf_map_update_elem(map, &key, &value, BPF_ANY);
		}
	}
}

static void test_nothing_is_told_twice_while_others_delete(void **state)
{
	static uint32_t seen[STAY + COME];
	int map = make_map();
	pid_t other;

	(void)state;
	for (uint32_t key = 0; key < STAY; key++)
		put(map, key);
	other = fork();
	assert_true(other >= 0);
	if (!other)
		come_and_go(map);
	for (int pass = 0; pass < PASSES; pass++) {
		memset(seen, 0, sizeof(seen));
		assert_int_equal(
			bpfhash__each(map, sizeof(uint32_t), sizeof(struct value), count, seen), 0);
		for (uint32_t key = 0; key < STAY; key++)
			assert_int_equal(seen[key], 1);
		for (uint32_t key = STAY; key < STAY + COME; key++)
			assert_in_range(seen[key], 0, 1);
	}
	kill(other, SIGKILL);
	waitpid(other, NULL, 0);
	close(map);
}

static void test_no_map(void **state)
{
	(void)state;
	assert_int_equal(bpfhash__each(-1, 4, 16, count, NULL), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_entry_is_told_once),
		cmocka_unit_test(test_nothing_is_told_twice_while_others_delete),
		cmocka_unit_test(test_no_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
