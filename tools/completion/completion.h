/* SPDX-License-Identifier: GPL-2.0-only */
/* What completes the command line, printed from the table of options, for one shell each. */
#ifndef KLEAK_COMPLETION_H
#define KLEAK_COMPLETION_H

#include "cmd/option_table.h"

#include <stdbool.h>

void completion__bash(void);
void completion__zsh(void);
void completion__fish(void);

/* "kleak" for kleak without a word. */
const char *completion__name(const struct verb_row *verb);

/* " bytes growth" */
void completion__choices(const char *const *choices);

/* A string in single quotes; what stands for a quote and a backslash in it. */
void completion__quoted(const char *text, const char *quote, const char *backslash);

#endif
