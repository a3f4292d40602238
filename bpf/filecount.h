/* SPDX-License-Identifier: GPL-2.0-only */
/* What filecount.bpf.c counts, and the loader reads. */
#ifndef KLEAK_FILECOUNT_H
#define KLEAK_FILECOUNT_H

#ifndef __bpf__
#include <linux/types.h>
#endif

enum filecount_class {
	FILECOUNT_REGULAR,
	FILECOUNT_DELETED, /* no name is left */
	FILECOUNT_DEVICE,
	FILECOUNT_PIPE,
	FILECOUNT_SOCKET,    /* name: of the protocol */
	FILECOUNT_ANONYMOUS, /* name: of the inode, "[eventfd]" */
	FILECOUNT_NAMESPACE, /* name: which, "net" */
	FILECOUNT_MEMFD,
	FILECOUNT_PIDFD,
	FILECOUNT_DMABUF,
	FILECOUNT_MQUEUE, /* of POSIX */
	FILECOUNT_OTHER,
};

#define FILECOUNT_NAME 24
/* Entries, for processes and kinds; 120 bytes each. */
#define FILECOUNT_LEAST 8192
#define FILECOUNT_MOST	65536

struct filecount_key {
	__u32 tgid;
	__u32 class;
	char name[FILECOUNT_NAME];
};

struct filecount_value {
	__u64 files;
	__u64 round;	/* that counted them */
	__u64 mappings; /* of the process's memory, at one of its entries; at others 0 */
};

#endif
