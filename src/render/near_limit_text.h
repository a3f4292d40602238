/* SPDX-License-Identifier: GPL-2.0-only */
/* How near a cgroup is to its limit, in a sentence for people. */
#ifndef KLEAK_RENDER_NEAR_LIMIT_TEXT_H
#define KLEAK_RENDER_NEAR_LIMIT_TEXT_H

#include "judge/near_limit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * "NEAR LIMIT: reclaimable, 2.1G of 2.2G, OOM in 12m at this pace (10m to 15m)".  what: that grows,
 * or NULL; limit: bytes.  false, and no text: there is nothing to say.
 */
bool near_limit_text__sentence(char *text, size_t len, const struct near_limit *is,
			       const char *what, uint64_t limit);

#endif
