// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kallsyms.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixtures/fixtures.h"

/* The text of a kernel from 0x1000 to 0x9000, its init text from 0x20000 to 0x21000. */
#define MARKERS                                                                                    \
	"0000000000009000 D _etext\n"                                                              \
	"0000000000020000 T _sinittext\n"                                                          \
	"0000000000021000 T _einittext\n"

static int parse(struct kallsyms **ks, FILE *symbols, FILE *modules)
{
	int err = kallsyms__parse(ks, symbols, modules);

	fclose(symbols);
	if (modules)
		fclose(modules);
	return err;
}

static struct kallsyms *parse_text(const char *symbols, const char *modules)
{
	struct kallsyms *ks = NULL;

	assert_int_equal(parse(&ks, open_text(symbols), modules ? open_text(modules) : NULL), 0);
	assert_non_null(ks);
	return ks;
}

static struct kallsyms *parse_fixtures(const char *symbols, const char *modules)
{
	struct kallsyms *ks = NULL;

	assert_int_equal(parse(&ks, open_fixture(symbols), modules ? open_fixture(modules) : NULL),
			 0);
	assert_non_null(ks);
	return ks;
}

/* Parse texts that have to fail, and see that nothing is written. */
static void assert_fails(int expected, FILE *symbols, FILE *modules)
{
	struct kallsyms *const before = (struct kallsyms *)&expected, *ks = before;

	assert_int_equal(parse(&ks, symbols, modules), expected);
	assert_ptr_equal(ks, before);
}

static void assert_invalid(const char *symbols)
{
	assert_fails(-EINVAL, open_text(symbols), NULL);
}

/* One line of the texts is passed over; what is beside it stays. */
static void assert_odd(FILE *symbols, FILE *modules, struct kallsyms_odd odd)
{
	struct kallsyms *ks;

	assert_int_equal(parse(&ks, symbols, modules), 0);
	assert_int_equal(kallsyms__odd(ks).symbols, odd.symbols);
	assert_int_equal(kallsyms__odd(ks).modules, odd.modules);
	kallsyms__free(ks);
}

static void assert_odd_symbol(const char *symbols)
{
	assert_odd(open_text(symbols), NULL, (struct kallsyms_odd){.symbols = 1});
}

static void assert_odd_module(const char *modules)
{
	assert_odd(open_text("1000 T f\n"), open_text(modules),
		   (struct kallsyms_odd){.modules = 1});
}

static void assert_symbol(const struct kallsyms_symbol *symbol, const char *name,
			  const char *module, uint64_t start, uint64_t end)
{
	assert_string_equal(symbol->name, name);
	if (module && symbol->module)
		assert_string_equal(symbol->module, module);
	else
		assert_ptr_equal(symbol->module, module);
	assert_int_equal(symbol->start, start);
	assert_int_equal(symbol->end, end);
}

static void assert_nothing_at(const struct kallsyms *ks, uint64_t address)
{
	struct kallsyms_symbol symbol, before;

	memset(&symbol, 0x5a, sizeof(symbol));
	before = symbol;
	assert_int_equal(kallsyms__find(ks, address, &symbol), -ENOENT);
	assert_memory_equal(&symbol, &before, sizeof(symbol));
}

/* `name` is found at every edge of the function, and from its middle. */
static void assert_function(const struct kallsyms *ks, const char *name, const char *module,
			    uint64_t start, uint64_t end)
{
	const uint64_t inside[] = {start, start + (end - start) / 2, end - 1};
	struct kallsyms_symbol symbol;

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		assert_int_equal(kallsyms__find(ks, inside[i], &symbol), 0);
		assert_symbol(&symbol, name, module, start, end);
	}
}

struct seen {
	struct kallsyms_symbol symbols[16];
	size_t nr;
};

static void see(const struct kallsyms_symbol *symbol, void *arg)
{
	struct seen *seen = arg;

	assert_true(seen->nr < 16);
	seen->symbols[seen->nr++] = *symbol;
}

static struct seen each(const struct kallsyms *ks, const char *name)
{
	struct seen seen = {};
	size_t nr = kallsyms__each(ks, name, see, &seen);

	assert_int_equal(nr, seen.nr);
	return seen;
}

static struct seen each_prefix(const struct kallsyms *ks, const char *prefix)
{
	struct seen seen = {};
	size_t nr = kallsyms__each_prefix(ks, prefix, see, &seen);

	assert_int_equal(nr, seen.nr);
	return seen;
}

static void reads_6_1(void **state)
{
	struct kallsyms *ks = parse_fixtures("kallsyms-6.1", "modules-6.1");

	(void)state;
	assert_nothing_at(ks, 0);
	assert_nothing_at(ks, 0x33000); /* vmw_steal_time, per-CPU data */
	assert_nothing_at(ks, 0xffffffff931fffff);
	assert_function(ks, "startup_64", NULL, 0xffffffff93200000, 0xffffffff93200070);
	assert_function(ks, "__do_sys_fork", NULL, 0xffffffff932948b0, 0xffffffff93294910);
	assert_function(ks, "__get_vm_area_node", NULL, 0xffffffff934dd280, 0xffffffff934dd3d0);
	assert_function(ks, "kfree", NULL, 0xffffffff934a8c70, 0xffffffff934a8d80);
	assert_function(ks, "__x86_return_thunk", NULL, 0xffffffff94001ef0, 0xffffffff94001ef2);
	assert_nothing_at(ks, 0xffffffff94001ef2); /* _etext, __indirect_thunk_end */
	assert_nothing_at(ks, 0xffffffff942000a0); /* __func__.0, data */
	assert_function(ks, "use_tpause_delay", NULL, 0xffffffff952b1830, 0xffffffff952b1850);
	assert_nothing_at(ks, 0xffffffff952b1850); /* _einittext */
	/* The module's layout is one piece up to 6.3: text up to all its data. */
	assert_function(ks, "xor_avx_2", "xor", 0xffffffffc059bf40, 0xffffffffc059c0eb);
	assert_function(ks, "xor_exit", "xor", 0xffffffffc059c0eb, 0xffffffffc05a0000);
	assert_nothing_at(ks, 0xffffffffc05a0000);
	assert_nothing_at(ks, 0xffffffffc0599fff);
	assert_function(ks, "crc32c_impl", "libcrc32c", 0xffffffffc0301000, 0xffffffffc0301020);
	kallsyms__free(ks);
}

static void reads_6_12(void **state)
{
	struct kallsyms *ks = parse_fixtures("kallsyms-6.12", "modules-6.12");
	struct seen seen;

	(void)state;
	assert_function(ks, "__pfx___get_vm_area_node", NULL, 0xffffffffb3da3600,
			0xffffffffb3da3610);
	assert_function(ks, "__get_vm_area_node", NULL, 0xffffffffb3da3610, 0xffffffffb3da3740);
	assert_function(ks, "__kmalloc_noprof", NULL, 0xffffffffb3dc7e90, 0xffffffffb3dc8290);
	assert_function(ks, "srso_alias_return_thunk", NULL, 0xffffffffb490410b,
			0xffffffffb4a00000);
	assert_nothing_at(ks, 0xffffffffb4a00000);
	assert_nothing_at(ks, 0xffffffffb5d13fff);
	assert_function(ks, "use_tpause_delay", NULL, 0xffffffffb5da94a0, 0xffffffffb5da94c4);
	/* 20480 bytes from its text on, though some of them are elsewhere */
	assert_function(ks, "xor_exit", "xor", 0xffffffffc0826260, 0xffffffffc0829000);
	assert_nothing_at(ks, 0xffffffffc0829000);
	/* kallsyms has this module's symbols in no order */
	assert_function(ks, "ip6frag_obj_cmpfn", "nf_defrag_ipv6", 0xffffffffc07c1290,
			0xffffffffc07c12c0);
	seen = each(ks, "cleanup_module");
	assert_int_equal(seen.nr, 4);
	assert_symbol(&seen.symbols[0], "cleanup_module", "libcrc32c", 0xffffffffc05330a0,
		      0xffffffffc0536000);
	assert_symbol(&seen.symbols[3], "cleanup_module", "xor", 0xffffffffc0826260,
		      0xffffffffc0829000);
	kallsyms__free(ks);
}

/* A kernel without modules has no /proc/modules. */
static void reads_6_18(void **state)
{
	struct kallsyms *ks = parse_fixtures("kallsyms-6.18", NULL);
	struct seen seen;

	(void)state;
	assert_function(ks, "srso_alias_untrain_ret", NULL, 0xffffffff81000000, 0xffffffff81000010);
	assert_function(ks, "vmalloc_info_show.cold", NULL, 0xffffffff812140f4, 0xffffffff81214102);
	assert_function(ks, "__do_sys_vfork", NULL, 0xffffffff81358d20, 0xffffffff81358d90);
	assert_function(ks, "__slab_alloc.isra.0", NULL, 0xffffffff8162fd40, 0xffffffff8162fdc0);
	assert_function(ks, "__SCT__tp_func_ma_write", NULL, 0xffffffff8220bb00,
			0xffffffff8220bb08);
	assert_nothing_at(ks, 0xffffffff8220bb08);
	assert_function(ks, "use_tpause_delay", NULL, 0xffffffff837f88f0, 0xffffffff837f8910);
	assert_function(ks, "ftrace_trampoline", "__builtin__ftrace", 0xffffffffc0201000,
			0xffffffffc0202000);
	assert_nothing_at(ks, 0xffffffffc0202000);
	seen = each(ks, "__slab_alloc");
	assert_int_equal(seen.nr, 1);
	assert_symbol(&seen.symbols[0], "__slab_alloc.isra.0", NULL, 0xffffffff8162fd40,
		      0xffffffff8162fdc0);
	kallsyms__free(ks);
}

static void knows_text_alone(void **state)
{
	struct kallsyms *ks =
		parse_text("1000 T a\n1100 D data\n1200 t b\n1300 r rodata\n"
			   "1400 W c\n1500 V object\n1600 w d\n1700 A absolute\n" MARKERS,
			   NULL);

	(void)state;
	assert_function(ks, "a", NULL, 0x1000, 0x1200);
	assert_function(ks, "b", NULL, 0x1200, 0x1400);
	assert_function(ks, "c", NULL, 0x1400, 0x1600);
	assert_function(ks, "d", NULL, 0x1600, 0x9000);
	assert_int_equal(each_prefix(ks, "").nr, 5); /* and _sinittext */
	assert_int_equal(each(ks, "data").nr, 0);
	kallsyms__free(ks);
}

/* arm64, 6.1: a module's mapping symbols stand before the functions at their addresses. */
static void passes_over_mapping_symbols(void **state)
{
	struct kallsyms *ks = parse_text("1000 t $x\t[m]\n"
					 "1000 t leak\t[m]\n"
					 "1010 t $d.1\t[m]\n"
					 "1018 t .L3\t[m]\n"
					 "1020 t free_all\t[m]\n"
					 "1030 t L0x\t[m]\n",
					 NULL);

	(void)state;
	assert_function(ks, "leak", "m", 0x1000, 0x1020);
	assert_function(ks, "free_all", "m", 0x1020, 0x1020 + 4096);
	assert_int_equal(each(ks, "$d").nr, 0);
	kallsyms__free(ks);
}

static void knows_where_the_code_is(void **state)
{
	static const struct {
		const char *symbols;
		uint64_t physical, code;
	} kernels[] = {
		/* x86 */
		{"ffffffff9a000000 T _text\nffffffff9a000000 T _stext\n", 0x3c000000,
		 0xffffffff9a000000},
		/* arm64: 6.1 without KALLSYMS_ALL, and with it; 6.12 */
		{"ffffb760c7c10000 T _stext\n", 0x40210000, 0xffffb760c7c10000},
		{"ffffb760c7c00000 T _text\nffffb760c7c10000 T _stext\n", 0x40210000,
		 0xffffb760c7c10000},
		{"ffff9d49fa200000 T _text\nffff9d49fa210000 T _stext\n", 0x40200000,
		 0xffff9d49fa200000},
		{"9a200000 T _text\n9a210000 T _stext\t[m]\n", 0x40210000, 0x9a200000},
		{"9a200000 T f\n9a200000 T _text\t[m]\n", 0x40200000, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		struct kallsyms *ks = parse_text(kernels[i].symbols, NULL);

		assert_int_equal(kallsyms__kernel_code(ks, kernels[i].physical), kernels[i].code);
		kallsyms__free(ks);
	}
}

static uint64_t offset_table_in(const char *text)
{
	struct kallsyms *ks = parse_text(text, NULL);
	uint64_t address = kallsyms__variable(ks, KALLSYMS_PER_CPU_OFFSET);

	kallsyms__free(ks);
	return address;
}

/* Of the image only: no function, nothing of a module, and no other name. */
static void takes_variables_for_what_they_are(void **state)
{
	(void)state;
	assert_int_equal(offset_table_in("1000 T f\n9900 D __per_cpu_offset\n"), 0x9900);
	assert_int_equal(offset_table_in("1000 T f\n9900 R __per_cpu_offset\n9980 d last\n"),
			 0x9900);
	assert_int_equal(offset_table_in("1000 T f\n2000 t __per_cpu_offset\n"), 0);
	assert_int_equal(offset_table_in("1000 T f\n9900 d __per_cpu_offset\t[m]\n"), 0);
	assert_int_equal(offset_table_in("1000 T f\n9900 d __per_cpu_off\n"), 0);
	assert_int_equal(offset_table_in("1000 T f\n"), 0);
}

/* Of variables, which the kernel may tell or not, a few. */
static void knows_variables(void **state)
{
	struct kallsyms *ks = parse_text("1000 T f\n9800 d p\n9900 D pcpu_chunk_lists\n"
					 "9908 r pcpu_nr_slots\n9910 b pcpu_nr_units\n"
					 "9918 d pcpu_nr_slots\t[m]\n9920 d pcpu_nr_slots_too\n"
					 "9930 R swapper_pg_dir\n34000 A runqueues\n",
					 NULL);

	(void)state;
	assert_int_equal(kallsyms__variable(ks, KALLSYMS_PCPU_CHUNK_LISTS), 0x9900);
	assert_int_equal(kallsyms__variable(ks, KALLSYMS_PCPU_NR_SLOTS), 0x9908);
	assert_int_equal(kallsyms__variable(ks, KALLSYMS_PCPU_RESERVED_CHUNK), 0);
	assert_int_equal(kallsyms__variable(ks, KALLSYMS_SWAPPER_PG_DIR), 0x9930);
	assert_int_equal(kallsyms__variable(ks, KALLSYMS_RUNQUEUES), 0x34000);
	assert_function(ks, "f", NULL, 0x1000, 0x2000); /* they are no functions, and end none */
	assert_int_equal(each(ks, "pcpu_nr_slots").nr, 0);
	kallsyms__free(ks);
}

static void sorts_by_address(void **state)
{
	struct kallsyms *ks = parse_text("3000 T c\n" MARKERS "1000 T a\n2000 T b\n", NULL);

	(void)state;
	assert_nothing_at(ks, 0xfff);
	assert_function(ks, "a", NULL, 0x1000, 0x2000);
	assert_function(ks, "b", NULL, 0x2000, 0x3000);
	assert_function(ks, "c", NULL, 0x3000, 0x9000);
	kallsyms__free(ks);
}

static void picks_the_alias_that_comes_first(void **state)
{
	struct kallsyms *ks = parse_text("1000 t a1\n1000 W a2\n1000 T a3\n1000 T a4\n"
					 "2000 t b1\n2000 t b2\n2000 W b3\n" MARKERS,
					 NULL);
	struct seen seen;

	(void)state;
	assert_function(ks, "a1", NULL, 0x1000, 0x2000);
	assert_function(ks, "b1", NULL, 0x2000, 0x9000);
	seen = each(ks, "a4");
	assert_int_equal(seen.nr, 1);
	assert_symbol(&seen.symbols[0], "a4", NULL, 0x1000, 0x2000);
	assert_int_equal(each_prefix(ks, "a").nr, 4);
	kallsyms__free(ks);
}

static void ends_at_the_end_of_a_text(void **state)
{
	struct kallsyms *ks = parse_text("8000 T last\n9000 T mark\n9800 T between\n" MARKERS
					 "20800 t init\n21000 T init_mark\n22000 t exit\n"
					 "f0000 T module\t[m]\n",
					 NULL);

	(void)state;
	assert_function(ks, "last", NULL, 0x8000, 0x9000);
	assert_nothing_at(ks, 0x9000);
	/* in neither text */
	assert_function(ks, "between", NULL, 0x9800, 0xa800);
	assert_nothing_at(ks, 0xa800);
	assert_function(ks, "_sinittext", NULL, 0x20000, 0x20800);
	assert_function(ks, "init", NULL, 0x20800, 0x21000);
	assert_nothing_at(ks, 0x21000);
	assert_function(ks, "exit", NULL, 0x22000, 0x23000);
	assert_nothing_at(ks, 0x23000);
	assert_int_equal(each(ks, "_etext").nr, 0);
	assert_int_equal(each(ks, "_einittext").nr, 0);
	kallsyms__free(ks);
}

static void guesses_a_page_without_markers(void **state)
{
	struct kallsyms *ks = parse_text("10000 T a\n20000 T last\nf0000 T f\t[m]\n", NULL);

	(void)state;
	assert_function(ks, "a", NULL, 0x10000, 0x20000);
	assert_function(ks, "last", NULL, 0x20000, 0x21000);
	assert_nothing_at(ks, 0x21000);
	kallsyms__free(ks);
}

static void takes_no_module_for_a_marker(void **state)
{
	struct kallsyms *ks = parse_text("1000 T a\n" MARKERS "5000 t _etext\t[m]\n", NULL);

	(void)state;
	assert_function(ks, "a", NULL, 0x1000, 0x5000);
	assert_function(ks, "_etext", "m", 0x5000, 0x6000);
	kallsyms__free(ks);
}

static void ends_modules_with_their_memory(void **state)
{
	struct kallsyms *ks =
		parse_text("1000 T a\n" MARKERS "60000 t two_last\t[two]\n50000 t two\t[two]\n"
			   "30000 t one\t[one]\n30100 t one_last\t[one]\n80000 t one_init\t[one]\n"
			   "2a000 t one_exit\t[one]\n",
			   "two 131072 0 - Live 0x0000000000050000\n"
			   "one 8192 2 two,three, Live 0x0000000000030000 (OE)\n");

	(void)state;
	assert_function(ks, "one", "one", 0x30000, 0x30100);
	assert_function(ks, "one_last", "one", 0x30100, 0x32000);
	assert_nothing_at(ks, 0x32000);
	assert_function(ks, "two", "two", 0x50000, 0x60000);
	assert_function(ks, "two_last", "two", 0x60000, 0x70000);
	assert_nothing_at(ks, 0x70000);
	/* A module's init text is no part of what /proc/modules tells. */
	assert_function(ks, "one_init", "one", 0x80000, 0x81000);
	assert_nothing_at(ks, 0x81000);
	assert_function(ks, "one_exit", "one", 0x2a000, 0x2b000);
	assert_nothing_at(ks, 0x2b000);
	kallsyms__free(ks);
}

static void tells_a_module_from_a_function_of_its_name(void **state)
{
	struct kallsyms *ks =
		parse_text("1000 T m\n" MARKERS "50000 t m\t[m]\n", "m 8192 0 - Live 0x50000\n");

	(void)state;
	assert_function(ks, "m", NULL, 0x1000, 0x9000);
	assert_function(ks, "m", "m", 0x50000, 0x52000);
	kallsyms__free(ks);
}

/* From 6.4 on size counts data that lies elsewhere: the text may end earlier. */
static void ends_before_the_next_module(void **state)
{
	struct kallsyms *ks = parse_text("50000 t a\t[one]\n52000 t b\t[two]\n",
					 "one 65536 0 - Live 0x50000\ntwo 4096 0 - Live 0x52000\n");

	(void)state;
	assert_function(ks, "a", "one", 0x50000, 0x52000);
	assert_function(ks, "b", "two", 0x52000, 0x53000);
	assert_nothing_at(ks, 0x53000);
	kallsyms__free(ks);
}

static void guesses_a_page_for_what_is_no_module(void **state)
{
	struct kallsyms *ks =
		parse_text("1000 T a\n" MARKERS "50000 t bpf_prog_6deef7357e7b4530_a\t[bpf]\n"
			   "50400 t bpf_prog_6deef7357e7b4530_b\t[bpf]\n"
			   "60000 t bpf_prog_6deef7357e7b4530_c\t[bpf]\n"
			   "70000 t ftrace_trampoline\t[__builtin__ftrace]\n"
			   "80000 t kprobe_insn_page\t[__builtin__kprobes]\n"
			   "90000 t unlisted\t[gone]\n",
			   "one 8192 0 - Live 0x50000\n");

	(void)state;
	assert_function(ks, "bpf_prog_6deef7357e7b4530_a", "bpf", 0x50000, 0x50400);
	assert_function(ks, "bpf_prog_6deef7357e7b4530_b", "bpf", 0x50400, 0x51400);
	assert_nothing_at(ks, 0x51400);
	assert_function(ks, "bpf_prog_6deef7357e7b4530_c", "bpf", 0x60000, 0x61000);
	assert_nothing_at(ks, 0x61000);
	assert_function(ks, "ftrace_trampoline", "__builtin__ftrace", 0x70000, 0x71000);
	assert_nothing_at(ks, 0x71000);
	assert_function(ks, "kprobe_insn_page", "__builtin__kprobes", 0x80000, 0x81000);
	assert_function(ks, "unlisted", "gone", 0x90000, 0x91000);
	assert_nothing_at(ks, 0x91000);
	kallsyms__free(ks);
}

static void tells_modules_with_one_prefix_apart(void **state)
{
	struct kallsyms *ks =
		parse_text("50000 t a\t[nf]\n60000 t b\t[nf_nat]\n70000 t c\t[nf]\n"
			   "80000 t d\t[n]\n",
			   "nf_nat 8192 0 - Live 0x60000\nn 12288 0 - Live 0x80000\n");

	(void)state;
	assert_function(ks, "a", "nf", 0x50000, 0x51000);
	assert_function(ks, "b", "nf_nat", 0x60000, 0x62000);
	assert_function(ks, "c", "nf", 0x70000, 0x71000);
	assert_function(ks, "d", "n", 0x80000, 0x83000);
	kallsyms__free(ks);
}

static void takes_hidden_modules_for_unlisted(void **state)
{
	struct kallsyms *ks =
		parse_text("50000 t a\t[m]\n", "m 65536 0 - Live 0x0000000000000000\n");

	(void)state;
	assert_function(ks, "a", "m", 0x50000, 0x51000);
	kallsyms__free(ks);
}

static void reaches_the_highest_address(void **state)
{
	struct kallsyms *ks = parse_text("fffffffffffff000 T a\nfffffffffffffff0 T b\n", NULL);

	(void)state;
	assert_function(ks, "a", NULL, 0xfffffffffffff000, 0xfffffffffffffff0);
	assert_function(ks, "b", NULL, 0xfffffffffffffff0, UINT64_MAX);
	kallsyms__free(ks);
}

static void finds_compilers_copies(void **state)
{
	static const char *const copies[] = {
		"f",
		"f.isra.0",
		"f.constprop.12",
		"f.part.0",
		"f.cold",
		"f.cold.1",
		"f.llvm.1234567890123456789",
		"f.part.0.isra.0",
		"f.constprop.0.isra.0.cold",
	};
	struct kallsyms *ks = parse_text(
		"1000 t f\n1010 t f.isra.0\n1020 t f.constprop.12\n1030 t f.part.0\n"
		"1040 t f.cold\n1050 t f.cold.1\n1060 t f.llvm.1234567890123456789\n"
		"1070 t f.part.0.isra.0\n1080 t f.constprop.0.isra.0.cold\t[m]\n"
		"1090 t ff\n10a0 t f.isra\n10b0 t f.isra.\n10c0 t f.isra.x\n10d0 t f.\n"
		"10e0 t f.colder\n10f0 t f.cold.\n1100 t f.isra.0x\n1110 t f_isra.0\n"
		"1120 t f.lto_priv.0\n1130 t f.isra.0.\n1140 t f0\n1150 t g.f\n1160 t f.0\n"
		"1170 t f.constprop\n1180 t f.parts.0\n1190 t f.isra0\n",
		NULL);
	struct seen seen = each(ks, "f");

	(void)state;
	assert_int_equal(seen.nr, 9);
	for (size_t i = 0; i < 9; i++)
		assert_symbol(&seen.symbols[i], copies[i], i == 8 ? "m" : NULL, 0x1000 + i * 0x10,
			      0x1010 + i * 0x10);
	assert_int_equal(each(ks, "f.isra.0").nr, 1);
	assert_int_equal(each(ks, "f.part.0").nr, 2);
	assert_int_equal(each(ks, "nothing").nr, 0);
	assert_int_equal(each_prefix(ks, "f.cold").nr, 4);
	assert_int_equal(each_prefix(ks, "f.const").nr, 3);
	assert_int_equal(each_prefix(ks, "h").nr, 0);
	kallsyms__free(ks);
}

static void needs_no_last_newline(void **state)
{
	struct kallsyms *ks =
		parse_text("50000 t a\t[m]\n50100 t b\t[m]", "m 8192 0 - Live 0x50000");

	(void)state;
	assert_function(ks, "a", "m", 0x50000, 0x50100);
	assert_function(ks, "b", "m", 0x50100, 0x52000);
	kallsyms__free(ks);
	ks = parse_text("1 T a", NULL);
	assert_function(ks, "a", NULL, 1, 0x1001);
	kallsyms__free(ks);
}

static void takes_addresses_of_0_for_none(void **state)
{
	struct kallsyms *ks = parse_text("0000000000000000 T hidden\n1000 T a\n", NULL);

	(void)state;
	assert_nothing_at(ks, 0);
	assert_nothing_at(ks, 0x10);
	assert_function(ks, "a", NULL, 0x1000, 0x2000);
	kallsyms__free(ks);
}

static void tells_when_all_is_hidden(void **state)
{
	(void)state;
	assert_fails(-EPERM,
		     open_text("0000000000000000 A fixed_percpu_data\n0000000000000000 T _stext\n"
			       "0000000000000000 t xor_blocks\t[xor]\n"),
		     open_text("xor 24576 1 btrfs, Live 0x0000000000000000\n"));
}

static void refuses_malformed_symbols(void **state)
{
	(void)state;
	assert_invalid("");
	assert_invalid("\n");
	assert_odd_symbol("1000 T a\n\n");
	assert_invalid("1000 D data\n"); /* no function at all */
	assert_invalid("1000");
	assert_invalid("1000 ");
	assert_invalid("1000 T");
	assert_invalid("1000 T ");
	assert_invalid("1000 T \n");
	assert_invalid("1000 T\n");
	assert_invalid("1000 T  a\n");
	assert_invalid("1000   a\n");
	assert_invalid("1000 \t a\n");
	assert_invalid("1000  T a\n");
	assert_invalid(" 1000 T a\n");
	assert_invalid("1000\tT a\n");
	assert_invalid("1000 TT a\n");
	assert_invalid("1000 T\ta\n");
	assert_invalid("T a\n");
	assert_invalid("0x1000 T a\n");
	assert_invalid("100g T a\n");
	assert_invalid("-1000 T a\n");
	assert_invalid("10000000000000000 T a\n"); /* 17 digits */
	assert_invalid("1000 T a b\n");
	assert_invalid("1000 T a \n");
	assert_invalid("1000 T a\r\n");
	assert_invalid("1000 T a\t\n");
	assert_invalid("1000 T a\t[\n");
	assert_invalid("1000 T a\t[]\n");
	assert_invalid("1000 T a\t[m\n");
	assert_invalid("1000 T a\t[module\n");
	assert_invalid("1000 T a\tm]\n");
	assert_invalid("1000 T a\tmodule]\n");
	assert_invalid("1000 T a [m]\n");
	assert_invalid("1000 T a\t[m] \n");
	assert_invalid("1000 T a\t[m n]\n");
	assert_invalid("1000 T a\t[m]\tb]\n");
	assert_odd_symbol("1000 T a\n2000 T");
}

static void refuses_malformed_modules(void **state)
{
	struct kallsyms *ks = parse_text("1000 T f\n", "");

	(void)state;
	kallsyms__free(ks);
	assert_odd_module("\n");
	assert_odd_module("m\n");
	assert_odd_module("m 4096 0 - Live\n");
	assert_odd_module("m 4096 0 - Live ");
	assert_odd_module("m 4096 0 - Live 0x");
	assert_odd_module("m 4096 0 - Live 1000\n");
	assert_odd_module("m 4096 0 - Live 0x100g\n");
	assert_odd_module("m 4096 0 - Live 0x10000000000000000\n");
	assert_odd_module("m 4096k 0 - Live 0x1000\n");
	assert_odd_module("m -4096 0 - Live 0x1000\n");
	assert_odd_module("m +4096 0 - Live 0x1000\n");
	assert_odd_module("m x 0 - Live 0x1000\n");
	assert_odd_module("m 99999999999999999999 0 - Live 0x1000\n");
	assert_odd_module("m 99999999999999999999 0 - Live 0x0\n");
	assert_odd_module("m 8192 0 - Live 0xfffffffffffff000\n");
	assert_odd_module("m  4096 0 - Live 0x1000\n");
	assert_odd_module("m\t4096 0 - Live 0x1000\n");
	assert_odd_module("m 4096  - Live 0x1000\n");
	assert_odd_module("m 4096 0 - Live 0x1000\t\n");
	assert_odd_module("m 4096 0 - Live 0x1000\nn 4096\n");
}

static void refuses_nul_bytes(void **state)
{
	static const char name[] = "1000 T a\0b\n", type[] = "1000 \0 a\n2000 \0 b\n";
	static const char module[] = "1000 T a\t[m\0n]\n",
			  module_name[] = "m\0 4096 0 - Live 0x1000\n";
	static const char end[] = "1000 T a\n\0";

	(void)state;
	assert_fails(-EINVAL, open_bytes(name, sizeof(name) - 1), NULL);
	assert_fails(-EINVAL, open_bytes(type, sizeof(type) - 1), NULL);
	assert_fails(-EINVAL, open_bytes(module, sizeof(module) - 1), NULL);
	assert_odd(open_bytes(end, sizeof(end) - 1), NULL, (struct kallsyms_odd){.symbols = 1});
	assert_odd(open_text("1000 T f\n"), open_bytes(module_name, sizeof(module_name) - 1),
		   (struct kallsyms_odd){.modules = 1});
}

/* 3 MiB of one name: more than any first buffer. */
static void survives_long_lines(void **state)
{
	static const char head[] = "1000 T ";
	const size_t length = 3 << 20;
	char *text = malloc(length + 1);
	struct kallsyms *ks;

	(void)state;
	assert_non_null(text);
	memset(text, 'a', length);
	text[length] = '\0';
	assert_invalid(text);
	memcpy(text, head, strlen(head));
	ks = parse_text(text, NULL);
	assert_function(ks, text + strlen(head), NULL, 0x1000, 0x2000);
	kallsyms__free(ks);
	free(text);
}

/* More than any first guess of any array; sorted, and from the highest to the lowest. */
static void reads_many_symbols(void **state)
{
	enum { SYMBOLS = 50000 };

	(void)state;
	for (int is_descending = 0; is_descending < 2; is_descending++) {
		FILE *file = tmpfile();
		struct kallsyms *ks = NULL;
		char name[32], module[32];

		assert_non_null(file);
		for (int i = 0; i < SYMBOLS; i++) {
			int n = is_descending ? SYMBOLS - 1 - i : i;

			fprintf(file, "%016x t f%d\t[m%d]\n", 0x100000 + n * 16, n, n / 10);
		}
		rewind(file);
		assert_int_equal(parse(&ks, file, NULL), 0);
		assert_int_equal(kallsyms__each(ks, "f49999", see, &(struct seen){}), 1);
		for (int i = 0; i < SYMBOLS - 1; i++) {
			snprintf(name, sizeof(name), "f%d", i);
			snprintf(module, sizeof(module), "m%d", i / 10);
			assert_function(ks, name, module, 0x100000 + i * 16, 0x100010 + i * 16);
		}
		kallsyms__free(ks);
	}
}

static void reports_failed_reads(void **state)
{
	(void)state;
	assert_fails(-EIO, open_broken(), NULL);
	assert_fails(-EIO, open_text("1000 T f\n"), open_broken());
}

static void frees_nothing(void **state)
{
	(void)state;
	kallsyms__free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_6_1),
		cmocka_unit_test(reads_6_12),
		cmocka_unit_test(reads_6_18),
		cmocka_unit_test(knows_text_alone),
		cmocka_unit_test(knows_variables),
		cmocka_unit_test(takes_variables_for_what_they_are),
		cmocka_unit_test(passes_over_mapping_symbols),
		cmocka_unit_test(knows_where_the_code_is),
		cmocka_unit_test(sorts_by_address),
		cmocka_unit_test(picks_the_alias_that_comes_first),
		cmocka_unit_test(ends_at_the_end_of_a_text),
		cmocka_unit_test(guesses_a_page_without_markers),
		cmocka_unit_test(takes_no_module_for_a_marker),
		cmocka_unit_test(ends_modules_with_their_memory),
		cmocka_unit_test(tells_a_module_from_a_function_of_its_name),
		cmocka_unit_test(ends_before_the_next_module),
		cmocka_unit_test(guesses_a_page_for_what_is_no_module),
		cmocka_unit_test(tells_modules_with_one_prefix_apart),
		cmocka_unit_test(takes_hidden_modules_for_unlisted),
		cmocka_unit_test(reaches_the_highest_address),
		cmocka_unit_test(finds_compilers_copies),
		cmocka_unit_test(needs_no_last_newline),
		cmocka_unit_test(takes_addresses_of_0_for_none),
		cmocka_unit_test(tells_when_all_is_hidden),
		cmocka_unit_test(refuses_malformed_symbols),
		cmocka_unit_test(refuses_malformed_modules),
		cmocka_unit_test(refuses_nul_bytes),
		cmocka_unit_test(survives_long_lines),
		cmocka_unit_test(reads_many_symbols),
		cmocka_unit_test(reports_failed_reads),
		cmocka_unit_test(frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
