// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hours in seconds: a report every ten seconds of a clock that is made up, while sites, caches,
 * modules, BPF programs and objects come and go, and now and then more objects than the table has
 * room for.  Nothing that the loader keeps may grow after the first hours; the tables are given
 * back; the sampling recovers.
 *
 * `make simulate [HOURS=72]` runs all of it without sanitizers, and prints a line an hour.
 */
#define BUCKETS 4096
#define SITES	4096

#include "fake_clock.h"
#include "fake_tracer.h"
#include "in_use.h"

#include "render/report_text.h"
#include "report/chronicle.h"
#include "report/report_copy.h"
#include "report/report_json.h"
#include "report/reporter.h"
#include "report/saving.h"
#include "report/sparks.h"
#include "trace/sample.h"
#include "util/array.h"
#include "util/chance.h"

#include <elf.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STEP_S	      10
#define STEPS_AN_HOUR (3600 / STEP_S)

/*
 * As a unit test hours are short, and so much more comes and goes in each step that everything that
 * has a bound reaches it in time.
 */
#define SHORT_HOURS 4
#define SHORT_STEPS 40
#define SHORT_PACE  10

#define SLOTS	    (BUCKETS * KLEAK_BUCKET_KEYS)
#define MOST_LIVE   20000
#define CROWD	    60000 /* objects of a crowd, twice a day and once an hour after the start */
#define KERNEL_TEXT 0xffffffff81000000ULL
#define MODULE_TEXT 0xffffffffc0000000ULL
#define CODE_TEXT   0xffffffffc8000000ULL
#define FUNCTIONS   30 /* of a module */
#define MODULES	    5  /* there at a time */
#define PROGRAMS    8
#define NAMES	    300 /* that modules and BPF programs have */
#define PLACES	    64	/* where modules and programs may be */
#define STEADY	    200 /* sites that are always there */
#define FLEETING    20	/* new ones in each step */
#define FRAMES	    6
#define LEAST_LIFE  3
#define SAVED_MOST  (1 << 18) /* bytes of the file of --save */
#define SAVED_EACH  4	      /* reports */

struct source {
	uint64_t frames[FRAMES];
	uint32_t cache;
	uint32_t entry; /* of the site table, if its hash is still this one */
	uint64_t hash;
};

struct object {
	uint64_t key;
	uint32_t slot, entry, until;
};

struct machine {
	struct tracer tracer;
	struct recycle recycle;
	uint32_t site_changes;
	struct trace_options trace;
	struct report_options options;
	struct kernel kernel;
	struct plan plan;
	struct allocator allocator;
	struct symbols *symbols;
	struct reporter *reporter;
	struct report report;
	struct chronicle chronicle;
	struct sparks sparks;
	FILE *null;
	struct saving *saving;

	uint64_t chance, addresses;
	uint32_t step, steps_an_hour, pace;
	struct source steady[STEADY];
	struct object *objects;
	size_t nr_objects, room_objects;
	uint32_t *free_slots;
	size_t nr_free;
	uint32_t modules[MODULES], programs[PROGRAMS]; /* their numbers; 0: none */
	uint32_t module_number, program_number;
	uint32_t caches_made;
	struct kleak_code code[PROGRAMS];
	struct {
		struct kleak_module_record *list;
		size_t nr, room;
	} records;
	struct kleak_code gone[3 * SHORT_PACE];
	size_t nr_gone;

	uint32_t bits; /* of the sampling, as the table was swept last */
	unsigned int crowds, recovered;
};

static uint64_t any(struct machine *m, uint64_t below)
{
	return chance__next(&m->chance) % below;
}

/* ---- the kernel's names ---- */

static char root[] = "/tmp/kleak-test-XXXXXX";

static void put(const char *folder, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s", root, folder);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s%s/%s", root, folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static void open_symbols(struct machine *m)
{
	const struct dwarf_sources sources = {};
	static char text[1000 * 48];
	size_t n = 0;

	for (uint64_t i = 0; i < 1000; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%llx t function_%u\n",
				      KERNEL_TEXT + i * 256, (unsigned int)i);
	strcpy(root + sizeof(root) - 7, "XXXXXX");
	assert_non_null(mkdtemp(root));
	put("/proc", "kallsyms", text);
	put("/proc", "modules", "");
	assert_int_equal(symbols__open(&m->symbols, &sources, root), 0);
	m->allocator.names = symbols__names(m->symbols);
}

/* ---- modules and BPF programs ---- */

static uint64_t module_text(uint32_t number)
{
	return MODULE_TEXT + (uint64_t)(number % PLACES) * 0x10000;
}

static uint64_t code_text(uint32_t number)
{
	return CODE_TEXT + (uint64_t)(number % PLACES) * 0x1000;
}

static struct kleak_module_record *new_record(struct machine *m, uint32_t number, uint32_t kind)
{
	struct kleak_module_record *record;

	assert_int_equal(array__reserve((void **)&m->records.list, m->records.nr + 1,
					&m->records.room, sizeof(*record)),
			 0);
	record = &m->records.list[m->records.nr++];
	memset(record, 0, sizeof(*record));
	record->head.kind = kind;
	record->head.change = m->tracer.modules.changes;
	snprintf(record->head.name, sizeof(record->head.name), "module_%u", number % NAMES);
	return record;
}

static void load_module(struct machine *m, uint32_t number)
{
	struct kleak_module_record *record;
	Elf64_Sym symbols[FUNCTIONS] = {};
	char strings[FUNCTIONS * 32];
	uint32_t nr = 1;

	strings[0] = '\0';
	for (uint32_t i = 0; i < FUNCTIONS; i++) {
		symbols[i] = (Elf64_Sym){.st_name = nr,
					 .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
					 .st_shndx = 1,
					 .st_value = module_text(number) + i * 256ULL,
					 .st_size = 256};
		nr += 1 + (uint32_t)snprintf(strings + nr, sizeof(strings) - nr, "f%u_of_%u", i,
					     number % NAMES);
	}
	m->tracer.modules.changes++;
	record = new_record(m, number, KLEAK_MODULE_COMES);
	record->head.symbols = sizeof(symbols);
	record->head.strings = nr;
	record->head.text[0] =
		(struct kleak_range){module_text(number), module_text(number) + 0x10000};
	record = new_record(m, number, KLEAK_MODULE_SYMBOLS);
	record->head.nr = sizeof(symbols);
	memcpy(record->bytes, symbols, sizeof(symbols));
	record = new_record(m, number, KLEAK_MODULE_STRINGS);
	record->head.nr = nr;
	memcpy(record->bytes, strings, nr);
}

/* As site_retire() and code_look() do it: the same addresses make another site from here on. */
static void retire(struct machine *m, uint64_t start, uint64_t size)
{
	for (uint32_t i = 1; i < SITES; i++) {
		struct kleak_site *site = &m->tracer.sites[i];

		for (uint32_t f = 0; f < site->nr_frames; f++)
			if (site->frames[f] - start < size && site->hash >= KLEAK_SITE_LEAST) {
				site->retired = 1;
				site->hash = chance__next(&m->chance) | 4;
				break;
			}
	}
}

static void unload_module(struct machine *m, uint32_t number)
{
	m->tracer.modules.changes++;
	new_record(m, number, KLEAK_MODULE_GOES);
	retire(m, module_text(number), 0x10000);
}

static uint64_t boot_ns(void)
{
	return (uint64_t)(fake_clock_s * 1e9);
}

static void load_program(struct machine *m, size_t at, uint32_t number)
{
	m->programs[at] = number;
	m->code[at] = (struct kleak_code){.start = code_text(number),
					  .end = code_text(number) + 0x1000,
					  .load_ns = boot_ns()};
	snprintf(m->code[at].name, sizeof(m->code[at].name), "bpf_prog_%016x_p", number % NAMES);
}

static void unload_program(struct machine *m, size_t at)
{
	retire(m, m->code[at].start, m->code[at].end - m->code[at].start);
	m->code[at].change = ++m->tracer.code_changes.changes;
	m->gone[m->nr_gone++] = m->code[at];
}

static void come_and_go(struct machine *m)
{
	uint32_t *module = &m->modules[m->step % MODULES];

	if (*module)
		unload_module(m, *module);
	*module = ++m->module_number;
	load_module(m, *module);
	for (int i = 0; i < 3; i++) {
		size_t at = ++m->program_number % PROGRAMS;

		if (m->programs[at])
			unload_program(m, at);
		load_program(m, at, m->program_number);
	}
	m->tracer.code = m->code;
	m->tracer.nr_code = m->program_number < PROGRAMS ? 0 : PROGRAMS;
}

static void listen(struct tracer *tracer, const struct tracer_listener *listener)
{
	struct machine *m = (struct machine *)tracer;

	for (size_t i = 0; i < m->records.nr; i++)
		listener->module(&m->records.list[i], listener->arg);
	for (size_t i = 0; i < m->nr_gone; i++)
		listener->code(&m->gone[i], listener->arg);
	m->records.nr = m->nr_gone = 0;
}

/* ---- sites and caches ---- */

static uint32_t find_cache(struct machine *m, uint64_t id)
{
	uint32_t room = 0;

	for (uint32_t i = KLEAK_CACHE_UNKNOWN + 1; i < KLEAK_MAX_CACHES; i++) {
		struct kleak_cache *cache = &m->tracer.caches[i];

		if (cache->id == id)
			return i;
		if (!room && cache->id <= KLEAK_CACHE_REUSABLE)
			room = i;
	}
	if (!room) {
		m->tracer.counts.count[KLEAK_LOSS_CACHES_FULL]++;
		return KLEAK_CACHE_UNKNOWN;
	}
	m->tracer.caches[room] =
		(struct kleak_cache){.id = id, .size = 64, .object_size = 64, .ready = 1};
	snprintf(m->tracer.caches[room].name, KLEAK_CACHE_NAME, "cache_%016" PRIx64, id);
	return room;
}

/* A stack: of the kernel, every second one with frames in a module and in a BPF program. */
static void make_source(struct machine *m, struct source *from, uint64_t cache)
{
	*from = (struct source){.hash = chance__next(&m->chance) | 4};
	for (int f = 0; f < FRAMES; f++)
		from->frames[f] = KERNEL_TEXT + any(m, 1000) * 256 + 17;
	if (m->step && from->hash & 8) {
		from->frames[1] =
			module_text(m->modules[any(m, MODULES)]) + any(m, FUNCTIONS) * 256 + 33;
		from->frames[3] = code_text(m->programs[any(m, PROGRAMS)]) + 99;
	}
	from->cache = find_cache(m, cache);
}

/* As site_search() and site_claim() do it.  KLEAK_SITE_NONE: there is no room. */
static uint32_t entry_of(struct machine *m, struct source *from)
{
	struct kleak_site *sites = m->tracer.sites;
	uint32_t index = KLEAK_SITE_NONE + 1 + (uint32_t)(from->hash % (SITES - 65)), i;

	if (from->entry && sites[from->entry].hash == from->hash)
		return from->entry;
	for (i = 0; i < KLEAK_SITE_PROBES; i++, index++)
		if (sites[index].hash <= KLEAK_SITE_REUSABLE)
			break;
	if (i == KLEAK_SITE_PROBES) {
		m->tracer.counts.count[KLEAK_LOSS_SITES_FULL]++;
		return KLEAK_SITE_NONE;
	}
	from->entry = index;
	sites[index] = (struct kleak_site){.hash = from->hash,
					   .cache = from->cache,
					   .space = KLEAK_SPACE_SLAB,
					   .modules = m->tracer.modules.changes,
					   .code = m->tracer.code_changes.changes,
					   .made_ns = boot_ns(),
					   .nr_frames = FRAMES};
	memcpy(sites[index].frames, from->frames, sizeof(from->frames));
	return index;
}

static int forget_who(void *arg, const bool *gone)
{
	(void)arg;
	(void)gone;
	return 0;
}

static void wait_for_none(void *arg)
{
	(void)arg;
}

static int recycle(struct tracer *tracer, const struct recycle_look *look)
{
	struct machine *m = (struct machine *)tracer;
	const struct recycle_tables tables = {.sites = tracer->sites,
					      .caches = tracer->caches,
					      .tallies = tracer->tallies,
					      .site_changes = &m->site_changes,
					      .wait = wait_for_none,
					      .forget_who = forget_who,
					      .arg = m};
	int err = recycle__step(&m->recycle, &tables, look);

	tracer->recycled = m->recycle;
	return err;
}

/* ---- objects ---- */

static struct kleak_record *record_at(struct machine *m, uint32_t slot)
{
	return &m->tracer.buckets[slot / KLEAK_BUCKET_KEYS].record[slot % KLEAK_BUCKET_KEYS];
}

static void drop(struct machine *m, size_t i)
{
	uint32_t slot = m->objects[i].slot;

	m->tracer.buckets[slot / KLEAK_BUCKET_KEYS].key[slot % KLEAK_BUCKET_KEYS] = KLEAK_KEY_EMPTY;
	m->free_slots[m->nr_free++] = slot;
	m->objects[i] = m->objects[--m->nr_objects];
}

/* As the programs do it: what is not in the sample any more goes, the rest notes the bits. */
static void sweep(struct machine *m, uint32_t bits)
{
	for (size_t i = 0; i < m->nr_objects;) {
		struct kleak_record *record = record_at(m, m->objects[i].slot);
		struct kleak_tally *tally = &m->tracer.tallies[record->site];

		record->sample_bits = kleak_bits(record, bits);
		if (kleak_is_sampled(~m->objects[i].key, record->sample_bits)) {
			i++;
			continue;
		}
		tally->unsampled++;
		tally->freed_bytes += record->bytes;
		drop(m, i);
	}
}

static void allocate(struct machine *m, struct source *from, uint32_t life)
{
	uint64_t address = 0xffff888000000000ULL + m->addresses++ * 64;
	uint32_t entry, slot;

	if (!kleak_is_sampled(address, m->bits))
		return;
	while (!m->nr_free) { /* as sample_less() */
		m->tracer.sampling *= 2;
		sweep(m, ++m->bits);
	}
	if (!kleak_is_sampled(address, m->bits))
		return;
	entry = entry_of(m, from);
	slot = m->free_slots[--m->nr_free];
	assert_int_equal(array__reserve((void **)&m->objects, m->nr_objects + 1, &m->room_objects,
					sizeof(*m->objects)),
			 0);
	m->objects[m->nr_objects++] = (struct object){~address, slot, entry, m->step + life};
	*record_at(m, slot) = (struct kleak_record){.bytes = 64,
						    .site = entry,
						    .allocated_at = clock__now_ticks(),
						    .sample_bits = m->bits};
	m->tracer.buckets[slot / KLEAK_BUCKET_KEYS].key[slot % KLEAK_BUCKET_KEYS] = ~address;
	m->tracer.tallies[entry].allocations++;
	m->tracer.tallies[entry].allocated_bytes += 64;
	m->tracer.tallies[entry].allocations_more += (1ULL << m->bits) - 1;
}

static void free_old(struct machine *m)
{
	for (size_t i = 0; i < m->nr_objects;) {
		const struct kleak_record *record = record_at(m, m->objects[i].slot);
		struct kleak_tally *tally = &m->tracer.tallies[record->site];

		if (m->objects[i].until > m->step) {
			i++;
			continue;
		}
		tally->frees++;
		tally->freed_bytes += record->bytes;
		tally->frees_more += (1ULL << kleak_bits(record, m->bits)) - 1;
		drop(m, i);
	}
}

static bool is_crowded(const struct machine *m)
{
	return m->step % (12 * m->steps_an_hour) == m->steps_an_hour;
}

/* New sites, the first of which has a cache of its own, as of a mount. */
static void churn_fleeting(struct machine *m)
{
	uint64_t cache = 100000 + m->addresses;

	for (int i = 0; i < FLEETING; i++) {
		struct source from;

		make_source(m, &from, cache);
		for (int n = 0; n < 3; n++)
			allocate(m, &from, 1 + (uint32_t)any(m, 20 / m->pace));
		cache = 1000 + any(m, 90);
	}
}

static void churn(struct machine *m)
{
	free_old(m);
	for (size_t i = 0; i < STEADY; i++)
		for (int n = 0; n < 5; n++)
			allocate(m, &m->steady[i], 1 + (uint32_t)any(m, LEAST_LIFE));
	if (m->step % 60 == 0) /* these leak */
		for (size_t i = 0; i < 5; i++)
			allocate(m, &m->steady[i], UINT32_MAX / 2);
	for (uint32_t i = 0; i < m->pace; i++) {
		come_and_go(m);
		churn_fleeting(m);
	}
	m->crowds += is_crowded(m);
	for (int i = 0; is_crowded(m) && i < CROWD; i++)
		allocate(m, &m->steady[i % STEADY], 6);
}

/* ---- what is measured ---- */

static long resident_kb(void)
{
	long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file && fscanf(file, "%ld %ld", &pages, &resident) != 2)
		resident = 0;
	if (file)
		fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static double cpu_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of an hour. */
struct hour {
	size_t bytes;  /* the most at the end of a report */
	double cpu_ms; /* a report */
	uint32_t sites, entries, caches, names, points;
	uint32_t sampling;
};

static void look(const struct machine *m, struct hour *hour)
{
	struct names_module *const *modules;
	size_t bytes = bytes_in_use() - m->room_objects * sizeof(*m->objects) -
		       m->records.room * sizeof(*m->records.list);

	if (bytes > hour->bytes)
		hour->bytes = bytes;
	hour->sites = (uint32_t)m->report.nr_sites_all;
	hour->points = (uint32_t)m->report.nr_course;
	hour->sampling = m->tracer.sampling;
	hour->entries = hour->caches = 0;
	for (uint32_t i = 0; i < SITES; i++)
		hour->entries += m->tracer.sites[i].hash > KLEAK_SITE_REUSABLE;
	for (uint32_t i = 0; i < KLEAK_MAX_CACHES; i++)
		hour->caches += m->tracer.caches[i].id > KLEAK_CACHE_REUSABLE;
	hour->names = (uint32_t)names__modules(m->allocator.names, &modules);
}

static void print_hour(size_t i, const struct hour *hour)
{
	print_message("# hour %3zu: %7zu KiB allocated, %6ld KiB resident, %4u sites, %4u entries, "
		      "%4u caches, %4u modules known, %3u points, 1 in %u, %.2f ms a report\n",
		      i + 1, hour->bytes / 1024, resident_kb(), hour->sites, hour->entries,
		      hour->caches, hour->names, hour->points, hour->sampling, hour->cpu_ms);
}

/* ---- the run ---- */

static void print_report(struct machine *m)
{
	struct report_copy copy = {};

	assert_int_equal(reporter__make(m->reporter, &m->report, NULL, false), 0);
	chronicle__enter(&m->chronicle, &m->report);
	assert_int_equal(sparks__enter(&m->sparks, &m->report), 0);
	assert_int_equal(report_json__print(&m->report, m->null), 0);
	assert_int_equal(report_text__print(&m->report, false, 100, m->null), 0);
	assert_int_equal(report_copy__make(&copy, &m->report), 0);
	report_copy__free(&copy);
	if (m->step % SAVED_EACH == 0)
		assert_int_equal(saving__report(m->saving, &m->report), 0);
}

static const char *saved_file(char *path, size_t len)
{
	snprintf(path, len, "%s/saved", root);
	return path;
}

/* Bytes of the file of --save, which has a bound. */
static uint64_t saved_bytes(void)
{
	char path[PATH_MAX];
	struct stat st;

	assert_int_equal(stat(saved_file(path, sizeof(path)), &st), 0);
	return (uint64_t)st.st_size;
}

static void step(struct machine *m)
{
	uint32_t before = m->tracer.sampling;

	m->step++;
	fake_clock_s += STEP_S;
	m->tracer.now = clock__now_ticks();
	churn(m);
	before = m->tracer.sampling;
	print_report(m);
	if (m->tracer.sampling < before)
		sweep(m, m->bits); /* tracer__refine() has it done before */
	m->bits = sample__bits(m->tracer.sampling);
	sweep(m, m->bits);
	m->recovered += m->tracer.sampling == 1 && before > 1;
}

static void open_machine(struct machine *m)
{
	const struct reporter_parts parts = {.trace = &m->trace,
					     .options = &m->options,
					     .kernel = &m->kernel,
					     .plan = &m->plan,
					     .tracer = &m->tracer,
					     .symbols = m->symbols,
					     .allocator = &m->allocator};

	char path[PATH_MAX];

	assert_int_equal(reporter__open(&m->reporter, &parts), 0);
	assert_int_equal(reporter__begin(m->reporter), 0);
	assert_int_equal(
		saving__open(&m->saving, saved_file(path, sizeof(path)), SAVED_MOST, m->symbols),
		0);
}

static struct machine *new_machine(bool whole)
{
	struct machine *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	fake_tracer_init(&m->tracer);
	m->tracer.recycle = recycle;
	m->tracer.listen = listen;
	m->tracer.modules.quiet = true;
	m->tracer.now = clock__now_ticks();
	m->chance = 42;
	m->steps_an_hour = whole ? STEPS_AN_HOUR : SHORT_STEPS;
	m->pace = whole ? 1 : SHORT_PACE;
	m->trace = (struct trace_options){.pid = -1, .max_size = UINT64_MAX, .stack_depth = 8};
	m->options = (struct report_options){.interval_s = STEP_S, .evidence_s = 90, .rows = 100};
	m->kernel.cpus = 2;
	m->plan.sampling = 1;
	m->plan.max_objects = MOST_LIVE;
	m->plan.config.slab = m->plan.config.modules = 1;
	m->plan.config.program_free = KERNEL_TEXT;
	m->null = fopen("/dev/null", "we");
	m->free_slots = calloc(SLOTS, sizeof(*m->free_slots));
	assert_non_null(m->null);
	assert_non_null(m->free_slots);
	while (m->nr_free < SLOTS) {
		m->free_slots[m->nr_free] = (uint32_t)(SLOTS - 1 - m->nr_free);
		m->nr_free++;
	}
	open_symbols(m);
	for (size_t i = 0; i < STEADY; i++)
		make_source(m, &m->steady[i], 1000 + i % 90);
	open_machine(m);
	return m;
}

static void free_machine(struct machine *m)
{
	char command[64];

	assert_int_equal(saving__close(m->saving), 0);
	reporter__close(m->reporter);
	symbols__close(m->symbols);
	sparks__free(&m->sparks);
	recycle__free(&m->recycle);
	fclose(m->null);
	free(m->records.list);
	free(m->objects);
	free(m->free_slots);
	free(m);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/* The most that was allocated in the hours [first, end). */
static size_t most_of(const struct hour *hours, size_t first, size_t end)
{
	size_t most = 0;

	for (size_t i = first; i < end; i++)
		most = hours[i].bytes > most ? hours[i].bytes : most;
	return most;
}

static void test_nothing_grows(void **state)
{
	const char *given = getenv("HOURS");
	size_t nr = given && atoi(given) >= 3 ? (size_t)atoi(given) : SHORT_HOURS, before, after;
	struct hour *hours = calloc(nr, sizeof(*hours));
	struct machine *m = new_machine(given != NULL);
	double saved_most = 0;

	(void)state;
	assert_non_null(hours);
	for (size_t h = 0; h < nr; h++) {
		double began_s = cpu_s();

		for (uint32_t i = 0; i < m->steps_an_hour; i++) {
			step(m);
			look(m, &hours[h]);
			if (m->step >= SAVED_EACH)
				saved_most = fmax(saved_most, (double)saved_bytes());
		}
		hours[h].cpu_ms = (cpu_s() - began_s) * 1e3 / m->steps_an_hour;
		print_hour(h, &hours[h]);
	}
	before = most_of(hours, nr / 3, 2 * nr / 3 + 1);
	after = most_of(hours, 2 * nr / 3 + (nr > 3), nr);
	print_message("# at most %zu KiB in the second third, %zu KiB in the last; %" PRIu64
		      " sites and %" PRIu64 " caches given back; %u crowds, %u times recovered\n",
		      before / 1024, after / 1024, m->recycle.sites, m->recycle.caches, m->crowds,
		      m->recovered);
	print_message("# the saved file had %.0f KiB at most\n", saved_most / 1024);
	assert_true(after < before + before / 50 + 65536);
	/* it was full, and replaced by its newest part again and again */
	assert_true(saved_most <= SAVED_MOST && saved_most > SAVED_MOST / 2.0);
	assert_true(m->recycle.sites > SITES && m->recycle.caches > KLEAK_MAX_CACHES);
	print_message("# %" PRIu64 " allocations found no room for their site, %" PRIu64
		      " for their cache, of %" PRIu64 "\n",
		      (uint64_t)m->tracer.counts.count[KLEAK_LOSS_SITES_FULL],
		      (uint64_t)m->tracer.counts.count[KLEAK_LOSS_CACHES_FULL], m->addresses);
	assert_true(m->tracer.counts.count[KLEAK_LOSS_SITES_FULL] < m->addresses / 10000);
	assert_true(m->tracer.counts.count[KLEAK_LOSS_CACHES_FULL] < m->addresses / 10000);
	assert_true(m->crowds > 0 && m->recovered >= m->crowds);
	assert_int_equal(m->report.events.live, m->nr_objects);
	free_machine(m);
	free(hours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
