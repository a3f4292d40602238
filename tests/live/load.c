// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the kernel allocate what outlives the system call, on command.
 *
 * Lines on stdin, each answered by "ok" or "failed: why" on stdout:
 *   queue N    message queues        (newque)
 *   message N  messages of 1000 bytes, in queues of their own (alloc_msg)
 *   semaphore N  sets of one semaphore (newary)
 *   eventfd N  eventfds              (do_eventfd)
 *   thread N   eventfds, each made by a thread of its own
 *   socket N   unconnected UNIX sockets
 *   epoll N    epolls, each waiting for an eventfd of its own
 *   timer N    armed timers: POSIX ones and files
 *   map N      BPF arrays of 1 MiB   (vmalloc)
 *   listen 1   a TCP socket on 127.0.0.1 that takes connections
 *   connect N  connections to it, which a packet makes in an interrupt
 *   accept N   of these, by who listens
 *   watch N    inotifies of what is made in /tmp, which nobody reads
 *   user UID   is another user from here on: what belongs to users is told apart
 *   hide       holds the files by messages in flight: none is open any more
 *   free       all of the above
 *   churn SECS processes, mappings, sockets, pipes, epolls, files: made and gone
 */
#include <errno.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST		  20000
#define MESSAGES_IN_QUEUE 10
#define FDS_IN_FLIGHT	  200 /* SCM_MAX_FD is 253 */

static int queues[MOST], semaphores[MOST], fds[MOST];
static timer_t timers[MOST];
static size_t nr_queues, nr_semaphores, nr_fds, nr_timers;
/* A stream of messages nobody reads, which hold files. */
static int holder[2] = {-1, -1};

static int make_queue(void)
{
	int id = msgget(IPC_PRIVATE, 0600);

	if (id < 0 || nr_queues == MOST)
		return -1;
	queues[nr_queues++] = id;
	return 0;
}

static int make_message(void)
{
	static size_t sent;
	static struct {
		long type;
		char text[1000];
	} message = {.type = 1};

	if (sent++ % MESSAGES_IN_QUEUE == 0 && make_queue())
		return -1;
	return msgsnd(queues[nr_queues - 1], &message, sizeof(message.text), IPC_NOWAIT);
}

static int make_semaphore(void)
{
	int id = semget(IPC_PRIVATE, 1, 0600);

	if (id < 0 || nr_semaphores == MOST)
		return -1;
	semaphores[nr_semaphores++] = id;
	return 0;
}

static int keep(int fd)
{
	if (fd < 0 || nr_fds == MOST)
		return -1;
	fds[nr_fds++] = fd;
	return 0;
}

static int make_eventfd(void)
{
	return keep(eventfd(0, 0));
}

static int make_socket(void)
{
	return keep(socket(AF_UNIX, SOCK_DGRAM, 0));
}

static int make_epoll(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int epoll = epoll_create1(0);

	if (keep(epoll) || make_eventfd())
		return -1;
	return epoll_ctl(epoll, EPOLL_CTL_ADD, fds[nr_fds - 1], &event);
}

static int make_timer(void)
{
	const struct itimerspec in_an_hour = {.it_value.tv_sec = 3600};
	/* the kernel does not arm those of SIGEV_NONE */
	struct sigevent signal = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	int file = timerfd_create(CLOCK_MONOTONIC, 0);

	if (keep(file) || timerfd_settime(file, 0, &in_an_hour, NULL) || nr_timers == MOST ||
	    timer_create(CLOCK_MONOTONIC, &signal, &timers[nr_timers]))
		return -1;
	return timer_settime(timers[nr_timers++], 0, &in_an_hour, NULL);
}

static void *make_eventfd_for(void *made)
{
	*(int *)made = make_eventfd();
	return NULL;
}

/* In a thread, which gets the kernel stack of a process that has just ended, mostly. */
static int make_in_thread(void)
{
	pthread_t thread;
	pid_t child = fork();
	int made = -1, err;

	if (!child) {
		close(eventfd(0, 0));
		_exit(0);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		return -1;
	err = pthread_create(&thread, NULL, make_eventfd_for, &made);
	if (!err)
		err = pthread_join(thread, NULL);
	if (err)
		errno = err;
	return err ? -1 : made;
}

static int make_map(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 1 << 20;
	attr.max_entries = 1;
	return keep((int)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

static void free_all(void)
{
	while (nr_queues)
		msgctl(queues[--nr_queues], IPC_RMID, NULL);
	while (nr_semaphores)
		semctl(semaphores[--nr_semaphores], 0, IPC_RMID);
	while (nr_timers)
		timer_delete(timers[--nr_timers]);
	while (nr_fds)
		close(fds[--nr_fds]);
	for (int i = 0; i < 2 && holder[i] >= 0; i++) {
		close(holder[i]);
		holder[i] = -1;
	}
}

static int send_fds(int through, const int *some, size_t nr)
{
	char byte = 0, control[CMSG_SPACE(FDS_IN_FLIGHT * sizeof(int))];
	struct iovec data = {.iov_base = &byte, .iov_len = 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = CMSG_SPACE(nr * sizeof(int))};
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(nr * sizeof(int));
	memcpy(CMSG_DATA(head), some, nr * sizeof(int));
	return sendmsg(through, &message, 0) == 1 ? 0 : -1;
}

/* Who looks into /proc/PID/fd makes an inode and a dentry for each file that is open. */
static int hide_fds(void)
{
	if (holder[0] < 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, holder))
		return -1;
	while (nr_fds) {
		size_t nr = nr_fds < FDS_IN_FLIGHT ? nr_fds : FDS_IN_FLIGHT;

		if (send_fds(holder[0], &fds[nr_fds - nr], nr))
			return -1;
		while (nr--)
			close(fds[--nr_fds]);
	}
	return 0;
}

static void churn_process(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (int i = 1; i <= 20; i++)
			mmap(NULL, 4096UL * i, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | (i & 1 ? MAP_POPULATE : 0), -1, 0);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void churn_files(void)
{
	char bytes[5000] = {0}, path[] = "/tmp/kleak-load-XXXXXX";
	int fd = mkstemp(path);

	if (fd < 0)
		return;
	unlink(path);
	if (write(fd, bytes, sizeof(bytes)) < 0)
		perror("load: write");
	close(fd);
}

static void churn_sockets(void)
{
	struct sockaddr_in nobody = {.sin_family = AF_INET,
				     .sin_port = htons(9),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	char bytes[2000] = {0};
	int pair[2], fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd >= 0) {
		sendto(fd, bytes, 500, 0, (struct sockaddr *)&nobody, sizeof(nobody));
		close(fd);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return;
	if (write(pair[0], bytes, sizeof(bytes)) > 0 && read(pair[1], bytes, sizeof(bytes)) < 0)
		perror("load: read");
	close(pair[0]);
	close(pair[1]);
}

static void churn_pipes(void)
{
	struct epoll_event event = {.events = EPOLLIN};
	int ends[2], poll = epoll_create1(0);

	if (pipe(ends) == 0) {
		epoll_ctl(poll, EPOLL_CTL_ADD, ends[0], &event);
		if (write(ends[1], "x", 1) < 0)
			perror("load: write");
		close(ends[0]);
		close(ends[1]);
	}
	close(poll);
}

static int make_watch(void)
{
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd < 0 || nr_fds == MOST || inotify_add_watch(fd, "/tmp", IN_CREATE) < 0)
		return -1;
	fds[nr_fds++] = fd;
	return 0;
}

static const struct sockaddr_in here = {
	.sin_family = AF_INET,
	.sin_port = __builtin_bswap16(47110),
	.sin_addr.s_addr = __builtin_bswap32(INADDR_LOOPBACK),
};
static int listener = -1;

static int make_listener(void)
{
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (keep(listener) || bind(listener, (const struct sockaddr *)&here, sizeof(here)))
		return -1;
	return listen(listener, MOST);
}

static int make_connection(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return keep(fd) ? -1 : connect(fd, (const struct sockaddr *)&here, sizeof(here));
}

static int accept_connection(void)
{
	return keep(accept(listener, NULL, NULL));
}

static void churn(unsigned long seconds)
{
	time_t end = time(NULL) + (time_t)seconds;

	while (time(NULL) < end) {
		churn_process();
		churn_files();
		churn_sockets();
		churn_pipes();
	}
}

static const struct {
	const char *name;
	int (*make)(void);
} kinds[] = {
	{"queue", make_queue},	       {"message", make_message}, {"semaphore", make_semaphore},
	{"eventfd", make_eventfd},     {"socket", make_socket},	  {"map", make_map},
	{"epoll", make_epoll},	       {"timer", make_timer},	  {"thread", make_in_thread},
	{"watch", make_watch},	       {"listen", make_listener}, {"connect", make_connection},
	{"accept", accept_connection},
};

static int obey(const char *word, unsigned long n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(word, kinds[i].name))
			continue;
		while (n--)
			if (kinds[i].make())
				return -1;
		return 0;
	}
	if (!strcmp(word, "hide"))
		return hide_fds();
	if (!strcmp(word, "user"))
		return seteuid((uid_t)n);
	if (!strcmp(word, "churn"))
		churn(n);
	else if (!strcmp(word, "free"))
		free_all();
	else {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

int main(void)
{
	struct rlimit limit = {MOST + 100, MOST + 100};
	char line[64], word[32];

	setrlimit(RLIMIT_NOFILE, &limit);
	/* Have the table of file descriptors and stdio's buffers as large as they get. */
	dup2(0, MOST + 50);
	atexit(free_all);
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ok");
	while (fgets(line, sizeof(line), stdin)) {
		unsigned long n = 1;

		if (sscanf(line, "%31s %lu", word, &n) < 1 || obey(word, n))
			printf("failed: %s\n", strerror(errno));
		else
			puts("ok");
	}
	return 0;
}
