// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/charges.h"
#include "cmd/metrics_file.h"
#include "memory/charge_list.h"
#include "memory/charge_look.h"
#include "render/charges_prom.h"
#include "util/clock.h"
#include "util/reason.h"
#include "util/say.h"

#include <errno.h>
#include <string.h>

static void explain(int err)
{
	if (err == -ENODATA)
		say("cannot tell who is charged: memory cgroups are off (cgroup_disable=memory)");
	else if (err == -EIO)
		say("cannot write the census to stdout: %s", strerror(errno));
	else if (err)
		say("cannot tell who is charged: %s", reason__of(-err));
}

static int print_metrics(void *arg, FILE *out)
{
	return charges_prom__print(arg, out);
}

/* Of the first ones, also where all are printed. */
static int write_metrics(const struct charge_list *list, const struct options *options)
{
	struct metrics_file metrics = {.path = options->prom};
	struct charge_list first = *list;

	first.top = options->top_listed;
	return metrics_file__write(&metrics, print_metrics, &first, true);
}

static int print_list(const struct charge_look *look, const struct options *options, double began,
		      bool color)
{
	struct charge_list list = {.memcgs = &look->memcgs,
				   .walk = &look->walk,
				   .top = options->top,
				   .kernel = look->kernel->release};
	int err = charge_list__make(&list), wrote;

	clock_gettime(CLOCK_REALTIME, &list.time);
	list.seconds = clock__now_s() - began;
	if (!err)
		err = options->json ? charge_list__print_json(&list, stdout)
				    : charge_list__print_text(&list, color, stdout);
	explain(err);
	wrote = err == -ENOMEM ? 0 : write_metrics(&list, options); /* else it is whole */
	charge_list__free(&list);
	return err ? err : wrote;
}

static int print_zombies(struct charge_look *look, const struct options *options, double began,
			 bool color)
{
	struct zombies zombies;
	int err = charge_look__zombies(look, &zombies, options->top);

	zombies.top = options->top;
	clock_gettime(CLOCK_REALTIME, &zombies.time);
	zombies.seconds = clock__now_s() - began;
	if (!err)
		err = options->json ? zombies__print_json(&zombies, stdout)
				    : zombies__print_text(&zombies, color, stdout);
	explain(err);
	zombies__free(&zombies);
	return err;
}

int cmd_charges(const struct options *options, const struct kernel *kernel, struct kmem *reader,
		struct ram *memory, bool color)
{
	double began = clock__now_s();
	struct charge_look look;
	int err;

	if (*kernel->charges_unknown) {
		say("cannot tell who is charged: %s", kernel->charges_unknown);
		return -ENOTSUP;
	}
	err = metrics_file__check(&(struct metrics_file){.path = options->prom});
	if (err)
		return err;
	charge_look__begin(&look, kernel, reader, memory);
	err = charge_look__take(&look);
	explain(err);
	if (!err)
		err = options->zombies ? print_zombies(&look, options, began, color)
				       : print_list(&look, options, began, color);
	charge_look__free(&look);
	return err;
}
