// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/layout.h"
#include "kernel/btf_find.h"

#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

_Static_assert(SLUB_NONE == BTF_FIND_NONE, "what is not found is none");

static bool is_cpu_word(uint32_t offset)
{
	return offset < SLUB_CPU_WORDS * sizeof(uint64_t);
}

/* Sheaves and the slabs that CPUs work with: each is known, or there is none, but not of both. */
static bool are_free_objects_known(const struct slub_layout *l)
{
	bool has_cpu_slabs = l->cache_cpu != SLUB_NONE, has_sheaves = l->cache_sheaves != SLUB_NONE;

	if (has_cpu_slabs && (!is_cpu_word(l->cpu_freelist) || !is_cpu_word(l->cpu_slab) ||
			      !is_cpu_word(l->cpu_tid)))
		return false;
	if (has_sheaves && (l->sheaves_main == SLUB_NONE || l->sheaves_spare == SLUB_NONE ||
			    l->sheaves_rcu == SLUB_NONE || l->sheaf_size == SLUB_NONE ||
			    l->sheaf_objects == SLUB_NONE || l->sheaf_list == SLUB_NONE ||
			    (l->node_barn == SLUB_NONE && l->cache_barn == SLUB_NONE) ||
			    l->barn_full == SLUB_NONE || l->barn_empty == SLUB_NONE))
		return false;
	return has_cpu_slabs || has_sheaves;
}

const char *layout__slab_struct(const struct btf *btf)
{
	const struct btf_type *page = btf_find__struct(btf, "page");

	return page && btf_find__offset(btf, page, "slab_cache") != SLUB_NONE ? "page" : "slab";
}

/* Where the order of a compound page may stand. */
struct page_orders {
	uint32_t page, folio, flags_1;
};

/*
 * include/linux/mm.h, folio_order(), folio_large_order(): in the second struct page, up to 6.1;
 * a byte of its own in the folio, up to 6.5; then the lowest byte of its second flags.
 */
static uint32_t order_of(const struct page_orders *orders, uint32_t page)
{
	if (orders->page != SLUB_NONE)
		return page + orders->page;
	if (orders->folio != SLUB_NONE)
		return orders->folio;
	return orders->flags_1;
}

/*
 * How slab pages are told (include/linux/page-flags.h): a flag up to 6.9; a bit of page_type that
 * is cleared in 6.10, by macros, and 6.11, by an enum; the top byte of page_type from 6.12 on.
 * False: in another way.
 */
static bool read_slab_type(struct slub_layout *l, const struct btf *btf)
{
	uint32_t type = btf_find__value(btf, "pagetype", "PGTY_slab");
	uint32_t bit = btf_find__value(btf, "pagetype", "PG_slab");
	uint32_t base = btf_find__value(btf, "pagetype", "PAGE_TYPE_BASE");

	l->slab_flag = btf_find__value(btf, "pageflags", "PG_slab");
	if (l->slab_flag != SLUB_NONE)
		return true;
	if (type != SLUB_NONE) {
		l->slab_mask = 0xff000000;
		l->slab_type = type << 24;
		return true;
	}
	if (!btf_find__enum(btf, "pagetype") &&
	    btf_find__value(btf, "pageflags", "PG_error") != SLUB_NONE) {
		bit = 0x1000; /* 6.10: it is no flag any more, and PG_error (up to 6.11) still is */
		base = 0xf0000000;
	}
	l->slab_mask = base | bit;
	l->slab_type = base;
	return bit != SLUB_NONE && base != SLUB_NONE;
}

/*
 * The page_type of what is free: a bit of it that is cleared up to 6.11, where an enum has it from
 * 6.11 on; the top byte from 6.12 on.
 */
static uint32_t buddy_type(const struct btf *btf)
{
	uint32_t type = btf_find__value(btf, "pagetype", "PGTY_buddy");
	uint32_t bit = btf_find__value(btf, "pagetype", "PG_buddy");

	if (type != SLUB_NONE)
		return type << 24;
	return ~(bit == SLUB_NONE ? 0x80 : bit);
}

int layout__read_slub(struct slub_layout *layout, const struct btf *btf, uint32_t page_size,
		      char *why, size_t len)
{
	struct slub_layout l = {.page_size = page_size, .node_step = sizeof(uint64_t)};
	uint32_t info, per_node, its_node, its_barn;
	struct page_orders orders;
	const char *slab = layout__slab_struct(btf);
	const struct btf_find_field fields[] = {
		{"page", "flags", &l.page_flags, 0},
		{"page", "page_type", &l.page_type, 0},
		{"page", "compound_head", &l.page_head, 1},
		{"page", "compound_info", &info, 1}, /* 7.1 and later */
		{"page", "_refcount", &l.page_refcount, 0},
		{"page", "mapping", &l.page_mapping, 0},
		{"page", "index", &l.page_index, 1}, /* up to 6.17 */
		{"page", "private", &l.page_private, 1},
		{"page", "pp_magic", &l.page_pool, 1},
		{slab, "slab_cache", &l.slab_cache, 0},
		{slab, "freelist", &l.slab_freelist, 0},
		{slab, "slab_list", &l.slab_list, 0},
		{"kmem_cache", "size", &l.cache_size, 0},
		{"kmem_cache", "object_size", &l.cache_used, 0},
		{"kmem_cache", "offset", &l.cache_offset, 0},
		{"kmem_cache", "oo", &l.cache_oo, 0},
		{"kmem_cache", "node", &l.cache_node, 1},
		{"kmem_cache", "per_node", &per_node, 1}, /* 7.1 and later */
		{"kmem_cache_per_node_ptrs", "node", &its_node, 1},
		{"kmem_cache_per_node_ptrs", "barn", &its_barn, 1},
		{"kmem_cache", "list", &l.cache_list, 0},
		{"kmem_cache", "name", &l.cache_name, 0},
		{"kmem_cache", "flags", &l.cache_flags, 0},
		{"kmem_cache_node", "partial", &l.node_partial, 0},
		/* without CONFIG_SLUB_DEBUG, from 6.5 on */
		{"kmem_cache", "red_left_pad", &l.cache_pad, 1},
		/* without CONFIG_SLAB_FREELIST_HARDENED */
		{"kmem_cache", "random", &l.cache_random, 1},
		/* slabs of CPUs: up to 6.19 */
		{"kmem_cache", "cpu_slab", &l.cache_cpu, 1},
		{"kmem_cache_cpu", "freelist", &l.cpu_freelist, 1},
		{"kmem_cache_cpu", slab, &l.cpu_slab, 1},
		{"kmem_cache_cpu", "tid", &l.cpu_tid, 1},
		{"kmem_cache_cpu", "partial", &l.cpu_partial, 1},
		{slab, "next", &l.slab_next, 1},
		{"page", "compound_order", &orders.page, 1},
		{"folio", "_folio_order", &orders.folio, 1},
		{"folio", "_flags_1", &orders.flags_1, 1},
		/* sheaves: 6.18 and later; all caches have them from 7.0 on */
		{"kmem_cache", "cpu_sheaves", &l.cache_sheaves, 1},
		{"slub_percpu_sheaves", "main", &l.sheaves_main, 1},
		{"slub_percpu_sheaves", "spare", &l.sheaves_spare, 1},
		{"slub_percpu_sheaves", "rcu_free", &l.sheaves_rcu, 1},
		{"slab_sheaf", "barn_list", &l.sheaf_list, 1},
		{"slab_sheaf", "size", &l.sheaf_size, 1},
		{"slab_sheaf", "objects", &l.sheaf_objects, 1},
		{"slab_sheaf", "cache", &l.sheaf_cache, 1},
		{"kmem_cache", "sheaf_capacity", &l.cache_capacity, 1},
		{"kmem_cache_node", "barn", &l.node_barn, 1},
		{"node_barn", "sheaves_full", &l.barn_full, 1},
		{"node_barn", "sheaves_empty", &l.barn_empty, 1},
	};
	const struct btf_type *page = btf_find__struct(btf, "page");

	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, len))
		return -ENOTSUP;
	if (l.page_head == SLUB_NONE)
		l.page_head = info;
	if (!is_cpu_word(l.cpu_partial))
		l.cpu_partial = SLUB_NONE;
	l.cache_barn = SLUB_NONE;
	if (l.cache_node == SLUB_NONE && per_node != SLUB_NONE && its_node != SLUB_NONE) {
		l.cache_node = per_node + its_node;
		l.node_step = btf_find__struct(btf, "kmem_cache_per_node_ptrs")->size;
		if (its_barn != SLUB_NONE)
			l.cache_barn = per_node + its_barn;
	}
	if (l.page_head == SLUB_NONE || l.cache_node == SLUB_NONE) {
		snprintf(why, len, "no field %s",
			 l.page_head == SLUB_NONE ? "page.compound_head" : "kmem_cache.node");
		return -ENOTSUP;
	}
	if (!are_free_objects_known(&l)) {
		snprintf(why, len, "free objects are kept in another way");
		return -ENOTSUP;
	}
	l.page = page->size;
	l.page_order = order_of(&orders, l.page);
	/* include/linux/slab.h: a bit by name from 6.9 on */
	l.reclaim_flag = btf_find__value(btf, "_slab_flag_bits", "_SLAB_RECLAIM_ACCOUNT");
	l.reclaim_flag = l.reclaim_flag == SLUB_NONE ? 0x20000 : 1U << l.reclaim_flag;
	l.large_type = btf_find__value(btf, "pagetype", "PGTY_large_kmalloc");
	l.pool_type = btf_find__value(btf, "pagetype", "PGTY_netpp");
	l.buddy_type = buddy_type(btf);
	l.lru_flag = btf_find__value(btf, "pageflags", "PG_lru");
	l.poison_flag = btf_find__value(btf, "pageflags", "PG_hwpoison");
	if (!read_slab_type(&l, btf)) {
		snprintf(why, len, "no way to tell slab pages");
		return -ENOTSUP;
	}
	*layout = l;
	return 0;
}

int layout__read_areas(struct area_layout *layout, const struct btf *btf, char *why, size_t len)
{
	struct area_layout l = {};
	const struct btf_find_field fields[] = {
		{"vm_struct", "addr", &l.vm_addr, 0},
		{"vm_struct", "size", &l.vm_size, 0},
		{"vm_struct", "pages", &l.vm_pages, 0},
		{"vm_struct", "nr_pages", &l.vm_nr_pages, 0},
		{"vm_struct", "caller", &l.vm_caller, 0},
		{"vmap_area", "vm", &l.vmap_area_vm, 0},
	};

	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, len))
		return -ENOTSUP;
	l.vm_struct = btf_find__struct(btf, "vm_struct")->size;
	*layout = l;
	return 0;
}

/*
 * Children are a list_head up to 6.7 (d_subdirs, d_child), an hlist_head from 6.8 on.  False: they
 * are kept in another way.
 */
static bool read_children(struct vfs_layout *l, const struct btf *btf)
{
	uint32_t subdirs, child;
	const struct btf_find_field fields[] = {
		{"dentry", "d_children", &l->dentry_children, 1},
		{"dentry", "d_sib", &l->dentry_sibling, 1},
		{"dentry", "d_subdirs", &subdirs, 1},
		{"dentry", "d_child", &child, 1},
	};
	char why[1];

	btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, sizeof(why));
	l->ring = l->dentry_children == SLUB_NONE;
	if (l->ring) {
		l->dentry_children = subdirs;
		l->dentry_sibling = child;
	}
	return l->dentry_children != SLUB_NONE && l->dentry_sibling != SLUB_NONE;
}

#define DCACHE_MOUNTED 0x10000 /* include/linux/dcache.h, up to 6.14: no enumerator */

int layout__read_vfs(struct vfs_layout *layout, const struct btf *btf, char *why, size_t len)
{
	struct vfs_layout l = {};
	uint32_t lockref, count, hash, pprev, host, pages, root, alias;
	const struct btf_find_field fields[] = {
		{"dentry", "d_lockref", &lockref, 0},
		{"lockref", "count", &count, 0},
		{"dentry", "d_lru", &l.dentry_lru, 0},
		{"dentry", "d_parent", &l.dentry_parent, 0},
		{"dentry", "d_inode", &l.dentry_inode, 0},
		{"dentry", "d_sb", &l.dentry_sb, 0},
		{"dentry", "d_hash", &hash, 0},
		{"hlist_bl_node", "pprev", &pprev, 0},
		{"dentry", "d_u", &alias, 1}, /* a union: all at 0 */
		{"dentry", "d_alias", &l.dentry_alias, 1},
		{"dentry", "d_flags", &l.dentry_flags, 1},
		{"inode", "i_op", &l.inode_op, 0},
		{"inode", "i_sb", &l.inode_sb, 0},
		{"inode", "i_count", &l.inode_count, 0},
		{"inode", "i_dentry", &l.inode_dentry, 0},
		{"inode", "i_lru", &l.inode_lru, 0},
		{"inode", "i_sb_list", &l.inode_sb_list, 0},
		{"inode", "i_io_list", &l.inode_io_list, 1},
		{"inode", "i_wb_list", &l.inode_wb_list, 1},
		{"inode", "i_mapping", &l.inode_mapping, 0},
		{"inode", "i_data", &l.inode_data, 0},
		{"address_space", "host", &host, 0},
		{"address_space", "i_pages", &pages, 0},
		{"xarray", "xa_head", &root, 0},
		{"inode_operations", "lookup", &l.op_lookup, 0},
		{"super_block", "s_type", &l.sb_type, 0},
		{"file_system_type", "name", &l.type_name, 0},
	};

	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, len))
		return -ENOTSUP;
	if (l.dentry_alias == SLUB_NONE)
		l.dentry_alias = alias;
	if (l.dentry_alias == SLUB_NONE || !read_children(&l, btf)) {
		snprintf(why, len, "dentries are linked in another way");
		return -ENOTSUP;
	}
	l.dentry_mounted = btf_find__value(btf, "dentry_flags", "DCACHE_MOUNTED");
	if (l.dentry_mounted == SLUB_NONE)
		l.dentry_mounted = DCACHE_MOUNTED;
	l.dentry = btf_find__struct(btf, "dentry")->size;
	l.inode = btf_find__struct(btf, "inode")->size;
	l.dentry_count = lockref + count;
	l.dentry_pprev = hash + pprev;
	l.inode_host = l.inode_data + host;
	l.inode_pages = l.inode_data + pages + root;
	*layout = l;
	return 0;
}

void layout__read_tasks(struct task_layout *layout, const struct btf *btf)
{
	const struct btf_type *task = btf_find__struct(btf, "task_struct");
	uint32_t sp, context, its_sp;
	const struct btf_find_field fields[] = {
		{"task_struct", "stack", &layout->stack, 1},
		{"task_struct", "stack_vm_area", &layout->stack_vm_area, 1},
		{"task_struct", "on_cpu", &layout->on_cpu, 1},
		{"task_struct", "tgid", &layout->tgid, 1},
		{"task_struct", "thread", &layout->thread, 1},
		{"thread_struct", "sp", &sp, 1},
		{"thread_struct", "cpu_context", &context, 1},
		{"cpu_context", "sp", &its_sp, 1},
		{"task_struct", "mm", &layout->mm, 1},
		{"mm_struct", "pgd", &layout->pgd, 1},
		{"task_struct", "nsproxy", &layout->nsproxy, 1},
		{"nsproxy", "pid_ns_for_children", &layout->pid_namespace, 1},
		{"pid_namespace", "pid_cachep", &layout->pid_cache, 1},
	};
	char why[1];

	btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, sizeof(why));
	if (sp == SLUB_NONE && context != SLUB_NONE && its_sp != SLUB_NONE)
		sp = context + its_sp;
	layout->is_arm64 = context != SLUB_NONE;
	layout->sp = SLUB_NONE;
	if (layout->stack != SLUB_NONE && layout->on_cpu != SLUB_NONE &&
	    layout->thread != SLUB_NONE && layout->tgid != SLUB_NONE && sp != SLUB_NONE)
		layout->sp = layout->thread + sp;
	layout->size = task ? task->size : 0;
}

/* Up to 5.13 chunks of memory that cgroups are charged for are of another type than the rest. */
void layout__read_percpu(struct percpu_layout *layout, const struct btf *btf)
{
	struct percpu_layout l = {};
	const struct btf_find_field fields[] = {
		{"pcpu_chunk", "list", &l.list, 0},
		{"pcpu_chunk", "free_bytes", &l.free_bytes, 0},
		{"pcpu_chunk", "nr_pages", &l.nr_pages, 0},
		{"pcpu_chunk", "base_addr", &l.base_addr, 0},
		{"pcpu_chunk", "alloc_map", &l.alloc_map, 0},
		{"pcpu_chunk", "bound_map", &l.bound_map, 0},
	};
	char why[1];

	*layout = (struct percpu_layout){};
	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, sizeof(why)))
		return;
	l.types = btf_find__value(btf, "pcpu_chunk_type", "PCPU_NR_CHUNK_TYPES");
	if (l.types == SLUB_NONE)
		l.types = 1;
	*layout = l;
}

uint32_t layout__device_name(const struct btf *btf)
{
	const struct btf_type *device = btf_find__struct(btf, "net_device");

	return device ? btf_find__offset(btf, device, "name") : SLUB_NONE;
}

/* The member called `name`, or NULL. */
static const struct btf_type *type_of_member(const struct btf *btf, const char *type_name,
					     const char *name)
{
	const struct btf_type *type = btf_find__struct(btf, type_name);

	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return btf_find__unqualified(btf, btf_members(type)[i].type);
	return NULL;
}

/* Where a per-CPU variable of the kernel's image lies among the others: true, with its offset. */
static bool find_percpu(const struct btf *btf, const char *name, int64_t *offset)
{
	__s32 id = btf__find_by_name_kind(btf, ".data..percpu", BTF_KIND_DATASEC);
	const struct btf_type *section = id < 0 ? NULL : btf__type_by_id(btf, id);

	for (int i = 0; section && i < btf_vlen(section); i++) {
		const struct btf_var_secinfo *variable = &btf_var_secinfos(section)[i];
		const struct btf_type *its = btf__type_by_id(btf, variable->type);

		if (!its || strcmp(btf__name_by_offset(btf, its->name_off), name))
			continue;
		*offset = variable->offset;
		return true;
	}
	return false;
}

/* What krc.h has to know to find sheaves among RCU's callbacks, all of it or SLUB_NONE. */
static void read_sheaf_callbacks(struct krc_layout *layout, const struct btf *btf, int64_t rq)
{
	uint32_t cblist, head;
	const struct btf_find_field fields[] = {
		{"slab_sheaf", "callback_head", &layout->sheaf_head, 0}, /* rcu_head: a macro */
		{"slab_sheaf", "size", &layout->sheaf_size, 0},
		{"slab_sheaf", "objects", &layout->sheaf_objects, 0},
		{"rcu_data", "cblist", &cblist, 0},
		{"rcu_data", "cpu", &layout->rcu_cpu, 0},
		{"rcu_segcblist", "head", &head, 0},
	};
	char why[64];
	int64_t rcu;

	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, sizeof(why)) ||
	    !find_percpu(btf, "rcu_data", &rcu)) {
		layout->sheaf_head = SLUB_NONE;
		return;
	}
	layout->rcu_callbacks = cblist + head;
	layout->rcu_from_rq = rcu - rq;
}

int layout__read_krc(struct krc_layout *layout, const struct btf *btf, uint32_t page_size,
		     char *why, size_t len)
{
	struct krc_layout l = {.page_size = page_size};
	uint32_t bulk, bulk_old, work_bulk, work_bulk_old, se, se_cfs_rq;
	const struct btf_find_field fields[] = {
		{"kfree_rcu_cpu", "head", &l.head, 0},
		{"kfree_rcu_cpu", "krw_arr", &l.works, 0},
		{"kfree_rcu_cpu", "initialized", &l.initialized, 0},
		{"kfree_rcu_cpu", "bkvcache", &l.spare, 1},
		{"kfree_rcu_cpu_work", "head_free", &l.work_head, 0},
		{"kfree_rcu_cpu_work", "krcp", &l.work_krcp, 0},
		{"kvfree_rcu_bulk_data", "nr_records", &l.block_nr, 0},
		{"kvfree_rcu_bulk_data", "records", &l.block_records, 0},
		{"callback_head", "next", &l.head_next, 0},
		{"callback_head", "func", &l.head_func, 0},
		{"task_struct", "se", &se, 0},
		/* CONFIG_FAIR_GROUP_SCHED */
		{"sched_entity", "cfs_rq", &se_cfs_rq, 1},
		{"cfs_rq", "rq", &l.cfs_rq_rq, 1},
		{"rq", "cpu", &l.rq_cpu, 0},
		/* lists from 6.4 on */
		{"kfree_rcu_cpu", "bulk_head", &bulk, 1},
		{"kfree_rcu_cpu", "bkvhead", &bulk_old, 1},
		{"kfree_rcu_cpu_work", "bulk_head_free", &work_bulk, 1},
		{"kfree_rcu_cpu_work", "bkvhead_free", &work_bulk_old, 1},
		{"kvfree_rcu_bulk_data", "list", &l.block_list, 1},
		{"kvfree_rcu_bulk_data", "next", &l.block_next, 1},
	};
	const struct btf_type *works = type_of_member(btf, "kfree_rcu_cpu", "krw_arr");
	int64_t krc, rq;

	if (btf_find__fields(btf, fields, sizeof(fields) / sizeof(fields[0]), why, len))
		return -ENOTSUP;
	l.bulk = l.block_list == SLUB_NONE ? bulk_old : bulk;
	l.work_bulk = l.block_list == SLUB_NONE ? work_bulk_old : work_bulk;
	if (l.bulk == SLUB_NONE || l.work_bulk == SLUB_NONE ||
	    (l.block_list == SLUB_NONE && l.block_next == SLUB_NONE) || !works ||
	    !btf_is_array(works)) {
		snprintf(why, len, "queues of another kind");
		return -ENOTSUP;
	}
	if (!find_percpu(btf, "krc", &krc) || !find_percpu(btf, "runqueues", &rq)) {
		snprintf(why, len, "no variables krc and runqueues");
		return -ENOTSUP;
	}
	l.head_bare = btf_find__struct(btf, "kvfree_rcu_head");
	l.from_rq = krc - rq;
	l.task_cfs_rq =
		se_cfs_rq == SLUB_NONE || l.cfs_rq_rq == SLUB_NONE ? SLUB_NONE : se + se_cfs_rq;
	l.work = btf_find__struct(btf, "kfree_rcu_cpu_work")->size;
	l.nr_works = btf_array(works)->nelems;
	read_sheaf_callbacks(&l, btf, rq);
	*layout = l;
	return 0;
}
