/* SPDX-License-Identifier: GPL-2.0-only */
/* Strings from outside as text of HTML and XML, in elements and in quoted attributes. */
#ifndef KLEAK_RENDER_MARKUP_H
#define KLEAK_RENDER_MARKUP_H

#include <stdio.h>

/*
 * Print `s`.  What could end an element or an attribute becomes a reference; what is no UTF-8, no
 * character of XML 1.0, controls something or turns the direction of writing becomes \xNN.
 */
void markup__text(FILE *out, const char *s);

#endif
