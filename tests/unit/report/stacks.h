/* SPDX-License-Identifier: GPL-2.0-only */
/* Stacks of made-up functions, to be grouped. */
#ifndef KLEAK_TEST_STACKS_H
#define KLEAK_TEST_STACKS_H

#include "unit.h"

#include "kernel/symbols.h"
#include "util/fnv.h"

#include <stdlib.h>
#include <string.h>

#define STACKS_FRAMES 32
#define STACKS_NAME   64

struct stack {
	struct symbols_frame frames[STACKS_FRAMES];
	char names[STACKS_FRAMES][STACKS_NAME];
	size_t nr;
	struct stack *next;
};

static struct stack *stacks; /* all of them: names have to stay */

/* "[mod]" behind a name is its module, "(inlined)" that it is inlined. */
static void stack_name(struct symbols_frame *frame, char *name)
{
	char *bracket = strchr(name, '['), *inlined = strstr(name, "(inlined)");

	if (bracket) {
		bracket[strcspn(bracket, "]")] = '\0';
		*bracket = '\0';
		frame->module = bracket + 1;
	}
	if (inlined)
		*inlined = '\0';
	frame->inlined = inlined;
	frame->symbol = name;
}

/*
 * "newque < ipcget < ksys_msgget": a function returns to one place in each of its callers, another
 * one if `place` is another one.
 */
static __attribute__((unused)) struct stack *stack_of_place(const char *text, uint64_t place)
{
	struct stack *stack = calloc(1, sizeof(*stack));
	char *copy = strdup(text), *rest = copy, *name;

	assert_non_null(stack);
	while ((name = strtok_r(rest, " <", &rest))) {
		assert_true(stack->nr < STACKS_FRAMES && strlen(name) < STACKS_NAME);
		memcpy(stack->names[stack->nr], name, strlen(name) + 1);
		stack_name(&stack->frames[stack->nr], stack->names[stack->nr]);
		stack->nr++;
	}
	for (size_t i = 0; i < stack->nr; i++) {
		const char *callee = i ? stack->frames[i - 1].symbol : "";
		uint64_t hash = fnv__add(FNV_START ^ place, callee, strlen(callee));

		hash = fnv__add(hash, stack->frames[i].symbol, strlen(stack->frames[i].symbol));
		stack->frames[i].address = hash | 1ULL << 63;
	}
	free(copy);
	stack->next = stacks;
	stacks = stack;
	return stack;
}

static __attribute__((unused)) struct stack *stack_of(const char *text)
{
	return stack_of_place(text, 0);
}

static __attribute__((unused)) int stacks_free(void **state)
{
	(void)state;
	while (stacks) {
		struct stack *next = stacks->next;

		free(stacks);
		stacks = next;
	}
	return 0;
}

#endif
