// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/btf_find.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

const struct btf_type *btf_find__unqualified(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

uint32_t btf_find__offset(const struct btf *btf, const struct btf_type *type, const char *field)
{
	const struct btf_member *members = btf_members(type);

	for (int i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(btf, members[i].name_off);
		uint32_t offset = btf_member_bit_offset(type, i) / 8, inner;
		const struct btf_type *its;

		if (name && *name) {
			if (!strcmp(name, field))
				return offset;
			continue;
		}
		its = btf_find__unqualified(btf, members[i].type);
		if (!its || !btf_is_composite(its))
			continue;
		inner = btf_find__offset(btf, its, field);
		if (inner != BTF_FIND_NONE)
			return offset + inner;
	}
	return BTF_FIND_NONE;
}

const struct btf_type *btf_find__struct(const struct btf *btf, const char *name)
{
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id < 0 ? NULL : btf__type_by_id(btf, id);
}

const struct btf_type *btf_find__enum(const struct btf *btf, const char *name)
{
	__s32 id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);

	if (id < 0)
		id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM64);
	return id < 0 ? NULL : btf__type_by_id(btf, id);
}

uint32_t btf_find__value(const struct btf *btf, const char *type_name, const char *name)
{
	const struct btf_type *type = btf_find__enum(btf, type_name);
	bool is_wide = type && btf_is_enum64(type);

	for (int i = 0; type && i < btf_vlen(type); i++) {
		__u32 offset = is_wide ? btf_enum64(type)[i].name_off : btf_enum(type)[i].name_off;
		const char *its = btf__name_by_offset(btf, offset);

		if (its && !strcmp(its, name))
			return is_wide ? btf_enum64(type)[i].val_lo32
				       : (uint32_t)btf_enum(type)[i].val;
	}
	return BTF_FIND_NONE;
}

int btf_find__fields(const struct btf *btf, const struct btf_find_field *fields, size_t nr,
		     char *why, size_t len)
{
	for (size_t i = 0; i < nr; i++) {
		const struct btf_type *type = btf_find__struct(btf, fields[i].type);

		*fields[i].offset =
			type ? btf_find__offset(btf, type, fields[i].field) : BTF_FIND_NONE;
		if (*fields[i].offset != BTF_FIND_NONE || fields[i].optional)
			continue;
		snprintf(why, len, "no field %s.%s", fields[i].type, fields[i].field);
		return -ENOTSUP;
	}
	return 0;
}

uint32_t btf_find__size(const struct btf *btf, const char *name)
{
	const struct btf_type *type = btf_find__struct(btf, name);

	return type ? type->size : 0;
}
