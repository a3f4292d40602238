/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why the kernel refuses something, in words.
 */
#ifndef KLEAK_UTIL_REASON_H
#define KLEAK_UTIL_REASON_H

/*
 * What an error number of the kernel's, above 0, means: as strerror() has it, and for ENOTSUPP
 * (524, include/linux/errno.h), which is not for programs but gets through bpf(), words of our own.
 * Valid until the next call.
 */
const char *reason__of(int err);

#endif
