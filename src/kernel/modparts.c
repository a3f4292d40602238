// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/modparts.h"

#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(Elf64_Sym) == KLEAK_MODULE_SYMBOL, "as the programs have it");

#define LONGEST_UNKNOWN 4096 /* of a function whose end nothing tells, as for kallsyms */

static struct modparts_load *find(struct modparts *parts, uint32_t change)
{
	for (size_t i = 0; i < MODPARTS_MOST; i++)
		if (parts->list[i].change == change)
			return &parts->list[i];
	return NULL;
}

/* Room for one more; what is not complete by now will never be. */
static struct modparts_load *oldest(struct modparts *parts)
{
	struct modparts_load *load = &parts->list[0];

	for (size_t i = 1; i < MODPARTS_MOST; i++)
		if (parts->list[i].change < load->change)
			load = &parts->list[i];
	return load;
}

static int begin(struct modparts *parts, const struct kleak_module_head *head)
{
	struct modparts_load *load = oldest(parts);
	uint8_t *symbols = malloc((size_t)head->symbols + 1);
	char *strings = malloc((size_t)head->strings + 1);

	if (!symbols || !strings) {
		free(symbols);
		free(strings);
		return -ENOMEM;
	}
	modparts__drop(load);
	*load = (struct modparts_load){
		.change = head->change,
		.symbols = symbols,
		.strings = strings,
		.all_symbols = head->symbols,
		.all_strings = head->strings,
	};
	memcpy(load->name, head->name, sizeof(load->name) - 1);
	memcpy(load->text, head->text, sizeof(load->text));
	return 0;
}

static void append(void *to, uint32_t *nr, uint32_t most, const struct kleak_module_record *record)
{
	uint32_t more = record->head.nr;

	if (more > sizeof(record->bytes) || more > most - *nr)
		return; /* none of ours */
	memcpy((char *)to + *nr, record->bytes, more);
	*nr += more;
}

static bool is_complete(const struct modparts_load *load)
{
	return load->all_symbols && load->nr_symbols == load->all_symbols &&
	       load->nr_strings == load->all_strings;
}

int modparts__take(struct modparts *parts, const struct kleak_module_record *record,
		   struct modparts_load **done)
{
	struct modparts_load *load;

	*done = NULL;
	if (record->head.kind == KLEAK_MODULE_COMES)
		return begin(parts, &record->head);
	load = find(parts, record->head.change);
	if (!load || !load->change)
		return 0;
	if (record->head.kind == KLEAK_MODULE_SYMBOLS)
		append(load->symbols, &load->nr_symbols, load->all_symbols, record);
	else if (record->head.kind == KLEAK_MODULE_STRINGS)
		append(load->strings, &load->nr_strings, load->all_strings, record);
	if (is_complete(load))
		*done = load;
	return 0;
}

struct modparts_load *modparts__find(struct modparts *parts, const char *name)
{
	for (size_t i = 0; i < MODPARTS_MOST; i++) {
		struct modparts_load *load = &parts->list[i];

		if (load->change && (!name || !strcmp(load->name, name)))
			return load;
	}
	return NULL;
}

/* A symbol that names a function, and that function; false: it does not. */
static bool take_function(struct names_function *function, const struct modparts_load *load,
			  const Elf64_Sym *symbol)
{
	if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_shndx == SHN_UNDEF ||
	    !symbol->st_value || symbol->st_name >= load->nr_strings ||
	    !load->strings[symbol->st_name])
		return false;
	*function = (struct names_function){
		.start = symbol->st_value,
		.end = symbol->st_value + (symbol->st_size ? symbol->st_size : LONGEST_UNKNOWN),
		.name = load->strings + symbol->st_name,
	};
	return function->end > function->start;
}

int modparts__functions(const struct modparts_load *load, struct names_function **functions,
			size_t *nr)
{
	size_t symbols = load->nr_symbols / sizeof(Elf64_Sym);
	struct names_function *list = calloc(symbols + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	load->strings[load->nr_strings] = '\0';
	*nr = 0;
	for (size_t i = 0; i < symbols; i++) {
		Elf64_Sym symbol;

		memcpy(&symbol, load->symbols + i * sizeof(symbol), sizeof(symbol));
		*nr += take_function(&list[*nr], load, &symbol);
	}
	*functions = list;
	return 0;
}

void modparts__drop(struct modparts_load *load)
{
	free(load->symbols);
	free(load->strings);
	*load = (struct modparts_load){};
}

void modparts__free(struct modparts *parts)
{
	for (size_t i = 0; i < MODPARTS_MOST; i++)
		modparts__drop(&parts->list[i]);
}
