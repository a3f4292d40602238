/* SPDX-License-Identifier: GPL-2.0-only */
/* Dead memory cgroups, for people. */
#ifndef KLEAK_RENDER_ZOMBIES_TEXT_H
#define KLEAK_RENDER_ZOMBIES_TEXT_H

#include "memory/zombies.h"
#include "render/pen.h"

/* "kept: 12 by sockets, 3 by swap" and the end of the line; nothing where nothing keeps them. */
void zombies_text__keepers(const struct pen *pen, const struct zombie_keepers *kept_by);

/* "charged to them: 4.0M page cache of files" and the end of the line; nothing of nothing. */
void zombies_text__charged(const struct pen *pen, const uint64_t bytes[CHARGE_KINDS]);

/* "inode 9 of tmpfs, /d/f" */
void zombies_text__file(const struct pen *pen, const struct file_name *name);

#endif
