/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The list of sites with frames outside the kernel's own text, which programs write and read
 * (bpf/code.bpf.h): made anew when it has filled up with entries that were given back.
 *
 * Each site is put into it once, by who makes the site.  Where an entry of the site table is given
 * back and used again it stands there twice, so that in weeks the list gets full whatever is in the
 * table; all of that is then looked at each time that code of a BPF program goes.
 */
#ifndef KLEAK_TRACE_CODE_SITES_H
#define KLEAK_TRACE_CODE_SITES_H

#include "kleak.h"

#include <stdbool.h>
#include <stdint.h>

/* All belongs to the caller; what the loader does to it, programs see. */
struct code_sites_tables {
	struct kleak_control *control;
	uint32_t *list; /* KLEAK_CODE_SITES */
	const struct kleak_site *sites;
	uint32_t nr_sites;
	struct kleak_range text; /* the kernel's own */
	void (*wait)(void *arg); /* until every program that runs now has ended */
	void *arg;
};

/*
 * Make the list anew if it is half full and most of it is of no use.  `released`: entries of the
 * site table that were given back so far; *looked: of these, as many as there were at the last look
 * (0 at the start).  True: it was made.
 */
bool code_sites__renew(const struct code_sites_tables *tables, uint64_t released, uint64_t *looked);

#endif
