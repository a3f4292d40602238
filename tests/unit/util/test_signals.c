// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/clock.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOST "all that there was"

/* A process that does something with signals; what it says on stderr can be read. */
struct process {
	pid_t pid;
	int err;   /* to be read */
	int ready; /* a byte comes when it is */
};

struct tools {
	int signals;
	int ready; /* tell() */
	int full;  /* a pipe that takes nothing */
};

static void tell(const struct tools *tools)
{
	if (write(tools->ready, "", 1) != 1)
		_exit(99);
}

static int fill_pipe(void)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		_exit(98);
	while (write(ends[1], "x", 1) == 1)
		;
	fcntl(ends[1], F_SETFL, 0);
	return ends[1];
}

static struct process start(void (*act)(const struct tools *tools))
{
	struct process process;
	int err[2], ready[2];

	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	process.pid = fork();
	if (!process.pid) {
		struct tools tools = {.ready = ready[1], .full = fill_pipe()};

		dup2(err[1], STDERR_FILENO);
		alarm(20); /* it hangs: not until signals__risk() */
		if (signals__catch(LOST))
			_exit(97);
		tools.signals = signals__open();
		act(&tools);
		_exit(0);
	}
	close(err[1]);
	close(ready[1]);
	process.err = err[0];
	process.ready = ready[0];
	return process;
}

static void await(const struct process *process)
{
	char byte;

	assert_int_equal(read(process->ready, &byte, 1), 1);
}

static void after(double s)
{
	usleep((useconds_t)(s * 1e6));
}

/* Its wait status, and what it said. */
static int end_of(struct process *process, char *said, size_t len)
{
	ssize_t got = read(process->err, said, len - 1);
	int status;

	said[got > 0 ? got : 0] = '\0';
	assert_int_equal(waitpid(process->pid, &status, 0), process->pid);
	close(process->err);
	close(process->ready);
	return status;
}

static void assert_killed(struct process *process, int signal)
{
	char said[256];
	int status = end_of(process, said, sizeof(said));

	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), signal);
	assert_string_equal(said, "kleak: ended by a signal: " LOST "\n");
}

/* ---- at once ---- */

static void block(const struct tools *tools)
{
	tell(tools);
	if (write(tools->full, "x", 1) != 1)
		_exit(1);
}

static void test_nothing_to_lose(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct process process = start(block);

		await(&process);
		after(0.05);
		kill(process.pid, signals[i]);
		assert_killed(&process, signals[i]);
	}
}

/* ---- something to lose ---- */

static void keep_then_block(const struct tools *tools)
{
	signals__keep(LOST);
	block(tools);
}

static void test_second_signal(void **state)
{
	struct process process = start(keep_then_block);
	int status;

	(void)state;
	await(&process);
	kill(process.pid, SIGTERM);
	kill(process.pid, SIGTERM); /* as timeout(1) does */
	after(0.6);
	assert_int_equal(waitpid(process.pid, &status, WNOHANG), 0);
	kill(process.pid, SIGINT);
	assert_killed(&process, SIGINT);
}

static void keep_and_wait(const struct tools *tools)
{
	signals__keep(LOST);
	tell(tools);
	if (signals__wait(tools->signals, -1, clock__now_s() + 15) != SIGTERM)
		_exit(1);
	if (signals__want_end() || !signals__has_asked() || signals__patience() > 1)
		_exit(2);
	if (signals__wait(tools->signals, -1, clock__now_s() + 0.4) != 0)
		_exit(3);
	_exit(7);
}

static void test_first_signal_is_kept(void **state)
{
	struct process process = start(keep_and_wait);
	char said[64];
	int status;

	(void)state;
	await(&process);
	kill(process.pid, SIGTERM);
	status = end_of(&process, said, sizeof(said));
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_string_equal(said, "");
}

/* They are a command's, however many there are, and then ours again. */
static void keep_all(const struct tools *tools)
{
	signals__keep_all();
	tell(tools);
	for (int i = 0; i < 2; i++)
		if (signals__wait(tools->signals, -1, clock__now_s() + 15) != SIGINT)
			_exit(1);
	signals__keep(LOST);
	tell(tools);
	if (signals__wait(tools->signals, -1, clock__now_s() + 15) != SIGINT)
		_exit(2);
	tell(tools);
	pause();
}

static void test_signals_of_a_command(void **state)
{
	struct process process = start(keep_all);

	(void)state;
	await(&process);
	kill(process.pid, SIGINT);
	after(0.5);
	kill(process.pid, SIGINT);
	await(&process);
	kill(process.pid, SIGINT);
	await(&process);
	after(0.5);
	kill(process.pid, SIGINT);
	assert_killed(&process, SIGINT);
}

/* ---- what does not look at signals ---- */

static void risk(const struct tools *tools)
{
	signals__keep(LOST);
	signals__risk(true);
	block(tools);
}

static void test_risk(void **state)
{
	struct process process = start(risk);
	double start_s;

	(void)state;
	await(&process);
	start_s = clock__now_s();
	kill(process.pid, SIGTERM);
	assert_killed(&process, SIGTERM);
	assert_true(clock__now_s() - start_s < 5);
}

/* It comes before, when there is nothing that waits. */
static void risk_later(const struct tools *tools)
{
	signals__keep(LOST);
	tell(tools);
	if (signals__wait(tools->signals, -1, clock__now_s() + 15) != SIGTERM)
		_exit(1);
	signals__risk(true);
	signals__risk(false);
	after(1.2);
	signals__risk(true);
	block(tools);
}

static void test_risk_after_a_signal(void **state)
{
	struct process process = start(risk_later);

	(void)state;
	await(&process);
	kill(process.pid, SIGTERM);
	await(&process); /* it outlived the risk that was over in time */
	assert_killed(&process, SIGTERM);
}

/* ---- requests ---- */

static void want_request(const struct tools *tools)
{
	tell(tools);
	_exit(signals__wait(tools->signals, -1, clock__now_s() + 15) == SIGUSR1 ? 7 : 1);
}

static void test_requests(void **state)
{
	struct process process = start(want_request);
	char said[64];
	int status;

	(void)state;
	await(&process);
	kill(process.pid, SIGUSR1);
	status = end_of(&process, said, sizeof(said));
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_lose),
		cmocka_unit_test(test_second_signal),
		cmocka_unit_test(test_first_signal_is_kept),
		cmocka_unit_test(test_signals_of_a_command),
		cmocka_unit_test(test_risk),
		cmocka_unit_test(test_risk_after_a_signal),
		cmocka_unit_test(test_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
