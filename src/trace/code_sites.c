// SPDX-License-Identifier: GPL-2.0-only
#include "trace/code_sites.h"

#define RELEASED_LEAST 256 /* fewer are not worth a look at the whole table */

/* As is_outside() in bpf/stack.bpf.h: a return address may be the first one after its function. */
static bool is_outside(const struct code_sites_tables *tables, const struct kleak_site *site)
{
	uint32_t nr = __atomic_load_n(&site->nr_frames, __ATOMIC_ACQUIRE);

	if (site->hash == KLEAK_SITE_EMPTY || site->hash == KLEAK_SITE_REUSABLE)
		return false;
	for (uint32_t i = 0; i < nr && i < KLEAK_MAX_FRAMES; i++)
		if (site->frames[i] - 1 < tables->text.start ||
		    site->frames[i] - 1 >= tables->text.end)
			return true;
	return false;
}

static uint32_t count(const struct code_sites_tables *tables)
{
	uint32_t nr = 0;

	for (uint32_t i = 0; i < tables->nr_sites; i++)
		nr += is_outside(tables, &tables->sites[i]);
	return nr;
}

/* As site_track() in bpf/stack.bpf.h. */
static void track(const struct code_sites_tables *tables, uint32_t index)
{
	uint32_t place = __atomic_load_n(&tables->control->code_sites, __ATOMIC_RELAXED);

	if (place >= KLEAK_CODE_SITES)
		return;
	place = __atomic_fetch_add(&tables->control->code_sites, 1, __ATOMIC_SEQ_CST);
	if (place < KLEAK_CODE_SITES)
		__atomic_store_n(&tables->list[place], index, __ATOMIC_RELAXED);
}

/*
 * Meanwhile all of the table is looked at.  Who makes a site puts it into the old list or into the
 * new one: those of the old one have been waited for before the table is gone through.
 */
static void make(const struct code_sites_tables *tables)
{
	struct kleak_control *control = tables->control;

	__atomic_store_n(&control->code_all, 1, __ATOMIC_SEQ_CST);
	tables->wait(tables->arg);
	__atomic_store_n(&control->code_sites, 0, __ATOMIC_SEQ_CST);
	tables->wait(tables->arg);
	for (uint32_t i = 0; i < tables->nr_sites; i++)
		if (is_outside(tables, &tables->sites[i]))
			track(tables, i);
	__atomic_store_n(&control->code_all, 0, __ATOMIC_SEQ_CST);
}

bool code_sites__renew(const struct code_sites_tables *tables, uint64_t released, uint64_t *looked)
{
	uint32_t nr = __atomic_load_n(&tables->control->code_sites, __ATOMIC_RELAXED);

	if (nr < KLEAK_CODE_SITES / 2 || released - *looked < RELEASED_LEAST)
		return false;
	*looked = released;
	if (count(tables) >= KLEAK_CODE_SITES / 4)
		return false;
	make(tables);
	return true;
}
