/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kinds of handles: what a program asks the kernel to keep, and can let go of.  Each is known by
 * the text of a link in /proc/PID/fd, or by a book of its own in /proc.
 */
#ifndef KLEAK_PROC_HANDLE_KIND_H
#define KLEAK_PROC_HANDLE_KIND_H

#include <stdbool.h>
#include <stddef.h>

enum handle_kind {
	/* Of a process: open files, and what they are. */
	HANDLE_FILE, /* all of them */
	HANDLE_REGULAR,
	HANDLE_DELETED, /* a regular file or directory without a name */
	HANDLE_DEVICE,
	HANDLE_PIPE,
	HANDLE_SOCKET, /* detail: the protocol, "TCP" */
	HANDLE_MEMFD,
	HANDLE_EVENTFD,
	HANDLE_EPOLL,
	HANDLE_TIMERFD,
	HANDLE_SIGNALFD,
	HANDLE_INOTIFY,
	HANDLE_FANOTIFY,
	HANDLE_PIDFD,
	HANDLE_MQUEUE_FILE,
	HANDLE_USERFAULTFD,
	HANDLE_IO_URING,
	HANDLE_PERF_EVENT,
	HANDLE_BPF_MAP,
	HANDLE_BPF_PROG,
	HANDLE_BPF_LINK,
	HANDLE_DMABUF,
	HANDLE_NAMESPACE_FILE, /* detail: which, "net" */
	HANDLE_OTHER_FILE,     /* detail: what the kernel calls it, "kvm-vcpu" */
	HANDLE_UNSEEN,	       /* files that were not looked at: there were too many */
	/* Of a process, but no files. */
	HANDLE_THREAD,
	HANDLE_ZOMBIE, /* children that ended and were not waited for */
	HANDLE_LOCK,   /* of files */
	HANDLE_MAPPING,
	/* Of whoever made them, or of nobody. */
	HANDLE_SHM,
	HANDLE_SEM,
	HANDLE_QUEUE,
	HANDLE_MESSAGE,	  /* in System V queues */
	HANDLE_MQUEUE,	  /* POSIX message queues that have a name */
	HANDLE_NAMESPACE, /* that processes are in; detail: which */
	HANDLE_NAMESPACE_MOUNT,
	HANDLE_MOUNT,
	HANDLE_CGROUP,	/* those that have a directory, on cgroup v1 of memory with the offline ones
			 */
	HANDLE_OFFLINE, /* cgroups that were removed and are still there */
	HANDLE_TMPFS,	/* files in a tmpfs */
	HANDLE_BPF_MAP_ALL,
	HANDLE_BPF_PROG_ALL,
	HANDLE_BPF_LINK_ALL,
	HANDLE_KEY,
	HANDLE_CONNTRACK,
	HANDLE_SOCKET_STATE, /* detail: "TCP tw" */
	HANDLE_LOOP,
	HANDLE_FILE_ALL, /* struct files of the machine */
	HANDLE_DENTRY,	 /* in use */
	HANDLE_INODE,
	HANDLE_KINDS,
};

#define HANDLE_DETAIL 24 /* bytes of a kind's detail, NUL included */

/* One of them or several, as people read it: "eventfd", "eventfds". */
const char *handle_kind__name(enum handle_kind kind, bool several);

/* For JSON: "eventfd", "sysv_queue". */
const char *handle_kind__id(enum handle_kind kind);

/* Is it an open file of a process (HANDLE_FILE itself not)?  Is it counted process by process? */
bool handle_kind__is_file(enum handle_kind kind);
bool handle_kind__is_of_process(enum handle_kind kind);

/*
 * Can somebody let go of them?  Else it is a sum of the kernel's own, which grows as well when the
 * kernel itself loses what it counts.
 */
bool handle_kind__can_be_released(enum handle_kind kind);

/*
 * The command that shows them, and the one that frees them or what to do.  "PID" stands where the
 * process belongs.
 */
const char *handle_kind__show(enum handle_kind kind);
const char *handle_kind__release(enum handle_kind kind);

/*
 * What a link in /proc/PID/fd points at, by its text (fs/proc/base.c do_proc_readlink(),
 * fs/d_path.c): "socket:[123]", "anon_inode:[eventfd]", "/tmp/x (deleted)".  A path that ends in
 * " (deleted)" by its own name is taken for a deleted one.  A socket's protocol is not in the text.
 */
enum handle_kind handle_kind__of_link(const char *text, char detail[HANDLE_DETAIL]);

/* The same of the name that an anonymous inode has: "[eventfd]", "bpf-map". */
enum handle_kind handle_kind__of_anonymous(const char *name, char detail[HANDLE_DETAIL]);

/*
 * The stack of an allocation passes through the functions that make handles.  Does `function` make
 * this kind (a system call as "__x64_sys_eventfd2", or an inner one)?  Is the slab cache one that
 * only this kind takes objects from?
 */
bool handle_kind__is_made_by(enum handle_kind kind, const char *function);
bool handle_kind__is_in_cache(enum handle_kind kind, const char *cache);

/* Does `function` put something into handles of this kind that stays there until it is read? */
bool handle_kind__is_queued_by(enum handle_kind kind, const char *function);

#endif
