/* SPDX-License-Identifier: GPL-2.0-only */
/* What a site weighs in a picture: --weight. */
#ifndef KLEAK_RENDER_WEIGHT_H
#define KLEAK_RENDER_WEIGHT_H

#include "render/pen.h"

#include <stdint.h>

struct report_site;

enum weight {
	WEIGHT_BYTES,
	WEIGHT_OBJECTS,
	WEIGHT_GROWTH,	     /* bytes a minute */
	WEIGHT_UNREFERENCED, /* bytes */
};

/* 0: not in the picture.  What shrinks weighs nothing. */
uint64_t weight__of(const struct report_site *site, enum weight weight);

/* "outstanding bytes" */
const char *weight__title(enum weight weight);

/* An amount of it, for people: "1.5K", "+1.5K/min"; objects: "1536". */
struct pen_number weight__human(double amount, enum weight weight);

#endif
