/* SPDX-License-Identifier: GPL-2.0-only */
/* The allocators that are traced, by name. */
#ifndef KLEAK_TRACE_ORIGINS_H
#define KLEAK_TRACE_ORIGINS_H

#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One bit for each enum kleak_key_space. */
enum origin {
	ORIGIN_SLAB = 1 << KLEAK_SPACE_SLAB,
	ORIGIN_VMALLOC = 1 << KLEAK_SPACE_VMALLOC,
	ORIGIN_PERCPU = 1 << KLEAK_SPACE_PERCPU,
	ORIGIN_PAGES = 1 << KLEAK_SPACE_PAGES, /* only when asked for: much volume */
	ORIGINS = 4,
};

/* By enum kleak_key_space; NULL ends them. */
extern const char *const origins__names[ORIGINS + 1];

/* "slab" */
const char *origins__name(enum kleak_key_space space);

/* Those that the programs look at. */
uint32_t origins__of(const struct kleak_config *config);

#define ORIGINS_TEXT 64 /* room for all of them */

/* As the user would write them, "slab,vmalloc". */
void origins__print(char *text, size_t len, uint32_t origins);

#endif
