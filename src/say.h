/* SPDX-License-Identifier: GPL-2.0-only */
/* One sentence for people, on stderr. */
#ifndef KLEAK_SAY_H
#define KLEAK_SAY_H

/*
 * Print "kleak: ", the sentence and a newline.  Control bytes in it (from names
 * that come from outside) are printed as '?'.
 */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#endif
