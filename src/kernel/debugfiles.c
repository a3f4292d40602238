// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/debugfiles.h"
#include "util/array.h"

#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files below a folder that may hold debug info, by name. */
struct tree {
	char *folder;
	bool walked;
	bool modules_only;
	char **paths;
	size_t nr, room;
};

struct debugfiles {
	char *release;
	size_t nr_given;
	struct tree *trees; /* those given, then the system's */
	size_t nr;
};

static const char *const system_trees[] = {
	"/usr/lib/debug/lib/modules",
	"/usr/lib/debug/usr/lib/modules",
	"/lib/modules",
};

/* Of the kernel; the release stands for %s. */
static const char *const kernel_places[] = {
	"/usr/lib/debug/boot/vmlinux-%s",
	"/usr/lib/debug/boot/vmlinux-%s.debug",
	"/usr/lib/debug/lib/modules/%s/vmlinux",
	"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
	"/lib/modules/%s/build/vmlinux",
	"/lib/modules/%s/vmlinux",
	"/boot/vmlinux-%s",
};

#define NR_SYSTEM (sizeof(system_trees) / sizeof(system_trees[0]))

/* "foo-bar.ko.xz" of foo_bar: what stands behind the name, or NULL if it is another's. */
static const char *behind_name(const char *file, const char *module)
{
	for (; *module; file++, module++)
		if (*file != *module && !(*file == '-' && *module == '_'))
			return NULL;
	return file;
}

static bool is_module_suffix(const char *suffix)
{
	static const char *const suffixes[] = {".ko", ".ko.debug", ".ko.xz", ".ko.gz", ".ko.zst"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (!strcmp(suffix, suffixes[i]))
			return true;
	return false;
}

/* vmlinux, vmlinux-6.12, vmlinux.debug */
static bool is_kernel(const char *file)
{
	return !strncmp(file, "vmlinux", 7) && (!file[7] || file[7] == '-' || file[7] == '.');
}

static bool is_candidate(const struct tree *tree, const char *file)
{
	const char *dot = strstr(file, ".ko");

	return (dot && is_module_suffix(dot)) || (!tree->modules_only && is_kernel(file));
}

static int keep(struct tree *tree, const char *path)
{
	char *copy = strdup(path);

	if (!copy || array__reserve((void **)&tree->paths, tree->nr + 1, &tree->room,
				    sizeof(*tree->paths))) {
		free(copy);
		return -ENOMEM;
	}
	tree->paths[tree->nr++] = copy;
	return 0;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* No links are followed, and no other file systems entered. */
static void walk(struct tree *tree)
{
	char *const roots[] = {tree->folder, NULL};
	FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR | FTS_XDEV, by_name);
	const FTSENT *entry;

	tree->walked = true;
	if (!fts)
		return;
	while ((entry = fts_read(fts)))
		if ((entry->fts_info == FTS_F || entry->fts_info == FTS_SL) &&
		    is_candidate(tree, entry->fts_name) && keep(tree, entry->fts_path))
			break;
	fts_close(fts);
}

int debugfiles__open(struct debugfiles **out, const char *const *folders, size_t nr,
		     const char *release)
{
	struct debugfiles *files = calloc(1, sizeof(*files));
	bool whole;

	if (!files)
		return -ENOMEM;
	files->release = strdup(release);
	files->trees = calloc(nr + NR_SYSTEM, sizeof(*files->trees));
	whole = files->release && files->trees;
	for (size_t i = 0; whole && i < nr + NR_SYSTEM; i++) {
		struct tree *tree = &files->trees[files->nr++];

		tree->modules_only = i >= nr;
		if (i < nr)
			tree->folder = strdup(folders[i]);
		else if (asprintf(&tree->folder, "%s/%s", system_trees[i - nr], release) < 0)
			tree->folder = NULL;
		whole = tree->folder != NULL;
	}
	if (!whole) {
		debugfiles__close(files);
		return -ENOMEM;
	}
	files->nr_given = nr;
	*out = files;
	return 0;
}

/* ---- offering ---- */

struct offer {
	const struct image *image;
	bool (*take)(const char *path, void *arg);
	void *arg;
};

static bool offer(const struct offer *to, const char *path)
{
	return !access(path, F_OK) && to->take(path, to->arg);
}

/* FOLDER/.build-id/ab/cdef....debug */
static bool offer_build_id(const struct offer *to, const char *folder)
{
	const struct image *image = to->image;
	char path[PATH_MAX], id[2 * IMAGE_BUILD_ID + 1] = "";

	for (uint32_t i = 0; i < image->build_id_length; i++)
		snprintf(id + 2 * (size_t)i, 3, "%02x", image->build_id[i]);
	return image->build_id_length > 1 &&
	       snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", folder, id, id + 2) <
		       (int)sizeof(path) &&
	       offer(to, path);
}

static bool is_of(const char *path, const struct image *image)
{
	const char *file = strrchr(path, '/'), *suffix;

	file = file ? file + 1 : path;
	if (!*image->name)
		return is_kernel(file);
	suffix = behind_name(file, image->name);
	return suffix && is_module_suffix(suffix);
}

static bool offer_tree(const struct offer *to, struct tree *tree)
{
	if (!tree->walked)
		walk(tree);
	for (size_t i = 0; i < tree->nr; i++)
		if (is_of(tree->paths[i], to->image) && offer(to, tree->paths[i]))
			return true;
	return false;
}

static bool offer_kernel_place(const struct offer *to, const char *format, const char *release)
{
	const char *at = strstr(format, "%s");
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%.*s%s%s", (int)(at - format), format, release,
			at + 2) < (int)sizeof(path) &&
	       offer(to, path);
}

void debugfiles__each(struct debugfiles *files, const struct image *image,
		      bool (*take)(const char *path, void *arg), void *arg)
{
	const struct offer to = {image, take, arg};

	for (size_t i = 0; i < files->nr_given; i++)
		if (offer_build_id(&to, files->trees[i].folder) ||
		    offer_tree(&to, &files->trees[i]))
			return;
	if (offer_build_id(&to, "/usr/lib/debug"))
		return;
	if (!*image->name) {
		for (size_t i = 0; i < sizeof(kernel_places) / sizeof(kernel_places[0]); i++)
			if (offer_kernel_place(&to, kernel_places[i], files->release))
				return;
		return;
	}
	for (size_t i = files->nr_given; i < files->nr; i++)
		if (offer_tree(&to, &files->trees[i]))
			return;
}

void debugfiles__close(struct debugfiles *files)
{
	if (!files)
		return;
	for (size_t i = 0; files->trees && i < files->nr; i++) {
		for (size_t path = 0; path < files->trees[i].nr; path++)
			free(files->trees[i].paths[path]);
		free(files->trees[i].paths);
		free(files->trees[i].folder);
	}
	free(files->trees);
	free(files->release);
	free(files);
}
