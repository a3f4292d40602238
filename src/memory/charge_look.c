// SPDX-License-Identifier: GPL-2.0-only
#include "memory/charge_look.h"
#include "trace/tracer.h"
#include "util/clock.h"

void charge_look__begin(struct charge_look *look, const struct kernel *kernel, struct kmem *reader,
			struct ram *memory)
{
	*look = (struct charge_look){
		.kernel = kernel,
		.reader = reader,
		.memory = memory,
		.memcgs = {.layout = kernel->charges, .read = tracer__read, .arg = reader->tracer},
		.charges = {.layout = kernel->charges, .read = tracer__read, .arg = reader->tracer},
		.walk = {.memory = memory, .percpu = &reader->percpu, .cpus = kernel->cpus},
	};
	look->charges.memcgs = &look->memcgs;
	look->walk.charges = &look->charges;
}

int charge_look__count(struct charge_look *look)
{
	return memcgs__read(&look->memcgs, look->reader->task);
}

int charge_look__take(struct charge_look *look)
{
	int err = charge_look__count(look);

	return err ? err : charge_walk__take(&look->walk);
}

/* Where the layout of files is not known they have no names. */
static int name_files(const struct charge_look *look, struct zombies *zombies, uint32_t nr)
{
	const struct file_namer namer = {.charges = look->kernel->charges,
					 .vfs = look->kernel->vfs,
					 .read = tracer__read,
					 .arg = look->reader->tracer};

	return *look->kernel->vfs_unknown ? 0 : zombies__name(zombies, &namer, nr);
}

int charge_look__zombies(struct charge_look *look, struct zombies *zombies, uint32_t named)
{
	int err;

	*zombies = (struct zombies){.memcgs = &look->memcgs,
				    .walk = &look->walk,
				    .now_s = clock__now_s(),
				    .jiffy_s = look->kernel->jiffy_ns / 1e9,
				    .kernel = look->kernel->release};
	err = zombies__make(zombies);
	if (!err)
		err = zombies__search(zombies, look->memory);
	if (!err)
		err = name_files(look, zombies, named ? named : zombies->nr);
	if (err)
		return err;
	zombies__measure(zombies, &look->reader->slub, look->kernel->cpus);
	zombies__conclude(zombies);
	return 0;
}

void charge_look__free(struct charge_look *look)
{
	charge_walk__free(&look->walk);
	charges__free(&look->charges);
	memcgs__free(&look->memcgs);
}
