/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Messages for people, on stderr.  kleak does not wait long for stderr: what it does not take
 * within a fraction of a second is lost.
 */
#ifndef KLEAK_UTIL_SAY_H
#define KLEAK_UTIL_SAY_H

#include <stdarg.h>

/*
 * Print "kleak: ", the sentence and a newline.  Control bytes in it (from names
 * that come from outside) are printed as '?'.
 */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

/* What is being done, on a terminal: in place of what was shown before; and nothing any more. */
__attribute__((format(printf, 1, 2))) void say__doing(const char *format, ...);
__attribute__((format(printf, 1, 0))) void say__vdoing(const char *format, va_list args);
void say__done(void);

/* One that was made before, without its end. */
void say__line(const char *line);

/* As it is, or the last lines of it, 4 KiB: what the verifier says at its end is why it refuses. */
__attribute__((format(printf, 1, 0))) void say__raw(const char *format, va_list args);

#endif
