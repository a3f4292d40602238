// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/images.h"
#include "util/array.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_NOTES 4096

static size_t padded(uint32_t length)
{
	return ((size_t)length + 3) & ~(size_t)3;
}

/* The build-id among ELF notes, if there is one. */
static void take_build_id(struct image *image, const unsigned char *notes, size_t length)
{
	Elf64_Nhdr head;

	while (length >= sizeof(head)) {
		const unsigned char *name = notes + sizeof(head), *id;
		size_t size;

		memcpy(&head, notes, sizeof(head));
		size = sizeof(head) + padded(head.n_namesz) + padded(head.n_descsz);
		if (size > length)
			return;
		id = name + padded(head.n_namesz);
		if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 &&
		    !memcmp(name, "GNU", 4) && head.n_descsz <= IMAGE_BUILD_ID) {
			memcpy(image->build_id, id, head.n_descsz);
			image->build_id_length = head.n_descsz;
			return;
		}
		notes += size;
		length -= size;
	}
}

static void read_build_id(struct image *image, const char *path)
{
	unsigned char notes[LONGEST_NOTES];
	FILE *file = fopen(path, "re");

	if (!file)
		return;
	take_build_id(image, notes, fread(notes, 1, sizeof(notes), file));
	fclose(file);
}

static void add_place(struct image *image, const char *name, uint64_t address)
{
	size_t length = strlen(name) + 1;
	struct image_place *place;

	if (!address || image->nr_places == IMAGE_PLACES || length > sizeof(place->name))
		return;
	place = &image->places[image->nr_places++];
	memcpy(place->name, name, length);
	place->address = address;
}

static void add_symbol(const struct kallsyms_symbol *symbol, void *arg)
{
	if (!symbol->module)
		add_place(arg, symbol->name, symbol->start);
}

void images__read_kernel(struct image *image, const char *root, const struct kallsyms *symbols)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/sys/kernel/notes", root);
	read_build_id(image, path);
	if (!symbols)
		return;
	kallsyms__each(symbols, "_text", add_symbol, image);
	kallsyms__each(symbols, "_stext", add_symbol, image);
}

static void read_section(struct image *image, const char *folder, const char *name)
{
	char path[PATH_MAX];
	uint64_t address = 0;
	FILE *file;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return;
	file = fopen(path, "re");
	if (!file)
		return;
	if (fscanf(file, "0x%" SCNx64, &address) == 1)
		add_place(image, name, address);
	fclose(file);
}

void images__read_module(struct image *image, const char *root)
{
	char path[PATH_MAX];
	const struct dirent *section;
	DIR *sections;

	snprintf(path, sizeof(path), "%s/sys/module/%s/notes/.note.gnu.build-id", root,
		 image->name);
	read_build_id(image, path);
	snprintf(path, sizeof(path), "%s/sys/module/%s/sections", root, image->name);
	read_section(image, path, ".text"); /* first: there may be more than fit */
	sections = opendir(path);
	if (!sections)
		return;
	while ((section = readdir(sections)))
		if (strstr(section->d_name, "text") && strcmp(section->d_name, ".text"))
			read_section(image, path, section->d_name);
	closedir(sections);
}

static struct image *add_image(struct images *images, size_t *room)
{
	if (array__reserve((void **)&images->list, images->nr + 1, room, sizeof(*images->list)))
		return NULL;
	images->list[images->nr] = (struct image){};
	return &images->list[images->nr++];
}

int images__each_module(const char *root,
			int (*each)(const struct images_listed *listed, void *arg), void *arg)
{
	struct images_listed listed = {};
	char path[PATH_MAX], line[1024];
	bool begins = true; /* the list of users makes some lines long */
	FILE *file;
	int err = 0;

	snprintf(path, sizeof(path), "%s/proc/modules", root);
	file = fopen(path, "re");
	if (!file)
		return 0; /* a kernel without modules has no such file */
	while (!err && fgets(line, sizeof(line), file)) {
		const char *address = strstr(line, " 0x");

		if (begins) {
			listed = (struct images_listed){};
			if (sscanf(line, "%63[^ /]", listed.name) != 1)
				*listed.name = '\0';
		}
		begins = strchr(line, '\n') != NULL;
		if (address)
			listed.address = strtoull(address + 1, NULL, 16);
		if (begins && *listed.name)
			err = each(&listed, arg);
	}
	fclose(file);
	return err || begins || !*listed.name ? err : each(&listed, arg);
}

struct reading {
	struct images *images;
	size_t room;
	const char *root;
};

static int read_module(const struct images_listed *listed, void *arg)
{
	struct reading *reading = arg;
	struct image *image = add_image(reading->images, &reading->room);

	if (!image)
		return -ENOMEM;
	memcpy(image->name, listed->name, sizeof(image->name));
	images__read_module(image, reading->root);
	return 0;
}

int images__read(struct images *out, const char *root, const struct kallsyms *symbols)
{
	struct images images = {};
	struct reading reading = {.images = &images, .root = root};
	struct image *kernel = add_image(&images, &reading.room);
	int err = -ENOMEM;

	if (kernel) {
		images__read_kernel(kernel, root, symbols);
		err = images__each_module(root, read_module, &reading);
	}
	if (err)
		images__free(&images);
	else
		*out = images;
	return err;
}

const struct image *images__find(const struct images *images, const char *module)
{
	for (size_t i = 0; i < images->nr; i++)
		if (!strcmp(images->list[i].name, module ? module : ""))
			return &images->list[i];
	return NULL;
}

bool images__is_same_build(const struct image *a, const struct image *b)
{
	return a->build_id_length && a->build_id_length == b->build_id_length &&
	       !memcmp(a->build_id, b->build_id, a->build_id_length);
}

void images__free(struct images *images)
{
	free(images->list);
	*images = (struct images){};
}
