// SPDX-License-Identifier: GPL-2.0-only
#include "symbols.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct symbols {
	struct kallsyms *now;
	struct kallsyms *before; /* before modules last came or went; may be NULL */
	uint64_t modules;	 /* fingerprint of /proc/modules */
};

/* FNV-1a of each line's name and address; reference counts change all the time. */
static int fingerprint(uint64_t *out)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	FILE *file = fopen("/proc/modules", "re");
	char line[1024], name[64], address[32];

	*out = 0;
	if (!file)
		return -errno; /* a kernel without modules has no such file */
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %*s %*s %*s %*s %31s", name, address) != 2)
			continue;
		for (const char *c = name; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
		for (const char *c = address; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 0x100000001b3ULL;
	}
	fclose(file);
	*out = hash;
	return 0;
}

static int read_kallsyms(struct kallsyms **out)
{
	FILE *symbols = fopen("/proc/kallsyms", "re"), *modules;
	int err;

	if (!symbols)
		return -errno;
	modules = fopen("/proc/modules", "re");
	err = kallsyms__parse(out, symbols, modules);
	fclose(symbols);
	if (modules)
		fclose(modules);
	return err;
}

int symbols__open(struct symbols **out)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int err;

	if (!symbols)
		return -ENOMEM;
	fingerprint(&symbols->modules);
	err = read_kallsyms(&symbols->now);
	if (err) {
		free(symbols);
		return err;
	}
	*out = symbols;
	return 0;
}

int symbols__refresh(struct symbols *symbols)
{
	struct kallsyms *fresh = NULL;
	uint64_t modules;
	int err = fingerprint(&modules);

	if (err || modules == symbols->modules)
		return 0;
	err = read_kallsyms(&fresh);
	if (err)
		return err;
	kallsyms__free(symbols->before);
	symbols->before = symbols->now;
	symbols->now = fresh;
	symbols->modules = modules;
	return 0;
}

struct report_frame symbols__name(const struct symbols *symbols, uint64_t address)
{
	struct report_frame frame = {.address = address};
	struct kallsyms_symbol symbol = {};
	int err;

	if (!symbols)
		return frame;
	/* Of the call, not of what follows it: that may be the next function. */
	err = kallsyms__find(symbols->now, address - 1, &symbol);
	if (err && symbols->before)
		err = kallsyms__find(symbols->before, address - 1, &symbol);
	if (err)
		return frame;
	frame.symbol = symbol.name;
	frame.offset = address - symbol.start;
	frame.module = symbol.module;
	return frame;
}

const struct kallsyms *symbols__kallsyms(const struct symbols *symbols)
{
	return symbols ? symbols->now : NULL;
}

void symbols__close(struct symbols *symbols)
{
	if (!symbols)
		return;
	kallsyms__free(symbols->now);
	kallsyms__free(symbols->before);
	free(symbols);
}
