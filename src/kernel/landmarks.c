// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/landmarks.h"
#include "kernel/kallsyms.h"
#include "kernel/kernel.h"

#include <stdio.h>
#include <string.h>

#define MOST_STUBS 65536 /* bytes of interrupt entry stubs */

static void keep_range(const struct kallsyms_symbol *symbol, void *arg)
{
	struct kleak_range *range = arg;

	/* the function itself, not the .cold part that lies elsewhere */
	if (strstr(symbol->name, ".cold") || symbol->module)
		return;
	range->start = symbol->start;
	range->end = symbol->end;
}

struct ranges {
	struct kleak_range *range;
	size_t nr;
	size_t room;
};

static void add_range(const struct kallsyms_symbol *symbol, void *arg)
{
	struct ranges *ranges = arg;

	if (symbol->module || ranges->nr == ranges->room || strstr(symbol->name, ".cold"))
		return;
	ranges->range[ranges->nr].start = symbol->start;
	ranges->range[ranges->nr++].end = symbol->end;
}

static void extend_range(const struct kallsyms_symbol *symbol, void *arg)
{
	struct kleak_range *range = arg;

	/* entry stubs stand together: arch/x86/include/asm/idtentry.h */
	if (!symbol->module && range->end && symbol->end > range->end &&
	    symbol->end - range->start < MOST_STUBS)
		range->end = symbol->end;
}

/* x86: the stubs of device interrupts and IPIs, not those of faults; softirqs; arm64. */
static void read_interrupts(struct ranges *ranges, const struct kallsyms *symbols)
{
	kallsyms__each(symbols, "asm_common_interrupt", add_range, ranges);
	if (ranges->nr == 1)
		kallsyms__each_prefix(symbols, "asm_sysvec_", extend_range, ranges->range);
	kallsyms__each(symbols, "handle_softirqs", add_range, ranges); /* 6.9 and later */
	kallsyms__each(symbols, "__do_softirq", add_range, ranges);
	kallsyms__each(symbols, "el1_interrupt", add_range, ranges);
}

static void keep_start(const struct kallsyms_symbol *symbol, void *arg)
{
	uint64_t *start = arg;

	if (!symbol->module && !strstr(symbol->name, ".cold"))
		*start = symbol->start;
}

static void widen_range(const struct kallsyms_symbol *symbol, void *arg)
{
	struct kleak_range *range = arg;

	if (symbol->module)
		return;
	if (!range->start || symbol->start < range->start)
		range->start = symbol->start;
	if (symbol->end > range->end)
		range->end = symbol->end;
}

static void find_ranges(struct kernel *kernel, const struct kallsyms *symbols)
{
	/*
	 * Who calls __kmalloc_large_node_noprof(), which fires kmalloc, and then
	 * fires it again itself (mm/slub.c, __do_kmalloc_node(), 6.11 and later).
	 */
	static const char *const twice[] = {
		"__kmalloc_noprof",
		"__kmalloc_node_noprof",
		"__kmalloc_node_track_caller_noprof",
		"__kvmalloc_node_noprof",
		"__kmalloc_flags_noprof",
		"__do_kmalloc_node",
	};
	struct ranges ranges = {.range = kernel->kmalloc, .room = KLEAK_KMALLOC_RANGES};
	struct ranges interrupts = {.range = kernel->interrupts, .room = KLEAK_INTERRUPT_RANGES};

	read_interrupts(&interrupts, symbols);
	kernel->percpu_lists = kallsyms__variable(symbols, KALLSYMS_PCPU_CHUNK_LISTS);
	kernel->percpu_nr_slots = kallsyms__variable(symbols, KALLSYMS_PCPU_NR_SLOTS);
	kernel->percpu_reserved = kallsyms__variable(symbols, KALLSYMS_PCPU_RESERVED_CHUNK);
	kernel->page_tables = kallsyms__variable(symbols, KALLSYMS_SWAPPER_PG_DIR);
	kallsyms__each(symbols, "__get_vm_area_node", keep_range, &kernel->area_alloc);
	kallsyms__each(symbols, "bpf_prog_free_deferred", keep_start, &kernel->program_free);
	kallsyms__each(symbols, "__bpf_tramp_image_put_deferred", keep_start,
		       &kernel->trampoline_free);
	kallsyms__each_prefix(symbols, "", widen_range, &kernel->text);
	for (size_t i = 0; i < sizeof(twice) / sizeof(twice[0]); i++)
		kallsyms__each(symbols, twice[i], add_range, &ranges);
}

/* Nobody finds what CPUs keep, nor what is told of it. */
static void forget_books(struct kernel *kernel)
{
	static const char why[] = "per-CPU memory is not found";

	memset(&kernel->slub, 0, sizeof(kernel->slub));
	memset(&kernel->tasks, 0, sizeof(kernel->tasks));
	memset(&kernel->percpu, 0, sizeof(kernel->percpu));
	memset(&kernel->krc, 0, sizeof(kernel->krc));
	memset(&kernel->areas, 0, sizeof(kernel->areas));
	memset(&kernel->vfs, 0, sizeof(kernel->vfs));
	memset(&kernel->charges, 0, sizeof(kernel->charges));
	kernel->device_name = 0;
	kernel->areas_unknown[0] = '\0';
	memcpy(kernel->slub_unknown, why, sizeof(why));
	memcpy(kernel->krc_unknown, why, sizeof(why));
	memcpy(kernel->vfs_unknown, why, sizeof(why));
	memcpy(kernel->charges_unknown, why, sizeof(why));
}

/*
 * What makes an address of a per-CPU pointer: a helper tells it (5.19, 07343110b293, "bpf: add
 * bpf_map_lookup_percpu_elem for percpu map"), or a variable of the kernel's, where it is told.
 */
static void find_percpu(struct kernel *kernel, const struct kallsyms *symbols)
{
	if (kernel->has_percpu_lookup)
		return;
	if (symbols)
		kernel->percpu_offsets = kallsyms__variable(symbols, KALLSYMS_PER_CPU_OFFSET);
	if (!kernel->percpu_offsets)
		forget_books(kernel);
}

/* Without it nobody tells how far the elements of a slab's vector are apart. */
static void find_tags(struct kernel *kernel, const struct kallsyms *symbols)
{
	struct charge_layout *l = &kernel->charges;

	if (!l->may_have_tags)
		return;
	l->tags_key = symbols ? kallsyms__variable(symbols, KALLSYMS_HAS_CODETAG) : 0;
	if (!l->tags_key)
		snprintf(kernel->charges_unknown, sizeof(kernel->charges_unknown),
			 "/proc/kallsyms does not tell the kernel's variables");
}

void landmarks__find(struct kernel *kernel, const struct kallsyms *symbols)
{
	kernel->has_symbols = symbols;
	if (symbols)
		find_ranges(kernel, symbols);
	find_percpu(kernel, symbols);
	if (!*kernel->charges_unknown)
		find_tags(kernel, symbols);
}
