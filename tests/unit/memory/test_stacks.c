// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/ram_walk.h"
#include "memory/stacks.h"
#include "memory/vmemmap.h"

/* A slab of tasks in page 10, their stacks from page 16 on. */
#define SIZE	  512
#define TASKS	  4
#define TASK(i)	  (BASE + RAM + 10 * PAGE + (i)*SIZE)
#define STACK(i)  (BASE + RAM + (16 + 4 * (i)) * PAGE)
#define AREA(i)	  (BASE + RAM + 11 * PAGE + (i)*64)	   /* a struct vm_struct */
#define LIST(i)	  (BASE + RAM + 11 * PAGE + 1024 + (i)*64) /* its list of pages */
#define SELF	  4711
#define STACK_LEN (2 * PAGE)

static const struct task_layout tasks = {
	.stack = 16,
	.stack_vm_area = 24,
	.on_cpu = 32,
	.tgid = 36,
	.thread = 400,
	.size = SIZE,
	.sp = 408,
};

static const struct area_layout areas = {.vm_pages = 8, .vm_nr_pages = 16};

struct made_up {
	struct machine *machine;
	struct task_layout layout;
	struct stacks stacks;
};

static void put(struct made_up *m, uint64_t address, const void *bytes, size_t len)
{
	memcpy(m->machine->ram + (address - BASE - RAM), bytes, len);
}

static void put_word(struct made_up *m, uint64_t address, uint64_t word)
{
	put(m, address, &word, sizeof(word));
}

static void put_half(struct made_up *m, uint64_t address, uint32_t half)
{
	put(m, address, &half, sizeof(half));
}

/* A task that sleeps, `used` bytes below the end of its stack, which is no area. */
static void put_task(struct made_up *m, int i, uint64_t used)
{
	put_word(m, TASK(i) + tasks.stack, STACK(i));
	put_word(m, TASK(i) + tasks.stack_vm_area, 0);
	put_half(m, TASK(i) + tasks.on_cpu, 0);
	put_half(m, TASK(i) + tasks.tgid, 100 + i);
	put_word(m, TASK(i) + tasks.sp, STACK(i) + STACK_LEN - used);
}

/* Its stack is an area of two pages, the second one before the first. */
static void map_stack(struct made_up *m, int i)
{
	put_word(m, TASK(i) + tasks.stack, 0xffffc90000000000ULL);
	put_word(m, TASK(i) + tasks.stack_vm_area, AREA(i));
	put_word(m, AREA(i) + areas.vm_pages, LIST(i));
	put_half(m, AREA(i) + areas.vm_nr_pages, 2);
	put_word(m, LIST(i), vmemmap__page_of(&m->machine->slub, STACK(i) + PAGE));
	put_word(m, LIST(i) + 8, vmemmap__page_of(&m->machine->slub, STACK(i)));
}

static int begin_tasks(void **state)
{
	struct made_up *m = test_calloc(1, sizeof(*m));
	int err = begin((void **)&m->machine);

	m->layout = tasks;
	m->layout.stack_vm_area = SLUB_NONE;
	m->stacks = (struct stacks){.memory = &m->machine->memory,
				    .slub = &m->machine->slub,
				    .areas = &areas,
				    .layout = &m->layout,
				    .size = STACK_LEN,
				    .self = SELF};
	m->machine->memory.base = BASE;
	put_half(m, CACHE, SIZE);
	put_half(m, CACHE + 4, 0); /* where a free one has its link */
	put_word(m, CACHE + 8, CACHE + 64);
	put(m, CACHE + 64, "task_struct", sizeof("task_struct"));
	set_page(m->machine, 10, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->machine->pages[10][4] = 0; /* no free ones */
	m->machine->pages[10][5] = TASKS | TASKS << 16;
	for (int i = 0; i < TASKS; i++)
		put_task(m, i, STACK_LEN); /* all of it is used */
	*state = m;
	return err;
}

static int end_tasks(void **state)
{
	struct made_up *m = *state;

	stacks__free(&m->stacks);
	end((void **)&m->machine);
	test_free(m);
	return 0;
}

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	return stacks__see_slab(arg, address, cache);
}

static void find(struct made_up *m, size_t nr)
{
	ram__forget_dead(&m->machine->memory);
	slub__begin(&m->machine->slub);
	stacks__begin(&m->stacks);
	assert_int_equal(ram_walk__slabs(&m->machine->memory, see_slab, &m->stacks), 0);
	assert_int_equal(m->machine->memory.nr_dead, nr);
}

static void assert_dead(const struct made_up *m, size_t i, uint64_t start, uint64_t len)
{
	assert_true(m->machine->memory.dead[i].start == start);
	assert_true(m->machine->memory.dead[i].end == start + len);
}

/* What lies below the stack pointer. */
static void test_stacks_of_tasks_that_sleep(void **state)
{
	struct made_up *m = *state;

	find(m, 0);
	put_task(m, 0, 256);
	put_task(m, 3, STACK_LEN - 8);
	find(m, 2);
	assert_dead(m, 0, STACK(0), STACK_LEN - 256);
	assert_dead(m, 1, STACK(3), 8);
	put_task(m, 3, 0); /* nothing of it */
	find(m, 2);
	assert_dead(m, 1, STACK(3), STACK_LEN);
}

static void test_what_is_no_stack_pointer(void **state)
{
	struct made_up *m = *state;

	put_task(m, 0, -8); /* beyond the end */
	put_task(m, 1, STACK_LEN + 8);
	put_task(m, 2, 256);
	put_word(m, TASK(2) + tasks.stack, 0); /* it has none any more */
	put_task(m, 3, 256);
	put_half(m, TASK(3) + tasks.on_cpu, 1); /* it runs */
	find(m, 0);
}

/* This program deals in addresses: all that its threads have. */
static void test_all_of_this_program(void **state)
{
	struct made_up *m = *state;

	put_task(m, 1, 256);
	put_half(m, TASK(1) + tasks.tgid, SELF);
	put_half(m, TASK(1) + tasks.on_cpu, 1);
	find(m, 2);
	assert_dead(m, 0, TASK(1) + tasks.thread, SIZE - 400);
	assert_dead(m, 1, STACK(1), STACK_LEN);
}

/* Page by page, in the direct map. */
static void test_stacks_that_are_areas(void **state)
{
	struct made_up *m = *state;

	m->layout.stack_vm_area = tasks.stack_vm_area;
	put_task(m, 2, 0);
	map_stack(m, 2);
	put_word(m, TASK(2) + tasks.sp, 0xffffc90000000000ULL + PAGE + 64);
	find(m, 2);
	assert_dead(m, 0, STACK(2) + PAGE, PAGE);
	assert_dead(m, 1, STACK(2), 64);
	put_word(m, TASK(2) + tasks.sp, 0xffffc90000000000ULL + PAGE);
	find(m, 1);
	put_word(m, TASK(2) + tasks.sp, 0xffffc90000000000ULL + 2 * PAGE);
	find(m, 2);
	assert_dead(m, 1, STACK(2), PAGE);
}

/* It goes away, or is something else by now. */
static void test_areas_that_do_not_fit(void **state)
{
	struct made_up *m = *state;

	m->layout.stack_vm_area = tasks.stack_vm_area;
	put_task(m, 2, 0);
	map_stack(m, 2);
	put_word(m, TASK(2) + tasks.sp, 0xffffc90000000000ULL + PAGE + 64);
	find(m, 2);
	put_half(m, AREA(2) + areas.vm_nr_pages, 1); /* smaller than what is used */
	find(m, 0);
	put_half(m, AREA(2) + areas.vm_nr_pages, 17); /* no stack has so many */
	find(m, 0);
	put_half(m, AREA(2) + areas.vm_nr_pages, 16);
	find(m, 2);
	put_word(m, TASK(2) + tasks.stack_vm_area, 0);
	find(m, 0);
	put_word(m, TASK(2) + tasks.stack_vm_area, 8); /* cannot be read */
	find(m, 0);
	map_stack(m, 2);
	put_word(m, AREA(2) + areas.vm_pages, 8);
	find(m, 0);
}

/* Free places of the slab, and other caches. */
static void test_what_is_no_task(void **state)
{
	struct made_up *m = *state;

	for (int i = 0; i < TASKS; i++)
		put_task(m, i, 256);
	find(m, TASKS);
	m->machine->pages[10][4] = TASK(1);
	m->machine->pages[10][5] = (TASKS - 1) | TASKS << 16;
	put_word(m, TASK(1), 0);
	find(m, TASKS - 1);
	assert_dead(m, 1, STACK(2), STACK_LEN - 256);
	put(m, CACHE + 64, "task_structs", sizeof("task_structs"));
	ram__free(&m->machine->memory);
	assert_int_equal(parse_iomem(&m->machine->memory), 0);
	m->machine->memory.slub = &m->machine->slub;
	m->machine->memory.peek = peek;
	m->machine->memory.base = BASE;
	find(m, 0);
}

/* A task of which a part cannot be read is left alone, and the others are not. */
static void test_tasks_that_cannot_be_read(void **state)
{
	struct made_up *m = *state;

	for (int i = 0; i < TASKS; i++)
		put_task(m, i, 256);
	m->layout.on_cpu = 1 << 30;
	find(m, 0);
	m->layout.on_cpu = tasks.on_cpu;
	m->layout.tgid = 1 << 30;
	find(m, 0);
	m->layout.tgid = tasks.tgid;
	m->layout.sp = 1 << 30;
	find(m, 0);
	m->layout.sp = SLUB_NONE; /* this kernel keeps it elsewhere */
	find(m, 0);
	m->layout.sp = tasks.sp;
	find(m, TASKS);
}

#define CALLER (TEXT + 0x100)

static struct names *names_of_makers(void)
{
	char text[512];
	struct kallsyms *table;
	struct names *names;
	FILE *file;

	snprintf(text, sizeof(text),
		 "%llx T _stext\n%llx T dup_task_struct\n%llx T behind\n%llx T _etext\n", TEXT,
		 CALLER - 0x10, CALLER, CALLER + 0x1000);
	file = fmemopen(text, strlen(text), "r");
	assert_int_equal(kallsyms__parse(&table, file, NULL), 0);
	fclose(file);
	assert_int_equal(names__open(&names, table), 0);
	return names;
}

/* The kernel keeps some for tasks to come. */
static void test_stacks_that_no_task_has(void **state)
{
	struct made_up *m = *state;
	struct places_area area = {STACK(7), CALLER};
	struct places_page pages[] = {{STACK(7), STACK(7), 0},
				      {STACK(7) + PAGE, STACK(7) + PAGE, 0}};
	struct names *names = names_of_makers();
	const struct places places = {
		.names = names, .areas = &area, .nr_areas = 1, .pages = pages, .nr_pages = 2};

	assert_int_equal(stacks__find_unused(&m->stacks, &places), 0);
	assert_int_equal(m->machine->memory.nr_dead, 0); /* no task was seen yet */
	find(m, 0);
	assert_int_equal(stacks__find_unused(&m->stacks, &places), 0);
	assert_int_equal(m->machine->memory.nr_dead, 2);
	assert_dead(m, 0, STACK(7), PAGE);
	assert_dead(m, 1, STACK(7) + PAGE, PAGE);
	put_word(m, TASK(2) + tasks.stack, STACK(7));
	put_half(m, TASK(2) + tasks.on_cpu, 1);
	find(m, 0);
	assert_int_equal(stacks__find_unused(&m->stacks, &places), 0);
	assert_int_equal(m->machine->memory.nr_dead, 0);
	names__close(names);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_tasks, end_tasks)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_stacks_of_tasks_that_sleep), TEST(test_what_is_no_stack_pointer),
		TEST(test_all_of_this_program),	       TEST(test_stacks_that_are_areas),
		TEST(test_areas_that_do_not_fit),      TEST(test_what_is_no_task),
		TEST(test_tasks_that_cannot_be_read),  TEST(test_stacks_that_no_task_has),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
