// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/features.h"
#include "kernel/dwarf_search.h"

#include <bpf/libbpf.h>
#include <stdio.h>

/* What it was built for, as uname -m calls it. */
#if defined(__x86_64__)
#define ARCHITECTURE "x86_64"
#elif defined(__aarch64__)
#define ARCHITECTURE "aarch64"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE "riscv64"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCHITECTURE "ppc64le"
#elif defined(__s390x__)
#define ARCHITECTURE "s390x"
#elif defined(__loongarch64)
#define ARCHITECTURE "loongarch64"
#else
#define ARCHITECTURE "another architecture"
#endif

#ifdef KLEAK_STATIC
#define LIBRARIES "static"
#else
#define LIBRARIES "shared libraries"
#endif

void features__print(char *text, size_t len)
{
	snprintf(text, len, ARCHITECTURE ", " LIBRARIES ", libbpf %s, debuginfod: %s",
		 libbpf_version_string(), dwarf_search__has_debuginfod() ? "yes" : "no");
}
