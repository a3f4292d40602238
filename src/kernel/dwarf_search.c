// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/dwarf_search.h"
#include "kernel/sourcepath.h"
#include "kernel/unzstd.h"
#include "util/say.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Whoever opens a file opens the right one: nothing else is looked for, least of all by network. */
static int find_nothing(Dwfl_Module *module, void **arg, const char *name, Dwarf_Addr base,
			const char *file, const char *link, GElf_Word crc, char **path)
{
	(void)module, (void)arg, (void)name, (void)base, (void)file, (void)link, (void)crc,
		(void)path;
	return -1;
}

static int place_section(Dwfl_Module *module, void **arg, const char *name, Dwarf_Addr base,
			 const char *section, GElf_Word index, const GElf_Shdr *head,
			 Dwarf_Addr *address)
{
	(void)module, (void)arg, (void)name, (void)base, (void)section, (void)index;
	*address = head->sh_addr;
	return 0;
}

static const Dwfl_Callbacks callbacks = {
	.find_debuginfo = find_nothing,
	.section_address = place_section,
};

/* How files are told from one another, and why none of them would do. */
struct search {
	const struct dwarf_places *places;
	struct dwarf_book *book;
	char wrong[PATH_MAX + 256];   /* a sentence */
	char lacking[PATH_MAX + 256]; /* no error: "/boot/vmlinux-6.12: no DWARF information" */
};

/* The first one is the likeliest. */
#define COMPLAIN(text, ...)                                                                        \
	do {                                                                                       \
		if (!*(text))                                                                      \
			snprintf(text, sizeof(text), __VA_ARGS__);                                 \
	} while (0)

struct hex {
	char text[2 * IMAGE_BUILD_ID + 1];
};

static struct hex hex(const uint8_t *bytes, size_t nr)
{
	struct hex hex = {"not known"};

	for (size_t i = 0; i < nr && i < IMAGE_BUILD_ID; i++)
		snprintf(hex.text + 2 * i, 3, "%02x", bytes[i]);
	return hex;
}

/* Is it the debug info of the very build that is looked for? */
static bool has_build_id(struct search *search, Dwfl_Module *module, const char *path)
{
	const struct image *image = &search->book->image;
	const unsigned char *id;
	GElf_Addr where;
	int length = dwfl_module_build_id(module, &id, &where);

	if (length > 0 && (uint32_t)length == image->build_id_length &&
	    !memcmp(id, image->build_id, length))
		return true;
	COMPLAIN(search->wrong, "%s is not used: it is of another build (build-id %s, wanted %s)",
		 path, hex(id, length > 0 ? length : 0).text,
		 hex(image->build_id, image->build_id_length).text);
	return false;
}

static void add_part(struct dwarf_book *book, const char *name, uint64_t in_file, uint64_t size)
{
	struct dwarf_part *part = &book->parts[book->nr_parts];
	size_t len = strlen(name);

	if (book->nr_parts == IMAGE_PLACES || len >= sizeof(part->name))
		return;
	*part = (struct dwarf_part){.in_file = in_file, .size = size};
	memcpy(part->name, name, len + 1);
	book->nr_parts++;
}

/* The kernel: as far from where it was linked to as this symbol is.  It is one piece. */
static void find_kernel(struct dwarf_book *book, Dwfl_Module *module)
{
	int nr = dwfl_module_getsymtab(module);

	for (uint32_t place = 0; place < book->image.nr_places && !book->nr_parts; place++) {
		const struct image_place *known = &book->image.places[place];

		for (int i = 0; i < nr; i++) {
			GElf_Sym symbol;
			const char *name = dwfl_module_getsym(module, i, &symbol, NULL);

			if (!name || strcmp(name, known->name))
				continue;
			add_part(book, name, symbol.st_value, UINT64_MAX - known->address);
			break;
		}
	}
}

/* A module: its sections, each for itself. */
static void find_sections(struct dwarf_book *book, Elf *elf)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names))
		return;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;
		const char *name;

		if (!gelf_getshdr(section, &head) || !(head.sh_flags & SHF_EXECINSTR))
			continue;
		name = elf_strptr(elf, names, head.sh_name);
		if (name)
			add_part(book, name, head.sh_addr, head.sh_size);
	}
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

/*
 * In the folder that init/main.c is in; if the paths of C are relative, in that of assembly, as
 * Debian's 6.1 has it.  False: there is nothing to look for any more.
 */
static bool find_kernel_root(struct dwarf_book *book, const char *unit)
{
	static const char main[] = "/init/main.c", arch[] = "/arch/";
	const char *end = NULL;
	bool is_main = ends_in(unit, main);

	if (*unit != '/')
		return false;
	if (is_main)
		end = unit + strlen(unit) - strlen(main);
	for (const char *at = unit; !is_main && !*book->root && (at = strstr(at, arch)); at++)
		end = at;
	if (end)
		snprintf(book->root, sizeof(book->root), "%.*s", (int)(end - unit), unit);
	return !is_main;
}

/* In the folder that all of its units are below.  kbuild adds one of its own (6.12 and later). */
static bool find_module_root(struct dwarf_book *book, const char *unit, bool *first)
{
	if (*unit != '/' || ends_in(unit, "/scripts/module-common.c"))
		return true;
	if (*first)
		snprintf(book->root, sizeof(book->root), "%s", unit);
	*first = false;
	sourcepath__meet(book->root, unit);
	return true;
}

/* Where the sources lie, if their paths in the debug info are absolute. */
static void find_root(struct dwarf_book *book)
{
	Dwarf_Off at = 0, next;
	bool first = true, more = true;
	size_t head;

	while (more && !dwarf_nextcu(book->dwarf, at, &next, &head, NULL, NULL, NULL)) {
		Dwarf_Die die;
		const char *name =
			dwarf_offdie(book->dwarf, at + head, &die) ? dwarf_diename(&die) : NULL;

		if (name)
			more = *book->image.name ? find_module_root(book, name, &first)
						 : find_kernel_root(book, name);
		at = next;
	}
}

static const char *why(void)
{
	const char *error = dwfl_errmsg(-1);

	return error ? error : "unknown error";
}

/* Does this file, which is open as `fd` and belongs to this now, hold what is looked for? */
static bool take_file(struct search *search, int fd, const char *path)
{
	struct dwarf_book *book = search->book;
	Dwfl *dwfl = dwfl_begin(&callbacks);
	Dwfl_Module *module = dwfl ? dwfl_report_elf(dwfl, "image", path, fd, 0, false) : NULL;
	GElf_Addr bias;
	Elf *elf;

	if (!module) {
		COMPLAIN(search->wrong, "%s is no debug info: %s", path, why());
		dwfl_end(dwfl);
		close(fd);
		return false;
	}
	dwfl_report_end(dwfl, NULL, NULL);
	if (!has_build_id(search, module, path))
		goto other;
	book->dwarf = dwfl_module_getdwarf(module, &book->bias);
	elf = dwfl_module_getelf(module, &bias);
	if (!book->dwarf || !elf) {
		COMPLAIN(search->lacking, "%s: %s", path, why());
		goto other; /* the image itself, stripped */
	}
	if (*book->image.name)
		find_sections(book, elf);
	else
		find_kernel(book, module);
	book->path = strdup(path);
	if (!dwarf_book__place(book, &book->image) || !book->path) {
		COMPLAIN(search->wrong, "%s is not used: where its code was loaded is not known",
			 path);
		goto other;
	}
	book->dwfl = dwfl;
	find_root(book);
	return true;
other:
	free(book->path);
	book->path = NULL;
	book->nr_parts = 0;
	book->dwarf = NULL;
	dwfl_end(dwfl);
	return false;
}

static bool take_path(const char *path, void *arg)
{
	struct search *search = arg;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	fd = fd < 0 ? -errno : unzstd__open(fd);
	if (fd >= 0)
		return take_file(search, fd, path);
	COMPLAIN(search->wrong, "cannot read %s: %s", path,
		 fd == -EBADMSG ? "damaged or cut off" : strerror(-fd));
	return false;
}

/* ---- debuginfod ---- */

#ifdef KLEAK_STATIC

/*
 * libdw loads its client library as soon as the program starts.  What is linked statically would
 * get another C library with it, so there is none to be had; symbols__check() says so.
 */
void *dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

bool dwarf_search__has_debuginfod(void)
{
	return false;
}

#else

#define CLIENT "libdebuginfod.so.1"

/* elfutils has the library open if it is there. */
static void *client_function(const char *name)
{
	void *library = dlopen(CLIENT, RTLD_LAZY | RTLD_NOLOAD);
	void *function = library ? dlsym(library, name) : NULL;

	if (library)
		dlclose(library);
	return function;
}

bool dwarf_search__has_debuginfod(void)
{
	void *library = dlopen(CLIENT, RTLD_LAZY);

	if (library)
		dlclose(library);
	return library;
}

/* Does whoever is told of the progress want to hear no more? */
static int ask_give_up(struct debuginfod_client *client, long done, long of)
{
	void *(*user_data_of)(struct debuginfod_client *) = NULL;
	const struct dwarf_places *places;

	(void)done;
	(void)of;
	*(void **)&user_data_of = client_function("debuginfod_get_user_data");
	places = user_data_of(client);
	return places->give_up && places->give_up();
}

/* The user's data: elfutils 0.179. */
static void watch_progress(struct debuginfod_client *client, const struct dwarf_places *places)
{
	void (*set)(struct debuginfod_client *, int (*)(struct debuginfod_client *, long, long)) =
		NULL;
	void (*set_user_data)(struct debuginfod_client *, void *) = NULL;

	*(void **)&set = client_function("debuginfod_set_progressfn");
	*(void **)&set_user_data = client_function("debuginfod_set_user_data");
	if (!set || !set_user_data || !client_function("debuginfod_get_user_data"))
		return;
	set_user_data(client, (void *)places);
	set(client, ask_give_up);
}

/* elfutils asks the servers, if its client library is there. */
static void fetch(struct search *search)
{
	const struct image *image = &search->book->image;
	Dwfl *dwfl = dwfl_begin(&callbacks);
	struct debuginfod_client *client;
	Dwfl_Module *module = NULL;
	char *path = NULL;
	int fd;

	if (dwfl) {
		dwfl_report_begin(dwfl);
		module = dwfl_report_module(dwfl, "image", 0x1000, 0x2000);
	}
	if (module &&
	    !dwfl_module_report_build_id(module, image->build_id, image->build_id_length, 0)) {
		say("asking debuginfod for the debug info of %s",
		    *image->name ? image->name : "the kernel");
		client = dwfl_get_debuginfod_client(dwfl);
		if (client)
			watch_progress(client, search->places);
		else
			COMPLAIN(search->wrong,
				 "cannot ask debuginfod: the library libdebuginfod.so.1 "
				 "is missing (package libdebuginfod1)");
		fd = dwfl_standard_find_debuginfo(module, NULL, NULL, 0, NULL, NULL, 0, &path);
		if (fd >= 0)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
		if (fd >= 0)
			take_file(search, fd, path ? path : "what debuginfod sent");
		free(path);
	}
	dwfl_end(dwfl);
}

#endif

static void explain(const struct search *search)
{
	const struct image *image = &search->book->image;

	if (search->book->dwfl)
		return;
	if (*search->wrong) {
		say("%s", search->wrong);
		return;
	}
	if (!search->places->wanted)
		return;
	say("no debug info of %s%s found (build-id %s%s%s)",
	    *image->name ? "module " : "the kernel", image->name,
	    hex(image->build_id, image->build_id_length).text, *search->lacking ? "; " : "",
	    search->lacking);
}

void dwarf_search__fill(struct dwarf_book *book, const struct dwarf_places *places)
{
	struct search search = {.places = places, .book = book};

	if (book->image.build_id_length) {
		debugfiles__each(places->files, &book->image, take_path, &search);
#ifndef KLEAK_STATIC
		if (!book->dwfl && places->debuginfod)
			fetch(&search);
#endif
	}
	explain(&search);
}
