// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/charges.h"
#include "cmd/metrics_file.h"
#include "cmd/stream.h"
#include "memory/charge_list.h"
#include "memory/charge_look.h"
#include "render/charges_prom.h"
#include "util/clock.h"
#include "util/reason.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

/* growth: NULL without a look before. */
static int print_list(const struct charge_look *look, const struct charge_growth *growth,
		      const struct options *options, double began, bool color)
{
	struct charge_list list = {.memcgs = &look->memcgs,
				   .walk = &look->walk,
				   .growth = growth,
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

/* ---- --duration ---- */

/* A signal that asks to end ends that wait alone: what grew until then is told. */
static int wait_until(double deadline_s)
{
	struct stream waiting = {};
	int signal;

	signals__keep(NULL);
	waiting.signals = signals__open();
	if (waiting.signals < 0) {
		say("cannot wait for signals: %s", strerror(-waiting.signals));
		return waiting.signals;
	}
	signal = stream__wait(&waiting, deadline_s);
	close(waiting.signals);
	return signal < 0 ? signal : 0;
}

/* There was a look that began at `began`; take another one when --duration is over. */
static int print_growth(struct charge_look *before, const struct options *options, double began,
			bool color)
{
	struct charge_growth growth = {.memcgs = &before->memcgs, .walk = &before->walk};
	struct charge_look look;
	double again;
	int err = wait_until(began + options->duration_s);

	if (err)
		return err;
	again = clock__now_s();
	growth.seconds = again - began;
	charge_look__begin(&look, before->kernel, before->reader, before->memory);
	err = charge_look__take(&look);
	if (!err)
		err = charge_growth__begin(&growth);
	explain(err);
	if (!err)
		err = print_list(&look, &growth, options, again, color);
	charge_growth__free(&growth);
	charge_look__free(&look);
	return err;
}

static int print(struct charge_look *look, const struct options *options, double began, bool color)
{
	if (options->zombies)
		return print_zombies(look, options, began, color);
	if (options->duration_s > 0)
		return print_growth(look, options, began, color);
	return print_list(look, NULL, options, began, color);
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
		err = print(&look, options, began, color);
	charge_look__free(&look);
	return err;
}
