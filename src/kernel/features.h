/* SPDX-License-Identifier: GPL-2.0-only */
/* What this build of kleak consists of, and can do: for --version and bug reports. */
#ifndef KLEAK_KERNEL_FEATURES_H
#define KLEAK_KERNEL_FEATURES_H

#include <stddef.h>

/* Write "x86_64, shared libraries, libbpf v1.1, debuginfod: yes". */
void features__print(char *text, size_t len);

#endif
