// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/attachable.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KPROBES "/sys/bus/event_source/devices/kprobe"

static const struct bpf_insn nothing[] = {
	{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
	{.code = BPF_JMP | BPF_EXIT},
};

#define INSNS (sizeof(nothing) / sizeof(nothing[0]))

int attachable__fentry(const struct btf *btf, const char *name, bool at_return)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options,
		    .expected_attach_type = at_return ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY);
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);
	int program, link;

	if (id < 0)
		return -ENOENT;
	options.attach_btf_id = id;
	program =
		bpf_prog_load(BPF_PROG_TYPE_TRACING, "kleak_try", "GPL", nothing, INSNS, &options);
	if (program < 0)
		return program;
	link = bpf_raw_tracepoint_open(NULL, program);
	close(program);
	if (link < 0)
		return link;
	close(link);
	return 0;
}

#if defined(__x86_64__) || defined(__aarch64__)

/* A number in a file of the PMU's; -1: there is none. */
static int read_number(const char *path, const char *format)
{
	FILE *file = fopen(path, "re");
	int number = -1;

	if (!file)
		return -1;
	if (fscanf(file, format, &number) != 1)
		number = -1;
	fclose(file);
	return number;
}

/* The event of a kprobe (kernel/events/core.c, perf_kprobe_event_init()).  -errno. */
static int open_kprobe(const char *name, bool at_return)
{
	struct perf_event_attr event = {
		.size = sizeof(event),
		.kprobe_func = (uintptr_t)name,
	};
	int type = read_number(KPROBES "/type", "%d"), bit = 0, opened;

	if (at_return)
		bit = read_number(KPROBES "/format/retprobe", "config:%d");
	if (type < 0 || bit < 0 || bit > 63)
		return -EOPNOTSUPP;
	event.type = type;
	event.config = at_return ? 1ULL << bit : 0;
	opened = (int)syscall(SYS_perf_event_open, &event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return opened < 0 ? -errno : opened;
}

int attachable__kprobe(const char *name, bool at_return)
{
	int event = open_kprobe(name, at_return), program, err = 0;

	if (event < 0)
		return event;
	program = bpf_prog_load(BPF_PROG_TYPE_KPROBE, "kleak_try", "GPL", nothing, INSNS, NULL);
	if (program < 0)
		err = program;
	else if (ioctl(event, PERF_EVENT_IOC_SET_BPF, program))
		err = -errno;
	if (program >= 0)
		close(program);
	close(event);
	return err;
}

#else

int attachable__kprobe(const char *name, bool at_return)
{
	(void)name;
	(void)at_return;
	return -EOPNOTSUPP;
}

#endif
