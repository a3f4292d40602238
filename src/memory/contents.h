/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What objects hold where no pointer tells what they are: text, one byte all over, or their size.
 * Pure.
 *
 * Text is a run of printable ASCII at an offset that is a multiple of 8, where members of
 * structures stand, of at least CONTENTS_LEAST characters; digits count as one digit, so that
 * "queue-17" and "queue-230" are the same.
 */
#ifndef KLEAK_MEMORY_CONTENTS_H
#define KLEAK_MEMORY_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONTENTS_LEAST 6  /* characters; they tell two texts apart */
#define CONTENTS_MOST  40 /* that are kept */

enum contents_kind {
	CONTENTS_TEXT,
	CONTENTS_BYTE,
	CONTENTS_SIZE,
};

struct contents {
	enum contents_kind kind;
	uint32_t offset;	      /* text, size: where it starts in the object */
	uint32_t number;	      /* the size */
	uint8_t byte;		      /* the one that the object is full of */
	char text[CONTENTS_MOST + 1]; /* '#': a number */
};

/* What an object of `size` bytes holds, the first text if there are several.  False: neither. */
bool contents__of(const void *object, size_t size, struct contents *contents);

/*
 * The same of an object of kmalloc() that is neither: a number in it that is a size for which
 * kmalloc() gives objects of `of_size` bytes: the length of an array is often kept beside it.  Of
 * the object the first `size` bytes are looked at.
 */
bool contents__size_of(const void *object, size_t size, uint32_t of_size,
		       struct contents *contents);

/* The same number for all that hold the same, but for how a text goes on. */
uint64_t contents__hash(const struct contents *contents);

/* Keep of *of what `other`, which is alike, begins with, too. */
void contents__join(struct contents *of, const struct contents *other);

#endif
