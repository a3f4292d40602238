// SPDX-License-Identifier: GPL-2.0-only
#include "trace/overhead.h"
#include "trace/overhead_limit.h"
#include "util/clock.h"

#include <unistd.h>

int overhead__measure(struct overhead *overhead, const struct tracer *tracer, uint32_t online,
		      double window_s)
{
	struct hooked_run before, after;
	int stats = tracer__count_time(), err;
	double start, took;

	*overhead = (struct overhead){};
	if (stats < 0)
		return stats;
	start = clock__now_s();
	err = tracer__run(tracer, &before);
	usleep((useconds_t)(window_s * 1e6));
	if (!err)
		err = tracer__run(tracer, &after);
	took = clock__now_s() - start;
	close(stats);
	if (err)
		return err;
	overhead->share = overhead_limit__share(after.ns - before.ns, took, online);
	overhead->events_per_s = (double)(after.events - before.events) / took;
	if (after.events > before.events)
		overhead->ns_per_event =
			(double)(after.ns - before.ns) / (double)(after.events - before.events);
	return 0;
}
