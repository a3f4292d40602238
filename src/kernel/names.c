// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/names.h"
#include "util/array.h"
#include "util/fnv.h"
#include "util/idmap.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Where the functions of a module are.  One that comes again to the same place has the same. */
struct names_table {
	uint64_t hash;
	uint32_t users;
	size_t room, nr;		   /* less than there is room for: memory was short */
	struct names_function functions[]; /* by start */
};

/* Names, once each. */
struct texts {
	char **list;
	size_t nr, room, bytes;
	struct idmap at; /* by mixed hash */
};

struct names {
	struct kallsyms *first;
	struct names_module **modules; /* the oldest first */
	size_t nr, room, gone;
	bool changed;	     /* one that was there has gone: others may be where it was */
	size_t table_bytes;  /* of all tables */
	struct texts *texts; /* also kept as names are looked up */
	struct bpfcode code;
};

int names__open(struct names **out, struct kallsyms *kallsyms)
{
	struct names *names = calloc(1, sizeof(*names));
	struct texts *texts = calloc(1, sizeof(*texts));

	if (!names || !texts) {
		free(names);
		free(texts);
		return -ENOMEM;
	}
	names->texts = texts;
	names->first = kallsyms;
	*out = names;
	return 0;
}

const struct kallsyms *names__kallsyms(const struct names *names)
{
	return names->first;
}

/* ---- names ---- */

/* The copy that is kept of this name; NULL: no memory, or more bytes than that. */
static const char *keep_within(const struct names *names, const char *text, size_t most_bytes)
{
	struct texts *texts = names->texts;
	size_t length = strlen(text) + 1;
	uint64_t id = idmap__mix(fnv__add(FNV_START, text, length));
	uint32_t known = idmap__find(&texts->at, id);
	char *copy;

	if (known != IDMAP_NONE)
		return strcmp(texts->list[known], text) ? NULL : texts->list[known];
	if (texts->bytes + length > most_bytes ||
	    array__reserve((void **)&texts->list, texts->nr + 1, &texts->room,
			   sizeof(*texts->list)))
		return NULL;
	copy = strdup(text);
	if (!copy || idmap__add(&texts->at, id, (uint32_t)texts->nr)) {
		free(copy);
		return NULL;
	}
	texts->bytes += length;
	texts->list[texts->nr++] = copy;
	return copy;
}

static const char *keep(const struct names *names, const char *text)
{
	return keep_within(names, text, NAMES_MOST_BYTES);
}

/* ---- tables ---- */

static size_t size_of(const struct names_table *table)
{
	return sizeof(*table) + table->room * sizeof(*table->functions);
}

/* By start; of one address the first in its module's table, as the kernel's own %pS has it. */
static int by_start(const void *a, const void *b, void *functions)
{
	uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
	const struct names_function *left = (struct names_function *)functions + i,
				    *right = (struct names_function *)functions + j;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return i < j ? -1 : i > j;
}

static uint64_t hash_of(const struct names_function *functions, size_t nr)
{
	uint64_t hash = FNV_START;

	for (size_t i = 0; i < nr; i++) {
		hash = fnv__add(hash, &functions[i].start, sizeof(uint64_t));
		hash = fnv__add(hash, &functions[i].end, sizeof(uint64_t));
		hash = fnv__add(hash, functions[i].name, strlen(functions[i].name) + 1);
	}
	return hash;
}

static struct names_table *find_table(const struct names *names, uint64_t hash, size_t nr)
{
	for (size_t i = names->nr; i-- > 0;) {
		struct names_table *table = names->modules[i]->table;

		if (table && table->hash == hash && table->room == nr)
			return table;
	}
	return NULL;
}

/* Copy them in order, each address once.  What cannot be kept has no name. */
static void fill_table(const struct names *names, struct names_table *table,
		       const struct names_function *functions, const uint32_t *order)
{
	for (size_t i = 0; i < table->room; i++) {
		struct names_function *function = &table->functions[table->nr];

		*function = functions[order[i]];
		if (table->nr && function[-1].start == function->start)
			continue;
		function->name = keep(names, function->name);
		table->nr += function->name != NULL;
	}
}

static struct names_table *make_table(struct names *names, const struct names_function *functions,
				      size_t nr, uint64_t hash)
{
	struct names_table *table = malloc(sizeof(*table) + nr * sizeof(*functions));
	uint32_t *order = malloc((nr + 1) * sizeof(*order));

	if (table && order) {
		for (size_t i = 0; i < nr; i++)
			order[i] = (uint32_t)i;
		qsort_r(order, nr, sizeof(*order), by_start, (void *)functions);
		*table = (struct names_table){.hash = hash, .room = nr};
		fill_table(names, table, functions, order);
		names->table_bytes += size_of(table);
	} else {
		free(table);
		table = NULL;
	}
	free(order);
	return table;
}

/* The table with these functions, one user more.  NULL: no memory. */
static struct names_table *take_table(struct names *names, const struct names_function *functions,
				      size_t nr)
{
	uint64_t hash = hash_of(functions, nr);
	struct names_table *table = find_table(names, hash, nr);

	if (!table)
		table = make_table(names, functions, nr, hash);
	if (table)
		table->users++;
	return table;
}

static void put_table(struct names *names, struct names_table *table)
{
	if (!table || --table->users)
		return;
	names->table_bytes -= size_of(table);
	free(table);
}

static const struct names_function *find_in(const struct names_table *table, uint64_t address)
{
	size_t low = 0, high = table->nr;

	if (!high || address < table->functions[0].start)
		return NULL;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->functions[middle].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low && address < table->functions[low - 1].end ? &table->functions[low - 1] : NULL;
}

/* ---- modules ---- */

static void free_module(struct names *names, size_t i)
{
	struct names_module *module = names->modules[i];

	put_table(names, module->table);
	free(module);
	names->nr--;
	memmove(names->modules + i, names->modules + i + 1,
		(names->nr - i) * sizeof(struct names_module *));
}

/* One that had a table of its own: the first table is there for ever, and so is who is in it. */
static bool is_over(const struct names_module *module)
{
	return module->table && module->until != NAMES_STILL;
}

/* Forget the oldest ones. */
static void forget(struct names *names)
{
	for (size_t i = 0; i < names->nr && (names->gone > NAMES_MOST_GONE ||
					     names->table_bytes > NAMES_MOST_BYTES);) {
		if (!is_over(names->modules[i])) {
			i++;
			continue;
		}
		free_module(names, i);
		names->gone--;
	}
}

int names__add(struct names *names, const struct names_module *module,
	       const struct names_function *functions, size_t nr)
{
	struct names_module *added;

	forget(names);
	if (array__reserve((void **)&names->modules, names->nr + 1, &names->room,
			   sizeof(struct names_module *)))
		return -ENOMEM;
	added = malloc(sizeof(*added));
	if (!added)
		return -ENOMEM;
	*added = *module;
	added->until = NAMES_STILL;
	added->name = keep(names, module->name);
	added->table = functions ? take_table(names, functions, nr) : NULL;
	if (!added->name || (functions && !added->table)) {
		put_table(names, added->table);
		free(added);
		return -ENOMEM;
	}
	names->modules[names->nr++] = added;
	return 0;
}

void names__remove(struct names *names, const char *name, uint32_t when)
{
	for (size_t i = 0; i < names->nr; i++) {
		struct names_module *module = names->modules[i];

		if (module->until != NAMES_STILL || strcmp(module->name, name) != 0)
			continue;
		module->until = when;
		names->changed = true;
		names->gone += is_over(module);
	}
}

void names__begin(struct names *names)
{
	for (size_t i = 0; i < names->nr;) {
		struct names_module *module = names->modules[i];

		if (is_over(module)) {
			free_module(names, i);
			continue;
		}
		module->from = 0;
		if (module->until != NAMES_STILL)
			module->until = 0;
		i++;
	}
	names->gone = 0;
	bpfcode__free(&names->code);
}

/* ---- BPF programs ---- */

int names__list_code(struct names *names, const struct kleak_code *list, size_t nr, uint32_t before,
		     uint32_t after)
{
	return bpfcode__list(&names->code, list, nr, before, after);
}

int names__code_goes(struct names *names, const struct kleak_code *gone)
{
	const char *name = keep_within(names, gone->name, NAMES_CODE_BYTES);

	int err = name ? bpfcode__add_gone(&names->code, gone, name) : -ENOMEM;

	if (err)
		bpfcode__lose(&names->code, gone->change);
	return err;
}

void names__lose_code(struct names *names, uint32_t change)
{
	bpfcode__lose(&names->code, change);
}

static int find_code(const struct names *names, uint64_t address, struct names_time when,
		     struct kallsyms_symbol *symbol)
{
	struct bpfcode_function function;
	const char *name;

	if (!bpfcode__find(&names->code, address, when.code, when.ns, &function))
		return -ENOENT;
	name = keep_within(names, function.name, NAMES_CODE_BYTES);
	if (!name)
		return -ENOENT;
	*symbol = (struct kallsyms_symbol){name, NAMES_CODE, function.start, function.end};
	return 0;
}

static bool is_of_code(const struct kallsyms_symbol *symbol)
{
	return symbol->module && !strcmp(symbol->module, NAMES_CODE);
}

bool names__is_code(const struct names *names, uint64_t address)
{
	struct kallsyms_symbol symbol;

	return bpfcode__has(&names->code, address) ||
	       (!kallsyms__find(names->first, address, &symbol) && is_of_code(&symbol));
}

/* ---- addresses ---- */

static bool was_there(const struct names_module *module, uint32_t when)
{
	return when == NAMES_UNDATED || (module->from <= when && when < module->until);
}

static void answer(struct kallsyms_symbol *symbol, const struct names_module *module,
		   const struct names_function *function)
{
	*symbol = (struct kallsyms_symbol){.name = function->name,
					   .module = module->name,
					   .start = function->start,
					   .end = function->end};
}

/* Code that is a part of this module by the first table; NULL: it is no module's ("bpf"). */
static const struct names_module *first_module(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!names->modules[i]->table && !strcmp(names->modules[i]->name, name))
			return names->modules[i];
	return NULL;
}

/* In the first table; what it says of BPF programs may be of others by now. */
static int find_first(const struct names *names, uint64_t address, uint32_t when,
		      struct kallsyms_symbol *symbol, const struct names_module **module)
{
	int err = kallsyms__find(names->first, address, symbol);

	*module = NULL;
	if (err || !symbol->module)
		return err;
	if (is_of_code(symbol))
		return -ENOENT;
	*module = first_module(names, symbol->module);
	if (!*module || was_there(*module, when))
		return 0;
	*module = NULL;
	return -ENOENT;
}

static bool is_other(const struct kallsyms_symbol *a, const struct kallsyms_symbol *b)
{
	return a->start != b->start || strcmp(a->name, b->name) != 0 || !a->module || !b->module ||
	       strcmp(a->module, b->module) != 0;
}

#define NOWHERE SIZE_MAX

/*
 * Among the first `nr` modules that came while kleak runs the newest that had the address then:
 * what an older one needed as it came only was given back soon.  Its index, or NOWHERE.
 */
static size_t find_newest(const struct names *names, size_t nr, uint64_t address, uint32_t when,
			  struct kallsyms_symbol *symbol)
{
	while (nr-- > 0) {
		const struct names_module *module = names->modules[nr];
		const struct names_function *function = NULL;

		if (module->table && was_there(module, when))
			function = find_in(module->table, address);
		if (!function)
			continue;
		answer(symbol, module, function);
		return nr;
	}
	return NOWHERE;
}

/* Had another one the address, older than the one at this index? */
static bool is_ambiguous(const struct names *names, size_t at, uint64_t address,
			 const struct kallsyms_symbol *symbol)
{
	struct kallsyms_symbol other = {};
	const struct names_module *module;

	while ((at = find_newest(names, at, address, NAMES_UNDATED, &other)) != NOWHERE)
		if (is_other(symbol, &other))
			return true;
	if (names__is_code(names, address))
		return true;
	return !find_first(names, address, NAMES_UNDATED, &other, &module) &&
	       is_other(symbol, &other);
}

int names__find(const struct names *names, uint64_t address, struct names_time when,
		struct kallsyms_symbol *symbol, const struct names_module **module)
{
	struct kallsyms_symbol found = {};
	size_t at = find_newest(names, names->nr, address, when.modules, &found);

	*module = NULL;
	if (at == NOWHERE && !find_code(names, address, when, symbol))
		return 0;
	if (at == NOWHERE)
		return find_first(names, address, when.modules, symbol, module);
	if (when.modules == NAMES_UNDATED && is_ambiguous(names, at, address, &found))
		return -ENOENT;
	*module = names->modules[at];
	if (!*found.name)
		return -ENOENT;
	*symbol = found;
	return 0;
}

uint32_t names__tenant(const struct names *names, uint64_t address, struct names_time when)
{
	const struct names_module *before = NULL;
	struct kallsyms_symbol symbol;
	uint32_t nr = 0;

	if (!find_code(names, address, when, &symbol))
		return fnv__add(FNV_START, symbol.name, strlen(symbol.name));

	if (!names->changed)
		return 0;
	if (!kallsyms__find(names->first, address, &symbol)) {
		if (!symbol.module)
			return 0;
		before = first_module(names, symbol.module);
	}
	for (size_t i = 0; i < names->nr; i++) {
		const struct names_module *module = names->modules[i];

		if (module->from > when.modules || !module->table ||
		    !find_in(module->table, address))
			continue;
		nr += before && (before->table != module->table || before->name != module->name);
		before = module;
	}
	return nr;
}

size_t names__modules(const struct names *names, struct names_module *const **modules)
{
	*modules = names->modules;
	return names->nr;
}

void names__close(struct names *names)
{
	if (!names)
		return;
	while (names->nr)
		free_module(names, names->nr - 1);
	for (size_t i = 0; i < names->texts->nr; i++)
		free(names->texts->list[i]);
	idmap__free(&names->texts->at);
	free(names->texts->list);
	free(names->texts);
	bpfcode__free(&names->code);
	kallsyms__free(names->first);
	free(names->modules);
	free(names);
}
