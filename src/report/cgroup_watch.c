// SPDX-License-Identifier: GPL-2.0-only
#include "report/cgroup_watch.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

int cgroup_watch__open(struct cgroup_watch *watch, const char *path, char *why, size_t len)
{
	char reason[MOUNTINFO_PATH + 256];
	int err, fd;

	*why = '\0';
	watch->hierarchy.fd = -1;
	if (!path)
		return 0;
	err = memory_hierarchy__open(&watch->hierarchy, reason, sizeof(reason));
	if (!err && watch->hierarchy.v1) { /* the programs follow those of v2 */
		snprintf(reason, sizeof(reason),
			 "memory is counted in cgroups of version 1 here, at %s",
			 watch->hierarchy.mount.at);
		err = -ENODATA;
	}
	if (!err) {
		fd = memory_hierarchy__find(&watch->hierarchy, path, watch->path,
					    sizeof(watch->path), reason, sizeof(reason));
		err = fd < 0 ? fd : cgroup_reader__open_line(&watch->line, &watch->hierarchy, fd);
	}
	if (!err)
		return cgroup_keeper__open(&watch->keeper, watch->line.ids[0]);
	snprintf(why, len, "the cgroup's own books of memory are not known: %s", reason);
	cgroup_reader__close_line(&watch->line);
	return err == -ENOMEM ? err : 0;
}

int cgroup_watch__read(struct cgroup_watch *watch, double now_s)
{
	const struct cgroup_books *books;
	bool first = !watch->reading.room;
	int err;

	if (!watch->line.nr)
		return 0;
	err = cgroup_reader__line(&watch->reading, &watch->hierarchy, &watch->line, watch->path);
	if (!err)
		err = cgroup_keeper__enter(watch->keeper, watch->reading.list, watch->reading.nr,
					   now_s);
	if (err)
		return err;
	books = watch->reading.list;
	watch->is_known = watch->reading.nr && books->id == watch->line.ids[0] && books->stat_known;
	if (!watch->is_known)
		return 0;
	cgroup_classes__of(&watch->now, books);
	if (first)
		watch->first = watch->now;
	return 0;
}

int cgroup_watch__compare(struct cgroup_watch *watch, struct cgroup_coverage *charges,
			  const struct cgroup_coverage_traced traced[COVERAGE_CLASSES])
{
	struct cgroup_statement statement = {};
	const struct cgroup_row *row;
	int err;

	*charges =
		(struct cgroup_coverage){.growing = CGROUP_CLASSES,
					 .near = {.oom_s = NAN, .soonest_s = NAN, .latest_s = NAN}};
	if (!watch->is_known)
		return 0;
	err = cgroup_keeper__state(watch->keeper, &statement, 0);
	if (err)
		return err;
	row = &statement.rows[0];
	charges->known = true;
	charges->near = row->near;
	charges->limit_known = row->max.known;
	charges->limit_bytes = row->max.is;
	charges->growing = row->growing;
	cgroup_coverage__compare(charges->classes, &watch->first, &watch->now, traced);
	return 0;
}

void cgroup_watch__close(struct cgroup_watch *watch)
{
	cgroup_keeper__close(watch->keeper);
	cgroup_reader__free(&watch->reading);
	cgroup_reader__close_line(&watch->line);
	if (watch->hierarchy.mount.found)
		memory_hierarchy__close(&watch->hierarchy);
}
