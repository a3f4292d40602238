/* SPDX-License-Identifier: GPL-2.0-only */
/* What scans found, written into a report: unreferenced objects, by site. */
#ifndef KLEAK_REPORT_UNREFERENCED_H
#define KLEAK_REPORT_UNREFERENCED_H

#include "memory/scanner.h"
#include "report/report.h"
#include "trace/sites.h"

#include <stddef.h>
#include <stdint.h>

#define UNREFERENCED_LISTED 20 /* objects of a site */

struct unreferenced {
	uint64_t objects, bytes;
	struct referrers holders;   /* of the sites that were sampled */
	struct referrers next;	    /* of those that are being */
	uint32_t *groups;	    /* entry of the site table -> site of `holders` */
	uint32_t *rows;		    /* site.index -> row of the list, or UINT32_MAX */
	struct report_object *list; /* UNREFERENCED_LISTED for each row */
	size_t *listed;		    /* how many of them */
	size_t room_rows, room_list, room_listed;
};

/*
 * Count every site's orphans that are outstanding: before sites__sort().  min_age_s:
 * younger ones are not.  bits: of the sampling now (kleak_bits()).  *findings starts as all zeros.
 */
void unreferenced__count(struct unreferenced *findings, const struct scanner *scanner,
			 struct sites *sites, double min_age_s, uint32_t bits);

/*
 * List the orphans of sites->list[0 .. nr) that are shown: shown(site) tells.  After
 * sites__sort(); row i of unreferenced__of() is the i-th that is shown.  0 or -ENOMEM.
 */
int unreferenced__list(struct unreferenced *findings, const struct scanner *scanner,
		       const struct sites *sites, bool (*shown)(const struct site *), size_t nr);

/*
 * Have the scanner sample the first sites of the list that are shown, until
 * unreferenced__sampled(). entries: of the site table.  0 or -ENOMEM.
 */
int unreferenced__sample(struct unreferenced *findings, struct scanner *scanner,
			 const struct sites *sites, bool (*shown)(const struct site *),
			 uint32_t entries);

/* It has, and what it saw takes the place of findings->holders if it went through all memory. */
void unreferenced__sampled(struct unreferenced *findings, struct scanner *scanner, bool whole);

/* The objects listed for a row; *nr of them. */
const struct report_object *unreferenced__of(const struct unreferenced *findings, size_t row,
					     size_t *nr);

void unreferenced__free(struct unreferenced *findings);

#endif
