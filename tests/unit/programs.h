/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the BPF programs that only compute, compiled for this machine: what they need of
 * the kernel, made up.  To be included instead of compat.bpf.h and maps.bpf.h, by one test.
 */
#ifndef KLEAK_UNIT_PROGRAMS_H
#define KLEAK_UNIT_PROGRAMS_H

#define KLEAK_COMPAT_BPF_H
#define KLEAK_MAPS_BPF_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "kleak.h"
#include "scratch.bpf.h"
#include "steps.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))
#undef __noinline
#define __noinline static __attribute__((noinline))

#define publish(to, word)    (*(to) = (word))
#define after(pointer, word) ((word) ? (pointer) : NULL)

#define MOST_STACK 65536 /* bytes; config.stack_size of them are used */

static struct kleak_config config;
static struct kleak_control control;
static struct kleak_step steps[KLEAK_STEPS];
static struct kleak_chain chains[KLEAK_CHAINS];
static struct kleak_site sites[1024];
static uint64_t jiffies;

/* Stacks that are read from: two of them, so that what lies beyond one is readable, too. */
static uint64_t stacks[2 * MOST_STACK / sizeof(uint64_t)] __attribute__((aligned(MOST_STACK)));

static inline uint64_t word_at(uint64_t address)
{
	uint64_t offset = address - (uint64_t)(uintptr_t)stacks;

	return offset > sizeof(stacks) - sizeof(uint64_t) ? 0 : stacks[offset / sizeof(uint64_t)];
}

/* As compat.bpf.h has it on arm64, whose return addresses may be signed. */
static inline uint64_t return_word(uint64_t address)
{
	uint64_t word = word_at(address);

	return word ? word | config.code_bits : 0;
}

/* Beyond a stack lies a page that nobody can read. */
static inline long bpf_probe_read_kernel(void *to, uint32_t len, const void *from)
{
	if (((uintptr_t)from & (config.stack_size - 1)) + len > config.stack_size)
		return -14;
	memcpy(to, from, len);
	return 0;
}

static inline void *bpf_map_lookup_elem(const void *map, const uint32_t *index)
{
	return map == sites && *index < sizeof(sites) / sizeof(sites[0]) ? &sites[*index] : NULL;
}

static inline uint64_t bpf_jiffies64(void)
{
	return jiffies++;
}

#endif
