/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Can the objects of reclaimable caches really go?  What memory/pin_sample has to know of this
 * kernel, brought together.
 */
#ifndef KLEAK_REPORT_PINNING_H
#define KLEAK_REPORT_PINNING_H

#include "kernel/kernel.h"
#include "kernel/symbols.h"
#include "memory/pin_sample.h"
#include "trace/sites.h"
#include "trace/snapshot.h"
#include "trace/tracer.h"

#include <stdbool.h>
#include <stdint.h>

struct pinning {
	bool known; /* where this kernel keeps what */
	bool dated; /* sites tell when their addresses were seen */
	struct tracer *tracer;
	const struct names *names; /* NULL: hidden */
	struct vfs vfs;
	struct pins pins;
	double seconds; /* the last look took */
};

/* symbols: may be NULL; dated: modules are watched.  *pinning starts as all zeros. */
void pinning__open(struct pinning *pinning, const struct kernel *kernel, struct tracer *tracer,
		   const struct symbols *symbols, bool dated);

/* Look at the sites.  0 or -ENOMEM. */
int pinning__look(struct pinning *pinning, const struct snapshot *snapshot,
		  const struct sites *sites);

void pinning__free(struct pinning *pinning);

#endif
