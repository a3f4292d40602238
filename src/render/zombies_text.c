// SPDX-License-Identifier: GPL-2.0-only
#include "render/zombies_text.h"
#include "render/charge_kind_text.h"
#include "render/pen.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define ROW "%9s  %10s  %8s  "

/* ", 12 by sockets"; the first one without the comma. */
static void put_kept(const struct pen *pen, uint32_t nr, const char *by, int *printed)
{
	if (!nr)
		return;
	fprintf(pen->out, "%s%" PRIu32 " by %s", (*printed)++ ? ", " : "kept: ", nr, by);
}

void zombies_text__keepers(const struct pen *pen, const struct zombie_keepers *kept_by)
{
	int printed = 0;

	put_kept(pen, kept_by->shmem, "tmpfs or shared memory", &printed);
	put_kept(pen, kept_by->files, "the page cache of files", &printed);
	put_kept(pen, kept_by->anon, "anonymous memory", &printed);
	put_kept(pen, kept_by->swap, "swap", &printed);
	put_kept(pen, kept_by->sockets, "sockets", &printed);
	put_kept(pen, kept_by->writebacks, "writeback of a device", &printed);
	put_kept(pen, kept_by->children, "dead cgroups below them", &printed);
	put_kept(pen, kept_by->unknown, "references that are not known", &printed);
	if (printed)
		fputc('\n', pen->out);
}

void zombies_text__charged(const struct pen *pen, const uint64_t bytes[CHARGE_KINDS])
{
	int printed = 0;

	for (int kind = 0; kind < CHARGE_KINDS; kind++) {
		if (!bytes[kind])
			continue;
		fprintf(pen->out, "%s%s %s", printed++ ? ", " : "charged to them: ",
			pen__human((double)bytes[kind], false).text, charge_kind_text__of(kind));
	}
	if (printed)
		fputc('\n', pen->out);
}

static void put_head(const struct pen *pen, const struct zombies *z)
{
	double each = (double)(z->size.slab_bytes + z->size.percpu_bytes);

	pen__put(pen, PEN_BOLD, "%" PRIu32 " dead memory cgroup%s", z->nr, z->nr == 1 ? "" : "s");
	fprintf(pen->out, ", %" PRIu32 " alive\n", z->memcgs->nr - z->memcgs->nr_dead);
	if (!z->nr)
		return;
	fprintf(pen->out,
		"their own structures take %s at least: ", pen__human(each * z->nr, false).text);
	fprintf(pen->out, "%s of slabs and ", pen__human((double)z->size.slab_bytes, false).text);
	fprintf(pen->out, "%s of per-CPU memory each\n",
		pen__human((double)z->size.percpu_bytes, false).text);
	zombies_text__charged(pen, z->total.bytes);
	zombies_text__keepers(pen, &z->kept_by);
	fputs("what the kernel had allocated for them is charged to their parents now\n\n",
	      pen->out);
}

void zombies_text__file(const struct pen *pen, const struct file_name *name)
{
	if (name->inode) {
		fprintf(pen->out, "inode %" PRIu64 " of ", name->inode);
		pen__name(pen, PEN_PLAIN, *name->fs ? name->fs : "?");
	}
	if (name->inode && *name->device && strcmp(name->device, name->fs)) {
		fputs(" on ", pen->out);
		pen__name(pen, PEN_PLAIN, name->device);
	}
	if (!*name->path)
		return;
	fputs(", ", pen->out);
	pen__name(pen, PEN_BOLD, name->path);
	if (name->removed)
		fputs(" (deleted)", pen->out);
}

static void put_file(const struct pen *pen, const struct zombie_file *file)
{
	fprintf(pen->out, "%33s%s %s", "", pen__human((double)file->bytes, false).text,
		charge_kind_text__of(file->kind));
	if (file->name && file->name->inode) {
		fputs(": ", pen->out);
		zombies_text__file(pen, file->name);
	}
	fputc('\n', pen->out);
}

static void put_count(const struct pen *pen, uint64_t nr, const char *one, const char *many,
		      int *printed)
{
	if (!nr)
		return;
	if (!(*printed)++)
		fprintf(pen->out, "%33s", "");
	else
		fputs(", ", pen->out);
	fprintf(pen->out, "%" PRIu64 " %s", nr, nr == 1 ? one : many);
}

/* What keeps it beside pages. */
static void put_rest(const struct pen *pen, const struct zombie *zombie, const struct memcg *memcg)
{
	int printed = 0;

	put_count(pen, memcg->swap_entries, "page in swap", "pages in swap", &printed);
	put_count(pen, memcg->children, "dead cgroup below it", "dead cgroups below it", &printed);
	put_count(pen, zombie->sockets, "socket", "sockets", &printed);
	put_count(pen, zombie->writebacks, "writeback of a device", "writebacks of devices",
		  &printed);
	if (zombie->unknown > 0)
		put_count(pen, (uint64_t)zombie->unknown, "reference that is not known",
			  "references that are not known", &printed);
	if (printed)
		fputc('\n', pen->out);
}

static void put_zombie(const struct pen *pen, const struct zombies *z, const struct zombie *zombie)
{
	const struct memcg *memcg = &z->memcgs->list[zombie->memcg];
	double age = zombies__age(z, memcg);
	char path[MEMCGS_PATH], refs[PEN_NUMBER] = "?";

	if (memcg->refs >= 0)
		snprintf(refs, sizeof(refs), "%" PRId64, memcg->refs);
	pen__put(pen, PEN_BOLD, "%9s", pen__human((double)zombie->bytes, false).text);
	fprintf(pen->out, "  %10s  %8s  ", refs, age < 0 ? "?" : pen__duration(age).text);
	pen__name(pen, PEN_BOLD, memcgs__path(z->memcgs, zombie->memcg, path, sizeof(path)));
	fputc('\n', pen->out);
	for (size_t i = 0; i < zombie->nr_files; i++)
		put_file(pen, &zombie->files[i]);
	if (zombie->all_files > zombie->nr_files)
		fprintf(pen->out, "%33sand %" PRIu64 " more files\n", "",
			zombie->all_files - zombie->nr_files);
	put_rest(pen, zombie, memcg);
}

static void put_limits(const struct pen *pen, const struct zombies *z, uint32_t printed)
{
	if (printed < z->nr)
		fprintf(pen->out, "%" PRIu32 " of %" PRIu32 " are listed: --top 0 has all\n",
			printed, z->nr);
	if (z->memcgs->cut)
		fprintf(pen->out, "%" PRIu32 " lists of cgroups changed while they were read\n",
			z->memcgs->cut);
	if (z->walk->without_file)
		fprintf(pen->out, "%" PRIu64 " pages are of files that found no room\n",
			z->walk->without_file);
}

int zombies__print_text(const struct zombies *zombies, bool color, FILE *out)
{
	const struct pen pen = {.out = out, .color = color};
	uint32_t printed = zombies->top && zombies->top < zombies->nr ? zombies->top : zombies->nr;

	put_head(&pen, zombies);
	if (printed) {
		pen__put(&pen, PEN_DIM, ROW "%s", "charged", "references", "made ago", "cgroup");
		fputc('\n', out);
	}
	for (uint32_t i = 0; i < printed; i++)
		put_zombie(&pen, zombies, &zombies->list[i]);
	put_limits(&pen, zombies, printed);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
