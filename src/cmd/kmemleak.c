// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/kmemleak.h"
#include "proc/kmemleak.h"
#include "util/say.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static int cannot(int err, const char *path, char *why, size_t len)
{
	if (err == -ENOENT)
		snprintf(why, len,
			 "this kernel has no kmemleak (%s): it needs CONFIG_DEBUG_KMEMLEAK and a "
			 "mounted debugfs; kleak itself needs neither",
			 path);
	else if (err == -EBUSY)
		snprintf(why, len, "kmemleak is switched off: boot with kmemleak=on");
	else
		snprintf(why, len, "cannot use %s: %s%s", path, strerror(-err),
			 err == -EACCES ? " (needs root)" : "");
	return err;
}

static int command(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC), err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, word, strlen(word)) != (ssize_t)strlen(word))
		err = -errno;
	close(fd);
	return err;
}

static int print_count(const char *path, FILE *out)
{
	FILE *file = fopen(path, "re");
	struct kmemleak list;
	int err;

	if (!file)
		return -errno;
	err = kmemleak__parse(&list, file);
	fclose(file);
	if (!err)
		fprintf(out, "%" PRIu64 " unreferenced objects, %" PRIu64 " bytes\n", list.objects,
			list.bytes);
	if (!err && list.odd)
		fprintf(out, "%" PRIu64 " line%s not understood\n", list.odd,
			list.odd == 1 ? "" : "s");
	return err;
}

/* Hex dumps show contents, but as text only what is printable; comms are whatever a process says.
 */
static int print_list(const char *path, FILE *out)
{
	FILE *file = fopen(path, "re");
	int c;

	if (!file)
		return -errno;
	while ((c = getc(file)) != EOF)
		putc(c == '\n' || (c >= 0x20 && c < 0x7f) ? c : '?', out);
	fclose(file);
	return 0;
}

int cmd_kmemleak__do(const char *path, const char *action, FILE *out, char *why, size_t len)
{
	int err;

	*why = '\0';
	if (!strcmp(action, "list"))
		err = print_list(path, out);
	else
		err = command(path, action);
	if (!err && !strcmp(action, "scan"))
		err = print_count(path, out);
	if (err)
		return cannot(err, path, why, len);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

int cmd_kmemleak(const char *path, const char *action)
{
	char why[256];
	int err = cmd_kmemleak__do(path, action, stdout, why, sizeof(why));

	if (err)
		say("%s", *why ? why : "cannot write to stdout");
	return err;
}
