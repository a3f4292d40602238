// SPDX-License-Identifier: GPL-2.0-only
#include "made_up_groups.h"

#include "memory/charge_list.h"
#include "memory/vmemmap.h"
#include "memory/zombies.h"

/*
 * Pages of the machine: 8 to 15 hold the groups; the others are charged, or not.  A slab of six
 * objects, a stack, page tables, anonymous ones, a file of three pages, one of them compound,
 * tmpfs.
 */
enum { SLAB_PAGE = 30, STACK, TABLE, ANON_PAGE, FILE_PAGE, FILE_HEAD, FILE_TAIL, SHMEM, NOBODY };

#define VECTOR	   PLACE(30)
#define NR	   6
#define SIZE	   64
#define INODE	   PLACE(32)
#define MAPPING	   (INODE + 256)
#define SB	   PLACE(33)
#define FS_TYPE	   (SB + 256)
#define DENTRY(i)  PLACE(34 + (i))
#define TEXT_AT(i) (DENTRY(i) + 256)
#define PLACES_END PLACE(40)
#define CHARGE	   7 /* words of struct page */
#define MAPPED	   3
#define COUNTERS   5

static const uint32_t objcgs[NR] = {A, A, B, GROUPS, C, GROUPS};

static const struct vfs_layout vfs_layout = {
	.dentry_parent = 16,
	.dentry_pprev = 24,
	.dentry_alias = 32,
	.inode_sb = 8,
	.inode_dentry = 24,
	.sb_type = 8,
	.type_name = 16,
};

struct world {
	struct memcgs memcgs;
	struct charges charges;
	struct charge_walk walk;
};

static void charge(struct machine *m, int page, uint64_t to, uint64_t mapping)
{
	set_page(m, page, 0, 0xffffffff, 1, mapping);
	m->pages[page][CHARGE] = to;
}

static void put_slab(struct machine *m)
{
	const uint32_t size = SIZE;

	put_half(m, CACHE, size);
	put(m, CACHE + 8, CACHE + 64);
	strcpy((char *)m->ram + (CACHE + 64 - BASE - RAM), "kmalloc-cg-64");
	set_page(m, SLAB_PAGE, 1 << SLAB, 0xffffffff, 1, CACHE);
	m->pages[SLAB_PAGE][COUNTERS] = 5 | NR << 16;
	m->pages[SLAB_PAGE][CHARGE] = VECTOR | 1;
	for (int i = 0; i < NR; i++)
		put(m, VECTOR + (uint64_t)i * group_layout.element + group_layout.element_objcg,
		    objcgs[i] == GROUPS ? 0 : OBJCG(objcgs[i]));
}

static void put_pages(struct machine *m)
{
	charge(m, STACK, OBJCG(A) | 2, 0);
	charge(m, TABLE, OBJCG(A) | 2, 0);
	m->pages[TABLE][6] = 0xf2000000 | 1ULL << 32;
	charge(m, ANON_PAGE, GROUP(B), PLACE(20) | 1);
	charge(m, FILE_PAGE, GROUP(B), MAPPING);
	charge(m, FILE_HEAD, GROUP(B), MAPPING);
	m->pages[FILE_HEAD][0] = 1 << group_layout.head_flag;
	m->pages[FILE_HEAD][5] = 1; /* its order */
	set_page(m, FILE_TAIL, 0, 0xffffffff, 0, 0);
	m->pages[FILE_TAIL][1] = vmemmap__page_of(&m->slub, BASE + RAM + FILE_HEAD * PAGE) | 1;
	charge(m, SHMEM, GROUP(B), MAPPING + 8);
	m->pages[SHMEM][0] = 1 << group_layout.swapbacked_flag;
	charge(m, NOBODY, 0, 0);
}

static void take(struct world *world, struct machine *m)
{
	world->memcgs = made_up_memcgs(m);
	assert_int_equal(memcgs__read(&world->memcgs, TASK), 0);
	world->charges = (struct charges){.layout = world->memcgs.layout,
					  .read = read_made_up,
					  .arg = m,
					  .memcgs = &world->memcgs};
	world->walk = (struct charge_walk){.charges = &world->charges, .memory = &m->memory};
	m->slub.layout.page_order = 40;
	m->memory.base = BASE;
	assert_int_equal(charge_walk__take(&world->walk), 0);
}

static void end_world(struct world *world)
{
	charge_walk__free(&world->walk);
	charges__free(&world->charges);
	memcgs__free(&world->memcgs);
}

static const struct charge_total *of(const struct world *world, int group)
{
	return charge_sums__of(&world->walk.sums, memcgs__find(&world->memcgs, GROUP(group)));
}

static void test_sums(void **state)
{
	struct machine *m = *state;
	struct world world;
	struct charge_list list;

	put_groups(m);
	put_slab(m);
	put_pages(m);
	take(&world, m);
	assert_int_equal(of(&world, A)->count[CHARGE_SLAB], 2);
	assert_int_equal(of(&world, A)->bytes[CHARGE_SLAB], 2 * SIZE);
	assert_int_equal(of(&world, A)->bytes[CHARGE_PAGES], PAGE);
	assert_int_equal(of(&world, A)->bytes[CHARGE_TABLES], PAGE);
	assert_int_equal(of(&world, B)->bytes[CHARGE_ANON], PAGE);
	assert_int_equal(of(&world, B)->count[CHARGE_FILE], 2);
	assert_int_equal(of(&world, B)->bytes[CHARGE_FILE], 3 * PAGE);
	assert_int_equal(of(&world, B)->bytes[CHARGE_SHMEM], PAGE);
	assert_int_equal(of(&world, C)->count[CHARGE_SLAB], 1);
	assert_int_equal(of(&world, ROOT)->bytes[CHARGE_SLAB], 0);
	assert_int_equal(world.walk.sums.caches[0].in_use, 5);
	assert_int_equal(world.walk.sums.caches[0].charged, 4);
	assert_string_equal(world.walk.sums.caches[0].name, "kmalloc-cg-64");
	assert_int_equal(world.walk.nr_files, 0); /* nobody is dead */
	assert_false(world.walk.percpu_known);
	list = (struct charge_list){.memcgs = &world.memcgs, .walk = &world.walk};
	assert_int_equal(charge_list__make(&list), 0);
	assert_int_equal(list.nr, 3); /* the root is charged with nothing */
	assert_int_equal(list.rows[0].kernel_bytes, 2 * PAGE + 2 * SIZE);
	assert_int_equal(list.rows[0].nr_rows, 1);
	list.top = 2;
	assert_int_equal(charge_list__nr_printed(&list), 2);
	charge_list__free(&list);
	end_world(&world);
}

static void test_what_cannot_be_read(void **state)
{
	struct machine *m = *state;
	struct world world;

	put_groups(m);
	put_slab(m);
	put_pages(m);
	m->pages[SLAB_PAGE][CHARGE] = 0xdead0001;
	m->pages[STACK][CHARGE] = PLACE(40) | 2; /* of a group that nobody knows */
	m->pages[NOBODY][CHARGE] = PLACE(40);	 /* and what was never set up */
	m->pages[NOBODY][6] = 0xffffffff;
	take(&world, m);
	assert_int_equal(world.walk.unread, 1);
	assert_int_equal(of(&world, A)->count[CHARGE_SLAB], 0);
	assert_int_equal(charge_sums__of(&world.walk.sums, CHARGES_UNKNOWN)->count[CHARGE_PAGES],
			 1);
	assert_int_equal(charge_sums__of(&world.walk.sums, CHARGES_UNKNOWN)->count[CHARGE_UNKNOWN],
			 0);
	end_world(&world);
}

/* ---- dead ones ---- */

/* tmpfs, /d/f */
static void put_file(struct machine *m)
{
	static const char *const names[] = {"f", "d", "/"};

	for (uint64_t at = INODE; at < PLACES_END; at += 8)
		put(m, at, 0);
	put(m, MAPPING + 0, INODE);
	put(m, INODE + 16, 77);
	put(m, INODE + 8, SB);
	put(m, INODE + 24, DENTRY(0) + 32);
	put(m, SB + 8, FS_TYPE);
	put(m, FS_TYPE + 16, FS_TYPE + 32);
	strcpy((char *)m->ram + (FS_TYPE + 32 - BASE - RAM), "ext4");
	strcpy((char *)m->ram + (SB + 64 - BASE - RAM), "vda1");
	for (int i = 0; i < 3; i++) {
		put(m, DENTRY(i) + 8, TEXT_AT(i));
		put(m, DENTRY(i) + 16, DENTRY(i < 2 ? i + 1 : i));
		put(m, DENTRY(i) + 24, 1);
		strcpy((char *)m->ram + (TEXT_AT(i) - BASE - RAM), names[i]);
	}
}

static struct file_namer namer_of(struct machine *m)
{
	struct file_namer namer = {
		.charges = group_layout, .vfs = vfs_layout, .read = read_made_up, .arg = m};

	namer.charges.inode_number = 16;
	namer.charges.sb_id = 64;
	namer.charges.dentry_name = 8;
	return namer;
}

static void test_file_names(void **state)
{
	struct machine *m = *state;
	struct file_namer namer = namer_of(m);
	struct file_name name;

	put_file(m);
	file_name__of(&namer, MAPPING, &name);
	assert_int_equal(name.inode, 77);
	assert_string_equal(name.fs, "ext4");
	assert_string_equal(name.device, "vda1");
	assert_string_equal(name.path, "/d/f");
	assert_false(name.removed);
	/* in no directory, as of memfd_create() */
	put(m, DENTRY(0) + 16, DENTRY(0));
	put(m, DENTRY(0) + 24, 0);
	file_name__of(&namer, MAPPING, &name);
	assert_string_equal(name.path, "f");
	assert_true(name.removed);
	put(m, INODE + 24, 0); /* no name any more */
	file_name__of(&namer, MAPPING, &name);
	assert_string_equal(name.path, "");
	assert_int_equal(name.inode, 77);
	file_name__of(&namer, 0xdead0000, &name);
	assert_int_equal(name.inode, 0);
	assert_string_equal(name.fs, "");
}

static void test_zombies(void **state)
{
	struct machine *m = *state;
	struct file_namer namer = namer_of(m);
	struct zombies zombies = {.now_s = 1000, .jiffy_s = 0.004};
	const struct zombie *b, *a;
	struct world world;

	put_groups(m);
	put_slab(m);
	put_pages(m);
	put_file(m);
	kill_group(m, B, 8);
	kill_group(m, A, 1);
	put_half(m, GROUP(B) + group_layout.memcg_swap_refs, 9);
	put(m, GROUP(B) + group_layout.memcg_pressure, (1ULL << 32) - 75000 + 200000);
	take(&world, m);
	zombies.memcgs = &world.memcgs;
	zombies.walk = &world.walk;
	assert_int_equal(zombies__make(&zombies), 0);
	assert_int_equal(zombies.nr, 2);
	b = &zombies.list[0];
	assert_int_equal(world.memcgs.list[b->memcg].address, GROUP(B));
	assert_int_equal(b->bytes, 5 * PAGE + SIZE);
	assert_int_equal(b->pages, 4);
	assert_int_equal(b->all_files, 2);
	assert_int_equal(b->nr_files, 3);
	assert_int_equal(b->files[0].bytes, 3 * PAGE);
	assert_int_equal(b->files[0].pages, 2);
	assert_int_equal(b->unknown, 8 - 4 - 1); /* pages and swap */
	a = &zombies.list[1];
	assert_int_equal(a->unknown, 0); /* its child */
	assert_int_equal(zombies__name(&zombies, &namer, 1), 0);
	assert_string_equal(b->files[0].name->path, "/d/f");
	assert_null(a->files[0].name);
	zombies__conclude(&zombies);
	assert_int_equal(zombies.kept_by.files, 1);
	assert_int_equal(zombies.kept_by.shmem, 1);
	assert_int_equal(zombies.kept_by.anon, 1);
	assert_int_equal(zombies.kept_by.swap, 1);
	assert_int_equal(zombies.kept_by.children, 1);
	assert_int_equal(zombies.kept_by.unknown, 1);
	assert_int_equal(zombies.total.bytes[CHARGE_FILE], 3 * PAGE);
	/* 200,000 ticks after the boot, of 4 ms each */
	assert_int_equal((int)zombies__age(&zombies, &world.memcgs.list[b->memcg]), 200);
	assert_true(zombies__age(&zombies, &world.memcgs.list[a->memcg]) < 0);
	zombies__free(&zombies);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sums, begin, end),
		cmocka_unit_test_setup_teardown(test_what_cannot_be_read, begin, end),
		cmocka_unit_test_setup_teardown(test_file_names, begin, end),
		cmocka_unit_test_setup_teardown(test_zombies, begin, end),
	};

	return run_on_all(tests, sizeof(tests) / sizeof(tests[0]));
}
