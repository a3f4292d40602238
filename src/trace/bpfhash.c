// SPDX-License-Identifier: GPL-2.0-only
#include "trace/bpfhash.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#define AT_ONCE 1024 /* entries: a bucket has to fit */

int bpfhash__each(int map, size_t key_size, size_t value_size,
		  void (*each)(const void *key, const void *value, void *arg), void *arg)
{
	char *keys = malloc(AT_ONCE * key_size), *values = malloc(AT_ONCE * value_size);
	uint32_t bucket, *from = NULL;
	int err = keys && values ? 0 : -ENOMEM;

	while (!err) {
		uint32_t nr = AT_ONCE;

		err = bpf_map_lookup_batch(map, from, &bucket, keys, values, &nr, NULL);
		if (err && err != -ENOENT)
			break;
		for (size_t i = 0; i < nr; i++)
			each(keys + i * key_size, values + i * value_size, arg);
		from = &bucket;
	}
	free(keys);
	free(values);
	return err == -ENOENT ? 0 : err; /* there are no more */
}
