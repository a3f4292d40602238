// SPDX-License-Identifier: GPL-2.0-only
#include "render/statement_prom.h"
#include "render/metrics.h"

#include <errno.h>
#include <math.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

#define MOST(nr) ((nr) < STATEMENT_PROM_MOST ? (nr) : STATEMENT_PROM_MOST)

static void put_reading(const struct statement *s, FILE *out)
{
	metrics__family(out, "kleak_books_info", "gauge",
			"Version of kleak, and the kernel whose books these are; always 1.");
	fputs("kleak_books_info{", out);
	metrics__label(out, "version", VERSION);
	fputc(',', out);
	metrics__label(out, "kernel", s->kernel);
	fputc('}', out);
	metrics__count(out, 1);
	metrics__gauge_count(out, "kleak_books_running",
			     "1 while kleak ledger reads the books; 0 in what it leaves when it "
			     "ends.",
			     !s->final);
	metrics__family(out, "kleak_books_last_reading_timestamp_seconds", "gauge",
			"When they were read, Unix time; one that gets old was left by a kleak "
			"that was killed.");
	fprintf(out, "kleak_books_last_reading_timestamp_seconds %lld.%03ld\n",
		(long long)s->time.tv_sec, s->time.tv_nsec / 1000000);
	metrics__gauge(out, "kleak_books_elapsed_seconds", "Since the first reading.",
		       s->elapsed_s);
	metrics__gauge_count(out, "kleak_books_unread",
			     "Books that could not be read, or whose lines were not understood.",
			     s->nr_unread);
}

static void put_classes(const struct statement *s, FILE *out)
{
	static const char bytes[] = "kleak_books_class_bytes";
	static const char growth[] = "kleak_books_class_growth_bytes_per_second";

	metrics__family(out, bytes, "gauge",
			"Memory of a class; those of this kernel, swap and address space among "
			"them.");
	for (size_t i = 0; i < s->nr_classes; i++) {
		if (!s->classes[i].known)
			continue;
		metrics__sample(out, bytes, "class", s->classes[i].name);
		metrics__bytes(out, s->classes[i].amount.bytes);
	}
	metrics__family(out, growth, "gauge",
			"Theil-Sen slope since the first reading; absent before there are enough.");
	for (size_t i = 0; i < s->nr_classes; i++) {
		if (!s->classes[i].known || !s->classes[i].amount.growth.known)
			continue;
		metrics__sample(out, growth, "class", s->classes[i].name);
		metrics__double(out, s->classes[i].amount.growth.per_s);
	}
}

static void put_caches(const struct statement *s, FILE *out)
{
	static const char bytes[] = "kleak_books_cache_bytes";
	static const char objects[] = "kleak_books_cache_objects";
	size_t nr = MOST(s->nr_caches);

	metrics__family(out, bytes, "gauge", "Memory of the slabs of a cache (/proc/slabinfo).");
	for (size_t i = 0; i < nr; i++) {
		metrics__sample(out, bytes, "cache", s->caches[i].name);
		metrics__bytes(out, s->caches[i].amount.bytes);
	}
	metrics__family(out, objects, "gauge",
			"Objects of a cache in use, with what CPUs keep at hand (/proc/slabinfo).");
	for (size_t i = 0; i < nr; i++) {
		metrics__sample(out, objects, "cache", s->caches[i].name);
		metrics__count(out, s->caches[i].active_objects);
	}
}

static void put_callers(const struct statement *s, FILE *out)
{
	static const char bytes[] = "kleak_books_vmalloc_bytes";
	static const char areas[] = "kleak_books_vmalloc_areas";
	size_t nr = MOST(s->nr_callers);

	metrics__family(out, bytes, "gauge",
			"Memory that areas of a caller of vmalloc() own (/proc/vmallocinfo).");
	for (size_t i = 0; i < nr; i++) {
		metrics__sample(out, bytes, "caller", s->callers[i].name);
		metrics__bytes(out, s->callers[i].amount.bytes);
	}
	metrics__family(out, areas, "gauge", "Areas of a caller of vmalloc().");
	for (size_t i = 0; i < nr; i++) {
		metrics__sample(out, areas, "caller", s->callers[i].name);
		metrics__count(out, s->callers[i].areas);
	}
}

int statement_prom__print(const struct statement *statement, FILE *out)
{
	put_reading(statement, out);
	metrics__gauge_count(out, "kleak_books_total_bytes", "MemTotal.", statement->total_bytes);
	if (statement->available_known)
		metrics__gauge(out, "kleak_books_available_bytes", "MemAvailable.",
			       (double)statement->available.bytes);
	put_classes(statement, out);
	put_caches(statement, out);
	put_callers(statement, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
