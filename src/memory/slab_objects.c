// SPDX-License-Identifier: GPL-2.0-only
#include "memory/slab_objects.h"
#include "kleak.h"

#include <errno.h>

/* So many as lie side by side; of one that is too large to be read at once, the first part. */
static int look(struct slub *slub, uint64_t start, uint32_t size, uint32_t nr, slab_objects_see see,
		void *arg)
{
	uint64_t words[KLEAK_READ_MOST / sizeof(uint64_t)];
	uint32_t part = size < sizeof(words) ? size : sizeof(words);
	int err = 0;

	if (slub->read(slub->arg, start, words, (size_t)part * nr))
		return 0;
	for (uint32_t i = 0; i < nr && !err; i++) {
		uint64_t address = start + (uint64_t)i * size;
		int state = slub__state(slub, address, 0, size, false);

		if (state < 0)
			return state;
		if (state == SLUB_LIVE)
			err = see(arg, address, words + (uint64_t)i * size / sizeof(*words), part,
				  part == size);
	}
	return err;
}

int slab_objects__each(struct slub *slub, uint64_t slab, slab_objects_see see, void *arg)
{
	uint32_t size, nr, most;
	uint64_t start;
	int err = slub__slab_of(slub, slab, &start, &size, &nr);

	if (err)
		return err == -ENOMEM ? err : 0;
	most = size < KLEAK_READ_MOST ? KLEAK_READ_MOST / size : 1;
	for (uint32_t i = 0; i < nr && !err; i += most)
		err = look(slub, start + (uint64_t)i * size, size, nr - i < most ? nr - i : most,
			   see, arg);
	return err;
}
