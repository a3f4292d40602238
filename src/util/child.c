// SPDX-License-Identifier: GPL-2.0-only
#include "util/child.h"
#include "util/clock.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_NOT_RUNNABLE 126 /* as shells have it */
#define EXIT_NOT_FOUND	  127

/* timeout(1), among others, sends the same signal twice at once: that is not impatience. */
#define PATIENCE_S 1.0
#define KILLED_S   1.0 /* that it takes to die */

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

static int is_program(const char *path)
{
	struct stat is;

	if (stat(path, &is))
		return -errno;
	return S_ISREG(is.st_mode) && !faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) ? 0 : -EACCES;
}

int child__look_for(const char *command)
{
	const char *dirs = getenv("PATH");
	int err = -ENOENT;

	if (strchr(command, '/'))
		return is_program(command);
	if (!*command)
		return -ENOENT;
	if (!dirs)
		return 0; /* the C library knows where it looks then */
	for (const char *dir = dirs; err; dir += strcspn(dir, ":") + 1) {
		size_t len = strcspn(dir, ":");
		char path[PATH_MAX];
		int its = -ENOENT;

		/* an empty one is the working directory */
		if (snprintf(path, sizeof(path), "%.*s%s%s", (int)len, dir, len ? "/" : "",
			     command) < (int)sizeof(path))
			its = is_program(path);
		if (!its || its == -EACCES)
			err = its;
		if (!its || !dir[len])
			break;
	}
	return err;
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
	signals__block(true);
	pid = fork();
	if (pid == 0) {
		close(go[1]);
		close(failed[0]);
		be_child(go[0], failed[1], command, prepare, arg);
	}
	signals__block(false);
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

/*
 * Has it ended?  1 and *status as a shell has it (128 + signal when killed); 0:
 * it runs; -errno.
 */
static int has_ended(const struct child *child, int *status)
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

static bool asks_to_end(int signal)
{
	return signal == SIGINT || signal == SIGTERM || signal == SIGHUP;
}

/* Once more: it is killed, whatever it makes of signals. */
static void kill_it(struct child *child)
{
	kill(child->pid, SIGKILL);
	child->killed = true;
}

static void pass_on(const struct child *child, int signal)
{
	kill(child->pid, signal);
	kill(child->pid, SIGCONT); /* one that is stopped would not notice */
}

int child__wait(struct child *child, int signals, int *status, double (*chore)(void *arg),
		void *arg)
{
	double first_s = INFINITY, end_s = INFINITY;

	signals__keep_all();
	for (;;) {
		int ended = has_ended(child, status), signal;
		bool by_terminal = false;
		double now_s = clock__now_s();

		if (ended)
			return ended < 0 ? ended : 0;
		if (now_s >= end_s) {
			say("process %d does not end, although it was killed", (int)child->pid);
			*status = 128 + SIGKILL;
			return 0;
		}
		signal = signals__wait_sender(signals, fmin(end_s, chore ? chore(arg) : INFINITY),
					      &by_terminal);
		if (signal < 0)
			return signal;
		if (!asks_to_end(signal) || child->killed)
			continue;
		now_s = clock__now_s();
		if (now_s - first_s >= PATIENCE_S) {
			kill_it(child);
			end_s = now_s + KILLED_S;
		} else if (!by_terminal) { /* which sends it to the command as well */
			pass_on(child, signal);
		}
		first_s = fmin(first_s, now_s);
	}
}

int child__not_runnable(const char *command, int err, int *status)
{
	say("cannot run %s: %s", command, strerror(-err));
	*status = err == -ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUNNABLE;
	return 0;
}
