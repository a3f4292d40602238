// SPDX-License-Identifier: GPL-2.0-only
#include "memory/ram.h"
#include "memory/slub_cache.h"
#include "memory/vmemmap.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define BASE_ALIGN (1ULL << 29) /* arm64 with pages of 64 KiB; 1 GiB elsewhere */
#define SAMPLE	   2048		/* bytes of the kernel's text that must be the same */

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

/* include/linux/page-flags.h, include/linux/mm_types.h */
enum ram_kind ram__kind_of_head(const struct slub_layout *l, const uint8_t *here)
{
	uint64_t flags = bytes__word(here, l->page_flags);
	uint32_t type = bytes__half(here, l->page_type);

	if (has_flag(flags, l->poison_flag))
		return RAM_OTHER;
	if (vmemmap__says_slab(l, here))
		return RAM_SLAB;
	if ((l->large_type != SLUB_NONE && type >> 24 == l->large_type) ||
	    (l->pool_type != SLUB_NONE && type >> 24 == l->pool_type))
		return RAM_KERNEL;
	/* free ones, page tables, balloons have a type; what is mapped has a count there */
	if (type != UNTYPED || !bytes__half(here, l->page_refcount))
		return RAM_OTHER;
	if (has_flag(flags, l->lru_flag) ||
	    vmemmap__says_mapped(bytes__word(here, l->page_mapping),
				 l->page_pool == SLUB_NONE ? 0 : bytes__word(here, l->page_pool)))
		return RAM_OTHER;
	return RAM_KERNEL;
}

static bool read_page(const struct ram *memory, uint64_t page, uint8_t *to)
{
	const struct slub *slub = memory->slub;

	return !slub->read(slub->arg, page, to, slub->layout.page);
}

enum ram_kind ram__kind_of(struct ram *memory, const uint8_t *here, uint64_t page, uint64_t *head)
{
	const struct slub_layout *l = &memory->slub->layout;
	uint8_t its[SLUB_PAGE_MOST];

	*head = vmemmap__head_of(page, bytes__word(here, l->page_head));
	if (*head != page) {
		if (*head == memory->last_head)
			return memory->last_kind;
		if (l->page > sizeof(its) || !read_page(memory, *head, its))
			return RAM_OTHER;
		here = its;
	}
	memory->last_head = *head;
	memory->last_kind = ram__kind_of_head(l, here);
	return memory->last_kind;
}

enum ram_kind ram__kind(struct ram *memory, uint64_t address, uint64_t *cache)
{
	const struct slub *slub = memory->slub;
	uint64_t page = vmemmap__page_of(memory->slub, address), head;
	enum ram_kind kind;
	uint8_t here[SLUB_PAGE_MOST];

	*cache = 0;
	if (slub->layout.page > sizeof(here) || !ram__contains(memory, address) ||
	    !read_page(memory, page, here))
		return RAM_OTHER;
	memory->last_head = 0;
	kind = ram__kind_of(memory, here, page, &head);
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
	uint8_t here[SLUB_PAGE_MOST];

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
	if (memory->nr_caches == SLUB_CACHES_MOST)
		return "";
	if (!memory->caches) {
		/* all at once: names that were given out stay where they are */
		memory->caches = calloc(SLUB_CACHES_MOST, sizeof(*memory->caches));
		if (!memory->caches)
			return "";
	}
	its = &memory->caches[memory->nr_caches++];
	its->address = cache;
	if (!slub__read_word(slub, cache + slub->layout.cache_name, &name))
		slub_cache__name(slub, name, its->name, sizeof(its->name));
	return its->name;
}

/* ---- what is known of it beside ---- */

static int add_range(struct ram_range **list, size_t *nr, size_t *room, struct ram_range range)
{
	int err = array__reserve((void **)list, *nr + 1, room, sizeof(**list));

	if (!err && *list && range.start < range.end)
		(*list)[(*nr)++] = range;
	return err;
}

int ram__add_dead(struct ram *memory, uint64_t start, uint64_t end)
{
	return add_range(&memory->dead, &memory->nr_dead, &memory->room_dead,
			 (struct ram_range){start, end});
}

int ram__add_blank(struct ram *memory, uint64_t start, uint64_t end)
{
	struct ram_range *last = memory->nr_blank ? &memory->blank[memory->nr_blank - 1] : NULL;

	if (last && last->end == start) {
		last->end = end;
		return 0;
	}
	return add_range(&memory->blank, &memory->nr_blank, &memory->room_blank,
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

void ram__remember(struct ram *memory)
{
	memory->map = RAM_LEARNS;
	memory->nr_blank = 0;
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
	free(memory->held);
	free(memory->blank);
	memset(memory, 0, sizeof(*memory));
}
