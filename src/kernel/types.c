// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/types.h"
#include "kernel/slabnames.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define OWN "/sys/kernel/btf/vmlinux"

/* Without these it is no kernel's, or was cut down to what another program needs. */
static const struct {
	__u32 kind;
	const char *name;
} needed[] = {
	{BTF_KIND_STRUCT, "task_struct"},      {BTF_KIND_STRUCT, "kmem_cache"},
	{BTF_KIND_STRUCT, "vm_struct"},	       {BTF_KIND_STRUCT, "page"},
	{BTF_KIND_STRUCT, "signal_struct"},    {BTF_KIND_TYPEDEF, "btf_trace_kmalloc"},
	{BTF_KIND_TYPEDEF, "btf_trace_kfree"},
};

/* Caches that hold this struct and no more: fs/inode.c, fs/dcache.c, kernel/fork.c, mm/rmap.c. */
static const struct {
	const char *cache;
	const char *type;
} held[] = {
	{"inode_cache", "inode"},
	{"dentry", "dentry"},
	{"sighand_cache", "sighand_struct"},
	{"anon_vma", "anon_vma"},
	{"sock_inode_cache", "socket_alloc"},
};

/* libbpf has words of its own for what it cannot read. */
static struct btf *parse(const char *path)
{
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	struct btf *btf = btf__parse(path, NULL);
	int err = errno;

	libbpf_set_print(before);
	errno = err;
	return btf;
}

/*
 * The kernel's own as it lies in its memory, which may be mapped from 6.16 on:
 * before, each read gives one page.
 */
static struct btf *map_own(void)
{
	int fd = open(OWN, O_RDONLY | O_CLOEXEC);
	struct btf *btf = NULL;
	struct stat is;
	void *start;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &is) && is.st_size > 0 && is.st_size <= UINT32_MAX) {
		start = mmap(NULL, is.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (start != MAP_FAILED) {
			btf = btf__new(start, (__u32)is.st_size);
			munmap(start, is.st_size);
		}
	}
	close(fd);
	return btf;
}

struct btf *types__own(void)
{
	struct btf *btf;

	if (access(OWN, R_OK))
		return NULL;
	btf = map_own();
	return btf ?: parse(OWN);
}

static int check_needed(const struct btf *btf, const char *file, char *why, size_t len)
{
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (btf__find_by_name_kind(btf, needed[i].name, needed[i].kind) >= 0)
			continue;
		snprintf(why, len,
			 "--btf %s: there is no %s in it: it is no kernel's, or was cut down to "
			 "what another program needs",
			 file, needed[i].name);
		return -EINVAL;
	}
	return 0;
}

int types__check(const struct btf *btf, uint32_t (*object_size)(const char *cache),
		 const char *file, char *why, size_t len)
{
	if (btf__endianness(btf) != (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? BTF_LITTLE_ENDIAN
									       : BTF_BIG_ENDIAN) ||
	    btf__pointer_size(btf) != sizeof(void *)) {
		snprintf(why, len, "--btf %s: it is of another kind of machine", file);
		return -EINVAL;
	}
	if (check_needed(btf, file, why, len))
		return -EINVAL;
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++) {
		__s32 id = btf__find_by_name_kind(btf, held[i].type, BTF_KIND_STRUCT);
		uint32_t here = object_size(held[i].cache), there;

		if (id < 0 || !here)
			continue;
		there = btf__type_by_id(btf, (__u32)id)->size;
		if (there == here)
			continue;
		snprintf(
			why, len,
			"--btf %s: it is of another kernel: a struct %s has %u bytes there, and %u "
			"in this kernel",
			file, held[i].type, there, here);
		return -EINVAL;
	}
	return 0;
}

/* One that the programs and libbpf can read again: no pipe, which would be waited for. */
static int open_file(struct btf **out, const char *file, char *why, size_t len)
{
	struct stat is = {};
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err = fd < 0 || fstat(fd, &is) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	if (err) {
		snprintf(why, len, "--btf %s: %s", file, strerror(-err));
		return err;
	}
	*out = S_ISREG(is.st_mode) ? parse(file) : NULL;
	if (*out)
		return 0;
	snprintf(why, len,
		 "--btf %s: it holds no BTF: give raw BTF, not packed, or a vmlinux with a section "
		 ".BTF",
		 file);
	return -EINVAL;
}

int types__open(struct types *types, const char *file, char *why, size_t len)
{
	struct types made = {.file = file, .own = types__own()};
	int err = 0;

	made.btf = made.own;
	if (!file && !made.own) {
		snprintf(why, len,
			 "the kernel has no BTF (" OWN "): give --btf FILE with this kernel's, "
			 "which pahole --btf_encode_detached makes of its debug info, and BTFHub's "
			 "archive has of many");
		return -ENOTSUP;
	}
	if (file)
		err = open_file(&made.btf, file, why, len);
	if (!err && file)
		err = types__check(made.btf, slabnames__object_size, file, why, len);
	if (err)
		types__close(&made);
	else
		*types = made;
	return err;
}

void types__close(struct types *types)
{
	if (types->btf != types->own)
		btf__free(types->btf);
	btf__free(types->own);
	*types = (struct types){};
}
