// SPDX-License-Identifier: GPL-2.0-only
#include "util/reason.h"

#include <string.h>

#define ENOTSUPP 524

const char *reason__of(int err)
{
	/* kernel/bpf: what no JIT compiles, and trampolines where the architecture has none */
	if (err == ENOTSUPP)
		return "Not supported by this kernel's BPF (ENOTSUPP; is net.core.bpf_jit_enable "
		       "0?)";
	return strerror(err);
}
