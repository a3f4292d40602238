// SPDX-License-Identifier: GPL-2.0-only
#include "report/fingerprint.h"
#include "util/fnv.h"

#include <stdbool.h>

/* The function and its build; false: one of them is not known. */
static bool add_function(uint64_t *hash, const struct symbols_frame *frame,
			 const struct fingerprint_images *images)
{
	const struct image *image = images->of(frame, images->arg);

	if (!frame->symbol || !image || !image->build_id_length)
		return false;
	*hash = fnv__add(*hash, image->build_id, image->build_id_length);
	*hash = fnv__add_text(*hash, frame->symbol);
	return true;
}

uint64_t fingerprint__of(const char *origin, const struct symbols_frame *stack, size_t nr,
			 const struct fingerprint_images *images)
{
	uint64_t hash = fnv__add_text(FNV_START, origin);
	bool any = false;

	for (size_t i = 0; i < nr; i++) {
		if (stack[i].inlined)
			continue;
		if (!add_function(&hash, &stack[i], images))
			return 0;
		hash = fnv__add(hash, &stack[i].offset, sizeof(stack[i].offset));
		any = true;
	}
	return any ? hash : 0;
}

uint64_t fingerprint__of_function(const struct symbols_frame *frame,
				  const struct fingerprint_images *images)
{
	uint64_t hash = FNV_START;

	return add_function(&hash, frame, images) ? hash : 0;
}
