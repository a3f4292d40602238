// SPDX-License-Identifier: GPL-2.0-only
#include "proc/handle_kind.h"
#include "util/function_name.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define LS_FILES   "ls -l /proc/PID/fd"
#define CLOSE	   "the program has to close them: ask its authors; ending it (kill PID) frees them"
#define NS_RELEASE "close the files or end the processes that are in them; umount what is bound"

/*
 * makers: words that a function's name is, or begins with where they end in '*', without
 * "__x64_sys_" and the like; caches likewise.  queuers: of functions that put something into such a
 * handle, where it stays until somebody reads it.  All in blanks.
 */
static const struct {
	const char *id, *one, *many;
	const char *show, *release;
	const char *makers, *caches, *queuers;
} kinds[HANDLE_KINDS] = {
	[HANDLE_FILE] = {"file", "open file", "open files", LS_FILES, CLOSE,
			 "alloc_empty_file* alloc_file* do_filp_open path_openat", "filp"},
	[HANDLE_REGULAR] = {"regular_file", "open regular file", "open regular files", LS_FILES,
			    CLOSE, "open openat openat2 creat do_filp_open path_openat", "filp"},
	[HANDLE_DELETED] = {"deleted_file", "open deleted file", "open deleted files",
			    "ls -l /proc/PID/fd | grep deleted", CLOSE,
			    "open openat openat2 creat do_filp_open path_openat shmem_get_inode "
			    "shmem_alloc_inode ext4_alloc_inode xfs_inode_alloc btrfs_alloc_inode",
			    "filp shmem_inode_cache ext4_inode_cache xfs_inode "
			    "btrfs_inode ovl_inode"},
	[HANDLE_DEVICE] = {"device_file", "open device", "open devices", LS_FILES, CLOSE,
			   "open openat openat2 chrdev_open blkdev_open tty_open ptmx_open "
			   "misc_open drm_open tun_chr_open",
			   "filp"},
	[HANDLE_PIPE] = {"pipe", "pipe end", "pipe ends", "ls -l /proc/PID/fd | grep pipe:", CLOSE,
			 "pipe pipe2 do_pipe2 alloc_pipe_info create_pipe_files", "filp"},
	[HANDLE_SOCKET] = {"socket", "socket", "sockets",
			   "ls -l /proc/PID/fd | grep socket:", CLOSE,
			   "socket socketpair accept accept4 sock_alloc sock_alloc_inode sk_alloc "
			   "inet_csk_accept tcp_create_openreq_child",
			   "filp sock_inode_cache UNIX UNIX-STREAM TCP TCPv6 UDP UDPv6 RAW RAWv6 "
			   "PING PACKET NETLINK UDP-Lite MPTCP VSOCK TIPC XDP CAN"},
	[HANDLE_MEMFD] = {"memfd", "memfd", "memfds", "ls -l /proc/PID/fd | grep memfd:", CLOSE,
			  "memfd_create shmem_file_setup __shmem_file_setup hugetlb_file_setup",
			  "filp shmem_inode_cache hugetlbfs_inode_cache"},
	[HANDLE_EVENTFD] = {"eventfd", "eventfd", "eventfds", "ls -l /proc/PID/fd | grep eventfd",
			    CLOSE, "eventfd eventfd2 do_eventfd", "filp eventfd_ctx"},
	[HANDLE_EPOLL] = {"epoll", "epoll", "epolls", "ls -l /proc/PID/fd | grep eventpoll", CLOSE,
			  "epoll_create epoll_create1 do_epoll_create epoll_ctl do_epoll_ctl "
			  "ep_insert ep_alloc",
			  "filp eventpoll_epi eventpoll_pwq ep_head"},
	[HANDLE_TIMERFD] = {"timerfd", "timerfd", "timerfds", "ls -l /proc/PID/fd | grep timerfd",
			    CLOSE, "timerfd_create", "filp"},
	[HANDLE_SIGNALFD] = {"signalfd", "signalfd", "signalfds",
			     "ls -l /proc/PID/fd | grep signalfd", CLOSE,
			     "signalfd signalfd4 do_signalfd4", "filp"},
	[HANDLE_INOTIFY] = {"inotify", "inotify", "inotify files",
			    "ls -l /proc/PID/fd | grep inotify", CLOSE,
			    "inotify_init inotify_init1 do_inotify_init inotify_add_watch "
			    "inotify_new_group",
			    "filp inotify_inode_mark",
			    "inotify_handle_inode_event inotify_handle_event"},
	[HANDLE_FANOTIFY] = {"fanotify", "fanotify", "fanotify files",
			     "ls -l /proc/PID/fd | grep fanotify", CLOSE,
			     "fanotify_init fanotify_mark", "filp fanotify_mark",
			     "fanotify_handle_event fanotify_alloc_event*"},
	[HANDLE_PIDFD] = {"pidfd", "pidfd", "pidfds", "ls -l /proc/PID/fd | grep pidfd", CLOSE,
			  "pidfd_open pidfd_create pidfd_prepare pidfs_alloc_file", "filp pid"},
	[HANDLE_MQUEUE_FILE] = {"mqueue_file", "open POSIX message queue",
				"open POSIX message queues", LS_FILES, CLOSE,
				"mq_open do_mq_open mqueue_get_inode mqueue_alloc_inode",
				"filp mqueue_inode_cache"},
	[HANDLE_USERFAULTFD] = {"userfaultfd", "userfaultfd", "userfaultfds",
				"ls -l /proc/PID/fd | grep userfaultfd", CLOSE,
				"userfaultfd new_userfaultfd", "filp userfaultfd_ctx_cache"},
	[HANDLE_IO_URING] = {"io_uring", "io_uring", "io_urings",
			     "ls -l /proc/PID/fd | grep io_uring", CLOSE,
			     "io_uring_setup io_uring_create io_ring_ctx_alloc io_uring_register",
			     "filp io_kiocb"},
	[HANDLE_PERF_EVENT] = {"perf_event", "perf event", "perf events",
			       "ls -l /proc/PID/fd | grep perf_event", CLOSE,
			       "perf_event_open perf_event_alloc", "filp perf_event"},
	[HANDLE_BPF_MAP] = {"bpf_map", "BPF map held open", "BPF maps held open",
			    "grep -H map_id /proc/PID/fdinfo/*", CLOSE, "map_create*", "filp"},
	[HANDLE_BPF_PROG] = {"bpf_prog", "BPF program held open", "BPF programs held open",
			     "grep -H prog_id /proc/PID/fdinfo/*", CLOSE, "bpf_prog_load", "filp"},
	[HANDLE_BPF_LINK] = {"bpf_link", "BPF link held open", "BPF links held open",
			     "grep -H link_id /proc/PID/fdinfo/*", CLOSE,
			     "link_create bpf_link_prime bpf_raw_tp_link_attach", "filp"},
	[HANDLE_DMABUF] = {"dmabuf", "dma-buf", "dma-bufs", "ls -l /proc/PID/fd | grep dmabuf",
			   CLOSE, "dma_buf_export dma_heap_ioctl", "filp"},
	[HANDLE_NAMESPACE_FILE] = {"namespace_file", "namespace kept by a file",
				   "namespaces kept by files",
				   "ls -l /proc/PID/fd | grep -E '(net|mnt|pid|ipc|user|uts|"
				   "cgroup|time):'",
				   CLOSE,
				   "unshare ksys_unshare unshare_nsproxy_namespaces "
				   "create_new_namespaces copy_net_ns setup_net ops_init "
				   "copy_mnt_ns copy_ipcs copy_utsname copy_pid_ns "
				   "create_user_ns copy_cgroup_ns copy_time_ns",
				   "net_namespace pid_namespace user_namespace uts_namespace "
				   "nsproxy time_namespace"},
	[HANDLE_OTHER_FILE] = {"other_file", "open file", "open files", LS_FILES, CLOSE, "",
			       "filp"},
	[HANDLE_UNSEEN] = {"unseen_file", "open file not looked at", "open files not looked at",
			   LS_FILES, CLOSE, "", "filp"},
	[HANDLE_THREAD] = {"thread", "thread", "threads", "ps -L -p PID",
			   "the program has to end them, or: kill PID",
			   "clone clone3 fork vfork kernel_clone copy_process dup_task_struct "
			   "alloc_thread_stack_node",
			   "task_struct thread_stack pid signal_cache sighand_cache"},
	[HANDLE_ZOMBIE] = {"zombie", "child that ended", "children that ended",
			   "ps --ppid PID -o pid,stat,comm",
			   "the program has to wait for them (wait()), or: kill PID",
			   "clone clone3 fork vfork kernel_clone copy_process dup_task_struct",
			   "task_struct pid signal_cache"},
	[HANDLE_LOCK] = {"file_lock", "file lock", "file locks", "grep PID /proc/locks",
			 "the program has to unlock what it locked, or to close it; or: kill PID",
			 "flock fcntl_setlk fcntl_setlk64 fcntl_setlease do_lock_file_wait "
			 "posix_lock_inode flock_lock_inode locks_alloc_lock",
			 "file_lock_cache file_lease_cache"},
	[HANDLE_MAPPING] = {"mapping", "mapping", "mappings", "cat /proc/PID/maps",
			    "the program has to unmap them, or: kill PID",
			    "mmap mmap_region __mmap_region mprotect mremap vm_area_alloc "
			    "vm_area_dup __split_vma dup_mmap",
			    "vm_area_struct vma_lock anon_vma anon_vma_chain"},
	[HANDLE_SHM] = {"sysv_shm", "SysV shared memory segment", "SysV shared memory segments",
			"ipcs -m -p", "ipcrm -m ID", "shmget newseg ipcget", "shmem_inode_cache"},
	[HANDLE_SEM] = {"sysv_sem", "SysV semaphore set", "SysV semaphore sets", "ipcs -s",
			"ipcrm -s ID", "semget newary sem_alloc ipcget", ""},
	[HANDLE_QUEUE] = {"sysv_queue", "SysV queue", "SysV queues", "ipcs -q", "ipcrm -q ID",
			  "msgget newque ipcget", ""},
	[HANDLE_MESSAGE] = {"sysv_message", "SysV message", "SysV messages", "ipcs -q",
			    "have them received, or: ipcrm -q ID",
			    "msgsnd do_msgsnd alloc_msg load_msg", "msg_msg*"},
	[HANDLE_MQUEUE] = {"mqueue", "POSIX message queue", "POSIX message queues",
			   "ls /dev/mqueue", "rm /dev/mqueue/NAME",
			   "mq_open do_mq_open mqueue_get_inode mqueue_alloc_inode",
			   "mqueue_inode_cache"},
	[HANDLE_NAMESPACE] = {"namespace", "namespace", "namespaces", "lsns", NS_RELEASE,
			      "unshare ksys_unshare unshare_nsproxy_namespaces "
			      "create_new_namespaces copy_net_ns setup_net ops_init copy_mnt_ns "
			      "copy_ipcs copy_utsname copy_pid_ns create_user_ns copy_cgroup_ns "
			      "copy_time_ns",
			      "net_namespace pid_namespace user_namespace uts_namespace nsproxy "
			      "time_namespace"},
	[HANDLE_NAMESPACE_MOUNT] = {"namespace_mount", "namespace kept by a mount",
				    "namespaces kept by mounts", "findmnt -t nsfs", "umount PATH",
				    "copy_net_ns setup_net ops_init create_new_namespaces",
				    "net_namespace"},
	[HANDLE_MOUNT] = {"mount", "mount", "mounts", "findmnt", "umount PATH",
			  "mount fsmount move_mount open_tree alloc_vfsmnt clone_mnt "
			  "vfs_create_mount path_mount copy_tree",
			  "mnt_cache"},
	[HANDLE_CGROUP] = {"cgroup", "cgroup", "cgroups", "systemd-cgls; cat /proc/cgroups",
			   "rmdir those that are empty",
			   "cgroup_mkdir cgroup1_mkdir cgroup_create mem_cgroup_css_alloc", ""},
	[HANDLE_OFFLINE] = {"offline_cgroup", "offline cgroup", "offline cgroups",
			    "cat /sys/fs/cgroup/cgroup.stat",
			    "delete the files in tmpfs, the files' caches or the objects that are "
			    "charged to them; echo 3 > /proc/sys/vm/drop_caches lets go of caches",
			    "cgroup_mkdir cgroup1_mkdir cgroup_create mem_cgroup_css_alloc "
			    "css_create",
			    "mem_cgroup*"},
	[HANDLE_TMPFS] = {"tmpfs_file", "file in a tmpfs", "files in a tmpfs", "df -i -t tmpfs",
			  "delete the files",
			  "shmem_get_inode shmem_alloc_inode shmem_mknod shmem_create",
			  "shmem_inode_cache"},
	[HANDLE_BPF_MAP_ALL] = {"bpf_maps", "BPF map", "BPF maps", "bpftool map",
				"close or unpin them", "map_create*", ""},
	[HANDLE_BPF_PROG_ALL] = {"bpf_progs", "BPF program", "BPF programs", "bpftool prog",
				 "detach, close or unpin them", "bpf_prog_load", ""},
	[HANDLE_BPF_LINK_ALL] = {"bpf_links", "BPF link", "BPF links", "bpftool link",
				 "detach, close or unpin them", "link_create bpf_link_prime", ""},
	[HANDLE_KEY] = {"key", "key", "keys", "cat /proc/keys",
			"keyctl purge TYPE; keyctl clear ID",
			"add_key request_key keyctl key_alloc", "key_jar"},
	[HANDLE_CONNTRACK] = {"conntrack", "tracked connection", "tracked connections",
			      "conntrack -L",
			      "conntrack -D ...; sysctl net.netfilter.nf_conntrack_max limits them",
			      "nf_conntrack_alloc __nf_conntrack_alloc init_conntrack* "
			      "nf_conntrack_in nf_ct_ext_add",
			      "nf_conntrack"},
	[HANDLE_SOCKET_STATE] = {"socket_state", "socket", "sockets", "ss -s",
				 "the programs have to close them; ss -tanp tells which",
				 "sk_alloc inet_twsk_alloc tcp_time_wait sk_clone_lock "
				 "inet_csk_clone_lock tcp_create_openreq_child",
				 "TCP TCPv6 UDP UDPv6 RAW RAWv6 tw_sock_TCP tw_sock_TCPv6 "
				 "request_sock_TCP"},
	[HANDLE_LOOP] = {"loop", "loop device", "loop devices", "losetup -a",
			 "losetup -d /dev/loopN", "loop_add loop_configure lo_ioctl", ""},
	[HANDLE_FILE_ALL] = {"files", "open file", "open files", "cat /proc/sys/fs/file-nr",
			     "the programs have to close them", "alloc_empty_file*", "filp"},
	[HANDLE_DENTRY] = {"dentry", "dentry in use", "dentries in use",
			   "cat /proc/sys/fs/dentry-state",
			   "close the files, leave the directories, or unmount what holds them",
			   "__d_alloc d_alloc d_alloc_parallel d_alloc_pseudo", "dentry"},
	[HANDLE_INODE] = {"inode", "inode", "inodes", "cat /proc/sys/fs/inode-state",
			  "close the files or unmount what holds them", "alloc_inode",
			  "inode_cache"},
};

/* Anonymous inodes (anon_inode_getfile() and its like), brackets left out. */
static const struct {
	const char *name;
	enum handle_kind kind;
} anonymous[] = {
	{"eventfd", HANDLE_EVENTFD},   {"eventpoll", HANDLE_EPOLL},
	{"timerfd", HANDLE_TIMERFD},   {"signalfd", HANDLE_SIGNALFD},
	{"inotify", HANDLE_INOTIFY},   {"fanotify", HANDLE_FANOTIFY},
	{"pidfd", HANDLE_PIDFD},       {"userfaultfd", HANDLE_USERFAULTFD},
	{"io_uring", HANDLE_IO_URING}, {"perf_event", HANDLE_PERF_EVENT},
	{"bpf-map", HANDLE_BPF_MAP},   {"bpf-prog", HANDLE_BPF_PROG},
	{"bpf_link", HANDLE_BPF_LINK}, {"bpf-link", HANDLE_BPF_LINK},
};

static const char *const namespaces[] = {"net", "mnt",	"pid",	  "ipc",
					 "uts", "user", "cgroup", "time"};

const char *handle_kind__name(enum handle_kind kind, bool several)
{
	return several ? kinds[kind].many : kinds[kind].one;
}

const char *handle_kind__id(enum handle_kind kind)
{
	return kinds[kind].id;
}

bool handle_kind__is_file(enum handle_kind kind)
{
	return kind > HANDLE_FILE && kind <= HANDLE_UNSEEN;
}

bool handle_kind__is_of_process(enum handle_kind kind)
{
	return kind <= HANDLE_MAPPING;
}

bool handle_kind__can_be_released(enum handle_kind kind)
{
	return kind < HANDLE_BPF_MAP_ALL || kind == HANDLE_KEY || kind == HANDLE_LOOP;
}

const char *handle_kind__show(enum handle_kind kind)
{
	return kinds[kind].show;
}

const char *handle_kind__release(enum handle_kind kind)
{
	return kinds[kind].release;
}

/* ---- what a file is ---- */

static bool starts(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

/* The detail: up to the end, a bracket or the number of one of many ("kvm-vcpu:3"). */
static void write_detail(char detail[HANDLE_DETAIL], const char *name)
{
	size_t length = strcspn(name, ":]");

	if (length >= HANDLE_DETAIL)
		length = HANDLE_DETAIL - 1;
	memcpy(detail, name, length);
	detail[length] = '\0';
}

enum handle_kind handle_kind__of_anonymous(const char *name, char detail[HANDLE_DETAIL])
{
	*detail = '\0';
	name += *name == '[';
	for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++) {
		size_t length = strlen(anonymous[i].name);

		if (starts(name, anonymous[i].name) && (!name[length] || name[length] == ']'))
			return anonymous[i].kind;
	}
	write_detail(detail, name);
	return HANDLE_OTHER_FILE;
}

static enum handle_kind of_path(const char *path)
{
	static const char deleted[] = " (deleted)";
	size_t length = strlen(path), tail = strlen(deleted);
	bool gone = length > tail && !strcmp(path + length - tail, deleted);

	if (starts(path, "/memfd:") && gone)
		return HANDLE_MEMFD;
	if (starts(path, "/dmabuf:"))
		return HANDLE_DMABUF;
	if (starts(path, "/dev/") && !starts(path, "/dev/shm/") && !starts(path, "/dev/mqueue/") &&
	    !starts(path, "/dev/hugepages/"))
		return HANDLE_DEVICE;
	return gone ? HANDLE_DELETED : HANDLE_REGULAR;
}

enum handle_kind handle_kind__of_link(const char *text, char detail[HANDLE_DETAIL])
{
	static const char anon[] = "anon_inode:";

	*detail = '\0';
	if (*text == '/')
		return of_path(text);
	if (starts(text, anon))
		return handle_kind__of_anonymous(text + strlen(anon), detail);
	if (starts(text, "socket:["))
		return HANDLE_SOCKET;
	if (starts(text, "pipe:["))
		return HANDLE_PIPE;
	if (starts(text, "pidfd:["))
		return HANDLE_PIDFD;
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		size_t length = strlen(namespaces[i]);

		if (starts(text, namespaces[i]) && starts(text + length, ":[")) {
			write_detail(detail, text);
			return HANDLE_NAMESPACE_FILE;
		}
	}
	write_detail(detail, text);
	return HANDLE_OTHER_FILE;
}

/* ---- what makes them ---- */

/* Is `name` one of the words in `list`? */
static bool is_listed(const char *list, const char *name, size_t length)
{
	while (*list) {
		size_t word = strcspn(list, " ");
		bool open = word && list[word - 1] == '*';

		if (open ? length >= word - 1 && !strncmp(list, name, word - 1)
			 : length == word && !strncmp(list, name, word))
			return true;
		list += word + (list[word] == ' ');
	}
	return false;
}

/* A system call's own name: what stands behind "__x64_sys_" and its like; or `function`. */
static const char *without_prefix(const char *function)
{
	const char *sys = strstr(function, "_sys_");

	return starts(function, "__") && sys ? sys + strlen("_sys_") : function;
}

bool handle_kind__is_made_by(enum handle_kind kind, const char *function)
{
	const char *name = without_prefix(function);

	/* "ops_init.part.0", "map_create.isra.0" */
	return is_listed(kinds[kind].makers, name, function_name__length(name));
}

bool handle_kind__is_in_cache(enum handle_kind kind, const char *cache)
{
	return is_listed(kinds[kind].caches, cache, strlen(cache));
}

bool handle_kind__is_queued_by(enum handle_kind kind, const char *function)
{
	return kinds[kind].queuers &&
	       is_listed(kinds[kind].queuers, function, function_name__length(function));
}
