// SPDX-License-Identifier: GPL-2.0-only
#include "report/stacks.h"

#include "report/module_info.h"

static void test_every_module_in_order(void **state)
{
	struct stack *stack = stack_of("__alloc_skb < foo_xmit[foo] < dev_hard_start_xmit < "
				       "bar_rx[bar] < foo_poll[foo] < net_rx_action");
	struct diagnosis_module modules[4];

	(void)state;
	assert_int_equal(module_info__of_stack(modules, 4, stack->frames, stack->nr, NULL), 2);
	assert_string_equal(modules[0].name, "foo");
	assert_string_equal(modules[1].name, "bar");
	assert_string_equal(modules[0].version, "");
	assert_int_equal(module_info__of_stack(modules, 1, stack->frames, stack->nr, NULL), 1);
}

static void test_the_kernel_itself(void **state)
{
	struct stack *stack = stack_of("newque < ipcget < ksys_msgget");
	struct diagnosis_module modules[4];

	(void)state;
	assert_int_equal(module_info__of_stack(modules, 4, stack->frames, stack->nr, NULL), 0);
	assert_int_equal(module_info__of_stack(modules, 4, NULL, 0, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_module_in_order, stacks_free),
		cmocka_unit_test_teardown(test_the_kernel_itself, stacks_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
