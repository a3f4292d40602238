// SPDX-License-Identifier: GPL-2.0-only
#include "judge/suspects.h"
#include "kleak.h"
#include "proc/classes.h"
#include "trace/caches.h"
#include "trace/origins.h"
#include "util/array.h"
#include "util/commas.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Classes that tracing can say something about, and by which origins. */
static const struct {
	enum memory_class class;
	uint32_t origins; /* 0: reclaimable */
	int64_t least;
} watched[] = {
	{CLASS_SLAB_UNRECLAIMABLE, ORIGIN_SLAB, SUSPECTS_LEAST_BYTES},
	{CLASS_SLAB_RECLAIMABLE, 0, SUSPECTS_LEAST_BYTES},
	{CLASS_VMALLOC, ORIGIN_VMALLOC, SUSPECTS_LEAST_BYTES},
	{CLASS_PERCPU, ORIGIN_PERCPU, SUSPECTS_LEAST_BYTES},
	{CLASS_KERNEL_STACK, ORIGIN_VMALLOC | ORIGIN_SLAB, SUSPECTS_LEAST_BYTES},
	{CLASS_UNACCOUNTED, ORIGIN_PAGES, SUSPECTS_LEAST_RAW},
};

#define WATCHED (sizeof(watched) / sizeof(watched[0]))

bool suspects__grows(const struct statement_amount *amount)
{
	return amount->growth.known && amount->growth.low > 0;
}

bool suspects__is_sure(const struct statement_amount *amount)
{
	return amount->growth.low >= SUSPECTS_SURE * amount->growth.per_s;
}

static int add(struct suspects *suspects, struct suspect growth)
{
	if (array__reserve((void **)&suspects->list, suspects->nr + 1, &suspects->room,
			   sizeof(*suspects->list)))
		return -ENOMEM;
	growth.sure = suspects__is_sure(&growth.amount);
	suspects->list[suspects->nr++] = growth;
	return 0;
}

static int add_classes(struct suspects *suspects, const struct statement *statement)
{
	for (size_t i = 0; i < WATCHED; i++) {
		const struct statement_class *c = &statement->classes[watched[i].class];
		int err;

		if (!c->known || !suspects__grows(&c->amount) ||
		    c->amount.delta_bytes < watched[i].least)
			continue;
		err = add(suspects,
			  (struct suspect){
				  .name = c->name,
				  .title = c->title,
				  .reclaimable = watched[i].origins ? STATEMENT_NO : STATEMENT_YES,
				  .amount = c->amount,
			  });
		if (err)
			return err;
	}
	return 0;
}

static int add_caches(struct suspects *suspects, const struct statement *statement)
{
	for (size_t i = 0; i < statement->nr_caches; i++) {
		const struct statement_cache *c = &statement->caches[i];
		int err;

		if (!suspects__grows(&c->amount) || c->delta_objects < SUSPECTS_LEAST_OBJECTS ||
		    cache__is_lazy(c->name))
			continue;
		err = add(suspects,
			  (struct suspect){
				  .name = c->name,
				  .title = c->name,
				  .cache = true,
				  .class_size = cache__class_size(c->name, c->object_size),
				  .reclaimable = c->reclaimable,
				  .amount = c->amount,
			  });
		if (err)
			return err;
	}
	return 0;
}

static int by_growth(const void *a, const void *b)
{
	const struct suspect *left = a, *right = b;

	if (left->cache != right->cache)
		return left->cache ? 1 : -1;
	if (left->amount.growth.per_s != right->amount.growth.per_s)
		return left->amount.growth.per_s > right->amount.growth.per_s ? -1 : 1;
	return strcmp(left->name, right->name);
}

int suspects__find(struct suspects *suspects, const struct statement *statement)
{
	int err;

	suspects->nr = 0;
	err = add_classes(suspects, statement);
	if (!err)
		err = add_caches(suspects, statement);
	if (suspects->nr)
		qsort(suspects->list, suspects->nr, sizeof(*suspects->list), by_growth);
	return err;
}

/* What traces the class called `name`. */
static uint32_t origins_of(const char *name)
{
	for (size_t i = 0; i < WATCHED; i++)
		if (!strcmp(class__name(watched[i].class), name))
			return watched[i].origins;
	return 0;
}

/* As --cache takes it: kmalloc's events do not tell its kinds apart. */
static void name_of(char *name, size_t len, const struct suspect *growth)
{
	if (growth->class_size >= 1024)
		snprintf(name, len, "kmalloc-%uk", growth->class_size / 1024);
	else if (growth->class_size)
		snprintf(name, len, "kmalloc-%u", growth->class_size);
	else
		snprintf(name, len, "%s", growth->name);
}

static bool is_in(const char *list, const struct suspect *growth)
{
	char name[KLEAK_CACHE_NAME];

	name_of(name, sizeof(name), growth);
	return commas__has(list, name);
}

/* "a,b": the caches that grow and cannot be reclaimed.  False if there are none, or too many. */
static bool list_caches(const struct suspects *suspects, char *list, size_t len)
{
	*list = '\0';
	for (size_t i = 0; i < suspects->nr; i++) {
		const struct suspect *growth = &suspects->list[i];
		char name[KLEAK_CACHE_NAME];

		if (!growth->cache || growth->reclaimable == STATEMENT_YES)
			continue;
		name_of(name, sizeof(name), growth);
		if (commas__add(list, len, KLEAK_MAX_WANTED, name))
			return false;
	}
	return *list;
}

/* Reason enough to go on: it grows for sure, and the kernel cannot take it back. */
static bool is_reason(const struct suspect *growth)
{
	return growth->sure && growth->reclaimable != STATEMENT_YES;
}

bool suspects__any_untraced(const struct suspect *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (is_reason(&list[i]) && !list[i].traced)
			return true;
	return false;
}

bool suspects__wants_pages(const struct suspects *suspects, const struct trace_options *options)
{
	const char *name = class__name(CLASS_UNACCOUNTED);

	if (options->origins_given || options->origins & ORIGIN_PAGES)
		return false;
	for (size_t i = 0; i < suspects->nr; i++)
		if (!suspects->list[i].cache && suspects->list[i].sure &&
		    !strcmp(suspects->list[i].name, name))
			return true;
	return false;
}

bool suspects__wants_caches(const struct suspects *suspects, const struct trace_options *options)
{
	if (options->cache)
		return false;
	for (size_t i = 0; i < suspects->nr; i++)
		if (suspects->list[i].cache && is_reason(&suspects->list[i]))
			return true;
	return false;
}

void suspects__mark_traced(struct suspects *suspects, const struct trace_options *options)
{
	for (size_t i = 0; i < suspects->nr; i++) {
		struct suspect *growth = &suspects->list[i];

		if (growth->reclaimable == STATEMENT_YES)
			growth->traced = false;
		else if (!growth->cache)
			growth->traced = options->origins & origins_of(growth->name);
		else
			growth->traced = options->origins & ORIGIN_SLAB &&
					 (!options->cache || is_in(options->cache, growth));
	}
}

bool suspects__narrow(const struct suspects *suspects, struct trace_options *options, char *caches,
		      size_t len)
{
	if (!list_caches(suspects, caches, len))
		return false;
	options->cache = caches;
	if (!options->origins_given)
		options->origins = ORIGIN_SLAB;
	return true;
}

void suspects__free(struct suspects *suspects)
{
	free(suspects->list);
	*suspects = (struct suspects){};
}
