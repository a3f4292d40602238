/* SPDX-License-Identifier: GPL-2.0-only */
/* Metrics in Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats).
 */
#ifndef KLEAK_RENDER_METRICS_H
#define KLEAK_RENDER_METRICS_H

#include <stdint.h>
#include <stdio.h>

/* The two lines that a metric begins with; type: "gauge", "counter". */
void metrics__family(FILE *out, const char *name, const char *type, const char *help);

/* label="value"; NULL is "".  What is no UTF-8, or could command a terminal, stands as \xNN. */
void metrics__label(FILE *out, const char *label, const char *value);

/* A sample with one label, but for its number. */
void metrics__sample(FILE *out, const char *name, const char *label, const char *value);

/* The number of a sample, and the end of its line. */
void metrics__double(FILE *out, double number);
void metrics__count(FILE *out, uint64_t number);
void metrics__bytes(FILE *out, int64_t number);

/* Metrics without labels. */
void metrics__gauge(FILE *out, const char *name, const char *help, double number);
void metrics__gauge_count(FILE *out, const char *name, const char *help, uint64_t number);
void metrics__counter(FILE *out, const char *name, const char *help, uint64_t number);

#endif
