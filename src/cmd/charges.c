// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/charges.h"
#include "memory/charge_list.h"
#include "memory/zombies.h"
#include "trace/tracer.h"
#include "util/clock.h"
#include "util/reason.h"
#include "util/say.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct look {
	const struct options *options;
	const struct kernel *kernel;
	struct kmem *reader;
	struct ram *memory;
	struct memcgs memcgs;
	struct charges charges;
	struct charge_walk walk;
	double began;
};

static int take(struct look *look)
{
	const struct kernel *kernel = look->kernel;

	look->began = clock__now_s();
	look->memcgs.layout = kernel->charges;
	look->memcgs.read = tracer__read;
	look->memcgs.arg = look->reader->tracer;
	look->charges = (struct charges){.layout = kernel->charges,
					 .read = tracer__read,
					 .arg = look->reader->tracer,
					 .memcgs = &look->memcgs};
	look->walk = (struct charge_walk){.charges = &look->charges,
					  .memory = look->memory,
					  .percpu = &look->reader->percpu,
					  .cpus = kernel->cpus};
	return memcgs__read(&look->memcgs, look->reader->task) ?: charge_walk__take(&look->walk);
}

static int print_list(const struct look *look, bool color)
{
	struct charge_list list = {.memcgs = &look->memcgs,
				   .walk = &look->walk,
				   .top = look->options->top,
				   .kernel = look->kernel->release};
	int err = charge_list__make(&list);

	clock_gettime(CLOCK_REALTIME, &list.time);
	list.seconds = clock__now_s() - look->began;
	if (!err)
		err = look->options->json ? charge_list__print_json(&list, stdout)
					  : charge_list__print_text(&list, color, stdout);
	charge_list__free(&list);
	return err;
}

/* Where the layout of files is not known they have no names. */
static int name_files(const struct look *look, struct zombies *zombies)
{
	const struct file_namer namer = {.charges = look->kernel->charges,
					 .vfs = look->kernel->vfs,
					 .read = tracer__read,
					 .arg = look->reader->tracer};

	if (*look->kernel->vfs_unknown)
		return 0;
	return zombies__name(zombies, &namer, zombies->top ? zombies->top : zombies->nr);
}

static int print_zombies(struct look *look, bool color)
{
	struct zombies zombies = {.memcgs = &look->memcgs,
				  .walk = &look->walk,
				  .top = look->options->top,
				  .now_s = clock__now_s(),
				  .jiffy_s = look->kernel->jiffy_ns / 1e9,
				  .kernel = look->kernel->release};
	int err = zombies__make(&zombies);

	if (!err)
		err = zombies__search(&zombies, look->memory);
	if (!err)
		err = name_files(look, &zombies);
	if (!err) {
		zombies__measure(&zombies, &look->reader->slub, look->kernel->cpus);
		zombies__conclude(&zombies);
		clock_gettime(CLOCK_REALTIME, &zombies.time);
		zombies.seconds = clock__now_s() - look->began;
		err = look->options->json ? zombies__print_json(&zombies, stdout)
					  : zombies__print_text(&zombies, color, stdout);
	}
	zombies__free(&zombies);
	return err;
}

static void explain(int err)
{
	if (err == -ENODATA)
		say("cannot tell who is charged: memory cgroups are off (cgroup_disable=memory)");
	else if (err == -EIO)
		say("cannot write the census to stdout: %s", strerror(errno));
	else
		say("cannot tell who is charged: %s", reason__of(-err));
}

int cmd_charges(const struct options *options, const struct kernel *kernel, struct kmem *reader,
		struct ram *memory, bool color)
{
	struct look look = {
		.options = options, .kernel = kernel, .reader = reader, .memory = memory};
	int err;

	if (*kernel->charges_unknown) {
		say("cannot tell who is charged: %s", kernel->charges_unknown);
		return -ENOTSUP;
	}
	err = take(&look);
	if (!err)
		err = options->zombies ? print_zombies(&look, color) : print_list(&look, color);
	if (err)
		explain(err);
	charge_walk__free(&look.walk);
	charges__free(&look.charges);
	memcgs__free(&look.memcgs);
	return err;
}
