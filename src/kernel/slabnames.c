// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/slabnames.h"
#include "util/array.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "/sys/kernel/slab"

/* The file says; it is root's.  The id of what can be merged has an 'a' among its flags. */
static int read_reclaimable(int dir, const char *id)
{
	char path[128], value = '?';
	const char *flags_end = strchr(id, '-');
	int fd;

	snprintf(path, sizeof(path), "%s/reclaim_account", id);
	fd = openat(dir, path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (read(fd, &value, 1) != 1)
			value = '?';
		close(fd);
	}
	if (value == '0' || value == '1')
		return value - '0';
	if (id[0] != ':')
		return -1;
	return flags_end && memchr(id, 'a', flags_end - id) ? 1 : 0;
}

static int add(struct slabnames *names, int dir, const char *name)
{
	struct slabnames_cache *cache;
	ssize_t length;

	if (name[0] == '.' || name[0] == ':')
		return 0;
	if (array__reserve((void **)&names->caches, names->nr + 1, &names->room,
			   sizeof(*names->caches)))
		return -ENOMEM;
	cache = &names->caches[names->nr++];
	snprintf(cache->name, sizeof(cache->name), "%.*s", (int)sizeof(cache->name) - 1, name);
	length = readlinkat(dir, name, cache->id, sizeof(cache->id) - 1);
	cache->id[length > 0 ? length : 0] = '\0';
	if (length <= 0)
		snprintf(cache->id, sizeof(cache->id), "%s", cache->name);
	cache->reclaimable = read_reclaimable(dir, cache->id);
	return 0;
}

int slabnames__read(struct slabnames *names)
{
	struct dirent *entry;
	DIR *dir = opendir(DIRECTORY);
	int err = 0;

	*names = (struct slabnames){};
	if (!dir)
		return -errno;
	while (!err && (entry = readdir(dir)))
		err = add(names, dirfd(dir), entry->d_name);
	closedir(dir);
	if (err)
		slabnames__free(names);
	return err;
}

static const struct slabnames_cache *find(const struct slabnames *names, const char *cache)
{
	for (size_t i = 0; i < names->nr; i++)
		if (!strcmp(names->caches[i].name, cache))
			return &names->caches[i];
	return NULL;
}

bool slabnames__has(const struct slabnames *names, const char *cache)
{
	return find(names, cache);
}

int slabnames__reclaimable(const struct slabnames *names, const char *cache)
{
	const struct slabnames_cache *found = find(names, cache);

	return found ? found->reclaimable : -1;
}

void slabnames__aliases(const struct slabnames *names, const char *cache, char *text, size_t len)
{
	const struct slabnames_cache *found = find(names, cache);

	*text = '\0';
	for (size_t i = 0; found && i < names->nr; i++) {
		const struct slabnames_cache *other = &names->caches[i];
		size_t used = strlen(text);

		if (other == found || strcmp(other->id, found->id))
			continue;
		if (used + strlen(", ") + strlen(other->name) < len)
			snprintf(text + used, len - used, "%s%s", used ? ", " : "", other->name);
	}
}

uint32_t slabnames__object_size(const char *cache)
{
	char path[128];
	uint32_t size = 0;
	struct stat is;
	FILE *file;

	/* what may be merged is a link to what it is merged with */
	snprintf(path, sizeof(path), DIRECTORY "/%s", cache);
	if (lstat(path, &is) || !S_ISDIR(is.st_mode))
		return 0;
	snprintf(path, sizeof(path), DIRECTORY "/%s/object_size", cache);
	file = fopen(path, "re");
	if (file && fscanf(file, "%u", &size) != 1)
		size = 0;
	if (file)
		fclose(file);
	return size;
}

void slabnames__free(struct slabnames *names)
{
	free(names->caches);
	*names = (struct slabnames){};
}
