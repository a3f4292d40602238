// SPDX-License-Identifier: GPL-2.0-only
#include "render/view_text.h"
#include "util/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void view_text__free(struct view_text *text)
{
	free(text->text);
	free(text->line);
	*text = (struct view_text){};
}

int view_text__split(struct view_text *text, char *raw)
{
	size_t nr = 0;

	for (const char *s = raw; (s = strchr(s, '\n')); s++)
		nr++;
	text->text = raw;
	text->nr = 0;
	text->line = calloc(nr + 1, sizeof(char *));
	if (!text->line)
		return -ENOMEM;
	for (char *s = raw; text->nr < nr; text->nr++) {
		text->line[text->nr] = s;
		s = strchr(s, '\n');
		*s++ = '\0';
	}
	return 0;
}

int view_text__write(struct view_text *text, const struct screen_view *view, int columns,
		     view_print *print)
{
	char *raw = NULL;
	size_t length;
	struct pen pen = {.color = true, .columns = columns};

	view_text__free(text);
	pen.out = open_memstream(&raw, &length);
	if (!pen.out)
		return -ENOMEM;
	print(view, &pen);
	if (fclose(pen.out)) {
		free(raw);
		return -ENOMEM;
	}
	return view_text__split(text, raw);
}

/* ---- lines as they go to the terminal ---- */

/* For terminals that take nothing else: what is drawn here, in ASCII. */
static char ascii_of(const char *character)
{
	static const struct {
		const char *utf8;
		char ascii;
	} known[] = {
		{"▁", '_'}, {"▂", '.'}, {"▃", ':'}, {"▄", '-'}, {"▅", '='}, {"▆", '+'},
		{"▇", '*'}, {"█", '#'}, {"░", '.'}, {"▼", 'v'}, {"▾", '-'}, {"…", '~'},
		{"·", '-'}, {"±", '~'}, {"←", '<'}, {"↑", '^'}, {"↓", 'v'},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(character, known[i].utf8, strlen(known[i].utf8)))
			return known[i].ascii;
	return '?';
}

/* A line in `width` columns: what does not fit goes. */
static void put_line(const char *line, int width, bool ascii, FILE *out)
{
	int columns = 0;
	size_t length;

	for (const char *s = line; *s; s += length) {
		if (*s == '\x1b') {
			length = strcspn(s, "m") + 1;
			fwrite(s, 1, length, out);
			continue;
		}
		length = utf8__sequence((const unsigned char *)s);
		if (!length)
			length = 1;
		if (columns++ >= width)
			continue; /* styles go on */
		if (ascii && length > 1)
			fputc(ascii_of(s), out);
		else
			fwrite(s, 1, length, out);
	}
	fputc('\n', out);
}

int view_text__fit(struct view_text *fitted, const struct view_text *text, int width, int height,
		   bool ascii)
{
	char *raw = NULL;
	size_t length;
	FILE *out;

	view_text__free(fitted);
	out = open_memstream(&raw, &length);
	if (!out)
		return -ENOMEM;
	for (int i = 0; i < height; i++)
		put_line((size_t)i < text->nr ? text->line[i] : "", width, ascii, out);
	if (fclose(out)) {
		free(raw);
		return -ENOMEM;
	}
	return view_text__split(fitted, raw);
}
