/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory cgroups in a made-up machine's memory: what reads them is tested with it. */
#ifndef KLEAK_UNIT_MADE_UP_GROUPS_H
#define KLEAK_UNIT_MADE_UP_GROUPS_H

#include "machine.h"

#include "memory/memcgs.h"

/* Places are cut to 512 bytes; struct mem_cgroups lie there, and what belongs to them behind. */
#define PLACE(n)   (BASE + RAM + 8 * PAGE + (uint64_t)(n)*512)
#define TASK	   PLACE(0)
#define SET	   (PLACE(0) + 64)
#define GROUP(i)   PLACE(1 + 2 * (i))
#define CGROUP(i)  PLACE(2 + 2 * (i))
#define KN(i)	   (CGROUP(i) + 64)
#define NAME_OF(i) (CGROUP(i) + 128)
#define REFS(i)	   (CGROUP(i) + 256)
#define OBJCG(i)   (CGROUP(i) + 320)
#define ONLINE	   2

static const struct charge_layout group_layout = {
	.task_set = 8,
	.set_css = 16,
	.css = 128,
	.css_cgroup = 0,
	.css_refs = 24,
	.css_sibling = 32,
	.css_children = 48,
	.css_flags = 68,
	.css_serial = 72,
	.css_parent = 120,
	.css_online = ONLINE,
	.refs_count = 8,
	.cgroup = 64,
	.cgroup_flags = 4,
	.cgroup_node = 16,
	.node_name = 8,
	.node_id = 24,
	.memcg = 512,
	.memcg_usage = 136,
	.memcg_swap_refs = 148,
	.memcg_pressure = 160,
	.memcg_stats = 168,
	.memcg_nodes = 176,
	.percpu_stats = 100,
	.percpu_node_stats = 10,
	.objcg_memcg = 16,
	.slab_vector = 56,
	.element = 16,
	.element_objcg = 8,
	.slab_stride = SLUB_NONE,
	.slab_in_object = SLUB_NONE,
	.slab_has_groups = SLUB_NONE,
	.tag_mask = 7,
	.kernel_tag = 2,
	.vector_tag = 1,
	.page_charge = 56,
	.head_flag = 5,
	.swapbacked_flag = 6,
	.table_type = 0xf2,
	.chunk_vector = SLUB_NONE,
	.sock_memcg = 72,
	.writeback_memcg = 80,
};

static void put(struct machine *m, uint64_t address, uint64_t word)
{
	memcpy(m->ram + (address - BASE - RAM), &word, sizeof(word));
}

static void put_half(struct machine *m, uint64_t address, uint32_t half)
{
	memcpy(m->ram + (address - BASE - RAM), &half, sizeof(half));
}

static uint64_t get(struct machine *m, uint64_t address)
{
	uint64_t word;

	memcpy(&word, m->ram + (address - BASE - RAM), sizeof(word));
	return word;
}

/* As list_add_tail(). */
static void link_to(struct machine *m, uint64_t node, uint64_t head)
{
	uint64_t last = get(m, head + 8);

	put(m, node, head);
	put(m, node + 8, last);
	put(m, last, node);
	put(m, head + 8, node);
}

/* A group that is alive, below another one; of the root: -1. */
static void put_group(struct machine *m, int i, int parent, const char *name)
{
	const struct charge_layout *l = &group_layout;
	uint64_t css = GROUP(i);

	memset(m->ram + (css - BASE - RAM), 0, 1024);
	put(m, css + l->css_cgroup, CGROUP(i));
	put(m, css + l->css_refs, REFS(i));
	put(m, css + l->css_children, css + l->css_children);
	put(m, css + l->css_children + 8, css + l->css_children);
	put_half(m, css + l->css_flags, ONLINE);
	put(m, css + l->css_serial, 100 + (uint64_t)i);
	put_half(m, CGROUP(i) + l->cgroup_flags, ONLINE);
	put(m, CGROUP(i) + l->cgroup_node, KN(i));
	put(m, KN(i) + l->node_name, NAME_OF(i));
	put(m, KN(i) + l->node_id, 1000 + (uint64_t)i);
	strcpy((char *)m->ram + (NAME_OF(i) - BASE - RAM), name);
	put(m, OBJCG(i) + l->objcg_memcg, css);
	if (parent < 0)
		return;
	put(m, css + l->css_parent, GROUP(parent));
	link_to(m, css + l->css_sibling, GROUP(parent) + l->css_children);
}

/* It was removed; so many references keep it. */
static __attribute__((unused)) void kill_group(struct machine *m, int i, uint64_t refs)
{
	put_half(m, GROUP(i) + group_layout.css_flags, 0);
	put_half(m, CGROUP(i) + group_layout.cgroup_flags, 0);
	put(m, REFS(i) + group_layout.refs_count, refs);
}

enum { ROOT, A, B, C, GROUPS }; /* "/", "/a", "/a/b b", "/c" */

/* Three groups below the root; the task is in the second one. */
static void put_groups(struct machine *m)
{
	put(m, TASK + group_layout.task_set, SET);
	put(m, SET + group_layout.set_css, GROUP(B));
	put_group(m, ROOT, -1, "");
	put_group(m, A, ROOT, "a");
	put_group(m, B, A, "b b");
	put_group(m, C, ROOT, "c");
}

static struct memcgs made_up_memcgs(struct machine *m)
{
	struct memcgs memcgs = {.layout = group_layout, .read = read_made_up, .arg = m};

	memcgs.layout.page_size = (uint32_t)PAGE;
	return memcgs;
}

#endif
