// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/holding.h"
#include "judge/holders.h"
#include "kernel/handle_reader.h"
#include "trace/task_files.h"
#include "util/clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

struct holding {
	struct task_files *files; /* NULL: /proc alone */
	struct handle_reader *reader;
	struct holders *holders;
	double next_s;
};

int holding__open(struct holding **out)
{
	const struct handle_limits limits = {HANDLE_MOST_S, HANDLE_MOST_FILES};
	struct holding *holding = calloc(1, sizeof(*holding));
	struct handle_files by_iterator = {task_files__read, NULL};
	int err;

	if (!holding)
		return -ENOMEM;
	if (task_files__open(&holding->files, TASK_FILES_MOST_S))
		holding->files = NULL;
	by_iterator.arg = holding->files;
	err = handle_reader__open(&holding->reader, &limits, holding->files ? &by_iterator : NULL);
	if (!err)
		err = holders__open(&holding->holders);
	if (err) {
		holding__close(holding);
		return err;
	}
	*out = holding;
	return 0;
}

/* One reading, which is of when it ends: open files are counted last. */
static int read_once(struct holding *holding, uint64_t *unseen)
{
	struct handles handles = {};
	int err = handle_reader__read(holding->reader, &handles);
	double now_s = clock__now_s();

	if (!err)
		err = holders__enter(holding->holders, &handles, now_s);
	holding->next_s = now_s + fmax(HOLDING_EVERY_S, handles.took_s / HOLDING_SHARE);
	*unseen = handles.processes_unseen;
	handles__free(&handles);
	return err == -ENOMEM ? err : 0; /* without them it is less sure, no more */
}

int holding__begin(struct holding *holding)
{
	uint64_t before = UINT64_MAX, unseen = 0;
	int err;

	for (int i = 0; i < HOLDING_FIRST_READINGS; i++) {
		err = read_once(holding, &unseen);
		if (err || !unseen || unseen >= before)
			return err;
		before = unseen;
	}
	return 0;
}

int holding__read_now(struct holding *holding)
{
	uint64_t unseen;

	return read_once(holding, &unseen);
}

int holding__read(struct holding *holding)
{
	return clock__now_s() < holding->next_s ? 0 : holding__read_now(holding);
}

void holding__explain(const struct holding *holding, const struct report *report,
		      struct groups *groups, const struct group_holders_time *time)
{
	group_holders__explain(holding->holders, report, groups, time);
}

void holding__close(struct holding *holding)
{
	if (!holding)
		return;
	holders__close(holding->holders);
	handle_reader__close(holding->reader);
	task_files__close(holding->files);
	free(holding);
}
