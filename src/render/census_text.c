// SPDX-License-Identifier: GPL-2.0-only
/* A census for people. */
#include "memory/census.h"
#include "render/pen.h"

#include <errno.h>
#include <inttypes.h>

#define ROW "%8s  %9s  %7s  "

/* "91% hold foo_ops [mod] at +0x20" */
static void put_word(const struct pen *pen, const struct census_cache *cache,
		     const struct census_word *word)
{
	fprintf(pen->out, "%30s%3.0f%% hold ", "",
		100.0 * (double)word->objects / (double)cache->live);
	if (*word->symbol)
		pen__name(pen, PEN_BOLD, word->symbol);
	else
		fprintf(pen->out, "0x%" PRIx64 " (no name)", word->value);
	if (word->symbol_offset)
		fprintf(pen->out, "+0x%" PRIx64, word->symbol_offset);
	fprintf(pen->out, " at +0x%" PRIx64 "\n", word->offset);
}

/* "99% point to one object of kmalloc-4k at +0x10: the network device eth0" */
static void put_pointer(const struct pen *pen, const struct census_cache *cache,
			const struct census_pointer *pointer)
{
	fprintf(pen->out, "%30s%3.0f%% point ", "",
		100.0 * (double)pointer->objects / (double)cache->live);
	if (*pointer->cache) {
		fputs(pointer->value ? "to one object of " : "to objects of ", pen->out);
		pen__name(pen, PEN_BOLD, pointer->cache);
	} else {
		fputs(pointer->value ? "to one place in pages" : "into pages", pen->out);
	}
	fprintf(pen->out, " at +0x%" PRIx64, pointer->offset);
	if (*pointer->device) {
		fputs(": the network device ", pen->out);
		pen__name(pen, PEN_BOLD, pointer->device);
	} else if (*pointer->is.text) {
		fputs(pointer->is.offset ? ", which holds \"" : ", which begins with \"", pen->out);
		pen__name(pen, PEN_BOLD, pointer->is.text);
		fputc('"', pen->out);
	}
	fputc('\n', pen->out);
}

/* "63% hold "firmware-#.bin" at +0x10" */
static void put_contents(const struct pen *pen, const struct census_cache *cache,
			 const struct census_contents *contents)
{
	const struct contents *is = &contents->is;

	fprintf(pen->out, "%30s%3.0f%% ", "",
		100.0 * (double)contents->objects / (double)cache->live);
	if (is->kind == CONTENTS_BYTE) {
		fprintf(pen->out, "hold nothing but bytes 0x%02x\n", is->byte);
		return;
	}
	if (is->kind == CONTENTS_SIZE) {
		fprintf(pen->out, "hold %" PRIu32 " at +0x%" PRIx32 ": their size?\n", is->number,
			is->offset);
		return;
	}
	fputs(is->offset ? "hold \"" : "begin with \"", pen->out);
	pen__name(pen, PEN_BOLD, is->text);
	fputc('"', pen->out);
	if (is->offset)
		fprintf(pen->out, " at +0x%" PRIx32, is->offset);
	fputc('\n', pen->out);
}

static void put_cache(const struct pen *pen, const struct census_cache *cache)
{
	char objects[PEN_NUMBER], live[PEN_NUMBER];

	snprintf(objects, sizeof(objects), "%s%" PRIu64, cache->slabs > cache->nr_sample ? "~" : "",
		 cache->objects);
	snprintf(live, sizeof(live), "%" PRIu64, cache->live);
	pen__put(pen, PEN_BOLD, "%8s", pen__human((double)cache->bytes, false).text);
	fprintf(pen->out, "  %9s  %7s  ", objects, live);
	pen__name(pen, PEN_PLAIN, cache->name);
	fputc('\n', pen->out);
	for (size_t i = 0; i < cache->nr_listed; i++)
		put_word(pen, cache, &cache->words[i]);
	for (size_t i = 0; i < cache->nr_pointers; i++)
		put_pointer(pen, cache, &cache->pointers[i]);
	for (size_t i = 0; i < cache->nr_contents_listed; i++)
		put_contents(pen, cache, &cache->contents[i]);
	if (cache->live && !cache->nr_listed && !cache->nr_pointers && !cache->nr_contents_listed)
		fprintf(pen->out, "%30sthey hold no pointers in common, no text\n", "");
}

int census__print_text(const struct census *census, bool color, FILE *out)
{
	const struct pen pen = {.out = out, .color = color};

	pen__put(&pen, PEN_DIM, ROW "%s", "bytes", "objects", "sampled", "cache");
	fputc('\n', out);
	for (size_t i = 0; i < census->nr; i++)
		put_cache(&pen, &census->caches[i]);
	return fflush(out) || ferror(out) ? -EIO : 0;
}
