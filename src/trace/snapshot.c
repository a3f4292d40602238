// SPDX-License-Identifier: GPL-2.0-only
#include "trace/snapshot.h"
#include "trace/sample.h"
#include "util/array.h"
#include "util/clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* As snapshot__read_record(), of place `i` of a bucket. */
static inline uint64_t read_record(struct kleak_record *record, const struct kleak_bucket *bucket,
				   uint32_t i)
{
	uint64_t key = __atomic_load_n(&bucket->key[i], __ATOMIC_ACQUIRE);

	if (key == KLEAK_KEY_EMPTY || key == KLEAK_KEY_BUSY)
		return key;
	*record = *(const volatile struct kleak_record *)&bucket->record[i];
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (__atomic_load_n(&bucket->key[i], __ATOMIC_RELAXED) != key)
		return KLEAK_KEY_EMPTY;
	return key;
}

uint64_t snapshot__read_record(struct kleak_record *record, const struct kleak_bucket *buckets,
			       uint32_t slot)
{
	return read_record(record, &buckets[slot / KLEAK_BUCKET_KEYS], slot % KLEAK_BUCKET_KEYS);
}

static enum kleak_key_space space_of(uint64_t key)
{
	return ~key & KLEAK_SPACE_MASK;
}

/* What it stands for beyond itself. */
static void add_more(struct snapshot_site *site, const struct kleak_record *record, uint32_t bits)
{
	uint64_t more = (1ULL << bits) - 1;
	double bytes = (double)record->bytes;

	site->more.objects += more;
	site->more.bytes += more * record->bytes;
	site->more.bytes_requested += more * (record->bytes - record->slack);
	site->objects_variance += sample__variance(1U << bits, 1);
	site->bytes_variance += sample__variance(1U << bits, bytes);
}

static void add_more_held(struct snapshot_site *site, const struct kleak_record *record,
			  uint32_t bits)
{
	uint64_t more = (1ULL << bits) - 1;

	site->more.held_bytes += more * record->bytes;
	if (record->flags & KLEAK_RECORD_ACCOUNT) {
		site->more.account_records += more;
		site->more.account_bytes += more * record->bytes;
	}
}

/*
 * 256 KiB: slabs, which are smaller than that, lie in one or in two of them, and so do their
 * objects; the struct pages of one are read at once (memory/read_ahead.h).
 */
#define REGION_SHIFT 18

static uint32_t region_of(uint64_t key)
{
	return (uint32_t)(~key >> REGION_SHIFT) % SNAPSHOT_REGIONS;
}

/* Count a record that has bytes of its own, and stands for 1 << bits. */
static inline __attribute__((always_inline)) int
add_object(struct snapshot *snapshot, const struct kleak_record *record, uint64_t key,
	   uint32_t slot, uint32_t bits, uint64_t now, uint64_t min_age)
{
	uint64_t age = kleak_age(now, record->allocated_at);
	struct snapshot_site *site = &snapshot->sites[record->site];
	int err;

	site->held_bytes += record->bytes;
	if (record->flags & KLEAK_RECORD_ACCOUNT) {
		site->account_records++;
		site->account_bytes += record->bytes;
	}
	if (bits)
		add_more_held(site, record, bits);
	if (age < min_age)
		return 0;
	if (record->flags & KLEAK_RECORD_RCU_PENDING) {
		site->pending++;
		site->more.pending += (1ULL << bits) - 1;
		return 0;
	}
	err = array__reserve((void **)&snapshot->list, snapshot->nr_list + 1, &snapshot->room_list,
			     sizeof(*snapshot->list));
	if (err)
		return err;
	site->objects++;
	site->listed++;
	site->bytes += record->bytes;
	site->bytes_requested += record->bytes - record->slack;
	if (bits)
		add_more(site, record, bits);
	snapshot->list[snapshot->nr_list++] = (struct snapshot_object){
		.site = record->site, .region = region_of(key), .age = (float)age, .slot = slot};
	return 0;
}

static int add_slot(uint32_t **slots, size_t *nr, size_t *room, uint32_t slot)
{
	int err = array__reserve((void **)slots, *nr + 1, room, sizeof(**slots));

	if (!err)
		(*slots)[(*nr)++] = slot;
	return err;
}

static int add_unsized(struct snapshot *snapshot, uint32_t slot, uint64_t key, uint32_t site)
{
	size_t nr = snapshot->nr_unsized;
	int err = array__reserve((void **)&snapshot->unsized_are, nr + 1,
				 &snapshot->room_unsized_are, sizeof(*snapshot->unsized_are));

	if (err)
		return err;
	snapshot->unsized_are[nr] = (struct snapshot_area){key, site};
	return add_slot(&snapshot->unsized, &snapshot->nr_unsized, &snapshot->room_unsized, slot);
}

static bool is_sampled(uint64_t key, uint32_t bits)
{
	return kleak_is_sampled(~key & ~(uint64_t)KLEAK_SPACE_MASK, bits);
}

static uint32_t bits_of(const struct kleak_record *record, const struct snapshot_source *source)
{
	uint32_t bits = kleak_bits(record, source->sample_bits);

	return bits < KLEAK_SAMPLE_MOST_BITS ? bits : KLEAK_SAMPLE_MOST_BITS;
}

/* Does it stand in kfree_rcu()'s queues? */
static bool is_waiting(uint64_t key, const struct idmap *waiting)
{
	return waiting && waiting->nr && space_of(key) == KLEAK_SPACE_SLAB &&
	       idmap__find(waiting, idmap__mix(~key)) != IDMAP_NONE;
}

/* Place `i` of a bucket of the table, which is this slot. */
static inline int read_slot(struct snapshot *snapshot, const struct snapshot_source *source,
			    const struct kleak_bucket *bucket, uint32_t i, uint32_t slot,
			    uint64_t now, uint64_t min_age)
{
	struct kleak_record record;
	uint64_t key = read_record(&record, bucket, i);
	struct snapshot_site *site;
	uint32_t bits;
	int err;

	if (key == KLEAK_KEY_EMPTY)
		return 0;
	if (key == KLEAK_KEY_BUSY) {
		snapshot->in_motion++;
		return 0;
	}
	if (record.site >= snapshot->nr_sites)
		record.site = KLEAK_SITE_NONE;
	site = &snapshot->sites[record.site];
	if (!site->records++)
		snapshot->used[record.site] = 1;
	bits = bits_of(&record, source);
	if (!is_sampled(key, bits)) {
		site->unsampled++;
		if (!(record.bytes & KLEAK_BYTES_UNSIZED) &&
		    !(record.flags & KLEAK_RECORD_OF_CACHE && record.site))
			site->freed_bytes += record.bytes;
		return 0;
	}
	site->live++;
	if (bits)
		site->more.live += (1ULL << bits) - 1;
	if (record.bytes & KLEAK_BYTES_UNSIZED)
		return add_unsized(snapshot, slot, key, record.site);
	if (space_of(key) == KLEAK_SPACE_VMALLOC) {
		if (!record.bytes)
			return 0; /* an area that owns no memory */
		err = add_slot(&snapshot->areas, &snapshot->nr_areas, &snapshot->room_areas, slot);
		if (err)
			return err;
	}
	/* what was allocated since those were read is another one */
	if (record.allocated_at < now && is_waiting(key, source->waiting))
		record.flags |= KLEAK_RECORD_RCU_PENDING;
	return add_object(snapshot, &record, key, slot, bits, now, min_age);
}

/*
 * Which places of a bucket have something: a bit each.  Most buckets are empty, most of the time: a
 * look at one cache line.  Without branches, for which places are taken cannot be predicted.
 */
static inline uint32_t taken_of(const struct kleak_bucket *bucket)
{
	const volatile uint64_t *key = (const volatile uint64_t *)bucket->key;
	uint32_t taken = 0;

	for (uint32_t i = 0; i < KLEAK_BUCKET_KEYS; i++)
		taken |= (uint32_t)(key[i] != KLEAK_KEY_EMPTY) << i;
	return taken;
}

static inline int read_bucket(struct snapshot *snapshot, const struct snapshot_source *source,
			      uint32_t bucket, uint64_t now, uint64_t min_age)
{
	uint32_t taken = taken_of(&source->buckets[bucket]);
	int err = 0;

	for (; taken && !err; taken &= taken - 1) {
		uint32_t i = (uint32_t)__builtin_ctz(taken);

		err = read_slot(snapshot, source, &source->buckets[bucket], i,
				bucket * KLEAK_BUCKET_KEYS + i, now, min_age);
	}
	return err;
}

/* Was anything ever recorded in the part that this bucket is in? */
static bool is_used(const struct snapshot_source *source, uint32_t bucket)
{
	return !source->parts ||
	       __atomic_load_n(&source->parts[bucket >> source->part_shift], __ATOMIC_RELAXED);
}

/* Read the buckets [bucket, end). */
static int read_buckets(struct snapshot *snapshot, const struct snapshot_source *source,
			uint32_t bucket, uint32_t end, uint64_t now, uint64_t min_age)
{
	int err = 0;

	for (; bucket < end && !err; bucket++)
		err = read_bucket(snapshot, source, bucket, now, min_age);
	return err;
}

static int read_table(struct snapshot *snapshot, const struct snapshot_source *source, uint64_t now,
		      uint64_t min_age)
{
	uint32_t len = source->parts ? 1U << source->part_shift : source->nr_buckets;
	int err = 0;

	for (uint32_t first = 0; first < source->nr_buckets && !err; first += len) {
		uint32_t left = source->nr_buckets - first;

		if (is_used(source, first))
			err = read_buckets(snapshot, source, first,
					   first + (left < len ? left : len), now, min_age);
	}
	return err;
}

static uint64_t events_of(const struct kleak_tally *tally)
{
	return tally->allocations + tally->frees + tally->implicit + tally->verified +
	       tally->evicted + tally->unsampled;
}

static struct kleak_tally read_tally(const struct snapshot_source *source, size_t i)
{
	return *(const volatile struct kleak_tally *)&source->tallies[i];
}

/* Where the tally of an entry in a lane is. */
static size_t tally_at(const struct snapshot_source *source, uint32_t lane, uint32_t entry)
{
	return (size_t)lane * source->nr_sites + entry;
}

/* How many events the tallies have counted. */
static uint64_t events_so_far(const struct snapshot_source *source)
{
	size_t nr = (size_t)source->nr_lanes * source->nr_sites;
	uint64_t events = 0;

	for (size_t i = 0; i < nr; i++) {
		const struct kleak_tally tally = read_tally(source, i);

		events += events_of(&tally);
	}
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* what is read later was counted later */
	return events;
}

/* Has it counted nothing?  An area's bytes may be counted elsewhere than the area. */
static bool is_blank(const struct kleak_tally *tally)
{
	return !(events_of(tally) | tally->allocations_more | tally->frees_more |
		 tally->allocated_bytes | tally->freed_bytes);
}

static void add_tally(struct snapshot_site *site, const struct kleak_tally *tally)
{
	site->allocations += tally->allocations;
	site->frees += tally->frees;
	site->implicit += tally->implicit;
	site->verified += tally->verified;
	site->evicted += tally->evicted;
	site->unsampled += tally->unsampled;
	site->allocations_more += tally->allocations_more;
	site->frees_more += tally->frees_more;
	site->allocated_bytes += tally->allocated_bytes;
	site->freed_bytes += tally->freed_bytes;
}

/* Read the tallies; return how many events they count. */
static uint64_t read_tallies(struct snapshot *snapshot, const struct snapshot_source *source)
{
	uint64_t events = 0;

	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* the objects before: those are counted */
	for (uint32_t lane = 0; lane < source->nr_lanes; lane++)
		for (uint32_t i = 0; i < source->nr_sites; i++) {
			const struct kleak_tally tally =
				read_tally(source, tally_at(source, lane, i));

			if (is_blank(&tally))
				continue;
			snapshot->used[i] = 1;
			add_tally(&snapshot->sites[i], &tally);
			events += events_of(&tally);
		}
	__atomic_thread_fence(__ATOMIC_ACQUIRE); /* of sites that have allocations all is written */
	return events;
}

/* Bytes of every object of this entry, or 0: they differ, and the tallies have them. */
static uint32_t size_of_all(const struct snapshot_source *source, uint32_t i)
{
	const struct kleak_site *site = &source->sites[i];
	const struct kleak_cache *cache;

	if (i == KLEAK_SITE_NONE || site->space != KLEAK_SPACE_SLAB ||
	    site->cache <= KLEAK_CACHE_UNKNOWN || site->cache >= KLEAK_MAX_CACHES)
		return 0;
	cache = &source->caches[site->cache];
	return cache->flags & KLEAK_CACHE_LARGE ? 0 : cache->size;
}

/* Of the entry's objects that are KLEAK_RECORD_OF_CACHE, which have no bytes in the tallies. */
static void add_bytes_of_cache(struct snapshot_site *site, const struct snapshot_source *source,
			       uint32_t entry)
{
	uint64_t size = site->allocations ? size_of_all(source, entry) : 0;

	site->allocated_bytes += size * site->allocations;
	site->freed_bytes += size * (site->frees + site->implicit + site->verified + site->evicted +
				     site->unsampled);
}

static void add_sums(struct snapshot_site *sum, const struct snapshot_site *site)
{
	sum->live += site->live;
	sum->held_bytes += site->held_bytes;
	sum->account_records += site->account_records;
	sum->account_bytes += site->account_bytes;
	sum->objects += site->objects;
	sum->bytes += site->bytes;
	sum->bytes_requested += site->bytes_requested;
	sum->pending += site->pending;
	sum->allocations += site->allocations;
	sum->frees += site->frees;
	sum->implicit += site->implicit;
	sum->verified += site->verified;
	sum->evicted += site->evicted;
	sum->unsampled += site->unsampled;
	sum->allocated_bytes += site->allocated_bytes;
	sum->freed_bytes += site->freed_bytes;
}

void snapshot__add_tallies(struct snapshot_site *sum, const struct snapshot_source *source,
			   uint32_t entry)
{
	struct snapshot_site site = {};

	for (uint32_t lane = 0; lane < source->nr_lanes; lane++) {
		const struct kleak_tally tally = read_tally(source, tally_at(source, lane, entry));

		add_tally(&site, &tally);
	}
	add_bytes_of_cache(&site, source, entry);
	add_sums(sum, &site);
}

static void read_counts(struct snapshot *snapshot, const struct snapshot_source *source)
{
	memset(snapshot->counts, 0, sizeof(snapshot->counts));
	for (uint32_t lane = 0; lane < source->nr_lanes; lane++) {
		const volatile struct kleak_counts *counts = &source->counts[lane];

		for (int i = 0; i < KLEAK_COUNTS; i++)
			snapshot->counts[i] += counts->count[i];
	}
}

static void sum_up(struct snapshot *snapshot, const struct snapshot_source *source)
{
	struct snapshot_site *sum = &snapshot->sum;

	memset(sum, 0, sizeof(*sum));
	if (source->retired)
		add_sums(sum, source->retired);
	snapshot__each (i, snapshot)
		add_sums(sum, &snapshot->sites[i]);
}

static int reset(struct snapshot *snapshot, uint32_t nr_sites)
{
	if (!snapshot->nr_sites) {
		snapshot->sites = calloc(nr_sites, sizeof(*snapshot->sites));
		snapshot->used = calloc(nr_sites, 1);
		if (!snapshot->sites || !snapshot->used) {
			snapshot__free(snapshot);
			return -ENOMEM;
		}
		snapshot->nr_sites = nr_sites;
	}
	snapshot__each (i, snapshot)
		memset(&snapshot->sites[i], 0, sizeof(*snapshot->sites));
	memset(snapshot->used, 0, nr_sites);
	array__give_back((void **)&snapshot->list, snapshot->nr_list, &snapshot->room_list,
			 sizeof(*snapshot->list));
	array__give_back((void **)&snapshot->unsized, snapshot->nr_unsized, &snapshot->room_unsized,
			 sizeof(*snapshot->unsized));
	array__give_back((void **)&snapshot->unsized_are, snapshot->nr_unsized,
			 &snapshot->room_unsized_are, sizeof(*snapshot->unsized_are));
	array__give_back((void **)&snapshot->areas, snapshot->nr_areas, &snapshot->room_areas,
			 sizeof(*snapshot->areas));
	snapshot->nr_list = 0;
	snapshot->nr_unsized = 0;
	snapshot->nr_areas = 0;
	snapshot->in_motion = 0;
	return 0;
}

int snapshot__take(struct snapshot *snapshot, const struct snapshot_source *source, uint64_t now,
		   uint64_t min_age)
{
	uint64_t before;
	int err = reset(snapshot, source->nr_sites);

	if (err)
		return err;
	before = events_so_far(source);
	err = read_table(snapshot, source, now, min_age);
	if (err)
		return err;
	snapshot->in_motion += read_tallies(snapshot, source) - before;
	snapshot->tallied_s = clock__now_s();
	snapshot__each (i, snapshot)
		add_bytes_of_cache(&snapshot->sites[i], source, i);
	read_counts(snapshot, source);
	sum_up(snapshot, source);
	return 0;
}

int snapshot__add_areas(struct snapshot *snapshot, const struct snapshot_source *source,
			uint64_t now, uint64_t min_age)
{
	for (size_t i = 0; i < snapshot->nr_unsized; i++) {
		const struct snapshot_area *was = &snapshot->unsized_are[i];
		uint32_t slot = snapshot->unsized[i];
		struct kleak_record record;
		uint64_t key = snapshot__read_record(&record, source->buckets, slot);
		int err;

		if (key == KLEAK_KEY_EMPTY || key == KLEAK_KEY_BUSY || key != was->key)
			continue;
		if (record.site >= snapshot->nr_sites)
			record.site = KLEAK_SITE_NONE;
		if (record.site != was->site)
			continue;
		if (record.bytes & KLEAK_BYTES_UNSIZED || !record.bytes)
			continue;
		/* it was sized after the tallies had been read */
		snapshot->sites[record.site].allocated_bytes += record.bytes;
		err = add_object(snapshot, &record, key, slot, bits_of(&record, source), now,
				 min_age);
		if (!err)
			err = add_slot(&snapshot->areas, &snapshot->nr_areas, &snapshot->room_areas,
				       slot);
		if (err)
			return err;
	}
	sum_up(snapshot, source);
	return 0;
}

void snapshot__free(struct snapshot *snapshot)
{
	free(snapshot->sites);
	free(snapshot->used);
	free(snapshot->list);
	free(snapshot->unsized);
	free(snapshot->unsized_are);
	free(snapshot->areas);
	memset(snapshot, 0, sizeof(*snapshot));
}
