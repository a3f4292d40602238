/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose code an address lay in at some time: of the BPF programs that are there, and of those that
 * have gone, whose addresses others may have by now.
 *
 * Time is the number of programs that have gone (kleak_control.code_changes), and CLOCK_BOOTTIME.
 * A program is known to have been at its place until it was last seen there: as the programs were
 * listed, or as it went.  It came there some time after it had begun to be loaded (its load_time),
 * when whoever had the place before had gone: of two that may have had an address then, it was the
 * one that went first.  Where it is not known who went, only a list tells that one was there.
 * When a trampoline came nobody tells: it has no name.
 */
#ifndef KLEAK_KERNEL_BPFCODE_H
#define KLEAK_KERNEL_BPFCODE_H

#include "kleak.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BPFCODE_MOST_GONE 4096 /* that are remembered: the oldest are forgotten */

struct bpfcode_listed {
	struct kleak_code code;
	uint32_t since, until; /* so many had gone when it was seen there first, and last */
};

struct bpfcode_list {
	struct bpfcode_listed *list; /* by start */
	size_t nr;
	bool known;
};

struct bpfcode_gone {
	uint64_t start, end;
	uint64_t load_ns;
	uint32_t since; /* as in a list; BPFCODE_NEVER: it was in none */
	uint32_t until; /* kleak_code.change - 1 */
	const char *name;
};

#define BPFCODE_NEVER UINT32_MAX

#define BPFCODE_PAGE_BITS 16

/* Starts as all zeros. */
struct bpfcode {
	struct bpfcode_list now, before; /* what was there when it was listed last */
	struct bpfcode_gone *gone;	 /* a ring */
	size_t nr_gone, room_gone, oldest;
	uint64_t pages[(1U << BPFCODE_PAGE_BITS) / 64]; /* a bit for each that it was in, by hash */
	uint32_t lost; /* who went before so many had gone is not known */
};

/* What is known of an address: the function that it lay in. */
struct bpfcode_function {
	uint64_t start, end;
	const char *name; /* valid until the next list but one */
};

/*
 * The functions that are there, in any order; `before` had gone when the list was begun, and
 * `after` when it was made.  Those in the first list have always been there.  0 or -ENOMEM, and the
 * lists are as they were.
 */
int bpfcode__list(struct bpfcode *code, const struct kleak_code *list, size_t nr, uint32_t before,
		  uint32_t after);

/*
 * One has gone; `name` is what it was called, and stays as long as *code.  0 or -ENOMEM: it is not
 * remembered.
 */
int bpfcode__add_gone(struct bpfcode *code, const struct kleak_code *gone, const char *name);

/* Nobody told of everybody who went up to that change. */
void bpfcode__lose(struct bpfcode *code, uint32_t change);

/*
 * The function whose code was at `address` when `changes` had gone, at that time in ns of
 * CLOCK_BOOTTIME; made_ns 0: nobody knows when that was, and only who was always there will do.
 * True and *function; or false: not known for certain.
 */
bool bpfcode__find(const struct bpfcode *code, uint64_t address, uint32_t changes, uint64_t made_ns,
		   struct bpfcode_function *function);

/* Has there been, as far as is known, any code of BPF programs at this address? */
bool bpfcode__has(const struct bpfcode *code, uint64_t address);

/* Forget all. */
void bpfcode__free(struct bpfcode *code);

#endif
