// SPDX-License-Identifier: GPL-2.0-only
/* The same as one line of JSON; tests/unit/zombies.schema.json describes it. */
#include "memory/zombies.h"
#include "render/charge_kind_text.h"
#include "util/json_value.h"

#include <errno.h>

static json_t *file(const void *of, size_t i)
{
	const struct zombie_file *its = &((const struct zombie *)of)->files[i];
	const struct file_name none = {}, *name = its->name ? its->name : &none;

	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "kind",
			 charge_kind_text__key(its->kind), "bytes", json_value__count(its->bytes),
			 "inode", name->inode ? json_value__count(name->inode) : json_null(), "fs",
			 json_value__text(*name->fs ? name->fs : NULL), "device",
			 json_value__text(*name->device ? name->device : NULL), "path",
			 json_value__text(*name->path ? name->path : NULL), "references",
			 json_value__count(its->pages), "removed", name->removed);
}

static json_t *count_if(bool known, uint64_t count)
{
	return known ? json_value__count(count) : json_null();
}

/* What holds references to it. */
static json_t *keepers(const struct zombie *zombie, const struct memcg *memcg)
{
	return json_pack(
		"{s:o, s:o, s:o, s:o, s:o, s:o}", "pages", json_value__count(zombie->pages),
		"swapped_pages", count_if(memcg->swap_known, memcg->swap_entries), "children",
		json_value__count(memcg->children), "sockets", json_value__count(zombie->sockets),
		"writebacks", json_value__count(zombie->writebacks), "unknown",
		count_if(zombie->unknown >= 0, (uint64_t)zombie->unknown));
}

static json_t *kinds(const struct charge_total *total)
{
	json_t *object = json_object();

	for (int kind = 0; kind < CHARGE_KINDS && object; kind++)
		if (json_object_set_new(object, charge_kind_text__key(kind),
					json_value__count(total->bytes[kind]))) {
			json_decref(object);
			return NULL;
		}
	return object;
}

static json_t *zombie(const void *of, size_t i)
{
	const struct zombies *z = of;
	const struct zombie *its = &z->list[i];
	const struct memcg *memcg = &z->memcgs->list[its->memcg];
	double age = zombies__age(z, memcg);
	char path[MEMCGS_PATH];

	return json_pack(
		"{s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "path",
		json_value__text(memcgs__path(z->memcgs, its->memcg, path, sizeof(path))), "id",
		json_value__count(memcg->id), "serial", json_value__count(memcg->serial), "removed",
		memcg->removed, "age_s", age < 0 ? json_null() : json_value__number(age),
		"references", count_if(memcg->refs >= 0, (uint64_t)memcg->refs), "held_by",
		keepers(its, memcg), "charged", kinds(charge_sums__of(&z->walk->sums, its->memcg)),
		"counter_bytes", json_value__count(memcg->usage_bytes), "files",
		json_value__array(its->nr_files, file, its), "files_all",
		json_value__count(its->all_files));
}

int zombies__print_json(const struct zombies *z, FILE *out)
{
	uint32_t printed = z->top && z->top < z->nr ? z->top : z->nr;

	return json_value__print(
		json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "version",
			  JSON_VALUE_VERSION, "type", "zombies", "time", json_value__time(&z->time),
			  "kernel", json_value__text(z->kernel), "duration_s",
			  json_value__number(z->seconds), "cgroups_alive",
			  json_value__count(z->memcgs->nr - z->memcgs->nr_dead), "cgroups_dead",
			  json_value__count(z->nr), "slab_bytes_each",
			  json_value__count(z->size.slab_bytes), "percpu_bytes_each",
			  json_value__count(z->size.percpu_bytes), "charged", kinds(&z->total),
			  "cgroups", json_value__array(printed, zombie, z), "lists_cut",
			  json_value__count(z->memcgs->cut)),
		out);
}
