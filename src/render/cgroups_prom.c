// SPDX-License-Identifier: GPL-2.0-only
#include "render/cgroups_prom.h"
#include "render/metrics.h"

#include <errno.h>
#include <math.h>

/* The number of a row that a family is made of; NAN: not known, and left out. */
typedef double (*number_of)(const struct cgroup_row *row);

static double usage(const struct cgroup_row *row)
{
	return row->usage.known ? (double)row->usage.is : NAN;
}

static double held(const struct cgroup_row *row)
{
	return row->held.known ? (double)row->held.is.bytes : NAN;
}

static double kernel(const struct cgroup_row *row)
{
	return row->kernel.known ? (double)row->kernel.is.bytes : NAN;
}

static double growth(const struct cgroup_row *row)
{
	const struct growth_slope *slope = &row->held.is.growth;

	return row->held.known && slope->known ? slope->per_s : NAN;
}

static double limit(const struct cgroup_row *row)
{
	return row->limit.known ? (double)row->limit.is : NAN;
}

static double room(const struct cgroup_row *row)
{
	return row->limit_of ? (double)row->limit_room : NAN;
}

static double near_limit(const struct cgroup_row *row)
{
	return row->near.state == NEAR_LIMIT_UNKNOWN ? NAN : near_limit__warns(&row->near);
}

static double oom(const struct cgroup_row *row)
{
	return row->near.oom_s;
}

static double oom_kills(const struct cgroup_row *row)
{
	const struct cgroup_event *kills = &row->events[MEMORY_EVENT_OOM_KILL];

	return kills->known ? (double)kills->times : NAN;
}

static double dying(const struct cgroup_row *row)
{
	return row->dying.known ? (double)row->dying.is : NAN;
}

static const struct {
	const char *name, *type, *help;
	number_of number;
} families[] = {
	{"kleak_cgroup_usage_bytes", "gauge", "What is charged to the cgroup.", usage},
	{"kleak_cgroup_held_bytes", "gauge",
	 "That without page cache of files, which goes first when the limit is reached.", held},
	{"kleak_cgroup_held_growth_bytes_per_second", "gauge",
	 "Theil-Sen slope since the first reading; absent before there are enough.", growth},
	{"kleak_cgroup_kernel_bytes", "gauge", "The kernel's memory that is charged to it.",
	 kernel},
	{"kleak_cgroup_limit_bytes", "gauge",
	 "The limit that is reached first, its own or of a cgroup above; absent without one.",
	 limit},
	{"kleak_cgroup_limit_room_bytes", "gauge", "What is left until then.", room},
	{"kleak_cgroup_near_limit", "gauge",
	 "1: what is held grows steadily near its own limit, or has reached it.", near_limit},
	{"kleak_cgroup_oom_seconds", "gauge",
	 "Until its own limit at this pace; +Inf: it does not grow, or has none.", oom},
	{"kleak_cgroup_oom_kills_total", "counter", "Processes killed at its limit, ever.",
	 oom_kills},
	{"kleak_cgroup_dying_descendants", "gauge",
	 "Cgroups below it that were removed and are still held.", dying},
};

static void put_family(const struct cgroup_statement *s, size_t i, FILE *out)
{
	size_t nr = s->nr_rows < CGROUPS_PROM_MOST ? s->nr_rows : CGROUPS_PROM_MOST;

	metrics__family(out, families[i].name, families[i].type, families[i].help);
	for (size_t k = 0; k < nr; k++) {
		double number = families[i].number(&s->rows[k]);

		if (isnan(number) || s->rows[k].gone)
			continue;
		metrics__sample(out, families[i].name, "cgroup", s->rows[k].path);
		metrics__double(out, number);
	}
}

/* Of the cgroup of --cgroup. */
static void put_classes(const struct cgroup_statement *s, FILE *out)
{
	static const char name[] = "kleak_cgroup_class_bytes";

	if (!s->nr_rows || !s->rows[0].classes)
		return;
	metrics__family(out, name, "gauge", "Memory of a class that is charged to it.");
	for (size_t i = 0; i < CGROUP_CLASSES; i++) {
		const struct statement_class *class = &s->rows[0].classes[i];

		if (!class->known)
			continue;
		fprintf(out, "%s{", name);
		metrics__label(out, "cgroup", s->rows[0].path);
		fputc(',', out);
		metrics__label(out, "class", class->name);
		fputc('}', out);
		metrics__bytes(out, class->amount.bytes);
	}
}

int cgroups_prom__print(const struct cgroup_statement *statement, FILE *out)
{
	metrics__gauge_count(out, "kleak_cgroups", "Cgroups that have books of memory.",
			     statement->nr_rows_all);
	metrics__gauge_count(out, "kleak_cgroups_running",
			     "1 while kleak ledger reads them; 0 in what it leaves when it ends.",
			     !statement->final);
	metrics__family(out, "kleak_cgroups_last_reading_timestamp_seconds", "gauge",
			"When they were read, Unix time.");
	fprintf(out, "kleak_cgroups_last_reading_timestamp_seconds %lld.%03ld\n",
		(long long)statement->time.tv_sec, statement->time.tv_nsec / 1000000);
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		put_family(statement, i, out);
	put_classes(statement, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
