// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/kernel.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>

/* Types that every made-up kernel has. */
struct made_up {
	struct btf *btf;
	int ulong, integer, size_t_, gfp_t_, void_pointer, const_void_pointer, cache_pointer;
	int char_pointer, boolean;
};

static void init(struct made_up *m)
{
	int uint, cache, character, constant;

	m->btf = btf__new_empty();
	assert_non_null(m->btf);
	m->ulong = btf__add_int(m->btf, "long unsigned int", 8, 0);
	m->integer = btf__add_int(m->btf, "int", 4, BTF_INT_SIGNED);
	uint = btf__add_int(m->btf, "unsigned int", 4, 0);
	m->boolean = btf__add_int(m->btf, "_Bool", 1, BTF_INT_BOOL);
	m->size_t_ = btf__add_typedef(m->btf, "size_t", m->ulong);
	m->gfp_t_ = btf__add_typedef(m->btf, "gfp_t", uint);
	m->void_pointer = btf__add_ptr(m->btf, 0);
	constant = btf__add_const(m->btf, 0);
	m->const_void_pointer = btf__add_ptr(m->btf, constant);
	cache = btf__add_struct(m->btf, "kmem_cache", 8);
	m->cache_pointer = btf__add_ptr(m->btf, cache);
	character = btf__add_int(m->btf, "char", 1, BTF_INT_CHAR);
	constant = btf__add_const(m->btf, character);
	m->char_pointer = btf__add_ptr(m->btf, constant);
	assert_true(m->char_pointer > 0);
}

/* btf_trace_<name>: a pointer to void (*)(void *__data, these types). */
static void event(struct made_up *m, const char *name, const int *types, size_t nr)
{
	char typedef_name[64];
	int proto = btf__add_func_proto(m->btf, 0);

	assert_int_equal(btf__add_func_param(m->btf, "__data", m->void_pointer), 0);
	for (size_t i = 0; i < nr; i++)
		assert_int_equal(btf__add_func_param(m->btf, "arg", types[i]), 0);
	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	assert_true(btf__add_typedef(m->btf, typedef_name, btf__add_ptr(m->btf, proto)) > 0);
}

#define EVENT(m, name, ...)                                                                        \
	event(m, name, (int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void function(struct made_up *m, const char *name, const int *types, size_t nr)
{
	int proto = btf__add_func_proto(m->btf, 0);

	for (size_t i = 0; i < nr; i++)
		assert_int_equal(btf__add_func_param(m->btf, "arg", types[i]), 0);
	assert_true(btf__add_func(m->btf, name, BTF_FUNC_GLOBAL, proto) > 0);
}

#define FUNCTION(m, name, ...)                                                                     \
	function(m, name, (int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static struct kernel read_btf(const struct made_up *m)
{
	static struct kernel kernel;
	char why[256] = "";
	int err;

	memset(&kernel, 0, sizeof(kernel));
	err = kernel__read_btf(&kernel, m->btf, why, sizeof(why));
	if (err)
		fail_msg("%d: %s", err, why);
	return kernel;
}

static void assert_args(const struct kernel *kernel, enum kleak_event event,
			struct kleak_event_args expected)
{
	assert_true(kernel->events[event].present);
	assert_memory_equal(&kernel->events[event].args, &expected, 6);
}

#define NONE KLEAK_ARG_NONE

static void test_up_to_5_19(void **state)
{
	struct made_up m;
	struct kernel kernel;

	(void)state;
	init(&m);
	EVENT(&m, "kmalloc", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_, m.gfp_t_);
	EVENT(&m, "kmalloc_node", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_, m.gfp_t_,
	      m.integer);
	EVENT(&m, "kmem_cache_alloc", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_,
	      m.gfp_t_);
	EVENT(&m, "kmem_cache_alloc_node", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_,
	      m.gfp_t_, m.integer);
	EVENT(&m, "kfree", m.ulong, m.const_void_pointer);
	EVENT(&m, "kmem_cache_free", m.ulong, m.const_void_pointer, m.char_pointer);
	FUNCTION(&m, "kvfree_call_rcu", m.void_pointer, m.ulong);
	FUNCTION(&m, "kmem_cache_alloc_bulk", m.cache_pointer);
	EVENT(&m, "percpu_alloc_percpu", m.boolean, m.boolean, m.size_t_, m.size_t_, m.void_pointer,
	      m.integer, m.void_pointer);
	EVENT(&m, "percpu_free_percpu", m.void_pointer, m.integer, m.void_pointer);
	kernel = read_btf(&m);
	assert_args(&kernel, KLEAK_EVENT_PERCPU_ALLOC,
		    (struct kleak_event_args){NONE, 6, NONE, 2, NONE, NONE, {}});
	assert_args(&kernel, KLEAK_EVENT_PERCPU_FREE,
		    (struct kleak_event_args){NONE, 2, NONE, NONE, NONE, NONE, {}});
	/* call_site, ptr, cache, requested, allocated, gfp */
	assert_args(&kernel, KLEAK_EVENT_KMALLOC,
		    (struct kleak_event_args){0, 1, NONE, 2, 3, 4, {}});
	assert_args(&kernel, KLEAK_EVENT_KMALLOC_NODE,
		    (struct kleak_event_args){0, 1, NONE, 2, 3, 4, {}});
	assert_args(&kernel, KLEAK_EVENT_KMEM_CACHE_ALLOC,
		    (struct kleak_event_args){0, 1, NONE, 2, 3, 4, {}});
	assert_args(&kernel, KLEAK_EVENT_KFREE,
		    (struct kleak_event_args){0, 1, NONE, NONE, NONE, NONE, {}});
	assert_args(&kernel, KLEAK_EVENT_KMEM_CACHE_FREE,
		    (struct kleak_event_args){0, 1, NONE, NONE, NONE, NONE, {}});
	assert_true(kernel.kvfree_rcu_offset);
	assert_false(kernel.preemptible);
	assert_string_equal(kernel.functions[FUNCTION_ALLOC_BULK].name, "kmem_cache_alloc_bulk");
	assert_null(kernel.functions[FUNCTION_FREE_BULK].name);
	assert_int_equal(kernel.gfp_account, 0x400000);
	btf__free(m.btf);
}

static void test_6_0(void **state)
{
	struct made_up m;
	struct kernel kernel;

	(void)state;
	init(&m);
	EVENT(&m, "kmalloc", m.ulong, m.const_void_pointer, m.cache_pointer, m.size_t_, m.size_t_,
	      m.gfp_t_);
	EVENT(&m, "kmem_cache_alloc", m.ulong, m.const_void_pointer, m.cache_pointer, m.size_t_,
	      m.size_t_, m.gfp_t_);
	EVENT(&m, "kfree", m.ulong, m.const_void_pointer);
	EVENT(&m, "kmem_cache_free", m.ulong, m.const_void_pointer, m.char_pointer);
	kernel = read_btf(&m);
	assert_args(&kernel, KLEAK_EVENT_KMALLOC, (struct kleak_event_args){0, 1, 2, 3, 4, 5, {}});
	assert_args(&kernel, KLEAK_EVENT_KMEM_CACHE_ALLOC,
		    (struct kleak_event_args){0, 1, 2, 3, 4, 5, {}});
	assert_false(kernel.events[KLEAK_EVENT_KMALLOC_NODE].present);
	btf__free(m.btf);
}

static void test_6_1_and_later(void **state)
{
	struct made_up m;
	struct kernel kernel;

	(void)state;
	init(&m);
	EVENT(&m, "kmalloc", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_, m.gfp_t_,
	      m.integer);
	EVENT(&m, "kmem_cache_alloc", m.ulong, m.const_void_pointer, m.cache_pointer, m.gfp_t_,
	      m.integer);
	EVENT(&m, "kfree", m.ulong, m.const_void_pointer);
	EVENT(&m, "kmem_cache_free", m.ulong, m.const_void_pointer, m.cache_pointer);
	EVENT(&m, "percpu_alloc_percpu", m.ulong, m.boolean, m.boolean, m.size_t_, m.size_t_,
	      m.void_pointer, m.integer, m.void_pointer, m.size_t_, m.gfp_t_);
	FUNCTION(&m, "kvfree_call_rcu", m.void_pointer, m.void_pointer);
	FUNCTION(&m, "kmem_cache_alloc_bulk_noprof", m.cache_pointer);
	FUNCTION(&m, "alloc_pages_bulk_noprof", m.gfp_t_, m.integer, m.void_pointer, m.integer,
		 m.void_pointer);
	/* 6.9: gfp flags are an anonymous enum of bit numbers */
	assert_true(btf__add_enum(m.btf, NULL, 4) > 0);
	assert_int_equal(btf__add_enum_value(m.btf, "___GFP_DMA_BIT", 0), 0);
	assert_int_equal(btf__add_enum_value(m.btf, "___GFP_RECLAIMABLE_BIT", 5), 0);
	assert_int_equal(btf__add_enum_value(m.btf, "___GFP_ACCOUNT_BIT", 21), 0);
	kernel = read_btf(&m);
	assert_args(&kernel, KLEAK_EVENT_KMALLOC,
		    (struct kleak_event_args){0, 1, NONE, 2, 3, 4, {}});
	assert_args(&kernel, KLEAK_EVENT_KMEM_CACHE_ALLOC,
		    (struct kleak_event_args){0, 1, 2, NONE, NONE, 3, {}});
	assert_args(&kernel, KLEAK_EVENT_KMEM_CACHE_FREE,
		    (struct kleak_event_args){0, 1, 2, NONE, NONE, NONE, {}});
	assert_args(&kernel, KLEAK_EVENT_PERCPU_ALLOC,
		    (struct kleak_event_args){0, 7, NONE, 3, NONE, 9, {}});
	assert_false(kernel.kvfree_rcu_offset);
	assert_string_equal(kernel.functions[FUNCTION_ALLOC_BULK].name,
			    "kmem_cache_alloc_bulk_noprof");
	assert_int_equal(kernel.pages_bulk_array, 4);
	assert_int_equal(kernel.gfp_reclaimable, 1 << 5);
	assert_int_equal(kernel.gfp_account, 1 << 21);
	btf__free(m.btf);
}

/* 7.x: a bulk allocation says by a bool whether it gives all; tracepoints may be preempted. */
static void test_7(void **state)
{
	const char *const names[] = {"int", "bool"};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct made_up m;
		struct kernel kernel;
		int proto;

		init(&m);
		EVENT(&m, "kmalloc", m.ulong, m.const_void_pointer, m.size_t_, m.size_t_, m.gfp_t_,
		      m.integer);
		EVENT(&m, "kmem_cache_alloc", m.ulong, m.const_void_pointer, m.cache_pointer,
		      m.gfp_t_, m.integer);
		EVENT(&m, "kfree", m.ulong, m.const_void_pointer);
		EVENT(&m, "kmem_cache_free", m.ulong, m.const_void_pointer, m.cache_pointer);
		proto = btf__add_func_proto(
			m.btf, btf__add_typedef(m.btf, names[i], i ? m.boolean : m.integer));
		assert_true(btf__add_func(m.btf, "kmem_cache_alloc_bulk_noprof", BTF_FUNC_GLOBAL,
					  proto) > 0);
		FUNCTION(&m, "kfree_call_rcu_nolock", m.void_pointer, m.void_pointer);
		if (i)
			FUNCTION(&m, "init_srcu_struct_fast", m.void_pointer);
		kernel = read_btf(&m);
		assert_int_equal(kernel.bulk_all_or_none, i);
		assert_int_equal(kernel.preemptible, i);
		assert_non_null(kernel.functions[FUNCTION_KFREE_CALL_RCU_NOLOCK].name);
		btf__free(m.btf);
	}
}

static void test_unknown_shape_is_refused(void **state)
{
	struct kernel kernel = {};
	struct made_up m;
	char why[256] = "";

	(void)state;
	init(&m);
	EVENT(&m, "kmalloc", m.ulong, m.size_t_, m.size_t_, m.gfp_t_); /* no pointer */
	assert_int_equal(kernel__read_btf(&kernel, m.btf, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "tracepoint kmalloc"));
	btf__free(m.btf);

	init(&m);
	EVENT(&m, "kmem_cache_alloc", m.ulong, m.const_void_pointer,
	      m.gfp_t_); /* no size, no cache */
	assert_int_equal(kernel__read_btf(&kernel, m.btf, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "tracepoint kmem_cache_alloc"));
	btf__free(m.btf);
}

static void test_nothing_there(void **state)
{
	struct kernel kernel;
	struct made_up m;

	(void)state;
	init(&m);
	kernel = read_btf(&m);
	for (int i = 0; i < KLEAK_EVENTS; i++)
		assert_false(kernel.events[i].present);
	btf__free(m.btf);
}

/* A system call has used up little of its stack. */
static void test_size_of_a_stack(void **state)
{
	(void)state;
	assert_int_equal(kernel__stack_around(8192 - 900), 8192);
	assert_int_equal(kernel__stack_around(16384 - 700), 16384);
	assert_int_equal(kernel__stack_around(16384 - 4000), 16384);
	assert_int_equal(kernel__stack_around(32768 - 9000), 32768);
	assert_int_equal(kernel__stack_around(65536 - 100), 65536);
	/* somewhere else */
	assert_int_equal(kernel__stack_around(0), 0);
	assert_int_equal(kernel__stack_around(1U << 20), 0);
	assert_int_equal(kernel__stack_around(-100), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up_to_5_19),
		cmocka_unit_test(test_6_0),
		cmocka_unit_test(test_6_1_and_later),
		cmocka_unit_test(test_7),
		cmocka_unit_test(test_unknown_shape_is_refused),
		cmocka_unit_test(test_nothing_there),
		cmocka_unit_test(test_size_of_a_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
