// SPDX-License-Identifier: GPL-2.0-only
#include "util/outfile.h"
#include "util/clock.h"
#include "util/signals.h"
#include "util/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES	100 /* for a name that there is not */
#define STEP_MS 50
#define SUFFIX	7 /* ".XXXXXX" */

const char *outfile__why(int err)
{
	switch (err) {
	case OUTFILE_LINK:
		return "there is a symbolic link of another user in its path: name the place "
		       "itself";
	case OUTFILE_OTHERS:
		return "it belongs to another user, in a folder that anybody may write to: choose "
		       "another name";
	case OUTFILE_NO_FILE:
		return "it is neither a file nor a pipe";
	case OUTFILE_NOBODY:
		return "nobody reads it";
	case OUTFILE_STOPPED:
		return "whoever reads it has stopped to";
	default:
		return strerror(-err);
	}
}

/* ---- what a signal that ends at once has to remove ---- */

static void remove_unfinished(void *arg)
{
	const struct outfile *file = arg;

	unlinkat(file->folder.fd, file->beside, 0);
}

/* ---- what is there ---- */

/*
 * In a folder where anybody may make files, and nobody may remove those of others, a file, FIFO or
 * link waits for us that somebody else has made.
 */
static bool is_trap(const struct folder *folder, const struct stat *is)
{
	struct stat in;

	return !fstat(folder->fd, &in) && in.st_mode & S_ISVTX && in.st_mode & S_IWOTH &&
	       is->st_uid != geteuid() && is->st_uid != in.st_uid;
}

/*
 * What is at the place of the file.  1: something to be written as it is; 0: nothing, a file, a
 * link to one; or -errno.
 */
static int look(const struct folder *folder)
{
	struct stat is;

	if (fstatat(folder->fd, folder->name, &is, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	if (is_trap(folder, &is))
		return S_ISLNK(is.st_mode) ? OUTFILE_LINK : OUTFILE_OTHERS;
	if (S_ISLNK(is.st_mode)) {
		if (!folder->proc || fstatat(folder->fd, folder->name, &is, 0))
			return 0;
		if (S_ISREG(is.st_mode)) /* /dev/stdout, which is one: it is added to */
			return 1;
	}
	if (S_ISDIR(is.st_mode))
		return -EISDIR;
	if (S_ISBLK(is.st_mode) || S_ISSOCK(is.st_mode))
		return OUTFILE_NO_FILE;
	return S_ISFIFO(is.st_mode) || S_ISCHR(is.st_mode);
}

/*
 * The folder of the file: of a link the one it lies in, as it is replaced, unless what it leads to
 * is written as it is.  As look().
 */
static int find(struct folder *folder, const char *path)
{
	struct folder end;
	int err = folder__open(folder, path, false), special;

	if (err)
		return err;
	special = look(folder);
	if (special)
		return special;
	err = folder__open(&end, path, true);
	if (err == OUTFILE_LINK)
		return err;
	if (err) /* it leads nowhere */
		return 0;
	special = look(&end);
	if (special > 0) {
		folder__close(folder);
		*folder = end;
		return special;
	}
	folder__close(&end);
	return special == -EISDIR ? special : 0;
}

bool outfile__is_special(const char *path)
{
	struct folder folder;
	int special = find(&folder, path);

	folder__close(&folder);
	return special > 0;
}

int outfile__check(const char *path)
{
	struct folder folder;
	int special = find(&folder, path), err = 0;

	if (special > 0 && faccessat(folder.fd, folder.name, W_OK, AT_EACCESS))
		err = -errno;
	if (!special && faccessat(folder.fd, ".", W_OK | X_OK, AT_EACCESS))
		err = -errno;
	folder__close(&folder);
	return special < 0 ? special : err;
}

/* ---- opening ---- */

/* A name beside it that there is not. */
static int name_beside(struct outfile *file)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	unsigned char random[SUFFIX - 1];
	char suffix[SUFFIX + 1] = ".";

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		suffix[i + 1] = letters[random[i] % (sizeof(letters) - 1)];
	if (snprintf(file->beside, sizeof(file->beside), "%s%s", file->folder.name, suffix) >=
	    (int)sizeof(file->beside))
		return -ENAMETOOLONG;
	return 0;
}

static int open_beside(struct outfile *file)
{
	for (int i = 0; i < TRIES; i++) {
		int err = name_beside(file);

		if (err)
			return err;
		signals__at_end(remove_unfinished, file);
		file->fd = openat(file->folder.fd, file->beside,
				  O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
				  S_IRUSR | S_IWUSR);
		err = -errno;
		if (file->fd >= 0)
			return 0;
		signals__not_at_end(file);
		if (err != -EEXIST)
			return err;
	}
	return -EEXIST;
}

/* What is there, and was looked at: is it still that? */
static int open_special(const struct folder *folder)
{
	int flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | O_APPEND;
	int fd = openat(folder->fd, folder->name, folder->proc ? flags : flags | O_NOFOLLOW);
	struct stat is;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &is) &&
	    (S_ISFIFO(is.st_mode) || S_ISCHR(is.st_mode) || (folder->proc && S_ISREG(is.st_mode))))
		return fd;
	close(fd);
	return OUTFILE_NO_FILE;
}

/* A FIFO has to be read by somebody. */
static int open_when_read(const struct folder *folder, bool wait)
{
	double start_s = clock__now_s();

	for (;;) {
		int fd = open_special(folder);

		if (fd != OUTFILE_NOBODY || !wait || signals__want_end() ||
		    clock__now_s() - start_s >= signals__patience())
			return fd;
		poll(NULL, 0, STEP_MS);
	}
}

int outfile__begin(struct outfile *file, const char *path, bool wait)
{
	int special, err;

	*file = (struct outfile){.fd = -1};
	special = find(&file->folder, path);
	if (special > 0) {
		file->fd = open_when_read(&file->folder, wait);
		err = file->fd < 0 ? file->fd : 0;
	} else {
		err = special ?: open_beside(file);
	}
	if (err)
		folder__close(&file->folder);
	return err;
}

/* A name is on the disk when its folder is.  One that cannot be read cannot be waited for. */
static int sync_folder(const struct folder *folder)
{
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return 0;
	if (fsync(fd) && errno != EINVAL && errno != EROFS)
		err = -errno;
	close(fd);
	return err;
}

int outfile__commit(struct outfile *file)
{
	int err = 0;

	if (*file->beside) {
		if (fsync(file->fd))
			err = -errno;
		if (!err &&
		    renameat(file->folder.fd, file->beside, file->folder.fd, file->folder.name))
			err = -errno;
		if (err) {
			outfile__abandon(file);
			return err;
		}
		signals__not_at_end(file);
		err = sync_folder(&file->folder);
	}
	folder__close(&file->folder);
	return err;
}

void outfile__abandon(struct outfile *file)
{
	if (*file->beside)
		unlinkat(file->folder.fd, file->beside, 0);
	signals__not_at_end(file);
	folder__close(&file->folder);
}

/* ---- writing ---- */

/* May the group of the folder read what is in it?  Its owner says so by the set-group-ID bit. */
static int let_group_read(const struct outfile *file)
{
	struct stat is;

	if (fstat(file->folder.fd, &is) || !(is.st_mode & S_ISGID))
		return 0;
	return fchmod(file->fd, S_IRUSR | S_IWUSR | S_IRGRP) ? -errno : 0;
}

static int print_into(const struct outfile *file, int (*print)(void *arg, FILE *out), void *arg)
{
	int fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0), err;
	FILE *out = fd < 0 ? NULL : fdopen(fd, "w");

	if (!out) {
		err = -errno;
		if (fd >= 0)
			close(fd);
		return err;
	}
	err = print(arg, out);
	if (fclose(out) && !err)
		err = -errno;
	return err;
}

static int spool_all(int fd, const char *bytes, size_t length)
{
	struct spool *spool;
	int err = spool__open(&spool, fd, length);

	if (err)
		return err;
	err = spool__put(spool, bytes, length, true);
	if (!err)
		err = spool__drain(spool, signals__patience);
	if (err == -EAGAIN && spool__reason(spool))
		err = -spool__reason(spool);
	spool__close(spool);
	return err;
}

/* Whole in memory first: whoever reads it may stop to. */
static int print_to_reader(const struct outfile *file, int (*print)(void *arg, FILE *out),
			   void *arg)
{
	char *bytes;
	size_t length = 0;
	int err = spool__render(&bytes, &length, print, arg);

	if (!err)
		err = spool_all(file->fd, bytes, length);
	free(bytes);
	return err;
}

static int write_file(const char *path, bool for_group, int (*print)(void *arg, FILE *out),
		      void *arg)
{
	struct outfile file;
	int err = outfile__begin(&file, path, true);

	if (err)
		return err;
	if (*file.beside && for_group)
		err = let_group_read(&file);
	if (!err)
		err = *file.beside ? print_into(&file, print, arg)
				   : print_to_reader(&file, print, arg);
	if (err)
		outfile__abandon(&file);
	else
		err = outfile__commit(&file);
	close(file.fd);
	return err;
}

int outfile__write(const char *path, int (*print)(void *arg, FILE *out), void *arg)
{
	return write_file(path, false, print, arg);
}

int outfile__write_for_group(const char *path, int (*print)(void *arg, FILE *out), void *arg)
{
	return write_file(path, true, print, arg);
}
