// SPDX-License-Identifier: GPL-2.0-only
#include "memory/ram.h"
#include "memory/slub_mask.h"
#include "memory/vmemmap.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PIECE	    ((uint64_t)KLEAK_READ_MOST)
#define BASE_ALIGN  (1ULL << 29) /* arm64 with pages of 64 KiB; 1 GiB elsewhere */
#define SAMPLE	    2048	 /* bytes of the kernel's text that must be the same */
#define MOST_CACHES 4096

#define UNTYPED 0xffffffffU /* page_type, or _mapcount of what nobody maps */

struct ram_cache {
	uint64_t address;
	char name[RAM_CACHE_NAME];
};

/* ---- /proc/iomem ---- */

static int add_ram(struct ram *memory, uint64_t start, uint64_t end)
{
	int err = array__reserve((void **)&memory->ram, memory->nr_ram + 1, &memory->room_ram,
				 sizeof(*memory->ram));

	if (!err && start < end)
		memory->ram[memory->nr_ram++] = (struct ram_range){start, end};
	return err;
}

/* Take a part out of the RAM that was added last: it is not the kernel's to use. */
static int cut_ram(struct ram *memory, uint64_t start, uint64_t end)
{
	struct ram_range *last = memory->nr_ram ? &memory->ram[memory->nr_ram - 1] : NULL;
	uint64_t its_end;

	if (!last || start < last->start || end > last->end)
		return 0;
	its_end = last->end;
	last->end = start;
	if (last->start == last->end)
		memory->nr_ram--;
	return add_ram(memory, end, its_end);
}

int ram__parse_iomem(struct ram *memory, FILE *file)
{
	char line[256], name[128];
	uint64_t start, last, sum = 0;
	int err = 0;

	memory->nr_ram = 0;
	memory->code = 0;
	while (!err && fgets(line, sizeof(line), file)) {
		if (sscanf(line, " %" SCNx64 "-%" SCNx64 " : %127[^\n]", &start, &last, name) != 3)
			continue;
		sum += last;
		if (line[0] != ' ' && !strncmp(name, "System RAM", strlen("System RAM")))
			err = add_ram(memory, start, last + 1);
		else if (line[0] == ' ' && !strcmp(name, "Crash kernel"))
			err = cut_ram(memory, start, last + 1);
		else if (!strcmp(name, "Kernel code"))
			memory->code = start;
		if (memory->code && !strncmp(name, "Kernel ", strlen("Kernel ")))
			memory->image = last + 1 - memory->code;
	}
	if (err)
		return err;
	if (ferror(file))
		return -EIO;
	if (!sum)
		return -EPERM;
	return memory->nr_ram && memory->code ? 0 : -ENODATA;
}

/* ---- the direct map ---- */

static bool is_same(const struct ram *memory, uint64_t a, uint64_t b)
{
	uint8_t one[SAMPLE], other[SAMPLE];

	return !memory->slub->read(memory->slub->arg, a, one, sizeof(one)) &&
	       !memory->slub->read(memory->slub->arg, b, other, sizeof(other)) &&
	       !memcmp(one, other, sizeof(one));
}

int ram__find_base(struct ram *memory, uint64_t near, uint64_t text)
{
	uint64_t most = memory->ram[memory->nr_ram - 1].end;
	uint64_t first = near & ~(BASE_ALIGN - 1);

	memory->text = text;
	for (uint64_t back = 0; back <= most; back += BASE_ALIGN) {
		uint64_t base = first - back, code = base + memory->code;

		if (!is_same(memory, code, text) || !is_same(memory, code + SAMPLE, text + SAMPLE))
			continue;
		memory->base = base;
		return 0;
	}
	return -ENODATA;
}

bool ram__contains(const struct ram *memory, uint64_t address)
{
	uint64_t physical = address - memory->base;

	for (size_t i = 0; i < memory->nr_ram; i++)
		if (physical >= memory->ram[i].start && physical < memory->ram[i].end)
			return true;
	return false;
}

uint64_t ram__in_image(const struct ram *memory, uint64_t address)
{
	uint64_t physical = address - memory->base;

	return physical >= memory->code && physical - memory->code < memory->image
		       ? physical - memory->code + memory->text
		       : 0;
}

/* ---- what a page is ---- */

static bool has_flag(uint64_t flags, uint32_t bit)
{
	return bit != SLUB_NONE && flags >> bit & 1;
}

/* Of a page that is no tail (include/linux/page-flags.h, include/linux/mm_types.h). */
static enum ram_kind kind_of_head(const struct slub_layout *l, const uint8_t *page)
{
	uint64_t flags = bytes__word(page, l->page_flags);
	uint32_t type = bytes__half(page, l->page_type);

	if (has_flag(flags, l->poison_flag))
		return RAM_OTHER;
	if (vmemmap__says_slab(l, page))
		return RAM_SLAB;
	if ((l->large_type != SLUB_NONE && type >> 24 == l->large_type) ||
	    (l->pool_type != SLUB_NONE && type >> 24 == l->pool_type))
		return RAM_KERNEL;
	/* free ones, page tables, balloons have a type; what is mapped has a count there */
	if (type != UNTYPED || !bytes__half(page, l->page_refcount))
		return RAM_OTHER;
	if (has_flag(flags, l->lru_flag) ||
	    vmemmap__says_mapped(bytes__word(page, l->page_mapping),
				 l->page_pool == SLUB_NONE ? 0 : bytes__word(page, l->page_pool)))
		return RAM_OTHER;
	return RAM_KERNEL;
}

static bool read_page(const struct ram *memory, uint64_t page, uint8_t *to)
{
	const struct slub *slub = memory->slub;

	return !slub->read(slub->arg, page, to, slub->layout.page);
}

/* Of the page that stands at `here`; its struct page is at `page`. */
static enum ram_kind kind_of(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t *head)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint8_t its[256];

	*head = vmemmap__head_of(page, bytes__word(here, l->page_head));
	if (*head != page) {
		if (*head == memory->last_head)
			return memory->last_kind;
		if (l->page > sizeof(its) || !read_page(memory, *head, its))
			return RAM_OTHER;
		here = its;
	}
	memory->last_head = *head;
	memory->last_kind = kind_of_head(l, here);
	return memory->last_kind;
}

enum ram_kind ram__kind(struct ram *memory, uint64_t address, uint64_t *cache)
{
	const struct slub *slub = memory->slub;
	uint64_t page = vmemmap__page_of(memory->slub, address), head;
	enum ram_kind kind;
	uint8_t here[256];

	*cache = 0;
	if (slub->layout.page > sizeof(here) || !ram__contains(memory, address) ||
	    !read_page(memory, page, here))
		return RAM_OTHER;
	memory->last_head = 0;
	kind = kind_of(memory, here, page, &head);
	if (kind == RAM_SLAB &&
	    slub->read(slub->arg, head + slub->layout.slab_cache, cache, sizeof(*cache)))
		*cache = 0;
	return kind;
}

/* Neither used in any other way, nor known to be free. */
static bool is_bare(const struct slub_layout *l, const uint8_t *page)
{
	uint64_t flags = bytes__word(page, l->page_flags);

	return bytes__half(page, l->page_type) == UNTYPED && !bytes__half(page, l->page_refcount) &&
	       !bytes__word(page, l->page_mapping) && !has_flag(flags, l->lru_flag) &&
	       !has_flag(flags, l->poison_flag) && !(bytes__word(page, l->page_head) & 1);
}

enum ram_kind ram__kind_in_block(struct ram *memory, uint64_t address, uint64_t first)
{
	uint64_t cache;
	enum ram_kind kind = ram__kind(memory, address, &cache);
	uint8_t here[256];

	if (kind != RAM_OTHER || address == first || memory->slub->layout.page > sizeof(here) ||
	    !ram__contains(memory, address) ||
	    !read_page(memory, vmemmap__page_of(memory->slub, address), here) ||
	    !is_bare(&memory->slub->layout, here))
		return kind;
	return ram__kind(memory, first, &cache) == RAM_KERNEL ? RAM_KERNEL : RAM_OTHER;
}

const char *ram__cache_name(struct ram *memory, uint64_t cache)
{
	const struct slub *slub = memory->slub;
	struct ram_cache *its;
	uint64_t name;

	for (size_t i = 0; i < memory->nr_caches; i++)
		if (memory->caches[i].address == cache)
			return memory->caches[i].name;
	if (memory->nr_caches == MOST_CACHES)
		return "";
	if (!memory->caches) {
		/* all at once: names that were given out stay where they are */
		memory->caches = calloc(MOST_CACHES, sizeof(*memory->caches));
		if (!memory->caches)
			return "";
	}
	its = &memory->caches[memory->nr_caches++];
	its->address = cache;
	if (slub->read(slub->arg, cache + slub->layout.cache_name, &name, sizeof(name)) ||
	    slub->read(slub->arg, name, its->name, sizeof(its->name)))
		its->name[0] = 0;
	its->name[sizeof(its->name) - 1] = 0;
	return its->name;
}

/* ---- walks ---- */

struct walk {
	int (*see)(void *arg, uint64_t address, const uint64_t *words, size_t nr);
	int (*see_slab)(void *arg, uint64_t address, uint64_t cache);
	int (*see_page)(void *arg, uint64_t address, const uint8_t *page, enum ram_kind kind);
	void *arg;
};

/* Free objects in the slabs of [start, end) hold what is left over: no words. */
static void mask_slabs(struct ram *memory, uint64_t start, uint64_t end, uint8_t *content)
{
	for (size_t i = 0; i < memory->nr_slabs; i++) {
		const struct slub_place *slab = &memory->slabs[i];

		if (slab->bytes > PIECE)
			slub_mask__part(memory->slub, slab, start, end, content);
		else if (slab->start >= start && slab->start + slab->bytes <= end)
			slub_mask__whole(memory->slub, slab, content + (slab->start - start));
	}
}

/* What is free in slabs that are larger than a piece has to be known before it is read. */
static int read_large_slabs(struct ram *memory)
{
	int err = 0;

	for (size_t i = 0; i < memory->nr_slabs && err != -ENOMEM; i++) {
		uint64_t start;
		uint32_t size, nr;

		if (memory->slabs[i].bytes > PIECE)
			err = slub__slab_of(memory->slub, memory->slabs[i].start, &start, &size,
					    &nr);
	}
	return err == -ENOMEM ? err : 0;
}

static int add_range(struct ram_range **list, size_t *nr, size_t *room, struct ram_range range)
{
	int err = array__reserve((void **)list, *nr + 1, room, sizeof(**list));

	if (!err && range.start < range.end)
		(*list)[(*nr)++] = range;
	return err;
}

int ram__add_dead(struct ram *memory, uint64_t start, uint64_t end)
{
	return add_range(&memory->dead, &memory->nr_dead, &memory->room_dead,
			 (struct ram_range){start, end});
}

int ram__keep(struct ram *memory, uint64_t start, uint64_t end)
{
	return add_range(&memory->kept, &memory->nr_kept, &memory->room_kept,
			 (struct ram_range){start, end});
}

void ram__forget_kept(struct ram *memory)
{
	memory->nr_kept = 0;
}

void ram__forget_dead(struct ram *memory)
{
	memory->nr_dead = 0;
}

int ram__leave_to(struct ram *memory, uint64_t owner)
{
	int err = array__reserve((void **)&memory->owners, memory->nr_owners + 1,
				 &memory->room_owners, sizeof(*memory->owners));

	if (!err)
		memory->owners[memory->nr_owners++] = owner;
	return err;
}

void ram__forget_owners(struct ram *memory)
{
	memory->nr_owners = 0;
}

static int by_word(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static bool names_owner(const struct ram *memory, const uint8_t *page, uint32_t offset)
{
	uint64_t word;

	if (offset == SLUB_NONE)
		return false;
	word = bytes__word(page, offset);
	return bsearch(&word, memory->owners, memory->nr_owners, sizeof(word), by_word);
}

/* The pages come in order of address. */
static bool is_kept(struct ram *memory, uint64_t address)
{
	while (memory->at_kept < memory->nr_kept && memory->kept[memory->at_kept].end <= address)
		memory->at_kept++;
	return memory->at_kept < memory->nr_kept && memory->kept[memory->at_kept].start <= address;
}

/* Does somebody else know which of the page's words count? */
static bool is_owned(const struct ram *memory, const uint8_t *page)
{
	const struct slub_layout *l = &memory->slub->layout;

	return memory->nr_owners && (names_owner(memory, page, l->page_index) ||
				     names_owner(memory, page, l->page_private));
}

static int by_start(const void *a, const void *b)
{
	const struct ram_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* The pieces come in order of address. */
static void mask_dead(struct ram *memory, uint64_t start, uint64_t end, uint8_t *content)
{
	while (memory->at_dead < memory->nr_dead && memory->dead[memory->at_dead].end <= start)
		memory->at_dead++;
	for (size_t i = memory->at_dead; i < memory->nr_dead && memory->dead[i].start < end; i++) {
		const struct ram_range *dead = &memory->dead[i];
		uint64_t from = dead->start > start ? dead->start : start;
		uint64_t to = dead->end < end ? dead->end : end;

		if (from < to)
			memset(content + (from - start), 0, to - from);
	}
}

/* Also of the kernel's image, whose variables arm64 leaves out of the direct map from 7.x on: they
 * stand where the image is mapped. */
static void *peek_at(const struct ram *memory, uint64_t start, uint64_t end)
{
	void *words = memory->peek(memory->slub->arg, start, end - start);
	uint64_t image = words ? 0 : ram__in_image(memory, start);

	if (image && ram__in_image(memory, end - 1))
		words = memory->peek(memory->slub->arg, image, end - start);
	return words;
}

static int see_piece(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	void *words = peek_at(memory, start, end);

	if (!words || !walk->see)
		return -EFAULT;
	mask_slabs(memory, start, end, words);
	mask_dead(memory, start, end, words);
	return walk->see(walk->arg, start, words, (end - start) / sizeof(uint64_t));
}

/* Where the stretch of `bytes` (2^n) ends that `at` lies in; `end` at the latest. */
static uint64_t end_of(uint64_t at, uint64_t bytes, uint64_t end)
{
	uint64_t to = (at | (bytes - 1)) + 1;

	return to < end ? to : end;
}

/*
 * Memory that is to be read, [start, end) in the direct map.  Of a piece that cannot be read some
 * page has gone, or was taken out of the direct map: then its pages are tried one by one.
 */
static int see_run(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	uint64_t page_size = memory->slub->layout.page_size, single = start;
	int err = read_large_slabs(memory);

	for (uint64_t at = start, to; at < end && !err; at = to) {
		to = end_of(at, PIECE, end);
		if (at < single)
			to = end_of(at, page_size, to);
		err = see_piece(memory, walk, at, to);
		if (err != -EFAULT)
			continue;
		err = 0;
		if (to - at > page_size) {
			single = to;
			to = at;
		} else {
			to = end_of(at, page_size, end); /* a page may be larger than a piece */
		}
	}
	return err;
}

static int add_slab(struct ram *memory, const uint8_t *page, uint64_t head, uint64_t address)
{
	const struct slub_layout *l = &memory->slub->layout;
	struct slub_place *slab;
	int err = array__reserve((void **)&memory->slabs, memory->nr_slabs + 1, &memory->room_slabs,
				 sizeof(*memory->slabs));

	if (err)
		return err;
	slab = &memory->slabs[memory->nr_slabs++];
	*slab = (struct slub_place){
		.head = head,
		.start = address,
		.bytes = l->page_size,
		.counters = {bytes__word(page, l->slab_freelist),
			     bytes__word(page, l->slab_freelist + sizeof(uint64_t))},
	};
	return slub_mask__note(memory->slub, slab, bytes__word(page, l->slab_cache));
}

/* Note the slab that starts with this page or goes on with it. */
static int note_slab(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t head,
		     uint64_t address)
{
	struct slub_place *last = memory->nr_slabs ? &memory->slabs[memory->nr_slabs - 1] : NULL;

	if (head == page)
		return add_slab(memory, here, head, address);
	if (last && last->head == head)
		last->bytes += memory->slub->layout.page_size;
	return 0;
}

/*
 * Books of others that hold the address of what they track, and would refer to all of it: those of
 * kmemleak (mm/kmemleak.c) and of CONFIG_DEBUG_OBJECTS (lib/debugobjects.c).
 */
static bool holds_books(struct ram *memory, uint64_t cache)
{
	static const char *const caches[] = {"kmemleak_object", "kmemleak_scan_area",
					     "debug_objects_cache"};
	const char *name = ram__cache_name(memory, cache);

	for (size_t i = 0; i < sizeof(caches) / sizeof(caches[0]); i++)
		if (!strcmp(name, caches[i]))
			return true;
	return false;
}

static bool is_book(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t head)
{
	if (head == page && holds_books(memory, bytes__word(here, memory->slub->layout.slab_cache)))
		memory->last_books = head;
	return memory->last_books == head;
}

static bool is_left_out(struct ram *memory, enum ram_kind kind, const uint8_t *here, uint64_t page,
			uint64_t head)
{
	return kind == RAM_SLAB ? is_book(memory, here, page, head)
				: kind == RAM_KERNEL && is_owned(memory, here);
}

/* Hand on the pages at [start, end), whose struct pages have been copied. */
static int walk_heads(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t page = vmemmap__page_of(memory->slub, start);
	const uint8_t *here = memory->pages;
	int err = 0;

	for (uint64_t at = start; at < end && !err; at += l->page_size) {
		if (vmemmap__head_of(page, bytes__word(here, l->page_head)) == page)
			err = walk->see_page(walk->arg, at, here, kind_of_head(l, here));
		here += l->page;
		page += l->page;
	}
	return err;
}

/* The pages at [start, end), whose struct pages have been copied. */
static int walk_copied(struct ram *memory, const struct walk *walk, uint64_t start, uint64_t end)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t run = 0, page = vmemmap__page_of(memory->slub, start);
	const uint8_t *here = memory->pages;
	int err = 0;

	if (walk->see_page)
		return walk_heads(memory, walk, start, end);
	memory->nr_slabs = 0;
	for (uint64_t at = start; at < end && !err; at += l->page_size) {
		uint64_t head;
		enum ram_kind kind = kind_of(memory, here, page, &head);

		if (!walk->see_slab && is_left_out(memory, kind, here, page, head))
			kind = RAM_OTHER;
		else if (!walk->see_slab && kind == RAM_OTHER && is_kept(memory, at))
			kind = RAM_KERNEL;
		if (kind == RAM_SLAB && !walk->see_slab)
			err = note_slab(memory, here, page, head, at);
		if (walk->see_slab) {
			if (kind == RAM_SLAB && head == page)
				err = walk->see_slab(walk->arg, at,
						     bytes__word(here, l->slab_cache));
		} else if (kind == RAM_OTHER) {
			if (run && !err)
				err = see_run(memory, walk, run, at);
			run = 0;
			memory->nr_slabs = 0;
		} else if (!run) {
			run = at;
		}
		here += l->page;
		page += l->page;
	}
	if (run && !err)
		err = see_run(memory, walk, run, end);
	return err;
}

static int walk_ram(struct ram *memory, const struct walk *walk, struct ram_range ram)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint64_t step = PIECE / l->page * l->page_size;
	uint64_t start = (ram.start + l->page_size - 1) / l->page_size * l->page_size;
	uint64_t end = ram.end / l->page_size * l->page_size;
	int err = 0;

	while (start < end && !err) {
		uint64_t to = (start / step + 1) * step, address = memory->base + start;
		const void *pages;

		err = memory->between ? memory->between(memory->between_arg) : 0;
		if (err)
			return err;
		if (to > end)
			to = end;
		pages = memory->peek(memory->slub->arg, vmemmap__page_of(memory->slub, address),
				     (to - start) / l->page_size * l->page);
		if (pages) {
			memcpy(memory->pages, pages, (to - start) / l->page_size * l->page);
			err = walk_copied(memory, walk, address, memory->base + to);
		}
		start = to;
	}
	return err;
}

static int walk_all(struct ram *memory, const struct walk *walk)
{
	int err = array__reserve((void **)&memory->pages, PIECE, &memory->room_pages, 1);

	memory->last_head = 0;
	memory->last_books = 0;
	memory->nr_caches = 0; /* where one was destroyed there may be another */
	slub__begin(memory->slub);
	for (size_t i = 0; i < memory->nr_ram && !err; i++)
		err = walk_ram(memory, walk, memory->ram[i]);
	return err;
}

int ram__walk(struct ram *memory,
	      int (*see_words)(void *arg, uint64_t address, const uint64_t *words, size_t nr),
	      void *arg)
{
	const struct walk walk = {.see = see_words, .arg = arg};

	if (memory->nr_dead)
		qsort(memory->dead, memory->nr_dead, sizeof(*memory->dead), by_start);
	if (memory->nr_owners)
		qsort(memory->owners, memory->nr_owners, sizeof(*memory->owners), by_word);
	if (memory->nr_kept)
		qsort(memory->kept, memory->nr_kept, sizeof(*memory->kept), by_start);
	memory->at_dead = 0;
	memory->at_kept = 0;
	return walk_all(memory, &walk);
}

int ram__walk_slabs(struct ram *memory, int (*see)(void *arg, uint64_t address, uint64_t cache),
		    void *arg)
{
	const struct walk walk = {.see_slab = see, .arg = arg};

	return walk_all(memory, &walk);
}

int ram__walk_pages(struct ram *memory,
		    int (*see)(void *arg, uint64_t address, const uint8_t *page,
			       enum ram_kind kind),
		    void *arg)
{
	const struct walk walk = {.see_page = see, .arg = arg};

	return walk_all(memory, &walk);
}

void ram__free(struct ram *memory)
{
	free(memory->ram);
	free(memory->caches);
	free(memory->pages);
	free(memory->slabs);
	free(memory->dead);
	free(memory->owners);
	free(memory->kept);
	memset(memory, 0, sizeof(*memory));
}
