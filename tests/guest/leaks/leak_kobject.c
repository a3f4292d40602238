// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registering a queue in sysfs fails; the error path frees nothing, as kobject_put() is missing.
 * What is lost is the object and its name.
 *
 * Source: CVE-2019-15916, 895a5e96dbd6 ("net-sysfs: Fix mem leak in netdev_register_kobject").
 */
#include "leak.h"

#include <linux/kobject.h>

static void release(struct kobject *kobject)
{
	kfree(kobject);
}

static const struct kobj_type type = {.release = release};

static noinline int kobject_register(void)
{
	struct kobject *kobject = kzalloc(sizeof(*kobject), GFP_KERNEL);

	if (!kobject)
		return -ENOMEM;
	kobject_init(kobject, &type);
	if (kobject_set_name(kobject, "rx-queue-of-a-device-that-failed-%d", 4711))
		return -ENOMEM;
	leak_lose(kobject);
	return 0;
}

LEAK_ON_WRITE(kobject_register, "a kobject and its name lost in an error path");
