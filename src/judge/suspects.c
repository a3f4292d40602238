// SPDX-License-Identifier: GPL-2.0-only
#include "judge/suspects.h"
#include "kleak.h"
#include "proc/classes.h"
#include "trace/caches.h"
#include "trace/origins.h"
#include "util/array.h"

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

static bool grows(const struct statement_amount *amount)
{
	return amount->growth.known && amount->growth.low > 0;
}

static int add(struct suspects *suspects, struct suspect growth)
{
	if (array__reserve((void **)&suspects->list, suspects->nr + 1, &suspects->room,
			   sizeof(*suspects->list)))
		return -ENOMEM;
	growth.sure = growth.amount.growth.low >= SUSPECTS_SURE * growth.amount.growth.per_s;
	suspects->list[suspects->nr++] = growth;
	return 0;
}

static int add_classes(struct suspects *suspects, const struct statement *statement)
{
	for (size_t i = 0; i < WATCHED; i++) {
		const struct statement_class *c = &statement->classes[watched[i].class];
		int err;

		if (!c->known || !grows(&c->amount) || c->amount.delta_bytes < watched[i].least)
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

		if (!grows(&c->amount) || c->delta_objects < SUSPECTS_LEAST_OBJECTS)
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

bool suspects__any_traceable(const struct suspects *suspects)
{
	for (size_t i = 0; i < suspects->nr; i++)
		if (suspects->list[i].sure && suspects->list[i].reclaimable != STATEMENT_YES)
			return true;
	return false;
}

/* What traces the class called `name`. */
static uint32_t origins_of(const char *name)
{
	for (size_t i = 0; i < WATCHED; i++)
		if (!strcmp(class__name(watched[i].class), name))
			return watched[i].origins;
	return 0;
}

static bool is_listed(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
		if ((at == list || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	return false;
}

/* "a,b": the caches that grow and cannot be reclaimed.  False if they are too many. */
static bool list_caches(const struct suspects *suspects, char *list, size_t len)
{
	size_t nr = 0;

	*list = '\0';
	for (size_t i = 0; i < suspects->nr; i++) {
		const struct suspect *growth = &suspects->list[i];
		char name[KLEAK_CACHE_NAME];
		size_t used = strlen(list);

		if (!growth->cache || growth->reclaimable == STATEMENT_YES)
			continue;
		if (growth->class_size >= 1024)
			snprintf(name, sizeof(name), "kmalloc-%uk", growth->class_size / 1024);
		else if (growth->class_size)
			snprintf(name, sizeof(name), "kmalloc-%u", growth->class_size);
		else
			snprintf(name, sizeof(name), "%s", growth->name);
		if (is_listed(list, name))
			continue;
		if (++nr > KLEAK_MAX_WANTED || used + strlen(name) + 2 > len)
			return false;
		snprintf(list + used, len - used, "%s%s", used ? "," : "", name);
	}
	return nr > 0;
}

/* Every area of vmalloc has a vmap_area: where those grow, what they stand for does. */
static uint32_t more_origins_of(const char *cache)
{
	return strcmp(cache, "vmap_area") ? 0 : ORIGIN_VMALLOC;
}

void suspects__narrow(struct suspects *suspects, struct trace_options *options, char *caches,
		      size_t len)
{
	uint32_t origins = 0;

	for (size_t i = 0; i < suspects->nr; i++) {
		const struct suspect *growth = &suspects->list[i];

		if (growth->cache && growth->reclaimable != STATEMENT_YES)
			origins |= ORIGIN_SLAB | more_origins_of(growth->name);
		else if (!growth->cache)
			origins |= origins_of(growth->name);
	}
	if (!options->origins_given && origins)
		options->origins = origins;
	if (options->cache || !(options->origins & ORIGIN_SLAB))
		caches[0] = '\0';
	else if (list_caches(suspects, caches, len))
		options->cache = caches;
	for (size_t i = 0; i < suspects->nr; i++) {
		struct suspect *growth = &suspects->list[i];

		growth->traced = growth->reclaimable != STATEMENT_YES &&
				 (growth->cache ? options->origins & ORIGIN_SLAB
						: options->origins & origins_of(growth->name));
	}
}

void suspects__free(struct suspects *suspects)
{
	free(suspects->list);
	*suspects = (struct suspects){};
}
