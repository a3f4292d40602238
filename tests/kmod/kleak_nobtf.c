// SPDX-License-Identifier: GPL-2.0-only
/*
 * While this module is loaded the kernel is one that was configured without CONFIG_DEBUG_INFO_BTF,
 * as far as loading BPF programs is concerned: what was parsed of its BTF is gone, and there is
 * nothing to be parsed (kernel/bpf/verifier.c, bpf_get_btf_vmlinux(); kernel/bpf/btf.c,
 * bpf_ctx_convert.t).  /sys/kernel/btf is left.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static const char *const names[] = {"btf_vmlinux", "bpf_ctx_convert"};
static void **kept[ARRAY_SIZE(names)], *before[ARRAY_SIZE(names)];

static void *none(void)
{
	return NULL;
}

/* Run that one instead, as error injection does (kernel/fail_function.c). */
static int run_none(struct kprobe *probe, struct pt_regs *regs)
{
	instruction_pointer_set(regs, (unsigned long)none);
	return 1;
}

static struct kprobe probe = {.symbol_name = "btf_parse_vmlinux", .pre_handler = run_none};

/* kallsyms_lookup_name() is not exported, but a kprobe finds it. */
static int find(void)
{
	struct kprobe finder = {.symbol_name = "kallsyms_lookup_name"};
	unsigned long (*lookup)(const char *name);
	int err = register_kprobe(&finder);

	if (err)
		return err;
	lookup = (void *)finder.addr;
	unregister_kprobe(&finder);
	for (int i = 0; i < ARRAY_SIZE(names); i++) {
		kept[i] = (void **)lookup(names[i]);
		if (!kept[i])
			return -ENOENT;
	}
	return 0;
}

static int __init come(void)
{
	int err = find();

	if (!err)
		err = register_kprobe(&probe);
	for (int i = 0; !err && i < ARRAY_SIZE(names); i++)
		before[i] = xchg(kept[i], NULL);
	return err;
}

static void __exit go(void)
{
	for (int i = 0; i < ARRAY_SIZE(names); i++)
		*kept[i] = before[i];
	unregister_kprobe(&probe);
}

module_init(come);
module_exit(go);
MODULE_DESCRIPTION("a kernel without BTF of its own");
MODULE_LICENSE("GPL");
