// SPDX-License-Identifier: GPL-2.0-only
#include "outputs.h"
#include "json.h"
#include "say.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct outputs {
	const struct options *options;
	bool color;
};

int outputs__open(struct outputs **out, const struct options *options, bool color)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));

	if (!outputs) {
		say("out of memory");
		return -ENOMEM;
	}
	outputs->options = options;
	outputs->color = color;
	*out = outputs;
	return 0;
}

static int print(const struct outputs *outputs, const struct report *report)
{
	int err;

	if (outputs->options->json)
		err = json__print(report, stdout);
	else
		err = text__print(report, outputs->color, stdout);
	if (err == -EIO)
		say("cannot write the report to stdout%s%s", errno ? ": " : "",
		    errno ? strerror(errno) : "");
	else if (err)
		say("cannot print a report: %s", strerror(-err));
	return err;
}

int outputs__report(struct outputs *outputs, const struct report *report)
{
	/* a diagnosis is printed as a page of its own */
	return outputs->options->verb == VERB_DIAGNOSE ? 0 : print(outputs, report);
}

int outputs__close(struct outputs *outputs)
{
	free(outputs);
	return 0;
}
