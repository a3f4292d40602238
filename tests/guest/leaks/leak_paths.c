// SPDX-License-Identifier: GPL-2.0-only
/*
 * One function leaks, and is reached by 256 ways: each stack has few objects.
 *
 * Source: CVE-2022-3524, "tcp/udp: Fix memory leak in ipv6_renew_options()", which several system
 * calls reach; the number of ways is ours.
 */
#include "leak.h"

static unsigned int calls;

static noinline int paths_parse(void)
{
	void *attribute = kzalloc(190, GFP_KERNEL);

	if (!attribute)
		return -ENOMEM;
	leak_lose(attribute);
	return 0;
}

static int paths_left(unsigned int bits);
static int paths_right(unsigned int bits);

/* One of two functions for each bit: eight make 256 stacks. */
static noinline int paths_step(unsigned int bits)
{
	int err = bits == 1 ? paths_parse() : bits & 1 ? paths_left(bits) : paths_right(bits);

	barrier();
	return err;
}

static noinline int paths_left(unsigned int bits)
{
	int err = paths_step(bits >> 1);

	barrier();
	return err;
}

static noinline int paths_right(unsigned int bits)
{
	int err = paths_step(bits >> 1);

	barrier();
	return err + 0 * calls;
}

static noinline int paths_start(void)
{
	return paths_step(1 << 8 | (calls++ & 0xff));
}

LEAK_ON_WRITE(paths_start, "one leak, 256 stacks");
