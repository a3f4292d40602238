// SPDX-License-Identifier: GPL-2.0-only
#include "render/screen_keys.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

/* Code points of control keys */
#define CTRL_L 0x0c
#define CTRL_U 0x15

/* ---- typing ---- */

/* Put a character at the end of what was typed. */
static void type(char *text, uint32_t character)
{
	size_t length = strlen(text);
	char *to = text + length;

	if (character < 0x20 || (character >= 0x7f && character < 0xa0) || character > 0x10ffff ||
	    length + 5 > VIEW_INPUT)
		return;
	if (character < 0x80) {
		*to++ = (char)character;
	} else if (character < 0x800) {
		*to++ = (char)(0xc0 | character >> 6);
		*to++ = (char)(0x80 | (character & 0x3f));
	} else if (character < 0x10000) {
		*to++ = (char)(0xe0 | character >> 12);
		*to++ = (char)(0x80 | (character >> 6 & 0x3f));
		*to++ = (char)(0x80 | (character & 0x3f));
	} else {
		*to++ = (char)(0xf0 | character >> 18);
		*to++ = (char)(0x80 | (character >> 12 & 0x3f));
		*to++ = (char)(0x80 | (character >> 6 & 0x3f));
		*to++ = (char)(0x80 | (character & 0x3f));
	}
	*to = '\0';
}

static void erase_character(char *text)
{
	size_t length = strlen(text);

	while (length && ((unsigned char)text[--length] & 0xc0) == 0x80)
		;
	text[length] = '\0';
}

/* A key while something is typed.  True: it is done, view->mode says how. */
static enum view_wish type_key(struct screen_view *view, char *text, uint32_t key)
{
	bool save = view->mode == VIEW_SAVE_AS;

	switch (key) {
	case VIEW_KEY_ENTER:
		view->mode = VIEW_SITES;
		return save && *text ? VIEW_SAVE : VIEW_NOTHING;
	case VIEW_KEY_ESCAPE:
		view->mode = VIEW_SITES;
		*text = '\0';
		return VIEW_NOTHING;
	case VIEW_KEY_BACKSPACE:
		erase_character(text);
		return VIEW_NOTHING;
	case CTRL_U:
		*text = '\0';
		return VIEW_NOTHING;
	default:
		type(text, key);
		return VIEW_NOTHING;
	}
}

/* A name that no report before had. */
static void begin_save(struct screen_view *view)
{
	struct tm tm = {};

	localtime_r(&view->shown.report.time.tv_sec, &tm);
	strftime(view->input, sizeof(view->input), "kleak-%Y%m%d-%H%M%S.txt", &tm);
	view->mode = VIEW_SAVE_AS;
}

/* ---- moving ---- */

static void go_to(struct screen_view *view, size_t site)
{
	if (!view->nr)
		return;
	view->at = site < view->nr ? site : view->nr - 1;
	view->selected = view->order[view->at].site->id;
	view->follow = true;
}

/* Down: first through the details, if they go on below the screen. */
static void go_down(struct screen_view *view)
{
	if (view->nr && screen_view__last_line_of(view, view->at) >= view->top + view->rows)
		view->top++;
	else
		go_to(view, view->at + 1);
}

static void go_up(struct screen_view *view)
{
	if (view->nr && screen_view__line_of(view, view->at) < view->top)
		view->top--;
	else if (view->at > 0)
		go_to(view, view->at - 1);
	else
		go_to(view, 0);
}

/* A page further, of lines; `sign` is 1 or -1. */
static void go_page(struct screen_view *view, int sign)
{
	for (size_t i = 1; i < view->rows || i == 1; i++) {
		if (sign > 0)
			go_down(view);
		else
			go_up(view);
		screen_view__scroll(view);
	}
}

static void toggle(struct screen_view *view)
{
	if (!view->nr)
		return;
	view->expand = !(view->expand && view->expanded == view->selected);
	view->expanded = view->selected;
	view->follow = true;
}

static void sort_by(struct screen_view *view, enum view_sort sort)
{
	view->sort = sort;
	view->follow = false; /* the first one is what it is sorted for */
	view->top = 0;
}

static void move_key(struct screen_view *view, uint32_t key)
{
	switch (key) {
	case VIEW_KEY_UP:
	case 'k':
		go_up(view);
		break;
	case VIEW_KEY_DOWN:
	case 'j':
		go_down(view);
		break;
	case VIEW_KEY_PAGE_UP:
		go_page(view, -1);
		break;
	case VIEW_KEY_PAGE_DOWN:
		go_page(view, 1);
		break;
	case VIEW_KEY_HOME:
		sort_by(view, view->sort);
		break;
	case VIEW_KEY_END:
	case 'G':
		go_to(view, SIZE_MAX);
		break;
	case VIEW_KEY_ENTER:
		toggle(view);
		break;
	}
}

static void sort_key(struct screen_view *view, uint32_t key)
{
	static const char keys[VIEW_SORTS + 1] = "bgoav";
	const char *found = key < 0x80 && key ? strchr(keys, (int)key) : NULL;

	if (found)
		sort_by(view, (enum view_sort)(found - keys));
	else if (key == '>')
		sort_by(view, (view->sort + 1) % VIEW_SORTS);
	else if (key == '<')
		sort_by(view, (view->sort + VIEW_SORTS - 1) % VIEW_SORTS);
}

/* No key is one of two kinds. */
static enum view_wish site_key(struct screen_view *view, uint32_t key)
{
	move_key(view, key);
	sort_key(view, key);
	switch (key) {
	case VIEW_KEY_ESCAPE:
		*view->filter = '\0';
		return VIEW_NOTHING;
	case '/':
		view->mode = VIEW_FILTER;
		return VIEW_NOTHING;
	case 'f':
	case ' ':
		if (view->any && screen_view__freeze(view))
			screen_view__say(view, "out of memory");
		return VIEW_NOTHING;
	case 'c':
		screen_view__group(view);
		return VIEW_NOTHING;
	case 's':
		if (view->any)
			begin_save(view);
		return VIEW_NOTHING;
	case '?':
	case 'h':
	case VIEW_KEY_HELP:
		view->mode = VIEW_HELP;
		return VIEW_NOTHING;
	case 'r':
		return VIEW_SCAN;
	case 'x':
		return VIEW_ACKNOWLEDGE;
	case CTRL_L:
		return VIEW_REPAINT;
	case 'q':
		return VIEW_QUIT;
	}
	return VIEW_NOTHING;
}

enum view_wish screen_keys__press(struct screen_view *view, uint32_t key)
{
	enum view_wish wish = VIEW_NOTHING;
	/* keys find the newest report in its place, drawn or not */
	int err = screen_view__arrange(view);

	*view->message = '\0';
	if (view->mode == VIEW_FILTER)
		wish = type_key(view, view->filter, key);
	else if (view->mode == VIEW_SAVE_AS)
		wish = type_key(view, view->input, key);
	else if (view->mode == VIEW_HELP)
		view->mode = VIEW_SITES;
	else
		wish = site_key(view, key);
	if (!err)
		err = screen_view__arrange(view);
	if (err)
		screen_view__say(view, "out of memory");
	return wish;
}
