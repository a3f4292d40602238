// SPDX-License-Identifier: GPL-2.0-only
#include "say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *format, ...)
{
	char sentence[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	for (unsigned char *c = (unsigned char *)sentence; *c; c++)
		if (*c < 0x20 || *c == 0x7f || (*c >= 0x80 && *c < 0xa0))
			*c = '?';
	fprintf(stderr, "kleak: %s\n", sentence);
}
