// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programs: each allocator's events in a file of its own, all of them one
 * object, because they share the maps.
 */
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#ifndef NULL
#define NULL ((void *)0)
#endif

#include "bulk.bpf.h"
#include "code.bpf.h"
#include "codelist.bpf.h"
#include "follow.bpf.h"
#include "modules.bpf.h"
#include "pages.bpf.h"
#include "percpu.bpf.h"
#include "reader.bpf.h"
#include "slab.bpf.h"
#include "vmalloc.bpf.h"

char LICENSE[] SEC("license") = "GPL";
