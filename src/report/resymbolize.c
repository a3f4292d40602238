// SPDX-License-Identifier: GPL-2.0-only
#include "report/resymbolize.h"
#include "kernel/dwarf.h"
#include "kernel/symbols.h"
#include "util/signals.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct resymbolize {
	struct dwarf_sources sources;
	struct dwarf *dwarf; /* NULL: no report yet */
	char *release;	     /* of the kernel that it is for */
};

int resymbolize__open(struct resymbolize **out, const struct dwarf_sources *sources, char *why,
		      size_t len)
{
	struct resymbolize *naming;
	int err = symbols__check(sources, why, len);

	if (err)
		return err;
	naming = calloc(1, sizeof(*naming));
	if (!naming) {
		snprintf(why, len, "out of memory");
		return -ENOMEM;
	}
	naming->sources = *sources;
	*out = naming;
	return 0;
}

/* Debug info of that kernel; one file may hold reports of several boots. */
static int open_dwarf(struct resymbolize *naming, const char *release)
{
	if (naming->dwarf && !strcmp(naming->release, release))
		return 0;
	if (naming->dwarf)
		return -EEXIST;
	naming->release = strdup(release);
	if (!naming->release)
		return -ENOMEM;
	naming->sources.release = naming->release;
	return dwarf__open(&naming->dwarf, &naming->sources);
}

/* The frames of one return address, from `saved` on: how many they are. */
static size_t group_of(const struct symbols_frame *saved, size_t nr)
{
	size_t n = 0;

	while (n + 1 < nr && saved[n].inlined)
		n++;
	return n + 1;
}

/*
 * The image that a frame lies in: a module may have been there several times.  NULL: it is not
 * known, or might be one of two builds.
 */
static const struct image *image_of(const struct resymbolize *naming, const struct images *images,
				    const struct symbols_frame *frame)
{
	const char *name = frame->module ? frame->module : "";
	const struct image *found = NULL;
	const struct dwarf_frame *lines;

	for (size_t i = 0; i < images->nr && frame->symbol; i++) {
		const struct image *image = &images->list[i];

		if (strcmp(image->name, name) != 0 ||
		    !dwarf__find(naming->dwarf, image, frame->address - 1, &lines))
			continue;
		if (found && !images__is_same_build(found, image))
			return NULL;
		found = image;
	}
	return found;
}

static size_t name_stack(const struct resymbolize *naming, const struct images *images,
			 const struct report_site *site, struct symbols_frame *frames, size_t room)
{
	size_t used = 0;

	for (size_t at = 0, n; at < site->nr_frames && used < room; at += n) {
		const struct symbols_frame *saved = site->stack + at, *real;
		const struct image *image;
		size_t got = 0;

		n = group_of(saved, site->nr_frames - at);
		real = &saved[n - 1];
		image = image_of(naming, images, real);
		if (image)
			got = symbols__expand(naming->dwarf, image, real, at == 0, frames + used,
					      room - used);
		if (got > 1 || (got && frames[used].file)) {
			used += got;
			continue;
		}
		for (size_t i = 0; i < n && used < room; i++)
			frames[used++] = saved[i];
	}
	return used;
}

int resymbolize__report(struct resymbolize *naming, struct saved_report *saved,
			const struct saved_header *header)
{
	struct symbols_frame named[SYMBOLS_MOST_FRAMES];
	struct report *report = &saved->report;
	int err = open_dwarf(naming, header->kernel);

	if (err)
		return err == -EEXIST ? 0 : err; /* another kernel's: as it was saved */
	for (size_t i = 0; i < report->nr_sites; i++) {
		struct report_site *site = (struct report_site *)&report->sites[i];
		size_t nr = name_stack(naming, &header->images, site, named, SYMBOLS_MOST_FRAMES);
		struct symbols_frame *stack = arena__new(&saved->arena, nr + 1, sizeof(*stack));

		if (!stack)
			return -ENOMEM;
		memcpy(stack, named, nr * sizeof(*stack));
		site->stack = stack;
		site->nr_frames = nr;
	}
	return 0;
}

void resymbolize__close(struct resymbolize *naming)
{
	if (!naming)
		return;
	dwarf__close(naming->dwarf);
	free(naming->release);
	free(naming);
}
