// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_btf.h"

#include "kernel/layout.h"

#include <errno.h>

static const char slub_types[] =
	"page 64 flags 1 page_type 2 compound_head 3 _refcount 4 mapping 5 index 50 private 51 "
	"pp_magic 52\n"
	"slab 64 slab_cache 6 freelist 7 slab_list 8\n"
	"kmem_cache 200 size 9 object_size 53 offset 10 oo 11 node 12 list 13 name 14 flags 15 "
	"random 16 "
	"red_left_pad 27 "
	"cpu_slab 17 cpu_sheaves 18 sheaf_capacity 19\n"
	"kmem_cache_node 100 partial 20 barn 21\n"
	"kmem_cache_cpu 64 freelist 22 slab 23 tid 31\n"
	"slub_percpu_sheaves 64 main 24 spare 25 rcu_free 26\n"
	"slab_sheaf 64 barn_list 27 size 28 objects 29 cache 30\n"
	"node_barn 64 sheaves_full 40 sheaves_empty 41\n";

/* From 7.1 on, instead of kmem_cache.node and page.compound_head. */
static const char newer_types[] = "kmem_cache_per_node_ptrs 16 barn 1 node 2\n";

static const char area_types[] = "vm_struct 72 addr 1 size 2 pages 3 nr_pages 4 caller 5\n"
				 "vmap_area 64 vm 6\n";

static const char vfs_types[] =
	"dentry 192 d_lockref 10 d_lru 2 d_parent 3 d_inode 4 d_sb 5 d_hash 60 d_u 7 d_alias 8 "
	"d_children 9 d_sib 11 d_subdirs 12 d_child 13\n"
	"lockref 8 count 100\n"
	"hlist_bl_node 16 pprev 200\n"
	"inode 600 i_op 14 i_sb 15 i_count 16 i_dentry 17 i_lru 18 i_sb_list 19 i_io_list 20 "
	"i_wb_list 21 i_mapping 22 i_data 300\n"
	"address_space 100 host 23 i_pages 40\n"
	"xarray 16 xa_head 5\n"
	"inode_operations 100 lookup 24\n"
	"super_block 100 s_type 25\n"
	"file_system_type 100 name 26\n";

static const char task_types[] =
	"task_struct 900 stack 1 stack_vm_area 2 on_cpu 3 tgid 4 thread 500\n"
	"thread_struct 100 sp 24\n";

/* without kfree_rcu_cpu, whose works are an array */
static const char krc_types[] =
	"kfree_rcu_cpu_work 80 head_free 10 bulk_head_free 11 bkvhead_free 12 krcp 13\n"
	"kvfree_rcu_bulk_data 64 nr_records 14 records 15 list 16 next 17\n"
	"callback_head 16 next 18 func 19\n"
	"task_struct 900 se 100\n"
	"sched_entity 100 cfs_rq 20\n"
	"cfs_rq 100 rq 21\n"
	"rq 100 cpu 22\n"
	"slab_sheaf 64 callback_head 23 size 24 objects 25\n"
	"rcu_data 200 cblist 100 cpu 26\n"
	"rcu_segcblist 64 head 27\n";

static const char krc_of_cpu[] = "head 1 bulk_head 2 bkvhead 3 krw_arr 4 initialized 5 bkvcache 6";

/* ---- SLUB ---- */

static int read_slub(struct slub_layout *layout, const char *without, char *why, size_t len)
{
	struct btf *btf = begin();
	int err;

	add_types(btf, slub_types, without);
	add_enum(btf, "pageflags", "PG_slab", 9);
	assert_int_equal(btf__add_enum_value(btf, "PG_lru", 10), 0);
	assert_int_equal(btf__add_enum_value(btf, "PG_hwpoison", 11), 0);
	err = layout__read_slub(layout, btf, 4096, why, len);
	btf__free(btf);
	return err;
}

static void test_slub(void **state)
{
	struct slub_layout l = {};
	char why[64] = "";

	(void)state;
	assert_int_equal(read_slub(&l, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.page_size, 4096);
	assert_int_equal(l.page, 64);
	assert_int_equal(l.page_flags, 1);
	assert_int_equal(l.page_type, 2);
	assert_int_equal(l.page_head, 3);
	assert_int_equal(l.page_refcount, 4);
	assert_int_equal(l.page_mapping, 5);
	assert_int_equal(l.page_index, 50);
	assert_int_equal(l.page_private, 51);
	assert_int_equal(l.page_pool, 52);
	assert_int_equal(l.slab_cache, 6);
	assert_int_equal(l.slab_freelist, 7);
	assert_int_equal(l.slab_list, 8);
	assert_int_equal(l.cache_size, 9);
	assert_int_equal(l.cache_offset, 10);
	assert_int_equal(l.cache_used, 53);
	assert_int_equal(l.cache_oo, 11);
	assert_int_equal(l.cache_node, 12);
	assert_int_equal(l.node_step, 8);
	assert_int_equal(l.cache_list, 13);
	assert_int_equal(l.cache_name, 14);
	assert_int_equal(l.cache_flags, 15);
	assert_int_equal(l.cache_random, 16);
	assert_int_equal(l.cache_pad, 27);
	assert_int_equal(l.cache_cpu, 17);
	assert_int_equal(l.cache_sheaves, 18);
	assert_int_equal(l.cache_capacity, 19);
	assert_int_equal(l.node_partial, 20);
	assert_int_equal(l.node_barn, 21);
	assert_int_equal(l.cpu_freelist, 22);
	assert_int_equal(l.cpu_slab, 23);
	assert_int_equal(l.cpu_tid, 31);
	assert_int_equal(l.sheaves_main, 24);
	assert_int_equal(l.sheaves_spare, 25);
	assert_int_equal(l.sheaves_rcu, 26);
	assert_int_equal(l.sheaf_list, 27);
	assert_int_equal(l.sheaf_size, 28);
	assert_int_equal(l.sheaf_objects, 29);
	assert_int_equal(l.sheaf_cache, 30);
	assert_int_equal(l.barn_full, 40);
	assert_int_equal(l.barn_empty, 41);
	assert_int_equal(l.cache_barn, SLUB_NONE);
	assert_int_equal(l.slab_flag, 9);
	assert_int_equal(l.lru_flag, 10);
	assert_int_equal(l.poison_flag, 11);
	assert_int_equal(l.slab_mask, 0);
	assert_int_equal(l.large_type, SLUB_NONE);
	assert_int_equal(l.reclaim_flag, 0x20000);
}

/* Each field is needed, or may be missing: then it is none. */
static void without_one_of_slub(const char *field)
{
	static const char *const optional[] = {"kmem_cache.random",
					       "kmem_cache.red_left_pad",
					       "kmem_cache.sheaf_capacity",
					       "slab_sheaf.cache",
					       "page.index",
					       "page.private",
					       "page.pp_magic",
					       NULL};
	/* either of these two kinds of free objects will do, but all of a kind */
	static const char *const kinds[] = {"kmem_cache.cpu_slab", "kmem_cache.cpu_sheaves", NULL};
	static const char *const parts[] = {"kmem_cache_cpu.freelist",
					    "kmem_cache_cpu.slab",
					    "kmem_cache_cpu.tid",
					    "slub_percpu_sheaves.main",
					    "slub_percpu_sheaves.spare",
					    "slub_percpu_sheaves.rcu_free",
					    "slab_sheaf.barn_list",
					    "slab_sheaf.size",
					    "slab_sheaf.objects",
					    "kmem_cache_node.barn",
					    "node_barn.sheaves_full",
					    "node_barn.sheaves_empty",
					    NULL};
	struct slub_layout l = {};
	char why[64] = "", expected[64];
	int err = read_slub(&l, field, why, sizeof(why));

	if (is_one_of(field, optional) || is_one_of(field, kinds)) {
		assert_int_equal(err, 0);
		if (!strcmp(field, "kmem_cache.random"))
			assert_int_equal(l.cache_random, SLUB_NONE);
		if (!strcmp(field, "kmem_cache.red_left_pad"))
			assert_int_equal(l.cache_pad, SLUB_NONE);
		if (!strcmp(field, "page.pp_magic"))
			assert_int_equal(l.page_pool, SLUB_NONE);
		return;
	}
	if (err != -ENOTSUP)
		fail_msg("without %s: %d", field, err);
	assert_int_equal(l.page_size, 0); /* nothing is written */
	snprintf(expected, sizeof(expected), "no field %s", field);
	assert_string_equal(why, is_one_of(field, parts) ? "free objects are kept in another way"
							 : expected);
}

static void test_slub_needs_its_fields(void **state)
{
	struct slub_layout l;
	char why[64];

	(void)state;
	each_field(slub_types, without_one_of_slub);
	/* a kernel of before sheaves, and one of after slabs of CPUs */
	assert_int_equal(read_slub(&l, "kmem_cache.cpu_sheaves", why, sizeof(why)), 0);
	assert_int_equal(l.cache_sheaves, SLUB_NONE);
	assert_int_equal(l.cache_cpu, 17);
	assert_int_equal(read_slub(&l, "kmem_cache.cpu_slab", why, sizeof(why)), 0);
	assert_int_equal(l.cache_cpu, SLUB_NONE);
}

/* Only the first words of what a CPU has are read. */
static void test_slabs_of_cpus_lie_in_the_first_words(void **state)
{
	static const char *const fields[] = {"freelist", "slab", "tid"};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		for (unsigned int offset = 31; offset <= 32; offset++) {
			struct btf *btf = begin();
			struct slub_layout l;
			char why[64], line[64];

			snprintf(line, sizeof(line), "kmem_cache_cpu 64 %s %u %s 0 %s 8\n",
				 fields[i], offset, fields[(i + 1) % 3], fields[(i + 2) % 3]);
			add_types(btf, line, NULL); /* found first */
			add_types(btf, slub_types, NULL);
			add_enum(btf, "pageflags", "PG_slab", 9);
			assert_int_equal(layout__read_slub(&l, btf, 4096, why, sizeof(why)),
					 offset < 32 ? 0 : -ENOTSUP);
			btf__free(btf);
		}
}

/* From 7.1 on heads are told in another field, and nodes and barns have their pointers together. */
static void test_newer_kernels(void **state)
{
	struct btf *btf = begin();
	struct slub_layout l;
	char why[64];

	(void)state;
	add_types(btf,
		  "kmem_cache 200 size 9 object_size 53 offset 10 oo 11 per_node 100 list 13 name "
		  "14 flags 15 "
		  "cpu_sheaves 18\n"
		  "page 64 flags 1 page_type 2 compound_info 33 _refcount 4 mapping 5\n"
		  "kmem_cache_node 100 partial 20\n",
		  NULL);
	add_types(btf, newer_types, NULL);
	add_types(btf, strchr(slub_types, '\n') + 1, NULL); /* those that have no other one */
	add_enum(btf, "pagetype", "PGTY_slab", 0xf5);
	add_enum(btf, "_slab_flag_bits", "_SLAB_RECLAIM_ACCOUNT", 17);
	assert_int_equal(layout__read_slub(&l, btf, 4096, why, sizeof(why)), 0);
	assert_int_equal(l.page_head, 33);
	assert_int_equal(l.cache_node, 102);
	assert_int_equal(l.cache_barn, 101);
	assert_int_equal(l.node_barn, SLUB_NONE);
	assert_int_equal(l.node_step, 16);
	assert_int_equal(l.slab_mask, 0xff000000);
	assert_int_equal(l.slab_type, 0xf5000000);
	assert_int_equal(l.slab_flag, SLUB_NONE);
	assert_int_equal(l.reclaim_flag, 1 << 17);
	btf__free(btf);
}

static void test_no_way_to_tell_slabs(void **state)
{
	struct btf *btf = begin();
	struct slub_layout l;
	char why[64];

	(void)state;
	add_types(btf, slub_types, NULL);
	assert_int_equal(layout__read_slub(&l, btf, 4096, why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, "no way to tell slab pages");
	add_enum(btf, "pageflags", "PG_lru", 5);
	assert_int_equal(layout__read_slub(&l, btf, 4096, why, sizeof(why)), -ENOTSUP);
	btf__free(btf);
}

static void assert_slab_type(const struct btf *btf, uint32_t mask, uint32_t type)
{
	struct slub_layout l;
	char why[64];

	assert_int_equal(layout__read_slub(&l, btf, 4096, why, sizeof(why)), 0);
	assert_int_equal(l.slab_flag, SLUB_NONE);
	assert_int_equal(l.slab_mask, mask);
	assert_int_equal(l.slab_type, type);
}

/* A bit that is cleared: in 6.10 no enum has it; in 6.11 one has, of 64 bits, as values below 0. */
static void test_slabs_of_6_10_and_6_11(void **state)
{
	static const char *const names[] = {"PG_buddy", "PG_slab", "PAGE_TYPE_BASE",
					    "PAGE_MAPCOUNT_RESERVE"};
	static const int64_t values[] = {0x40000000, 0x02000000, 0x80000000, -65536};
	struct btf *btf = begin();

	(void)state;
	add_types(btf, slub_types, NULL);
	add_enum(btf, "pageflags", "PG_error", 2);
	assert_slab_type(btf, 0xf0001000, 0xf0000000);
	assert_true(btf__add_enum64(btf, "pagetype", 8, true) > 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(btf__add_enum64_value(btf, names[i], (uint64_t)values[i]), 0);
	assert_slab_type(btf, 0x82000000, 0x80000000);
	btf__free(btf);
}

/* What each kernel has, as C (fixtures/kernels.c): its offsets on x86-64. */
static void test_kernels(void **state)
{
	static const struct {
		int version;
		uint32_t cache, freelist, list, next, flag, mask, type, buddy;
	} kernels[] = {
		{515, 24, 32, 8, 8, 9, 0, 0, 0xffffff7f},
		{517, 24, 32, 8, 8, 9, 0, 0, 0xffffff7f},
		{519, 24, 32, 8, 8, 9, 0, 0, 0xffffff7f},
		{601, 24, 32, 8, 8, 9, 0, 0, 0xffffff7f},
		{604, 8, 32, 16, 16, 9, 0, 0, 0xffffff7f},
		{606, 8, 32, 16, 16, 9, 0, 0, 0xffffff7f},
		{608, 8, 32, 16, 16, 9, 0, 0, 0xffffff7f},
		{610, 8, 32, 16, 16, SLUB_NONE, 0xf0001000, 0xf0000000, 0xffffff7f},
		{611, 8, 32, 16, 16, SLUB_NONE, 0x82000000, 0x80000000, 0xbfffffff},
		{612, 8, 32, 16, 16, SLUB_NONE, 0xff000000, 0xf5000000, 0xf0000000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); i++) {
		char path[64], why[64] = "";
		struct slub_layout l = {};
		struct btf *btf;

		snprintf(path, sizeof(path), "build/btf/%d.o", kernels[i].version);
		btf = btf__parse(path, NULL);
		if (!btf || layout__read_slub(&l, btf, 4096, why, sizeof(why)))
			fail_msg("%s: %s", path, why);
		assert_int_equal(l.page, 64);
		assert_int_equal(l.page_type, 48);
		assert_int_equal(l.page_refcount, 52);
		assert_int_equal(l.slab_cache, kernels[i].cache);
		assert_int_equal(l.slab_freelist, kernels[i].freelist);
		assert_int_equal(l.slab_list, kernels[i].list);
		assert_int_equal(l.slab_next, kernels[i].next);
		assert_int_equal(l.slab_flag, kernels[i].flag);
		assert_int_equal(l.slab_mask, kernels[i].mask);
		assert_int_equal(l.slab_type, kernels[i].type);
		assert_int_equal(l.buddy_type, kernels[i].buddy);
		assert_int_equal(l.cpu_freelist, 0);
		assert_int_equal(l.cpu_tid, 8);
		assert_int_equal(l.cpu_slab, 16);
		assert_int_equal(l.cpu_partial, 24);
		btf__free(btf);
	}
}

/* Members of what has no name lie in the struct itself, through typedefs and const as well. */
static void test_fields_of_anonymous_members(void **state)
{
	struct btf *btf = begin();
	struct area_layout l;
	char why[64];
	int inner, outer, constant, named;

	(void)state;
	inner = btf__add_struct(btf, "", 16);
	assert_int_equal(btf__add_field(btf, "pages", integer, 8 * 4, 0), 0);
	constant = btf__add_const(btf, inner);
	outer = btf__add_union(btf, "", 32);
	assert_int_equal(btf__add_field(btf, "addr", integer, 0, 0), 0);
	assert_int_equal(btf__add_field(btf, "", constant, 0, 0), 0);
	outer = btf__add_typedef(btf, "t", outer);
	named = btf__add_struct(btf, "other", 16);
	assert_int_equal(btf__add_field(btf, "caller", integer, 8, 0), 0);
	assert_true(btf__add_struct(btf, "vm_struct", 80) > 0);
	assert_int_equal(btf__add_field(btf, "next", named, 0, 0), 0); /* its own are not */
	assert_int_equal(btf__add_field(btf, "", integer, 8 * 8, 0), 0);
	assert_int_equal(btf__add_field(btf, "", outer, 8 * 16, 0), 0);
	assert_int_equal(btf__add_field(btf, "size", integer, 8 * 48, 0), 0);
	assert_int_equal(btf__add_field(btf, "nr_pages", integer, 8 * 56, 0), 0);
	assert_int_equal(btf__add_field(btf, "caller", integer, 8 * 64, 0), 0);
	add_types(btf, "vmap_area 64 vm 6\n", NULL);
	assert_int_equal(layout__read_areas(&l, btf, why, sizeof(why)), 0);
	assert_int_equal(l.vm_addr, 16);
	assert_int_equal(l.vm_pages, 20);
	assert_int_equal(l.vm_size, 48);
	assert_int_equal(l.vm_caller, 64);
	btf__free(btf);
}

/* ---- areas, dentries ---- */

static void without_one_of_areas(const char *field)
{
	struct btf *btf = begin();
	struct area_layout l = {};
	char why[64], expected[64];

	add_types(btf, area_types, field);
	assert_int_equal(layout__read_areas(&l, btf, why, sizeof(why)), -ENOTSUP);
	snprintf(expected, sizeof(expected), "no field %s", field);
	assert_string_equal(why, expected);
	assert_int_equal(l.vm_struct, 0);
	btf__free(btf);
}

static void test_areas(void **state)
{
	struct btf *btf = begin();
	struct area_layout l;
	char why[64];

	(void)state;
	add_types(btf, area_types, NULL);
	assert_int_equal(layout__read_areas(&l, btf, why, sizeof(why)), 0);
	assert_int_equal(l.vm_struct, 72);
	assert_int_equal(l.vm_addr, 1);
	assert_int_equal(l.vm_size, 2);
	assert_int_equal(l.vm_pages, 3);
	assert_int_equal(l.vm_nr_pages, 4);
	assert_int_equal(l.vm_caller, 5);
	assert_int_equal(l.vmap_area_vm, 6);
	btf__free(btf);
	each_field(area_types, without_one_of_areas);
}

static int read_vfs(struct vfs_layout *l, const char *without, char *why, size_t len)
{
	struct btf *btf = begin();
	int err;

	add_types(btf, vfs_types, without);
	err = layout__read_vfs(l, btf, why, len);
	btf__free(btf);
	return err;
}

static void without_one_of_vfs(const char *field)
{
	static const char *const optional[] = {
		"dentry.d_u",	   "dentry.d_alias",  "dentry.d_subdirs",  "dentry.d_child",
		"inode.i_io_list", "inode.i_wb_list", "dentry.d_children", NULL};
	struct vfs_layout l = {};
	char why[64], expected[64];
	int err = read_vfs(&l, field, why, sizeof(why));

	if (is_one_of(field, optional)) {
		assert_int_equal(err, 0);
		return;
	}
	assert_int_equal(err, -ENOTSUP);
	assert_int_equal(l.dentry, 0);
	snprintf(expected, sizeof(expected), "no field %s", field);
	assert_string_equal(why, strcmp(field, "dentry.d_sib")
					 ? expected
					 : "dentries are linked in another way");
}

static void test_vfs(void **state)
{
	struct vfs_layout l;
	char why[64];

	(void)state;
	assert_int_equal(read_vfs(&l, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.dentry, 192);
	assert_int_equal(l.dentry_count, 110);
	assert_int_equal(l.dentry_lru, 2);
	assert_int_equal(l.dentry_parent, 3);
	assert_int_equal(l.dentry_inode, 4);
	assert_int_equal(l.dentry_sb, 5);
	assert_int_equal(l.dentry_pprev, 260);
	assert_int_equal(l.dentry_alias, 8);
	assert_int_equal(l.dentry_children, 9);
	assert_int_equal(l.dentry_sibling, 11);
	assert_false(l.ring);
	assert_int_equal(l.inode, 600);
	assert_int_equal(l.inode_op, 14);
	assert_int_equal(l.inode_sb, 15);
	assert_int_equal(l.inode_count, 16);
	assert_int_equal(l.inode_dentry, 17);
	assert_int_equal(l.inode_lru, 18);
	assert_int_equal(l.inode_sb_list, 19);
	assert_int_equal(l.inode_io_list, 20);
	assert_int_equal(l.inode_wb_list, 21);
	assert_int_equal(l.inode_mapping, 22);
	assert_int_equal(l.inode_data, 300);
	assert_int_equal(l.inode_host, 323);
	assert_int_equal(l.inode_pages, 345);
	assert_int_equal(l.op_lookup, 24);
	assert_int_equal(l.sb_type, 25);
	assert_int_equal(l.type_name, 26);
	each_field(vfs_types, without_one_of_vfs);
}

/* A union of several, and lists that end at their head: up to 6.7. */
static void test_older_dentries(void **state)
{
	struct vfs_layout l;
	char why[64];

	(void)state;
	assert_int_equal(read_vfs(&l, "dentry.d_alias", why, sizeof(why)), 0);
	assert_int_equal(l.dentry_alias, 7);
	assert_int_equal(read_vfs(&l, "dentry.d_children", why, sizeof(why)), 0);
	assert_true(l.ring);
	assert_int_equal(l.dentry_children, 12);
	assert_int_equal(l.dentry_sibling, 13);
	assert_int_equal(read_vfs(&l, "inode.i_io_list", why, sizeof(why)), 0);
	assert_int_equal(l.inode_io_list, SLUB_NONE);
}

/* Neither of both. */
static void test_dentries_of_another_kind(void **state)
{
	static const char *const lacks[][2] = {
		{"d_u 7 d_alias 8", ""},
		{"d_children 9 d_sib 11 d_subdirs 12 d_child 13", "d_subdirs 12"},
		{"d_children 9 d_sib 11 d_subdirs 12 d_child 13", "d_child 13"}};

	(void)state;
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		struct btf *btf = begin();
		struct vfs_layout l;
		char types[2048], why[64];
		const char *at = strstr(vfs_types, lacks[i][0]);

		snprintf(types, sizeof(types), "%.*s%s%s", (int)(at - vfs_types), vfs_types,
			 lacks[i][1], at + strlen(lacks[i][0]) + (lacks[i][1][0] ? 0 : 1));
		add_types(btf, types, NULL);
		assert_int_equal(layout__read_vfs(&l, btf, why, sizeof(why)), -ENOTSUP);
		assert_string_equal(why, "dentries are linked in another way");
		btf__free(btf);
	}
}

/* ---- tasks, per-CPU memory ---- */

static void without_one_of_tasks(const char *field)
{
	struct btf *btf = begin();
	struct task_layout l = {};

	add_types(btf, task_types, field);
	layout__read_tasks(&l, btf);
	assert_int_equal(l.tgid, strcmp(field, "task_struct.tgid") ? 4 : SLUB_NONE);
	assert_int_equal(l.thread, strcmp(field, "task_struct.thread") ? 500 : SLUB_NONE);
	assert_int_equal(l.size, 900);
	assert_int_equal(l.sp, strcmp(field, "task_struct.stack_vm_area") ? SLUB_NONE : 524);
	assert_int_equal(l.stack_vm_area,
			 strcmp(field, "task_struct.stack_vm_area") ? 2 : SLUB_NONE);
	btf__free(btf);
}

static void test_tasks(void **state)
{
	struct btf *btf = begin();
	struct task_layout l;

	(void)state;
	layout__read_tasks(&l, btf); /* nothing is known */
	assert_int_equal(l.sp, SLUB_NONE);
	assert_int_equal(l.stack, SLUB_NONE);
	assert_int_equal(l.size, 0);
	add_types(btf, task_types, NULL);
	layout__read_tasks(&l, btf);
	assert_int_equal(l.stack, 1);
	assert_int_equal(l.stack_vm_area, 2);
	assert_int_equal(l.on_cpu, 3);
	assert_int_equal(l.tgid, 4);
	assert_int_equal(l.thread, 500);
	assert_int_equal(l.sp, 524);
	assert_int_equal(l.size, 900);
	assert_int_equal(l.nsproxy, SLUB_NONE);
	assert_int_equal(l.pid_namespace, SLUB_NONE);
	assert_int_equal(l.pid_cache, SLUB_NONE);
	btf__free(btf);
	each_field(task_types, without_one_of_tasks);

	btf = begin();
	add_types(btf,
		  "task_struct 900 nsproxy 6 mm 9\n"
		  "mm_struct 500 pgd 10\n"
		  "nsproxy 64 pid_ns_for_children 7\n"
		  "pid_namespace 300 pid_cachep 8\n",
		  NULL);
	layout__read_tasks(&l, btf);
	assert_int_equal(l.nsproxy, 6);
	assert_int_equal(l.pid_namespace, 7);
	assert_int_equal(l.pid_cache, 8);
	assert_int_equal(l.mm, 9);
	assert_int_equal(l.pgd, 10);
	assert_false(l.is_arm64);
	btf__free(btf);
}

static const char percpu_types[] = "pcpu_chunk 200 list 8 free_bytes 24 nr_pages 150 "
				   "base_addr 70 alloc_map 75 bound_map 80\n";

static void without_one_of_percpu(const char *field)
{
	struct btf *btf = begin();
	struct percpu_layout l = {.types = 9};

	add_types(btf, percpu_types, field);
	layout__read_percpu(&l, btf);
	assert_int_equal(l.types, 0);
	btf__free(btf);
}

/* Up to 5.13 there are two types of chunks, or one without cgroups. */
static void test_percpu(void **state)
{
	struct btf *btf = begin();
	struct percpu_layout l;

	(void)state;
	layout__read_percpu(&l, btf);
	assert_int_equal(l.types, 0);
	add_types(btf, percpu_types, NULL);
	layout__read_percpu(&l, btf);
	assert_int_equal(l.types, 1);
	assert_int_equal(l.list, 8);
	assert_int_equal(l.free_bytes, 24);
	assert_int_equal(l.nr_pages, 150);
	assert_int_equal(l.base_addr, 70);
	assert_int_equal(l.alloc_map, 75);
	assert_int_equal(l.bound_map, 80);
	add_enum(btf, "pcpu_chunk_type", "PCPU_NR_CHUNK_TYPES", 2);
	layout__read_percpu(&l, btf);
	assert_int_equal(l.types, 2);
	btf__free(btf);
	each_field(percpu_types, without_one_of_percpu);
}

/* arm64 has it among the registers that a switch of tasks keeps. */
static void test_tasks_of_arm64(void **state)
{
	static const char types[] =
		"task_struct 900 stack 1 stack_vm_area 2 on_cpu 3 tgid 4 thread 500\n"
		"thread_struct 100 cpu_context 24\n"
		"cpu_context 104 sp 7\n";
	static const char *const needed[] = {"thread_struct.cpu_context", "cpu_context.sp"};
	struct btf *btf = begin();
	struct task_layout l;

	(void)state;
	add_types(btf, types, NULL);
	layout__read_tasks(&l, btf);
	assert_int_equal(l.sp, 531);
	assert_true(l.is_arm64);
	btf__free(btf);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		btf = begin();
		add_types(btf, types, needed[i]);
		layout__read_tasks(&l, btf);
		assert_int_equal(l.sp, SLUB_NONE);
		btf__free(btf);
	}
}

/* ---- kfree_rcu()'s queues ---- */

/* without: a field, or a variable of each CPU. */
static struct btf *make_krc(const char *without, bool is_array)
{
	static const char *const variables[] = {"another", "krc", "runqueues", "rcu_data"};
	struct btf *btf = begin();
	char words[256];
	int works, types[4];

	add_types(btf, krc_types, without);
	works = is_array ? btf__add_array(btf, integer, integer, 3) : integer;
	assert_true(btf__add_struct(btf, "kfree_rcu_cpu", 300) > 0);
	snprintf(words, sizeof(words), "%s", krc_of_cpu);
	add_fields(btf, words, "kfree_rcu_cpu", without, works);
	for (int i = 0; i < 4; i++)
		types[i] = btf__add_var(btf, variables[i], BTF_VAR_STATIC, integer);
	assert_true(btf__add_datasec(btf, ".data..percpu", 5000) > 0);
	for (int i = 0; i < 4; i++)
		if (!without || strcmp(without, variables[i]))
			assert_int_equal(
				btf__add_datasec_var_info(btf, types[i], 1000 * (4 - i), 8), 0);
	return btf;
}

static int read_krc(struct krc_layout *l, const char *without, char *why, size_t len)
{
	struct btf *btf = make_krc(without, true);
	int err = layout__read_krc(l, btf, 4096, why, len);

	btf__free(btf);
	return err;
}

static void without_one_of_krc(const char *field)
{
	/* what only older kernels have, or only newer ones */
	static const char *const optional[] = {
		"kvfree_rcu_bulk_data.next", "kfree_rcu_cpu_work.bkvhead_free",
		"kfree_rcu_cpu.bkvhead", "kfree_rcu_cpu.bkvcache", NULL};
	static const char *const sheaves[] = {"slab_sheaf.callback_head",
					      "slab_sheaf.size",
					      "slab_sheaf.objects",
					      "rcu_data.cblist",
					      "rcu_data.cpu",
					      "rcu_segcblist.head",
					      NULL};
	static const char *const lists[] = {"kfree_rcu_cpu.bulk_head",
					    "kfree_rcu_cpu_work.bulk_head_free", NULL};
	/* CONFIG_FAIR_GROUP_SCHED */
	static const char *const groups[] = {"sched_entity.cfs_rq", "cfs_rq.rq", NULL};
	struct krc_layout l = {};
	char why[64], expected[64];
	int err = read_krc(&l, field, why, sizeof(why));

	if (!strcmp(field, "kvfree_rcu_bulk_data.list")) {
		assert_int_equal(err, 0);
		assert_int_equal(l.bulk, 3);
		assert_int_equal(l.work_bulk, 12);
	} else if (is_one_of(field, optional)) {
		assert_int_equal(err, 0);
		assert_int_equal(l.sheaf_head, 23);
	} else if (is_one_of(field, groups)) {
		assert_int_equal(err, 0);
		assert_int_equal(l.task_cfs_rq, SLUB_NONE);
	} else if (is_one_of(field, sheaves)) {
		assert_int_equal(err, 0);
		assert_int_equal(l.sheaf_head, SLUB_NONE);
	} else {
		assert_int_equal(err, -ENOTSUP);
		assert_int_equal(l.page_size, 0);
		snprintf(expected, sizeof(expected), "no field %s", field);
		assert_string_equal(why,
				    is_one_of(field, lists) ? "queues of another kind" : expected);
	}
}

static void test_queues_of_kfree_rcu(void **state)
{
	struct krc_layout l;
	struct btf *btf;
	char why[64], types[256];

	(void)state;
	assert_int_equal(read_krc(&l, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.page_size, 4096);
	assert_int_equal(l.head, 1);
	assert_int_equal(l.bulk, 2);
	assert_int_equal(l.works, 4);
	assert_int_equal(l.initialized, 5);
	assert_int_equal(l.spare, 6);
	assert_int_equal(l.work, 80);
	assert_int_equal(l.nr_works, 3);
	assert_int_equal(l.work_head, 10);
	assert_int_equal(l.work_bulk, 11);
	assert_int_equal(l.work_krcp, 13);
	assert_int_equal(l.block_nr, 14);
	assert_int_equal(l.block_records, 15);
	assert_int_equal(l.block_list, 16);
	assert_int_equal(l.block_next, 17);
	assert_int_equal(l.head_next, 18);
	assert_int_equal(l.head_func, 19);
	assert_int_equal(l.task_cfs_rq, 120);
	assert_int_equal(l.cfs_rq_rq, 21);
	assert_int_equal(l.rq_cpu, 22);
	assert_int_equal(l.from_rq, 1000);
	assert_int_equal(l.sheaf_head, 23);
	assert_int_equal(l.sheaf_size, 24);
	assert_int_equal(l.sheaf_objects, 25);
	assert_int_equal(l.rcu_callbacks, 127);
	assert_int_equal(l.rcu_cpu, 26);
	assert_int_equal(l.rcu_from_rq, -1000);
	assert_false(l.head_bare || l.head_offset);
	each_field(krc_types, without_one_of_krc);
	snprintf(types, sizeof(types), "kfree_rcu_cpu 300 %s\n", krc_of_cpu);
	each_field(types, without_one_of_krc);

	btf = make_krc(NULL, true);
	add_types(btf, "kvfree_rcu_head 8\n", NULL);
	assert_int_equal(layout__read_krc(&l, btf, 4096, why, sizeof(why)), 0);
	assert_true(l.head_bare);
	btf__free(btf);
}

static void test_queues_of_another_kind(void **state)
{
	struct krc_layout l;
	struct btf *btf;
	char why[64];

	(void)state;
	assert_int_equal(read_krc(&l, "krc", why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, "no variables krc and runqueues");
	assert_int_equal(read_krc(&l, "runqueues", why, sizeof(why)), -ENOTSUP);
	assert_int_equal(read_krc(&l, "rcu_data", why, sizeof(why)), 0);
	assert_int_equal(l.sheaf_head, SLUB_NONE);
	btf = make_krc(NULL, false);
	assert_int_equal(layout__read_krc(&l, btf, 4096, why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, "queues of another kind");
	btf__free(btf);
	btf = begin(); /* nothing is there */
	assert_int_equal(layout__read_krc(&l, btf, 4096, why, sizeof(why)), -ENOTSUP);
	btf__free(btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slub),
		cmocka_unit_test(test_slub_needs_its_fields),
		cmocka_unit_test(test_slabs_of_cpus_lie_in_the_first_words),
		cmocka_unit_test(test_newer_kernels),
		cmocka_unit_test(test_no_way_to_tell_slabs),
		cmocka_unit_test(test_slabs_of_6_10_and_6_11),
		cmocka_unit_test(test_kernels),
		cmocka_unit_test(test_fields_of_anonymous_members),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_vfs),
		cmocka_unit_test(test_older_dentries),
		cmocka_unit_test(test_dentries_of_another_kind),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_percpu),
		cmocka_unit_test(test_tasks_of_arm64),
		cmocka_unit_test(test_queues_of_kfree_rcu),
		cmocka_unit_test(test_queues_of_another_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
