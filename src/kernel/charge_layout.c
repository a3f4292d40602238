// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/charge_layout.h"
#include "kernel/btf_find.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The value of an enumerator of an enum that has no name, or SLUB_NONE. */
static uint32_t value_anywhere(const struct btf *btf, const char *name)
{
	for (__u32 id = 1; id < btf__type_cnt(btf); id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);

		for (int i = 0; btf_is_enum(type) && i < btf_vlen(type); i++)
			if (!strcmp(btf__name_by_offset(btf, btf_enum(type)[i].name_off), name))
				return (uint32_t)btf_enum(type)[i].val;
	}
	return SLUB_NONE;
}

/* A member, those of anonymous members included; *bits: where `type` is, from the outermost. */
static const struct btf_member *member_of(const struct btf *btf, const struct btf_type *type,
					  const char *name, uint32_t *bits)
{
	uint32_t base = *bits;

	for (int i = 0; type && btf_is_composite(type) && i < btf_vlen(type); i++) {
		const struct btf_member *member = &btf_members(type)[i];
		const char *its = btf__name_by_offset(btf, member->name_off);
		const struct btf_member *inner;

		*bits = base + btf_member_bit_offset(type, i);
		if (its && *its) {
			if (!strcmp(its, name))
				return member;
			continue;
		}
		inner = member_of(btf, btf_find__unqualified(btf, member->type), name, bits);
		if (inner)
			return inner;
	}
	return NULL;
}

/* Where a bit of the slab is; SLUB_NONE: it has no such. */
static void find_bit(const struct btf *btf, const struct btf_type *slab, const char *name,
		     uint32_t *byte, uint32_t *bit)
{
	uint32_t bits = 0;
	bool found = member_of(btf, slab, name, &bits);

	*byte = found ? bits / 8 : SLUB_NONE;
	*bit = found ? bits % 8 : 0;
}

/*
 * Where in an element the group is.  From 7.3 on an element is a union: an object has one for its
 * group, where the slab has that bit, and behind it one for who allocated it, where the kernel was
 * booted such that it can note that (mm/slab.h, slab_obj_ext_size(), slab_obj_ext_codetag_ref()).
 */
static void read_element(struct charge_layout *l, const struct btf *btf)
{
	const struct btf_type *element = btf_find__struct(btf, "slabobj_ext");
	uint32_t tag = btf_find__offset(btf, element, "_ctref");

	l->element_objcg = btf_find__offset(btf, element, "objcg");
	if (l->element_objcg == SLUB_NONE)
		l->element_objcg = btf_find__offset(btf, element, "_objcg");
	l->may_have_tags = tag != SLUB_NONE && tag == l->element_objcg;
}

/* Where elements are unions, what each slab and the kernel have to tell of them. */
static bool are_unions_known(struct charge_layout *l, const struct btf *btf)
{
	const struct btf_type *key = btf_find__struct(btf, "static_key");

	l->key_count = key ? btf_find__offset(btf, key, "enabled") : SLUB_NONE;
	return l->slab_has_groups != SLUB_NONE && l->key_count != SLUB_NONE;
}

/*
 * What tells the group of each object of a slab.  Up to 6.9 a vector of pointers
 * (slab.memcg_data), then one of struct slabobj_ext (slab.obj_exts); from 7.0 on their stride is in
 * the slab, or a bit there says that they stand in the objects (mm/slab.h, slab_obj_ext()).
 */
static bool read_vectors(struct charge_layout *l, const struct btf *btf)
{
	const struct btf_type *slab = btf_find__struct(btf, layout__slab_struct(btf));
	const struct btf_member *stride;
	uint32_t bits = 0;

	l->slab_stride = SLUB_NONE;
	l->slab_vector = slab ? btf_find__offset(btf, slab, "obj_exts") : SLUB_NONE;
	l->element = btf_find__size(btf, "slabobj_ext");
	if (!slab || (l->slab_vector != SLUB_NONE && !l->element))
		return false;
	if (l->slab_vector != SLUB_NONE) {
		read_element(l, btf);
	} else {
		l->slab_vector = btf_find__offset(btf, slab, "memcg_data");
		l->element = sizeof(uint64_t);
		l->element_objcg = 0;
	}
	stride = member_of(btf, slab, "stride", &bits);
	if (stride) {
		l->slab_stride = bits / 8;
		l->slab_stride_bytes = btf_find__unqualified(btf, stride->type)->size;
	}
	find_bit(btf, slab, "obj_exts_in_object", &l->slab_in_object, &l->slab_in_object_bit);
	find_bit(btf, slab, "obj_exts_needs_objcg", &l->slab_has_groups, &l->slab_has_groups_bit);
	if (l->may_have_tags && !are_unions_known(l, btf))
		return false;
	return l->slab_vector != SLUB_NONE && l->element_objcg != SLUB_NONE;
}

/* The low bits that say what such a word is (enum page_memcg_data_flags, enum objext_flags). */
static void read_tags(struct charge_layout *l, const struct btf *btf)
{
	uint32_t end = btf_find__value(btf, "objext_flags", "__NR_OBJEXTS_FLAGS");
	uint32_t its = btf_find__value(btf, "page_memcg_data_flags", "__NR_MEMCG_DATA_FLAGS");

	end = end == SLUB_NONE ? its : end;
	l->tag_mask = (end == SLUB_NONE ? 4 : end) - 1;
	l->vector_tag = 1;
	l->kernel_tag = 2;
}

static void read_chunks(struct charge_layout *l, const struct btf *btf)
{
	const struct btf_type *chunk = btf_find__struct(btf, "pcpu_chunk");
	const struct btf_type *its = btf_find__struct(btf, "pcpuobj_ext");

	l->chunk_vector = chunk && its ? btf_find__offset(btf, chunk, "obj_exts") : SLUB_NONE;
	if (l->chunk_vector != SLUB_NONE) {
		l->chunk_element = its->size;
		l->chunk_objcg = btf_find__offset(btf, its, "cgroup");
	} else if (chunk) {
		l->chunk_vector = btf_find__offset(btf, chunk, "obj_cgroups");
		l->chunk_element = sizeof(uint64_t);
		l->chunk_objcg = 0;
	}
	if (l->chunk_objcg == SLUB_NONE)
		l->chunk_vector = SLUB_NONE;
}

/* What takes memory beside the structs that are pointed to: per-CPU counters of each group. */
static void read_percpu_stats(struct charge_layout *l, const struct btf *btf)
{
	l->percpu_stats = btf_find__size(btf, "memcg_vmstats_percpu") +
			  btf_find__size(btf, "css_rstat_cpu") +
			  btf_find__size(btf, "cgroup_rstat_cpu") +
			  btf_find__size(btf, "cgroup_rstat_base_cpu");
	l->percpu_node_stats = btf_find__size(btf, "lruvec_stats_percpu");
}

int charge_layout__read(struct charge_layout *layout, const struct btf *btf, uint32_t page_size,
			char *why, size_t len)
{
	struct charge_layout l = {.page_size = page_size};
	uint32_t subsys, id = btf_find__value(btf, "cgroup_subsys_id", "memory_cgrp_id");
	uint32_t counter, usage, refs, data, swap, ref, name, text, self, private_ref;
	const struct btf_find_field fields[] = {
		{"task_struct", "cgroups", &l.task_set, 0},
		{"css_set", "subsys", &subsys, 0},
		{"cgroup_subsys_state", "cgroup", &l.css_cgroup, 0},
		{"cgroup_subsys_state", "refcnt", &refs, 0},
		{"percpu_ref", "data", &data, 0},
		{"percpu_ref_data", "count", &l.refs_count, 0},
		{"cgroup_subsys_state", "sibling", &l.css_sibling, 0},
		{"cgroup_subsys_state", "children", &l.css_children, 0},
		{"cgroup_subsys_state", "flags", &l.css_flags, 0},
		{"cgroup_subsys_state", "serial_nr", &l.css_serial, 0},
		{"cgroup_subsys_state", "parent", &l.css_parent, 0},
		{"cgroup", "self", &self, 0},
		{"cgroup", "kn", &l.cgroup_node, 0},
		{"kernfs_node", "name", &l.node_name, 0},
		{"kernfs_node", "id", &l.node_id, 0},
		{"mem_cgroup", "memory", &counter, 0},
		{"page_counter", "usage", &usage, 0},
		{"mem_cgroup", "id", &swap, 0},
		{"mem_cgroup_id", "ref", &ref, 1},
		{"mem_cgroup_private_id", "ref", &private_ref, 1}, /* 7.0 and later */
		{"mem_cgroup", "nodeinfo", &l.memcg_nodes, 0},
		{"mem_cgroup", "vmstats", &l.memcg_stats, 1},
		{"mem_cgroup", "socket_pressure", &l.memcg_pressure, 1},
		{"obj_cgroup", "memcg", &l.objcg_memcg, 0},
		{"page", "memcg_data", &l.page_charge, 0},
		{"address_space", "host", &l.mapping_host, 0},
		{"inode", "i_ino", &l.inode_number, 0},
		{"super_block", "s_id", &l.sb_id, 0},
		{"dentry", "d_name", &name, 1},
		{"dentry", "__d_name", &l.dentry_name, 1}, /* 6.19 and later, beside a const one */
		{"qstr", "name", &text, 0},
		{"sock", "sk_memcg", &l.sock_memcg, 1},
		{"bdi_writeback", "memcg_css", &l.writeback_memcg, 1},
	};

	if (id == SLUB_NONE) {
		snprintf(why, len, "no memory cgroups (CONFIG_MEMCG)");
		return -ENOTSUP;
	}
	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, len))
		return -ENOTSUP;
	if (!read_vectors(&l, btf)) {
		snprintf(why, len, "slabs tell in another way whom they are charged to");
		return -ENOTSUP;
	}
	l.set_css = subsys + id * (uint32_t)sizeof(uint64_t);
	l.css_refs = refs + data;
	l.css = btf_find__size(btf, "cgroup_subsys_state");
	l.css_online = value_anywhere(btf, "CSS_ONLINE");
	if (l.css_online == SLUB_NONE)
		l.css_online = 2; /* include/linux/cgroup-defs.h */
	l.cgroup = btf_find__size(btf, "cgroup");
	l.cgroup_flags = self + l.css_flags;
	l.memcg = btf_find__size(btf, "mem_cgroup");
	l.memcg_usage = counter + usage;
	ref = ref == SLUB_NONE ? private_ref : ref;
	l.memcg_swap_refs = ref == SLUB_NONE ? SLUB_NONE : swap + ref;
	l.dentry_name = name == SLUB_NONE ? l.dentry_name : name;
	if (l.dentry_name != SLUB_NONE)
		l.dentry_name += text;
	l.head_flag = btf_find__value(btf, "pageflags", "PG_head");
	l.swapbacked_flag = btf_find__value(btf, "pageflags", "PG_swapbacked");
	l.table_type = btf_find__value(btf, "pagetype", "PGTY_table");
	read_tags(&l, btf);
	read_chunks(&l, btf);
	read_percpu_stats(&l, btf);
	*layout = l;
	return 0;
}
