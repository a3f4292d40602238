/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What runs in kernel mode: the kernel and its modules, each with its build-id and where it was
 * loaded.  That is what it takes to find the debug info of an address, also on another machine:
 * plain values, which can be stored.
 */
#ifndef KLEAK_KERNEL_IMAGES_H
#define KLEAK_KERNEL_IMAGES_H

#include "kernel/kallsyms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGE_NAME     64 /* MODULE_NAME_LEN is 56 */
#define IMAGE_BUILD_ID 64 /* a SHA-1 has 20 bytes */
#define IMAGE_PLACES   16

/* Where a part of an image is: of the kernel a symbol, of a module a section. */
struct image_place {
	char name[32]; /* "_text", "_stext"; ".text", ".init.text", ... */
	uint64_t address;
};

struct image {
	char name[IMAGE_NAME]; /* "": the kernel; a module as /proc/modules has it */
	uint8_t build_id[IMAGE_BUILD_ID];
	uint32_t build_id_length; /* 0: not known: no debug info is used then */
	uint32_t nr_places;
	struct image_place places[IMAGE_PLACES];
};

struct images {
	struct image *list; /* the kernel first; unused bytes are 0 */
	size_t nr;
};

/*
 * Those of this machine: /sys/kernel/notes, /proc/modules, /sys/module, below `root`, which is ""
 * but in tests.  symbols may be NULL.  What cannot be read is left out.  0 or -ENOMEM.
 */
int images__read(struct images *images, const char *root, const struct kallsyms *symbols);

/* A line of /proc/modules. */
struct images_listed {
	char name[IMAGE_NAME];
	uint64_t address; /* 0: hidden */
};

/*
 * Hand out each line of /proc/modules below `root`; a kernel without modules has no such file.  0,
 * or the first that is not 0 of what each() returned.
 */
int images__each_module(const char *root,
			int (*each)(const struct images_listed *listed, void *arg), void *arg);

/* The kernel; symbols may be NULL. */
void images__read_kernel(struct image *image, const char *root, const struct kallsyms *symbols);

/* The module called image->name; fields that are all 0 are filled in as far as known. */
void images__read_module(struct image *image, const char *root);

/* The image called `module`, of the kernel if that is NULL; NULL: there is none. */
const struct image *images__find(const struct images *images, const char *module);

/* Do both have a build-id, and the same one? */
bool images__is_same_build(const struct image *a, const struct image *b);

void images__free(struct images *images);

#endif
