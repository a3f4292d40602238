// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/dwarf.h"
#include "kernel/debugfiles.h"
#include "kernel/sourcepath.h"
#include "util/array.h"
#include "util/idmap.h"
#include "util/say.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>

#define MOST_INLINED 64 /* functions at one address */
#define MOST_NESTED  16 /* name spaces */

/* A part of a function. */
struct function {
	Dwarf_Addr start, end;
	Dwarf_Off die;
};

/* A compilation unit that was needed. */
struct unit {
	Dwarf_Die die;
	const char *compiled_in;
	struct function *functions; /* by start */
	size_t nr, room;
};

/* What is known of an address. */
struct answer {
	struct dwarf_frame *frames;
	size_t nr;
};

/* A part of a module: its address in the file, and here. */
struct part {
	uint64_t in_file, loaded, size;
};

/* An image, and its debug info if there is any. */
struct book {
	struct image image;
	Dwfl *dwfl; /* NULL: none */
	Dwarf *dwarf;
	Dwarf_Addr bias; /* of the file's addresses to those in DWARF */
	char *path;
	char root[PATH_MAX]; /* of the sources, "" */
	struct part parts[IMAGE_PLACES];
	size_t nr_parts;
	struct idmap answer_of; /* by mixed address in the file */
	struct answer *answers;
	size_t nr_answers, room_answers;
	struct idmap unit_of; /* by mixed offset of the unit's DIE */
	struct unit **units;
	size_t nr_units, room_units;
	struct function *all; /* of units that .debug_aranges does not list: by start */
	size_t nr_all, room_all;
	bool has_all;
};

struct dwarf {
	struct debugfiles *files;
	bool debuginfod, wanted;
	bool (*give_up)(void);
	struct book **books;
	size_t nr, room;
};

/* ---- from an address to an inlined function ---- */

static int by_start(const void *a, const void *b)
{
	const struct function *left = a, *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

static const struct function *find_function(const struct function *list, size_t nr, Dwarf_Addr pc)
{
	size_t low = 0, high = nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].start <= pc)
			low = middle + 1;
		else
			high = middle;
	}
	return low && pc < list[low - 1].end ? &list[low - 1] : NULL;
}

/* All parts of a function or a unit. */
static int add_ranges(struct function **list, size_t *nr, size_t *room, Dwarf_Die *die)
{
	Dwarf_Addr base, start, end;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(die, at, &base, &start, &end)) > 0) {
		if (start >= end)
			continue;
		if (array__reserve((void **)list, *nr + 1, room, sizeof(**list)))
			return -ENOMEM;
		(*list)[(*nr)++] = (struct function){start, end, dwarf_dieoffset(die)};
	}
	return 0;
}

static int add_functions(struct unit *unit, Dwarf_Die *parent, int depth)
{
	Dwarf_Die die;
	int err = 0;

	if (dwarf_child(parent, &die))
		return 0;
	do {
		int tag = dwarf_tag(&die);

		if (tag == DW_TAG_subprogram)
			err = add_ranges(&unit->functions, &unit->nr, &unit->room, &die);
		else if (tag == DW_TAG_namespace && depth < MOST_NESTED) /* Rust */
			err = add_functions(unit, &die, depth + 1);
	} while (!err && !dwarf_siblingof(&die, &die));
	return err;
}

static struct unit *open_unit(const struct book *book, Dwarf_Off offset)
{
	struct unit *unit = calloc(1, sizeof(*unit));
	Dwarf_Attribute attribute;

	if (!unit)
		return NULL;
	if (!dwarf_offdie(book->dwarf, offset, &unit->die) || add_functions(unit, &unit->die, 0)) {
		free(unit->functions);
		free(unit);
		return NULL;
	}
	if (unit->nr)
		qsort(unit->functions, unit->nr, sizeof(*unit->functions), by_start);
	unit->compiled_in = dwarf_formstring(dwarf_attr(&unit->die, DW_AT_comp_dir, &attribute));
	return unit;
}

/* Where the units are, by themselves: not every compiler writes .debug_aranges. */
static void list_all(struct book *book)
{
	Dwarf_Off at = 0, next;
	size_t head;

	book->has_all = true;
	for (; !dwarf_nextcu(book->dwarf, at, &next, &head, NULL, NULL, NULL); at = next) {
		Dwarf_Die die;

		if (dwarf_offdie(book->dwarf, at + head, &die) &&
		    add_ranges(&book->all, &book->nr_all, &book->room_all, &die))
			break;
	}
	if (book->nr_all)
		qsort(book->all, book->nr_all, sizeof(*book->all), by_start);
}

static int find_unit(struct book *book, Dwarf_Addr pc, Dwarf_Off *offset)
{
	const struct function *part;
	Dwarf_Die die;

	if (dwarf_addrdie(book->dwarf, pc, &die)) {
		*offset = dwarf_dieoffset(&die);
		return 0;
	}
	if (!book->has_all)
		list_all(book);
	part = find_function(book->all, book->nr_all, pc);
	if (!part)
		return -ENOENT;
	*offset = part->die;
	return 0;
}

/* The unit of `pc`, or NULL. */
static struct unit *unit_at(struct book *book, Dwarf_Addr pc)
{
	struct unit *unit;
	Dwarf_Off offset;
	uint32_t number;

	if (find_unit(book, pc, &offset))
		return NULL;
	number = idmap__find(&book->unit_of, idmap__mix(offset));
	if (number != IDMAP_NONE)
		return book->units[number];
	if (array__reserve((void **)&book->units, book->nr_units + 1, &book->room_units,
			   sizeof(struct unit *)))
		return NULL;
	unit = open_unit(book, offset);
	if (!unit)
		return NULL;
	book->units[book->nr_units++] = unit;
	idmap__add(&book->unit_of, idmap__mix(offset), book->nr_units - 1); /* or look again */
	return unit;
}

/* The innermost block of `scope` that has `pc`: 0 and *scope, or -ENOENT. */
static int enter_block(Dwarf_Die *scope, Dwarf_Addr pc)
{
	Dwarf_Die die;

	if (dwarf_child(scope, &die))
		return -ENOENT;
	do {
		int tag = dwarf_tag(&die);

		if ((tag == DW_TAG_inlined_subroutine || tag == DW_TAG_lexical_block) &&
		    dwarf_haspc(&die, pc) > 0) {
			*scope = die;
			return 0;
		}
	} while (!dwarf_siblingof(&die, &die));
	return -ENOENT;
}

/* The functions inlined at `pc`, the outermost first.  How many. */
static size_t find_inlined(const struct book *book, const struct unit *unit, Dwarf_Addr pc,
			   Dwarf_Die inlined[MOST_INLINED])
{
	const struct function *function = find_function(unit->functions, unit->nr, pc);
	Dwarf_Die scope;
	size_t nr = 0;

	if (!function || !dwarf_offdie(book->dwarf, function->die, &scope))
		return 0;
	while (nr < MOST_INLINED && !enter_block(&scope, pc))
		if (dwarf_tag(&scope) == DW_TAG_inlined_subroutine)
			inlined[nr++] = scope;
	return nr;
}

/* ---- answers ---- */

/* NULL if there is no memory for it. */
static const char *keep_path(const struct book *book, const struct unit *unit, const char *path)
{
	char text[PATH_MAX];

	if (!path || !strcmp(path, "???"))
		return NULL;
	sourcepath__shorten(text, sizeof(text), path, unit->compiled_in, book->root);
	return strdup(text);
}

/* Where the code of `pc` stands. */
static void take_line(struct dwarf_frame *frame, const struct book *book, struct unit *unit,
		      Dwarf_Addr pc)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, pc);
	int number = 0;

	if (!line || dwarf_lineno(line, &number) || number <= 0)
		return;
	frame->file = keep_path(book, unit, dwarf_linesrc(line, NULL, NULL));
	frame->line = frame->file ? number : 0;
}

/* Where an inlined function is called. */
static void take_call(struct dwarf_frame *frame, const struct book *book, struct unit *unit,
		      Dwarf_Die *inlined)
{
	Dwarf_Attribute attribute;
	Dwarf_Word file, line;
	Dwarf_Files *files;
	size_t nr;

	if (dwarf_formudata(dwarf_attr(inlined, DW_AT_call_file, &attribute), &file) ||
	    dwarf_formudata(dwarf_attr(inlined, DW_AT_call_line, &attribute), &line) || !line ||
	    dwarf_getsrcfiles(&unit->die, &files, &nr) || file >= nr)
		return;
	frame->file = keep_path(book, unit, dwarf_filesrc(files, file, NULL, NULL));
	frame->line = frame->file ? line : 0;
}

/* 0 and *answer, which may be an empty one, or -ENOMEM. */
static int look_up(struct answer *answer, struct book *book, Dwarf_Addr pc)
{
	struct unit *unit = unit_at(book, pc);
	Dwarf_Die inlined[MOST_INLINED];
	struct dwarf_frame *frames;
	size_t nr;

	*answer = (struct answer){};
	if (!unit)
		return 0;
	nr = find_inlined(book, unit, pc, inlined);
	frames = calloc(nr + 1, sizeof(*frames));
	if (!frames)
		return -ENOMEM;
	take_line(&frames[0], book, unit, pc);
	for (size_t i = 0; i < nr; i++) {
		Dwarf_Die *die = &inlined[nr - 1 - i];
		const char *name = dwarf_diename(die);

		frames[i].function = name ? name : "?";
		take_call(&frames[i + 1], book, unit, die);
	}
	*answer = (struct answer){frames, nr + 1};
	return 0;
}

static void free_answer(const struct answer *answer)
{
	for (size_t i = 0; i < answer->nr; i++)
		free((char *)answer->frames[i].file);
	free(answer->frames);
}

/* ---- from a file to a book ---- */

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
	struct dwarf *dwarf;
	struct book *book;
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

static void add_part(struct book *book, const struct part *part)
{
	if (book->nr_parts < IMAGE_PLACES)
		book->parts[book->nr_parts++] = *part;
}

/* The kernel: as far from where it was linked to as this symbol is.  It is one piece. */
static void place_kernel(struct book *book, Dwfl_Module *module)
{
	int nr = dwfl_module_getsymtab(module);

	for (uint32_t place = 0; place < book->image.nr_places && !book->nr_parts; place++) {
		const struct image_place *known = &book->image.places[place];

		for (int i = 0; i < nr; i++) {
			GElf_Sym symbol;
			const char *name = dwfl_module_getsym(module, i, &symbol, NULL);

			if (!name || strcmp(name, known->name))
				continue;
			add_part(book, &(struct part){symbol.st_value, known->address,
						      UINT64_MAX - known->address});
			break;
		}
	}
}

/* A module: its sections, each for itself. */
static void place_module(struct book *book, Elf *elf)
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
		for (uint32_t i = 0; name && i < book->image.nr_places; i++)
			if (!strcmp(name, book->image.places[i].name))
				add_part(book,
					 &(struct part){head.sh_addr, book->image.places[i].address,
							head.sh_size});
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
static bool find_kernel_root(struct book *book, const char *unit)
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
static bool find_module_root(struct book *book, const char *unit, bool *first)
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
static void find_root(struct book *book)
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
	struct book *book = search->book;
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
		place_module(book, elf);
	else
		place_kernel(book, module);
	book->path = strdup(path);
	if (!book->nr_parts || !book->path) {
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

	if (fd >= 0)
		return take_file(search, fd, path);
	COMPLAIN(search->wrong, "cannot read %s: %s", path, strerror(errno));
	return false;
}

/* ---- debuginfod ---- */

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

/* Does whoever is told of the progress want to hear no more? */
static int ask_give_up(struct debuginfod_client *client, long done, long of)
{
	void *(*user_data_of)(struct debuginfod_client *) = NULL;
	const struct dwarf *dwarf;

	(void)done;
	(void)of;
	*(void **)&user_data_of = client_function("debuginfod_get_user_data");
	dwarf = user_data_of(client);
	return dwarf->give_up && dwarf->give_up();
}

/* The user's data: elfutils 0.179. */
static void watch_progress(struct debuginfod_client *client, struct dwarf *dwarf)
{
	void (*set)(struct debuginfod_client *, int (*)(struct debuginfod_client *, long, long)) =
		NULL;
	void (*set_user_data)(struct debuginfod_client *, void *) = NULL;

	*(void **)&set = client_function("debuginfod_set_progressfn");
	*(void **)&set_user_data = client_function("debuginfod_set_user_data");
	if (!set || !set_user_data || !client_function("debuginfod_get_user_data"))
		return;
	set_user_data(client, dwarf);
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
			watch_progress(client, search->dwarf);
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

static void explain(const struct search *search)
{
	const struct image *image = &search->book->image;

	if (search->book->dwfl)
		return;
	if (*search->wrong) {
		say("%s", search->wrong);
		return;
	}
	if (!search->dwarf->wanted)
		return;
	say("no debug info of %s%s found (build-id %s%s%s)",
	    *image->name ? "module " : "the kernel", image->name,
	    hex(image->build_id, image->build_id_length).text, *search->lacking ? "; " : "",
	    search->lacking);
}

/* The book of `image`, or NULL.  It may be an empty one. */
static struct book *book_of(struct dwarf *dwarf, const struct image *image)
{
	struct search search = {.dwarf = dwarf};
	struct book *book;

	for (size_t i = 0; i < dwarf->nr; i++)
		if (!memcmp(&dwarf->books[i]->image, image, sizeof(*image)))
			return dwarf->books[i];
	if (array__reserve((void **)&dwarf->books, dwarf->nr + 1, &dwarf->room,
			   sizeof(struct book *)))
		return NULL;
	book = calloc(1, sizeof(*book));
	if (!book)
		return NULL;
	dwarf->books[dwarf->nr++] = book;
	book->image = *image;
	search.book = book;
	if (image->build_id_length) {
		debugfiles__each(dwarf->files, image, take_path, &search);
		if (!book->dwfl && dwarf->debuginfod)
			fetch(&search);
	}
	explain(&search);
	return book;
}

/* ---- the room's door ---- */

int dwarf__open(struct dwarf **out, const struct dwarf_sources *sources)
{
	struct dwarf *dwarf = calloc(1, sizeof(*dwarf));

	if (!dwarf)
		return -ENOMEM;
	if (debugfiles__open(&dwarf->files, sources->folders, sources->nr_folders,
			     sources->release)) {
		free(dwarf);
		return -ENOMEM;
	}
	dwarf->debuginfod = sources->debuginfod;
	dwarf->wanted = sources->wanted;
	dwarf->give_up = sources->give_up;
	*out = dwarf;
	return 0;
}

/* 0 and the address in the book's file, or -ENOENT. */
static int in_file(const struct book *book, uint64_t address, uint64_t *out)
{
	for (size_t i = 0; i < book->nr_parts; i++) {
		const struct part *part = &book->parts[i];

		if (address < part->loaded || address - part->loaded >= part->size)
			continue;
		*out = address - part->loaded + part->in_file;
		return 0;
	}
	return -ENOENT;
}

size_t dwarf__find(struct dwarf *dwarf, const struct image *image, uint64_t address,
		   const struct dwarf_frame **frames)
{
	struct book *book = book_of(dwarf, image);
	struct answer answer;
	uint64_t at;
	uint32_t number;

	if (!book || !book->dwfl || in_file(book, address, &at))
		return 0;
	number = idmap__find(&book->answer_of, idmap__mix(at));
	if (number == IDMAP_NONE) {
		if (array__reserve((void **)&book->answers, book->nr_answers + 1,
				   &book->room_answers, sizeof(*book->answers)) ||
		    look_up(&answer, book, at - book->bias))
			return 0;
		number = book->nr_answers;
		if (idmap__add(&book->answer_of, idmap__mix(at), number)) {
			free_answer(&answer);
			return 0;
		}
		book->answers[book->nr_answers++] = answer;
	}
	*frames = book->answers[number].frames;
	return book->answers[number].nr;
}

const char *dwarf__file(struct dwarf *dwarf, const struct image *image)
{
	const struct book *book = book_of(dwarf, image);

	return book ? book->path : NULL;
}

static void free_book(struct book *book)
{
	for (size_t i = 0; i < book->nr_answers; i++)
		free_answer(&book->answers[i]);
	for (size_t i = 0; i < book->nr_units; i++) {
		free(book->units[i]->functions);
		free(book->units[i]);
	}
	free(book->answers);
	free(book->units);
	free(book->all);
	idmap__free(&book->answer_of);
	idmap__free(&book->unit_of);
	if (book->dwfl)
		dwfl_end(book->dwfl);
	free(book->path);
	free(book);
}

void dwarf__close(struct dwarf *dwarf)
{
	if (!dwarf)
		return;
	for (size_t i = 0; i < dwarf->nr; i++)
		free_book(dwarf->books[i]);
	free(dwarf->books);
	debugfiles__close(dwarf->files);
	free(dwarf);
}
