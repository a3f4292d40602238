// SPDX-License-Identifier: GPL-2.0-only
#include "report/callers.h"
#include "kernel/generic.h"
#include "util/array.h"
#include "util/fnv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* An id for two words. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	return idmap__mix(idmap__mix(a) + b);
}

static uint64_t pointer_of(const struct symbols_frame *frame)
{
	return mix((uintptr_t)frame->symbol, (uintptr_t)frame->module);
}

/* A function is told by its name and module; one without a name by the address. */
static uint64_t name_of(const struct symbols_frame *frame)
{
	uint64_t hash = FNV_START;

	if (!frame->symbol)
		return idmap__mix(frame->address);
	hash = fnv__add(hash, frame->symbol, strlen(frame->symbol) + 1);
	if (frame->module)
		hash = fnv__add(hash, frame->module, strlen(frame->module));
	return idmap__mix(hash);
}

static int add_function(struct callers *callers, const struct symbols_frame *frame)
{
	int err = array__reserve((void **)&callers->functions, callers->nr + 1, &callers->room,
				 sizeof(*callers->functions));

	if (!err)
		err = idmap__add(&callers->by_name, name_of(frame), callers->nr);
	if (err)
		return err;
	callers->functions[callers->nr++] = (struct callers_function){
		.constructor = frame->symbol && generic__is_constructor(frame->symbol),
		.entry = frame->symbol && generic__is_entry(frame->symbol),
	};
	return 0;
}

/* The number of the frame's function, which may be new. */
static int number_of(struct callers *callers, const struct symbols_frame *frame, uint32_t *number)
{
	int err = 0;

	if (frame->symbol) {
		*number = idmap__find(&callers->by_pointer, pointer_of(frame));
		if (*number != IDMAP_NONE)
			return 0;
	}
	*number = idmap__find(&callers->by_name, name_of(frame));
	if (*number == IDMAP_NONE) {
		*number = callers->nr;
		err = add_function(callers, frame);
	}
	if (!err && frame->symbol)
		err = idmap__add(&callers->by_pointer, pointer_of(frame), *number);
	return err;
}

/* Who calls: a function that is not inlined, and where. */
struct call {
	uint32_t caller; /* IDMAP_NONE: nobody, the outermost frame */
	uint64_t place;
};

static int add_pair(struct callers *callers, uint32_t function, const struct call *call,
		    bool inlined)
{
	uint64_t pair = mix(function, ~(uint64_t)call->caller);

	if (idmap__find(&callers->by_pair, pair) != IDMAP_NONE)
		return 0;
	callers->functions[function].callers++;
	/* what it calls itself, and what is inlined into it calls for it, is the same */
	callers->functions[call->caller].callees += !inlined;
	return idmap__add(&callers->by_pair, pair, 0);
}

static int add_place(struct callers *callers, uint32_t function, const struct call *call,
		     bool inlined, bool suspect)
{
	uint64_t id = mix(function, call->place);
	uint32_t place = idmap__find(&callers->by_place, id);
	int err = 0;

	if (place == IDMAP_NONE) {
		place = callers->nr_places;
		err = array__reserve((void **)&callers->suspect, place + 1, &callers->room_places,
				     sizeof(*callers->suspect));
		if (!err)
			err = idmap__add(&callers->by_place, id, place);
		if (!err)
			err = add_pair(callers, function, call, inlined);
		if (err)
			return err;
		callers->nr_places++;
		callers->suspect[place] = false;
		callers->functions[function].places++;
	}
	callers->functions[function].places_suspect += suspect && !callers->suspect[place];
	callers->suspect[place] |= suspect;
	return 0;
}

/* A frame that `depth` others, inlined ones not counted, separate from the allocation. */
static int add_frame(struct callers *callers, const struct symbols_frame *frame, size_t depth,
		     bool suspect, struct call *call, uint32_t *number)
{
	uint32_t function;
	int err = number_of(callers, frame, &function);

	if (err)
		return err;
	callers->functions[function].frames++;
	callers->functions[function].near += depth < CALLERS_NEAR;
	if (call->caller != IDMAP_NONE)
		err = add_place(callers, function, call, frame->inlined, suspect);
	if (!frame->inlined)
		*call = (struct call){function, frame->address};
	*number = function;
	return err;
}

int callers__add(struct callers *callers, const struct symbols_frame *stack, size_t nr,
		 bool suspect, uint32_t *numbers)
{
	struct call call = {.caller = IDMAP_NONE};
	uint32_t unasked;
	size_t depth = 0;
	int err = 0;

	for (size_t i = 0; i < nr; i++)
		depth += !stack[i].inlined;
	/* From the outermost on: who calls is known before who is called. */
	for (size_t i = nr; i-- && !err;) {
		depth -= !stack[i].inlined;
		err = add_frame(callers, &stack[i], depth, suspect, &call,
				numbers ? &numbers[i] : &unasked);
	}
	return err;
}

int callers__see(const struct symbols_frame *stack, size_t nr, void *callers)
{
	return callers__add(callers, stack, nr, false, NULL);
}

bool callers__is_constructor(const struct callers *callers, uint32_t function)
{
	const struct callers_function *f = &callers->functions[function];

	if (f->constructor)
		return true;
	if (f->callers < CALLERS_MANY && f->places < CALLERS_MANY_PLACES)
		return false;
	return f->near >= CALLERS_NEAR_SHARE * f->frames &&
	       f->places_suspect <= CALLERS_SUSPECT_SHARE * f->places;
}

bool callers__is_entry(const struct callers *callers, uint32_t function)
{
	return callers->functions[function].entry;
}

bool callers__passes_on(const struct callers *callers, uint32_t function)
{
	const struct callers_function *f = &callers->functions[function];

	return f->entry || f->callees >= CALLERS_PASSES_ON;
}

void callers__free(struct callers *callers)
{
	free(callers->functions);
	free(callers->suspect);
	idmap__free(&callers->by_pointer);
	idmap__free(&callers->by_name);
	idmap__free(&callers->by_place);
	idmap__free(&callers->by_pair);
	*callers = (struct callers){};
}
