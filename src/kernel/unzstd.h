/* SPDX-License-Identifier: GPL-2.0-only */
/* Files packed with zstd, as modules often are: not every elfutils reads them. */
#ifndef KLEAK_KERNEL_UNZSTD_H
#define KLEAK_KERNEL_UNZSTD_H

/*
 * What is in the file that is open as `fd`: `fd` itself if it is not packed with zstd, else another
 * one, at its beginning, in memory; `fd` is closed then.  -errno: it cannot be unpacked (-EBADMSG:
 * it is damaged or cut off); `fd` is closed then, too.
 */
int unzstd__open(int fd);

#endif
