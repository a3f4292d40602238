// SPDX-License-Identifier: GPL-2.0-only
/*
 * names DIR/vmlinux [N]: what it takes to name N distinct return addresses (default 1,000) of a
 * kernel with debug info, spread over all of its functions.  The kernel need not run.
 */
#include "kernel/dwarf.h"

#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include <gelf.h>

#define OFFSET	0x1e000000ULL /* as KASLR would choose it */
#define CALL	0xe8
#define SHOWN	4
#define MOST	1000000
#define DEFAULT 1000

struct code {
	const unsigned char *bytes;
	uint64_t start, size;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void fail(const char *what)
{
	fprintf(stderr, "names: %s\n", what);
	exit(1);
}

static void take_note(struct image *image, Elf_Data *notes)
{
	GElf_Nhdr head;
	size_t at = 0, next, name, id;

	while ((next = gelf_getnote(notes, at, &head, &name, &id))) {
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
		    !strcmp((const char *)notes->d_buf + name, "GNU") &&
		    head.n_descsz <= IMAGE_BUILD_ID) {
			memcpy(image->build_id, (const char *)notes->d_buf + id, head.n_descsz);
			image->build_id_length = head.n_descsz;
		}
		at = next;
	}
}

static void take_text(struct image *image, Elf *elf, Elf_Data *symbols, size_t strings)
{
	GElf_Sym symbol;

	for (int i = 0; gelf_getsym(symbols, i, &symbol); i++) {
		const char *name = elf_strptr(elf, strings, symbol.st_name);

		if (!name || strcmp(name, "_text"))
			continue;
		strcpy(image->places[0].name, "_text");
		image->places[0].address = symbol.st_value + OFFSET;
		image->nr_places = 1;
		return;
	}
}

static void read_kernel(const char *path, struct image *image, struct code *code)
{
	int fd = open(path, O_RDONLY);
	Elf *elf;
	Elf_Scn *section = NULL;
	size_t names;

	elf_version(EV_CURRENT);
	elf = fd < 0 ? NULL : elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (!elf || elf_getshdrstrndx(elf, &names))
		fail("no kernel image there");
	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data;
		GElf_Shdr head;
		const char *name;

		gelf_getshdr(section, &head);
		name = elf_strptr(elf, names, head.sh_name);
		data = elf_getdata(section, NULL);
		if (!name || !data)
			continue;
		if (head.sh_type == SHT_NOTE)
			take_note(image, data);
		else if (head.sh_type == SHT_SYMTAB)
			take_text(image, elf, data, head.sh_link);
		else if (!strcmp(name, ".text"))
			*code = (struct code){data->d_buf, head.sh_addr, data->d_size};
	}
	if (!image->build_id_length || !image->nr_places || !code->bytes)
		fail("the image lacks its build-id, its symbols or its code");
}

/* The first return address behind `at`, or 0. */
static uint64_t call_behind(const struct code *code, uint64_t at)
{
	for (; at + 5 < code->size; at++) {
		int32_t distance;

		if (code->bytes[at] != CALL)
			continue;
		memcpy(&distance, code->bytes + at + 1, sizeof(distance));
		if (at + 5 + (uint64_t)(int64_t)distance < code->size)
			return at + 5;
	}
	return 0;
}

static void show(uint64_t address, const struct dwarf_frame *frames, size_t nr)
{
	printf("%#llx\n", (unsigned long long)address);
	for (size_t i = 0; i < nr; i++)
		printf("    %-32s %s:%u\n", frames[i].function ? frames[i].function : "-",
		       frames[i].file ? frames[i].file : "?", frames[i].line);
}

int main(int argc, char **argv)
{
	size_t nr = argc > 2 ? strtoul(argv[2], NULL, 10) : DEFAULT, named = 0, inlined = 0, n = 0,
	       calls = 0;
	struct image image = {};
	struct code code = {};
	struct dwarf *dwarf;
	struct rusage used;
	char *folder;
	double began, opened, done, again;
	uint64_t *addresses;

	if (argc < 2 || !nr || nr > MOST)
		fail("give a vmlinux with debug info, and how many addresses");
	read_kernel(argv[1], &image, &code);
	addresses = calloc(nr, sizeof(*addresses));
	if (!addresses)
		fail("out of memory");
	for (uint64_t at = 0; (at = call_behind(&code, at)); calls++)
		;
	for (uint64_t at = 0, call = 0; n < nr && (at = call_behind(&code, at)); call++)
		if (call >= n * calls / nr)
			addresses[n++] = code.start + at + OFFSET;
	folder = dirname(strdup(argv[1]));
	began = now();
	if (dwarf__open(&dwarf, &(struct dwarf_sources){.release = "",
							.folders = (const char *const[]){folder},
							.nr_folders = 1,
							.wanted = true}))
		fail("out of memory");
	if (!dwarf__file(dwarf, &image))
		fail("no debug info");
	opened = now();
	for (size_t i = 0; i < n; i++) {
		const struct dwarf_frame *frames;
		size_t found = dwarf__find(dwarf, &image, addresses[i] - 1, &frames);

		named += found && frames[0].file;
		inlined += found ? found - 1 : 0;
		if (found && i % (n / SHOWN + 1) == 0)
			show(addresses[i], frames, found);
	}
	done = now();
	for (size_t i = 0; i < n; i++) {
		const struct dwarf_frame *frames;

		dwarf__find(dwarf, &image, addresses[i] - 1, &frames);
	}
	again = now();
	getrusage(RUSAGE_SELF, &used);
	printf("opened in %.0f ms; %zu addresses in %.0f ms, %zu with a line, %zu inlined "
	       "functions; "
	       "again in %.2f ms; %ld MB resident at most\n",
	       (opened - began) * 1e3, n, (done - opened) * 1e3, named, inlined,
	       (again - done) * 1e3, used.ru_maxrss / 1024);
	dwarf__close(dwarf);
	return 0;
}
