// SPDX-License-Identifier: GPL-2.0-only
#include "trace/noted.h"
#include "trace/bpfhash.h"
#include "util/array.h"

#include <bpf/bpf.h>
#include <stdlib.h>
#include <string.h>

struct who_reader {
	void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *);
	void *arg;
};

static void pass_who(const void *key, const void *value, void *arg)
{
	const struct who_reader *reader = arg;

	reader->each(key, value, reader->arg);
}

int noted__who(int map,
	       void (*each)(const struct kleak_who *, const struct kleak_who_times *, void *),
	       void *arg)
{
	struct who_reader reader = {each, arg};

	return bpfhash__each(map, sizeof(struct kleak_who), sizeof(struct kleak_who_times),
			     pass_who, &reader);
}

struct freer_reader {
	void (*each)(const struct kleak_freer *freer, void *arg);
	void *arg;
};

static void pass_freer(const void *key, const void *value, void *arg)
{
	const struct freer_reader *reader = arg;

	(void)key;
	reader->each(value, reader->arg);
}

int noted__freers(int map, void (*each)(const struct kleak_freer *freer, void *arg), void *arg)
{
	struct freer_reader reader = {each, arg};

	return bpfhash__each(map, sizeof(uint64_t), sizeof(struct kleak_freer), pass_freer,
			     &reader);
}

/* Keys of a map of what is noted of sites, to be deleted when all have been looked at. */
struct noted_keys {
	const bool *gone;
	uint8_t *list;
	size_t size, nr, room;
	int err;
};

static void add_key(struct noted_keys *keys, const void *key, uint32_t site)
{
	if (keys->err || !keys->gone[site])
		return;
	keys->err = array__reserve((void **)&keys->list, keys->nr + 1, &keys->room, keys->size);
	if (!keys->err)
		memcpy(keys->list + keys->nr++ * keys->size, key, keys->size);
}

static void add_who(const void *key, const void *value, void *arg)
{
	const struct kleak_who *who = key;

	(void)value;
	add_key(arg, who, who->site);
}

static void add_freer(const void *key, const void *value, void *arg)
{
	const struct kleak_freer *freer = value;

	add_key(arg, key, freer->site);
}

/* Delete from a map what it has noted of the entries that are gone. */
static int forget(int map, size_t key_size, size_t value_size,
		  void (*add)(const void *key, const void *value, void *arg), const bool *gone)
{
	struct noted_keys keys = {.gone = gone, .size = key_size};
	int err = bpfhash__each(map, key_size, value_size, add, &keys);

	if (!err)
		err = keys.err;
	for (size_t i = 0; i < keys.nr && !err; i++)
		bpf_map_delete_elem(map, keys.list + i * key_size);
	free(keys.list);
	return err;
}

int noted__forget(int who, int freers, const bool *gone)
{
	int err = forget(who, sizeof(struct kleak_who), sizeof(struct kleak_who_times), add_who,
			 gone);

	if (err)
		return err;
	return forget(freers, sizeof(uint64_t), sizeof(struct kleak_freer), add_freer, gone);
}
