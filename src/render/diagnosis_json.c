// SPDX-License-Identifier: GPL-2.0-only
#include "render/diagnosis_json.h"
#include "render/holder_text.h"
#include "render/lines_json.h"
#include "report/report_json.h"
#include "util/json_value.h"

#include <inttypes.h>
#include <stdlib.h>

static json_t *growth(const void *of, size_t i)
{
	const struct suspect *g = &((const struct diagnosis *)of)->growth[i];
	const struct growth_slope *slope = &g->amount.growth;

	return json_pack("{s:o, s:b, s:o, s:b, s:I, s:I, s:o, s:o, s:o}", "name",
			 json_value__text(g->name), "is_cache", g->cache, "reclaimable",
			 g->reclaimable == STATEMENT_UNKNOWN
				 ? json_null()
				 : json_boolean(g->reclaimable == STATEMENT_YES),
			 "traced", g->traced, "bytes", (json_int_t)g->amount.bytes, "delta_bytes",
			 (json_int_t)g->amount.delta_bytes, "growth_bytes_per_min",
			 json_value__number(slope->per_s * 60), "growth_low_bytes_per_min",
			 json_value__number(slope->low * 60), "growth_high_bytes_per_min",
			 json_value__number(slope->high * 60));
}

static json_t *told(const char *text)
{
	return json_value__text(*text ? text : NULL);
}

static json_t *module(const void *of, size_t i)
{
	const struct diagnosis_module *m = &((const struct diagnosis_modules *)of)->list[i];

	return json_pack("{s:o, s:o, s:o, s:b}", "name", json_value__text(m->name), "version",
			 told(m->version), "taint", told(m->taint), "gone", m->gone);
}

/* The frames of a site that are worth a line. */
struct line {
	const struct report_site *site;
	struct headline headline;
};

static json_t *line_frame(const void *of, size_t i)
{
	const struct line *line = of;

	return report_json__frame(line->site, line->headline.first + i);
}

static json_t *frames(const struct report_site *site, struct headline headline)
{
	const struct line line = {site, headline};

	return json_value__array(headline.nr, line_frame, &line);
}

/* A group, to be told of. */
struct listing {
	const struct diagnosis *diagnosis;
	const struct group *group;
};

static json_t *member(const void *of, size_t i)
{
	const struct listing *l = of;
	const struct groups_member *m = &l->diagnosis->groups.members[l->group->first + i];
	const struct report_site *site = &l->diagnosis->report->sites[m->site];

	return json_pack("{s:o, s:o, s:o, s:s, s:o, s:b, s:o}", "id",
			 json_sprintf("%016" PRIx64, site->id), "bytes",
			 json_value__count(site->bytes), "objects",
			 json_value__count(site->objects), "origin", site->origin, "cache",
			 json_value__text(site->cache), "metadata", m->metadata, "headline",
			 frames(site, m->headline));
}

/* "HELD BY python3[4711]: 775 open files, +10/s" */
static json_t *holder_words(const struct holder *holder)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	json_t *words;

	if (!out)
		return NULL;
	holder_text__print(&(struct pen){.out = out}, PEN_PLAIN, holder);
	words = fclose(out) ? NULL : json_value__text(text);
	free(text);
	return words;
}

static json_t *held_by(const struct holder *holder)
{
	if (!holder->sure)
		return json_null();
	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:o, s:o}", "text", holder_words(holder),
			 "kind", handle_kind__name(holder->kind, true), "comm",
			 told(holder->owner.name), "pid",
			 holder->owner.pid ? json_integer(holder->owner.pid) : json_null(),
			 "handles", json_value__count(holder->count), "handles_per_s",
			 json_value__number(holder->per_s), "explained_share",
			 json_value__number(holder->share));
}

static json_t *older(const struct diagnosis *d, uint64_t id)
{
	const struct lookalikes_site *found = lookalikes__of(&d->lookalikes, id);

	if (!found)
		return json_null();
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "told",
			 lookalikes__answer(found) == LOOKALIKES_TOLD, "objects",
			 json_value__count(found->older_all), "objects_sampled",
			 json_value__count(found->older.looked), "alike_share",
			 json_value__number(lookalikes__share(&found->older)), "others_sampled",
			 json_value__count(found->others.looked), "others_alike_share",
			 json_value__number(lookalikes__share(&found->others)), "own_sampled",
			 json_value__count(found->own.looked), "own_alike_share",
			 json_value__number(lookalikes__share(&found->own)));
}

static json_t *group(const void *of, size_t i)
{
	const struct diagnosis *d = of;
	const struct group *g = &d->groups.list[i];
	const struct listing listing = {d, g};
	const struct growth_slope *slope = &g->sum.verdict.from.slope;

	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "verdict", verdict__name(g->sum.verdict.is.name), "why",
			 g->sum.verdict.is.why, "fingerprint",
			 report_json__fingerprint(g->sum.fingerprint), "bytes",
			 json_value__count(g->sum.bytes), "objects",
			 json_value__count(g->sum.objects), "growth_bytes_per_min",
			 report_json__per_min(slope, slope->per_s), "growth_low_bytes_per_min",
			 report_json__per_min(slope, slope->low), "growth_high_bytes_per_min",
			 report_json__per_min(slope, slope->high), "held_by", held_by(&g->holder),
			 "older", older(d, g->sum.id), "headline", frames(&g->sum, g->common),
			 "modules", json_value__array(d->modules[i].nr, module, &d->modules[i]),
			 "sites", json_value__array(g->nr, member, &listing));
}

static json_t *keepers(const struct zombie_keepers *k)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "shmem", (int)k->shmem, "file",
			 (int)k->files, "anon", (int)k->anon, "swap", (int)k->swap, "sockets",
			 (int)k->sockets, "writebacks", (int)k->writebacks, "children",
			 (int)k->children, "unknown", (int)k->unknown);
}

static json_t *dead_groups(const struct dead_groups *dead)
{
	uint64_t bytes = 0;

	if (!dead->grew)
		return json_null();
	for (int kind = 0; kind < CHARGE_KINDS; kind++)
		bytes += dead->charged[kind];
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "cgroups", json_value__count(dead->now),
			 "cgroups_before", json_value__count(dead->before), "charged_bytes",
			 json_value__count(bytes), "slab_bytes_each",
			 json_value__count(dead->slab_bytes), "percpu_bytes_each",
			 json_value__count(dead->percpu_bytes), "kept_by", keepers(&dead->kept_by));
}

static json_t *next(const void *of, size_t i)
{
	return json_value__text(((const struct diagnosis *)of)->next[i]);
}

static json_t *whole(const struct diagnosis *d)
{
	struct report shown = {};

	if (d->report)
		shown = report__cut(d->report, d->top);
	return json_pack(
		"{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:i, s:b, s:b, s:o, s:o, "
		"s:o, s:o, s:o, s:o, s:o, s:o}",
		"version", JSON_VALUE_VERSION, "type", "diagnosis", "time",
		json_value__time(&d->time), "kernel", json_value__text(d->kernel), "kernel_version",
		json_value__text(d->version), "machine", json_value__text(d->machine), "taint",
		json_value__text(d->taint), "answer", diagnosis__answer_name(diagnosis__answer(d)),
		"watched_s", json_value__number(d->watched_s), "traced_s",
		json_value__number(d->traced_s), "drained_s", json_value__number(d->drained_s),
		"rounds", (int)d->rounds, "caches_dropped", d->caches_dropped, "interrupted",
		d->interrupted, "origins",
		d->origins[0] ? json_value__words(d->origins) : json_null(), "caches",
		d->caches ? json_value__words(d->caches) : json_null(), "growth",
		json_value__array(d->nr_growth, growth, d), "lines", lines_json__of(d), "groups",
		json_value__array(d->groups.nr, group, d), "dead_cgroups", dead_groups(&d->dead),
		"next", json_value__array(d->nr_next, next, d), "report",
		d->report ? report_json__of(&shown) : json_null());
}

int diagnosis_json__print(const struct diagnosis *diagnosis, FILE *out)
{
	return json_value__print(whole(diagnosis), out);
}
