// SPDX-License-Identifier: GPL-2.0-only
#include "render/html_lines.h"
#include "render/html_frames.h"
#include "render/markup.h"
#include "render/pen.h"
#include "report/headline.h"

#include <inttypes.h>

#define LINES  100 /* more than that nobody reads */
#define STACKS 20  /* of a line */

/* "kleak_test.c:123 kleak_leak_kzalloc [kleak_test]" and what the kernel counts of it. */
static void put_line(FILE *out, const struct statement_line *l)
{
	const struct growth_slope *slope = &l->amount.growth;

	fputs("<tr><th scope=\"row\"><span class=\"source\">", out);
	markup__text(out, l->place);
	fputs("</span> <b>", out);
	markup__text(out, l->function);
	fputs("</b>", out);
	if (l->module) {
		fputs(" <small>[", out);
		markup__text(out, l->module);
		fputs("]</small>", out);
	}
	fprintf(out, "</th><td>%s", pen__growth(slope->per_s * 60).text);
	fprintf(out, " <small>(%s", pen__growth(slope->low * 60).text);
	fprintf(out, " to %s)</small></td>", pen__growth(slope->high * 60).text);
	fprintf(out, "<td>%s</td><td>%" PRIu64 "</td></tr>\n",
		pen__human((double)l->amount.bytes, false).text, l->calls);
}

/* "GROWING foo_init ← ops_init", kmalloc-96, and what was traced of it. */
static void put_stack(FILE *out, const struct report_site *s, uint32_t frame, bool linked)
{
	size_t nr = s->nr_frames - frame;

	fputs("<tr class=\"stack\"><th scope=\"row\">", out);
	if (s->verdict.is.why)
		fprintf(out, "<span class=\"badge b%d\">%s</span> ", s->verdict.is.name,
			verdict__name(s->verdict.is.name));
	if (linked)
		fprintf(out, "<a href=\"#s%016" PRIx64 "\">", s->id);
	html_frames__print(out, s->stack + frame, nr < HEADLINE_FRAMES ? nr : HEADLINE_FRAMES);
	fputs(linked ? "</a> <small>" : " <small>", out);
	markup__text(out, s->cache);
	fprintf(out, "</small></th><td>%s</td>", pen__growth(s->growth_bytes_per_min).text);
	fprintf(out, "<td>%s</td><td>%" PRIu64 "</td></tr>\n",
		pen__human((double)s->bytes, false).text, s->objects);
}

static void put_note(FILE *out, const char *before, const char *text)
{
	fprintf(out,
		"<tr class=\"stack\"><th scope=\"row\" colspan=\"4\"><small>%s%s</small>"
		"</th></tr>\n",
		before, text);
}

static void put_stacks(FILE *out, const struct diagnosis *d, const struct line_stacks_line *l,
		       bool linked)
{
	char text[96];

	for (size_t i = 0; i < l->nr && i < STACKS; i++) {
		const struct line_stacks_site *s = &d->lines.sites[l->first + i];

		put_stack(out, &d->report->sites[s->site], s->frame, linked);
	}
	if (l->nr > STACKS) {
		snprintf(text, sizeof(text), "%zu more stacks", l->nr - STACKS);
		put_note(out, "… and ", text);
	}
	if (l->nr && l->alike > 1) {
		snprintf(text, sizeof(text),
			 "%" PRIu32 " lines: which stack is of which is not known", l->alike);
		put_note(out, "the function allocates at ", text);
	}
	if (!l->nr)
		put_note(out, "no stack: ", line_stacks__why_text(l->why));
}

void html_lines__print(FILE *out, const struct diagnosis *d, bool linked)
{
	if (d->lines_known != DIAGNOSIS_LINES_COUNTED)
		return;
	fputs("<section>\n<h2>Lines of source that grow</h2>\n", out);
	if (!d->lines.nr) {
		fputs("<p>no line of source grows steadily (/proc/allocinfo)</p>\n</section>\n",
		      out);
		return;
	}
	fputs("<p class=\"lead\">What the kernel counts by itself (/proc/allocinfo); below each "
	      "line the stacks that were traced there, with what was allocated during the "
	      "trace.</p>\n<div class=\"wide\"><table class=\"books lines\"><thead><tr><th "
	      "scope=\"col\">line, stacks</th><th scope=\"col\">growth/min</th><th "
	      "scope=\"col\">bytes</th><th scope=\"col\">objects</th></tr></thead><tbody>\n",
	      out);
	for (size_t i = 0; i < d->lines.nr && i < LINES; i++) {
		put_line(out, d->lines.list[i].growing->line);
		put_stacks(out, d, &d->lines.list[i], linked);
	}
	fputs("</tbody></table></div>\n", out);
	if (d->lines.nr > LINES)
		fprintf(out, "<p>%zu more lines grow less</p>\n", d->lines.nr - LINES);
	fputs("</section>\n", out);
}
