// SPDX-License-Identifier: GPL-2.0-only
#include "unit.h"

#include "util/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PIPE   4096
#define LENGTH 3000
#define MOST   (3 * LENGTH)

/* Reports of one letter each, with a newline at the end. */
static int put(struct spool *spool, char letter, bool must)
{
	char report[LENGTH];

	memset(report, letter, sizeof(report));
	report[LENGTH - 1] = '\n';
	return spool__put(spool, report, sizeof(report), must);
}

/* All that can be read, while the rest of it is written, is whole reports in this order. */
static void assert_read(int fd, struct spool *spool, const char *letters)
{
	size_t length = strlen(letters) * LENGTH, got = 0;
	char *all = malloc(length + 1);
	ssize_t some;

	while (got <= length && (some = read(fd, all + got, length + 1 - got)) > 0) {
		got += (size_t)some;
		if (spool)
			assert_int_equal(spool__push(spool), 0);
	}
	assert_int_equal(got, length);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(all[i], i % LENGTH == LENGTH - 1 ? '\n' : letters[i / LENGTH]);
	free(all);
}

static void open_pipe(int *ends)
{
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, PIPE), PIPE);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
}

static double no_patience(void)
{
	return 0;
}

static double little_patience(void)
{
	return 0.1;
}

/* Those that find no room are dropped whole; those that did get there when somebody reads on. */
static void test_reader_who_stops(void **state)
{
	struct spool *spool;
	int ends[2];

	(void)state;
	open_pipe(ends);
	assert_int_equal(spool__open(&spool, ends[1], MOST), 0);
	assert_int_equal(put(spool, 'a', false), 0);
	assert_int_equal(spool__left(spool), 0);
	assert_int_equal(put(spool, 'b', false), 0); /* some of it */
	assert_int_equal(spool__left(spool), 1);
	assert_int_equal(spool__reason(spool), EAGAIN);
	assert_int_equal(put(spool, 'c', false), 0);
	assert_int_equal(put(spool, 'd', false), 0);
	assert_int_equal(put(spool, 'e', false), -EAGAIN);
	assert_int_equal(put(spool, 'f', true), 0);
	assert_int_equal(spool__left(spool), 4);
	assert_read(ends[0], spool, "abcdf");
	assert_int_equal(spool__left(spool), 0);
	assert_int_equal(put(spool, 'g', false), 0);
	assert_read(ends[0], spool, "g");
	spool__close(spool);
	close(ends[0]);
	close(ends[1]);
}

/* What fits into a larger pipe is there when kleak is gone. */
static void test_end_without_reader(void **state)
{
	struct spool *spool;
	int ends[2];

	(void)state;
	open_pipe(ends);
	assert_int_equal(spool__open(&spool, ends[1], MOST), 0);
	for (const char *letter = "abcd"; *letter; letter++)
		assert_int_equal(put(spool, *letter, false), 0);
	assert_int_equal(spool__left(spool), 3);
	assert_int_equal(spool__drain(spool, no_patience), 0);
	spool__close(spool);
	close(ends[1]);
	assert_read(ends[0], NULL, "abcd");
	close(ends[0]);
}

/* A socket does not grow. */
static void test_impatience(void **state)
{
	struct spool *spool;
	int ends[2], least = 1;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
	assert_int_equal(spool__open(&spool, ends[1], MOST), 0);
	for (int i = 0; i < 100 && !spool__left(spool); i++)
		assert_int_equal(put(spool, 'a', false), 0);
	assert_int_equal(put(spool, 'b', false), 0);
	assert_int_equal(spool__drain(spool, little_patience), -EAGAIN);
	assert_int_equal(spool__left(spool), 2);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(spool__push(spool), -EPIPE);
	spool__close(spool);
	close(ends[1]);
}

/* A disk that is full may have room later. */
static void test_full(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct spool *spool;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(spool__open(&spool, fd, MOST), 0);
	assert_int_equal(put(spool, 'a', false), 0);
	assert_int_equal(spool__reason(spool), ENOSPC);
	assert_int_equal(spool__drain(spool, little_patience), -EAGAIN);
	spool__close(spool);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader_who_stops),
		cmocka_unit_test(test_end_without_reader),
		cmocka_unit_test(test_impatience),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
