// SPDX-License-Identifier: GPL-2.0-only
#include "render/folded.h"
#include "util/utf8.h"

#include <errno.h>
#include <inttypes.h>

/* A name that cannot end its frame or its line: other bytes as \xNN. */
static void put_name(FILE *out, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		size_t length = utf8__sequence(s);

		if (!length || *s < 0x20 || *s == 0x7f || *s == ';' ||
		    (*s == 0xc2 && s[1] < 0xa0)) {
			fprintf(out, "\\x%02x", *s++);
		} else {
			fwrite(s, 1, length, out);
			s += length;
		}
	}
}

static void put_frame(FILE *out, const struct symbols_frame *f)
{
	if (f->symbol)
		put_name(out, f->symbol);
	else
		fprintf(out, "0x%" PRIx64, f->address);
	if (f->module) {
		fputs("_[", out);
		put_name(out, f->module);
		fputc(']', out);
	}
	fputs(f->inlined ? "_[i];" : ";", out);
}

int folded__print(const struct report *report, enum weight weight, FILE *out)
{
	for (size_t i = 0; i < report->nr_sites; i++) {
		const struct report_site *site = &report->sites[i];
		uint64_t weighs = weight__of(site, weight);

		if (!weighs)
			continue;
		for (size_t f = site->nr_frames; f-- > 0;)
			put_frame(out, &site->stack[f]);
		fputc('[', out);
		put_name(out, site->cache);
		fprintf(out, "] %" PRIu64 "\n", weighs);
	}
	return fflush(out) || ferror(out) ? -EIO : 0;
}
