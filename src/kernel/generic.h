/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that tell little of who allocates: constructors of common objects, and the ways into
 * the kernel; by name
 */
#ifndef KLEAK_KERNEL_GENERIC_H
#define KLEAK_KERNEL_GENERIC_H

#include <stdbool.h>

/*
 * Does the function of this name build something for whoever asks ("__alloc_skb", "new_inode")?
 * These are the well-known ones; report/callers.h finds others.  What the compiler appends to names
 * (".isra.0") does not count.
 */
bool generic__is_constructor(const char *function);

/*
 * Does everybody come through it: entry of system calls, interrupts and threads, and what hands
 * read(), write(), ioctl() and the like on ("do_syscall_64", "vfs_write")?
 */
bool generic__is_entry(const char *function);

#endif
