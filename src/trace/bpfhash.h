/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading a BPF hash map while programs write to it.  Asked for one key after the other, the
 * kernel begins anew where the last one was deleted, and what was told already is told again, for
 * ever if they delete fast enough.  In batches it goes from bucket to bucket, of which each is
 * read whole.
 */
#ifndef KLEAK_TRACE_BPFHASH_H
#define KLEAK_TRACE_BPFHASH_H

#include <stddef.h>

/*
 * each(key, value, arg) for every entry of the map (BPF_MAP_TYPE_HASH) behind this file descriptor,
 * whose sizes are these: once for each key that was there all the time, once or not at all for the
 * others.  0 or -errno.
 */
int bpfhash__each(int map, size_t key_size, size_t value_size,
		  void (*each)(const void *key, const void *value, void *arg), void *arg);

#endif
