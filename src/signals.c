// SPDX-License-Identifier: GPL-2.0-only
#include "signals.h"
#include "clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_S 1e6 /* of one poll */

static void wanted(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGCHLD);
	sigaddset(set, SIGUSR1);
	sigaddset(set, SIGUSR2);
	sigaddset(set, SIGWINCH);
}

int signals__open(void)
{
	sigset_t set;
	int fd;

	wanted(&set);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int read_signal(int signals, bool *by_kernel)
{
	struct signalfd_siginfo signal;

	if (read(signals, &signal, sizeof(signal)) != sizeof(signal))
		return 0;
	*by_kernel = signal.ssi_code == SI_KERNEL;
	return (int)signal.ssi_signo;
}

static int wait_for(int signals, int out, int keys, double deadline_s, bool *by_kernel)
{
	struct pollfd fds[] = {
		{.fd = signals, .events = POLLIN},
		{.fd = out}, /* errors only: POLLERR when a pipe has lost its reader */
		{.fd = keys, .events = POLLIN},
	};

	for (;;) {
		double left = deadline_s - clock__now_s();
		struct timespec timeout = {};
		int ready;

		if (left > LONGEST_S)
			left = LONGEST_S;
		if (left > 0) {
			timeout.tv_sec = (time_t)left;
			timeout.tv_nsec = (long)((left - (double)timeout.tv_sec) * 1e9);
		}
		ready = ppoll(fds, 3, &timeout, NULL);
		if (ready < 0 && errno != EINTR)
			return -errno;
		if (ready > 0 && fds[0].revents) {
			int signal = read_signal(signals, by_kernel);

			if (signal)
				return signal;
		}
		if (ready > 0 && fds[2].revents)
			return fds[2].revents & ~POLLIN ? SIGHUP : SIGNALS_KEY;
		if (ready > 0 && fds[1].revents & POLLERR)
			return -EPIPE;
		if (ready > 0 && fds[1].revents)
			fds[1].fd = -1; /* a terminal that hung up sends SIGHUP as well */
		if (ready == 0 && clock__now_s() >= deadline_s)
			return 0;
	}
}

int signals__wait(int signals, int out, double deadline_s)
{
	return signals__wait_keys(signals, out, -1, deadline_s);
}

int signals__wait_keys(int signals, int out, int keys, double deadline_s)
{
	bool by_kernel;

	return wait_for(signals, out, keys, deadline_s, &by_kernel);
}

int signals__wait_sender(int signals, double deadline_s, bool *by_kernel)
{
	return wait_for(signals, -1, -1, deadline_s, by_kernel);
}

bool signals__is_request(int signal)
{
	return signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGWINCH;
}

bool signals__want_end(void)
{
	sigset_t set;

	return !sigpending(&set) && (sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) ||
				     sigismember(&set, SIGHUP));
}

bool signals__lost_reader(int out)
{
	struct pollfd fd = {.fd = out};

	return poll(&fd, 1, 0) > 0 && fd.revents & POLLERR;
}

void signals__restore(void)
{
	sigset_t set;

	wanted(&set);
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
