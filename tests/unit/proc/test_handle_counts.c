// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "proc/handle_counts.h"

#include <errno.h>
#include <stdlib.h>

#include "fixtures/fixtures.h"

#define QUEUES                                                                                     \
	"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  "       \
	"cgid      stime      rtime      ctime\n"

typedef int (*parser)(struct handles *handles, FILE *file);

static struct handles handles;

static void parse(parser parse_text, const char *text)
{
	FILE *file = open_text(text);

	handles__free(&handles);
	assert_int_equal(parse_text(&handles, file), 0);
	fclose(file);
}

static void assert_row(uint32_t pid, const char *name, enum handle_kind kind, const char *detail,
		       uint64_t count)
{
	struct handles_owner owner = {.pid = pid};
	const struct handles_row *row;

	snprintf(owner.name, sizeof(owner.name), "%s", name);
	row = handles__find(&handles, &owner, kind, detail);
	if (!row)
		fail_msg("no row %s of %s[%u]", handle_kind__id(kind), name, pid);
	assert_int_equal(row->count, count);
}

static void reads_queues(void **state)
{
	(void)state;
	parse(handle_counts__msg, QUEUES
	      "         0      32768   600           0          0     0     0     0     0     0    "
	      " 0          0          0 1795890036\n"
	      "         0      32769   600        3000          3  4711     0     0     0     0    "
	      " 0 1795890036          0 1795890036\n"
	      "         7      32770   600           0          0     0     0  1000  1000  1000  "
	      "1000          0          0 1795890036\n");
	assert_row(0, "uid 0", HANDLE_QUEUE, "", 2);
	assert_row(0, "uid 0", HANDLE_MESSAGE, "", 3);
	assert_row(0, "uid 1000", HANDLE_QUEUE, "", 1);
	assert_int_equal(handles.odd, 0);
}

static void reads_semaphores(void **state)
{
	(void)state;
	parse(handle_counts__sem,
	      "       key      semid perms      nsems   uid   gid  cuid  cgid      otime      "
	      "ctime\n"
	      "         0          0   600          1     0     0    33     0          0 "
	      "1795890036\n");
	assert_row(0, "uid 33", HANDLE_SEM, "", 1);
}

/* Of shared memory the kernel notes who made it. */
static void reads_shared_memory(void **state)
{
	(void)state;
	parse(handle_counts__shm,
	      "       key      shmid perms                  size  cpid  lpid nattch   uid   gid  "
	      "cuid  cgid      atime      dtime      ctime                   rss                  "
	      "swap\n"
	      "         0          1   600                  4096  4711  4711      0     0     0    "
	      " "
	      "0     0          0          0 1795890036                     0                     "
	      "0\n"
	      "         0          2   600                  4096  4711  4711      0     0     0    "
	      " "
	      "0     0          0          0 1795890036                     0                     "
	      "0\n");
	assert_row(4711, "", HANDLE_SHM, "", 2);
}

static void tells_who_holds_a_lock(void **state)
{
	static const char *const none[] = {
		"",
		"x",
		"1: -> POSIX  ADVISORY  WRITE 4711 08:01:1312 0 EOF",
		"2: OFDLCK ADVISORY  WRITE -1 08:01:1312 0 EOF",
		"3: FLOCK  ADVISORY  WRITE",
		"4: POSIX  ADVISORY  WRITE 0 08:01:1312 0 EOF",
		"5: POSIX  ADVISORY  WRITE 99999999999 08:01:1312 0 EOF"};
	uint32_t pid = 0;

	(void)state;
	assert_true(
		handle_counts__lock_owner("1: POSIX  ADVISORY  WRITE 4711 08:01:1312 0 EOF", &pid));
	assert_int_equal(pid, 4711);
	assert_true(
		handle_counts__lock_owner("12: FLOCK  ADVISORY  READ  1 00:1a:7 0 EOF\n", &pid));
	assert_int_equal(pid, 1);
	assert_true(
		handle_counts__lock_owner("3: LEASE  ACTIVE    READ  88 00:1a:7 0 EOF\n", &pid));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(handle_counts__lock_owner(none[i], &pid));
}

static void odd_tables_cost_their_lines(void **state)
{
	(void)state;
	parse(handle_counts__msg, "");
	assert_int_equal(handles.nr, 0);
	parse(handle_counts__msg, "columns that nobody knows\n1 2 3 4\n");
	assert_int_equal(handles.nr, 0);
	assert_int_equal(handles.odd, 2);
	parse(handle_counts__msg, QUEUES "1 2 3\n"
					 "0 1 600 0 x 0 0 0 0 0 0 0 0 0\n"
					 "0 1 600 0 0 0 0 0 0 -1 0 0 0 0\n"
					 "0 1 600 0 0 0 0 0 0 99999999999 0 0 0 0\n"
					 "0 1 600 0 0 0 0 0 0 5 0 0 0 0\n");
	assert_int_equal(handles.odd, 4);
	assert_row(0, "uid 5", HANDLE_QUEUE, "", 1);
	/* more columns than there is room for */
	parse(handle_counts__sem, "cuid a b c d e f g h i j k l m n o p q r s t u v w x y z\n"
				  "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
				  "25 26 27\n");
	assert_row(0, "uid 1", HANDLE_SEM, "", 1);
	assert_int_equal(handles.odd, 0);
}

/* A column may be any, the first one as well; who made it may have the largest number. */
static void finds_columns_by_their_heads(void **state)
{
	(void)state;
	parse(handle_counts__msg, "qnum\tcuid\n5\t7\n6\t4294967295\n");
	assert_row(0, "uid 7", HANDLE_QUEUE, "", 1);
	assert_row(0, "uid 7", HANDLE_MESSAGE, "", 5);
	assert_row(0, "uid 4294967295", HANDLE_MESSAGE, "", 6);
	assert_int_equal(handles.odd, 0);
	parse(handle_counts__msg, "qnum cuid\n5 4294967296\n5 6 7\n");
	assert_int_equal(handles.odd, 1);
	assert_row(0, "uid 6", HANDLE_QUEUE, "", 1);
	/* a table without messages has none */
	parse(handle_counts__shm, "cpid\n12\n");
	assert_row(12, "", HANDLE_SHM, "", 1);
	assert_int_equal(handles.nr, 1);
}

/* What was odd before is counted as well. */
static void adds_to_what_is_there(void **state)
{
	FILE *file = open_text("nr_descendants x\nnr_descendants 3\n");

	(void)state;
	parse(handle_counts__cgroup_stat, "nr_descendants 4\nnonsense\n");
	assert_int_equal(handle_counts__cgroup_stat(&handles, file), 0);
	fclose(file);
	assert_row(0, "", HANDLE_CGROUP, "", 7);
	assert_int_equal(handles.odd, 2);
}

static void reads_sockets(void **state)
{
	(void)state;
	parse(handle_counts__sockstat, "sockets: used 12\n"
				       "TCP: inuse 1 orphan 2 tw 3 alloc 4 mem 53\n"
				       "UDP: inuse 5 mem 6\n"
				       "FRAG: inuse 7 memory 8\n");
	assert_row(0, "", HANDLE_SOCKET_STATE, "sockets used", 12);
	assert_row(0, "", HANDLE_SOCKET_STATE, "TCP inuse", 1);
	assert_row(0, "", HANDLE_SOCKET_STATE, "TCP orphan", 2);
	assert_row(0, "", HANDLE_SOCKET_STATE, "TCP tw", 3);
	assert_row(0, "", HANDLE_SOCKET_STATE, "TCP alloc", 4);
	assert_row(0, "", HANDLE_SOCKET_STATE, "UDP inuse", 5);
	assert_row(0, "", HANDLE_SOCKET_STATE, "FRAG inuse", 7);
	assert_int_equal(handles.nr, 7);
	parse(handle_counts__sockstat, "no colon\nTCP: inuse\nTCP: inuse -1\n: : :\n");
	assert_int_equal(handles.nr, 0);
	assert_int_equal(handles.odd, 3);
	parse(handle_counts__sockstat, "A_LONG_PROTOCOL: with_a_long_state 9\n");
	assert_row(0, "", HANDLE_SOCKET_STATE, "A_LONG_PROT with_a_long", 9);
}

static void reads_cgroups(void **state)
{
	(void)state;
	parse(handle_counts__cgroup_stat, "nr_descendants 42\n"
					  "nr_subsys_memory 50\n"
					  "nr_dying_descendants 157\n"
					  "nr_dying_subsys_memory 157\n");
	assert_row(0, "", HANDLE_CGROUP, "", 42);
	assert_row(0, "", HANDLE_OFFLINE, "", 157);
	assert_int_equal(handles.nr, 2);
	parse(handle_counts__cgroup_stat, "nr_descendants\nnr_descendants x\nnr_descendants 1 2\n");
	assert_int_equal(handles.nr, 0);
	assert_int_equal(handles.odd, 3);
}

static void reads_memory_of_cgroup_v1(void **state)
{
	static const char head[] = "#subsys_name\thierarchy\tnum_cgroups\tenabled\n";
	char text[256];

	(void)state;
	snprintf(text, sizeof(text), "%scpuset\t3\t1\t1\nmemory\t4\t29\t1\n", head);
	parse(handle_counts__cgroups, text);
	assert_row(0, "", HANDLE_CGROUP, "memory, v1", 29);
	snprintf(text, sizeof(text), "%smemory\t4\tx\t1\nmemory\t4\t2\n", head);
	parse(handle_counts__cgroups, text);
	assert_int_equal(handles.nr, 0);
	assert_int_equal(handles.odd, 1);
	/* of v2's hierarchy */
	snprintf(text, sizeof(text), "%smemory\t0\t29\t1\n", head);
	parse(handle_counts__cgroups, text);
	assert_int_equal(handles.nr, 0);
}

static void reads_keys(void **state)
{
	(void)state;
	parse(handle_counts__keys, "    0:     9 8/8 3/1000000 40/25000000\n"
				   " 1000:     9 12/11 3/1000000 40/25000000\n");
	assert_row(0, "uid 0", HANDLE_KEY, "", 8);
	assert_row(0, "uid 1000", HANDLE_KEY, "", 12);
	parse(handle_counts__keys, "\n0 9 8/8\n0: 9 8\n0: 9 x/8\n-1: 9 8/8\n:\n: 1 2/3\n");
	assert_int_equal(handles.nr, 0);
	assert_int_equal(handles.odd, 7);
	parse(handle_counts__keys, "0: 9 8/8\n5 9 8/8\n");
	assert_row(0, "uid 0", HANDLE_KEY, "", 8);
	assert_int_equal(handles.odd, 1);
}

struct places {
	char path[4][64];
	int nr;
};

static void note(const char *path, void *arg)
{
	struct places *places = arg;

	assert_true(places->nr < 4);
	snprintf(places->path[places->nr++], sizeof(places->path[0]), "%s", path);
}

static void reads_mounts(void **state)
{
	FILE *file =
		open_text("22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
			  "23 22 0:5 / /dev/shm rw shared:2 master:3 - tmpfs tmpfs rw,size=4k\n"
			  "24 22 0:6 / /a\\040b\\134c\\000\\9 rw - tmpfs - rw\n"
			  "25 22 0:4 net:[4026532281] /run/netns/x rw - nsfs nsfs rw\n"
			  "26 22 0:4 mnt:[4026532282] /run/y rw - nsfs nsfs rw\n"
			  "27 22 0:4 odd /run/z rw - nsfs nsfs rw\n"
			  "28 22 0:7 / /net:[1] rw - proc proc rw\n"
			  "29 22 0:7 / /short - proc proc rw\n"
			  "no dash\n"
			  " - \n"
			  "\n");
	struct places places = {};

	(void)state;
	handles__free(&handles);
	assert_int_equal(handle_counts__mounts(&handles, file, note, &places), 0);
	fclose(file);
	assert_row(0, "", HANDLE_MOUNT, "", 7);
	assert_row(0, "", HANDLE_NAMESPACE_MOUNT, "net", 1);
	assert_row(0, "", HANDLE_NAMESPACE_MOUNT, "mnt", 1);
	assert_int_equal(handles.nr, 3);
	assert_int_equal(handles.odd, 4);
	assert_int_equal(places.nr, 2);
	assert_string_equal(places.path[0], "/dev/shm");
	assert_string_equal(places.path[1], "/a b\\c\\000\\9");
}

/* Three octal digits behind a backslash, of no more than a byte, and not that of NUL. */
static void reads_escaped_paths(void **state)
{
	static const struct {
		const char *escaped, *path;
	} paths[] = {
		{"/\\001", "/\001"},  {"/\\377", "/\377"},  {"/\\177", "/\177"},
		{"/\\400", "/\\400"}, {"/\\080", "/\\080"}, {"/\\008", "/\\008"},
		{"/\\/00", "/\\/00"}, {"/\\0/0", "/\\0/0"}, {"/\\00/", "/\\00/"},
		{"/\\04", "/\\04"},   {"/\\", "/\\"},	    {"/\\\\040", "/\\ "},
		{"/\\0400", "/ 0"},   {"/\\000", "/\\000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct places places = {};
		char text[128];
		FILE *file;

		snprintf(text, sizeof(text), "1 1 0:5 / %s rw - tmpfs tmpfs rw\n",
			 paths[i].escaped);
		file = open_text(text);
		assert_int_equal(handle_counts__mounts(&handles, file, note, &places), 0);
		fclose(file);
		assert_int_equal(places.nr, 1);
		assert_string_equal(places.path[0], paths[i].path);
	}
}

static void counts_mounts_for_nobody(void **state)
{
	FILE *file = open_text("1 1 0:5 / /dev/shm rw - tmpfs\n");

	(void)state;
	handles__free(&handles);
	assert_int_equal(handle_counts__mounts(&handles, file, NULL, NULL), 0);
	fclose(file);
	assert_row(0, "", HANDLE_MOUNT, "", 1);
	assert_int_equal(handles.odd, 0);
}

static int numbers_of(const char *text, uint64_t numbers[3])
{
	FILE *file = open_text(text);
	int nr = handle_counts__numbers(numbers, 3, file);

	fclose(file);
	return nr;
}

static void reads_numbers(void **state)
{
	uint64_t numbers[3];

	(void)state;
	assert_int_equal(numbers_of("492\t0\t2466174\n", numbers), 3);
	assert_int_equal(numbers[0], 492);
	assert_int_equal(numbers[2], 2466174);
	assert_int_equal(numbers_of("53545\t52265\t45\t0\t8014\t0\n", numbers), 3);
	assert_int_equal(numbers_of("7", numbers), 1);
	assert_int_equal(numbers_of("", numbers), 0);
	assert_int_equal(numbers_of("7 -1 3\n", numbers), 1);
	assert_int_equal(numbers_of(" 7 \t 8\n", numbers), 2);
	assert_int_equal(numbers[0], 7);
	assert_int_equal(numbers[1], 8);
	assert_int_equal(numbers_of("99999999999999999999\n", numbers), 0);
}

static void says_when_it_cannot_read(void **state)
{
	FILE *file = open_broken();

	(void)state;
	handles__free(&handles);
	assert_int_equal(handle_counts__msg(&handles, file), -EIO);
	fclose(file);
}

static int clean(void **state)
{
	(void)state;
	handles__free(&handles);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_queues),
		cmocka_unit_test(reads_semaphores),
		cmocka_unit_test(reads_shared_memory),
		cmocka_unit_test(tells_who_holds_a_lock),
		cmocka_unit_test(odd_tables_cost_their_lines),
		cmocka_unit_test(finds_columns_by_their_heads),
		cmocka_unit_test(adds_to_what_is_there),
		cmocka_unit_test(reads_sockets),
		cmocka_unit_test(reads_cgroups),
		cmocka_unit_test(reads_memory_of_cgroup_v1),
		cmocka_unit_test(reads_keys),
		cmocka_unit_test(reads_mounts),
		cmocka_unit_test(reads_escaped_paths),
		cmocka_unit_test(counts_mounts_for_nobody),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(says_when_it_cannot_read),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
