// SPDX-License-Identifier: GPL-2.0-only
#include "render/diagnosis_text.h"
#include "render/frames_text.h"
#include "render/holder_text.h"
#include "render/ledger_text.h"
#include "render/lines_text.h"
#include "render/report_text.h"
#include "render/who_text.h"
#include "render/zombies_text.h"
#include "report/cache_aliases.h"
#include "util/best.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define GROWING_LISTED 5 /* suspects below the leaks */
#define MEMBERS_LISTED 5 /* of a group, beside the first one */
#define FRAMES_LISTED  4 /* of who frees */
#define STOPPED_LISTED 5
#define STOPPED_BYTES  10
#define MARGIN	       10

static size_t count(const struct diagnosis *d, enum verdict_name name)
{
	return groups__count(&d->groups, name, NULL);
}

/* How many of them are listed: --top, and no more than `most`. */
static size_t listed(const struct diagnosis *d, size_t most)
{
	return d->top && d->top < most ? d->top : most;
}

/* "LEAK: 2 causes, 247 sites", and "LEAK: 1 site" where one is the other. */
static void put_count(const struct pen *pen, const struct diagnosis *d, enum verdict_name name,
		      const char *style, const char *before)
{
	size_t sites, causes = groups__count(&d->groups, name, &sites);

	if (sites == causes)
		pen__put(pen, style, "%s%zu site%s", before, sites, sites == 1 ? "" : "s");
	else
		pen__put(pen, style, "%s%zu cause%s, %zu sites", before, causes,
			 causes == 1 ? "" : "s", sites);
}

/* ---- what was found ---- */

static void put_thin(const struct pen *pen, const struct diagnosis *d)
{
	size_t nr = diagnosis__thin(d);

	pen__put(pen, PEN_YELLOW,
		 "UNDECIDED: %zu site%s may grow, recorded too thinly to tell (1 object in %u)", nr,
		 nr == 1 ? "" : "s", d->report->sampling);
}

static void put_answer(const struct pen *pen, const struct diagnosis *d)
{
	size_t suspects = count(d, VERDICT_GROWING);

	switch (diagnosis__answer(d)) {
	case DIAGNOSIS_HELD:
		/* those that are held come last */
		for (size_t i = 0; i < d->groups.nr; i++) {
			if (d->groups.list[i].sum.verdict.is.name != VERDICT_HELD)
				continue;
			holder_text__print(pen, PEN_YELLOW, &d->groups.list[i].holder);
			break;
		}
		break;
	case DIAGNOSIS_LEAK:
		put_count(pen, d, VERDICT_LEAK, PEN_RED, "LEAK: ");
		break;
	case DIAGNOSIS_UNDECIDED:
		if (suspects)
			pen__put(pen, PEN_YELLOW, "UNDECIDED: no leak proven, %zu suspect%s",
				 suspects, suspects == 1 ? "" : "s");
		else if (diagnosis__is_short(d))
			pen__put(pen, PEN_YELLOW, "UNDECIDED: not traced for long enough");
		else if (diagnosis__thin(d))
			put_thin(pen, d);
		else
			pen__put(pen, PEN_YELLOW, "UNDECIDED: something grows %s",
				 suspects__any_untraced(d->growth, d->nr_growth)
					 ? "that was not traced"
					 : "for which no stack was seen");
		break;
	case DIAGNOSIS_NONE:
		pen__put(pen, PEN_BOLD, "no leak found");
		break;
	}
}

static void put_title(const struct pen *pen, const struct diagnosis *d)
{
	char now[PEN_NUMBER];
	struct tm tm = {};

	localtime_r(&d->time.tv_sec, &tm);
	strftime(now, sizeof(now), "%Y-%m-%d %H:%M:%S", &tm);
	put_answer(pen, d);
	fprintf(pen->out, "  %s  kernel ", now);
	pen__name(pen, PEN_PLAIN, d->kernel);
	fprintf(pen->out, "\nwatched the kernel's books for %s", pen__duration(d->watched_s).text);
	if (d->report)
		fprintf(pen->out, ", traced %s%s%s for %s, drained for %s", d->origins,
			d->caches ? " of " : "", d->caches ? d->caches : "",
			pen__duration(d->traced_s).text, pen__duration(d->drained_s).text);
	if (d->rounds > 1)
		fprintf(pen->out, ", %u times in all", d->rounds);
	fprintf(pen->out, "%s%s\n", d->caches_dropped ? ", dropped clean caches" : "",
		d->interrupted ? "; interrupted" : "");
}

/* "  +2.1M/min  (+1.9M to +2.3M)   slab, unreclaimable" */
static void put_growth(const struct pen *pen, const struct suspect *g)
{
	const struct growth_slope *slope = &g->amount.growth;
	char interval[3 * PEN_NUMBER];

	snprintf(interval, sizeof(interval), "(%s to %s)", pen__growth(slope->low * 60).text,
		 pen__growth(slope->high * 60).text);
	fprintf(pen->out, "  %10s/min  %-24s  %s", pen__growth(slope->per_s * 60).text, interval,
		g->cache ? "cache " : "");
	pen__name(pen, PEN_PLAIN, g->title);
	if (g->reclaimable == STATEMENT_YES)
		pen__put(pen, PEN_DIM, "  reclaimable");
	else if (!g->traced)
		pen__put(pen, PEN_DIM, "  not traced");
	fputc('\n', pen->out);
}

static void put_all_growth(const struct pen *pen, const struct diagnosis *d)
{
	if (!d->nr_growth) {
		fputs("\nno class of memory and no slab cache grows steadily\n", pen->out);
		return;
	}
	pen__put(pen, PEN_DIM, "\ngrows steadily (95%% confidence) in the kernel's own books");
	fputc('\n', pen->out);
	for (size_t i = 0; i < d->nr_growth; i++)
		put_growth(pen, &d->growth[i]);
}

/* "allocated by: kworker 80%, nginx[123] 20% in /system.slice/nginx.service" */
static void put_who(const struct pen *pen, const struct report_site *s)
{
	if (!s->nr_who)
		return;
	fputs("          allocated by: ", pen->out);
	who_text__list(pen, s);
	fputs("\n\n", pen->out);
}

static void put_headline(const struct pen *pen, const struct report_site *s, struct headline h,
			 const char *style)
{
	frames_text__print(pen, s->stack + h.first, h.nr, style);
	if (!h.nr)
		fputs("(no stack)", pen->out);
}

/* "  93%  free_ctinfo ← tcf_action_cleanup ← __tcf_action_put ← …, last 3s before the end" */
static void put_freer(const struct pen *pen, const struct report_site *s,
		      const struct report_freer *f)
{
	fprintf(pen->out, "%*s%3.0f%%  ", MARGIN, "",
		100.0 * (double)f->frees / (double)s->frees_noted);
	frames_text__print(pen, f->stack,
			   f->nr_frames < FRAMES_LISTED ? f->nr_frames : FRAMES_LISTED, PEN_PLAIN);
	fprintf(pen->out, "%s, last %s before the end\n",
		f->nr_frames > FRAMES_LISTED ? " ← …" : "", pen__duration(f->last_s).text);
}

/* Who frees others of the same site: where it is missing is mostly near by. */
static void put_freers(const struct pen *pen, const struct report_site *s)
{
	if (s->verdict.is.name != VERDICT_LEAK && s->verdict.is.name != VERDICT_GROWING)
		return;
	fprintf(pen->out, "%*sfreed by: ", MARGIN, "");
	if (!s->frees) {
		fputs("nobody while this was traced\n\n", pen->out);
		return;
	}
	if (!s->nr_freed_by) {
		fprintf(pen->out,
			"not known: of its %" PRIu64 " frees none was looked at; that is done once "
			"it is a suspect\n\n",
			s->frees);
		return;
	}
	fprintf(pen->out, "(%" PRIu64 " of its frees were looked at)\n", s->frees_noted);
	for (size_t i = 0; i < s->nr_freed_by; i++)
		put_freer(pen, s, &s->freed_by[i]);
	fputc('\n', pen->out);
}

/* "    12.0K        157  slab     kmalloc-96  foo_init ← ops_init" */
static void put_member(const struct pen *pen, const struct diagnosis *d,
		       const struct groups_member *m)
{
	const struct report_site *s = &d->report->sites[m->site];

	fprintf(pen->out, "%18s  %9" PRIu64 "  %-7s  ", pen__human((double)s->bytes, false).text,
		s->objects, s->origin);
	pen__name(pen, PEN_PLAIN, s->cache);
	fputs("  ", pen->out);
	if (m->metadata)
		pen__put(pen, PEN_DIM, "the allocator's own for these");
	else
		put_headline(pen, s, m->headline, PEN_PLAIN);
	fputc('\n', pen->out);
}

/* The others of a group. */
static void put_members(const struct pen *pen, const struct diagnosis *d, const struct group *g)
{
	size_t most = d->top ? listed(d, MEMBERS_LISTED) : g->nr;

	if (g->nr < 2)
		return;
	fprintf(pen->out,
		"          that is the sum of %zu sites with one cause; the stack is of the "
		"first:\n",
		g->nr);
	for (size_t i = 0; i < g->nr && i <= most; i++)
		put_member(pen, d, &d->groups.members[g->first + i]);
	if (g->nr > most + 1)
		fprintf(pen->out, "          … and %zu more (--top 0 lists them)\n",
			g->nr - most - 1);
	fputc('\n', pen->out);
}

/* Who holds the objects, the command that shows it, and what frees them. */
static void put_holder(const struct pen *pen, const struct holder *holder)
{
	if (!holder->sure)
		return;
	fputs("          ", pen->out);
	holder_text__print(pen, PEN_BOLD, holder);
	fputs("\n          to see them: ", pen->out);
	holder_text__show(pen, holder);
	fputs("\n          to free them: ", pen->out);
	holder_text__release(pen, holder);
	fputs("\n\n", pen->out);
}

/* "of ~734000 objects in kmalloc-64 from before the trace ~96% look like these" */
static void put_told(const struct pen *pen, const struct lookalikes_site *of, const char *cache)
{
	fprintf(pen->out, "of ~%" PRIu64 " objects in ", of->older_all);
	pen__name(pen, PEN_PLAIN, cache);
	fputs(" from before the trace ", pen->out);
	pen__put(pen, PEN_BOLD, "~%.0f%%", 100 * lookalikes__share(&of->older));
	fputs(" look like these", pen->out);
	if (of->others.looked)
		fprintf(pen->out,
			"\n          (of %" PRIu32 " that others have allocated since, %.0f%%)",
			of->others.looked, 100 * lookalikes__share(&of->others));
}

/* Memory of before the trace that looks the same. */
static void put_older(const struct pen *pen, const struct diagnosis *d, const struct report_site *s)
{
	const struct lookalikes_site *of = lookalikes__of(&d->lookalikes, s->id);

	if (!of)
		return;
	fputs("          older memory: ", pen->out);
	switch (lookalikes__answer(of)) {
	case LOOKALIKES_EMPTY:
		fputs("not known: these objects hold too little to be told from others", pen->out);
		break;
	case LOOKALIKES_ALIKE:
		fputs("not known: objects of others in the same cache look like these", pen->out);
		break;
	case LOOKALIKES_NONE:
		fputs("nothing seen in the cache is from before the trace", pen->out);
		break;
	case LOOKALIKES_TOLD:
		put_told(pen, of, s->cache);
		break;
	}
	fputs("\n\n", pen->out);
}

static void put_groups(const struct pen *pen, const struct diagnosis *d, enum verdict_name name,
		       size_t most)
{
	size_t put = 0, all = count(d, name);

	for (size_t i = 0; i < d->groups.nr && put < most; i++) {
		const struct group *g = &d->groups.list[i];

		if (g->sum.verdict.is.name != name)
			continue;
		put_headline(pen, &g->sum, g->common, PEN_BOLD);
		fputc('\n', pen->out);
		report_text__site(pen, d->report, &g->sum);
		put_who(pen, &g->sum);
		put_freers(pen, &g->sum);
		put_older(pen, d, &g->sum);
		put_holder(pen, &g->holder);
		put_members(pen, d, g);
		put++;
	}
	if (all > put)
		fprintf(pen->out, "… and %zu more %s\n\n", all - put, verdict__name(name));
}

/* What came while this was traced, stays, and comes no more. */
static bool has_stopped(const struct report_site *s)
{
	return s->verdict.is.name == VERDICT_HELD && s->verdict.is.why &&
	       s->verdict.from.arrivals.shape == ARRIVALS_STOPPED;
}

/* "  300.0K        300  slab     kmalloc-1k  event_ring_init ← ring_open" */
static void put_stopped_site(const struct pen *pen, const struct report_site *s)
{
	const struct arrivals *a = &s->verdict.from.arrivals;

	fprintf(pen->out, "%*s %10" PRIu64 "  %-7s  ", STOPPED_BYTES,
		pen__human((double)s->bytes, false).text, s->objects, s->origin);
	pen__name(pen, PEN_PLAIN, s->cache);
	fputs("  ", pen->out);
	put_headline(pen, s, headline__alone(s->stack, s->nr_frames), PEN_BOLD);
	fprintf(pen->out, "\n%*swithin %s; none since, for %s\n", STOPPED_BYTES + MARGIN + 3, "",
		pen__duration(a->lasted_s).text, pen__duration(a->since_s).text);
}

/* One of the largest ones. */
struct stopped {
	const struct report_site *site;
};

static bool is_larger(const void *a, const void *b)
{
	return ((const struct stopped *)a)->site->bytes > ((const struct stopped *)b)->site->bytes;
}

/*
 * A leak that stopped looks like what is needed for good: where it was is told, and no more.
 */
static void put_stopped(const struct pen *pen, const struct diagnosis *d)
{
	struct stopped largest[STOPPED_LISTED];
	size_t nr = 0, all = 0, most = listed(d, STOPPED_LISTED);

	for (size_t i = 0; i < d->report->nr_sites; i++) {
		const struct stopped one = {&d->report->sites[i]};

		if (!has_stopped(one.site))
			continue;
		all++;
		best__keep(largest, &nr, STOPPED_LISTED, sizeof(one), &one, is_larger);
	}
	if (!all)
		return;
	pen__put(pen, PEN_DIM,
		 "stopped: came while this was traced, stays, and no more comes (needed for good, "
		 "or leaked once)");
	fputc('\n', pen->out);
	for (size_t i = 0; i < nr && i < most; i++)
		put_stopped_site(pen, largest[i].site);
	if (all > most)
		fprintf(pen->out, "%*s … and %zu more\n", STOPPED_BYTES, "", all - most);
	fputc('\n', pen->out);
}

/* Memory cgroups that were removed while this was traced, and are still there. */
static void put_dead_groups(const struct pen *pen, const struct dead_groups *dead)
{
	if (!dead->grew)
		return;
	pen__put(pen, PEN_BOLD, "dead memory cgroups: %" PRIu64 ", %" PRIu64 " more", dead->now,
		 dead->now - dead->before);
	fputs(" since the start (kleak census --zombies lists them)\n", pen->out);
	zombies_text__charged(pen, dead->charged);
	zombies_text__keepers(pen, &dead->kept_by);
	if (dead->file.inode) {
		fputs("most is charged for ", pen->out);
		zombies_text__file(pen, &dead->file);
		fputc('\n', pen->out);
	}
	fprintf(pen->out, "each takes %s of slabs ",
		pen__human((double)dead->slab_bytes, false).text);
	fprintf(pen->out, "and %s of per-CPU memory at least\n\n",
		pen__human((double)dead->percpu_bytes, false).text);
}

/* What the kernel's classes of memory grew by, and what that is made of. */
static void put_rest(struct pen *pen, const struct diagnosis *d)
{
	fputs("while tracing, the kernel's memory grew by\n", pen->out);
	ledger_text__print(pen, d->report);
	ledger_text__charges(pen, d->report);
	ledger_text__near_limit(pen, d->report);
	report_text__losses(pen, d->report);
}

/* "next: " and the words, folded. */
static void put_sentence(const struct pen *pen, const char *label, const char *sentence)
{
	int margin = 6, column = margin;

	fprintf(pen->out, "%-*s", margin, label);
	while (*sentence) {
		int word = (int)strcspn(sentence, " ");

		if (column > margin && column + word > PEN_COLUMNS) {
			fprintf(pen->out, "\n%*s", margin, "");
			column = margin;
		}
		fprintf(pen->out, "%s%.*s", column > margin ? " " : "", word, sentence);
		column += word + 1;
		sentence += word;
		sentence += strspn(sentence, " ");
	}
	fputc('\n', pen->out);
}

static void put_next(const struct pen *pen, const struct diagnosis *d)
{
	for (size_t i = 0; i < d->nr_next; i++)
		put_sentence(pen, i ? "" : "next:", d->next[i]);
}

/* ---- the block to paste: no styles ---- */

/* "kleak_test, version 1.2, taint OE" */
static void put_module(const struct pen *pen, const struct diagnosis_module *m)
{
	pen__name(pen, PEN_PLAIN, m->name);
	if (*m->version) {
		fputs(", version ", pen->out);
		pen__name(pen, PEN_PLAIN, m->version);
	}
	if (*m->taint) {
		fputs(", taint ", pen->out);
		pen__name(pen, PEN_PLAIN, m->taint);
	}
	fputs(m->gone ? "; unloaded since: what it left behind nobody can free\n" : "\n", pen->out);
}

/* All that the stack goes through, innermost first, a line each. */
static void put_modules(const struct pen *pen, const struct diagnosis_modules *modules)
{
	if (!modules->nr)
		fputs("  module:     none, the kernel itself\n", pen->out);
	for (size_t i = 0; i < modules->nr; i++) {
		fputs(i ? "  and:        " : "  module:     ", pen->out);
		put_module(pen, &modules->list[i]);
	}
}

static void put_evidence(const struct pen *pen, const struct report_site *s, bool of_many)
{
	const struct evidence *e = &s->verdict.from;

	fprintf(pen->out,
		"  rate:       %.0f bytes/min (95%%: %.0f to %.0f) in objects of %s%" PRIu64
		" bytes\n",
		e->slope.per_s * 60, e->slope.low * 60, e->slope.high * 60, of_many ? "about " : "",
		s->objects ? s->bytes / s->objects : 0);
	fprintf(pen->out,
		"  evidence:   %" PRIu64 " of %" PRIu64
		" allocations of %.0f s are outstanding; of "
		"%" PRIu64 " that outlived\n"
		"              2 intervals of %.1f s and were watched for 3 more, %" PRIu64 " live",
		s->objects, s->allocations, e->observed_s, e->settled, e->interval_s,
		e->settled_alive);
	if (!isnan(e->drained))
		fprintf(pen->out, ";\n              %.1f%% of all outlived the drain",
			e->drained * 100);
	fputs("\n  stack:\n", pen->out);
	for (size_t i = 0; i < s->nr_frames; i++)
		report_text__frame(pen, &s->stack[i], 4, false);
}

/* What leaks, as one: from where, and how that is known. */
static void put_leak(const struct pen *pen, const struct report *r, const struct group *g,
		     const struct diagnosis_modules *modules)
{
	fprintf(pen->out, "\n  leaks:      %s", g->sum.origin);
	if (strcmp(g->sum.origin, g->sum.cache)) {
		fputs(", cache ", pen->out);
		pen__name(pen, PEN_PLAIN, g->sum.cache);
		pen__aliases(pen, cache_aliases__in(r, g->sum.cache), PEN_COLUMNS / 2);
	}
	if (g->nr > 1)
		fprintf(pen->out, ", and %zu sites more that have the same cause", g->nr - 1);
	fputs("\n  from:       ", pen->out);
	put_headline(pen, &g->sum, g->common, PEN_PLAIN);
	fputc('\n', pen->out);
	put_modules(pen, modules);
	if (g->sum.fingerprint)
		fprintf(pen->out, "  fingerprint: %016" PRIx64 "\n", g->sum.fingerprint);
	put_evidence(pen, &g->sum, g->nr > 1);
}

static void put_block(FILE *out, const struct diagnosis *d)
{
	size_t leaks = count(d, VERDICT_LEAK), most = listed(d, leaks);
	const struct pen plain = {.out = out};

	fputs("\n---- bug report, from here ----\nkernel memory leak, found by kleak diagnose\n",
	      out);
	fputs("  kernel:     Linux ", out);
	pen__name(&plain, PEN_PLAIN, d->kernel);
	fputc(' ', out);
	pen__name(&plain, PEN_PLAIN, d->version);
	fputc(' ', out);
	pen__name(&plain, PEN_PLAIN, d->machine);
	fprintf(out, "\n  tainted:    %s\n", d->taint);
	/* those come first */
	for (size_t i = 0; i < most; i++)
		put_leak(&plain, d->report, &d->groups.list[i], &d->modules[i]);
	if (leaks > most)
		fprintf(out, "\n  and %zu more leaks\n", leaks - most);
	fputs("---- to here ----\n", out);
}

int diagnosis_text__print(const struct diagnosis *diagnosis, bool color, FILE *out)
{
	struct pen pen = {.out = out, .color = color};

	put_title(&pen, diagnosis);
	if (diagnosis->report)
		report_text__state(&pen, diagnosis->report);
	put_all_growth(&pen, diagnosis);
	lines_text__print(&pen, diagnosis);
	fputc('\n', out);
	if (diagnosis->report) {
		if (diagnosis->groups.nr)
			report_text__site_head(&pen);
		put_groups(&pen, diagnosis, VERDICT_LEAK, listed(diagnosis, SIZE_MAX));
		put_groups(&pen, diagnosis, VERDICT_GROWING, listed(diagnosis, GROWING_LISTED));
		put_groups(&pen, diagnosis, VERDICT_HELD, listed(diagnosis, GROWING_LISTED));
		put_dead_groups(&pen, &diagnosis->dead);
		put_stopped(&pen, diagnosis);
		put_rest(&pen, diagnosis);
	}
	put_next(&pen, diagnosis);
	if (diagnosis__answer(diagnosis) == DIAGNOSIS_LEAK)
		put_block(out, diagnosis);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
