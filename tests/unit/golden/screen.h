/* SPDX-License-Identifier: GPL-2.0-only */
/* A screen without a terminal: keys go in, what it shows comes out. */
#ifndef KLEAK_UNIT_GOLDEN_SCREEN_H
#define KLEAK_UNIT_GOLDEN_SCREEN_H

#include "golden/golden.h"

#include "render/screen_keys.h"
#include "render/screen_view.h"

static struct screen_view *open_view(int width, int height)
{
	struct screen_view *view = calloc(1, sizeof(*view));

	assert_non_null(view);
	screen_view__open(view, 5, VIEW_BY_BYTES);
	view->width = width;
	view->height = height;
	return view;
}

static void close_view(struct screen_view *view)
{
	screen_view__close(view);
	free(view);
}

static void press(struct screen_view *view, const char *keys)
{
	for (; *keys; keys++)
		assert_int_equal(screen_keys__press(view, (unsigned char)*keys), VIEW_NOTHING);
}

/* Without styles; the selected line begins with '>'. */
static char *drawn(struct screen_view *view)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	assert_int_equal(screen_view__draw(view), 0);
	for (int i = 0; i < view->height; i++) {
		fputc(view->lines[i].selected ? '>' : '|', out);
		for (const char *s = view->lines[i].text; *s; s++) {
			if (*s == '\x1b')
				s = strchr(s, 'm');
			else
				fputc(*s, out);
		}
		fputc('\n', out);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static bool shows(struct screen_view *view, const char *part)
{
	char *text = drawn(view);
	bool found = strstr(text, part);

	free(text);
	return found;
}

#define check_shows(view, part)                                                                    \
	do {                                                                                       \
		if (!shows(view, part))                                                            \
			fail_msg("no \"%s\" in:\n%s", part, drawn(view));                          \
	} while (0)

#endif
