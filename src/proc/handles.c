// SPDX-License-Identifier: GPL-2.0-only
#include "proc/handles.h"
#include "util/array.h"
#include "util/fnv.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t handles__id(const struct handles_owner *owner, enum handle_kind kind, const char *detail)
{
	uint64_t hash = fnv__add(FNV_START, &kind, sizeof(kind));

	hash = fnv__add(hash, detail, strlen(detail) + 1);
	hash = fnv__add(hash, &owner->pid, sizeof(owner->pid));
	hash = fnv__add(hash, &owner->start, sizeof(owner->start));
	if (!owner->pid)
		hash = fnv__add(hash, owner->name, strlen(owner->name));
	return idmap__mix(hash);
}

static struct handles_row *row_of(struct handles *handles, const struct handles_owner *owner,
				  enum handle_kind kind, const char *detail)
{
	uint64_t id = handles__id(owner, kind, detail);
	uint32_t at = idmap__find(&handles->by_id, id);
	struct handles_row *row;

	if (at != IDMAP_NONE)
		return &handles->rows[at];
	if (array__reserve((void **)&handles->rows, handles->nr + 1, &handles->room,
			   sizeof(*handles->rows)) ||
	    idmap__add(&handles->by_id, id, (uint32_t)handles->nr))
		return NULL;
	row = &handles->rows[handles->nr++];
	*row = (struct handles_row){.owner = *owner, .kind = kind};
	snprintf(row->detail, sizeof(row->detail), "%s", detail);
	return row;
}

int handles__add(struct handles *handles, const struct handles_owner *owner, enum handle_kind kind,
		 const char *detail, uint64_t count)
{
	struct handles_row *row = row_of(handles, owner, kind, detail);

	if (!row)
		return -ENOMEM;
	row->owner = *owner;
	row->count += count;
	return 0;
}

int handles__add_of_all(struct handles *handles, enum handle_kind kind, const char *detail,
			uint64_t count)
{
	static const struct handles_owner nobody;

	return handles__add(handles, &nobody, kind, detail, count);
}

const struct handles_row *handles__find(const struct handles *handles,
					const struct handles_owner *owner, enum handle_kind kind,
					const char *detail)
{
	uint32_t at = idmap__find(&handles->by_id, handles__id(owner, kind, detail));

	return at == IDMAP_NONE ? NULL : &handles->rows[at];
}

void handles__free(struct handles *handles)
{
	free(handles->rows);
	idmap__free(&handles->by_id);
	*handles = (struct handles){};
}
