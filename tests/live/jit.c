// SPDX-License-Identifier: GPL-2.0-only
/*
 * BPF programs that make the kernel allocate, and come and go.
 *
 * Lines on stdin, each answered by "ok" or "failed: why" on stdout:
 *   load NAME    a program that makes a map each time it runs; first "0xSTART 0xEND" of its code
 *   run NAME N   so many times
 *   unload NAME
 *   map N        maps made without a program
 * The maps stay until the end.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 16

static struct {
	char name[BPF_OBJ_NAME_LEN];
	int fd;
} programs[MOST];

static int bpf(enum bpf_cmd command, union bpf_attr *attr, size_t size)
{
	return (int)syscall(SYS_bpf, command, attr, size);
}

/* What makes a map by the system call, and the helper bpf_sys_bpf() makes of the same words. */
static const uint32_t array_of_one[] = {BPF_MAP_TYPE_ARRAY, 4, 4096, 1};

#define ATTR_SIZE 72

static int load(const char name[BPF_OBJ_NAME_LEN])
{
	struct bpf_insn code[ATTR_SIZE / 8 + 16];
	union bpf_attr attr = {};
	size_t nr = 0;

#define ADD(...)                                                                                   \
	code[nr++] = (struct bpf_insn)                                                             \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
	for (int at = -ATTR_SIZE; at < 0; at += 8)
		ADD(.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = (int16_t)at);
	for (int i = 0; i < 4; i++)
		ADD(.code = BPF_ST | BPF_MEM | BPF_W, .dst_reg = BPF_REG_10,
		    .off = (int16_t)(4 * i - ATTR_SIZE), .imm = (int32_t)array_of_one[i]);
	ADD(.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = BPF_MAP_CREATE);
	ADD(.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_10);
	ADD(.code = BPF_ALU64 | BPF_ADD | BPF_K, .dst_reg = BPF_REG_2, .imm = -ATTR_SIZE);
	ADD(.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .imm = ATTR_SIZE);
	ADD(.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_sys_bpf);
	ADD(.code = BPF_JMP | BPF_EXIT);
#undef ADD
	attr.prog_type = BPF_PROG_TYPE_SYSCALL;
	attr.prog_flags = BPF_F_SLEEPABLE;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = nr;
	attr.license = (uintptr_t) "GPL";
	memcpy(attr.prog_name, name, strlen(name) + 1);
	return bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int tell(int fd)
{
	uint64_t start = 0;
	uint32_t len = 0;
	struct bpf_prog_info info = {
		.nr_jited_ksyms = 1,
		.jited_ksyms = (uintptr_t)&start,
		.nr_jited_func_lens = 1,
		.jited_func_lens = (uintptr_t)&len,
	};
	union bpf_attr attr = {};

	attr.info.bpf_fd = fd;
	attr.info.info = (uintptr_t)&info;
	attr.info.info_len = sizeof(info);
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return -1;
	printf("%#llx %#llx\n", (unsigned long long)start, (unsigned long long)start + len);
	return 0;
}

static int place_of(const char *name)
{
	for (int i = 0; i < MOST; i++)
		if (!strcmp(programs[i].name, name))
			return i;
	errno = ENOENT;
	return -1;
}

static int come(const char name[BPF_OBJ_NAME_LEN])
{
	int place = place_of(""), fd = place < 0 ? -1 : load(name);

	if (fd < 0)
		return -1;
	memcpy(programs[place].name, name, strlen(name) + 1);
	programs[place].fd = fd;
	return tell(fd);
}

static int go(const char *name)
{
	int place = place_of(name);

	if (place < 0)
		return -1;
	programs[place].name[0] = '\0';
	return close(programs[place].fd);
}

static int run(const char *name, int times)
{
	int place = place_of(name);

	for (int i = 0; i < times; i++) {
		union bpf_attr attr = {};

		if (place < 0)
			return -1;
		attr.test.prog_fd = programs[place].fd;
		if (bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
			return -1;
		if ((int)attr.test.retval < 0) {
			errno = -(int)attr.test.retval;
			return -1;
		}
	}
	return 0;
}

static int make_maps(int nr)
{
	for (int i = 0; i < nr; i++) {
		union bpf_attr attr = {};

		memcpy(&attr, array_of_one, sizeof(array_of_one));
		if (bpf(BPF_MAP_CREATE, &attr, sizeof(attr)) < 0)
			return -1;
	}
	return 0;
}

static int obey(const char *command, const char *name, int nr)
{
	if (!strcmp(command, "load"))
		return come(name);
	if (!strcmp(command, "run"))
		return run(name, nr);
	if (!strcmp(command, "unload"))
		return go(name);
	if (!strcmp(command, "map"))
		return make_maps(atoi(name));
	errno = EINVAL;
	return -1;
}

int main(void)
{
	const struct rlimit many = {65536, 65536}, all = {RLIM_INFINITY, RLIM_INFINITY};
	char line[128];

	setvbuf(stdout, NULL, _IOLBF, 0);
	setrlimit(RLIMIT_NOFILE, &many);
	setrlimit(RLIMIT_MEMLOCK, &all);
	puts("ok");
	while (fgets(line, sizeof(line), stdin)) {
		char command[16] = "", name[BPF_OBJ_NAME_LEN] = "";
		int nr = 0;

		sscanf(line, "%15s %15s %d", command, name, &nr);
		if (obey(command, name, nr))
			printf("failed: %s\n", strerror(errno));
		else
			puts("ok");
	}
	return 0;
}
