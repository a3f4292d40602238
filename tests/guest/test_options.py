#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Kernels that were booted with other options: what is listed must be as exact."""
import json

from guest import boot, main
from test_exact import name_of

LEAKS = {"kmalloc": 11, "krealloc": 7, "kzalloc": 5, "timer": 9, "kvmalloc_small": 3, "kmalloc_account": 13,
         "kmalloc_large": 2, "cache": 17, "ctor": 6, "vmalloc": 8}
SCRIPT = """
insmod /kleak_test.ko
kleak --json --interval 1 > /tmp/reports 2> /tmp/messages &
tracer=$!
while [ ! -s /tmp/reports ]; do sleep 0.1; done
LEAK
# areas go, and their vm_structs are overwritten
for i in 1 2 3 4 5; do sh -c 'exit'; done
cat /proc/kleak_test
echo ---
cat /proc/slabinfo
echo ---
kill -INT $tracer
wait $tracer || cat /tmp/messages
tail -n 1 /tmp/reports
"""


def sizes_of(slabinfo):
    """{cache: what one object takes}, as the kernel says."""
    return {line.split()[0]: int(line.split()[3]) for line in slabinfo.splitlines()[2:]}


def check(version, options):
    """What is listed has the caches' names and the bytes that the kernel takes for it."""
    leak = "\n".join(f"echo leak {name} {n} > /proc/kleak_test" for name, n in LEAKS.items())
    expected, slabinfo, report = boot(version, SCRIPT.replace("LEAK", leak), "--append", options).split("---\n")
    sizes, report = sizes_of(slabinfo), json.loads(report)
    listed = {}
    for site in report["sites"]:
        if site["stack"] and site["stack"][0]["module"] == "kleak_test":
            key = name_of(site["stack"][0]), site["origin"]
            # an area's books are slab objects of the same site
            listed.setdefault(key, {})[site["cache"]] = (site["objects"], site["bytes"], site["requested_bytes"])
    for e in map(json.loads, expected.splitlines()):
        n = e["objects"]
        size = sizes.get(e["cache"], e["bytes"] // n)
        assert listed.get((e["function"], e["origin"])) == {e["cache"]: (n, n * size, e["requested_bytes"])}, \
            (e, size, listed)
    assert len(expected.splitlines()) == len(LEAKS), expected
    assert report["events"]["unchecked"] == 0, report["events"]
    # nothing was read from memory that had been freed
    assert max(site["bytes"] for site in report["sites"]) < 64 << 20, report["sites"][0]


def slub_debug(version):
    """Red zones before and behind objects, poison in free ones, and who allocated and freed them."""
    check(version, "slub_debug=FZPU")


if __name__ == "__main__":
    main(slub_debug, kernels=["6.12"])
