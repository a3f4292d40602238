// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/clash.h"
#include "cmd/option_table.h"
#include "util/folder.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST (OPTION_ROWS_MOST + 3)

struct user {
	const char *option;
	const char *path; /* NULL: stdout */
	bool writes;
};

/* A file that there is, or the place for one. */
struct identity {
	bool there, known;
	dev_t device;
	ino_t inode; /* of the file, or of its folder and its name: */
	char name[NAME_MAX + 1];
};

static struct identity of_file(const struct stat *is)
{
	/* what is not kept cannot be overwritten */
	return (struct identity){.known = !S_ISCHR(is->st_mode),
				 .there = true,
				 .device = is->st_dev,
				 .inode = is->st_ino};
}

/* What is written there replaces a link, but who names one means what it leads to. */
static struct identity identify(const char *path)
{
	struct identity identity = {};
	struct folder folder;
	struct stat is;

	if (!path)
		return fstat(STDOUT_FILENO, &is) || !S_ISREG(is.st_mode) ? identity : of_file(&is);
	if (!stat(path, &is))
		return of_file(&is);
	if (folder__open(&folder, path, true))
		return identity;
	if (!fstat(folder.fd, &is)) {
		identity = of_file(&is);
		identity.there = false;
		memcpy(identity.name, folder.name, sizeof(identity.name));
	}
	folder__close(&folder);
	return identity;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	return a->known && b->known && a->there == b->there && a->device == b->device &&
	       a->inode == b->inode && !strcmp(a->name, b->name);
}

static void add(struct user *users, size_t *nr, const char *option, const char *path, bool writes)
{
	if (path)
		users[(*nr)++] = (struct user){option, path, writes};
}

/* Whoever uses a file. */
static size_t list(const struct options *o, struct user *users)
{
	const struct option_row *row;
	size_t nr = 0;

	add(users, &nr, o->verb == VERB_DIFF ? "BEFORE" : "FILE", o->files[0], false);
	add(users, &nr, "AFTER", o->files[1], false);
	for (size_t i = 0; (row = option_table__row(i)); i++)
		if (row->type == OPTION_FILE || row->type == OPTION_INPUT)
			add(users, &nr, row->name,
			    *(const char *const *)((const char *)o + row->at),
			    row->type == OPTION_FILE);
	users[nr++] = (struct user){"stdout", NULL, true};
	return nr;
}

bool clash__find(const struct options *options, char *why, size_t len)
{
	struct user users[MOST];
	struct identity identities[MOST];
	size_t nr = list(options, users);

	for (size_t i = 0; i < nr; i++) {
		identities[i] = identify(users[i].path);
		for (size_t k = 0; k < i; k++) {
			if (!(users[i].writes || users[k].writes) ||
			    !is_same(&identities[i], &identities[k]))
				continue;
			snprintf(why, len, "%s and %s are the same file, %s: name different ones",
				 users[k].option, users[i].option, users[k].path);
			return true;
		}
	}
	return false;
}

const char *clash__with(const struct options *options, const char *path)
{
	struct user users[MOST];
	size_t nr = list(options, users);
	const struct identity identity = identify(path);

	for (size_t i = 0; i < nr; i++) {
		const struct identity its = identify(users[i].path);

		if (is_same(&identity, &its))
			return users[i].option;
	}
	return NULL;
}
