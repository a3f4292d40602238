// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/screen.h"
#include "cmd/clash.h"
#include "cmd/terminals.h"
#include "render/report_text.h"
#include "render/screen_keys.h"
#include "render/screen_view.h"
#include "report/report_json.h"
#include "util/nowait.h"
#include "util/outfile.h"
#include "util/say.h"
#include "util/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <curses.h>

#define MOST_MESSAGES 50
#define ESCAPE_MS     25 /* that an escape sequence's bytes may be apart */

enum { PAIR_NONE, PAIR_RED, PAIR_YELLOW, PAIR_CYAN };

struct screen {
	const struct options *options;
	struct screen_view view;
	SCREEN *terminal;
	bool color;
	bool dirty; /* draw before waiting */
	bool quiet; /* stderr is no terminal: it is written there at once, too */
	char *messages[MOST_MESSAGES];
	size_t nr_messages;	  /* all that came; the last ones are kept, in a ring */
	char replace[VIEW_INPUT]; /* a file that there is: asked whether to replace it */
};

/* ---- giving the terminal back, whatever happens ---- */

/* What a signal handler needs: there is one terminal. */
static struct {
	struct termios before;
	int err;      /* stderr as it was */
	int messages; /* stderr as it is */
	char restore[256];
	size_t length;
	volatile sig_atomic_t up;
} given;

/* As far as it is taken: nobody waits for a terminal that was stopped. */
static void write_all(int fd, const char *bytes, size_t length)
{
	nowait__put(fd, bytes, length, 0);
}

/* The process is about to die: the terminal must not. */
static void give_back(void *arg)
{
	char some[512];
	ssize_t got;
	off_t at = 0;

	(void)arg;
	if (!given.up)
		return;
	write_all(STDOUT_FILENO, given.restore, given.length);
	tcsetattr(STDIN_FILENO, TCSANOW, &given.before);
	dup2(given.err, STDERR_FILENO);
	for (; (got = pread(given.messages, some, sizeof(some), at)) > 0; at += got)
		write_all(STDERR_FILENO, some, (size_t)got);
}

static void crash(int signal)
{
	give_back(NULL);
	raise(signal); /* SA_RESETHAND: it has its way now */
}

/* Signals that do not end a process, or are not to be caught here. */
static bool is_other(int signal)
{
	static const int others[] = {SIGKILL, SIGSTOP, SIGCONT, SIGTSTP,  SIGTTIN,
				     SIGTTOU, SIGCHLD, SIGURG,	SIGWINCH, SIGINT,
				     SIGTERM, SIGHUP,  SIGUSR1, SIGUSR2,  SIGPIPE};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (signal == others[i])
			return true;
	return false;
}

static void catch_crashes(bool on)
{
	const struct sigaction action = {.sa_handler = on ? crash : SIG_DFL,
					 .sa_flags = (int)(SA_RESETHAND | SA_NODEFER)};
	struct sigaction before;

	for (int i = 1; i <= SIGRTMAX; i++)
		if (!is_other(i) && !sigaction(i, NULL, &before) &&
		    before.sa_handler == (on ? SIG_DFL : crash))
			sigaction(i, &action, NULL);
}

/* A capability of the terminal, without the delays that ancient ones need. */
static void add_restore(const char *name)
{
	const char *s = tigetstr(name);

	if (!s || s == (char *)-1)
		return;
	while (*s && given.length < sizeof(given.restore)) {
		if (s[0] == '$' && s[1] == '<')
			s += strcspn(s, ">") + (strchr(s, '>') != NULL);
		else
			given.restore[given.length++] = *s++;
	}
}

static void learn_restore(void)
{
	given.length = 0;
	add_restore("sgr0");
	add_restore("rmkx");
	add_restore("cnorm");
	add_restore("rmcup");
}

/* ---- messages on stderr meanwhile ---- */

/* stderr becomes a file that nobody sees. */
static int divert(struct screen *screen)
{
	int err = 0;

	screen->quiet = !isatty(STDERR_FILENO);
	given.messages = memfd_create("kleak messages", MFD_CLOEXEC);
	if (given.messages < 0)
		return -errno;
	given.err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (given.err < 0 || fcntl(given.messages, F_SETFL, O_APPEND) ||
	    dup2(given.messages, STDERR_FILENO) < 0)
		err = -errno;
	if (!err)
		return 0;
	close(given.messages);
	if (given.err >= 0)
		close(given.err);
	return err;
}

/* A line, without its end. */
static void keep_message(struct screen *screen, const char *line)
{
	char **place = &screen->messages[screen->nr_messages++ % MOST_MESSAGES];

	free(*place);
	*place = strdup(line);
	screen_view__say(&screen->view, strncmp(line, "kleak: ", 7) ? line : line + 7);
	screen->dirty = true;
}

/* Take what was written to stderr. */
static void take_messages(struct screen *screen)
{
	struct stat is;
	char *text, *line;

	if (fstat(given.messages, &is) || !is.st_size)
		return;
	text = calloc(1, (size_t)is.st_size + 1);
	if (!text)
		return;
	if (pread(given.messages, text, (size_t)is.st_size, 0) == is.st_size &&
	    !ftruncate(given.messages, 0)) {
		if (screen->quiet)
			write_all(given.err, text, (size_t)is.st_size);
		for (char *rest = text; (line = strsep(&rest, "\n"));)
			if (*line)
				keep_message(screen, line);
	}
	free(text);
}

static void undivert(struct screen *screen)
{
	size_t nr = screen->nr_messages, first = nr > MOST_MESSAGES ? nr - MOST_MESSAGES : 0;

	dup2(given.err, STDERR_FILENO);
	close(given.err);
	close(given.messages);
	if (first && !screen->quiet)
		say("%zu earlier messages were not kept", first);
	for (size_t i = first; i < nr; i++) {
		char *line = screen->messages[i % MOST_MESSAGES];

		if (line && !screen->quiet)
			say__line(line);
		free(line);
	}
}

/* ---- the terminal ---- */

bool screen__is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static void begin_colors(struct screen *screen)
{
	screen->color = screen->color && has_colors() && start_color() == OK;
	if (!screen->color)
		return;
	use_default_colors();
	init_pair(PAIR_RED, COLOR_RED, -1);
	init_pair(PAIR_YELLOW, COLOR_YELLOW, -1);
	init_pair(PAIR_CYAN, COLOR_CYAN, -1);
}

/* NULL: it is not known, not even to us. */
static SCREEN *open_terminal(const char *type)
{
	SCREEN *terminal = newterm(NULL, stdout, stdin);
	const char *entry = terminal ? NULL : terminals__entry(type);

	if (!entry || setenv("TERMINFO", entry, 1))
		return terminal;
	terminal = newterm(NULL, stdout, stdin);
	unsetenv("TERMINFO");
	return terminal;
}

/* 0, or -errno, which is said. */
static int begin_terminal(struct screen *screen)
{
	const char *type = getenv("TERM");
	char list[256];

	type = type ? type : "";

	if (tcgetattr(STDIN_FILENO, &given.before)) {
		say("--screen: cannot use the terminal: %s", strerror(errno));
		return -EINVAL;
	}
	screen->terminal = open_terminal(type);
	if (!screen->terminal || !tigetstr("cup") || !tigetstr("clear")) {
		if (screen->terminal) {
			endwin();
			delscreen(screen->terminal);
		}
		terminals__list(list, sizeof(list));
		say("--screen: the terminal cannot do it, or is not known (TERM=%s): set TERM to "
		    "what it is like, %s, or leave out --screen",
		    type, list);
		return -EINVAL;
	}
	cbreak();
	noecho();
	nonl();
	intrflush(stdscr, FALSE);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	set_escdelay(ESCAPE_MS);
	curs_set(0);
	begin_colors(screen);
	learn_restore();
	return 0;
}

static enum view_sort sort_of(enum sites_key sort)
{
	switch (sort) {
	case SITES_BY_GROWTH:
		return VIEW_BY_GROWTH;
	case SITES_BY_OBJECTS:
		return VIEW_BY_OBJECTS;
	case SITES_BY_AGE:
		return VIEW_BY_AGE;
	case SITES_BY_RANK:
		return VIEW_BY_VERDICT;
	default:
		return VIEW_BY_BYTES;
	}
}

/* ---- painting ---- */

/* "1;31" as curses has it. */
static void set_style(const struct screen *screen, const char *sgr, bool selected)
{
	attr_t attributes = selected ? A_REVERSE : A_NORMAL;
	short pair = PAIR_NONE;

	while (*sgr && *sgr != 'm') {
		char *end;
		long number = strtol(sgr, &end, 10);

		if (end == sgr)
			break;
		if (number == 1)
			attributes |= A_BOLD;
		else if (number == 2 && !selected)
			attributes |= A_DIM;
		else if (number == 31)
			pair = PAIR_RED;
		else if (number == 33)
			pair = PAIR_YELLOW;
		else if (number == 36)
			pair = PAIR_CYAN;
		sgr = *end == ';' ? end + 1 : end;
	}
	attr_set(attributes, screen->color && !selected ? pair : PAIR_NONE, NULL);
}

/* A character at `s`, of `length` bytes; what is not one column wide is '?'. */
static void put_character(const char *s, size_t length)
{
	wchar_t wide[2] = {};
	mbstate_t state = {};

	if (mbrtowc(wide, s, length, &state) != length || wcwidth(wide[0]) != 1)
		wide[0] = L'?';
	addnwstr(wide, 1);
}

static void paint_line(const struct screen *screen, int row, const struct view_line *line)
{
	size_t length;

	move(row, 0);
	set_style(screen, "", line->selected);
	for (const char *s = line->text; *s; s += length) {
		if (*s == '\x1b') {
			set_style(screen, s + 2, line->selected);
			length = strcspn(s, "m") + 1;
			continue;
		}
		for (length = 1; ((unsigned char)s[length] & 0xc0) == 0x80; length++)
			;
		put_character(s, length);
	}
	if (line->selected && getcury(stdscr) == row && getcurx(stdscr) < COLS)
		hline(' ' | A_REVERSE, COLS - getcurx(stdscr));
	attr_set(A_NORMAL, PAIR_NONE, NULL);
}

/* The terminal may have another size. */
static void fit(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row || !size.ws_col ||
	    (size.ws_row == LINES && size.ws_col == COLS))
		return;
	resizeterm(size.ws_row, size.ws_col);
	clearok(curscr, TRUE);
}

static void paint(struct screen *screen)
{
	struct screen_view *view = &screen->view;

	fit();
	view->width = COLS;
	view->height = LINES;
	screen->dirty = false;
	if (screen_view__draw(view))
		return;
	erase();
	for (int i = 0; i < view->height; i++)
		paint_line(screen, i, &view->lines[i]);
	curs_set(view->cursor >= 0);
	if (view->cursor >= 0)
		move(LINES - 1, view->cursor < COLS ? view->cursor : COLS - 1);
	signals__risk(true); /* a terminal may be stopped */
	refresh();
	signals__risk(false);
}

int screen__open(struct screen **out, const struct options *options, bool color)
{
	struct screen *screen = calloc(1, sizeof(*screen));
	int err;

	if (!screen) {
		say("out of memory");
		return -ENOMEM;
	}
	screen->options = options;
	setlocale(LC_CTYPE, "");
	screen_view__open(&screen->view, options->report.interval_s, sort_of(options->report.sort));
	screen->view.ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	if (screen->view.ascii) /* others may need modules of the C library to be loaded */
		setlocale(LC_CTYPE, "C");
	screen->color = color;
	err = begin_terminal(screen);
	if (err) {
		free(screen);
		return err;
	}
	err = divert(screen);
	if (err) {
		endwin();
		delscreen(screen->terminal);
		free(screen);
		say("--screen: cannot put stderr aside: %s", strerror(-err));
		return err;
	}
	given.up = 1;
	signals__at_end(give_back, &given);
	catch_crashes(true);
	paint(screen);
	*out = screen;
	return 0;
}

int screen__await(struct screen *screen)
{
	take_messages(screen);
	if (screen->dirty)
		paint(screen);
	return STDIN_FILENO;
}

/* ---- keys ---- */

static uint32_t key_of(wint_t key)
{
	static const struct {
		wint_t curses;
		uint32_t view;
	} keys[] = {
		{KEY_UP, VIEW_KEY_UP},	       {KEY_DOWN, VIEW_KEY_DOWN},
		{KEY_PPAGE, VIEW_KEY_PAGE_UP}, {KEY_NPAGE, VIEW_KEY_PAGE_DOWN},
		{KEY_HOME, VIEW_KEY_HOME},     {KEY_END, VIEW_KEY_END},
		{KEY_ENTER, VIEW_KEY_ENTER},   {KEY_BACKSPACE, VIEW_KEY_BACKSPACE},
		{KEY_F(1), VIEW_KEY_HELP},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (keys[i].curses == key)
			return keys[i].view;
	return 0;
}

/* Of a character, the key that it is where it is more than that. */
static uint32_t character_of(wint_t character)
{
	switch (character) {
	case '\r':
	case '\n':
		return VIEW_KEY_ENTER;
	case 0x1b:
		return VIEW_KEY_ESCAPE;
	case 0x7f:
	case '\b':
		return VIEW_KEY_BACKSPACE;
	default:
		return character;
	}
}

static int print_report(void *arg, FILE *out)
{
	const struct screen *screen = arg;
	const char *name = screen->view.input, *end = strrchr(name, '.');
	const struct report *report = screen_view__report(&screen->view);

	return end && !strcmp(end, ".json") ? report_json__print(report, out)
					    : report_text__print(report, false, 0, out);
}

/* Save what is shown as view.input; ask first where there is such a file. */
static void save(struct screen *screen)
{
	struct screen_view *view = &screen->view;
	const char *option = clash__with(screen->options, view->input);
	struct stat is;
	char words[VIEW_INPUT + 128];
	int err;

	if (option) {
		view->mode = VIEW_SAVE_AS;
		snprintf(words, sizeof(words), "is the file of %s: give another name", option);
		screen_view__say(view, words);
		return;
	}
	if (!stat(view->input, &is) && strcmp(screen->replace, view->input)) {
		view->mode = VIEW_SAVE_AS;
		if (S_ISREG(is.st_mode)) {
			snprintf(screen->replace, sizeof(screen->replace), "%s", view->input);
			screen_view__say(view, "exists: Enter replaces it");
		} else {
			screen_view__say(view, "is no regular file");
		}
		return;
	}
	*screen->replace = '\0';
	err = outfile__check(view->input);
	if (!err)
		err = outfile__write(view->input, print_report, screen);
	if (err)
		snprintf(words, sizeof(words), "cannot write %s: %s", view->input,
			 outfile__why(err));
	else
		snprintf(words, sizeof(words), "saved as %s", view->input);
	screen_view__say(view, words);
}

/* What a key asks for, as a signal; 0: it was done. */
static int grant(struct screen *screen, enum view_wish wish)
{
	switch (wish) {
	case VIEW_SAVE:
		save(screen);
		return 0;
	case VIEW_REPAINT:
		clearok(curscr, TRUE);
		return 0;
	case VIEW_SCAN:
		screen_view__say(&screen->view, "scanning; the passes are some seconds apart");
		return SIGUSR1;
	case VIEW_ACKNOWLEDGE:
		return SIGUSR2;
	case VIEW_QUIT:
		return SIGINT;
	default:
		return 0;
	}
}

int screen__turn(struct screen *screen)
{
	wint_t key;
	int signal = 0, what;

	screen->dirty = true;
	while (!signal && (what = get_wch(&key)) != ERR) {
		uint32_t pressed = what == KEY_CODE_YES ? key_of(key) : character_of(key);

		if (pressed)
			signal = grant(screen, screen_keys__press(&screen->view, pressed));
	}
	return signal;
}

int screen__report(struct screen *screen, const struct report *report)
{
	int err = screen_view__enter(&screen->view, report);

	if (err)
		say("cannot show a report: %s", strerror(-err));
	screen->dirty = true;
	return err;
}

void screen__close(struct screen *screen)
{
	if (!screen)
		return;
	take_messages(screen);
	signals__risk(true);
	endwin();
	signals__risk(false);
	given.up = 0;
	catch_crashes(false);
	delscreen(screen->terminal);
	undivert(screen);
	screen_view__close(&screen->view);
	free(screen);
}
