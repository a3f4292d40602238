/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists of CPUs as /sys/devices/system/cpu has them: "0-3,8". */
#ifndef KLEAK_PROC_CPULIST_H
#define KLEAK_PROC_CPULIST_H

#include <stdint.h>
#include <stdio.h>

/*
 * Read such a list: the CPUs whose number is below `limit`, in list[0 .. limit).  How many; 0 where
 * the text is no list.
 */
uint32_t cpulist__read(uint32_t *list, uint32_t limit, FILE *file);

#endif
