/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * page_owner in debugfs: who took the pages in use, where the kernel was built with
 * CONFIG_PAGE_OWNER and booted with page_owner=on (mm/page_owner.c).  A record for each
 * allocation (page_owner), or from 6.8 on one for each stack (page_owner_stacks/show_stacks).
 */
#ifndef KLEAK_KERNEL_PAGEOWNER_H
#define KLEAK_KERNEL_PAGEOWNER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pageowner {
	char place[128];    /* who took most pages for itself, "foo_alloc+0x1a4/0x1b90 [mod]" */
	uint64_t pages;	    /* of it */
	uint64_t total;	    /* of all that took pages for themselves */
	uint64_t elsewhere; /* pages that another allocator, processes or the page cache count */
	uint64_t places;    /* how many took some */
	bool cut;	    /* there were more records */
	uint64_t odd;	    /* lines that were not understood: records that are not counted */
};

/*
 * Read the text of either file, `most` records of it at most.  0, -ENOMEM or -EIO; *owner is
 * untouched unless 0.
 */
int pageowner__parse(struct pageowner *owner, FILE *file, uint64_t most);

#endif
