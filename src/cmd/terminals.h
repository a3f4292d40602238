/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of terminals that are known without a database of terminfo, as in an initramfs. */
#ifndef KLEAK_CMD_TERMINALS_H
#define KLEAK_CMD_TERMINALS_H

#include <stddef.h>

/* What is to stand in the variable TERMINFO for this type; NULL: it is not among them. */
const char *terminals__entry(const char *type);

/* Write "linux, vt100 or xterm". */
void terminals__list(char *text, size_t len);

#endif
