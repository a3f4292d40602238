/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What objects of one call site look like, word by word, and whether another object looks so, too.
 * Pure.
 *
 * Learnt from a sample: which words hold the same value in nearly all of them (a function, a
 * device, how a text begins), and of which kind the others are: nothing, a small number, an address
 * of the kernel, text.  What differs from one to the next is left out.
 */
#ifndef KLEAK_MEMORY_LIKENESS_H
#define KLEAK_MEMORY_LIKENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKENESS_SAMPLE 64  /* objects it is learnt from, at most */
#define LIKENESS_LEAST	8   /* from fewer nothing is learnt */
#define LIKENESS_WORDS	512 /* of an object, from its start */

enum likeness_kind {
	LIKENESS_ANY, /* differs, or says nothing */
	LIKENESS_ZERO,
	LIKENESS_SMALL,	  /* below 65,536 */
	LIKENESS_ADDRESS, /* in the kernel's half of addresses */
	LIKENESS_TEXT,	  /* printable ASCII, to its end or a NUL */
};

struct likeness {
	uint64_t sample[LIKENESS_SAMPLE][LIKENESS_WORDS];
	uint32_t nr; /* objects in it */
	size_t words;
	/* by likeness__end() */
	enum likeness_kind kinds[LIKENESS_WORDS];
	uint64_t values[LIKENESS_WORDS]; /* not 0: it is this one */
	uint32_t nr_values, nr_kinds;
};

/* Forget everything.  words: of an object; those beyond LIKENESS_WORDS are not looked at. */
void likeness__begin(struct likeness *likeness, size_t words);

/* Learn from one more object; after LIKENESS_SAMPLE of them, from none. */
void likeness__learn(struct likeness *likeness, const uint64_t *object);

/* That was all.  False: too few, or they have nothing in common that is worth a comparison. */
bool likeness__end(struct likeness *likeness);

/* Does the object have nine tenths of the values, and of the kinds? */
bool likeness__fits(const struct likeness *likeness, const uint64_t *object);

#endif
