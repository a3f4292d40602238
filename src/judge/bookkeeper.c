// SPDX-License-Identifier: GPL-2.0-only
#include "judge/bookkeeper.h"
#include "util/array.h"
#include "util/fnv.h"
#include "util/idmap.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_LEN    320
#define ALIASES_LEN 256

/* One line of one book, over time. */
struct entry {
	char name[NAME_LEN];
	size_t detail; /* lines: where in `name` the function stands, then the module; 0: none */
	uint64_t id;
	uint64_t first_bytes, first_count;
	uint64_t bytes, count, size;
	struct growth_series series;
};

/* The lines of a book, by name. */
struct shelf {
	struct entry *list;
	size_t nr, room;
	struct idmap by_name;
};

enum { SHELF_CACHES, SHELF_CALLERS, SHELF_LINES, SHELVES };

struct bookkeeper {
	const struct slabnames *names;
	bool vmap_stack;
	struct growth_clock clock;
	size_t readings;
	struct classes first, now;
	struct growth_series classes[CLASSES];
	uint64_t total, available, available_first, free_cache[3];
	bool available_known;
	struct growth_series available_series;
	struct shelf shelves[SHELVES];

	/* the last statement's */
	struct statement_class class_list[CLASSES];
	struct entry **order;
	size_t room_order;
	struct statement_cache *caches;
	struct statement_caller *callers;
	struct statement_line *lines;
	size_t room_caches, room_callers, room_lines;
	char (*aliases)[ALIASES_LEN];
	size_t room_aliases;
};

int bookkeeper__open(struct bookkeeper **out, const struct slabnames *names, bool vmap_stack)
{
	struct bookkeeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return -ENOMEM;
	keeper->names = names;
	keeper->vmap_stack = vmap_stack;
	*out = keeper;
	return 0;
}

/* FNV-1a, mixed once more: idmap wants every bit to count. */
static uint64_t hash_of(const char *name)
{
	uint64_t hash = fnv__add(FNV_START, name, strlen(name));

	hash *= 0x9e3779b97f4a7c15ULL;
	return (hash ^ (hash >> 32)) | 1;
}

static struct entry *entry_of(struct shelf *shelf, const char *name)
{
	uint64_t id = hash_of(name);
	uint32_t index = idmap__find(&shelf->by_name, id);
	struct entry *entry;

	if (index != IDMAP_NONE)
		return &shelf->list[index];
	if (array__reserve((void **)&shelf->list, shelf->nr + 1, &shelf->room,
			   sizeof(*shelf->list)) ||
	    idmap__add(&shelf->by_name, id, shelf->nr))
		return NULL;
	entry = &shelf->list[shelf->nr++];
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->name, sizeof(entry->name), "%s", name);
	entry->id = id;
	return entry;
}

/* More lines of one name are one. */
static int put(struct bookkeeper *keeper, int shelf, const char *name, uint64_t bytes,
	       uint64_t count, uint64_t size)
{
	struct entry *entry = entry_of(&keeper->shelves[shelf], name);

	if (!entry)
		return -ENOMEM;
	entry->bytes += bytes;
	entry->count += count;
	entry->size = size;
	return 0;
}

static int put_books(struct bookkeeper *keeper, const struct books *books)
{
	uint64_t page = books->page_size;
	int err = 0;

	for (size_t i = 0; i < books->slabs.nr && !err; i++) {
		const struct slabinfo_cache *c = &books->slabs.caches[i];

		err = put(keeper, SHELF_CACHES, c->name, c->slabs * c->pages_per_slab * page,
			  c->active_objects, c->object_size);
	}
	for (size_t i = 0; i < books->areas.nr_callers && !err; i++) {
		const struct vmallocinfo_caller *c = &books->areas.callers[i];

		err = put(keeper, SHELF_CALLERS, c->name, c->pages * page, c->areas, 0);
	}
	for (size_t i = 0; i < books->lines.nr && !err; i++) {
		const struct allocinfo_line *l = &books->lines.lines[i];
		char name[NAME_LEN];

		snprintf(name, sizeof(name), "%s%c%s%c%s", l->place, '\n', l->function, '\n',
			 l->module);
		err = put(keeper, SHELF_LINES, name, l->bytes, l->calls, 0);
	}
	return err;
}

/* Came and went since the first reading, and makes no difference any more. */
static bool has_gone(const struct entry *entry)
{
	return !entry->first_bytes && !entry->first_count && !entry->bytes && !entry->count;
}

/* Forget those when they get many: in weeks mounts and modules bring names that never come again.
 */
static int forget_gone(struct shelf *shelf)
{
	size_t gone = 0, nr = 0;
	int err = 0;

	for (size_t i = 0; i < shelf->nr; i++)
		gone += has_gone(&shelf->list[i]);
	if (gone <= BOOKKEEPER_MOST_GONE)
		return 0;
	idmap__clear(&shelf->by_name);
	for (size_t i = 0; i < shelf->nr; i++) {
		if (has_gone(&shelf->list[i]))
			continue;
		shelf->list[nr] = shelf->list[i];
		err = err ?: idmap__add(&shelf->by_name, shelf->list[nr].id, (uint32_t)nr);
		nr++;
	}
	shelf->nr = nr;
	return err;
}

static void halve_all(struct bookkeeper *keeper)
{
	for (int i = 0; i < CLASSES; i++)
		growth__halve(&keeper->classes[i]);
	growth__halve(&keeper->available_series);
	for (int s = 0; s < SHELVES; s++)
		for (size_t i = 0; i < keeper->shelves[s].nr; i++)
			growth__halve(&keeper->shelves[s].list[i].series);
}

static void enter_classes(struct bookkeeper *keeper, const struct books *books, size_t point)
{
	classes__of(&keeper->now, &books->mem, books->zones_err ? NULL : &books->zones,
		    books->areas_err ? NULL : &books->areas, books->page_size, keeper->vmap_stack);
	keeper->total = books->mem.bytes[MEMINFO_MEM_TOTAL];
	keeper->available_known = books->mem.present[MEMINFO_MEM_AVAILABLE];
	keeper->available = books->mem.bytes[MEMINFO_MEM_AVAILABLE];
	classes__free_cache(keeper->free_cache, &books->mem);
	if (!keeper->readings) {
		keeper->first = keeper->now;
		keeper->available_first = keeper->available;
	}
	for (int i = 0; i < CLASSES; i++)
		keeper->classes[i].value[point] = (double)keeper->now.bytes[i];
	keeper->available_series.value[point] = (double)keeper->available;
}

int bookkeeper__enter(struct bookkeeper *keeper, const struct books *books, double now_s)
{
	bool halved;
	size_t point = growth__tick(&keeper->clock, now_s, &halved);
	int err;

	if (halved)
		halve_all(keeper);
	if (!books->mem_err)
		enter_classes(keeper, books, point);
	for (int s = 0; s < SHELVES; s++)
		for (size_t i = 0; i < keeper->shelves[s].nr; i++)
			keeper->shelves[s].list[i].bytes = keeper->shelves[s].list[i].count = 0;
	err = put_books(keeper, books);
	if (err)
		return err;
	for (int s = 0; s < SHELVES; s++) {
		for (size_t i = 0; i < keeper->shelves[s].nr; i++) {
			struct entry *entry = &keeper->shelves[s].list[i];

			/* Slabs grow by the slab: their objects in use tell more. */
			entry->series.value[point] = s == SHELF_CACHES
							     ? (double)(entry->count * entry->size)
							     : (double)entry->bytes;
			if (!keeper->readings) {
				entry->first_bytes = entry->bytes;
				entry->first_count = entry->count;
			}
		}
	}
	keeper->readings++;
	for (int s = 0; s < SHELVES && !err; s++)
		err = forget_gone(&keeper->shelves[s]);
	return err;
}

static struct growth_slope slope_of(const struct bookkeeper *keeper,
				    const struct growth_series *series)
{
	const struct growth_clock *clock = &keeper->clock;

	return growth__slope(clock->at, series->value, growth__warm_up(clock), clock->nr);
}

static struct statement_amount amount_of(const struct bookkeeper *keeper, const struct entry *entry)
{
	return (struct statement_amount){
		.bytes = (int64_t)entry->bytes,
		.delta_bytes = (int64_t)(entry->bytes - entry->first_bytes),
		.growth = slope_of(keeper, &entry->series),
	};
}

/* Those that grew most first; then the largest; then by name. */
static int by_growth(const void *a, const void *b)
{
	const struct entry *left = *(struct entry *const *)a, *right = *(struct entry *const *)b;
	int64_t grew_left = (int64_t)(left->bytes - left->first_bytes);
	int64_t grew_right = (int64_t)(right->bytes - right->first_bytes);

	if (grew_left != grew_right)
		return grew_left > grew_right ? -1 : 1;
	if (left->bytes != right->bytes)
		return left->bytes > right->bytes ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* The entries that hold or held something, in order: how many, or -ENOMEM. */
static long sort(struct bookkeeper *keeper, const struct shelf *shelf)
{
	long nr = 0;

	if (array__reserve((void **)&keeper->order, shelf->nr, &keeper->room_order,
			   sizeof(struct entry *)))
		return -ENOMEM;
	for (size_t i = 0; i < shelf->nr; i++)
		if (shelf->list[i].bytes || shelf->list[i].first_bytes)
			keeper->order[nr++] = &shelf->list[i];
	if (nr)
		qsort(keeper->order, nr, sizeof(struct entry *), by_growth);
	return nr;
}

static size_t cut(size_t nr, size_t top)
{
	return top && top < nr ? top : nr;
}

static enum statement_answer answer(int reclaimable)
{
	if (reclaimable < 0)
		return STATEMENT_UNKNOWN;
	return reclaimable ? STATEMENT_YES : STATEMENT_NO;
}

static int state_caches(struct bookkeeper *keeper, struct statement *statement, size_t top)
{
	long nr = sort(keeper, &keeper->shelves[SHELF_CACHES]);

	if (nr < 0)
		return (int)nr;
	statement->nr_caches_all = nr;
	statement->nr_caches = cut(nr, top);
	if (array__reserve((void **)&keeper->caches, statement->nr_caches, &keeper->room_caches,
			   sizeof(*keeper->caches)) ||
	    array__reserve((void **)&keeper->aliases, statement->nr_caches, &keeper->room_aliases,
			   sizeof(*keeper->aliases)))
		return -ENOMEM;
	for (size_t i = 0; i < statement->nr_caches; i++) {
		const struct entry *entry = keeper->order[i];
		char *aliases = keeper->aliases[i];
		int reclaimable = -1;

		aliases[0] = '\0';
		if (keeper->names) {
			slabnames__aliases(keeper->names, entry->name, aliases, ALIASES_LEN);
			reclaimable = slabnames__reclaimable(keeper->names, entry->name);
		}
		keeper->caches[i] = (struct statement_cache){
			.name = entry->name,
			.aliases = aliases,
			.reclaimable = answer(reclaimable),
			.active_objects = entry->count,
			.delta_objects = (int64_t)(entry->count - entry->first_count),
			.object_size = entry->size,
			.amount = amount_of(keeper, entry),
		};
	}
	statement->caches = keeper->caches;
	return 0;
}

static int state_callers(struct bookkeeper *keeper, struct statement *statement, size_t top)
{
	long nr = sort(keeper, &keeper->shelves[SHELF_CALLERS]);

	if (nr < 0)
		return (int)nr;
	statement->nr_callers_all = nr;
	statement->nr_callers = cut(nr, top);
	if (array__reserve((void **)&keeper->callers, statement->nr_callers, &keeper->room_callers,
			   sizeof(*keeper->callers)))
		return -ENOMEM;
	for (size_t i = 0; i < statement->nr_callers; i++) {
		const struct entry *entry = keeper->order[i];

		keeper->callers[i] = (struct statement_caller){
			.name = entry->name,
			.areas = entry->count,
			.delta_areas = (int64_t)(entry->count - entry->first_count),
			.amount = amount_of(keeper, entry),
		};
	}
	statement->callers = keeper->callers;
	return 0;
}

/* "place\nfunction\nmodule", taken apart in place once. */
static void split(struct entry *entry, struct statement_line *line)
{
	char *function = strchr(entry->name, '\n'), *module;

	if (function) {
		*function = '\0';
		module = strchr(function + 1, '\n');
		if (module)
			*module = '\0';
		entry->detail = (size_t)(function + 1 - entry->name);
	}
	line->place = entry->name;
	line->function = entry->detail ? entry->name + entry->detail : "";
	line->module = line->function + strlen(line->function) + (entry->detail ? 1 : 0);
	if (!*line->module)
		line->module = NULL;
}

static int state_lines(struct bookkeeper *keeper, struct statement *statement, size_t top)
{
	long nr = sort(keeper, &keeper->shelves[SHELF_LINES]);

	if (nr < 0)
		return (int)nr;
	statement->nr_lines_all = nr;
	statement->nr_lines = cut(nr, top);
	if (array__reserve((void **)&keeper->lines, statement->nr_lines, &keeper->room_lines,
			   sizeof(*keeper->lines)))
		return -ENOMEM;
	for (size_t i = 0; i < statement->nr_lines; i++) {
		struct entry *entry = keeper->order[i];

		keeper->lines[i] = (struct statement_line){
			.calls = entry->count,
			.delta_calls = (int64_t)(entry->count - entry->first_count),
			.amount = amount_of(keeper, entry),
		};
		split(entry, &keeper->lines[i]);
	}
	statement->lines = keeper->lines;
	return 0;
}

static void state_classes(struct bookkeeper *keeper, struct statement *statement)
{
	for (int i = 0; i < CLASSES; i++)
		keeper->class_list[i] = (struct statement_class){
			.name = class__name(i),
			.title = class__title(i),
			.known = keeper->now.known[i],
			.apart = class__is_apart(i),
			.remark = classes__remark(&keeper->now, i),
			.amount = {.bytes = keeper->now.bytes[i],
				   .delta_bytes = keeper->now.bytes[i] - keeper->first.bytes[i],
				   .growth = slope_of(keeper, &keeper->classes[i])},
		};
	statement->classes = keeper->class_list;
	statement->nr_classes = CLASSES;
}

static void state_available(const struct bookkeeper *keeper, struct statement *statement)
{
	struct statement_amount *amount = &statement->available;

	statement->available_known = keeper->available_known;
	*amount = (struct statement_amount){
		.bytes = (int64_t)keeper->available,
		.delta_bytes = (int64_t)(keeper->available - keeper->available_first),
		.growth = slope_of(keeper, &keeper->available_series),
	};
	statement->exhausted_s = NAN;
	if (!keeper->available_known || !amount->growth.known)
		return;
	statement->exhausted_s = INFINITY;
	if (amount->growth.high < 0)
		statement->exhausted_s = (double)keeper->available / -amount->growth.per_s;
}

int bookkeeper__state(struct bookkeeper *keeper, struct statement *statement, size_t top)
{
	int err = state_caches(keeper, statement, top);

	if (!err)
		err = state_callers(keeper, statement, top);
	if (!err)
		err = state_lines(keeper, statement, top);
	if (err)
		return err;
	state_classes(keeper, statement);
	state_available(keeper, statement);
	statement->total_bytes = keeper->total;
	memcpy(statement->free_cache, keeper->free_cache, sizeof(statement->free_cache));
	return 0;
}

void bookkeeper__close(struct bookkeeper *keeper)
{
	if (!keeper)
		return;
	for (int s = 0; s < SHELVES; s++) {
		free(keeper->shelves[s].list);
		idmap__free(&keeper->shelves[s].by_name);
	}
	free(keeper->order);
	free(keeper->caches);
	free(keeper->callers);
	free(keeper->lines);
	free(keeper->aliases);
	free(keeper);
}
