/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF programs that are there: their code, listed by an iterator (bpf/codelist.bpf.h). */
#ifndef KLEAK_TRACE_CODE_LIST_H
#define KLEAK_TRACE_CODE_LIST_H

#include "kleak.h"

#include <stddef.h>

struct bpf_program;
struct code_list;

#define CODE_LIST_MOST (1 << 18) /* functions */

/* Attach the iterator, which is loaded and outlives the list.  0, or -errno: the kernel refuses. */
int code_list__open(struct code_list **list, const struct bpf_program *iterator);

/*
 * All functions that are there, in no order; *functions are valid until the next call.  0; -E2BIG:
 * there are more than CODE_LIST_MOST; or -errno.
 */
int code_list__read(struct code_list *list, const struct kleak_code **functions, size_t *nr);

/* list: may be NULL. */
void code_list__close(struct code_list *list);

#endif
