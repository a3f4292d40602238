#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Against /proc/slabinfo where nobody else runs: every cache must agree, and the books close."""
import json

from guest import boot, built, main
import books

SCRIPT = """
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
told() { read answer <&4; [ "$answer" = ok ] || exit 1; }
flush() { for cache in /sys/kernel/slab/*/shrink; do echo 1 > $cache; done 2>/dev/null; }
fresh() {
    seen=$(wc -l < /tmp/out)
    while [ $(wc -l < /tmp/out) -lt $((seen + 2)) ]; do sleep 0.1; done
    tail -n 1 /tmp/out
}
told
kleak --json --interval 1 > /tmp/out &
while [ ! -s /tmp/out ]; do sleep 0.1; done
fresh; flush; echo ---
cat /proc/slabinfo; echo ---
fresh; echo ---
for command in COMMANDS; do echo "$command" >&3; told; done
sleep 12
fresh; flush; echo ---
cat /proc/slabinfo; echo ---
fresh; echo ---
cat /proc/meminfo; echo ---
kill -INT %2
wait %2
tail -n 1 /tmp/out
"""


def slabinfo_agrees_in_every_cache(version):
    commands = " ".join(f'"{command}"' for command in books.KEPT + ["churn 6"])
    out = boot(version, SCRIPT.replace("COMMANDS", commands), "--add", f"{built(version, 'live-load')}:/bin/load")
    first, before, begun, report, after, ended, meminfo, final = out.split("---\n")
    reports = [json.loads(text) for text in (first, begun, report, ended)]
    books.compare(before, after, reports, 2, alone=True)
    # the last report has what of slabs is in use, however long reading that takes
    books.check_closed(json.loads(final), meminfo)


if __name__ == "__main__":
    main(slabinfo_agrees_in_every_cache)
