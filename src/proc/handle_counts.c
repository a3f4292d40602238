// SPDX-License-Identifier: GPL-2.0-only
#include "proc/handle_counts.h"
#include "util/lines.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 24 /* of a line that is cut into words; a table of the kernel has fewer columns */

/* Cut the line into words; how many. */
static int cut(char *line, char *words[WORDS])
{
	char *rest = NULL, *word = strtok_r(line, " \t", &rest);
	int nr = 0;

	for (; word && nr < WORDS; word = strtok_r(NULL, " \t", &rest))
		words[nr++] = word;
	return nr;
}

static bool number_of(const char *word, uint64_t *number)
{
	return lines__number(&word, LINES_MOST, number) && !*word;
}

static int each_line(struct handles *handles, FILE *file, int (*each)(char *line, void *arg),
		     void *arg)
{
	uint64_t odd;
	int err = lines__each(file, each, arg, &odd);

	handles->odd += odd;
	return err;
}

/* ---- System V IPC: a table with a head ---- */

struct table {
	struct handles *handles;
	enum handle_kind kind;
	const char *creator; /* column: a process or a user */
	bool is_process;
	int column, messages; /* of the creator; of "qnum", or -1 */
	int columns;	      /* 0: the head was not read yet */
};

static int read_head(struct table *table, char *line)
{
	char *words[WORDS];

	table->columns = cut(line, words);
	table->column = table->messages = -1;
	for (int i = 0; i < table->columns; i++) {
		if (!strcmp(words[i], table->creator))
			table->column = i;
		if (!strcmp(words[i], "qnum"))
			table->messages = i;
	}
	return table->column < 0 ? LINES_ODD : 0;
}

static int read_row(char *line, void *arg)
{
	struct table *table = arg;
	struct handles_owner owner = {};
	uint64_t creator, messages = 0;
	char *words[WORDS];
	int nr, err;

	if (!table->columns)
		return read_head(table, line);
	nr = cut(line, words);
	if (table->column < 0 || nr < table->columns ||
	    !number_of(words[table->column], &creator) || creator > UINT32_MAX ||
	    (table->messages >= 0 && !number_of(words[table->messages], &messages)))
		return LINES_ODD;
	if (table->is_process)
		owner.pid = (uint32_t)creator;
	else
		snprintf(owner.name, sizeof(owner.name), "uid %" PRIu64, creator);
	err = handles__add(table->handles, &owner, table->kind, "", 1);
	if (!err && table->messages >= 0)
		err = handles__add(table->handles, &owner, HANDLE_MESSAGE, "", messages);
	return err;
}

int handle_counts__shm(struct handles *handles, FILE *file)
{
	struct table table = {
		.handles = handles, .kind = HANDLE_SHM, .creator = "cpid", .is_process = true};

	return each_line(handles, file, read_row, &table);
}

int handle_counts__sem(struct handles *handles, FILE *file)
{
	struct table table = {.handles = handles, .kind = HANDLE_SEM, .creator = "cuid"};

	return each_line(handles, file, read_row, &table);
}

int handle_counts__msg(struct handles *handles, FILE *file)
{
	struct table table = {.handles = handles, .kind = HANDLE_QUEUE, .creator = "cuid"};

	return each_line(handles, file, read_row, &table);
}

/* ---- sockets ---- */

/* "TCP: inuse 5 orphan 0 tw 0 alloc 7 mem 1": `mem` and `memory` count no sockets. */
static int read_sockets(char *line, void *arg)
{
	char *words[WORDS], *colon = strchr(line, ':');
	struct handles *handles = arg;
	int nr, err = 0;

	if (!colon)
		return LINES_ODD;
	*colon = '\0';
	nr = cut(colon + 1, words);
	for (int i = 0; i + 1 < nr && !err; i += 2) {
		char detail[HANDLE_DETAIL];
		uint64_t count;

		if (!strncmp(words[i], "mem", 3))
			continue;
		if (!number_of(words[i + 1], &count))
			return LINES_ODD;
		snprintf(detail, sizeof(detail), "%.11s %.11s", line, words[i]);
		err = handles__add_of_all(handles, HANDLE_SOCKET_STATE, detail, count);
	}
	return err;
}

int handle_counts__sockstat(struct handles *handles, FILE *file)
{
	return each_line(handles, file, read_sockets, handles);
}

/* ---- cgroups ---- */

/* Since 6.13 there are lines for each controller as well: "nr_dying_subsys_memory 12". */
static int read_cgroup_stat(char *line, void *arg)
{
	char *words[WORDS];
	uint64_t count;

	if (cut(line, words) != 2 || !number_of(words[1], &count))
		return LINES_ODD;
	if (!strcmp(words[0], "nr_descendants"))
		return handles__add_of_all(arg, HANDLE_CGROUP, "", count);
	if (!strcmp(words[0], "nr_dying_descendants"))
		return handles__add_of_all(arg, HANDLE_OFFLINE, "", count);
	return 0;
}

int handle_counts__cgroup_stat(struct handles *handles, FILE *file)
{
	return each_line(handles, file, read_cgroup_stat, handles);
}

/* "memory 4 29 1": of hierarchy 0, which is v2's, cgroup.stat says more. */
static int read_cgroups(char *line, void *arg)
{
	char *words[WORDS];
	uint64_t count;

	if (cut(line, words) != 4 || strcmp(words[0], "memory") != 0 || !strcmp(words[1], "0"))
		return 0;
	if (!number_of(words[2], &count))
		return LINES_ODD;
	return handles__add_of_all(arg, HANDLE_CGROUP, "memory, v1", count);
}

int handle_counts__cgroups(struct handles *handles, FILE *file)
{
	return each_line(handles, file, read_cgroups, handles);
}

/* ---- keys ---- */

/* "    0:     9 8/8 3/1000000 40/25000000": the keys are before the first slash. */
static int read_keys(char *line, void *arg)
{
	struct handles_owner owner = {};
	char *words[WORDS], *slash;
	uint64_t user, keys;
	size_t colon;

	if (cut(line, words) < 3)
		return LINES_ODD;
	colon = strlen(words[0]) - 1;
	if (words[0][colon] != ':')
		return LINES_ODD;
	words[0][colon] = '\0';
	slash = strchr(words[2], '/');
	if (!slash)
		return LINES_ODD;
	*slash = '\0';
	if (!number_of(words[0], &user) || !number_of(words[2], &keys))
		return LINES_ODD;
	snprintf(owner.name, sizeof(owner.name), "uid %" PRIu64, user);
	return handles__add(arg, &owner, HANDLE_KEY, "", keys);
}

int handle_counts__keys(struct handles *handles, FILE *file)
{
	return each_line(handles, file, read_keys, handles);
}

/* ---- mounts ---- */

struct mounts {
	struct handles *handles;
	void (*each)(const char *tmpfs, void *arg);
	void *arg;
};

static bool is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' && digits[1] <= '7' &&
	       digits[2] >= '0' && digits[2] <= '7';
}

/* Blanks and their like stand as "\040" (fs/proc_namespace.c, mangle()). */
static void unescape(char *path)
{
	char *to = path;

	for (; *path; to++) {
		if (*path == '\\' && is_octal(path + 1) && strncmp(path + 1, "000", 3) != 0) {
			*to = (char)((path[1] - '0') * 64 + (path[2] - '0') * 8 + path[3] - '0');
			path += 4;
		} else {
			*to = *path++;
		}
	}
	*to = '\0';
}

/*
 * "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw": behind the lone dash the file
 * system's type; the root of a namespace is "net:[4026532281]".
 */
static int read_mount(char *line, void *arg)
{
	const struct mounts *mounts = arg;
	char *dash = strstr(line, " - "), *words[WORDS], detail[HANDLE_DETAIL];
	int err;

	if (!dash)
		return LINES_ODD;
	*dash = '\0';
	dash += 3;
	if (cut(line, words) < 6)
		return LINES_ODD;
	dash[strcspn(dash, " ")] = '\0';
	err = handles__add_of_all(mounts->handles, HANDLE_MOUNT, "", 1);
	if (!err && !strcmp(dash, "nsfs") &&
	    handle_kind__of_link(words[3], detail) == HANDLE_NAMESPACE_FILE)
		err = handles__add_of_all(mounts->handles, HANDLE_NAMESPACE_MOUNT, detail, 1);
	if (!err && mounts->each && !strcmp(dash, "tmpfs")) {
		unescape(words[4]);
		mounts->each(words[4], mounts->arg);
	}
	return err;
}

int handle_counts__mounts(struct handles *handles, FILE *file,
			  void (*each)(const char *tmpfs, void *arg), void *arg)
{
	struct mounts mounts = {handles, each, arg};

	return each_line(handles, file, read_mount, &mounts);
}

/* ---- numbers ---- */

bool handle_counts__lock_owner(const char *line, uint32_t *pid)
{
	char class[16], mode[16], access[16];
	long long number;

	/* "1: POSIX  ADVISORY  WRITE 4711 08:01:1312 0 EOF"; "1: -> ..." waits */
	if (sscanf(line, "%*u: %15s %15s %15s %lld ", class, mode, access, &number) != 4 ||
	    !strcmp(class, "->") || number <= 0 || number > INT32_MAX)
		return false;
	*pid = (uint32_t)number;
	return true;
}

int handle_counts__numbers(uint64_t *numbers, int most, FILE *file)
{
	char line[256];
	const char *at = line;
	int nr = 0;

	if (!fgets(line, sizeof(line), file))
		return 0;
	while (nr < most) {
		at += strspn(at, " \t");
		if (!lines__number(&at, LINES_MOST, &numbers[nr]))
			break;
		nr++;
	}
	return nr;
}
