// SPDX-License-Identifier: GPL-2.0-only
#include "render/prom.h"
#include "render/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>

#ifndef VERSION
#define VERSION "unknown"
#endif

/* ---- the run ---- */

static void put_run(const struct report *r, FILE *out)
{
	metrics__family(out, "kleak_build_info", "gauge", "Version of kleak; always 1.");
	metrics__sample(out, "kleak_build_info", "version", VERSION);
	metrics__count(out, 1);
	metrics__family(out, "kleak_info", "gauge",
			"Kernel and allocators that are traced; always 1.");
	fputs("kleak_info{", out);
	metrics__label(out, "kernel", r->kernel);
	fputc(',', out);
	metrics__label(out, "origins", r->filter.origins);
	fputc('}', out);
	metrics__count(out, 1);
	metrics__gauge_count(out, "kleak_running",
			     "1 while kleak traces; 0 in the report that it leaves when it ends.",
			     !r->final);
	metrics__family(
		out, "kleak_last_report_timestamp_seconds", "gauge",
		"When this report was made, Unix time; one that gets old was left by a kleak "
		"that was killed.");
	fprintf(out, "kleak_last_report_timestamp_seconds %lld.%03ld\n", (long long)r->time.tv_sec,
		r->time.tv_nsec / 1000000);
	metrics__gauge(out, "kleak_elapsed_seconds", "Since tracing started.", r->elapsed_s);
	metrics__gauge_count(
		out, "kleak_blind_spots",
		"Kinds of memory that this kernel does not let kleak see (kleak --explain).",
		r->nr_blind_spots);
}

/* ---- the kernel's own books ---- */

static double older_of(const struct coverage_class *c)
{
	return c->older_bytes;
}

static double room_of(const struct coverage_class *c)
{
	return c->room_bytes;
}

static double rest_of(const struct coverage_class *c)
{
	return c->rest_bytes;
}

static double explained_of(const struct coverage_class *c)
{
	return c->known ? c->explained : NAN;
}

/* What of() says of each class; absent where that is not known. */
static void put_of_classes(const struct report *r, FILE *out, const char *name, const char *help,
			   double (*of)(const struct coverage_class *c))
{
	metrics__family(out, name, "gauge", help);
	for (size_t i = 0; i < r->nr_ledger; i++) {
		if (!isfinite(of(&r->ledger[i])))
			continue;
		metrics__sample(out, name, "class", r->ledger[i].name);
		metrics__double(out, of(&r->ledger[i]));
	}
}

static void put_ledger(const struct report *r, FILE *out)
{
	metrics__family(out, "kleak_ledger_kernel_delta_bytes", "gauge",
			"By how much the kernel's own book of a class of memory changed since the "
			"start.");
	for (size_t i = 0; i < r->nr_ledger; i++) {
		if (!r->ledger[i].known)
			continue;
		metrics__sample(out, "kleak_ledger_kernel_delta_bytes", "class", r->ledger[i].name);
		metrics__bytes(out, r->ledger[i].kernel_delta_bytes);
	}
	metrics__family(out, "kleak_ledger_traced_bytes", "gauge",
			"Traced memory of the class that the kernel holds.");
	for (size_t i = 0; i < r->nr_ledger; i++) {
		metrics__sample(out, "kleak_ledger_traced_bytes", "class", r->ledger[i].name);
		metrics__bytes(out, r->ledger[i].traced_bytes);
	}
	put_of_classes(r, out, "kleak_ledger_older_bytes",
		       "What was there before the start and was freed since, below 0; of kleak's "
		       "own, too.",
		       older_of);
	put_of_classes(r, out, "kleak_ledger_room_bytes",
		       "What slabs and pages of per-CPU memory grew by beyond what is in use.",
		       room_of);
	put_of_classes(r, out, "kleak_ledger_rest_bytes",
		       "What the kernel's book grew by beyond traced, older and room.", rest_of);
	put_of_classes(r, out, "kleak_ledger_explained_ratio",
		       "Traced, of what the kernel's book grew by; absent where that did not grow.",
		       explained_of);
}

static void put_slab(const struct coverage_slab *s, FILE *out)
{
	if (!s->known)
		return;
	metrics__gauge(out, "kleak_slab_objects_delta_bytes",
		       "By how much objects in use in slab caches grew since the start "
		       "(/proc/slabinfo).",
		       (double)s->objects_bytes);
	metrics__gauge(out, "kleak_slab_slabs_delta_bytes",
		       "By how much slabs grew since the start (/proc/slabinfo).",
		       (double)s->slabs_bytes);
	metrics__gauge(out, "kleak_slab_traced_bytes", "Traced memory that is in slab caches.",
		       (double)s->traced_bytes);
}

static void put_meminfo(const struct report *r, FILE *out)
{
	metrics__family(out, "kleak_meminfo_delta_bytes", "gauge",
			"By how much a field of /proc/meminfo changed since the start.");
	for (int i = 0; i < MEMINFO_FIELDS; i++) {
		if (!r->meminfo_known[i])
			continue;
		metrics__sample(out, "kleak_meminfo_delta_bytes", "field", meminfo__name(i));
		metrics__bytes(out, r->meminfo_delta[i]);
	}
}

/* ---- what was recorded ---- */

static void put_events(const struct report *r, FILE *out)
{
	const struct {
		const char *event;
		uint64_t count;
	} events[] = {
		{"allocations", r->events.allocations},
		{"frees", r->events.frees},
		{"unknown_frees", r->events.unknown_frees},
		{"implicit_frees", r->events.implicit_frees},
		{"found_free", r->events.found_free},
		{"evicted", r->events.evicted},
		{"unsampled", r->events.unsampled},
	};

	metrics__family(out, "kleak_events_total", "counter",
			"Events recorded since the start, as kleak --json names them.");
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		metrics__sample(out, "kleak_events_total", "event", events[i].event);
		metrics__count(out, events[i].count);
	}
	metrics__counter(out, "kleak_allocated_bytes_total",
			 "Bytes that were set aside for the allocations.",
			 r->events.allocated_bytes);
	metrics__counter(out, "kleak_freed_bytes_total", "Bytes of the objects that were freed.",
			 r->events.freed_bytes);
	metrics__gauge_count(out, "kleak_live_objects", "Objects recorded and not freed since.",
			     r->events.live);
	metrics__gauge_count(out, "kleak_live_bytes",
			     "Bytes of the objects recorded and not freed since.",
			     r->events.live_bytes);
	metrics__gauge_count(out, "kleak_pending_objects",
			     "Objects passed to kfree_rcu() and not freed yet.", r->events.pending);
}

static void put_losses(const struct report *r, FILE *out)
{
	metrics__family(out, "kleak_losses_total", "counter",
			"Events known to be missed or recorded in part since the start, by cause.");
	for (size_t i = 0; i < r->nr_losses; i++) {
		metrics__sample(out, "kleak_losses_total", "cause", r->losses[i].cause);
		metrics__count(out, r->losses[i].count);
	}
}

static void put_sampling(const struct report *r, FILE *out)
{
	metrics__gauge(
		out, "kleak_sampling_ratio",
		"Share of the objects that is recorded; below 1 what is traced and listed are "
		"estimates.",
		r->sampling ? 1.0 / r->sampling : 1);
	metrics__gauge(out, "kleak_sampling_least_ratio", "The least that this share ever was.",
		       r->sampling_most ? 1.0 / r->sampling_most : 1);
	if (!r->overhead.known)
		return;
	metrics__gauge(out, "kleak_overhead_ratio", "Share of the CPUs' time that tracing takes.",
		       r->overhead.share);
	metrics__gauge(out, "kleak_overhead_limit_ratio",
		       "What tracing may take of the CPUs' time (--max-overhead).",
		       r->overhead.most);
	metrics__gauge(out, "kleak_overhead_events_per_second", "Allocations and frees, whoever's.",
		       r->overhead.events_per_s);
	metrics__gauge(out, "kleak_overhead_seconds_per_event",
		       "What tracing an allocation or free takes.", r->overhead.ns_per_event / 1e9);
}

static void put_scan(const struct report_scan *s, FILE *out)
{
	if (!s->passes)
		return;
	metrics__counter(out, "kleak_scan_passes_total", "Passes of scans.", s->passes);
	metrics__gauge_count(out, "kleak_scan_objects", "Objects looked for in the last pass.",
			     s->objects);
	metrics__gauge_count(out, "kleak_scan_read_bytes", "Memory read in the last pass.",
			     s->bytes);
	metrics__gauge(out, "kleak_scan_duration_seconds", "Time that the last pass took.",
		       s->seconds);
	metrics__gauge_count(out, "kleak_unreferenced_objects",
			     "Objects of all sites that nothing refers to.", s->unreferenced);
	metrics__gauge_count(out, "kleak_unreferenced_bytes",
			     "Bytes of all objects that nothing refers to.", s->unreferenced_bytes);
}

/* ---- sites ---- */

/* The function that the site is in, whatever was inlined into it: so it does not depend on debug
   info. */
static const struct symbols_frame *function_of(const struct report_site *s)
{
	static const struct symbols_frame none;

	for (size_t i = 0; i < s->nr_frames; i++)
		if (!s->stack[i].inlined)
			return &s->stack[i];
	return &none;
}

/* Labels that stay while the kernel runs. */
static void put_site(FILE *out, const char *name, const struct report_site *s)
{
	const struct symbols_frame *function = function_of(s);

	fprintf(out, "%s{site=\"%016" PRIx64 "\",", name, s->id);
	metrics__label(out, "origin", s->origin);
	fputc(',', out);
	metrics__label(out, "cache", s->cache);
	fputc(',', out);
	metrics__label(out, "function", function->symbol);
	fputc(',', out);
	metrics__label(out, "module", function->module);
}

static void put_numbers(const struct report *r, size_t nr, FILE *out)
{
	static const struct {
		const char *name, *type, *help;
		size_t field; /* of struct report_site, a uint64_t */
		bool scanned; /* known after scans only */
	} counts[] = {
		{"kleak_site_bytes", "gauge", "Bytes set aside for the site's outstanding objects.",
		 offsetof(struct report_site, bytes), false},
		{"kleak_site_requested_bytes", "gauge",
		 "Bytes that were asked for, of the site's outstanding objects.",
		 offsetof(struct report_site, bytes_requested), false},
		{"kleak_site_objects", "gauge", "Outstanding objects of the site.",
		 offsetof(struct report_site, objects), false},
		{"kleak_site_allocations_total", "counter",
		 "Allocations of the site since the start.",
		 offsetof(struct report_site, allocations), false},
		{"kleak_site_frees_total", "counter",
		 "Frees of objects of the site since the start.",
		 offsetof(struct report_site, frees), false},
		{"kleak_site_unreferenced_objects", "gauge",
		 "Objects that nothing refers to; absent before the first scan.",
		 offsetof(struct report_site, unreferenced), true},
		{"kleak_site_unreferenced_bytes", "gauge",
		 "Bytes of the objects that nothing refers to; absent before the first scan.",
		 offsetof(struct report_site, unreferenced_bytes), true},
	};

	for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
		if (counts[c].scanned && !r->scan.passes)
			continue;
		metrics__family(out, counts[c].name, counts[c].type, counts[c].help);
		for (size_t i = 0; i < nr; i++) {
			const char *site = (const char *)&r->sites[i];

			put_site(out, counts[c].name, &r->sites[i]);
			fputc('}', out);
			metrics__count(out, *(const uint64_t *)(site + counts[c].field));
		}
	}
}

static void put_rates(const struct report *r, size_t nr, FILE *out)
{
	metrics__family(
		out, "kleak_site_growth_bytes_per_second", "gauge",
		"Change of the outstanding bytes over the last minute, or since the start.");
	for (size_t i = 0; i < nr; i++) {
		put_site(out, "kleak_site_growth_bytes_per_second", &r->sites[i]);
		fputc('}', out);
		metrics__double(out, r->sites[i].growth_bytes_per_min / 60);
	}
	metrics__family(out, "kleak_site_median_age_seconds", "gauge",
			"Median age of the outstanding objects.");
	for (size_t i = 0; i < nr; i++) {
		put_site(out, "kleak_site_median_age_seconds", &r->sites[i]);
		fputc('}', out);
		metrics__double(out, r->sites[i].age_median_s);
	}
	if (r->sampling_most <= 1)
		return;
	metrics__family(out, "kleak_site_error_bytes", "gauge",
			"Standard error of kleak_site_bytes; absent without sampling.");
	for (size_t i = 0; i < nr; i++) {
		put_site(out, "kleak_site_error_bytes", &r->sites[i]);
		fputc('}', out);
		metrics__double(out, r->sites[i].bytes_error);
	}
}

static void put_verdicts(const struct report *r, size_t nr, FILE *out)
{
	uint64_t of[VERDICTS] = {};

	metrics__family(out, "kleak_site_verdict_info", "gauge",
			"What is to be said of a site now, as label verdict; always 1.");
	for (size_t i = 0; i < nr; i++) {
		if (!r->sites[i].verdict.is.why)
			continue;
		of[r->sites[i].verdict.is.name]++;
		put_site(out, "kleak_site_verdict_info", &r->sites[i]);
		fputc(',', out);
		metrics__label(out, "verdict", verdict__name(r->sites[i].verdict.is.name));
		fputc('}', out);
		metrics__count(out, 1);
	}
	metrics__family(out, "kleak_sites_listed", "gauge", "Sites listed here, by verdict.");
	for (int v = 0; v < VERDICTS; v++) {
		metrics__sample(out, "kleak_sites_listed", "verdict", verdict__name(v));
		metrics__count(out, of[v]);
	}
}

static void put_fingerprints(const struct report *r, size_t nr, FILE *out)
{
	metrics__family(out, "kleak_site_fingerprint_info", "gauge",
			"What a site has in common with those of other machines that run the same "
			"build, as label fingerprint; always 1; absent where it is not known.");
	for (size_t i = 0; i < nr; i++) {
		char fingerprint[20];

		if (!r->sites[i].fingerprint)
			continue;
		snprintf(fingerprint, sizeof(fingerprint), "%016" PRIx64, r->sites[i].fingerprint);
		put_site(out, "kleak_site_fingerprint_info", &r->sites[i]);
		fputc(',', out);
		metrics__label(out, "fingerprint", fingerprint);
		fputc('}', out);
		metrics__count(out, 1);
	}
}

static void put_sites(const struct report *r, size_t top, FILE *out)
{
	size_t nr = r->nr_sites;

	metrics__gauge_count(out, "kleak_sites",
			     "Sites with something outstanding, also those not listed.",
			     r->nr_sites_all);
	metrics__gauge_count(out, "kleak_sites_bytes", "Bytes outstanding, of all sites.",
			     r->bytes_all);
	if (top && top < nr)
		nr = top;
	if (nr > PROM_SITES_MOST)
		nr = PROM_SITES_MOST;
	put_verdicts(r, nr, out);
	if (!nr)
		return;
	put_fingerprints(r, nr, out);
	put_numbers(r, nr, out);
	put_rates(r, nr, out);
}

int prom__print(const struct report *report, size_t top, FILE *out)
{
	put_run(report, out);
	put_ledger(report, out);
	put_slab(&report->slab, out);
	put_meminfo(report, out);
	put_events(report, out);
	put_losses(report, out);
	put_sampling(report, out);
	put_scan(&report->scan, out);
	put_sites(report, top, out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
