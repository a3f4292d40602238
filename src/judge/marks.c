// SPDX-License-Identifier: GPL-2.0-only
#include "judge/marks.h"
#include "util/array.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

int marks__set(struct marks *marks, const struct sites *sites)
{
	idmap__clear(&marks->by_id);
	marks->nr = 0;
	if (array__reserve((void **)&marks->objects, sites->nr, &marks->room,
			   sizeof(*marks->objects)))
		return -ENOMEM;
	for (size_t i = 0; i < sites->nr; i++) {
		int err = idmap__add(&marks->by_id, sites->list[i].id, marks->nr);

		if (err)
			return err;
		marks->objects[marks->nr++] = sites->list[i].objects;
	}
	return 0;
}

double marks__share(const struct marks *marks, const struct site *site)
{
	uint32_t index = marks->nr ? idmap__find(&marks->by_id, site->id) : IDMAP_NONE;

	if (index == IDMAP_NONE || !marks->objects[index])
		return NAN;
	return (double)site->objects / (double)marks->objects[index];
}

void marks__free(struct marks *marks)
{
	idmap__free(&marks->by_id);
	free(marks->objects);
	*marks = (struct marks){};
}
