// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/sourcepath.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What stands behind the folder, or NULL if the path does not lie in it. */
static const char *below(const char *path, const char *folder)
{
	size_t length = folder ? strlen(folder) : 0;

	while (length > 1 && folder[length - 1] == '/')
		length--;
	if (!length || strncmp(path, folder, length) || path[length] != '/')
		return NULL;
	path += length;
	return path + strspn(path, "/");
}

/* "a/./b//c/../d" becomes "a/b/d"; what climbs out of the path stays. */
static void normalise(char *path)
{
	char *out = path + (*path == '/'), *const start = out;
	const char *in = out;

	while (*in) {
		size_t length = strcspn(in, "/");
		char *last = out;

		while (last > start && last[-1] == '/')
			last--;
		while (last > start && last[-1] != '/')
			last--;
		if (length == 2 && !strncmp(in, "..", 2) && out > start &&
		    strncmp(last, "../", 3) != 0) {
			out = last;
		} else if (length && !(length == 1 && *in == '.')) {
			memmove(out, in, length);
			out += length;
			if (in[length])
				*out++ = '/';
		}
		in += length;
		in += *in == '/';
	}
	*out = '\0';
}

/*
 * Headers of the kernel as a module outside of its tree includes them:
 * "/usr/src/linux-headers-6.12/arch/x86/include/asm/page.h".
 */
static const char *below_headers(const char *path)
{
	const char *include = strstr(path, "/include/"), *arch = strstr(path, "/arch/");

	if (!include)
		return NULL;
	return (arch && arch < include ? arch : include) + 1;
}

void sourcepath__shorten(char *out, size_t length, const char *path, const char *compiled_in,
			 const char *root)
{
	const char *rest = below(path, compiled_in);

	snprintf(out, length, "%s", rest ? rest : path);
	normalise(out);
	rest = out;
	while (!strncmp(rest, "../", 3)) /* the compiler ran in a folder of the tree */
		rest += 3;
	if (*rest == '/') {
		const char *shorter = below(rest, root);

		if (!shorter)
			shorter = below_headers(rest);
		if (shorter)
			rest = shorter;
	}
	memmove(out, rest, strlen(rest) + 1);
}

void sourcepath__meet(char *common, const char *path)
{
	size_t same = 0, folder = 0;

	for (; common[same] && common[same] == path[same]; same++)
		if (common[same] == '/')
			folder = same;
	if (!common[same] && path[same] == '/')
		folder = same;
	common[folder] = '\0';
}
