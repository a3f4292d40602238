// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/cgroup_ledger.h"
#include "cmd/drop_caches.h"
#include "cmd/metrics_file.h"
#include "cmd/stream.h"
#include "judge/cgroup_keeper.h"
#include "kernel/cgroup_reader.h"
#include "kernel/kept_files.h"
#include "kernel/memory_hierarchy.h"
#include "render/cgroups_json.h"
#include "render/cgroups_prom.h"
#include "render/cgroups_text.h"
#include "util/clock.h"
#include "util/printout.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define SENTENCE (MOUNTINFO_PATH + 512)
#define LOST	 "the last statement was not made; those before are whole"

struct audit {
	const struct options *options;
	bool color;
	struct utsname kernel;
	struct printout *printout;
	struct metrics_file metrics;
	struct memory_hierarchy hierarchy;
	struct cgroup_line line; /* --cgroup */
	char path[MOUNTINFO_PATH];
	struct cgroup_reading reading;
	struct cgroup_keeper *keeper;
	struct cgroup_statement statement;
	double start_s;
	size_t readings;
};

/* ---- a reading, a statement ---- */

static int render(void *arg, FILE *out)
{
	const struct audit *audit = arg;

	if (audit->options->json)
		return cgroups_json__print(&audit->statement, out);
	return cgroups_text__print(&audit->statement, audit->color, out);
}

static int print_metrics(void *arg, FILE *out)
{
	return cgroups_prom__print(&((const struct audit *)arg)->statement, out);
}

static int read_all(struct audit *audit)
{
	if (audit->options->trace.cgroup)
		return cgroup_reader__line(&audit->reading, &audit->hierarchy, &audit->line,
					   audit->path);
	return cgroup_reader__all(&audit->reading, &audit->hierarchy, cgroup_keeper__wants,
				  audit->keeper);
}

static int take_reading(struct audit *audit)
{
	int err = drop_caches__now(audit->options);

	if (err)
		return err;
	err = read_all(audit);
	if (!audit->readings++)
		audit->start_s = clock__now_s();
	if (!err)
		err = cgroup_keeper__enter(audit->keeper, audit->reading.list, audit->reading.nr,
					   clock__now_s() - audit->start_s);
	if (err)
		say("cannot read the cgroups: %s", strerror(-err));
	return err;
}

/* The cgroup that is watched has been removed. */
static bool is_over(const struct audit *audit)
{
	const struct cgroup_reading *reading = &audit->reading;

	return audit->options->trace.cgroup &&
	       !(reading->nr && reading->list[0].id == audit->line.ids[0]);
}

static int state(struct audit *audit, size_t top, bool final)
{
	struct cgroup_statement *s = &audit->statement;
	int err;

	*s = (struct cgroup_statement){
		.elapsed_s = clock__now_s() - audit->start_s,
		.kernel = audit->kernel.release,
		.final = final,
		.first = audit->readings == 1,
		.all = audit->options->all,
		.caches_dropped = audit->options->drop_caches,
		.v1 = audit->hierarchy.v1,
		.mount = audit->hierarchy.mount.at,
		.cut_off = audit->hierarchy.cut_off,
		.left_out = audit->reading.left_out,
		.unread = audit->reading.unread,
		.odd = audit->reading.odd,
	};
	err = cgroup_keeper__state(audit->keeper, s, top);
	if (err)
		say("cannot make a statement: %s", strerror(-err));
	clock_gettime(CLOCK_REALTIME, &s->time);
	return err;
}

static int write_metrics(struct audit *audit, bool final)
{
	int err = audit->metrics.path ? state(audit, audit->options->top_listed, final) : 0;

	if (err || !audit->metrics.path)
		return err;
	return metrics_file__write(&audit->metrics, print_metrics, audit, final);
}

static int turn(void *arg, bool final)
{
	struct audit *audit = arg;
	double began_s = clock__cpu_s(), read_s;
	int err = take_reading(audit), metrics;
	bool over = !err && is_over(audit);

	if (err)
		return err;
	read_s = clock__cpu_s();
	final |= over;
	if (over)
		say("the cgroup %s was removed", audit->path);
	err = state(audit, audit->options->top, final);
	if (!err)
		err = printout__print(audit->printout, render, audit, final, "statement");
	if (audit->options->report.verbose)
		say("%zu cgroups read in %.1f ms of CPU time, their statement made in %.1f ms; %zu "
		    "files stay open",
		    audit->reading.nr, 1e3 * (read_s - began_s), 1e3 * (clock__cpu_s() - read_s),
		    audit->reading.nr_open);
	metrics = write_metrics(audit, final);
	err = err ? err : metrics;
	return !err && over ? STREAM_OVER : err;
}

/* ---- all of it ---- */

/* Find what is to be read.  0, or -errno, which is said. */
static int open_cgroups(struct audit *audit)
{
	const char *path = audit->options->trace.cgroup;
	char why[SENTENCE];
	int err = memory_hierarchy__open(&audit->hierarchy, why, sizeof(why)), fd;

	if (!err && path) {
		fd = memory_hierarchy__find(&audit->hierarchy, path, audit->path,
					    sizeof(audit->path), why, sizeof(why));
		err = fd < 0 ? fd : cgroup_reader__open_line(&audit->line, &audit->hierarchy, fd);
		if (fd >= 0 && err)
			snprintf(why, sizeof(why), "cannot open the cgroups above %s: %s", path,
				 strerror(-err));
	}
	if (!err && !path)
		audit->reading.most_open = kept_files__most(&audit->hierarchy);
	if (!err)
		return cgroup_keeper__open(&audit->keeper, path ? audit->line.ids[0] : 0);
	say("%s", why);
	return err;
}

static int stream_books(struct audit *audit, int signals)
{
	const struct stream stream = {
		.signals = signals,
		.printout = audit->printout,
		.interval_s = audit->options->report.interval_s,
		.duration_s = audit->options->duration_s,
	};

	return stream__run(&stream, turn, audit);
}

static void close_cgroups(struct audit *audit)
{
	cgroup_keeper__close(audit->keeper);
	cgroup_reader__free(&audit->reading);
	cgroup_reader__close_line(&audit->line);
	memory_hierarchy__close(&audit->hierarchy);
}

int cmd_cgroup_ledger(const struct options *options, bool color, int signals)
{
	static struct audit audit;
	int err;

	audit = (struct audit){.options = options, .color = color, .hierarchy.fd = -1};
	audit.metrics.path = options->prom;
	uname(&audit.kernel);
	drop_caches__warn(options);
	signals__keep(LOST);
	err = metrics_file__check(&audit.metrics);
	if (!err)
		err = open_cgroups(&audit);
	if (!err)
		err = printout__open(&audit.printout);
	if (!err)
		err = stream_books(&audit, signals);
	if (printout__close(audit.printout) && !err)
		err = -EIO;
	close_cgroups(&audit);
	return err;
}
