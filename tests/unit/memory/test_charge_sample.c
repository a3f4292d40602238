// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_groups.h"

#include "memory/charge_sample.h"

/*
 * Objects of large kmalloc()s, a page each: the made-up machine's pages from FIRST on, whose struct
 * pages say whom they are charged to.
 */
#define FIRST	16
#define OBJECTS 40
#define SITES	4

struct made_up {
	struct kleak_bucket buckets[64];
	struct site list[SITES];
	uint32_t of_entry[SITES];
	struct snapshot_object objects[400];
	struct snapshot snapshot;
	struct sites sites;
	struct memcgs memcgs;
	struct charges charges;
	struct charged_object object;
	struct charge_sample sample;
	struct charge_sample_tables tables;
	uint32_t changed; /* slot whose record changes while memory is read */
};

static struct made_up *made_up;
static struct machine *machine;

static int read_and_change(void *arg, uint64_t address, void *to, size_t len)
{
	if (made_up->changed != UINT32_MAX)
		made_up->buckets[made_up->changed / KLEAK_BUCKET_KEYS]
			.record[made_up->changed % KLEAK_BUCKET_KEYS]
			.allocated_at++;
	return read_made_up(arg, address, to, len);
}

static bool is_shown(const struct site *site)
{
	return site->objects > 0;
}

static int begin_sample(void **state)
{
	struct made_up *s = test_calloc(1, sizeof(*s));

	begin((void **)&machine);
	put_groups(machine);
	s->changed = UINT32_MAX;
	s->snapshot.list = s->objects;
	s->snapshot.nr_sites = SITES;
	s->sites = (struct sites){.list = s->list, .nr = SITES, .of_entry = s->of_entry};
	for (uint32_t i = 0; i < SITES; i++) { /* in another order than their entries */
		s->list[i].index = SITES - 1 - i;
		s->of_entry[i] = i;
	}
	s->memcgs = made_up_memcgs(machine);
	assert_int_equal(memcgs__read(&s->memcgs, TASK), 0);
	s->charges = (struct charges){.layout = s->memcgs.layout,
				      .read = read_and_change,
				      .arg = machine,
				      .memcgs = &s->memcgs};
	machine->slub.read = read_and_change;
	s->object = (struct charged_object){.charges = &s->charges, .slub = &machine->slub};
	s->tables = (struct charge_sample_tables){.buckets = s->buckets,
						  .most = UINT64_MAX,
						  .shown = is_shown,
						  .wanted = MEMCGS_NONE};
	*state = made_up = s;
	return 0;
}

static int end_sample(void **state)
{
	struct made_up *s = *state;

	charge_sample__free(&s->sample);
	charged_object__free(&s->object);
	charges__free(&s->charges);
	memcgs__free(&s->memcgs);
	test_free(s);
	return end((void **)&machine);
}

/* An object of the site with this index, in the machine's page `page`, charged by that word. */
static void add(struct made_up *s, uint32_t index, uint32_t page, uint64_t word)
{
	uint32_t slot = (uint32_t)s->snapshot.nr_list;
	struct kleak_bucket *bucket = &s->buckets[slot / KLEAK_BUCKET_KEYS];

	set_page(machine, (int)page, 0, 0xffffffff, 1, 0);
	machine->pages[page][7] = word;
	bucket->key[slot % KLEAK_BUCKET_KEYS] = ~(BASE + RAM + page * PAGE);
	bucket->record[slot % KLEAK_BUCKET_KEYS].site = index;
	s->objects[s->snapshot.nr_list++] = (struct snapshot_object){.site = index, .slot = slot};
	s->list[SITES - 1 - index].objects++;
	s->list[SITES - 1 - index].listed++;
}

static void look(struct made_up *s)
{
	assert_int_equal(
		charge_sample__look(&s->sample, &s->object, &s->snapshot, &s->sites, &s->tables),
		0);
}

static const struct charge_sample_count *of(const struct made_up *s, uint32_t index)
{
	return charge_sample__of(&s->sample, &s->list[SITES - 1 - index]);
}

static uint32_t group(const struct made_up *s, int group)
{
	return memcgs__find(&s->memcgs, GROUP(group));
}

static void test_groups_are_counted(void **state)
{
	struct made_up *s = *state;
	const struct charge_sample_count *count;

	add(s, 1, FIRST, OBJCG(C) | 2);
	add(s, 1, FIRST + 1, OBJCG(B) | 2);
	add(s, 1, FIRST + 2, OBJCG(B) | 2);
	add(s, 1, FIRST + 3, 0);
	add(s, 1, FIRST + 4, 0xdead0000);
	add(s, 2, FIRST + 5, GROUP(A));
	s->tables.wanted = group(s, A);
	look(s);
	count = of(s, 1);
	assert_int_equal(count->looked_at, 5);
	assert_int_equal(count->nobody, 1);
	assert_int_equal(count->unknown, 1);
	assert_int_equal(count->wanted, 2); /* B is below A */
	assert_int_equal(count->nr, 2);
	assert_int_equal(count->groups[0].memcg, group(s, B));
	assert_int_equal(count->groups[0].objects, 2);
	assert_int_equal(count->groups[1].memcg, group(s, C));
	assert_int_equal(count->others, 0);
	assert_int_equal(of(s, 2)->wanted, 1);
	assert_null(of(s, 0)); /* it is not shown */
	assert_int_equal(charge_sample__looked_at(&s->sample), 6);
	/* what was seen is forgotten */
	s->tables.wanted = MEMCGS_NONE;
	look(s);
	assert_int_equal(of(s, 1)->looked_at, 5);
	assert_int_equal(of(s, 1)->wanted, 0);
}

/* Of many objects some are looked at; of many groups the most frequent are told apart. */
static void test_bounds(void **state)
{
	struct made_up *s = *state;
	const struct charge_sample_count *count;
	uint32_t sum = 0;

	for (uint32_t i = 0; i < 200; i++)
		add(s, 1, FIRST + i % OBJECTS, OBJCG(i % OBJECTS ? B : C) | 2);
	look(s);
	count = of(s, 1);
	assert_int_equal(count->looked_at, OBJECT_SAMPLE);
	assert_int_equal(count->groups[0].memcg, group(s, B));
	for (uint32_t i = 0; i < count->nr; i++)
		sum += count->groups[i].objects;
	assert_int_equal(sum + count->others + count->nobody + count->unknown, OBJECT_SAMPLE);
	/* so many in all: whole sites, the first ones of the list */
	add(s, 2, FIRST, OBJCG(A));
	s->tables.most = OBJECT_SAMPLE;
	look(s);
	assert_int_equal(of(s, 2)->looked_at, 1);
	assert_null(of(s, 1));
	s->tables.most = OBJECT_SAMPLE + 1;
	look(s);
	assert_int_equal(of(s, 1)->looked_at, OBJECT_SAMPLE);
}

/* What was freed, or allocated anew, while it was looked at tells nothing. */
static void test_objects_that_go(void **state)
{
	struct made_up *s = *state;

	add(s, 1, FIRST, OBJCG(B) | 2);
	s->changed = 0;
	look(s);
	assert_int_equal(of(s, 1)->looked_at, 0);
	s->changed = UINT32_MAX;
	s->buckets[0].record[0].site = 2;
	look(s);
	assert_int_equal(of(s, 1)->looked_at, 0);
	s->buckets[0].key[0] = KLEAK_KEY_EMPTY;
	look(s);
	assert_int_equal(of(s, 1)->looked_at, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_groups_are_counted, begin_sample, end_sample),
		cmocka_unit_test_setup_teardown(test_bounds, begin_sample, end_sample),
		cmocka_unit_test_setup_teardown(test_objects_that_go, begin_sample, end_sample),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
