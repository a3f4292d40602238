/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules that come and go.  The loader is told which, and what their functions are called: a
 * moment later nobody could tell any more.
 */
#ifndef KLEAK_MODULES_BPF_H
#define KLEAK_MODULES_BPF_H

#include "maps.bpf.h"
#include "stack.bpf.h"

/* One record; `from`: kernel memory that goes with it.  False: there was no room. */
static __noinline bool module_tell(struct kleak_module_head *head, __u64 from)
{
	struct kleak_module_record *record = bpf_ringbuf_reserve(&modules, sizeof(*record), 0);
	__u32 nr;

	if (!record)
		return false;
	record->head = *head;
	nr = head->nr < sizeof(record->bytes) ? head->nr : sizeof(record->bytes);
	if (nr && bpf_probe_read_kernel(record->bytes, nr, (const void *)from))
		record->head.nr = 0; /* it will not be complete */
	bpf_ringbuf_submit(record, 0);
	return true;
}

/* A table, in so many records as it takes. */
struct module_table {
	struct kleak_module_head head;
	__u64 from;
	__u32 size;
};

static long module_tell_part(__u32 i, struct module_table *table)
{
	const __u32 most = sizeof(((struct kleak_module_record *)0)->bytes);
	__u32 done = i * most;

	if (done >= table->size)
		return 1;
	table->head.nr = table->size - done < most ? table->size - done : most;
	return !module_tell(&table->head, table->from + done);
}

static __always_inline void module_tell_table(const struct kleak_module_head *head, __u32 kind,
					      __u64 from, __u32 size)
{
	struct module_table table = {.head = *head, .from = from, .size = size};

	table.head.kind = kind;
	bpf_loop(KLEAK_MODULE_MOST / sizeof(((struct kleak_module_record *)0)->bytes),
		 module_tell_part, &table, 0);
}

/* A change, and what each record of it begins with. */
static __always_inline bool module_tell_change(struct kleak_module_head *head,
					       const struct module *module, __u32 kind)
{
	head->change = __sync_fetch_and_add(&control.module_changes, 1) + 1;
	head->kind = kind;
	bpf_probe_read_kernel_str(head->name, sizeof(module->name), module->name);
	if (module_tell(head, 0))
		return true;
	__sync_fetch_and_add(&control.module_losses, 1);
	return false;
}

/* This change is told: what is missing by now will not come. */
static __always_inline void module_all_told(void)
{
	__sync_fetch_and_add(&control.module_told, 1);
}

/* ---- sites of what was there before ---- */

/* Where a module's functions are: those that stay, and those it needs as it comes. */
struct module_text {
	__u64 start[2];
	__u64 size[2];
	__u32 change;
};

/* include/linux/module.h, enum mod_mem_type */
#define MOD_TEXT      0
#define MOD_INIT_TEXT 4

static __always_inline void module_find_text(struct module_text *text, const struct module *module)
{
	if (bpf_core_field_exists(module->mem)) {
		text->start[0] = (__u64)BPF_CORE_READ(module, mem[MOD_TEXT].base);
		text->size[0] = BPF_CORE_READ(module, mem[MOD_TEXT].size);
		text->start[1] = (__u64)BPF_CORE_READ(module, mem[MOD_INIT_TEXT].base);
		text->size[1] = BPF_CORE_READ(module, mem[MOD_INIT_TEXT].size);
	} else {
		text->start[0] = (__u64)BPF_CORE_READ(module, core_layout.base);
		text->size[0] = BPF_CORE_READ(module, core_layout.text_size);
		text->start[1] = (__u64)BPF_CORE_READ(module, init_layout.base);
		text->size[1] = BPF_CORE_READ(module, init_layout.text_size);
	}
}

static __always_inline bool module_has(const struct module_text *text, __u64 address)
{
	/* a return address may be the first one after its function */
	return address - 1 - text->start[0] < text->size[0] ||
	       address - 1 - text->start[1] < text->size[1];
}

/* A site of what was there before: the same addresses make another one from here on. */
static long site_retire(void *map __attribute__((unused)), const __u32 *index,
			struct kleak_site *site, struct module_text *text)
{
	__u64 hash = site->hash;

	(void)index;
	if (hash < KLEAK_SITE_LEAST || site->retired)
		return 0;
	for (__u32 i = 0; i < KLEAK_MAX_FRAMES && i < site->nr_frames; i++) {
		if (!module_has(text, site->frames[i]))
			continue;
		site->retired = text->change;
		/* unless the loader takes it back this very moment */
		__sync_val_compare_and_swap(&site->hash, hash, hash_end(mix(hash, text->change)));
		break;
	}
	return 0;
}

/*
 * Who was where last, page by page, by a hash: a module that comes again to where it was finds its
 * own sites again.
 */
#define MODULE_PAGE   12
#define MODULE_PAGES  4096 /* that are looked at */
#define MODULE_ANYONE 1	   /* came before it could be seen */

static __always_inline __u32 *tenant_at(__u64 page)
{
	return &tenants[opaque(page) & ((1U << KLEAK_TENANT_BITS) - 1)];
}

struct module_pages {
	__u64 first, nr;
	__u32 who;
	__u32 others; /* it may have been somebody else before */
};

static __always_inline struct module_pages module_pages(__u64 start, __u64 size, __u32 who)
{
	struct module_pages pages = {.first = start >> MODULE_PAGE, .who = who};

	if (size)
		pages.nr = ((start + size - 1) >> MODULE_PAGE) - pages.first + 1;
	pages.others = pages.nr > MODULE_PAGES;
	return pages;
}

static long page_settle(__u32 i, struct module_pages *pages)
{
	__u32 *tenant = tenant_at(pages->first + i);

	if (i >= pages->nr)
		return 1;
	pages->others |= *tenant && *tenant != pages->who;
	*tenant = pages->who;
	return 0;
}

/* `who` is in these pages from here on.  True: somebody else may have been before. */
static __always_inline bool module_settle(__u64 start, __u64 size, __u32 who)
{
	struct module_pages pages = module_pages(start, size, who);

	bpf_loop(MODULE_PAGES, page_settle, &pages, 0);
	return pages.others;
}

static long page_leave(__u32 i, struct module_pages *pages)
{
	__u32 *tenant = tenant_at(pages->first + i);

	if (i >= pages->nr)
		return 1;
	if (!*tenant)
		*tenant = MODULE_ANYONE;
	return 0;
}

static __always_inline void module_leave(__u64 start, __u64 size)
{
	struct module_pages pages = module_pages(start, size, 0);

	bpf_loop(MODULE_PAGES, page_leave, &pages, 0);
}

/* The same one has the same name and size, and stands at the same place. */
static __always_inline __u32 module_who(const struct module_text *text,
					const struct kleak_module_head *head, __u64 symbols)
{
	__u64 hash =
		mix(mix(HASH_2, text->start[0] ^ text->size[1]), text->size[0] ^ symbols << 32);

	for (__u32 i = 0; i < sizeof(head->name) / sizeof(__u64); i++)
		hash = mix(hash, ((const __u64 *)head->name)[i]);
	return hash_end(hash) | 2;
}

static __always_inline void module_retire(struct module_text *text,
					  const struct kleak_module_head *head, __u64 symbols)
{
	__u32 who = module_who(text, head, symbols);
	bool others = module_settle(text->start[0], text->size[0], who);

	if (!module_settle(text->start[1], text->size[1], who) && !others)
		return;
	bpf_for_each_map_elem(&sites, site_retire, text, 0);
	void_notes();
}

/* ---- the events ---- */

/*
 * TP_PROTO(struct module *mod): all of it is in place, its init function has not run.  Its whole
 * tables stand in what is given back after that: symbols, strings, and then struct mod_kallsyms
 * (layout_symtab() in kernel/module/kallsyms.c).
 */
SEC("raw_tp/module_load")
int module_load(struct bpf_raw_tracepoint_args *ctx)
{
	const struct module *module = (const struct module *)ctx->args[0];
	const struct mod_kallsyms *tables = BPF_CORE_READ(module, kallsyms);
	__u64 symbols = (__u64)BPF_CORE_READ(tables, symtab);
	__u64 strings = (__u64)BPF_CORE_READ(tables, strtab);
	__u64 nr = BPF_CORE_READ(tables, num_symtab), size = (__u64)tables - strings;
	struct kleak_module_head head = {};
	struct module_text text = {};
	bool told;

	if (nr <= KLEAK_MODULE_MOST / KLEAK_MODULE_SYMBOL && size <= KLEAK_MODULE_MOST) {
		head.symbols = nr * KLEAK_MODULE_SYMBOL;
		head.strings = size;
	}
	module_find_text(&text, module);
	for (__u32 i = 0; i < 2; i++)
		head.text[i] = (struct kleak_range){text.start[i], text.start[i] + text.size[i]};
	told = module_tell_change(&head, module, KLEAK_MODULE_COMES);
	text.change = head.change;
	module_retire(&text, &head, nr);
	if (told) {
		module_tell_table(&head, KLEAK_MODULE_SYMBOLS, symbols, head.symbols);
		module_tell_table(&head, KLEAK_MODULE_STRINGS, strings, head.strings);
	}
	module_all_told();
	return 0;
}

/* TP_PROTO(struct module *mod): none of its code will run any more. */
SEC("raw_tp/module_free")
int module_free(struct bpf_raw_tracepoint_args *ctx)
{
	const struct module *module = (const struct module *)ctx->args[0];
	struct kleak_module_head head = {};
	struct module_text text = {};

	module_tell_change(&head, module, KLEAK_MODULE_GOES);
	module_find_text(&text, module);
	module_leave(text.start[0], text.size[0]);
	module_all_told();
	return 0;
}

#endif
