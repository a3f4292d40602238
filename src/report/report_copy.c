// SPDX-License-Identifier: GPL-2.0-only
#include "report/report_copy.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_ROOM (64 * 1024)

/* Memory is taken in blocks, and given back all at once. */
struct report_copy_block {
	struct report_copy_block *next;
	size_t used, room;
	alignas(max_align_t) char bytes[];
};

/* Room for `size` bytes; NULL: there is no memory. */
static void *take(struct report_copy *copy, size_t size)
{
	struct report_copy_block *block = copy->blocks;
	size_t room;
	void *taken;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	room = size > BLOCK_ROOM ? size : BLOCK_ROOM;
	if (!block || block->room - block->used < size) {
		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		*block = (struct report_copy_block){.next = copy->blocks, .room = room};
		copy->blocks = block;
	}
	taken = block->bytes + block->used;
	block->used += size;
	return taken;
}

/* An array, copied.  Nothing of nothing. */
static int copy_array(struct report_copy *copy, const void **array, size_t nr, size_t size)
{
	void *taken;

	if (!nr)
		return 0;
	taken = take(copy, nr * size);
	if (!taken)
		return -ENOMEM;
	memcpy(taken, *array, nr * size);
	*array = taken;
	return 0;
}

static int copy_text(struct report_copy *copy, const char **text)
{
	const void *array = *text;
	int err = *text ? copy_array(copy, &array, strlen(*text) + 1, 1) : 0;

	*text = array;
	return err;
}

#define COPY(copy, array, nr) copy_array(copy, (const void **)&(array), nr, sizeof(*(array)))

static int copy_stack(struct report_copy *copy, const struct symbols_frame **stack, size_t nr)
{
	int err = COPY(copy, *stack, nr);
	struct symbols_frame *frames = (struct symbols_frame *)*stack; /* ours now */

	for (size_t i = 0; i < nr && !err; i++) {
		err = copy_text(copy, &frames[i].symbol);
		if (!err)
			err = copy_text(copy, &frames[i].module);
		if (!err)
			err = copy_text(copy, &frames[i].file);
	}
	return err;
}

static int copy_who(struct report_copy *copy, struct report_site *site)
{
	int err = COPY(copy, site->who, site->nr_who);
	struct allocated_by_who *who = (struct allocated_by_who *)site->who;

	for (size_t i = 0; i < site->nr_who && !err; i++)
		err = copy_text(copy, &who[i].context);
	return err;
}

static int copy_charged(struct report_copy *copy, struct report_charged *charged)
{
	int err = 0;

	for (size_t i = 0; i < charged->nr_groups && !err; i++)
		err = copy_text(copy, &charged->groups[i].cgroup);
	return err;
}

static int copy_freers(struct report_copy *copy, struct report_site *site)
{
	int err = COPY(copy, site->freed_by, site->nr_freed_by);
	struct report_freer *freers = (struct report_freer *)site->freed_by;

	for (size_t i = 0; i < site->nr_freed_by && !err; i++)
		err = copy_stack(copy, &freers[i].stack, freers[i].nr_frames);
	return err;
}

static int copy_holders(struct report_copy *copy, struct report_site *site)
{
	int err = 0;

	for (size_t i = 0; i < site->nr_holders && !err; i++) {
		err = copy_text(copy, &site->holders[i].kind);
		if (!err)
			err = copy_text(copy, &site->holders[i].name);
	}
	return err;
}

static int copy_site(struct report_copy *copy, struct report_site *site)
{
	int err = copy_stack(copy, &site->stack, site->nr_frames);

	if (!err && site->course)
		err = COPY(copy, site->course, copy->report.nr_course);

	if (!err)
		err = copy_text(copy, &site->origin);
	if (!err)
		err = copy_text(copy, &site->cache);
	if (!err)
		err = copy_text(copy, &site->verdict.is.why);
	if (!err)
		err = copy_who(copy, site);
	if (!err)
		err = copy_charged(copy, &site->charged);
	if (!err)
		err = copy_freers(copy, site);
	if (!err)
		err = COPY(copy, site->unreferenced_list, site->nr_listed);
	return err ? err : copy_holders(copy, site);
}

static int copy_sites(struct report_copy *copy, struct report *r)
{
	int err = COPY(copy, r->sites, r->nr_sites);
	struct report_site *sites = (struct report_site *)r->sites;

	for (size_t i = 0; i < r->nr_sites && !err; i++)
		err = copy_site(copy, &sites[i]);
	return err;
}

static int copy_caches(struct report_copy *copy, struct report *r)
{
	int err = COPY(copy, r->caches, r->nr_caches);
	struct report_cache *caches = (struct report_cache *)r->caches;

	for (size_t i = 0; i < r->nr_caches && !err; i++) {
		err = copy_text(copy, &caches[i].name);
		if (!err)
			err = copy_text(copy, &caches[i].aliases);
	}
	return err;
}

static int copy_filter(struct report_copy *copy, struct report_filter *f)
{
	int err = copy_text(copy, &f->origins);

	if (!err)
		err = copy_text(copy, &f->cgroup);
	if (!err)
		err = copy_text(copy, &f->charged_to);
	if (!err)
		err = copy_text(copy, &f->command);
	if (!err)
		err = copy_text(copy, &f->cache);
	return err;
}

static int copy_losses(struct report_copy *copy, struct report *r)
{
	int err = COPY(copy, r->losses, r->nr_losses);
	struct report_loss *losses = (struct report_loss *)r->losses;

	for (size_t i = 0; i < r->nr_losses && !err; i++) {
		err = copy_text(copy, &losses[i].cause);
		if (!err)
			err = copy_text(copy, &losses[i].text);
	}
	return err;
}

static int copy_blind_spots(struct report_copy *copy, struct report *r)
{
	int err = COPY(copy, r->blind_spots, r->nr_blind_spots);
	const char **spots = (const char **)r->blind_spots;

	for (size_t i = 0; i < r->nr_blind_spots && !err; i++)
		err = copy_text(copy, &spots[i]);
	return err;
}

static int copy_ledger(struct report_copy *copy, struct report *r)
{
	int err = COPY(copy, r->ledger, r->nr_ledger);
	struct coverage_class *classes = (struct coverage_class *)r->ledger;

	for (size_t i = 0; i < r->nr_ledger && !err; i++)
		err = copy_text(copy, &classes[i].name);
	return err;
}

static int copy_charges(struct report_copy *copy, struct cgroup_coverage *charges)
{
	int err = 0;

	for (int i = 0; i < COVERAGE_CLASSES && charges->known && !err; i++)
		err = copy_text(copy, &charges->classes[i].name);
	return err;
}

int report_copy__make(struct report_copy *copy, const struct report *report)
{
	struct report_copy made = {.report = *report};
	struct report *r = &made.report;
	int err = copy_sites(&made, r);

	r->nr_uncut = 0; /* those that were cut off are not copied */

	if (!err)
		err = copy_caches(&made, r);
	if (!err)
		err = copy_filter(&made, &r->filter);
	if (!err)
		err = copy_losses(&made, r);
	if (!err)
		err = copy_blind_spots(&made, r);
	if (!err)
		err = copy_ledger(&made, r);
	if (!err)
		err = copy_charges(&made, &r->charges);
	if (!err)
		err = COPY(&made, r->course_at, r->nr_course);
	if (!err)
		err = copy_text(&made, &r->kernel);
	if (!err)
		err = copy_text(&made, &r->note);
	if (err)
		report_copy__free(&made);
	else
		*copy = made;
	return err;
}

void report_copy__free(struct report_copy *copy)
{
	while (copy->blocks) {
		struct report_copy_block *next = copy->blocks->next;

		free(copy->blocks);
		copy->blocks = next;
	}
	*copy = (struct report_copy){};
}
