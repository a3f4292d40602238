// SPDX-License-Identifier: GPL-2.0-only
/*
 * What tracing costs: single system calls that allocate and free, and processes that talk to
 * each other, each in turn with nothing attached, with empty programs on the same
 * tracepoints, with kleak, with kleak that follows another process, with kleak that samples, and
 * with a peer.
 *
 * bench [--rounds N] [--json] [--peer 'COMMAND'] [--only TEXT | --command 'COMMAND']
 *
 * --only measures those whose name has TEXT; --command another workload instead, such as a parallel
 * build.
 *
 * The rounds are interleaved, and what is measured is set against what the same took just before
 * with nothing attached: machines are noisy, ratios in one run are less so.  Medians are printed.
 * Needs root, and ./kleak.
 */
#include "empty.skel.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_ROUNDS 101
#define SETTLE_S    2.5	 /* until a tracer is attached */
#define LEARN_S	    3.0	 /* until kleak has made itself quick for stacks that it has seen */
#define BATCH_S	    0.02 /* of one measurement */
#define BATCHES	    5	 /* the fastest counts */

#define PAIRS	 8
#define MESSAGES 4000
#define MESSAGE	 100

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

__attribute__((noreturn)) static void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- what is measured ---- */

static void open_missing(void)
{
	if (open("/tmp/kleak-bench-there-is-no-such-file", O_RDONLY) >= 0)
		die("a file that should not be there");
}

static void make_eventfd(void)
{
	close(eventfd(0, 0));
}

static void make_socketpair(void)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
		die("socketpair");
	close(fds[0]);
	close(fds[1]);
}

static char file_name[64];

static void create_and_unlink(void)
{
	int fd = open(file_name, O_CREAT | O_RDWR, 0600);

	if (fd < 0)
		die(file_name);
	close(fd);
	unlink(file_name);
}

static void fork_and_exit(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	if (child < 0 || waitpid(child, NULL, 0) != child)
		die("fork");
}

static void map_and_unmap(void)
{
	char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("mmap");
	*(volatile char *)p = 1;
	munmap(p, 65536);
}

static void talk(int in, int out)
{
	char message[MESSAGE] = "";

	for (int i = 0; i < MESSAGES; i++)
		if (write(out, message, sizeof(message)) != sizeof(message) ||
		    read(in, message, sizeof(message)) != sizeof(message))
			_exit(1);
	_exit(0);
}

/* As hackbench: pairs of processes that send messages to each other. */
static void talk_all(void)
{
	for (int i = 0; i < PAIRS; i++) {
		int fds[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds))
			die("socketpair");
		for (int side = 0; side < 2; side++) {
			pid_t child = fork();

			if (child < 0)
				die("fork");
			if (!child)
				talk(fds[side], fds[side]);
		}
		close(fds[0]);
		close(fds[1]);
	}
	for (int i = 0; i < 2 * PAIRS; i++) {
		int status;

		if (wait(&status) < 0 || status) {
			errno = EPIPE;
			die("processes that talk");
		}
	}
}

static const char *workload; /* instead of the operations */

static void run_command(void)
{
	if (system(workload))
		die(workload);
}

struct operation {
	const char *name;
	void (*run)(void);
	bool whole; /* once, and not many times */
};

static const struct operation all_operations[] = {
	{"open of a missing file", open_missing, false},
	{"eventfd", make_eventfd, false},
	{"socketpair", make_socketpair, false},
	{"create and unlink", create_and_unlink, false},
	{"fork and exit", fork_and_exit, false},
	{"mmap, touch, munmap", map_and_unmap, false},
	{"16 processes that talk", talk_all, true},
};

#define OPERATIONS (sizeof(all_operations) / sizeof(all_operations[0]))

static struct operation operations[OPERATIONS]; /* those that are measured */
static size_t nr_operations;

static void choose(const char *only)
{
	if (workload)
		operations[nr_operations++] = (struct operation){workload, run_command, true};
	for (size_t o = 0; o < OPERATIONS && !workload; o++)
		if (!only || strstr(all_operations[o].name, only))
			operations[nr_operations++] = all_operations[o];
	if (!nr_operations) {
		fprintf(stderr, "bench: --only: no name has \"%s\"\n", only);
		exit(2);
	}
}

static cpu_set_t all_cpus, last_cpu;

static void find_cpus(void)
{
	int last = 0;

	if (sched_getaffinity(0, sizeof(all_cpus), &all_cpus))
		die("sched_getaffinity");
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all_cpus))
			last = cpu;
	CPU_SET(last, &last_cpu);
}

/*
 * Seconds for one.  Operations stay on one CPU: where the scheduler puts a child, and whether that
 * one has to be woken, makes more of a fork's time than any tracer.
 */
static double measure(const struct operation *operation)
{
	double best = INFINITY;

	sched_setaffinity(0, sizeof(cpu_set_t), operation->whole ? &all_cpus : &last_cpu);

	for (int batch = 0; batch < (workload ? 1 : operation->whole ? 2 : BATCHES); batch++) {
		double start = now_s(), took;
		long n = 0;

		do {
			operation->run();
			n++;
			took = now_s() - start;
		} while (!operation->whole && took < BATCH_S);
		if (took / (double)n < best)
			best = took / (double)n;
	}
	sched_setaffinity(0, sizeof(cpu_set_t), &all_cpus);
	return best;
}

/* ---- with what ---- */

enum {
	NOTHING,
	EMPTY_PROGRAMS,
	KLEAK,
	KLEAK_OTHER,
	KLEAK_SAMPLING,
	PEER,
	SETUPS,
};

static const char *const setup_names[SETUPS] = {
	"nothing", "empty programs", "kleak", "kleak --pid of another", "kleak --sample 1/16",
	"peer"};

static const char *peer;
static pid_t other; /* a process that sleeps */

static pid_t start_command(const char *command)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* it goes when this program is killed */
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	return child;
}

static struct empty *start_empty(void)
{
	struct empty *skeleton = empty__open();

	if (!skeleton || empty__load(skeleton))
		die("empty programs");
	skeleton->links.empty_kmalloc = bpf_program__attach(skeleton->progs.empty_kmalloc);
	skeleton->links.empty_kfree = bpf_program__attach(skeleton->progs.empty_kfree);
	skeleton->links.empty_kmem_cache_alloc =
		bpf_program__attach(skeleton->progs.empty_kmem_cache_alloc);
	skeleton->links.empty_kmem_cache_free =
		bpf_program__attach(skeleton->progs.empty_kmem_cache_free);
	/* gone since 6.1 */
	skeleton->links.empty_kmalloc_node =
		bpf_program__attach(skeleton->progs.empty_kmalloc_node);
	skeleton->links.empty_kmem_cache_alloc_node =
		bpf_program__attach(skeleton->progs.empty_kmem_cache_alloc_node);
	if (!skeleton->links.empty_kmalloc || !skeleton->links.empty_kfree ||
	    !skeleton->links.empty_kmem_cache_alloc || !skeleton->links.empty_kmem_cache_free)
		die("attaching empty programs");
	return skeleton;
}

static pid_t start_setup(int setup)
{
	char command[128];

	switch (setup) {
	case KLEAK:
		return start_command("exec ./kleak --interval 3600");
	case KLEAK_OTHER:
		snprintf(command, sizeof(command), "exec ./kleak --interval 3600 --pid %d", other);
		return start_command(command);
	case KLEAK_SAMPLING:
		return start_command("exec ./kleak --interval 3600 --sample 1/16");
	case PEER:
		return start_command(peer);
	default:
		return 0;
	}
}

static void stop_setup(pid_t child)
{
	int status;

	if (waitpid(child, &status, WNOHANG) == child) {
		fprintf(stderr, "bench: a tracer ended by itself, status %d\n", status);
		exit(1);
	}
	kill(-child, SIGINT);
	waitpid(child, &status, 0);
}

static void measure_setup(int setup, double *without, double *took)
{
	struct empty *empty;
	pid_t child;

	for (size_t o = 0; o < nr_operations; o++)
		without[o] = measure(&operations[o]);
	empty = setup == EMPTY_PROGRAMS ? start_empty() : NULL;
	child = start_setup(setup);
	if (child) {
		usleep((useconds_t)(SETTLE_S * 1e6));
		for (size_t o = 0; o < nr_operations; o++)
			measure(&operations[o]);
		usleep((useconds_t)(LEARN_S * 1e6));
	}
	for (size_t o = 0; o < nr_operations; o++)
		took[o] = measure(&operations[o]);
	if (child)
		stop_setup(child);
	if (empty)
		empty__destroy(empty);
}

/* ---- what comes out ---- */

static double took[MOST_ROUNDS][SETUPS][OPERATIONS];
static double without[MOST_ROUNDS][SETUPS][OPERATIONS]; /* just before */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median over the rounds of what `setup` adds to `operation`, in seconds. */
static double added(int setup, size_t operation, int rounds)
{
	double list[MOST_ROUNDS];

	for (int r = 0; r < rounds; r++)
		list[r] = setup == NOTHING
				  ? without[r][EMPTY_PROGRAMS][operation]
				  : took[r][setup][operation] - without[r][setup][operation];
	qsort(list, rounds, sizeof(*list), by_value);
	return rounds % 2 ? list[rounds / 2] : (list[rounds / 2 - 1] + list[rounds / 2]) / 2;
}

static void print_table(int rounds)
{
	printf("%-24s %10s", "ns each; added by", setup_names[NOTHING]);
	for (int s = EMPTY_PROGRAMS; s < (peer ? SETUPS : PEER); s++)
		printf(" %22s", setup_names[s]);
	putchar('\n');
	for (size_t o = 0; o < nr_operations; o++) {
		double empty = added(EMPTY_PROGRAMS, o, rounds);

		printf("%-24s %10.0f", operations[o].name, added(NOTHING, o, rounds) * 1e9);
		for (int s = EMPTY_PROGRAMS; s < (peer ? SETUPS : PEER); s++) {
			double its = added(s, o, rounds);

			printf(" %+13.0f (x%5.1f)", its * 1e9, its / empty);
		}
		putchar('\n');
	}
	printf("\nIn brackets: times what empty programs add.  Medians of %d rounds.\n", rounds);
}

static void print_json(int rounds)
{
	printf("{\"version\":1,\"rounds\":%d,\"operations\":[", rounds);
	for (size_t o = 0; o < nr_operations; o++) {
		printf("%s{\"name\":\"%s\",\"ns\":%.1f,\"added_ns\":{", o ? "," : "",
		       operations[o].name, added(NOTHING, o, rounds) * 1e9);
		for (int s = EMPTY_PROGRAMS; s < (peer ? SETUPS : PEER); s++)
			printf("%s\"%s\":%.1f", s > EMPTY_PROGRAMS ? "," : "", setup_names[s],
			       added(s, o, rounds) * 1e9);
		printf("}}");
	}
	printf("]}\n");
}

static int parse_rounds(const char *text)
{
	char *end;
	long rounds = strtol(text, &end, 10);

	if (*end || rounds < 1 || rounds > MOST_ROUNDS) {
		fprintf(stderr, "bench: --rounds: \"%s\" is not a number from 1 to %d\n", text,
			MOST_ROUNDS);
		exit(2);
	}
	return (int)rounds;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"rounds", required_argument, NULL, 'r'},  {"json", no_argument, NULL, 'j'},
		{"peer", required_argument, NULL, 'p'},	   {"only", required_argument, NULL, 'o'},
		{"command", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0},
	};
	const char *only = NULL;
	int rounds = 7, option;
	bool json = false;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			rounds = parse_rounds(optarg);
		else if (option == 'j')
			json = true;
		else if (option == 'p')
			peer = *optarg ? optarg : NULL;
		else if (option == 'o')
			only = optarg;
		else if (option == 'c')
			workload = optarg;
		else
			return 2;
	}
	choose(only);
	find_cpus();
	if (access("./kleak", X_OK))
		die("./kleak");
	snprintf(file_name, sizeof(file_name), "/dev/shm/kleak-bench-%d", getpid());
	libbpf_set_print(NULL);
	other = start_command("exec sleep 100000");
	for (int r = 0; r < rounds; r++)
		for (int s = EMPTY_PROGRAMS; s < (peer ? SETUPS : PEER); s++) {
			/* each setup comes first as often as last */
			int setup = EMPTY_PROGRAMS +
				    (s + r) % ((peer ? SETUPS : PEER) - EMPTY_PROGRAMS);

			if (isatty(STDERR_FILENO))
				fprintf(stderr, "\rround %d of %d: %s \033[K", r + 1, rounds,
					setup_names[setup]);
			measure_setup(setup, without[r][setup], took[r][setup]);
		}
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
	kill(-other, SIGKILL);
	waitpid(other, NULL, 0);
	if (json)
		print_json(rounds);
	else
		print_table(rounds);
	return 0;
}
