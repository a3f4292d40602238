/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements of cgroups' books that the renderers are tested with. */
#ifndef KLEAK_GOLDEN_CGROUPS_H
#define KLEAK_GOLDEN_CGROUPS_H

#include "pages.h"

#include "judge/cgroup_statement.h"

#include <math.h>

#define KNOWN(n)                                                                                   \
	{                                                                                          \
		true, (n)                                                                          \
	}
#define NO_LIMIT                                                                                   \
	{                                                                                          \
		true, NEAR_LIMIT_NONE                                                              \
	}

/* With a blank, a newline, a quote and an escape in its name. */
#define GOLDEN_PATH "/kubepods.slice/evil \n\"pod\"\x1b[31m"

static const struct statement_class golden_cgroup_classes[CGROUP_CLASSES] = {
	[CGROUP_ANON] = {"anon", "processes' own (anon)", true, false, NULL, STILL(MIB(20))},
	[CGROUP_FILE_CACHE] = {"file_cache", "page cache of files", true, false, NULL,
			       AMOUNT(MIB(50), MIB(5), 1000, -10, 3000)},
	[CGROUP_SHMEM] = {"shmem", "shared memory, tmpfs", true, false, NULL, STILL(0)},
	[CGROUP_SLAB_RECLAIMABLE] = {"slab_reclaimable", "slab, reclaimable", true, false, NULL,
				     AMOUNT(MIB(2100), MIB(300), 149000, 110000, 180000)},
	[CGROUP_SLAB_UNRECLAIMABLE] = {"slab_unreclaimable", "slab, unreclaimable", true, false,
				       NULL, STILL(MIB(9))},
	[CGROUP_KERNEL_STACK] = {"kernel_stack", "kernel stacks", true, false, NULL, STILL(65536)},
	[CGROUP_PAGE_TABLES] = {"page_tables", "page tables", true, false, NULL, STILL(40960)},
	[CGROUP_SEC_PAGE_TABLES] = {"sec_page_tables", "page tables, secondary"},
	[CGROUP_PERCPU] = {"percpu", "per-CPU", true, false, NULL, STILL(1024)},
	[CGROUP_VMALLOC] = {"vmalloc", "vmalloc", true, false, NULL, STILL(8192)},
	[CGROUP_ZSWAP] = {"zswap", "zswap"},
	[CGROUP_KERNEL_OTHER] = {"kernel_other", "kernel, other", true, false,
				 "such as pipes, and what CPUs were charged ahead", STILL(-4096)},
	[CGROUP_SOCK] = {"sock", "socket buffers", true, false, NULL, STILL(0)},
	[CGROUP_HUGETLB] = {"hugetlb", "hugetlb"},
	[CGROUP_OTHER] = {"other", "other", true, false,
			  "charged to CPUs ahead, and counters that lag", STILL(MIB(1))},
};

static const struct cgroup_row golden_cgroup_rows[] = {
	{.id = 4711,
	 .parent = 99,
	 .path = GOLDEN_PATH,
	 .usage = KNOWN(MIB(2200)),
	 .held = {true, AMOUNT(MIB(2150), MIB(300), 150000, 120000, 180000)},
	 .kernel = {true, AMOUNT(MIB(2110), MIB(300), 149000, 110000, 181000)},
	 .max = KNOWN(MIB(2253)),
	 .high = KNOWN(MIB(2240)),
	 .dying = KNOWN(12),
	 .limit = KNOWN(MIB(2253)),
	 .limit_of = GOLDEN_PATH,
	 .limit_room = MIB(103),
	 .near = {NEAR_LIMIT_NEAR, MIB(2150), MIB(103), 720.4, 600, 900},
	 .growing = CGROUP_SLAB_RECLAIMABLE,
	 .events = {[MEMORY_EVENT_HIGH] = {true, 0, 0},
		    [MEMORY_EVENT_MAX] = {true, 1003, 3},
		    [MEMORY_EVENT_OOM] = {true, 0, 0},
		    [MEMORY_EVENT_OOM_KILL] = {true, 2, 0}},
	 .judged = true,
	 .classes = golden_cgroup_classes},
	{.id = 99,
	 .parent = 1,
	 .path = "/kubepods.slice",
	 .came = true,
	 .usage = KNOWN(MIB(7000)),
	 .held = {true, STILL(MIB(6000))},
	 .kernel = {false},
	 .max = NO_LIMIT,
	 .high = NO_LIMIT,
	 .dying = KNOWN(0),
	 .near = {NEAR_LIMIT_UNLIMITED, MIB(6000), 0, INFINITY, INFINITY, INFINITY},
	 .growing = CGROUP_CLASSES,
	 .age_s = 12,
	 .judged = true},
	{.id = 1,
	 .path = "/",
	 .near = {NEAR_LIMIT_UNKNOWN, 0, 0, NAN, NAN, NAN},
	 .growing = CGROUP_CLASSES,
	 .age_s = NAN},
};

static __attribute__((unused)) struct cgroup_statement golden_cgroups_one(void)
{
	return (struct cgroup_statement){
		.time = {.tv_sec = 1763906605, .tv_nsec = 123999999},
		.elapsed_s = 35,
		.kernel = "6.12.0-amd64",
		.one = true,
		.mount = "/sys/fs/cgroup",
		.rows = golden_cgroup_rows,
		.nr_rows = NR(golden_cgroup_rows),
		.nr_rows_all = NR(golden_cgroup_rows),
	};
}

static __attribute__((unused)) struct cgroup_statement golden_cgroups_all(void)
{
	struct cgroup_statement statement = golden_cgroups_one();

	statement.one = false;
	statement.final = true;
	statement.cut_off = true;
	statement.caches_dropped = true;
	statement.nr_rows_all = 10004;
	statement.came = 7;
	statement.gone = 3;
	statement.left_out = 2;
	statement.unread = 1;
	statement.odd = 5;
	return statement;
}

/* There is none. */
static __attribute__((unused)) struct cgroup_statement golden_cgroups_nothing(void)
{
	return (struct cgroup_statement){
		.kernel = "5.15.0", .v1 = true, .first = true, .mount = "/m"};
}

/* The cgroup of --cgroup has gone, and nothing above it is seen. */
static __attribute__((unused)) struct cgroup_statement golden_cgroups_gone(void)
{
	static struct cgroup_row row;
	struct cgroup_statement statement = golden_cgroups_one();

	row = golden_cgroup_rows[0];
	row.gone = true;
	row.limit_of = NULL;
	for (int i = 0; i < MEMORY_EVENTS; i++)
		row.events[i].known = false;
	statement.rows = &row;
	statement.nr_rows = statement.nr_rows_all = 1;
	statement.v1 = statement.final = statement.all = true;
	return statement;
}

#endif
