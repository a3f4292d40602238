// SPDX-License-Identifier: GPL-2.0-only
#include "proc/meminfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fixtures/fixtures.h"

#define KB 1024ULL

static int parse(struct meminfo *mem, FILE *file)
{
	int err = meminfo__parse(mem, file);

	fclose(file);
	return err;
}

/* Parse a text that has to fail, and see that nothing is written. */
static void assert_fails(int expected, FILE *file)
{
	struct meminfo mem, before;

	memset(&mem, 0x5a, sizeof(mem));
	before = mem;
	assert_int_equal(parse(&mem, file), expected);
	assert_memory_equal(&mem, &before, sizeof(mem));
}

static void assert_invalid(const char *text)
{
	assert_fails(-EINVAL, open_text(text));
}

/* Does a line of the fixture start with the field's name? */
static bool is_printed(const char *fixture, enum meminfo_field field)
{
	size_t length = strlen(meminfo__name(field));
	FILE *file = open_fixture(fixture);
	char line[128];
	bool found = false;

	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, meminfo__name(field), length) && line[length] == ':';
	fclose(file);
	return found;
}

static void assert_kernel(const char *fixture, const uint64_t kb[MEMINFO_FIELDS])
{
	struct meminfo mem;

	assert_int_equal(parse(&mem, open_fixture(fixture)), 0);
	for (int i = 0; i < MEMINFO_FIELDS; i++) {
		assert_int_equal(mem.present[i], is_printed(fixture, i));
		assert_int_equal(mem.bytes[i], kb[i] * 1024);
	}
}

static void reads_6_1(void **state)
{
	(void)state;
	assert_kernel("meminfo-6.1", (const uint64_t[MEMINFO_FIELDS]){
					     [MEMINFO_MEM_TOTAL] = 995368,
					     [MEMINFO_MEM_FREE] = 931952,
					     [MEMINFO_MEM_AVAILABLE] = 867208,
					     [MEMINFO_S_RECLAIMABLE] = 13216,
					     [MEMINFO_S_UNRECLAIM] = 13244,
					     [MEMINFO_KERNEL_STACK] = 924,
					     [MEMINFO_PAGE_TABLES] = 8,
					     [MEMINFO_VMALLOC_USED] = 9776,
					     [MEMINFO_PERCPU] = 512,
					     [MEMINFO_CACHED] = 11604,
					     [MEMINFO_ANON_PAGES] = 84,
					     [MEMINFO_SHMEM] = 11604,
					     [MEMINFO_K_RECLAIMABLE] = 13216,
					     [MEMINFO_SLAB] = 26460,
				     });
}

static void reads_6_12(void **state)
{
	(void)state;
	assert_kernel("meminfo-6.12", (const uint64_t[MEMINFO_FIELDS]){
					      [MEMINFO_MEM_TOTAL] = 990072,
					      [MEMINFO_MEM_FREE] = 935868,
					      [MEMINFO_MEM_AVAILABLE] = 864876,
					      [MEMINFO_S_RECLAIMABLE] = 684,
					      [MEMINFO_S_UNRECLAIM] = 14212,
					      [MEMINFO_KERNEL_STACK] = 1036,
					      [MEMINFO_PAGE_TABLES] = 32,
					      [MEMINFO_VMALLOC_USED] = 10568,
					      [MEMINFO_PERCPU] = 552,
					      [MEMINFO_CACHED] = 3900,
					      [MEMINFO_ANON_PAGES] = 112,
					      [MEMINFO_SHMEM] = 3900,
					      [MEMINFO_K_RECLAIMABLE] = 684,
					      [MEMINFO_SLAB] = 14896,
				      });
}

static void reads_6_18(void **state)
{
	(void)state;
	assert_kernel("meminfo-6.18", (const uint64_t[MEMINFO_FIELDS]){
					      [MEMINFO_MEM_TOTAL] = 24684084,
					      [MEMINFO_MEM_FREE] = 24431432,
					      [MEMINFO_MEM_AVAILABLE] = 24396004,
					      [MEMINFO_S_RECLAIMABLE] = 103124,
					      [MEMINFO_S_UNRECLAIM] = 23784,
					      [MEMINFO_KERNEL_STACK] = 1320,
					      [MEMINFO_PAGE_TABLES] = 1684,
					      [MEMINFO_VMALLOC_USED] = 14124,
					      [MEMINFO_PERCPU] = 712,
					      [MEMINFO_BUFFERS] = 756,
					      [MEMINFO_CACHED] = 77084,
					      [MEMINFO_ANON_PAGES] = 11408,
					      [MEMINFO_SHMEM] = 8872,
					      [MEMINFO_K_RECLAIMABLE] = 103124,
					      [MEMINFO_SLAB] = 126908,
				      });
}

static void names_fields_as_the_kernel_does(void **state)
{
	(void)state;
	assert_string_equal(meminfo__name(MEMINFO_MEM_TOTAL), "MemTotal");
	assert_string_equal(meminfo__name(MEMINFO_MEM_FREE), "MemFree");
	assert_string_equal(meminfo__name(MEMINFO_MEM_AVAILABLE), "MemAvailable");
	assert_string_equal(meminfo__name(MEMINFO_S_RECLAIMABLE), "SReclaimable");
	assert_string_equal(meminfo__name(MEMINFO_S_UNRECLAIM), "SUnreclaim");
	assert_string_equal(meminfo__name(MEMINFO_KERNEL_STACK), "KernelStack");
	assert_string_equal(meminfo__name(MEMINFO_PAGE_TABLES), "PageTables");
	assert_string_equal(meminfo__name(MEMINFO_VMALLOC_USED), "VmallocUsed");
	assert_string_equal(meminfo__name(MEMINFO_PERCPU), "Percpu");
}

static void tells_what_is_not_there(void **state)
{
	struct meminfo mem;

	(void)state;
	assert_int_equal(parse(&mem, open_text("MemTotal: 7 kB\nSUnreclaim: 0 kB\n")), 0);
	for (int i = 0; i < MEMINFO_FIELDS; i++)
		assert_int_equal(mem.present[i],
				 i == MEMINFO_MEM_TOTAL || i == MEMINFO_S_UNRECLAIM);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 7 * KB);
	assert_int_equal(mem.bytes[MEMINFO_S_UNRECLAIM], 0);
	assert_int_equal(mem.bytes[MEMINFO_PERCPU], 0);
}

static void passes_over_unknown_lines(void **state)
{
	struct meminfo mem;

	(void)state;
	assert_int_equal(parse(&mem, open_text("\n:\n: 3 kB\nNoColon\nMemTotalX: 1 kB\nMem: 2 kB\n"
					       "HugePages_Total:       0\nPercpu\n"
					       "New: -1 furlong\nMemTotal:       5 kB\n")),
			 0);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 5 * KB);
	assert_false(mem.present[MEMINFO_PERCPU]);
	assert_int_equal(mem.odd, 0);
}

static void needs_no_last_newline(void **state)
{
	struct meminfo mem;

	(void)state;
	assert_int_equal(parse(&mem, open_text("MemTotal:       5 kB")), 0);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 5 * KB);
}

static void refuses_a_text_without_total(void **state)
{
	(void)state;
	assert_invalid("");
	assert_invalid("\n");
	assert_invalid("MemFree: 5 kB\n");
	assert_invalid("MemTotal");
	assert_invalid(" MemTotal: 5 kB\n");
}

/* The text has one odd line, and MemTotal beside it. */
static void assert_odd(FILE *file, enum meminfo_field missing)
{
	struct meminfo mem;

	assert_int_equal(parse(&mem, file), 0);
	assert_int_equal(mem.odd, 1);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 5 * KB);
	assert_false(mem.present[missing]);
	assert_int_equal(mem.bytes[missing], 0);
}

/* Counters of CPUs that race are below 0 together, which is printed without its sign. */
static void passes_over_odd_lines(void **state)
{
	static const char nul[] = "MemTotal: 5 kB\nPercpu: 7 kB\0\n";

	(void)state;
	assert_odd(open_text("MemTotal: 5 kB\nPercpu: 18014398509481980 kB\n"), MEMINFO_PERCPU);
	assert_odd(open_text("MemTotal: 5 kB\nPercpu: 18446744073709551612 kB\n"), MEMINFO_PERCPU);
	assert_odd(open_text("MemTotal: 5 kB\nMemFree: -4 kB\n"), MEMINFO_MEM_FREE);
	assert_odd(open_text("VmallocUsed: \nMemTotal: 5 kB\n"), MEMINFO_VMALLOC_USED);
	assert_odd(open_text("MemTotal: 5 kB\nPercpu: many kB\n"), MEMINFO_PERCPU);
	assert_odd(open_text("MemTotal: 5 kB\nPercpu:       71"), MEMINFO_PERCPU);
	assert_odd(open_bytes(nul, sizeof(nul) - 1), MEMINFO_PERCPU);
}

static void refuses_malformed_known_lines(void **state)
{
	(void)state;
	assert_invalid("MemTotal:\n");
	assert_invalid("MemTotal: kB\n");
	assert_invalid("MemTotal: 5\n");
	assert_invalid("MemTotal: 5 k");
	assert_invalid("MemTotal: 5 MB\n");
	assert_invalid("MemTotal: 5 kB \n");
	assert_invalid("MemTotal: 5  kB\n");
	assert_invalid("MemTotal: -5 kB\n");
	assert_invalid("MemTotal: +5 kB\n");
	assert_invalid("MemTotal: \t5 kB\n");
	assert_invalid("MemTotal: 0x5 kB\n");
}

static void refuses_numbers_too_big_for_bytes(void **state)
{
	struct meminfo mem;

	(void)state;
	assert_int_equal(parse(&mem, open_text("MemTotal: 281474976710656 kB\n")), 0);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 1ULL << 58);
	assert_invalid("MemTotal: 281474976710657 kB\n");
	assert_invalid("MemTotal: 18014398509481984 kB\n");
	assert_invalid("MemTotal: 18446744073709551615 kB\n");
	assert_invalid("MemTotal: 99999999999999999999999 kB\n");
}

static void refuses_nul_bytes(void **state)
{
	static const char after[] = "MemTotal: 5 kB\0\n";

	(void)state;
	assert_fails(-EINVAL, open_bytes(after, sizeof(after) - 1));
}

static void survives_long_lines(void **state)
{
	static const char tail[] = "\nMemTotal: 5 kB\n";
	const size_t length = 1 << 20;
	char *text = malloc(length + sizeof(tail));
	struct meminfo mem;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', length);
	strcpy(text + length, tail);
	assert_int_equal(parse(&mem, open_text(text)), 0);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 5 * KB);
	memset(text, '1', length);
	memcpy(text, "MemTotal:", 9);
	assert_int_equal(parse(&mem, open_text(text)), 0);
	assert_int_equal(mem.bytes[MEMINFO_MEM_TOTAL], 5 * KB);
	assert_int_equal(mem.odd, 1);
	free(text);
}

static void reports_a_failed_read(void **state)
{
	(void)state;
	assert_fails(-EIO, open_broken());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_6_1),
		cmocka_unit_test(reads_6_12),
		cmocka_unit_test(reads_6_18),
		cmocka_unit_test(names_fields_as_the_kernel_does),
		cmocka_unit_test(tells_what_is_not_there),
		cmocka_unit_test(passes_over_unknown_lines),
		cmocka_unit_test(needs_no_last_newline),
		cmocka_unit_test(refuses_a_text_without_total),
		cmocka_unit_test(passes_over_odd_lines),
		cmocka_unit_test(refuses_malformed_known_lines),
		cmocka_unit_test(refuses_numbers_too_big_for_bytes),
		cmocka_unit_test(refuses_nul_bytes),
		cmocka_unit_test(survives_long_lines),
		cmocka_unit_test(reports_a_failed_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
