// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/symbols.h"
#include "kernel/allocator.h"
#include "kernel/modparts.h"
#include "util/array.h"
#include "util/lines.h"
#include "util/say.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

struct symbols {
	const char *root;
	struct names *names;
	struct image kernel;
	struct modparts parts;
	uint32_t noted, losses; /* changes that are known, and those that never will be */
	uint64_t code_losses;	/* the same, of BPF programs */
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
#ifdef KLEAK_STATIC
	if (sources->debuginfod) {
		snprintf(why, len,
			 "--debuginfod: this kleak is linked statically and cannot load "
			 "libdebuginfod: get the debug info and give --debug-dir, or install "
			 "the package of kleak");
		return -ENOSYS;
	}
#endif
	if (sources->debuginfod && (!urls || !*urls)) {
		snprintf(why, len,
			 "--debuginfod asks the servers that DEBUGINFOD_URLS names, and it names "
			 "none: set it, such as to https://debuginfod.debian.net");
		return -EINVAL;
	}
	return 0;
}

/* ---- what the system says ---- */

static FILE *open_below(const struct symbols *symbols, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", symbols->root, name);
	return fopen(path, "re");
}

struct list {
	struct images_listed *modules;
	size_t nr, room;
};

static int add_to_list(const struct images_listed *listed, void *arg)
{
	struct list *list = arg;
	int err = array__reserve((void **)&list->modules, list->nr + 1, &list->room,
				 sizeof(*list->modules));

	if (!err)
		list->modules[list->nr++] = *listed;
	return err;
}

static int list_modules(const struct symbols *symbols, struct list *list)
{
	int err;

	*list = (struct list){};
	err = images__each_module(symbols->root, add_to_list, list);
	if (err)
		free(list->modules);
	return err;
}

/* The first line of a file of a module; "" if there is none. */
static void read_fact(const struct symbols *symbols, const char *module, const char *name,
		      char *text, size_t len)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/%s/%s", module, name);
	file = open_below(symbols, path);
	*text = '\0';
	if (file && !fgets(text, (int)len, file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

static void read_facts(const struct symbols *symbols, struct names_module *module)
{
	images__read_module(&module->image, symbols->root);
	read_fact(symbols, module->name, "version", module->version, sizeof(module->version));
	read_fact(symbols, module->name, "taint", module->taint, sizeof(module->taint));
	module->learnt = true;
}

static struct names_module new_module(const char *name, uint32_t from, uint64_t address)
{
	struct names_module module = {.name = name, .from = from, .address = address};

	snprintf(module.image.name, sizeof(module.image.name), "%s", name);
	return module;
}

/* The kernel and the modules of the first table, which was read after the list. */
static int learn_first(struct symbols *symbols, const struct list *list)
{
	int err = 0;

	images__read_kernel(&symbols->kernel, symbols->root, names__kallsyms(symbols->names));
	for (size_t i = 0; i < list->nr && !err; i++) {
		struct names_module module =
			new_module(list->modules[i].name, 0, list->modules[i].address);

		read_facts(symbols, &module);
		err = names__add(symbols->names, &module, NULL, 0);
	}
	return err;
}

static int read_kallsyms(const struct symbols *symbols, struct kallsyms **fresh)
{
	FILE *kallsyms = open_below(symbols, "/proc/kallsyms"), *modules;
	int err;

	if (!kallsyms)
		return -errno;
	modules = open_below(symbols, "/proc/modules");
	err = kallsyms__parse(fresh, kallsyms, modules);
	fclose(kallsyms);
	if (modules)
		fclose(modules);
	return err;
}

static int open_names(struct symbols *symbols)
{
	struct kallsyms *first = NULL;
	int err = read_kallsyms(symbols, &first);

	if (err)
		return err;
	err = names__open(&symbols->names, first);
	if (err)
		kallsyms__free(first);
	return err;
}

static int read_names(struct symbols *symbols)
{
	struct list list;
	int err = list_modules(symbols, &list);

	if (err)
		return err;
	err = open_names(symbols);
	if (!err)
		err = learn_first(symbols, &list);
	free(list.modules);
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

int symbols__open(struct symbols **out, const struct dwarf_sources *given, const char *root)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	struct dwarf_sources sources = *given;
	struct utsname uts;
	int err;

	if (!symbols)
		return -ENOMEM;
	symbols->root = root;
	err = read_names(symbols);
	sources.release = uname(&uts) ? "" : uts.release;
	if (!err)
		err = dwarf__open(&symbols->dwarf, &sources);
	if (err) {
		symbols__close(symbols);
		return err;
	}
	say_odd(kallsyms__odd(names__kallsyms(symbols->names)));
	symbols__debug_file(symbols); /* what there is to say is said now, not amid reports */
	*out = symbols;
	return 0;
}

/* ---- modules that come and go ---- */

/* Functions of one module, out of a table of all. */
struct gathered {
	const char *module;
	struct names_function *list;
	size_t nr, room;
	int err;
};

static void gather(const struct kallsyms_symbol *symbol, void *arg)
{
	struct gathered *gathered = arg;

	if (gathered->err || !symbol->module || strcmp(symbol->module, gathered->module) != 0)
		return;
	gathered->err = array__reserve((void **)&gathered->list, gathered->nr + 1, &gathered->room,
				       sizeof(*gathered->list));
	if (!gathered->err)
		gathered->list[gathered->nr++] =
			(struct names_function){symbol->start, symbol->end, symbol->name};
}

/* A module whose functions only /proc/kallsyms can tell; *fresh: that, once it was read. */
static int add_listed(struct symbols *symbols, const struct names_module *module,
		      struct kallsyms **fresh)
{
	struct gathered gathered = {.module = module->name};
	int err = *fresh ? 0 : read_kallsyms(symbols, fresh);

	if (!err) {
		kallsyms__each_prefix(*fresh, "", gather, &gathered);
		err = gathered.err;
	}
	if (!err && gathered.nr)
		err = names__add(symbols->names, module, gathered.list, gathered.nr);
	else if (!err)
		err = -ENOENT; /* it has gone by now */
	free(gathered.list);
	return err;
}

static bool is_same(const struct names_module *module, const struct images_listed *listed)
{
	return module->until == NAMES_STILL && !strcmp(module->name, listed->name) &&
	       (!module->address || !listed->address || module->address == listed->address);
}

static bool is_listed(const struct names_module *module, const struct list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		if (is_same(module, &list->modules[i]))
			return true;
	return false;
}

static bool is_known(const struct symbols *symbols, const struct images_listed *listed)
{
	struct names_module *const *modules;
	size_t nr = names__modules(symbols->names, &modules);

	for (size_t i = 0; i < nr; i++)
		if (is_same(modules[i], listed))
			return true;
	return false;
}

/* Some changes nobody told: as far as is known they all were number `when`. */
static int compare_with_list(struct symbols *symbols, uint32_t when)
{
	struct names_module *const *modules;
	struct kallsyms *fresh = NULL;
	struct list list;
	size_t nr = names__modules(symbols->names, &modules);
	int err = list_modules(symbols, &list);

	if (err)
		return err;
	for (size_t i = 0; i < nr; i++)
		if (modules[i]->until == NAMES_STILL && !is_listed(modules[i], &list))
			names__remove(symbols->names, modules[i]->name, when);
	for (size_t i = 0; i < list.nr && !err; i++) {
		const struct images_listed *listed = &list.modules[i];
		struct names_module module = new_module(listed->name, when, listed->address);

		if (!is_known(symbols, listed))
			err = add_listed(symbols, &module, &fresh);
	}
	kallsyms__free(fresh);
	free(list.modules);
	return err;
}

int symbols__begin(struct symbols *symbols)
{
	symbols->noted = symbols->losses = 0;
	symbols->code_losses = 0;
	modparts__free(&symbols->parts);
	names__begin(symbols->names);
	return compare_with_list(symbols, 0);
}

int symbols__look(struct symbols *symbols)
{
	return compare_with_list(symbols, 0);
}

/* Short of memory a module has no names. */
static void add_told(struct symbols *symbols, struct modparts_load *load)
{
	const struct names_module module = new_module(load->name, load->change, 0);
	struct names_function *functions;
	size_t nr;

	if (!modparts__functions(load, &functions, &nr)) {
		names__add(symbols->names, &module, functions, nr);
		free(functions);
	}
	modparts__drop(load);
}

/* All that will ever be known of it is where its functions were. */
static void add_nameless(struct symbols *symbols, struct modparts_load *load)
{
	const struct names_module module = new_module(load->name, load->change, 0);
	struct names_function text[2];
	size_t nr = 0;

	for (int i = 0; i < 2; i++)
		if (load->text[i].end > load->text[i].start)
			text[nr++] =
				(struct names_function){load->text[i].start, load->text[i].end, ""};
	names__add(symbols->names, &module, text, nr);
	modparts__drop(load);
}

static void remove_told(struct symbols *symbols, const struct kleak_module_head *head)
{
	struct modparts_load *load = modparts__find(&symbols->parts, head->name);

	if (load)
		add_nameless(symbols, load);
	names__remove(symbols->names, head->name, head->change);
}

void symbols__note(const struct kleak_module_record *record, void *arg)
{
	struct symbols *symbols = arg;
	struct modparts_load *done = NULL;

	switch (record->head.kind) {
	case KLEAK_MODULE_GOES:
		symbols->noted++;
		remove_told(symbols, &record->head);
		return;
	case KLEAK_MODULE_COMES:
		symbols->noted++;
		break;
	}
	if (!modparts__take(&symbols->parts, record, &done) && done)
		add_told(symbols, done);
}

/* What was too large to be told, or found no room. */
static void add_incomplete(struct symbols *symbols)
{
	struct kallsyms *fresh = NULL;
	struct modparts_load *load;

	while ((load = modparts__find(&symbols->parts, NULL))) {
		const struct names_module module = new_module(load->name, load->change, 0);

		if (add_listed(symbols, &module, &fresh))
			add_nameless(symbols, load);
		else
			modparts__drop(load);
	}
	kallsyms__free(fresh);
}

void symbols__settle(struct symbols *symbols, uint32_t losses, bool quiet,
		     uint32_t (*changes)(void *arg), void *arg)
{
	struct names_module *const *modules;
	size_t nr;

	if (losses != symbols->losses) {
		symbols->losses = losses;
		compare_with_list(symbols, changes(arg));
	}
	if (quiet)
		add_incomplete(symbols);
	nr = names__modules(symbols->names, &modules);
	for (size_t i = 0; i < nr; i++) {
		struct names_module learnt = *modules[i];

		if (learnt.learnt || learnt.until != NAMES_STILL)
			continue;
		read_facts(symbols, &learnt);
		/* They are of this one if no other one came meanwhile. */
		if (changes(arg) == symbols->noted + symbols->losses)
			*modules[i] = learnt;
	}
}

void symbols__list_code(struct symbols *symbols, const struct kleak_code *list, size_t nr,
			uint32_t before, uint32_t after)
{
	names__list_code(symbols->names, list, nr, before, after);
}

void symbols__note_code(const struct kleak_code *gone, void *arg)
{
	struct symbols *symbols = arg;

	names__code_goes(symbols->names, gone);
}

void symbols__settle_code(struct symbols *symbols, uint64_t losses, uint32_t changes)
{
	if (losses == symbols->code_losses)
		return;
	symbols->code_losses = losses;
	names__lose_code(symbols->names, changes);
}

const struct names *symbols__names(const struct symbols *symbols)
{
	return symbols ? symbols->names : NULL;
}

/* ---- stacks ---- */

/* The frame of a return address, and the image that it lies in; NULL: not known. */
static struct symbols_frame name(const struct symbols *symbols, uint64_t address,
				 struct names_time when, const struct image **image)
{
	struct symbols_frame frame = {.address = address};
	const struct names_module *module;
	struct kallsyms_symbol symbol = {};

	*image = NULL;
	/* Of the call, not of what follows it: that may be the next function. */
	if (!symbols)
		return frame;
	if (names__find(symbols->names, address - 1, when, &symbol, &module)) {
		if (module)
			frame.module = module->name;
		else if (names__is_code(symbols->names, address - 1))
			frame.module = NAMES_CODE;
		return frame;
	}
	frame.symbol = symbol.name;
	frame.offset = address - symbol.start;
	frame.module = symbol.module;
	if (module)
		*image = &module->image;
	else if (!symbol.module)
		*image = &symbols->kernel;
	return frame;
}

size_t symbols__expand(struct dwarf *dwarf, const struct image *image,
		       const struct symbols_frame *frame, bool first, struct symbols_frame *frames,
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
		      struct names_time when, struct symbols_frame *frames)
{
	size_t used = 0;

	for (size_t i = 0; i < nr && used < SYMBOLS_MOST_FRAMES; i++) {
		const struct image *image;
		struct symbols_frame frame = name(symbols, addresses[i], when, &image);
		size_t others = nr - i - 1, room = SYMBOLS_MOST_FRAMES - used;

		used += symbols__expand(symbols ? symbols->dwarf : NULL, image, &frame, i == 0,
					frames + used, room > others ? room - others : 1);
	}
	return used;
}

/* ---- images ---- */

const struct image *symbols__image(const struct symbols *symbols, uint64_t address,
				   struct names_time when)
{
	const struct image *image;

	name(symbols, address, when, &image);
	return image;
}

const char *symbols__debug_file(const struct symbols *symbols)
{
	return dwarf__file(symbols->dwarf, &symbols->kernel);
}

static bool has_image(const struct images *images, const struct image *image)
{
	for (size_t i = 0; i < images->nr; i++)
		if (!memcmp(&images->list[i], image, sizeof(*image)))
			return true;
	return false;
}

int symbols__images(const struct symbols *symbols, struct images *images,
		    bool (*wanted)(const char *module, void *arg), void *arg)
{
	struct names_module *const *modules;
	size_t nr = names__modules(symbols->names, &modules);
	struct image *list = calloc(nr + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	*images = (struct images){.list = list};
	list[images->nr++] = symbols->kernel;
	for (size_t i = 0; i < nr; i++) {
		const struct names_module *module = modules[i];

		if ((module->until == NAMES_STILL || wanted(module->name, arg)) &&
		    !has_image(images, &module->image))
			list[images->nr++] = module->image;
	}
	return 0;
}

const struct names_module *symbols__module(const struct symbols *symbols, uint64_t address)
{
	const struct names_module *module = NULL;
	struct kallsyms_symbol symbol = {};

	if (symbols)
		names__find(symbols->names, address - 1, NAMES_ANYTIME, &symbol, &module);
	return module;
}

const struct kallsyms *symbols__kallsyms(const struct symbols *symbols)
{
	return symbols ? names__kallsyms(symbols->names) : NULL;
}

void symbols__close(struct symbols *symbols)
{
	if (!symbols)
		return;
	names__close(symbols->names);
	modparts__free(&symbols->parts);
	dwarf__close(symbols->dwarf);
	free(symbols);
}
