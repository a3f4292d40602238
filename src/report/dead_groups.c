// SPDX-License-Identifier: GPL-2.0-only
#include "report/dead_groups.h"
#include "kernel/symbols.h"
#include "memory/charge_look.h"
#include "report/readout.h"
#include "util/say.h"

#include <errno.h>

#define SENTENCE 512

/* How many there are; below 0: it cannot be told. */
static int64_t count(struct readout *readout)
{
	struct charge_look look;
	int64_t nr = -ENOTSUP;

	if (*readout->parts.kernel->charges_unknown || !readout->reader.task)
		return nr;
	charge_look__begin(&look, readout->parts.kernel, &readout->reader, NULL);
	nr = charge_look__count(&look);
	if (!nr)
		nr = look.memcgs.nr_dead;
	charge_look__free(&look);
	return nr;
}

void dead_groups__begin(struct dead_groups *dead, struct readout *readout)
{
	int64_t nr = count(readout);

	*dead = (struct dead_groups){.counted = nr >= 0, .before = nr < 0 ? 0 : (uint64_t)nr};
}

static void note(struct dead_groups *dead, const struct zombies *zombies)
{
	const struct zombie_file *file = zombies->nr ? &zombies->list[0].files[0] : NULL;

	dead->slab_bytes = zombies->size.slab_bytes;
	dead->percpu_bytes = zombies->size.percpu_bytes;
	for (int kind = 0; kind < CHARGE_KINDS; kind++)
		dead->charged[kind] = zombies->total.bytes[kind];
	dead->kept_by = zombies->kept_by;
	if (file && file->name)
		dead->file = *file->name;
	dead->grew = true;
}

static int look_at_all(struct dead_groups *dead, struct readout *readout, struct ram *memory)
{
	struct zombies zombies = {};
	struct charge_look look;
	int err;

	charge_look__begin(&look, readout->parts.kernel, &readout->reader, memory);
	err = charge_look__take(&look);
	if (!err)
		err = charge_look__zombies(&look, &zombies, 1);
	if (!err)
		note(dead, &zombies);
	zombies__free(&zombies);
	charge_look__free(&look);
	return err;
}

int dead_groups__look(struct dead_groups *dead, struct readout *readout)
{
	const struct kallsyms *symbols =
		readout->parts.symbols ? symbols__kallsyms(readout->parts.symbols) : NULL;
	int64_t nr = dead->counted ? count(readout) : -1;
	struct ram memory = {};
	char why[SENTENCE];
	uint64_t text;
	int err;

	dead->now = nr < 0 ? 0 : (uint64_t)nr;
	if (nr < 0 || dead->now < dead->before + DEAD_GROUPS_LEAST || !readout->reader.has_pages)
		return 0;
	err = kmem__open_memory(&readout->reader, &memory, readout->parts.kernel, symbols, &text,
				"dead cgroups cannot be looked at", why, sizeof(why));
	if (err && err != -ENOMEM && readout->parts.options->verbose)
		say("%s", why);
	if (!err)
		err = ram__find_base(&memory, readout->reader.in_map, text);
	if (!err)
		err = look_at_all(dead, readout, &memory);
	ram__free(&memory);
	return err == -ENOMEM ? err : 0;
}
