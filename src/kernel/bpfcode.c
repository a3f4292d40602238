// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/bpfcode.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_SHIFT 12
#define MOST_PAGES 4096 /* of a function */

/* Most addresses are the kernel's own, or a module's: no code of a program was in their page. */
static uint32_t bit_of(uint64_t page)
{
	return page * 0x9e3779b97f4a7c15ULL >> (64 - BPFCODE_PAGE_BITS);
}

static void note_pages(struct bpfcode *code, const struct kleak_code *here)
{
	uint64_t first = here->start >> PAGE_SHIFT, last = here->end >> PAGE_SHIFT;

	for (uint64_t page = first; page <= last && page - first < MOST_PAGES; page++)
		code->pages[bit_of(page) / 64] |= 1ULL << bit_of(page) % 64;
}

static bool may_have(const struct bpfcode *code, uint64_t address)
{
	uint32_t bit = bit_of(address >> PAGE_SHIFT);

	return code->pages[bit / 64] >> bit % 64 & 1;
}

/* ---- lists ---- */

static int by_start(const void *a, const void *b)
{
	const struct bpfcode_listed *left = a, *right = b;

	return left->code.start < right->code.start ? -1 : left->code.start > right->code.start;
}

/* None lie one in another: all of them are there at the same time, or almost. */
static const struct bpfcode_listed *find_in(const struct bpfcode_list *list, uint64_t address)
{
	size_t low = 0, high = list->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->list[middle].code.start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < list->list[low - 1].code.end ? &list->list[low - 1] : NULL;
}

static bool is_same(const struct kleak_code *a, const struct kleak_code *b)
{
	return a->start == b->start && a->end == b->end && a->load_ns == b->load_ns;
}

/* Since when it is known to be there, if it is that already. */
static uint32_t known_since(const struct bpfcode_list *list, const struct kleak_code *here,
			    uint32_t otherwise)
{
	const struct bpfcode_listed *was = find_in(list, here->start);

	return was && is_same(&was->code, here) ? was->since : otherwise;
}

int bpfcode__list(struct bpfcode *code, const struct kleak_code *list, size_t nr, uint32_t before,
		  uint32_t after)
{
	struct bpfcode_list made = {.list = calloc(nr + 1, sizeof(*made.list)), .known = true};

	if (!made.list)
		return -ENOMEM;
	for (; made.nr < nr; made.nr++) {
		const struct kleak_code *here = &list[made.nr];

		made.list[made.nr] = (struct bpfcode_listed){
			.code = *here,
			.since = code->now.known ? known_since(&code->now, here, after) : 0,
			.until = before,
		};
		made.list[made.nr].code.name[KLEAK_CODE_NAME - 1] = '\0';
		note_pages(code, here);
	}
	qsort(made.list, made.nr, sizeof(*made.list), by_start);
	free(code->before.list);
	code->before = code->now;
	code->now = made;
	return 0;
}

/* ---- what has gone ---- */

int bpfcode__add_gone(struct bpfcode *code, const struct kleak_code *gone, const char *name)
{
	uint32_t since = known_since(&code->now, gone, BPFCODE_NEVER);
	struct bpfcode_gone *place;

	if (code->nr_gone < BPFCODE_MOST_GONE) {
		int err = array__reserve((void **)&code->gone, code->nr_gone + 1, &code->room_gone,
					 sizeof(*code->gone));

		if (err)
			return err;
		place = &code->gone[code->nr_gone++];
	} else {
		place = &code->gone[code->oldest];
		bpfcode__lose(code, place->until + 1);
		code->oldest = (code->oldest + 1) % BPFCODE_MOST_GONE;
	}
	note_pages(code, gone);
	*place = (struct bpfcode_gone){gone->start, gone->end,	      gone->load_ns,
				       since,	    gone->change - 1, name};
	return 0;
}

void bpfcode__lose(struct bpfcode *code, uint32_t change)
{
	if (code->lost < change)
		code->lost = change;
}

/* ---- addresses ---- */

struct search {
	uint64_t address, made_ns;
	uint32_t changes;
	bool lost; /* it is not known who went after that */
	struct bpfcode_function *function;
	uint32_t until; /* of what was found */
	bool found, dated;
};

static void consider(struct search *search, const struct bpfcode_function *function,
		     uint64_t load_ns, uint32_t since, uint32_t until)
{
	if (search->address < function->start || search->address >= function->end ||
	    load_ns > search->made_ns || search->changes > until ||
	    (search->lost && since > search->changes) || (search->found && until >= search->until))
		return;
	*search->function = *function;
	search->until = until;
	search->found = true;
	search->dated = load_ns;
}

static void consider_listed(struct search *search, const struct bpfcode_list *list)
{
	const struct bpfcode_listed *listed = find_in(list, search->address);
	struct bpfcode_function function;

	if (!listed)
		return;
	function =
		(struct bpfcode_function){listed->code.start, listed->code.end, listed->code.name};
	consider(search, &function, listed->code.load_ns, listed->since, listed->until);
}

static bool find_steady(const struct bpfcode *code, uint64_t address,
			struct bpfcode_function *function)
{
	const struct bpfcode_listed *listed = find_in(&code->now, address);

	if (!listed || listed->since)
		return false;
	*function =
		(struct bpfcode_function){listed->code.start, listed->code.end, listed->code.name};
	return true;
}

bool bpfcode__find(const struct bpfcode *code, uint64_t address, uint32_t changes, uint64_t made_ns,
		   struct bpfcode_function *function)
{
	struct search search = {
		.address = address,
		.made_ns = made_ns,
		.changes = changes,
		.lost = changes < code->lost,
		.function = function,
	};

	if (!may_have(code, address))
		return false;
	if (!made_ns)
		return find_steady(code, address, function);
	for (size_t i = 0; i < code->nr_gone; i++) {
		const struct bpfcode_gone *gone = &code->gone[i];
		const struct bpfcode_function was = {gone->start, gone->end, gone->name};

		consider(&search, &was, gone->load_ns, gone->since, gone->until);
	}
	consider_listed(&search, &code->before);
	consider_listed(&search, &code->now);
	return search.found && search.dated;
}

bool bpfcode__has(const struct bpfcode *code, uint64_t address)
{
	if (!may_have(code, address))
		return false;
	for (size_t i = 0; i < code->nr_gone; i++)
		if (address >= code->gone[i].start && address < code->gone[i].end)
			return true;
	return find_in(&code->now, address) || find_in(&code->before, address);
}

void bpfcode__free(struct bpfcode *code)
{
	free(code->now.list);
	free(code->before.list);
	free(code->gone);
	*code = (struct bpfcode){};
}
