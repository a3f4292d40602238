/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of functions, also of modules that are loaded and unloaded, and of BPF programs: an address
 * keeps the name that it had at the time.
 *
 * What it hands out stays as long as it does itself: names are kept once each, the kernel's table
 * is never read anew.  What is forgotten of modules that have gone is where their functions were.
 */
#ifndef KLEAK_KERNEL_NAMES_H
#define KLEAK_KERNEL_NAMES_H

#include "kernel/bpfcode.h"
#include "kernel/images.h"
#include "kernel/kallsyms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct names;

/* When an address was seen. */
struct names_time {
	uint32_t modules; /* each module that came or went was one change: so many before that */
	uint32_t code;	  /* as bpfcode.h counts programs that went */
	uint64_t ns;	  /* CLOCK_BOOTTIME; 0: that is not known, and `code` says nothing */
};

#define NAMES_STILL   UINT32_MAX /* of `until`: it is there */
#define NAMES_UNDATED UINT32_MAX /* of names_time.modules: any number */
#define NAMES_ANYTIME ((struct names_time){.modules = NAMES_UNDATED})

#define NAMES_MOST_GONE	 1024	    /* modules that have gone: the oldest are forgotten */
#define NAMES_MOST_BYTES (16 << 20) /* of where the functions of those were; of all names */
#define NAMES_CODE_BYTES (8 << 20)  /* of all names, when one more of a BPF program is kept */
#define NAMES_CODE	 "bpf"	    /* the "module" of such functions in /proc/kallsyms */

/* A module, while it was there. */
struct names_module {
	const char *name;
	uint64_t address;     /* as /proc/modules has it; 0: not known */
	uint32_t from, until; /* it was there at times from <= when < until */
	bool learnt;	      /* what follows has been read; until then it is empty but for names */
	struct image image;
	char version[64]; /* as /sys/module has them; "": none */
	char taint[16];
	struct names_table *table; /* NULL: the first table has its functions */
};

struct names_function {
	uint64_t start, end;
	const char *name; /* "": functions that nobody could name */
};

/*
 * With what kallsyms__parse() has read, which is its own from here on.  No module is known yet:
 * those that are there have to be told by names__add().  0 and *names; or -ENOMEM, and `kallsyms`
 * stays the caller's.
 */
int names__open(struct names **names, struct kallsyms *kallsyms);

/* As it was read. */
const struct kallsyms *names__kallsyms(const struct names *names);

/*
 * A module that came with change number `from`; *module->name and *functions are copied.  With no
 * functions (NULL) it is one of those that the first table has.  0 or -ENOMEM.
 */
int names__add(struct names *names, const struct names_module *module,
	       const struct names_function *functions, size_t nr);

/* The module that is called so has gone with change number `when`; if there is one. */
void names__remove(struct names *names, const char *name, uint32_t when);

/*
 * BPF programs: as bpfcode__list() and bpfcode__lose(), and one that has gone.  0 or -ENOMEM.
 * Before there is a list no address is called by the name of a program.
 */
int names__list_code(struct names *names, const struct kleak_code *list, size_t nr, uint32_t before,
		     uint32_t after);
int names__code_goes(struct names *names, const struct kleak_code *gone);
void names__lose_code(struct names *names, uint32_t change);

/* Time begins anew: what is there has always been there, what has gone is forgotten. */
void names__begin(struct names *names);

/*
 * The function that `address` lay in at that time.  At any time: only if it cannot have been
 * another one.  *module: it lies in; NULL: the kernel, or code that is no module's; valid until
 * names__add().  0 and *symbol; or -ENOENT, and *module is NULL if that is not known either.
 */
int names__find(const struct names *names, uint64_t address, struct names_time when,
		struct kallsyms_symbol *symbol, const struct names_module **module);

/* Code of BPF programs is, or was, at this address, for all that is known. */
bool names__is_code(const struct names *names, uint64_t address);

/*
 * A number for who had that address then, where several had it one after the other: of modules how
 * many by other names or with other functions had it before, mostly 0; of BPF programs it comes
 * from the name.
 */
uint32_t names__tenant(const struct names *names, uint64_t address, struct names_time when);

/* All modules that are known, those that have gone included, the newest last. */
size_t names__modules(const struct names *names, struct names_module *const **modules);

void names__close(struct names *names);

#endif
