// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the kernel allocate what outlives the system call, on command.
 *
 * Lines on stdin, each answered by "ok" or "failed: why" on stdout:
 *   queue N    message queues        (newque)
 *   message N  messages of 1000 bytes, in queues of their own (alloc_msg)
 *   semaphore N  sets of one semaphore (newary)
 *   eventfd N  eventfds              (do_eventfd)
 *   socket N   unconnected UNIX sockets
 *   map N      BPF arrays of 1 MiB   (vmalloc)
 *   free       all of the above
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST		  20000
#define MESSAGES_IN_QUEUE 10

static int queues[MOST], semaphores[MOST], fds[MOST];
static size_t nr_queues, nr_semaphores, nr_fds;

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
	while (nr_fds)
		close(fds[--nr_fds]);
}

static const struct {
	const char *name;
	int (*make)(void);
} kinds[] = {
	{"queue", make_queue},	   {"message", make_message}, {"semaphore", make_semaphore},
	{"eventfd", make_eventfd}, {"socket", make_socket},   {"map", make_map},
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
	if (strcmp(word, "free")) {
		errno = EINVAL;
		return -1;
	}
	free_all();
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
