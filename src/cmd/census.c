// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/census.h"
#include "cmd/charges.h"
#include "kernel/datasyms.h"
#include "memory/census.h"
#include "memory/kmem.h"
#include "memory/pointees.h"
#include "memory/ram_walk.h"
#include "memory/slab_objects.h"
#include "trace/caches.h"
#include "trace/tracer.h"
#include "util/clock.h"
#include "util/commas.h"
#include "util/reason.h"
#include "util/say.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KALLSYMS "/proc/kallsyms"
#define SENTENCE 512

/* What is found of slabs may not agree while they come and go: how often it is tried. */
#define LEARN_STEPS   50
#define LEARN_STEP_US 100000

/* The kernel and its modules lie within 2 GiB of each other; the last MB are error numbers. */
#define NEAR (2ULL << 30)
/* What begins so far below is another variable, after which kallsyms has no symbol. */
#define FARTHEST (256 << 10)

#define DESCRIBED 256 /* bytes of what is pointed to, where text is looked for */

#define LAST_CODE 0xffffffffff000000ULL

struct survey {
	const struct options *options;
	const struct kernel *kernel;
	const struct kallsyms *symbols;
	struct kmem reader;
	struct ram memory;
	struct census census;
	struct census_cache *cache; /* that is looked at */
	struct pointees pointees;   /* of it */
	uint64_t text;
};

static int learn(struct survey *survey)
{
	for (int i = 0; i < LEARN_STEPS && !kmem__learn_pages(&survey->reader); i++)
		usleep(LEARN_STEP_US);
	if (!survey->reader.has_pages) {
		say("cannot take a census: the allocator's slabs were not found");
		return -ENODATA;
	}
	if (ram__find_base(&survey->memory, survey->reader.in_map, survey->text)) {
		say("cannot take a census: the kernel's direct map was not found");
		return -ENODATA;
	}
	return 0;
}

/* Name it, size it; is it to be looked at? */
static bool is_wanted(struct census_cache *cache, void *arg)
{
	struct survey *survey = arg;
	const struct slub_layout *l = &survey->kernel->slub;
	uint32_t flags = 0, order = 0;

	snprintf(cache->name, sizeof(cache->name), "%s",
		 ram__cache_name(&survey->memory, cache->address));
	/* kmem_cache.oo: order << 16 | objects */
	tracer__read(survey->reader.tracer, cache->address + l->cache_oo, &order, sizeof(order));
	cache->bytes = cache->slabs * l->page_size << (order >> 16);
	if (survey->options->trace.cache)
		return commas__has(survey->options->trace.cache, cache->name);
	tracer__read(survey->reader.tracer, cache->address + l->cache_flags, &flags, sizeof(flags));
	return !(flags & l->reclaim_flag);
}

static int see_slab(void *arg, uint64_t address, uint64_t cache)
{
	struct survey *survey = arg;

	return census__add_slab(&survey->census, cache, address);
}

/* Can it be an address in the kernel's image or in a module? */
static bool is_near(uint64_t text, uint64_t value)
{
	uint64_t apart = value > text ? value - text : text - value;

	return apart < NEAR && value < LAST_CODE;
}

/* Is it an address in the direct map, and not in the object itself? */
static bool points_elsewhere(const struct survey *survey, uint64_t value, uint64_t object,
			     uint32_t size)
{
	return value - object >= size && ram__contains(&survey->memory, value);
}

/* What is no pointer in an object, of which the first `size` bytes are known. */
static bool what_it_holds(const struct census_cache *cache, const uint64_t *words, uint32_t size,
			  bool whole, struct contents *contents)
{
	if (contents__of(words, size, contents))
		return whole || contents->kind == CONTENTS_TEXT;
	return whole && cache__class_size(cache->name, size) &&
	       contents__size_of(words, size, size, contents);
}

static int look_at_object(void *arg, uint64_t object, const uint64_t *words, uint32_t size,
			  bool whole)
{
	struct survey *survey = arg;
	struct census_cache *cache = survey->cache;
	struct contents contents;
	int err = 0;

	cache->live++;
	for (uint32_t i = 0; i < size / sizeof(*words) && !err; i++) {
		uint64_t offset = i * sizeof(*words);

		if (is_near(survey->text, words[i]))
			err = census__add_word(cache, offset, words[i]);
		else if (points_elsewhere(survey, words[i], object, size))
			pointees__add(&survey->pointees, offset, words[i]);
	}
	if (!err && what_it_holds(cache, words, size, whole, &contents))
		err = census__add_contents(cache, &contents);
	return err;
}

/* ---- where they point to ---- */

/* 0: it lies in the kernel's pages that are no slabs, as what is larger than the caches' objects.
 */
static bool cache_of(void *arg, uint64_t value, uint64_t *cache)
{
	struct survey *survey = arg;
	enum ram_kind kind = ram__kind(&survey->memory, value, cache);

	if (kind == RAM_KERNEL)
		*cache = 0;
	return kind != RAM_OTHER;
}

/* The network device that stands there, by a name that one of this namespace has. */
static void name_device(const struct survey *survey, struct census_pointer *pointer)
{
	uint32_t offset = survey->kernel->device_name;
	char name[IF_NAMESIZE];

	if (offset == SLUB_NONE ||
	    tracer__read(survey->reader.tracer, pointer->value + offset, name, sizeof(name)) ||
	    !memchr(name, '\0', sizeof(name)))
		return;
	if (if_nametoindex(name))
		snprintf(pointer->device, sizeof(pointer->device), "%s", name);
}

/* What is known of the one thing that all of them point to. */
static void describe(const struct survey *survey, struct census_pointer *pointer)
{
	uint8_t bytes[DESCRIBED];
	struct contents contents;

	name_device(survey, pointer);
	if (!*pointer->device &&
	    !tracer__read(survey->reader.tracer, pointer->value, bytes, sizeof(bytes)) &&
	    contents__of(bytes, sizeof(bytes), &contents) && contents.kind == CONTENTS_TEXT)
		pointer->is = contents;
}

static void follow_pointers(struct survey *survey, struct census_cache *cache)
{
	struct pointees_lead leads[CENSUS_LEADS];

	cache->nr_pointers = pointees__leads(&survey->pointees, cache->live, cache_of, survey,
					     leads, CENSUS_LEADS);
	for (size_t i = 0; i < cache->nr_pointers; i++) {
		struct census_pointer *pointer = &cache->pointers[i];

		*pointer = (struct census_pointer){.offset = leads[i].offset,
						   .value = leads[i].value,
						   .objects = leads[i].objects};
		if (leads[i].cache)
			snprintf(pointer->cache, sizeof(pointer->cache), "%s",
				 ram__cache_name(&survey->memory, leads[i].cache));
		if (pointer->value)
			describe(survey, pointer);
	}
}

/* ---- names ---- */

static bool name_function(const struct survey *survey, struct census_word *word)
{
	struct kallsyms_symbol function;

	if (!survey->symbols || kallsyms__find(survey->symbols, word->value, &function))
		return false;
	snprintf(word->symbol, sizeof(word->symbol), function.module ? "%.40s [%.16s]" : "%.40s",
		 function.name, function.module);
	word->symbol_offset = word->value - function.start;
	return true;
}

static void name_variable(struct census_word *word, const struct datasym *symbols, size_t nr)
{
	const struct datasym *found = datasyms__of(symbols, nr, word->value);

	if (!found || word->value - found->start > FARTHEST)
		return;
	snprintf(word->symbol, sizeof(word->symbol), "%s", found->name);
	word->symbol_offset = word->value - found->start;
}

static int name_all(struct survey *survey)
{
	struct census *census = &survey->census;
	struct datasym *symbols = calloc(census->nr * CENSUS_LISTED + 1, sizeof(*symbols));
	FILE *file = fopen(KALLSYMS, "re");
	size_t nr = 0;

	for (size_t c = 0; c < census->nr && symbols; c++)
		for (size_t i = 0; i < census->caches[c].nr_listed; i++)
			if (!name_function(survey, &census->caches[c].words[i]))
				symbols[nr++].address = census->caches[c].words[i].value;
	if (symbols && file && !datasyms__find(symbols, nr, file))
		for (size_t c = 0; c < census->nr; c++)
			for (size_t i = 0; i < census->caches[c].nr_listed; i++)
				if (!*census->caches[c].words[i].symbol)
					name_variable(&census->caches[c].words[i], symbols, nr);
	if (file)
		fclose(file);
	free(symbols);
	return symbols ? 0 : -ENOMEM;
}

static int look(struct survey *survey)
{
	struct census *census = &survey->census;
	double began = clock__now_s();
	int err = ram_walk__slabs(&survey->memory, see_slab, survey);

	if (!err) {
		census__keep(census, is_wanted, survey);
		census__sort(census, survey->options->top);
	}
	slub__begin(&survey->reader.slub);
	for (size_t c = 0; c < census->nr && !err; c++) {
		struct census_cache *cache = &census->caches[c];

		survey->cache = cache;
		memset(&survey->pointees, 0, sizeof(survey->pointees));
		for (size_t i = 0; i < cache->nr_sample && !err; i++)
			err = slab_objects__each(&survey->reader.slub, cache->sample[i],
						 look_at_object, survey);
		follow_pointers(survey, cache);
		census__end_cache(cache);
	}
	if (!err)
		err = name_all(survey);
	clock_gettime(CLOCK_REALTIME, &census->time);
	census->kernel = survey->kernel->release;
	census->seconds = clock__now_s() - began;
	return err;
}

static int print(const struct survey *survey, bool color)
{
	int err = survey->options->json ? census__print_json(&survey->census, stdout)
					: census__print_text(&survey->census, color, stdout);

	if (err == -EIO)
		say("cannot write the census to stdout: %s", strerror(errno));
	return err;
}

static int take_census(struct survey *survey, bool color)
{
	int err = learn(survey);

	if (err)
		return err;
	if (survey->options->report.by_cgroup || survey->options->zombies)
		return cmd_charges(survey->options, survey->kernel, &survey->reader,
				   &survey->memory, color);
	err = look(survey);
	if (err) {
		say("cannot take a census: %s", reason__of(-err));
		return err;
	}
	if (!survey->census.nr && survey->options->trace.cache) {
		say("no cache called \"%s\" has slabs: see the first column of /proc/slabinfo",
		    survey->options->trace.cache);
		return -ENOENT;
	}
	return print(survey, color);
}

int cmd_census(const struct options *options, const struct kernel *kernel, const struct plan *plan,
	       struct symbols *symbols, bool color)
{
	struct survey *survey = calloc(1, sizeof(*survey));
	struct tracer *tracer = NULL;
	char why[SENTENCE] = "";
	int err;

	if (!survey) {
		say("out of memory");
		return -ENOMEM;
	}
	survey->options = options;
	survey->kernel = kernel;
	survey->symbols = symbols ? symbols__kallsyms(symbols) : NULL;
	err = kmem__open_memory(&survey->reader, &survey->memory, kernel, survey->symbols,
				&survey->text, "cannot take a census", why, sizeof(why));
	if (!err)
		err = tracer__open(&tracer, plan, 0, -1, options->report.verbose, why, sizeof(why));
	if (err) {
		say("%s", why);
	} else {
		err = kmem__open(&survey->reader, kernel, tracer);
		if (err)
			say("cannot read the kernel's memory: %s", reason__of(-err));
		else
			err = take_census(survey, color);
	}
	census__free(&survey->census);
	ram__free(&survey->memory);
	kmem__close(&survey->reader);
	tracer__close(tracer);
	free(survey);
	return err;
}
