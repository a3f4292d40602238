// SPDX-License-Identifier: GPL-2.0-only
#include "memory/memcgs.h"
#include "util/array.h"
#include "util/bytes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CSS    1024 /* bytes of a struct cgroup_subsys_state */
#define MOST_NAME   256	 /* of a directory, with its end */
#define MOST_ABOVE  128	 /* cgroups that one lies in */
#define MOST_TRIES  4
#define MOST_COUNT  (1LL << 40) /* references: more make no sense */
#define NAME_PIECE  32
#define SMALL_PIECE 8

static int read_word(const struct memcgs *memcgs, uint64_t address, uint64_t *word)
{
	return memcgs->read(memcgs->arg, address, word, sizeof(*word));
}

uint32_t memcgs__find(const struct memcgs *memcgs, uint64_t address)
{
	return idmap__find(&memcgs->by_address, idmap__mix(address));
}

uint32_t memcgs__find_alive(const struct memcgs *memcgs, uint64_t id)
{
	for (uint32_t i = 0; i < memcgs->nr; i++)
		if (memcgs->list[i].id == id && !memcgs->list[i].dead)
			return i;
	return MEMCGS_NONE;
}

bool memcgs__is_same(const struct memcgs *memcgs, uint32_t index)
{
	const struct memcg *memcg = &memcgs->list[index];
	uint64_t serial;

	return !read_word(memcgs, memcg->address + memcgs->layout.css_serial, &serial) &&
	       serial == memcg->serial;
}

bool memcgs__is_alive(const struct memcgs *memcgs, uint32_t index)
{
	const struct charge_layout *l = &memcgs->layout;
	uint32_t flags;

	return memcgs__is_same(memcgs, index) &&
	       !memcgs->read(memcgs->arg, memcgs->list[index].address + l->css_flags, &flags,
			     sizeof(flags)) &&
	       flags & l->css_online;
}

/* ---- names ---- */

/* A string in pieces: what follows its end need not be there. */
static void read_string(const struct memcgs *memcgs, uint64_t at, char *to, size_t len)
{
	size_t done = 0, piece = NAME_PIECE;

	memset(to, 0, len);
	while (done + piece < len) {
		if (!memcgs->read(memcgs->arg, at + done, to + done, piece)) {
			if (memchr(to + done, 0, piece))
				return;
			done += piece;
		} else if (piece == SMALL_PIECE) {
			return;
		} else {
			piece = SMALL_PIECE;
		}
	}
	to[len - 1] = 0;
}

static int name_it(struct memcgs *memcgs, struct memcg *memcg)
{
	const struct charge_layout *l = &memcgs->layout;
	char name[MOST_NAME + NAME_PIECE];
	uint64_t text;
	size_t size;
	char *kept;

	memcg->name = "";
	if (read_word(memcgs, memcg->cgroup + l->cgroup_node, &memcg->node) || !memcg->node ||
	    read_word(memcgs, memcg->node + l->node_id, &memcg->id) ||
	    read_word(memcgs, memcg->node + l->node_name, &text))
		return 0;
	read_string(memcgs, text, name, sizeof(name));
	size = strlen(name) + 1;
	kept = arena__new(&memcgs->names, size, 1);
	if (!kept)
		return -ENOMEM;
	memcpy(kept, name, size);
	memcg->name = kept;
	return 0;
}

/* ---- one of them ---- */

static int64_t count_references(const struct memcgs *memcgs, const uint8_t *css)
{
	uint64_t data = bytes__word(css, memcgs->layout.css_refs);
	int64_t count;

	if (!data ||
	    memcgs->read(memcgs->arg, data + memcgs->layout.refs_count, &count, sizeof(count)) ||
	    count < 0 || count > MOST_COUNT)
		return -1;
	return count;
}

/* What keeps a dead one, and what it is still charged with. */
static void look_at_dead(struct memcgs *memcgs, struct memcg *memcg, const uint8_t *css)
{
	const struct charge_layout *l = &memcgs->layout;
	uint64_t pages = 0;
	uint32_t swap = 0;

	memcg->refs = count_references(memcgs, css);
	memcg->swap_known = l->memcg_swap_refs != SLUB_NONE &&
			    !memcgs->read(memcgs->arg, memcg->address + l->memcg_swap_refs, &swap,
					  sizeof(swap));
	memcg->swap_entries = swap;
	if (!read_word(memcgs, memcg->address + l->memcg_usage, &pages) && (int64_t)pages > 0)
		memcg->usage_bytes = pages * l->page_size;
	if (l->memcg_pressure == SLUB_NONE ||
	    read_word(memcgs, memcg->address + l->memcg_pressure, &memcg->made_jiffies))
		memcg->made_jiffies = 0;
}

/* There is one at `address`, below list[parent].  0, -EAGAIN: it is none, or -ENOMEM. */
static int add(struct memcgs *memcgs, uint64_t address, uint32_t parent)
{
	const struct charge_layout *l = &memcgs->layout;
	struct memcg memcg = {.address = address, .parent = parent, .refs = -1};
	uint8_t css[MOST_CSS];
	uint32_t flags = 0;
	int err;

	if (memcgs->read(memcgs->arg, address, css, l->css) ||
	    bytes__word(css, l->css_parent) !=
		    (parent == MEMCGS_NONE ? 0 : memcgs->list[parent].address))
		return -EAGAIN;
	memcg.cgroup = bytes__word(css, l->css_cgroup);
	memcg.serial = bytes__word(css, l->css_serial);
	memcg.dead = !(bytes__half(css, l->css_flags) & l->css_online);
	memcg.removed =
		memcg.dead &&
		!memcgs->read(memcgs->arg, memcg.cgroup + l->cgroup_flags, &flags, sizeof(flags)) &&
		!(flags & l->css_online);
	if (memcg.dead)
		look_at_dead(memcgs, &memcg, css);
	err = name_it(memcgs, &memcg);
	if (!err)
		err = array__reserve((void **)&memcgs->list, memcgs->nr + 1, &memcgs->room,
				     sizeof(*memcgs->list));
	if (!err)
		err = idmap__add(&memcgs->by_address, idmap__mix(address), memcgs->nr);
	if (err)
		return err;
	memcgs->nr_dead += memcg.dead;
	memcgs->list[memcgs->nr++] = memcg;
	return 0;
}

/* ---- all of them ---- */

/*
 * The list of the children of list[parent], once; those that were found before are passed by.  0,
 * -EAGAIN: it is not known to its end, or -ENOMEM.
 */
static int read_children(struct memcgs *memcgs, uint32_t parent)
{
	const struct charge_layout *l = &memcgs->layout;
	uint64_t head = memcgs->list[parent].address + l->css_children, at;
	int err = read_word(memcgs, head, &at) ? -EAGAIN : 0;

	for (uint32_t i = 0; !err && at != head; i++) {
		uint64_t child = at - l->css_sibling;

		if (i == MEMCGS_MOST || memcgs->nr == MEMCGS_MOST)
			return -EAGAIN;
		if (memcgs__find(memcgs, child) == MEMCGS_NONE)
			err = add(memcgs, child, parent);
		if (!err && read_word(memcgs, at, &at))
			err = -EAGAIN;
	}
	return err;
}

/* The css of the root, from that of a task. */
static int find_root(const struct memcgs *memcgs, uint64_t task, uint64_t *root)
{
	const struct charge_layout *l = &memcgs->layout;
	uint64_t set, above;

	if (read_word(memcgs, task + l->task_set, &set) || !set ||
	    read_word(memcgs, set + l->set_css, root) || !*root)
		return -ENODATA;
	for (int i = 0; i < MOST_ABOVE; i++) {
		if (read_word(memcgs, *root + l->css_parent, &above))
			return -ENODATA;
		if (!above)
			return 0;
		*root = above;
	}
	return -ENODATA;
}

static void forget(struct memcgs *memcgs)
{
	memcgs->nr = memcgs->nr_dead = memcgs->cut = 0;
	idmap__clear(&memcgs->by_address);
	arena__free(&memcgs->names);
}

int memcgs__read(struct memcgs *memcgs, uint64_t task)
{
	uint64_t root;
	int err;

	forget(memcgs);
	if (memcgs->layout.css > MOST_CSS || find_root(memcgs, task, &root))
		return -ENODATA;
	err = add(memcgs, root, MEMCGS_NONE);
	for (uint32_t i = 0; i < memcgs->nr && !err; i++) {
		err = -EAGAIN;
		for (int try = 0; try < MOST_TRIES && err == -EAGAIN; try++)
			err = read_children(memcgs, i);
		if (err == -EAGAIN) {
			memcgs->cut++;
			err = 0;
		}
	}
	for (uint32_t i = 1; i < memcgs->nr; i++)
		memcgs->list[memcgs->list[i].parent].children++;
	return err == -EAGAIN ? -ENODATA : err;
}

/* ---- paths ---- */

const char *memcgs__path(const struct memcgs *memcgs, uint32_t index, char *path, size_t len)
{
	char whole[MEMCGS_PATH];
	size_t start = sizeof(whole) - 1;
	const struct memcg *memcg = &memcgs->list[index];
	const char *end = memcg->removed ? " (deleted)" : memcg->dead ? " (controller off)" : "";

	whole[start] = 0;
	for (uint32_t i = index; memcgs->list[i].parent != MEMCGS_NONE;
	     i = memcgs->list[i].parent) {
		const char *name = *memcgs->list[i].name ? memcgs->list[i].name : "?";
		size_t its = strlen(name);

		if (its + 1 > start)
			break;
		start -= its;
		memcpy(whole + start, name, its);
		whole[--start] = '/';
	}
	snprintf(path, len, "%s%s", whole[start] ? whole + start : "/", end);
	return path;
}

bool memcgs__is_below(const struct memcgs *memcgs, uint32_t index, uint32_t above)
{
	while (index != MEMCGS_NONE && index > above)
		index = memcgs->list[index].parent;
	return index == above;
}

void memcgs__free(struct memcgs *memcgs)
{
	free(memcgs->list);
	idmap__free(&memcgs->by_address);
	arena__free(&memcgs->names);
	memset(memcgs, 0, sizeof(*memcgs));
}
