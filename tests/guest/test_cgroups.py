#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The books of cgroups v2, of what is known to be charged to them; and when a limit will be reached."""
import json

from guest import boot, built, check_schema, main

FILES, FILE_KIB, PAGE = 100, 64, 4096

# Two of them: one has 2,000 messages of 1000 bytes, the other files in a tmpfs; then the first one grows on.
SCRIPT = """
G=/sys/fs/cgroup
[ -e $G/cgroup.controllers ] || mount -t cgroup2 none $G || exit 1
echo +memory > $G/cgroup.subtree_control || exit 1
mkdir "$G/a pod" $G/b
echo 64M > "$G/a pod/memory.max"
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
echo $! > "$G/a pod/cgroup.procs"
read answer <&4
echo "message 10" >&3; read answer <&4
mkdir -p /mnt; mount -t tmpfs none /mnt || exit 1
kleak ledger --cgroups --json --interval 2.5 --duration 12 > /all &
all=$!
while [ ! -s /all ]; do sleep 0.2; done
echo "message 2000" >&3; read answer <&4
sh -c "echo 0 > $G/b/cgroup.procs; for i in \\$(seq FILES); do dd if=/dev/zero of=/mnt/\\$i bs=1024 count=FILE_KIB 2> /dev/null; done"
wait $all
cat /all; echo ---
kleak ledger --cgroup "a pod" --json --interval 0.4 --duration 16 > /one &
one=$!
while kill -0 $one 2> /dev/null; do echo "message 300" >&3; read answer <&4; sleep 0.3; done
cat /one; echo ---
kleak --cgroup "$G/a pod" --json --interval 1 --duration 12 > /trace &
trace=$!
while [ ! -s /trace ]; do sleep 0.2; done
echo "message 1000" >&3; read answer <&4
wait $trace
tail -n 1 /trace; echo ---
kleak ledger --cgroups --interval 0.1 --duration 0.3
kleak ledger --cgroup /no/such --duration 1 2>&1; echo status $?
""".replace("FILES", str(FILES)).replace("FILE_KIB", str(FILE_KIB))


def rows(line):
    return {row["path"]: row for row in json.loads(line)["cgroups"]}


def grown(first, last, what):
    return last[what]["bytes"] - first[what]["bytes"]


def books_tell_what_is_charged(version):
    out = boot(version, SCRIPT, "--add", f"{built(version, 'live-load')}:/bin/load")
    every, one, trace, rest = out.split("---\n")
    check_schema("cgroups", every)
    check_schema("cgroups", one)
    first, last = (rows(line) for line in (every.splitlines()[0], every.splitlines()[-1]))
    # An object of 1048 bytes takes 2048, and 8 tell whom it is charged to; ten are in a queue (kmalloc-cg-512 at most)
    # of its own.  What CPUs were charged ahead is a page for each kind.
    objects = 2000 * (2048 + 8)
    kernel = grown(first["/a pod"], last["/a pod"], "kernel")
    assert objects <= kernel <= objects + 200 * (512 + 64 + 600) + 4 * PAGE, kernel - objects
    # Of the files the pages; what the kernel has of them is apart.  Usage runs ahead by 64 pages a CPU.
    files = grown(first["/b"], last["/b"], "held") - grown(first["/b"], last["/b"], "kernel")
    assert FILES * FILE_KIB * 1024 <= files <= FILES * FILE_KIB * 1024 + 2 * 64 * PAGE, files
    assert last["/b"]["near_limit"]["growing"] == "shmem", last["/b"]
    assert last["/a pod"]["max_bytes"] == 64 << 20 and last["/b"]["max_bytes"] is None
    pages = [json.loads(line) for line in one.splitlines()]
    rows_of_one = [page["cgroups"][0] for page in pages]
    for row in rows_of_one:
        known = [c["bytes"] for c in row["classes"] if c["known"]]
        assert sum(known) == row["usage_bytes"], (sum(known), row["usage_bytes"])
    slab = {c["class"]: c["bytes"] for c in rows_of_one[-1]["classes"]}["slab_unreclaimable"]
    near = [row["near_limit"] for row in rows_of_one if row["near_limit"]["state"] == "near"]
    assert near and near[-1]["growing"] == "slab_unreclaimable" and near[-1]["oom_s"] < 3600, rows_of_one[-1]["near_limit"]
    assert slab >= objects, slab
    slab = next(c for c in json.loads(trace)["charges"]["classes"] if c["class"] == "slab_unreclaimable")
    assert 1000 * (2048 + 8) <= slab["charged_bytes"] <= slab["delta_bytes"] + PAGE, slab
    assert abs(slab["rest_bytes"]) <= PAGE and abs(slab["explained_share"] - 1) < 0.01, slab
    # The vector of a slab that tells who is charged is nobody's.
    assert 0 < slab["uncharged_bytes"] < 1000 * 64, slab
    assert "NEAR LIMIT" in rest or "growth/min" in rest, rest
    assert "status 1" in rest and "there is no cgroup /no/such" in rest, rest


if __name__ == "__main__":
    main(books_tell_what_is_charged, kernels=["6.12"])
