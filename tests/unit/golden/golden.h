/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files with what the renderers should print, and the reports they print it of.
 * KLEAK_UPDATE_GOLDEN=1 writes the files anew: read the difference before you keep it.
 */
#ifndef KLEAK_GOLDEN_H
#define KLEAK_GOLDEN_H

#include "../unit.h"

#include "report/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GOLDEN
#define GOLDEN "tests/unit/golden"
#endif

#define NR(array) (sizeof(array) / sizeof((array)[0]))
#define KIB(n)	  ((n)*1024LL)
#define MIB(n)	  ((int64_t)((n)*1048576LL))

static void golden_path(char *path, size_t len, const char *name)
{
	snprintf(path, len, "%s/%s", GOLDEN, name);
}

static void golden_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static char *golden_read(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t room = 1 << 20, length;
	char *text = malloc(room);

	assert_non_null(text);
	if (!file)
		fail_msg("%s: cannot be read; KLEAK_UPDATE_GOLDEN=1 writes it", path);
	length = fread(text, 1, room - 1, file);
	assert_int_equal(fclose(file), 0);
	text[length] = '\0';
	return text;
}

/* Is `text` what the file has, byte by byte? */
static __attribute__((unused)) void golden_compare(const char *name, const char *text)
{
	char path[256], *golden;

	golden_path(path, sizeof(path), name);
	if (getenv("KLEAK_UPDATE_GOLDEN"))
		golden_write(path, text);
	golden = golden_read(path);
	if (strcmp(golden, text) != 0)
		fail_msg("%s differs; printed was:\n%s", path, text);
	free(golden);
}

/* ---- reports ---- */

static const struct symbols_frame golden_write_stack[] = {
	{.address = 0xffffffffc09a403d,
	 .symbol = "kleak_leak_kmalloc",
	 .offset = 0x3d,
	 .module = "kleak_test",
	 .file = "kleak_test.c",
	 .line = 123},
	{.address = 0xffffffffc09a41a1,
	 .symbol = "kleak_write",
	 .offset = 0xa1,
	 .module = "kleak_test"},
	{.address = 0xffffffff8135c2f2, .symbol = "proc_reg_write", .offset = 0x52},
	{.address = 0xffffffff812c1a55, .symbol = "vfs_write", .offset = 0xf5},
	{.address = 0xffffffff812c2003,
	 .symbol = "fdput_pos",
	 .file = "include/linux/file.h",
	 .line = 80,
	 .inlined = true},
	{.address = 0xffffffff812c2003,
	 .symbol = "ksys_write",
	 .offset = 0x63,
	 .file = "fs/read_write.c",
	 .line = 745},
};

static const struct symbols_frame golden_bare_stack[] = {
	{.address = 0xffffffff81e00131},
	{.address = 0xffffffffc0200010, .module = "gone"},
};

/* Verdicts: a leak with everything, too new, a cache, something held. */
#define GOLDEN_LEAK                                                                                \
	{                                                                                          \
		.is = {VERDICT_LEAK, "grows steadily; old objects stay", 1},                       \
		.from = {.observed_s = 305,                                                        \
			 .interval_s = 5,                                                          \
			 .points = 54,                                                             \
			 .slope = {true, 211462.8, 198000.5, 224000},                              \
			 .recent = {true, 211462.8, 198000.5, 224000},                             \
			 .survival = {1, 0.9999, 1, 0.98765},                                      \
			 .settled = 30001,                                                         \
			 .settled_alive = 29990,                                                   \
			 .arrivals = {ARRIVALS_ONGOING, 0, 300.25, 5.125, 0.9987},                 \
			 .drained = 0.9987,                                                        \
			 .replaced = 0.0125,                                                       \
			 .shrunk = NAN},                                                           \
		.exhausted_s = 83000.25,                                                           \
	}
#define GOLDEN_NEW                                                                                 \
	{                                                                                          \
		.is = {VERDICT_NEW, "not watched long enough", NAN},                               \
		.from = {.interval_s = 5,                                                          \
			 .points = 3,                                                              \
			 .survival = {1, NAN, NAN, NAN},                                           \
			 .drained = NAN,                                                           \
			 .replaced = NAN,                                                          \
			 .shrunk = NAN},                                                           \
		.exhausted_s = NAN,                                                                \
	}
#define GOLDEN_CACHE                                                                               \
	{                                                                                          \
		.is = {VERDICT_CACHE, "the kernel can reclaim it", NAN},                           \
		.from = {.interval_s = 5,                                                          \
			 .points = 30,                                                             \
			 .slope = {true, 0, 0, 0},                                                 \
			 .survival = {NAN, NAN, NAN, 1},                                           \
			 .reclaimable = true,                                                      \
			 .pins = {.of = 1500,                                                      \
				  .sampled = 64,                                                   \
				  .by = {[VFS_NOT_PINNED] = 55,                                    \
					 [VFS_REFERENCE] = 3,                                      \
					 [VFS_CHILD] = 1,                                          \
					 [VFS_NAME_KEPT] = 2,                                      \
					 [VFS_UNKNOWN] = 3},                                       \
				  .fs = "ext4",                                                    \
				  .other_fs = true},                                               \
			 .drained = NAN,                                                           \
			 .replaced = NAN,                                                          \
			 .shrunk = NAN},                                                           \
		.exhausted_s = INFINITY,                                                           \
	}
#define GOLDEN_GROWING                                                                             \
	{                                                                                          \
		.is = {VERDICT_GROWING, "grows; part of the old objects is freed", 0.7},           \
		.from = {.interval_s = 12.5,                                                       \
			 .points = 30,                                                             \
			 .slope = {true, 1.066, 0.01, 2},                                          \
			 .survival = {0.95, 0.9, 0.8, 0.7},                                        \
			 .settled = 100,                                                           \
			 .settled_alive = 70,                                                      \
			 .arrivals = {ARRIVALS_BURSTS, 3, 240.5, 40.25, 0.0125},                   \
			 .drained = NAN,                                                           \
			 .replaced = NAN,                                                          \
			 .shrunk = NAN},                                                           \
		.exhausted_s = 1e13,                                                               \
	}

static const struct allocated_by_who golden_who[] = {
	{"process", "nginx", 1234, "/system.slice/nginx.service", 30000},
	{"kernel thread", "kworker", 0, "", 7000},
	{"interrupt", "", 0, "", 133},
};

static const struct symbols_frame golden_free_stack[] = {
	{.address = 0xffffffffc09a5017,
	 .symbol = "kleak_free_one",
	 .offset = 0x17,
	 .module = "kleak_test",
	 .file = "kleak_test.c",
	 .line = 200},
	{.address = 0xffffffff811a0432, .symbol = "process_one_work", .offset = 0x172},
	{.address = 0xffffffff811a0b55, .symbol = "worker_thread", .offset = 0x235},
	{.address = 0xffffffff811a8c20, .symbol = "kthread", .offset = 0xe0},
	{.address = 0xffffffff81003e14, .symbol = "ret_from_fork", .offset = 0x34},
};

static const struct report_freer golden_freers[] = {
	{golden_free_stack, NR(golden_free_stack), 60, 12.25},
	{golden_free_stack + 2, 1, 3, 250},
};

static const struct report_object golden_objects[] = {
	{0xffff8881032ab000, 256, 61.5, {0x6b, 0x6c, 0x65, 0x61, 0x6b, 0, 0xff, 0x80, 1}, 32},
	{0xffff8881032ab100, 256, 7, {}, 0},
};

static const struct report_site golden_sites[] = {
	{
		.id = 0x00f3a9c1d2e4b587,
		.fingerprint = 0x0c0ffee123456789,
		.bytes = 37120 * 256,
		.objects = 37120,
		.bytes_requested = 37120 * 200,
		.growth_bytes_per_min = 12687769.6254,
		.age_median_s = 7.2341,
		.allocations_per_s = 2474.6666,
		.allocations = 37133,
		.frees = 13,
		.origin = "slab",
		.cache = "kmalloc-256",
		.stack = golden_write_stack,
		.nr_frames = NR(golden_write_stack),
		.verdict = GOLDEN_LEAK,
		.who = golden_who,
		.nr_who = NR(golden_who),
		.who_times = 37133,
		.freed_by = golden_freers,
		.nr_freed_by = NR(golden_freers),
		.frees_noted = 64,
		.unreferenced = 37000,
		.unreferenced_bytes = 37000 * 256,
		.unreferenced_list = golden_objects,
		.nr_listed = NR(golden_objects),
	},
	{
		.id = 0xffffffffffffffff,
		.bytes = 1572864,
		.objects = 12,
		.bytes_requested = 1500000,
		.growth_bytes_per_min = -4096,
		.age_median_s = 204,
		.allocations_per_s = 0.4,
		.allocations = 14,
		.frees = 2,
		.pending_objects = 120,
		.origin = "vmalloc",
		.cache = "vmalloc",
		.stack = golden_bare_stack,
		.nr_frames = NR(golden_bare_stack),
		.verdict = GOLDEN_GROWING,
		.sampled = 12,
		.holders = {{"cache", "kmalloc-64", 24, 11},
			    {"variable", "foo_list [foo]", 0, 1},
			    {"stack", "", 15104, 1}},
		.nr_holders = 3,
	},
	{
		.id = 1,
		.bytes = 192,
		.objects = 1,
		.bytes_requested = 192,
		.age_median_s = 7560,
		.allocations = 1,
		.origin = "slab",
		.cache = "dentry",
		.approximate = true,
		.verdict = GOLDEN_CACHE,
	},
	{
		.id = 0x0123456789abcdef,
		.bytes = 64,
		.objects = 1,
		.bytes_requested = 8,
		.growth_bytes_per_min = 64,
		.age_median_s = 0.85,
		.allocations_per_s = 0.01,
		.allocations = 1,
		.origin = "percpu",
		.cache = "percpu",
		.stack = golden_write_stack,
		.nr_frames = 1,
		.verdict = GOLDEN_NEW,
	},
};

static const struct report_loss golden_no_losses[] = {
	{"table_full", "allocations not recorded: table full (--max-objects)", 0},
	{"race", "allocations not recorded: lost a race", 0},
};

static const struct report_loss golden_losses[] = {
	{"table_full", "allocations not recorded: table full (--max-objects)", 1234},
	{"race", "allocations not recorded: lost a race", 0},
	{"family_full", "child processes not followed: too many", 1},
};

static const char *const golden_blind_spots[] = {
	"pages taken from the page allocator directly are not traced",
	"objects of kmem_cache_alloc_bulk() are not traced: no such hook",
	"objects that are older than kleak are not listed",
};

static const struct coverage_class golden_ledger[] = {
	{"slab_unreclaimable", MEMINFO_S_UNRECLAIM, true, MIB(12.4), MIB(11.9), 11.9 / 12.4,
	 -MIB(0.3), MIB(0.6), MIB(0.2)},
	{"slab_reclaimable", MEMINFO_S_RECLAIMABLE, true, MIB(1.2), MIB(1.1), 1.1 / 1.2, -KIB(200),
	 KIB(300), KIB(2.4)},
	{"vmalloc", MEMINFO_VMALLOC_USED, true, 0, 0, NAN, 0, 0, 0},
	{"percpu", MEMINFO_PERCPU, true, KIB(32), 64, 64 / 32768.0, NAN, NAN, NAN},
};

static const struct report_cache golden_caches[] = {
	{"kmalloc-256", "", 37133, 13, 0, 0, 0, 37120, false},
	{"dentry", "ext4_groupinfo_4k, pid, request_sock_TCP, tw_sock_TCPv6", 40, 20, 12, 7, 33, 1,
	 true},
};

/* What a report is on a machine where something leaks. */
static __attribute__((unused)) struct report golden_report(void)
{
	struct report report = {
		.time = {.tv_sec = 1763906605, .tv_nsec = 123999999},
		.elapsed_s = 15.0004,
		.kernel = "6.12.0-amd64",
		.sampling = 1,
		.sampling_most = 1,
		.filter = {.origins = "slab,vmalloc,percpu", .pid = -1, .max_size = UINT64_MAX},
		.losses = golden_no_losses,
		.nr_losses = NR(golden_no_losses),
		.blind_spots = golden_blind_spots,
		.nr_blind_spots = NR(golden_blind_spots),
		.ledger = golden_ledger,
		.nr_ledger = NR(golden_ledger),
		.sites = golden_sites,
		.nr_sites = NR(golden_sites),
		.nr_sites_all = NR(golden_sites),
		.bytes_all = 37120 * 256 + 1572864 + 192 + 64,
	};

	report.vfs_known = true;
	report.dentries = (struct report_used){512, 3};
	report.inodes = (struct report_used){-7, 0};
	report.slab = (struct coverage_slab){true, MIB(12.1), MIB(13.6), MIB(11.8), 11.8 / 12.1};
	report.scan = (struct report_scan){.passes = 6,
					   .needed = 3,
					   .objects = 37290,
					   .unreferenced = 37000,
					   .unreferenced_bytes = 37000 * 256,
					   .acknowledged = 4,
					   .unknown = 1,
					   .bytes = 812000000,
					   .seconds = 0.6149};
	report.caches = golden_caches;
	report.nr_caches = NR(golden_caches);
	report.events.allocations = 50213;
	report.events.frees = 12920;
	report.events.unknown_frees = 40;
	report.events.implicit_frees = 3;
	report.events.found_free = 0;
	report.events.live = 37290;
	report.events.allocated_bytes = 14000000;
	report.events.freed_bytes = 2900000;
	report.events.live_bytes = 11100000;
	for (int i = 0; i < MEMINFO_FIELDS; i++)
		report.meminfo_known[i] = true;
	report.meminfo_delta[MEMINFO_S_UNRECLAIM] = MIB(12.4);
	report.meminfo_delta[MEMINFO_S_RECLAIMABLE] = MIB(1.2);
	report.meminfo_delta[MEMINFO_PERCPU] = KIB(32);
	report.meminfo_delta[MEMINFO_KERNEL_STACK] = KIB(48);
	report.meminfo_delta[MEMINFO_PAGE_TABLES] = -KIB(12);
	report.meminfo_delta[MEMINFO_MEM_FREE] = -MIB(15);
	report.meminfo_delta[MEMINFO_MEM_AVAILABLE] = -MIB(14.1);
	return report;
}

static const struct cgroup_coverage golden_charges = {
	.known = true,
	.classes = {{"slab_unreclaimable", true, MIB(10), {true, MIB(9), KIB(12)}, 0.9, MIB(1)},
		    {"slab_reclaimable", true, -KIB(4), {true, KIB(8), 0}, NAN, -KIB(12)},
		    {"vmalloc", true, 0, {false, MIB(1), 0}, NAN, NAN},
		    {"percpu", false, 0, {true, 0, 640}, NAN, NAN}},
	.near = {NEAR_LIMIT_NEAR, MIB(60), MIB(4), 240, 200, 300},
	.limit_known = true,
	.limit_bytes = MIB(64),
	.growing = CGROUP_SLAB_UNRECLAIMABLE,
};

/* What --charged-to tells of the first site, of which others allocate, and of all of them. */
static const struct report_charged golden_whom = {
	.looked_at = 64,
	.wanted = 50,
	.nobody = 4,
	.unknown = 3,
	.others = 2,
	.groups = {{"/app.slice", 30, REPORT_ELSEWHERE_YES},
		   {"/app.slice/a b", 20, REPORT_ELSEWHERE_UNKNOWN},
		   {"/system.slice/nginx.service", 5, REPORT_ELSEWHERE_NO}},
	.nr_groups = 3,
};

static const struct report_charged_to golden_charged_to = {
	.known = true,
	.sites = 2,
	.bytes = 9000000,
	.looked = 700,
	.unknown_sites = 3,
	.unknown_bytes = KIB(12),
	.unknown_origins = ORIGIN_SLAB | ORIGIN_PERCPU,
	.skipped_sites = 1,
	.skipped_bytes = 512,
};

static __attribute__((unused)) struct report golden_of_charged(void)
{
	static struct report_site sites[NR(golden_sites)];
	struct report report = golden_report();

	memcpy(sites, golden_sites, sizeof(sites));
	sites[0].charged = golden_whom;
	sites[1].charged = (struct report_charged){
		.looked_at = 12, .wanted = 12, .groups = {{"/app.slice", 12}}, .nr_groups = 1};
	report.sites = sites;
	report.filter.charged_to = "/sys/fs/cgroup/app.slice";
	report.charged_to = golden_charged_to;
	return report;
}

/* Every JSON key has a value somewhere in here. */
static __attribute__((unused)) struct report golden_full(void)
{
	static struct report_site sites[NR(golden_sites)];
	struct report report = golden_report();

	report.filter = (struct report_filter){.origins = "slab",
					       .pid = 77,
					       .cgroup = "/a",
					       .charged_to = "/b",
					       .command = "true",
					       .cache = "dentry",
					       .min_size = 3,
					       .max_size = 4096,
					       .min_age_s = 2.5};
	memcpy(sites, golden_sites, sizeof(sites));
	sites[0].verdict.from.shrunk = 0.25;
	sites[0].verdict.from.replaced = 0.125;
	sites[0].verdict.from.drained = 0.75;
	sites[0].verdict.exhausted_s = 3600;
	sites[0].charged = golden_whom;
	report.sites = sites;
	report.note = "a sentence";
	report.charges = golden_charges;
	report.charged_to = golden_charged_to;
	report.charged_to.removed = true;
	report.overhead = (struct report_overhead){true, 0.25, 0.5, 1000, 20, false};
	report.scan.under_way = 0.125;
	return report;
}

static struct report_site golden_sampled_sites[1];

/* Its last one: something was lost, something was cut, the process has gone. */
static __attribute__((unused)) struct report golden_final(void)
{
	struct report report = golden_report();

	golden_sampled_sites[0] = golden_sites[0];
	golden_sampled_sites[0].bytes_error = 773200;
	golden_sampled_sites[0].objects_error = 3020.3;
	report.final = true;
	report.scan =
		(struct report_scan){.passes = 1, .needed = 3, .bytes = 1000000, .seconds = 2};
	report.note = "process 4711 has exited";
	report.sampling = 16;
	report.sampling_most = 64;
	report.overhead = (struct report_overhead){true, 0.0123, 0.01, 912400, 98.4, true};
	report.bytes_all_error = KIB(71);
	report.events.unsampled = 2;
	report.events.live -= 2;
	report.time.tv_nsec = 5000000;
	report.elapsed_s = 3720;
	report.losses = golden_losses;
	report.nr_losses = NR(golden_losses);
	report.nr_blind_spots = 1;
	report.sites = golden_sampled_sites;
	report.nr_sites = 1;
	report.nr_sites_all = 214;
	report.bytes_all = 37120 * 256 + MIB(1.3);
	report.events.pending = 120;
	report.events.in_motion = 17;
	report.events.found_free = 1;
	report.events.live -= 1;
	report.events.unchecked = 5;
	report.filter = (struct report_filter){
		.origins = "slab",
		.pid = 4711,
		.cgroup = "/sys/fs/cgroup/system.slice",
		.command = "sh",
		.cache = "kmalloc-256",
		.min_size = 64,
		.max_size = 4096,
		.min_age_s = 0.5,
	};
	return report;
}

/* Nothing happened yet. */
static __attribute__((unused)) struct report golden_nothing(void)
{
	return (struct report){
		.kernel = "6.1.0",
		.sampling = 1,
		.sampling_most = 1,
		.filter = {.origins = "slab", .pid = -1, .max_size = UINT64_MAX},
	};
}

/* Names that try to command a terminal or to end a JSON string; not UTF-8, some of them. */
#define HOSTILE                                                                                    \
	"a\x1b[2J\"\\\r\n\t\x7f"                                                                   \
	"\xc2\x9b"                                                                                 \
	"31m\x9b\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"                                              \
	"\xc0\xaf\xed\xa0\x80\xe0\x80\x80\xf0\x80\x80\x80\xf4\x90\x80\x80\xf5\xff\xe2\x82"

static const struct symbols_frame golden_hostile_stack[] = {{.address = 0x1000,
							     .symbol = HOSTILE,
							     .offset = 1,
							     .module = HOSTILE,
							     .file = HOSTILE,
							     .line = 1}};

static const struct report_site golden_hostile_sites[] = {{
	.verdict = GOLDEN_NEW,
	.id = 7,
	.bytes = 1,
	.objects = 1,
	.origin = "slab",
	.cache = HOSTILE,
	.stack = golden_hostile_stack,
	.nr_frames = 1,
}};

static __attribute__((unused)) struct report golden_hostile(void)
{
	struct report report = golden_nothing();

	report.note = HOSTILE;
	report.filter.command = HOSTILE;
	report.filter.cgroup = HOSTILE;
	report.filter.charged_to = HOSTILE;
	report.filter.cache = HOSTILE;
	report.sites = golden_hostile_sites;
	report.nr_sites = report.nr_sites_all = 1;
	report.bytes_all = 1;
	return report;
}

static const struct symbols_frame golden_huge_stack[] = {{.address = UINT64_MAX,
							  .symbol = "f",
							  .offset = UINT64_MAX,
							  .file = "f.c",
							  .line = UINT32_MAX}};

static const struct report_site golden_huge_sites[] = {{
	.verdict = GOLDEN_LEAK,
	.id = UINT64_MAX,
	.bytes = UINT64_MAX,
	.objects = UINT64_MAX,
	.bytes_requested = UINT64_MAX,
	.growth_bytes_per_min = -1e300,
	.age_median_s = 1e300,
	.allocations_per_s = 1e300,
	.bytes_error = 1e300,
	.objects_error = 1e300,
	.allocations = UINT64_MAX,
	.frees = UINT64_MAX,
	.pending_objects = UINT64_MAX,
	.origin = "slab",
	.cache = "kmalloc-8",
	.stack = golden_huge_stack,
	.nr_frames = 1,
}};

static const struct report_loss golden_huge_losses[] = {{"race", "races", UINT64_MAX}};

static const struct coverage_class golden_huge_ledger[] = {
	{"slab_unreclaimable", MEMINFO_S_UNRECLAIM, true, INT64_MIN, INT64_MAX, NAN,
	 -(double)INT64_MAX, (double)INT64_MAX, -(double)INT64_MAX},
	{"slab_reclaimable", MEMINFO_S_RECLAIMABLE, true, 1, INT64_MAX, (double)INT64_MAX, NAN,
	 (double)INT64_MAX, NAN},
	{"vmalloc", MEMINFO_VMALLOC_USED, false, 0, INT64_MIN, NAN, NAN, NAN, NAN},
};

/* The largest numbers there are. */
static __attribute__((unused)) struct report golden_huge(void)
{
	struct report report = golden_nothing();

	report.time.tv_sec = 253402300799; /* the last second of 9999 */
	report.time.tv_nsec = 999999999;
	report.elapsed_s = 1e300;
	report.filter.pid = INT64_MAX;
	report.filter.min_size = UINT64_MAX;
	report.filter.max_size = UINT64_MAX - 1;
	report.losses = golden_huge_losses;
	report.nr_losses = 1;
	report.ledger = golden_huge_ledger;
	report.nr_ledger = NR(golden_huge_ledger);
	report.sampling = report.sampling_most = UINT32_MAX;
	report.overhead = (struct report_overhead){true, 1e300, 1e300, 1e300, 1e300, true};
	report.sites = golden_huge_sites;
	report.nr_sites = 1;
	report.nr_sites_all = SIZE_MAX;
	report.bytes_all = UINT64_MAX;
	memset(&report.events, 0xff, sizeof(report.events));
	for (int i = 0; i < MEMINFO_FIELDS; i++) {
		report.meminfo_known[i] = true;
		report.meminfo_delta[i] = i % 2 ? INT64_MIN : INT64_MAX;
	}
	return report;
}

#endif
