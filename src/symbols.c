// SPDX-License-Identifier: GPL-2.0-only
#include "symbols.h"
#include "allocator.h"
#include "fnv.h"
#include "lines.h"
#include "say.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

/* What is known of addresses at one time. */
struct names {
	struct kallsyms *functions;
	struct images images;
};

struct symbols {
	struct names now;
	struct names before; /* before modules last came or went; functions may be NULL */
	uint64_t modules;    /* fingerprint of /proc/modules */
	struct dwarf *dwarf;
};

int symbols__check(const struct dwarf_sources *sources, char *why, size_t len)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	for (size_t i = 0; i < sources->nr_folders; i++) {
		const char *folder = sources->folders[i];
		struct stat is;
		int err = stat(folder, &is) ? -errno : S_ISDIR(is.st_mode) ? 0 : -ENOTDIR;

		if (!err)
			continue;
		snprintf(why, len, "--debug-dir %s: %s", folder, strerror(-err));
		return err;
	}
	if (sources->debuginfod && (!urls || !*urls)) {
		snprintf(why, len,
			 "--debuginfod asks the servers that DEBUGINFOD_URLS names, and it names "
			 "none: set it, such as to https://debuginfod.debian.net");
		return -EINVAL;
	}
	return 0;
}

/* FNV-1a of each line's name and address; reference counts change all the time. */
static int fingerprint(uint64_t *out)
{
	uint64_t hash = FNV_START;
	FILE *file = fopen("/proc/modules", "re");
	char line[1024], name[64], address[32];

	*out = 0;
	if (!file)
		return -errno; /* a kernel without modules has no such file */
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %*s %*s %*s %*s %31s", name, address) != 2)
			continue;
		hash = fnv__add(hash, name, strlen(name));
		hash = fnv__add(hash, address, strlen(address));
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

static void free_names(struct names *names)
{
	kallsyms__free(names->functions);
	images__free(&names->images);
}

static int read_names(struct names *names)
{
	int err = read_kallsyms(&names->functions);

	if (err)
		return err;
	err = images__read(&names->images, "", names->functions);
	if (err)
		kallsyms__free(names->functions);
	return err;
}

/* Names that will be missing. */
static void say_odd(struct kallsyms_odd odd)
{
	char text[128];

	if (lines__complaint(text, sizeof(text), "/proc/kallsyms", odd.symbols))
		say("%s", text);
	if (lines__complaint(text, sizeof(text), "/proc/modules", odd.modules))
		say("%s", text);
}

int symbols__open(struct symbols **out, const struct dwarf_sources *given)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	struct dwarf_sources sources = *given;
	struct utsname uts;
	int err;

	if (!symbols)
		return -ENOMEM;
	fingerprint(&symbols->modules);
	err = read_names(&symbols->now);
	if (err) {
		free(symbols);
		return err;
	}
	say_odd(kallsyms__odd(symbols->now.functions));
	sources.release = uname(&uts) ? "" : uts.release;
	err = dwarf__open(&symbols->dwarf, &sources);
	if (err) {
		symbols__close(symbols);
		return err;
	}
	symbols__debug_file(symbols); /* what there is to say is said now, not amid reports */
	*out = symbols;
	return 0;
}

int symbols__refresh(struct symbols *symbols)
{
	struct names fresh = {};
	uint64_t modules;
	int err = fingerprint(&modules);

	if (err || modules == symbols->modules)
		return 0;
	err = read_names(&fresh);
	if (err)
		return err;
	free_names(&symbols->before);
	symbols->before = symbols->now;
	symbols->now = fresh;
	symbols->modules = modules;
	return 0;
}

/* The frame of a return address, and the image that it lies in; NULL: not known. */
static struct report_frame name(const struct symbols *symbols, uint64_t address,
				const struct image **image)
{
	struct report_frame frame = {.address = address};
	const struct names *names;
	struct kallsyms_symbol symbol = {};
	int err;

	*image = NULL;
	if (!symbols)
		return frame;
	/* Of the call, not of what follows it: that may be the next function. */
	names = &symbols->now;
	err = kallsyms__find(names->functions, address - 1, &symbol);
	if (err && symbols->before.functions) {
		names = &symbols->before;
		err = kallsyms__find(names->functions, address - 1, &symbol);
	}
	if (err)
		return frame;
	frame.symbol = symbol.name;
	frame.offset = address - symbol.start;
	frame.module = symbol.module;
	*image = images__find(&names->images, symbol.module);
	return frame;
}

size_t symbols__expand(struct dwarf *dwarf, const struct image *image,
		       const struct report_frame *frame, bool first, struct report_frame *frames,
		       size_t room)
{
	const struct dwarf_frame *found;
	size_t nr = 0, at = 0, out = 0;

	if (!room)
		return 0;
	if (dwarf && image)
		nr = dwarf__find(dwarf, image, frame->address - 1, &found);
	if (!nr) {
		frames[0] = *frame;
		return 1;
	}
	if (nr > room)
		at = nr - room;
	while (first && at + 1 < nr && allocator__is_inlined(found[at].function))
		at++;
	for (; at < nr; at++, out++) {
		frames[out] = *frame;
		frames[out].file = found[at].file;
		frames[out].line = found[at].line;
		if (!found[at].function)
			continue;
		frames[out].symbol = found[at].function;
		frames[out].offset = 0;
		frames[out].inlined = true;
	}
	return out;
}

size_t symbols__stack(struct symbols *symbols, const uint64_t *addresses, size_t nr,
		      struct report_frame *frames)
{
	size_t used = 0;

	for (size_t i = 0; i < nr && used < SYMBOLS_MOST_FRAMES; i++) {
		const struct image *image;
		struct report_frame frame = name(symbols, addresses[i], &image);
		size_t others = nr - i - 1, room = SYMBOLS_MOST_FRAMES - used;

		used += symbols__expand(symbols ? symbols->dwarf : NULL, image, &frame, i == 0,
					frames + used, room > others ? room - others : 1);
	}
	return used;
}

const char *symbols__debug_file(const struct symbols *symbols)
{
	const struct image *kernel = images__find(&symbols->now.images, NULL);

	return kernel ? dwarf__file(symbols->dwarf, kernel) : NULL;
}

const struct image *symbols__image(const struct symbols *symbols, const char *module)
{
	const struct image *image = images__find(&symbols->now.images, module);

	return image ? image : images__find(&symbols->before.images, module);
}

const struct kallsyms *symbols__kallsyms(const struct symbols *symbols)
{
	return symbols ? symbols->now.functions : NULL;
}

void symbols__close(struct symbols *symbols)
{
	if (!symbols)
		return;
	free_names(&symbols->now);
	free_names(&symbols->before);
	dwarf__close(symbols->dwarf);
	free(symbols);
}
