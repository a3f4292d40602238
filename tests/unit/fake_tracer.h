/* SPDX-License-Identifier: GPL-2.0-only */
/* A tracer without a kernel: its tables are what the test writes, and it notes what it was told to
 * do. */
#ifndef KLEAK_UNIT_FAKE_TRACER_H
#define KLEAK_UNIT_FAKE_TRACER_H

#include "unit.h"

#include "trace/tracer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#ifndef BUCKETS
#define BUCKETS 4
#define SITES	8
#endif

struct tracer {
	struct kleak_bucket buckets[BUCKETS];
	struct kleak_site sites[SITES];
	struct kleak_cache caches[KLEAK_MAX_CACHES];
	struct kleak_tally tallies[SITES];
	struct kleak_counts counts;
	struct tracer_view view;
	struct recycle recycled;
	struct misses missed;
	struct kleak_who who; /* times 0: nobody */
	struct kleak_who_times who_times;
	struct kleak_freer freer; /* times 0: nobody */
	uint64_t now;
	uint32_t sampling, sampling_most;
	uint64_t run_ns; /* that the programs take between two looks */
	int count_time;	 /* 0, or why not */

	/* what it was told to do */
	unsigned int coarsened, refined, recycles, looks, asked_missed;
	bool muted[SITES];
	uint32_t noted[SITES]; /* frees to be noted */
	size_t sized;	       /* slots, in all */
	uint64_t page_base;
	int fails; /* what tracer__now() returns */

	/* NULL: there is nothing to be told, or given back */
	int (*recycle)(struct tracer *tracer, const struct recycle_look *look);
	void (*listen)(struct tracer *tracer, const struct tracer_listener *listener);
	struct kleak_code *code; /* BPF programs that are there */
	size_t nr_code;
	struct tracer_modules modules;
	struct tracer_code code_changes;
};

static void fake_tracer_init(struct tracer *t)
{
	memset(t, 0, sizeof(*t));
	t->sampling = 1;
	t->view = (struct tracer_view){.buckets = t->buckets,
				       .sites = t->sites,
				       .tallies = t->tallies,
				       .caches = t->caches,
				       .counts = &t->counts,
				       .nr_buckets = BUCKETS,
				       .nr_sites = SITES,
				       .nr_lanes = 1};
}

const struct tracer_view *tracer__view(const struct tracer *tracer)
{
	return &tracer->view;
}

int tracer__missed(const struct tracer *tracer, struct misses *missed)
{
	((struct tracer *)tracer)->asked_missed++;
	*missed = tracer->missed;
	return 0;
}

int tracer__now(struct tracer *tracer, uint64_t *ticks)
{
	*ticks = tracer->now;
	return tracer->fails;
}

void tracer__set_page_base(struct tracer *tracer, uint64_t page_base)
{
	tracer->page_base = page_base;
}

int tracer__size_areas(struct tracer *tracer, const uint32_t *slots, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		struct kleak_bucket *bucket = &tracer->buckets[slots[i] / KLEAK_BUCKET_KEYS];

		bucket->record[slots[i] % KLEAK_BUCKET_KEYS].bytes &= ~KLEAK_BYTES_UNSIZED;
	}
	tracer->sized += nr;
	return 0;
}

int tracer__learn_self(struct tracer *tracer, uint64_t *task)
{
	(void)tracer;
	(void)task;
	return -EPERM;
}

int tracer__learn_cpus(struct tracer *tracer, uint64_t *offsets)
{
	(void)tracer;
	(void)offsets;
	return -EPERM;
}

int tracer__read(void *tracer, uint64_t address, void *to, size_t len)
{
	(void)tracer;
	(void)address;
	(void)to;
	(void)len;
	return -EFAULT;
}

void *tracer__peek(void *tracer, uint64_t address, size_t len)
{
	(void)tracer;
	(void)address;
	(void)len;
	return NULL;
}

uint64_t tracer__buffer(const struct tracer *tracer)
{
	(void)tracer;
	return 0;
}

int tracer__evict(struct tracer *tracer, const struct kleak_eviction *list, size_t nr)
{
	(void)tracer;
	(void)list;
	(void)nr;
	return 0;
}

uint32_t tracer__sampling(const struct tracer *tracer)
{
	return tracer->sampling;
}

uint32_t tracer__sampling_most(const struct tracer *tracer)
{
	return tracer->sampling_most > tracer->sampling ? tracer->sampling_most : tracer->sampling;
}

int tracer__count_time(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

int tracer__run(const struct tracer *tracer, struct hooked_run *run)
{
	unsigned int look = ((struct tracer *)tracer)->looks++;

	*run = (struct hooked_run){.ns = look * tracer->run_ns, .events = look * 10};
	return tracer->count_time;
}

int tracer__coarsen(struct tracer *tracer, uint32_t weight)
{
	tracer->sampling = weight;
	tracer->coarsened++;
	return 0;
}

int tracer__refine(struct tracer *tracer)
{
	tracer->sampling_most = tracer__sampling_most(tracer);
	tracer->sampling /= 2;
	tracer->refined++;
	return 0;
}

int tracer__recycle(struct tracer *tracer, const struct recycle_look *look)
{
	tracer->recycles++;
	return tracer->recycle ? tracer->recycle(tracer, look) : 0;
}

const struct recycle *tracer__recycled(const struct tracer *tracer)
{
	return &tracer->recycled;
}

void tracer__mute(struct tracer *tracer, uint32_t entry)
{
	tracer->muted[entry] = true;
	tracer->sites[entry].muted = 1;
}

int tracer__who(const struct tracer *tracer,
		void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *),
		void *arg)
{
	if (tracer->who_times.times)
		each(&tracer->who, &tracer->who_times, arg);
	return 0;
}

void tracer__note_frees(struct tracer *tracer, uint32_t entry, uint32_t nr)
{
	tracer->noted[entry] = nr;
}

int tracer__freers(const struct tracer *tracer,
		   void (*each)(const struct kleak_freer *freer, void *arg), void *arg)
{
	if (tracer->freer.times)
		each(&tracer->freer, arg);
	return 0;
}

struct tracer_modules tracer__module_changes(const struct tracer *tracer)
{
	return tracer->modules;
}

struct tracer_code tracer__code_changes(const struct tracer *tracer)
{
	return tracer->code_changes;
}

int tracer__list_code(struct tracer *tracer, const struct kleak_code **functions, size_t *nr)
{
	*functions = tracer->code;
	*nr = tracer->nr_code;
	return tracer->code ? 0 : -ENOTSUP;
}

void tracer__listen(struct tracer *tracer, const struct tracer_listener *listener)
{
	if (tracer->listen)
		tracer->listen(tracer, listener);
}

uint32_t tracer__self(const struct tracer *tracer)
{
	(void)tracer;
	return 1;
}

#endif
