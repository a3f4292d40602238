// SPDX-License-Identifier: GPL-2.0-only
#include "memory/file_name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define MOST_DEEP 32
#define PIECE	  8 /* what follows a string's end need not be there */
#define CUT	  "…"

static bool read_word(const struct file_namer *namer, uint64_t address, uint64_t *word)
{
	return !namer->read(namer->arg, address, word, sizeof(*word)) && *word;
}

/* A string; "" where it cannot be read or is longer. */
static void read_text(const struct file_namer *namer, uint64_t at, char *text, size_t len)
{
	for (size_t done = 0; done + PIECE <= len; done += PIECE) {
		if (namer->read(namer->arg, at + done, text + done, PIECE))
			break;
		if (memchr(text + done, 0, PIECE))
			return;
	}
	text[0] = '\0';
}

/* Put "/part" before what is there.  False: there is no room. */
static bool put_before(char *path, size_t len, const char *part)
{
	size_t its = strlen(part), used = strlen(path);

	if (its + 1 + used >= len)
		return false;
	memmove(path + its + 1, path, used + 1);
	path[0] = '/';
	for (size_t i = 0; i < its; i++)
		path[1 + i] = part[i];
	return true;
}

/*
 * Up to the root, which is its own parent and is called "/".  What was never in a directory
 * (memfd_create(), shmget()) is its own parent, and has a name.
 */
static void find_path(const struct file_namer *namer, uint64_t dentry, char *path, size_t len)
{
	for (int i = 0; i < MOST_DEEP; i++) {
		uint64_t parent, text;
		char part[256];

		if (!read_word(namer, dentry + namer->vfs.dentry_parent, &parent) ||
		    !read_word(namer, dentry + namer->charges.dentry_name, &text))
			return;
		read_text(namer, text, part, sizeof(part));
		if (parent == dentry) {
			if (i == 0 && strcmp(part, "/"))
				snprintf(path, len, "%.*s", (int)len - 1, part);
			return;
		}
		if (!*part)
			return;
		if (!put_before(path, len - strlen("/" CUT), part)) {
			put_before(path, len, CUT);
			return;
		}
		dentry = parent;
	}
}

void file_name__of(const struct file_namer *namer, uint64_t mapping, struct file_name *name)
{
	const struct vfs_layout *l = &namer->vfs;
	uint64_t inode, sb, type, text, alias, hashed;

	*name = (struct file_name){};
	if (!read_word(namer, mapping + namer->charges.mapping_host, &inode))
		return;
	read_word(namer, inode + namer->charges.inode_number, &name->inode);
	if (read_word(namer, inode + l->inode_sb, &sb)) {
		if (read_word(namer, sb + l->sb_type, &type) &&
		    read_word(namer, type + l->type_name, &text))
			read_text(namer, text, name->fs, sizeof(name->fs));
		read_text(namer, sb + namer->charges.sb_id, name->device, sizeof(name->device));
	}
	if (namer->charges.dentry_name == SLUB_NONE ||
	    !read_word(namer, inode + l->inode_dentry, &alias))
		return;
	alias -= l->dentry_alias;
	find_path(namer, alias, name->path, sizeof(name->path));
	name->removed = !read_word(namer, alias + l->dentry_pprev, &hashed);
}
