/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options and the commands, as tables.  The parser, its messages, --help and the completion are
 * made from them; tests hold the man page to them.
 */
#ifndef KLEAK_CMD_OPTION_TABLE_H
#define KLEAK_CMD_OPTION_TABLE_H

#include "cmd/options.h"

#include <stddef.h>
#include <stdint.h>

#define OPTION_ROWS_MOST 64
#define OPTION_LIST_MOST 256 /* bytes of what option_table__verbs() and __choices() write */

/* What a value is, and what it is stored as. */
enum option_type {
	OPTION_FLAG,	/* no value; a bool */
	OPTION_TIME,	/* seconds, also 500ms, 2h; a double */
	OPTION_BYTES,	/* also 4K, 1M; a uint64_t */
	OPTION_NUMBER,	/* a uint32_t or a uint64_t */
	OPTION_PROCESS, /* an int64_t */
	OPTION_PERCENT, /* a double, 1 being 100% */
	OPTION_ONE_IN,	/* "1/16", a power of two; a uint32_t */
	OPTION_CHOICE,	/* one of `choices`; an enum */
	OPTION_CHOICES, /* some of `choices`, with commas between; a uint32_t, one bit each */
	OPTION_CACHES,	/* names with commas between; a string */
	OPTION_FILE,	/* to be written; a string */
	OPTION_INPUT,	/* a file to be read; a string */
	OPTION_FOLDER,	/* a string */
	OPTION_FOLDERS, /* given several times; a struct options_folders */
	OPTION_LIMITS,	/* of `kleak check`; a struct gate_limits */
};

struct option_row {
	const char *group; /* the heading of --help that it stands under */
	const char *name;  /* "--pid" */
	char letter;	   /* 'p'; 0: none */
	const char *argument;
	uint32_t verbs; /* that take it: 1 << enum options_verb */
	const char *help;
	const char *by_default;	 /* as a user would write it; NULL: none */
	const char *if_left_out; /* the value when none is given; NULL: one has to be */
	enum option_type type;
	double least, most;	    /* of times and numbers */
	double unit;		    /* numbers are stored multiplied by it; 0: as they are */
	const char *const *choices; /* NULL ends them */
	size_t at, size;	    /* of the value in struct options */
	size_t given;		    /* of the bool that tells that it was given; 0: none does */
};

/* What stands behind the options. */
enum verb_words {
	WORDS_NONE,
	WORDS_COMMAND, /* and its arguments */
	WORDS_FILES,
	WORDS_CHOICE,
};

struct verb_row {
	const char *word;  /* "run"; "": kleak without a word */
	const char *usage; /* "[options] -- CMD [ARGS]" */
	const char *does;
	const char *needs; /* "a command"; NULL: no words are expected */
	enum verb_words words;
	int least, most; /* of these words */
	const char *const *choices;
};

/* The i-th option, in the order of --help; NULL: there are no more. */
const struct option_row *option_table__row(size_t i);

/* What a verb is; NULL: there are no more. */
const struct verb_row *option_table__verb(size_t verb);

static inline bool option_table__takes(const struct option_row *row, enum options_verb verb)
{
	return row->verbs & 1U << verb;
}

/* Write "kleak, kleak run and kleak diagnose". */
void option_table__verbs(uint32_t verbs, char *text, size_t len);

/* Write "bytes, growth, objects or age", with `last` (" or ") before the last one. */
void option_table__choices(const char *const *choices, const char *last, char *text, size_t len);

#endif
