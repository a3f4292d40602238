// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to read the object table, to sum it by site and to enter it in the histories:
 * so many live objects (1 and 10 million) of 2000 sites, or of one, in tables of the size that
 * --max-objects gives them: CPU time.
 *
 * readout [OBJECTS...]
 */
#include "judge/history.h"
#include "kernel/allocator.h"
#include "trace/sites.h"
#include "trace/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SITES  16417
#define USED   2000
#define ROUNDS 9
#define NOW    200000 /* ticks */
#define POINTS 40     /* of the histories, when it begins */

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct kleak_bucket *fill(uint32_t nr_buckets, uint64_t objects, uint32_t used,
				 struct kleak_tally *tallies)
{
	struct kleak_bucket *buckets = calloc(nr_buckets, sizeof(*buckets));

	for (uint64_t i = 0; buckets && i < objects;) {
		uint64_t key = 0xffff888000000000ULL + ((uint64_t)rand() << 12 | (i & 63) << 6);
		struct kleak_bucket *b =
			&buckets[(uint64_t)rand() * nr_buckets / RAND_MAX % nr_buckets];
		uint32_t site = 1 + (uint32_t)rand() % used;

		for (int k = 0; k < KLEAK_BUCKET_KEYS; k++) {
			if (b->key[k])
				continue;
			b->key[k] = ~key;
			b->record[k] = (struct kleak_record){
				.bytes = 64, .allocated_at = rand() % NOW, .site = site};
			tallies[site].allocations++;
			tallies[site].allocated_bytes += 64;
			i++;
			break;
		}
	}
	return buckets;
}

/* now: ticks. */
static int enter(struct history *history, const struct sites *sites, double now)
{
	const struct history_reading reading = {
		.aged_s = now * SECONDS_PER_TICK, .counted_s = now * SECONDS_PER_TICK, .weight = 1};

	return history__enter(history, sites, &reading, 0);
}

static int measure(uint64_t objects, uint32_t used)
{
	static struct kleak_site entries[SITES];
	static struct kleak_cache caches[KLEAK_MAX_CACHES];
	static struct kleak_counts counts;
	struct kleak_tally *tallies = calloc(SITES, sizeof(*tallies));
	uint32_t nr_buckets = objects * 4 / 3 / KLEAK_BUCKET_KEYS; /* as full as it gets */
	struct snapshot_source source = {
		.sites = entries,
		.caches = caches,
		.tallies = tallies,
		.counts = &counts,
		.nr_buckets = nr_buckets,
		.nr_sites = SITES,
		.nr_lanes = 1,
	};
	struct allocator allocator = {};
	struct snapshot snapshot = {};
	struct sites sites = {};
	struct history history = {};
	double best = 1e9, first = 0, table = 1e9, summed = 1e9;
	struct rusage usage;

	source.buckets = tallies ? fill(nr_buckets, objects, used, tallies) : NULL;
	if (!source.buckets)
		return 1;
	for (uint32_t i = 1; i <= used; i++) {
		entries[i].nr_frames = 4;
		for (int f = 0; f < 4; f++)
			entries[i].frames[f] = 0xffffffff81000000ULL + i * 4096 + f * 64;
	}
	for (int point = 1; point <= POINTS; point++)
		if (enter(&history, &sites, (double)NOW * point / (POINTS + ROUNDS)))
			return 1;
	for (int round = 0; round < ROUNDS; round++) {
		double now = (double)NOW * (POINTS + round + 1) / (POINTS + ROUNDS);
		double start = cpu_s(), took, read, sum;

		if (snapshot__take(&snapshot, &source, NOW, 0))
			return 1;
		read = cpu_s() - start;
		if (sites__sum(&sites, &snapshot, entries, caches, &allocator, 16) ||
		    sites__age(&sites, &snapshot, NULL))
			return 1;
		sum = cpu_s() - start;
		if (enter(&history, &sites, now))
			return 1;
		took = cpu_s() - start;
		if (!round)
			first = took;
		if (took < best)
			best = took;
		if (read < table)
			table = read;
		if (sum < summed)
			summed = sum;
	}
	getrusage(RUSAGE_SELF, &usage);
	printf("%9llu objects: %.1f ms, %.1f ns each (the table alone %.1f ms, without histories "
	       "%.1f ms, the first time %.1f ms), %zu sites, list %.1f MB\n",
	       (unsigned long long)objects, best * 1e3, best * 1e9 / (double)objects, table * 1e3,
	       summed * 1e3, first * 1e3, sites.nr,
	       (double)(snapshot.room_list * sizeof(*snapshot.list) +
			sites.room_ages * sizeof(*sites.ages)) /
		       1e6);
	snapshot__free(&snapshot);
	sites__free(&sites);
	history__free(&history);
	free((void *)source.buckets);
	free(tallies);
	return 0;
}

int main(int argc, char **argv)
{
	int err = 0;

	srand(1);
	if (argc == 1)
		return measure(1000000, USED) || measure(10000000, USED) || measure(10000000, 1);
	for (int i = 1; i < argc && !err; i++)
		err = measure(strtoull(argv[i], NULL, 10), USED);
	return err;
}
