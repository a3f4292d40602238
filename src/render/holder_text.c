// SPDX-License-Identifier: GPL-2.0-only
#include "render/holder_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* 1,006 */
static struct pen_number grouped(uint64_t count)
{
	struct pen_number n;
	char digits[PEN_NUMBER];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, count), to = 0;

	for (int i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			n.text[to++] = ',';
		n.text[to++] = digits[i];
	}
	n.text[to] = '\0';
	return n;
}

/* "+10/s"; slower ones by the minute: "+3/min". */
static void put_rate(const struct pen *pen, const char *style, const struct holder *holder)
{
	double per_s = holder->per_s;

	if (per_s <= 0)
		return;
	if (per_s >= 0.95)
		pen__put(pen, style, ", +%s/s", pen__rate(per_s).text);
	else
		pen__put(pen, style, ", +%s/min", pen__rate(per_s * 60).text);
}

/* "1,006 sockets (TCP)", "12 net namespaces kept by files" */
static void put_handles(const struct pen *pen, const char *style, const struct holder *holder)
{
	const char *name = handle_kind__name(holder->kind, holder->count != 1);
	bool before = holder->kind == HANDLE_NAMESPACE || holder->kind == HANDLE_NAMESPACE_FILE ||
		      holder->kind == HANDLE_NAMESPACE_MOUNT;

	pen__put(pen, style, "%s ", grouped(holder->count).text);
	if (*holder->detail && before) {
		pen__name(pen, style, holder->detail);
		pen__put(pen, style, " ");
	}
	pen__put(pen, style, "%s", name);
	if (*holder->detail && !before) {
		pen__put(pen, style, " (");
		pen__name(pen, style, holder->detail);
		pen__put(pen, style, ")");
	}
}

static void put_process(const struct pen *pen, const char *style, const char *name, uint32_t pid)
{
	if (!*name) {
		pen__put(pen, style, "process %u, which has ended", pid);
		return;
	}
	pen__name(pen, style, name);
	pen__put(pen, style, "[%u]", pid);
}

/* ", created by python3[4711]", ", of uid 1000", " in /dev/shm" */
static void put_creator(const struct pen *pen, const char *style, const struct holder *holder)
{
	if (holder->creator) {
		pen__put(pen, style, ", created by ");
		put_process(pen, style, holder->creator_name, holder->creator);
	} else if (*holder->owner.name) {
		pen__put(pen, style, holder->kind == HANDLE_TMPFS ? " at " : ", of ");
		pen__name(pen, style, holder->owner.name);
	}
}

static void print_offline(const struct pen *pen, const char *style, const struct holder *holder)
{
	pen__put(pen, style, "OFFLINE CGROUPS: %s", grouped(holder->count).text);
	put_rate(pen, style, holder);
	if (!*holder->pinned_by)
		return;
	pen__put(pen, style, ", pinned by files in the tmpfs at ");
	pen__name(pen, style, holder->pinned_by);
}

void holder_text__print(const struct pen *pen, const char *style, const struct holder *holder)
{
	bool process = handle_kind__is_of_process(holder->kind) && holder->owner.pid;

	if (holder->kind == HANDLE_OFFLINE) {
		print_offline(pen, style, holder);
		return;
	}
	pen__put(pen, style, process ? "HELD BY " : "HELD: ");
	if (process) {
		put_process(pen, style, holder->owner.name, holder->owner.pid);
		pen__put(pen, style, holder->several ? " and others: " : ": ");
	}
	put_handles(pen, style, holder);
	put_rate(pen, style, holder);
	if (holder->unread)
		pen__put(pen, style, ", with events that nobody reads");
	if (process)
		return;
	put_creator(pen, style, holder);
	pen__put(pen, style, " (");
	holder_text__show(pen, holder);
	pen__put(pen, style, ")");
}

/* `pid` in place of each "PID". */
static void put_command(const struct pen *pen, const char *command, const char *pid)
{
	static const char word[] = "PID";
	const char *at;

	for (; (at = strstr(command, word)); command = at + strlen(word))
		pen__put(pen, PEN_PLAIN, "%.*s%s", (int)(at - command), command, pid);
	pen__put(pen, PEN_PLAIN, "%s", command);
}

void holder_text__show(const struct pen *pen, const struct holder *holder)
{
	char pid[PEN_NUMBER] = "[0-9]*"; /* whoever it is */

	if (holder->owner.pid && !holder->several)
		snprintf(pid, sizeof(pid), "%u", holder->owner.pid);
	put_command(pen, handle_kind__show(holder->kind), pid);
}

/* Nobody is told to end processes that he does not know. */
void holder_text__release(const struct pen *pen, const struct holder *holder)
{
	char pid[PEN_NUMBER] = "PID";

	if (holder->owner.pid)
		snprintf(pid, sizeof(pid), "%u", holder->owner.pid);
	put_command(pen, handle_kind__release(holder->kind), pid);
}
