/* SPDX-License-Identifier: GPL-2.0-only */
/* Offsets of this kernel's struct fields, from BTF: memory cgroups, and who is charged for what. */
#ifndef KLEAK_KERNEL_CHARGE_LAYOUT_H
#define KLEAK_KERNEL_CHARGE_LAYOUT_H

#include "kernel/layout.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory cgroups, and who is charged for what (include/linux/cgroup-defs.h,
 * include/linux/memcontrol.h, mm/slab.h); offsets in bytes, SLUB_NONE in optional ones: this kernel
 * has none.
 */
struct charge_layout {
	uint32_t page_size;
	/* from a task to its css of memory: its css_set, and where that has it */
	uint32_t task_set, set_css;
	/* struct cgroup_subsys_state */
	uint32_t css, css_cgroup, css_refs, css_sibling, css_children, css_flags, css_serial,
		css_parent;
	uint32_t css_online; /* bit of css_flags */
	uint32_t refs_count; /* of what css_refs points to */
	/* struct cgroup, struct kernfs_node */
	uint32_t cgroup, cgroup_flags, cgroup_node, node_name, node_id;
	/* struct mem_cgroup; its css stands first */
	uint32_t memcg, memcg_usage, memcg_swap_refs, memcg_nodes;
	uint32_t memcg_stats;	 /* optional: a pointer to memory of its own */
	uint32_t memcg_pressure; /* optional: jiffies; when it was made, where it had no pressure */
	/* per-CPU memory of each: of the group, and for each node of it */
	uint32_t percpu_stats, percpu_node_stats;
	uint32_t objcg_memcg; /* struct obj_cgroup */
	/* slabs: the vector of their objects' groups, the size of an element, where in it */
	uint32_t slab_vector, element, element_objcg;
	/* how far elements are apart, in bytes: a number in struct slab; optional */
	uint32_t slab_stride, slab_stride_bytes;
	/* they stand in the objects, as far apart as those: a bit in struct slab; optional */
	uint32_t slab_in_object, slab_in_object_bit;
	/* there are groups in the vector at all: a bit in struct slab; optional */
	uint32_t slab_has_groups, slab_has_groups_bit;
	/*
	 * Behind the group may stand an element that tells who allocated the object: it does while
	 * the count of a static key is above 0 (slab_obj_ext_has_codetag()).
	 */
	bool may_have_tags;
	uint32_t key_count;   /* struct static_key */
	uint64_t tags_key;    /* where that key is: by the caller, who knows symbols */
	uint64_t tag_mask;    /* bits of such words that are no address */
	uint64_t kernel_tag;  /* of a page: it is the kernel's own */
	uint64_t vector_tag;  /* of a slab: it has a vector */
	uint32_t page_charge; /* in struct page */
	uint32_t head_flag, swapbacked_flag; /* bits of its flags */
	uint32_t table_type;		     /* of its page_type; optional */
	/* chunks of per-CPU memory: the vector of their units' groups; optional */
	uint32_t chunk_vector, chunk_element, chunk_objcg;
	/* files: of what page.mapping points to */
	uint32_t mapping_host, inode_number, sb_id, dentry_name;
	/* who refers to a group; optional */
	uint32_t sock_memcg, writeback_memcg;
};

/* As layout__read_slub() (layout.h), whose SLUB_NONE these have as well. */
int charge_layout__read(struct charge_layout *layout, const struct btf *btf, uint32_t page_size,
			char *why, size_t len);

#endif
