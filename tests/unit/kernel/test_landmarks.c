// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "fixtures/fixtures.h"
#include "kernel/kallsyms.h"
#include "kernel/kernel.h"
#include "kernel/landmarks.h"

#include <string.h>

#define SYMBOLS                                                                                    \
	"ffffffff81000000 T _stext\n"                                                              \
	"ffffffff81001000 T asm_sysvec_reboot\n"                                                   \
	"ffffffff81001020 T asm_common_interrupt\n"                                                \
	"ffffffff81001040 T asm_sysvec_apic_timer_interrupt\n"                                     \
	"ffffffff81001060 T entry_SYSCALL_64\n"                                                    \
	"ffffffff81002000 t handle_softirqs\n"                                                     \
	"ffffffff81002100 t handle_softirqs.cold\n"                                                \
	"ffffffff81003000 T __kmalloc_noprof\n"                                                    \
	"ffffffff81003100 T __kmalloc_node_noprof\n"                                               \
	"ffffffff81003200 t __get_vm_area_node.constprop.0\n"                                      \
	"ffffffff81003300 T bpf_prog_free_deferred\n"                                              \
	"ffffffff81004000 D _etext\n"                                                              \
	"ffffffff82000000 D swapper_pg_dir\n"                                                      \
	"ffffffff82001000 D __per_cpu_offset\n"

static struct kernel kernel;

static void find(const char *symbols)
{
	struct kallsyms *ks = NULL;
	FILE *text;

	if (symbols) {
		text = open_text(symbols);
		assert_int_equal(kallsyms__parse(&ks, text, NULL), 0);
		fclose(text);
	}
	landmarks__find(&kernel, ks);
	kallsyms__free(ks);
}

/* As kernel__probe() leaves it. */
static int probed(void **state)
{
	(void)state;
	memset(&kernel, 0, sizeof(kernel));
	kernel.has_percpu_lookup = true;
	kernel.slub.cache_size = 24;
	kernel.tasks.stack = 32;
	return 0;
}

static void functions_that_programs_meet(void **state)
{
	(void)state;
	find(SYMBOLS);
	assert_true(kernel.has_symbols);
	/* device interrupts and IPIs stand behind each other */
	assert_int_equal(kernel.interrupts[0].start, 0xffffffff81001020);
	assert_int_equal(kernel.interrupts[0].end, 0xffffffff81001060);
	assert_int_equal(kernel.interrupts[1].start, 0xffffffff81002000);
	assert_int_equal(kernel.interrupts[1].end, 0xffffffff81002100);
	assert_int_equal(kernel.kmalloc[0].start, 0xffffffff81003000);
	assert_int_equal(kernel.kmalloc[1].end, 0xffffffff81003200);
	assert_int_equal(kernel.area_alloc.start, 0xffffffff81003200);
	assert_int_equal(kernel.program_free, 0xffffffff81003300);
	assert_int_equal(kernel.trampoline_free, 0);
	assert_int_equal(kernel.text.start, 0xffffffff81000000);
	assert_int_equal(kernel.text.end, 0xffffffff81004000);
	assert_int_equal(kernel.page_tables, 0xffffffff82000000);
}

/* The helper tells where per-CPU memory is: from 5.19 on nothing else is asked. */
static void hidden_symbols(void **state)
{
	(void)state;
	find(NULL);
	assert_false(kernel.has_symbols);
	assert_int_equal(kernel.percpu_offsets, 0);
	assert_string_equal(kernel.slub_unknown, "");
	assert_int_equal(kernel.slub.cache_size, 24);
}

static void per_cpu_memory_by_a_variable(void **state)
{
	(void)state;
	kernel.has_percpu_lookup = false;
	find(SYMBOLS);
	assert_int_equal(kernel.percpu_offsets, 0xffffffff82001000);
	assert_string_equal(kernel.slub_unknown, "");
	assert_int_equal(kernel.slub.cache_size, 24);
}

static void per_cpu_memory_that_nothing_tells(void **state)
{
	(void)state;
	kernel.has_percpu_lookup = false;
	find(NULL);
	assert_string_equal(kernel.slub_unknown, "per-CPU memory is not found");
	assert_string_equal(kernel.charges_unknown, "per-CPU memory is not found");
	assert_int_equal(kernel.slub.cache_size, 0);
	assert_int_equal(kernel.tasks.stack, 0);
}

/* Elements of a slab's vector may have tags, or not: a variable tells. */
static void who_is_charged_takes_a_variable(void **state)
{
	(void)state;
	kernel.charges.may_have_tags = true;
	find(SYMBOLS);
	assert_string_equal(kernel.charges_unknown,
			    "/proc/kallsyms does not tell the kernel's variables");
	probed(state);
	kernel.charges.may_have_tags = true;
	find(SYMBOLS "ffffffff82002000 D slab_obj_ext_has_codetag_key\n");
	assert_int_equal(kernel.charges.tags_key, 0xffffffff82002000);
	assert_string_equal(kernel.charges_unknown, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(functions_that_programs_meet, probed),
		cmocka_unit_test_setup(hidden_symbols, probed),
		cmocka_unit_test_setup(per_cpu_memory_by_a_variable, probed),
		cmocka_unit_test_setup(per_cpu_memory_that_nothing_tells, probed),
		cmocka_unit_test_setup(who_is_charged_takes_a_variable, probed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
