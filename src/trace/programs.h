/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF programs as this kernel takes them: they are built in two ways (bpf/compat.bpf.h). */
#ifndef KLEAK_TRACE_PROGRAMS_H
#define KLEAK_TRACE_PROGRAMS_H

#include "steps.h" /* before the skeletons, which have them */

#include "kleak.skel.h"
#include "kleak_cast.skel.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * As kleak__open(), of the programs with or without bpf_rdonly_cast().  They have the same maps,
 * programs and variables, and so the same skeleton.  types: a file with the kernel's types, or
 * NULL: its own BTF.  NULL with errno.
 */
static inline struct kleak *programs__open(bool has_cast, const char *types)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = types);
	struct kleak *programs = calloc(1, sizeof(*programs));
	int err = programs ? kleak__create_skeleton(programs) : -ENOMEM;

	if (!err && has_cast)
		programs->skeleton->data =
			(void *)kleak_cast__elf_bytes(&programs->skeleton->data_sz);
	if (!err)
		err = bpf_object__open_skeleton(programs->skeleton, &options);
	if (!err)
		return programs;
	kleak__destroy(programs);
	errno = -err;
	return NULL;
}

#endif
