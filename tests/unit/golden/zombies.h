/* SPDX-License-Identifier: GPL-2.0-only */
/* Dead cgroups that the renderers are tested with. */
#ifndef KLEAK_UNIT_GOLDEN_ZOMBIES_H
#define KLEAK_UNIT_GOLDEN_ZOMBIES_H

#include "golden/charges.h"

static struct zombies golden_zombies(const struct memcgs *memcgs, const struct charge_walk *walk)
{
	static const struct file_name file = {
		.inode = 9, .fs = "tmpfs", .device = "tmpfs", .path = "/d/f\x1b", .removed = true};
	static const struct file_name other = {.inode = 77, .fs = "ext4", .device = "vda1"};
	struct zombies zombies = {.memcgs = memcgs,
				  .walk = walk,
				  .size = {8000, 3000},
				  .now_s = 400,
				  .jiffy_s = 0.004,
				  .time = {1763906605, 123456789},
				  .kernel = "6.12.0-amd64",
				  .seconds = 0.25};
	struct zombie *gone;

	assert_int_equal(zombies__make(&zombies), 0);
	gone = &zombies.list[0];
	gone->files[0] = (struct zombie_file){CHARGE_SHMEM, 0x10, 1024, 4 << 20, &file};
	gone->files[1] = (struct zombie_file){CHARGE_FILE, 0x20, 1, 4096, &other};
	gone->nr_files = 2;
	gone->all_files = 5;
	gone->sockets = 40;
	gone->writebacks = 1;
	gone->unknown = 12;
	zombies__conclude(&zombies);
	return zombies;
}

#endif
