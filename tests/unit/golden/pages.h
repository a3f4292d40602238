/* SPDX-License-Identifier: GPL-2.0-only */
/* Statements and diagnoses that the renderers are tested with. */
#ifndef KLEAK_GOLDEN_PAGES_H
#define KLEAK_GOLDEN_PAGES_H

#include "golden.h"

#include "judge/statement.h"
#include "report/diagnosis.h"

#define AMOUNT(now, change, per_s, low, high)                                                      \
	{                                                                                          \
		(now), (change),                                                                   \
		{                                                                                  \
			true, (per_s), (low), (high)                                               \
		}                                                                                  \
	}
#define STILL(now) AMOUNT(now, 0, 0, 0, 0)

static const struct statement_class golden_classes[] = {
	{"free", "free", true, false, NULL, AMOUNT(MIB(20123), -MIB(100), -5e5, -6e5, -4e5)},
	{"slab_unreclaimable", "slab, unreclaimable", true, false, NULL,
	 AMOUNT(MIB(412), MIB(12), 34000, 31000, 38000)},
	{"slab_reclaimable", "slab, reclaimable", true, false, "the kernel can take it back",
	 AMOUNT(MIB(90), MIB(1), 100, -3000, 3500)},
	{"percpu", "per-CPU", false, false, NULL, STILL(0)},
	{"unaccounted", "unaccounted", true, false, "raw pages that no counter shows",
	 STILL(-MIB(3))},
	{"swap", "swap used", true, true, "on disk or in zswap, not RAM", STILL(0)},
	{"ioremap", "ioremap", true, true, "address space of devices, not RAM", STILL(MIB(1.2))},
};

static const struct statement_cache golden_statement_caches[] = {
	{"kmalloc-512", "", STATEMENT_NO, 800000, 23000, 512,
	 AMOUNT(MIB(391), MIB(11.5), 33000, 30000, 36000)},
	{"dentry", "", STATEMENT_YES, 120, -7, 192, AMOUNT(KIB(30), 0, -1, -2, 3)},
	{"lsm_inode_cache", "ext4_io_end_vec, btrfs_delayed_extent_op, ep_head", STATEMENT_UNKNOWN,
	 5, 0, 32, STILL(4096)},
};

static const struct statement_caller golden_callers[] = {
	{"bpf_map_area_alloc+0x4d/0x60", 12, 3, AMOUNT(MIB(3), MIB(1), 1000, 900, 1100)},
	{"\x1b[31mevil+0x1/0x2 [mod]", 1, 0, STILL(4096)},
};

static const struct statement_line golden_lines[] = {
	{"mm/slub.c:2433", "alloc_slab_page", NULL, 31337, 12,
	 AMOUNT(MIB(120), MIB(1), 1000, 900, 1100)},
	{"drivers/net/evil.c:7", "leak", "evil", 7, 7, AMOUNT(700, 700, 10, 9, 11)},
};

static const struct statement_source golden_sources[] = {
	{"allocinfo", "/proc/allocinfo", true, "2 lines hold memory"},
	{"kmemleak", "/sys/kernel/debug/kmemleak", false, "needs CONFIG_DEBUG_KMEMLEAK"},
};

static const char *const golden_unread[] = {"/proc/slabinfo: Permission denied (root's)"};

static __attribute__((unused)) struct statement golden_statement(void)
{
	return (struct statement){
		.time = {.tv_sec = 1763906605, .tv_nsec = 123999999},
		.elapsed_s = 35,
		.kernel = "6.12.0-amd64",
		.total_bytes = MIB(24106),
		.available = AMOUNT(MIB(20500), -MIB(7), -200000, -220000, -180000),
		.available_known = true,
		.exhausted_s = 107479.04,
		.free_cache = {MIB(2100), MIB(2600), MIB(2190)},
		.classes = golden_classes,
		.nr_classes = NR(golden_classes),
		.caches = golden_statement_caches,
		.nr_caches = NR(golden_statement_caches),
		.nr_caches_all = 215,
		.callers = golden_callers,
		.nr_callers = NR(golden_callers),
		.nr_callers_all = NR(golden_callers),
		.lines = golden_lines,
		.nr_lines = NR(golden_lines),
		.nr_lines_all = 3,
		.sources = golden_sources,
		.nr_sources = NR(golden_sources),
		.unread = golden_unread,
		.nr_unread = NR(golden_unread),
	};
}

/* Nobody told anything, and there were too few readings. */
static __attribute__((unused)) struct statement golden_statement_nothing(void)
{
	return (struct statement){.kernel = "5.15.0", .exhausted_s = NAN};
}

static __attribute__((unused)) struct statement golden_statement_after(void)
{
	struct statement statement = golden_statement();

	statement.phase = STATEMENT_AFTER;
	statement.command = "./te\x1bst";
	statement.final = true;
	statement.caches_dropped = true;
	statement.available.growth.known = false;
	statement.exhausted_s = NAN;
	statement.nr_lines = statement.nr_lines_all = 0;
	statement.nr_unread = 0;
	return statement;
}

static __attribute__((unused)) const struct suspect golden_growth[] = {
	{"slab_unreclaimable", "slab, unreclaimable", false, 0, STATEMENT_NO,
	 AMOUNT(MIB(412), MIB(12), 211000, 190000, 230000), true, true},
	{"kmalloc-256", "kmalloc-256", true, 256, STATEMENT_NO,
	 AMOUNT(MIB(391), MIB(11.5), 209000, 200000, 221000), true, true},
	{"dentry", "dentry", true, 0, STATEMENT_YES, AMOUNT(MIB(30), MIB(1), 9000, 8000, 9900),
	 true, false},
	{"kernel_stack", "kernel stacks", false, 0, STATEMENT_NO,
	 AMOUNT(MIB(3), MIB(1), 100, 1, 200), false, false},
};

/* Lines that grow beside golden_report(): with stacks, with more than are listed, and without. */
static const struct statement_line golden_growing_lines[] = {
	{"kleak_test.c:123", "kleak_leak_kmalloc", "kleak_test", 37290, 37122,
	 AMOUNT(MIB(9.2), MIB(9.1), 211000, 190000, 230000)},
	{"fs/read_write.c:740", "ksys_write", NULL, 12, 3, AMOUNT(49152, 12288, 100, 90, 110)},
	{"drivers/ev\x1bil.c:7",
	 "le\x1b"
	 "ak",
	 "ev\x1bil", 7, 7, AMOUNT(28672, 28672, 90, 9, 99)},
};

static const struct growing_line golden_growing[] = {
	{&golden_growing_lines[0], true, MIB(9)},
	{&golden_growing_lines[1], true, 12288},
	{&golden_growing_lines[2], false, 28672},
};

static struct line_stacks_line golden_line_list[] = {
	{&golden_growing[0], 1, 0, 2, LINE_STACKS_KNOWN},
	{&golden_growing[1], 2, 2, 4, LINE_STACKS_KNOWN},
	{&golden_growing[2], 1, 6, 0, LINE_STACKS_PAGES},
};

static struct line_stacks_site golden_line_sites[] = {
	{0, 0}, {1, 0}, {0, 5}, {0, 4}, {1, 1}, {2, 0},
};

/* Of golden_report(); others have no such sites. */
static __attribute__((unused)) struct line_stacks golden_lines_of(const struct report *report)
{
	if (report->sites != golden_sites)
		return (struct line_stacks){};
	return (struct line_stacks){.list = golden_line_list,
				    .nr = NR(golden_line_list),
				    .sites = golden_line_sites,
				    .nr_sites = NR(golden_line_sites)};
}

static __attribute__((unused)) const struct diagnosis_modules golden_modules[] = {
	{{{"kleak_test", "1.2", "OE", false}, {"leaky_net", "", "", false}}, 2},
	{{{"gone", "", "", false}}, 1},
	{{{"gone", "", "", false}}, 1},
	{.nr = 0},
};

static struct groups_member golden_members[] = {
	{.site = 0, .headline = {0, 3}},
	{.site = 3, .headline = {0, 1}},
	{.site = 2, .metadata = true},
	{.site = 1, .headline = {0, 2}},
};

static struct group golden_groups[3];

/* Of golden_report(): a leak of three sites, one that only grows, and one that a program holds.  Of
 * others there are none. */
static __attribute__((unused)) struct groups golden_groups_of(const struct report *report)
{
	if (report->sites != golden_sites)
		return (struct groups){};
	golden_groups[0] =
		(struct group){.sum = report->sites[0], .common = {1, 3}, .first = 0, .nr = 3};
	golden_groups[0].sum.bytes += 192 + 64;
	golden_groups[0].sum.objects += 2;
	golden_groups[1] =
		(struct group){.sum = report->sites[1], .common = {0, 2}, .first = 3, .nr = 1};
	golden_groups[2] = (struct group){
		.sum = report->sites[1],
		.common = {0, 2},
		.first = 3,
		.nr = 1,
		.holder = {.owner = {.pid = 4711, .name = "pyth\x1bon3"},
			   .kind = HANDLE_EVENTFD,
			   .count = 775,
			   .per_s = 10.2,
			   .share = 0.97,
			   .sure = true},
	};
	golden_groups[2].sum.verdict.is.name = VERDICT_HELD;
	golden_groups[2].sum.verdict.is.why = "somebody holds them, and can let go of them";
	return (struct groups){.list = golden_groups,
			       .nr = NR(golden_groups),
			       .members = golden_members,
			       .nr_members = NR(golden_members)};
}

static __attribute__((unused)) const char *const golden_next[] = {
	"find the path that should free what the first frame allocates; send the block below to "
	"its "
	"maintainers (scripts/get_maintainer.pl)",
	"go home",
};

static __attribute__((unused)) struct diagnosis golden_diagnosis(const struct report *report)
{
	return (struct diagnosis){
		.time = {.tv_sec = 1763906605},
		.kernel = "6.12.0-amd64",
		.version = "#1 SMP Debian 6.12.0-1",
		.machine = "x86_64",
		.taint = "OE",
		.watched_s = report ? 330.5 : 40.5,
		.traced_s = report ? 305 : 0,
		.drained_s = report ? 8.5 : 0,
		.needed_s = 106,
		.interval_s = 5,
		.growth = golden_growth,
		.nr_growth = report ? NR(golden_growth) : 0,
		.lines_known = report ? DIAGNOSIS_LINES_COUNTED : DIAGNOSIS_LINES_UNKNOWN,
		.lines = report ? golden_lines_of(report) : (struct line_stacks){},
		.origins = report ? "slab" : "",
		.caches = report ? "kmalloc-256" : NULL,
		.report = report,
		.groups = report ? golden_groups_of(report) : (struct groups){},
		.rounds = report ? 2 : 0,
		.lookalikes = {.list = {{.id = golden_sites[0].id,
					 .own = {64, 63},
					 .others = {812, 16},
					 .older = {5120, 4915},
					 .older_all = 734000}},
			       .nr = report ? 1 : 0},
		.dead = {.counted = true,
			 .grew = report,
			 .before = 12,
			 .now = 252,
			 .slab_bytes = 9000,
			 .percpu_bytes = 3800,
			 .charged = {[CHARGE_SHMEM] = 983040, [CHARGE_FILE] = 4096},
			 .kept_by = {.shmem = 240, .files = 12},
			 .file = {.inode = 9,
				  .fs = "tmpfs",
				  .device = "tmpfs",
				  .path = "/result-1\x1b"}},
		.modules = golden_modules,
		.next = golden_next,
		.nr_next = NR(golden_next),
	};
}

#endif
