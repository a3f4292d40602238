/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pictures beside their golden files, which have no styles and scripts: those are read in src/.
 * The whole ones are left in PICTURES, where check_markup.py parses them.
 */
#ifndef KLEAK_PICTURES_H
#define KLEAK_PICTURES_H

#include "golden.h"

#ifndef PICTURES
#define PICTURES "build/unit"
#endif

/* Cut what is between the first `from` and `to` behind it. */
static void pictures_cut(char *text, const char *from, const char *to)
{
	char *start = strstr(text, from), *end;

	assert_non_null(start);
	start += strlen(from);
	end = strstr(start, to);
	assert_non_null(end);
	memmove(start, end, strlen(end) + 1);
}

/* Keep the whole of it, and compare the rest with its golden file.  Frees `text`. */
static void pictures_check(const char *name, char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", PICTURES, name);
	golden_write(path, text);
	pictures_cut(text, "<style>", "</style>");
	pictures_cut(text, "<script>", "</script>");
	golden_compare(name, text);
	free(text);
}

static const struct symbols_frame pictures_stack[] = {
	{.address = 0xffffffff81234567,
	 .symbol = "kzalloc_noprof",
	 .inlined = true,
	 .file = "include/linux/slab.h",
	 .line = 1039},
	{.address = 0xffffffff81234567,
	 .symbol = "foo_open",
	 .offset = 0x17,
	 .file = "drivers/foo/<foo>.c",
	 .line = 42},
	{.address = 0xffffffff812c1a55, .symbol = "vfs_open", .offset = 0xf5},
};

/* Names that try to be markup, wherever there is a name. */
#define PICTURES_MARKUP "</text></b>]]><script>alert(1)</script>\" onclick=\"alert(2)<&amp;"

static const struct symbols_frame pictures_markup_stack[] = {
	{.symbol = PICTURES_MARKUP, .module = PICTURES_MARKUP, .file = PICTURES_MARKUP, .line = 1}};

static const struct allocated_by_who pictures_markup_who[] = {
	{"process", "</li>\" onload=\"<script>", 1, PICTURES_MARKUP, 1}};

static const char *const pictures_markup_spots[] = {PICTURES_MARKUP};

static const struct report_cache pictures_markup_caches[] = {
	{.name = PICTURES_MARKUP, .aliases = PICTURES_MARKUP}};

static struct report __attribute__((unused)) pictures_markup(struct report_site *site)
{
	struct report report = golden_report();

	*site = golden_sites[0];
	site->cache = PICTURES_MARKUP;
	site->stack = pictures_markup_stack;
	site->nr_frames = 1;
	site->verdict.is.why = PICTURES_MARKUP;
	site->who = pictures_markup_who;
	site->nr_who = 1;
	site->sampled = 1;
	site->nr_holders = 1;
	site->holders[0] = (struct report_holder){"variable", PICTURES_MARKUP, 0, 1};
	report.sites = site;
	report.nr_sites = 1;
	report.kernel = PICTURES_MARKUP;
	report.note = PICTURES_MARKUP;
	report.filter.command = PICTURES_MARKUP;
	report.filter.cgroup = PICTURES_MARKUP;
	report.filter.cache = PICTURES_MARKUP;
	report.blind_spots = pictures_markup_spots;
	report.nr_blind_spots = 1;
	report.caches = pictures_markup_caches;
	report.nr_caches = 1;
	return report;
}

static const double pictures_at[] = {5, 10, 15};
static const double pictures_course[] = {0, 40960, 65536};

/* The golden report, with source lines and a course. */
static struct report __attribute__((unused))
pictures_report(struct report_site sites[NR(golden_sites)])
{
	struct report report = golden_report();

	memcpy(sites, golden_sites, sizeof(golden_sites));
	sites[2].stack = pictures_stack;
	sites[2].nr_frames = NR(pictures_stack);
	sites[2].bytes = 65536;
	sites[2].course = pictures_course;
	report.course_at = pictures_at;
	report.nr_course = NR(pictures_at);
	report.sites = sites;
	return report;
}

#endif
