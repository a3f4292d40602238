// SPDX-License-Identifier: GPL-2.0-only
/* From the texts of /proc/kallsyms and /proc/modules to the table of functions. */
#include "kernel/kallsyms.h"
#include "kernel/kallsyms_table.h"
#include "util/array.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM	(8 << 20) /* more than most kernels' symbols: untouched, it takes none */
#define LONGEST_UNKNOWN 4096	  /* of a function whose end nothing tells */

/* A line of /proc/modules. */
struct loaded {
	const char *name;
	uint64_t start;
	uint64_t end;
};

struct modules {
	char *text;
	struct loaded *loaded; /* by name */
	size_t nr, odd;
};

/* A line of /proc/kallsyms; the names are not terminated. */
struct line {
	uint64_t address;
	char type;
	const char *name;
	size_t name_length;
	const char *module; /* or NULL */
	size_t module_length;
};

struct builder {
	struct kallsyms *ks;
	const struct modules *modules;
	size_t used; /* of names */
	uint64_t etext;
	uint64_t sinittext;
	uint64_t einittext;
	bool hidden, shown; /* lines whose address was 0; others */
};

/* All of `file`, and the '\n' that its last line may lack. */
static int read_all(char **out, size_t *length, FILE *file)
{
	size_t room = FIRST_ROOM, nr = 0;
	char *text = malloc(room);

	while (text) {
		char *grown;

		nr += fread(text + nr, 1, room - 1 - nr, file);
		if (ferror(file) || nr < room - 1 || room > UINT32_MAX / 2)
			break;
		room *= 2;
		grown = realloc(text, room);
		if (!grown)
			free(text);
		text = grown;
	}
	if (!text)
		return -ENOMEM;
	if (ferror(file) || nr == room - 1) {
		free(text);
		return ferror(file) ? -EIO : -EINVAL; /* offsets have 32 bits */
	}
	if (nr && text[nr - 1] != '\n')
		text[nr++] = '\n';
	*out = text;
	*length = nr;
	return 0;
}

static size_t count_lines(const char *text, size_t length)
{
	const char *end = text + length;
	size_t nr = 0;

	for (; text < end; nr++)
		text = (const char *)memchr(text, '\n', end - text) + 1;
	return nr;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* Behind 1 to 16 hexadecimal digits, or NULL.  A '\n' ends every text here. */
static const char *take_hex(const char *text, uint64_t *number)
{
	const char *start = text;
	uint64_t value = 0;

	for (; hex_digit(*text) >= 0; text++)
		value = value << 4 | hex_digit(*text);
	*number = value;
	return text > start && text - start <= 16 ? text : NULL;
}

/* Behind a word, which is everything but blanks and control characters. */
static const char *skip_word(const char *text)
{
	while ((unsigned char)*text > ' ')
		text++;
	return text;
}

/* Behind one blank-separated word, which is not empty and at `*word`, or NULL. */
static char *take_word(char *text, char **word)
{
	char *end = (char *)skip_word(text);

	if (end == text || (*end != ' ' && *end != '\n'))
		return NULL;
	*word = text;
	return end + (*end == ' ');
}

/*
 * "name size refcount users state 0xaddress taints" of m_show() in
 * kernel/module/procfs.c.  From 6.4 on size includes the module's data, which
 * lies elsewhere, so the memory at address may be less, never more.
 */
static int parse_module(struct loaded *loaded, char *line)
{
	char *word[6] = {}, *size_end, *end = line;
	const char *address_end;
	unsigned long size;

	for (int i = 0; i < 6; i++) {
		end = take_word(end, &word[i]);
		if (!end)
			return -EINVAL;
	}
	if (!isdigit((unsigned char)*word[1]) || strncmp(word[5], "0x", 2))
		return -EINVAL;
	errno = 0;
	size = strtoul(word[1], &size_end, 10);
	if (errno || *size_end != ' ')
		return -EINVAL;
	address_end = take_hex(word[5] + 2, &loaded->start);
	if (!address_end || address_end != skip_word(word[5]))
		return -EINVAL;
	if (__builtin_add_overflow(loaded->start, size, &loaded->end))
		return -EINVAL;
	*(char *)skip_word(word[0]) = '\0';
	loaded->name = word[0];
	return 0;
}

static int compare_loaded(const void *a, const void *b)
{
	return strcmp(((const struct loaded *)a)->name, ((const struct loaded *)b)->name);
}

static void free_modules(struct modules *modules)
{
	free(modules->loaded);
	free(modules->text);
}

static int parse_modules(struct modules *modules, FILE *file)
{
	size_t length;
	char *end;
	int err;

	if (!file)
		return 0;
	err = read_all(&modules->text, &length, file);
	if (err)
		return err;
	modules->loaded = calloc(count_lines(modules->text, length) + 1, sizeof(struct loaded));
	if (!modules->loaded)
		return -ENOMEM;
	for (char *line = modules->text; line < modules->text + length; line = end + 1) {
		end = memchr(line, '\n', modules->text + length - line);
		if (parse_module(&modules->loaded[modules->nr], line))
			modules->odd++;
		else
			modules->nr++;
	}
	qsort(modules->loaded, modules->nr, sizeof(*modules->loaded), compare_loaded);
	return 0;
}

/* "address type name" and maybe "\t[module]" of s_show() in kernel/kallsyms.c. */
static int split_line(struct line *line, const char *text, const char *end)
{
	text = take_hex(text, &line->address);
	if (!text || end - text < 4 || text[0] != ' ' || text[2] != ' ')
		return -EINVAL;
	line->type = text[1];
	line->name = text + 3;
	text = skip_word(line->name);
	line->name_length = text - line->name;
	line->module = NULL;
	line->module_length = 0;
	if ((unsigned char)line->type <= ' ' || !line->name_length)
		return -EINVAL;
	if (text == end)
		return 0;
	if (end - text < 4 || text[0] != '\t' || text[1] != '[' || end[-1] != ']')
		return -EINVAL;
	line->module = text + 2;
	line->module_length = end - 1 - line->module;
	return skip_word(line->module) == end ? 0 : -EINVAL;
}

static bool is_named(const struct line *line, const char *name)
{
	return !line->module && line->name_length == strlen(name) &&
	       !memcmp(line->name, name, line->name_length);
}

/*
 * Note where the kernel's texts lie, whatever the type says: arm64's linker
 * calls _etext data.  True if `line` is the end of one: no function starts there.
 */
static bool note_marker(struct builder *b, const struct line *line)
{
	if (line->name[0] != '_')
		return false;
	if (is_named(line, "_sinittext"))
		b->sinittext = line->address;
	else if (is_named(line, "_etext"))
		b->etext = line->address;
	else if (is_named(line, "_einittext"))
		b->einittext = line->address;
	else
		return false;
	return line->name[1] == 'e';
}

/* Of what is no function: note where a variable is, if it is one of those that are kept. */
static void note_variable(struct builder *b, const struct line *line)
{
	static const char *const names[KALLSYMS_VARIABLES] = {
		[KALLSYMS_PCPU_CHUNK_LISTS] = "pcpu_chunk_lists",
		[KALLSYMS_PCPU_NR_SLOTS] = "pcpu_nr_slots",
		[KALLSYMS_PCPU_RESERVED_CHUNK] = "pcpu_reserved_chunk",
		[KALLSYMS_PER_CPU_OFFSET] = "__per_cpu_offset",
		[KALLSYMS_HAS_CODETAG] = "slab_obj_ext_has_codetag_key",
		[KALLSYMS_SWAPPER_PG_DIR] = "swapper_pg_dir",
		[KALLSYMS_RUNQUEUES] = "runqueues",
	};

	if (!strchr("p_sr", line->name[0]))
		return;
	for (int i = 0; i < KALLSYMS_VARIABLES; i++)
		if (is_named(line, names[i]))
			b->ks->variables[i] = line->address;
}

bool kallsyms__is_mapping_symbol(const char *name)
{
	return name[0] == '$' || !strncmp(name, ".L", 2) || !strncmp(name, "L0", 2);
}

/*
 * Keep a name.  The text and the names share one buffer: the names kept are
 * never longer than the lines they come from, and a line's name goes before its
 * module's name.
 */
static uint32_t keep_name(struct builder *b, const char *name, size_t length)
{
	uint32_t offset = b->used;

	memmove(b->ks->names + offset, name, length);
	b->ks->names[offset + length] = '\0';
	b->used += length + 1;
	return offset;
}

static int new_owner(struct kallsyms *ks, struct kallsyms_owner **owner)
{
	int err = array__reserve((void **)&ks->owners, ks->nr_owners + 1, &ks->room_owners,
				 sizeof(*ks->owners));

	if (err)
		return err;
	*owner = &ks->owners[ks->nr_owners++];
	**owner = (struct kallsyms_owner){};
	return 0;
}

static bool is_last_owner(const struct kallsyms *ks, const struct line *line)
{
	const char *last;

	if (ks->nr_owners == KALLSYMS_KERNEL + 1)
		return false;
	last = ks->names + ks->owners[ks->nr_owners - 1].name;
	return !strncmp(last, line->module, line->module_length) && !last[line->module_length];
}

static int add_owner(struct builder *b, const struct line *line)
{
	const struct loaded *loaded = NULL;
	struct loaded key = {};
	struct kallsyms_owner *owner;
	int err = new_owner(b->ks, &owner);

	if (err)
		return err;
	owner->name = keep_name(b, line->module, line->module_length);
	key.name = b->ks->names + owner->name;
	if (b->modules->nr)
		loaded = bsearch(&key, b->modules->loaded, b->modules->nr, sizeof(key),
				 compare_loaded);
	if (loaded) {
		owner->start = loaded->start;
		owner->end = loaded->end;
	}
	return 0;
}

static int add_function(struct builder *b, const struct line *line)
{
	struct kallsyms *ks = b->ks;
	struct kallsyms_function *function;
	int err = array__reserve((void **)&ks->functions, ks->nr + 1, &ks->room,
				 sizeof(*ks->functions));

	if (err)
		return err;
	function = &ks->functions[ks->nr];
	function->start = line->address;
	function->name = keep_name(b, line->name, line->name_length);
	function->hash = kallsyms_table__hash(ks->names + function->name);
	function->owner = KALLSYMS_KERNEL;
	if (line->module) {
		/* modules come one after the other */
		if (!is_last_owner(ks, line))
			err = add_owner(b, line);
		function->owner = ks->nr_owners - 1;
	}
	ks->nr++;
	return err;
}

static int parse_line(struct builder *b, const char *text, const char *end)
{
	struct line line;

	if (split_line(&line, text, end)) {
		b->ks->odd.symbols++;
		return 0;
	}
	b->hidden |= !line.address;
	b->shown |= line.address != 0;
	if (!line.address) /* hidden, or no function */
		return 0;
	if (note_marker(b, &line))
		return 0;
	if (!strchr("tTwW", line.type)) {
		note_variable(b, &line);
		return 0;
	}
	return kallsyms__is_mapping_symbol(line.name) ? 0 : add_function(b, &line);
}

static int parse_lines(struct builder *b, size_t length)
{
	const char *text = b->ks->names, *end;
	int err = 0;

	for (const char *line = text; line < text + length && !err; line = end + 1) {
		end = memchr(line, '\n', text + length - line);
		err = parse_line(b, line, end);
	}
	if (!err && !b->ks->nr)
		err = b->hidden && !b->shown ? -EPERM : -EINVAL;
	return err;
}

/* Of one address: what comes first in the file, as the kernel's own %pS has it (get_symbol_pos()).
 */
static int compare_functions(const void *a, const void *b)
{
	const struct kallsyms_function *left = a, *right = b;

	if (left->start != right->start)
		return left->start < right->start ? -1 : 1;
	return left->name < right->name ? -1 : left->name > right->name;
}

/* How many of the first `nr` functions, which are in order, come before `other`. */
static size_t count_before(const struct kallsyms_function *functions, size_t nr,
			   const struct kallsyms_function *other)
{
	while (nr && compare_functions(&functions[nr - 1], other) > 0)
		nr--;
	return nr;
}

/* The kernel's own are in order already, and modules and BPF programs mostly lie above them. */
static void sort(struct kallsyms *ks)
{
	struct kallsyms_function *functions = ks->functions;
	size_t in_order = 1, first;

	while (in_order < ks->nr &&
	       compare_functions(&functions[in_order - 1], &functions[in_order]) <= 0)
		in_order++;
	if (in_order >= ks->nr)
		return;
	qsort(functions + in_order, ks->nr - in_order, sizeof(*functions), compare_functions);
	first = count_before(functions, in_order, &functions[in_order]);
	if (first < in_order)
		qsort(functions + first, ks->nr - first, sizeof(*functions), compare_functions);
}

static uint64_t unknown_end(uint64_t start)
{
	return start <= UINT64_MAX - LONGEST_UNKNOWN ? start + LONGEST_UNKNOWN : UINT64_MAX;
}

/* The highest end that a function may have; `next` is the function behind it, or NULL. */
static uint64_t highest_end(const struct builder *b, const struct kallsyms_function *function,
			    const struct kallsyms_function *next)
{
	const struct kallsyms_owner *owner = &b->ks->owners[function->owner];
	uint64_t start = function->start;

	if (function->owner != KALLSYMS_KERNEL)
		return start >= owner->start && start < owner->end ? owner->end
								   : unknown_end(start);
	/* What starts at a text's end is another mark of it: that ends where it starts. */
	if (start <= b->etext)
		return b->etext;
	if (start >= b->sinittext && start <= b->einittext)
		return b->einittext;
	/* In no text that is known: such as arm64's .rodata.text. */
	return b->etext || !next || next->owner != KALLSYMS_KERNEL ? unknown_end(start)
								   : UINT64_MAX;
}

static void set_ends(const struct builder *b)
{
	struct kallsyms_function *functions = b->ks->functions;
	const struct kallsyms_function *next = NULL;

	for (size_t i = b->ks->nr; i-- > 0;) {
		struct kallsyms_function *function = &functions[i];
		uint64_t end = highest_end(b, function, next);

		function->end = next && next->start < end ? next->start : end;
		if (i && functions[i - 1].start != function->start)
			next = function;
	}
}

/* Chain the functions by name, each chain in the order of the table. */
static int index_names(struct kallsyms *ks)
{
	ks->nr_chains = 1;
	while (ks->nr_chains < ks->nr)
		ks->nr_chains *= 2;
	ks->chains = calloc(ks->nr_chains, sizeof(*ks->chains));
	if (!ks->chains)
		return -ENOMEM;
	for (size_t i = ks->nr; i-- > 0;) {
		uint32_t *chain = kallsyms_table__chain(ks, ks->functions[i].hash);

		ks->functions[i].next = *chain;
		*chain = i + 1;
	}
	return 0;
}

static void shrink(void **memory, size_t size)
{
	void *smaller = size ? realloc(*memory, size) : NULL;

	if (smaller)
		*memory = smaller;
}

static int build(struct kallsyms *ks, const struct modules *modules, FILE *symbols)
{
	struct builder b = {.ks = ks, .modules = modules};
	struct kallsyms_owner *kernel;
	size_t length;
	int err = read_all(&ks->names, &length, symbols);

	if (err)
		return err;
	ks->odd.modules = modules->odd;
	err = new_owner(ks, &kernel);
	if (!err)
		err = parse_lines(&b, length);
	if (err)
		return err;
	sort(ks);
	set_ends(&b);
	shrink((void **)&ks->names, b.used);
	shrink((void **)&ks->functions, ks->nr * sizeof(*ks->functions));
	return index_names(ks);
}

int kallsyms__parse(struct kallsyms **out, FILE *symbols, FILE *modules)
{
	struct kallsyms *ks = calloc(1, sizeof(*ks));
	struct modules loaded = {};
	int err;

	if (!ks)
		return -ENOMEM;
	err = parse_modules(&loaded, modules);
	if (!err)
		err = build(ks, &loaded, symbols);
	free_modules(&loaded);
	if (err)
		kallsyms__free(ks);
	else
		*out = ks;
	return err;
}
