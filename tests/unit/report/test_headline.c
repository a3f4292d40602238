// SPDX-License-Identifier: GPL-2.0-only
#include "report/stacks.h"

#include "report/headline.h"

#include <stdio.h>

static void see(struct callers *callers, const char *text, bool suspect)
{
	struct stack *stack = stack_of(text);

	/* each stack brings its own names: functions are told by what they say */
	assert_int_equal(callers__add(callers, stack->frames, stack->nr, suspect, NULL), 0);
}

static void expect(struct callers *callers, const char *text, const char *headline, size_t nr)
{
	struct stack *stack = stack_of(text);
	uint32_t numbers[STACKS_FRAMES];
	struct headline found;

	assert_int_equal(callers__add(callers, stack->frames, stack->nr, true, numbers), 0);
	found = headline__of(callers, stack->frames, numbers, stack->nr);
	assert_string_equal(stack->frames[found.first].symbol, headline);
	assert_int_equal(found.nr, nr);
}

static void test_the_first_frame(void **state)
{
	struct callers callers = {};

	(void)state;
	expect(&callers, "newque < ipcget < ksys_msgget < x64_sys_call < do_syscall_64", "newque",
	       3);
	callers__free(&callers);
}

static void test_well_known_constructors(void **state)
{
	struct callers callers = {};

	(void)state;
	expect(&callers,
	       "__alloc_skb < alloc_skb_with_frags < sock_alloc_send_pskb < unix_dgram_sendmsg < "
	       "____sys_sendmsg",
	       "unix_dgram_sendmsg", 1);
	expect(&callers,
	       "lsm_inode_alloc < security_inode_alloc < inode_init_always < alloc_inode "
	       "< new_inode < foo_fill_super[foo] < get_tree_bdev",
	       "foo_fill_super", 2);
	expect(&callers, "foo_priv < ext4_alloc_inode < alloc_inode < iget_locked < __ext4_iget",
	       "__ext4_iget", 1);
	expect(&callers,
	       "__percpu_counter_init_many.isra.0 < fprop_local_init_percpu < foo_init[foo]",
	       "foo_init", 1);
	callers__free(&callers);
}

/* Never on what everybody comes through. */
static void test_not_beyond_the_way_in(void **state)
{
	struct callers callers = {};

	(void)state;
	expect(&callers, "__alloc_skb < process_one_work < worker_thread", "__alloc_skb", 1);
	expect(&callers, "__alloc_skb < netdev_alloc_skb", "netdev_alloc_skb", 1);
	expect(&callers, "__alloc_skb", "__alloc_skb", 1);
	callers__free(&callers);
}

static void test_no_stack(void **state)
{
	struct callers callers = {};

	(void)state;
	assert_int_equal(headline__of(&callers, NULL, NULL, 0).nr, 0);
	callers__free(&callers);
}

/* A function that no list knows is one if many call it and few of them leak. */
static void test_by_rule(void **state)
{
	struct callers callers = {};
	char text[128];

	(void)state;
	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "frob_new < user_%d < vfs_fsync < do_syscall_64", i);
		see(&callers, text, false);
	}
	expect(&callers, "frob_new < leaky[foo] < vfs_fsync < do_syscall_64", "leaky", 2);
	/* what it calls itself to do that */
	expect(&callers, "frob_core < frob_new < leaky[foo] < vfs_fsync", "leaky", 2);
	callers__free(&callers);
}

/* One place in each function, or many in one. */
static void test_by_places(void **state)
{
	struct callers callers = {};
	struct stack *stack;

	(void)state;
	for (uint64_t place = 1; place <= CALLERS_MANY_PLACES; place++) {
		stack = stack_of_place("pool_get[foo] < state_machine[foo] < worker_thread", place);
		assert_int_equal(callers__add(&callers, stack->frames, stack->nr, false, NULL), 0);
	}
	expect(&callers, "pool_get[foo] < leaky[foo] < worker_thread", "leaky", 1);
	callers__free(&callers);
}

/* Three callers are not many. */
static void test_few_callers(void **state)
{
	struct callers callers = {};

	(void)state;
	see(&callers, "ipcget < ksys_semget", false);
	see(&callers, "ipcget < ksys_shmget", false);
	expect(&callers, "ipcget < ksys_msgget", "ipcget", 2);
	callers__free(&callers);
}

/* If what all of them get leaks, the fault is not theirs. */
static void test_all_callers_leak(void **state)
{
	struct callers callers = {};
	char text[128];

	(void)state;
	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "frob_new < user_%d < vfs_fsync", i);
		see(&callers, text, true);
	}
	expect(&callers, "frob_new < user_0 < vfs_fsync", "frob_new", 3);
	callers__free(&callers);
}

/* Many call the one who calls notifiers, too, but it allocates nothing that is near. */
static void test_who_passes_work_on(void **state)
{
	struct callers callers = {};
	char text[160];

	(void)state;
	for (int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "a < b < c < d < notifier_call_chain < user_%d", i);
		see(&callers, text, false);
	}
	expect(&callers, "leaky[foo] < notifier_call_chain < user_1 < vfs_fsync", "leaky", 4);
	callers__free(&callers);
}

/* Inlined functions are called by the one that they are inlined into. */
static void test_inlined(void **state)
{
	struct callers callers = {};
	char text[160];

	(void)state;
	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "frob_new < frob_zalloc(inlined) < user_%d < main", i);
		see(&callers, text, false);
	}
	expect(&callers, "frob_new < frob_zalloc(inlined) < leaky < main", "leaky", 2);
	callers__free(&callers);
}

/* So many frames at most, and none of the ways into the kernel but the first. */
static void test_how_many_frames(void **state)
{
	struct callers callers = {};

	(void)state;
	expect(&callers, "a < b < c < d < e < f", "a", HEADLINE_FRAMES);
	expect(&callers, "a < b < c < d", "a", 4);
	expect(&callers, "a < b < c", "a", 3);
	expect(&callers, "a < b < c < vfs_write < e", "a", 3);
	expect(&callers, "vfs_write < ksys_write < do_syscall_64", "vfs_write", 1);
	callers__free(&callers);
}

static void test_from_a_frame(void **state)
{
	struct stack *stack = stack_of("a < b < c < vfs_write");
	struct callers callers = {};
	uint32_t numbers[4];

	(void)state;
	assert_int_equal(callers__add(&callers, stack->frames, 4, false, numbers), 0);
	for (size_t first = 0; first < 5; first++) {
		struct headline from = headline__from(&callers, numbers, 4, first);

		assert_int_equal(from.nr, first < 3 ? 3 - first : first == 3);
		assert_int_equal(from.first, first < 4 ? first : 0);
	}
	callers__free(&callers);
}

/* Between constructors one function may stand, inlined ones not counted; behind each one again. */
static void test_between_constructors(void **state)
{
	struct callers callers = {};

	(void)state;
	expect(&callers, "a < alloc_inode < user < main", "user", 2);
	expect(&callers, "a < b < alloc_inode < user", "a", 4);
	expect(&callers, "a < b(inlined) < alloc_inode < user", "user", 1);
	expect(&callers, "a < alloc_inode < c < __alloc_skb < user < main", "user", 2);
	expect(&callers, "alloc_inode < c < d < __alloc_skb < user", "c", 4);
	callers__free(&callers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_the_first_frame, stacks_free),
		cmocka_unit_test_teardown(test_well_known_constructors, stacks_free),
		cmocka_unit_test_teardown(test_not_beyond_the_way_in, stacks_free),
		cmocka_unit_test_teardown(test_no_stack, stacks_free),
		cmocka_unit_test_teardown(test_by_rule, stacks_free),
		cmocka_unit_test_teardown(test_by_places, stacks_free),
		cmocka_unit_test_teardown(test_few_callers, stacks_free),
		cmocka_unit_test_teardown(test_all_callers_leak, stacks_free),
		cmocka_unit_test_teardown(test_who_passes_work_on, stacks_free),
		cmocka_unit_test_teardown(test_inlined, stacks_free),
		cmocka_unit_test_teardown(test_how_many_frames, stacks_free),
		cmocka_unit_test_teardown(test_from_a_frame, stacks_free),
		cmocka_unit_test_teardown(test_between_constructors, stacks_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
