// SPDX-License-Identifier: GPL-2.0-only
#include "child.h"
#include "say.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_RUNNABLE 126 /* as shells have it */
#define EXIT_NOT_FOUND	  127

__attribute__((noreturn)) static void be_child(int go, int failed, char **command,
					       int (*prepare)(void *arg), void *arg)
{
	char byte;
	int err;

	if (read(go, &byte, 1) != 1)
		_exit(127); /* the parent died or gave up */
	signals__restore();
	err = prepare(arg);
	if (!err) {
		execvp(command[0], command);
		err = -errno;
	}
	if (write(failed, &err, sizeof(err)) != sizeof(err))
		_exit(126);
	_exit(127);
}

int child__start(struct child *child, char **command, int (*prepare)(void *arg), void *arg)
{
	int go[2], failed[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -errno;
	}
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(failed[0]);
		be_child(go[0], failed[1], command, prepare, arg);
	}
	close(go[0]);
	close(failed[1]);
	if (pid < 0) {
		close(go[1]);
		close(failed[0]);
		return -EAGAIN;
	}
	*child = (struct child){.pid = pid, .go = go[1], .failed = failed[0]};
	return 0;
}

static void reap(struct child *child)
{
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int child__release(struct child *child)
{
	int err = 0;
	ssize_t got;

	if (write(child->go, "", 1) != 1)
		err = -EPIPE;
	close(child->go);
	do
		got = read(child->failed, &err, sizeof(err));
	while (got < 0 && errno == EINTR);
	close(child->failed);
	if (err)
		reap(child);
	return err;
}

int child__ended(const struct child *child, int *status)
{
	int word;
	pid_t pid = waitpid(child->pid, &word, WNOHANG);

	if (pid < 0)
		return -errno;
	if (pid == 0)
		return 0;
	*status = WIFSIGNALED(word) ? 128 + WTERMSIG(word) : WEXITSTATUS(word);
	return 1;
}

void child__abandon(struct child *child)
{
	close(child->go);
	close(child->failed);
	reap(child);
}

int child__wait(const struct child *child, int signals, int *status)
{
	for (;;) {
		int ended = child__ended(child, status), signal;

		if (ended)
			return ended < 0 ? ended : 0;
		signal = signals__wait(signals, -1, INFINITY);
		if (signal < 0)
			return signal;
		/* A terminal sends SIGINT to the command as well. */
		if (signal == SIGTERM || signal == SIGHUP)
			kill(child->pid, signal);
	}
}

int child__not_runnable(const char *command, int err, int *status)
{
	say("cannot run %s: %s", command, strerror(-err));
	*status = err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
	return 0;
}
