/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory that the kernel keeps for itself: which pages those are, by their struct
 * pages, and their words, by the direct map.  Free pages, those of processes and of the
 * page cache, and what is no RAM are not touched.  Pure but for the callbacks.
 */
#ifndef KLEAK_MEMORY_RAM_H
#define KLEAK_MEMORY_RAM_H

#include "memory/slub.h"
#include "memory/slub_mask.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RAM_CACHE_NAME 32

/* Physical addresses [start, end). */
struct ram_range {
	uint64_t start;
	uint64_t end;
};

struct ram {
	struct slub *slub; /* by the caller */
	/* the same as read(), without the copy: valid until the next call; or NULL */
	void *(*peek)(void *arg, uint64_t address, size_t len);

	/* by the caller: called between any few MB of a walk, which ends with what is not 0; it may
	 * read memory.  Or NULL. */
	int (*between)(void *arg);
	void *between_arg;

	/* by the caller: told of the large blocks, huge pages and free ones, that a walk passes
	 * over which ram__remember() asked to look at all.  0 or what ends the walk.  Or NULL. */
	int (*passed)(void *arg, uint64_t start, uint64_t end);
	void *passed_arg;

	struct ram_range *ram; /* sorted, apart from each other */
	size_t nr_ram, room_ram;
	uint64_t code;	/* physical address of the kernel's text */
	uint64_t text;	/* its address, where it runs */
	uint64_t image; /* bytes of the kernel's image from there on */
	uint64_t base;	/* the direct map: of physical address 0 */
	struct ram_cache *caches;
	size_t nr_caches;
	uint8_t *pages; /* struct pages at work */
	size_t room_pages;
	struct slub_place *slabs; /* of these */
	size_t nr_slabs, room_slabs;
	struct ram_range *dead; /* in the direct map; sorted by ram_walk__words() */
	size_t nr_dead, room_dead, at_dead;
	struct ram_range *kept; /* as dead */
	size_t nr_kept, room_kept, at_kept;
	struct ram_range *blank; /* as dead */
	size_t nr_blank, room_blank, at_blank;
	uint64_t *owners; /* sorted by ram_walk__words() */
	size_t nr_owners, room_owners;
	uint64_t last_head; /* of the compound page seen last */
	int last_kind;
	uint64_t last_books; /* the slab of another tracker's books seen last */
	/* what each stretch of so many pages as are looked at in one go holds; see ram__remember()
	 */
	enum {
		RAM_FORGETS,
		RAM_LEARNS,    /* the next walk is to note it */
		RAM_REMEMBERS, /* it has */
	} map;
	uint8_t *held;
	size_t room_held;
};

enum ram_kind {
	RAM_OTHER,  /* free, a process's, the page cache's: not to be read */
	RAM_SLAB,   /* slabs */
	RAM_KERNEL, /* the kernel's in any other way; its own image among it */
};

/*
 * Read the text of /proc/iomem (kernel/resource.c).  0; -EPERM: it hides the addresses;
 * -ENODATA: no System RAM or no Kernel code in it; -ENOMEM, -EIO.
 */
int ram__parse_iomem(struct ram *memory, FILE *file);

/*
 * Find the direct map.  near: any address in it; text: where _text runs.  0 or -ENODATA.
 */
int ram__find_base(struct ram *memory, uint64_t near, uint64_t text);

/* What stands at [start, end) is left over: ram_walk__words() has zeros there.  0 or -ENOMEM. */
int ram__add_dead(struct ram *memory, uint64_t start, uint64_t end);

void ram__forget_dead(struct ram *memory);

/*
 * Whole pages at [start, end), none of a slab, have no words for ram_walk__words(), which does not
 * read them.  Until ram__remember().  0 or -ENOMEM.
 */
int ram__add_blank(struct ram *memory, uint64_t start, uint64_t end);

/*
 * Pages whose struct page names this owner (page.index or page.private) are not for
 * ram_walk__words(): somebody else knows which of their words count.  0 or -ENOMEM.
 */
int ram__leave_to(struct ram *memory, uint64_t owner);

void ram__forget_owners(struct ram *memory);

/*
 * Pages at [start, end) are for ram_walk__words(), though their struct pages do not say that
 * anybody has them: those of a block that is no compound page, behind its first one.  0 or -ENOMEM.
 */
int ram__keep(struct ram *memory, uint64_t start, uint64_t end);

void ram__forget_kept(struct ram *memory);

/*
 * The next walk (ram_walk.h) looks at every struct page and notes which stretches of memory, of
 * some MB each, hold what; those after it look only where there was something for them.  Until this
 * is called again.
 */
void ram__remember(struct ram *memory);

/* Of the page whose struct page's bytes are at `here`, and which is no tail. */
enum ram_kind ram__kind_of_head(const struct slub_layout *l, const uint8_t *here);

/*
 * Of the page whose struct page is at `page`, its bytes at `here`.  *head: the struct page of the
 * first one of its compound page.
 */
enum ram_kind ram__kind_of(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t *head);

/* What the page is that the address (in the direct map) lies in.  *cache: of slabs. */
enum ram_kind ram__kind(struct ram *memory, uint64_t address, uint64_t *cache);

/*
 * The same of a page of a block that begins at `first` and is no compound page: whoever has it is
 * counted in its first page alone.
 */
enum ram_kind ram__kind_in_block(struct ram *memory, uint64_t address, uint64_t first);

/* Is there RAM at this address of the direct map? */
bool ram__contains(const struct ram *memory, uint64_t address);

/* Where an address of the direct map is in the kernel's image as it runs; 0: it is not. */
uint64_t ram__in_image(const struct ram *memory, uint64_t address);

/* The name of a struct kmem_cache, "" when it cannot be read; valid until the next walk. */
const char *ram__cache_name(struct ram *memory, uint64_t cache);

void ram__free(struct ram *memory);

#endif
