/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what memory cgroups are charged with, beside objects of slab caches. */
#ifndef KLEAK_RENDER_CHARGE_KIND_TEXT_H
#define KLEAK_RENDER_CHARGE_KIND_TEXT_H

#include "memory/charge_sums.h"

/* For people: "page tables". */
const char *charge_kind_text__of(enum charge_kind kind);

/* As a part of a JSON key: "page_tables". */
const char *charge_kind_text__key(enum charge_kind kind);

#endif
