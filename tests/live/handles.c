// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who holds more and more handles on this machine, as long as it is told, and what that explains:
 *
 *   live-handles iterator|proc SECONDS [PER_S PID FUNCTION...]
 *
 * A reading each half second, and a line that says how it went; then a line for each kind that
 * grows, and for each answer to what explains PER_S objects a second that PID (0: not known)
 * allocates through these functions.
 */
#include "judge/holders.h"
#include "kernel/handle_reader.h"
#include "render/holder_text.h"
#include "trace/task_files.h"
#include "util/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STEP_S 0.5
#define LISTED 64
#define POINTS 10 /* of a line of objects: what other programs make at once does not follow it */

static void print(const char *word, const struct holder *holder)
{
	struct pen pen = {.out = stdout};

	printf("%s %s %u %.3f %d %.3f ", word, handle_kind__id(holder->kind), holder->owner.pid,
	       holder->per_s, holder->sure, holder->ratio);
	holder_text__print(&pen, PEN_PLAIN, holder);
	putchar('\n');
}

static int watch(struct handle_reader *reader, struct holders *holders, double start_s,
		 double until_s)
{
	int err = 0;

	while (!err && clock__now_s() < until_s) {
		struct handles handles = {};

		err = handle_reader__read(reader, &handles);
		if (!err)
			err = holders__enter(holders, &handles, clock__now_s() - start_s);
		printf("read %.3f s, %" PRIu64 " processes, %" PRIu64 " stale, %" PRIu64
		       " unseen, %" PRIu64 " files, %" PRIu64 " unseen\n",
		       handles.took_s, handles.processes, handles.processes_stale,
		       handles.processes_unseen, handles.files, handles.files_unseen);
		handles__free(&handles);
		usleep((useconds_t)(STEP_S * 1e6));
	}
	return err;
}

static void tell(const struct holders *holders, double seconds, int nr, char **words)
{
	struct holder list[LISTED];
	double at[POINTS], objects[POINTS];
	struct holders_question question = {.at = at, .objects = objects, .nr = POINTS};
	size_t found = holders__growing(holders, list, LISTED);

	for (size_t i = 0; i < POINTS; i++) {
		at[i] = seconds * (double)i / (POINTS - 1);
		objects[i] = nr ? at[i] * atof(words[0]) : 0;
	}
	for (size_t i = 0; i < found; i++)
		print("grows", &list[i]);
	if (nr < 3)
		return;
	question.pid = (uint32_t)atoi(words[1]);
	question.comm = "live-load";
	question.functions = (const char *const *)words + 2;
	question.nr_functions = (size_t)nr - 2;
	found = holders__explain(holders, &question, list, LISTED);
	for (size_t i = 0; i < found; i++)
		print("explains", &list[i]);
}

int main(int argc, char **argv)
{
	const struct handle_limits limits = {HANDLE_MOST_S, HANDLE_MOST_FILES};
	struct handle_files files = {.read = task_files__read};
	struct task_files *iterator = NULL;
	struct handle_reader *reader = NULL;
	struct holders *holders = NULL;
	double seconds = argc > 2 ? atof(argv[2]) : 0, start_s = clock__now_s();
	bool wanted = argc > 2 && !strcmp(argv[1], "iterator");
	int err = wanted ? task_files__open(&iterator, TASK_FILES_MOST_S) : 0;

	if (argc < 3 || err) {
		fprintf(stderr, "live-handles: %s\n", err ? strerror(-err) : "see its source");
		return 1;
	}
	files.arg = iterator;
	err = handle_reader__open(&reader, &limits, wanted ? &files : NULL);
	if (!err)
		err = holders__open(&holders);
	if (!err)
		err = watch(reader, holders, start_s, start_s + seconds);
	if (!err)
		tell(holders, seconds, argc - 3, argv + 3);
	holders__close(holders);
	handle_reader__close(reader);
	task_files__close(iterator);
	return err ? 1 : 0;
}
