// SPDX-License-Identifier: GPL-2.0-only
/* In folders that look like a hierarchy of cgroups. */
#include "unit.h"

#include "kernel/cgroup_reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/kleak-cgroups-XXXXXX";
static struct memory_hierarchy hierarchy;

static void put(const char *cgroup, const char *file, const char *text)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", root, cgroup);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s%s/%s", root, cgroup, file);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int make(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(root));
	hierarchy.fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put("", "memory.stat", "anon 5\nfile 6\n");
	put("", "cgroup.stat", "nr_descendants 3\nnr_dying_descendants 2\n");
	put("/a b\n", "memory.current", "4096\n");
	put("/a b\n", "memory.max", "8192\n");
	put("/a b\n", "memory.high", "max\n");
	put("/a b\n", "memory.stat", "anon 4\nfile oops\n");
	put("/a b\n", "memory.events", "max 7\n");
	put("/a b\n/c", "memory.current", "what\n");
	put("/off", "cgroup.procs", "");
	put("/off/below", "memory.current", "1\n");
	return 0;
}

static int remove_all(void **state)
{
	char command[128];

	(void)state;
	close(hierarchy.fd);
	snprintf(command, sizeof(command), "rm -r %s", root);
	return system(command);
}

static enum cgroup_books_much all(void *arg, uint64_t id, const struct cgroup_number *usage)
{
	(void)arg;
	(void)usage;
	return id ? CGROUP_BOOKS_WHOLE : CGROUP_BOOKS_USAGE;
}

static enum cgroup_books_much limits(void *arg, uint64_t id, const struct cgroup_number *usage)
{
	(void)arg;
	(void)id;
	(void)usage;
	return CGROUP_BOOKS_LIMITS;
}

static enum cgroup_books_much none(void *arg, uint64_t id, const struct cgroup_number *usage)
{
	(void)id;
	(void)usage;
	return arg ? CGROUP_BOOKS_WHOLE : CGROUP_BOOKS_USAGE;
}

static const struct cgroup_books *find(const struct cgroup_reading *reading, const char *path)
{
	for (size_t i = 0; i < reading->nr; i++)
		if (!strcmp(reading->list[i].path, path))
			return &reading->list[i];
	fail_msg("no %s", path);
	return NULL;
}

static void reads_all(void **state)
{
	struct cgroup_reading reading = {};
	const struct cgroup_books *b;

	(void)state;
	for (int again = 0; again < 2; again++)
		assert_int_equal(cgroup_reader__all(&reading, &hierarchy, all, NULL), 0);
	assert_int_equal(reading.nr, 3); /* where memory has no controller there is nothing below */
	b = find(&reading, "/");
	assert_true(b->whole && !b->usage.known && !b->max.known && b->stat_known);
	assert_int_equal(b->dying.is, 2);
	assert_int_equal(b->parent, 0);
	b = find(&reading, "/a b\n");
	assert_int_equal(b->parent, find(&reading, "/")->id);
	assert_int_equal(b->usage.is, 4096);
	assert_int_equal(b->max.is, 8192);
	assert_int_equal(b->high.is, UINT64_MAX);
	assert_int_equal(b->events.times[MEMORY_EVENT_MAX], 7);
	assert_true(b->stat.present[MEMORY_STAT_ANON] && !b->stat.present[MEMORY_STAT_FILE]);
	assert_false(b->dying.known);
	b = find(&reading, "/a b\n/c");
	assert_false(b->usage.known || b->stat_known || b->max.known);
	assert_int_equal(reading.odd, 2);
	assert_int_equal(reading.left_out + reading.unread, 0);
	cgroup_reader__free(&reading);
}

static void reads_no_more_than_is_wanted(void **state)
{
	struct cgroup_reading reading = {};
	const struct cgroup_books *b;

	(void)state;
	assert_int_equal(cgroup_reader__all(&reading, &hierarchy, none, NULL), 0);
	b = find(&reading, "/a b\n");
	assert_true(b->usage.known && !b->whole && !b->stat_known && !b->max.known);
	assert_int_equal(cgroup_reader__all(&reading, &hierarchy, limits, NULL), 0);
	b = find(&reading, "/a b\n");
	assert_true(b->limits && !b->whole && !b->stat_known && !b->events.present[0]);
	assert_int_equal(b->max.is, 8192);
	assert_int_equal(b->high.is, UINT64_MAX);
	cgroup_reader__free(&reading);
}

static uint64_t usage_of(struct cgroup_reading *reading, const char *path)
{
	assert_int_equal(cgroup_reader__all(reading, &hierarchy, none, NULL), 0);
	return find(reading, path)->usage.is;
}

static void remove_cgroup(const char *cgroup)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s/memory.current", root, cgroup);
	unlink(path);
	snprintf(path, sizeof(path), "%s%s", root, cgroup);
	assert_int_equal(rmdir(path), 0);
}

/* Files stay open, as many as there may be; what moves is read, and what goes is closed. */
static void files_stay_open(void **state)
{
	struct cgroup_reading reading = {.most_open = 2};

	(void)state;
	put("/x", "memory.current", "10\n");
	put("/y", "memory.current", "20\n");
	put("/z", "memory.current", "30\n");
	for (uint64_t i = 0; i < 3; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%d\n", 40 + (int)i);
		put("/y", "memory.current", text);
		assert_int_equal(usage_of(&reading, "/y"), 40 + i);
		assert_int_equal(find(&reading, "/x")->usage.is, 10);
		assert_int_equal(find(&reading, "/z")->usage.is, 30);
		assert_int_equal(reading.nr_open, 2);
	}
	remove_cgroup("/x");
	remove_cgroup("/y");
	remove_cgroup("/z");
	put("/y", "memory.current", "7\n"); /* another one of that name */
	assert_int_equal(usage_of(&reading, "/y"), 7);
	remove_cgroup("/y");
	assert_int_equal(cgroup_reader__all(&reading, &hierarchy, none, NULL), 0);
	for (size_t i = 0; i < reading.nr; i++)
		assert_string_not_equal(reading.list[i].path, "/y");
	cgroup_reader__free(&reading);
	assert_int_equal(reading.nr_open, 0);
}

static bool has(const struct cgroup_reading *reading, const char *path)
{
	for (size_t i = 0; i < reading->nr; i++)
		if (!strcmp(reading->list[i].path, path))
			return true;
	return false;
}

/* One below a cgroup that had none is found at once if that has moved, or within some readings. */
static void the_first_one_below_is_found(void **state)
{
	struct cgroup_reading reading = {};
	int readings = 0;

	(void)state;
	put("/leaf", "memory.current", "10\n");
	for (int i = 0; i < 3; i++)
		usage_of(&reading, "/leaf");
	put("/leaf", "memory.current", "11\n");
	put("/leaf/one", "memory.current", "1\n");
	assert_int_equal(usage_of(&reading, "/leaf/one"), 1);
	remove_cgroup("/leaf/one");
	for (int i = 0; i < 2; i++)
		usage_of(&reading, "/leaf");
	put("/leaf/two", "memory.current", "2\n");
	do {
		assert_true(readings++ < CGROUP_READER_TURNS);
		usage_of(&reading, "/leaf");
	} while (!has(&reading, "/leaf/two"));
	remove_cgroup("/leaf/two");
	remove_cgroup("/leaf");
	cgroup_reader__free(&reading);
}

static void reads_one_and_those_above(void **state)
{
	struct cgroup_reading reading = {};
	struct cgroup_line line;
	int fd = openat(hierarchy.fd, "a b\n/c", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(cgroup_reader__open_line(&line, &hierarchy, fd), 0);
	assert_int_equal(line.nr, 3);
	assert_int_equal(cgroup_reader__line(&reading, &hierarchy, &line, "/a b\n/c"), 0);
	assert_int_equal(reading.nr, 3);
	assert_string_equal(reading.list[0].path, "/a b\n/c");
	assert_string_equal(reading.list[1].path, "/a b\n");
	assert_string_equal(reading.list[2].path, "/");
	assert_int_equal(reading.list[0].id, line.ids[0]);
	assert_int_equal(reading.list[0].parent, reading.list[1].id);
	assert_int_equal(reading.list[2].parent, 0);
	cgroup_reader__close_line(&line);
	cgroup_reader__free(&reading);
}

static void reads_v1(void **state)
{
	struct cgroup_reading reading = {};
	const struct cgroup_books *b;

	(void)state;
	put("", "memory.usage_in_bytes", "100\n");
	put("", "memory.limit_in_bytes", "9223372036854771712\n");
	put("", "memory.kmem.usage_in_bytes", "30\n");
	put("", "memory.failcnt", "4\n");
	put("", "memory.oom_control", "oom_kill_disable 0\noom_kill 1\n");
	put("", "memory.stat", "total_rss 50\ntotal_cache 10\n");
	hierarchy.v1 = true;
	assert_int_equal(cgroup_reader__all(&reading, &hierarchy, all, NULL), 0);
	hierarchy.v1 = false;
	b = find(&reading, "/");
	assert_true(b->v1);
	assert_int_equal(b->usage.is, 100);
	assert_int_equal(b->max.is, UINT64_MAX);
	assert_int_equal(cgroup_books__kernel(b).is, 30);
	assert_int_equal(b->events.times[MEMORY_EVENT_MAX], 4);
	assert_int_equal(b->events.times[MEMORY_EVENT_OOM_KILL], 1);
	assert_int_equal(b->stat.bytes[MEMORY_STAT_ANON], 50);
	cgroup_reader__free(&reading);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all),
		cmocka_unit_test(reads_no_more_than_is_wanted),
		cmocka_unit_test(files_stay_open),
		cmocka_unit_test(the_first_one_below_is_found),
		cmocka_unit_test(reads_one_and_those_above),
		cmocka_unit_test(reads_v1),
	};

	return cmocka_run_group_tests(tests, make, remove_all);
}
