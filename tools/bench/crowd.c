// SPDX-License-Identifier: GPL-2.0-only
/*
 * crowd OBJECTS: so many objects of 64 bytes, messages that nobody reads (ipc/msgutil.c,
 * alloc_msg()); "ok" when all are there; they go when stdin ends.  Needs root.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#define IN_A_QUEUE  16000 /* /proc/sys/kernel/msgmnb: bytes, and messages */
#define MOST_QUEUES 32000 /* /proc/sys/kernel/msgmni */

static int queues[MOST_QUEUES];
static int nr;

static int fill_queue(long messages)
{
	struct {
		long type;
		char text[1];
	} message = {.type = 1};
	int queue = msgget(IPC_PRIVATE, 0600);

	if (queue < 0)
		return -1;
	queues[nr++] = queue;
	while (messages--)
		if (msgsnd(queue, &message, sizeof(message.text), IPC_NOWAIT))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	long left = argc > 1 ? atol(argv[1]) : 0;
	int err = 0;

	for (; left > 0 && nr < MOST_QUEUES && !err; left -= IN_A_QUEUE)
		err = fill_queue(left < IN_A_QUEUE ? left : IN_A_QUEUE);
	if (err || left > 0)
		perror("crowd: a message more");
	else
		puts("ok");
	fflush(stdout);
	while (!err && getchar() != EOF)
		;
	while (nr)
		msgctl(queues[--nr], IPC_RMID, NULL);
	return err || left > 0;
}
