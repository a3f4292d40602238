/* SPDX-License-Identifier: GPL-2.0-only */
/* What a report is to hold. */
#ifndef KLEAK_REPORT_REPORT_OPTIONS_H
#define KLEAK_REPORT_REPORT_OPTIONS_H

#include "trace/sites.h"

#include <stdbool.h>
#include <stdint.h>

struct report_options {
	double interval_s;   /* between two of them */
	bool interval_given; /* it is kept, whatever reports cost */
	enum sites_key sort;
	bool sort_given;
	uint32_t rows;	     /* sites; 0: all */
	double evidence_s;   /* no LEAK before a site was watched for so long */
	double max_overhead; /* share of the machine's CPUs that tracing may take; 0: not watched */
	bool show_objects;   /* those that nothing refers to, one by one */
	bool by_cgroup;	     /* told as well, by the cgroup that is charged */
	bool verbose;
};

#endif
