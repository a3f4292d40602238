// SPDX-License-Identifier: GPL-2.0-only
/* A census as lines of JSON; tests/unit/census.schema.json describes them. */
#include "memory/census.h"
#include "util/json_value.h"

#include <inttypes.h>

static json_t *word(const void *of, size_t i)
{
	const struct census_cache *c = of;
	const struct census_word *w = &c->words[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "offset", json_value__count(w->offset),
			 "addr", json_sprintf("0x%" PRIx64, w->value), "symbol",
			 json_value__text(*w->symbol ? w->symbol : NULL), "symbol_offset",
			 *w->symbol ? json_value__count(w->symbol_offset) : json_null(), "objects",
			 json_value__count(w->objects), "share",
			 json_value__number((double)w->objects / (double)c->live));
}

static json_t *pointer(const void *of, size_t i)
{
	const struct census_cache *c = of;
	const struct census_pointer *p = &c->pointers[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "offset",
			 json_value__count(p->offset), "cache",
			 json_value__text(*p->cache ? p->cache : NULL), "addr",
			 p->value ? json_sprintf("0x%" PRIx64, p->value) : json_null(), "device",
			 json_value__text(*p->device ? p->device : NULL), "text",
			 json_value__text(*p->is.text ? p->is.text : NULL), "objects",
			 json_value__count(p->objects), "share",
			 json_value__number((double)p->objects / (double)c->live));
}

static json_t *count_if(bool known, uint64_t count)
{
	return known ? json_value__count(count) : json_null();
}

static json_t *contents(const void *of, size_t i)
{
	const struct census_cache *c = of;
	const struct census_contents *held = &c->contents[i];
	enum contents_kind kind = held->is.kind;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "text",
			 json_value__text(kind == CONTENTS_TEXT ? held->is.text : NULL), "offset",
			 count_if(kind != CONTENTS_BYTE, held->is.offset), "byte",
			 count_if(kind == CONTENTS_BYTE, held->is.byte), "size_bytes",
			 count_if(kind == CONTENTS_SIZE, held->is.number), "objects",
			 json_value__count(held->objects), "share",
			 json_value__number((double)held->objects / (double)c->live));
}

static json_t *cache(const void *of, size_t i)
{
	const struct census *census = of;
	const struct census_cache *c = &census->caches[i];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
			 json_value__text(c->name), "bytes", json_value__count(c->bytes), "slabs",
			 json_value__count(c->slabs), "slabs_sampled",
			 json_value__count(c->nr_sample), "objects", json_value__count(c->objects),
			 "objects_sampled", json_value__count(c->live), "words",
			 json_value__array(c->nr_listed, word, c), "pointers",
			 json_value__array(c->nr_pointers, pointer, c), "contents",
			 json_value__array(c->nr_contents_listed, contents, c));
}

int census__print_json(const struct census *census, FILE *out)
{
	return json_value__print(json_pack("{s:i, s:s, s:o, s:o, s:o, s:o}", "version",
					   JSON_VALUE_VERSION, "type", "census", "time",
					   json_value__time(&census->time), "kernel",
					   json_value__text(census->kernel), "duration_s",
					   json_value__number(census->seconds), "caches",
					   json_value__array(census->nr, cache, census)),
				 out);
}
