/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of source that grow, each beside the stacks that were traced of it, as a section of a page.
 */
#ifndef KLEAK_RENDER_HTML_LINES_H
#define KLEAK_RENDER_HTML_LINES_H

#include "report/diagnosis.h"

#include <stdio.h>

/* Nothing where the kernel does not count by line.  linked: each site has a row with its id. */
void html_lines__print(FILE *out, const struct diagnosis *diagnosis, bool linked);

#endif
