// SPDX-License-Identifier: GPL-2.0-only
/*
 * Leaks known numbers of objects through every allocator, from every context,
 * and frees others in every way there is.
 *
 * Write a line to /proc/kleak_test:
 *   run            everything in the tables below, once
 *   leak NAME N    N more through the leak called NAME
 *   leakrate NAME N  N a second, beside others, until `stop`
 *   stop
 *   free           free all that was leaked
 *   shrink         vrealloc() what was leaked that way to less
 *   rcu            allocate some, pass them to kfree_rcu()
 *   forget         do not free it when the module goes either
 * Read it: what should be listed now, one JSON object for each leak.
 *
 * What is kept is kept in static arrays: apart from the leaks themselves nothing
 * the module allocates stays.
 */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#define MOST	 20000 /* objects of one leak */
#define BULK	 32
#define CHURN	 200 /* objects of one way to free */
#define RCU_SIZE 72
#define VREALLOC (9 * PAGE_SIZE)

static struct kmem_cache *cache, *ctor_cache, *bulk_cache;
static mempool_t *pool;

/* ---- leaks ---- */

/* The barrier keeps the call from becoming a jump: the function stays on the stack. */
#define LEAK(name, expression)                                                                     \
	static noinline void *kleak_leak_##name(void)                                              \
	{                                                                                          \
		void *p = expression;                                                              \
                                                                                                   \
		barrier();                                                                         \
		return p;                                                                          \
	}

static const char bytes60[60] = "sixty bytes";

LEAK(kmalloc, kmalloc(100, GFP_KERNEL))
LEAK(kzalloc, kzalloc(700, GFP_KERNEL))
LEAK(kmalloc_node, kmalloc_node(300, GFP_KERNEL, 0))
LEAK(kmemdup, kmemdup(bytes60, sizeof(bytes60), GFP_KERNEL))
LEAK(krealloc, krealloc(kmalloc(30, GFP_KERNEL), 180, GFP_KERNEL))
LEAK(kmalloc_large, kmalloc(40000, GFP_KERNEL))
LEAK(kmalloc_account, kmalloc(90, GFP_KERNEL_ACCOUNT))
LEAK(kmalloc_reclaimable, kmalloc(250, GFP_KERNEL | __GFP_RECLAIMABLE))
LEAK(kvmalloc_small, kvmalloc(2000, GFP_KERNEL))
LEAK(kvmalloc_large, kvmalloc(6 << 20, GFP_KERNEL))
LEAK(vmalloc, vmalloc(20000))
LEAK(vzalloc, vzalloc(10000))
#ifdef vrealloc
/* 6.12 and later: grown it is another area.  Modules reach it this way. */
LEAK(vrealloc, kvrealloc(vmalloc(3 * PAGE_SIZE), VREALLOC, GFP_KERNEL))
#endif
LEAK(cache, kmem_cache_alloc(cache, GFP_KERNEL))
LEAK(ctor, kmem_cache_alloc(ctor_cache, GFP_KERNEL))
LEAK(mempool, mempool_alloc(pool, GFP_KERNEL))
LEAK(percpu, (void __force *)__alloc_percpu(24, 8))
LEAK(page, alloc_page(GFP_KERNEL))
LEAK(page_compound, alloc_pages(GFP_KERNEL | __GFP_COMP, 2))
LEAK(page_block, alloc_pages(GFP_KERNEL, 3))
LEAK(page_exact, alloc_pages_exact(5 * PAGE_SIZE, GFP_KERNEL))
LEAK(timer, kmalloc(1500, GFP_ATOMIC))
LEAK(irq, kmalloc(50, GFP_ATOMIC))
LEAK(other_cpu, kmalloc(400, GFP_KERNEL))

/* Four pages, of which three are freed one by one. */
static noinline void *kleak_leak_page_split(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);

	if (!page)
		return NULL;
	split_page(page, 2);
	for (int i = 1; i < 4; i++)
		__free_page(page + i);
	return page;
}

static __always_inline int alloc_in_bulk(size_t nr, void **objects)
{
	int got = kmem_cache_alloc_bulk(bulk_cache, GFP_KERNEL, nr, objects);

	/* from 7.2 on it returns whether all are there */
	return LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0) ? got : got * nr;
}

static noinline int kleak_leak_bulk(void **objects)
{
	int got = alloc_in_bulk(BULK, objects);

	barrier();
	return got;
}

static void free_in_cache(void *p)
{
	kmem_cache_free(cache, p);
}

static void free_in_ctor_cache(void *p)
{
	kmem_cache_free(ctor_cache, p);
}

static void free_in_bulk_cache(void *p)
{
	kmem_cache_free(bulk_cache, p);
}

static void free_in_pool(void *p)
{
	mempool_free(p, pool);
}

static void free_per_cpu(void *p)
{
	free_percpu((void __percpu __force *)p);
}

static void free_slab(void *p)
{
	kfree(p);
}

static void free_area(void *p)
{
	vfree(p);
}

static void free_page_(void *p)
{
	__free_page(p);
}

static void free_compound(void *p)
{
	__free_pages(p, 2);
}

static void free_block(void *p)
{
	__free_pages(p, 3);
}

static void free_exact(void *p)
{
	free_pages_exact(p, 5 * PAGE_SIZE);
}

static void free_any(void *p)
{
	kvfree(p);
}

enum context { TASK, TIMER, IRQ, OTHER_CPU };

static struct leak {
	const char *name;
	void *(*make)(void);
	void (*release)(void *p);
	const char *origin;
	const char *cache;   /* as /proc/slabinfo has it */
	unsigned long bytes; /* of one object; 0: the kernel tells */
	unsigned long requested;
	int count; /* of `run` */
	enum context context;
	int parts; /* one allocation is that many objects */
	void *kept[MOST];
	int nr;
	int rate; /* a second */
} leaks[] = {
	{"kmalloc", kleak_leak_kmalloc, free_slab, "slab", "kmalloc-128", 0, 100, 11},
	{"kzalloc", kleak_leak_kzalloc, free_slab, "slab", "kmalloc-1k", 0, 700, 13},
	{"kmalloc_node", kleak_leak_kmalloc_node, free_slab, "slab", "kmalloc-512", 0, 300, 17},
	{"kmemdup", kleak_leak_kmemdup, free_slab, "slab", "kmalloc-64", 0, 60, 19},
	{"krealloc", kleak_leak_krealloc, free_slab, "slab", "kmalloc-192", 0, 180, 23},
	{"kmalloc_large", kleak_leak_kmalloc_large, free_slab, "slab", "kmalloc-large", 65536,
	 40000, 5},
	{"kmalloc_account", kleak_leak_kmalloc_account, free_slab, "slab", "kmalloc-cg-96", 0, 90,
	 29},
	{"kmalloc_reclaimable", kleak_leak_kmalloc_reclaimable, free_slab, "slab",
	 "kmalloc-rcl-256", 0, 250, 31},
	{"kvmalloc_small", kleak_leak_kvmalloc_small, free_any, "slab", "kmalloc-2k", 0, 2000, 37},
	/* whole huge pages; the array of its 1536 pages takes an area of 3 pages */
	{"kvmalloc_large", kleak_leak_kvmalloc_large, free_any, "vmalloc", "vmalloc",
	 (6 << 20) + 3 * PAGE_SIZE, (6 << 20) + 3 * PAGE_SIZE, 3, TASK, 2},
	{"vmalloc", kleak_leak_vmalloc, free_area, "vmalloc", "vmalloc", 5 * PAGE_SIZE,
	 5 * PAGE_SIZE, 41},
	{"vzalloc", kleak_leak_vzalloc, free_area, "vmalloc", "vmalloc", 3 * PAGE_SIZE,
	 3 * PAGE_SIZE, 7},
#ifdef vrealloc
	{"vrealloc", kleak_leak_vrealloc, free_any, "vmalloc", "vmalloc", 0, 0, 6},
#endif
	/* not merged (usercopy): the size is what was asked for */
	{"cache", kleak_leak_cache, free_in_cache, "slab", "kleak_test", 200, 200, 43},
	/* a constructor: the free pointer has 8 bytes of its own */
	{"ctor", kleak_leak_ctor, free_in_ctor_cache, "slab", "kleak_test_ctor", 168, 160, 47},
	{"mempool", kleak_leak_mempool, free_in_pool, "slab", "kmalloc-1k", 0, 600, 53},
	{"percpu", kleak_leak_percpu, free_per_cpu, "percpu", "percpu", 24, 24, 59},
	{"page", kleak_leak_page, free_page_, "pages", "pages", PAGE_SIZE, PAGE_SIZE, 73},
	{"page_compound", kleak_leak_page_compound, free_compound, "pages", "pages", 4 * PAGE_SIZE,
	 4 * PAGE_SIZE, 7},
	{"page_block", kleak_leak_page_block, free_block, "pages", "pages", 8 * PAGE_SIZE,
	 8 * PAGE_SIZE, 9, TASK, 8},
	{"page_exact", kleak_leak_page_exact, free_exact, "pages", "pages", 5 * PAGE_SIZE,
	 5 * PAGE_SIZE, 11, TASK, 5},
	{"page_split", kleak_leak_page_split, free_page_, "pages", "pages", PAGE_SIZE, PAGE_SIZE,
	 13},
	{"timer", kleak_leak_timer, free_slab, "slab", "kmalloc-2k", 0, 1500, 61, TIMER},
	{"irq", kleak_leak_irq, free_slab, "slab", "kmalloc-64", 0, 50, 67, IRQ},
	{"other_cpu", kleak_leak_other_cpu, free_slab, "slab", "kmalloc-512", 0, 400, 71,
	 OTHER_CPU},
};

static void *bulk[BULK];
static int nr_bulk;
static int failures; /* allocations that failed: the expectation is then void */

/* ---- contexts: run a function of int in each of them and wait for it ---- */

static struct {
	void (*function)(void *argument);
	void *argument;
	struct completion done;
} job;

static void do_job(void)
{
	job.function(job.argument);
	complete(&job.done);
}

static void job_in_timer(struct timer_list *timer)
{
	do_job();
}

static void job_in_irq(struct irq_work *work)
{
	do_job();
}

static void job_in_work(struct work_struct *work)
{
	do_job();
}

static DEFINE_TIMER(job_timer, job_in_timer);
static DEFINE_IRQ_WORK(job_irq, job_in_irq);
static DECLARE_WORK(job_work, job_in_work);

static void run_in(enum context context, void (*function)(void *), void *argument)
{
	job.function = function;
	job.argument = argument;
	reinit_completion(&job.done);
	switch (context) {
	case TASK:
		do_job();
		break;
	case TIMER:
		mod_timer(&job_timer, jiffies + 1);
		break;
	case IRQ:
		irq_work_queue(&job_irq);
		break;
	case OTHER_CPU:
		schedule_work_on(cpumask_any_but(cpu_online_mask, raw_smp_processor_id()),
				 &job_work);
		break;
	}
	wait_for_completion(&job.done);
}

/* Pages by the array: most come from the CPU's list, without an event. */
#define PAGES_BULK 40
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 14, 0)
#define alloc_pages_bulk_array alloc_pages_bulk
#endif
static struct page *page_bulk[PAGES_BULK];
static int nr_page_bulk;

static noinline int kleak_leak_page_bulk(void)
{
	int got = alloc_pages_bulk_array(GFP_KERNEL, PAGES_BULK, page_bulk);

	barrier();
	return got;
}

/* ---- leaking ---- */

static int to_make;

static void make_some(void *argument)
{
	struct leak *leak = argument;

	for (int i = 0; i < to_make && leak->nr < MOST; i++) {
		void *p = leak->make();

		if (p)
			leak->kept[leak->nr++] = p;
		else
			failures++;
	}
}

static void make(struct leak *leak, int n)
{
	to_make = n;
	run_in(leak->context, make_some, leak);
}

static void free_all(void)
{
	for (int i = 0; i < ARRAY_SIZE(leaks); i++)
		while (leaks[i].nr)
			leaks[i].release(leaks[i].kept[--leaks[i].nr]);
	while (nr_bulk)
		free_in_bulk_cache(bulk[--nr_bulk]);
	while (nr_page_bulk) {
		__free_page(page_bulk[--nr_page_bulk]);
		page_bulk[nr_page_bulk] = NULL;
	}
}

/* ---- freeing, in every way: nothing of this may ever be listed ---- */

struct with_rcu {
	struct rcu_head rcu;
	char more[RCU_SIZE - sizeof(struct rcu_head)];
};

struct large_with_rcu {
	struct rcu_head rcu;
	char more[3 * PAGE_SIZE];
};

static void *churn[CHURN];

#define FILL(expression)                                                                           \
	do {                                                                                       \
		for (int i = 0; i < CHURN; i++)                                                    \
			churn[i] = expression;                                                     \
	} while (0)

static noinline void kleak_free_fill_slab(void)
{
	FILL(kmalloc(RCU_SIZE, GFP_ATOMIC));
}

static noinline void kleak_free_fill_cache(void)
{
	FILL(kmem_cache_alloc(cache, GFP_ATOMIC));
}

static noinline void kleak_free_fill_areas(void)
{
	FILL(vmalloc(3 * PAGE_SIZE));
}

static noinline void kleak_free_fill_any(void)
{
	FILL(kvmalloc(i % 16 ? 64 : 6 << 20, GFP_KERNEL));
}

static noinline int kleak_free_fill_bulk(void)
{
	return alloc_in_bulk(CHURN, churn);
}

static void free_each(void *release)
{
	void (*function)(void *) = release;

	for (int i = 0; i < CHURN; i++)
		function(churn[i]);
}

static void free_rcu(void *p)
{
	struct with_rcu *object = p;

	if (object)
		kfree_rcu(object, rcu);
}

static void free_large_rcu(void *p)
{
	struct large_with_rcu *object = p;

	if (object)
		kvfree_rcu(object, rcu);
}

static void free_churn(void)
{
	static const enum context contexts[] = {TASK, TIMER, IRQ, OTHER_CPU};

	for (int i = 0; i < ARRAY_SIZE(contexts); i++) {
		kleak_free_fill_slab();
		run_in(contexts[i], free_each, free_slab);
		kleak_free_fill_cache();
		run_in(contexts[i], free_each, free_in_cache);
		kleak_free_fill_slab();
		run_in(contexts[i], free_each, free_rcu);
		kleak_free_fill_areas(); /* in interrupts: vfree_atomic() */
		run_in(contexts[i], free_each, free_area);
	}
	kleak_free_fill_any();
	free_each(free_any);
	kleak_free_fill_areas();
	free_each(free_large_rcu);
	kleak_free_fill_cache();
	kmem_cache_free_bulk(cache, CHURN, churn);
	kleak_free_fill_slab();
	kfree_bulk(CHURN, churn);
	if (kleak_free_fill_bulk() == CHURN)
		kmem_cache_free_bulk(bulk_cache, CHURN, churn);
	else
		failures++;
	kleak_free_fill_slab();
	for (int i = 0; i < CHURN; i++)
		churn[i] = krealloc(churn[i], 3000, GFP_KERNEL);
	free_each(free_slab);
#ifdef vrealloc
	kleak_free_fill_areas();
	for (int i = 0; i < CHURN; i++)
		churn[i] = kvrealloc(churn[i], (1 + i % 8) * PAGE_SIZE, GFP_KERNEL);
	free_each(free_any);
#endif
}

/* A mapping that owns no memory: never to be listed with bytes. */
static void map_and_unmap(void)
{
	static struct page *pages[4];
	void *mapping;

	for (int i = 0; i < 4; i++)
		pages[i] = alloc_page(GFP_KERNEL);
	mapping = vmap(pages, 4, VM_MAP, PAGE_KERNEL);
	if (mapping)
		vunmap(mapping);
	for (int i = 0; i < 4; i++)
		if (pages[i])
			__free_page(pages[i]);
}

/*
 * A cache that is destroyed with objects left: the kernel warns and keeps them for
 * ever.  Once.
 */
static int nr_destroyed;

static noinline void kleak_leak_destroyed(void)
{
	struct kmem_cache *doomed =
		kmem_cache_create_usercopy("kleak_test_gone", 300, 0, 0, 0, 300, NULL);

	if (!doomed)
		return;
	for (int i = 0; i < 5; i++)
		if (kmem_cache_alloc(doomed, GFP_KERNEL))
			nr_destroyed++;
	kmem_cache_destroy(doomed);
}

static void run_all(void)
{
	free_churn();
	map_and_unmap();
	for (int i = 0; i < ARRAY_SIZE(leaks); i++)
		make(&leaks[i], leaks[i].count);
	if (!nr_bulk)
		nr_bulk = kleak_leak_bulk(bulk);
	if (!nr_page_bulk)
		nr_page_bulk = kleak_leak_page_bulk();
	if (!nr_destroyed)
		kleak_leak_destroyed();
	free_churn();
	rcu_barrier(); /* call_rcu(); kfree_rcu() may take seconds more */
}

/* ---- leaking at a rate ---- */

static void leak_slowly(struct work_struct *work);
static DECLARE_DELAYED_WORK(slow_work, leak_slowly);

static void leak_slowly(struct work_struct *work)
{
	for (int i = 0; i < ARRAY_SIZE(leaks); i++)
		for (int n = leaks[i].rate; n > 0 && leaks[i].nr < MOST; n--)
			leaks[i].kept[leaks[i].nr++] = leaks[i].make();
	schedule_delayed_work(&slow_work, HZ);
}

static void stop_slowly(void)
{
	cancel_delayed_work_sync(&slow_work);
	for (int i = 0; i < ARRAY_SIZE(leaks); i++)
		leaks[i].rate = 0;
}

/* ---- /proc/kleak_test ---- */

static void expect(struct seq_file *out, const char *name, const char *origin, const char *of,
		   int objects, int parts, unsigned long bytes, unsigned long requested)
{
	if (objects)
		seq_printf(out,
			   "{\"function\":\"kleak_leak_%s\",\"origin\":\"%s\",\"cache\":\"%s\","
			   "\"objects\":%d,\"bytes\":%lu,\"requested_bytes\":%lu}\n",
			   name, origin, of, objects * parts, objects * bytes, objects * requested);
}

/* What an area of vrealloc() has of its pages: up to 7.1 it keeps them when it shrinks. */
static unsigned long bytes_of_area(const char *p)
{
	unsigned long bytes = 0;

	while (bytes < VREALLOC && vmalloc_to_page(p + bytes))
		bytes += PAGE_SIZE;
	return bytes;
}

static int show(struct seq_file *out, void *unused)
{
	if (failures)
		seq_printf(out, "{\"failures\":%d}\n", failures);
	for (int i = 0; i < ARRAY_SIZE(leaks); i++) {
		const struct leak *leak = &leaks[i];
		unsigned long bytes = leak->bytes, requested = leak->requested;

		if (!leak->nr)
			continue;
		if (!bytes && !strcmp(leak->origin, "vmalloc"))
			bytes = requested = bytes_of_area(leak->kept[0]);
		else if (!bytes)
			bytes = ksize(leak->kept[0]);
		if (!strcmp(leak->origin, "percpu")) {
			bytes *= num_possible_cpus();
			requested *= num_possible_cpus();
		}
		expect(out, leak->name, leak->origin, leak->cache, leak->nr,
		       leak->parts ? leak->parts : 1, bytes, requested);
	}
	expect(out, "destroyed", "slab", "kleak_test_gone", nr_destroyed, 1, 304, 300);
	expect(out, "page_bulk", "pages", "pages", nr_page_bulk, 1, PAGE_SIZE, PAGE_SIZE);
	expect(out, "bulk", "slab", "kleak_test_bulk", nr_bulk, 1, 120, 120);
	return 0;
}

static struct leak *leak_called(const char *name)
{
	for (int i = 0; i < ARRAY_SIZE(leaks); i++)
		if (!strcmp(leaks[i].name, name))
			return &leaks[i];
	return NULL;
}

static void shrink(void)
{
#ifdef vrealloc
	struct leak *leak = leak_called("vrealloc");

	for (int i = 0; i < leak->nr; i++)
		leak->kept[i] = kvrealloc(leak->kept[i], 4 * PAGE_SIZE, GFP_KERNEL);
#endif
}

static int obey(const char *line)
{
	struct leak *leak;
	char name[32];
	int n;

	if (!strcmp(line, "run")) {
		run_all();
	} else if (!strcmp(line, "free")) {
		free_all();
	} else if (!strcmp(line, "forget")) {
		for (int i = 0; i < ARRAY_SIZE(leaks); i++)
			leaks[i].nr = 0;
	} else if (!strcmp(line, "shrink")) {
		shrink();
	} else if (!strcmp(line, "rcu")) {
		kleak_free_fill_slab();
		free_each(free_rcu);
	} else if (!strcmp(line, "stop")) {
		stop_slowly();
	} else if (sscanf(line, "leak %31s %d", name, &n) == 2) {
		leak = leak_called(name);
		if (!leak)
			return -ENOENT;
		make(leak, n);
	} else if (sscanf(line, "leakrate %31s %d", name, &n) == 2) {
		leak = leak_called(name);
		if (!leak)
			return -ENOENT;
		leak->rate = n;
		schedule_delayed_work(&slow_work, 0);
	} else {
		return -EINVAL;
	}
	return 0;
}

static ssize_t write(struct file *file, const char __user *text, size_t len, loff_t *offset)
{
	char line[64];
	int err;

	if (len >= sizeof(line))
		return -EINVAL;
	if (copy_from_user(line, text, len))
		return -EFAULT;
	line[len] = '\0';
	err = obey(strim(line));
	return err ? err : len;
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

static void construct(void *object)
{
	memset(object, 0, 160);
}

static void destroy_caches(void)
{
	mempool_destroy(pool);
	kmem_cache_destroy(bulk_cache);
	kmem_cache_destroy(ctor_cache);
	kmem_cache_destroy(cache);
}

static int __init kleak_test_init(void)
{
	init_completion(&job.done);
	cache = kmem_cache_create_usercopy("kleak_test", 200, 0, 0, 0, 200, NULL);
	ctor_cache = kmem_cache_create("kleak_test_ctor", 160, 0, 0, construct);
	bulk_cache = kmem_cache_create_usercopy("kleak_test_bulk", 120, 0, 0, 0, 120, NULL);
	pool = mempool_create_kmalloc_pool(4, 600);
	if (!cache || !ctor_cache || !bulk_cache || !pool ||
	    !proc_create("kleak_test", 0600, NULL, &operations)) {
		destroy_caches();
		return -ENOMEM;
	}
	return 0;
}

static void __exit kleak_test_exit(void)
{
	stop_slowly();
	remove_proc_entry("kleak_test", NULL);
	free_all();
	rcu_barrier();
	destroy_caches();
}

module_init(kleak_test_init);
module_exit(kleak_test_exit);
MODULE_DESCRIPTION("known leaks, to test leak finders with");
MODULE_LICENSE("GPL");
