// SPDX-License-Identifier: GPL-2.0-only
#include "render/merge_text.h"
#include "render/frames_text.h"
#include "render/pen.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define CACHE 16
#define ROW   "%5s  %5s  %5s  %8s  %10s  %-16s  "

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* "12 files: a LEAK in 3 of them; 412 sites" */
static void put_answer(const struct pen *pen, const struct merge *m)
{
	pen__put(pen, m->nr_leaking ? PEN_RED : PEN_BOLD, "%zu file%s: ", m->nr_files,
		 plural(m->nr_files));
	if (m->nr_leaking)
		pen__put(pen, PEN_RED, "a LEAK in %zu of them", m->nr_leaking);
	else
		pen__put(pen, PEN_BOLD, "none of them tells of a LEAK");
	fprintf(pen->out, "; %zu site%s in all\n\n", m->nr_sites, plural(m->nr_sites));
}

/* "newque ← ipcget ← ksys_msgget" */
static void put_headline(const struct pen *pen, const struct merge_site *s)
{
	frames_text__print(pen, s->site->stack + s->headline.first, s->headline.nr, PEN_BOLD);
	if (!s->headline.nr)
		fputs("(no stack)", pen->out);
	fputc('\n', pen->out);
}

/* A count; nothing for none. */
static struct pen_number count(size_t n)
{
	struct pen_number number = {""};

	if (n)
		snprintf(number.text, sizeof(number.text), "%zu", n);
	return number;
}

static void put_site(const struct pen *pen, const struct merge_site *s)
{
	char fingerprint[20] = "-";
	int width;

	if (s->site->fingerprint)
		snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64, s->site->fingerprint);
	pen__begin(pen, s->of[VERDICT_LEAK] ? PEN_RED : PEN_PLAIN);
	fprintf(pen->out, ROW, count(s->nr_files).text, count(s->of[VERDICT_LEAK]).text,
		count(s->of[VERDICT_GROWING]).text, pen__human((double)s->bytes, false).text,
		pen__growth(s->growth_bytes_per_min).text, fingerprint);
	pen__end(pen, s->of[VERDICT_LEAK] ? PEN_RED : PEN_PLAIN);
	width = pen__name_cut(pen, PEN_PLAIN, s->site->cache, CACHE);
	fprintf(pen->out, "%*s", CACHE - width + 2, "");
	put_headline(pen, s);
}

int merge_text__print(const struct merge *merge, bool color, FILE *out)
{
	const struct pen pen = {.out = out, .color = color};

	put_answer(&pen, merge);
	if (merge->nr_shown) {
		pen__put(&pen, PEN_DIM, ROW "%-*s  %s", "files", "LEAK", "GROWS", "bytes",
			 "growth/min", "fingerprint", CACHE, "cache", "allocated at");
		fputc('\n', out);
	}
	for (size_t i = 0; i < merge->nr_shown; i++)
		put_site(&pen, &merge->sites[i]);
	if (merge->nr_sites > merge->nr_shown)
		fprintf(out, "… and %zu more (--top 0 lists all)\n",
			merge->nr_sites - merge->nr_shown);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
