// SPDX-License-Identifier: GPL-2.0-only
#include "util/signals.h"
#include "util/clock.h"
#include "util/nowait.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define LONGEST_S 1e6 /* of one poll */

/* timeout(1), among others, sends the same signal twice at once: that is not impatience. */
#define TWICE_S 0.3

#define PATIENCE_S	 5.0 /* with somebody who takes nothing */
#define PATIENCE_ENDED_S 0.5 /* when a signal has asked to end */

#define CLEAN_UPS 8

static const int endings[] = {SIGINT, SIGTERM, SIGHUP};

#define ENDINGS (sizeof(endings) / sizeof(endings[0]))

enum { AT_ONCE, KEEP, KEEP_ALL };

/* What the handlers need, who get no argument: there is one process. */
static struct {
	pid_t pid;
	int wake; /* an eventfd: a signal was kept */
	volatile sig_atomic_t mode;
	volatile sig_atomic_t signal; /* kept, and not yet returned; 0: none */
	volatile sig_atomic_t by_kernel;
	volatile sig_atomic_t asked; /* one was kept, since signals__keep() */
	volatile sig_atomic_t risk;
	double asked_s;
	char sentence[256];
	struct clean_up {
		void (*call)(void *arg); /* NULL: nothing; written last, and cleared first */
		void *arg;
	} clean_ups[CLEAN_UPS];
} state = {.wake = -1};

/* ---- ending at once ---- */

__attribute__((noreturn)) static void die(int signal)
{
	struct sigaction action = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	sigaction(signal, &action, NULL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(signal);
	_exit(128 + signal);
}

__attribute__((noreturn)) static void end_at_once(int signal)
{
	for (int i = CLEAN_UPS - 1; i >= 0; i--) {
		struct clean_up *it = &state.clean_ups[i];
		void (*call)(void *arg) = __atomic_load_n(&it->call, __ATOMIC_ACQUIRE);

		if (call)
			call(it->arg);
	}
	nowait__put(STDERR_FILENO, state.sentence, strlen(state.sentence), 0);
	die(signal);
}

static void keep(int signal, bool by_kernel)
{
	const uint64_t one = 1;

	state.signal = signal;
	state.by_kernel = by_kernel;
	if (write(state.wake, &one, sizeof(one)) < 0)
		return; /* it is awake */
}

static void on_ending(int signal, siginfo_t *info, void *context)
{
	int before = errno;

	(void)context;
	if (getpid() != state.pid) /* a child of ours, which has nothing to clean up */
		die(signal);
	if (state.mode == AT_ONCE)
		end_at_once(signal);
	if (state.mode == KEEP && state.asked) {
		if (clock__now_s() - state.asked_s >= TWICE_S)
			end_at_once(signal);
	} else {
		state.asked_s = clock__now_s();
		state.asked = 1;
		keep(signal, info->si_code == SI_KERNEL);
		if (state.risk && state.mode == KEEP)
			alarm(1);
	}
	errno = before;
}

static void on_alarm(int signal)
{
	(void)signal;
	end_at_once(state.signal ? state.signal : SIGTERM);
}

static void make_set(sigset_t *set, const int *signals, size_t nr)
{
	sigemptyset(set);
	for (size_t i = 0; i < nr; i++)
		sigaddset(set, signals[i]);
}

void signals__block(bool on)
{
	sigset_t set;

	make_set(&set, endings, ENDINGS);
	sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static void change(int mode, const char *lost)
{
	signals__block(true);
	state.mode = mode;
	if (mode == KEEP && lost)
		state.asked = state.signal != 0;
	if (lost)
		snprintf(state.sentence, sizeof(state.sentence), "kleak: ended by a signal: %s\n",
			 lost);
	signals__block(false);
}

static void make_requests(sigset_t *set)
{
	static const int requests[] = {SIGCHLD, SIGUSR1, SIGUSR2, SIGWINCH};

	make_set(set, requests, sizeof(requests) / sizeof(requests[0]));
}

static bool is_ignored(int signal)
{
	struct sigaction is;

	return !sigaction(signal, NULL, &is) && is.sa_handler == SIG_IGN;
}

int signals__catch(const char *lost)
{
	struct sigaction ending = {.sa_sigaction = on_ending, .sa_flags = SA_RESTART | SA_SIGINFO};
	struct sigaction alarmed = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	sigset_t requests;

	make_requests(&requests);
	make_set(&ending.sa_mask, endings, ENDINGS);
	sigaddset(&ending.sa_mask, SIGALRM);
	alarmed.sa_mask = ending.sa_mask;
	state.pid = getpid();
	state.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (state.wake < 0)
		return -errno;
	if (sigprocmask(SIG_BLOCK, &requests, NULL))
		return -errno;
	signal(SIGXFSZ, SIG_IGN); /* a file that gets too large is an error like any other */
	change(AT_ONCE, lost);
	if (sigaction(SIGALRM, &alarmed, NULL))
		return -errno;
	for (size_t i = 0; i < ENDINGS; i++)
		if (!(endings[i] == SIGHUP && is_ignored(SIGHUP)) &&
		    sigaction(endings[i], &ending, NULL))
			return -errno;
	return 0;
}

void signals__keep(const char *lost)
{
	change(KEEP, lost);
}

void signals__keep_all(void)
{
	change(KEEP_ALL, NULL);
}

void signals__at_end(void (*clean_up)(void *arg), void *arg)
{
	struct clean_up *end = state.clean_ups + CLEAN_UPS, *it = end;

	signals__not_at_end(arg);
	while (it > state.clean_ups && !it[-1].call)
		it--; /* behind the last one: in order */
	if (it == end)
		return;
	it->arg = arg;
	__atomic_store_n(&it->call, clean_up, __ATOMIC_RELEASE);
}

void signals__not_at_end(const void *arg)
{
	for (int i = 0; i < CLEAN_UPS; i++)
		if (state.clean_ups[i].arg == arg)
			__atomic_store_n(&state.clean_ups[i].call, NULL, __ATOMIC_RELEASE);
}

void signals__risk(bool on)
{
	state.risk = on;
	if (!on)
		alarm(0);
	else if (state.mode == KEEP && state.asked)
		alarm(1);
}

double signals__patience(void)
{
	if (state.mode == AT_ONCE)
		return INFINITY;
	return state.asked ? PATIENCE_ENDED_S : PATIENCE_S;
}

/* ---- waiting ---- */

int signals__open(void)
{
	sigset_t set;
	int fd;

	make_requests(&set);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* One that was kept, which is then returned; or 0. */
static int take_kept(bool *by_kernel)
{
	uint64_t times;
	int signal;

	signals__block(true);
	if (read(state.wake, &times, sizeof(times)) < 0)
		times = 0; /* it may have been taken before */
	signal = state.signal;
	*by_kernel = state.by_kernel;
	state.signal = 0;
	signals__block(false);
	return signal;
}

static int read_request(int signals)
{
	struct signalfd_siginfo signal;

	return read(signals, &signal, sizeof(signal)) == sizeof(signal) ? (int)signal.ssi_signo : 0;
}

static struct timespec time_until(double deadline_s)
{
	double left = fmin(deadline_s - clock__now_s(), LONGEST_S);
	struct timespec time = {};

	if (left > 0) {
		time.tv_sec = (time_t)left;
		time.tv_nsec = (long)((left - (double)time.tv_sec) * 1e9);
	}
	return time;
}

static int wait_for(int signals, const struct signals_files *files, double deadline_s,
		    bool *by_kernel)
{
	enum { KEPT, REQUESTS, OUT, KEYS, FILES };
	struct pollfd fds[FILES] = {
		[KEPT] = {.fd = state.wake, .events = POLLIN},
		[REQUESTS] = {.fd = signals, .events = POLLIN},
		/* without room errors only: POLLERR when a pipe has lost its reader */
		[OUT] = {.fd = files->out, .events = files->room ? POLLOUT : 0},
		[KEYS] = {.fd = files->keys, .events = POLLIN},
	};

	for (;;) {
		struct timespec time = time_until(deadline_s);
		int ready = ppoll(fds, FILES, &time, NULL), signal = 0;

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return -errno;
		if (ready == 0 && clock__now_s() >= deadline_s)
			return 0;
		if (fds[KEPT].revents)
			signal = take_kept(by_kernel);
		if (!signal && fds[REQUESTS].revents)
			signal = read_request(signals);
		if (signal)
			return signal;
		if (fds[KEYS].revents)
			return fds[KEYS].revents & ~POLLIN ? SIGHUP : SIGNALS_KEY;
		if (fds[OUT].revents & POLLERR)
			return -EPIPE;
		if (fds[OUT].revents & POLLOUT)
			return SIGNALS_ROOM;
		if (fds[OUT].revents)
			fds[OUT].fd = -1; /* a terminal that hung up sends SIGHUP as well */
	}
}

int signals__wait(int signals, int out, double deadline_s)
{
	const struct signals_files files = {.out = out, .keys = -1};

	return signals__wait_for(signals, &files, deadline_s);
}

int signals__wait_for(int signals, const struct signals_files *files, double deadline_s)
{
	bool by_kernel;

	return wait_for(signals, files, deadline_s, &by_kernel);
}

int signals__wait_sender(int signals, double deadline_s, bool *by_kernel)
{
	const struct signals_files files = {.out = -1, .keys = -1};

	return wait_for(signals, &files, deadline_s, by_kernel);
}

bool signals__is_request(int signal)
{
	return signal == SIGUSR1 || signal == SIGUSR2 || signal == SIGWINCH;
}

bool signals__want_end(void)
{
	return state.signal != 0;
}

bool signals__has_asked(void)
{
	return state.asked;
}

bool signals__lost_reader(int out)
{
	struct pollfd fd = {.fd = out};

	return poll(&fd, 1, 0) > 0 && fd.revents & POLLERR;
}

void signals__restore(void)
{
	sigset_t set;

	for (size_t i = 0; i < ENDINGS; i++)
		if (!is_ignored(endings[i]))
			signal(endings[i], SIG_DFL);
	signal(SIGALRM, SIG_DFL);
	signal(SIGXFSZ, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	make_requests(&set);
	for (size_t i = 0; i < ENDINGS; i++)
		sigaddset(&set, endings[i]);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
