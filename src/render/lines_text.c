// SPDX-License-Identifier: GPL-2.0-only
#include "render/lines_text.h"
#include "render/frames_text.h"
#include "report/headline.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define LINES_LISTED  10 /* those that grow fastest */
#define STACKS_LISTED 3	 /* of a line */
#define MARGIN	      18 /* of a stack: as groups_member's have */

static size_t listed(const struct diagnosis *d, size_t most)
{
	return d->top ? most : SIZE_MAX;
}

/* "  +585.2K/min  (+510.3K to +705.8K)   kleak_test.c:123 kleak_leak_kzalloc [kleak_test]" */
static void put_line(const struct pen *pen, const struct statement_line *l)
{
	const struct growth_slope *slope = &l->amount.growth;
	char interval[3 * PEN_NUMBER];

	snprintf(interval, sizeof(interval), "(%s to %s)", pen__growth(slope->low * 60).text,
		 pen__growth(slope->high * 60).text);
	fprintf(pen->out, "  %10s/min  %-24s  ", pen__growth(slope->per_s * 60).text, interval);
	pen__name(pen, PEN_PLAIN, l->place);
	fputc(' ', pen->out);
	pen__name(pen, PEN_BOLD, l->function);
	if (l->module) {
		fputs(" [", pen->out);
		pen__name(pen, PEN_PLAIN, l->module);
		fputc(']', pen->out);
	}
	fprintf(pen->out,
		"\n%*s  %9" PRIu64 "  by the kernel's count, %s and %+" PRId64
		" more since the start\n",
		MARGIN, pen__human((double)l->amount.bytes, false).text, l->calls,
		pen__human((double)l->amount.delta_bytes, true).text, l->delta_calls);
}

/* "    12.0K        157  slab     kmalloc-96  GROWING  foo_init ← ops_init" */
static void put_stack(const struct pen *pen, const struct report_site *s, uint32_t frame)
{
	size_t nr = s->nr_frames - frame;

	fprintf(pen->out, "%*s  %9" PRIu64 "  %-7s  ", MARGIN,
		pen__human((double)s->bytes, false).text, s->objects, s->origin);
	pen__name(pen, PEN_PLAIN, s->cache);
	if (s->verdict.is.why)
		fprintf(pen->out, "  %s", verdict__name(s->verdict.is.name));
	fputs("  ", pen->out);
	frames_text__print(pen, s->stack + frame, nr < HEADLINE_FRAMES ? nr : HEADLINE_FRAMES,
			   PEN_PLAIN);
	fputc('\n', pen->out);
}

static void put_stacks(const struct pen *pen, const struct diagnosis *d,
		       const struct line_stacks_line *l)
{
	size_t most = listed(d, STACKS_LISTED);

	for (size_t i = 0; i < l->nr && i < most; i++) {
		const struct line_stacks_site *s = &d->lines.sites[l->first + i];

		put_stack(pen, &d->report->sites[s->site], s->frame);
	}
	if (l->nr > most)
		fprintf(pen->out, "%*s… and %zu more stacks (--top 0)\n", MARGIN, "", l->nr - most);
	if (l->nr && l->alike > 1)
		pen__put(pen, PEN_DIM,
			 "%*sthe function allocates at %" PRIu32
			 " lines: which stack is of which is not known\n",
			 MARGIN, "", l->alike);
	if (!l->nr)
		pen__put(pen, PEN_DIM, "%*sno stack: %s\n", MARGIN, "",
			 line_stacks__why_text(l->why));
}

void lines_text__print(const struct pen *pen, const struct diagnosis *d)
{
	size_t most = listed(d, LINES_LISTED);

	if (d->lines_known != DIAGNOSIS_LINES_COUNTED)
		return;
	if (!d->lines.nr) {
		fputs("\nno line of source grows steadily (/proc/allocinfo)\n", pen->out);
		return;
	}
	pen__put(pen, PEN_DIM,
		 "\ngrows steadily by line of source (/proc/allocinfo), and the stacks that were "
		 "traced there");
	fputc('\n', pen->out);
	for (size_t i = 0; i < d->lines.nr && i < most; i++) {
		put_line(pen, d->lines.list[i].growing->line);
		put_stacks(pen, d, &d->lines.list[i]);
	}
	if (d->lines.nr > most)
		fprintf(pen->out, "  … and %zu more lines (--top 0)\n", d->lines.nr - most);
}
