/* SPDX-License-Identifier: GPL-2.0-only */
/* The value of an option: read as its row of the table says, and stored. */
#ifndef KLEAK_CMD_OPTION_VALUE_H
#define KLEAK_CMD_OPTION_VALUE_H

#include "cmd/option_table.h"

/*
 * Store the value `text` (NULL: none was given) of the option in *options, which points into it
 * from then on.  0, or -EINVAL with one sentence in `why` that says what it has to be.
 */
int option_value__store(const struct option_row *row, const char *text, struct options *options,
			char *why, size_t len);

#endif
