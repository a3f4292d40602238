// SPDX-License-Identifier: GPL-2.0-only
#include "trace/publish.h"

#include <stdbool.h>
#include <string.h>

static bool is_same_chain(const struct kleak_chain *a, const struct kleak_chain *b)
{
	struct kleak_chain copy = *a;

	copy.recent = b->recent;
	if (!a->nr)
		copy.found = b->found;
	return !memcmp(&copy, b, sizeof(copy));
}

/* Write an entry that is free: nobody reads it. */
static void write_chain(struct kleak_chain *to, const struct kleak_chain *from)
{
	struct kleak_chain free = *from;

	free.tag = 0;
	*to = free;
	__atomic_store_n(&to->tag, from->tag, __ATOMIC_RELEASE);
}

/* Free the entries that are to be another chain's, and wait until no program reads them. */
static void free_chains(const struct publish_tables *tables, const struct chains *wanted)
{
	bool changed = tables->control->chain_seed != wanted->seed;

	if (changed)
		__atomic_store_n(&tables->control->chain_seed, 0, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < KLEAK_CHAINS; i++)
		if (!is_same_chain(&tables->chains[i], &wanted->table[i])) {
			__atomic_store_n(&tables->chains[i].tag, 0, __ATOMIC_SEQ_CST);
			changed = true;
		}
	if (changed)
		tables->wait(tables->arg);
}

void publish__chains(const struct publish_tables *tables, const struct chains *wanted)
{
	free_chains(tables, wanted);
	for (size_t i = 0; i < KLEAK_CHAINS; i++)
		if (!is_same_chain(&tables->chains[i], &wanted->table[i]))
			write_chain(&tables->chains[i], &wanted->table[i]);
	__atomic_store_n(&tables->control->chain_seed, wanted->seed, __ATOMIC_SEQ_CST);
}

void publish__present(const struct publish_tables *tables)
{
	uint32_t other = !tables->control->present;
	uint32_t *bits = tables->present[other];

	tables->wait(tables->arg); /* for those that look at what was the other one before */
	for (size_t word = 0; word < tables->nr / 32; word++)
		__atomic_store_n(&bits[word], 0, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < tables->nr; i++)
		if (__atomic_load_n(&tables->presence[i], __ATOMIC_SEQ_CST))
			__atomic_fetch_or(&bits[i / 32], 1U << i % 32, __ATOMIC_SEQ_CST);
	__atomic_store_n(&tables->control->present, other, __ATOMIC_SEQ_CST);
}
