// SPDX-License-Identifier: GPL-2.0-only
#include "memory/kmem.h"
#include "memory/vmemmap.h"
#include "proc/cpulist.h"
#include "trace/caches.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define IOMEM	    "/proc/iomem"
#define CPUS_ONLINE "/sys/devices/system/cpu/online"

int kmem__open(struct kmem *reader, const struct kernel *kernel, struct tracer *tracer)
{
	int cpus = tracer__learn_cpus(tracer, reader->cpu_offsets, &reader->task);

	if (cpus < 0)
		return cpus;
	reader->tracer = tracer;
	reader->slub.layout = kernel->slub;
	reader->slub.read = tracer__read;
	reader->slub.arg = tracer;
	reader->slub.cpu_offsets = reader->cpu_offsets;
	reader->slub.nr_cpus = (uint32_t)cpus;
	reader->slub.nr_nodes = kernel->nodes;
	kmem__see_cpus(reader);
	reader->percpu = (struct percpu_chunks){.layout = kernel->percpu,
						.lists = kernel->percpu_lists,
						.nr_slots = kernel->percpu_nr_slots,
						.reserved = kernel->percpu_reserved,
						.page_size = kernel->page_size,
						.cpus = kernel->cpus,
						.read = tracer__read,
						.arg = tracer};
	return 0;
}

void kmem__see_cpus(struct kmem *reader)
{
	FILE *file = fopen(CPUS_ONLINE, "re");
	uint32_t nr = file ? cpulist__read(reader->online, reader->slub.nr_cpus, file) : 0;

	if (file)
		fclose(file);
	reader->slub.nr_online = nr;
	reader->slub.online = nr ? reader->online : NULL;
}

static void take_start(const struct kallsyms_symbol *symbol, void *arg)
{
	uint64_t *start = arg;

	if (!symbol->module)
		*start = symbol->start;
}

int kmem__open_queues(struct kmem *reader, const struct kernel *kernel,
		      const struct kallsyms *symbols)
{
	reader->krc = (struct krc){.layout = kernel->krc,
				   .read = tracer__read,
				   .arg = reader->tracer,
				   .cpu_offsets = reader->cpu_offsets,
				   .nr_cpus = reader->slub.nr_cpus,
				   .slub = &reader->slub};
	if (symbols)
		kallsyms__each(symbols, "rcu_free_sheaf", take_start, &reader->krc.sheaf_free);
	return krc__find(&reader->krc, reader->task);
}

bool kmem__learn_pages(struct kmem *reader)
{
	const struct tracer_view *view = tracer__view(reader->tracer);

	for (int i = KLEAK_CACHE_UNKNOWN + 1; i < KLEAK_MAX_CACHES && !reader->has_pages; i++) {
		uint64_t kmem = cache__kmem(&view->caches[i]);

		if (!kmem)
			continue;
		reader->has_pages = !vmemmap__learn(&reader->slub, kmem);
		reader->in_map = kmem; /* itself a slab object */
	}
	return reader->has_pages;
}

int kmem__open_memory(struct kmem *reader, struct ram *memory, const struct kernel *kernel,
		      const struct kallsyms *symbols, uint64_t *text, const char *what, char *why,
		      size_t len)
{
	FILE *file;
	int err;

	memory->slub = &reader->slub;
	memory->peek = tracer__peek;
	if (*kernel->slub_unknown || *kernel->areas_unknown) {
		snprintf(why, len, "%s: this kernel's memory is laid out in an unknown way (%s)",
			 what,
			 *kernel->slub_unknown ? kernel->slub_unknown : kernel->areas_unknown);
		return -ENOTSUP;
	}
	if (!symbols) {
		snprintf(why, len,
			 "%s: the kernel hides its addresses (set kernel.kptr_restrict "
			 "below 2)",
			 what);
		return -EPERM;
	}
	*text = kallsyms__kernel_code(symbols);
	if (!*text) {
		snprintf(why, len, "%s: /proc/kallsyms does not tell where the kernel's code is",
			 what);
		return -ENOTSUP;
	}
	file = fopen(IOMEM, "re");
	err = file ? ram__parse_iomem(memory, file) : -errno;
	if (file)
		fclose(file);
	if (err == -EPERM)
		snprintf(why, len, "%s: " IOMEM " hides its addresses (CAP_SYS_ADMIN)", what);
	else if (err)
		snprintf(why, len, "%s: " IOMEM " does not tell where the kernel is", what);
	return err;
}

void kmem__close(struct kmem *reader)
{
	slub__free(&reader->slub);
	krc__free(&reader->krc);
}
