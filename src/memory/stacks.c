// SPDX-License-Identifier: GPL-2.0-only
#include "memory/stacks.h"
#include "memory/vmemmap.h"

#include <errno.h>
#include <string.h>

#define MOST_PAGES 16 /* of a stack */

static int read_memory(const struct stacks *stacks, uint64_t address, void *to, size_t len)
{
	return stacks->slub->read(stacks->slub->arg, address, to, len);
}

/* [stack, pointer) where the stack is an area of vmalloc: page by page. */
static int add_mapped(struct stacks *stacks, uint64_t stack, uint64_t pointer, uint64_t area)
{
	uint32_t page_size = stacks->slub->layout.page_size;
	uint64_t array, pages[MOST_PAGES];
	uint32_t nr;
	int err = 0;

	if (read_memory(stacks, area + stacks->areas->vm_pages, &array, sizeof(array)) ||
	    read_memory(stacks, area + stacks->areas->vm_nr_pages, &nr, sizeof(nr)) ||
	    nr > MOST_PAGES || pointer - stack > (uint64_t)nr * page_size ||
	    read_memory(stacks, array, pages, nr * sizeof(*pages)))
		return 0;
	for (uint32_t i = 0; i < nr && stack < pointer && !err; i++, stack += page_size) {
		uint64_t address = vmemmap__address_of(stacks->slub, pages[i]);
		uint64_t len = pointer - stack < page_size ? pointer - stack : page_size;

		err = ram__add_dead(stacks->memory, address, address + len);
	}
	return err;
}

/* [stack, pointer) of a task. */
static int add_dead(struct stacks *stacks, uint64_t task, uint64_t stack, uint64_t pointer)
{
	uint64_t area = 0;

	if (stacks->layout->stack_vm_area == SLUB_NONE)
		return ram__add_dead(stacks->memory, stack, pointer);
	if (read_memory(stacks, task + stacks->layout->stack_vm_area, &area, sizeof(area)) || !area)
		return 0;
	return add_mapped(stacks, stack, pointer, area);
}

/* All that this program has in its registers and on its stack: it deals in addresses. */
static int see_self(struct stacks *stacks, uint64_t task, uint64_t stack)
{
	const struct task_layout *l = stacks->layout;
	int err = ram__add_dead(stacks->memory, task + l->thread, task + l->size);

	return err ? err : add_dead(stacks, task, stack, stack + stacks->size);
}

/* Whether the task has ended or not: of one that has, its stack is gone or will soon be. */
static int note_used(struct stacks *stacks, uint64_t task)
{
	uint64_t stack, id;

	if (read_memory(stacks, task + stacks->layout->stack, &stack, sizeof(stack)))
		return 0;
	id = idmap__mix(stack);
	return stack && idmap__find(&stacks->used, id) == IDMAP_NONE
		       ? idmap__add(&stacks->used, id, 0)
		       : 0;
}

/* Of a task that runs now nothing is known. */
static int see_task(struct stacks *stacks, uint64_t task)
{
	const struct task_layout *l = stacks->layout;
	uint64_t stack, pointer;
	uint32_t running = 0, tgid = 0;

	if (read_memory(stacks, task + l->stack, &stack, sizeof(stack)) || !stack ||
	    read_memory(stacks, task + l->sp, &pointer, sizeof(pointer)) ||
	    read_memory(stacks, task + l->tgid, &tgid, sizeof(tgid)) ||
	    read_memory(stacks, task + l->on_cpu, &running, sizeof(running)))
		return 0;
	if (tgid == stacks->self)
		return see_self(stacks, task, stack);
	if (running || pointer <= stack || pointer - stack > stacks->size)
		return 0;
	return add_dead(stacks, task, stack, pointer);
}

int stacks__see_slab(struct stacks *stacks, uint64_t address, uint64_t cache)
{
	uint64_t start;
	uint32_t size, nr;
	int err;

	if (stacks->layout->sp == SLUB_NONE ||
	    strcmp(ram__cache_name(stacks->memory, cache), "task_struct") != 0)
		return 0;
	err = slub__slab_of(stacks->slub, address, &start, &size, &nr);
	if (err)
		stacks->all_seen = false;
	for (uint32_t i = 0; i < nr && !err; i++) {
		uint64_t task = start + (uint64_t)i * size;
		int state = slub__state(stacks->slub, task, 0, size, false);

		if (state < 0)
			return state;
		err = note_used(stacks, task);
		if (!err && state == SLUB_LIVE)
			err = see_task(stacks, task);
	}
	return err == -ENOMEM ? err : 0;
}

void stacks__begin(struct stacks *stacks)
{
	idmap__clear(&stacks->used);
	stacks->all_seen = stacks->layout->sp != SLUB_NONE;
}

static bool is_used(void *arg, uint64_t start)
{
	const struct stacks *stacks = arg;

	return idmap__find(&stacks->used, idmap__mix(start)) != IDMAP_NONE;
}

static int add_page(void *arg, uint64_t address)
{
	struct stacks *stacks = arg;

	return ram__add_dead(stacks->memory, address, address + stacks->slub->layout.page_size);
}

int stacks__find_unused(struct stacks *stacks, const struct places *places)
{
	if (!stacks->all_seen || !stacks->used.nr)
		return 0;
	return places__each_stack_page(places, is_used, add_page, stacks);
}

void stacks__free(struct stacks *stacks)
{
	idmap__free(&stacks->used);
}
