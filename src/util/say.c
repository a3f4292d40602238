// SPDX-License-Identifier: GPL-2.0-only
#include "util/say.h"
#include "util/nowait.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SENTENCE   1024
#define RAW	   4096
#define MARK	   "kleak: "
#define FORGET	   "\r\033[K"
#define PATIENT_MS 200

static void put(const char *text)
{
	nowait__put(STDERR_FILENO, text, strlen(text), PATIENT_MS);
}

void say(const char *format, ...)
{
	char text[sizeof(MARK) + SENTENCE + 1] = MARK;
	va_list args;

	va_start(args, format);
	vsnprintf(text + strlen(MARK), SENTENCE, format, args);
	va_end(args);
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c == 0x7f || (*c >= 0x80 && *c < 0xa0))
			*c = '?';
	strcat(text, "\n"); /* NOLINT: there is room */
	put(text);
}

void say__line(const char *line)
{
	char text[SENTENCE + sizeof(MARK)];

	snprintf(text, sizeof(text), "%s\n", line);
	put(text);
}

void say__vdoing(const char *format, va_list args)
{
	char text[SENTENCE] = "\r" MARK;
	size_t length = strlen(text), room = sizeof(text) - length - sizeof(" \033[K");

	vsnprintf(text + length, room, format, args);
	strcat(text, " \033[K"); /* NOLINT: there is room */
	put(text);
}

void say__doing(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say__vdoing(format, args);
	va_end(args);
}

void say__done(void)
{
	put(FORGET);
}

void say__raw(const char *format, va_list args)
{
	char *text, *line;
	int len = vasprintf(&text, format, args);

	if (len < 0)
		return;
	line = len > RAW ? strchr(text + len - RAW, '\n') : text;
	if (line > text)
		put("[...]");
	put(line ? line : text + len - RAW);
	free(text);
}
