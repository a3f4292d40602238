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

void module_info__of_site(struct diagnosis_module *module, const struct report_site *site,
			  const struct symbols *symbols)
{
	const struct symbols_frame *first = site->stack;
	const struct names_module *known;

	*module = (struct diagnosis_module){};
	if (!site->nr_frames || !first->module)
		return;
	module->name = first->module;
	known = symbols__module(symbols, first->address);
	if (!known || strcmp(known->name, first->module) != 0)
		return;
	memcpy(module->version, known->version, sizeof(module->version));
	memcpy(module->taint, known->taint, sizeof(module->taint));
}
