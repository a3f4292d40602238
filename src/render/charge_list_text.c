// SPDX-License-Identifier: GPL-2.0-only
/* What memory cgroups are charged with, for people. */
#include "memory/charge_list.h"
#include "render/charge_kind_text.h"
#include "render/pen.h"
#include "util/best.h"

#include <errno.h>
#include <inttypes.h>

#define ROW    "%9s  %9s  "
#define GREW   "%9s  %9s  " /* behind it, with --duration */
#define CACHES 6	    /* of a group that are listed */

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

/* What that grew by; nothing without a look before. */
static void put_grown(const struct pen *pen, const struct charge_list *list, const char *style,
		      int64_t bytes, int64_t objects)
{
	char number[PEN_NUMBER] = "";

	if (!list->growth)
		return;
	if (objects)
		snprintf(number, sizeof(number), "%+" PRId64, objects);
	pen__put(pen, style, "%9s", pen__human((double)bytes, true).text);
	fprintf(pen->out, "  %9s  ", number);
}

/* Where it is not told. */
static void put_no_growth(const struct pen *pen, const struct charge_list *list)
{
	if (list->growth)
		fprintf(pen->out, GREW, "", "");
}

static int64_t bytes_of(const struct charge_list_cache *its, int64_t objects)
{
	return objects * (int64_t)its->cache->size;
}

static void put_caches(const struct pen *pen, const struct charge_list *list,
		       const struct charge_list_row *row)
{
	uint64_t bytes = 0, objects = 0;
	int64_t grew_bytes = 0, grew_objects = 0;

	for (uint32_t i = 0; i < row->nr_rows; i++) {
		const struct charge_list_cache *its = &list->caches[row->first_row + i];

		if (i >= CACHES && row->nr_rows > CACHES + 1) {
			bytes += its->objects * its->cache->size;
			objects += its->objects;
			grew_bytes += bytes_of(its, its->grew_objects);
			grew_objects += its->grew_objects;
			continue;
		}
		put_row(pen, PEN_PLAIN, (double)(its->objects * its->cache->size), "",
			its->objects);
		put_grown(pen, list, PEN_PLAIN, bytes_of(its, its->grew_objects),
			  its->grew_objects);
		fputs("   ", pen->out);
		pen__name(pen, PEN_PLAIN, its->cache->name);
		fputc('\n', pen->out);
	}
	if (!objects)
		return;
	put_row(pen, PEN_PLAIN, (double)bytes, "", objects);
	put_grown(pen, list, PEN_PLAIN, grew_bytes, grew_objects);
	fprintf(pen->out, "   %" PRIu32 " other caches\n", row->nr_rows - CACHES);
}

static void put_kinds(const struct pen *pen, const struct charge_list *list,
		      const struct charge_list_row *row)
{
	const struct charge_total *total = charge_sums__of(&list->walk->sums, row->memcg);

	for (int kind = CHARGE_SLAB + 1; kind < CHARGE_OF_KERNEL; kind++) {
		int64_t grew = charge_list__grew(list, row, kind);

		if (!total->bytes[kind] && !grew)
			continue;
		put_row(pen, PEN_PLAIN, (double)total->bytes[kind], "", total->count[kind]);
		put_grown(pen, list, PEN_PLAIN, grew, 0);
		fprintf(pen->out, "   %s\n", charge_kind_text__of(kind));
	}
}

static void put_group(const struct pen *pen, const struct charge_list *list,
		      const struct charge_list_row *row)
{
	char path[MEMCGS_PATH];

	put_row(pen, PEN_BOLD, (double)row->kernel_bytes, "", row->objects);
	put_grown(pen, list, PEN_BOLD, row->grew_bytes, row->grew_objects);
	if (row->memcg < list->memcgs->nr)
		pen__name(pen, PEN_BOLD,
			  memcgs__path(list->memcgs, row->memcg, path, sizeof(path)));
	else
		fputs("a cgroup that is not known", pen->out);
	fputs(row->is_new ? ", new\n" : "\n", pen->out);
	put_caches(pen, list, row);
	put_kinds(pen, list, row);
}

static bool has_more(const void *a, const void *b)
{
	const struct charge_cache *x = a, *y = b;

	return charge_list__uncharged(x) * x->size > charge_list__uncharged(y) * y->size;
}

/* Slabs' counters count what CPUs keep for themselves as in use: at most. */
static void put_nobody(const struct pen *pen, const struct charge_list *list)
{
	const struct charge_sums *sums = &list->walk->sums;
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
	put_no_growth(pen, list);
	fputs("objects that are not charged to any cgroup, at most\n", pen->out);
	for (size_t i = 0; i < nr && charge_list__uncharged(&best[i]); i++) {
		uint64_t its = charge_list__uncharged(&best[i]);

		put_row(pen, PEN_PLAIN, (double)(its * best[i].size), "~", its);
		put_no_growth(pen, list);
		fputs("   ", pen->out);
		pen__name(pen, PEN_PLAIN, best[i].name);
		fputc('\n', pen->out);
	}
}

/* What the removed ones had is charged to those above: these did not grow by themselves. */
static void put_removed(const struct pen *pen, const struct charge_list *list)
{
	uint64_t bytes;
	uint32_t removed =
		list->growth ? charge_growth__removed(list->growth, list->memcgs, &bytes) : 0;

	if (removed)
		fprintf(pen->out,
			"%" PRIu32 " cgroup%s removed meanwhile: what is left of %s is charged to "
			"the cgroup above by now\n",
			removed, removed == 1 ? " was" : "s were",
			pen__human((double)bytes, false).text);
}

/* Is there anything to be told of it?  Pages of processes and files are no growth of the kernel's.
 */
static bool is_told(const struct charge_list_row *row)
{
	return row->kernel_bytes || row->grew_bytes;
}

static void put_limits(const struct pen *pen, const struct charge_list *list)
{
	uint32_t printed = charge_list__nr_printed(list);
	const struct charge_walk *walk = list->walk;

	if (printed < list->nr && is_told(&list->rows[printed]))
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
			"%" PRIu32 " dead cgroup%s: what the kernel had allocated for them is "
			"charged to their parents now; kleak census --zombies has the rest\n",
			list->memcgs->nr_dead, list->memcgs->nr_dead == 1 ? "" : "s");
}

static void put_head(const struct pen *pen, const struct charge_list *list)
{
	char grew[PEN_NUMBER * 2];

	pen__put(pen, PEN_DIM, ROW, "bytes", "objects");
	snprintf(grew, sizeof(grew), "in %s",
		 list->growth ? pen__duration(list->growth->seconds).text : "");
	if (list->growth)
		pen__put(pen, PEN_DIM, GREW, grew, "objects");
	pen__put(pen, PEN_DIM, "charged to, and of which cache");
	fputc('\n', pen->out);
}

int charge_list__print_text(const struct charge_list *list, bool color, FILE *out)
{
	const struct pen pen = {.out = out, .color = color};

	put_head(&pen, list);
	/* those that have pages of processes and files only come last, or in between */
	for (uint32_t i = 0; i < charge_list__nr_printed(list); i++)
		if (is_told(&list->rows[i]))
			put_group(&pen, list, &list->rows[i]);
	put_nobody(&pen, list);
	put_removed(&pen, list);
	put_limits(&pen, list);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
