// SPDX-License-Identifier: GPL-2.0-only
#include "taint.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The first line of a file; "" when there is none. */
static void read_line(char *text, size_t len, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? 0 : read(fd, text, len - 1);

	text[got > 0 ? got : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (fd >= 0)
		close(fd);
}

void taint__of_kernel(char *text, size_t len)
{
	static const char letters[] = "PFSRMBUDAWCIOELKXTN"; /* by bit */
	char number[32];
	unsigned long bits;
	size_t used = 0;

	read_line(number, sizeof(number), "/proc/sys/kernel/tainted");
	bits = strtoul(number, NULL, 10);
	for (size_t i = 0; letters[i] && used + 1 < len; i++)
		if (bits & 1UL << i)
			text[used++] = letters[i];
	text[used] = '\0';
	if (!used)
		snprintf(text, len, "none");
}

void taint__describe(struct diagnosis_module *module, const struct report_site *site)
{
	static struct {
		char version[64], taint[16];
	} rooms[TAINT_MODULES];
	static size_t next;
	char path[256];
	size_t room = next++ % TAINT_MODULES;

	*module = (struct diagnosis_module){};
	if (!site->nr_frames || !site->stack[0].module || strchr(site->stack[0].module, '/'))
		return;
	module->name = site->stack[0].module;
	snprintf(path, sizeof(path), "/sys/module/%s/version", module->name);
	read_line(rooms[room].version, sizeof(rooms[room].version), path);
	snprintf(path, sizeof(path), "/sys/module/%s/taint", module->name);
	read_line(rooms[room].taint, sizeof(rooms[room].taint), path);
	module->version = rooms[room].version[0] ? rooms[room].version : NULL;
	module->taint = rooms[room].taint[0] ? rooms[room].taint : NULL;
}
