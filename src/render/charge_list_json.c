// SPDX-License-Identifier: GPL-2.0-only
/* The same as one line of JSON; tests/unit/charges.schema.json describes it. */
#include "memory/charge_list.h"
#include "render/charge_kind_text.h"
#include "util/json_value.h"

#include <errno.h>

struct of_group {
	const struct charge_list *list;
	const struct charge_list_row *row;
};

/* What grew, if there was a look before. */
static json_t *grown(const struct charge_list *list, int64_t n)
{
	return list->growth ? json_integer(n) : json_null();
}

static json_t *cache(const void *of, size_t i)
{
	const struct of_group *group = of;
	const struct charge_list_cache *its = &group->list->caches[group->row->first_row + i];

	return json_pack("{s:o, s:o, s:o, s:o}", "name", json_value__text(its->cache->name),
			 "objects", json_value__count(its->objects), "bytes",
			 json_value__count(its->objects * its->cache->size), "grew_objects",
			 grown(group->list, its->grew_objects));
}

static json_t *kinds(const struct charge_list *list, const struct charge_list_row *row)
{
	const struct charge_total *total = charge_sums__of(&list->walk->sums, row->memcg);
	json_t *object = json_object();

	for (int kind = 0; kind < CHARGE_KINDS && object; kind++) {
		json_t *its =
			json_pack("{s:o, s:o, s:o}", "count", json_value__count(total->count[kind]),
				  "bytes", json_value__count(total->bytes[kind]), "grew_bytes",
				  grown(list, charge_list__grew(list, row, kind)));

		if (json_object_set_new(object, charge_kind_text__key(kind), its)) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

static json_t *group(const void *of, size_t i)
{
	const struct charge_list *list = of;
	const struct charge_list_row *row = &list->rows[i];
	const struct of_group its = {list, row};
	const struct memcg *memcg =
		row->memcg < list->memcgs->nr ? &list->memcgs->list[row->memcg] : NULL;
	char path[MEMCGS_PATH];

	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "path",
		json_value__text(memcg ? memcgs__path(list->memcgs, row->memcg, path, sizeof(path))
				       : NULL),
		"id", memcg ? json_value__count(memcg->id) : json_null(), "dead",
		json_boolean(memcg && memcg->dead), "kernel_bytes",
		json_value__count(row->kernel_bytes), "grew_bytes", grown(list, row->grew_bytes),
		"grew_objects", grown(list, row->grew_objects), "new",
		list->growth ? json_boolean(row->is_new) : json_null(), "charged", kinds(list, row),
		"caches", json_value__array(row->nr_rows, cache, &its));
}

static json_t *removed(const struct charge_list *list)
{
	uint64_t bytes;
	uint32_t nr;

	if (!list->growth)
		return json_null();
	nr = charge_growth__removed(list->growth, list->memcgs, &bytes);
	return json_pack("{s:o, s:o}", "cgroups", json_value__count(nr), "kernel_bytes",
			 json_value__count(bytes));
}

static json_t *uncharged(const void *of, size_t i)
{
	const struct charge_sums *sums = of;
	const struct charge_cache *its = &sums->caches[i];
	uint64_t objects = charge_list__uncharged(its);

	return json_pack("{s:o, s:o, s:o}", "name", json_value__text(its->name), "objects",
			 json_value__count(objects), "bytes",
			 json_value__count(objects * its->size));
}

int charge_list__print_json(const struct charge_list *list, FILE *out)
{
	const struct charge_walk *walk = list->walk;

	return json_value__print(
		json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			  "version", JSON_VALUE_VERSION, "type", "charges", "time",
			  json_value__time(&list->time), "kernel", json_value__text(list->kernel),
			  "duration_s", json_value__number(list->seconds), "growth_s",
			  list->growth ? json_value__number(list->growth->seconds) : json_null(),
			  "removed", removed(list), "cgroups_alive",
			  json_value__count(list->memcgs->nr - list->memcgs->nr_dead),
			  "cgroups_dead", json_value__count(list->memcgs->nr_dead), "cgroups",
			  json_value__array(charge_list__nr_printed(list), group, list),
			  "not_charged",
			  json_value__array(walk->sums.nr_caches, uncharged, &walk->sums),
			  "percpu_known", json_boolean(walk->percpu_known), "slabs_unread",
			  json_value__count(walk->unread), "lists_cut",
			  json_value__count(list->memcgs->cut)),
		out);
}
