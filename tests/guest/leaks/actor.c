// SPDX-License-Identifier: GPL-2.0-only
/*
 * actor WHAT PER_MINUTE [most=N] [burst=N] [file=PATH] [log=PREFIX]
 *
 * Does one thing at a rate until SIGTERM, or until it did it N times: keeps what a program keeps,
 * makes a module leak, or makes and frees.  burst=N does it N times each time.  The table at the
 * end lists what it can do; a source above a function says where such a program was met.
 *
 * It writes the time of the first one to PREFIX.first, seconds as /proc/uptime counts them, and at
 * its end the number and the seconds to PREFIX.made: how well the rate was held.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096

static const char *path = "/proc/leak"; /* file= */
static const char *log_prefix;		/* log= */
static unsigned long done;		/* times so far */

/* ---- the time ---- */

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void note(const char *what, double number, double seconds)
{
	char name[96];
	FILE *out;

	if (!log_prefix)
		return;
	snprintf(name, sizeof(name), "%s.%s", log_prefix, what);
	out = fopen(name, "w");
	if (!out)
		return;
	fprintf(out, "%.0f %.2f\n", number, seconds);
	fclose(out);
}

/* Until that moment; false when a signal asks to end. */
static bool wait_until(double when_s, const sigset_t *end)
{
	double rest_s = when_s - now_s();
	struct timespec rest = {0};

	if (rest_s > 0) {
		rest.tv_sec = (time_t)rest_s;
		rest.tv_nsec = (long)((rest_s - (double)rest.tv_sec) * 1e9);
	}
	return sigtimedwait(end, NULL, &rest) < 0;
}

/* ---- what a program keeps: it stays open until the program ends ---- */

/* moby #41136: a proxy inherits the files of the namespaces of containers that have stopped. */
static int keep_namespace(void)
{
	return unshare(CLONE_NEWNET) ? -1 : open("/proc/self/ns/net", O_RDONLY);
}

/* ModSecurity #137: each reload opens the files once more, and closes none. */
static int keep_file(void)
{
	return open("/proc/sys/kernel/hostname", O_RDONLY);
}

/* vector #22273, StarRocks #62232: logs that were rotated away and are still open. */
static int keep_deleted(void)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "/tmp/log-%lu", done);
	fd = open(name, O_CREAT | O_RDWR, 0600);
	return fd < 0 || unlink(name) ? -1 : fd;
}

/* ModSecurity #924, NethServer #6281: System V objects of programs that never remove them. */
static int keep_queue(void)
{
	return msgget(IPC_PRIVATE, 0600);
}

/* k3s #1042, udisks #324. */
static int keep_eventfd(void)
{
	return eventfd(0, 0);
}

/* pistache #1158, tunneldigger #59. */
static int keep_timerfd(void)
{
	const struct itimerspec in_an_hour = {.it_value.tv_sec = 3600};
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);

	return fd < 0 || timerfd_settime(fd, 0, &in_an_hour, NULL) ? -1 : fd;
}

/* kubernetes #10421, watchman #27: instances of inotify that nobody closes. */
static int keep_inotify(void)
{
	int fd = inotify_init();

	return fd < 0 || inotify_add_watch(fd, "/tmp", IN_CREATE) < 0 ? -1 : fd;
}

/* cilium #47730: each reload leaves its programs and maps. */
static int keep_map(void)
{
	union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY,
			       .key_size = 4,
			       .value_size = 4 * PAGE,
			       .max_entries = 1};

	return (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));
}

/* rocksdb #12983: the memory of the ring is freed, its file is not closed. */
static int keep_ring(void)
{
	/* struct io_uring_params is 120 bytes; zeroes are fine */
	char params[256] = {0};

	return (int)syscall(SYS_io_uring_setup, 8, params);
}

/* polkit #563, swift-subprocess #303: the file pins the struct pid of a process that is gone. */
static int keep_pidfd(void)
{
	pid_t pid = fork();
	int fd;

	if (!pid)
		_exit(0);
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	waitpid(pid, NULL, 0);
	return fd;
}

static void *sleep_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* A pool of threads without a limit: each waits for work that does not come.  (No single report.)
 */
static int keep_thread(void)
{
	pthread_attr_t small;
	pthread_t thread;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 16 * PAGE);
	return pthread_create(&thread, &small, sleep_for_ever, NULL) ? -1 : 0;
}

/* containerd #12139, CubeSandbox #1635: mounts in the namespace of a daemon that never unmounts
 * them. */
static int keep_mount(void)
{
	char name[64];

	if (!done && unshare(CLONE_NEWNS))
		return -1;
	snprintf(name, sizeof(name), "/tmp/mount-%lu", done);
	if (mkdir(name, 0700))
		return -1;
	return mount("none", name, "tmpfs", 0, NULL);
}

/* nasa/osal #122, agnocast #1051: mq_unlink() was forgotten. */
static int keep_mq(void)
{
	struct mq_attr attr = {.mq_maxmsg = 2, .mq_msgsize = 64};
	char name[64];
	mqd_t queue;

	snprintf(name, sizeof(name), "/jobs-%lu", done);
	queue = mq_open(name, O_CREAT | O_RDWR, 0600, &attr);
	return queue == (mqd_t)-1 ? -1 : 0;
}

/* crun #1148, podman #13363: keys that stay, until "disk quota exceeded". */
static int keep_key(void)
{
	char name[64];

	snprintf(name, sizeof(name), "session-%lu", done);
	return syscall(SYS_add_key, "user", name, name, strlen(name), KEY_SPEC_PROCESS_KEYRING) < 0
		       ? -1
		       : 0;
}

/* CVE-2022-0480: locks of a file were charged to nobody. */
static int keep_lock(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_start = (off_t)done * 2, .l_len = 1};
	static int fd = -1;

	if (fd < 0)
		fd = open("/tmp/locked", O_CREAT | O_RDWR, 0600);
	return fcntl(fd, F_SETLK, &lock);
}

/* Thunder #1933, tengine #488: the peer has closed, the program does not: CLOSE_WAIT. */
static int keep_connection(void)
{
	static struct sockaddr_in address = {.sin_family = AF_INET};
	static socklen_t length = sizeof(address);
	static int listener = -1;
	int client, server;

	if (listener < 0) {
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		listener = socket(AF_INET, SOCK_STREAM, 0);
		if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 64) ||
		    getsockname(listener, (struct sockaddr *)&address, &length))
			return -1;
	}
	client = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(client, (struct sockaddr *)&address, length))
		return -1;
	server = accept(listener, NULL, NULL);
	close(client);
	return server;
}

/* ---- what nothing keeps but the kernel ---- */

static int write_to(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));

	if (fd >= 0)
		close(fd);
	return n < 0 ? -1 : 0;
}

/* In a child that ends: true when it did it. */
static int in_child(int (*function)(void))
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(function() ? 1 : 0);
	return pid < 0 || waitpid(pid, &status, 0) != pid || status ? -1 : 0;
}

static char group[64];

static int write_in_group(void)
{
	char procs[96], bytes[PAGE] = {0};
	int fd;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	if (write_to(procs, "0"))
		return -1;
	snprintf(procs, sizeof(procs), "/dev/shm/result-%lu", done);
	fd = open(procs, O_CREAT | O_WRONLY, 0600);
	return fd < 0 || write(fd, bytes, sizeof(bytes)) < 0 ? -1 : 0;
}

/*
 * A job leaves its result in a tmpfs, and its cgroup is removed: the pages keep that in memory.
 * blogs.oracle.com/linux/?p=2100 ("zombies left due to pinning from pagecache pages"), moby #29638.
 */
static int leave_group(void)
{
	snprintf(group, sizeof(group), "/sys/fs/cgroup/job-%lu", done);
	if (mkdir(group, 0700) || in_child(write_in_group))
		return -1;
	return rmdir(group);
}

/* ---- what makes a module leak ---- */

static int poke(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(path, O_WRONLY);
	return write(fd, "\n", 1) == 1 ? 0 : -1;
}

/* From a process of its own, which ends. */
static int poke_in_child(void)
{
	return write_to(path, "\n");
}

static int poke_by_child(void)
{
	return in_child(poke_in_child);
}

/* Opens a file for each byte that comes, and keeps it; ends when nobody writes any more. */
static void keep_files_for(int requests)
{
	char byte;

	while (read(requests, &byte, 1) == 1)
		if (keep_file() < 0)
			_exit(1);
	_exit(0);
}

/* While another program keeps a file for each of them: as many, as fast, and no cause. */
static int poke_beside_keeper(void)
{
	static int pipes[2] = {-1, -1};

	if (pipes[0] < 0) {
		if (pipe(pipes))
			return -1;
		if (!fork()) {
			close(pipes[1]);
			keep_files_for(pipes[0]);
		}
	}
	return poke() || write(pipes[1], "\n", 1) != 1 ? -1 : 0;
}

static int send_to(in_port_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	ssize_t n = sendto(fd, "packet", 6, 0, (struct sockaddr *)&address, sizeof(address));

	close(fd);
	return n < 0 ? -1 : 0;
}

/* To the port that the modules of the receive path listen for. */
static int send_packet(void)
{
	return send_to(4040);
}

/* ---- what is made and freed ---- */

static int touch_memory(void)
{
	for (int i = 1; i <= 10; i++)
		mmap(NULL, (size_t)PAGE * (size_t)i, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	return 0;
}

/* A process, a file, a pair of sockets, a packet. */
static int churn(void)
{
	char bytes[5000] = {0}, name[] = "/tmp/churn-XXXXXX";
	int fd, pair[2];

	in_child(touch_memory);
	fd = mkstemp(name);
	if (fd >= 0) {
		unlink(name);
		if (write(fd, bytes, sizeof(bytes)) < 0)
			return -1;
		close(fd);
	}
	if (!socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) {
		if (write(pair[0], bytes, 2000) > 0 && read(pair[1], bytes, sizeof(bytes)) < 0)
			return -1;
		close(pair[0]);
		close(pair[1]);
	}
	return send_to(9);
}

static int do_nothing(void)
{
	return 0;
}

static int fork_only(void)
{
	return in_child(do_nothing);
}

/* A connection from start to end: it waits in TIME_WAIT for a minute. */
static int connect_and_close(void)
{
	int fd = keep_connection();

	/* of the other side, which has closed first */
	return fd < 0 ? -1 : close(fd);
}

/* A cgroup with a process, gone. */
static int move_in(void)
{
	char procs[96];

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", group);
	return write_to(procs, "0");
}

static int cycle_group(void)
{
	snprintf(group, sizeof(group), "/sys/fs/cgroup/short-%lu", done);
	if (mkdir(group, 0700) || in_child(move_in))
		return -1;
	return rmdir(group);
}

/* Accounted objects in a new cgroup, gone: their slabs get vectors of owners (obj_exts), which
 * stay. */
static int use_queues(void)
{
	int queues[100];

	if (move_in())
		return -1;
	for (int i = 0; i < 100; i++)
		queues[i] = msgget(IPC_PRIVATE, 0600);
	for (int i = 0; i < 100; i++)
		msgctl(queues[i], IPC_RMID, NULL);
	return 0;
}

static int cycle_accounted(void)
{
	snprintf(group, sizeof(group), "/sys/fs/cgroup/accounted-%lu", done);
	if (mkdir(group, 0700) || in_child(use_queues))
		return -1;
	return rmdir(group);
}

static int enter_namespace(void)
{
	return unshare(CLONE_NEWNET);
}

static int cycle_namespace(void)
{
	return in_child(enter_namespace);
}

/* A log that grows, and is rotated at 4 MiB. */
static int write_log(void)
{
	static char line[PAGE];
	int fd = open("/tmp/log", O_CREAT | O_WRONLY | O_APPEND, 0600);
	ssize_t n = write(fd, line, sizeof(line));

	close(fd);
	if (done % 1024 == 1023)
		rename("/tmp/log", "/tmp/log.1");
	return n < 0 ? -1 : 0;
}

/* One file of a big tree: its dentry and inode come, and can go. */
static int look_at_file(void)
{
	struct stat about;
	char name[96];

	snprintf(name, sizeof(name), "/proc/%lu/status", 1 + done % 300);
	stat(name, &about);
	snprintf(name, sizeof(name), "/sys/kernel/none-%lu", done);
	stat(name, &about);
	return 0;
}

/* A compiler: source read, memory taken, an object file written over the one before. */
static int compile(void)
{
	static char bytes[16 * PAGE];
	char name[64];
	int fd;

	in_child(touch_memory);
	snprintf(name, sizeof(name), "/tmp/object-%lu.o", done % 50);
	fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0 || write(fd, bytes, sizeof(bytes)) < 0)
		return -1;
	return close(fd);
}

/* A data base: files, shared memory, threads and connections to begin with, then work on them. */
static int start_database(void)
{
	if (done < 60) {
		void *shared = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

		if (shared == MAP_FAILED || keep_thread())
			return -1;
		return keep_deleted() < 0 || keep_connection() < 0 ? -1 : 0;
	}
	return churn();
}

/* ---- what it can do ---- */

static const struct {
	const char *name;
	int (*once)(void); /* -1: it failed, see errno */
} deeds[] = {
	{"netns", keep_namespace},
	{"file", keep_file},
	{"deleted", keep_deleted},
	{"queue", keep_queue},
	{"eventfd", keep_eventfd},
	{"timerfd", keep_timerfd},
	{"inotify", keep_inotify},
	{"map", keep_map},
	{"ring", keep_ring},
	{"pidfd", keep_pidfd},
	{"thread", keep_thread},
	{"mount", keep_mount},
	{"mq", keep_mq},
	{"key", keep_key},
	{"lock", keep_lock},
	{"connection", keep_connection},
	{"group", leave_group},
	{"poke", poke},
	{"poke-child", poke_by_child},
	{"poke-beside", poke_beside_keeper},
	{"packet", send_packet},
	{"churn", churn},
	{"fork", fork_only},
	{"connect", connect_and_close},
	{"cgroups", cycle_group},
	{"accounted", cycle_accounted},
	{"namespaces", cycle_namespace},
	{"log", write_log},
	{"find", look_at_file},
	{"build", compile},
	{"database", start_database},
};

struct pace {
	double per_minute;
	unsigned long most, burst;
};

/* False when a signal asks to end. */
static bool act(int (*once)(void), const struct pace *pace, const sigset_t *end)
{
	double start_s = now_s();
	bool on = true;

	for (unsigned long turn = 0; on && done < pace->most; turn++) {
		for (unsigned long i = 0; i < pace->burst; i++, done++) {
			if (once() < 0) {
				perror("actor");
				exit(1);
			}
		}
		if (!turn)
			note("first", (double)done, start_s);
		on = wait_until(start_s + (double)(turn + 1) * 60 / pace->per_minute, end);
	}
	note("made", (double)done, now_s() - start_s);
	return on;
}

static void allow_many_files(void)
{
	struct rlimit many = {1 << 18, 1 << 18};

	setrlimit(RLIMIT_NOFILE, &many);
	many.rlim_cur = many.rlim_max = RLIM_INFINITY;
	setrlimit(RLIMIT_MSGQUEUE, &many);
	setrlimit(RLIMIT_MEMLOCK, &many);
}

int main(int argc, char **argv)
{
	struct pace pace = {.most = (unsigned long)-1, .burst = 1};
	sigset_t end;

	if (argc < 3)
		return 2;
	pace.per_minute = strtod(argv[2], NULL);
	for (int i = 3; i < argc; i++) {
		if (!strncmp(argv[i], "most=", 5))
			pace.most = strtoul(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "burst=", 6))
			pace.burst = strtoul(argv[i] + 6, NULL, 10);
		else if (!strncmp(argv[i], "file=", 5))
			path = argv[i] + 5;
		else if (!strncmp(argv[i], "log=", 4))
			log_prefix = argv[i] + 4;
		else
			return 2;
	}
	allow_many_files();
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (strcmp(argv[1], deeds[i].name))
			continue;
		/* what it keeps stays until it is told to go */
		if (act(deeds[i].once, &pace, &end))
			while (sigwaitinfo(&end, NULL) < 0)
				;
		return 0;
	}
	return 2;
}
