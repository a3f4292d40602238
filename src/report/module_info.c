// SPDX-License-Identifier: GPL-2.0-only
#include "report/module_info.h"

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

void module_info__taint_of_kernel(char *text, size_t len)
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

static bool is_listed(const struct diagnosis_module *modules, size_t nr, const char *name)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(modules[i].name, name))
			return true;
	return false;
}

static struct diagnosis_module module_of(const struct symbols_frame *frame,
					 const struct symbols *symbols)
{
	struct diagnosis_module module = {.name = frame->module};
	const struct names_module *known = symbols__module(symbols, frame->address);

	if (!known || strcmp(known->name, frame->module) != 0)
		return module;
	memcpy(module.version, known->version, sizeof(module.version));
	memcpy(module.taint, known->taint, sizeof(module.taint));
	module.gone = known->until != NAMES_STILL;
	return module;
}

size_t module_info__of_stack(struct diagnosis_module *modules, size_t room,
			     const struct symbols_frame *stack, size_t nr_frames,
			     const struct symbols *symbols)
{
	size_t nr = 0;

	for (size_t i = 0; i < nr_frames && nr < room; i++)
		if (stack[i].module && !is_listed(modules, nr, stack[i].module))
			modules[nr++] = module_of(&stack[i], symbols);
	return nr;
}
