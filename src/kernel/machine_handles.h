/* SPDX-License-Identifier: GPL-2.0-only */
/* Handles that are the machine's, by no process: files, BPF, IPC, keys, cgroups, tmpfs, in all. */
#ifndef KLEAK_KERNEL_MACHINE_HANDLES_H
#define KLEAK_KERNEL_MACHINE_HANDLES_H

#include "proc/handles.h"

/*
 * Add to *to how many there are of each kind, by the texts of /proc, sysfs, bpf(2) and statfs(2).
 * What this kernel does not have, or not tell, is left out.  0 or -ENOMEM.
 */
int machine_handles__add(struct handles *to);

#endif
