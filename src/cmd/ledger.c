// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/ledger.h"
#include "cmd/drop_caches.h"
#include "cmd/metrics_file.h"
#include "cmd/stream.h"
#include "judge/bookkeeper.h"
#include "kernel/kernel.h"
#include "kernel/pageowner.h"
#include "proc/alloctraces.h"
#include "render/statement_json.h"
#include "render/statement_prom.h"
#include "render/statement_text.h"
#include "util/child.h"
#include "util/clock.h"
#include "util/printout.h"
#include "util/say.h"
#include "util/signals.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#define SOURCES	 4
#define UNREAD	 8
#define SENTENCE 256

/* Of page_owner, which has one for each allocation: some 20 us each. */
#define PAGE_RECORDS 50000
#define STRING(x)    STRING_(x)
#define STRING_(x)   #x

/* After a command: kfree_rcu() batches for 5 s (KFREE_DRAIN_JIFFIES), then a grace period. */
#define SETTLE_S 6.0

#define LOST "the last statement was not made; those before are whole"

struct audit {
	const struct options *options;
	struct printout *printout;
	struct metrics_file metrics;
	const struct statement *statement; /* that is being printed */
	bool color;
	int signals;
	struct slabnames names;
	struct bookkeeper *keeper;
	struct utsname kernel;
	double start_s;
	unsigned int readings;
	struct statement_source sources[SOURCES];
	char remarks[SOURCES][SENTENCE];
	const char *unread[UNREAD];
	char unread_text[UNREAD][SENTENCE];
	size_t nr_unread;
};

/* ---- books that only some kernels keep ---- */

__attribute__((format(printf, 5, 6))) static void
source(struct audit *audit, size_t i, const char *name, const char *path, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(audit->remarks[i], SENTENCE, format, args);
	va_end(args);
	audit->sources[i] =
		(struct statement_source){.name = name, .path = path, .remark = audit->remarks[i]};
}

/* Some of its lines are missing in what was said of it. */
static void note_odd(struct audit *audit, size_t i, uint64_t odd)
{
	size_t used = strlen(audit->remarks[i]);

	if (odd)
		snprintf(audit->remarks[i] + used, SENTENCE - used,
			 " (%" PRIu64 " line%s not understood)", odd, odd == 1 ? "" : "s");
}

static const char *why_not(int err, const char *config)
{
	if (err == -EACCES || err == -EPERM)
		return "needs root";
	return err == -ENOENT ? config : strerror(-err);
}

static void look_at_allocinfo(struct audit *audit, const struct books *books)
{
	if (books->lines_err)
		source(audit, 0, "allocinfo", BOOKS_ALLOCINFO, "%s",
		       why_not(books->lines_err, "needs CONFIG_MEM_ALLOC_PROFILING (6.10)"));
	else
		source(audit, 0, "allocinfo", BOOKS_ALLOCINFO, "%zu lines hold memory",
		       books->lines.nr);
	audit->sources[0].found = !books->lines_err;
}

/* The most frequent allocator of the cache that grows most. */
static void look_at_alloc_traces(struct audit *audit, const struct statement *statement)
{
	const char *cache = statement->nr_caches ? statement->caches[0].name : "dentry";
	struct alloctraces traces = {};
	char path[SENTENCE];
	FILE *file;
	int err;

	snprintf(path, sizeof(path), BOOKS_SLABS_DIR "/%s/alloc_traces", cache);
	file = fopen(path, "re");
	err = -errno;
	if (file) {
		err = alloctraces__parse(&traces, file);
		fclose(file);
	}
	if (err)
		source(audit, 1, "alloc_traces", BOOKS_SLABS_DIR, "%s",
		       why_not(err, "needs debugfs and the boot option slub_debug=U"));
	else if (!traces.total)
		source(audit, 1, "alloc_traces", BOOKS_SLABS_DIR, "%s: no data", cache);
	else
		source(audit, 1, "alloc_traces", BOOKS_SLABS_DIR, "%s: %llu of %llu objects by %s",
		       cache, (unsigned long long)traces.objects, (unsigned long long)traces.total,
		       traces.place);
	note_odd(audit, 1, traces.odd);
	audit->sources[1].found = !err;
}

/* Who took most of the pages that no other class counts. */
static void look_at_page_owner(struct audit *audit, uint64_t page_size)
{
	const char *path = access(BOOKS_PAGE_STACKS, F_OK) ? BOOKS_PAGE_OWNER : BOOKS_PAGE_STACKS;
	struct pageowner owner = {};
	FILE *file = fopen(path, "re");
	int err = file ? pageowner__parse(&owner, file, PAGE_RECORDS) : -errno;

	if (file)
		fclose(file);
	if (err)
		source(audit, 2, "page_owner", path, "%s",
		       why_not(err, "needs CONFIG_PAGE_OWNER and the boot option page_owner=on"));
	else
		source(audit, 2, "page_owner", path,
		       "%" PRIu64 " bytes that no other class counts, taken by %" PRIu64
		       " callers; most, %" PRIu64 ", by %s%s",
		       owner.total * page_size, owner.places, owner.pages * page_size,
		       *owner.place ? owner.place : "nobody",
		       owner.cut ? " (of the first " STRING(PAGE_RECORDS) " records)" : "");
	note_odd(audit, 2, owner.odd);
	audit->sources[2].found = !err;
}

static void look_at_kmemleak(struct audit *audit)
{
	struct kmemleak list = {};
	int err = books__read_kmemleak(&list);

	if (err)
		source(audit, 3, "kmemleak", BOOKS_KMEMLEAK, "%s",
		       why_not(err, "needs CONFIG_DEBUG_KMEMLEAK"));
	else
		source(audit, 3, "kmemleak", BOOKS_KMEMLEAK,
		       "%llu unreferenced objects, %llu bytes (kleak kmemleak scan, list, clear)",
		       (unsigned long long)list.objects, (unsigned long long)list.bytes);
	note_odd(audit, 3, list.odd);
	audit->sources[3].found = !err;
}

/* ---- a reading, a statement ---- */

static void note_unread(struct audit *audit, const char *path, int err)
{
	if (!err || audit->nr_unread == UNREAD)
		return;
	snprintf(audit->unread_text[audit->nr_unread], SENTENCE, "%s: %s%s", path, strerror(-err),
		 err == -EACCES ? " (root's)" : "");
	audit->unread[audit->nr_unread] = audit->unread_text[audit->nr_unread];
	audit->nr_unread++;
}

/* Lines of the books that were read. */
static void note_unread_lines(struct audit *audit, const struct books *books)
{
	for (size_t i = 0; i < BOOKS_ODD && audit->nr_unread < UNREAD; i++) {
		char *text = audit->unread_text[audit->nr_unread];

		if (books__odd(books, i, text, SENTENCE))
			audit->unread[audit->nr_unread++] = text;
	}
}

/* Take a reading; *books is the caller's to free. */
static int take_reading(struct audit *audit, struct books *books)
{
	int err = drop_caches__now(audit->options);

	*books = (struct books){};
	if (err)
		return err;
	books__read(books, BOOKS_ALL);
	if (!audit->readings++)
		audit->start_s = clock__now_s();
	if (books->mem_err) {
		say("cannot read /proc/meminfo: %s", strerror(-books->mem_err));
		return books->mem_err;
	}
	audit->nr_unread = 0;
	note_unread(audit, "/proc/slabinfo", books->slabs_err);
	note_unread(audit, "/proc/vmallocinfo", books->areas_err);
	if (books->lines_err != -ENOENT)
		note_unread(audit, BOOKS_ALLOCINFO, books->lines_err);
	note_unread_lines(audit, books);
	return bookkeeper__enter(audit->keeper, books, clock__now_s() - audit->start_s);
}

static int render(void *arg, FILE *out)
{
	const struct audit *audit = arg;

	if (audit->options->json)
		return statement_json__print(audit->statement, out);
	return statement_text__print(audit->statement, audit->color, out);
}

static int print_metrics(void *arg, FILE *out)
{
	return statement_prom__print(((const struct audit *)arg)->statement, out);
}

/* Of all caches and callers, whatever --top says. */
static int write_metrics(struct audit *audit, struct statement *statement)
{
	int err = bookkeeper__state(audit->keeper, statement, 0);

	return err ? err
		   : metrics_file__write(&audit->metrics, print_metrics, audit, statement->final);
}

static int print(struct audit *audit, const struct books *books, enum statement_phase phase,
		 bool final)
{
	const struct options *options = audit->options;
	struct statement statement = {
		.elapsed_s = clock__now_s() - audit->start_s,
		.kernel = audit->kernel.release,
		.phase = phase,
		.command = options->trace.command ? options->trace.command[0] : NULL,
		.final = final,
		.first = audit->readings == 1,
		.all = options->all,
		.caches_dropped = options->drop_caches,
		.sources = audit->sources,
		.nr_sources = SOURCES,
		.unread = audit->unread,
		.nr_unread = audit->nr_unread,
	};
	int err = bookkeeper__state(audit->keeper, &statement, options->top);

	if (err) {
		say("cannot make a statement: %s", strerror(-err));
		return err;
	}
	clock_gettime(CLOCK_REALTIME, &statement.time);
	look_at_allocinfo(audit, books);
	look_at_alloc_traces(audit, &statement);
	look_at_page_owner(audit, books->page_size);
	look_at_kmemleak(audit);
	audit->statement = &statement;
	err = printout__print(audit->printout, render, audit, final, "statement");
	if (audit->metrics.path) {
		int metrics = write_metrics(audit, &statement);

		err = err ? err : metrics;
	}
	audit->statement = NULL;
	return err;
}

static int read_and_print(struct audit *audit, enum statement_phase phase, bool final)
{
	struct books books;
	int err = take_reading(audit, &books);

	if (!err)
		err = print(audit, &books, phase, final);
	books__free(&books);
	return err;
}

/* ---- streaming, and around a command ---- */

static struct stream stream_of(const struct audit *audit)
{
	return (struct stream){
		.signals = audit->signals,
		.printout = audit->printout,
		.interval_s = audit->options->report.interval_s,
		.duration_s = audit->options->duration_s,
	};
}

static int turn(void *arg, bool final)
{
	return read_and_print(arg, STATEMENT_STREAM, final);
}

static int prepare_nothing(void *arg)
{
	(void)arg;
	return 0;
}

/* Let RCU and deferred frees settle; a signal ends it. */
static void settle(const struct audit *audit)
{
	const struct stream stream = stream_of(audit);
	double now_s = clock__now_s(), end_s = now_s + SETTLE_S;
	bool terminal = isatty(STDERR_FILENO);

	while (now_s < end_s) {
		if (terminal)
			say__doing("waiting for deferred frees: %.0f s", end_s - now_s);
		if (stream__wait(&stream, now_s + 1 < end_s ? now_s + 1 : end_s))
			break;
		now_s = clock__now_s();
	}
	if (terminal)
		say__done();
}

static int around_command(struct audit *audit, int *status)
{
	const struct options *options = audit->options;
	struct child child;
	int err = child__look_for(options->trace.command[0]);

	if (err)
		return child__not_runnable(options->trace.command[0], err, status);
	err = child__start(&child, options->trace.command, prepare_nothing, NULL);
	if (err) {
		say("cannot start a process: %s", strerror(-err));
		return err;
	}
	err = read_and_print(audit, STATEMENT_BEFORE, false);
	if (!err) /* what the command prints comes after it */
		err = printout__finish(audit->printout);
	if (err) {
		child__abandon(&child);
		return err;
	}
	err = child__release(&child);
	if (err)
		return child__not_runnable(options->trace.command[0], err, status);
	err = child__wait(&child, audit->signals, status, NULL, NULL);
	if (err) {
		say("cannot wait for %s: %s", options->trace.command[0], strerror(-err));
		return err;
	}
	/* Who killed it does not wait for what is freed late. */
	signals__keep(child.killed ? NULL : LOST);
	if (!child.killed)
		settle(audit);
	return read_and_print(audit, STATEMENT_AFTER, true);
}

static int stream_books(struct audit *audit)
{
	const struct stream stream = stream_of(audit);

	return stream__run(&stream, turn, audit);
}

int cmd_ledger(const struct options *options, bool color, int signals, int *status)
{
	static struct audit audit;
	int err;

	audit = (struct audit){.options = options, .color = color, .signals = signals};
	audit.metrics.path = options->prom;
	uname(&audit.kernel);
	*status = 0;
	drop_caches__warn(options);
	if (slabnames__read(&audit.names) == -ENOMEM ||
	    bookkeeper__open(&audit.keeper, &audit.names, kernel__has_vmap_stack())) {
		say("out of memory");
		slabnames__free(&audit.names);
		return -ENOMEM;
	}
	signals__keep(LOST);
	err = metrics_file__check(&audit.metrics);
	if (!err)
		err = printout__open(&audit.printout);
	if (!err)
		err = options->trace.command ? around_command(&audit, status)
					     : stream_books(&audit);
	if (printout__close(audit.printout) && !err)
		err = -EIO;
	bookkeeper__close(audit.keeper);
	slabnames__free(&audit.names);
	return err;
}
