/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap while kleak starts.  Symbols and types are tens of megabytes that are read, looked
 * through and freed again: with 4 KiB pages the faults took a third of the time.
 */
#ifndef KLEAK_UTIL_HEAP_H
#define KLEAK_UTIL_HEAP_H

/*
 * Have what is allocated from now on stand in one heap, of huge pages where the kernel has them
 * (Documentation/admin-guide/mm/transhuge.rst: unless `enabled` is never), and what is freed stay
 * there.  Before there is a second thread.  Nothing is touched by it, and nothing depends on it.
 */
void heap__keep(void);

/* Give back what is free of it.  At any time. */
void heap__give_back(void);

#endif
