// SPDX-License-Identifier: GPL-2.0-only
#include "proc/mountinfo.h"
#include "util/lines.h"

#include <string.h>

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue" */
enum { ID, PARENT, DEVICE, ROOT, AT, OPTIONS, FIELDS };

/* Blanks, newlines and backslashes stand as three octal digits (fs/seq_file.c, mangle_path()). */
static bool unescape(char *to, const char *from)
{
	size_t length = 0;

	for (; *from; length++) {
		if (length == MOUNTINFO_PATH - 1)
			return false;
		if (*from == '\\' && strspn(from + 1, "01234567") >= 3) {
			to[length] = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
					    (from[3] - '0'));
			from += 4;
		} else {
			to[length] = *from++;
		}
	}
	to[length] = '\0';
	return true;
}

/* Cut the next word off *text; NULL: there is none. */
static char *next_word(char **text)
{
	char *word = strsep(text, " ");

	return word && *word ? word : NULL;
}

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	for (; list; list = strchr(list, ',') ? strchr(list, ',') + 1 : NULL)
		if (!strncmp(list, word, length) && (!list[length] || list[length] == ','))
			return true;
	return false;
}

/* The mount that this file system with these options is, or NULL. */
static struct mountinfo_cgroups *mount_of(struct mountinfo *mounts, const char *type,
					  const char *options)
{
	if (!strcmp(type, "cgroup2"))
		return &mounts->v2;
	return !strcmp(type, "cgroup") && has_word(options, "memory") ? &mounts->v1 : NULL;
}

static int parse_line(char *line, void *arg)
{
	struct mountinfo_cgroups *mount, read = {.found = true};
	char *field[FIELDS], *word, *type;

	for (int i = 0; i < FIELDS; i++)
		if (!(field[i] = next_word(&line)))
			return LINES_ODD;
	while ((word = next_word(&line)) && strcmp(word, "-"))
		; /* optional fields */
	type = next_word(&line);
	if (!word || !type || !next_word(&line)) /* what is mounted */
		return LINES_ODD;
	mount = mount_of(arg, type, line);
	if (!mount || (mount->found && (!strcmp(mount->root, "/") || strcmp(field[ROOT], "/"))))
		return 0;
	if (!unescape(read.root, field[ROOT]) || !unescape(read.at, field[AT]))
		return LINES_ODD;
	*mount = read;
	return 0;
}

int mountinfo__parse(struct mountinfo *mounts, FILE *file)
{
	memset(mounts, 0, sizeof(*mounts));
	return lines__each(file, parse_line, mounts, &mounts->odd);
}
