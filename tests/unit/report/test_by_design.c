// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "report/by_design.h"

#include <string.h>

static const char *why(const char *cache, const char *first, const char *second)
{
	const struct symbols_frame stack[] = {{.symbol = first}, {.symbol = second}};
	const struct report_site site = {.cache = cache, .stack = stack, .nr_frames = 2};

	return by_design__why(&site);
}

static void test_by_a_function_in_the_stack(void **state)
{
	(void)state;
	assert_non_null(
		strstr(why("tw_sock_TCP", "inet_twsk_alloc", "tcp_time_wait"), "TIME_WAIT"));
	assert_non_null(
		strstr(why("pid", "kmem_cache_alloc", "inet_twsk_alloc.part.0"), "TIME_WAIT"));
	assert_null(why("tw_sock_TCP", "inet_twsk_allocate", "tcp_time_wait"));
	assert_null(why("tw_sock_TCP", NULL, NULL));
}

/* What else such a function allocates is not kept. */
static void test_by_the_cache(void **state)
{
	(void)state;
	assert_non_null(why("net_namespace", "copy_net_ns", "create_new_namespaces"));
	assert_null(why("kmalloc-64", "copy_net_ns", "create_new_namespaces"));
	assert_non_null(why("mm_struct", "dup_mm.constprop.0", "copy_process"));
	assert_null(why("vm_area_struct", "dup_mm.constprop.0", "copy_process"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_a_function_in_the_stack),
		cmocka_unit_test(test_by_the_cache),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
