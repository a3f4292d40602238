// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/pageowner.h"
#include "kernel/allocator.h"
#include "util/array.h"
#include "util/fnv.h"
#include "util/idmap.h"
#include "util/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MOST_ORDER 20

/* Between the page allocator's functions and the record. */
static const char *const inner[] = {
	"__set_page_owner", "set_page_owner",	      "save_stack", "post_alloc_hook",
	"prep_new_page",    "get_page_from_freelist", "rmqueue",
};

struct place {
	char name[sizeof(((struct pageowner *)0)->place)];
	uint64_t pages;
};

struct parse {
	struct pageowner owner;
	struct place *places;
	size_t nr, room;
	struct idmap by_name;
	uint64_t most, records, sum;
	/* of this record */
	uint64_t pages;
	char place[sizeof(((struct pageowner *)0)->place)];
	bool elsewhere;
};

static uint64_t id_of(const char *name)
{
	return idmap__mix(fnv__add(FNV_START, name, strlen(name)));
}

static int add(struct parse *parse)
{
	uint64_t id = id_of(parse->place);
	uint32_t i = idmap__find(&parse->by_name, id);

	if (i == IDMAP_NONE) {
		i = (uint32_t)parse->nr;
		if (array__reserve((void **)&parse->places, parse->nr + 1, &parse->room,
				   sizeof(*parse->places)) ||
		    idmap__add(&parse->by_name, id, i))
			return -ENOMEM;
		parse->places[i] = (struct place){};
		memcpy(parse->places[i].name, parse->place, sizeof(parse->place));
		parse->nr++;
	}
	parse->places[i].pages += parse->pages;
	parse->owner.total += parse->pages;
	return 0;
}

/* A record is over. */
static int end_record(struct parse *parse)
{
	int err = 0;

	if (parse->pages) {
		parse->records++;
		if (parse->elsewhere)
			parse->owner.elsewhere += parse->pages;
		else if (*parse->place)
			err = add(parse);
	}
	parse->pages = 0;
	parse->place[0] = '\0';
	parse->elsewhere = false;
	if (!err && parse->records == parse->most)
		err = -ECANCELED;
	return err;
}

static bool is_inner(const char *function, size_t length)
{
	for (size_t i = 0; i < sizeof(inner) / sizeof(inner[0]); i++)
		if (strlen(inner[i]) == length && !strncmp(inner[i], function, length))
			return true;
	return false;
}

/* " foo_alloc+0x1a4/0x1b90 [mod]" */
static void take_frame(struct parse *parse, const char *frame)
{
	size_t length;

	frame += strspn(frame, " ");
	length = strcspn(frame, "+.");
	switch (allocator__part_of(frame, length)) {
	case ALLOCATOR_BACKING:
		parse->elsewhere = true;
		return;
	case ALLOCATOR_PLUMBING:
		return;
	default:
		break;
	}
	if (!*parse->place && !is_inner(frame, length))
		snprintf(parse->place, sizeof(parse->place), "%s", frame);
}

/* So many pages are the record's. */
static int take_pages(struct parse *parse, uint64_t pages)
{
	if (!lines__add(&parse->sum, pages))
		return LINES_ODD;
	parse->pages = pages;
	return 0;
}

/* "12" */
static int take_count(struct parse *parse, const char *text)
{
	uint64_t pages;

	return lines__number(&text, LINES_MOST, &pages) && !*text ? take_pages(parse, pages)
								  : LINES_ODD;
}

/* "2, mask 0xcc0(GFP_KERNEL), pid 7, ..." */
static int take_order(struct parse *parse, const char *text)
{
	uint64_t order;

	if (!lines__number(&text, MOST_ORDER, &order) || *text != ',')
		return LINES_ODD;
	/* the words of the flags: of processes and of the page cache */
	parse->elsewhere = strstr(text, "MOVABLE") != NULL;
	return take_pages(parse, 1ULL << order);
}

static int parse_line(char *line, void *arg)
{
	static const char *const counts[] = {"nr_base_pages: ", "stack_count: "};
	static const char order[] = "Page allocated via order ";
	struct parse *parse = arg;

	if (!*line)
		return end_record(parse);
	for (size_t i = 0; i < 2; i++)
		if (!strncmp(line, counts[i], strlen(counts[i])))
			return take_count(parse, line + strlen(counts[i]));
	if (!strncmp(line, order, strlen(order)))
		return take_order(parse, line + strlen(order));
	if (*line == ' ')
		take_frame(parse, line);
	return 0; /* "PFN 0x114 type ...", "Charged to memcg ..." */
}

int pageowner__parse(struct pageowner *owner, FILE *file, uint64_t most)
{
	struct parse parse = {.most = most};
	int err = lines__each(file, parse_line, &parse, &parse.owner.odd);

	if (!err)
		err = end_record(&parse);
	if (err == -ECANCELED) {
		parse.owner.cut = true;
		err = 0;
	}
	for (size_t i = 0; i < parse.nr; i++)
		if (parse.places[i].pages > parse.owner.pages) {
			parse.owner.pages = parse.places[i].pages;
			memcpy(parse.owner.place, parse.places[i].name, sizeof(parse.owner.place));
		}
	parse.owner.places = parse.nr;
	if (!err)
		*owner = parse.owner;
	free(parse.places);
	idmap__free(&parse.by_name);
	return err;
}
