// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_btf.h"

#include "kernel/charge_layout.h"

#include <errno.h>

static const char charge_types[] =
	"task_struct 900 cgroups 1\n"
	"css_set 200 subsys 16\n"
	"cgroup_subsys_state 240 cgroup 3 refcnt 40 sibling 5 children 6 flags 7 serial_nr 8 "
	"parent 9\n"
	"percpu_ref 16 data 2\n"
	"percpu_ref_data 64 count 11\n"
	"cgroup 800 self 100 kn 13\n"
	"kernfs_node 128 name 14 id 15\n"
	"mem_cgroup 2000 memory 200 id 30 nodeinfo 17 vmstats 18 socket_pressure 19\n"
	"page_counter 256 usage 4\n"
	"mem_cgroup_id 8 ref 5\n"
	"obj_cgroup 64 memcg 21\n"
	"page 64 memcg_data 22\n"
	"slab 64 obj_exts 23 stride 24\n"
	"slabobj_ext 16 objcg 8\n"
	"pcpu_chunk 128 obj_exts 25\n"
	"pcpuobj_ext 16 cgroup 3\n"
	"address_space 100 host 26\n"
	"inode 600 i_ino 27\n"
	"super_block 100 s_id 28\n"
	"dentry 192 d_name 50\n"
	"qstr 16 name 9\n"
	"sock 800 sk_memcg 31\n"
	"bdi_writeback 800 memcg_css 32\n"
	"memcg_vmstats_percpu 500 state 1\n"
	"css_rstat_cpu 40 children 1\n"
	"lruvec_stats_percpu 300 state 1\n";

static int read_charges(struct charge_layout *l, const char *types, const char *without, char *why,
			size_t len)
{
	struct btf *btf = begin();
	int err;

	add_types(btf, types, without);
	add_enum(btf, "cgroup_subsys_id", "memory_cgrp_id", 4);
	add_enum(btf, NULL, "CSS_ONLINE", 8);
	add_enum(btf, "pageflags", "PG_head", 6);
	add_enum(btf, "objext_flags", "__NR_OBJEXTS_FLAGS", 8);
	err = charge_layout__read(l, btf, 4096, why, len);
	btf__free(btf);
	return err;
}

static void without_one_of_charges(const char *field)
{
	static const char *const optional[] = {"mem_cgroup_id.ref",
					       "mem_cgroup.vmstats",
					       "mem_cgroup.socket_pressure",
					       "slab.stride",
					       "pcpu_chunk.obj_exts",
					       "pcpuobj_ext.cgroup",
					       "dentry.d_name",
					       "sock.sk_memcg",
					       "bdi_writeback.memcg_css",
					       "memcg_vmstats_percpu.state",
					       "css_rstat_cpu.children",
					       "lruvec_stats_percpu.state",
					       NULL};
	static const char *const vectors[] = {"slab.obj_exts", "slabobj_ext.objcg", NULL};
	struct charge_layout l = {};
	char why[64], expected[64];
	int err = read_charges(&l, charge_types, field, why, sizeof(why));

	if (is_one_of(field, optional)) {
		assert_int_equal(err, 0);
		return;
	}
	assert_int_equal(err, -ENOTSUP);
	assert_int_equal(l.memcg, 0);
	snprintf(expected, sizeof(expected), "no field %s", field);
	assert_string_equal(why, is_one_of(field, vectors) ? "slabs tell in another way whom they "
							     "are charged to"
							   : expected);
}

static void test_charges(void **state)
{
	struct charge_layout l;
	char why[64];

	(void)state;
	assert_int_equal(read_charges(&l, charge_types, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.set_css, 16 + 4 * 8);
	assert_int_equal(l.css, 240);
	assert_int_equal(l.css_refs, 42);
	assert_int_equal(l.css_online, 8);
	assert_int_equal(l.cgroup_flags, 107);
	assert_int_equal(l.memcg_usage, 204);
	assert_int_equal(l.memcg_swap_refs, 35);
	assert_int_equal(l.slab_vector, 23);
	assert_int_equal(l.element, 16);
	assert_int_equal(l.element_objcg, 8);
	assert_int_equal(l.slab_stride, 24);
	assert_int_equal(l.slab_stride_bytes, 4);
	assert_int_equal(l.slab_in_object, SLUB_NONE);
	assert_int_equal(l.tag_mask, 7);
	assert_int_equal(l.chunk_vector, 25);
	assert_int_equal(l.chunk_objcg, 3);
	assert_int_equal(l.dentry_name, 59);
	assert_int_equal(l.head_flag, 6);
	assert_int_equal(l.percpu_stats, 540);
	assert_int_equal(l.percpu_node_stats, 300);
	each_field(charge_types, without_one_of_charges);
}

/* Up to 6.9: vectors of pointers. */
static void test_older_charges(void **state)
{
	struct charge_layout l;
	char types[4096], why[64], *at;

	(void)state;
	strcpy(types, charge_types);
	at = strstr(types, "slab 64 obj_exts 23 stride 24\n");
	memcpy(at, "slab 64 memcg_data 23        \n", strlen("slab 64 obj_exts 23 stride 24\n"));
	at = strstr(types, "pcpu_chunk 128 obj_exts 25\n");
	memcpy(at, "pcpu_chunk 9 obj_cgroups 2\n", strlen("pcpu_chunk 128 obj_exts 25\n"));
	assert_int_equal(read_charges(&l, types, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.slab_vector, 23);
	assert_int_equal(l.element, 8);
	assert_int_equal(l.element_objcg, 0);
	assert_int_equal(l.slab_stride, SLUB_NONE);
	assert_int_equal(l.chunk_vector, 2);
	assert_int_equal(l.chunk_element, 8);
}

/* From 7.3 on: bits in the slab, and an element for each thing that is noted of an object. */
static void test_newer_charges(void **state)
{
	static const char slab[] = "slab 64 obj_exts 23 stride 24\nslabobj_ext 16 objcg 8\n";
	struct charge_layout l;
	char types[4096], why[64], *at;

	(void)state;
	strcpy(types, charge_types);
	at = strstr(types, slab);
	snprintf(at, sizeof(types) - (size_t)(at - types), "%s%s",
		 "slab 64 obj_exts 23 obj_exts_in_object 4 obj_exts_needs_objcg 5\n"
		 "slabobj_ext 8 _objcg 3\n",
		 strstr(charge_types, slab) + strlen(slab));
	assert_int_equal(read_charges(&l, types, NULL, why, sizeof(why)), 0);
	assert_int_equal(l.slab_in_object, 4);
	assert_int_equal(l.slab_in_object_bit, 0);
	assert_int_equal(l.slab_has_groups, 5);
	assert_int_equal(l.element, 8);
	assert_int_equal(l.element_objcg, 3);
	assert_false(l.may_have_tags);
}

/* The same where the kernel can note who allocated an object: an element is a union. */
static int read_unions(struct charge_layout *l, const char *slab, uint32_t objcg, uint32_t tag,
		       bool key, char *why, size_t len)
{
	static const char old[] = "slab 64 obj_exts 23 stride 24\nslabobj_ext 16 objcg 8\n";
	char types[4096], *at;

	strcpy(types, charge_types);
	at = strstr(types, old);
	snprintf(at, sizeof(types) - (size_t)(at - types),
		 "%sslabobj_ext 8 _objcg %u _ctref %u\n%s%s", slab, objcg, tag,
		 key ? "static_key 16 enabled 4\n" : "", strstr(charge_types, old) + strlen(old));
	return read_charges(l, types, NULL, why, len);
}

static void test_charges_with_tags(void **state)
{
	static const char slab[] =
		"slab 64 obj_exts 23 obj_exts_in_object 4 obj_exts_needs_objcg 5\n";
	static const char unknown[] = "slabs tell in another way whom they are charged to";
	struct charge_layout l;
	char why[64];

	(void)state;
	assert_int_equal(read_unions(&l, slab, 0, 0, true, why, sizeof(why)), 0);
	assert_true(l.may_have_tags);
	assert_int_equal(l.element, 8);
	assert_int_equal(l.element_objcg, 0);
	assert_int_equal(l.key_count, 4);
	assert_int_equal(l.tags_key, 0);
	/* side by side: each element has both */
	assert_int_equal(read_unions(&l, slab, 0, 4, true, why, sizeof(why)), 0);
	assert_false(l.may_have_tags);
	/* nothing tells how many elements there are */
	assert_int_equal(read_unions(&l, slab, 0, 0, false, why, sizeof(why)), -ENOTSUP);
	assert_string_equal(why, unknown);
	*why = '\0';
	assert_int_equal(read_unions(&l, "slab 64 obj_exts 23\n", 0, 0, true, why, sizeof(why)),
			 -ENOTSUP);
	assert_string_equal(why, unknown);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_charges),
		cmocka_unit_test(test_older_charges),
		cmocka_unit_test(test_newer_charges),
		cmocka_unit_test(test_charges_with_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
