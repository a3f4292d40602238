// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that leaks as it comes, and goes: its memory stays.  kleak_other.c is the same by other
 * names, which is loaded where this one was.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#ifndef LEAK
#define LEAK	     kleak_come_leak
#define LEAK_AREA    kleak_come_area
#define LEAK_INITIAL kleak_come_initial
#define VERSION	     "come-1"
#endif

#define OBJECTS 7

static noinline void LEAK(void)
{
	for (int i = 0; i < OBJECTS; i++)
		if (!kzalloc(700, GFP_KERNEL))
			break;
	barrier();
}

static noinline void LEAK_AREA(void)
{
	void *area = vmalloc(3 * PAGE_SIZE);

	OPTIMIZER_HIDE_VAR(area);
	barrier();
}

/* In memory that is given back when the module has come. */
static noinline __init void LEAK_INITIAL(void)
{
	for (int i = 0; i < OBJECTS; i++)
		if (!kzalloc(400, GFP_KERNEL))
			break;
	barrier();
}

static int __init come(void)
{
	LEAK();
	LEAK_AREA();
	LEAK_INITIAL();
	return 0;
}

static void __exit go(void)
{
}

module_init(come);
module_exit(go);
MODULE_DESCRIPTION("leaks that outlive their module");
MODULE_VERSION(VERSION);
MODULE_LICENSE("GPL");
