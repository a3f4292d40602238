// SPDX-License-Identifier: GPL-2.0-only
#include "memory/kmem.h"
#include "memory/vmemmap.h"
#include "proc/cpulist.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define IOMEM	    "/proc/iomem"
#define CPUS_ONLINE "/sys/devices/system/cpu/online"

/* What to add to per-CPU pointers, from the kernel's own table of it.  How many, or -EFAULT. */
static int read_offsets(struct kmem *reader, const struct kernel *kernel, struct tracer *tracer)
{
	uint32_t nr = kernel->cpus < KLEAK_MAX_CPUS ? kernel->cpus : KLEAK_MAX_CPUS;
	int err = tracer__read(tracer, kernel->percpu_offsets, reader->cpu_offsets,
			       nr * sizeof(*reader->cpu_offsets));

	return err ? err : (int)nr;
}

int kmem__open(struct kmem *reader, const struct kernel *kernel, struct tracer *tracer)
{
	int cpus = kernel->percpu_offsets ? read_offsets(reader, kernel, tracer)
					  : tracer__learn_cpus(tracer, reader->cpu_offsets);
	int err = tracer__learn_self(tracer, &reader->task);

	if (cpus < 0 || err)
		return cpus < 0 ? cpus : err;
	reader->tracer = tracer;
	reader->tasks = &kernel->tasks;
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
	if (symbols) {
		kallsyms__each(symbols, "rcu_free_sheaf", take_start, &reader->krc.sheaf_free);
		reader->krc.runqueues = kallsyms__variable(symbols, KALLSYMS_RUNQUEUES);
	}
	return krc__find(&reader->krc, reader->task);
}

bool kmem__learn_pages(struct kmem *reader)
{
	if (!reader->has_pages &&
	    vmemmap__find_cache(&reader->slub, reader->tasks, reader->task, &reader->in_map) == 0)
		reader->has_pages = !vmemmap__learn(&reader->slub, reader->in_map);
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
	file = fopen(IOMEM, "re");
	err = file ? ram__parse_iomem(memory, file) : -errno;
	if (file)
		fclose(file);
	if (err == -EPERM)
		snprintf(why, len, "%s: " IOMEM " hides its addresses (CAP_SYS_ADMIN)", what);
	else if (err)
		snprintf(why, len, "%s: " IOMEM " does not tell where the kernel is", what);
	if (err)
		return err;
	*text = kallsyms__kernel_code(symbols, memory->code);
	if (!*text) {
		snprintf(why, len, "%s: /proc/kallsyms does not tell where the kernel's code is",
			 what);
		return -ENOTSUP;
	}
	return 0;
}

/* On x86 each process's tables begin with one that has the kernel's, too. */
static uint64_t top_table(const struct kmem *reader, const struct kernel *kernel)
{
	const struct task_layout *tasks = &kernel->tasks;
	uint64_t mm, top;

	if (tasks->is_arm64)
		return kernel->page_tables;
	if (tasks->mm == SLUB_NONE || tasks->pgd == SLUB_NONE ||
	    slub__read_word(&reader->slub, reader->task + tasks->mm, &mm) ||
	    slub__read_word(&reader->slub, mm + tasks->pgd, &top))
		return 0;
	return top;
}

void kmem__open_tables(const struct kmem *reader, struct page_tables *tables,
		       const struct ram *memory, const struct kernel *kernel)
{
	*tables = (struct page_tables){
		.memory = memory,
		.top = top_table(reader, kernel),
		.is_arm64 = kernel->tasks.is_arm64,
	};
}

void kmem__close(struct kmem *reader)
{
	slub__free(&reader->slub);
	krc__free(&reader->krc);
}
