/* SPDX-License-Identifier: GPL-2.0-only */
/* A census that the renderers are tested with. */
#ifndef KLEAK_GOLDEN_CENSUS_H
#define KLEAK_GOLDEN_CENSUS_H

#include "golden.h"

#include "memory/census.h"

static struct census_word golden_words[] = {
	{.offset = 0x20, .objects = 182, .symbol = "foo_ops [mod]", .value = 0xffffffffc0a01000},
	{.objects = 3, .symbol = "jiffies", .symbol_offset = 8, .value = 0xffffffff82005008},
	{.offset = 8, .objects = 2, .value = 0xffffffffc0b00000},
	{.offset = 16, .objects = 1, .symbol = "not_listed"},
};

static struct census_contents golden_contents[] = {
	{.is = {CONTENTS_TEXT, 0, 0, 0, "firmware-#.bin"}, .objects = 100},
	{.is = {CONTENTS_TEXT, 16, 0, 0, "a\x1b[2Jname"}, .objects = 50},
	{.is = {CONTENTS_BYTE, 0, 0, 0x6b, ""}, .objects = 12},
	{.is = {CONTENTS_SIZE, 8, 200, 0, ""}, .objects = 11},
	{.is = {CONTENTS_BYTE, 0, 0, 0, "not listed"}, .objects = 1},
};

static struct census_cache golden_census_caches[] = {
	{.name = "kmalloc-256",
	 .pointers = {{0x10, 0xffff888004a3b000, 154, "", "wlan0", {}},
		      {0x18, 0, 120, "dent\x1b[2Jry", "", {}},
		      {0x20,
		       0xffff888004a3c040,
		       90,
		       "kmalloc-64",
		       "",
		       {CONTENTS_TEXT, 0, 0, 0, "br\x1b[0m"}}},
	 .nr_pointers = 3,
	 .slabs = 300,
	 .bytes = 300 * 4096,
	 .nr_sample = 256,
	 .live = 200,
	 .objects = 4321,
	 .words = golden_words,
	 .nr_words = 4,
	 .nr_listed = 3,
	 .contents = golden_contents,
	 .nr_contents = 5,
	 .nr_contents_listed = 4},
	{.name = "only\x1b[31mwords",
	 .slabs = 2,
	 .bytes = 8192,
	 .nr_sample = 2,
	 .live = 3,
	 .objects = 3,
	 .words = golden_words + 1,
	 .nr_listed = 1},
	{.name = "only_texts",
	 .slabs = 1,
	 .bytes = 4096,
	 .nr_sample = 1,
	 .live = 100,
	 .objects = 100,
	 .contents = golden_contents,
	 .nr_contents_listed = 1},
	{.name = "pointers_in_common",
	 .slabs = 1,
	 .bytes = 4096,
	 .nr_sample = 1,
	 .live = 9,
	 .objects = 9,
	 .pointers = {{0x28, 0xffff888004a3d000, 6, "", "", {CONTENTS_TEXT, 8, 0, 0, "eth1"}},
		      {0x30, 0, 5, "", "", {}}},
	 .nr_pointers = 2},
	{.name = "nothing_in_common",
	 .slabs = 1,
	 .bytes = 4096,
	 .nr_sample = 1,
	 .live = 9,
	 .objects = 9},
	{.name = "empty", .slabs = 1, .bytes = 4096, .nr_sample = 1},
};

static struct census golden_census(void)
{
	return (struct census){.caches = golden_census_caches,
			       .nr = NR(golden_census_caches),
			       .time = {.tv_sec = 1763906605, .tv_nsec = 123999999},
			       .kernel = "6.12.0-amd64",
			       .seconds = 0.6149};
}

#endif
