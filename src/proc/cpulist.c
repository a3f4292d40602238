// SPDX-License-Identifier: GPL-2.0-only
#include "proc/cpulist.h"

uint32_t cpulist__read(uint32_t *list, uint32_t limit, FILE *file)
{
	uint32_t nr = 0, first, last;
	int c = ',';

	while (c == ',') {
		if (fscanf(file, "%u", &first) != 1)
			return 0;
		last = first;
		c = fgetc(file);
		if (c == '-') {
			if (fscanf(file, "%u", &last) != 1)
				return 0;
			c = fgetc(file);
		}
		for (uint32_t cpu = first; cpu <= last && cpu < limit && nr < limit; cpu++)
			list[nr++] = cpu;
	}
	return c == '\n' || c == EOF ? nr : 0;
}
