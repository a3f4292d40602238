// SPDX-License-Identifier: GPL-2.0-only
#include "machine.h"

#include "memory/vfs_reclaim.h"

#define ROOM	      1024ULL
#define WORDS(x)      ((x) * (uint32_t)sizeof(uint64_t))
#define OBJECT(n)     (BASE + RAM + 8 * PAGE + (n)*ROOM)
#define SIMPLE_LOOKUP 0xffffffff81234560ULL
#define OTHER_LOOKUP  0xffffffff81234670ULL

enum { ROOT, DIRECTORY_INODE, OP, SB, TYPE, TEXT_OF_NAME, INODE, ALIAS, CHILDREN };

static const struct vfs_layout places = {
	.dentry = WORDS(24),
	.dentry_count = 4,
	.dentry_pprev = WORDS(2),
	.dentry_parent = WORDS(3),
	.dentry_inode = WORDS(6),
	.dentry_sb = WORDS(13),
	.dentry_lru = WORDS(17),
	.dentry_sibling = WORDS(19),
	.dentry_children = WORDS(21),
	.dentry_alias = WORDS(22),
	.inode = WORDS(60),
	.inode_op = WORDS(4),
	.inode_sb = WORDS(5),
	.inode_mapping = WORDS(6),
	.inode_io_list = WORDS(28),
	.inode_lru = WORDS(32),
	.inode_sb_list = WORDS(35),
	.inode_wb_list = WORDS(37),
	.inode_dentry = WORDS(39),
	.inode_count = WORDS(43),
	.inode_data = WORDS(47),
	.inode_host = WORDS(47),
	.inode_pages = WORDS(49),
	.op_lookup = WORDS(1),
	.sb_type = WORDS(5),
	.type_name = 0,
};

static void *memory_at(struct machine *m, uint64_t address)
{
	return m->ram + (address - BASE - RAM);
}

static void put(struct machine *m, uint64_t address, uint64_t word)
{
	memcpy(memory_at(m, address), &word, sizeof(word));
}

static void put_int(struct machine *m, uint64_t address, int32_t number)
{
	memcpy(memory_at(m, address), &number, sizeof(number));
}

/* An empty list_head, or one on a list. */
static void put_list(struct machine *m, uint64_t address, bool listed)
{
	put(m, address, listed ? BASE + RAM : address);
	put(m, address + sizeof(uint64_t), listed ? BASE + RAM : address);
}

/* Up to 6.7: a list that ends at its head. */
static struct vfs on(struct machine *m, bool ring)
{
	struct vfs vfs = {
		.layout = places, .read = read_made_up, .arg = m, .simple_lookup = SIMPLE_LOOKUP};

	vfs.layout.ring = ring;
	return vfs;
}

/* A dentry that is used `count` times; those that are not are on the LRU. */
static uint64_t put_dentry(struct machine *m, const struct vfs *vfs, int n, int32_t count,
			   int parent)
{
	const struct vfs_layout *l = &vfs->layout;
	uint64_t at = OBJECT(n);

	memset(memory_at(m, at), 0, l->dentry);
	put_int(m, at + l->dentry_count, count);
	put_list(m, at + l->dentry_lru, !count);
	put(m, at + l->dentry_parent, OBJECT(parent));
	put(m, at + l->dentry_sb, OBJECT(SB));
	put(m, at + l->dentry_pprev, BASE + RAM);
	if (l->ring)
		put(m, at + l->dentry_children, at + l->dentry_children);
	return at;
}

/* Make them the children of the root: [first, last). */
static void link_children(struct machine *m, const struct vfs *vfs, int first, int last)
{
	const struct vfs_layout *l = &vfs->layout;
	uint64_t head = OBJECT(ROOT) + l->dentry_children;

	put(m, head, OBJECT(first) + l->dentry_sibling);
	for (int n = first; n < last; n++)
		put(m, OBJECT(n) + l->dentry_sibling,
		    n + 1 < last ? OBJECT(n + 1) + l->dentry_sibling
		    : l->ring	 ? head
				 : 0);
}

/* The directory that all are in; its file system looks names up like that. */
static void put_world(struct machine *m, const struct vfs *vfs, uint64_t lookup)
{
	put(m, OBJECT(DIRECTORY_INODE) + vfs->layout.inode_op, OBJECT(OP));
	put(m, OBJECT(OP) + vfs->layout.op_lookup, lookup);
	put(m, OBJECT(SB) + vfs->layout.sb_type, OBJECT(TYPE));
	put(m, OBJECT(TYPE) + vfs->layout.type_name, OBJECT(TEXT_OF_NAME));
	strcpy(memory_at(m, OBJECT(TEXT_OF_NAME)), "tmpfs");
	put_dentry(m, vfs, ROOT, 1, ROOT);
	put(m, OBJECT(ROOT) + vfs->layout.dentry_inode, OBJECT(DIRECTORY_INODE));
}

static uint64_t put_inode(struct machine *m, const struct vfs *vfs, int n, int32_t count)
{
	const struct vfs_layout *l = &vfs->layout;
	uint64_t at = OBJECT(n);

	memset(memory_at(m, at), 0, l->inode);
	put_int(m, at + l->inode_count, count);
	put(m, at + l->inode_sb, OBJECT(SB));
	put(m, at + l->inode_mapping, at + l->inode_data);
	put(m, at + l->inode_host, at);
	put_list(m, at + l->inode_lru, false);
	put_list(m, at + l->inode_io_list, false);
	put_list(m, at + l->inode_wb_list, false);
	put_list(m, at + l->inode_sb_list, true);
	return at;
}

/* The dentries [first, last) are this inode's. */
static void link_aliases(struct machine *m, const struct vfs *vfs, int inode, int first, int last)
{
	const struct vfs_layout *l = &vfs->layout;

	put(m, OBJECT(inode) + l->inode_dentry, OBJECT(first) + l->dentry_alias);
	for (int n = first; n < last; n++) {
		put(m, OBJECT(n) + l->dentry_inode, OBJECT(inode));
		put(m, OBJECT(n) + l->dentry_alias,
		    n + 1 < last ? OBJECT(n + 1) + l->dentry_alias : 0);
	}
}

static void assert_pin(struct vfs_look look, enum vfs_pin pin)
{
	assert_int_equal(look.pin, pin);
}

/* ---- dentries ---- */

static void test_what_nobody_uses_can_go(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	struct vfs_look look;
	uint64_t at;

	put_world(m, &vfs, OTHER_LOOKUP);
	at = put_dentry(m, &vfs, CHILDREN, 0, ROOT);
	look = vfs_reclaim__look_at_dentry(&vfs, at);
	assert_pin(look, VFS_NOT_PINNED);
	assert_string_equal(look.fs, "tmpfs");
	/* and nothing will ever look at it */
	put_list(m, at + places.dentry_lru, false);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_OFF_LRU);
	/* dead */
	put_int(m, at + places.dentry_count, -128);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_UNKNOWN);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, BASE), VFS_UNKNOWN);
	assert_string_equal(vfs_reclaim__look_at_dentry(&vfs, BASE).fs, "");
}

static void test_a_reference_pins(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t at;

	put_world(m, &vfs, OTHER_LOOKUP);
	at = put_dentry(m, &vfs, CHILDREN, 1, ROOT);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	/* it may be on the LRU from before */
	put_list(m, at + places.dentry_lru, true);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
}

/* Children refer to their parent; they can go, and then it can. */
static void check_children(struct machine *m, bool ring)
{
	struct vfs vfs = on(m, ring);
	uint64_t root = OBJECT(ROOT);

	put_world(m, &vfs, OTHER_LOOKUP);
	for (int n = CHILDREN; n < CHILDREN + 3; n++)
		put_dentry(m, &vfs, n, 0, ROOT);
	link_children(m, &vfs, CHILDREN, CHILDREN + 3);
	put_int(m, root + places.dentry_count, 3);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, root), VFS_NOT_PINNED);
	put_int(m, root + places.dentry_count, 4);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, root), VFS_REFERENCE);
	/* fewer than there are children: it changed */
	put_int(m, root + places.dentry_count, 2);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, root), VFS_UNKNOWN);
	put_int(m, root + places.dentry_count, 3);
	put_int(m, OBJECT(CHILDREN + 2) + places.dentry_count, 1);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, root), VFS_CHILD);
	/* what is no child of it is not taken for one */
	put_int(m, OBJECT(CHILDREN + 2) + places.dentry_count, 0);
	put(m, OBJECT(CHILDREN + 2) + places.dentry_parent, OBJECT(CHILDREN));
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, root), VFS_UNKNOWN);
}

static void test_children_pin_only_when_they_are_pinned(void **state)
{
	check_children(*state, false);
	check_children(*state, true);
}

/* A directory with too many children is not known; with a pinned one among the first it is. */
static void test_there_is_an_end_to_looking(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	int n = VFS_MOST_DENTRIES + 1;

	put_world(m, &vfs, OTHER_LOOKUP);
	for (int i = 0; i < n; i++)
		put_dentry(m, &vfs, CHILDREN + i, 0, ROOT);
	link_children(m, &vfs, CHILDREN, CHILDREN + n);
	put_int(m, OBJECT(ROOT) + places.dentry_count, n);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, OBJECT(ROOT)), VFS_UNKNOWN);
	put_int(m, OBJECT(CHILDREN + 5) + places.dentry_count, 1);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, OBJECT(ROOT)), VFS_CHILD);
	link_children(m, &vfs, CHILDREN + 6, CHILDREN + n);
	put_int(m, OBJECT(ROOT) + places.dentry_count, n - 6);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, OBJECT(ROOT)), VFS_NOT_PINNED);
	/* a list that bites its tail */
	put(m, OBJECT(CHILDREN + 10) + places.dentry_sibling,
	    OBJECT(CHILDREN + 9) + places.dentry_sibling);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, OBJECT(ROOT)), VFS_UNKNOWN);
}

/* What is mounted on a directory refers to it, and can be unmounted. */
static void test_what_is_mounted_on(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t at;

	vfs.layout.dentry_flags = 0;
	vfs.layout.dentry_mounted = 0x10000;
	put_world(m, &vfs, OTHER_LOOKUP);
	at = put_dentry(m, &vfs, CHILDREN, 1, ROOT);
	put_inode(m, &vfs, INODE, 1);
	link_aliases(m, &vfs, INODE, CHILDREN, CHILDREN + 1);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	put_int(m, at, 0x10000);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_MOUNTED);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, OBJECT(INODE)), VFS_MOUNTED);
	put_int(m, at + places.dentry_count, 2); /* and somebody else */
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	/* in tmpfs its name refers to it, too */
	put_world(m, &vfs, SIMPLE_LOOKUP);
	at = put_dentry(m, &vfs, CHILDREN, 2, ROOT);
	put_inode(m, &vfs, INODE, 1);
	link_aliases(m, &vfs, INODE, CHILDREN, CHILDREN + 1);
	put_int(m, at, 0x10000);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_MOUNTED);
	put_int(m, at + places.dentry_count, 3);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	/* a kernel of which it is not known where that stands */
	put_int(m, at + places.dentry_count, 2);
	vfs.layout.dentry_flags = SLUB_NONE;
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
}

/* A file of tmpfs is there until it is removed: its file system has it nowhere else. */
static void test_files_that_live_in_memory(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t at;

	put_world(m, &vfs, SIMPLE_LOOKUP);
	at = put_dentry(m, &vfs, CHILDREN, 1, ROOT);
	put_inode(m, &vfs, INODE, 1);
	link_aliases(m, &vfs, INODE, CHILDREN, CHILDREN + 1);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_NAME_KEPT);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, OBJECT(INODE)), VFS_NAME_KEPT);
	/* and somebody has it open */
	put_int(m, at + places.dentry_count, 2);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	/* it was removed, and is open */
	put_int(m, at + places.dentry_count, 1);
	put(m, at + places.dentry_pprev, 0);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, OBJECT(INODE)), VFS_DENTRY);
	/* another kind of file system, or names are hidden */
	put(m, at + places.dentry_pprev, BASE + RAM);
	put(m, OBJECT(OP) + places.op_lookup, OTHER_LOOKUP);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
	vfs.simple_lookup = 0;
	put(m, OBJECT(OP) + places.op_lookup, 0);
	assert_pin(vfs_reclaim__look_at_dentry(&vfs, at), VFS_REFERENCE);
}

/* ---- inodes ---- */

static void test_an_inode_that_nobody_uses(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t at;

	put_world(m, &vfs, OTHER_LOOKUP);
	at = put_inode(m, &vfs, INODE, 0);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_OFF_LRU);
	put_list(m, at + places.inode_lru, true);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_NOT_PINNED);
	assert_false(vfs_reclaim__look_at_inode(&vfs, at).dirty);
	/* it comes to the LRU when it is written, or its pages have gone */
	put_list(m, at + places.inode_lru, false);
	put_list(m, at + places.inode_io_list, true);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_NOT_PINNED);
	assert_true(vfs_reclaim__look_at_inode(&vfs, at).dirty);
	put_list(m, at + places.inode_io_list, false);
	put(m, at + places.inode_pages, OBJECT(TYPE));
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_NOT_PINNED);
	/* its file system has let go of it */
	put(m, at + places.inode_pages, 0);
	put_list(m, at + places.inode_sb_list, false);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_UNKNOWN);
	/* it is none any more */
	put(m, at + places.inode_host, 0);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_UNKNOWN);
}

static void test_an_inode_is_as_pinned_as_its_dentries(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t at;

	put_world(m, &vfs, OTHER_LOOKUP);
	at = put_inode(m, &vfs, INODE, 2);
	put_dentry(m, &vfs, ALIAS, 0, ROOT);
	put_dentry(m, &vfs, ALIAS + 1, 0, ROOT);
	link_aliases(m, &vfs, INODE, ALIAS, ALIAS + 2);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_NOT_PINNED);
	put_int(m, OBJECT(ALIAS + 1) + places.dentry_count, 1);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_DENTRY);
	put_int(m, at + places.inode_count, 3);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_REFERENCE);
	put_int(m, at + places.inode_count, 1);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_UNKNOWN);
	/* pinned, though another one is not known */
	put_int(m, at + places.inode_count, 2);
	put_int(m, OBJECT(ALIAS) + places.dentry_count, -128);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_DENTRY);
	/* a dentry of another inode */
	put(m, OBJECT(ALIAS + 1) + places.dentry_inode, OBJECT(TYPE));
	assert_pin(vfs_reclaim__look_at_inode(&vfs, at), VFS_UNKNOWN);
}

/* No dentry has it: sockets of the kernel, what somebody grabbed. */
static void test_an_inode_without_dentries(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);

	put_world(m, &vfs, OTHER_LOOKUP);
	assert_pin(vfs_reclaim__look_at_inode(&vfs, put_inode(m, &vfs, INODE, 1)), VFS_REFERENCE);
}

/* ext4_inode_info and its like have their struct inode somewhere inside. */
static void test_inodes_are_found_in_what_they_lie_in(void **state)
{
	struct machine *m = *state;
	struct vfs vfs = on(m, false);
	uint64_t object = OBJECT(INODE) - 96;

	memset(memory_at(m, object), 0, 2 * ROOM);
	put_inode(m, &vfs, INODE, 1);
	assert_int_equal(vfs_reclaim__find_inode(&vfs, object, 96 + places.inode), 96);
	assert_int_equal(vfs_reclaim__find_inode(&vfs, object, 1000), 96);
	assert_true(vfs_reclaim__find_inode(&vfs, object, 88 + places.inode) == SLUB_NONE);
	assert_true(vfs_reclaim__find_inode(&vfs, object, 90) == SLUB_NONE);
	assert_true(vfs_reclaim__find_inode(&vfs, BASE, 1000) == SLUB_NONE);
	put(m, OBJECT(INODE) + places.inode_sb, 0);
	assert_true(vfs_reclaim__find_inode(&vfs, object, 1000) == SLUB_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_what_nobody_uses_can_go, begin, end),
		cmocka_unit_test_setup_teardown(test_a_reference_pins, begin, end),
		cmocka_unit_test_setup_teardown(test_children_pin_only_when_they_are_pinned, begin,
						end),
		cmocka_unit_test_setup_teardown(test_there_is_an_end_to_looking, begin, end),
		cmocka_unit_test_setup_teardown(test_what_is_mounted_on, begin, end),
		cmocka_unit_test_setup_teardown(test_files_that_live_in_memory, begin, end),
		cmocka_unit_test_setup_teardown(test_an_inode_that_nobody_uses, begin, end),
		cmocka_unit_test_setup_teardown(test_an_inode_is_as_pinned_as_its_dentries, begin,
						end),
		cmocka_unit_test_setup_teardown(test_an_inode_without_dentries, begin, end),
		cmocka_unit_test_setup_teardown(test_inodes_are_found_in_what_they_lie_in, begin,
						end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
