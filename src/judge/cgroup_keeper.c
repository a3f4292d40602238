// SPDX-License-Identifier: GPL-2.0-only
#include "judge/cgroup_keeper.h"
#include "judge/sparse_series.h"
#include "util/array.h"
#include "util/idmap.h"
#include "util/lines.h"
#include "util/order.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEEPEST 256 /* cgroups above one another that are looked through for a limit */
#define LAG_S	3.0 /* memory.stat has all that usage had by then */

/* What is compared with the first reading of it. */
struct beginning {
	struct cgroup_number usage, held, kernel;
	struct cgroup_classes classes;
	struct memory_events events;
};

/* A cgroup, over time. */
struct entry {
	struct idmap_row row;
	char *path;
	struct cgroup_books books; /* the last that was read; its path is the one above */
	struct beginning first;
	bool came, gone, hot;
	double came_s;	/* of the first reading */
	double moved_s; /* of the last one in which its usage was another one than before */
	double whole_s; /* of the last one in which all was read, or had not moved; NAN: none */
	struct cgroup_classes classes;
	struct growth_series held, kernel;
	struct growth_series *by_class; /* CGROUP_CLASSES of them, or NULL */

	/* of the statement */
	bool judged;
	struct growth_slope held_slope, kernel_slope;
	struct near_limit near;
};

struct cgroup_keeper {
	uint64_t one; /* mixed; 0: all */
	struct growth_clock clock;
	size_t readings;
	double now_s;
	struct idmap map;
	struct entry *list;
	uint32_t nr;
	size_t room;
	uint64_t came, gone;
	size_t wanted; /* new ones, since the last reading */

	/* the last statement's */
	struct entry **order;
	size_t room_order;
	struct cgroup_row *rows;
	size_t room_rows;
	struct statement_class *class_list;
};

int cgroup_keeper__open(struct cgroup_keeper **out, uint64_t id)
{
	struct cgroup_keeper *keeper = calloc(1, sizeof(*keeper));

	if (!keeper)
		return -ENOMEM;
	keeper->one = id ? idmap__mix(id) : 0;
	*out = keeper;
	return 0;
}

static struct entry *find(const struct cgroup_keeper *keeper, uint64_t id)
{
	uint32_t index = idmap__find(&keeper->map, idmap__mix(id));

	return index == IDMAP_NONE ? NULL : &keeper->list[index];
}

/* ---- what to read ---- */

static bool is_its_turn(const struct cgroup_keeper *keeper, const struct entry *entry)
{
	size_t turns = (keeper->nr + CGROUP_KEEPER_WHOLE / 2 - 1) / (CGROUP_KEEPER_WHOLE / 2);

	return (size_t)(entry - keeper->list) % turns == keeper->readings % turns;
}

/* What was read of it last is what there is now. */
static bool is_unmoved(const struct entry *entry, const struct cgroup_number *usage)
{
	return usage->known && entry->books.usage.known && usage->is == entry->books.usage.is &&
	       entry->whole_s - entry->moved_s > LAG_S;
}

enum cgroup_books_much cgroup_keeper__wants(void *arg, uint64_t id,
					    const struct cgroup_number *usage)
{
	struct cgroup_keeper *keeper = arg;
	const struct entry *entry = find(keeper, id);
	bool is_turn;

	if (keeper->one || (keeper->readings && keeper->nr <= CGROUP_KEEPER_WHOLE))
		return CGROUP_BOOKS_WHOLE;
	if (!entry)
		return keeper->wanted++ < CGROUP_KEEPER_WHOLE / 2 ? CGROUP_BOOKS_WHOLE
								  : CGROUP_BOOKS_USAGE;
	is_turn = is_its_turn(keeper, entry);
	if (is_unmoved(entry, usage))
		return is_turn ? CGROUP_BOOKS_LIMITS : CGROUP_BOOKS_USAGE;
	return is_turn || entry->hot ? CGROUP_BOOKS_WHOLE : CGROUP_BOOKS_USAGE;
}

/* ---- a reading ---- */

static struct cgroup_number held_of(const struct cgroup_books *books)
{
	uint64_t cache = cgroup_books__cache(books);

	return (struct cgroup_number){
		.known = books->usage.known && books->stat_known,
		.is = books->usage.is > cache ? books->usage.is - cache : 0,
	};
}

static int make_series(struct entry *entry)
{
	if (entry->by_class)
		return 0;
	entry->by_class = malloc(CGROUP_CLASSES * sizeof(*entry->by_class));
	for (int i = 0; entry->by_class && i < CGROUP_CLASSES; i++)
		sparse_series__clear(&entry->by_class[i], 0);
	return entry->by_class ? 0 : -ENOMEM;
}

static int name(struct entry *entry, const char *path)
{
	char *copy;

	if (entry->path && !strcmp(entry->path, path))
		return 0;
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	free(entry->path);
	entry->path = copy;
	return 0;
}

/* Of what is read later than the first time: changes count from there. */
static void begin(struct cgroup_number *first, struct cgroup_number now)
{
	if (!first->known)
		*first = now;
}

static void begin_all(struct entry *entry)
{
	struct beginning *first = &entry->first;

	begin(&first->held, held_of(&entry->books));
	begin(&first->kernel, cgroup_books__kernel(&entry->books));
	for (int i = 0; i < CGROUP_CLASSES; i++) {
		if (first->classes.known[i] || !entry->classes.known[i])
			continue;
		first->classes.known[i] = true;
		first->classes.bytes[i] = entry->classes.bytes[i];
	}
	for (int i = 0; i < MEMORY_EVENTS; i++) {
		if (first->events.present[i] || !entry->books.events.present[i])
			continue;
		first->events.present[i] = true;
		first->events.times[i] = entry->books.events.times[i];
	}
}

static double value_of(struct cgroup_number number)
{
	return number.known ? (double)number.is : NAN;
}

/* What was read just now, or what it was read to be and has not moved from. */
static int enter_values(struct cgroup_keeper *keeper, struct entry *entry, size_t point)
{
	entry->whole_s = keeper->now_s;
	entry->held.value[point] = value_of(held_of(&entry->books));
	entry->kernel.value[point] = value_of(cgroup_books__kernel(&entry->books));
	for (int i = 0; entry->by_class && i < CGROUP_CLASSES; i++)
		entry->by_class[i].value[point] =
			entry->classes.known[i] ? (double)entry->classes.bytes[i] : NAN;
	return 0;
}

static int enter_whole(struct cgroup_keeper *keeper, struct entry *entry, size_t point)
{
	int err = keeper->one ? make_series(entry) : 0;

	if (err)
		return err;
	cgroup_classes__of(&entry->classes, &entry->books);
	begin_all(entry);
	return enter_values(keeper, entry, point);
}

static void begin_entry(struct cgroup_keeper *keeper, struct entry *entry)
{
	entry->came = keeper->readings;
	keeper->came += entry->came;
	entry->came_s = keeper->now_s;
	entry->whole_s = NAN;
	sparse_series__clear(&entry->held, 0);
	sparse_series__clear(&entry->kernel, 0);
}

static int enter_one(struct cgroup_keeper *keeper, const struct cgroup_books *books, size_t point)
{
	struct entry *entry =
		idmap__row(&keeper->map, idmap__mix(books->id), (void **)&keeper->list, &keeper->nr,
			   &keeper->room, sizeof(*keeper->list));
	bool unmoved;

	if (!entry)
		return -ENOMEM;
	if (!entry->path)
		begin_entry(keeper, entry);
	if (name(entry, books->path))
		return -ENOMEM;
	entry->row.entered = keeper->readings + 1;
	unmoved = is_unmoved(entry, &books->usage);
	if (!entry->books.usage.known || books->usage.is != entry->books.usage.is)
		entry->moved_s = keeper->now_s;
	if (books->whole)
		entry->books = *books;
	entry->books.max = books->limits ? books->max : entry->books.max;
	entry->books.high = books->limits ? books->high : entry->books.high;
	entry->books.id = books->id;
	entry->books.parent = books->parent;
	entry->books.usage = books->usage;
	entry->books.path = entry->path;
	begin(&entry->first.usage, books->usage);
	if (books->whole)
		return enter_whole(keeper, entry, point);
	return unmoved ? enter_values(keeper, entry, point) : 0;
}

static void each_series(struct cgroup_keeper *keeper,
			void (*change)(struct growth_series *series, size_t point), size_t point)
{
	for (uint32_t i = 0; i < keeper->nr; i++) {
		struct entry *entry = &keeper->list[i];

		change(&entry->held, point);
		change(&entry->kernel, point);
		for (int c = 0; entry->by_class && c < CGROUP_CLASSES; c++)
			change(&entry->by_class[c], point);
	}
}

static void halve(struct growth_series *series, size_t point)
{
	growth__halve(series);
	sparse_series__clear(series, point);
}

static void forget_point(struct growth_series *series, size_t point)
{
	series->value[point] = NAN;
}

/* The point of this reading; a new one has no values yet. */
static size_t tick(struct cgroup_keeper *keeper)
{
	size_t was = keeper->clock.nr;
	bool halved;
	size_t point = growth__tick(&keeper->clock, keeper->now_s, &halved);

	if (halved)
		each_series(keeper, halve, point);
	else if (keeper->clock.nr != was)
		each_series(keeper, forget_point, point);
	return point;
}

static void free_entry(struct entry *entry)
{
	free(entry->path);
	free(entry->by_class);
}

/* What was not in this reading has gone: of one cgroup its books are kept. */
static int drop_gone(struct cgroup_keeper *keeper)
{
	for (uint32_t i = 0; i < keeper->nr; i++) {
		struct entry *entry = &keeper->list[i];

		if (entry->row.entered == keeper->readings + 1)
			continue;
		keeper->gone += !entry->gone;
		entry->gone = true;
		if (!keeper->one)
			free_entry(entry);
	}
	if (keeper->one)
		return 0;
	return idmap__drop_rows(&keeper->map, keeper->list, &keeper->nr, sizeof(*keeper->list),
				keeper->readings + 1);
}

static int order_all(struct cgroup_keeper *keeper, int (*compare)(const void *, const void *));
static int by_pace(const void *a, const void *b);

/* Those that grew most are read whole the next time. */
static int mark_hot(struct cgroup_keeper *keeper)
{
	int err;

	if (keeper->nr <= CGROUP_KEEPER_WHOLE)
		return 0;
	err = order_all(keeper, by_pace);
	for (uint32_t i = 0; !err && i < keeper->nr; i++)
		keeper->order[i]->hot = i < CGROUP_KEEPER_WHOLE / 2;
	return err;
}

int cgroup_keeper__enter(struct cgroup_keeper *keeper, const struct cgroup_books *list, size_t nr,
			 double now_s)
{
	size_t point;
	int err = 0;

	keeper->now_s = now_s;
	point = tick(keeper);
	for (size_t i = 0; i < nr && !err; i++)
		err = enter_one(keeper, &list[i], point);
	if (!err)
		err = drop_gone(keeper);
	keeper->readings++;
	keeper->wanted = 0;
	return err ? err : mark_hot(keeper);
}

/* ---- order ---- */

/* Bytes a second since it was first seen, of what is read each time. */
static double pace_of(const struct entry *entry)
{
	double grown = (double)(int64_t)(entry->books.usage.is - entry->first.usage.is);

	return entry->books.usage.known ? grown : -INFINITY;
}

static int by_pace(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	return ORDER_DOWN(pace_of(x), pace_of(y)) ?:
	       ORDER_DOWN(x->books.usage.is, y->books.usage.is) ?: strcmp(x->path, y->path);
}

static double growth_of(const struct entry *entry)
{
	bool grows = entry->judged && entry->held_slope.known && entry->held_slope.low > 0;

	return grows ? entry->held_slope.per_s : 0;
}

/* Those near their limit, the soonest first; what grows steadily; what grew. */
static int by_rank(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
	bool x_warns = near_limit__warns(&x->near), y_warns = near_limit__warns(&y->near);

	if (x_warns && y_warns && x->near.oom_s != y->near.oom_s)
		return ORDER_UP(x->near.oom_s, y->near.oom_s);
	return ORDER_DOWN(x_warns, y_warns) ?:
	       ORDER_DOWN(growth_of(x), growth_of(y)) ?: by_pace(a, b);
}

/* It first, then what is above it, from there up: longer paths first. */
static int by_depth(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	return ORDER_DOWN(strlen(x->path), strlen(y->path));
}

static int order_all(struct cgroup_keeper *keeper, int (*compare)(const void *, const void *))
{
	if (array__reserve((void **)&keeper->order, keeper->nr, &keeper->room_order,
			   sizeof(struct entry *)))
		return -ENOMEM;
	for (uint32_t i = 0; i < keeper->nr; i++)
		keeper->order[i] = &keeper->list[i];
	if (keeper->nr)
		qsort(keeper->order, keeper->nr, sizeof(struct entry *), compare);
	return 0;
}

/* ---- a statement ---- */

static void judge(const struct cgroup_keeper *keeper, struct entry *entry, bool slopes)
{
	struct near_limit_books books = {
		.known = held_of(&entry->books).known && entry->books.max.known,
		.usage = entry->books.usage.is,
		.limit = entry->books.max.is,
		.cache = cgroup_books__cache(&entry->books),
		.watched_s = keeper->now_s - entry->came_s,
	};

	entry->judged = slopes;
	entry->held_slope = entry->kernel_slope = (struct growth_slope){};
	if (slopes) {
		entry->held_slope = sparse_series__slope(&entry->held, &keeper->clock);
		entry->kernel_slope = sparse_series__slope(&entry->kernel, &keeper->clock);
	}
	books.growth = entry->held_slope;
	entry->near = near_limit__judge(&books);
}

/* Of what is held, the class that grew most. */
static enum cgroup_class growing_class(const struct entry *entry)
{
	enum cgroup_class most = CGROUP_CLASSES;
	int64_t bytes = 0;

	for (int i = 0; i < CGROUP_CLASSES; i++) {
		int64_t grown = entry->classes.bytes[i] - entry->first.classes.bytes[i];

		if (!entry->classes.known[i] || !cgroup_class__is_held(i) || grown <= bytes)
			continue;
		most = i;
		bytes = grown;
	}
	return most;
}

static struct cgroup_amount amount(struct cgroup_number now, struct cgroup_number first,
				   struct growth_slope slope)
{
	return (struct cgroup_amount){
		.known = now.known,
		.is = {.bytes = (int64_t)now.is,
		       .delta_bytes = first.known ? (int64_t)(now.is - first.is) : 0,
		       .growth = slope},
	};
}

/* The limit with the least room, its own or one above. */
static void find_limit(const struct cgroup_keeper *keeper, const struct entry *entry,
		       struct cgroup_row *row)
{
	row->limit_room = UINT64_MAX;
	for (int depth = 0; entry && depth < DEEPEST; depth++) {
		const struct cgroup_books *books = &entry->books;
		uint64_t held = held_of(books).is;

		if (books->max.known && books->max.is != NEAR_LIMIT_NONE && books->usage.known) {
			uint64_t room = books->max.is > held ? books->max.is - held : 0;

			if (!row->limit_of || room < row->limit_room) {
				row->limit = books->max;
				row->limit_of = entry->path;
				row->limit_room = room;
			}
		}
		entry = books->parent ? find(keeper, books->parent) : NULL;
	}
	if (!row->limit_of)
		row->limit_room = 0;
}

/* v1 tells of a limit above those that are seen, but not how much is charged there. */
static void find_hidden_limit(const struct entry *entry, struct cgroup_row *row)
{
	const struct memory_stat *stat = &entry->books.stat;
	uint64_t limit = stat->bytes[MEMORY_STAT_TIGHTEST_LIMIT];

	if (!stat->present[MEMORY_STAT_TIGHTEST_LIMIT] || limit > LINES_MOST ||
	    (row->limit_of && limit >= row->limit.is))
		return;
	row->limit = (struct cgroup_number){.known = true, .is = limit};
	row->limit_of = NULL;
	row->limit_room = 0;
}

static void state_events(const struct entry *entry, struct cgroup_row *row)
{
	const struct memory_events *now = &entry->books.events, *first = &entry->first.events;

	for (int i = 0; i < MEMORY_EVENTS; i++)
		row->events[i] = (struct cgroup_event){
			.known = now->present[i],
			.times = now->times[i],
			.delta = (int64_t)(now->times[i] - first->times[i]),
		};
}

static struct cgroup_row state_row(const struct cgroup_keeper *keeper, const struct entry *entry)
{
	struct cgroup_row row = {
		.id = entry->books.id,
		.parent = entry->books.parent,
		.path = entry->path,
		.came = entry->came,
		.gone = entry->gone,
		.usage = entry->books.usage,
		.held = amount(held_of(&entry->books), entry->first.held, entry->held_slope),
		.kernel = amount(cgroup_books__kernel(&entry->books), entry->first.kernel,
				 entry->kernel_slope),
		.max = entry->books.max,
		.high = entry->books.high,
		.dying = entry->books.dying,
		.near = entry->near,
		.growing = growing_class(entry),
		.age_s = keeper->now_s - entry->whole_s,
		.judged = entry->judged,
	};

	find_limit(keeper, entry, &row);
	find_hidden_limit(entry, &row);
	state_events(entry, &row);
	return row;
}

static int state_classes(struct cgroup_keeper *keeper, const struct entry *entry,
			 struct cgroup_row *row)
{
	if (!keeper->class_list)
		keeper->class_list = calloc(CGROUP_CLASSES, sizeof(*keeper->class_list));
	if (!keeper->class_list)
		return -ENOMEM;
	for (int i = 0; entry->by_class && i < CGROUP_CLASSES; i++)
		keeper->class_list[i] = (struct statement_class){
			.name = cgroup_class__name(i),
			.title = cgroup_class__title(i),
			.known = entry->classes.known[i],
			.remark = cgroup_class__remark(i, entry->books.v1),
			.amount = {.bytes = entry->classes.bytes[i],
				   .delta_bytes =
					   entry->classes.bytes[i] - entry->first.classes.bytes[i],
				   .growth = sparse_series__slope(&entry->by_class[i],
								  &keeper->clock)},
		};
	if (entry->by_class)
		row->classes = keeper->class_list;
	return 0;
}

static bool is_tight(const struct entry *entry)
{
	const struct cgroup_books *books = &entry->books;

	return books->max.known && books->max.is != NEAR_LIMIT_NONE &&
	       (double)held_of(books).is >= NEAR_LIMIT_SHARE * (double)books->max.is;
}

/* Judge those that grew most, and those that have little room; and put all in order. */
static int rank(struct cgroup_keeper *keeper)
{
	size_t few = CGROUP_KEEPER_JUDGED / 5, most = CGROUP_KEEPER_JUDGED - few;
	int err = order_all(keeper, by_pace);

	for (uint32_t i = 0; !err && i < keeper->nr; i++) {
		bool tight = i >= most && few && is_tight(keeper->order[i]);

		few -= tight;
		judge(keeper, keeper->order[i], tight || i < most);
	}
	return err ? err : order_all(keeper, keeper->one ? by_depth : by_rank);
}

int cgroup_keeper__state(struct cgroup_keeper *keeper, struct cgroup_statement *statement,
			 size_t top)
{
	size_t nr = top && top < keeper->nr ? top : keeper->nr;
	int err = rank(keeper);

	if (keeper->one)
		nr = keeper->nr;
	if (!err)
		err = array__reserve((void **)&keeper->rows, nr, &keeper->room_rows,
				     sizeof(*keeper->rows));
	for (size_t i = 0; i < nr && !err; i++)
		keeper->rows[i] = state_row(keeper, keeper->order[i]);
	if (!err && keeper->one && nr)
		err = state_classes(keeper, keeper->order[0], &keeper->rows[0]);
	if (err)
		return err;
	statement->one = keeper->one;
	statement->rows = keeper->rows;
	statement->nr_rows = nr;
	statement->nr_rows_all = keeper->nr;
	statement->came = keeper->came;
	statement->gone = keeper->gone;
	return 0;
}

void cgroup_keeper__close(struct cgroup_keeper *keeper)
{
	if (!keeper)
		return;
	for (uint32_t i = 0; i < keeper->nr; i++)
		free_entry(&keeper->list[i]);
	free(keeper->list);
	idmap__free(&keeper->map);
	free(keeper->order);
	free(keeper->rows);
	free(keeper->class_list);
	free(keeper);
}
