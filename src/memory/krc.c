// SPDX-License-Identifier: GPL-2.0-only
#include "memory/krc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BLOCKS    4096   /* of a queue; each has some 500 objects */
#define MOST_CHAINED   100000 /* objects that are queued without a block */
#define MOST_WAITING   2000000
#define MOST_CALLBACKS 100000 /* of a CPU */
#define MOST_SHEAF     1024   /* objects in a sheaf */
#define MOST_SPARE     64     /* blocks that a CPU keeps: rcu_min_cached_objs, 5 */

static int read_word(const struct krc *krc, uint64_t address, uint64_t *word)
{
	return krc->read(krc->arg, address, word, sizeof(*word));
}

static uint64_t queues_of(const struct krc *krc, uint32_t cpu)
{
	return krc->pointer + krc->cpu_offsets[cpu];
}

static uint64_t work_of(const struct krc *krc, uint64_t queues, uint32_t i)
{
	return queues + krc->layout.works + (uint64_t)i * krc->layout.work;
}

/* Does what lies there refer to itself as the queues of a CPU do? */
static bool are_queues(const struct krc *krc, uint64_t queues)
{
	uint8_t initialized;

	for (uint32_t i = 0; i < krc->layout.nr_works; i++) {
		uint64_t back;

		if (read_word(krc, work_of(krc, queues, i) + krc->layout.work_krcp, &back) ||
		    back != queues)
			return false;
	}
	return !krc->read(krc->arg, queues + krc->layout.initialized, &initialized,
			  sizeof(initialized)) &&
	       initialized == 1;
}

/* Does each CPU's struct rcu_data say that it is that CPU's? */
static bool find_callbacks(struct krc *krc, uint64_t pointer)
{
	for (uint32_t cpu = 0; cpu < krc->nr_cpus; cpu++) {
		uint32_t its;

		if (krc->read(krc->arg, pointer + krc->cpu_offsets[cpu] + krc->layout.rcu_cpu, &its,
			      sizeof(its)) ||
		    its != cpu)
			return false;
	}
	krc->rcu_pointer = pointer;
	return true;
}

/* The per-CPU pointer of the runqueues, by that of the task; 0: it cannot be told. */
static uint64_t find_runqueues(const struct krc *krc, uint64_t task)
{
	const struct krc_layout *l = &krc->layout;
	uint64_t cfs_rq, rq;
	uint32_t cpu;

	if (l->task_cfs_rq == SLUB_NONE)
		return krc->runqueues;
	if (read_word(krc, task + l->task_cfs_rq, &cfs_rq) ||
	    read_word(krc, cfs_rq + l->cfs_rq_rq, &rq) ||
	    krc->read(krc->arg, rq + l->rq_cpu, &cpu, sizeof(cpu)) || cpu >= krc->nr_cpus)
		return 0;
	return rq - krc->cpu_offsets[cpu];
}

int krc__find(struct krc *krc, uint64_t task)
{
	const struct krc_layout *l = &krc->layout;
	uint64_t rq = find_runqueues(krc, task);
	uint32_t cpu;

	krc->pointer = 0;
	krc->rcu_pointer = 0;
	if (!rq)
		return -ENODATA;
	krc->pointer = rq + (uint64_t)l->from_rq;
	for (cpu = 0; cpu < krc->nr_cpus; cpu++) {
		if (are_queues(krc, queues_of(krc, cpu)))
			continue;
		krc->pointer = 0;
		return -ENODATA;
	}
	krc->block = malloc(l->page_size);
	if (!krc->block) {
		krc->pointer = 0;
		return -ENOMEM;
	}
	if (l->sheaf_head != SLUB_NONE && krc->sheaf_free)
		find_callbacks(krc, rq + (uint64_t)l->rcu_from_rq);
	return 0;
}

static int add(struct krc *krc, uint64_t address)
{
	uint64_t id = idmap__mix(address);

	if (krc->waiting.nr >= MOST_WAITING || idmap__find(&krc->waiting, id) != IDMAP_NONE)
		return 0;
	return idmap__add(&krc->waiting, id, 0);
}

/* A struct callback_head: two words.  False: it cannot be read. */
static bool read_head(const struct krc *krc, uint64_t head, uint64_t *next, uint64_t *func)
{
	uint64_t words[2];

	if (krc->read(krc->arg, head, words, sizeof(words)))
		return false;
	*next = words[krc->layout.head_next / sizeof(*words) % 2];
	*func = words[krc->layout.head_func / sizeof(*words) % 2];
	return true;
}

/* The object that a bare head lies in (mm/slab.h, kvmalloc_obj_start_addr()); 0: not known. */
static uint64_t object_around(const struct krc *krc, uint64_t head)
{
	uint64_t start;
	uint32_t size, nr;

	if (!krc->slub || !krc->slub->page_base)
		return 0;
	if (slub__slab_of(krc->slub, head, &start, &size, &nr))
		return head & ~((uint64_t)krc->layout.page_size - 1);
	return start + (head - start) / size * size;
}

static int read_bare_chain(struct krc *krc, uint64_t head)
{
	int err = 0;

	for (int i = 0; i < MOST_CHAINED && head && !err; i++) {
		uint64_t object = object_around(krc, head);

		if (object)
			err = add(krc, object);
		if (read_word(krc, head, &head))
			break;
	}
	return err;
}

/* Objects that are chained by their rcu_head. */
static int read_chain(struct krc *krc, uint64_t head)
{
	const struct krc_layout *l = &krc->layout;
	int err = 0;

	if (l->head_bare)
		return read_bare_chain(krc, head);
	for (int i = 0; i < MOST_CHAINED && head && !err; i++) {
		uint64_t next, func;

		if (!read_head(krc, head, &next, &func))
			return 0;
		err = add(krc, l->head_offset ? head - func : func);
		head = next;
	}
	return err;
}

/* A page of pointers, in krc->block.  False: it is none (any more). */
static bool read_block(const struct krc *krc, uint64_t block, uint64_t *nr)
{
	const struct krc_layout *l = &krc->layout;

	if (krc->read(krc->arg, block, krc->block, l->page_size))
		return false;
	memcpy(nr, (const char *)krc->block + l->block_nr, sizeof(*nr));
	return *nr <= (l->page_size - l->block_records) / sizeof(uint64_t);
}

/*
 * Hand the blocks of the queue whose head is at `head` (of a list, or a pointer to the first one)
 * to see(), each with the number of its objects; its bytes are in krc->block.  0, or the first that
 * is not 0 of what see() returned.
 */
static int each_block(const struct krc *krc, uint64_t head,
		      int (*see)(void *arg, uint64_t block, uint64_t nr), void *arg)
{
	const struct krc_layout *l = &krc->layout;
	bool list = l->block_list != SLUB_NONE;
	uint32_t link = list ? l->block_list : l->block_next;
	uint64_t at, nr;
	int err = 0;

	if (read_word(krc, head, &at))
		return 0;
	for (int i = 0; i < MOST_BLOCKS && at && at != head && !err; i++) {
		uint64_t block = list ? at - link : at;

		if (!read_block(krc, block, &nr))
			return 0;
		memcpy(&at, (const char *)krc->block + link, sizeof(at));
		err = see(arg, block, nr);
	}
	return err;
}

static int add_block(void *arg, uint64_t block, uint64_t nr)
{
	struct krc *krc = arg;
	int err = 0;

	(void)block;
	for (uint64_t i = 0; i < nr && !err; i++) {
		uint64_t address;

		memcpy(&address,
		       (const char *)krc->block + krc->layout.block_records + i * sizeof(address),
		       sizeof(address));
		err = add(krc, address);
	}
	return err;
}

static int read_blocks(struct krc *krc, uint64_t head)
{
	return each_block(krc, head, add_block, krc);
}

static int read_queues(struct krc *krc, uint64_t queues)
{
	const struct krc_layout *l = &krc->layout;
	uint64_t head;
	int err = 0;

	/* Those that move go from the CPU's own queues to those of its works: they are read later.
	 */
	if (!read_word(krc, queues + l->head, &head))
		err = read_chain(krc, head);
	if (!err)
		err = read_blocks(krc, queues + l->bulk); /* the first of two: of slab objects */
	for (uint32_t i = 0; i < l->nr_works && !err; i++) {
		uint64_t work = work_of(krc, queues, i);

		if (!read_word(krc, work + l->work_head, &head))
			err = read_chain(krc, head);
		if (!err)
			err = read_blocks(krc, work + l->work_bulk);
	}
	return err;
}

static int add_sheaf(struct krc *krc, uint64_t sheaf)
{
	uint64_t objects[MOST_SHEAF];
	uint32_t nr;
	int err = 0;

	if (krc->read(krc->arg, sheaf + krc->layout.sheaf_size, &nr, sizeof(nr)) ||
	    nr > MOST_SHEAF ||
	    krc->read(krc->arg, sheaf + krc->layout.sheaf_objects, objects, nr * sizeof(*objects)))
		return 0;
	for (uint32_t i = 0; i < nr && !err; i++)
		err = add(krc, objects[i]);
	return err;
}

/* The sheaves among the callbacks that wait for a grace period. */
static int read_callbacks(struct krc *krc, uint64_t rcu)
{
	const struct krc_layout *l = &krc->layout;
	uint64_t head;
	int err = 0;

	if (read_word(krc, rcu + l->rcu_callbacks, &head))
		return 0;
	for (int i = 0; i < MOST_CALLBACKS && head && !err; i++) {
		uint64_t next, func;

		if (!read_head(krc, head, &next, &func))
			return 0;
		if (func == krc->sheaf_free)
			err = add_sheaf(krc, head - l->sheaf_head);
		head = next;
	}
	return err;
}

int krc__read(struct krc *krc)
{
	int err = 0;

	idmap__clear(&krc->waiting);
	if (krc->layout.head_bare && krc->slub)
		slub__begin(krc->slub);
	for (uint32_t cpu = 0; cpu < krc->nr_cpus && krc->pointer && !err; cpu++) {
		/* those that the queues' own works free go to the sheaves */
		err = read_queues(krc, queues_of(krc, cpu));
		if (!err && krc->rcu_pointer)
			err = read_callbacks(krc, krc->rcu_pointer + krc->cpu_offsets[cpu]);
	}
	return err;
}

/* Who is told what is not used. */
struct unused {
	const struct krc *krc;
	int (*see)(void *arg, uint64_t start, uint64_t end);
	void *arg;
};

static int each_spare_of(const struct unused *unused, uint64_t queues)
{
	const struct krc_layout *l = &unused->krc->layout;
	uint64_t block;
	int err = 0;

	if (l->spare == SLUB_NONE || read_word(unused->krc, queues + l->spare, &block))
		return 0;
	for (int i = 0; i < MOST_SPARE && block && !err; i++) {
		/* a page of its own: whatever else that is */
		if (block % l->page_size)
			return 0;
		err = unused->see(unused->arg, block, block + l->page_size);
		if (read_word(unused->krc, block, &block))
			return err;
	}
	return err;
}

/* What stands in the block behind its objects. */
static int see_end(void *arg, uint64_t block, uint64_t nr)
{
	const struct unused *unused = arg;
	const struct krc_layout *l = &unused->krc->layout;

	if (block % l->page_size)
		return 0;
	return unused->see(unused->arg, block + l->block_records + nr * sizeof(uint64_t),
			   block + l->page_size);
}

/* Of slab objects and of areas of vmalloc(). */
static int each_end_of(struct unused *unused, uint64_t heads)
{
	uint32_t words = unused->krc->layout.block_list != SLUB_NONE ? 2 : 1;
	int err = each_block(unused->krc, heads, see_end, unused);

	return err ? err
		   : each_block(unused->krc, heads + words * sizeof(uint64_t), see_end, unused);
}

int krc__each_unused(const struct krc *krc, int (*see)(void *arg, uint64_t start, uint64_t end),
		     void *arg)
{
	struct unused unused = {krc, see, arg};
	const struct krc_layout *l = &krc->layout;
	int err = 0;

	for (uint32_t cpu = 0; cpu < krc->nr_cpus && krc->pointer && !err; cpu++) {
		uint64_t queues = queues_of(krc, cpu);

		err = each_spare_of(&unused, queues);
		if (!err)
			err = each_end_of(&unused, queues + l->bulk);
		for (uint32_t i = 0; i < l->nr_works && !err; i++)
			err = each_end_of(&unused, work_of(krc, queues, i) + l->work_bulk);
	}
	return err;
}

void krc__free(struct krc *krc)
{
	idmap__free(&krc->waiting);
	free(krc->block);
	memset(krc, 0, sizeof(*krc));
}
