/* SPDX-License-Identifier: GPL-2.0-only */
/* Looking up types in BTF by name: structs, their fields, values of enums (libbpf, bpf/btf.h). */
#ifndef KLEAK_KERNEL_BTF_FIND_H
#define KLEAK_KERNEL_BTF_FIND_H

#include <stddef.h>
#include <stdint.h>

struct btf;
struct btf_type;

#define BTF_FIND_NONE UINT32_MAX /* there is no such thing */

/* The type with this number, behind typedefs, const and volatile; or NULL. */
const struct btf_type *btf_find__unqualified(const struct btf *btf, uint32_t id);

/* The struct of this name, or NULL. */
const struct btf_type *btf_find__struct(const struct btf *btf, const char *name);

/* Its size in bytes; 0: there is none. */
uint32_t btf_find__size(const struct btf *btf, const char *name);

/* An enum of this name, of 32 or 64 bits, or NULL. */
const struct btf_type *btf_find__enum(const struct btf *btf, const char *name);

/* The value of an enumerator of the enum `type`, its lower half, or BTF_FIND_NONE. */
uint32_t btf_find__value(const struct btf *btf, const char *type, const char *name);

/* Offset in bytes of a field, those of anonymous members included, or BTF_FIND_NONE. */
uint32_t btf_find__offset(const struct btf *btf, const struct btf_type *type, const char *field);

/* A field whose offset is wanted. */
struct btf_find_field {
	const char *type;
	const char *field;
	uint32_t *offset; /* where it goes; BTF_FIND_NONE: there is no such field */
	int optional;
};

/* Find all of them.  0; -ENOTSUP and in `why` "no field type.field": one that is not optional. */
int btf_find__fields(const struct btf *btf, const struct btf_find_field *fields, size_t nr,
		     char *why, size_t len);

#endif
