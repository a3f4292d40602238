// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/kallsyms.h"
#include "kernel/kallsyms_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_ALIGN (2ULL << 20) /* x86: CONFIG_PHYSICAL_ALIGN at least; arm64: MIN_KIMG_ALIGN */

uint64_t kallsyms__variable(const struct kallsyms *ks, enum kallsyms_variable variable)
{
	return ks->variables[variable];
}

struct kallsyms_odd kallsyms__odd(const struct kallsyms *ks)
{
	return ks->odd;
}

/* How many functions start below `address`. */
static size_t count_below(const struct kallsyms *ks, uint64_t address)
{
	size_t low = 0, high = ks->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ks->functions[middle].start < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct kallsyms_symbol symbol_of(const struct kallsyms *ks,
					const struct kallsyms_function *function)
{
	const struct kallsyms_owner *owner = &ks->owners[function->owner];

	return (struct kallsyms_symbol){
		.name = ks->names + function->name,
		.module = function->owner == KALLSYMS_KERNEL ? NULL : ks->names + owner->name,
		.start = function->start,
		.end = function->end,
	};
}

int kallsyms__find(const struct kallsyms *ks, uint64_t address, struct kallsyms_symbol *symbol)
{
	size_t i = count_below(ks, address);

	if (i == ks->nr || ks->functions[i].start != address) {
		if (!i)
			return -ENOENT;
		/* the first of those that start where the one below does */
		i = count_below(ks, ks->functions[i - 1].start);
	}
	if (address >= ks->functions[i].end)
		return -ENOENT;
	*symbol = symbol_of(ks, &ks->functions[i]);
	return 0;
}

/* Behind ".N" at the start of `text`, or NULL. */
static const char *skip_number(const char *text)
{
	size_t digits;

	if (*text != '.')
		return NULL;
	digits = strspn(text + 1, "0123456789");
	return digits ? text + 1 + digits : NULL;
}

/* Behind the one compiler's suffix at the start of `text`, or NULL. */
static const char *skip_suffix(const char *text)
{
	static const char *const numbered[] = {".isra", ".constprop", ".part", ".llvm"};
	static const char cold[] = ".cold";
	const char *number;

	for (size_t i = 0; i < sizeof(numbered) / sizeof(*numbered); i++)
		if (!strncmp(text, numbered[i], strlen(numbered[i])))
			return skip_number(text + strlen(numbered[i]));
	if (strncmp(text, cold, strlen(cold)))
		return NULL;
	number = skip_number(text + strlen(cold)); /* ".cold.N" from GCC 8 */
	return number ? number : text + strlen(cold);
}

static bool is_suffixes(const char *text)
{
	while (text && *text)
		text = skip_suffix(text);
	return text;
}

size_t kallsyms__each(const struct kallsyms *ks, const char *name,
		      void (*found)(const struct kallsyms_symbol *symbol, void *arg), void *arg)
{
	size_t length = strlen(name), nr = 0;

	for (uint32_t next = *kallsyms_table__chain(ks, kallsyms_table__hash(name)); next;
	     next = ks->functions[next - 1].next) {
		struct kallsyms_symbol symbol = symbol_of(ks, &ks->functions[next - 1]);

		if (strncmp(symbol.name, name, length) || !is_suffixes(symbol.name + length))
			continue;
		found(&symbol, arg);
		nr++;
	}
	return nr;
}

size_t kallsyms__each_prefix(const struct kallsyms *ks, const char *prefix,
			     void (*found)(const struct kallsyms_symbol *symbol, void *arg),
			     void *arg)
{
	size_t length = strlen(prefix), nr = 0;

	for (size_t i = 0; i < ks->nr; i++) {
		struct kallsyms_symbol symbol;

		if (strncmp(ks->names + ks->functions[i].name, prefix, length))
			continue;
		symbol = symbol_of(ks, &ks->functions[i]);
		found(&symbol, arg);
		nr++;
	}
	return nr;
}

/* Where the kernel may start, and where that is in physical memory. */
struct start {
	uint64_t physical;
	uint64_t address; /* 0: not found yet */
};

static void take_start(const struct kallsyms_symbol *symbol, void *arg)
{
	struct start *start = arg;

	if (symbol->module)
		return;
	if (!start->address || (symbol->start - start->physical) % KERNEL_ALIGN == 0)
		start->address = symbol->start;
}

uint64_t kallsyms__kernel_code(const struct kallsyms *ks, uint64_t physical)
{
	struct start start = {.physical = physical};

	kallsyms__each(ks, "_stext", take_start, &start);
	kallsyms__each(ks, "_text", take_start, &start);
	return start.address;
}

void kallsyms__free(struct kallsyms *ks)
{
	if (!ks)
		return;
	free(ks->owners);
	free(ks->chains);
	free(ks->functions);
	free(ks->names);
	free(ks);
}
