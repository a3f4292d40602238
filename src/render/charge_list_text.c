// SPDX-License-Identifier: GPL-2.0-only
/* What memory cgroups are charged with, for people. */
#include "memory/charge_list.h"
#include "render/charge_kind_text.h"
#include "render/pen.h"
#include "util/best.h"

#include <errno.h>
#include <inttypes.h>

#define ROW    "%9s  %9s  "
#define CACHES 6 /* of a group that are listed */

static void put_row(const struct pen *pen, const char *style, double bytes, const char *about,
		    uint64_t objects)
{
	char number[PEN_NUMBER] = "", text[2 * PEN_NUMBER];

	if (objects)
		snprintf(number, sizeof(number), "%s%" PRIu64, about, objects);
	snprintf(text, sizeof(text), "%s%s", about, pen__human(bytes, false).text);
	pen__put(pen, style, "%9s", text);
	fprintf(pen->out, "  %9s  ", number);
}

static void put_caches(const struct pen *pen, const struct charge_sums *sums,
		       const struct charge_list_row *row)
{
	uint64_t bytes = 0, objects = 0;

	for (uint32_t i = 0; i < row->nr_rows; i++) {
		const struct charge_row *its = &sums->rows[row->first_row + i];
		const struct charge_cache *cache = &sums->caches[its->cache];

		if (i >= CACHES && row->nr_rows > CACHES + 1) {
			bytes += its->objects * cache->size;
			objects += its->objects;
			continue;
		}
		put_row(pen, PEN_PLAIN, (double)(its->objects * cache->size), "", its->objects);
		fputs("   ", pen->out);
		pen__name(pen, PEN_PLAIN, cache->name);
		fputc('\n', pen->out);
	}
	if (!objects)
		return;
	put_row(pen, PEN_PLAIN, (double)bytes, "", objects);
	fprintf(pen->out, "   %" PRIu32 " other caches\n", row->nr_rows - CACHES);
}

static void put_kinds(const struct pen *pen, const struct charge_total *total)
{
	for (int kind = CHARGE_SLAB + 1; kind < CHARGE_OF_KERNEL; kind++) {
		if (!total->bytes[kind])
			continue;
		put_row(pen, PEN_PLAIN, (double)total->bytes[kind], "", total->count[kind]);
		fprintf(pen->out, "   %s\n", charge_kind_text__of(kind));
	}
}

static void put_group(const struct pen *pen, const struct charge_list *list,
		      const struct charge_list_row *row)
{
	const struct charge_sums *sums = &list->walk->sums;
	const struct charge_total *total = charge_sums__of(sums, row->memcg);
	char path[MEMCGS_PATH];

	put_row(pen, PEN_BOLD, (double)row->kernel_bytes, "", row->objects);
	if (row->memcg < list->memcgs->nr)
		pen__name(pen, PEN_BOLD,
			  memcgs__path(list->memcgs, row->memcg, path, sizeof(path)));
	else
		fputs("a cgroup that is not known", pen->out);
	fputc('\n', pen->out);
	put_caches(pen, sums, row);
	put_kinds(pen, total);
}

static bool has_more(const void *a, const void *b)
{
	const struct charge_cache *x = a, *y = b;

	return charge_list__uncharged(x) * x->size > charge_list__uncharged(y) * y->size;
}

/* Slabs' counters count what CPUs keep for themselves as in use: at most. */
static void put_nobody(const struct pen *pen, const struct charge_sums *sums)
{
	struct charge_cache best[CACHES];
	uint64_t bytes = 0, objects = 0;
	size_t nr = 0;

	for (uint32_t i = 0; i < sums->nr_caches; i++) {
		uint64_t its = charge_list__uncharged(&sums->caches[i]);

		objects += its;
		bytes += its * sums->caches[i].size;
		best__keep(best, &nr, CACHES, sizeof(*best), &sums->caches[i], has_more);
	}
	put_row(pen, PEN_BOLD, (double)bytes, "~", objects);
	fputs("objects that are not charged to any cgroup, at most\n", pen->out);
	for (size_t i = 0; i < nr && charge_list__uncharged(&best[i]); i++) {
		uint64_t its = charge_list__uncharged(&best[i]);

		put_row(pen, PEN_PLAIN, (double)(its * best[i].size), "~", its);
		fputs("   ", pen->out);
		pen__name(pen, PEN_PLAIN, best[i].name);
		fputc('\n', pen->out);
	}
}

static void put_limits(const struct pen *pen, const struct charge_list *list)
{
	uint32_t printed = charge_list__nr_printed(list);
	const struct charge_walk *walk = list->walk;

	if (printed < list->nr && list->rows[printed].kernel_bytes)
		fprintf(pen->out,
			"%" PRIu32 " of %" PRIu32 " cgroups are listed: --top 0 has all\n", printed,
			list->nr);
	if (!walk->percpu_known)
		fputs("not known: per-CPU memory (this kernel does not tell where it is)\n",
		      pen->out);
	if (walk->unread)
		fprintf(pen->out, "not known: %" PRIu64 " slabs could not be read\n", walk->unread);
	if (walk->sums.without_row)
		fprintf(pen->out, "%" PRIu64 " objects are in the sums only: too many cgroups\n",
			walk->sums.without_row);
	if (list->memcgs->cut)
		fprintf(pen->out, "%" PRIu32 " lists of cgroups changed while they were read\n",
			list->memcgs->cut);
	if (list->memcgs->nr_dead)
		fprintf(pen->out,
			"%" PRIu32 " dead cgroups: what the kernel had allocated for them is "
			"charged to their parents now; kleak census --zombies has the rest\n",
			list->memcgs->nr_dead);
}

int charge_list__print_text(const struct charge_list *list, bool color, FILE *out)
{
	const struct pen pen = {.out = out, .color = color};

	pen__put(&pen, PEN_DIM, ROW "%s", "bytes", "objects", "charged to, and of which cache");
	fputc('\n', out);
	/* those that have pages of processes and files only come last */
	for (uint32_t i = 0; i < charge_list__nr_printed(list) && list->rows[i].kernel_bytes; i++)
		put_group(&pen, list, &list->rows[i]);
	put_nobody(&pen, &list->walk->sums);
	put_limits(&pen, list);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
