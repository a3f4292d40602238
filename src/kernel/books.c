// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/books.h"
#include "util/lines.h"
#include "util/say.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Open `path`, let `parse` read it into `book`.  0 or -errno. */
#define READ(path, parse, book)                                                                    \
	({                                                                                         \
		FILE *file = fopen(path, "re");                                                    \
		int err = -errno;                                                                  \
                                                                                                   \
		if (file) {                                                                        \
			err = parse(book, file);                                                   \
			fclose(file);                                                              \
		}                                                                                  \
		err;                                                                               \
	})

void books__read(struct books *books, unsigned int wanted)
{
	*books = (struct books){
		.page_size = sysconf(_SC_PAGESIZE),
		.mem_err = -ENODATA,
		.zones_err = -ENODATA,
		.slabs_err = -ENODATA,
		.areas_err = -ENODATA,
		.lines_err = -ENODATA,
		.vfs_err = -ENODATA,
	};
	if (wanted & BOOKS_MEM)
		books->mem_err = READ("/proc/meminfo", meminfo__parse, &books->mem);
	if (wanted & BOOKS_ZONES)
		books->zones_err = READ("/proc/zoneinfo", zoneinfo__parse, &books->zones);
	if (wanted & BOOKS_SLABS)
		books->slabs_err = READ("/proc/slabinfo", slabinfo__parse, &books->slabs);
	if (wanted & BOOKS_AREAS)
		books->areas_err = READ("/proc/vmallocinfo", vmallocinfo__parse, &books->areas);
	if (wanted & BOOKS_LINES)
		books->lines_err = READ(BOOKS_ALLOCINFO, allocinfo__parse, &books->lines);
	if (wanted & BOOKS_VFS)
		books->vfs_err =
			READ("/proc/sys/fs/dentry-state", vfsstate__parse, &books->dentries);
	if (wanted & BOOKS_VFS && !books->vfs_err)
		books->vfs_err = READ("/proc/sys/fs/inode-state", vfsstate__parse, &books->inodes);
}

void books__free(struct books *books)
{
	slabinfo__free(&books->slabs);
	vmallocinfo__free(&books->areas);
	allocinfo__free(&books->lines);
}

bool books__odd(const struct books *books, size_t i, char *text, size_t len)
{
	const struct {
		const char *path;
		uint64_t lines;
	} odd[BOOKS_ODD] = {
		{"/proc/meminfo", books->mem.odd},    {"/proc/zoneinfo", books->zones.odd},
		{"/proc/slabinfo", books->slabs.odd}, {"/proc/vmallocinfo", books->areas.odd},
		{BOOKS_ALLOCINFO, books->lines.odd},
	};

	return lines__complaint(text, len, odd[i].path, odd[i].lines);
}

void books__say_odd(const struct books *books, bool said[BOOKS_ODD])
{
	char text[128];

	for (size_t i = 0; i < BOOKS_ODD; i++) {
		if (said[i] || !books__odd(books, i, text, sizeof(text)))
			continue;
		say("%s", text);
		said[i] = true;
	}
}

int books__read_meminfo(struct meminfo *mem)
{
	return READ("/proc/meminfo", meminfo__parse, mem);
}

/* "1"; of later kernels also "never", or what is to be done with tags of pages */
static int parse_switch(bool *on, FILE *file)
{
	char text[32] = "";

	if (!fgets(text, sizeof(text), file))
		return -EIO;
	*on = text[0] == '1';
	return 0;
}

int books__counts_lines(bool *counting)
{
	if (access(BOOKS_ALLOCINFO, R_OK))
		return -errno;
	return READ(BOOKS_COUNTING, parse_switch, counting);
}

int books__read_kmemleak(struct kmemleak *list)
{
	return READ(BOOKS_KMEMLEAK, kmemleak__parse, list);
}

int books__drop_caches(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, "3\n", 2) != 2)
		err = -errno;
	close(fd);
	return err;
}
