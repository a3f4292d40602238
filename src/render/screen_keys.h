/* SPDX-License-Identifier: GPL-2.0-only */
/* What each key of the interactive screen does */
#ifndef KLEAK_RENDER_SCREEN_KEYS_H
#define KLEAK_RENDER_SCREEN_KEYS_H

#include "render/screen_view.h"

#include <stdint.h>

/* Keys that are no characters; characters are their code points. */
enum {
	VIEW_KEY_UP = 0x200000,
	VIEW_KEY_DOWN,
	VIEW_KEY_PAGE_UP,
	VIEW_KEY_PAGE_DOWN,
	VIEW_KEY_HOME,
	VIEW_KEY_END,
	VIEW_KEY_ENTER,
	VIEW_KEY_ESCAPE,
	VIEW_KEY_BACKSPACE,
	VIEW_KEY_HELP,
};

/* What a key asks for that the view cannot do. */
enum view_wish {
	VIEW_NOTHING,
	VIEW_SCAN,
	VIEW_ACKNOWLEDGE,
	VIEW_SAVE, /* screen_view__report() as file `input` */
	VIEW_REPAINT,
	VIEW_QUIT,
};

/* A key was pressed. */
enum view_wish screen_keys__press(struct screen_view *view, uint32_t key);

#endif
