/* SPDX-License-Identifier: GPL-2.0-only */
/* --help: the tables of commands and options, for people. */
#ifndef KLEAK_CMD_HELP_H
#define KLEAK_CMD_HELP_H

#include "cmd/options.h"

#include <stdio.h>

/* What a command is and takes; VERB_TRACE: all commands, and all options. */
void help__print(enum options_verb verb, FILE *out);

#endif
