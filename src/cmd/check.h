/* SPDX-License-Identifier: GPL-2.0-only */
/* `kleak check`: a monitoring plugin: one sentence and an exit status, from the kernel's books. */
#ifndef KLEAK_CMD_CHECK_H
#define KLEAK_CMD_CHECK_H

#include "cmd/options.h"

/* What monitoring plugins exit with when they cannot tell; wrong usage is no critical state. */
#define CHECK_UNKNOWN 3

/*
 * Read the books, for as long as --within says where growth is limited, print what they say of
 * the limits.  signals: from signals__open(); one ends it, with what is known by then.  The exit
 * status: that of enum gate_state.
 */
int cmd_check(const struct options *options, int signals);

#endif
