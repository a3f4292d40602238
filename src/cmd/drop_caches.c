// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/drop_caches.h"
#include "kernel/books.h"
#include "util/say.h"

#include <string.h>

void drop_caches__warn(const struct options *options)
{
	if (options->drop_caches)
		say("caches are dropped before each reading: the machine reads them again from "
		    "disk");
}

int drop_caches__now(const struct options *options)
{
	int err = options->drop_caches ? books__drop_caches() : 0;

	if (err)
		say("cannot drop caches: %s (writing /proc/sys/vm/drop_caches needs root)",
		    strerror(-err));
	return err;
}
