// SPDX-License-Identifier: GPL-2.0-only
#include "report/pinning.h"
#include "kernel/kallsyms.h"
#include "kernel/names.h"
#include "util/clock.h"

#include <string.h>

static void take_start(const struct kallsyms_symbol *symbol, void *arg)
{
	uint64_t *start = arg;

	if (!symbol->module)
		*start = symbol->start;
}

void pinning__open(struct pinning *pinning, const struct kernel *kernel, struct tracer *tracer,
		   const struct symbols *symbols, bool dated)
{
	*pinning = (struct pinning){
		.known = !*kernel->vfs_unknown,
		.dated = dated,
		.tracer = tracer,
		.vfs = {.layout = kernel->vfs, .read = tracer__read, .arg = tracer},
	};
	if (!symbols)
		return;
	pinning->names = symbols__names(symbols);
	kallsyms__each(symbols__kallsyms(symbols), "simple_lookup", take_start,
		       &pinning->vfs.simple_lookup);
}

/* File systems whose inodes refer to dentries and inodes of another one. */
static bool is_stacked(const char *function)
{
	static const char *const prefixes[] = {"ovl_", "ecryptfs_"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!strncmp(function, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

/* Has one of them allocated it?  Not to be known where names are hidden. */
static bool is_below(void *arg, const struct site *site)
{
	const struct pinning *pinning = arg;
	struct names_time when = pinning->dated ? site->made : NAMES_ANYTIME;

	for (uint32_t i = 0; i < site->nr_frames && pinning->names; i++) {
		const struct names_module *module;
		struct kallsyms_symbol symbol;

		if (!names__find(pinning->names, site->frames[i], when, &symbol, &module) &&
		    is_stacked(symbol.name))
			return true;
	}
	return !pinning->names;
}

int pinning__look(struct pinning *pinning, const struct snapshot *snapshot,
		  const struct sites *sites)
{
	const struct tracer_view *view = tracer__view(pinning->tracer);
	const struct pins_tables tables = {
		.buckets = view->buckets,
		.caches = view->caches,
		.stacked = is_below,
		.arg = pinning,
	};

	double began = clock__now_s();
	int err = pinning->known ? pin_sample__look(&pinning->pins, &pinning->vfs, snapshot, sites,
						    &tables)
				 : 0;

	pinning->seconds = clock__now_s() - began;
	return err;
}

void pinning__free(struct pinning *pinning)
{
	pin_sample__free(&pinning->pins);
}
