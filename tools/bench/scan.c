// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a pass of a scan takes by itself, for so many objects, and how long others wait at most
 * until they have a turn (scan.between; while words are read, between any few MB).  Memory is made
 * up: objects of 64 bytes side by side, each of which refers to some other one, in an order that no
 * cache foresees.  One CPU.
 *
 * scan OBJECTS...
 */
#include "memory/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#define FIRST	   0xffff888100000000ULL
#define WORDS	   8	      /* of an object */
#define AT_ONCE	   64	      /* objects that are handed in: a page */
#define MOST_EDGES (1U << 22) /* as a scan has it */

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static uint64_t address_of(uint64_t object)
{
	return FIRST + object * WORDS * sizeof(uint64_t);
}

/* How long others have waited at the most. */
struct turns {
	double last, longest; /* seconds of CPU */
};

static int take_turn(void *arg)
{
	struct turns *turns = arg;
	double now = cpu_s();

	if (now - turns->last > turns->longest)
		turns->longest = now - turns->last;
	turns->last = now;
	return 0;
}

/* The table has its objects in no order. */
static int add_objects(struct scan *scan, uint64_t nr)
{
	scan__begin(scan);
	for (uint64_t i = 0; i < nr; i++) {
		uint64_t address = address_of(i * 0x9e3779b1 % nr);
		uint32_t number;

		if (scan__add(scan, &number) ||
		    scan__add_range(scan, number, address, address + WORDS * sizeof(uint64_t)))
			return -1;
	}
	return 0;
}

/* The first is referred to by a word outside of all. */
static int hand_in(struct scan *scan, uint64_t nr)
{
	uint64_t words[AT_ONCE * WORDS] = {FIRST};

	if (scan__words(scan, FIRST - sizeof(words), words, AT_ONCE * WORDS))
		return -1;
	for (uint64_t i = 0; i < nr; i += AT_ONCE) {
		uint64_t n = nr - i < AT_ONCE ? nr - i : AT_ONCE;

		for (uint64_t k = 0; k < n; k++)
			words[k * WORDS] = address_of((i + k) * 0x85ebca6b % nr);
		if (scan__words(scan, address_of(i), words, n * WORDS))
			return -1;
	}
	return 0;
}

struct times {
	double add, index, read, finish, longest; /* seconds of CPU */
};

static int pass(struct scan *scan, uint64_t nr, struct times *times)
{
	double start = cpu_s(), added, indexed, read;
	struct turns turns = {};

	if (add_objects(scan, nr))
		return 1;
	added = cpu_s();
	turns.last = added;
	scan->between = take_turn;
	scan->arg = &turns;
	if (scan__index(scan))
		return 1;
	take_turn(&turns);
	indexed = cpu_s();
	if (hand_in(scan, nr))
		return 1;
	read = cpu_s();
	turns.last = read;
	if (scan__finish(scan))
		return 1;
	take_turn(&turns);
	*times = (struct times){added - start, indexed - added, read - indexed, cpu_s() - read,
				turns.longest};
	return 0;
}

/* The second pass: the first one makes room. */
static int measure(uint64_t nr)
{
	struct scan scan = {.most_edges = MOST_EDGES};
	struct times times;
	struct rusage usage;

	if (pass(&scan, nr, &times) || pass(&scan, nr, &times))
		return 1;
	getrusage(RUSAGE_SELF, &usage);
	printf("%9llu objects: add %.0f ms, index %.0f ms, %.0f MB of words %.0f ms, finish %.0f "
	       "ms: %.0f ns an object; others wait %.1f ms at most; %.0f MB\n",
	       (unsigned long long)nr, times.add * 1e3, times.index * 1e3,
	       (double)scan.words * sizeof(uint64_t) / 1e6, times.read * 1e3, times.finish * 1e3,
	       (times.add + times.index + times.read + times.finish) * 1e9 / (double)nr,
	       times.longest * 1e3, (double)usage.ru_maxrss / 1e3);
	scan__free(&scan);
	return 0;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (measure(strtoull(argv[i], NULL, 10)))
			return 1;
	return 0;
}
