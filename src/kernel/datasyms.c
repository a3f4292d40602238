// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/datasyms.h"
#include "kernel/kallsyms.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* kernel/kallsyms.c prints names of up to KSYM_NAME_LEN, 512 */
#define LINE 1024

#define MARK 't' /* as good as text: no variable */

static int by_address(const void *a, const void *b)
{
	const struct datasym *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

/* The first that asks for `start` or more. */
static size_t first_from(const struct datasym *list, size_t nr, uint64_t start)
{
	size_t low = 0;

	while (low < nr) {
		size_t middle = low + (nr - low) / 2;

		if (list[middle].address < start)
			low = middle + 1;
		else
			nr = middle;
	}
	return low;
}

static bool is_text(char type)
{
	return strchr("tTwW", type);
}

/* A linker's mark (include/asm-generic/vmlinux.lds.h): what follows it has other names. */
static bool is_mark(const char *name)
{
	size_t len = strlen(name);

	return !strncmp(name, "__start_", 8) || !strncmp(name, "__stop_", 7) ||
	       !strncmp(name, "__end_", 6) || (len > 4 && !strcmp(name + len - 4, "_end"));
}

/* A symbol stands at or before what asks for its address or more, until the next symbol. */
static void note(struct datasym *list, size_t nr, uint64_t start, char type, const char *name,
		 const char *module)
{
	size_t i = first_from(list, nr, start), len;

	if (i == nr ||
	    (list[i].type && (start < list[i].start || (start == list[i].start && is_text(type)))))
		return;
	list[i].start = start;
	list[i].type = is_mark(name) ? MARK : type;
	snprintf(list[i].name, sizeof(list[i].name), "%.*s", DATASYMS_NAME - 1, name);
	len = strlen(list[i].name);
	if (*module && len + strlen(module) + 4 <= sizeof(list[i].name))
		sprintf(list[i].name + len, " [%s]", module);
}

int datasyms__find(struct datasym *list, size_t nr, FILE *kallsyms)
{
	char line[LINE], name[512], module[64], type;
	uint64_t start;
	int fields;

	for (size_t i = 0; i < nr; i++)
		list[i] = (struct datasym){.address = list[i].address};
	if (nr)
		qsort(list, nr, sizeof(*list), by_address);
	while (nr && fgets(line, sizeof(line), kallsyms)) {
		module[0] = '\0';
		fields = sscanf(line, "%" SCNx64 " %c %511s [%63[^]]", &start, &type, name, module);
		if (fields < 3 || kallsyms__is_mapping_symbol(name))
			continue;
		note(list, nr, start, type, name, module);
	}
	/* where no symbol stands between two of them, both have the same one */
	for (size_t i = 1; i < nr; i++) {
		uint64_t address = list[i].address;

		if (list[i].type)
			continue;
		list[i] = list[i - 1];
		list[i].address = address;
	}
	for (size_t i = 0; i < nr; i++)
		if (!list[i].type || is_text(list[i].type))
			list[i].name[0] = '\0';
	return ferror(kallsyms) ? -EIO : 0;
}

const struct datasym *datasyms__of(const struct datasym *list, size_t nr, uint64_t address)
{
	const struct datasym key = {.address = address};
	const struct datasym *found =
		nr ? bsearch(&key, list, nr, sizeof(*list), by_address) : NULL;

	return found && *found->name ? found : NULL;
}
