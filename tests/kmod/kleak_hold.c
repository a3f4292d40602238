// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects that nothing refers to, and objects that something refers to in each way that
 * a kernel has.
 *
 * Write to /proc/kleak_hold: "make".  kleak_orphan_*() allocates what nobody keeps,
 * kleak_held_*() what is kept and freed when the module goes, kleak_lost_*() what the
 * module keeps but does not free: nobody has it once the module is gone.
 * Read it: one JSON object for each of these functions.  Pages of blocks count one by one.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define LATER (100000 * HZ)

/* The barrier keeps a call from becoming a jump: the function stays on the stack. */
#define MAKE(name, expression)                                                                     \
	static noinline __attribute__((no_icf)) void *kleak_##name(void)                           \
	{                                                                                          \
		void *p = expression;                                                              \
                                                                                                   \
		barrier();                                                                         \
		return p;                                                                          \
	}

struct node {
	struct list_head list;
	struct rb_node rb;
	struct timer_list timer;
	struct delayed_work work;
	struct node *next;
	unsigned long number;
};

static struct kmem_cache *cache;

MAKE(orphan_kmalloc, kzalloc(100, GFP_KERNEL))
MAKE(orphan_small, kzalloc(8, GFP_KERNEL))
MAKE(orphan_large, kzalloc(40000, GFP_KERNEL))
MAKE(orphan_cache, kmem_cache_zalloc(cache, GFP_KERNEL))
MAKE(orphan_vmalloc, vzalloc(20000))
MAKE(orphan_kvmalloc, kvzalloc(6 << 20, GFP_KERNEL))
MAKE(orphan_percpu, (void __force *)__alloc_percpu(24, 8))
MAKE(orphan_self, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(orphan_cycle, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(orphan_chain, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(orphan_page, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(orphan_page_compound, alloc_pages(GFP_KERNEL | __GFP_ZERO | __GFP_COMP, 2))
MAKE(orphan_page_block, alloc_pages(GFP_KERNEL | __GFP_ZERO, 3))
MAKE(orphan_page_chain, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(lost_page, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(lost_list, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(lost_static, kzalloc(300, GFP_KERNEL))
MAKE(lost_percpu, (void __force *)__alloc_percpu(16, 8))
MAKE(lost_percpu_variable, kzalloc(62, GFP_KERNEL))
MAKE(lost_percpu_memory, kzalloc(63, GFP_KERNEL))
MAKE(lost_vmalloc, vzalloc(12000))
MAKE(held_page, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(held_page_address, (void *)get_zeroed_page(GFP_KERNEL))
MAKE(held_page_interior, (void *)get_zeroed_page(GFP_KERNEL))
MAKE(held_page_block, alloc_pages(GFP_KERNEL | __GFP_ZERO, 3))
MAKE(held_page_exact, alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL | __GFP_ZERO))
MAKE(held_page_list, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(held_page_private, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(held_page_on_page, alloc_page(GFP_KERNEL | __GFP_ZERO))
MAKE(held_static, kzalloc(200, GFP_KERNEL))
MAKE(held_interior, kzalloc(1000, GFP_KERNEL))
MAKE(held_percpu_variable, kzalloc(60, GFP_KERNEL))
MAKE(held_percpu_memory, kzalloc(61, GFP_KERNEL))
MAKE(held_percpu, (void __force *)__alloc_percpu(32, 8))
MAKE(held_stack, kzalloc(700, GFP_KERNEL))
MAKE(held_timer, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(held_work, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(held_list, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(held_xarray, kzalloc(90, GFP_KERNEL))
MAKE(held_rbtree, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(held_chain, kzalloc(sizeof(struct node), GFP_KERNEL))
MAKE(held_vmalloc, vzalloc(9000))
MAKE(held_in_vmalloc, kzalloc(1500, GFP_KERNEL))
MAKE(held_large, kzalloc(20000, GFP_KERNEL))

#define MANY   20
#define TIMERS 120 /* many of their cache: for the census */

static struct made {
	const char *name;
	int nr;
} made[64];

static void count(const char *name, int nr)
{
	for (int i = 0; i < ARRAY_SIZE(made); i++) {
		if (made[i].name && strcmp(made[i].name, name))
			continue;
		made[i].name = name;
		made[i].nr += nr;
		return;
	}
}

/*
 * Pointers into the first chunk of per-CPU memory are small numbers, which stand in memory
 * everywhere: fill it.
 */
#define FILLERS 64
#define FILLER	2048

static void __percpu *fillers[FILLERS];

static DEFINE_PER_CPU(void *, variable);
static void *__percpu *memory;
static DEFINE_PER_CPU(void *[MANY], lost_variable);
static void *__percpu *lost_memory; /* MANY of them */
static void *statics[MANY], *interiors[MANY], *areas[MANY], *larges[MANY], *lost[MANY];
static void *lost_areas[MANY];
static void __percpu *percpus[MANY], *lost_percpus[MANY];
static void **in_area;
static struct page *pages[MANY], *blocks[MANY], *privates, *lost_pages[MANY];
static void **addresses[MANY], *page_interiors[MANY], *exacts[MANY];
static LIST_HEAD(page_list);
static struct task_struct *threads[MANY];
static struct node *timers[TIMERS], *works[TIMERS];
static LIST_HEAD(rcu_list);
static LIST_HEAD(lost_list);
static DEFINE_XARRAY(xarray);
static struct rb_root tree = RB_ROOT;
static struct node *chain;

#define KEEP(name, place)                                                                          \
	do {                                                                                       \
		WRITE_ONCE(place, (void __force *)kleak_##name());                                 \
		count(#name, !!(place));                                                           \
	} while (0)

#define DROP(name) count(#name, !!kleak_##name())

/* What is no compound page is as many objects as it has pages. */
#define BLOCK 8
#define EXACT 5

static void in_timer(struct timer_list *timer)
{
}

static void in_work(struct work_struct *work)
{
}

static int sleep_on_it(void *unused)
{
	void *volatile mine = kleak_held_stack();

	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	kfree(mine);
	return 0;
}

static noinline void make_orphans(void)
{
	struct node *a, *b, *c;

	for (int i = 0; i < MANY; i++) {
		DROP(orphan_kmalloc);
		DROP(orphan_small);
		DROP(orphan_cache);
		DROP(orphan_percpu);
		KEEP(orphan_self, a);
		INIT_LIST_HEAD(&a->list);
		a->next = a;
		KEEP(orphan_cycle, a);
		KEEP(orphan_cycle, b);
		KEEP(orphan_cycle, c);
		a->next = b;
		b->next = c;
		c->next = a;
		KEEP(orphan_chain, a);
		KEEP(orphan_chain, a->next);
	}
	for (int i = 0; i < MANY / 4; i++) {
		DROP(orphan_large);
		DROP(orphan_vmalloc);
	}
	DROP(orphan_kvmalloc);
}

static noinline void make_orphan_pages(void)
{
	struct page *a, *b;

	for (int i = 0; i < MANY; i++) {
		DROP(orphan_page);
		DROP(orphan_page_compound);
		KEEP(orphan_page_chain, a);
		KEEP(orphan_page_chain, b);
		if (!a || !b)
			continue;
		INIT_LIST_HEAD(&a->lru);
		list_add(&b->lru, &a->lru);
	}
	for (int i = 0; i < MANY / 4; i++)
		count("orphan_page_block", kleak_orphan_page_block() ? BLOCK : 0);
}

static noinline void make_lost(void)
{
	struct node *node;
	int cpu;

	for_each_possible_cpu (cpu)
		for (int i = 0; i < MANY; i++) {
			KEEP(lost_percpu_variable, per_cpu(lost_variable, cpu)[i]);
			KEEP(lost_percpu_memory, per_cpu_ptr(lost_memory, cpu)[i]);
		}
	for (int i = 0; i < MANY; i++) {
		KEEP(lost_list, node);
		list_add_tail(&node->list, &lost_list);
		KEEP(lost_static, lost[i]);
		KEEP(lost_percpu, lost_percpus[i]);
		KEEP(lost_page, lost_pages[i]);
	}
	for (int i = 0; i < MANY / 4; i++)
		KEEP(lost_vmalloc, lost_areas[i]);
}

static noinline void make_rbtree_node(unsigned long number)
{
	struct rb_node **link = &tree.rb_node, *parent = NULL;
	struct node *node;

	KEEP(held_rbtree, node);
	node->number = number;
	while (*link) {
		parent = *link;
		link = number < rb_entry(parent, struct node, rb)->number ? &parent->rb_left
									  : &parent->rb_right;
	}
	rb_link_node(&node->rb, parent, link);
	rb_insert_color(&node->rb, &tree);
}

static noinline void make_held(void)
{
	struct node *node, **end = &chain;
	void *p;
	int cpu;

	for_each_possible_cpu (cpu) {
		KEEP(held_percpu_variable, per_cpu(variable, cpu));
		KEEP(held_percpu_memory, *per_cpu_ptr(memory, cpu));
	}
	for (int i = 0; i < MANY; i++) {
		KEEP(held_static, statics[i]);
		KEEP(held_interior, interiors[i]);
		interiors[i] += 992;
		KEEP(held_percpu, percpus[i]);
		KEEP(held_list, node);
		list_add_tail_rcu(&node->list, &rcu_list);
		KEEP(held_xarray, p);
		xa_store(&xarray, i * 1000, p, GFP_KERNEL);
		make_rbtree_node(i * 7 % MANY);
		KEEP(held_chain, *end);
		end = &(*end)->next;
		KEEP(held_in_vmalloc, in_area[i * 100]);
	}
	for (int i = 0; i < TIMERS; i++) {
		KEEP(held_timer, timers[i]);
		timer_setup(&timers[i]->timer, in_timer, 0);
		mod_timer(&timers[i]->timer, jiffies + LATER);
		timers[i] = (void *)~(unsigned long)timers[i]; /* the timer wheel alone has it */
		KEEP(held_work, works[i]);
		INIT_DELAYED_WORK(&works[i]->work, in_work);
		schedule_delayed_work(&works[i]->work, LATER);
		works[i] = (void *)~(unsigned long)works[i];
	}
	for (int i = 0; i < MANY / 4; i++) {
		KEEP(held_vmalloc, areas[i]);
		KEEP(held_large, larges[i]);
	}
	for (int i = 0; i < MANY / 4; i++) {
		threads[i] = kthread_run(sleep_on_it, NULL, "kleak_hold");
		count("held_stack", !IS_ERR(threads[i]));
	}
}

static noinline void make_held_pages(void)
{
	struct page *page, *next = NULL;

	for (int i = 0; i < MANY; i++) {
		KEEP(held_page, pages[i]);
		KEEP(held_page_address, addresses[i]);
		KEEP(held_page_interior, page_interiors[i]);
		page_interiors[i] += 1000;
		KEEP(held_page_list, page);
		list_add_tail(&page->lru, &page_list);
		KEEP(held_page_private, page);
		set_page_private(page, (unsigned long)next);
		next = page;
		KEEP(held_page_on_page, addresses[i][100]);
	}
	WRITE_ONCE(privates, next);
	for (int i = 0; i < MANY / 4; i++) {
		WRITE_ONCE(blocks[i], kleak_held_page_block());
		count("held_page_block", blocks[i] ? BLOCK : 0);
		WRITE_ONCE(exacts[i], kleak_held_page_exact());
		count("held_page_exact", exacts[i] ? EXACT : 0);
	}
}

/* What the calls before left on the stack is no reference. */
static noinline void scrub_stack(int deep)
{
	unsigned long words[128];

	memset(words, 0, sizeof(words));
	barrier_data(words);
	if (deep)
		scrub_stack(deep - 1);
	barrier_data(words);
}

static void free_held(void)
{
	struct node *node, *next;
	struct rb_node *rb;
	unsigned long index;
	void *p;
	int cpu;

	for_each_possible_cpu (cpu) {
		kfree(per_cpu(variable, cpu));
		kfree(*per_cpu_ptr(memory, cpu));
	}
	for (int i = 0; i < MANY; i++) {
		kfree(statics[i]);
		if (interiors[i])
			kfree(interiors[i] - 992);
		free_percpu(percpus[i]);
		kvfree(areas[i]);
		kfree(larges[i]);
		kfree(in_area[i * 100]);
		if (!IS_ERR_OR_NULL(threads[i]))
			kthread_stop(threads[i]);
	}
	for (int i = 0; i < TIMERS && timers[i]; i++) {
		node = (void *)~(unsigned long)timers[i];
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
		timer_delete_sync(&node->timer);
#else
		del_timer_sync(&node->timer);
#endif
		kfree(node);
		node = (void *)~(unsigned long)works[i];
		cancel_delayed_work_sync(&node->work);
		kfree(node);
	}
	list_for_each_entry_safe (node, next, &rcu_list, list)
		kfree(node);
	xa_for_each (&xarray, index, p)
		kfree(p);
	xa_destroy(&xarray);
	while ((rb = rb_first(&tree))) {
		rb_erase(rb, &tree);
		kfree(rb_entry(rb, struct node, rb));
	}
	for (node = chain; node; node = next) {
		next = node->next;
		kfree(node);
	}
}

static void free_held_pages(void)
{
	struct page *page, *next;

	for (int i = 0; i < MANY && addresses[i]; i++) {
		__free_page(pages[i]);
		__free_page(addresses[i][100]);
		free_page((unsigned long)addresses[i]);
		free_page((unsigned long)page_interiors[i] - 1000);
		if (blocks[i])
			__free_pages(blocks[i], 3);
		if (exacts[i])
			free_pages_exact(exacts[i], EXACT * PAGE_SIZE);
	}
	list_for_each_entry_safe (page, next, &page_list, lru)
		__free_page(page);
	for (page = privates; page; page = next) {
		next = (struct page *)page_private(page);
		set_page_private(page, 0);
		__free_page(page);
	}
}

static int show(struct seq_file *out, void *unused)
{
	for (int i = 0; i < ARRAY_SIZE(made) && made[i].name; i++)
		seq_printf(out, "{\"function\":\"kleak_%s\",\"objects\":%d}\n", made[i].name,
			   made[i].nr);
	return 0;
}

static ssize_t write(struct file *file, const char __user *text, size_t len, loff_t *offset)
{
	make_orphans();
	make_orphan_pages();
	make_lost();
	make_held();
	make_held_pages();
	scrub_stack(6);
	return len;
}

static int open(struct inode *inode, struct file *file)
{
	return single_open(file, show, NULL);
}

static const struct proc_ops operations = {
	.proc_open = open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = write,
};

static int __init kleak_hold_init(void)
{
	/* never merged with another cache: it has a constructor's flags */
	cache = kmem_cache_create("kleak_hold", 344, 8, SLAB_POISON, NULL);
	for (int i = 0; i < FILLERS; i++)
		fillers[i] = __alloc_percpu(FILLER, 8);
	memory = alloc_percpu(void *);
	lost_memory = __alloc_percpu(MANY * sizeof(void *), sizeof(void *));
	in_area = vzalloc(MANY * 100 * sizeof(*in_area));
	if (!cache || !memory || !lost_memory || !in_area ||
	    !proc_create("kleak_hold", 0600, NULL, &operations))
		return -ENOMEM;
	return 0;
}

static void __exit kleak_hold_exit(void)
{
	remove_proc_entry("kleak_hold", NULL);
	free_held();
	free_held_pages();
	vfree(in_area);
	free_percpu(memory);
	free_percpu(lost_memory);
	for (int i = 0; i < FILLERS; i++)
		free_percpu(fillers[i]);
	kmem_cache_destroy(cache); /* says that objects are left */
}

module_init(kleak_hold_init);
module_exit(kleak_hold_exit);
MODULE_DESCRIPTION("kleak's test of what is referred to");
MODULE_LICENSE("GPL");
