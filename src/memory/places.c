// SPDX-License-Identifier: GPL-2.0-only
#include "memory/places.h"
#include "kernel/datasyms.h"
#include "memory/ram_walk.h"
#include "memory/vmemmap.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PAGES_AT_ONCE	512
#define MOST_PAGES	(1U << 24) /* of one area: 64 GiB */
#define MOST_VARIABLE	(1U << 22) /* bytes of a variable */
#define MOST_CPU_MEMORY (4U << 20) /* of the variables of one CPU */

/* ---- the areas of vmalloc, by their vmap_area ---- */

static int read_memory(const struct places *places, uint64_t address, void *to, size_t len)
{
	const struct slub *slub = places->memory->slub;

	return slub->read(slub->arg, address, to, len);
}

static int add_page(struct places *places, uint64_t address, uint64_t mapped)
{
	int err = array__reserve((void **)&places->pages, places->nr_pages + 1, &places->room_pages,
				 sizeof(*places->pages));

	if (!err)
		places->pages[places->nr_pages++] =
			(struct places_page){address, mapped, (uint32_t)(places->nr_areas - 1)};
	return err;
}

static int add_pages(struct places *places, uint64_t start, uint64_t array, uint32_t nr)
{
	uint64_t pages[PAGES_AT_ONCE];
	uint32_t page_size = places->memory->slub->layout.page_size;
	int err = 0;

	for (uint32_t at = 0; at < nr && !err;) {
		uint32_t n = nr - at < PAGES_AT_ONCE ? nr - at : PAGES_AT_ONCE;

		if (read_memory(places, array + at * sizeof(*pages), pages, n * sizeof(*pages)))
			return 0;
		for (uint32_t i = 0; i < n && !err; i++)
			err = add_page(places, vmemmap__address_of(places->slub, pages[i]),
				       start + (uint64_t)(at + i) * page_size);
		at += n;
	}
	return err;
}

/*
 * What may be a struct vmap_area is one if its vm_struct says the same and has not been freed: both
 * keep what they said, and the pages of an area that has gone are others' by now.
 */
static int add_area(struct places *places, uint64_t start, uint64_t end, uint64_t vm)
{
	const struct area_layout *l = places->layout;
	struct places_area *area;
	uint64_t addr, size, array, caller;
	uint32_t nr;
	int err, state;

	if (read_memory(places, vm + l->vm_addr, &addr, sizeof(addr)) || addr != start ||
	    read_memory(places, vm + l->vm_size, &size, sizeof(size)) || size != end - start ||
	    read_memory(places, vm + l->vm_pages, &array, sizeof(array)) || !array ||
	    read_memory(places, vm + l->vm_nr_pages, &nr, sizeof(nr)) || nr > MOST_PAGES ||
	    read_memory(places, vm + l->vm_caller, &caller, sizeof(caller)))
		return 0;
	state = slub__state(places->slub, vm, 0, 0, false);
	if (state < 0 || state == SLUB_FREE)
		return state < 0 ? state : 0;
	err = array__reserve((void **)&places->areas, places->nr_areas + 1, &places->room_areas,
			     sizeof(*places->areas));
	if (err)
		return err;
	area = &places->areas[places->nr_areas++];
	*area = (struct places_area){start, caller};
	return add_pages(places, start, array, nr);
}

/* So many struct vmap_area as lie side by side. */
static int add_areas(struct places *places, uint64_t start, uint32_t size, uint32_t nr)
{
	uint64_t words[KLEAK_READ_MOST / sizeof(uint64_t)];
	int err = 0;

	if (read_memory(places, start, words, (size_t)size * nr))
		return 0;
	for (uint32_t i = 0; i < nr && !err; i++) {
		const uint64_t *object = words + i * size / sizeof(*words);

		err = add_area(places, object[0], object[1],
			       object[places->layout->vmap_area_vm / sizeof(*words)]);
	}
	return err;
}

/* How much memory a CPU has for its variables, at most. */
static uint64_t per_cpu_room(const struct places *places)
{
	uint64_t least = MOST_CPU_MEMORY;

	for (uint32_t a = 0; a < places->nr_cpus; a++)
		for (uint32_t b = 0; b < places->nr_cpus; b++) {
			uint64_t apart = places->cpu_offsets[a] - places->cpu_offsets[b];

			if (a != b && apart < least)
				least = apart;
		}
	return least;
}

void places__clear(struct places *places)
{
	places->nr_areas = 0;
	places->nr_pages = 0;
	places->cpu_room = per_cpu_room(places);
}

int places__see_slab(struct places *places, uint64_t address, uint64_t cache)
{
	uint32_t size, nr, most;
	uint64_t start;
	int err = 0;

	if (strcmp(ram__cache_name(places->memory, cache), "vmap_area") != 0)
		return 0;
	err = slub__slab_of(places->slub, address, &start, &size, &nr);
	if (err)
		return err == -ENOMEM ? err : 0;
	most = KLEAK_READ_MOST / size; /* a slab may be larger than can be read at once */
	for (uint32_t i = 0; i < nr && most && !err; i += most)
		err = add_areas(places, start + (uint64_t)i * size, size,
				nr - i < most ? nr - i : most);
	return err;
}

static int by_address(const void *a, const void *b)
{
	const struct places_page *x = a, *y = b;

	return (x->address > y->address) - (x->address < y->address);
}

void places__sort(struct places *places)
{
	if (places->nr_pages)
		qsort(places->pages, places->nr_pages, sizeof(*places->pages), by_address);
}

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	return places__see_slab(arg, address, cache);
}

int places__begin(struct places *places)
{
	int err;

	places__clear(places);
	err = ram_walk__slabs(places->memory, see_slab, places);
	if (!err)
		places__sort(places);
	return err;
}

int places__each_page(const struct places *places, uint64_t mapped,
		      int (*see)(void *arg, uint64_t address), void *arg)
{
	uint64_t page_size = places->memory->slub->layout.page_size;
	const struct places_page *its = NULL;
	int err = 0;

	for (size_t i = 0; i < places->nr_pages && !its; i++)
		if (mapped - places->pages[i].mapped < page_size)
			its = &places->pages[i];
	for (size_t i = 0; its && i < places->nr_pages && !err; i++)
		if (places->pages[i].area == its->area)
			err = see(arg, places->pages[i].address);
	return err;
}

/* ---- what stands there ---- */

static const struct places_page *page_at(const struct places *places, uint64_t address)
{
	size_t low = 0, high = places->nr_pages;
	uint32_t page_size = places->memory->slub->layout.page_size;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (places->pages[middle].address + page_size <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low < places->nr_pages && places->pages[low].address <= address ? &places->pages[low]
									       : NULL;
}

static bool makes_stacks(const char *function)
{
	/* kernel/fork.c, whichever of them the compiler has left */
	static const char *const makers[] = {"alloc_thread_stack_node", "dup_task_struct",
					     "copy_process", "kernel_clone"};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (!strncmp(function, makers[i], strlen(makers[i])))
			return true;
	return false;
}

/* Who made the area.  False: that is not known. */
static bool maker_of(const struct places *places, const struct places_area *area,
		     struct kallsyms_symbol *function)
{
	const struct names_module *module;

	/* nobody knows when it was made */
	return places->names &&
	       !names__find(places->names, area->caller - 1, NAMES_ANYTIME, function, &module);
}

static bool is_stack(const struct places *places, const struct places_area *area)
{
	struct kallsyms_symbol function;

	return maker_of(places, area, &function) && makes_stacks(function.name);
}

int places__each_stack_page(const struct places *places, bool (*is_used)(void *arg, uint64_t start),
			    int (*see)(void *arg, uint64_t address), void *arg)
{
	bool *unused = calloc(places->nr_areas + 1, sizeof(*unused));
	int err = 0;

	if (!unused)
		return -ENOMEM;
	for (size_t i = 0; i < places->nr_areas; i++)
		unused[i] = !is_used(arg, places->areas[i].start) &&
			    is_stack(places, &places->areas[i]);
	for (size_t i = 0; i < places->nr_pages && !err; i++)
		if (unused[places->pages[i].area])
			err = see(arg, places->pages[i].address);
	free(unused);
	return err;
}

static void find_in_area(const struct places *places, struct place *place, uint64_t address,
			 const struct places_page *page)
{
	const struct places_area *area = &places->areas[page->area];
	uint64_t mapped = page->mapped + (address - page->address);
	struct kallsyms_symbol function;

	place->kind = "vmalloc";
	place->offset = mapped - area->start;
	if (!maker_of(places, area, &function))
		return;
	snprintf(place->name, sizeof(place->name), "%s", function.name);
	if (makes_stacks(function.name)) {
		place->kind = "stack";
		place->name[0] = '\0';
	} else if (strstr(function.name, "module") || strstr(function.name, "execmem")) {
		place->variable = mapped;
	}
}

/*
 * Variables that each CPU has stand where their symbol says plus that CPU's offset.  The
 * symbols begin at 0, or from 6.15 on in the kernel's image.
 */
static bool find_per_cpu(const struct places *places, struct place *place, uint64_t address)
{
	const struct ram *memory = places->memory;

	for (uint32_t cpu = 0; cpu < places->nr_cpus; cpu++) {
		uint64_t symbol = address - places->cpu_offsets[cpu];

		if (symbol >= places->cpu_room &&
		    (symbol < memory->text || symbol - memory->text >= memory->image))
			continue;
		place->kind = "per-CPU";
		place->offset = symbol;
		place->variable = symbol;
		return true;
	}
	return false;
}

static int find_in_slab(struct places *places, struct place *place, uint64_t address,
			uint64_t cache)
{
	uint64_t start;
	uint32_t size, nr;
	int err = slub__slab_of(places->slub, address, &start, &size, &nr), state;

	if (err)
		return err == -ENOMEM ? err : 0;
	place->offset = (address - start) % size;
	state = slub__state(places->slub, address - place->offset, 0, 0, false);
	if (state < 0)
		return state;
	if (state == SLUB_FREE)
		return 0; /* left over */
	place->kind = "cache";
	snprintf(place->name, sizeof(place->name), "%s", ram__cache_name(places->memory, cache));
	return 0;
}

int places__find(struct places *places, struct place *place, uint64_t address)
{
	const struct places_page *page = page_at(places, address);
	uint64_t image = ram__in_image(places->memory, address), cache;
	enum ram_kind kind = ram__kind(places->memory, address, &cache);

	*place = (struct place){};
	if (!ram__contains(places->memory, address)) {
		place->kind = "per-CPU"; /* percpu_memory.h: where a chunk is mapped */
		return 0;
	}
	if (page && kind != RAM_SLAB) {
		find_in_area(places, place, address, page);
		return 0;
	}
	if (image) {
		place->kind = "variable";
		place->offset = image - places->memory->text;
		place->variable = image;
		return 0;
	}
	switch (kind) {
	case RAM_SLAB:
		return find_in_slab(places, place, address, cache);
	case RAM_KERNEL:
		if (!find_per_cpu(places, place, address))
			place->kind = "page";
		return 0;
	case RAM_OTHER:
		break;
	}
	return 0;
}

int places__name(struct place *list, size_t nr, FILE *kallsyms)
{
	struct datasym *symbols = calloc(nr + 1, sizeof(*symbols));
	size_t wanted = 0;
	int err;

	if (!symbols)
		return -ENOMEM;
	for (size_t i = 0; i < nr; i++)
		if (list[i].variable)
			symbols[wanted++].address = list[i].variable;
	err = datasyms__find(symbols, wanted, kallsyms);
	for (size_t i = 0; i < nr && !err; i++) {
		const struct datasym *found =
			list[i].variable ? datasyms__of(symbols, wanted, list[i].variable) : NULL;

		if (!found || list[i].variable - found->start > MOST_VARIABLE)
			continue;
		list[i].kind = strcmp(list[i].kind, "per-CPU") ? "variable" : "per-CPU variable";
		snprintf(list[i].name, sizeof(list[i].name), "%s", found->name);
		list[i].offset = list[i].variable - found->start;
	}
	free(symbols);
	return err;
}

void places__free(struct places *places)
{
	free(places->areas);
	free(places->pages);
	memset(places, 0, sizeof(*places));
}
