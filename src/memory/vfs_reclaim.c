// SPDX-License-Identifier: GPL-2.0-only
#include "memory/vfs_reclaim.h"
#include "util/bytes.h"

#define MOST_OBJECT  4096 /* bytes of a dentry, an inode, or what an inode lies in */
#define MOST_ALIASES 64	  /* dentries of an inode */
#define MOST_DEPTH   16	  /* levels below a dentry */

static int read_word(const struct vfs *vfs, uint64_t address, uint64_t *word)
{
	return vfs->read(vfs->arg, address, word, sizeof(*word));
}

/* Is the list_head at this offset of the object at `address` on a list? */
static bool is_listed(const uint8_t *bytes, uint64_t address, uint32_t offset)
{
	uint64_t next = bytes__word(bytes, offset);

	return next && next != address + offset;
}

/* ---- dentries ---- */

struct dentry {
	uint64_t at;
	int32_t count;
	bool on_lru, hashed;
	int32_t mounts; /* 1: something is mounted on it, which refers to it once (fs/namespace.c,
			   get_mountpoint()) */
	uint64_t parent, inode, sb;
	uint64_t first, next; /* child; sibling: where they are linked; 0: none */
};

static int read_dentry(const struct vfs *vfs, uint64_t at, struct dentry *d)
{
	const struct vfs_layout *l = &vfs->layout;
	uint8_t bytes[MOST_OBJECT];

	if (l->dentry > sizeof(bytes) || vfs->read(vfs->arg, at, bytes, l->dentry))
		return -1;
	*d = (struct dentry){
		.at = at,
		.count = (int32_t)bytes__half(bytes, l->dentry_count),
		.on_lru = is_listed(bytes, at, l->dentry_lru),
		.hashed = bytes__word(bytes, l->dentry_pprev),
		.parent = bytes__word(bytes, l->dentry_parent),
		.inode = bytes__word(bytes, l->dentry_inode),
		.sb = bytes__word(bytes, l->dentry_sb),
		.first = bytes__word(bytes, l->dentry_children),
		.next = bytes__word(bytes, l->dentry_sibling),
	};
	if (l->dentry_flags != SLUB_NONE && bytes__half(bytes, l->dentry_flags) & l->dentry_mounted)
		d->mounts = 1;
	if (l->ring && d->first == at + l->dentry_children)
		d->first = 0;
	return 0;
}

/*
 * The child that is linked at `link`.  -1: it cannot be read, or is no child of that parent (any
 * more).
 */
static int read_child(const struct vfs *vfs, const struct dentry *parent, uint64_t link,
		      struct dentry *child)
{
	const struct vfs_layout *l = &vfs->layout;

	if (read_dentry(vfs, link - l->dentry_sibling, child) || child->parent != parent->at)
		return -1;
	if (l->ring && child->next == parent->at + l->dentry_children)
		child->next = 0;
	return 0;
}

/* Does its file system find files in the cache of dentries only?  Then nobody may drop them. */
static bool is_kept(const struct vfs *vfs, const struct dentry *d)
{
	const struct vfs_layout *l = &vfs->layout;
	uint64_t directory, op, lookup;

	return vfs->simple_lookup && d->hashed && d->inode && d->parent != d->at &&
	       !read_word(vfs, d->parent + l->dentry_inode, &directory) && directory &&
	       !read_word(vfs, directory + l->inode_op, &op) &&
	       !read_word(vfs, op + l->op_lookup, &lookup) && lookup == vfs->simple_lookup;
}

static enum vfs_pin judge_dentry(const struct vfs *vfs, const struct dentry *d, int *left,
				 int depth);

/* Somebody can let go of it: by removing a file, or by unmounting. */
static bool is_of_somebody(enum vfs_pin pin)
{
	return pin == VFS_NAME_KEPT || pin == VFS_MOUNTED;
}

/* *nr: how many children there are; the result: what pins one of them. */
static enum vfs_pin judge_children(const struct vfs *vfs, const struct dentry *d, int32_t *nr,
				   int *left, int depth)
{
	enum vfs_pin worst = VFS_NOT_PINNED;
	struct dentry child;

	*nr = 0;
	for (uint64_t link = d->first; link; link = child.next) {
		enum vfs_pin its;

		if (!depth || (*left)-- <= 0 || read_child(vfs, d, link, &child))
			return VFS_UNKNOWN;
		++*nr;
		its = judge_dentry(vfs, &child, left, depth - 1);
		if (its == VFS_UNKNOWN)
			worst = its;
		else if (its != VFS_NOT_PINNED)
			return is_of_somebody(its) ? its : VFS_CHILD;
	}
	return worst;
}

static enum vfs_pin judge_dentry(const struct vfs *vfs, const struct dentry *d, int *left,
				 int depth)
{
	enum vfs_pin below;
	int32_t children;

	if (d->count < 0)
		return VFS_UNKNOWN; /* dead: lockref_mark_dead() */
	if (!d->count)
		return d->on_lru ? VFS_NOT_PINNED : VFS_OFF_LRU;
	below = judge_children(vfs, d, &children, left, depth);
	if (below != VFS_NOT_PINNED)
		return below;
	if (d->count == children + d->mounts + 1 && is_kept(vfs, d))
		return d->mounts ? VFS_MOUNTED : VFS_NAME_KEPT;
	if (d->mounts && d->count == children + 1)
		return VFS_MOUNTED;
	if (d->count > children)
		return VFS_REFERENCE;
	return d->count == children ? VFS_NOT_PINNED : VFS_UNKNOWN;
}

/* The name of the file system's type, "" when it cannot be read. */
static void read_fs(const struct vfs *vfs, uint64_t sb, char name[VFS_NAME])
{
	uint64_t type, text;

	if (read_word(vfs, sb + vfs->layout.sb_type, &type) ||
	    read_word(vfs, type + vfs->layout.type_name, &text) ||
	    vfs->read(vfs->arg, text, name, VFS_NAME - 1))
		*name = '\0';
	name[VFS_NAME - 1] = '\0';
}

static enum vfs_pin judge_dentry_at(const struct vfs *vfs, uint64_t at, struct dentry *d)
{
	int left = VFS_MOST_DENTRIES;

	if (read_dentry(vfs, at, d))
		return VFS_UNKNOWN;
	return judge_dentry(vfs, d, &left, MOST_DEPTH);
}

struct vfs_look vfs_reclaim__look_at_dentry(const struct vfs *vfs, uint64_t dentry)
{
	struct vfs_look look = {};
	struct dentry d = {};

	look.pin = judge_dentry_at(vfs, dentry, &d);
	read_fs(vfs, d.sb, look.fs);
	return look;
}

/* ---- inodes ---- */

struct inode {
	int32_t count;
	bool on_lru, dirty, has_pages, in_sb;
	uint64_t sb;
	uint64_t first; /* dentry: where it is linked; 0: none */
};

static bool is_inode(const struct vfs *vfs, const uint8_t *bytes, uint64_t at)
{
	const struct vfs_layout *l = &vfs->layout;

	return bytes__word(bytes, l->inode_host) == at && bytes__word(bytes, l->inode_sb) &&
	       bytes__word(bytes, l->inode_mapping);
}

static int read_inode(const struct vfs *vfs, uint64_t at, struct inode *inode)
{
	const struct vfs_layout *l = &vfs->layout;
	uint8_t bytes[MOST_OBJECT];

	if (l->inode > sizeof(bytes) || vfs->read(vfs->arg, at, bytes, l->inode) ||
	    !is_inode(vfs, bytes, at))
		return -1;
	*inode = (struct inode){
		.count = (int32_t)bytes__half(bytes, l->inode_count),
		.on_lru = is_listed(bytes, at, l->inode_lru),
		.in_sb = is_listed(bytes, at, l->inode_sb_list),
		.has_pages = bytes__word(bytes, l->inode_pages),
		.sb = bytes__word(bytes, l->inode_sb),
		.first = bytes__word(bytes, l->inode_dentry),
	};
	inode->dirty = (l->inode_io_list != SLUB_NONE && is_listed(bytes, at, l->inode_io_list)) ||
		       (l->inode_wb_list != SLUB_NONE && is_listed(bytes, at, l->inode_wb_list));
	return 0;
}

/* Each of its dentries refers to it; *nr: how many there are; the result: what pins one of them. */
static enum vfs_pin judge_aliases(const struct vfs *vfs, uint64_t at, const struct inode *inode,
				  int32_t *nr)
{
	enum vfs_pin worst = VFS_NOT_PINNED;
	uint64_t link = inode->first;

	for (*nr = 0; link; ++*nr) {
		uint64_t alias = link - vfs->layout.dentry_alias;
		struct dentry d = {};
		enum vfs_pin its = judge_dentry_at(vfs, alias, &d);

		if (*nr == MOST_ALIASES || d.inode != at || read_word(vfs, link, &link))
			return VFS_UNKNOWN;
		if (its == VFS_NOT_PINNED)
			continue;
		if (is_of_somebody(its) || worst == VFS_NOT_PINNED || worst == VFS_UNKNOWN)
			worst = its;
	}
	return worst;
}

/*
 * Nobody uses it.  What is dirty is not on the LRU until it is written, nor what has pages until
 * they have gone (mapping_shrinkable()); what is on no list of its file system any more is freed,
 * or kept by the file system for itself (XFS).
 */
static enum vfs_pin judge_unused(const struct inode *inode)
{
	if (inode->on_lru || inode->dirty || inode->has_pages)
		return VFS_NOT_PINNED;
	return inode->in_sb ? VFS_OFF_LRU : VFS_UNKNOWN;
}

static enum vfs_pin judge_inode(const struct vfs *vfs, uint64_t at, const struct inode *inode)
{
	enum vfs_pin by;
	int32_t aliases;

	if (!inode->count)
		return judge_unused(inode);
	by = judge_aliases(vfs, at, inode, &aliases);
	if (is_of_somebody(by) || by == VFS_UNKNOWN)
		return by;
	if (inode->count > aliases)
		return VFS_REFERENCE;
	if (inode->count < aliases)
		return VFS_UNKNOWN;
	return by == VFS_NOT_PINNED ? by : VFS_DENTRY;
}

struct vfs_look vfs_reclaim__look_at_inode(const struct vfs *vfs, uint64_t at)
{
	struct vfs_look look = {.pin = VFS_UNKNOWN};
	struct inode inode;

	if (read_inode(vfs, at, &inode))
		return look;
	look.pin = judge_inode(vfs, at, &inode);
	look.dirty = inode.dirty;
	read_fs(vfs, inode.sb, look.fs);
	return look;
}

uint32_t vfs_reclaim__find_inode(const struct vfs *vfs, uint64_t object, uint32_t size)
{
	uint8_t bytes[MOST_OBJECT];
	uint32_t inode = vfs->layout.inode;

	if (size > sizeof(bytes) || size < inode || vfs->read(vfs->arg, object, bytes, size))
		return SLUB_NONE;
	for (uint32_t at = 0; at + inode <= size; at += sizeof(uint64_t))
		if (is_inode(vfs, bytes + at, object + at))
			return at;
	return SLUB_NONE;
}
