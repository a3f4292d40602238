// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "kernel/slabnames.h"
#include "kernel/types.h"

#include <bpf/btf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INODE  600
#define DENTRY 192

static uint32_t sizes_here(const char *cache)
{
	if (!strcmp(cache, "inode_cache"))
		return INODE;
	return !strcmp(cache, "dentry") ? DENTRY : 0;
}

/* BTF of a made-up kernel without the type that is left out (NULL: none is). */
static struct btf *made_up(const char *left_out, uint32_t inode)
{
	static const char *const structs[] = {"task_struct", "kmem_cache",    "vm_struct",
					      "page",	     "signal_struct", "sighand_struct"};
	static const char *const events[] = {"btf_trace_kmalloc", "btf_trace_kfree"};
	struct btf *btf = btf__new_empty();

	assert_non_null(btf);
	assert_true(btf__add_int(btf, "long unsigned int", sizeof(long), 0) > 0);
	for (size_t i = 0; i < sizeof(structs) / sizeof(structs[0]); i++)
		if (!left_out || strcmp(structs[i], left_out))
			assert_true(btf__add_struct(btf, structs[i], 64) > 0);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (!left_out || strcmp(events[i], left_out))
			assert_true(btf__add_typedef(btf, events[i], 1) > 0);
	if (inode)
		assert_true(btf__add_struct(btf, "inode", inode) > 0);
	assert_true(btf__add_struct(btf, "dentry", DENTRY) > 0);
	return btf;
}

static void check(const char *left_out, uint32_t inode, const char *says)
{
	struct btf *btf = made_up(left_out, inode);
	char why[512] = "";
	int err = types__check(btf, sizes_here, "/a/file", why, sizeof(why));

	if (!says) {
		assert_int_equal(err, 0);
		assert_string_equal(why, "");
	} else {
		assert_int_equal(err, -EINVAL);
		assert_string_equal(why, says);
	}
	btf__free(btf);
}

static void test_the_right_one(void **state)
{
	(void)state;
	check(NULL, INODE, NULL);
	check("sighand_struct", INODE, NULL); /* of no use but to compare */
	check(NULL, 0, NULL);
}

static void test_what_is_needed(void **state)
{
	(void)state;
	check("kmem_cache", INODE,
	      "--btf /a/file: there is no kmem_cache in it: it is no kernel's, or was cut down to "
	      "what another program needs");
	check("btf_trace_kfree", INODE,
	      "--btf /a/file: there is no btf_trace_kfree in it: it is no kernel's, or was cut "
	      "down to what another program needs");
}

static void test_of_another_kernel(void **state)
{
	(void)state;
	check(NULL, INODE - 8,
	      "--btf /a/file: it is of another kernel: a struct inode has 592 bytes there, and 600 "
	      "in this kernel");
}

static void test_of_another_machine(void **state)
{
	char why[512] = "";
	struct btf *btf = made_up(NULL, INODE);

	(void)state;
	assert_int_equal(btf__set_pointer_size(btf, 4), 0);
	assert_int_equal(types__check(btf, sizes_here, "f", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "--btf f: it is of another kind of machine");
	btf__free(btf);
	btf = made_up(NULL, INODE);
	assert_int_equal(btf__set_endianness(btf, btf__endianness(btf) == BTF_LITTLE_ENDIAN
							  ? BTF_BIG_ENDIAN
							  : BTF_LITTLE_ENDIAN),
			 0);
	assert_int_equal(types__check(btf, sizes_here, "f", why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "--btf f: it is of another kind of machine");
	btf__free(btf);
}

/* A file with these bytes, in a new folder; remove_file() both. */
static char *write_file(const void *bytes, size_t len)
{
	static char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/tmp/test_types.XXXXXX");
	assert_non_null(mkdtemp(path));
	strcat(path, "/btf");
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void remove_file(char *path)
{
	assert_int_equal(unlink(path), 0);
	*strrchr(path, '/') = '\0';
	assert_int_equal(rmdir(path), 0);
}

/* What types__open() says of this file, and that nothing else is printed. */
static void check_file(const char *file, int wanted, const char *says)
{
	struct types types = {};
	char why[512] = "", said[16];
	FILE *kept = tmpfile();
	int before = dup(STDERR_FILENO);

	assert_true(kept && before >= 0 && dup2(fileno(kept), STDERR_FILENO) >= 0);
	assert_int_equal(types__open(&types, file, why, sizeof(why)), wanted);
	dup2(before, STDERR_FILENO);
	close(before);
	rewind(kept);
	assert_int_equal(fread(said, 1, sizeof(said), kept), 0);
	fclose(kept);
	if (!strstr(why, says))
		fail_msg("\"%s\" is not in \"%s\"", says, why);
	assert_null(types.btf);
}

static void test_files(void **state)
{
	static const char text[] = "no BTF, whatever it is called";
	char *path;

	(void)state;
	check_file("/no/such/file", -ENOENT, "--btf /no/such/file: No such file or directory");
	check_file("/tmp", -EINVAL, "--btf /tmp: it holds no BTF");
	check_file("/dev/zero", -EINVAL, "it holds no BTF");
	check_file("/proc/self/exe", -EINVAL, "it holds no BTF"); /* an ELF file without */
	path = write_file(text, sizeof(text));
	check_file(path, -EINVAL, "it holds no BTF: give raw BTF, not packed, or a vmlinux with");
	remove_file(path);
	path = write_file(text, 0);
	check_file(path, -EINVAL, "it holds no BTF");
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	check_file(path, -EINVAL, "it holds no BTF"); /* and does not wait for a writer */
	remove_file(path);
}

/* Raw BTF, whole and with its end cut off. */
static void test_raw(void **state)
{
	struct btf *btf = made_up("page", 0);
	__u32 len;
	const void *bytes = btf__raw_data(btf, &len);
	char *path;

	(void)state;
	assert_non_null(bytes);
	path = write_file(bytes, len);
	check_file(path, -EINVAL, "there is no page in it");
	remove_file(path);
	path = write_file(bytes, len / 2);
	check_file(path, -EINVAL, "it holds no BTF");
	remove_file(path);
	btf__free(btf);
}

/* The kernel's own where it has some, and what there is to be done where not. */
static void test_own(void **state)
{
	struct btf *own = types__own();
	struct types types = {};
	char why[512] = "";
	int err = types__open(&types, NULL, why, sizeof(why));

	(void)state;
	if (own) {
		assert_int_equal(err, 0);
		assert_ptr_equal(types.btf, types.own);
		assert_null(types.file);
		assert_int_equal(types__check(own, slabnames__object_size, "own", why, sizeof(why)),
				 0);
	} else {
		assert_int_equal(err, -ENOTSUP);
		assert_non_null(strstr(why, "give --btf FILE"));
	}
	types__close(&types);
	btf__free(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_right_one),
		cmocka_unit_test(test_what_is_needed),
		cmocka_unit_test(test_of_another_kernel),
		cmocka_unit_test(test_of_another_machine),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_raw),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
