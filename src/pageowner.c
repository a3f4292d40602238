// SPDX-License-Identifier: GPL-2.0-only
#include "pageowner.h"
#include "allocator.h"
#include "array.h"
#include "fnv.h"
#include "idmap.h"
#include "lines.h"

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
	uint64_t most, records;
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

	if (!parse->pages)
		return 0;
	parse->records++;
	if (parse->elsewhere)
		parse->owner.elsewhere += parse->pages;
	else if (*parse->place)
		err = add(parse);
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

static int parse_count(const char *text, uint64_t *count)
{
	char *end;

	errno = 0;
	*count = strtoull(text, &end, 10);
	return errno || end == text || *end ? -EINVAL : 0;
}

static int parse_line(char *line, void *arg)
{
	static const char *const counts[] = {"nr_base_pages: ", "stack_count: "};
	struct parse *parse = arg;
	unsigned int order;

	if (!*line)
		return end_record(parse);
	for (size_t i = 0; i < 2; i++)
		if (!strncmp(line, counts[i], strlen(counts[i])))
			return parse_count(line + strlen(counts[i]), &parse->pages);
	if (sscanf(line, "Page allocated via order %u,", &order) == 1) {
		if (order > MOST_ORDER)
			return -EINVAL;
		parse->pages = 1ULL << order;
		/* the words of the flags: of processes and of the page cache */
		parse->elsewhere = strstr(line, "MOVABLE") != NULL;
	} else if (*line == ' ') {
		take_frame(parse, line);
	}
	return 0; /* "PFN 0x114 type ...", "Charged to memcg ..." */
}

int pageowner__parse(struct pageowner *owner, FILE *file, uint64_t most)
{
	struct parse parse = {.most = most};
	int err = lines__each(file, parse_line, &parse);

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
